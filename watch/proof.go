package watch

import (
	"cmp"
	"slices"

	"vedette/story"
)

// A memo keeps the evidence of one item by signature: the rules that many
// desks have are few words in many combinations, and those that match on the
// same leaves have the same evidence.
type memo struct {
	slots [memoSize]memoSlot
	shown [memoSize][]story.Evidence // by slot
	turn  uint32
	used  int // slots of this item
}

type memoSlot struct {
	sign uint64
	turn uint32
}

const memoSize = 256

// The slots that are no signature's: of a rule that has none yet, and of the
// rules of which a signature says too little.
const (
	slotless = iota
	untold
)

// reset forgets the evidence of the item before.
func (mm *memo) reset() {
	mm.used = 0
	if mm.turn++; mm.turn == 0 {
		*mm = memo{turn: 1}
	}
}

// slot returns the slot of a signature, or untold if the memo is full, and
// whether the signature is the first in it.
func (mm *memo) slot(sign uint64) (slot uint8, first bool) {
	for i := uint8(sign * seed0 >> 56); ; i++ { // #nosec G115 -- 8 bits
		s := &mm.slots[i]
		switch {
		case i <= untold:
		case s.turn == mm.turn && s.sign == sign:
			return i, false
		case s.turn != mm.turn:
			if mm.used >= memoSize/2 {
				return untold, false
			}
			mm.used++
			*s = memoSlot{sign, mm.turn}
			return i, true
		}
	}
}

// slot returns the slot of the evidence of a rule that is true by the leaves
// in sign, and sees that it is there.
func (m *Matcher) slot(sign uint64) uint8 {
	if tied := sign & m.ties; sign&crowd != 0 || tied&(tied-1) != 0 {
		return untold
	}
	slot, first := m.memo.slot(sign)
	if first {
		m.memo.shown[slot] = m.show(sign)
	}
	return slot
}

// An apart rule is one of which a signature says too little, and its place
// among those that match.
type apart struct{ rule, at uint32 }

// tellAll adds the rules that are accepted to dst, in order, and empties the
// set of them. It goes through the lists again, which are near by then, rather
// than to each rule in its place.
func (m *Matcher) tellAll(dst []story.Match) []story.Match {
	n := m.accepted.order()
	if n == 0 {
		return dst
	}
	from := len(dst)
	dst = slices.Grow(dst, n)[:from+n]
	told := dst[from:]
	m.apart = m.apart[:0]
	for i := range m.lists {
		if l := &m.lists[i]; l.accepts {
			m.name(l, told)
		}
	}
	for _, p := range m.passed {
		r := p.entry.rule()
		f := &m.accepted.folios[r/rollBlock]
		at := f.place(r)
		m.sign(r, at, m.slot(p.sign), told)
		name := f.names + p.entry.label().start()
		told[at].Watch = story.WatchName(m.set.names.text[name : name+p.entry.label().size()])
	}
	for _, r := range m.apart {
		told[r.at].Evidence = m.told(r.rule)
	}
	m.accepted.empty()
	return dst
}

// A seat is the place of a rule among those that match, and where its name
// begins.
type seat struct{ at, name uint32 }

// name names the rules of a list that are accepted and gives them their slot.
// A rule of which nothing is left to check comes once for each combination of
// the leaves that it is filed under and that are there, so that its signatures
// add up. Two short loops keep their values in registers, one long loop does
// not.
func (m *Matcher) name(l *list, told []story.Match) {
	entries, done := l.entries, m.done
	seats := slices.Grow(m.seats[:0], len(entries))[:len(entries)]
	m.seats = seats
	folios := m.accepted.folios
	for i, e := range entries {
		f := &folios[e.rule()/rollBlock]
		seats[i] = seat{f.place(e.rule()), f.names + e.label().start()}
	}
	text, slots := m.set.names.text, m.accepted.slots
	slot := m.slot(l.sign)
	shown := m.memo.shown[slot]
	for i, e := range entries {
		if e&done == 0 {
			continue
		}
		s := seats[i]
		if slots[s.at] != slotless {
			m.again(e, s.at, l.sign, told)
			continue
		}
		slots[s.at] = slot
		match := &told[s.at]
		match.Watch, match.Evidence = story.WatchName(text[s.name:s.name+e.label().size()]), shown
	}
	if slot == untold {
		for i, e := range entries {
			if e&done != 0 {
				m.apart = append(m.apart, apart{e.rule(), seats[i].at})
			}
		}
	}
}

