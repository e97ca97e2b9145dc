package storetest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vedette/story"
)

// policies are the promises about what rooms ask for, and about their boards.
func policies() []promise {
	return []promise{
		{"WhatStoodBelowIsOwedAgainWhenItRises", belowIsOwedAgain},
		{"TheRiseOfAWatchOwesWhatItRestsOn", riseOfTheWatch},
		{"WhatIsHeldEndsInADigest", heldEndsInADigest},
		{"ABacklogIsPutByInSteps", backlogIsPutByInSteps},
		{"ADigestWaitsForTheOneBeforeIt", aDigestWaitsForTheOneBeforeIt},
		{"ADigestTellsWhatChanged", digestTellsWhatChanged},
		{"WhatIsHeldOutlivesItsPolicy", digestOutlivesItsPolicy},
		{"WhatIsHeldIsToldAtItsTime", heldIsToldAtItsTime},
		{"WhatStoodBelowIsOwedSinceItRose", agesFromItsRise},
		{"APingIsRemembered", pingIsRemembered},
		{"AnAlarmClimbsEachRungOnce", alarmClimbs},
		{"TwoReplicasClimbARungOnce", rungOnce},
		{"AnAlarmOfAStoryThatFellBeginsAnew", alarmOfAFallenStory},
		{"AnAlarmOfAStoryThatIsReopenedBeginsAnew", alarmOfAReopenedStory},
		{"ABoardIsLookedAtWhenSomethingHappened", boardIsLookedAt},
		{"ABoardCountsTheStoriesOfAWatch", standsOfWatches},
	}
}

// tellAt is tell for a story that stands at level.
func tellAt(t *testing.T, s Store, of story.ID, kind story.NoticeKind, level story.Level, rooms ...story.RoomName) story.ID {
	t.Helper()
	p := must(s.Unjudged(t.Context(), 10))(t)
	if len(p) != 1 {
		t.Fatalf("%d items wait, want 1", len(p))
	}
	rel := map[story.NoticeKind]story.Relation{story.NewStory: story.Opens, story.Update: story.Reports, story.Refresh: story.Copies}[kind]
	check(t, s.SaveJudgements(t.Context(), []story.Judgement{{
		Item: p[0].Item.ID, Revision: 1, Story: of, Relation: rel, Kind: kind, Rooms: rooms, Level: level, At: Noon(), Matches: []story.Match{{Watch: "idlib"}},
	}}))
	all := must(s.Recent(t.Context(), Noon()))(t)
	if of == 0 {
		return all[len(all)-1].ID
	}
	return of
}

// from is the rule of a room that is told from level.
func from(level story.Level) story.Rule {
	return func(d *story.Due) story.Verdict {
		if at := d.Story.Level; d.Notice.Bulletin == nil && at < level {
			return story.Verdict{State: story.Below, Why: at.String()}
		}
		return story.Verdict{State: story.Owed}
	}
}

// hold is the rule of a room that is told nothing but digests.
func hold(d *story.Due) story.Verdict {
	if d.Notice.Kind == story.DigestKind {
		return story.Verdict{State: story.Owed}
	}
	return story.Verdict{State: story.Held, Until: morning(), Why: "night"}
}

// morning is when the night of that room ends.
func morning() time.Time { return Noon().Add(18 * time.Hour) }

