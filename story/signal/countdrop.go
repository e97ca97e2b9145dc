package signal

// dropped reports whether what unit t says of c did not happen, is not said to
// have happened, or is not what the report is about.
func (l *line) dropped(t int, c *counted) bool {
	if c.count.High == 0 && !c.count.Open && len(c.groups) > 0 && l.groups[c.groups[0]].sort == numbered {
		return true // "0 killed"
	}
	first := min(t, c.first)
	if l.negated(first, t) || l.denied(t) || l.supposed(t) || l.remembered(first, t) {
		return true
	}
	for at := range l.units {
		if l.is(at, past) || l.formerYear(at) {
			return true
		}
		if l.is(at, since) {
			c.count.Total = true
		}
	}
	return false
}

// clause returns where the clause that unit at stands in begins, at most reach
// units before it.
func (l *line) clause(at, reach int) int {
	start := at
	for start > 0 && at-start < reach && !l.mark(start-1, ",;:.()") {
		start--
	}
	return start
}

// negated reports whether a word before the counted or before the verb says
// that there was none.
func (l *line) negated(first, t int) bool {
	for at := l.clause(first, 6); at < t; at++ {
		if l.is(at, not) && !l.is(at, number) {
			return true
		}
	}
	return false
}

// denied reports whether a word before unit t says that it is not so.
func (l *line) denied(t int) bool {
	for at := range t {
		if l.is(at, denied) {
			return true
		}
	}
	return false
}

// supposed reports whether the verb at unit t has not come to pass.
func (l *line) supposed(t int) bool {
	start, _ := l.auxiliary(t)
	if l.is(t, base) && l.is(start-1, infinitive) || start < t && l.is(start-1, infinitive) && l.units[start].value == 0 {
		return true
	}
	for at := l.clause(t, 8); at < t; at++ {
		if l.is(at, maybe) {
			return true
		}
	}
	return false
}

// reach is how many units before its people a reason may stand.
const reach = 14

// remembered reports whether the sentence is of something else, for which the
// verb at unit t with its people from unit first on is the reason.
func (l *line) remembered(first, t int) bool {
	protested := false
	for at := range t {
		if l.is(at, background) && first-at < reach {
			return true
		}
		protested = protested || l.is(at, protest)
		if protested && l.is(at, because) && first-at < 8 {
			return true
		}
	}
	return false
}

// formerYear reports whether unit at is a year before that of the report, and
// is by itself what says when. A report without a date is of no known year.
func (l *line) formerYear(at int) bool {
	if !l.year(at) || !l.is(at-1, preposition|since) {
		return false
	}
	y, _ := parseDigits(l.text(at))
	return l.counting.year == 0 || int(y) < l.counting.year
}
