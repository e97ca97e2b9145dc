package signal

import "vedette/story"

// source returns according to whom the sentence makes its claims, as it has
// it: who stands after "according to", or before "said".
func (l *line) source() string {
	for at := range l.units {
		if l.is(at, according) {
			if name := l.sourceAfter(at + 1); name != "" {
				return name
			}
		}
	}
	if name := l.sourceLast(); name != "" {
		return name
	}
	for at := range l.units {
		if l.is(at, says) && !l.is(at, adverb) {
			if name := l.sourceBefore(at); name != "" {
				return name
			}
		}
	}
	return ""
}

// sourceLast returns the source that a headline ends in: "14 soldiers killed:
// ministry".
func (l *line) sourceLast() string {
	for at := len(l.units) - 2; l.s.field == story.Title && at > 0 && at > len(l.units)-6; at-- {
		if !l.mark(at, ":") || l.gap(at+1) == 0 {
			continue
		}
		for after := at + 1; after < len(l.units); after++ {
			if l.units[after].kind != "" || l.counts(after) {
				return ""
			}
		}
		return l.span(at+1, len(l.units))
	}
	return ""
}

// longestSource is how many units the name of a source may have.
const longestSource = 12

// sourceAfter returns the source that begins at unit first.
func (l *line) sourceAfter(first int) string {
	end := first
	for end < len(l.units) && end-first < longestSource && !l.mark(end, ",.;:()") && !l.is(end, says|be|relative) && l.units[end].kind == "" {
		end++
	}
	if end == first {
		return ""
	}
	return l.span(first, end)
}

// sourceBefore returns the source that ends before unit end.
func (l *line) sourceBefore(end int) string {
	for l.is(end-1, adverb|be) {
		end--
	}
	first := end
	for first > 0 && end-first < longestSource && !l.mark(first-1, ",.;:()\"“”«»") && !l.is(first-1, relative|says|conjunction|be) && l.units[first-1].kind == "" {
		first--
	}
	if first == end || l.is(first, preposition) || !l.word(first) || end-first == 1 && l.is(first, nameless) {
		return ""
	}
	return l.span(first, end)
}
