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
	touched entry  // the first, so that memory brings it in time
	sign    uint64 // of the leaves that they are filed under
}

// A try is a rule to be checked, by its code.
type try struct{ rule, from, head uint32 }

// candidates accepts the rules that are true of the item. A rule of which
// nothing is left to check comes once for each combination of the leaves that
// it is filed under and that are there, so that its signatures add up.
func (m *Matcher) candidates() {
	m.lists, m.meetings, m.tries = m.lists[:0], m.meetings[:0], m.tries[:0]
	m.meet()
	m.part()
	for i := range m.lists {
		m.lists[i].touched = m.ix.entries[m.lists[i].at]
	}
	for i := range m.lists {
		m.take(&m.lists[i])
	}
	for _, e := range m.ix.always {
		m.tries = append(m.tries, try{rule: uint32(e >> entryRule)})
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

// take accepts the rules of a list that are true of the item, and adds those
// that must be checked to the tries. Most rules pass here: what they pass
// through is kept at hand.
func (m *Matcher) take(l *list) {
	done, slot, added := m.done, -1, 0
	set := m.accepted
	for _, e := range m.ix.entries[l.at:] {
		switch r := uint32(e >> entryRule); {
		case e&done == 0:
			m.tries = append(m.tries, try{rule: r})
		case set.rules.has(r):
			m.again(r, l.sign)
		default:
			if slot < 0 {
				slot = int(m.slot(l.sign))
			}
			set.add(r, uint8(slot)) // #nosec G115 -- it came from one
			added++
		}
		if e&entryLast != 0 {
			break
		}
	}
	m.accepted.n += added
}

// again adds to the signature of a rule that is accepted already.
func (m *Matcher) again(r uint32, sign uint64) {
	if slot := &m.accepted.slots[r]; *slot != untold {
		*slot = m.slot(m.memo.slots[*slot].sign | sign)
	}
}

// try accepts the rules that were to be checked and are true of the item.
func (m *Matcher) try() {
	for i := range m.tries {
		t := &m.tries[i]
		t.from = m.ix.codeFrom[t.rule]
	}
	for i := range m.tries {
		t := &m.tries[i]
		t.head = m.ix.code[t.from]
	}
	for _, t := range m.tries {
		if m.accepted.rules.has(t.rule) {
			continue // it is filed under several leaves
		}
		if sign := m.accepts(t); sign != 0 {
			m.accepted.add(t.rule, m.slot(sign))
			m.accepted.n++
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
