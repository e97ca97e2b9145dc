package watch

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Spelling is something that a term of a rule is found by.
type Spelling struct {
	Text string
	From string // where it is from, such as "alias of idlib", or "" if it stands in the rule
}

// A group is the spellings of one term, shared by the rules that have it.
type group struct {
	spellings [][]part
	lore      []Spelling // for each of the spellings
	seen      map[string]bool
}

func (g *group) add(parts []part, text, from string) {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString(p.folded + " ")
		if p.exact != "" {
			b.WriteString("=" + p.exact + " ") // another spelling than the one in any case
		}
	}
	key := b.String()
	if len(parts) == 0 || g.seen[key] {
		return
	}
	if g.seen == nil {
		g.seen = make(map[string]bool)
	}
	g.seen[key] = true
	g.spellings = append(g.spellings, parts)
	g.lore = append(g.lore, Spelling{text, from})
}

// A reach is how far the grammar of a language is followed for a spelling.
type reach uint8

const (
	clitics reach = iota // what is written together with any word
	name                 // and the cases of a name
	town                 // and the Turkish endings of a place, whatever its spelling
)

// inflect adds the forms of parts that grammar makes, as far as r. Ordinary
// words among them must be written as a name is.
func (g *group) inflect(parts []part, text string, r reach, ordinary func(string) bool) {
	from := "prefix of " + text
	for _, form := range prefixed(parts[0].folded, text, len(parts) > 1) {
		if len(parts) == 1 && ordinary != nil && ordinary(form) {
			continue // جنة, a town, with ل is لجنة, a committee
		}
		g.add(with(parts, 0, form), form+strings.TrimPrefix(partsKey(parts), parts[0].folded), from)
	}
	if r == clitics {
		return
	}
	words := make([]string, len(parts))
	for i, p := range parts {
		words[i] = p.folded
	}
	from = "case of " + text
	typed := parts[0].exact != "" // an ordinary word, so its forms are words too
	for _, form := range declined(words) {
		all := make([]part, len(form))
		for i, word := range form {
			all[i] = part{folded: word}
		}
		also := ordinary
		if typed {
			also = func(string) bool { return true }
		}
		g.addName(all, strings.Join(form, " "), from, also, false)
	}
	var ended []string
	last := len(words) - 1
	switch {
	case typed:
	case last == 0 && (r == town || turkish(text)):
		ended = suffixed(words[0])
	case last < 3 && turkish(text):
		ended = compounded(words[last])
	}
	from = "ending of " + text
	for _, form := range ended {
		if ordinary == nil || !ordinary(form) {
			words[last] = form
			g.add(with(parts, last, form), strings.Join(words, " "), from)
		}
	}
}

// addName adds a name. One that is also an ordinary word is added as names
// are written, with a capital or in capitals, if its language keeps these for
// names (titles in English do not) or it must be there; else it is left out.
func (g *group) addName(parts []part, text, from string, ordinary func(string) bool, must bool) {
	if len(parts) != 1 || ordinary == nil || !ordinary(parts[0].folded) {
		g.add(parts, text, from)
		return
	}
	first, size := utf8.DecodeRuneInString(text)
	upper := string(unicode.ToUpper(first)) + text[size:]
	switch {
	case cyrillic(parts[0].folded), must && upper != strings.ToLower(text):
		for _, typed := range [...]string{upper, strings.ToUpper(text)} {
			g.add([]part{{folded: parts[0].folded, exact: typed}}, typed, from)
		}
	}
}

// with returns parts with another word at i.
func with(parts []part, i int, word string) []part {
	all := slices.Clone(parts)
	all[i] = part{folded: word}
	return all
}

// proper holds for what is typed as a name: with a capital, and not an
// abbreviation.
func proper(text string) bool {
	first, size := utf8.DecodeRuneInString(text)
	return unicode.IsUpper(first) && (utf8.RuneCountInString(text) > 4 || strings.ContainsFunc(text[size:], unicode.IsLower))
}

// group returns what a word or phrase of a rule is found by, or nil if it is
// found by itself alone, as most are. Aliases stand for phrases without leeway
// only.
func (s *spellings) group(parts []part, text string, alias bool) *group {
	var aliases []string
	if alias && len(s.groups) > 0 {
		aliases = s.groups[partsKey(parts)]
	}
	if len(aliases) == 0 && latin(parts[0].folded) && !turkish(text) {
		return nil
	}
	key := "~" + text
	if alias {
		key = "=" + text
	}
	if g, ok := s.made[key]; ok {
		return g
	}
	g := &group{}
	g.add(parts, text, "")
	r := clitics
	if proper(text) {
		r = name
	}
	for _, spelling := range aliases {
		g.add(partsOf(spelling, false), spelling, "alias of "+text)
	}
	g.inflect(parts, text, r, nil)
	for _, spelling := range aliases {
		if other := partsOf(spelling, false); len(other) > 0 {
			g.inflect(other, spelling, name, nil)
		}
	}
	s.keep(key, g)
	return g
}

// keep remembers g for the other rules of a set.
func (s *spellings) keep(key string, g *group) {
	g.seen = nil
	g.spellings, g.lore = slices.Clip(g.spellings), slices.Clip(g.lore)
	s.made[key] = g
}

// Fold returns the words of text as rules compare them, parted by spaces. Two
// spellings with one folded form are one spelling to every rule.
func Fold(text string) string { return foldedKey(text) }

// Braces returns the spellings that text stands for: "strike{,s}" is strike
// and strikes, and several braces multiply. Text without a brace, or with one
// that is never closed, stands for itself.
func Braces(text string) []string {
	head, rest, found := strings.Cut(text, "{")
	list, tail, closed := strings.Cut(rest, "}")
	if !found || !closed {
		return []string{text}
	}
	tails := Braces(tail)
	var all []string
	for choice := range strings.SplitSeq(list, ",") {
		for _, end := range tails {
			all = append(all, head+choice+end)
		}
	}
	return all
}
