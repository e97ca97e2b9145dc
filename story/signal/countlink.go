package signal

import (
	"iter"
	"slices"
	"strings"

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
	kind       story.SignalKind
}

// counted returns whom the verb or noun at unit t counts.
func (l *line) counted(t int) (c counted, ok bool) {
	role := l.units[t].role
	if l.paired(t) {
		return c, false
	}
	if role&toll != 0 {
		if c, ok := l.tolled(t); ok {
			return c, true
		}
	}
	if role&nounOf != 0 {
		if c, ok := l.belonging(t); ok {
			return c, true
		}
	}
	if role&noun != 0 {
		if c, ok := l.numbered(t); ok {
			return c, true
		}
	}
	if l.is(t-1, definite) && role&(base|parts) == 0 {
		return c, false // "the dead"
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

// paired reports whether the verb at unit t shares its people with one of
// another kind: of "40 were killed or wounded" nobody knows how many each.
func (l *line) paired(t int) bool {
	for _, pair := range [][2]int{{t, t + 2}, {t - 2, t}} {
		a, b := pair[0], pair[1]
		if a < 0 || b >= len(l.units) || !l.is(a+1, conjunction) || !l.harms(a) || !l.harms(b) || l.units[a].kind == l.units[b].kind {
			continue
		}
		if _, ok := l.starting(b + 1); !ok || l.is(b, before) && l.is(a-1, be) {
			return true
		}
	}
	return false
}

// harms reports whether unit at is a verb for the killed or wounded.
func (l *line) harms(at int) bool {
	k := l.units[at].kind
	return l.is(at, after|before) && (k == story.Killed || k == story.Wounded)
}

// belonging returns whose the death or the body at unit t is: "the death
// yesterday of nine people", "his death".
func (l *line) belonging(t int) (c counted, ok bool) {
	for at := t + 1; at < len(l.units) && at < t+7 && !l.mark(at, ",.;:"); at++ {
		if l.is(at, of) {
			return l.object(t, at+1)
		}
		if l.units[at].kind != "" || l.is(at, be|conjunction|relative) {
			break
		}
	}
	if l.units[t].value == 1 && t > 0 && (l.is(t-1, definite) && l.is(t-1, possessive) || strings.HasSuffix(l.text(t-1), "'s") || strings.HasSuffix(l.text(t-1), "’s")) {
		return counted{count: story.Count{Low: 1, High: 1}, first: t - 1, end: t, sort: known}, true
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
		if led || g.first == t+1 || l.is(g.first, atMost|rangeTo) {
			c = counted{count: g.count, first: t, end: g.end, groups: []int{i}}
			c.count.Total = true
			if c.count.Low == 0 {
				c.count.Low = c.count.High // "to" a number, in some languages, is "up to" it
			}
			g.used = l.units[t].kind
			return c, true
		}
	}
	return c, false
}

// numbered reads the number before or after a noun that counts by itself.
func (l *line) numbered(t int) (c counted, ok bool) {
	if gi, ok := l.ending(t); ok && !l.groups[gi].thing && l.groups[gi].used == "" {
		g := &l.groups[gi]
		one := l.units[t].value == 1
		switch {
		case g.sort == numbered && (!g.person || g.head < 0 || !l.is(t, before|after)), g.sort == single && one, g.sort == known && one:
			g.used = l.units[t].kind
			c = counted{kind: g.used, count: g.count, first: g.first, end: t + 1, groups: []int{gi}, sort: g.sort}
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
		l.groups[gi].used = l.units[t].kind
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
		if gi, ok = l.described(at); !ok {
			return l.named(t, at)
		}
	}
	g := &l.groups[gi]
	if g.thing || g.used != "" || g.sort == numbered && g.head >= 0 && !g.person || l.speaks(g) || l.needsPeople(t) && !g.person && g.head < 0 && g.end > g.noun {
		return c, false
	}
	if g.sort == bare && !g.person {
		return c, false
	}
	return l.joinRight(l.take(t, gi), gi), true
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
		if inner := g.first < t && g.end > t; inner && g.person && !g.thing && g.used == "" {
			c = l.take(t, gi)
			return l.joinRight(c, gi), true
		}
		if g.end > start && !(g.end <= t && g.sort == known) || g.first >= t {
			continue
		}
		if t-g.end > farthest || !l.reaches(g.end, start) {
			break
		}
		near, used := l.near(g.end, start), g.used != "" && (g.used == l.units[t].kind || l.paired(t))
		if used && near || near && g.animal {
			return c, false
		}
		if g.part || used || g.thing || g.governed && !(near && (l.is(g.first-1, with) || !passive && !l.is(g.first-1, of))) {
			continue
		}
		if shared := g.used != "" && l.is(start-1, conjunction); !near && !shared && (g.head < 0 && !(g.sort == numbered && l.is(g.end, of|preposition)) || g.sort == bare || l.is(t, after) && !passive || l.units[t].kind == story.Displaced && !l.is(g.end, of|preposition)) {
			continue
		}
		if _, active := l.starting(t + 1); active && g.sort == bare && !passive {
			return c, false // "rebels captured 3 villages"
		}
		c = l.joinLeft(l.take(t, gi), gi)
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
		l.groups[gi].used = ""
	}
}

// disagree reports whether c cannot be whom a verb of that number tells of.
func (l *line) disagree(agrees int, c *counted) bool {
	return agrees == 1 && (c.count.High > 1 || c.sort == bare && c.count.High == 0) || agrees == 2 && c.count.High == 1 && c.sort != known
}

// near reports whether nothing but what is in brackets stands from unit end to
// before start.
func (l *line) near(end, start int) bool {
	if l.mark(end, "([") {
		for end < start && !l.mark(end, ")]") {
			end++
		}
		end++
	}
	for end < start && (l.is(end, adverb|other) || l.mark(end, ")]")) {
		end++
	}
	return end >= start
}

// reaches reports whether a verb at unit start can tell of what ends before
// unit end: no other verb that counts stands between, and no clause ends.
func (l *line) reaches(end, start int) bool {
	for at := end; at < start; at++ {
		shares := l.units[at].kind == story.Captured && l.is(start-1, conjunction)
		if l.mark(at, ";:") || l.units[at].kind != "" && l.is(at, after|before) && !shares {
			return false
		}
	}
	return true
}

// unnamed returns one person if the verb at unit t says so of someone who is
// not counted: "commander Abu Omar was killed".
func (l *line) unnamed(t, start, agrees int) (c counted, ok bool) {
	if agrees != 1 || start == 0 || l.needsPeople(t) {
		return c, false
	}
	end := start
	for end > 0 && (l.is(end-1, relative|adverb) || l.mark(end-1, ",()[]") || l.units[end-1].digits) {
		end--
	}
	first := end
	for first > 0 && end-first < 6 && l.word(first-1) && !l.is(first-1, stops&^(noun|definite)|animal|people) && l.units[first-1].kind == "" {
		first--
	}
	if first == end {
		return c, false
	}
	return counted{count: story.Count{Low: 1, High: 1}, first: first, end: end, sort: known}, true
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
