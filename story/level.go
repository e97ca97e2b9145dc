package story

// A Level says how far a watch has escalated. The zero Level is Unjudged:
// nobody has looked, which is not the same as calm.
type Level uint8

// The levels, in order: a later one is worse.
const (
	Unjudged Level = iota // nothing is said about it in a room
	Calm                  // nothing out of the ordinary
	Guarded               // worth following
	Elevated              // worse than is usual for this watch
	High                  // force is used or announced
	Critical              // say it now, whoever sleeps
)

// String returns the level's name as the desk file writes it.
func (l Level) String() string {
	switch l {
	case Unjudged:
		return "unjudged"
	case Calm:
		return "calm"
	case Guarded:
		return "guarded"
	case Elevated:
		return "elevated"
	case High:
		return "high"
	case Critical:
		return "critical"
	}
	return "level?"
}