// again adds to the signature of a rule that has a slot already.
func (m *Matcher) again(e entry, at uint32, sign uint64, told []story.Match) {
	if had := m.accepted.slots[at]; had != untold {
		m.sign(e.rule(), at, m.slot(m.memo.slots[had].sign|sign), told)
	}
}

// sign gives a rule a slot.
func (m *Matcher) sign(r, at uint32, slot uint8, told []story.Match) {
	told[at].Evidence = m.memo.shown[slot]
	if m.accepted.slots[at] = slot; slot == untold {
		m.apart = append(m.apart, apart{r, at})
	}
}

// told returns the evidence of a rule of which the signature says too little.
func (m *Matcher) told(r uint32) []story.Evidence {
	code := m.ix.code[m.ix.codeFrom[r]:m.ix.codeFrom[r+1]]
	m.gathered = m.gathered[:0]
	if head := code[0]; head&headTree != 0 {
		if st := &m.ix.steps[code[1]]; st.op == opPlainly {
			evidence, _ := m.plainly().match(m.ix.plain[st.n])
			return evidence
		}
		m.gather(code[1])
	} else {
		m.gatherClauses(code[1:], head&(1<<headNots-1))
	}
	return m.tell()
}

// show returns the spots of the leaves in a signature as evidence.
func (m *Matcher) show(sign uint64) []story.Evidence {
	from := len(m.evidence)
	for i := range m.spots {
		s := &m.spots[i]
		if s.bit&sign == 0 {
			continue
		}
		if len(m.evidence)-from == maxEvidence {
			break
		}
		if s.piece == 0 {
			m.add(s.leaf, int(s.area), s.lo, s.hi)
			s.piece = i32(len(m.evidence))
			continue
		}
		m.evidence = append(m.evidence, m.evidence[s.piece-1])
	}
	return m.since(from)
}

// since returns the evidence that was added from from on.
func (m *Matcher) since(from int) []story.Evidence {
	if len(m.evidence) == from {
		return nil
	}
	return m.evidence[from:len(m.evidence):len(m.evidence)]
}

// add adds one piece of evidence.
func (m *Matcher) add(n uint32, at int, lo, hi int32) {
	a := &m.areas[at]
	k := len(m.evidence)
	m.evidence = slices.Grow(m.evidence, 1)[:k+1]
	e := &m.evidence[k]
	start, end := m.words[lo].start-a.base, m.words[hi].end-a.base
	e.Term, e.Field, e.Text = m.ix.term(n), a.field, a.text[start:end]
	e.Start, e.End = int(start), int(end)
}

// gatherClauses gathers the leaves of the first n clauses in the order in
// which the rule is written.
func (m *Matcher) gatherClauses(code []uint32, n uint32) {
	for next := range n {
		rest := code
		for range n {
			var rank uint32
			var leaves []uint32
			if rank, leaves, rest = cut(rest); rank != next {
				continue
			}
			for _, leaf := range leaves {
				m.gatherGroup(leaf & clauseID)
			}
		}
	}
}

// gatherGroup gathers a leaf, or the group that it stands for.
func (m *Matcher) gatherGroup(n uint32) {
	if n < m.ix.standing {
		m.gatherLeaf(n)
		return
	}
	g := n - m.ix.standing
	for _, member := range m.ix.members[m.ix.groupFrom[g]:m.ix.groupFrom[g+1]] {
		m.gatherLeaf(member)
	}
}

// tell adds what was gathered to the evidence, in reading order.
func (m *Matcher) tell() []story.Evidence {
	slices.SortStableFunc(m.gathered, func(a, b gathered) int {
		return cmp.Or(cmp.Compare(a.lo, b.lo), cmp.Compare(a.hi, b.hi))
	})
	from := len(m.evidence)
	for i, g := range m.gathered {
		if i > 0 && g.run == m.gathered[i-1].run && m.ix.term(g.leaf) == m.ix.term(m.gathered[i-1].leaf) {
			continue
		}
		if len(m.evidence)-from == maxEvidence {
			break
		}
		m.add(g.leaf, m.areaOf(g.lo), i32(g.lo), i32(g.hi))
	}
	return m.since(from)
}
