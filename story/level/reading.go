package level

import (
	"cmp"
	"strings"
	"time"

	"vedette/story"
)

// A Reading is one claim as it reached a watch.
type Reading struct {
	At     time.Time // when it counts: its item's Effective time
	Item   story.ItemID
	Story  story.ItemID // the item that opened the story
	Outlet string
	Origin string       // who is answerable for the words: the outlet's owner, or for a copy that of the text it repeats
	Tier   int          // of the feed: 1 official or wire … 4 unvetted
	State  string       // the state that controls the outlet, or ""
	Signal story.Signal // of kind Unread if the item makes no claim
	Places int          // that the sentence of the signal tells acts of; a claim of several is shared among them
}

// hostile reports whether the reading is evidence of an escalation.
func (r Reading) hostile() bool {
	return r.Signal.Kind != Unread && WeightOf(r.Signal.Kind).Side != Easing
}

// free reports whether the outlet is one that no state controls.
func (r Reading) free() bool { return r.State == "" }

// compare orders readings by time, and by everything that is shown of them
// where the time is one: the order in which they arrived has no part.
func compare(a, b Reading) int {
	return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Item, b.Item), cmp.Compare(a.Story, b.Story),
		cmp.Compare(a.Signal.Kind, b.Signal.Kind), cmp.Compare(b.size(), a.size()), cmp.Compare(b.people(), a.people()),
		cmp.Compare(a.Origin, b.Origin), cmp.Compare(a.State, b.State), cmp.Compare(a.Outlet, b.Outlet))
}

// army reports whether the people that a signal counts are an army's: whether
// its target holds one of the words for soldiers.
func army(s story.Signal) bool {
	target := strings.ToLower(s.Target)
	for word := range strings.FieldsSeq(armyWords) {
		if strings.Contains(target, word) {
			return true
		}
	}
	return false
}

// armyWords are beginnings and parts of words for the men of a state's army,
// by language. A militia's fighters are named otherwise.
const armyWords = `
	soldier troops servicem servicewom serviceperson marines conscript paratroop airmen
	soldat militaires
	asker
	солдат військов военнослужащ
	جنود جندي`

// day is a day of UTC, counted from the beginning of 1970.
type day int

func dayOf(t time.Time) day {
	sec := t.Unix()
	d := sec / 86400
	if sec%86400 < 0 {
		d--
	}
	return day(d)
}

// start returns when d begins.
func (d day) start() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }
