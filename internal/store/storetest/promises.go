package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"vedette/story"
)

func itemsAndValidators(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	want := item("g:1", "Idlib shelled")
	save(t, s, want)
	h.Crash(t)
	s = h.Open(t)
	if st := must(s.FeedState(t.Context(), "wire"))(t); st.ETag != `W/"1"` || !st.Seeded || !st.NextDue.Equal(Noon().Add(time.Hour)) {
		t.Errorf("state after a crash is %+v", st)
	}
	p := must(s.Unjudged(t.Context(), 10))(t)
	want.Revision = 1
	if len(p) != 1 {
		t.Fatalf("%d items wait after a crash, want 1", len(p))
	}
	if diff := cmp.Diff(want, p[0].Item, cmpopts.IgnoreFields(story.Item{}, "ID", "Keys")); diff != "" {
		t.Errorf("item (-want +got):\n%s", diff)
	}
}

func anyKey(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	it := item("g:1", "Idlib shelled")
	it.Keys = []string{"g:1", "l:wire.example/1"}
	again := it
	again.Keys = []string{"g:1#2", "l:wire.example/1"}
	third := it
	third.Keys = []string{"g:1#2"}
	for i, want := range []story.Saved{{New: 1}, {Known: 1}, {Known: 1}} {
		if got := save(t, s, []story.Item{it, again, third}[i]); got != want {
			t.Errorf("poll %d saved %+v, want %+v", i, got, want)
		}
	}
}

func editKnowsItsStory(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	save(t, s, item("g:1", "Idlib shelled"))
	id := tell(t, s, 0, story.NewStory, "desk")
	if got := save(t, s, item("g:1", "Idlib shelled, two killed")); got != (story.Saved{Edited: 1}) {
		t.Errorf("saved %+v, want one edited", got)
	}
	p := must(s.Unjudged(t.Context(), 10))(t)
	if len(p) != 1 || p[0].Story != id || p[0].Item.Revision != 2 || !cmp.Equal(p[0].Watches, []story.WatchName{"idlib"}) {
		t.Errorf("pending is %+v, want revision 2 of story %d with its watch", p, id)
	}
}

func seedIsNotNews(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	_, err := s.SavePoll(t.Context(), story.Poll{State: story.FeedState{Feed: "wire"}, Items: []story.Item{item("g:1", "Old")}, Seed: true, At: Noon()})
	check(t, err)
	if p := must(s.Unjudged(t.Context(), 10))(t); len(p) != 1 || !p[0].Seed {
		t.Fatalf("pending is %+v, want one seed", p)
	}
	save(t, s, item("g:1", "Old, but edited"))
	if p := must(s.Unjudged(t.Context(), 10))(t); len(p) != 1 || p[0].Seed {
		t.Errorf("pending is %+v, want an edit that is no seed", p)
	}
}

func editBetween(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	save(t, s, item("g:1", "Idlib shelled"))
	read := must(s.Unjudged(t.Context(), 10))(t)[0]
	save(t, s, item("g:1", "Nothing happened"))
	check(t, s.SaveJudgements(t.Context(), []story.Judgement{{Item: read.Item.ID, Revision: read.Item.Revision, Kind: story.NewStory, Relation: story.Opens, Rooms: []story.RoomName{"desk"}, At: Noon()}}))
	if p := must(s.Unjudged(t.Context(), 10))(t); len(p) != 1 {
		t.Errorf("%d items wait, want the edited one", len(p))
	}
	counts(t, s, map[story.DeliveryState]int{})
}

func owedOnce(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	save(t, s, item("g:1", "Idlib shelled"))
	id := tell(t, s, 0, story.NewStory, "desk", "osint")
	d := claim(t, s, story.Post)
	if d.Story.ID != id || len(d.Story.Reports) != 1 || d.Story.Lead().Item.Title != "Idlib shelled" || len(d.Story.Lead().Matches) != 1 || len(d.Key) != 16 {
		t.Errorf("dispatch is %+v", d)
	}
	if diff := cmp.Diff(Claims(), d.Story.Lead().Signals); diff != "" {
		t.Errorf("signals (-want +got):\n%s", diff)
	}
	claim(t, s, "")
	settle(t, s, d, story.Delivered, 0)
	claim(t, s, "")
	counts(t, s, map[story.DeliveryState]int{story.Delivered: 1, story.Owed: 1})
	if err := s.Settle(t.Context(), story.Outcome{Dispatch: d, State: story.Parked, At: Noon()}); err == nil {
		t.Error("a delivery was settled twice")
	}
}

