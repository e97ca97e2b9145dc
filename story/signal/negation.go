package signal

import (
	"slices"

	"vedette/story"
)

// force are the kinds that are a use of force: yet to come, they threaten.
func force(kind story.SignalKind) bool {
	return slices.Contains([]story.SignalKind{story.Strike, story.Shelling, story.Clash, story.Encirclement}, kind)
}

// peace are the kinds that may be asked for and refused.
func peace(kind story.SignalKind) bool {
	return slices.Contains([]story.SignalKind{story.Ceasefire, story.Talks, story.Agreement, story.Withdrawal, story.AidAccess}, kind)
}

// judge returns the kind of signal that h makes where it stands, or "" if
// the sentence takes it back: denies, supposes or remembers it.
func (c *claiming) judge(h hit) story.SignalKind {
	kind := story.SignalKind(h.means)
	switch {
	case h.means == "none", h.weak && !c.ofWar(kind), c.denied(h), c.remembered(h, kind), c.before(h, 3, "not"), c.inside(h), kind != story.Threat && c.conditional(h):
		return ""
	case kind == story.Threat || kind == story.Ultimatum:
		if c.before(h, 3, "maybe") {
			return ""
		}
	case force(kind) && kind != story.Encirclement && (c.before(h, 8, "threatens") || c.before(h, 2, "will")):
		return story.Threat
	case force(kind) && (c.before(h, 4, "stops") || c.before(h, 3, "will") || c.before(h, 8, "threatens")), c.before(h, 5, "maybe"):
		return ""
	case peace(kind) && (c.before(h, 6, "asks") || c.before(h, 5, "refuses")):
		return ""
	case (kind == story.Mobilisation || kind == story.Violation) && c.before(h, 5, "threatens"):
		return ""
	}
	return kind
}

// ofWar reports whether the sentence is about war: has a word of it, or if
// kind is of words, one of states.
func (c *claiming) ofWar(kind story.SignalKind) bool {
	n := len(c.reading.words)
	return c.anyIs(c.reading, 0, n, "war") || kind != story.Withdrawal && c.anyIs(c.reading, 0, n, "state")
}

// before reports whether a turn of heading ends among the last reach words
// before h, with no mark between.
func (c *claiming) before(h hit, reach int, heading string) bool {
	from := c.clause(h.start).start
	return slices.ContainsFunc(c.turns, func(t hit) bool {
		return t.means == heading && t.start >= from && t.start < h.start && t.end <= h.end && h.start-t.end < reach
	})
}

// inside reports whether a gap of h holds a word that takes it back: "the
// ceasefire was not broken".
func (c *claiming) inside(h hit) bool {
	return slices.Contains(h.elements, gap) && slices.ContainsFunc(c.turns, func(t hit) bool {
		return (t.means == "not" || t.means == "maybe") && t.start > h.start && t.end < h.end && t.size() == 1 && !force(story.SignalKind(h.means)) &&
			h.means != string(story.Threat) && h.means != string(story.Ultimatum)
	})
}

// conditional reports whether h stands in a clause that a condition begins.
func (c *claiming) conditional(h hit) bool { return c.before(h, 40, "if") }

// deny is how many words before a claim it may be denied: a denial governs a
// long clause.
const deny = 12

// denied reports whether h is said not to be so: before it, or soon after it
// in the same clause.
func (c *claiming) denied(h hit) bool {
	end := c.clause(h.start).end
	return slices.ContainsFunc(c.turns, func(t hit) bool {
		return t.means == "denied" && (t.end <= h.start && h.start-t.end < deny || t.start >= h.end && t.start < end && t.start-h.end < deny/2)
	})
}

// remembered reports whether h tells of former times: of an anniversary, or
// with a word or year of the past beside it or at the head of the sentence.
func (c *claiming) remembered(h hit, kind story.SignalKind) bool {
	clause := c.clause(h.start)
	past := func(start, end int) bool {
		return start >= clause.start && end <= clause.end && start-h.end < 5 && h.start-end < 5 || start <= 2
	}
	for _, t := range c.turns {
		if t.means == "history" && kind != story.Threat && kind != story.Ultimatum || t.means == "former" && past(t.start, t.end) {
			return true
		}
	}
	for i := range c.reading.words {
		if year := c.year(i); year != 0 && year < c.when.Year() && past(i, i+1) {
			return true
		}
	}
	return false
}

// year returns the year that word at names, or 0.
func (c *claiming) year(at int) int {
	w := c.reading.words[at].low
	if len(w) < 4 || w[0] != '1' && w[0] != '2' || len(w) > 5 {
		return 0 // "1990s" is a year as well
	}
	year := 0
	for _, b := range []byte(w[:4]) {
		if b < '0' || b > '9' {
			return 0
		}
		year = 10*year + int(b-'0')
	}
	if year < 1900 || year > 2100 || len(w) == 5 && w[4] != 's' {
		return 0
	}
	return year
}