func belowIsOwedAgain(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	s.SetRule(from(story.High))
	save(t, s, item("g:1", "Idlib shelled"))
	id := tellAt(t, s, 0, story.NewStory, story.Guarded, "desk")
	for _, key := range []string{"g:2", "g:3"} {
		save(t, s, item(key, "Idlib shelled again"))
		tellAt(t, s, id, map[string]story.NoticeKind{"g:2": story.Update, "g:3": story.Refresh}[key], story.Guarded, "desk")
	}
	claim(t, s, "")
	claim(t, s, "")
	counts(t, s, map[story.DeliveryState]int{story.Below: 3})
	if !must(s.Idle(t.Context(), Noon()))(t) {
		t.Error("not idle when all that is owed stands below the room's level")
	}
	h.Crash(t)
	s = h.Open(t)
	s.SetRule(from(story.High))
	save(t, s, item("g:4", "Ten killed in Idlib"))
	tellAt(t, s, id, story.Update, story.High, "desk")
	root := claim(t, s, story.Post)
	if root.Notice.Kind != story.NewStory || root.Story.Version != 4 {
		t.Errorf("told is %s of version %d, want the first notice, of all that is known", root.Notice.Kind, root.Story.Version)
	}
	settle(t, s, root, story.Delivered, 0)
	settle(t, s, claim(t, s, story.Reply), story.Delivered, 0)
	claim(t, s, "")
	counts(t, s, map[story.DeliveryState]int{story.Delivered: 2, story.Merged: 2})
}

func riseOfTheWatch(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	s.SetRule(from(story.High))
	var items []story.ItemID
	for _, key := range []string{"g:1", "g:2"} {
		save(t, s, item(key, "Idlib shelled"))
		items = append(items, must(s.Unjudged(t.Context(), 1))(t)[0].Item.ID)
		tellAt(t, s, 0, story.NewStory, story.Guarded, "desk")
	}
	claim(t, s, "")
	check(t, s.SaveReview(t.Context(), []story.Bulletin{{
		Watch: "idlib", Kind: story.LevelChange, Key: "level 2", From: story.Guarded, To: story.High, At: Noon(), Rooms: []story.RoomName{"osint"},
		Evidence: []story.Witness{{Item: items[1]}, {Item: 99}},
	}}, Noon().Add(time.Hour)))
	if d := claim(t, s, story.Post); d.Story.Level != story.High || d.Story.Reports[0].Item.ID != items[1] {
		t.Errorf("told is a story at %s of item %d, want the one that the rise rests on", d.Story.Level, d.Story.Reports[0].Item.ID)
	}
	claim(t, s, "")
	counts(t, s, map[story.DeliveryState]int{story.Below: 1, story.Sending: 1, story.Owed: 1})
}

func heldEndsInADigest(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	s.SetRule(hold)
	save(t, s, item("g:1", "Idlib shelled"))
	id := tellAt(t, s, 0, story.NewStory, story.Guarded, "desk")
	save(t, s, item("g:2", "Idlib shelled"))
	tellAt(t, s, id, story.Refresh, story.Guarded, "desk")
	check(t, s.SaveReview(t.Context(), []story.Bulletin{{Watch: "idlib", Kind: story.LevelChange, Key: "level 1", From: story.Calm, To: story.Guarded, At: Noon(), Rooms: []story.RoomName{"desk"}}}, morning().Add(time.Hour)))
	check(t, s.Announce(t.Context(), &story.Bulletin{Kind: story.FeedHealth, Key: "wire blind 1", At: Noon().Add(2 * time.Hour), Rooms: []story.RoomName{"desk"}, Reasons: []string{"wire is blind"}}))
	claim(t, s, "")
	counts(t, s, map[story.DeliveryState]int{story.Held: 3, story.Owed: 1})
	if at := must(s.Next(t.Context(), Noon()))(t); !at.Equal(morning()) || !must(s.Idle(t.Context(), Noon()))(t) {
		t.Errorf("the next is due at %s, want %s and nothing before", at, morning())
	}
	h.Crash(t)
	s = h.Open(t)
	s.SetRule(hold)
	if _, due, err := s.Occasion(t.Context(), "desk", morning().Add(-time.Second)); due || err != nil {
		t.Errorf("a digest is due before its time (%v)", err)
	}
	since, due, err := s.Occasion(t.Context(), "desk", morning().Add(time.Hour))
	check(t, err)
	if !due || !since.Equal(morning()) || must(s.Idle(t.Context(), morning()))(t) {
		t.Fatalf("a digest is due %v since %s, want it since %s", due, since, morning())
	}
	check(t, s.SaveDigest(t.Context(), story.Occasion{Room: "desk", At: morning(), Next: morning().Add(24 * time.Hour)}))
	h.Crash(t)
	s = h.Open(t)
	s.SetRule(hold)
	counts(t, s, map[story.DeliveryState]int{story.Digested: 4, story.Owed: 1})
	d := claim(t, s, story.Post)
	b := d.Notice.Bulletin
	if b == nil || b.Digest == nil || b.Digest.Held != 3 || len(b.Digest.Bulletins) != 2 || b.Digest.Bulletins[0].Watch != "idlib" || b.Digest.Bulletins[1].Kind != story.FeedHealth || !slices.Equal(b.Digest.Why, []string{"night"}) {
		t.Fatalf("the digest is %+v, want what was held", b)
	}
	want := []story.Line{{Story: id, Level: story.Guarded, Title: "Idlib shelled", Watches: []story.WatchName{"idlib"}, Origins: 1, Outlets: 1, Changed: Noon(), Held: true}}
	if diff := cmp.Diff(want, b.Digest.Lines); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	settle(t, s, d, story.Delivered, 0)
	claim(t, s, "")
	if _, due, err := s.Occasion(t.Context(), "desk", morning()); due || err != nil {
		t.Errorf("a digest is due twice (%v)", err)
	}
}

