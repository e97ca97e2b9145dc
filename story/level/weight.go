package level

import (
	"math"

	"vedette/story"
)

// A Side is one of the scores that points count for.
type Side int

// The sides. Threats rise before violence, acts during it; easing lowers the
// trend and never hides a threat.
const (
	Threats Side = iota
	Acts
	Easing
	sides int = iota
)

// String returns the side's name as a room reads it.
func (s Side) String() string {
	switch s {
	case Threats:
		return "threats"
	case Acts:
		return "acts"
	case Easing:
		return "easing"
	}
	return "side?"
}

// A Weight says what one origin's report of a signal is worth.
type Weight struct {
	Side   Side
	Points float64 // on the scale of Goldstein (1992), where an armed attack has 10
	Per    int     // of a number of people: how many the first doubling holds; 0 if no number counts
}

// Unread is the kind of the reading of an item that makes no claim that could
// be read. It has no weight of its own, and is no evidence.
const Unread story.SignalKind = ""

// volumeWeight is what each doubling of a day's reports is worth among the
// acts, whatever they claim: that a watch is spoken of at all says a little,
// and what cannot be read may matter. By doublings, so that an outlet that
// catches up with a month in one go does not make an escalation.
const volumeWeight = 10

// WeightOf returns the weight of a kind of signal: the one table of them. It
// follows the Goldstein scale of conflict and cooperation in its order and
// rough size, without its sign. Deaths are not on that scale: each doubling of
// them counts a little less than a threat of force, and an attack that kills
// counts for both. Shelling is an armed attack on that scale, but fronts that
// stand still shell each other every day: it counts as much as one dead, and
// those that it kills count besides. Both numbers were looked at by how weeks
// rank (internal/eval levels): 5 to 8 and 3 to 7 do about equally well.
func WeightOf(kind story.SignalKind) Weight {
	switch kind {
	case story.Threat:
		return Weight{Threats, 7, 0}
	case story.Ultimatum:
		return Weight{Threats, 7, 0}
	case story.Mobilisation:
		return Weight{Threats, 7, 0}
	case story.Encirclement:
		return Weight{Threats, 8, 0}
	case story.Strike, story.Clash:
		return Weight{Acts, 10, 0}
	case story.Shelling:
		return Weight{Acts, 6, 0}
	case story.Violation:
		return Weight{Acts, 9, 0}
	case story.Killed:
		return Weight{Acts, 6, 1}
	case story.Wounded, story.Captured:
		return Weight{Acts, 3, 1}
	case story.Displaced:
		return Weight{Acts, 3, 1000}
	case story.Ceasefire, story.Agreement:
		return Weight{Easing, 7, 0}
	case story.Withdrawal:
		return Weight{Easing, 5, 0}
	case story.AidAccess:
		return Weight{Easing, 4, 0}
	case story.Talks:
		return Weight{Easing, 3, 0}
	case Unread:
	}
	return Weight{}
}

// tierFactor is what a report's tier leaves of its points: an official body or
// a wire counts whole, an unvetted channel half.
func tierFactor(tier int) float64 {
	switch {
	case tier >= 4:
		return 0.5
	case tier == 3:
		return 0.8
	}
	return 1
}

// most bounds a number of people, so that a misread one stays a number.
const most = 10_000_000

// size returns how large a reading's claim is: 1 for a plain one, and the
// doublings of the number of people if it counts them, shared among the places
// that are told of in one sentence. A toll up to now says that there are dead,
// but its number is not news of this event.
func (r Reading) size() float64 {
	size := tierFactor(r.Tier) / float64(max(1, r.Places))
	per := WeightOf(r.Signal.Kind).Per
	if n := r.people(); per > 0 && n > 0 {
		size *= max(1, math.Log2(1+float64(n)/float64(per)))
	}
	return size
}

// people returns how many people the reading surely counts in this event.
func (r Reading) people() int {
	if r.Signal.Count.Total {
		return 0
	}
	return min(r.Signal.Count.Low, most)
}

// rounded returns points as a multiple of 1/1024, which a float64 adds
// exactly: sums do not depend on the order of their terms.
func rounded(points float64) float64 { return math.Round(points*1024) / 1024 }
