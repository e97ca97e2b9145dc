package watch

import (
	"math/bits"
	"slices"
)

// accepted are the rules that are true of an item: a set that is read in
// order and emptied in time that depends on what is in it, and small enough to
// stay near the processor.
type accepted struct {
	rules  bitmap
	sum    bitmap   // the words of rules that are not 0
	before []uint32 // by word of rules that is not 0: how many rules are in the words before
	found  []uint32 // rules as they were accepted, some more than once
	by     []uint64 // the leaves that they are true by, among others
	order  []uint32
	signs  []uint64
}

func newAccepted(n int) accepted {
	rules := newBitmap(n)
	return accepted{rules: rules, sum: newBitmap(len(rules)), before: make([]uint32, len(rules))}
}

func (a *accepted) add(r uint32, sign uint64) {
	a.rules[r>>6] |= 1 << (r & 63)
	a.sum[r>>12] |= 1 << (r >> 6 & 63)
	a.found = append(a.found, r)
	a.by = append(a.by, sign)
}

// drain empties a. It returns the rules that were in it in order, and their
// signatures.
func (a *accepted) drain() (rules []uint32, signs []uint64) {
	n := 0
	for i, set := range a.sum {
		for ; set != 0; set &= set - 1 {
			at := i<<6 | bits.TrailingZeros64(set)
			a.before[at] = u32(n)
			n += bits.OnesCount64(a.rules[at])
		}
		a.sum[i] = 0
	}
	a.order = slices.Grow(a.order[:0], n)[:n]
	a.signs = slices.Grow(a.signs[:0], n)[:n]
	clear(a.signs)
	for i, r := range a.found {
		rank := a.before[r>>6] + u32(bits.OnesCount64(a.rules[r>>6]&(1<<(r&63)-1)))
		a.order[rank] = r
		a.signs[rank] |= a.by[i]
	}
	for _, r := range a.order {
		a.rules[r>>6] = 0
	}
	return a.order, a.signs
}