// backlogIsPutByInSteps holds that a backlog that a room is not told becomes less
// though no look at it may last until its end: the next one goes on.
func backlogIsPutByInSteps(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	const backlog = 160
	var all []story.Item
	for i := range backlog {
		all = append(all, item(fmt.Sprint("g:", i), fmt.Sprint("Idlib shelled ", i)))
	}
	save(t, s, all...)
	var js []story.Judgement
	for _, p := range must(s.Unjudged(t.Context(), backlog))(t) {
		js = append(js, story.Judgement{Item: p.Item.ID, Revision: 1, Relation: story.Opens, Kind: story.NewStory, Rooms: []story.RoomName{"desk"}, At: Noon()})
	}
	check(t, s.SaveJudgements(t.Context(), js))
	ctx, cancel := context.WithCancel(t.Context())
	asked := 0
	s.SetRule(func(*story.Due) story.Verdict {
		if asked++; asked == backlog-10 {
			cancel()
		}
		return story.Verdict{State: story.Held, Until: morning(), Why: "night"}
	})
	if _, ok, err := s.Claim(ctx, "desk", Noon()); ok || err == nil {
		t.Fatalf("claimed %v (%v) with no time left, want an error", ok, err)
	}
	claim(t, s, "")
	counts(t, s, map[story.DeliveryState]int{story.Held: backlog})
	if asked >= 2*backlog-10 {
		t.Errorf("%d messages were looked at %d times, want that the second look went on where the first had ended", backlog, asked)
	}
}

