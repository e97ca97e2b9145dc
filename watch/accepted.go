package watch

import (
	"math/bits"
	"slices"
)

// accepted are the rules that are true of an item, each with the slot of its
// evidence: a set that is read in order and emptied in time that depends on
// what is in it, and small enough to stay near the processor.
type accepted struct {
	rules bitmap
	sum   bitmap  // the words of rules that are not 0
	slots []uint8 // by rule; of those that are in the set
	order []uint32
}

func newAccepted(n int) accepted {
	rules := newBitmap(n)
	return accepted{rules: rules, sum: newBitmap(len(rules)), slots: make([]uint8, n)}
}

// add adds a rule that is not in the set.
func (a *accepted) add(r uint32, slot uint8) {
	a.rules[r>>6] |= 1 << (r & 63)
	a.sum[r>>12] |= 1 << (r >> 6 & 63)
	a.slots[r] = slot
}

// drain empties a. It returns the rules that were in it in order; they keep
// their slots.
func (a *accepted) drain() []uint32 {
	order := a.order[:cap(a.order)]
	n := 0
	for i, set := range a.sum {
		for ; set != 0; set &= set - 1 {
			at := i<<6 | bits.TrailingZeros64(set)
			if len(order)-n < 64 {
				order = slices.Grow(order[:n], 64)
				order = order[:cap(order)]
			}
			for rules := a.rules[at]; rules != 0; rules &= rules - 1 {
				order[n] = u32(at<<6 | bits.TrailingZeros64(rules))
				n++
			}
			a.rules[at] = 0
		}
		a.sum[i] = 0
	}
	a.order = order[:n]
	return a.order
}
