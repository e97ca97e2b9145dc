package story

import "time"

// A Board is the message of a room that shows how its watches stand.
type Board struct {
	Room    RoomName
	Key     string // names it on the platform until it stands there
	Remote  Remote // "" while it does not
	Pinned  bool
	Shown   string // what it says, to know whether that has changed
	Mark    string // how far the record was when it was looked at
	Attempt int    // that failed, since it was last shown

	NotBefore time.Time // of the next look, however much happens
	Stale     time.Time // when it is looked at though nothing has happened
	Doubt     time.Time // since when it may stand in the room unheard of, or the zero time
}

// A Stand is how a watch stands.
type Stand struct {
	Watch    WatchName
	Level    Level // Unjudged if it was never judged
	Since    time.Time
	Week     int // stories that opened within seven days
	LastWeek int // and within the seven before
	Changed  time.Time
	Title    string // of the story that changed last
	Link     string
	Open     int // stories that changed of late and that nobody has resolved
	Owners   []string
}
