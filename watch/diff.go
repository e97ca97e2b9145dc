package watch

import (
	"iter"

	"vedette/story"
)

// changeSamples is how many items a change keeps of those it adds, and of
// those it removes.
const changeSamples = 5

// A Change is what becomes of items if one rule takes the place of another.
type Change struct {
	Items          int // looked at
	Old            int // accepted by the old rule
	New            int // accepted by the new one
	Added, Removed int // accepted by one of them only

	// Samples are the first items that only one of the rules accepts.
	AddedSamples, RemovedSamples []Sample
}

// A Sample is an item that a change adds or removes.
type Sample struct {
	Item     story.Item
	Evidence []story.Evidence // of the rule that accepts it
	Why      []string         // what keeps the other rule from accepting it
}

// Diff says what becomes of items if the rule now takes the place of the rule
// before. As in all matching, thresholds are left out of account.
func Diff(before, now *Rule, items iter.Seq[*story.Item]) Change {
	var c Change
	for it := range items {
		pg := newPage(it)
		old, was := pg.match(before.root)
		ev, is := pg.match(now.root)
		c.Items++
		if was {
			c.Old++
		}
		if is {
			c.New++
		}
		switch {
		case is && !was:
			c.Added++
			c.AddedSamples = sampled(c.AddedSamples, it, ev, pg, before)
		case was && !is:
			c.Removed++
			c.RemovedSamples = sampled(c.RemovedSamples, it, old, pg, now)
		}
	}
	return c
}

func sampled(samples []Sample, it *story.Item, ev []story.Evidence, pg *page, other *Rule) []Sample {
	if len(samples) == changeSamples {
		return samples
	}
	return append(samples, Sample{Item: *it, Evidence: ev, Why: pg.misses(other.root, inText, "")})
}