// aDigestWaitsForTheOneBeforeIt holds what an outage of a day makes of a room
// that wants its backlog in a digest: one digest when it began, and one that
// has the rest.
func aDigestWaitsForTheOneBeforeIt(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	s.SetRule(func(d *story.Due) story.Verdict {
		if d.Notice.Kind == story.DigestKind {
			return story.Verdict{State: story.Owed}
		}
		return story.Verdict{State: story.Held, Until: d.Now, Why: "late"}
	})
	now := Noon()
	tell := func(key string) {
		t.Helper()
		save(t, s, item(key, "Idlib shelled"))
		tellAt(t, s, 0, story.NewStory, story.Guarded, "desk")
	}
	due := func() bool {
		t.Helper()
		_, due, err := s.Occasion(t.Context(), "desk", now)
		check(t, err)
		if idle := must(s.Idle(t.Context(), now))(t); due && idle {
			t.Errorf("a digest is due, and nothing is to be done")
		}
		return due
	}
	tell("g:1")
	claim(t, s, "")
	if !due() {
		t.Fatal("what is held is not due")
	}
	check(t, s.SaveDigest(t.Context(), story.Occasion{Room: "desk", At: now}))
	tell("g:2")
	tell("g:3")
	first := claim(t, s, story.Post)
	if first.Notice.Bulletin == nil || first.Notice.Bulletin.Digest.Held != 1 {
		t.Fatalf("claimed %+v, want the digest", first.Notice)
	}
	claim(t, s, "")
	if due() {
		t.Error("a second digest is due while the first is under way")
	}
	settle(t, s, first, story.Ambiguous, story.StuckAfter)
	look := func(later, next time.Duration) {
		t.Helper()
		now = Noon().Add(later)
		d, _, err := s.Claim(t.Context(), "desk", now)
		check(t, err)
		settle(t, s, d, story.Ambiguous, next)
	}
	if look(story.StuckAfter, story.StuckAfter+time.Minute); due() { // the platform is down
		t.Error("a second digest is due while the first may soon be found")
	}
	look(story.StuckAfter+time.Minute, 24*time.Hour) // nobody may look
	if !due() {
		t.Fatal("what came since is not due")
	}
	check(t, s.SaveDigest(t.Context(), story.Occasion{Room: "desk", At: now.Add(time.Second)}))
	d, _, err := s.Claim(t.Context(), "desk", now)
	check(t, err)
	if b := d.Notice.Bulletin; b == nil || b.Digest.Held != 2 {
		t.Errorf("claimed %+v, want a digest of both", d.Notice)
	}
}

func digestTellsWhatChanged(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	s.SetRule(from(story.Elevated))
	told := Noon().Add(-time.Hour)
	check(t, s.DeclareRooms(t.Context(), map[story.RoomName]time.Time{"desk": Noon()}, told))
	save(t, s, item("g:1", "Idlib shelled"))
	id := tellAt(t, s, 0, story.NewStory, story.Elevated, "desk")
	save(t, s, item("g:2", "Idlib council meets"))
	tellAt(t, s, 0, story.NewStory, story.Calm, "desk")
	save(t, s, item("g:3", "Another room's"))
	tellAt(t, s, 0, story.NewStory, story.High, "osint")
	settle(t, s, claim(t, s, story.Post), story.Delivered, 0)
	claim(t, s, "")
	occasion := story.Occasion{Room: "desk", At: Noon().Add(time.Minute), Changed: true, From: story.Elevated, Next: Noon().Add(time.Hour)}
	check(t, s.SaveDigest(t.Context(), occasion))
	d := claim(t, s, story.Post)
	digest := d.Notice.Bulletin.Digest
	if len(digest.Lines) != 1 || digest.Lines[0].Story != id || digest.Lines[0].Held || digest.Lines[0].Root == "" || digest.Below != 1 || !digest.Since.Equal(told) {
		t.Errorf("the digest is %+v, want the one story at the room's level since %s, and one below", digest, told)
	}
	settle(t, s, d, story.Delivered, 0)
	occasion.At = Noon().Add(time.Hour)
	check(t, s.SaveDigest(t.Context(), occasion))
	claim(t, s, "") // nothing has changed
	counts(t, s, map[story.DeliveryState]int{story.Delivered: 2, story.Below: 1, story.Owed: 1})
}

func digestOutlivesItsPolicy(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	s.SetRule(hold)
	check(t, s.DeclareRooms(t.Context(), map[story.RoomName]time.Time{"desk": Noon().Add(time.Hour), "osint": Noon().Add(time.Hour)}, Noon()))
	save(t, s, item("g:1", "Idlib shelled"))
	tellAt(t, s, 0, story.NewStory, story.Guarded, "desk")
	claim(t, s, "")
	check(t, s.DeclareRooms(t.Context(), nil, Noon()))
	for room, want := range map[story.RoomName]bool{"desk": true, "osint": false} {
		if _, due, err := s.Occasion(t.Context(), room, Noon()); due != want || err != nil {
			t.Errorf("a digest for %s is due: %v (%v), want %v", room, due, err, want)
		}
	}
	check(t, s.DeclareRooms(t.Context(), map[story.RoomName]time.Time{"desk": Noon().Add(time.Hour)}, Noon()))
	if _, due, err := s.Occasion(t.Context(), "desk", Noon()); !due || err != nil {
		t.Errorf("a digest that was due is not after a reload (%v)", err)
	}
	check(t, s.SaveDigest(t.Context(), story.Occasion{Room: "desk", At: Noon()}))
	if at := must(s.Next(t.Context(), Noon().Add(-time.Hour)))(t); !at.IsZero() {
		t.Errorf("the next is due at %s, want none", at)
	}
	counts(t, s, map[story.DeliveryState]int{story.Digested: 1, story.Owed: 1})
}

// heldIsToldAtItsTime holds that what waits for a digest soon, such as a backlog,
// does not wait longer because the rooms are declared anew: that happens at
// each start and each change.
func heldIsToldAtItsTime(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	soon := Noon().Add(5 * time.Minute)
	s.SetRule(func(*story.Due) story.Verdict { return story.Verdict{State: story.Held, Until: soon, Why: "late"} })
	morning := map[story.RoomName]time.Time{"desk": morning()}
	check(t, s.DeclareRooms(t.Context(), morning, Noon()))
	save(t, s, item("g:1", "Idlib shelled"))
	tellAt(t, s, 0, story.NewStory, story.Guarded, "desk")
	claim(t, s, "")
	h.Crash(t)
	s = h.Open(t)
	check(t, s.DeclareRooms(t.Context(), morning, Noon().Add(time.Minute)))
	if since, due, err := s.Occasion(t.Context(), "desk", soon); !due || err != nil || !since.Equal(soon) {
		t.Errorf("a digest is due: %v, since %s (%v), want it since %s", due, since, err, soon)
	}
	check(t, s.SaveDigest(t.Context(), story.Occasion{Room: "desk", At: soon, Next: morning["desk"]}))
	earlier := map[story.RoomName]time.Time{"desk": Noon().Add(time.Hour)}
	check(t, s.DeclareRooms(t.Context(), earlier, soon))
	check(t, s.DeclareRooms(t.Context(), morning, soon))
	if _, due, err := s.Occasion(t.Context(), "desk", earlier["desk"]); due || err != nil {
		t.Errorf("a digest is due at a time that is no longer set (%v)", err)
	}
}

// agesFromItsRise holds that what stood below counts as owed since it rose: it
// is neither late nor to be given up for how long nobody was to hear it.
func agesFromItsRise(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	s.SetRule(from(story.High))
	save(t, s, item("g:1", "Idlib shelled"))
	id := tellAt(t, s, 0, story.NewStory, story.Guarded, "desk", "osint")
	claim(t, s, "")
	later := Noon().Add(96 * time.Hour)
	save(t, s, item("g:2", "Ten killed in Idlib"))
	p := must(s.Unjudged(t.Context(), 10))(t)[0]
	check(t, s.SaveJudgements(t.Context(), []story.Judgement{{Item: p.Item.ID, Revision: 1, Story: id, Relation: story.Reports, Kind: story.Update, Level: story.High, At: later, Rooms: []story.RoomName{"desk", "osint"}}}))
	h.Crash(t)
	s = h.Open(t)
	for room, want := range map[story.RoomName]time.Time{"desk": later, "osint": Noon()} {
		d, ok, err := s.Claim(t.Context(), room, later)
		check(t, err)
		if !ok || d.Act != story.Post || !d.Notice.At.Equal(Noon()) || !d.Owed.Equal(want) {
			t.Errorf("in %s told is %s of %s, owed since %s, want it owed since %s", room, d.Act, d.Notice.At, d.Owed, want)
		}
		check(t, s.Settle(t.Context(), story.Outcome{Dispatch: d, State: story.Owed, NotBefore: later.Add(time.Hour), Why: "a test", At: later}))
		again, _, err := s.Claim(t.Context(), room, later.Add(time.Hour))
		check(t, err)
		if !again.Owed.Equal(want) {
			t.Errorf("in %s it is owed since %s at the second attempt, want %s", room, again.Owed, want)
		}
	}
}

