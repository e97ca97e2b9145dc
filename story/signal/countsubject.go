package signal

import (
	"vedette/story"
)

// farthest is how many units may stand between the counted and the verb.
const farthest = 30

// subject returns whom the verb at unit t has before it: the nearest group that
// can be meant.
func (l *line) subject(t int) (c counted, ok bool) {
	v := verb{at: t}
	v.start, v.passive = l.auxiliary(t)
	v.agrees = l.agrees(v.start, t)
	for gi := len(l.groups) - 1; gi >= 0; gi-- {
		g := &l.groups[gi]
		if g.first < t && g.end > t && g.person && !g.thing && g.used == "" {
			return l.joinRight(l.take(t, gi), gi), true // "3 wounded soldiers"
		}
		if g.first >= t || g.end > v.start && (g.end > t || g.sort != known) {
			continue
		}
		if t-g.end > farthest || !l.reaches(g.end, v.start) {
			break
		}
		if near := l.near(g.end, v.start); near && (g.animal || g.used == l.units[t].kind) || g.sort == bare && l.active(&v) {
			return c, false
		}
		if !l.eligible(g, &v) {
			continue
		}
		c = l.joinLeft(l.take(t, gi), gi)
		if !v.disagrees(&c) {
			return c, true
		}
		l.release(&c)
	}
	return l.unnamed(&v)
}

// A verb is a verb that looks for its subject.
type verb struct {
	at, start int  // the unit, and where the small words before it begin
	passive   bool // they make it passive
	agrees    int  // how many they say: 1, 2 for several, or 0
}

// active reports whether v has an object, so that what stands before it is who
// did it: "rebels captured 3 villages".
func (l *line) active(v *verb) bool {
	_, ok := l.starting(v.at + 1)
	return ok && !v.passive
}

// eligible reports whether g can be the subject of v.
func (l *line) eligible(g *group, v *verb) bool {
	if g.part || g.thing || g.used == l.units[v.at].kind {
		return false
	}
	if l.near(g.end, v.start) {
		return !g.governed || l.is(g.first-1, with) || !v.passive && !l.is(g.first-1, of)
	}
	led := l.is(g.end, of|preposition) // by words that say more of g
	switch {
	case g.governed:
		return false
	case g.used != "" && l.is(v.start-1, conjunction):
		return true // "a man was kidnapped and killed"
	case g.sort == bare, l.is(v.at, after) && !v.passive:
		return false
	case g.head < 0:
		return led && g.sort == numbered
	}
	return led || l.units[v.at].kind != story.Displaced
}

// disagrees reports whether c cannot be whom v tells of.
func (v *verb) disagrees(c *counted) bool {
	if v.agrees == 1 {
		return c.count.High > 1 || c.sort == bare && c.count.High == 0
	}
	return v.agrees == 2 && c.count.High == 1 && c.sort != known
}

// unnamed returns one person if v says so of someone who is
// not counted: "commander Abu Omar was killed".
func (l *line) unnamed(v *verb) (c counted, ok bool) {
	if v.agrees != 1 || v.start == 0 || l.needsPeople(v.at) {
		return c, false
	}
	end := v.start
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
