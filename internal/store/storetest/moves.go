package storetest

import (
	"maps"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vedette/story"
)

// moves are the promises about stories that prove to be one, or two.
func moves() []promise {
	return []promise{
		{"AMergeIsToldByEdits", mergeIsToldByEdits},
		{"ARoomThatKnowsOneOfTwoGoesOnInItsThread", roomGoesOnInItsThread},
		{"AMergeBeforeAnythingIsToldTellsEachReportOnce", mergeBeforeItIsTold},
		{"AMergeWhileARootIsSentGoesOnThere", mergeWhileSending},
		{"AMergeWhileAReplyIsInDoubtHasItLookedForInItsThread", mergeWhileInDoubt},
		{"AReportThatMovesWhileItIsSentIsToldAgainWhereItIs", moveWhileSendingFails},
		{"AStoryThatOnlyAMergeMakesWorthTellingIsTold", movedWithoutRooms},
		{"AMergedStoryLeadsToTheNewRoot", linkFollowsANewRoot},
		{"AStoryThatGoesOnInAMergedOneLeadsToTheLast", mergeAfterMerge},
		{"WhatARoomWasNotToldGoesWithItsReport", moveTakesWhatIsHeldBack},
		{"AnAlarmGoesOnInTheStoryThatGoesOn", alarmFollowsAMerge},
		{"WhatAMuteKeptBackIsToldInTheStoryThatGoesOn", mutedGoesOn},
		{"AnEscalationGoesOnInTheStoryThatGoesOn", escalationGoesOn},
		{"WhatStoodBelowIsOwedAgainWhenAMergeLiftsIt", liftedByAMerge},
		{"WhoHasAStoryHasTheOneThatItGoesOnIn", ownerAfterAMerge(story.Care{}, had(ada()), had(ada()))},
		{"AMergeTakesAStoryFromNobody", ownerAfterAMerge(had(ada()), had(ben()), had(ada()))},
		{"AMergeOpensWhatWasResolvedIfTheOtherIsNot", ownerAfterAMerge(resolved(), had(ben()), had(ben()))},
		{"AMergeOfWhatWasResolvedResolvesNothing", ownerAfterAMerge(story.Care{}, resolved(), story.Care{})},
		{"WhoTakesAStoryThatGoesOnInAnotherHasThatOne", takenAfterAMerge},
		{"AStoryThatGoesOnInAnotherIsFoundOnlyIfAskedFor", foundAfterAMerge},
		{"ASplitIsToldWhereItIsNew", splitIsToldWhereItIsNew},
		{"AMoveIsShownWhereItBeganAndWhereItLeads", moveIsShownAtBothEnds},
		{"ASplitBeforeAnythingIsToldTellsEachReportOnce", splitBeforeItIsTold},
		{"WhatAnOldRevisionShowedMovesNothing", moveOfAnOldRevision},
	}
}

// show judges the one item that waits: it joins a story as a further report,
// or the one that m makes, and m is carried out.
func show(t *testing.T, s Store, of story.ID, m story.Move, rooms ...story.RoomName) story.ID {
	t.Helper()
	p := must(s.Unjudged(t.Context(), 10))(t)
	if len(p) != 1 {
		t.Fatalf("%d items wait, want 1", len(p))
	}
	m.Reason = "shown by a test"
	check(t, s.SaveJudgements(t.Context(), []story.Judgement{{
		Item: p[0].Item.ID, Revision: p[0].Item.Revision, Story: of, Relation: story.Reports, Kind: story.Update, Rooms: rooms, Reason: "a test", At: Noon(),
		Matches: []story.Match{{Watch: "idlib"}}, Signals: Claims(), Moves: []story.Move{m},
	}}))
	all := must(s.Recent(t.Context(), Noon()))(t)
	if m.Into != 0 {
		return m.Into
	}
	return all[len(all)-1].ID
}

// items returns the items of a story, in its order.
func items(t *testing.T, s Store, id story.ID) (all []story.ItemID) {
	t.Helper()
	for _, r := range must(s.Story(t.Context(), id))(t).Reports {
		all = append(all, r.Item.ID)
	}
	return all
}

