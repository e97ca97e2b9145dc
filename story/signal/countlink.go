package signal

import (
	"slices"

	"vedette/story"
)

// farthest is how many units may stand between the counted and the verb.
const farthest = 30

// counted is whom a verb or noun counts: one group, or several joined.
type counted struct {
	count      story.Count
	first, end int // units of all, to show as evidence
	groups     []int
	sort       int
}

// counted returns whom the verb or noun at unit t counts.
func (l *line) counted(t int) (c counted, ok bool) {
	role := l.units[t].role
	if role&toll != 0 {
		if c, ok := l.tolled(t); ok {
			return c, true
		}
	}
	if role&nounOf != 0 && l.is(t+1, of) {
		return l.object(t, t+2)
	}
	if role&noun != 0 {
		if c, ok := l.numbered(t); ok {
			return c, true
		}
	}
	_, passive := l.auxiliary(t)
	if role&before != 0 && role&after != 0 && !passive {
		if gi, ok := l.ending(t); ok && l.groups[gi].head < 0 && l.groups[gi].sort == numbered {
			return l.subject(t)
		}
	}
	if role&after != 0 && !(passive && role&before != 0) {
		if c, ok := l.object(t, t+1); ok {
			return c, true
		}
	}
	if role&before != 0 {
		return l.subject(t)
	}
	return c, false
}

// tolled reads the number that a toll stands at.
func (l *line) tolled(t int) (c counted, ok bool) {
	led := false
	for i := range l.groups {
		g := &l.groups[i]
		if g.first <= t || g.sort != numbered || g.thing {
			continue
		}
		if g.first > t+9 {
			break
		}
		for at := t + 1; at < g.first; at++ {
			led = led || l.is(at, rangeTo|of|preposition|be) || l.mark(at, ":")
			if l.mark(at, ";") || l.is(at, after|before) {
				return c, false
			}
		}
		if led || g.first == t+1 {
			c = counted{count: g.count, first: t, end: g.end, groups: []int{i}}
			c.count.Total = true
			g.used = true
			return c, true
		}
	}
	return c, false
}

// numbered reads the number before or after a noun that counts by itself.
func (l *line) numbered(t int) (c counted, ok bool) {
	if gi, ok := l.ending(t); ok && !l.groups[gi].thing {
		g := &l.groups[gi]
		one := l.units[t].value == 1
		switch {
		case g.sort == numbered && (!g.person || g.head < 0 || !l.is(t, before|after)), g.sort == single && one, g.sort == known && one:
			g.used = true
			c = counted{count: g.count, first: g.first, end: t + 1, groups: []int{gi}, sort: g.sort}
			if g.sort != numbered {
				c.count = story.Count{Low: 1, High: 1}
			}
			return l.joinLeft(c, gi), true
		}
	}
	at := t + 1
	if l.mark(at, ":") {
		at++
	}
	if t > 0 && !l.mark(t-1, ".,;:") && !l.is(t-1, conjunction) {
		return c, false
	}
	if gi, ok := l.starting(at); ok && l.groups[gi].sort == numbered && l.groups[gi].head < 0 && (l.ends(l.groups[gi].end) || l.is(l.groups[gi].end, conjunction)) {
		l.groups[gi].used = true
		return counted{count: l.groups[gi].count, first: t, end: l.groups[gi].end, groups: []int{gi}}, true
	}
	return c, false
}

// ends reports whether a sentence or clause ends before unit at.
func (l *line) ends(at int) bool { return at >= len(l.units) || l.mark(at, ".,;)") }

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
		return l.named(t, at)
	}
	g := &l.groups[gi]
	if g.thing || g.used || g.sort == numbered && g.head >= 0 && !g.person || l.speaks(g) || l.needsPeople(t) && !g.person && g.head < 0 && g.end > g.noun {
		return c, false
	}
	if g.sort == bare && !g.person {
		return c, false
	}
	c = l.take(gi, min(t, g.first))
	return l.joinRight(c, gi), true
}

// needsPeople reports whether the verb at unit t has things for its object as
// well: what is captured is often a town.
func (l *line) needsPeople(t int) bool {
	return l.units[t].kind == story.Captured || l.units[t].kind == story.Displaced
}

// speaks reports whether g is who says so.
func (l *line) speaks(g *group) bool { return l.is(g.end, says) && !l.is(g.end, after|before) }

