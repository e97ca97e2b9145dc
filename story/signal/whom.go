package signal

// whom returns who group gi is, as the sentence has it, without a number.
func (l *line) whom(gi int) string {
	g := &l.groups[gi]
	first, end := g.first, l.belongs(g)
	if g.sort == numbered || g.sort == single {
		first = g.noun
		for first+1 < end && l.is(first, other) {
			first++ // "3 more soldiers"
		}
		if !g.known && g.head < 0 && first < end && !l.units[first].capital && !l.is(first, other|of) {
			return "" // who knows what: "hundreds caught in the war"
		}
	}
	if first >= end {
		return ""
	}
	return l.span(first, end)
}

// belongs returns where the words end that say whose the people of g are:
// "members of the Red Command".
func (l *line) belongs(g *group) int {
	if !l.is(g.end, of) || g.head < 0 && !l.is(g.end+1, definite|pronoun) {
		return g.end
	}
	end := g.end + 1
	for end < len(l.units) && end < g.end+6 && l.word(end) && (!l.is(end, stops) || l.is(end, definite|article|pronoun)) {
		end++
	}
	if end == g.end+1 {
		return g.end
	}
	return end
}
