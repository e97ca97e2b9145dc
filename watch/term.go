package watch

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

const (
	maxInstructions = 500 // of a compiled regular expression
	maxRepeat       = 50  // of anything in a regular expression
	maxToken        = 100 // bytes of a word that an expression is tried on
)

// Names are the aliases that rules may use. A word or phrase stands for itself
// and for every spelling under it, and so does each of the spellings.
type Names map[string][]string

// spellings are names by the folded form of each of their spellings, and what
// was made of the terms of the rules read so far.
type spellings struct {
	groups map[string][]string
	made   map[string]*group
	plain  map[string][][]part // of the terms that have but one spelling
}

func (ns Names) index() *spellings {
	s := &spellings{groups: make(map[string][]string), made: make(map[string]*group), plain: make(map[string][][]part)}
	for name, others := range ns {
		group := append([]string{name}, others...)
		for _, spelling := range group {
			if key := foldedKey(spelling); key != "" {
				s.groups[key] = append(s.groups[key], group...)
			}
		}
	}
	for key, group := range s.groups {
		slices.Sort(group)
		s.groups[key] = slices.Compact(group)
	}
	return s
}

func foldedKey(text string) string {
	return partsKey(partsOf(text, false))
}

func partsKey(parts []part) string {
	words := make([]string, len(parts))
	for i, p := range parts {
		words[i] = p.folded
	}
	return strings.Join(words, " ")
}

// partsOf returns what text is as words. If wild, * and ? stand for letters.
func partsOf(text string, wild bool) []part {
	if isFolded(text) {
		return []part{{folded: text}}
	}
	var f folder
	text = norm.NFC.String(text)
	f.fold(text, wild)
	parts := make([]part, len(f.pieces))
	for i, pc := range f.pieces {
		folded := string(f.buf[pc.lo:pc.hi])
		if strings.ContainsAny(folded, "*?") {
			parts[i].glob = []rune(folded)
			continue
		}
		parts[i].folded = folded
	}
	return parts
}