func pingIsRemembered(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	var asked []story.Due
	rule := func(d *story.Due) story.Verdict {
		asked = append(asked, *d)
		return story.Verdict{State: story.Owed, Calls: story.Mention{Kind: story.Group, ID: "S0123456789"}, Level: story.High, Why: "a test"}
	}
	s.SetRule(rule)
	save(t, s, item("g:1", "Idlib shelled"))
	tellAt(t, s, 0, story.NewStory, story.High, "desk")
	d := claim(t, s, story.Post)
	if d.Calls.String() != "@S0123456789" || d.Why != "a test" {
		t.Errorf("claimed calls %q because %q", d.Calls, d.Why)
	}
	settle(t, s, d, story.Owed, 0)
	h.Crash(t)
	s = h.Open(t)
	s.SetRule(rule)
	claim(t, s, story.Post)
	if first, second := asked[0], asked[1]; first.Calls.Kind != story.Nobody || !first.LastPing.At.IsZero() ||
		second.Calls != d.Calls || second.LastPing != (story.Ping{At: Noon(), Level: story.High}) {
		t.Errorf("asked %+v, then %+v; want the ping on record at the second attempt", first, second)
	}
}

func alarmClimbs(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	save(t, s, item("g:1", "Idlib shelled"))
	id := tellAt(t, s, 0, story.NewStory, story.High, "desk")
	if all := must(s.Alarms(t.Context(), "desk", Noon()))(t); len(all) != 0 {
		t.Errorf("alarms are %+v, want none below critical", all)
	}
	save(t, s, item("g:2", "Ten killed in Idlib"))
	tellAt(t, s, id, story.Update, story.Critical, "desk", "osint")
	alarms := must(s.Alarms(t.Context(), "desk", Noon()))(t)
	if diff := cmp.Diff([]story.Alarm{{Story: id, Room: "desk", Since: Noon(), Level: story.Critical}}, alarms); diff != "" {
		t.Fatalf("alarms (-want +got):\n%s", diff)
	}
	due := Noon().Add(10 * time.Minute)
	check(t, s.Climb(t.Context(), story.Step{Alarm: alarms[0], Next: due, At: Noon()}))
	h.Crash(t)
	s = h.Open(t)
	if all := must(s.Alarms(t.Context(), "desk", due.Add(-time.Second)))(t); len(all) != 0 {
		t.Errorf("alarms are %+v before they are due", all)
	}
	if at := must(s.Next(t.Context(), Noon()))(t); !at.Equal(due) {
		t.Errorf("the next is due at %s, want %s", at, due)
	}
	alarms = must(s.Alarms(t.Context(), "desk", due))(t)
	step := story.Step{Alarm: alarms[0], To: "duty", Calls: story.Mention{Kind: story.User, ID: "U0123456789"}, Reason: "nobody answers", Why: "the last rung was told", At: due}
	step.Alarm.Rung++
	for range 2 { // as two replicas would
		check(t, s.Climb(t.Context(), step))
	}
	h.Crash(t)
	s = h.Open(t)
	d, ok, err := s.Claim(t.Context(), "duty", due)
	check(t, err)
	if !ok || d.Act != story.Post || d.Notice.Kind != story.Escalation || d.Calls != step.Calls || d.Notice.Reason != "nobody answers" || d.Story.ID != id {
		t.Fatalf("claimed %+v, want the escalation", d)
	}
	settle(t, s, d, story.Delivered, 0)
	if _, ok, err := s.Claim(t.Context(), "duty", due); ok || err != nil {
		t.Errorf("the next rung is told twice (%v)", err)
	}
	if all := must(s.Alarms(t.Context(), "desk", due.Add(time.Hour)))(t); len(all) != 0 {
		t.Errorf("alarms are %+v after the last rung", all)
	}
}

