package signal

import "vedette/story"

// How a group says how many it is.
const (
	numbered = iota // "14 soldiers"
	single          // "a soldier"
	known           // "the soldier", "he", "they": told of before
	bare            // "soldiers"
)

// A group is a number of people as a sentence names them, or what looks so.
type group struct {
	first, end int // units
	noun       int // where the words after the number begin
	head       int // the unit that says who they are, or -1
	sort       int
	count      story.Count // zero of a bare group, and of "they" until it is known
	person     bool        // the head is a person or several
	thing      bool        // the head is no one
	animal     bool
	known      bool             // "the six soldiers"
	other      bool             // "another"
	part       bool             // after "including": counted before
	governed   bool             // after a preposition
	used       story.SignalKind // by a verb of that kind
}

// group finds the groups of l in reading order.
func (l *line) group() {
	part := false
	for at := 0; at < len(l.units); {
		if l.is(at, parts) {
			part = true
		} else if l.is(at, be|after|before) || l.mark(at, ".;)") {
			part = false
		}
		g, ok := l.groupAt(at)
		if !ok {
			at++
			continue
		}
		g.part = part
		g.governed = l.governs(&g)
		l.groups = append(l.groups, g)
		at = g.end
	}
}

// governs reports whether a preposition stands before g.
func (l *line) governs(g *group) bool {
	at := g.first - 1
	for g.sort == bare && at >= 0 && g.first-at < 5 && l.word(at) && !l.is(at, stops) && l.units[at].kind == "" {
		at--
	}
	return l.is(at, preposition|of)
}

// groupAt reads the group that begins at unit at.
func (l *line) groupAt(at int) (g group, ok bool) {
	g = group{first: at, end: at + 1, noun: at + 1, head: -1}
	u := &l.units[at]
	counts := at
	if l.is(at, definite) && !l.counts(at) {
		counts++ // "the six"
	}
	if c, end, ok := l.number(counts); ok {
		g.count, g.noun, g.sort, g.known = c, end, numbered, counts > at
		l.heads(&g)
		for i := max(at-1, 0); i < g.end; i++ {
			g.other = g.other || l.is(i, other)
		}
		return g, true
	}
	switch {
	case u.role&article != 0, u.role&other != 0 && u.value == 1:
		g.sort, g.other = single, u.role&other != 0 || l.is(at+1, other)
		g.count = story.Count{Low: 1, High: 1}
	case u.role&pronoun != 0:
		g.sort, g.person = known, true
		g.count = story.Count{Low: u.value, High: u.value}
		if u.role&definite == 0 {
			return g, true
		}
	case u.role&definite != 0:
		g.sort = known
	case u.role&(person|people) != 0:
		g.sort, g.noun = bare, at
	default:
		return g, false
	}
	l.heads(&g)
	return g, g.settle(l)
}

// settle says how many a group without a number is, by who it is, and reports
// whether it is a group at all.
func (g *group) settle(l *line) bool {
	if g.head < 0 {
		return g.sort == known && g.person || g.sort == single && (g.other || g.end > g.noun)
	}
	several := l.is(g.head, people) && !l.is(g.head, person)
	one := l.is(g.head, person)
	n := max(1, l.units[g.head].value)
	switch g.sort {
	case single:
		return !several
	case known:
		if g.count.Low == 0 && one {
			g.count = story.Count{Low: n, High: n}
		}
	case bare:
		if one && !several {
			g.count = story.Count{Low: n, High: n}
		}
	}
	return true
}

// stops are what ends the words of a group.
const stops = be | preposition | of | conjunction | relative | says | after | before | noun | nounOf | not | maybe | infinitive |
	rangeTo | parts | number | scale | vague | article | definite | pronoun | according

// longestGroup is how many words of a group may follow its number.
const longestGroup = 9

// heads finds who the group is, and where its words end.
func (l *line) heads(g *group) {
	at := g.noun
	if g.sort == numbered && l.mark(at, "'’") {
		return // the ending of a number, as Turkish joins it
	}
	if g.sort != bare && l.attributive(at) {
		at++
	}
	for steps := 0; at < len(l.units) && steps < longestGroup; steps++ {
		if n := l.age(at); n > 0 {
			at += n
			continue
		}
		if !l.goesOn(g, at) {
			break
		}
		if l.is(at, heads) {
			g.head = at
		}
		at++
	}
	g.end = max(at, g.noun)
	for g.end > g.noun && l.joint(g.end-1) {
		g.end--
	}
	if g.head >= 0 {
		g.end = g.head + 1
		g.person = l.is(g.head, person|people)
		g.animal = l.is(g.head, animal)
		g.thing = !g.person || l.is(g.head, thing) && !l.is(g.head, people)
	}
	g.end = max(g.end, g.first+1)
}

// heads is what says who or what a group is.
const heads = person | people | thing | animal | unit

// goesOn reports whether unit at still belongs to g. Once it is known who they
// are, only more such words do: "police officers", and not "officers said".
func (l *line) goesOn(g *group, at int) bool {
	switch u := &l.units[at]; {
	case l.joint(at) && l.gap(at) == 0:
		return true
	case u.digits:
		return false
	case u.role&heads != 0:
		return u.role&stops&^(says|noun|conjunction) == 0
	case g.head >= 0 && !l.is(g.head, national):
		return false
	}
	return !l.is(at, stops) && (l.word(at) || l.mark(at, "'\"’“”‘«»"))
}

// attributive reports whether what happened stands before whom: "3 wounded
// soldiers", "a dead man".
func (l *line) attributive(at int) bool {
	return l.is(at, after|before) && !l.is(at, base) && (l.is(at+1, person|people) && !l.is(at+2, after|before))
}

// age returns how many units of an age stand at unit at: "14-year-old".
func (l *line) age(at int) int {
	if at+4 >= len(l.units) || !l.counts(at) {
		return 0
	}
	if l.mark(at+1, "-") && l.is(at+2, unit) && l.mark(at+3, "-") {
		return 5
	}
	if l.is(at+1, unit) && (l.mark(at+2, "-") || l.text(at+2) == "old") {
		return 3
	}
	return 0
}

// word reports whether unit at is a word rather than a mark.
func (l *line) word(at int) bool { return l.s.tokens[l.units[at].first].word() }

// joint reports whether unit at is a mark that can stand within a group.
func (l *line) joint(at int) bool { return l.mark(at, "-–'\"’“”‘/«»") }

// counts reports whether unit at is itself part of a number.
func (l *line) counts(at int) bool {
	return l.units[at].digits || l.is(at, number|vague|scale)
}
