package story

import "time"

// A Due is a delivery that has fallen due in its room, with what the room's
// policies ask about it. Its Calls say whom an earlier attempt pinged.
type Due struct {
	Dispatch

	Now          time.Time
	LastPing     Ping   // of the room
	Acknowledged bool   // somebody has taken up the story, in any room
	Mutes        []Mute // that are in force in the room
}

// A Ping is a call that a room has heard. The zero Ping is none.
type Ping struct {
	At    time.Time
	Level Level
}

// A Verdict says what becomes of a delivery that is due.
type Verdict struct {
	State DeliveryState // Owed: it is told now; Held, Below, Muted or Expired: it is not
	Calls Mention       // for Owed: whom it pings
	Level Level         // at which it pings
	Until time.Time     // for Held: a digest tells it then at the latest
	Why   string        // in plain words
	Mute  int64         // for Muted: by which
	Ends  []Break       // mutes that end with it
}

// A Rule decides by a room's policies. It is pure: the same Due has the same
// Verdict.
type Rule func(*Due) Verdict

// A Digest is what a room was not told one by one: what was held, as in its
// quiet hours, and at a set time what has changed since the last.
type Digest struct {
	Since     time.Time // of what changed; the zero time if only what was held is told
	Held      int       // deliveries that it ends
	Why       []string  // they were held, each reason once
	Lines     []Line    // the highest level first
	Bulletins []Bulletin
	Below     int // stories that changed below the level from which the room is told
}

// A Line is a story in a digest.
type Line struct {
	Story   ID
	Level   Level
	Title   string // as its first report has it
	Link    string
	Watches []WatchName
	Origins int
	Outlets int
	Changed time.Time
	Care    Care
	Held    bool   // it was held, or a part of it
	Root    Remote // its message in the room, or "" if none stands there
}

// An Occasion is a time at which a room gets a digest.
type Occasion struct {
	Room    RoomName
	At      time.Time
	Changed bool      // what has changed since the last such occasion is told, beside what was held
	From    Level     // from which the room is told
	Next    time.Time // when the next is, or the zero time
}

// A Shift is a span of work that ends with a handover in a room.
type Shift struct {
	Room     RoomName
	From, To time.Time
	Next     time.Time // when the next one ends, or the zero time
}

// An Alarm is a critical story that waits to be acknowledged in a room.
type Alarm struct {
	Story ID
	Room  RoomName
	Since time.Time // when the room was owed it at that level
	Rung  int       // the next, from 0
	Level Level     // of the story as it stands
	Taken bool      // somebody has acknowledged or resolved it
}

// A Step is what becomes of an alarm: whom the next rung tells, and when the
// one after it is climbed.
type Step struct {
	Alarm  Alarm
	To     RoomName // "" to tell nobody
	Calls  Mention
	Reason string
	Next   time.Time // the zero time ends the alarm
	Why    string    // it ends
	At     time.Time
}
