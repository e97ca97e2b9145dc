package level

import (
	"slices"
	"time"
)

// A Deadline is when an ultimatum ends, as reports give it.
type Deadline struct {
	Ends  time.Time // in UTC
	State DeadlineState
	By    []Reading // the reports that name it, the first of each origin of each story, in order
}

// A DeadlineState says where a moment stands to a deadline.
type DeadlineState string

// The states of a deadline.
const (
	Ahead  DeadlineState = "ahead"
	Near   DeadlineState = "near" // within the notice that Params gives
	Passed DeadlineState = "passed"
)

// Deadlines returns the deadlines that were known at the given moment, by
// when they end. Ends that lie close to each other are one deadline, which ends
// when the first report of it says: "within 72 hours" is another minute in each
// report of one ultimatum.
func (h *History) Deadlines(at time.Time) []Deadline {
	var named []Reading
	for _, e := range h.ending {
		for _, r := range e.told {
			if !r.At.After(at) && !r.Signal.Deadline.IsZero() {
				named = append(named, r)
			}
		}
	}
	slices.SortFunc(named, compare)
	var all []Deadline
	for _, r := range named {
		ends := r.Signal.Deadline.UTC()
		i := slices.IndexFunc(all, func(d Deadline) bool { return d.Ends.Sub(ends).Abs() <= h.params.SameEnd })
		if i < 0 {
			i = len(all)
			all = append(all, Deadline{Ends: ends, State: h.params.state(ends, at)})
		}
		all[i].By = append(all[i].By, r)
	}
	slices.SortFunc(all, func(a, b Deadline) int { return a.Ends.Compare(b.Ends) })
	for i := range all {
		all[i].By = firsts(all[i].By)
	}
	return all
}

// firsts returns the first reading of each origin of each story, in order.
func firsts(rs []Reading) []Reading {
	slices.SortFunc(rs, compare)
	var first []Reading
	for _, r := range rs {
		if !slices.ContainsFunc(first, func(f Reading) bool { return f.Origin == r.Origin && f.Story == r.Story }) {
			first = append(first, r)
		}
	}
	return first
}

// state returns where at stands to a deadline.
func (p Params) state(ends, at time.Time) DeadlineState {
	switch {
	case !at.Before(ends):
		return Passed
	case !at.Before(ends.Add(-p.Notice)):
		return Near
	}
	return Ahead
}

// ultimatums are the calls of the ultimatums that neared or passed on the day.
// What was called for at any time of a day is called for until the day ends,
// so that its level does not depend on when it was asked for.
func (h *History) ultimatums(m moment) []call {
	var calls []call
	for _, dl := range h.Deadlines(m.until.Add(-1)) {
		c := call{rule: ByUltimatum, side: Threats, ends: dl.Ends, evidence: dl.By}
		if dl.State != Ahead && m.day.start().Before(dl.Ends) {
			c.wanted = h.params.Nearing
		}
		if dl.State == Passed && m.day.start().Before(dl.Ends.Add(h.params.Aftermath)) {
			c.wanted = max(c.wanted, h.params.Passed)
		}
		calls = append(calls, c)
	}
	return calls
}
