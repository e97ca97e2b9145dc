package signal

import (
	"slices"

	"vedette/story"
)

// longestName is how many words an actor, a target or a place may have.
const longestName = 7

// actors returns who does what h says, and to whom. Either is empty where it
// is not plain.
func (c *claiming) actors(kind story.SignalKind, h hit) (actor, target stretch) {
	actor = c.subject(h)
	by := c.next(h.start+1, h.end-h.start+3, "by")
	switch {
	case c.near(c.reading, h.start, 2, "be") && by >= 0:
		return c.nameFrom(by + 1), actor
	case by >= 0 && by <= h.end: // "shelling by the army"
		if on := c.next(by, longestName, "on"); on >= 0 {
			target = c.nameFrom(on + 1)
		}
		return c.nameFrom(by + 1), target
	case c.is(c.reading, h.end-1, "between"):
		actor = c.nameFrom(h.end)
		if and := c.next(h.end, longestName, "and"); and >= 0 {
			target = c.nameFrom(and + 1)
		}
		return actor, target
	case kind == story.Threat, kind == story.Ultimatum, force(kind) && kind != story.Clash:
		return actor, c.object(kind, h)
	}
	if with := c.next(h.end-1, 3, "with"); with >= 0 {
		target = c.nameFrom(with + 1)
	}
	return actor, target
}

// object returns whom the force of h is used on or the words are said to.
func (c *claiming) object(kind story.SignalKind, h hit) stretch {
	at := h.end
	on := c.next(h.end-1, 5, "on")
	switch {
	case kind == story.Threat && on >= 0:
		at = on + 1
	case kind == story.Threat && h.end-h.start > 1 && c.reading.words[h.start+1].capital, kind != story.Threat && slices.Contains(h.elements, gap):
		at = h.start + 1
	}
	for at < min(len(c.reading.words), h.end+2) && c.is(c.reading, at, "stop") && !c.is(c.reading, at, "place") {
		at++
	}
	return c.nameFrom(at)
}

// next returns the first word of heading among reach words from at on, or -1.
func (c *claiming) next(at, reach int, heading string) int {
	for i := max(at, 0); i < min(at+reach, len(c.reading.words)) && !c.reading.words[i].mark; i++ {
		if c.is(c.reading, i, heading) {
			return i
		}
	}
	return -1
}

// subject returns the name before h: the nearest, but after "and" the first
// of the clause, whose verb h then is the second of.
func (c *claiming) subject(h hit) stretch {
	from := c.clause(h.start).start
	if c.is(c.reading, h.start-1, "and") {
		for i := from; i < h.start; i++ {
			if name := c.nameFrom(i); c.named(i) && !name.empty() {
				return name
			}
		}
	}
	for i := h.start; i >= from; i-- { // "warplanes struck" begins with who does it
		if !c.named(i) || i == h.start && !c.is(c.reading, i, "who") {
			continue
		}
		name := stretch{i, i + 1}
		for name.start > from && i-name.start < longestName && c.part(name.start-1) {
			name.start--
		}
		if !c.is(c.reading, name.start-1, "place") || !c.reading.words[name.start].capital || name.start-1 <= from {
			return c.bare(name)
		}
		i = name.start
	}
	return stretch{}
}

// nameFrom returns the name that begins at word at, without an article.
func (c *claiming) nameFrom(at int) stretch {
	name := stretch{at, at}
	found := false
	for name.end < len(c.reading.words) && name.end-at < longestName && (c.part(name.end) || name.end == at && c.is(c.reading, at, "article")) {
		found = found || c.named(name.end)
		name.end++
	}
	if !found {
		return stretch{}
	}
	return c.bare(name)
}

// bare returns name without the words at its ends that name nobody.
func (c *claiming) bare(name stretch) stretch {
	for !name.empty() && c.is(c.reading, name.start, "article") {
		name.start++
	}
	for !name.empty() && !c.named(name.end-1) {
		name.end--
	}
	return name
}

// part reports whether word at may belong to a name.
func (c *claiming) part(at int) bool {
	return at >= 0 && at < len(c.reading.words) && !c.reading.words[at].mark && !c.is(c.reading, at, "stop") && !c.is(c.reading, at, "and")
}

// named reports whether word at names someone: it has a capital, or says who
// acts in wars.
func (c *claiming) named(at int) bool {
	return c.part(at) && (c.reading.words[at].capital && !c.is(c.reading, at, "article") || c.is(c.reading, at, "who"))
}
