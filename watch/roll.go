package watch

import (
	"strings"

	"vedette/story"
)

// A roll is the names of the watches of a set, in order. A set of many rules
// matches many on an item, all over the roll; so where a name stands is kept
// small, and stays near the processor.
type roll struct {
	text string   // the names, one after the other
	from []uint32 // by block of names: where in text they are
	ends []uint16 // from there; for each block 0 and then the end of each name
	size int
}

const (
	rollBlock   = 64
	longestName = 1<<16/rollBlock - 1 // so that a block of them fits
)

func newRoll(names []story.WatchName) roll {
	r := roll{size: len(names)}
	var text strings.Builder
	for i, name := range names {
		if i%rollBlock == 0 {
			r.from, r.ends = append(r.from, u32(text.Len())), append(r.ends, 0)
		}
		text.WriteString(string(name))
		r.ends = append(r.ends, uint16(u32(text.Len())-r.from[len(r.from)-1])) // #nosec G115 -- no name is longer than longestName
	}
	r.text, r.from, r.ends = strings.Clone(text.String()), shrunk(r.from), shrunk(r.ends)
	return r
}

// name returns a name by its place.
func (r *roll) name(i uint32) story.WatchName {
	block := i / rollBlock
	from, ends := r.from[block], r.ends[i+block:][:2]
	return story.WatchName(r.text[from+uint32(ends[0]) : from+uint32(ends[1])])
}
