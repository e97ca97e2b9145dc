package watch

import (
	"strings"

	"vedette/story"
)

// A roll is the names of the watches of a set, in order. A set of many rules
// matches many on an item, all over the roll, so where a name stands is kept
// in few lines of memory: one for each block of names.
type roll struct {
	text   string // the names, one after the other
	blocks []rollBlock
	size   int
}

// A rollBlock is 29 names or fewer: name k is text[from+at[k]:from+at[k+1]].
type rollBlock struct {
	from uint32
	at   [blockNames + 1]uint16
}

const (
	blockNames  = 29
	longestName = 1 << 11 // so that 29 of them fit
)

func newRoll(names []story.WatchName) roll {
	r := roll{size: len(names), blocks: make([]rollBlock, (len(names)+blockNames-1)/blockNames)}
	var text strings.Builder
	for i, name := range names {
		b := &r.blocks[i/blockNames]
		if i%blockNames == 0 {
			b.from = u32(text.Len())
		}
		text.WriteString(string(name))
		b.at[i%blockNames+1] = uint16(u32(text.Len()) - b.from) // #nosec G115 -- no name is longer than longestName
	}
	r.text = strings.Clone(text.String())
	return r
}

// name returns a name by its place.
func (r *roll) name(i uint32) story.WatchName {
	b := &r.blocks[i/blockNames]
	k := i % blockNames
	return story.WatchName(r.text[b.from+uint32(b.at[k]) : b.from+uint32(b.at[k+1])])
}
