package watch

import "slices"

// A step is one node of a rule that is more than clauses.
type step struct {
	op       op
	ordered  bool
	n        int32  // a leaf, or the number of a NEAR, ATLEAST, count or words
	from, to uint32 // its kids in the index's
}

type op uint8

const (
	opNever op = iota
	opLeaf
	opAll
	opAny
	opNot
	opNear
	opAtLeast
	opCount
	opLonger
	opAtLeastLong
	opShorter
	opAtMostLong
	opExactlyLong
	opPlainly
)

// root adds the steps of a rule that is more than clauses. One that asks where
// sentences end is left to the evaluator: few do, and the words of an item
// would have to be parted into sentences for all of them.
func (c *compiler) root(n node) uint32 {
	if !asksSentences(n) {
		return c.step(n, inText)
	}
	c.ix.plain = append(c.ix.plain, n)
	c.ix.steps = append(c.ix.steps, step{op: opPlainly, n: i32(len(c.ix.plain) - 1)})
	return u32(len(c.ix.steps) - 1)
}

// asksSentences reports whether a part of n must stand within one sentence.
func asksSentences(n node) bool {
	switch n := n.(type) {
	case *term:
		return n.strict
	case *near:
		if n.strict {
			return true
		}
	}
	return slices.ContainsFunc(children(n), asksSentences)
}

// step adds n and what is below it to the index's steps.
func (c *compiler) step(n node, in mask) uint32 {
	st := step{}
	switch n := n.(type) {
	case *term:
		st = step{op: opLeaf, n: int32(c.leaf(n, in))} // #nosec G115 -- far fewer leaves than 2^31
	case *scope:
		return c.step(n.kid, maskOf(n.field))
	case *allOf:
		st.op = opAll
	case *anyOf:
		st.op = opAny
	case *not:
		st.op = opNot
	case *near:
		st = step{op: opNear, n: i32(n.n), ordered: n.ordered}
	case *atLeast:
		st = step{op: opAtLeast, n: i32(n.n)}
	case *count:
		st = step{op: opCount, n: i32(n.n)}
	case *length:
		st = step{op: lengthOp(string(n.op)), n: i32(n.n)}
	}
	if in == inLang && (st.op == opNear || st.op == opCount) {
		st.op = opNever
	}
	var kids []uint32
	for _, kid := range children(n) {
		kids = append(kids, c.step(kid, in))
	}
	st.from = u32(len(c.ix.kids))
	c.ix.kids = append(c.ix.kids, kids...)
	st.to = u32(len(c.ix.kids))
	c.ix.steps = append(c.ix.steps, st)
	return u32(len(c.ix.steps) - 1)
}

func lengthOp(text string) op {
	switch text {
	case ">":
		return opLonger
	case ">=":
		return opAtLeastLong
	case "<":
		return opShorter
	case "<=":
		return opAtMostLong
	}
	return opExactlyLong
}

// holds says whether a step is true of the item.
func (m *Matcher) holds(id uint32) bool {
	st := &m.ix.steps[id]
	kids := m.ix.kids[st.from:st.to]
	switch st.op {
	case opLeaf:
		return m.bit[st.n] != 0
	case opAll:
		for _, kid := range kids {
			if !m.holds(kid) {
				return false
			}
		}
		return true
	case opAny:
		return slices.ContainsFunc(kids, m.holds)
	case opNot:
		return !m.holds(kids[0])
	case opNear, opCount:
		from := len(m.runs)
		found := m.places(id)
		m.runs = m.runs[:from]
		if st.op == opNear {
			return len(found) > 0
		}
		return len(found) >= int(st.n)
	case opAtLeast:
		found := 0
		for _, kid := range kids {
			if m.holds(kid) {
				found++
			}
		}
		return found >= int(st.n)
	case opLonger:
		return m.spoken > int(st.n)
	case opAtLeastLong:
		return m.spoken >= int(st.n)
	case opShorter:
		return m.spoken < int(st.n)
	case opAtMostLong:
		return m.spoken <= int(st.n)
	case opExactlyLong:
		return m.spoken == int(st.n)
	case opPlainly:
		return m.plainly().holds(m.ix.plain[st.n], inText)
	case opNever:
	}
	return false
}

// plainly returns the item as the evaluator reads it.
func (m *Matcher) plainly() *page {
	if m.page == nil {
		m.page = newPage(m.item)
	}
	return m.page
}

