package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vedette/story"
)

func readingsInOrder(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	save(t, s, item("g:1", "Idlib shelled"))
	id := tell(t, s, 0, story.NewStory, "desk")
	save(t, s, item("g:2", "Idlib shelled, a copy"))
	tell(t, s, id, story.Refresh, "desk")
	first := readings(t, s, 0)
	if len(first) != 2 || first[1].Opener != first[0].Item.ID || first[0].Opener != first[0].Item.ID || first[0].Edited || first[1].Item.Title != "Idlib shelled, a copy" || !first[0].Item.Effective.Equal(Noon()) {
		t.Fatalf("readings are %+v", first)
	}
	if diff := cmp.Diff(Claims(), first[0].Signals); diff != "" {
		t.Errorf("signals (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]story.WatchName{"idlib"}, first[0].Watches); diff != "" {
		t.Errorf("watches (-want +got):\n%s", diff)
	}
	save(t, s, item("g:1", "Idlib shelled, two killed"))
	tell(t, s, id, story.Refresh, "desk")
	if after := readings(t, s, first[1].Seq); len(after) != 1 || !after[0].Edited || after[0].Item.Title != "Idlib shelled, two killed" {
		t.Errorf("readings after the first two are %+v, want the edit", after)
	}
	if all := readings(t, s, 0); len(all) != 2 {
		t.Errorf("%d readings, want one an item", len(all))
	}
}

func readings(t *testing.T, s Store, seq int64) (all []story.Reading) {
	t.Helper()
	check(t, s.Readings(t.Context(), seq, func(r story.Reading) error {
		all = append(all, r)
		return nil
	}))
	return all
}

func bulletinOnce(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	if must(s.ReviewDue(t.Context(), Noon()))(t) {
		t.Error("a review is due before anything was read")
	}
	b := story.Bulletin{
		Watch: "idlib", Kind: story.LevelChange, Key: "level 1", From: story.Calm, To: story.Guarded, At: Noon(), Rooms: []story.RoomName{"desk", "osint"},
		Reasons: []string{"shelling"}, Evidence: []story.Witness{{Item: 1, Outlet: "Wire", Title: "Idlib shelled", At: Noon()}},
	}
	save(t, s, item("g:1", "Idlib shelled"))
	p := must(s.Unjudged(t.Context(), 10))(t)[0].Item
	check(t, s.SaveJudgements(t.Context(), []story.Judgement{{
		Item: p.ID, Revision: 1, Relation: story.Opens, Kind: story.NewStory, Level: story.Guarded, At: Noon(),
		Matches: []story.Match{{Watch: "idlib"}}, Bulletins: []story.Bulletin{b},
	}}))
	if all := must(s.Recent(t.Context(), Noon()))(t); len(all) != 1 || all[0].Level != story.Guarded {
		t.Errorf("stories are %+v, want one that is guarded", all)
	}
	for range 2 { // as two replicas would, that have found the same
		check(t, s.SaveReview(t.Context(), []story.Bulletin{b}, Noon().Add(time.Hour)))
	}
	h.Crash(t)
	s = h.Open(t)
	d := claim(t, s, story.Post)
	if diff := cmp.Diff(&b, d.Notice.Bulletin); diff != "" || d.Notice.Kind != story.LevelChange || d.Story.ID != 0 {
		t.Errorf("notice is %+v; bulletin (-want +got):\n%s", d.Notice, diff)
	}
	settle(t, s, d, story.Delivered, 0)
	claim(t, s, "")
	counts(t, s, map[story.DeliveryState]int{story.Delivered: 1, story.Owed: 1})
	want := map[story.WatchName]story.Standing{"idlib": {Level: story.Guarded, Since: Noon(), Changes: 1}}
	if diff := cmp.Diff(want, must(s.Standings(t.Context()))(t)); diff != "" {
		t.Errorf("standings (-want +got):\n%s", diff)
	}
	if due := must(s.ReviewDue(t.Context(), Noon().Add(time.Hour)))(t); !due || must(s.ReviewDue(t.Context(), Noon()))(t) {
		t.Error("the next review is not due after an hour, but now")
	}
}

func newPast(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	save(t, s, item("g:1", "Idlib shelled"), item("g:2", "Idlib shelled again"))
	for _, p := range must(s.Unjudged(t.Context(), 10))(t) {
		check(t, s.SaveJudgements(t.Context(), []story.Judgement{{Item: p.Item.ID, Revision: 1, At: Noon()}}))
	}
	save(t, s, item("g:2", "Idlib quiet"))
	past := story.Judgement{Revision: 1, Matches: []story.Match{{Watch: "front"}}, Signals: Claims()}
	one, two := past, past
	one.Item, two.Item = 1, 2
	for range 2 {
		check(t, s.SavePast(t.Context(), []story.Judgement{one, two}))
	}
	all := readings(t, s, 0)
	if len(all) != 1 || all[0].Item.Title != "Idlib shelled" || all[0].Opener != all[0].Item.ID || !cmp.Equal(all[0].Watches, []story.WatchName{"front"}) {
		t.Errorf("readings are %+v, want the one that was not edited", all)
	}
	counts(t, s, map[story.DeliveryState]int{})
}

func onlyWhoAccepts(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	save(t, s, item("g:1", "Idlib shelled"))
	id := tell(t, s, 0, story.NewStory, "desk")
	save(t, s, item("g:1", "Talks are held"))
	p := must(s.Unjudged(t.Context(), 10))(t)[0]
	check(t, s.SaveJudgements(t.Context(), []story.Judgement{{
		Item: p.Item.ID, Revision: p.Item.Revision, Story: id, Kind: story.Refresh, At: Noon(), Matches: []story.Match{{Watch: "talks"}}, Signals: Claims(),
	}}))
	all := readings(t, s, 0)
	if len(all) != 1 || !cmp.Equal(all[0].Watches, []story.WatchName{"talks"}) {
		t.Errorf("readings are %+v, want what the edit claims, for talks alone", all)
	}
}

func tombstone(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	save(t, s, item("g:1", "Idlib shelled"), item("g:2", "Football"))
	for _, p := range must(s.Unjudged(t.Context(), 10))(t) {
		j := story.Judgement{Item: p.Item.ID, Revision: 1, At: Noon()}
		if p.Item.Title != "Football" {
			j.Matches, j.Signals = []story.Match{{Watch: "idlib"}}, Claims()
		}
		check(t, s.SaveJudgements(t.Context(), []story.Judgement{j}))
	}
	before := readings(t, s, 0)
	if len(before) != 1 {
		t.Fatalf("readings are %+v, want that of the item that a watch accepts", before)
	}
	save(t, s, item("g:1", "Talks are held"))
	p := must(s.Unjudged(t.Context(), 10))(t)[0]
	check(t, s.SaveJudgements(t.Context(), []story.Judgement{{Item: p.Item.ID, Revision: p.Item.Revision, At: Noon()}}))
	after := readings(t, s, before[0].Seq)
	if len(after) != 1 || !after[0].Edited || len(after[0].Watches) != 0 || len(after[0].Signals) != 0 {
		t.Errorf("readings after the edit are %+v, want an empty one", after)
	}
}
