package fakeroom

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf16"
)

// text returns o's string of the name, or "".
func text(o object, name string) string {
	s, _ := o[name].(string)
	return s
}

// list returns o's array of the name, or nothing.
func list(o object, name string) []any {
	l, _ := o[name].([]any)
	return l
}

// inner returns o's object of the name, or nil.
func inner(o object, name string) object {
	i, _ := o[name].(object)
	return i
}

// objects returns those of l that are objects.
func objects(l []any) []object {
	var all []object
	for _, v := range l {
		if o, ok := v.(object); ok {
			all = append(all, o)
		}
	}
	return all
}

// compact returns raw, which is JSON, on one line.
func compact(raw []byte) json.RawMessage {
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil {
		return nil
	}
	return b.Bytes()
}

// joined returns the lines that a reader sees anything of.
func joined(lines []string) string {
	var kept []string
	for _, l := range lines {
		if l = strings.TrimSpace(l); l != "" {
			kept = append(kept, l)
		}
	}
	return strings.Join(kept, "\n")
}

// unique returns all without repetitions, in their order.
func unique(all []string) []string {
	var once []string
	for _, s := range all {
		if !slices.Contains(once, s) {
			once = append(once, s)
		}
	}
	return once
}

// units counts s as JavaScript does: the strictest of the ways to count that
// Slack, which does not say, may have.
func units(s string) int {
	n := 0
	for _, r := range s {
		n += max(utf16.RuneLen(r), 1)
	}
	return n
}
