package watch

import (
	"slices"

	"vedette/story"
)

// unbroken returns the runs that no sentence's end lies in. Where sentences
// end is looked for only here: most rules never ask.
func (pg *page) unbroken(runs []run) []run {
	sentences := make(map[int32][]story.Span)
	var whole []run
	for _, r := range runs {
		first, last := &pg.tokens[r.lo], &pg.tokens[r.hi]
		spans, ok := sentences[first.segment]
		if !ok {
			spans = story.Sentences(pg.segments[first.segment].text)
			sentences[first.segment] = spans
		}
		at, _ := slices.BinarySearchFunc(spans, int(first.start), func(s story.Span, start int) int { return s.End - start - 1 })
		if at < len(spans) && int(last.end) <= spans[at].End {
			whole = append(whole, r)
		}
	}
	return whole
}
