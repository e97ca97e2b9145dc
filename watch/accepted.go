package watch

import (
	"math/bits"
	"slices"
)

// accepted are the rules that are true of an item: a set that tells the place
// of each in their order, and that is emptied in time that depends on what is
// in it. What it holds by rule is small enough to stay near the processor.
type accepted struct {
	folios []folio
	sum    []uint64 // a bit for each folio that has rules in the set
	used   []uint32 // these folios, once they are ordered
	slots  []uint8  // by place of a rule: the slot of its evidence
}

// A folio is the rules of one block of the roll: which are in the set, how many
// of other folios are before them, and where the roll has the names.
type folio struct {
	rules  uint64
	before uint32
	names  uint32
}

func newAccepted(names *roll) accepted {
	a := accepted{folios: make([]folio, len(names.from)), sum: make([]uint64, len(names.from)/64+1), used: make([]uint32, 0, len(names.from))}
	for i, from := range names.from {
		a.folios[i].names = from
	}
	return a
}

// has reports whether a rule is in the set.
func (a *accepted) has(r uint32) bool { return a.folios[r/rollBlock].rules&(1<<(r%rollBlock)) != 0 }

// add adds a rule.
func (a *accepted) add(r uint32) {
	at := r / rollBlock
	a.folios[at].rules |= 1 << (r % rollBlock)
	a.sum[at>>6] |= 1 << (at & 63)
}

// order gives each rule of the set its place, and returns how many there are.
func (a *accepted) order() int {
	n, k := 0, 0
	folios, used := a.folios, a.used[:cap(a.used)]
	for i, set := range a.sum {
		a.sum[i] = 0
		for ; set != 0; set &= set - 1 {
			at := u32(i<<6 | bits.TrailingZeros64(set))
			f := &folios[at]
			f.before = u32(n)
			n += bits.OnesCount64(f.rules)
			used[k] = at
			k++
		}
	}
	a.used = used[:k]
	a.slots = slices.Grow(a.slots[:0], n)[:n]
	clear(a.slots)
	return n
}

// place returns the place of a rule of the folio that is in the set.
func (f *folio) place(r uint32) uint32 {
	return f.before + u32(bits.OnesCount64(f.rules&(1<<(r%rollBlock)-1)))
}

// empty empties the set.
func (a *accepted) empty() {
	for _, at := range a.used {
		a.folios[at].rules = 0
	}
}
