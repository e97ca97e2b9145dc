package level

import (
	"cmp"
	"slices"
	"strings"

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
			Tier: it.Tier, State: it.State, Signal: s, Places: places(signals, &s),
		}
	}
	return rs
}

// places returns how many places the sentence of s tells acts of, if s is one.
// A watch on one of them hears of the others by the way: of "clashes in Korin
// and shelling in Velna" each has a half. Where threats are made says nothing.
func places(signals []story.Signal, s *story.Signal) int {
	if WeightOf(s.Kind).Side != Acts {
		return 0
	}
	var names []string
	for i := range signals {
		o := &signals[i]
		same := o.Field == s.Field && o.Sentence == s.Sentence && WeightOf(o.Kind).Side == Acts
		if same && o.Place != "" && !slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, o.Place) }) {
			names = append(names, o.Place)
		}
	}
	return len(names)
}
