package story

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"github.com/rivo/uniseg"
)

// A Span is a range of bytes in a text.
type Span struct {
	Start, End int
}

// A Sentence is a whole sentence of a report, with the words that made a
// rule match.
type Sentence struct {
	Text  string
	Marks []Span // within Text, in order, apart from each other
}

// briefSentences is how many sentences a brief has at the most: three fill
// the four lines that a phone shows of a message.
const briefSentences = 3

// Brief chooses the sentences of it that tell it best, in the order in which
// they stand there, at most most bytes in all. It takes whole sentences; only
// one that is by itself longer than most is cut, between words, and ends in
// an ellipsis. A sentence that repeats the title is left out. Marks are the
// places that made a rule match.
func Brief(it *Item, marks []Evidence, most int) []Sentence {
	type scored struct {
		Sentence
		at    int
		score float64
	}
	var all []scored
	for _, part := range []struct {
		field Field
		text  string
	}{{Summary, it.Summary}, {Body, it.Body}} {
		for _, span := range sentences(part.text) {
			s := Sentence{Text: part.text[span.Start:span.End]}
			if repeats(s.Text, it.Title) || slices.ContainsFunc(all, func(o scored) bool { return repeats(s.Text, o.Text) }) {
				continue
			}
			s.Marks = within(marks, part.field, span)
			all = append(all, scored{s, len(all), weigh(s, len(all))})
		}
	}
	slices.SortStableFunc(all, func(a, b scored) int { return cmp.Compare(b.score, a.score) })
	left := most
	var chosen []scored
	for _, s := range all {
		if len(chosen) == 0 && len(s.Text) > most {
			s.Sentence = Shorten(s.Sentence, most)
		}
		if len(s.Text) <= left && len(chosen) < briefSentences {
			chosen = append(chosen, s)
			left -= len(s.Text)
		}
	}
	slices.SortFunc(chosen, func(a, b scored) int { return cmp.Compare(a.at, b.at) })
	brief := make([]Sentence, len(chosen))
	for i, s := range chosen {
		brief[i] = s.Sentence
	}
	return brief
}

// weigh says how well s tells its report: reports say first what matters, a
// matched word is what the room asked for, and a number or a speaker is what
// an analyst looks for next.
func weigh(s Sentence, at int) float64 {
	score := 2.0 / float64(at+1)
	score += float64(min(len(s.Marks), 3)) * 0.8
	if strings.ContainsFunc(s.Text, unicode.IsDigit) {
		score += 0.4
	}
	for _, verb := range []string{" said", " according to ", " told ", " warned", " announced"} {
		if strings.Contains(s.Text, verb) {
			score += 0.3
			break
		}
	}
	return score
}

// within returns the marks of field that lie in span, as offsets in it.
func within(marks []Evidence, field Field, span Span) []Span {
	var in []Span
	for _, e := range marks {
		if e.Field != field || e.Start < span.Start || e.End > span.End {
			continue
		}
		in = append(in, Span{e.Start - span.Start, e.End - span.Start})
	}
	slices.SortFunc(in, func(a, b Span) int { return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.End, a.End)) })
	apart := in[:0]
	for _, m := range in {
		if n := len(apart); n > 0 && m.Start < apart[n-1].End {
			continue
		}
		apart = append(apart, m)
	}
	return apart
}

// repeats reports whether a says nothing that b does not say.
func repeats(a, b string) bool {
	words := strings.Join(wordsOf(a), " ")
	return words == "" || strings.Contains(" "+strings.Join(wordsOf(b), " ")+" ", " "+words+" ")
}

// Mark returns the whole of a field's text, with the marks that lie in it.
func Mark(text string, field Field, marks []Evidence) Sentence {
	return Sentence{Text: text, Marks: within(marks, field, Span{0, len(text)})}
}

// Shorten cuts s between words to at most most bytes, the ellipsis included.
// Where no word ends in time, as in a script without spaces, it cuts between
// graphemes. What is short enough stays as it is.
func Shorten(s Sentence, most int) Sentence {
	if len(s.Text) <= most {
		return s
	}
	cut, word := 0, 0
	for g := uniseg.NewGraphemes(s.Text); g.Next(); {
		from, to := g.Positions()
		if to > most-len("…") {
			break
		}
		if g.Str() == " " {
			word = from
		}
		cut = to
	}
	if word > 0 && !strings.HasPrefix(s.Text[cut:], " ") {
		cut = word
	}
	short := Sentence{Text: strings.TrimRight(s.Text[:cut], " ,;:-–") + "…"}
	for _, m := range s.Marks {
		if m.End <= len(short.Text)-len("…") {
			short.Marks = append(short.Marks, m)
		}
	}
	return short
}
