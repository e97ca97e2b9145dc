package watch

import (
	"cmp"
	"math/bits"
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
	used  []uint8 // the slots of this item
}

type memoSlot struct {
	sign uint64
	turn uint32
}

const memoSize = 256

// untold is the slot of the rules of which a signature says too little.
const untold = 0

// reset forgets the evidence of the item before.
func (mm *memo) reset() {
	mm.used = mm.used[:0]
	if mm.turn++; mm.turn == 0 {
		*mm = memo{turn: 1}
	}
}

// slot returns the slot of a signature, or untold if the memo is full.
func (mm *memo) slot(sign uint64) uint8 {
	for i := uint8(sign * seed0 >> 56); ; i++ { // #nosec G115 -- 8 bits
		s := &mm.slots[i]
		switch {
		case i == untold:
		case s.turn == mm.turn && s.sign == sign:
			return i
		case s.turn != mm.turn:
			if len(mm.used) >= memoSize/2 {
				return untold
			}
			mm.used = append(mm.used, i)
			*s = memoSlot{sign, mm.turn}
			return i
		}
	}
}

// slot returns the slot of the evidence of a rule that is true by the leaves
// in sign.
func (m *Matcher) slot(sign uint64) uint8 {
	if tied := sign & m.ties; sign&crowd != 0 || tied&(tied-1) != 0 {
		return untold
	}
	return m.memo.slot(sign)
}

// tellAll adds the rules that are accepted to dst, in order, and empties the
// set of them.
func (m *Matcher) tellAll(dst []story.Match) []story.Match {
	for _, slot := range m.memo.used {
		m.memo.shown[slot] = m.show(m.memo.slots[slot].sign)
	}
	n := len(dst)
	dst = dst[:n+m.accepted.n]
	words := m.accepted.words()
	a, names, shown := m.accepted, m.set.names, &m.memo.shown // at hand
	for _, at := range words {
		for set := a.rules[at]; set != 0; set &= set - 1 {
			r := at<<6 | u32(bits.TrailingZeros64(set))
			match, slot := &dst[n], a.slots[r]
			match.Watch, match.Evidence = names.name(r), shown[slot]
			if slot == untold {
				match.Evidence = m.told(r)
			}
			n++
		}
		a.rules[at] = 0
	}
	m.accepted.n = 0
	return dst
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
