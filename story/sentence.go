package story

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

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
