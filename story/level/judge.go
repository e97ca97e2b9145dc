package level

import (
	"cmp"
	"slices"
	"sort"
	"strings"
	"time"

	"vedette/story"
)

// A Judgement says how far a watch has escalated at a moment, and why.
type Judgement struct {
	At            time.Time
	Level         story.Level
	Opened        story.Level // with which the day began; it falls only when a day ends
	Trend         Trend
	Threats, Acts Score
	Easing        float64
	Net, NetUsual float64  // what the trend compares, in scales: threats and acts less easing, and its mean of the week before
	Reasons       []Reason // what calls for more than calm, the highest first
	Quiet         int      // days in a row up to the last full one that did not bear out the level
	Cold          bool     // too little past to know what is usual
	Known         int      // days of past that tell what is usual
	Deadlines     []Deadline
	params        Params
}

// A Score is a side's score and what it is compared with.
type Score struct {
	Side   Side
	Value  float64 // Carried and Fresh
	Fresh  float64 // told on this day
	Volume float64 // of Fresh: for the number of reports, whatever they claim
	Usual  Usual
	Events []Event // of the day, the weightiest first
}

// Above returns how many scales the score lies above what is usual.
func (s Score) Above() float64 { return s.Usual.above(s.Value) }

// An Event is what one story tells of one kind of signal, and its points.
type Event struct {
	Kind   story.SignalKind
	Army   bool         // an army's dead
	Story  story.ItemID // the item that opened the story
	Points float64      // that the day added
	By     []Reading    // that add to it so far, in order
}

// A Reason is one rule's call for a level.
type Reason struct {
	Rule     Rule
	Side     Side
	Level    story.Level // that it lifts to
	Wanted   story.Level // that it would lift to if nothing held it
	Held     string      // what holds it, or ""
	Value    float64     // what was measured: scales above what is usual, points, or dead
	Limit    float64     // what that had to reach
	Evidence []Reading   // of a rise, in order; a fact's, the largest number first
	Ends     time.Time   // of an ultimatum
}

// A Rule is a way in which a level is called for.
type Rule string

// The rules.
const (
	ByScore      Rule = "score"
	ByYear       Rule = "highest of a year"
	ByThreeYears Rule = "highest of three years"
	ByDead       Rule = "dead"
	ByArmyDead   Rule = "an army's dead"
	ByUltimatum  Rule = "ultimatum"
)

// A Trend says where a watch is going.
type Trend string

// The trends.
const (
	Falling Trend = "falling"
	Steady  Trend = "steady"
	Rising  Trend = "rising"
)

// Judge judges the watch at a moment, by the readings up to it.
func (h *History) Judge(at time.Time) Judgement {
	d := dayOf(at)
	j := Judgement{At: at.UTC(), Level: story.Calm, Opened: story.Calm, Trend: Steady, Cold: true, params: h.params}
	if !h.began || d < h.first {
		return j
	}
	h.close(d)
	p := h.begun(d)
	m := moment{d, &p, h.tally(d, &p, at.Add(1)), at.Add(1)}
	v := h.verdict(m)
	j.Level, j.Opened, j.Quiet = v.level, p.open, h.quiet(d-1)
	j.Cold, j.Known = h.cold(&p), p.known
	j.Threats, j.Acts, j.Easing = h.score(m, Threats), h.score(m, Acts), m.tally.score[Easing]
	j.Net, j.NetUsual = m.tally.net(p.usual), h.lately(d, p.usual)
	j.Trend = trend(j.Net - j.NetUsual)
	j.Deadlines = h.Deadlines(at)
	for _, c := range v.calls {
		j.Reasons = append(j.Reasons, Reason{c.rule, c.side, c.level, c.wanted, c.held, c.value, c.limit, c.evidence, c.ends})
	}
	return j
}

// trend returns the trend of a change in scales; a small one is none.
func trend(change float64) Trend {
	const band = 0.25
	switch {
	case change > band:
		return Rising
	case change < -band:
		return Falling
	}
	return Steady
}

// lately returns the mean net score of the week before d; what was not looked
// at counts 0.
func (h *History) lately(d day, usual [2]Usual) float64 {
	const week = 7
	end := int(d - h.first)
	sum := 0.0
	for _, p := range h.days[max(0, end-week):end] {
		sum += p.tally.net(usual)
	}
	return sum / week
}

