package feeds

import (
	"fmt"
	"slices"
	"time"

	"vedette/story"
)

// What is learnt of a feed's pace.
const (
	fewDates      = 5 // of a document say nothing of how far it goes back
	fastest       = time.Minute
	idleFrom      = 7 * 24 * time.Hour
	idleEvery     = time.Hour
	sleepingFrom  = 30 * 24 * time.Hour
	sleepingEvery = 6 * time.Hour
	leastSilence  = 6 * time.Hour // that is told as one
)

// interval returns how long after a poll the next one is due, as far as the
// operator and the feed's own pace decide, and why. Half of the usual time
// between two items finds each soon enough and misses none of a full page; a
// feed is asked more often than the operator's interval only if that costs its
// server next to nothing.
func interval(f *story.Feed, st *story.FeedState, l Limits, now time.Time) (time.Duration, string) {
	base := "every " + short(f.Every)
	if !f.Adapt || l.Most <= f.Every {
		return f.Every, base
	}
	p := &st.Pace
	idle := now.Sub(p.LastNew)
	switch {
	case p.LastNew.IsZero():
		return f.Every, base
	case idle >= sleepingFrom:
		return max(sleepingEvery, f.Every), "nothing new for 30 days"
	case idle >= idleFrom:
		return max(idleEvery, f.Every), "nothing new for 7 days"
	}
	gap, known := p.Usual()
	if !known {
		return f.Every, base
	}
	floor := f.Every
	if st.Cheap || st.Hints.Fresh > 0 && st.Hints.Fresh <= fastest {
		floor = min(floor, fastest)
	}
	wait, why := min(max(gap/2, floor), l.Most), fmt.Sprintf("half of the %s between its items", short(gap.Round(time.Second)))
	if wait == floor && gap/2 < floor {
		why = fmt.Sprintf("every %s: its items come faster", short(floor))
	}
	if quarter := max(p.Window/4, fastest); p.Window > 0 && wait > quarter {
		return quarter, fmt.Sprintf("a quarter of the %s that its document goes back", short(p.Window.Round(time.Minute)))
	}
	return wait, why
}

// normalSilence returns for how long a feed of this pace may be silent
// without anything being wrong; known is false if too little is known of it.
func normalSilence(p *story.Pace) (silence time.Duration, known bool) {
	gap, known := p.Usual()
	return max(6*gap, p.Longest*3/2, leastSilence), known
}

// learn takes into p the items of a document, of which fresh says which are
// new; they came at now. What a document is dated counts only for what was
// there before the feed was first polled.
func learn(p *story.Pace, items []story.Item, fresh []bool, seed bool, now time.Time) {
	var dates, arrivals []time.Time
	for i := range items {
		it := &items[i]
		dated := !it.Published.IsZero() && !it.Published.After(now)
		if dated {
			dates = append(dates, it.Published)
		}
		switch {
		case seed && dated:
			arrivals = append(arrivals, it.Published)
		case !seed && fresh[i]:
			arrivals = append(arrivals, it.Effective)
		}
	}
	p.Listed = len(items)
	if p.Window = 0; len(dates) > fewDates && len(dates) >= len(items)*9/10 {
		p.Window = slices.MaxFunc(dates, time.Time.Compare).Sub(slices.MinFunc(dates, time.Time.Compare))
	}
	slices.SortFunc(arrivals, time.Time.Compare)
	for _, at := range arrivals {
		p.Arrive(at)
	}
	if !seed && len(arrivals) > 0 || p.LastNew.IsZero() && len(items) > 0 && len(dates) == 0 {
		p.LastNew = now
	}
}
