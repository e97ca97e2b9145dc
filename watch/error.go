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
// lines, or a script from right to left) it quotes the fragment as well.
func (e *Error) Error() string {
	start, end := e.line()
	stop := min(e.End, end)
	from := window(e.Src, start, e.Pos)
	to := min(end, max(stop, e.Pos+120))
	for to < end && !utf8.RuneStart(e.Src[to]) {
		to++
	}
	var b strings.Builder
	b.WriteString(visible(e.Src[from:to]))
	b.WriteByte('\n')
	b.WriteString(strings.Repeat(" ", uniseg.StringWidth(visible(e.Src[from:e.Pos]))))
	b.WriteString(strings.Repeat("^", max(1, uniseg.StringWidth(visible(e.Src[e.Pos:max(e.Pos, stop)])))))
	b.WriteByte('\n')
	if fragment := visible(e.Src[e.Pos:e.End]); fragment != "" && (strings.Contains(e.Src, "\n") || rightToLeft(e.Src)) {
		b.WriteString("At: " + fragment + "\n")
	}
	b.WriteString(e.Msg)
	if e.Hint != "" {
		b.WriteString("\n" + e.Hint)
	}
	return b.String()
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
	if pos-start <= 120 {
		return start
	}
	start = pos - 120
	for !utf8.RuneStart(src[start]) {
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

func rightToLeft(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		return unicode.In(r, unicode.Arabic, unicode.Hebrew, unicode.Syriac, unicode.Thaana)
	})
}