// rungOnce holds that two replicas that look at an alarm at once lead it one
// rung further, and not two, while there are others to come.
func rungOnce(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	save(t, s, item("g:1", "Ten killed in Idlib"))
	tellAt(t, s, 0, story.NewStory, story.Critical, "desk")
	step := story.Step{Alarm: must(s.Alarms(t.Context(), "desk", Noon()))(t)[0], To: "duty", Reason: "nobody answers", Next: Noon().Add(time.Hour), At: Noon()}
	step.Alarm.Rung++
	for range 2 {
		check(t, s.Climb(t.Context(), step))
	}
	d, ok, err := s.Claim(t.Context(), "duty", Noon())
	check(t, err)
	if !ok {
		t.Fatal("the rung is not told")
	}
	settle(t, s, d, story.Delivered, 0)
	if d, ok, err := s.Claim(t.Context(), "duty", Noon()); ok || err != nil {
		t.Errorf("the rung is told again: %+v (%v)", d.Notice, err)
	}
	if all := must(s.Alarms(t.Context(), "desk", step.Next))(t); len(all) != 1 || all[0].Rung != 1 {
		t.Errorf("alarms are %+v, want one at its second rung", all)
	}
}

func alarmOfAFallenStory(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	save(t, s, item("g:1", "Ten killed in Idlib"))
	id := tellAt(t, s, 0, story.NewStory, story.Critical, "desk")
	for i, level := range []story.Level{story.High, story.Critical} {
		save(t, s, item(fmt.Sprint("g:", i+2), "Idlib"))
		tellAt(t, s, id, story.Update, level, "desk")
		alarms := must(s.Alarms(t.Context(), "desk", Noon()))(t)
		if len(alarms) != 1 || alarms[0].Level != level {
			t.Fatalf("alarms at %s are %+v, want one", level, alarms)
		}
		if level < story.Critical {
			check(t, s.Climb(t.Context(), story.Step{Alarm: alarms[0], Why: "the story is high", At: Noon()}))
		}
	}
}

// alarmOfAReopenedStory holds that a critical report to a story that somebody
// has resolved begins the ladder anew, though the one before was climbed to
// its end.
func alarmOfAReopenedStory(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	save(t, s, item("g:1", "Ten killed in Idlib"))
	id := tellAt(t, s, 0, story.NewStory, story.Critical, "desk")
	step := story.Step{Alarm: must(s.Alarms(t.Context(), "desk", Noon()))(t)[0], To: "duty", Reason: "nobody answers", Why: "the last rung was told", At: Noon()}
	step.Alarm.Rung++
	check(t, s.Climb(t.Context(), step))
	save(t, s, item("g:2", "Eleven killed in Idlib"))
	tellAt(t, s, id, story.Update, story.Critical, "desk")
	if all := must(s.Alarms(t.Context(), "desk", Noon()))(t); len(all) != 0 {
		t.Errorf("alarms are %+v, want none: the ladder was climbed", all)
	}
	_, _, err := s.Tend(t.Context(), story.Deed{Verb: "resolve", By: ada(), At: Noon()}, id, func(story.Care) (story.Care, string) { return resolved(), "done" })
	check(t, err)
	save(t, s, item("g:3", "Twelve killed in Idlib"))
	tellAt(t, s, id, story.Update, story.Critical, "desk")
	if all := must(s.Alarms(t.Context(), "desk", Noon()))(t); len(all) != 1 || all[0].Taken || all[0].Rung != 0 {
		t.Errorf("alarms are %+v, want a new one", all)
	}
}

