package desk_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"vedette/story"
	"vedette/story/desk"
	"vedette/watch"
)

// A trap panics when it is asked for a story.
type trap struct{ *desk.Memory }

func (trap) Story(context.Context, story.ID) (story.Story, error) { panic("a fault of our own") }

func trapped(t *testing.T, box *desk.Memory, docket desk.Docket, reads bool) *desk.Desk {
	t.Helper()
	r := reader(t)
	if !reads {
		r = nil // which panics
	}
	for _, p := range []story.Pending{item(1, "Wire", "Shelling in Idlib kills two"), item(2, "Wire", "Football in Izmir"), item(3, "Paper", "Idlib market reopens after the holidays")} {
		box.Bring(p)
	}
	d := desk.New(docket, r, func() time.Time { return noon }, slog.New(slog.DiscardHandler))
	ws := []story.Watch{{Name: "idlib", Rule: "idlib", Rooms: []story.RoomName{"desk"}}}
	set, err := watch.NewSet(ws, nil)
	if err != nil {
		t.Fatal(err)
	}
	d.SetWatches(set, ws, nil)
	return d
}

// TestAnItemThatPanicsIsToldAndHoldsUpNothing has nothing that can be read of
// what a report claims.
func TestAnItemThatPanicsIsToldAndHoldsUpNothing(t *testing.T) {
	box := new(desk.Memory)
	if _, err := trapped(t, box, box, false).Judge(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(box.Judged) != 3 {
		t.Fatalf("%d items are judged, want all", len(box.Judged))
	}
	for _, j := range []story.Judgement{box.Judged[0], box.Judged[2]} {
		if j.Kind != story.NewStory || len(j.Rooms) != 1 || len(j.Matches) != 1 {
			t.Errorf("item %d: %q in %v, want it told as a story of its own", j.Item, j.Kind, j.Rooms)
		}
	}
}

// TestAnItemOfWhichNothingCanBeSaidHoldsUpNothing has an edit whose story cannot
// be had.
func TestAnItemOfWhichNothingCanBeSaidHoldsUpNothing(t *testing.T) {
	box := new(desk.Memory)
	edit := item(9, "Wire", "Shelling in Idlib kills three")
	edit.Item.Revision, edit.Story, edit.Watches = 2, 1, []story.WatchName{"idlib"}
	box.Bring(edit)
	d := trapped(t, box, trap{box}, true)
	for range 2 { // it goes on waiting, and whoever looks is told
		if _, err := d.Judge(t.Context()); err == nil || !strings.Contains(err.Error(), "item 9") {
			t.Errorf("%v, want what is wrong with which item", err)
		}
		if len(box.Judged) != 3 {
			t.Errorf("%d items are judged, want the others", len(box.Judged))
		}
	}
}