func inOrder(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	save(t, s, item("g:1", "Idlib shelled"))
	id := tell(t, s, 0, story.NewStory, "desk")
	save(t, s, item("g:2", "Idlib shelled again"))
	tell(t, s, id, story.Update, "desk")
	root := claim(t, s, story.Post)
	claim(t, s, "") // the update waits for its root
	settle(t, s, root, story.Owed, time.Minute)
	claim(t, s, "")
	d, ok, err := s.Claim(t.Context(), "desk", Noon().Add(time.Minute))
	check(t, err)
	if !ok || d.Delivery != root.Delivery || d.Attempt != 2 {
		t.Fatalf("claimed %+v, want the root again", d)
	}
	settle(t, s, d, story.Delivered, 0)
	reply := claim(t, s, story.Reply)
	if reply.Root != "m"+story.Remote(d.Key) || reply.Notice.Version != 2 {
		t.Errorf("reply is %+v, want it under the root", reply)
	}
	settle(t, s, reply, story.Delivered, 0)
	claim(t, s, "") // the root was posted with the story's newest version
}

func stuckStory(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	save(t, s, item("g:1", "Idlib shelled"))
	tell(t, s, 0, story.NewStory, "desk")
	settle(t, s, claim(t, s, story.Post), story.Owed, time.Hour)
	save(t, s, item("g:2", "Another town"))
	other := tell(t, s, 0, story.NewStory, "desk")
	if d := claim(t, s, story.Post); d.Story.ID != other {
		t.Errorf("claimed story %d, want %d", d.Story.ID, other)
	}
}

// newerIsLeft has a newer program owe what this one does not know: it is neither
// told nor given up, also once it is ambiguous, and delays its own story alone.
func newerIsLeft(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	const newer = story.NoticeKind("forecast")
	save(t, s, item("g:1", "Idlib shelled"))
	first := tell(t, s, 0, story.NewStory, "desk")
	settle(t, s, claim(t, s, story.Post), story.Delivered, 0)
	save(t, s, item("g:2", "Idlib shelled again"))
	p := must(s.Unjudged(t.Context(), 10))(t)
	check(t, s.SaveJudgements(t.Context(), []story.Judgement{{
		Item: p[0].Item.ID, Revision: 1, Story: first, Relation: story.Reports, Kind: newer, Rooms: []story.RoomName{"desk"}, Reason: "a test", At: Noon(),
	}}))
	save(t, s, item("g:3", "Idlib shelled once more"))
	tell(t, s, first, story.Update, "desk")
	check(t, s.Announce(t.Context(), &story.Bulletin{Watch: "idlib", Kind: newer, Key: "1", At: Noon(), Rooms: []story.RoomName{"desk"}}))
	save(t, s, item("g:4", "Another town"))
	other := tell(t, s, 0, story.NewStory, "desk")

	d := claim(t, s, story.Post)
	if d.Story.ID != other {
		t.Errorf("claimed story %d, want %d", d.Story.ID, other)
	}
	settle(t, s, d, story.Delivered, 0)
	settle(t, s, claim(t, s, story.Edit), story.Delivered, 0)
	claim(t, s, "")
	if !must(s.Idle(t.Context(), Noon()))(t) {
		t.Error("what is left alone keeps the room busy")
	}
	counts(t, s, map[story.DeliveryState]int{story.Delivered: 2, story.Owed: 3})
	h.Crash(t)
	s = h.Open(t)
	claim(t, s, "")
	counts(t, s, map[story.DeliveryState]int{story.Delivered: 2, story.Owed: 3})
}

func refreshMerges(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	save(t, s, item("g:1", "Idlib shelled"))
	id := tell(t, s, 0, story.NewStory, "desk")
	settle(t, s, claim(t, s, story.Post), story.Delivered, 0)
	for _, key := range []string{"g:2", "g:3"} {
		save(t, s, item(key, "Idlib shelled"))
		tell(t, s, id, story.Refresh, "desk")
	}
	d := claim(t, s, story.Edit)
	if d.Delivery != 0 || d.Story.Version != 3 || len(d.Story.Reports) != 3 {
		t.Errorf("edit is %+v, want version 3 with three reports", d)
	}
	settle(t, s, d, story.Delivered, 0)
	claim(t, s, "")
	counts(t, s, map[story.DeliveryState]int{story.Delivered: 1, story.Merged: 2})
}

func joinsSilently(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	save(t, s, item("g:1", "Idlib shelled"))
	id := tell(t, s, 0, story.NewStory, "desk")
	settle(t, s, claim(t, s, story.Post), story.Delivered, 0)
	save(t, s, item("g:2", "Idlib shelled"))
	p := must(s.Unjudged(t.Context(), 10))(t)
	check(t, s.SaveJudgements(t.Context(), []story.Judgement{{Item: p[0].Item.ID, Revision: 1, Story: id, Relation: story.Copies, CopyOf: p[0].Item.ID - 1, At: Noon()}}))
	claim(t, s, "")
	counts(t, s, map[story.DeliveryState]int{story.Delivered: 1})
	if all := must(s.Recent(t.Context(), Noon()))(t); len(all) != 1 || len(all[0].Reports) != 2 || all[0].Version != 1 {
		t.Errorf("stories are %+v, want one of two reports, still as it was told", all)
	}
	save(t, s, item("g:2", "Idlib shelled, two killed"))
	if p := must(s.Unjudged(t.Context(), 10))(t); len(p) != 1 || p[0].Story != id {
		t.Errorf("its edit is %+v, want it to know its story", p)
	}
}

