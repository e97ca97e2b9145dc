package signal

import (
	"iter"
	"slices"
)

// joinRight adds the groups that go on where group gi ends: "a man and two
// women".
func (l *line) joinRight(c counted, gi int) counted {
	for next := gi + 1; next < len(l.groups); next++ {
		g := &l.groups[next]
		if g.governed {
			continue
		}
		if g.thing || g.part || !l.joined(c.end, g.first) || l.acts(g) || l.speaks(g) || g.sort == known && g.head < 0 || g.sort == single && !g.person || g.sort == bare || g.sort == known && !g.person {
			break
		}
		c = l.add(c, next)
	}
	return c
}

// joinLeft adds the groups that lead up to group gi.
func (l *line) joinLeft(c counted, gi int) counted {
	start := c.first
	for c.sort == bare && c.first > 0 && start-c.first < 4 && l.word(c.first-1) && !l.is(c.first-1, stops) && l.units[c.first-1].kind == "" {
		c.first--
	}
	for last := gi - 1; last >= 0; last-- {
		g := &l.groups[last]
		if (g.thing || g.governed && !l.is(g.first-1, with)) && g.used == "" && l.joined(g.end, c.first) {
			continue
		}
		if g.thing || g.part || g.used != "" || g.governed && !l.is(g.first-1, with) || !l.joined(g.end, c.first) || g.sort == single && !g.person || g.sort == bare || g.sort == known && !g.person {
			break
		}
		c = l.add(c, last)
	}
	return c
}

// add joins group gi to c, unless the groups of c only say who they are.
func (l *line) add(c counted, gi int) counted {
	g := &l.groups[gi]
	g.used = c.kind
	c.groups = append(c.groups, gi)
	c.first, c.end = min(c.first, g.first), max(c.end, g.end)
	c.count.Low += g.count.Low
	c.count.High += g.count.High
	c.sort = min(c.sort, g.sort)
	return c
}

// joined reports whether units end to before first join what stands on both
// sides: "and", a comma, or words that belong to the left one and then these.
func (l *line) joined(end, first int) bool {
	if end >= first || !l.is(first-1, conjunction) && !l.mark(first-1, ",") {
		return false
	}
	if first-end <= 2 && (first-end == 1 || l.mark(end, ",")) {
		return true
	}
	if !l.is(end, preposition|of) && !l.mark(end, "(") || !l.is(first-1, conjunction) || first-end > 12 {
		return false
	}
	for at := end; at < first; at++ {
		if l.is(at, be|says|relative) || l.units[at].kind != "" || l.mark(at, ";:") {
			return false
		}
	}
	return true
}

// acts reports whether g is the subject of a verb of its own.
func (l *line) acts(g *group) bool {
	at := g.end
	for l.is(at, be|adverb) {
		at++
	}
	return l.is(at, before) && (at > g.end || g.head < 0 || !l.is(at, after)) || at > g.end && l.is(at-1, be)
}

// release makes the groups of c free for another verb.
func (l *line) release(c *counted) {
	for _, gi := range c.groups {
		l.groups[gi].used = ""
	}
}

// partsOf yields the groups after group gi that are parts of it, told of by the
// verb at unit t: "13 people were killed, including 4 children".
func (l *line) partsOf(gi, t int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for part := gi + 1; part < len(l.groups); part++ {
			g := &l.groups[part]
			if !g.part || !l.is(g.first-1, parts|conjunction) && !l.mark(g.first-1, ",") {
				return
			}
			for at := l.groups[part-1].end; at < g.first; at++ {
				if at != t && l.units[at].kind != "" {
					return
				}
			}
			if g.sort > single || g.thing || g.count.High > l.groups[gi].count.High {
				return
			}
			if !yield(part) {
				return
			}
		}
	}
}

// starting returns the group that begins at unit at.
func (l *line) starting(at int) (gi int, ok bool) {
	gi = slices.IndexFunc(l.groups, func(g group) bool { return g.first == at })
	return gi, gi >= 0
}

// ending returns the group whose words end before unit at.
func (l *line) ending(at int) (gi int, ok bool) {
	gi = slices.IndexFunc(l.groups, func(g group) bool { return g.end == at })
	return gi, gi >= 0
}
