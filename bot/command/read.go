package command

import (
	"slices"
	"strings"
	"unicode"

	"vedette/internal/guess"
	"vedette/story"
)

// longestWords is how much a person may type: what a platform's text holds.
const longestWords = 8_000

// read returns the command that a call is, with its arguments, and whether
// the answer is for everybody.
func read(c *Call, d *Desk) (spec *Spec, args map[string]string, shared bool, err error) {
	if c.Name == "" {
		return typed(c.Words, d)
	}
	spec = Find(c.Name)
	if spec == nil {
		return nil, nil, false, unknown(c.Name)
	}
	args = make(map[string]string)
	for name, v := range c.Args {
		if v = strings.TrimSpace(v); v != "" && len(v) <= longestWords {
			args[name] = v
		}
	}
	return spec, args, truth(args[Share]), missing(spec, args)
}

// truth reads a yes.
func truth(s string) bool { return s == "true" || s == "yes" || s == "1" || s == Share }

// typed reads a command as it is typed.
func typed(words string, d *Desk) (spec *Spec, args map[string]string, shared bool, err error) {
	if len(words) > longestWords {
		return nil, nil, false, faultf("That has %d letters; I read %d at the most.", len(words), longestWords)
	}
	first, rest := cut(words)
	if strings.EqualFold(first, Share) {
		shared = true
		first, rest = cut(rest)
	}
	first = strings.ToLower(first)
	if other, ok := alias()[first]; ok {
		first = other
	}
	if spec = Find(first); spec == nil {
		second, more := cut(rest)
		if spec = Find(first + " " + strings.ToLower(second)); spec != nil {
			rest = more
		}
	}
	if spec == nil && slices.ContainsFunc(d.Watches, func(w story.Watch) bool { return strings.EqualFold(string(w.Name), first) }) {
		spec, rest = Find("status"), words // the name of a watch by itself
	}
	if spec == nil {
		return nil, nil, false, unknown(first)
	}
	args, rest = arguments(spec, rest)
	if rest != "" {
		return nil, nil, false, faultf("I do not know what to do with %q. Write: %s", rest, spec.Usage())
	}
	return spec, args, shared || truth(args[Share]), missing(spec, args)
}

// alias returns what people also call commands.
func alias() map[string]string {
	return map[string]string{"": "help", "?": "help", "acknowledge": "ack", "close": "resolve", "find": "search", "silence": "mute", "levels": "status"}
}

// cut takes the first word off s; one in quotation marks has none.
func cut(s string) (word, rest string) {
	s = strings.TrimSpace(s)
	for _, q := range []string{`"`, "“", "”", "„", "«"} {
		if body, ok := strings.CutPrefix(s, q); ok {
			if end := strings.IndexAny(body, `"“”»`); end >= 0 {
				closing := []rune(body[end:])[0]
				return body[:end], strings.TrimSpace(body[end+len(string(closing)):])
			}
		}
	}
	at := strings.IndexFunc(s, unicode.IsSpace)
	if at < 0 {
		return s, ""
	}
	return s[:at], strings.TrimSpace(s[at:])
}

// arguments reads what follows a command's name, in the order of its
// parameters. What is not free text may also be written as name:value, at any
// place. What is left over is returned.
func arguments(spec *Spec, rest string) (args map[string]string, left string) {
	args = make(map[string]string)
	rest = named(spec, rest, args)
	for i, p := range spec.Params {
		if rest == "" || args[p.Name] != "" {
			continue
		}
		last := !slices.ContainsFunc(spec.Params[i+1:], func(q Param) bool { return q.Kind == Words || q.Required })
		if p.Kind == Words && last {
			args[p.Name], rest = rest, ""
			continue
		}
		word, more := cut(rest)
		if slices.Contains([]string{"for", "until", "till", "to", "of", "last", "as"}, strings.ToLower(word)) && p.Kind != Words && more != "" {
			word, more = cut(more)
		}
		if p.Kind == Moment && more != "" { // a date and a time
			word, more = word+" "+more, ""
		}
		args[p.Name], rest = word, more
	}
	if strings.EqualFold(rest, Share) && spec.Share {
		args[Share], rest = Share, ""
	}
	return args, rest
}

// named takes what is written as name:value out of rest. What a command cannot
// do without is not looked for in free text: a note may speak of another story.
func named(spec *Spec, rest string, args map[string]string) string {
	var kept []string
	free := slices.ContainsFunc(spec.Params, func(p Param) bool { return p.Kind == Words })
	for word := range strings.FieldsSeq(rest) {
		name, value, ok := strings.Cut(word, ":")
		name = strings.ToLower(name)
		known := name == Share && spec.Share || name == "since" && spec.Name == "search" ||
			slices.ContainsFunc(spec.Params, func(p Param) bool {
				return p.Name == name && p.Kind != Words && (!p.Required || !free || len(kept) == 0)
			})
		if !ok || !known || value == "" || args[name] != "" {
			kept = append(kept, word)
			continue
		}
		args[name] = value
	}
	if len(args) == 0 {
		return rest // with the spaces that were typed
	}
	return strings.Join(kept, " ")
}

// missing returns what is wanted and not there, if the command cannot ask for
// it by a form.
func missing(spec *Spec, args map[string]string) error {
	for _, p := range spec.Params {
		if p.Required && args[p.Name] == "" {
			return faultf("%s is missing: %s.\nWrite: %s", strings.ToUpper(p.Name), p.Help, spec.Usage())
		}
		if v := args[p.Name]; p.Kind == One && v != "" && !slices.Contains(p.Choices, strings.ToLower(v)) {
			return faultf("%s is one of %s, not %q.", strings.ToUpper(p.Name), strings.Join(p.Choices, ", "), v)
		}
	}
	return nil
}

// unknown says that there is no such command, and which was meant.
func unknown(name string) error {
	var names []string
	for _, s := range Specs() {
		names = append(names, s.Name)
	}
	best := guess.Meant(clip(name), names)
	if best != "" {
		return faultf("There is no command %q. Did you mean %s? help lists them all.", clip(name), best)
	}
	return faultf("There is no command %q. help lists them all.", clip(name))
}

// clip returns s in a length that a sentence can hold.
func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