func refreshExpires(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	save(t, s, item("g:1", "Idlib shelled"))
	id := tell(t, s, 0, story.NewStory, "desk")
	settle(t, s, claim(t, s, story.Post), story.Parked, 0)
	save(t, s, item("g:2", "Idlib shelled"))
	tell(t, s, id, story.Refresh, "desk")
	if must(s.Idle(t.Context(), Noon()))(t) {
		t.Error("idle, want the refresh to be looked at")
	}
	claim(t, s, "")
	counts(t, s, map[story.DeliveryState]int{story.Parked: 1, story.Expired: 1})
	if !must(s.Idle(t.Context(), Noon()))(t) {
		t.Error("not idle when nothing is left")
	}
}

func editPutOff(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	save(t, s, item("g:1", "Idlib shelled"))
	id := tell(t, s, 0, story.NewStory, "desk")
	settle(t, s, claim(t, s, story.Post), story.Delivered, 0)
	save(t, s, item("g:2", "Idlib shelled"))
	tell(t, s, id, story.Refresh, "desk")
	settle(t, s, claim(t, s, story.Edit), story.Owed, time.Minute)
	claim(t, s, "")
	d, ok, err := s.Claim(t.Context(), "desk", Noon().Add(time.Minute))
	check(t, err)
	if !ok || d.Act != story.Edit || d.Attempt != 2 {
		t.Fatalf("claimed %+v, want the edit again", d)
	}
	settle(t, s, d, story.Parked, 0) // somebody removed the message
	claim(t, s, "")
	counts(t, s, map[story.DeliveryState]int{story.Delivered: 1, story.Expired: 1})
	save(t, s, item("g:3", "Idlib shelled by others"))
	tell(t, s, id, story.Update, "desk")
	claim(t, s, story.Post)
}

// noEditKeepsTheThread holds that a story goes on below its message where that
// takes no edit: it is neither told anew for that, nor tried without end.
func noEditKeepsTheThread(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	save(t, s, item("g:1", "Idlib shelled"))
	id := tell(t, s, 0, story.NewStory, "desk")
	settle(t, s, claim(t, s, story.Post), story.Delivered, 0)
	save(t, s, item("g:2", "Idlib shelled"))
	tell(t, s, id, story.Refresh, "desk")
	settle(t, s, claim(t, s, story.Edit), story.Expired, 0)
	claim(t, s, "")
	counts(t, s, map[story.DeliveryState]int{story.Delivered: 1, story.Expired: 1})
	save(t, s, item("g:3", "Idlib shelled by others"))
	tell(t, s, id, story.Update, "desk")
	settle(t, s, claim(t, s, story.Reply), story.Delivered, 0)
	claim(t, s, story.Edit) // it may be taken now
}

// lateEdit holds that a message shows its story as it stands, though a replica
// that was frozen in the middle of an edit ends it after another has made the
// next one.
func lateEdit(t *testing.T, h Harness) {
	t.Helper()
	for _, ended := range []story.DeliveryState{story.Delivered, story.Owed} {
		s := h.Open(t)
		save(t, s, item("g:1 "+string(ended), "Idlib shelled"))
		id := tell(t, s, 0, story.NewStory, "desk")
		settle(t, s, claim(t, s, story.Post), story.Delivered, 0)
		save(t, s, item("g:2 "+string(ended), "Idlib shelled"))
		tell(t, s, id, story.Refresh, "desk")
		late := claim(t, s, story.Edit)
		save(t, s, item("g:3 "+string(ended), "Idlib shelled"))
		tell(t, s, id, story.Refresh, "desk")
		settle(t, s, claim(t, s, story.Edit), story.Delivered, 0)
		claim(t, s, "")
		settle(t, s, late, ended, 0)
		again := claim(t, s, story.Edit)
		if again.Story.ID != id || again.Story.Version <= late.Story.Version {
			t.Errorf("after a late edit that ended %s, %+v is claimed, want the newest edit", ended, again)
		}
		settle(t, s, again, story.Delivered, 0)
		claim(t, s, "")
		h.Crash(t)
	}
}

