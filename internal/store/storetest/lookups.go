package storetest

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"vedette/story"
)

func searchIsSafe(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	save(t, s, item("g:1", "idlib ateskes"), item("g:2", "other news"))
	for _, q := range []string{"", `"`, `'; DROP TABLE items; --`, "NEAR(", "a AND", "*", "title:", "(", `\`, "\x00", "-x", "^", "{", "😀"} {
		for _, prefix := range []bool{false, true} {
			if err := s.Find(t.Context(), [][]story.Phrase{{{Words: []string{q}, Prefix: prefix}}}, time.Time{}, 0, func(story.Item) bool { return true }); err != nil {
				t.Errorf("search %q: %v", q, err)
			}
		}
	}
	save(t, s, item("g:1", "idlib ateskes bozuldu"))
	word := func(words ...string) story.Phrase { return story.Phrase{Words: words} }
	for _, c := range []struct {
		groups [][]story.Phrase
		want   int
	}{
		{nil, 2},
		{[][]story.Phrase{{word("ateskes")}}, 1},
		{[][]story.Phrase{{word("ateskes", "bozuldu")}}, 1},
		{[][]story.Phrase{{word("bozuldu", "ateskes")}}, 0},
		{[][]story.Phrase{{word("ateskes")}, {word("other")}}, 0},
		{[][]story.Phrase{{word("ateskes"), word("other")}}, 2},
		{[][]story.Phrase{{{Words: []string{"boz"}, Prefix: true}}}, 1},
		{[][]story.Phrase{{word("boz")}}, 0},
	} {
		found := 0
		check(t, s.Find(t.Context(), c.groups, time.Time{}, 0, func(story.Item) bool { found++; return true }))
		if found != c.want {
			t.Errorf("search %v found %d, want %d", c.groups, found, c.want)
		}
	}
	var first story.ItemID
	check(t, s.Find(t.Context(), nil, time.Time{}, 0, func(it story.Item) bool { first = it.ID; return false }))
	check(t, s.Find(t.Context(), nil, time.Time{}, first, func(it story.Item) bool {
		if it.ID >= first {
			t.Errorf("item %d comes on the page after item %d", it.ID, first)
		}
		return true
	}))
	check(t, s.Find(t.Context(), nil, Noon().AddDate(1, 0, 0), 0, func(it story.Item) bool {
		t.Errorf("item %d comes, which is older than was asked", it.ID)
		return true
	}))
}

// ada and ben are people of two platforms.
func ada() story.Person { return story.Person{ID: "slack:U1", Name: "Ada"} }
func ben() story.Person { return story.Person{ID: "discord:2", Name: "Ben"} }

// acknowledge is what a person who acknowledges decides.
func acknowledge(who story.Person) func(story.Care) (story.Care, string) {
	return func(c story.Care) (story.Care, string) {
		if c.State == story.Acknowledged {
			return c, "not done: " + c.Owner.Name + " has it"
		}
		return story.Care{State: story.Acknowledged, Owner: who, Changed: Noon()}, "done"
	}
}

func oneOwner(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	save(t, s, item("g:1", "Idlib shelled"))
	id := tell(t, s, 0, story.NewStory, "desk")
	for i, who := range []story.Person{ada(), ben(), ada()} {
		now, heard, err := s.Tend(t.Context(), story.Deed{Key: []string{"k1", "k2", "k1"}[i], By: who, Verb: "ack", Subject: "story 1", At: Noon()}, id, acknowledge(who))
		check(t, err)
		if now.Owner != ada() || heard != (i == 2) {
			t.Errorf("call %d: the story is %+v's, heard before is %v", i, now.Owner, heard)
		}
	}
	deeds := must(s.Deeds(t.Context(), "story 1", time.Time{}, 10))(t)
	if len(deeds) != 2 || deeds[1].Outcome != "done" || deeds[0].Outcome != "not done: Ada has it" || deeds[0].By != ben() {
		t.Errorf("the record is %+v, want each person's deed once with its outcome", deeds)
	}
	if _, _, err := s.Tend(t.Context(), story.Deed{Verb: "ack"}, 99, acknowledge(ada())); !errors.Is(err, story.ErrNone) {
		t.Errorf("tending a story that is not there: %v", err)
	}
	if heard := must(s.Record(t.Context(), story.Deed{Key: "k1", Verb: "note"}))(t); !heard {
		t.Error("a key that was heard is taken for a new one")
	}
}

func reopened(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	save(t, s, item("g:1", "Idlib shelled"))
	id := tell(t, s, 0, story.NewStory, "desk")
	resolve := func(story.Care) (story.Care, string) {
		return story.Care{State: story.Resolved, Owner: ada(), Changed: Noon()}, "done"
	}
	_, _, err := s.Tend(t.Context(), story.Deed{Verb: "resolve", By: ada(), At: Noon()}, id, resolve)
	check(t, err)
	if open := must(s.Stories(t.Context(), story.Query{Unseen: true, Limit: 5}))(t); len(open) != 0 {
		t.Errorf("%d stories are open, want none", len(open))
	}
	save(t, s, item("g:2", "Idlib shelled again"))
	tell(t, s, id, story.Update, "desk")
	if st := must(s.Story(t.Context(), id))(t); st.Care.Stands() != story.Open || st.Care.Owner.ID != "" {
		t.Errorf("after a report the story is %+v, want open", st.Care)
	}
}

func careIsShown(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	save(t, s, item("g:1", "Idlib shelled"))
	id := tell(t, s, 0, story.NewStory, "desk", "osint")
	for _, room := range []story.RoomName{"desk", "osint"} {
		d, ok, err := s.Claim(t.Context(), room, Noon())
		check(t, err)
		if !ok {
			t.Fatal("nothing is due")
		}
		check(t, s.Settle(t.Context(), story.Outcome{Dispatch: d, State: story.Delivered, Remote: story.Remote("m-" + string(room)), At: Noon()}))
	}
	later := Noon().Add(96 * time.Hour)
	_, _, err := s.Tend(t.Context(), story.Deed{Verb: "ack", By: ada(), At: later}, id, func(story.Care) (story.Care, string) {
		return story.Care{State: story.Acknowledged, Owner: ada(), Changed: later}, "done"
	})
	check(t, err)
	for _, room := range []story.RoomName{"desk", "osint"} {
		d, ok, err := s.Claim(t.Context(), room, later)
		check(t, err)
		if !ok || d.Act != story.Edit || d.Story.Care.Owner != ada() || !d.Owed.Equal(later) {
			t.Errorf("room %s is due %+v, want its message edited, as is owed since then", room, d)
		}
	}
	roots := must(s.Roots(t.Context(), id))(t)
	if roots["desk"] != "m-desk" || roots["osint"] != "m-osint" {
		t.Errorf("messages stand at %v", roots)
	}
	told := must(s.Told(t.Context(), id))(t)
	if len(told) != 2 || told[0].State != story.Delivered || told[0].Remote == "" || told[0].Kind != story.NewStory {
		t.Errorf("told is %+v", told)
	}
}

func changesInOrder(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	c := story.Change{What: story.AWatch, Name: "idlib", After: `{"rule":"a"}`, By: ada(), At: Noon()}
	if heard := must(s.SaveChange(t.Context(), story.Deed{Key: "k", Verb: "watch add", By: ada(), At: Noon()}, c))(t); heard {
		t.Error("the first change was heard before")
	}
	if heard := must(s.SaveChange(t.Context(), story.Deed{Key: "k", Verb: "watch add", By: ada(), At: Noon()}, c))(t); !heard {
		t.Error("the same change again is a new one")
	}
	if _, err := s.SaveChange(t.Context(), story.Deed{Verb: "watch edit", By: ben(), At: Noon()}, story.Change{What: story.AWatch, Name: "idlib", Before: `{"rule":"z"}`, After: "{}"}); !errors.Is(err, story.ErrNone) {
		t.Errorf("a change of what does not stand: %v", err)
	}
	_, err := s.SaveChange(t.Context(), story.Deed{}, story.Change{What: story.AWatch, Name: "idlib", Before: c.After, At: Noon()})
	check(t, err)
	all := must(s.Changes(t.Context(), story.AWatch, "idlib", 9))(t)
	if len(all) != 2 || all[0].After != "" || all[1].By != ada() || len(must(s.Deeds(t.Context(), "", time.Time{}, 9))(t)) != 1 {
		t.Errorf("changes are %+v", all)
	}
	stand, last, err := s.Stand(t.Context())
	check(t, err)
	if len(stand) != 1 || stand[0].After != "" || last != all[0].ID {
		t.Errorf("what stands is %+v, the last change %d", stand, last)
	}
	id := must(s.SaveDraft(t.Context(), "slack:U1", "call", Noon()))(t)
	if who, call, err := s.Draft(t.Context(), id); err != nil || who != "slack:U1" || call != "call" {
		t.Errorf("the draft is %q of %q, %v", call, who, err)
	}
	if _, _, err := s.Draft(t.Context(), id+1); !errors.Is(err, story.ErrNone) {
		t.Errorf("a draft that is not there: %v", err)
	}
	if a, b := must(s.Secret(t.Context(), "seal"))(t), must(s.Secret(t.Context(), "seal"))(t); len(a) != 32 || string(a) != string(b) {
		t.Error("a secret is not the same when it is asked for again")
	}
}

func lookUps(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	it := item("g:1", "Idlib shelled")
	it.Link, it.Canonical = "https://wire.example/1?x=1", "https://wire.example/1"
	save(t, s, it)
	id := tell(t, s, 0, story.NewStory, "desk")
	for _, link := range []string{it.Link, "https://wire.example/elsewhere"} {
		found := must(s.ItemsAt(t.Context(), link, it.Canonical, 5))(t)
		if len(found) != 1 || found[0].Title != it.Title {
			t.Fatalf("at %s stands %+v", link, found)
		}
		if of := must(s.StoryOf(t.Context(), found[0].ID))(t); of != id {
			t.Errorf("the item is of story %d, want %d", of, id)
		}
	}
	if _, err := s.StoryOf(t.Context(), 99); !errors.Is(err, story.ErrNone) {
		t.Errorf("the story of an item that is not there: %v", err)
	}
	if _, err := s.Story(t.Context(), 99); !errors.Is(err, story.ErrNone) {
		t.Errorf("a story that is not there: %v", err)
	}
	for watch, want := range map[story.WatchName]int{"idlib": 1, "": 1, "other": 0} {
		if got := must(s.Stories(t.Context(), story.Query{Watch: watch, Limit: 5}))(t); len(got) != want {
			t.Errorf("%d stories of watch %q, want %d", len(got), watch, want)
		}
	}
	if w := must(s.Waiting(t.Context(), Noon().Add(time.Hour)))(t); w["desk"] != 1 {
		t.Errorf("waiting is %v", w)
	}
	if n := must(s.Newest(t.Context()))(t); n["wire"].IsZero() {
		t.Errorf("newest is %v", n)
	}
	check(t, s.SaveReview(t.Context(), []story.Bulletin{{Watch: "idlib", Kind: story.LevelChange, Key: "level 1", To: story.High, At: Noon()}}, Noon()))
	if b := must(s.Bulletins(t.Context(), "idlib", time.Time{}, 5))(t); len(b) != 1 || b[0].To != story.High {
		t.Errorf("bulletins are %+v", b)
	}
	if b := must(s.Bulletins(t.Context(), "", Noon().Add(time.Second), 5))(t); len(b) != 0 {
		t.Errorf("bulletins of later are %+v", b)
	}
}

// muteHoldsBack holds that what a mute keeps from a room is told when it ends,
// over crashes, and that it ends with the first that it did not know of.
func muteHoldsBack(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	s.SetRule(func(d *story.Due) story.Verdict {
		by, broken := story.Silence(d.Mutes, d)
		if by != nil && len(broken) == 0 {
			return story.Verdict{State: story.Muted, Mute: by.ID, Why: "muted"}
		}
		return story.Verdict{State: story.Owed, Ends: broken}
	})
	m := story.Mute{Room: "desk", Watch: "idlib", By: ada(), At: Noon(), Until: Noon().Add(30 * time.Minute), Level: story.High, Origins: []string{"wire"}, Places: []string{"idlib", "saraqib"}}
	if heard := must(s.Mute(t.Context(), story.Deed{Key: "m", Verb: "mute", By: ada(), At: Noon()}, []story.Mute{m}))(t); heard {
		t.Error("the first mute was heard before")
	}
	if heard := must(s.Mute(t.Context(), story.Deed{Key: "m", Verb: "mute", By: ada(), At: Noon()}, []story.Mute{m}))(t); !heard {
		t.Error("the same call mutes twice")
	}
	save(t, s, item("g:1", "Idlib shelled"))
	id := tell(t, s, 0, story.NewStory, "desk", "osint")
	if d, ok, err := s.Claim(t.Context(), "desk", Noon()); ok || err != nil {
		t.Fatalf("a muted room is due %+v, %v", d, err)
	}
	if _, ok, err := s.Claim(t.Context(), "osint", Noon()); !ok || err != nil {
		t.Errorf("a mute in another room holds back: %v", err)
	}
	h.Crash(t)
	s = h.Open(t)
	check(t, s.EndMutes(t.Context(), "desk", Noon().Add(29*time.Minute)))
	if ms := must(s.Mutes(t.Context()))(t); len(ms) != 1 || ms[0].By != ada() {
		t.Fatalf("in force are %+v", ms)
	}
	check(t, s.EndMutes(t.Context(), "desk", m.Until))
	check(t, s.EndMutes(t.Context(), "desk", m.Until))
	d, ok, err := s.Claim(t.Context(), "desk", m.Until)
	check(t, err)
	if !ok || d.Notice.Bulletin == nil || d.Notice.Bulletin.Kind != story.MuteEnd || d.Notice.Bulletin.Digest.Held != 1 || len(d.Notice.Bulletin.Digest.Lines) != 1 {
		t.Fatalf("at its end the room is due %+v", d.Notice)
	}
	check(t, s.Settle(t.Context(), story.Outcome{Dispatch: d, State: story.Delivered, Remote: "m", At: m.Until}))
	if d, ok, err := s.Claim(t.Context(), "desk", m.Until); ok || err != nil {
		t.Errorf("after it the room is due %+v, %v", d, err)
	}
	for _, told := range must(s.Told(t.Context(), id))(t) {
		if told.Room == "desk" && told.State != story.Digested {
			t.Errorf("what was held back is %s, want digested", told.State)
		}
	}
	if n := must(s.Unaccounted(t.Context()))(t); n != 0 {
		t.Errorf("%d deliveries are unaccounted for", n)
	}
}

// searchOfMany holds that a search leaves out none of many and shows none
// twice, from any place in the archive.
func searchOfMany(t *testing.T, h Harness) {
	t.Helper()
	const many = 450
	s := h.Open(t)
	var all []story.Item
	for i := range many {
		all = append(all, item(fmt.Sprint("g:", i), map[bool]string{true: "bridge", false: "market"}[i%3 > 0]))
	}
	save(t, s, all...)
	for before, want := range map[story.ItemID]int{0: 300, many + 1: 300, 10: 6, 1: 0} {
		var got []story.ItemID
		check(t, s.Find(t.Context(), [][]story.Phrase{{{Words: []string{"bridge"}}}}, time.Time{}, before, func(it story.Item) bool {
			got = append(got, it.ID)
			return true
		}))
		if len(got) != want || !slices.IsSortedFunc(got, func(a, b story.ItemID) int { return cmp.Compare(b, a) }) || len(slices.Compact(slices.Clone(got))) != len(got) {
			t.Errorf("before %d %d are found, want %d, each once and the newest first", before, len(got), want)
		}
	}
	n := 0
	check(t, s.Find(t.Context(), [][]story.Phrase{{{Words: []string{"bridge"}}}}, time.Time{}, 0, func(story.Item) bool { n++; return n < 7 }))
	if n != 7 {
		t.Errorf("%d are given to who had enough of 7", n)
	}
}
