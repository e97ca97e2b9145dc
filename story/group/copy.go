package group

import (
	"strings"
	"unicode"

	"vedette/story"
)

// copyLeast is how many runs of words a text must have to be called a copy of
// one that it is not equal to.
const copyLeast = 4

// sameText reports whether one of a and b is the other's text, possibly cut
// short or under another headline. Texts that differ in a figure are not the
// same: a toll that rises is news. Two that credit one wire need less in
// common: outlets cut and turn what the wire wrote.
func (g *Grouper) sameText(a, b *report) bool {
	x, y := a.reading, b.reading
	if x.whole == y.whole {
		return true
	}
	short, long := x.runs, y.runs
	if len(short) > len(long) {
		short, long = long, short
	}
	if len(short) < copyLeast || !sameFigures(x.figures, y.figures) {
		return false
	}
	share := g.params.CopyShare
	if oneWire(a, b) {
		share = g.params.WireShare
	}
	return float64(overlap(short, long)) >= share*float64(len(short))
}

// oneWire reports whether a and b come from one wire: both credit it, or one
// credits the other's outlet.
func oneWire(a, b *report) bool {
	x, y := wireOf(a), wireOf(b)
	return x != "" && x == y
}

// wireOf returns the wire that wrote r: the one it credits, or itself.
func wireOf(r *report) string {
	if r.reading.wire != "" {
		return r.reading.wire
	}
	return wireNamed(r.outlet)
}

// overlap counts the elements that two sorted lists have in common.
func overlap(a, b []uint32) (n int) {
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] < b[j]:
			i++
		case a[i] > b[j]:
			j++
		default:
			n++
			i++
			j++
		}
	}
	return n
}

// sameFigures reports whether one's figures are all among the other's. Both
// are sorted.
func sameFigures(a, b []string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	j := 0
	for _, f := range a {
		for j < len(b) && b[j] < f {
			j++
		}
		if j == len(b) || b[j] != f {
			return false
		}
	}
	return true
}

// wires are the agencies whose text other outlets print, by the name that
// their credits are compared by.
func wires() [][]string {
	return [][]string{
		{"reuters"},
		{"afp", "agence france presse"},
		{"ap", "associated press"},
		{"dpa"},
		{"efe"},
		{"ansa"},
		{"upi"},
		{"pti"},
		{"xinhua"},
		{"tass"},
		{"interfax"},
		{"ria novosti"},
		{"sana"},
		{"irna"},
		{"anadolu", "anadolu agency", "aa"},
		{"dha"},
		{"wafa"},
		{"ukrinform"},
	}
}

// wireNamed returns the wire that goes by name, or "".
func wireNamed(name string) string {
	name = strings.ToLower(strings.TrimSpace(name))
	for _, w := range wires() {
		for _, n := range w {
			if n == name || strings.TrimPrefix(name, "the ") == n {
				return w[0]
			}
		}
	}
	return ""
}

// creditOf returns the wire that an item says it is from: as its author, in
// brackets ("(Reuters)"), in the line before the first dash, or as the one that
// reported.
func creditOf(it *story.Item) string {
	if w := wireNamed(it.Author); w != "" {
		return w
	}
	text := it.Summary
	if text == "" {
		text = it.Body
	}
	text = text[:min(len(text), creditReach)]
	for at := strings.IndexByte(text, '('); at >= 0; {
		inside, after, closed := strings.Cut(text[at+1:], ")")
		if !closed {
			break
		}
		if w := wireNamed(inside); w != "" {
			return w
		}
		next := strings.IndexByte(after, '(')
		if next < 0 {
			break
		}
		at = len(text) - len(after) + next
	}
	if line, _, ok := strings.Cut(text[:min(len(text), datelineReach)], " - "); ok {
		if w := wireNamed(line[strings.LastIndexFunc(line, notLetter)+1:]); w != "" {
			return w
		}
	}
	return reporter(text)
}

const (
	creditReach   = 1000 // bytes in which a text says where it is from
	datelineReach = 80   // bytes before whose end a dateline ends
)

// reporter returns the wire that text says reported it.
func reporter(text string) string {
	for _, verb := range []string{" reported", " reports"} {
		before, _, ok := strings.Cut(text, verb)
		if !ok {
			continue
		}
		if w := wireNamed(before[strings.LastIndexFunc(before, notLetter)+1:]); w != "" {
			return w
		}
	}
	return ""
}

func notLetter(r rune) bool { return !unicode.IsLetter(r) }