func roomRests(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	save(t, s, item("g:1", "Idlib shelled"))
	tell(t, s, 0, story.NewStory, "desk", "osint")
	d := claim(t, s, story.Post)
	check(t, s.Settle(t.Context(), story.Outcome{Dispatch: d, State: story.Owed, Rest: true, NotBefore: Noon().Add(time.Minute), Why: "a test", At: Noon()}))
	save(t, s, item("g:2", "Another town"))
	tell(t, s, 0, story.NewStory, "desk")
	h.Crash(t)
	s = h.Open(t)
	claim(t, s, "") // neither the one that was refused, nor the one after it
	if _, ok, err := s.Claim(t.Context(), "osint", Noon()); !ok || err != nil {
		t.Errorf("another room rests too: %v, %v", ok, err)
	}
	for range 2 {
		d, ok, err := s.Claim(t.Context(), "desk", Noon().Add(time.Minute))
		check(t, err)
		if !ok || d.Act != story.Post {
			t.Fatalf("claimed %v %+v after the rest, want a message", ok, d)
		}
	}
}

func rootRemoved(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	save(t, s, item("g:1", "Idlib shelled"))
	id := tell(t, s, 0, story.NewStory, "desk")
	settle(t, s, claim(t, s, story.Post), story.Delivered, 0)
	save(t, s, item("g:2", "Idlib shelled again"))
	tell(t, s, id, story.Update, "desk")
	d := claim(t, s, story.Reply)
	check(t, s.Settle(t.Context(), story.Outcome{Dispatch: d, State: story.Owed, RootGone: true, NotBefore: Noon(), Why: "a test", At: Noon()}))
	again := claim(t, s, story.Post)
	if again.Key != d.Key {
		t.Errorf("told as %q, want %q as a message of its own", again.Key, d.Key)
	}
	settle(t, s, again, story.Delivered, 0)
	claim(t, s, "")
}

// crashed has a message in doubt: a crash cut it off.
func crashed(t *testing.T, h Harness) (Store, story.Dispatch) {
	t.Helper()
	s := h.Open(t)
	save(t, s, item("g:1", "Idlib shelled"))
	tell(t, s, 0, story.NewStory, "desk")
	first := claim(t, s, story.Post)
	h.Crash(t)
	return h.Open(t), first
}

func crashIsAmbiguous(t *testing.T, h Harness) {
	t.Helper()
	s, first := crashed(t, h)
	d := claim(t, s, story.LookUp)
	if d.Key != first.Key || d.Attempt != 2 || !d.Tried.Equal(Noon()) || !d.Looked.IsZero() || d.Root != "" {
		t.Errorf("looked for is %+v, want the message of the attempt", d)
	}
	claim(t, s, "") // it is looked for once
	h.Crash(t)      // and is as ambiguous as before
	s = h.Open(t)
	d = claim(t, s, story.LookUp)
	check(t, s.Settle(t.Context(), story.Outcome{Dispatch: d, State: story.Ambiguous, Looked: Noon(), NotBefore: Noon().Add(time.Minute), Why: "a test", At: Noon()}))
	claim(t, s, "")
	if d, ok, err := s.Claim(t.Context(), "desk", Noon().Add(time.Minute)); !ok || err != nil || !d.Looked.Equal(Noon()) || !d.Tried.Equal(Noon()) {
		t.Errorf("looked for is %v %+v, want it known that it was looked for before (%v)", ok, d, err)
	}
}

func foundStands(t *testing.T, h Harness) {
	t.Helper()
	s, first := crashed(t, h)
	settle(t, s, claim(t, s, story.LookUp), story.Delivered, 0)
	counts(t, s, map[story.DeliveryState]int{story.Delivered: 1})
	if d := claim(t, s, story.Edit); d.Root != story.Remote("m"+first.Key) || d.Key != first.Key {
		t.Errorf("edited is %q (%s), want what was found: it may show less", d.Root, d.Key)
	}
	save(t, s, item("g:2", "Idlib shelled again"))
	tell(t, s, first.Story.ID, story.Update, "desk")
	claim(t, s, story.Reply)
}

func absentIsSent(t *testing.T, h Harness) {
	t.Helper()
	s, first := crashed(t, h)
	settle(t, s, claim(t, s, story.LookUp), story.Owed, 0)
	again := claim(t, s, story.Post)
	if again.Key != first.Key || again.Attempt != 3 {
		t.Errorf("sent again as %q (%d), want %q", again.Key, again.Attempt, first.Key)
	}
	settle(t, s, again, story.Delivered, 0)
	claim(t, s, "")
	counts(t, s, map[story.DeliveryState]int{story.Delivered: 1})
}

func doubtDelaysItsStory(t *testing.T, h Harness) {
	t.Helper()
	s, first := crashed(t, h)
	d := claim(t, s, story.LookUp)
	settle(t, s, d, story.Ambiguous, time.Hour) // nobody may look
	save(t, s, item("g:2", "Idlib shelled again"))
	tell(t, s, first.Story.ID, story.Update, "desk")
	claim(t, s, "")
	save(t, s, item("g:3", "Another town"))
	tell(t, s, 0, story.NewStory, "desk")
	if other := claim(t, s, story.Post); other.Story.ID == first.Story.ID {
		t.Error("the story goes on, want another one's message")
	} else {
		settle(t, s, other, story.Delivered, 0)
	}
	if next, ok, err := s.Claim(t.Context(), "desk", Noon().Add(story.StuckAfter)); !ok || err != nil || next.Story.ID != first.Story.ID || next.Act != story.Post {
		t.Errorf("claimed %v %+v, want that the story goes on after %v (%v)", ok, next, story.StuckAfter, err)
	}
}

