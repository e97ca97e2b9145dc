package desk_test

import (
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vedette/story"
	"vedette/story/desk"
	"vedette/story/signal"
	"vedette/watch"
)

var noon = time.Date(2020, 2, 3, 12, 0, 0, 0, time.UTC)

func judge(t *testing.T, waiting ...story.Pending) []story.Judgement {
	t.Helper()
	box := new(desk.Memory)
	for _, p := range waiting {
		box.Bring(p)
	}
	d := desk.New(box, reader(t), func() time.Time { return noon }, slog.New(slog.DiscardHandler))
	ws := []story.Watch{
		{Name: "idlib", Rule: "idlib AND (ceasefire OR shelling)", Rooms: []story.RoomName{"desk", "osint"}},
		{Name: "talks", Rule: "talks", Rooms: []story.RoomName{"desk", "politics"}},
		{Name: "sure", Rule: "floods outlets>=2", Rooms: []story.RoomName{"desk"}},
		{Name: "surest", Rule: "floods origins>=2", Rooms: []story.RoomName{"hq"}},
	}
	set, err := watch.NewSet(ws, nil)
	if err != nil {
		t.Fatal(err)
	}
	d.SetWatches(set, ws, nil)
	for more := true; more; {
		if more, err = d.Judge(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return box.Judged
}

func reader(t *testing.T) *signal.Reader {
	t.Helper()
	r, err := signal.NewReader()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func item(id story.ItemID, outlet, text string) story.Pending {
	return story.Pending{Item: story.Item{ID: id, Revision: 1, Outlet: outlet, Owner: outlet, Title: text, Effective: noon}}
}

func TestDesk(t *testing.T) {
	const shelled = "Shelling in Idlib kills two near Saraqib"
	const floods = "Floods cut the road to the Orontes bridge near Jisr"
	edit := item(1, "Wire", shelled+" at dawn")
	edit.Item.Revision, edit.Story, edit.Watches = 2, 1, []story.WatchName{"idlib"}
	newly := item(1, "Wire", shelled+"; talks called off")
	newly.Item.Revision, newly.Story, newly.Watches = 2, 1, []story.WatchName{"idlib"}
	for name, tt := range map[string]struct {
		waiting []story.Pending
		kinds   []story.NoticeKind
		rooms   []story.RoomName // of the last
	}{
		"WhatNoWatchWantsIsKeptSilently":      {[]story.Pending{item(1, "Wire", "Football in Izmir")}, []story.NoticeKind{""}, nil},
		"AMatchOpensAStoryInItsRooms":         {[]story.Pending{item(1, "Wire", shelled)}, []story.NoticeKind{story.NewStory}, []story.RoomName{"desk", "osint"}},
		"ACopyInTheSameBatchOnlyRefreshes":    {[]story.Pending{item(1, "Wire", shelled), item(2, "Paper", shelled)}, []story.NoticeKind{story.NewStory, story.Refresh}, []story.RoomName{"desk", "osint"}},
		"ASecondPageOfOneOutletJoinsSilently": {[]story.Pending{item(1, "Wire", shelled), item(2, "Wire", shelled)}, []story.NoticeKind{story.NewStory, ""}, nil},
		"TwoWatchesTellARoomOnce":             {[]story.Pending{item(1, "Wire", shelled+" before talks")}, []story.NoticeKind{story.NewStory}, []story.RoomName{"desk", "osint", "politics"}},
		"AStoryOfOneOutletWaitsForASecond":    {[]story.Pending{item(1, "Wire", floods)}, []story.NoticeKind{story.NewStory}, nil},
		"ACopyIsASecondOutletAndNoOrigin":     {[]story.Pending{item(1, "Wire", floods), item(2, "Paper", floods)}, []story.NoticeKind{story.NewStory, story.Update}, []story.RoomName{"desk"}},
		"ASecondOriginIsToldWhereItWasAskedFor": {[]story.Pending{
			item(1, "Wire", floods), item(2, "Paper", floods), item(3, "Monitor", "Road to the Orontes bridge near Jisr cut by floods, says governor"),
		}, []story.NoticeKind{story.NewStory, story.Update, story.Update}, []story.RoomName{"desk", "hq"}},
		"AnEditRefreshes":              {[]story.Pending{item(1, "Wire", shelled), edit}, []story.NoticeKind{story.NewStory, story.Refresh}, []story.RoomName{"desk", "osint"}},
		"AnEditThatNewlyMatchesIsTold": {[]story.Pending{item(1, "Wire", shelled), newly}, []story.NoticeKind{story.NewStory, story.Update}, []story.RoomName{"desk", "osint", "politics"}},
	} {
		t.Run(name, func(t *testing.T) {
			var kinds []story.NoticeKind
			saved := judge(t, tt.waiting...)
			for _, j := range saved {
				kinds = append(kinds, j.Kind)
			}
			if diff := cmp.Diff(tt.kinds, kinds); diff != "" {
				t.Errorf("kinds (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.rooms, saved[len(saved)-1].Rooms); diff != "" {
				t.Errorf("rooms (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDeskJudgesMoreThanABatch(t *testing.T) {
	var waiting []story.Pending
	for i := range 250 {
		waiting = append(waiting, item(story.ItemID(i+1), "Wire", "Football"))
	}
	if got := len(judge(t, waiting...)); got != 250 {
		t.Errorf("judged %d items, want 250", got)
	}
}
