package watch

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// An Error says what is wrong with a rule, where, and what to write instead.
type Error struct {
	Src      string // the rule
	Pos, End int    // byte offsets in Src of what is wrong
	Msg      string
	Hint     string // what to do about it, or ""
}

// Span returns the byte offsets, the message and the hint.
func (e *Error) Span() (start, end int, msg, hint string) {
	return e.Pos, e.End, e.Msg, e.Hint
}

// Error returns the line of the rule with a caret under what is wrong, the
// message and the hint. Where a caret may stand in the wrong place (several
// lines, wide letters, or a script from right to left) it quotes the fragment
// as well.
func (e *Error) Error() string {
	start, end := e.line()
	from := window(e.Src, start, e.Pos)
	stop := clip(e.Src, e.Pos, min(e.End, end))
	to := clip(e.Src, e.Pos, end)
	before, at := visible(e.Src[from:e.Pos]), visible(e.Src[e.Pos:stop])
	var b strings.Builder
	if from > start {
		before = "…" + before
	}
	b.WriteString(before + visible(e.Src[e.Pos:to]))
	if to < end {
		b.WriteString("…")
	}
	b.WriteByte('\n')
	b.WriteString(strings.Repeat(" ", uniseg.StringWidth(before)))
	b.WriteString(strings.Repeat("^", max(1, uniseg.StringWidth(at))))
	b.WriteByte('\n')
	last := clip(e.Src, e.Pos, e.End)
	if fragment := visible(e.Src[e.Pos:last]); fragment != "" && e.uneven() {
		if last < e.End {
			fragment += "…"
		}
		b.WriteString("At: " + fragment + "\n")
	}
	b.WriteString(e.Msg)
	if e.Hint != "" {
		b.WriteString("\n" + e.Hint)
	}
	return b.String()
}

// shown is how many bytes of a rule an error shows on each side of the place.
const shown = 120

// clip returns end, or where to cut src so that what is shown from pos on is
// not too long to read.
func clip(src string, pos, end int) int {
	if end-pos <= shown {
		return max(pos, end)
	}
	at := pos + shown
	for range utf8.UTFMax {
		if at < end && !utf8.RuneStart(src[at]) {
			at++
		}
	}
	return at
}

// line returns the offsets of the line that Pos is in.
func (e *Error) line() (start, end int) {
	start = strings.LastIndexByte(e.Src[:e.Pos], '\n') + 1
	end = strings.IndexByte(e.Src[e.Pos:], '\n')
	if end < 0 {
		return start, len(e.Src)
	}
	return start, e.Pos + end
}

// window returns where to begin a line so that pos is not far from its start.
func window(src string, start, pos int) int {
	if pos-start <= shown {
		return start
	}
	start = pos - shown
	for start < pos && !utf8.RuneStart(src[start]) {
		start++
	}
	return start
}

// visible returns s with every character that a terminal might obey, or not
// show, as a space.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) && r != 0x200C && r != 0x200D || unicode.IsSpace(r) {
			return ' '
		}
		return r
	}, s)
}

// uneven holds if a screen may not put each character of the rule in the
// column that a caret counts.
func (e *Error) uneven() bool {
	return strings.Contains(e.Src, "\n") || rightToLeft(e.Src) || uniseg.StringWidth(e.Src) != utf8.RuneCountInString(e.Src)
}

// Column returns which character of its line what is wrong begins with,
// counted from 1.
func (e *Error) Column() int {
	start, _ := e.line()
	return utf8.RuneCountInString(e.Src[start:e.Pos]) + 1
}

func rightToLeft(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		return unicode.In(r, unicode.Arabic, unicode.Hebrew, unicode.Syriac, unicode.Thaana)
	})
}