func stumblingPlatform(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	for i := range 4 {
		save(t, s, item(fmt.Sprint("g:", i), "Town "+fmt.Sprint(i)))
		tell(t, s, 0, story.NewStory, "desk")
	}
	for range 3 {
		settle(t, s, claim(t, s, story.Post), story.Ambiguous, time.Second)
	}
	claim(t, s, "") // what is left is not made ambiguous too
	d, ok, err := s.Claim(t.Context(), "desk", Noon().Add(time.Second))
	check(t, err)
	if !ok || d.Act != story.LookUp {
		t.Fatalf("claimed %v %q, want a look", ok, d.Act)
	}
	settle(t, s, d, story.Delivered, 0)
	claim(t, s, story.Post) // the platform answers again
}

func stuckIsKnown(t *testing.T, h Harness) {
	t.Helper()
	s, first := crashed(t, h)
	settle(t, s, claim(t, s, story.LookUp), story.Ambiguous, 20*time.Minute)
	at := func(later time.Duration, act story.Act, ends story.DeliveryState) story.Dispatch {
		t.Helper()
		d, ok, err := s.Claim(t.Context(), "desk", Noon().Add(later))
		check(t, err)
		if !ok || d.Delivery != first.Delivery || d.Act != act {
			t.Fatalf("claimed %v %+v, want to %s the first message", ok, d, act)
		}
		check(t, s.Settle(t.Context(), story.Outcome{Dispatch: d, State: ends, NotBefore: Noon().Add(later + time.Minute), Why: "a test", At: Noon().Add(later)}))
		return d
	}
	getsThrough := func(guid string, later time.Duration) {
		t.Helper()
		save(t, s, item(guid, "Town "+guid))
		tell(t, s, 0, story.NewStory, "desk")
		other, _, err := s.Claim(t.Context(), "desk", Noon().Add(later))
		check(t, err)
		if other.Delivery == first.Delivery {
			t.Fatal("claimed the first message, want another")
		}
		check(t, s.Settle(t.Context(), story.Outcome{Dispatch: other, State: story.Delivered, Remote: story.Remote(guid), At: Noon().Add(later)}))
	}
	if at(20*time.Minute, story.LookUp, story.Ambiguous).Stuck {
		t.Error("it is stuck, though nothing else got through: the platform may be down")
	}
	getsThrough("g:2", 20*time.Minute)
	if at(36*time.Minute, story.LookUp, story.Owed).Stuck {
		t.Error("it is stuck, though it was not tried since others got through")
	}
	at(37*time.Minute, story.Post, story.Ambiguous)
	if at(38*time.Minute, story.LookUp, story.Owed).Stuck {
		t.Error("it is stuck after it was tried once in so long")
	}
	getsThrough("g:3", 38*time.Minute)
	at(39*time.Minute, story.Post, story.Ambiguous)
	if at(52*time.Minute, story.LookUp, story.Ambiguous).Stuck {
		t.Error("it is stuck before others got through for a quarter of an hour")
	}
	if !at(54*time.Minute, story.LookUp, story.Ambiguous).Stuck {
		t.Error("it is not stuck, though it was tried, and another message got through a quarter of an hour before")
	}
}

func criticalOvertakes(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	save(t, s, item("g:1", "Idlib shelled"))
	calm := tellAt(t, s, 0, story.NewStory, story.High, "desk")
	rise := func(watch story.WatchName, to story.Level) story.Bulletin {
		return story.Bulletin{Watch: watch, Kind: story.LevelChange, Key: "level 1", From: story.Calm, To: to, At: Noon(), Rooms: []story.RoomName{"desk"}}
	}
	check(t, s.SaveReview(t.Context(), []story.Bulletin{rise("idlib", story.High), rise("aleppo", story.Critical)}, Noon()))
	save(t, s, item("g:2", "War declared"))
	war := tellAt(t, s, 0, story.NewStory, story.Critical, "desk")
	type told struct {
		Story story.ID
		Watch story.WatchName
	}
	var got []told
	for range 4 {
		d := claim(t, s, story.Post)
		w := told{Story: d.Story.ID}
		if d.Notice.Bulletin != nil {
			w.Watch = d.Notice.Bulletin.Watch
		}
		got = append(got, w)
		settle(t, s, d, story.Delivered, 0)
	}
	if diff := cmp.Diff([]told{{Watch: "aleppo"}, {Story: war}, {Story: calm}, {Watch: "idlib"}}, got); diff != "" {
		t.Errorf("told in this order (-want +got):\n%s", diff)
	}
}

