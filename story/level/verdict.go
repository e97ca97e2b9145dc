package level

import (
	"cmp"
	"slices"
	"time"

	"vedette/story"
)

// A moment is the day that is judged, as far as it has gone.
type moment struct {
	day   day
	past  *past // what stood when the day began
	tally tally
	until time.Time // what is told before it counts
}

// A verdict is the level of a day up to a moment, and what calls for it.
type verdict struct {
	level story.Level
	borne bool   // something still calls for it, or nearly
	calls []call // for more than calm, the highest first
}

// A call is one rule's claim to a level.
type call struct {
	rule     Rule
	side     Side
	level    story.Level // after the gate
	wanted   story.Level // before it
	ceiling  story.Level // that it lifts to at most, whatever the evidence; Unjudged if there is none
	held     string      // why it is held below what it wants, or ""
	value    float64     // what was measured
	limit    float64     // what it had to reach
	evidence []Reading
	ends     time.Time // of an ultimatum
}

// verdict judges a moment. What calls for no more than the day's first level
// needs no evidence: only a rise does.
func (h *History) verdict(m moment) verdict {
	var calls []call
	if c := h.fact(m, h.params.FactDays); !h.usualFact(m, c.wanted) {
		calls = append(calls, c)
	}
	calls = append(calls, h.ultimatums(m)...)
	for _, side := range []Side{Threats, Acts} {
		calls = append(calls, h.scored(m, side), h.record(m, side, ByYear), h.record(m, side, ByThreeYears))
	}
	v := verdict{level: m.past.open}
	var fresh [2][]Reading
	for _, c := range calls {
		if c.wanted <= story.Calm {
			continue
		}
		c.level = c.wanted
		if c.wanted > m.past.open {
			c = h.gated(m, c, &fresh)
		}
		v.level = max(v.level, c.level)
		v.calls = append(v.calls, c)
	}
	slices.SortStableFunc(v.calls, func(a, b call) int {
		return cmp.Or(cmp.Compare(b.level, a.level), cmp.Compare(b.wanted, a.wanted))
	})
	v.borne = h.borne(m, v)
	return v
}

// borne reports whether anything calls for the level that was reached, or a
// score is high enough for it to hold, if not to rise to it.
func (h *History) borne(m moment, v verdict) bool {
	if slices.ContainsFunc(v.calls, func(c call) bool { return c.wanted >= v.level }) {
		return true
	}
	for side, u := range m.past.usual {
		if u.above(m.tally.score[side]) >= h.params.Fall*h.params.rise(v.level) {
			return true
		}
	}
	return false
}

// scored is the call of a side's score. Of a cold watch the score alone lifts
// only so far, and state-controlled outlets are not what makes it critical.
func (h *History) scored(m moment, side Side) call {
	u := m.past.usual[side]
	above := u.above(m.tally.score[side])
	c := call{rule: ByScore, side: side, wanted: h.params.reached(above), value: above}
	c.limit = h.params.rise(c.wanted)
	if h.cold(m.past) && c.wanted > h.params.ColdCap {
		c.ceiling, c.held = h.params.ColdCap, "the score of a cold watch lifts no further"
	}
	if c.wanted == story.Critical && c.held == "" && h.params.reached(u.above(m.tally.free[side])) < story.High {
		c.ceiling, c.held = h.params.StateOnly, "without state-controlled outlets the score is not even high"
	}
	return c
}

// cold reports whether the watch has too little past to know what is usual.
func (h *History) cold(p *past) bool { return p.known < h.params.ColdDays }

// record is the call of a score that no day reached for so long.
func (h *History) record(m moment, side Side, rule Rule) call {
	days, least, wanted := h.params.YearDays, h.params.YearRise, story.Elevated
	if rule == ByThreeYears {
		days, least, wanted = h.params.ThreeYearDays, h.params.ThreeYearRise, story.High
	}
	score := m.tally.score[side]
	window := h.window(m.day, days-h.params.Guard)
	if len(window) < days-h.params.Guard || m.past.usual[side].above(score) < least {
		return call{}
	}
	highest := 0.0
	for i := range window {
		highest = max(highest, window[i].tally.score[side])
	}
	if score <= highest {
		return call{}
	}
	return call{rule: rule, side: side, wanted: wanted, value: score, limit: highest}
}

// fact is the call of the gravest fact of the last days: so many dead in one
// story, by two origins.
func (h *History) fact(m moment, days int) call {
	best := call{}
	from := m.day - day(days) + 1
	for e := range h.told(from, m.day) {
		if e.kind != story.Killed {
			continue
		}
		dead, by := e.dead(from.start(), m.until)
		for _, f := range h.params.Floors {
			c := call{rule: ByDead, side: Acts, wanted: f.Level, value: float64(dead), limit: float64(f.Killed), evidence: by}
			if e.army && f.Army > 0 && (f.Killed == 0 || f.Army < f.Killed) {
				c.rule, c.limit = ByArmyDead, float64(f.Army)
			}
			if c.limit > 0 && c.value >= c.limit && c.graver(best) {
				best = c
			}
		}
	}
	return best
}

// graver reports whether fact c goes before fact b, whatever the order in
// which they are looked at.
func (c call) graver(b call) bool {
	return cmp.Or(cmp.Compare(c.wanted, b.wanted), cmp.Compare(c.value, b.value)) > 0 ||
		c.wanted == b.wanted && c.value == b.value && compare(c.evidence[0], b.evidence[0]) < 0
}

// usualFact reports whether facts as grave as l are usual for the watch.
func (h *History) usualFact(m moment, l story.Level) bool {
	window := h.window(m.day, h.params.Baseline)
	met := 0
	for i := range window {
		if window[i].fact >= l {
			met++
		}
	}
	return len(window) >= h.params.ColdDays && float64(met) > h.params.FactUsual*float64(len(window))
}