func boardIsLookedAt(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	look := func(now time.Time, want bool) story.Board {
		t.Helper()
		b, due, err := s.Board(t.Context(), "desk", now)
		check(t, err)
		if due != want || must(s.Idle(t.Context(), now))(t) == want {
			t.Fatalf("at %s the board is due: %v, want %v; %+v", now.Format("15:04"), due, want, b)
		}
		return b
	}
	look(Noon(), false)
	check(t, s.DeclareBoards(t.Context(), []story.RoomName{"desk"}))
	b := look(Noon(), true)
	if b.Key == "" || b.Remote != "" {
		t.Errorf("the board is %+v, want a key and no message", b)
	}
	b.Remote, b.Shown, b.Pinned, b.NotBefore, b.Stale = "m1", "calm", true, Noon().Add(time.Minute), Noon().Add(time.Hour)
	check(t, s.SaveBoard(t.Context(), &b))
	h.Crash(t)
	s = h.Open(t)
	check(t, s.DeclareBoards(t.Context(), []story.RoomName{"desk"}))
	look(Noon().Add(time.Minute), false) // nothing has happened
	look(Noon().Add(time.Hour), true)
	save(t, s, item("g:1", "Idlib shelled"))
	tellAt(t, s, 0, story.NewStory, story.Guarded)
	look(Noon(), false) // the minute is not over
	if at := must(s.Next(t.Context(), Noon()))(t); !at.Equal(Noon().Add(time.Minute)) {
		t.Errorf("the next is due at %s, want a minute after noon", at)
	}
	again := look(Noon().Add(time.Minute), true)
	if again.Remote != "m1" || again.Shown != "calm" || !again.Pinned || again.Key != b.Key || again.Mark == b.Mark {
		t.Errorf("the board is %+v, want what was saved and a later mark", again)
	}
	again.Remote = "" // somebody has removed it
	check(t, s.SaveBoard(t.Context(), &again))
	if b := look(Noon().Add(time.Hour), true); b.Key == again.Key {
		t.Error("a board that is made anew has the key of the one that is gone")
	}
	check(t, s.DeclareBoards(t.Context(), nil))
	look(Noon(), false)
}

func standsOfWatches(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	for i, key := range []string{"g:1", "g:2"} {
		save(t, s, item(key, "Idlib shelled "+key))
		tellAt(t, s, 0, story.NewStory, story.Guarded, "desk")
		if i == 0 {
			save(t, s, item("g:copy", "Idlib shelled"))
			tellAt(t, s, 1, story.Refresh, story.Guarded, "desk")
		}
	}
	check(t, s.SaveReview(t.Context(), []story.Bulletin{{Watch: "idlib", Kind: story.LevelChange, Key: "level 1", From: story.Calm, To: story.Guarded, At: Noon()}}, Noon().Add(time.Hour)))
	stands := func(now time.Time) []story.Stand {
		return must(s.Stands(t.Context(), []story.WatchName{"idlib", "air"}, now, now.Add(-time.Hour)))(t)
	}
	want := []story.Stand{
		{Watch: "idlib", Level: story.Guarded, Since: Noon(), Week: 2, Changed: Noon(), Title: "Idlib shelled g:2", Open: 2, Owners: []string{"", ""}},
		{Watch: "air"},
	}
	if diff := cmp.Diff(want, stands(Noon())); diff != "" {
		t.Errorf("stands (-want +got):\n%s", diff)
	}
	if later := stands(Noon().AddDate(0, 0, 8))[0]; later.Week != 0 || later.LastWeek != 2 || later.Open != 0 || later.Title == "" {
		t.Errorf("a week later it stands as %+v, want two stories in the week before", later)
	}
}
