package signal

import (
	"strings"

	"vedette/story"
)

// countedByNoun returns whom the noun at unit t counts.
func (l *line) countedByNoun(t int) (c counted, ok bool) {
	if l.is(t, toll) {
		c, ok = l.tolled(t)
	}
	if !ok && l.is(t, nounOf) {
		c, ok = l.belonging(t)
	}
	if !ok && l.is(t, noun) {
		c, ok = l.numbered(t)
	}
	return c, ok
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
	if l.units[t].value == 1 && t > 0 && l.owns(t-1) {
		return counted{count: story.Count{Low: 1, High: 1}, first: t - 1, end: t, sort: known}, true
	}
	return c, false
}

// owns reports whether unit at says whose: "his", "Abu Tamm's".
func (l *line) owns(at int) bool {
	return l.is(at, possessive) || strings.HasSuffix(l.text(at), "'s") || strings.HasSuffix(l.text(at), "’s")
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

// numbered reads the number before or after a noun that counts by itself: "14
// deaths", "a body", "Fatalities: 2".
func (l *line) numbered(t int) (c counted, ok bool) {
	if gi, ok := l.ending(t); ok {
		g := &l.groups[gi]
		one := g.sort < bare && l.units[t].value == 1
		many := g.sort == numbered && (!g.person || !l.is(t, before|after))
		if (one || many) && !g.thing && g.used == "" {
			c = l.take(t, gi)
			c.end = t + 1
			if !many {
				c.count = story.Count{Low: 1, High: 1}
			}
			return l.joinLeft(c, gi), true
		}
	}
	if t > 0 && !l.mark(t-1, ".,;:") && !l.is(t-1, conjunction) {
		return c, false
	}
	at := t + 1
	if l.mark(at, ":") {
		at++
	}
	gi, ok := l.starting(at)
	if !ok || l.groups[gi].sort != numbered || l.groups[gi].head >= 0 || !l.ends(l.groups[gi].end) && !l.is(l.groups[gi].end, conjunction) {
		return c, false
	}
	return l.take(t, gi), true
}

// ends reports whether a sentence or clause ends before unit at.
func (l *line) ends(at int) bool { return at >= len(l.units) || l.mark(at, ".,;)") }