func left(id story.ID) []story.Left { return []story.Left{{Story: id, Level: story.Guarded}} }

// twoTold opens two stories, items 1 and 2, and has the room desk hear both.
func twoTold(t *testing.T, s Store) (one, two story.ID, rootOne, rootTwo story.Remote) {
	t.Helper()
	save(t, s, item("g:1", "Bridge blown up"))
	one = tell(t, s, 0, story.NewStory, "desk")
	d := claim(t, s, story.Post)
	settle(t, s, d, story.Delivered, 0)
	save(t, s, item("g:2", "Village loses its bridge"))
	two = tell(t, s, 0, story.NewStory, "desk")
	e := claim(t, s, story.Post)
	settle(t, s, e, story.Delivered, 0)
	return one, two, "m" + story.Remote(d.Key), "m" + story.Remote(e.Key)
}

// mergeWhileInDoubt holds that a reply is looked for where it was told, though its
// thread has become that of the story that its own goes on in.
func mergeWhileInDoubt(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	save(t, s, item("g:1", "Bridge blown up"))
	one := tell(t, s, 0, story.NewStory, "osint")
	save(t, s, item("g:2", "Village loses its bridge"))
	two := tell(t, s, 0, story.NewStory, "desk")
	root := claim(t, s, story.Post)
	settle(t, s, root, story.Delivered, 0)
	save(t, s, item("g:3", "Ten killed at bridge"))
	tell(t, s, two, story.Update, "desk")
	settle(t, s, claim(t, s, story.Reply), story.Ambiguous, 0)
	save(t, s, item("g:4", "Bridge at village blown up"))
	show(t, s, one, story.Move{Items: []story.ItemID{2, 3}, From: left(two), Into: one})
	d := claim(t, s, story.LookUp)
	if want := "m" + story.Remote(root.Key); d.Root != want {
		t.Errorf("the reply is looked for under %q, want %q", d.Root, want)
	}
	settle(t, s, d, story.Owed, 0) // it does not stand there
	if again := claim(t, s, story.Reply); again.Key != d.Key || again.Story.ID != one || again.Root != d.Root {
		t.Errorf("told as %+v, want it in the thread that goes on", again)
	}
}

func mergeIsToldByEdits(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	one, two, rootOne, rootTwo := twoTold(t, s)
	before := readings(t, s, 0)
	save(t, s, item("g:3", "Bridge at village blown up"))
	show(t, s, one, story.Move{Items: []story.ItemID{2}, From: left(two), Into: one, Level: story.High}, "desk")
	h.Crash(t)
	s = h.Open(t)
	if diff := cmp.Diff([]story.ItemID{1, 2, 3}, items(t, s, one)); diff != "" {
		t.Errorf("items of the story (-want +got):\n%s", diff)
	}
	if was := must(s.Story(t.Context(), two))(t); was.Merged != one || was.Why != "shown by a test" || len(was.Reports) != 0 {
		t.Errorf("the other story is %+v, want it merged", was)
	}
	all := must(s.Recent(t.Context(), Noon()))(t)
	if len(all) != 1 || all[0].Reports[1].From != two || all[0].Reports[1].Relation != story.Reports || all[0].Reports[0].From != 0 {
		t.Errorf("recent stories are %+v, want one, that knows which report moved", all)
	}
	after := readings(t, s, before[1].Seq)
	if len(after) != 2 || !after[0].Edited || after[0].Item.ID != 2 || after[0].Opener != 1 {
		t.Errorf("readings since are %+v, want item 2 anew, for story 1", after)
	}
	d := claim(t, s, story.Reply)
	if d.Root != rootOne || d.Notice.Item != 3 {
		t.Errorf("reply is %+v, want item 3 under the first root", d)
	}
	settle(t, s, d, story.Delivered, 0)
	var merged *story.Aside
	for range 2 {
		d := claim(t, s, story.Edit)
		if d.Story.ID != one || len(d.Story.Reports) != 3 {
			t.Errorf("edit tells %+v, want the story that goes on", d.Story)
		}
		if d.Root == rootTwo {
			merged = d.Merged
		}
		settle(t, s, d, story.Delivered, 0)
	}
	want := &story.Aside{Story: two, Version: 2, Lead: story.Witness{Item: 2, Outlet: "Wire", Title: "Village loses its bridge", At: Noon()}, Why: "shown by a test", See: rootOne}
	if diff := cmp.Diff(want, merged); diff != "" {
		t.Errorf("the second root is told (-want +got):\n%s", diff)
	}
	save(t, s, item("g:2", "Village loses its old bridge"))
	if p := must(s.Unjudged(t.Context(), 10))(t); len(p) != 1 || p[0].Story != one {
		t.Errorf("an edit of the moved item is %+v, want it in story %d", p, one)
	}
	tell(t, s, one, story.Refresh, "desk")
	if d := claim(t, s, story.Edit); d.Root != rootOne {
		t.Errorf("edit is %+v, want the first root alone", d)
	}
}

