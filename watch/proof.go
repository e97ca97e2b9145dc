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
	turn  uint32
	used  int
}

type memoSlot struct {
	sign     uint64
	from, to uint32
	turn     uint32
}

const memoSize = 256

// reset forgets the evidence of the item before.
func (mm *memo) reset() {
	mm.used = 0
	if mm.turn++; mm.turn == 0 {
		*mm = memo{turn: 1}
	}
}

// slot returns where the evidence of a signature is or may be put, or nil if
// the memo is full.
func (mm *memo) slot(sign uint64) *memoSlot {
	for i := sign * seed0 >> 56; ; i = (i + 1) % memoSize {
		s := &mm.slots[i]
		if s.turn == mm.turn && s.sign != sign {
			continue
		}
		if s.turn != mm.turn && mm.used >= memoSize/2 {
			return nil
		}
		return s
	}
}

// proof returns the evidence of a rule that is true by the leaves in sign.
func (m *Matcher) proof(r uint32, sign uint64) []story.Evidence {
	if tied := sign & m.ties; sign&crowd != 0 || tied&(tied-1) != 0 {
		return m.told(r)
	}
	s := m.memo.slot(sign)
	if s == nil {
		return m.told(r)
	}
	if s.turn != m.memo.turn {
		m.memo.used++
		s.sign, s.turn = sign, m.memo.turn
		s.from, s.to = m.show(sign)
	}
	if s.from == s.to {
		return nil
	}
	return m.evidence[s.from:s.to:s.to]
}

// told is proof for a rule of which the signature says too little.
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

// show adds the spots of the leaves in a signature to the evidence.
func (m *Matcher) show(sign uint64) (from, to uint32) {
	from = u32(len(m.evidence))
	for i := range m.spots {
		s := &m.spots[i]
		if s.bit&sign == 0 {
			continue
		}
		if len(m.evidence)-int(from) == maxEvidence {
			break
		}
		m.add(s.leaf, int(s.area), s.lo, s.hi)
	}
	return from, u32(len(m.evidence))
}

// add adds one piece of evidence.
func (m *Matcher) add(n uint32, at int, lo, hi int32) {
	a := &m.areas[at]
	k := len(m.evidence)
	m.evidence = slices.Grow(m.evidence, 1)[:k+1]
	e := &m.evidence[k]
	start, end := m.words[lo].start-a.base, m.words[hi].end-a.base
	e.Term, e.Field, e.Text = m.ix.leaves[n].text, a.field, a.text[start:end]
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
		if i > 0 && g.run == m.gathered[i-1].run && m.ix.leaves[g.leaf].text == m.ix.leaves[m.gathered[i-1].leaf].text {
			continue
		}
		if len(m.evidence)-from == maxEvidence {
			break
		}
		m.add(g.leaf, m.areaOf(g.lo), i32(g.lo), i32(g.hi))
	}
	if len(m.evidence) == from {
		return nil
	}
	return m.evidence[from:len(m.evidence):len(m.evidence)]
}