// score returns a side's score with the events of the day.
func (h *History) score(m moment, side Side) Score {
	s := Score{Side: side, Value: m.tally.score[side], Fresh: m.tally.fresh[side], Usual: m.past.usual[side]}
	for e := range h.told(m.day, m.day) {
		if WeightOf(e.kind).Side != side {
			continue
		}
		ev := Event{Kind: e.kind, Army: e.army, Story: e.story, Points: e.gained(m.day.start(), m.until, nil)}
		for _, r := range e.told {
			if r.At.Before(m.until) {
				ev.By = append(ev.By, r)
			}
		}
		if ev.Points > 0 {
			s.Events = append(s.Events, ev)
		}
	}
	slices.SortFunc(s.Events, weightier)
	if side == Acts {
		s.Volume, _ = m.past.volume(m.until)
	}
	return s
}

// weightier orders events by their points, the most first.
func weightier(a, b Event) int {
	army := strings.Compare(map[bool]string{true: "army"}[b.Army], map[bool]string{true: "army"}[a.Army])
	return cmp.Or(cmp.Compare(b.Points, a.Points), cmp.Compare(a.Story, b.Story), cmp.Compare(a.Kind, b.Kind), army)
}

// A Day is one day of a watch.
type Day struct {
	Date          time.Time // when it begins, in UTC
	Level         story.Level
	Threats, Acts Score // without events
	Easing        float64
	Cold          bool
}

// Days returns the days of the history that are over at the given moment.
func (h *History) Days(at time.Time) []Day {
	h.close(dayOf(at))
	var days []Day
	for i, p := range h.days[:max(0, min(len(h.days), int(dayOf(at)-h.first)))] {
		sc := func(s Side) Score {
			return Score{Side: s, Value: p.tally.score[s], Fresh: p.tally.fresh[s], Usual: p.usual[s]}
		}
		days = append(days, Day{(h.first + day(i)).start(), p.level, sc(Threats), sc(Acts), p.tally.score[Easing], h.cold(&p)})
	}
	return days
}

// A Change is a watch's going from one level to another.
type Change struct {
	From, To story.Level
	Judgement
}

// Changes returns how the level went up to the given moment. A rise is when
// the reading came that brought it about, or the deadline; a fall is when a
// day ended.
func (h *History) Changes(at time.Time) []Change {
	h.close(dayOf(at) + 1)
	var all []Change
	level := story.Calm
	for i := range h.days {
		d := h.first + day(i)
		if d.start().After(at) {
			break
		}
		if h.days[i].open == h.days[i].level && h.days[i].open == level {
			continue
		}
		// Within a day it only rises: of the moments at which it may, each rise is
		// found by halving.
		moments := h.moments(d)
		moments = moments[:sort.Search(len(moments), func(i int) bool { return moments[i].After(at) })]
		for from := 0; from < len(moments); {
			if from == 0 { // a fall is as the day begins
				if j := h.Judge(moments[0]); j.Level != level {
					all, level = append(all, Change{level, j.Level, j}), j.Level
				}
			}
			rest := moments[from+1:]
			rise := sort.Search(len(rest), func(i int) bool { return h.Judge(rest[i]).Level > level })
			if rise == len(rest) {
				break
			}
			j := h.Judge(rest[rise])
			all, level = append(all, Change{level, j.Level, j}), j.Level
			from += rise + 1
		}
	}
	return all
}

// moments returns when in d the level may change: as it begins, at each
// reading, and as deadlines near and pass.
func (h *History) moments(d day) []time.Time {
	all := []time.Time{d.start()}
	within := func(t time.Time) {
		if dayOf(t) == d {
			all = append(all, t)
		}
	}
	for e := range h.told(d, d) {
		for _, r := range e.told {
			within(r.At)
		}
	}
	for _, e := range h.ending {
		for _, r := range e.told {
			within(r.Signal.Deadline)
			within(r.Signal.Deadline.Add(-h.params.Notice))
		}
	}
	slices.SortFunc(all, time.Time.Compare)
	return slices.CompactFunc(all, time.Time.Equal)
}