func oneStep(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	for _, key := range []string{"g:1", "g:2", "g:3"} {
		save(t, s, item(key, "Idlib shelled "+key))
		tell(t, s, 0, story.NewStory, "desk")
	}
	first := claim(t, s, story.Post)
	o := story.Outcome{Dispatch: first, State: story.Delivered, Remote: "m", At: Noon()}
	second, ok, err := s.Advance(t.Context(), o, Noon())
	check(t, err)
	if !ok || second.Delivery <= first.Delivery {
		t.Errorf("after delivery %d comes %d, %v; want the next", first.Delivery, second.Delivery, ok)
	}
	if _, _, err := s.Advance(t.Context(), o, Noon()); err == nil {
		t.Error("what has ended has ended once more")
	}
	counts(t, s, map[story.DeliveryState]int{story.Delivered: 1, story.Sending: 1, story.Owed: 1}) // what failed claims nothing
}

// claimed opens a story in the room desk and takes it.
func claimed(t *testing.T, s Store, now time.Time) story.Dispatch {
	t.Helper()
	save(t, s, item("g:claimed", "A third town"))
	tell(t, s, 0, story.NewStory, "desk")
	d, ok, err := s.Claim(t.Context(), "desk", now)
	check(t, err)
	if !ok {
		t.Fatal("nothing is due")
	}
	return d
}

func shutIsCounted(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	save(t, s, item("g:1", "Idlib shelled"))
	tell(t, s, 0, story.NewStory, "desk")
	now := Noon()
	for n := range 3 {
		d, ok, err := s.Claim(t.Context(), "desk", now)
		check(t, err)
		if !ok || d.Shut != n {
			t.Fatalf("claimed %v, found shut %d times, want %d", ok, d.Shut, n)
		}
		o := story.Outcome{Dispatch: d, State: story.Owed, Rest: true, Shut: n + 1, NotBefore: now.Add(time.Minute), Why: "a test", At: now}
		if n == 2 {
			o.Alarm = &story.Bulletin{Kind: story.RoomHealth, Key: "room desk shut", Reasons: []string{"The room desk takes no messages"}, At: now, Rooms: []story.RoomName{"ops"}}
		}
		check(t, s.Settle(t.Context(), o))
		now = now.Add(time.Minute)
	}
	d, ok, err := s.Claim(t.Context(), "ops", now)
	check(t, err)
	if !ok || d.Notice.Bulletin == nil || d.Notice.Kind != story.RoomHealth {
		t.Errorf("operators are owed %v %+v, want the alarm", ok, d.Notice)
	}
	d, _, err = s.Claim(t.Context(), "desk", now)
	check(t, err)
	check(t, s.Settle(t.Context(), story.Outcome{Dispatch: d, State: story.Owed, Rest: true, Shut: 4, NotBefore: now.Add(time.Hour), Why: "a test", At: now}))
	claim(t, s, "")
	check(t, s.DeclareRooms(t.Context(), nil, now)) // somebody may have mended it
	d, _, err = s.Claim(t.Context(), "desk", now)
	check(t, err)
	if d.Shut != 4 {
		t.Errorf("after the desk file was read the room is due %+v, want the message, and it found shut 4 times", d)
	}
	check(t, s.Settle(t.Context(), story.Outcome{Dispatch: d, State: story.Delivered, Remote: "m", At: now}))
	check(t, s.Settle(t.Context(), story.Outcome{Dispatch: claimed(t, s, now), State: story.Owed, Rest: true, NotBefore: now.Add(time.Hour), Why: "busy", At: now}))
	check(t, s.DeclareRooms(t.Context(), nil, now))
	if d, ok, err := s.Claim(t.Context(), "desk", now); ok || err != nil {
		t.Errorf("a room whose platform asked for patience is due %+v (%v)", d, err)
	}
	now = now.Add(time.Hour)
	d, _, err = s.Claim(t.Context(), "desk", now)
	check(t, err)
	check(t, s.Settle(t.Context(), story.Outcome{Dispatch: d, State: story.Delivered, Remote: "m", At: now}))
	save(t, s, item("g:2", "Another town"))
	tell(t, s, 0, story.NewStory, "desk")
	if d, _, err = s.Claim(t.Context(), "desk", now); err != nil || d.Shut != 0 {
		t.Errorf("found shut %d times after it took a message, want none (%v)", d.Shut, err)
	}
}

