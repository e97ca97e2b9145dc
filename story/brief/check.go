package brief

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"vedette/story"
)

// A Doubt says in plain words why a text may not stand for a brief. The zero
// Doubt is none.
type Doubt string

// Check judges text, which somebody made from the sentences of a brief. It may
// join and shorten them, move who says something from one end of a sentence to
// the other, turn "A shelled B" into "B was shelled by A", write numbers as
// digits or words and use a few words for others of exactly their meaning.
// Whatever else it changes is a doubt: a word that the sentence does not hold,
// or not in this order; a word that is left out, but for the day of the week
// and words such as "the"; a sentence that is missing.
//
// The check goes by words and their order, and understands nothing. It refuses
// many a text that is right. What it passes says what the sentences say.
func Check(sentences []string, text string) Doubt {
	if d := strange(sentences, text); d != "" {
		return d
	}
	forms := make([][][]token, len(sentences))
	for i, s := range sentences {
		forms[i] = formsOf(tokens(s))
	}
	covered := make([]bool, len(sentences))
	last := -1
	for _, span := range story.Sentences(text) {
		s := text[span.Start:span.End]
		ts := tokens(s)
		if len(ts) > mostTokens || joins(ts) > mostJoins {
			return Doubt(fmt.Sprintf("%q is too long a sentence", s))
		}
		taken, ok := align(forms, ts, last)
		if !ok {
			return Doubt(fmt.Sprintf("no sentence of the reports says %q in this way", s))
		}
		for _, at := range taken {
			covered[at], last = true, at
		}
	}
	if at := slices.Index(covered, false); at >= 0 {
		return Doubt(fmt.Sprintf("it leaves out %q", sentences[at]))
	}
	return ""
}

// Bounds of a sentence that is looked at: they bound the work, whatever the
// text is.
const (
	mostTokens = 150
	mostJoins  = 6
)

func joins(ts []token) (n int) {
	for _, t := range ts {
		if t.word == ";" || joiner(t.word) {
			n++
		}
	}
	return n
}

// strange finds letters and marks that no rephrasing needs.
func strange(sentences []string, text string) Doubt {
	whole := strings.Join(sentences, "\n")
	if len(text) > len(whole)+len(whole)/4+40 {
		return "it is longer than what it tells"
	}
	if strings.TrimSpace(text) == "" {
		return "it is empty"
	}
	for _, r := range text {
		plain := unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r) || strings.ContainsRune(" .,;:'’-–", r)
		if !plain && !strings.ContainsRune(whole, r) {
			return Doubt(fmt.Sprintf("it holds %q, which no sentence has", r))
		}
	}
	return ""
}

// align finds the sentences that tokens tell: one, or several that a comma or
// a conjunction joins. A part that begins with a pronoun must follow the
// sentence that it follows in the reports.
func align(forms [][][]token, text []token, last int) (taken []int, ok bool) {
	for at := range forms {
		if leans(text) && at > 0 && last != at-1 {
			continue
		}
		for _, form := range forms[at] {
			if slices.ContainsFunc(formsOf(text), func(t []token) bool { return tells(t, form) }) {
				return []int{at}, true
			}
		}
	}
	for i := 1; i < len(text)-1; i++ {
		rest := text[i+1:]
		switch {
		case text[i].word == "," && joiner(rest[0].word) && len(rest) > 1:
			rest = rest[1:]
		case text[i].word != ";" && !joiner(text[i].word):
			continue
		}
		first, ok := align(forms, text[:i], last)
		if !ok {
			continue
		}
		if others, ok := align(forms, rest, first[len(first)-1]); ok {
			return append(first, others...), true
		}
	}
	return nil, false
}

func joiner(w string) bool { return w == "and" || w == "while" }

// leans reports whether what the text is about was named before it.
func leans(text []token) bool {
	for _, t := range text[:min(len(text), 3)] {
		switch t.word {
		case "he", "she", "they", "it", "his", "her", "their", "its", "this", "these", "those", "there", "both", "them", "him":
			return true
		}
	}
	return false
}

// tells reports whether text says what source says: all its words in their
// order, but for those that may be left out.
func tells(text, source []token) bool {
	return follow(text, source, 0, 0, make(map[[2]int]bool))
}

// follow compares the text from i on with the source from j on; failed holds
// where that was tried in vain.
func follow(text, source []token, i, j int, failed map[[2]int]bool) bool {
	at := [2]int{i, j}
	if failed[at] {
		return false
	}
	ok := i == len(text) && ends(source, j) ||
		i < len(text) && j < len(source) && text[i].word == source[j].word && follow(text, source, i+1, j+1, failed) ||
		i < len(text) && light(text[i].word) && follow(text, source, i+1, j, failed) ||
		j < len(source) && light(source[j].word) && follow(text, source, i, j+1, failed) ||
		aside(source, j) > 0 && follow(text, source, i, aside(source, j), failed)
	failed[at] = !ok
	return ok
}

// light reports whether a word may come and go.
func light(w string) bool {
	switch w {
	case "a", "an", "the", "that", "has", "have", "had", ",", "also", "meanwhile":
		return true
	}
	return false
}

// ends reports whether the source may be left from j on: nothing of it is
// left but the day of the week.
func ends(source []token, j int) bool {
	for j < len(source) {
		switch {
		case source[j].word == ",":
			j++
		case aside(source, j) > 0:
			j = aside(source, j)
		default:
			return false
		}
	}
	return true
}

// aside returns where the source may go on if what begins at j is left out,
// or 0: only the day of the week may be. What stands between commas can be
// who says so, or that it is false, in words that no list holds.
func aside(source []token, j int) int {
	if j+1 < len(source) && source[j].word == "on" && weekday(source[j+1].word) {
		return j + 2
	}
	return 0
}

func weekday(w string) bool {
	switch w {
	case "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday":
		return true
	}
	return false
}
