package story

import "time"

// A Person is somebody of the team, as a platform knows them.
type Person struct {
	ID   string // the platform and its ID: "slack:U0123ABCD", "discord:123456789012345678", "cli:ada"
	Name string // to be shown; a stranger's words
}

// A CareState says whether somebody sees to a story.
type CareState string

// The states of care.
const (
	Open         CareState = "open"         // nobody has said that they see to it
	Acknowledged CareState = "acknowledged" // its owner does
	Resolved     CareState = "resolved"     // nothing is left to do; a later report opens it again
)

// A Care says who sees to a story. It is one in all rooms. The zero Care is
// Open and nobody's.
type Care struct {
	State   CareState
	Owner   Person
	Changed time.Time
}

// Stands returns the state, which is Open if nothing was ever said.
func (c Care) Stands() CareState {
	if c.State == "" {
		return Open
	}
	return c.State
}

// A Deed is something that somebody did or was refused: an entry of the audit
// log, from which nothing is ever taken out.
type Deed struct {
	ID      int64
	Key     string // names the call on its platform; "" is never heard twice
	By      Person
	Tenant  string // the workspace or guild, and the channel, in which it was asked for
	Channel string
	Verb    string // the command's name
	Subject string // what it was done to: "story 12", "watch idlib", "feed wire", or ""
	Detail  string // what was said with it
	Outcome string // how it ended, in plain words
	At      time.Time
}

// A Change is a version of a watch or of a feed, in a record of all of them.
type Change struct {
	ID     int64
	What   Changed
	Name   string
	Before string // JSON, or "" if there was none
	After  string // JSON, or "" if there is none any more
	By     Person // the zero Person if the desk file says so
	At     time.Time
}

// A Changed is what people change.
type Changed string

// What people change.
const (
	AWatch Changed = "watch"
	AFeed  Changed = "feed"
)

// A Told is a delivery as it stands, for who asks what a room was told.
type Told struct {
	Room    RoomName
	Kind    NoticeKind
	Item    ItemID // that caused it, or 0
	Reason  string // why the room should hear it
	State   DeliveryState
	Why     string // why it stands so
	Remote  Remote // of the message, if Delivered
	Attempt int
	At      time.Time // when it was owed
	Changed time.Time
}

// An Entry is a delivery in the ledger.
type Entry struct {
	Told

	Delivery DeliveryID
	Story    ID     // 0 for a bulletin
	Title    string // of the report that caused it, or ""
}

// A LedgerQuery asks for deliveries. What is zero asks for any.
type LedgerQuery struct {
	Story ID
	Item  ItemID // that caused them
	Room  RoomName
	State DeliveryState
	Since time.Time // they were owed then or later
	Limit int       // the last so many; required
}

// An Audit is what was found when the deliveries were compared with what was
// owed.
type Audit struct {
	Owed        int      // deliveries that were derived anew from items, matches and the watches' rooms
	Unaccounted int      // deliveries that are owed and not on record, or that stand in no state: 0, always
	Waiting     int      // items that nobody has judged for ten minutes
	Faults      []string // in plain words, the first few
	At          time.Time
}

// Clean reports whether nothing is wrong.
func (a *Audit) Clean() bool { return a.Unaccounted == 0 && a.Waiting == 0 }

// A Query asks for stories.
type Query struct {
	Watch  WatchName // that accepts a report of it; "" for any
	Since  time.Time // it changed then or later
	Unseen bool      // it is not resolved
	Merged bool      // also those that go on in another, which have no reports
	Limit  int
}
