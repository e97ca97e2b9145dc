package watch

import (
	"strings"

	"vedette/story"
)

// A roll is the names of the watches of a set, in order: the text of all, and
// where in it each block of names begins. Where a name stands in its block is
// its label.
type roll struct {
	text string
	from []uint32
}

// A label is where in the text of its block a name begins, and how long it is.
// Its low bits are 0.
type label uint32

const (
	labelStart = 16
	labelSize  = 6 // the place of the length; lower bits are an entry's

	rollBlock   = 64
	longestName = 1<<(labelStart-labelSize) - 1 // so that a block of them fits
)

func newRoll(names []story.WatchName) (roll, []label) {
	var r roll
	labels := make([]label, len(names))
	var text strings.Builder
	for i, name := range names {
		if i%rollBlock == 0 {
			r.from = append(r.from, u32(text.Len()))
		}
		labels[i] = label(u32(text.Len())-r.from[len(r.from)-1])<<labelStart | label(len(name))<<labelSize // #nosec G115 -- no name is longer than longestName
		text.WriteString(string(name))
	}
	r.text, r.from = strings.Clone(text.String()), shrunk(r.from)
	return r, labels
}

// start returns where in the text of its block the name begins.
func (l label) start() uint32 { return uint32(l >> labelStart) }

// size returns how long the name is.
func (l label) size() uint32 { return uint32(l >> labelSize & longestName) }
