package story

import "time"

// A NoticeID identifies a notice in one database.
type NoticeID int64

// A Notice is something that rooms should hear about a story, or a bulletin.
type Notice struct {
	ID      NoticeID
	Story   ID
	Version int // of the story, which this notice brought about
	Kind    NoticeKind
	Item    ItemID // the report that caused it
	Reason  string // why the rooms should hear it, in plain words
	At      time.Time

	Bulletin *Bulletin // instead of a story
}

// A NoticeKind says what has happened.
type NoticeKind string

// The kinds of notice.
const (
	NewStory NoticeKind = "new"     // a root message is posted
	Update   NoticeKind = "update"  // a further report: a reply in the thread, and the root is edited
	Refresh  NoticeKind = "refresh" // a copy or an edit: the root is edited, nobody is called
	Moved    NoticeKind = "moved"   // reports of another story belong to it: roots are edited, and it is told where it is new

	LevelChange NoticeKind = "level"    // a watch stands at another level: a bulletin
	Deadline    NoticeKind = "deadline" // what was threatened for a time is near, or the time has come: a bulletin
	FeedHealth  NoticeKind = "health"   // a feed is unwell, or well again: a bulletin of no watch, for the operators
	RoomHealth  NoticeKind = "room"     // a room, or a message to it, fails: a bulletin of no watch, for the operators

	DigestKind NoticeKind = "digest"     // what a room was not told one by one: a bulletin
	ShiftEnd   NoticeKind = "handover"   // what the next shift must know: a bulletin
	MuteEnd    NoticeKind = "mute"       // a mute ends, or is about to: a bulletin
	Escalation NoticeKind = "escalation" // nobody has acknowledged a story in time: the next rung hears of it
)

// A Bulletin is what rooms hear of a watch as a whole, of a feed or of another
// room, in a message of its own.
type Bulletin struct {
	Watch    WatchName  // "" if it is about a feed or a room
	Kind     NoticeKind // LevelChange, Deadline, DigestKind, MuteEnd, ShiftEnd, FeedHealth or RoomHealth
	Key      string     // is told once for a watch
	From, To Level      // where the watch stood and stands
	Reasons  []string   // in plain words, the weightiest first
	Evidence []Witness  // the reports that it rests on, the latest first
	At       time.Time
	Rooms    []RoomName // that are owed it, without repeats

	Digest *Digest  // of a DigestKind or a MuteEnd; then only Watch, Kind, Key, At, Rooms and Reasons are set beside it
	Lines  []Saying // of a ShiftEnd, likewise
}

// A Saying is one line of what is told, as text.
type Saying struct {
	Text string
	Link string // of Text, or ""
	Note string // beside it, or ""
}

// A Witness is a report as evidence.
type Witness struct {
	Item   ItemID
	Outlet string
	Title  string
	Link   string
	At     time.Time
}

// A Standing says where a watch stands.
type Standing struct {
	Level   Level
	Since   time.Time
	Changes int // how often it has changed
}

// A Judgement is what the desk decided about one item.
type Judgement struct {
	Item     ItemID
	Revision int      // of the item that was judged
	Matches  []Match  // empty: the item is kept in the archive and told to nobody
	Signals  []Signal // what it claims, if anything matches
	Story    ID       // the story that it joins; 0 if it opens one, joins one that Moves make, or matches nothing
	Relation Relation // "" for an edit of a report that keeps its place
	CopyOf   ItemID
	Kind     NoticeKind // "" if no room need hear of it; with a Relation it joins its story all the same
	Reason   string
	Rooms    []RoomName // the rooms that are owed the notice, without repeats
	Level    Level      // of the story: the highest at which a watch that accepts it stands
	At       time.Time

	Moves     []Move     // of other reports, which the item has shown to belong elsewhere: carried out before it joins
	Bulletins []Bulletin // that the item brings about
}

// A Pending item waits to be judged.
type Pending struct {
	Item    Item
	Story   ID          // the story that an earlier revision joined, or 0
	Watches []WatchName // the watches that accepted an earlier revision
	Seed    bool        // it was there before its feed was first polled: judged, and never told
}

// NoticeOf returns what rooms should hear when an item joins a story: a new
// story and a further report in a thread; a copy only changes the counts.
func NoticeOf(r Relation) NoticeKind {
	switch r {
	case Opens:
		return NewStory
	case Reports:
		return Update
	case Copies:
		return Refresh
	}
	return ""
}
