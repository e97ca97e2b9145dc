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
	n     int
	order []uint32
}

func newAccepted(n int) accepted {
	rules := newBitmap(n)
	return accepted{rules: rules, sum: newBitmap(len(rules)), slots: make([]uint8, n)}
}

// add adds a rule that is not in the set. The caller counts it in n.
func (a *accepted) add(r uint32, slot uint8) {
	a.rules[r>>6] |= 1 << (r & 63)
	a.sum[r>>12] |= 1 << (r >> 6 & 63)
	a.slots[r] = slot
}

// words returns the places of the words of rules that are not 0, in order. It
// writes eight at a time, whether there are so many or not: how many there are
// cannot be foreseen, and to guess wrong costs more.
func (a *accepted) words() []uint32 {
	order := slices.Grow(a.order[:0], a.n+8)
	order = order[:cap(order)]
	n := 0
	for i, set := range a.sum {
		a.sum[i] = 0
		for set != 0 {
			out := (*[8]uint32)(order[n:])
			n += min(bits.OnesCount64(set), len(out))
			for k := range out {
				out[k] = u32(i<<6 | bits.TrailingZeros64(set))
				set &= set - 1
			}
		}
	}
	a.order = order[:n]
	return a.order
}
