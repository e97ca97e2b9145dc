package level

import (
	"iter"
	"math"
	"slices"
	"time"

	"vedette/story"
)

// A History is a watch's past: the readings that reached it, and the days that
// follow from them. Days that are over are kept worked out until a reading
// falls into them. It is not safe for concurrent use.
type History struct {
	params Params
	decay  [sides]float64 // what a day leaves of a score
	first  day            // of days
	began  bool           // first is set
	events map[key]*event
	ending []*event // the ultimatums among them
	days   []past
	closed int // days before it are worked out
}

// A past is one day.
type past struct {
	events []*event             // told on it
	spoken map[report]time.Time // since when on it

	// Worked out when the day is closed, from the days before and its events.
	tally tally
	short [2]float64 // what makes up for what is missing in its scores of the time before the history began
	usual [2]Usual
	known int         // days of the baseline behind usual
	fact  story.Level // that its own dead call for
	open  story.Level // with which it began
	level story.Level // that it reached
	quiet int         // days in a row, this one too, that did not bear out the level
	next  story.Level // with which the day after begins
}

// A report is an origin's telling of a story. Its copies add none.
type report struct {
	origin string
	story  story.ItemID
	state  bool // by an outlet that a state controls
}

// A tally is the points of one day, so far.
type tally struct {
	fresh [sides]float64 // told on the day
	score [sides]float64 // with what is left of the days before
	free  [2]float64     // the scores without state-controlled outlets
}

// net is the score that the trend follows, in scales: threats and acts less
// easing, which is measured as threats are.
func (t tally) net(usual [2]Usual) float64 {
	return (t.score[Threats]-t.score[Easing])/usual[Threats].Scale + t.score[Acts]/usual[Acts].Scale
}

// New returns the history of a watch that has been looked at since the given
// time, without readings. If since is zero, the first reading begins it.
func New(p Params, since time.Time) *History {
	daily := func(half time.Duration) float64 { return math.Exp2(-24 / half.Hours()) }
	h := &History{params: p, events: map[key]*event{}}
	h.decay = [sides]float64{Threats: daily(p.ThreatsHalfLife), Acts: daily(p.ActsHalfLife), Easing: daily(p.ThreatsHalfLife)}
	if !since.IsZero() {
		h.first, h.began = dayOf(since), true
	}
	return h
}

// Add takes readings into the history, in any order. A reading that is there
// already changes nothing; one from before the history began extends it.
func (h *History) Add(readings ...Reading) {
	for _, r := range readings {
		d := dayOf(r.At)
		h.reach(d)
		p := h.at(d)
		counted := p.count(r)
		claimed := r.Signal.Kind != Unread && h.claim(d, r)
		if counted || claimed {
			h.closed = min(h.closed, int(d-h.first))
		}
	}
}

// count takes the report in that r is of, and reports whether that is new.
func (p *past) count(r Reading) bool {
	if p.spoken == nil {
		p.spoken = map[report]time.Time{}
	}
	key := report{r.Origin, r.Story, r.State != ""}
	since, known := p.spoken[key]
	if known && !r.At.Before(since) {
		return false
	}
	p.spoken[key] = r.At
	return true
}

// claim takes r's claim in, told on d, and reports whether it adds to what was
// claimed.
func (h *History) claim(d day, r Reading) bool {
	k := keyOf(r)
	e := h.events[k]
	if e == nil {
		e = &event{key: k}
		h.events[k] = e
		if k.kind == story.Ultimatum {
			h.ending = append(h.ending, e)
		}
	}
	if !e.add(r) {
		return false
	}
	if !slices.Contains(e.days, d) {
		e.days = append(e.days, d)
		p := h.at(d)
		p.events = append(p.events, e)
	}
	return true
}

// reach makes room for days up to d.
func (h *History) reach(d day) {
	if !h.began {
		h.first, h.began = d, true
	}
	if d < h.first {
		h.days = slices.Concat(make([]past, h.first-d), h.days)
		h.first, h.closed = d, 0
	}
	if need := int(d-h.first) + 1; need > len(h.days) {
		h.days = append(h.days, make([]past, need-len(h.days))...)
	}
}

