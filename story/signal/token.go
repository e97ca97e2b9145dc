package signal

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A token is a word, a number or a mark of a text.
type token struct {
	text       string // as it stands there
	low        string // in lower case
	start, end int    // bytes of the text
}

// word reports whether t is a word or a number rather than a mark.
func (t token) word() bool {
	r, _ := utf8.DecodeRuneInString(t.text)
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

// tokens splits text into words, numbers ("1,200", "2.5") and marks. What
// joins a word stays in it: the apostrophe and the dot of "U.S.". The hyphen
// is a mark of its own, so that "14-year-old" is five tokens.
func tokens(text string) []token {
	ts := make([]token, 0, len(text)/5+1) // a word and a space are some six bytes
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRuneInString(text[at:])
		end := at + size
		for last := r; part(last) && end < len(text); {
			next, size := utf8.DecodeRuneInString(text[end:])
			after, _ := utf8.DecodeRuneInString(text[end+size:])
			if !part(next) && !joins(last, next, after) {
				break
			}
			end += size
			if last = next; !part(next) {
				last = after // whose turn is next
			}
		}
		if !unicode.IsSpace(r) {
			ts = append(ts, token{text[at:end], strings.ToLower(text[at:end]), at, end})
		}
		at = end
	}
	return ts
}

// joins reports whether mark holds together what stands before and after it.
func joins(before, mark, after rune) bool {
	switch mark {
	case '\'', '’':
		return unicode.IsLetter(before) && unicode.IsLetter(after)
	case '.':
		return unicode.IsDigit(before) && unicode.IsDigit(after) || unicode.IsUpper(before) && unicode.IsUpper(after)
	case ',':
		return unicode.IsDigit(before) && unicode.IsDigit(after)
	}
	return false
}

// part reports whether r is a part of a word wherever it stands.
func part(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
	}
	return unicode.In(r, unicode.L, unicode.M, unicode.Nd)
}