func roomGoesOnInItsThread(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	save(t, s, item("g:1", "Bridge blown up"))
	one := tell(t, s, 0, story.NewStory, "osint")
	save(t, s, item("g:2", "Village loses its bridge"))
	two := tell(t, s, 0, story.NewStory, "desk")
	d := claim(t, s, story.Post)
	settle(t, s, d, story.Delivered, 0)
	save(t, s, item("g:3", "Bridge at village blown up"))
	show(t, s, one, story.Move{Items: []story.ItemID{2}, From: left(two), Into: one, Rooms: []story.RoomName{"desk"}}, "desk", "osint")
	root := "m" + story.Remote(d.Key)
	if reply := claim(t, s, story.Reply); reply.Root != root || reply.Story.ID != one {
		t.Errorf("reply is %+v, want it under the message that the room knows", reply)
	} else {
		settle(t, s, reply, story.Delivered, 0)
	}
	edit := claim(t, s, story.Edit)
	if edit.Root != root || edit.Merged != nil || edit.Story.ID != one {
		t.Errorf("edit is %+v, want that the message tells the whole story", edit)
	}
	settle(t, s, edit, story.Delivered, 0)
	claim(t, s, "")
	counts(t, s, map[story.DeliveryState]int{story.Delivered: 2, story.Merged: 1, story.Owed: 2})
}

func mergeBeforeItIsTold(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	save(t, s, item("g:1", "Bridge blown up"))
	one := tell(t, s, 0, story.NewStory, "desk")
	save(t, s, item("g:2", "Village loses its bridge"))
	two := tell(t, s, 0, story.NewStory, "desk")
	save(t, s, item("g:3", "Bridge at village blown up"))
	show(t, s, one, story.Move{Items: []story.ItemID{2}, From: left(two), Into: one}, "desk")
	heard := map[story.ItemID]story.Act{}
	for range 3 {
		d, ok, err := s.Claim(t.Context(), "desk", Noon())
		check(t, err)
		if !ok || d.Story.ID != one {
			t.Fatalf("claimed %+v, want a message of story %d", d, one)
		}
		heard[d.Notice.Item] = d.Act
		if d.Notice.Item == 2 && d.Notice.Reason != "shown by a test" {
			t.Errorf("it is told because it %q, want why it moved", d.Notice.Reason)
		}
		settle(t, s, d, story.Delivered, 0)
	}
	if diff := cmp.Diff(map[story.ItemID]story.Act{1: story.Post, 2: story.Reply, 3: story.Reply}, heard); diff != "" {
		t.Errorf("the room hears (-want +got):\n%s", diff)
	}
	claim(t, s, "")
	counts(t, s, map[story.DeliveryState]int{story.Delivered: 3})
}

func mergeWhileSending(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	save(t, s, item("g:1", "Bridge blown up"))
	one := tell(t, s, 0, story.NewStory, "osint")
	save(t, s, item("g:2", "Village loses its bridge"))
	two := tell(t, s, 0, story.NewStory, "desk")
	sending := claim(t, s, story.Post)
	save(t, s, item("g:3", "Bridge at village blown up"))
	show(t, s, one, story.Move{Items: []story.ItemID{2}, From: left(two), Into: one, Rooms: []story.RoomName{"desk"}}, "desk")
	settle(t, s, sending, story.Delivered, 0)
	for _, act := range []story.Act{story.Reply, story.Reply, story.Edit} {
		d := claim(t, s, act)
		if d.Root != "m"+story.Remote(sending.Key) || d.Story.ID != one {
			t.Errorf("%s is %+v, want it to go on where the room heard of it", act, d)
		}
		settle(t, s, d, story.Delivered, 0)
	}
	claim(t, s, "")
}