// shutByOne holds that a message of which what stands before the platform says
// that the room is shut, for what it says itself, does not shut it: the next
// try is another's.
func shutByOne(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	save(t, s, item("g:1", "Idlib shelled"))
	tell(t, s, 0, story.NewStory, "desk")
	first := claim(t, s, story.Post)
	check(t, s.Settle(t.Context(), story.Outcome{Dispatch: first, State: story.Owed, Rest: true, Shut: 1, NotBefore: Noon().Add(time.Minute), Why: "a test", At: Noon()}))
	save(t, s, item("g:2", "Another town"))
	tell(t, s, 0, story.NewStory, "desk")
	h.Crash(t)
	s = h.Open(t)
	now := Noon().Add(time.Minute)
	tried, _, err := s.Claim(t.Context(), "desk", now)
	check(t, err)
	check(t, s.Settle(t.Context(), story.Outcome{Dispatch: tried, State: story.Owed, Rest: true, Shut: 2, NotBefore: now.Add(time.Minute), Why: "a test", At: now}))
	now = now.Add(time.Minute)
	first, _, err = s.Claim(t.Context(), "desk", now)
	check(t, err)
	check(t, s.Settle(t.Context(), story.Outcome{Dispatch: first, State: story.Owed, Rest: true, Shut: 1, NotBefore: now.Add(time.Minute), Why: "a test", At: now}))
	now = now.Add(time.Minute)
	other, _, err := s.Claim(t.Context(), "desk", now)
	check(t, err)
	if other.Notice.Item != 2 || other.Shut != 1 {
		t.Fatalf("claimed %+v, want the other message, and that the room was found shut", other)
	}
	again, _, err := s.Advance(t.Context(), story.Outcome{Dispatch: other, State: story.Delivered, Remote: "m", At: now}, now)
	check(t, err)
	if again.Delivery != first.Delivery || again.Shut != 0 {
		t.Fatalf("claimed %+v, want the first again, and the room not shut", again)
	}
	check(t, s.Settle(t.Context(), story.Outcome{Dispatch: again, State: story.Owed, Rest: true, Shut: 1, NotBefore: now.Add(time.Minute), Why: "a test", At: now}))
	now = now.Add(story.StuckAfter)
	if d, ok, err := s.Claim(t.Context(), "desk", now); !ok || err != nil || d.Delivery != first.Delivery || !d.Stuck {
		t.Errorf("claimed %v %+v (%v), want the first, which is stuck", ok, d, err)
	}
}

func keyStays(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	save(t, s, item("g:1", "Idlib shelled"))
	tell(t, s, 0, story.NewStory, "desk")
	first := claim(t, s, story.Post)
	settle(t, s, first, story.Owed, 0)
	h.Crash(t)
	s = h.Open(t)
	if again := claim(t, s, story.Post); again.Key != first.Key || again.Attempt != 2 {
		t.Errorf("second attempt has key %q (%d), want %q", again.Key, again.Attempt, first.Key)
	}
}

func undeclared(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	check(t, s.DeclareFeeds(t.Context(), []story.Feed{{Name: "wire", URL: "https://wire.example/rss"}}, Noon()))
	if must(s.Idle(t.Context(), Noon()))(t) {
		t.Error("idle with a feed that was never polled")
	}
	check(t, s.DeclareFeeds(t.Context(), nil, Noon()))
	if !must(s.Idle(t.Context(), Noon()))(t) {
		t.Error("a feed that is no longer declared is due")
	}
}

func changedURL(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	f := story.Feed{Name: "wire", URL: "https://wire.example/rss"}
	check(t, s.DeclareFeeds(t.Context(), []story.Feed{f}, Noon()))
	save(t, s)
	check(t, s.DeclareFeeds(t.Context(), []story.Feed{f}, Noon()))
	if st := must(s.FeedState(t.Context(), "wire"))(t); st.ETag == "" {
		t.Error("declaring a feed again lost its validators")
	}
	f.URL += "?v=2"
	check(t, s.DeclareFeeds(t.Context(), []story.Feed{f}, Noon()))
	if st := must(s.FeedState(t.Context(), "wire"))(t); st.ETag != "" || !st.NextDue.Equal(Noon()) {
		t.Errorf("state after a change of URL is %+v, want no validators and due at once", st)
	}
}

// replyAfterItsRoot holds that a reply which may have been told before a restore
// is not looked for while its root message is: it may stand in a thread of which
// nobody knows yet.
func replyAfterItsRoot(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	save(t, s, item("g:1", "Bridge blown up"))
	id := tell(t, s, 0, story.NewStory, "desk")
	save(t, s, item("g:2", "Ten killed at bridge"))
	tell(t, s, id, story.Update, "desk")
	must(s.Begin(t.Context(), true, Noon()))(t)
	root := claim(t, s, story.LookUp)
	settle(t, s, root, story.Ambiguous, time.Minute) // the platform stumbled
	if d, ok, err := s.Claim(t.Context(), "desk", Noon()); ok || err != nil {
		t.Fatalf("claimed %+v, %v; want that all of the story waits", d, err)
	}
	later := Noon().Add(time.Minute)
	settle(t, s, claimAt(t, s, "desk", story.LookUp, later), story.Delivered, 0)
	if d := claimAt(t, s, "desk", story.LookUp, later); d.Root != "m"+story.Remote(root.Key) {
		t.Errorf("the reply is looked for under %q, want its root", d.Root)
	}
}

