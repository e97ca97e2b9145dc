package watch

import (
	"slices"
	"strings"
	"unicode"
)

// An Expansion is a term of a rule and all that it is found by.
type Expansion struct {
	Term      string // as the rule writes it
	Spellings []Spelling
}

// Expansion returns the terms of the rule in order, each once, with their
// spellings. What grammar makes of a spelling is shown folded, as it is
// compared.
func (r *Rule) Expansion() []Expansion {
	var all []Expansion
	seen := make(map[string]bool)
	var visit func(n node)
	visit = func(n node) {
		if s, ok := n.(*scope); ok && s.field == "lang" {
			return
		}
		if t, ok := n.(*term); ok && !seen[t.String()] {
			seen[t.String()] = true
			e := Expansion{Term: t.String(), Spellings: []Spelling{{Text: t.text}}}
			if t.group != nil {
				e.Spellings = slices.Clone(t.group.lore)
			}
			all = append(all, e)
		}
		for _, kid := range children(n) {
			visit(kid)
		}
	}
	visit(r.root)
	return all
}

// scripts are those that are told apart, in the order in which they are named.
// Japanese is Han here: its news has both.
func scripts() []string {
	return []string{
		"Latin", "Arabic", "Cyrillic", "Hebrew", "Han", "Armenian", "Bengali", "Devanagari", "Ethiopic", "Georgian",
		"Greek", "Hangul", "Khmer", "Lao", "Myanmar", "Tamil", "Thai",
	}
}

// A scriptSet holds a bit for each of scripts.
type scriptSet uint32

const anyScript = ^scriptSet(0)

// Scripts returns the scripts that an item may be in for the rule to accept
// it: those that the rule has words for in every part that must be there. It
// is nil for a rule that any script may fulfil, such as one of figures only.
// A rule of Latin words will never accept a report in Arabic.
func (r *Rule) Scripts() []string {
	set := scriptsOf(r.root)
	if set == anyScript {
		return nil
	}
	names := []string{}
	for i, script := range scripts() {
		if set&(1<<i) != 0 {
			names = append(names, script)
		}
	}
	return names
}

func scriptsOf(n node) scriptSet {
	switch n := n.(type) {
	case *allOf, *near:
		set := anyScript
		for _, kid := range children(n) {
			set &= scriptsOf(kid)
		}
		return set
	case *anyOf:
		var set scriptSet
		for _, kid := range n.kids {
			set |= scriptsOf(kid)
		}
		return set
	case *atLeast:
		return n.scripts()
	case *count:
		return scriptsOf(n.kid)
	case *scope:
		switch n.field {
		case "lang", "source", "url", "author":
			return anyScript
		}
		return scriptsOf(n.kid)
	case *term:
		return n.scripts()
	}
	return anyScript // what must be absent, or a number
}

// scripts returns those in which n items of the list can be there.
func (n *atLeast) scripts() scriptSet {
	var set scriptSet
	for bit := range scripts() {
		have := 0
		for _, kid := range n.kids {
			if scriptsOf(kid)&(1<<bit) != 0 {
				have++
			}
		}
		if have >= n.n {
			set |= 1 << bit
		}
	}
	return set
}

func (t *term) scripts() scriptSet {
	var set scriptSet
	if t.style == pattern {
		for _, r := range t.text {
			if unicode.IsLetter(r) {
				set |= lettersOf(string(r))
			}
		}
		return set
	}
	for _, parts := range t.spellings {
		one := anyScript
		for _, p := range parts {
			one &= lettersOf(p.folded + string(p.glob))
		}
		set |= one
	}
	return set
}

// lettersOf returns the scripts of the first letter of text; figures and
// wildcards alone are of every script.
func lettersOf(text string) scriptSet {
	for _, r := range text {
		for i, script := range scripts() {
			if unicode.Is(unicode.Scripts[script], r) || script == "Han" && unicode.In(r, unicode.Hiragana, unicode.Katakana) {
				return 1 << i
			}
		}
	}
	return anyScript
}

// Script returns the name that [Rule.Scripts] has for the script of a
// language, such as Arabic for fa and Cyrillic for uk. It is Latin for a
// language that it does not know, and "" for none.
func Script(lang string) string {
	code, _, _ := strings.Cut(strings.ToLower(lang), "-")
	switch code {
	case "":
		return ""
	case "ar", "fa", "ur", "ps", "ckb", "sd", "ug", "prs":
		return "Arabic"
	case "ru", "uk", "be", "bg", "mk", "sr", "kk", "ky", "tg", "mn":
		return "Cyrillic"
	case "he", "iw", "yi":
		return "Hebrew"
	case "zh", "ja":
		return "Han"
	case "hy":
		return "Armenian"
	case "bn":
		return "Bengali"
	case "hi", "mr", "ne":
		return "Devanagari"
	case "am", "ti":
		return "Ethiopic"
	case "ka":
		return "Georgian"
	case "el":
		return "Greek"
	case "ko":
		return "Hangul"
	case "km":
		return "Khmer"
	case "lo":
		return "Lao"
	case "my":
		return "Myanmar"
	case "ta":
		return "Tamil"
	case "th":
		return "Thai"
	}
	return "Latin"
}