// places returns where a step stands, in order. What it returns is good until
// the caller cuts m.runs back.
func (m *Matcher) places(id uint32) []run {
	st := &m.ix.steps[id]
	kids := m.ix.kids[st.from:st.to]
	from := len(m.runs)
	switch st.op {
	case opLeaf:
		if m.bit[st.n] != 0 {
			for i := m.trails[st.n].first; i != none; i = m.spots[i].next {
				m.runs = append(m.runs, run{int(m.spots[i].lo), int(m.spots[i].hi)})
			}
		}
		return m.runs[from:]
	case opAny:
		for _, kid := range kids {
			m.places(kid)
		}
	case opCount:
		return m.places(kids[0])
	case opNear:
		m.pairs(st, kids)
	case opNever, opAll, opNot, opAtLeast, opLonger, opAtLeastLong, opShorter, opAtMostLong, opExactlyLong, opPlainly:
		return nil
	}
	found := ordered(m.runs[from:])
	m.runs = m.runs[:from+len(found)]
	return found
}

// pairs adds the stretches from one side of a NEAR to the other to m.runs, and
// nothing else.
func (m *Matcher) pairs(st *step, kids []uint32) {
	base := len(m.runs)
	left := m.places(kids[0])
	right := m.places(kids[1])
	// The stretches are put after both sides, then moved over them.
	from := len(m.runs)
	widest := 0
	for _, b := range right {
		widest = max(widest, b.hi-b.lo)
	}
	n := int(st.n)
search:
	for _, a := range left {
		at, _ := slices.BinarySearchFunc(right, a.lo-n-1-widest, func(b run, lo int) int { return b.lo - lo })
		for _, b := range right[at:] {
			if b.lo > a.hi+n+1 {
				break
			}
			if len(m.runs)-from == maxRuns {
				break search
			}
			if gap, ok := m.between(a, b, st.ordered); ok && gap <= n {
				m.runs = append(m.runs, run{min(a.lo, b.lo), max(a.hi, b.hi)})
			}
		}
	}
	m.runs = m.runs[:base+copy(m.runs[base:], m.runs[from:])]
}

// between counts the words between a and b. It is false if they overlap,
// stand in different fields, or stand in the wrong order.
func (m *Matcher) between(a, b run, inOrder bool) (int, bool) {
	if m.areaOf(a.lo) != m.areaOf(b.lo) {
		return 0, false
	}
	switch {
	case b.lo > a.hi:
		return b.lo - a.hi - 1, true
	case a.lo > b.hi && !inOrder:
		return a.lo - b.hi - 1, true
	}
	return 0, false
}

// areaOf returns the area that a word is in.
func (m *Matcher) areaOf(word int) int {
	if word < m.spoken {
		at := 0
		for word >= int(m.areas[at].to) {
			at++
		}
		return at
	}
	at, _ := slices.BinarySearchFunc(m.areas, word+1, func(a area, end int) int { return int(a.to) - end })
	return at
}

// gather adds to m.hits the leaves that make a step true, and where they
// stand, in the order in which the rule is written.
func (m *Matcher) gather(id uint32) {
	st := &m.ix.steps[id]
	kids := m.ix.kids[st.from:st.to]
	switch st.op {
	case opLeaf:
		m.gatherLeaf(uint32(st.n)) // #nosec G115 -- a leaf
	case opAll, opAny, opAtLeast:
		for _, kid := range kids {
			if m.holds(kid) {
				m.gather(kid)
			}
		}
	case opNear:
		from, base := len(m.gathered), len(m.runs)
		stretches := m.places(id)
		m.gather(kids[0])
		m.gather(kids[1])
		m.keepInside(from, stretches)
		m.runs = m.runs[:base]
	case opCount:
		m.gather(kids[0])
	case opNever, opNot, opLonger, opAtLeastLong, opShorter, opAtMostLong, opExactlyLong, opPlainly:
	}
}

// keepInside drops what was gathered from a NEAR outside the stretches where
// it holds; elsewhere it proves nothing.
func (m *Matcher) keepInside(from int, stretches []run) {
	n := from
	for _, g := range m.gathered[from:] {
		for _, s := range stretches {
			if s.lo > g.lo {
				break
			}
			if g.hi <= s.hi {
				m.gathered[n] = g
				n++
				break
			}
		}
	}
	m.gathered = m.gathered[:n]
}

func (m *Matcher) gatherLeaf(n uint32) {
	if m.bit[n] == 0 || m.ix.leaves[n].quiet {
		return
	}
	found := 0
	for i := m.trails[n].first; i != none && found < maxEvidence; i = m.spots[i].next {
		m.gathered = append(m.gathered, gathered{run{int(m.spots[i].lo), int(m.spots[i].hi)}, n})
		found++
	}
}
