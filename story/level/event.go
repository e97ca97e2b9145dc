package level

import (
	"cmp"
	"slices"
	"time"

	"vedette/story"
)

// A key names an event: what a story tells of one kind. An army's dead are
// told apart from other dead.
type key struct {
	story story.ItemID
	kind  story.SignalKind
	army  bool
}

func keyOf(r Reading) key {
	return key{r.Story, r.Signal.Kind, r.Signal.Kind == story.Killed && army(r.Signal)}
}

// An event is one claim of one story, as several origins make it.
type event struct {
	key
	told []Reading // those that add to it, in order
	days []day     // on which it was told
}

// add takes r in, unless the same origin has already claimed as much.
func (e *event) add(r Reading) bool {
	for _, old := range e.told {
		if covers(old, r) && (compare(old, r) <= 0 || !covers(r, old)) {
			return false
		}
	}
	e.told = slices.DeleteFunc(e.told, func(old Reading) bool { return covers(r, old) })
	at, _ := slices.BinarySearchFunc(e.told, r, compare)
	e.told = slices.Insert(e.told, at, r)
	return true
}

// covers reports whether b says nothing more than a of the same origin, and
// not earlier.
func covers(a, b Reading) bool {
	return a.Origin == b.Origin && (a.State == "") == (b.State == "") && !a.At.After(b.At) &&
		a.size() >= b.size() && a.people() >= b.people() && a.Signal.Deadline.Equal(b.Signal.Deadline)
}

// points returns what the event was worth before the moment until: the
// largest claim whole, the second origin's by a half, the third's by a third.
// Only the readings that counts holds of count; nil stands for all.
func (e *event) points(until time.Time, counts func(Reading) bool) float64 {
	var room [8]share
	shares := room[:0]
	for _, r := range e.told {
		if !r.At.Before(until) {
			break
		}
		if counts != nil && !counts(r) {
			continue
		}
		at := slices.IndexFunc(shares, func(s share) bool { return s.origin == r.Origin })
		if at < 0 {
			shares = append(shares, share{r.Origin, r.size()})
		} else {
			shares[at].size = max(shares[at].size, r.size())
		}
	}
	slices.SortFunc(shares, func(a, b share) int { return cmp.Compare(b.size, a.size) })
	sum := 0.0
	for i, s := range shares {
		sum += s.size / float64(i+1)
	}
	return rounded(sum * WeightOf(e.kind).Points)
}

// gained returns the points that the event gained from one moment to another.
func (e *event) gained(from, until time.Time, counts func(Reading) bool) float64 {
	return e.points(until, counts) - e.points(from, counts)
}

// A share is what one origin claims of an event.
type share struct {
	origin string
	size   float64
}

// dead returns how many dead two origins report between from and until: the
// second largest of their numbers; and who reports them.
func (e *event) dead(from, until time.Time) (int, []Reading) {
	var by []Reading // the largest of each origin
	for _, r := range e.told {
		if r.At.Before(from) || !r.At.Before(until) || r.people() == 0 {
			continue
		}
		at := slices.IndexFunc(by, func(b Reading) bool { return b.Origin == r.Origin })
		switch {
		case at < 0:
			by = append(by, r)
		case r.people() > by[at].people():
			by[at] = r
		}
	}
	if len(by) < 2 {
		return 0, by
	}
	slices.SortStableFunc(by, func(a, b Reading) int { return cmp.Compare(b.people(), a.people()) })
	return by[1].people(), by
}
