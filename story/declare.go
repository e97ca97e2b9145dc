package story

import (
	"crypto/sha256"
	"encoding/binary"
	"time"
)

const (
	// apart is how far apart feeds are asked that are all due at once.
	apart = 50 * time.Millisecond

	// fewFeeds are asked at once without harm to anybody.
	fewFeeds = 16

	// overdue is how late a poll is that was not made because nobody was there.
	overdue = time.Minute
)

// Declared returns the state that f is in when the desk file names it at now,
// as one of so many feeds; st is what was known of it, the zero state with its
// name if nothing was. What was learnt from another URL is forgotten, but for
// what was told: the items that are known stay known, and if its first
// document holds one of them, the others are news. A feed that is due
// together with many others waits for its slot.
func (f *Feed) Declared(st FeedState, now time.Time, feeds int) FeedState {
	switch {
	case st.Source != f.URL:
		st = FeedState{Feed: f.Name, Source: f.URL, Health: st.Health}
		st.NextDue, st.DueBecause = now.Add(f.slot(feeds)), "it is new, or its URL is"
	case st.LastPoll.After(now):
		// The wall clock was set back while nobody was there.
		st.NextDue, st.DueBecause = now.Add(f.slot(feeds)), "the clock was set back"
	case now.Sub(st.NextDue) > overdue:
		st.NextDue = now.Add(f.slot(feeds))
	}
	if st.NextDue.Before(st.Rest) {
		st.NextDue = st.Rest
	}
	return st
}

// slot returns how long f waits if so many feeds are due at once: the same
// each time, at most its interval.
func (f *Feed) slot(feeds int) time.Duration {
	span := time.Duration(feeds) * apart
	if f.Every > 0 {
		span = min(span, f.Every)
	}
	if feeds <= fewFeeds {
		return 0
	}
	return time.Duration(float64(span) * Spread(string(f.Name)))
}

// Spread returns a number from 0 up to 1 that differs between keys, however
// alike they are, and is the same whenever it is asked for.
func Spread(key string) float64 {
	sum := sha256.Sum256([]byte(key))
	return float64(binary.BigEndian.Uint64(sum[:])>>11) / (1 << 53)
}

// sinceStep is how old a poll is at the most that was made by a clock that was
// set back, and less than what counts as a step of it. One that is older is
// moved into the past, and is made again at once. Of a clock that was set on,
// whatever is not as old as the step was made since: on a busy machine a step is
// noticed late, and who moved such a poll would not ask for as long as the step.
const sinceStep = 3 * time.Second

// Shifted returns st with the times that plans are made by moved by as much as the
// wall clock was set, which was noticed at now. What a poll has settled since then
// stays.
func (st FeedState) Shifted(by time.Duration, now time.Time) FeedState {
	was := st
	p := &st.Push
	for _, at := range []*time.Time{
		&st.NextDue, &st.Rest, &st.LastPoll, &st.Pace.LastNew, &st.FailingFrom, &st.LastSuccess, &st.Whole, &st.Empty, &st.Gone,
		&p.Asked, &p.NextAsk, &p.From, &p.Ends, &p.Last, &p.OwedSince, &p.Lapsed,
	} {
		if !at.IsZero() {
			*at = at.Add(by)
		}
	}
	if age := now.Sub(was.LastPoll); age >= 0 && age < max(sinceStep, by) {
		st.NextDue, st.Rest, st.LastPoll, st.LastSuccess = was.NextDue, was.Rest, was.LastPoll, was.LastSuccess
	}
	return st
}
