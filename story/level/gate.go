package level

import (
	"slices"

	"vedette/story"
)

// gated holds a call at the level that its evidence bears out. The call of a
// score or a record rests on the fresh readings of its side; a fact or an
// ultimatum brings the readings that report it.
func (h *History) gated(m moment, c call, fresh *[2][]Reading) call {
	if c.evidence == nil {
		if fresh[c.side] == nil { // several calls of a side rest on the same
			fresh[c.side] = h.evidence(m, c.side)
		}
		c.evidence = fresh[c.side]
	}
	limit, why := h.params.allows(c.evidence)
	if c.rule == ByScore {
		if to, because := h.without(m, c); to < limit {
			limit, why = to, because
		}
	}
	if c.ceiling > story.Unjudged && c.ceiling <= limit {
		limit, why = c.ceiling, c.held
	}
	c.level, c.held = c.wanted, ""
	if c.level > limit {
		c.level, c.held = limit, why
	}
	return c
}

// without returns the level that a score may lift to so that no origin alone
// makes it: one more than without the origin whose absence costs the most.
func (h *History) without(m moment, c call) (story.Level, string) {
	limit, why := story.Critical, ""
	lost := h.lost(m, c.side)
	for _, r := range c.evidence {
		rest := h.params.reached(m.past.usual[c.side].above(m.tally.score[c.side] - lost[r.Origin]))
		if rest+1 < limit {
			limit, why = rest+1, "the score is "+rest.String()+" without "+r.Origin
		}
	}
	return limit, why
}

// lost returns by how much a side's fresh points would be fewer without each
// origin.
func (h *History) lost(m moment, side Side) map[string]float64 {
	from := m.day - day(h.params.Fresh) + 1
	lost := make(map[string]float64)
	for e := range h.told(from, m.day) {
		if WeightOf(e.kind).Side != side {
			continue
		}
		whole := e.gained(from.start(), m.until, nil)
		for i, r := range e.told {
			if slices.ContainsFunc(e.told[:i], func(o Reading) bool { return o.Origin == r.Origin }) {
				continue
			}
			lost[r.Origin] += whole - e.gained(from.start(), m.until, func(o Reading) bool { return o.Origin != r.Origin })
		}
	}
	return lost
}

// evidence returns the hostile readings of a side that are fresh, in order.
func (h *History) evidence(m moment, side Side) []Reading {
	from := m.day - day(h.params.Fresh) + 1
	var all []Reading
	for e := range h.told(from, m.day) {
		for _, r := range e.told {
			if r.hostile() && WeightOf(e.kind).Side == side && !r.At.Before(from.start()) && r.At.Before(m.until) {
				all = append(all, r)
			}
		}
	}
	slices.SortFunc(all, compare)
	return all
}

// allows returns the highest level that evidence can lift to, and what keeps
// it from a higher one. Two pieces of evidence are needed for any rise, two
// independent origins for more than a lone one may lift to, and an outlet that
// no state controls for critical.
func (p Params) allows(evidence []Reading) (story.Level, string) {
	origins, stories := make(map[string]bool), make(map[story.ItemID]bool)
	state, unvetted := true, true
	for _, r := range evidence {
		origins[r.Origin], stories[r.Story] = true, true
		state = state && r.State != ""
		unvetted = unvetted && r.Tier >= 4
	}
	limit, why := story.Critical, ""
	lower := func(holds bool, to story.Level, because string) {
		if holds && to < limit {
			limit, why = to, because
		}
	}
	lower(len(origins) == 0, story.Calm, "there is no fresh evidence")
	lower(len(origins) == 1 && len(stories) == 1, story.Calm, "one origin alone reports it, in one story")
	lower(len(origins) == 1, p.Alone, "one origin alone reports it")
	lower(unvetted, p.Unvetted, "only unvetted outlets report it")
	lower(state, p.StateOnly, "only state-controlled outlets report it")
	return limit, why
}
