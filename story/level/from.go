package level

import (
	"cmp"

	"vedette/story"
)

// ReadingsOf returns what r counts for each watch that accepts it: a reading
// for each of its claims, or one that claims nothing.
func ReadingsOf(r *story.Reading) []Reading {
	it := &r.Item
	signals := r.Signals
	if len(signals) == 0 {
		signals = []story.Signal{{Kind: Unread}}
	}
	rs := make([]Reading, len(signals))
	for i, s := range signals {
		rs[i] = Reading{
			At: it.Effective, Item: it.ID, Story: r.Opener, Outlet: it.Outlet, Origin: cmp.Or(r.CopyOf, it.Owner, it.Outlet),
			Tier: it.Tier, State: it.State, Signal: s,
		}
	}
	return rs
}
