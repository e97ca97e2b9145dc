package story

import (
	"cmp"
	"slices"
	"time"
)

// A Move carries reports from the stories that they joined to the one that
// they belong to, as a later report has shown. Rooms that know one of these
// stories see its root message edited.
type Move struct {
	Items  []ItemID   // with their copies, in the order in which they joined
	From   []Left     // the stories that they leave
	Into   ID         // 0: a story of their own, which is made
	Joined bool       // the item that is judged joins the story that is made
	Reason string     // in plain words, for the room and for the record
	Level  Level      // of Into afterwards
	Opened time.Time  // for a story that is made
	Rooms  []RoomName // that are owed Into as a story that is new to them, without repeats
}

// A Left is a story that reports have left. If none is left in it, it goes on
// in the story that they went to.
type Left struct {
	Story ID
	Level Level // afterwards
}

// An Aside is the other story of a merge or a split, for a root message.
type Aside struct {
	Story   ID
	Version int
	Lead    Witness // the report that it is told by
	Why     string  // the two are one, or are not, in plain words
	See     Remote  // the root message in the room that the other is told by, or ""
}

// Part takes the reports of the items out of s and returns them.
func (s *Story) Part(items []ItemID) (gone []Report) {
	var left []Report
	for _, r := range s.Reports {
		if slices.Contains(items, r.Item.ID) {
			r.From = s.ID
			gone = append(gone, r)
		} else {
			left = append(left, r)
		}
	}
	s.order(left)
	return gone
}

// Take puts reports of other stories into s. The one that opened s still
// does; without one, it is the first in its own words.
func (s *Story) Take(rs []Report) {
	all := slices.Clone(s.Reports)
	for _, r := range rs {
		if r.Relation == Opens {
			r.Relation = Reports
		}
		all = append(all, r)
	}
	s.order(all)
}

// order makes rs the reports of s.
func (s *Story) order(rs []Report) {
	late := func(r Report, is Relation) int {
		if r.Relation == is {
			return 1
		}
		return 0
	}
	opens := func(r Report) bool { return r.Relation == Opens }
	if len(rs) > 0 && !slices.ContainsFunc(rs, opens) {
		first := slices.MinFunc(rs, func(a, b Report) int { return cmp.Or(late(a, Copies)-late(b, Copies), cmp.Compare(a.Seq, b.Seq)) })
		for i := range rs {
			if rs[i].Item.ID == first.Item.ID {
				rs[i].Relation = Opens
			}
		}
	}
	slices.SortStableFunc(rs, func(a, b Report) int { return cmp.Or(late(b, Opens)-late(a, Opens), cmp.Compare(a.Seq, b.Seq)) })
	s.Reports, s.Watches = rs, nil
	for i := range rs {
		for _, m := range rs[i].Matches {
			if at, known := slices.BinarySearch(s.Watches, m.Watch); !known {
				s.Watches = slices.Insert(s.Watches, at, m.Watch)
			}
		}
	}
}