// restoredIsHeardOf holds that operators hear of what fails in a database that was
// put back, though nobody may look what stands in their own room: that is what
// may fail.
func restoredIsHeardOf(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	save(t, s, item("g:1", "Bridge blown up"))
	tell(t, s, 0, story.NewStory, "desk")
	must(s.Begin(t.Context(), true, Noon().Add(time.Minute)))(t)
	d, now := claimAt(t, s, "desk", story.LookUp, Noon().Add(2*time.Minute)), Noon().Add(2*time.Minute)
	check(t, s.Settle(t.Context(), story.Outcome{
		Dispatch: d, State: story.Ambiguous, NotBefore: now.Add(time.Hour), Why: "nobody may look", At: now,
		Alarm: &story.Bulletin{Kind: story.RoomHealth, Key: "room desk unread", Reasons: []string{"Nobody can look"}, At: now, Rooms: []story.RoomName{"ops"}},
	}))
	claimAt(t, s, "ops", story.Post, now)
}

// restoredIsLookedFor holds that nothing is sent blindly that rooms may have
// heard before the database was put back from a backup, and that news is.
func restoredIsLookedFor(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	if so := must(s.Begin(t.Context(), false, Noon()))(t); so {
		t.Error("a database that was never restored begins as one that was")
	}
	save(t, s, item("g:1", "Bridge blown up"))
	tell(t, s, 0, story.NewStory, "desk")
	settle(t, s, claim(t, s, story.Post), story.Delivered, 0)
	save(t, s, item("g:2", "Market shelled"))
	tell(t, s, 0, story.NewStory, "desk")
	save(t, s, item("g:0", "Convoy seen"))
	tell(t, s, 0, story.NewStory, "den")
	settle(t, s, claimAt(t, s, "den", story.Post, Noon()), story.Ambiguous, 0)
	h.Crash(t)
	s = h.Open(t)
	begun := Noon().Add(6 * time.Hour)
	if so := must(s.Begin(t.Context(), true, begun))(t); !so {
		t.Error("nothing is made of a restored database")
	}
	h.Crash(t)
	s = h.Open(t)
	if so := must(s.Begin(t.Context(), false, begun.Add(time.Minute)))(t); so {
		t.Error("the second start is taken for the first")
	}
	if d := claimAt(t, s, "den", story.LookUp, begun); !d.Tried.Equal(Noon()) || !d.Until.Equal(begun) {
		t.Errorf("what the backup knew to be in doubt is looked for from %v to %v, want from when it was sent to the restore", d.Tried, d.Until)
	}
	d := claim(t, s, story.LookUp)
	if d.Notice.Item != 2 || d.Tried.After(Noon()) || !d.Until.Equal(begun) || d.Looked.IsZero() {
		t.Errorf("looked for is %+v, want item 2 since before the backup, until the restore", d)
	}
	settle(t, s, d, story.Owed, 0) // it does not stand there
	settle(t, s, claimAt(t, s, "desk", story.Post, begun.Add(time.Minute)), story.Ambiguous, 0)
	d = claimAt(t, s, "desk", story.LookUp, begun.Add(2*time.Minute))
	if !d.Tried.Equal(begun.Add(time.Minute)) || !d.Until.IsZero() {
		t.Errorf("what was sent after the restore is looked for from %v to %v, want as anything else", d.Tried, d.Until)
	}
	settle(t, s, d, story.Delivered, 0)
	for _, news := range []struct {
		key      string
		at, seen time.Time
		want     story.Act
	}{
		{"g:3", Noon().Add(time.Hour), begun.Add(time.Minute), story.LookUp}, // missed by the backup
		{"g:4", begun.Add(-time.Minute), begun.Add(12 * time.Hour), story.LookUp},
		{"g:5", begun.Add(2 * time.Hour), begun.Add(2 * time.Hour), story.Post},
		{"g:6", Noon(), begun.Add(48 * time.Hour), story.Post}, // too late to have been told
	} {
		it := item(news.key, "Told by "+news.key)
		it.Effective = news.at
		save(t, s, it)
		p := must(s.Unjudged(t.Context(), 10))(t)
		check(t, s.SaveJudgements(t.Context(), []story.Judgement{{
			Item: p[0].Item.ID, Revision: 1, Relation: story.Opens, Kind: story.NewStory, Rooms: []story.RoomName{"desk"}, Reason: "a test", At: news.seen,
		}}))
		d, ok, err := s.Claim(t.Context(), "desk", news.seen)
		check(t, err)
		if !ok || d.Act != news.want {
			t.Errorf("%s is claimed to %q (%v), want to %q", news.key, d.Act, ok, news.want)
		}
		if d.Act == story.LookUp && !d.Until.Equal(begun) {
			t.Errorf("%s is looked for until %v, want until the restore", news.key, d.Until)
		}
		settle(t, s, d, story.Delivered, 0)
	}
}
