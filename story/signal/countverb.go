package signal

import (
	"vedette/story"
)

// counted is whom a verb or noun counts: one group, or several joined.
type counted struct {
	count      story.Count
	first, end int   // units, to show as evidence
	groups     []int // none of a name or of whose a death is
	sort       int   // the surest of the groups
	kind       story.SignalKind
}

// counted returns whom the verb or noun at unit t counts.
func (l *line) counted(t int) (c counted, ok bool) {
	if a, b, ok := l.paired(t); ok {
		return l.countedByTwo(t, a, b)
	}
	if c, ok := l.countedByNoun(t); ok {
		return c, true
	}
	if l.is(t-1, definite) && !l.is(t, base|parts) {
		return c, false // "the dead"
	}
	_, passive := l.auxiliary(t)
	either := l.is(t, before) && l.is(t, after)
	if either && !passive {
		if gi, ok := l.ending(t); ok && l.groups[gi].head < 0 && l.groups[gi].sort == numbered {
			return l.subject(t) // "5 killed"
		}
	}
	if l.is(t, after) && (!either || !passive) {
		if c, ok := l.object(t, t+1); ok {
			return c, true
		}
	}
	if l.is(t, before) {
		return l.subject(t)
	}
	return c, false
}

// paired returns the two verbs, of which that at unit t is one, that share
// their people: "40 were killed or wounded".
func (l *line) paired(t int) (a, b int, ok bool) {
	for _, a := range []int{t, t - 2} {
		b := a + 2
		if a < 0 || b >= len(l.units) || !l.is(a+1, conjunction) || !l.harms(a) || !l.harms(b) || l.units[a].kind == l.units[b].kind {
			continue
		}
		_, counted := l.ending(a)
		_, object := l.starting(b + 1)
		if !object || l.is(b, before) && l.is(a-1, be) || !counted {
			return a, b, true
		}
	}
	return 0, 0, false
}

// countedByTwo returns whom verbs a and b, of which t is one, count together:
// nobody knows how many each, so that it may be none or all.
func (l *line) countedByTwo(t, a, b int) (c counted, ok bool) {
	if l.is(a, before) {
		c, ok = l.subject(a)
	}
	if !ok && l.is(b, after) {
		c, ok = l.object(b, b+1)
	}
	if t == a {
		l.release(&c) // the other will ask as well
	}
	c.count.Low = 0
	for _, gi := range c.groups {
		l.groups[gi].count.Low = 0
	}
	return c, ok
}

// harms reports whether unit at is a verb for the killed or wounded.
func (l *line) harms(at int) bool {
	k := l.units[at].kind
	return l.is(at, after|before) && (k == story.Killed || k == story.Wounded)
}

// object returns whom the verb at unit t has for its object, from unit at on.
func (l *line) object(t, at int) (c counted, ok bool) {
	for l.is(at, adverb) {
		if _, ok := l.starting(at); ok {
			break
		}
		at++
	}
	if l.is(t, after) && (l.is(at, conjunction) || l.mark(at, ",")) {
		return c, false // "killing or wounding two": who knows how many each
	}
	gi, ok := l.starting(at)
	if !ok {
		gi, ok = l.described(at)
	}
	if !ok {
		return l.named(t, at)
	}
	if g := &l.groups[gi]; g.used != "" || !l.suits(g, t) || l.speaks(g) {
		return c, false
	}
	return l.joinRight(l.take(t, gi), gi), true
}

// suits reports whether g can be the object of the verb at unit t.
func (l *line) suits(g *group, t int) bool {
	switch {
	case g.person && !g.thing:
		return true
	case g.thing, g.sort == bare, g.sort == numbered && g.head >= 0:
		return false
	}
	return !l.needsPeople(t) || g.end == g.noun
}

// described returns the people without a number who stand after words that say
// of what sort, from unit at on: "kills Hamas commander".
func (l *line) described(at int) (gi int, ok bool) {
	for end := at; end < at+4 && end < len(l.units); end++ {
		if gi, ok := l.starting(end); ok {
			return gi, l.groups[gi].sort == bare && l.groups[gi].person && !l.acts(&l.groups[gi])
		}
		if !l.word(end) || l.is(end, stops) || l.units[end].kind != "" {
			break
		}
	}
	return 0, false
}

// named returns one person for a name from unit at on: who else has a name.
func (l *line) named(t, at int) (c counted, ok bool) {
	end, capitals := at, 0
	for end < len(l.units) && end < at+6 && l.word(end) && l.units[end].capital && !l.is(end, stops&^noun|people|thing) && !l.units[end].digits {
		capitals++
		end++
	}
	if capitals < 2 || l.needsPeople(t) && l.caps {
		return c, false
	}
	return counted{count: story.Count{Low: 1, High: 1}, first: at, end: end, sort: bare}, true
}

// needsPeople reports whether the verb at unit t has things for its object as
// well: what is captured is often a town.
func (l *line) needsPeople(t int) bool {
	return l.units[t].kind == story.Captured && l.units[t].value == 1 || l.units[t].kind == story.Displaced
}

// speaks reports whether g is who says so.
func (l *line) speaks(g *group) bool { return l.is(g.end, says) && !l.is(g.end, after|before) }

// take counts group gi by itself.
func (l *line) take(t, gi int) counted {
	g := &l.groups[gi]
	g.used = l.units[t].kind
	c := counted{count: g.count, first: g.first, kind: l.units[t].kind, end: g.end, groups: []int{gi}, sort: g.sort}
	if g.sort == known && g.count.Low == 0 {
		c.count = l.last
	}
	return c
}