// isFolded holds for one word of small ASCII letters and digits.
func isFolded(text string) bool {
	for i := range len(text) {
		if c := text[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return text != ""
}

// exactParts returns the words of text as they are typed.
func exactParts(text string) []part {
	var f folder
	text = norm.NFC.String(text)
	f.fold(text, false)
	parts := make([]part, len(f.pieces))
	for i, pc := range f.pieces {
		parts[i] = part{folded: string(f.buf[pc.lo:pc.hi]), exact: text[pc.start:pc.end]}
	}
	return parts
}

// term makes a term of the lexeme t and passes over it.
func (p *parser) term(t lexeme) (node, *Error) {
	n, err := p.spell(t)
	if err != nil {
		return nil, err
	}
	return n, p.advance()
}

// spell makes a term of the lexeme t.
func (p *parser) spell(t lexeme) (*term, *Error) {
	if p.terms++; p.terms > maxTerms {
		return nil, p.fault(t.pos, t.end, "The rule has more than 500 terms.", "List spellings under aliases in the desk file, or split the rule in two watches.")
	}
	t.text = harmless(t.text)
	if t.style == word || t.style == phrase {
		for strings.Contains(t.text, "**") {
			t.text = strings.ReplaceAll(t.text, "**", "*") // they say the same, and ** is bold in a message
		}
	}
	n := &term{place: t.place, style: t.style, text: t.text, slop: t.n}
	if t.style == named || p.inPlace {
		return p.named(t, n)
	}
	plain := (t.style == phrase || t.style == word && !acronym(t.text)) && t.n == 0 && strings.IndexByte(t.text, '*') < 0 && strings.IndexByte(t.text, '?') < 0
	if plain {
		if n.spellings = p.names.plain[t.text]; n.spellings != nil {
			return n, nil
		}
	}
	var parts []part
	switch t.style {
	case pattern:
		re, msg := compile(t.text)
		if msg != "" {
			return nil, p.fault(t.pos, t.end, msg, `It is tried on one folded word at a time, as RE2 reads it: /ka-?50/. Words and * often do: missil*`)
		}
		n.spellings = [][]part{{{re: re}}}
		return n, nil
	case exact:
		parts = exactParts(t.text)
	case word, phrase, named:
		if t.style == word && acronym(t.text) {
			n.style = exact
			parts = exactParts(t.text)
			p.notes = append(p.notes, fmt.Sprintf("%s is matched in capitals only, as typed; write %s for any case.", t.text, quoted(strings.ToLower(t.text))))
			break
		}
		parts = trimmed(partsOf(t.text, t.style == word || strings.Contains(t.text, "*")))
	}
	if len(parts) == 0 && !strings.ContainsAny(t.text, "*?") {
		hint := "Only words are compared; signs and emoji are not."
		if t.style == word && strings.Trim(t.text, "-") == "" {
			hint = touching
		}
		return nil, p.fault(t.pos, t.end, "There are no letters or digits here to look for.", hint)
	}
	if literals(parts) < min(2, len(parts)+1) && hasGlob(parts) || len(parts) == 0 {
		return nil, p.fault(t.pos, t.end, "This wildcard would match almost every word.", "Keep at least 2 letters: missil*")
	}
	n.spellings = [][]part{parts}
	if n.style != exact && !hasGlob(parts) {
		if n.group = p.names.group(parts, t.text, n.slop == 0); n.group != nil {
			n.spellings = n.group.spellings
		} else if plain {
			p.names.plain[t.text] = n.spellings
		}
	}
	return n, nil
}

// trimmed returns parts without wildcards at the ends that are words of their
// own: in scripts written without spaces they would ask for one more letter.
func trimmed(parts []part) []part {
	bare := func(p part) bool { return p.glob != nil && strings.Trim(string(p.glob), "*") == "" }
	for len(parts) > 0 && bare(parts[0]) {
		parts = parts[1:]
	}
	for len(parts) > 0 && bare(parts[len(parts)-1]) {
		parts = parts[:len(parts)-1]
	}
	return parts
}

func hasGlob(parts []part) bool {
	return slices.ContainsFunc(parts, func(p part) bool { return p.glob != nil })
}

// literals counts the letters that are given.
func literals(parts []part) int {
	n := 0
	for _, p := range parts {
		n += len([]rune(p.folded))
		for _, r := range p.glob {
			if r != '*' && r != '?' {
				n++
			}
		}
	}
	return n
}

// acronym holds for what is another word in small letters.
func acronym(text string) bool {
	switch text {
	case "AIDS", "AU", "CAR", "ICE", "IS", "ISIS", "IT", "ME", "PM", "SAM", "START", "UN", "US", "WHO":
		return true
	}
	return false
}

// compile returns the expression over one whole word, or what is wrong with it.
func compile(text string) (*regexp.Regexp, string) {
	tree, err := syntax.Parse(text, syntax.Perl|syntax.FoldCase)
	if err != nil {
		return nil, "This is no regular expression: " + strings.TrimPrefix(err.Error(), "error parsing regexp: ") + "."
	}
	if repeats(tree) {
		return nil, "This regular expression repeats something more than 50 times."
	}
	prog, err := syntax.Compile(tree.Simplify())
	if err != nil || len(prog.Inst) > maxInstructions {
		return nil, "This regular expression is too large."
	}
	re, err := regexp.Compile(`(?i)\A(?:` + text + `)\z`)
	if err != nil {
		return nil, "This is no regular expression."
	}
	for _, anything := range [...]string{"", "qzxvjkw", "ъщжъщжъ", "7093518264"} {
		if re.MatchString(anything) {
			return nil, "This regular expression would match almost every word."
		}
	}
	return re, ""
}

func repeats(re *syntax.Regexp) bool {
	return re.Op == syntax.OpRepeat && max(re.Min, re.Max) > maxRepeat || slices.ContainsFunc(re.Sub, repeats)
}
