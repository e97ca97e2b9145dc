package watch

import (
	"slices"

	"vedette/story"
)

// stands returns where t stands, in order, at most limit: where its words do
// and, if it is strict, no sentence ends in between.
func (pg *page) stands(t *term, where mask, limit int) []run {
	if !t.strict {
		return pg.runs(t, where, limit)
	}
	found := pg.unbroken(pg.runs(t, where, maxRuns))
	return found[:min(limit, len(found))]
}

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
