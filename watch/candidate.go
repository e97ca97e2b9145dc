package watch

// What is looked at to find an item's rules is far apart in memory, and most
// of the time goes by in waiting for it. So candidates goes in steps, each of
// short loops that wait for many places at once: meetings of leaves, the lists
// that these lead to, and the rules of which something is left to check.

// A meeting is two leaves that are there. If partner is the second, rules are
// filed under both.
type meeting struct {
	company uint32 // of the first leaf
	leaf    uint32 // the second
	partner partner
	sign    uint64 // of both
}

// A list is rules that may be true of the item: those in the index's entries
// from at on.
type list struct {
	at      uint32
	accepts bool   // some of them, with nothing left to check
	touched entry  // the first, so that memory brings it in time
	sign    uint64 // of the leaves that they are filed under
	entries []entry
}

// A try is a rule to be checked, by its code.
type try struct {
	entry      entry
	from, head uint32
}

// A passed rule was checked and is true of the item.
type passed struct {
	entry entry
	sign  uint64
}

// candidates accepts the rules that are true of the item.
func (m *Matcher) candidates() {
	m.lists, m.meetings, m.tries, m.passed = m.lists[:0], m.meetings[:0], m.tries[:0], m.passed[:0]
	m.meet()
	m.part()
	for i := range m.lists {
		m.lists[i].touched = m.ix.entries[m.lists[i].at]
	}
	for i := range m.lists {
		m.take(&m.lists[i])
	}
	for _, e := range m.ix.always {
		m.tries = append(m.tries, try{entry: e})
	}
	m.try()
}

// meet finds the lists of single leaves, and the meetings.
func (m *Matcher) meet() {
	ix := m.ix
	for i, n := range m.present {
		h := &ix.shelves[n]
		if h.rules != 0 {
			m.lists = append(m.lists, list{at: h.rules, sign: m.bit[n]})
		}
		for _, other := range m.present[i:] { // n too: a leaf may be in both clauses
			rare, common := ix.hosts(n, other)
			host := &ix.shelves[rare]
			if ix.companies[host.company].filter&ix.shelves[common].sign() != 0 {
				m.meetings = append(m.meetings, meeting{company: host.company, leaf: common, sign: m.bit[n] | m.bit[other]})
			}
		}
	}
}

// part finds the lists of those who meet and are partners.
func (m *Matcher) part() {
	ix := m.ix
	for i := range m.meetings {
		mt := &m.meetings[i]
		c := &ix.companies[mt.company]
		mt.partner = ix.partners[c.from+c.place(mt.leaf)]
	}
	for i := range m.meetings {
		mt := &m.meetings[i]
		p := mt.partner
		if p.leaf != mt.leaf && p.leaf != 0 {
			p = *ix.slot(&ix.companies[mt.company], mt.leaf)
		}
		if p.leaf != 0 {
			m.lists = append(m.lists, list{at: p.rules, sign: mt.sign})
		}
	}
}

// take accepts the rules of a list of which nothing is left to check, and adds
// the others to the tries.
func (m *Matcher) take(l *list) {
	entries, done := m.ix.entries[l.at:], m.done
	folios, sum := m.accepted.folios, m.accepted.sum // at hand
	size, tries := 0, len(m.tries)
	for {
		e := entries[size]
		size++
		if e&done != 0 {
			at := e.rule() / rollBlock
			folios[at].rules |= 1 << (e.rule() % rollBlock)
			sum[at>>6] |= 1 << (at & 63)
		} else {
			m.tries = append(m.tries, try{entry: e})
		}
		if e&entryLast != 0 {
			break
		}
	}
	l.entries = entries[:size]
	l.accepts = size > len(m.tries)-tries
}

// try accepts the rules that were to be checked and are true of the item.
func (m *Matcher) try() {
	for i := range m.tries {
		t := &m.tries[i]
		t.from = m.ix.codeFrom[t.entry.rule()]
	}
	for i := range m.tries {
		t := &m.tries[i]
		t.head = m.ix.code[t.from]
	}
	for _, t := range m.tries {
		if m.accepted.has(t.entry.rule()) {
			continue // it is filed under several leaves
		}
		if sign := m.accepts(t); sign != 0 {
			m.accepted.add(t.entry.rule())
			m.passed = append(m.passed, passed{t.entry, sign})
		}
	}
}

// accepts returns the signature of a rule, or 0 if it is false. Of a rule that
// is more than clauses it is crowd.
func (m *Matcher) accepts(t try) uint64 {
	rest := m.ix.code[t.from+1:]
	if t.head&headTree != 0 {
		if m.holds(rest[0]) {
			return crowd
		}
		return 0
	}
	var all uint64
	must := int(t.head & (1<<headNots - 1))
	for left := must + int(t.head>>headNots); left > 0; left-- {
		var sign uint64
		n := rest[0]
		if rest = rest[1:]; n&clauseList == 0 {
			sign = m.bit[n&clauseID]
		} else {
			n &= clauseID
			for _, member := range rest[:n] {
				sign |= m.bit[member]
			}
			rest = rest[n:]
		}
		if (sign != 0) != (must > 0) {
			return 0
		}
		must--
		all |= sign
	}
	return all
}