// close works out the days before d.
func (h *History) close(d day) {
	if !h.began {
		return
	}
	if d > h.first {
		h.reach(d - 1)
	}
	for ; h.closed < int(d-h.first); h.closed++ {
		h.settle(h.first + day(h.closed))
	}
}

// settle works out d, which is over; the days before it are worked out.
func (h *History) settle(d day) {
	p := h.at(d)
	*p = h.begun(d)
	end := (d + 1).start()
	m := moment{d, p, h.tally(d, p, end), end}
	p.tally = m.tally
	p.fact = h.fact(m, 1).wanted
	v := h.verdict(m)
	p.level, p.next = v.level, v.level
	if v.level > story.Calm && !v.borne {
		if p.level == p.open {
			p.quiet = h.quiet(d - 1)
		}
		if p.quiet++; p.quiet >= h.params.Dwell {
			p.next, p.quiet = p.level-1, 0
		}
	}
}

// quiet returns for how many days up to d, which is over, the level that the
// next day begins with was not borne out.
func (h *History) quiet(d day) int {
	if d < h.first {
		return 0
	}
	return h.at(d).quiet
}

// begun returns what stands when d begins: its events, its level, and what is
// usual.
func (h *History) begun(d day) past {
	p := past{open: story.Calm}
	if i := int(d - h.first); i < len(h.days) {
		p.events, p.spoken = h.days[i].events, h.days[i].spoken
	}
	if d > h.first {
		p.open = h.at(d - 1).next
	}
	window := h.window(d, h.params.Baseline)
	p.known = len(window)
	scores := make([]float64, len(window))
	for side := range p.usual {
		for i := range window {
			scores[i] = window[i].tally.score[side] * window[i].short[side]
		}
		p.usual[side] = h.params.usual(scores, Side(side))
		p.short[side] = 1 / (1 - math.Pow(h.decay[side], float64(d-h.first+1)))
	}
	return p
}

// window returns up to n days that lie before d and its guard.
func (h *History) window(d day, n int) []past {
	end := int(d - h.first)
	end = max(0, end-min(h.params.Guard, end/3))
	return h.days[max(0, end-n):end]
}

// tally adds up d before the moment until.
func (h *History) tally(d day, p *past, until time.Time) tally {
	var t tally
	start := d.start()
	for e := range h.told(d, d) {
		side := WeightOf(e.kind).Side
		t.fresh[side] += e.gained(start, until, nil)
		if side != Easing {
			t.free[side] += e.gained(start, until, Reading.free)
		}
	}
	all, free := p.volume(until)
	t.fresh[Acts] += all
	t.free[Acts] += free
	t.score = t.fresh
	if d > h.first {
		prev := h.at(d - 1).tally
		for i, left := range h.decay {
			t.score[i] += left * prev.score[i]
		}
		for i := range t.free {
			t.free[i] += h.decay[i] * prev.free[i]
		}
	}
	return t
}

// volume returns what the day's reports before the moment until are worth,
// whatever they claim: all, and those of outlets that no state controls.
func (p *past) volume(until time.Time) (all, free float64) {
	reports, others := 0, 0
	for r, since := range p.spoken {
		if since.Before(until) {
			reports++
			if !r.state {
				others++
			}
		}
	}
	return rounded(volumeWeight * math.Log2(1+float64(reports))), rounded(volumeWeight * math.Log2(1+float64(others)))
}

// at returns the day d, which must be within the history.
func (h *History) at(d day) *past { return &h.days[d-h.first] }

// told yields each event that was told from one day to another, once.
func (h *History) told(from, to day) iter.Seq[*event] {
	return func(yield func(*event) bool) {
		for d := max(from, h.first); d <= to && int(d-h.first) < len(h.days); d++ {
			for _, e := range h.at(d).events {
				again := slices.ContainsFunc(e.days, func(o day) bool { return from <= o && o < d })
				if !again && !yield(e) {
					return
				}
			}
		}
	}
}
