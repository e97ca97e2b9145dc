package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vedette/story"
)

// auditFinds has an audit hold the deliveries to watches that told more rooms
// than the desk did, which is what a desk that forgets one looks like.
func auditFinds(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	save(t, s, item("g:1", "Idlib shelled"))
	first := tell(t, s, 0, story.NewStory, "desk")
	save(t, s, item("g:2", "Idlib shelled, a copy"))
	tell(t, s, first, story.Refresh, "desk")
	for name, tt := range map[string]struct {
		rooms       map[story.WatchName][]story.RoomName
		since       time.Time
		owed, fault int
	}{
		"AllWereTold":        {map[story.WatchName][]story.RoomName{"idlib": {"desk"}}, Noon(), 1, 0},
		"ARoomWasForgotten":  {map[story.WatchName][]story.RoomName{"idlib": {"desk", "osint"}}, Noon(), 2, 1},
		"BeforeItWasInForce": {map[story.WatchName][]story.RoomName{"idlib": {"desk", "osint"}}, Noon().Add(time.Second), 0, 0},
		"NoSuchWatch":        {map[story.WatchName][]story.RoomName{"other": {"osint"}}, Noon(), 0, 0},
	} {
		a := must(s.Audit(t.Context(), tt.rooms, tt.since, Noon()))(t)
		if a.Owed != tt.owed || a.Unaccounted != tt.fault || len(a.Faults) != tt.fault || a.Clean() != (tt.fault == 0) {
			t.Errorf("%s: %+v, want %d owed and %d unaccounted for", name, a, tt.owed, tt.fault)
		}
	}
	for n := range 2 { // it asks for no review of the levels
		check(t, s.Audited(t.Context(), Noon().Add(time.Duration(n)*time.Minute)))
		if due := must(s.ReviewDue(t.Context(), Noon().Add(time.Hour)))(t); due {
			t.Error("the levels are to be reviewed since an audit was made")
		}
	}
	save(t, s, item("g:3", "Nobody judges it"))
	if a := must(s.Audit(t.Context(), nil, Noon(), Noon().Add(10*time.Minute)))(t); !a.Clean() {
		t.Errorf("%+v, want that a report may wait for ten minutes", a)
	}
	if a := must(s.Audit(t.Context(), nil, Noon(), Noon().Add(11*time.Minute)))(t); a.Clean() || a.Waiting != 1 {
		t.Errorf("%+v, want that one waits", a)
	}
	b := story.Bulletin{Kind: story.RoomHealth, Key: "audit", Reasons: []string{"it waits"}, At: Noon(), Rooms: []story.RoomName{"ops"}}
	for range 2 {
		check(t, s.Announce(t.Context(), &b))
	}
	if all := must(s.Ledger(t.Context(), story.LedgerQuery{Room: "ops", Limit: 9}))(t); len(all) != 1 || all[0].Kind != story.RoomHealth {
		t.Errorf("operators are owed %+v, want to hear it once", all)
	}
}

// auditKnowsThePast has publishers edit what a watch accepted of the time before
// it: nobody was to be told of it, and nobody is now.
func auditKnowsThePast(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	save(t, s, item("g:1", "Idlib shelled"))
	p := must(s.Unjudged(t.Context(), 10))(t)[0].Item
	check(t, s.SaveJudgements(t.Context(), []story.Judgement{{Item: p.ID, Revision: 1, At: Noon()}})) // before the watch was there
	accepted := []story.Match{{Watch: "idlib"}}
	check(t, s.SavePast(t.Context(), []story.Judgement{{Item: p.ID, Revision: 1, Matches: accepted, Signals: Claims()}}))
	save(t, s, item("g:1", "Idlib shelled again"))
	later := Noon().Add(time.Hour)
	check(t, s.SaveJudgements(t.Context(), []story.Judgement{{Item: p.ID, Revision: 2, Matches: accepted, At: later}}))
	rooms := map[story.WatchName][]story.RoomName{"idlib": {"desk"}}
	if a := must(s.Audit(t.Context(), rooms, Noon().Add(time.Minute), later))(t); !a.Clean() {
		t.Errorf("%+v, want that the past of a watch is told to nobody", a)
	}
	if a := must(s.Audit(t.Context(), rooms, Noon(), later))(t); a.Unaccounted != 1 {
		t.Errorf("%+v, want what came while the watch was in force missed", a)
	}
}

func ledgerHasAll(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	save(t, s, item("g:1", "Idlib shelled"))
	one := tell(t, s, 0, story.NewStory, "desk", "osint")
	save(t, s, item("g:2", "Idlib shelled again"))
	tell(t, s, one, story.Update, "desk")
	save(t, s, item("g:3", "Another town"))
	two := tell(t, s, 0, story.NewStory, "desk")
	settle(t, s, claim(t, s, story.Post), story.Delivered, 0)
	for name, tt := range map[string]struct {
		q    story.LedgerQuery
		want []story.DeliveryID
	}{
		"All":      {story.LedgerQuery{Limit: 9}, []story.DeliveryID{1, 2, 3, 4}},
		"TheLast":  {story.LedgerQuery{Limit: 2}, []story.DeliveryID{3, 4}},
		"OfAStory": {story.LedgerQuery{Story: two, Limit: 9}, []story.DeliveryID{4}},
		"OfAnItem": {story.LedgerQuery{Item: 2, Limit: 9}, []story.DeliveryID{3}},
		"OfARoom":  {story.LedgerQuery{Room: "osint", Limit: 9}, []story.DeliveryID{2}},
		"InAState": {story.LedgerQuery{State: story.Delivered, Limit: 9}, []story.DeliveryID{1}},
		"Since":    {story.LedgerQuery{Since: Noon().Add(time.Second), Limit: 9}, nil},
	} {
		var got []story.DeliveryID
		for _, e := range must(s.Ledger(t.Context(), tt.q))(t) {
			got = append(got, e.Delivery)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	want := story.Entry{
		Told:     story.Told{Room: "desk", Kind: story.NewStory, Item: 1, Reason: "a test", State: story.Delivered, Why: "a test", Attempt: 1, At: Noon(), Changed: Noon()},
		Delivery: 1, Story: one, Title: "Idlib shelled",
	}
	got := must(s.Ledger(t.Context(), story.LedgerQuery{State: story.Delivered, Limit: 1}))(t)[0]
	want.Remote = got.Remote
	if diff := cmp.Diff(want, got); diff != "" || got.Remote == "" {
		t.Errorf("entry (-want +got):\n%s", diff)
	}
}
