package story

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

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

// Mark returns the whole of a field's text, with the marks that lie in it.
func Mark(text string, field Field, marks []Evidence) Sentence {
	return Cut(text, Span{0, len(text)}, field, marks)
}

// Cut returns the span of a field's text, with the marks that lie in it.
func Cut(text string, span Span, field Field, marks []Evidence) Sentence {
	return Sentence{Text: text[span.Start:span.End], Marks: within(marks, field, span)}
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

// Sentences returns where the sentences of text lie, as a brief cuts them.
func Sentences(text string) []Span { return sentences(text) }

// sentences returns where the sentences of text lie, without the space round
// them. A line's end ends a sentence; a full stop does so unless it closes an
// abbreviation, an initial or a number, or a small letter follows.
func sentences(text string) []Span {
	var spans []Span
	start := 0
	for i, r := range text {
		end := i + utf8.RuneLen(r)
		switch r {
		case '\n':
		case '。', '！', '？', '؟', '۔', '।':
		case '.', '!', '?', '…':
			if !closes(text, i, end) {
				continue
			}
			end = pastQuotes(text, end)
		default:
			continue
		}
		if end <= start {
			continue // a quote taken in with the sentence before
		}
		spans = appendTrimmed(spans, text, start, end)
		start = end
	}
	return appendTrimmed(spans, text, start, len(text))
}

// closes reports whether the mark that ends at end closes a sentence.
func closes(text string, at, end int) bool {
	rest := text[pastQuotes(text, end):]
	after := strings.TrimLeft(rest, " \u00a0")
	if after == "" {
		return true
	}
	if len(after) == len(rest) && after[0] != '\n' {
		return false // "3.5", "U.S.", "…," or a web address
	}
	next, _ := utf8.DecodeRuneInString(strings.TrimLeft(after, `"'“‘«(`))
	if unicode.IsLower(next) {
		return false
	}
	if text[at] != '.' {
		return true
	}
	word := text[strings.LastIndexAny(text[:at], " \n\"'“‘«(")+1 : at]
	return !abbreviated(word)
}

// abbreviated reports whether a full stop after word belongs to the word: a
// rank or title, a month, an initial, or letters with stops between them.
func abbreviated(word string) bool {
	if utf8.RuneCountInString(word) == 1 {
		r, _ := utf8.DecodeRuneInString(word)
		return unicode.IsUpper(r)
	}
	if strings.Contains(word, ".") {
		return true
	}
	return slices.Contains([]string{
		"Gen", "Lt", "Col", "Maj", "Capt", "Sgt", "Cpl", "Brig", "Adm", "Cmdr", "Mr", "Mrs", "Ms", "Dr", "Prof",
		"Sen", "Rep", "Gov", "Pres", "St", "No", "Nos", "vs", "approx", "Jan", "Feb", "Mar", "Apr", "Jun", "Jul",
		"Aug", "Sep", "Sept", "Oct", "Nov", "Dec", "Inc", "Ltd", "Co", "Corp", "Fig", "Mt",
	}, word)
}

// pastQuotes returns where the closing quotes and brackets after end end.
func pastQuotes(text string, end int) int {
	for end < len(text) {
		r, size := utf8.DecodeRuneInString(text[end:])
		if !strings.ContainsRune(`"'”’»)]`, r) {
			break
		}
		end += size
	}
	return end
}

func appendTrimmed(spans []Span, text string, start, end int) []Span {
	part := text[start:end]
	lead := len(part) - len(strings.TrimSpace(part)) - (len(part) - len(strings.TrimRightFunc(part, unicode.IsSpace)))
	trimmed := strings.TrimSpace(part)
	if trimmed == "" {
		return spans
	}
	return append(spans, Span{start + lead, start + lead + len(trimmed)})
}
