package story

import (
	"slices"
	"time"
)

// A ID identifies a story in one database.
type ID int64

// A Story is one event as told by the items that joined it.
type Story struct {
	ID      ID
	Version int // counts its changes; a room's root message shows one version
	Level   Level
	Opened  time.Time
	Changed time.Time
	Watches []WatchName // that accept any of its items, sorted
	Reports []Report    // the first opened the story, the others in the order of Seq
	Care    Care

	Merged ID     // it has no reports any more and goes on in this story; or 0
	Parted ID     // its first reports were once in this story; or 0
	Why    string // it was merged or parted, in plain words
}

// A Relation says what an item is to the story that it joins.
type Relation string

// The relations of an item to a story.
const (
	Opens   Relation = "opens"   // the first report of it
	Reports Relation = "reports" // a further report in its own words
	Copies  Relation = "copies"  // the same text, or the same page, as a report already there
)

// A Kinship says which story an item belongs to, and why.
type Kinship struct {
	Story    ID // 0 if it opens one
	Relation Relation
	CopyOf   ItemID
	Reason   string // in plain words, for the room and for the record
}

// A Report is an item's place in a story.
type Report struct {
	Item     Item
	Relation Relation
	CopyOf   ItemID // for a copy: the item whose text it repeats
	Matches  []Match
	Signals  []Signal // what it claims, in reading order
	Seq      int64    // rises with each report that joins any story
	From     ID       // the story that it joined, if it was moved here from there; or 0
}

// Lead returns the report that the story is told by: the first to join that
// is not a copy.
func (s *Story) Lead() Report { return s.Reports[0] }

// Latest returns the report in its own words that joined last.
func (s *Story) Latest() Report {
	for _, r := range slices.Backward(s.Reports) {
		if r.Relation != Copies {
			return r
		}
	}
	return s.Reports[0]
}

// Outlets returns the outlets that told the story, in the order in which
// they joined.
func (s *Story) Outlets() []string {
	var names []string
	for _, r := range s.Reports {
		if !slices.Contains(names, r.Item.Outlet) {
			names = append(names, r.Item.Outlet)
		}
	}
	return names
}

// Origins counts the story's independent origins: owners that told it in
// words of their own.
func (s *Story) Origins() int {
	var owners []string
	for _, r := range s.Reports {
		if r.Relation != Copies && !slices.Contains(owners, r.Item.Owner) {
			owners = append(owners, r.Item.Owner)
		}
	}
	return len(owners)
}