func moveWhileSendingFails(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	one, two, _, rootTwo := twoTold(t, s)
	save(t, s, item("g:3", "Village bridge gone"))
	tell(t, s, one, story.Update, "desk")
	sending := claim(t, s, story.Reply)
	save(t, s, item("g:4", "Village mourns its bridge"))
	show(t, s, two, story.Move{Items: []story.ItemID{3}, From: left(one), Into: two}, "desk")
	settle(t, s, sending, story.Owed, 0)
	d := claim(t, s, story.Reply)
	if d.Key != sending.Key || d.Story.ID != two || d.Root != rootTwo {
		t.Errorf("told again as %+v, want under the root of the story that it moved to", d)
	}
}

func splitIsToldWhereItIsNew(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	one, _, rootOne, _ := twoTold(t, s)
	for _, key := range []string{"g:3", "g:4"} {
		save(t, s, item(key, "Ferry sinks"))
		tell(t, s, one, story.Update, "desk")
		settle(t, s, claim(t, s, story.Reply), story.Delivered, 0)
	}
	settle(t, s, claim(t, s, story.Edit), story.Delivered, 0)
	save(t, s, item("g:5", "Bridge blown up by rebels"))
	parted := show(t, s, one, story.Move{Items: []story.ItemID{3, 4}, From: left(one), Rooms: []story.RoomName{"desk", "osint"}, Opened: Noon()}, "desk")
	h.Crash(t)
	s = h.Open(t)
	if diff := cmp.Diff([]story.ItemID{3, 4}, items(t, s, parted)); diff != "" {
		t.Errorf("items of the new story (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]story.ItemID{1, 5}, items(t, s, one)); diff != "" {
		t.Errorf("items of the old story (-want +got):\n%s", diff)
	}
	all := readings(t, s, 0)
	for _, r := range all {
		if want := map[story.ItemID]story.ItemID{1: 1, 2: 2, 3: 3, 4: 3, 5: 1}[r.Item.ID]; r.Opener != want {
			t.Errorf("item %d counts for the story that %d opened, want %d", r.Item.ID, r.Opener, want)
		}
	}
	d := claim(t, s, story.Post)
	if d.Story.ID != parted || d.Parted == nil || d.Parted.See != rootOne || d.Parted.Lead.Title != "Bridge blown up" || d.Parted.Why == "" {
		t.Errorf("post is %+v, want the new story, split from the first", d)
	}
	settle(t, s, d, story.Delivered, 0)
	settle(t, s, claim(t, s, story.Reply), story.Delivered, 0)
	edit := claim(t, s, story.Edit)
	if edit.Root != rootOne || len(edit.Story.Reports) != 2 || edit.Story.Level != story.Unjudged {
		t.Errorf("edit is %+v, want the first root without what left it", edit)
	}
	settle(t, s, edit, story.Delivered, 0)
	claim(t, s, "")
	if d, ok, err := s.Claim(t.Context(), "osint", Noon()); !ok || err != nil || d.Act != story.Post || d.Parted == nil || d.Parted.See != "" {
		t.Errorf("another room is told %v %+v (%v), want the new story without a link", ok, d, err)
	}
}

// moveIsShownAtBothEnds has a report show that another belongs elsewhere, and join
// a third story itself: the messages of all three are to be edited.
func moveIsShownAtBothEnds(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	one, two, rootOne, rootTwo := twoTold(t, s)
	save(t, s, item("g:3", "Ferry sinks"))
	three := tell(t, s, 0, story.NewStory, "desk")
	d := claim(t, s, story.Post)
	settle(t, s, d, story.Delivered, 0)
	save(t, s, item("g:4", "Passengers saved"))
	tell(t, s, two, story.Update, "desk")
	settle(t, s, claim(t, s, story.Reply), story.Delivered, 0)
	settle(t, s, claim(t, s, story.Edit), story.Delivered, 0)
	save(t, s, item("g:5", "Bridge blown up by rebels"))
	show(t, s, one, story.Move{Items: []story.ItemID{4}, From: left(two), Into: three, Level: story.Guarded})
	edited := make(map[story.Remote]bool)
	for range 3 {
		e := claim(t, s, story.Edit)
		edited[e.Root] = true
		settle(t, s, e, story.Delivered, 0)
	}
	claim(t, s, "")
	if want := map[story.Remote]bool{rootOne: true, rootTwo: true, "m" + story.Remote(d.Key): true}; !maps.Equal(edited, want) {
		t.Errorf("edited are %v, want %v", edited, want)
	}
}

func splitBeforeItIsTold(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	save(t, s, item("g:1", "Bridge blown up"))
	one := tell(t, s, 0, story.NewStory, "desk")
	save(t, s, item("g:2", "Ferry sinks"))
	tell(t, s, one, story.Update, "desk")
	save(t, s, item("g:3", "Bridge blown up by rebels"))
	parted := show(t, s, one, story.Move{Items: []story.ItemID{1}, From: left(one), Rooms: []story.RoomName{"desk"}, Joined: true, Opened: Noon()}, "desk")
	for _, r := range readings(t, s, 0) {
		if r.Edited != (r.Item.ID != 3) {
			t.Errorf("reading of item %d is saved anew: %v; want it so of the one that moved and the one whose opener did", r.Item.ID, r.Edited)
		}
	}
	var heard []story.ItemID
	for _, want := range []struct {
		act story.Act
		of  story.ID
	}{{story.Post, parted}, {story.Post, one}, {story.Reply, parted}} {
		d := claim(t, s, want.act)
		if d.Story.ID != want.of {
			t.Errorf("%s of story %d, want %d", d.Act, d.Story.ID, want.of)
		}
		heard = append(heard, d.Notice.Item)
		settle(t, s, d, story.Delivered, 0)
	}
	if diff := cmp.Diff([]story.ItemID{1, 2, 3}, heard); diff != "" {
		t.Errorf("the room hears of items (-want +got):\n%s", diff)
	}
	claim(t, s, "")
	counts(t, s, map[story.DeliveryState]int{story.Delivered: 3, story.Merged: 1})
}

func moveOfAnOldRevision(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	one, two, _, _ := twoTold(t, s)
	save(t, s, item("g:3", "Bridge at village blown up"))
	p := must(s.Unjudged(t.Context(), 10))(t)[0]
	save(t, s, item("g:3", "Nothing happened"))
	check(t, s.SaveJudgements(t.Context(), []story.Judgement{{
		Item: p.Item.ID, Revision: p.Item.Revision, Story: one, Relation: story.Reports, Kind: story.Update, At: Noon(),
		Moves: []story.Move{{Items: []story.ItemID{2}, From: left(two), Into: one}},
	}}))
	if got := must(s.Story(t.Context(), two))(t); got.Merged != 0 || len(got.Reports) != 1 {
		t.Errorf("story is %+v, want that what an old revision showed is left out", got)
	}
}

func linkFollowsANewRoot(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	one, two, rootOne, rootTwo := twoTold(t, s)
	save(t, s, item("g:3", "Bridge at village blown up"))
	show(t, s, one, story.Move{Items: []story.ItemID{2}, From: left(two), Into: one})
	for range 2 {
		settle(t, s, claim(t, s, story.Edit), story.Delivered, 0)
	}
	save(t, s, item("g:4", "Bridge still closed"))
	tell(t, s, one, story.Update, "desk")
	gone := claim(t, s, story.Reply)
	if gone.Root != rootOne {
		t.Fatalf("reply is %+v, want it under the first root", gone)
	}
	check(t, s.Settle(t.Context(), story.Outcome{Dispatch: gone, State: story.Owed, RootGone: true, NotBefore: Noon(), Why: "a test", At: Noon()}))
	again := claim(t, s, story.Post)
	settle(t, s, again, story.Delivered, 0)
	if d := claim(t, s, story.Edit); d.Root != rootTwo || d.Merged == nil || d.Merged.See != "m"+story.Remote(again.Key) {
		t.Errorf("edit is %+v, want that the second root leads to the new message", d)
	}
}

func movedWithoutRooms(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	save(t, s, item("g:1", "Bridge blown up"))
	one := tell(t, s, 0, story.NewStory)
	save(t, s, item("g:2", "Village loses its bridge"))
	two := tell(t, s, 0, story.NewStory)
	save(t, s, item("g:3", "Bridge at village blown up"))
	show(t, s, one, story.Move{Items: []story.ItemID{2}, From: left(two), Into: one, Rooms: []story.RoomName{"desk"}})
	d := claim(t, s, story.Post)
	if d.Story.ID != one || len(d.Story.Reports) != 3 || d.Notice.Kind != story.Moved {
		t.Errorf("post is %+v, want the story that no room was owed until it was one", d)
	}
	settle(t, s, d, story.Delivered, 0)
	claim(t, s, "")
	if !must(s.Idle(t.Context(), Noon().Add(time.Minute)))(t) {
		t.Error("not idle when nothing is left")
	}
}

func mergeAfterMerge(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	one, two, rootOne, rootTwo := twoTold(t, s)
	save(t, s, item("g:3", "Bridge at village blown up"))
	show(t, s, two, story.Move{Items: []story.ItemID{1}, From: left(one), Into: two})
	save(t, s, item("g:4", "Bridge at village blown up"))
	tell(t, s, two, story.Refresh, "desk")
	d := claim(t, s, story.Edit)
	if d.Root != rootOne || d.Merged == nil || d.Merged.See != rootTwo {
		t.Errorf("edit is %+v, want the first root", d)
	}
	settle(t, s, d, story.Delivered, 0)
	counts(t, s, map[story.DeliveryState]int{story.Delivered: 2, story.Owed: 1}) // the second root does not show the copy yet
	settle(t, s, claim(t, s, story.Edit), story.Delivered, 0)
	counts(t, s, map[story.DeliveryState]int{story.Delivered: 2, story.Merged: 1})

	save(t, s, item("g:5", "Village asks for a ferry"))
	three := tell(t, s, 0, story.NewStory, "desk")
	d = claim(t, s, story.Post)
	settle(t, s, d, story.Delivered, 0)
	save(t, s, item("g:6", "Ferry for village whose bridge is gone"))
	show(t, s, three, story.Move{Items: items(t, s, two), From: left(two), Into: three})
	led := map[story.Remote]story.Remote{}
	for range 3 {
		e := claim(t, s, story.Edit)
		if e.Merged != nil {
			led[e.Root] = e.Merged.See
		}
		settle(t, s, e, story.Delivered, 0)
	}
	root := "m" + story.Remote(d.Key)
	if diff := cmp.Diff(map[story.Remote]story.Remote{rootOne: root, rootTwo: root}, led); diff != "" {
		t.Errorf("the roots lead to (-want +got):\n%s", diff)
	}
	claim(t, s, "")
}

func moveTakesWhatIsHeldBack(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	s.SetRule(func(d *story.Due) story.Verdict {
		if d.Notice.Item == 2 {
			return story.Verdict{State: story.Below, Why: "a test"}
		}
		return story.Verdict{State: story.Owed}
	})
	save(t, s, item("g:1", "Bridge blown up"))
	one := tell(t, s, 0, story.NewStory, "desk")
	settle(t, s, claim(t, s, story.Post), story.Delivered, 0)
	save(t, s, item("g:2", "Village loses its bridge"))
	two := tell(t, s, 0, story.NewStory, "desk")
	claim(t, s, "")
	counts(t, s, map[story.DeliveryState]int{story.Delivered: 1, story.Below: 1})
	save(t, s, item("g:3", "Bridge at village blown up"))
	show(t, s, one, story.Move{Items: []story.ItemID{2}, From: left(two), Into: one})
	settle(t, s, claim(t, s, story.Edit), story.Delivered, 0)
	claim(t, s, "")
	counts(t, s, map[story.DeliveryState]int{story.Delivered: 1, story.Merged: 1})
}

func alarmFollowsAMerge(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	save(t, s, item("g:1", "Bridge blown up"))
	one := tellAt(t, s, 0, story.NewStory, story.Critical, "osint")
	save(t, s, item("g:2", "Village loses its bridge"))
	two := tellAt(t, s, 0, story.NewStory, story.Critical, "desk", "osint")
	save(t, s, item("g:3", "Bridge at village blown up"))
	show(t, s, one, story.Move{Items: []story.ItemID{2}, From: left(two), Into: one, Level: story.Critical})
	for _, room := range []story.RoomName{"desk", "osint"} {
		all := must(s.Alarms(t.Context(), room, Noon()))(t)
		if len(all) != 1 || all[0].Story != one {
			t.Errorf("alarms in %s are %+v, want that of the story that goes on, once", room, all)
		}
	}
}

// mutedGoesOn holds that a mute whose story has gone on in another ends, and
// tells that one.
func mutedGoesOn(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	m := story.Mute{Room: "desk", Watch: "idlib", By: ada(), At: Noon(), Until: Noon().Add(30 * time.Minute)}
	must(s.Mute(t.Context(), story.Deed{Key: "m", Verb: "mute", By: ada(), At: Noon()}, []story.Mute{m}))(t)
	s.SetRule(func(d *story.Due) story.Verdict {
		if len(d.Mutes) > 0 && d.Notice.Bulletin == nil {
			return story.Verdict{State: story.Muted, Mute: d.Mutes[0].ID, Why: "muted"}
		}
		return story.Verdict{State: story.Owed}
	})
	save(t, s, item("g:1", "Bridge blown up"))
	one := tell(t, s, 0, story.NewStory, "osint")
	save(t, s, item("g:2", "Village loses its bridge"))
	two := tell(t, s, 0, story.NewStory, "desk")
	claim(t, s, "")
	save(t, s, item("g:3", "Bridge at village blown up"))
	show(t, s, one, story.Move{Items: []story.ItemID{2}, From: left(two), Into: one})
	check(t, s.EndMutes(t.Context(), "desk", m.Until))
	b := claim(t, s, story.Post).Notice.Bulletin
	if b == nil || b.Digest == nil || b.Digest.Held != 1 || len(b.Digest.Lines) != 1 || b.Digest.Lines[0].Story != one {
		t.Errorf("at its end the room is told %+v, want a line of the story that goes on", b)
	}
}

// escalationGoesOn holds that a rung hears of a story that was merged before it
// was told, in its thread if it knows it, and also if somebody has deleted one
// of the two messages.
func escalationGoesOn(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	one, two, rootOne, _ := twoTold(t, s)
	save(t, s, item("g:3", "Ten killed at bridge"))
	tellAt(t, s, two, story.Update, story.Critical, "osint")
	alarm := must(s.Alarms(t.Context(), "osint", Noon()))(t)[0]
	alarm.Rung++
	check(t, s.Climb(t.Context(), story.Step{Alarm: alarm, To: "desk", Reason: "nobody answers", Why: "the last rung was told", At: Noon()}))
	save(t, s, item("g:4", "Bridge at village blown up"))
	show(t, s, one, story.Move{Items: []story.ItemID{2, 3}, From: left(two), Into: one, Level: story.Critical})
	d := claim(t, s, story.Reply)
	if d.Notice.Kind != story.Escalation || d.Story.ID != one || d.Root != rootOne {
		t.Errorf("claimed %+v, want the escalation under the root of the story that goes on", d)
	}
	check(t, s.Settle(t.Context(), story.Outcome{Dispatch: d, State: story.Owed, RootGone: true, NotBefore: Noon(), Why: "a test", At: Noon()}))
	again := claim(t, s, story.Post)
	if again.Key != d.Key || again.Story.ID != one {
		t.Errorf("told as %+v, want it as a message of its own", again)
	}
}

// liftedByAMerge holds that a room is told of a story that stood below its
// level, and stands higher as it is one with another.
func liftedByAMerge(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	s.SetRule(from(story.High))
	save(t, s, item("g:1", "Bridge blown up"))
	one := tellAt(t, s, 0, story.NewStory, story.High, "osint")
	save(t, s, item("g:2", "Village loses its bridge"))
	two := tellAt(t, s, 0, story.NewStory, story.Guarded, "desk")
	claim(t, s, "")
	save(t, s, item("g:3", "Bridge at village blown up"))
	p := must(s.Unjudged(t.Context(), 10))(t)[0]
	check(t, s.SaveJudgements(t.Context(), []story.Judgement{{
		Item: p.Item.ID, Revision: p.Item.Revision, Story: one, Relation: story.Copies, CopyOf: 1, Kind: story.Refresh, Rooms: []story.RoomName{"desk", "osint"}, Level: story.High, At: Noon(),
		Moves: []story.Move{{Items: []story.ItemID{2}, From: left(two), Into: one, Level: story.High, Reason: "shown by a test"}},
	}}))
	if d := claim(t, s, story.Post); d.Story.ID != one || d.Notice.Item != 2 {
		t.Errorf("told is %+v, want the story that goes on", d)
	}
}

// ownerAfterAMerge holds that want has the story that goes on, after first and
// second had the two.
func ownerAfterAMerge(first, second, want story.Care) func(t *testing.T, h Harness) {
	return func(t *testing.T, h Harness) {
		t.Helper()
		s := h.Open(t)
		one, two, _, _ := twoTold(t, s)
		for id, care := range map[story.ID]story.Care{one: first, two: second} {
			_, _, err := s.Tend(t.Context(), story.Deed{Verb: "ack", By: care.Owner, At: Noon()}, id, func(story.Care) (story.Care, string) { return care, "done" })
			check(t, err)
		}
		save(t, s, item("g:3", "Bridge at village blown up"))
		show(t, s, one, story.Move{Items: []story.ItemID{2}, From: left(two), Into: one, Level: story.High})
		if got := must(s.Story(t.Context(), one))(t).Care; got.Stands() != want.Stands() || got.Owner != want.Owner {
			t.Errorf("%v has the story that goes on, want %v", got, want)
		}
	}
}

// takenAfterAMerge holds that a press of a button that still names the story
// that was merged ends the ladder of the one that it goes on in.
func takenAfterAMerge(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	save(t, s, item("g:1", "Bridge blown up"))
	one := tellAt(t, s, 0, story.NewStory, story.Critical, "desk")
	save(t, s, item("g:2", "Village loses its bridge"))
	two := tellAt(t, s, 0, story.NewStory, story.Critical, "desk")
	save(t, s, item("g:3", "Bridge at village blown up"))
	show(t, s, one, story.Move{Items: []story.ItemID{2}, From: left(two), Into: one, Level: story.Critical})
	_, _, err := s.Tend(t.Context(), story.Deed{Verb: "ack", By: ada(), At: Noon()}, two, acknowledge(ada()))
	check(t, err)
	if got := must(s.Story(t.Context(), one))(t).Care; got.Owner != ada() {
		t.Errorf("the story that goes on is %+v, want Ada's", got)
	}
	if all := must(s.Alarms(t.Context(), "desk", Noon()))(t); len(all) != 1 || !all[0].Taken {
		t.Errorf("alarms are %+v, want one that is taken", all)
	}
}

func foundAfterAMerge(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	one, two, _, _ := twoTold(t, s)
	save(t, s, item("g:3", "Bridge at village blown up"))
	show(t, s, one, story.Move{Items: []story.ItemID{2}, From: left(two), Into: one, Level: story.High})
	if all := must(s.Stories(t.Context(), story.Query{Limit: 5}))(t); len(all) != 1 || all[0].ID != one {
		t.Errorf("stories are %+v, want the one that goes on", all)
	}
	if all := must(s.Stories(t.Context(), story.Query{Merged: true, Limit: 5}))(t); len(all) != 2 {
		t.Errorf("with those that go on in another there are %d, want 2", len(all))
	}
}

func had(by story.Person) story.Care {
	return story.Care{State: story.Acknowledged, Owner: by, Changed: Noon()}
}

func resolved() story.Care {
	return story.Care{State: story.Resolved, Owner: ada(), Changed: Noon()}
}