// take counts group gi by itself.
func (l *line) take(gi, first int) counted {
	g := &l.groups[gi]
	g.used = true
	c := counted{count: g.count, first: first, end: g.end, groups: []int{gi}, sort: g.sort}
	if g.sort == known && g.count.Low == 0 {
		c.count = l.last
	}
	return c
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

// joinRight adds the groups that go on where group gi ends: "a man and two
// women".
func (l *line) joinRight(c counted, gi int) counted {
	for next := gi + 1; next < len(l.groups); next++ {
		g := &l.groups[next]
		if g.thing && g.governed {
			continue
		}
		if g.thing || g.part || !l.joined(c.end, g.first) || l.acts(g) || l.speaks(g) || g.sort == single && !g.person || g.sort == bare || g.sort == known && !g.person {
			break
		}
		c = l.add(c, next)
	}
	return c
}

// joinLeft adds the groups that lead up to group gi.
func (l *line) joinLeft(c counted, gi int) counted {
	for last := gi - 1; last >= 0; last-- {
		g := &l.groups[last]
		if (g.thing || g.governed) && !g.used && l.joined(g.end, c.first) {
			continue
		}
		if g.thing || g.part || g.used || g.governed || !l.joined(g.end, c.first) || g.sort == single && !g.person || g.sort == bare || g.sort == known && !g.person {
			break
		}
		c = l.add(c, last)
	}
	return c
}

// add joins group gi to c, unless the groups of c only say who they are.
func (l *line) add(c counted, gi int) counted {
	g := &l.groups[gi]
	g.used = true
	c.groups = append(c.groups, gi)
	c.first, c.end = min(c.first, g.first), max(c.end, g.end)
	c.count.Low += g.count.Low
	c.count.High += g.count.High
	c.count.Open = c.count.Open || g.count.Open
	if g.sort < c.sort {
		c.sort = g.sort
	}
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

// auxiliary returns where the words between the counted and the verb at unit t
// begin, and whether one of them makes it passive; how says one or several.
func (l *line) auxiliary(t int) (at int, passive bool) {
	at = t
	for at > 0 {
		switch {
		case l.is(at-1, be):
			passive = true
		case l.is(at-1, adverb):
		case l.is(at-1, conjunction) && at > 2 && l.is(at-3, be) && !l.counts(at-2):
			at, passive = at-2, true // "was handcuffed and killed"
		default:
			return at, passive
		}
		at--
	}
	return at, passive
}

// agrees returns what the words from unit at to before t say of the number of
// the counted: 1, 2 for several, or 0.
func (l *line) agrees(at, t int) int {
	for ; at < t; at++ {
		if l.is(at, be) && l.units[at].value > 0 {
			return l.units[at].value
		}
	}
	return 0
}

// subject returns whom the verb at unit t has before it.
func (l *line) subject(t int) (c counted, ok bool) {
	start, passive := l.auxiliary(t)
	agrees := l.agrees(start, t)
	for gi := len(l.groups) - 1; gi >= 0; gi-- {
		g := &l.groups[gi]
		if inner := g.first < t && g.end > t; inner && g.person && !g.thing && !g.used {
			c = l.take(gi, g.first)
			return l.joinRight(c, gi), true
		}
		if g.end > start && !(g.end <= t && g.sort == known) || g.first >= t {
			continue
		}
		if t-g.end > farthest || !l.reaches(g.end, start) {
			break
		}
		near := l.near(g.end, start)
		if g.used && near || near && g.animal {
			return c, false
		}
		if g.part || g.used || g.thing || g.governed && !(near && (l.is(g.first-1, with) || !passive)) {
			continue
		}
		if !near && (g.head < 0 && !(g.sort == numbered && l.is(g.end, of|preposition)) || g.sort == bare || l.is(t, after) && !passive) {
			continue
		}
		c = l.joinLeft(l.take(gi, g.first), gi)
		if l.disagree(agrees, &c) {
			l.release(&c)
			continue
		}
		return c, true
	}
	return l.unnamed(t, start, agrees)
}

// release makes the groups of c free for another verb.
func (l *line) release(c *counted) {
	for _, gi := range c.groups {
		l.groups[gi].used = false
	}
}

// disagree reports whether c cannot be whom a verb of that number tells of.
func (l *line) disagree(agrees int, c *counted) bool {
	return agrees == 1 && c.count.High > 1 || agrees == 2 && c.count.High == 1 && c.sort != known
}

// near reports whether nothing but what is in brackets stands from unit end to
// before start.
func (l *line) near(end, start int) bool {
	if l.mark(end, "(") {
		for end < start && !l.mark(end, ")") {
			end++
		}
		end++
	}
	for end < start && (l.is(end, adverb|other) || l.mark(end, ")")) {
		end++
	}
	return end >= start
}

// reaches reports whether a verb at unit start can tell of what ends before
// unit end: no other verb that counts stands between, and no clause ends.
func (l *line) reaches(end, start int) bool {
	for at := end; at < start; at++ {
		if l.mark(at, ";:") || l.units[at].kind != "" && l.is(at, after|before) {
			return false
		}
	}
	return true
}

// unnamed returns one person if the verb at unit t says so of someone who is
// not counted: "commander Abu Omar was killed".
func (l *line) unnamed(t, start, agrees int) (c counted, ok bool) {
	if agrees != 1 || start == 0 || l.mark(start-1, ",;:)") && start < 2 {
		return c, false
	}
	first := start
	for first > 0 && start-first < 6 && l.word(first-1) && !l.is(first-1, stops&^(noun|relative)|thing|animal|people) && l.units[first-1].kind == "" {
		first--
	}
	if first == start {
		return c, false
	}
	return counted{count: story.Count{Low: 1, High: 1}, first: first, end: start, sort: known}, true
}
