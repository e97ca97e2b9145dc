package watch

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// undo takes back what chat programs do to typed text: Slack's entities and
// links where somebody wrote the name of a site, Discord's spoilers and bold.
// The second result says where in src each byte of the first came from, and
// where its end did; it is nil if the two are the same.
func undo(src string) (clean string, origin []int) {
	clean, origin = src, nil
	if strings.ContainsAny(src, "&<") {
		clean, origin = entities(src)
	}
	if !strings.ContainsAny(clean, "`|*~_>") {
		return clean, origin
	}
	if origin == nil {
		origin = make([]int, len(src)+1)
		for i := range origin {
			origin[i] = i
		}
	}
	clean, origin = unwrap(clean, origin)
	return unmark(clean, origin)
}

// typed returns the error as one of the rule as it was typed, which origin
// leads to. What was taken out after the fault does not belong to it.
func (e *Error) typed(src string, origin []int) *Error {
	fault := *e
	fault.Src = src
	if origin == nil {
		return &fault
	}
	fault.Pos, fault.End = origin[e.Pos], origin[e.End]
	if e.End > e.Pos {
		last := origin[e.End-1]
		if src[last] == e.Src[e.End-1] && !strings.HasPrefix(src[last:], "&amp;") {
			fault.End = last + 1
		}
	}
	return &fault
}

// entities undoes what Slack puts in a message for & < > and for sites.
func entities(src string) (clean string, origin []int) {
	var b strings.Builder
	put := func(text string, from, step int) {
		for i := range len(text) {
			origin = append(origin, from+i*step)
		}
		b.WriteString(text)
	}
	for i := 0; i < len(src); {
		rest := src[i:]
		if text, at, size := link(rest); size > 0 {
			put(text, i+at, 1)
			i += size
			continue
		}
		switch {
		case strings.HasPrefix(rest, "&lt;"):
			put("<", i, 0)
			i += len("&lt;")
		case strings.HasPrefix(rest, "&gt;"):
			put(">", i, 0)
			i += len("&gt;")
		case strings.HasPrefix(rest, "&amp;"):
			put("&", i, 0)
			i += len("&amp;")
		default:
			put(rest[:1], i, 0)
			i++
		}
	}
	return b.String(), append(origin, len(src))
}

// redo writes text so that undo gives it back.
func redo(text string) string {
	if !strings.ContainsAny(text, "&<") {
		return text
	}
	var b strings.Builder
	for i := range len(text) {
		rest := text[i:]
		_, _, isLink := link(rest)
		switch {
		case strings.HasPrefix(rest, "&lt;"), strings.HasPrefix(rest, "&gt;"), strings.HasPrefix(rest, "&amp;"):
			b.WriteString("&amp;")
		case isLink > 0:
			b.WriteString("&lt;")
		default:
			b.WriteByte(text[i])
		}
	}
	return b.String()
}

// link returns what was typed where text begins with <http://x|x>,
// <http://x> or the like, where in text it stands, and the size of the whole.
func link(text string) (typed string, at, size int) {
	scheme, _, ok := strings.Cut(text[:min(len(text), len("<mailto:"))], ":")
	if !ok || scheme != "<http" && scheme != "<https" && scheme != "<mailto" && scheme != "<tel" {
		return "", 0, 0
	}
	end := strings.IndexByte(text, '>')
	if end < 0 {
		return "", 0, 0
	}
	at = 1
	if bar := strings.IndexByte(text[:end], '|'); bar >= 0 {
		at = bar + 1
	}
	return text[at:end], at, end + 1
}

// unwrap takes off the marks that stand round a whole rule, and the one of a
// quotation before it.
func unwrap(text string, origin []int) (string, []int) {
	for {
		if quoted, ok := strings.CutPrefix(text, "> "); ok {
			text, origin = quoted, origin[len("> "):]
			continue
		}
		from := len(text) - len(strings.TrimLeft(text, " \n"))
		to := len(strings.TrimRight(text, " \n"))
		inner := 0
		for _, mark := range [...]string{"```", "`", "||", "***", "**", "~~"} {
			n := len(mark)
			if to-from > 2*n && strings.HasPrefix(text[from:], mark) && strings.HasSuffix(text[:to], mark) &&
				!strings.Contains(text[from+n:to-n], mark) {
				inner = n
				break
			}
		}
		if inner == 0 {
			return text, origin
		}
		from, to = from+inner, to-inner
		text, origin = text[from:to], origin[from:to+1]
	}
}

// harmless returns text without what a screen obeys and does not show, such as
// marks that turn the direction of writing. Items have none, so that nothing
// would match, and rules are shown to others.
func harmless(text string) string {
	unseen := func(r rune) bool { return unicode.IsControl(r) || isTurn(r) }
	if !strings.ContainsFunc(text, unseen) {
		return text
	}
	text = strings.Map(func(r rune) rune {
		switch {
		case isTurn(r):
			return -1
		case unicode.IsControl(r):
			return ' '
		}
		return r
	}, text)
	return strings.Join(strings.Fields(text), " ")
}

// isTurn holds for marks that leave no trace in a word and may turn writing.
func isTurn(r rune) bool {
	return r > utf8.RuneSelf && (r == 0xFEFF || unicode.Is(unicode.Bidi_Control, r))
}

// unmark takes off ** round words, which is bold in a message and says
// nothing in a rule, and || round what begins a rule or a group.
func unmark(text string, origin []int) (string, []int) {
	var b strings.Builder
	var kept []int
	keep := func(from, to int) {
		b.WriteString(text[from:to])
		kept = append(kept, origin[from:to]...)
	}
	at := 0
	for i := 0; i+4 < len(text); i++ {
		if text[i] != '*' && text[i] != '|' || text[i+1] != text[i] || !opens(text, i) {
			continue
		}
		if text[i] == '|' && strings.Trim(text[:i], " ") != "" && !strings.HasSuffix(strings.TrimRight(text[:i], " "), "(") {
			continue // an OR, or something that the lexer asks about
		}
		end := closing(text, i)
		if end < 0 {
			continue
		}
		keep(at, i)
		keep(i+2, end)
		at, i = end+2, end+1
	}
	keep(at, len(text))
	return b.String(), append(kept, origin[len(text)])
}

// opens holds if the mark of two signs at i stands at the start of a word.
func opens(text string, i int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:i])
	after := text[i+2]
	return (i == 0 || strings.ContainsRune(" \n(:", before)) && !strings.ContainsRune(" \n)*|", rune(after))
}

// closing returns where the mark that opens at i is closed, at the end of a
// word, or -1.
func closing(text string, i int) int {
	mark := text[i : i+2]
	for at := i + 2; ; {
		n := strings.Index(text[at:], mark)
		if n < 0 {
			return -1
		}
		at += n
		ends := at+2 == len(text) || strings.IndexByte(" \n),", text[at+2]) >= 0
		if ends && strings.IndexByte(" \n", text[at-1]) < 0 {
			return at
		}
		at += 2
	}
}

// spoiler returns where ||text|| ends that begins at pos, after something
// else, or 0. Somebody who means OR puts it between spaces, or between none.
func (l *lexer) spoiler(pos int) int {
	if pos == 0 || pos+4 >= len(l.src) || l.src[pos] != '|' || !opens(l.src, pos) {
		return 0
	}
	if end := closing(l.src, pos); end > 0 {
		return end + 2
	}
	return 0
}
