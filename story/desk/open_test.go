package desk_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"vedette/story"
	"vedette/story/desk"
	"vedette/watch"
)

// An archive counts how often all open stories are read.
type archive struct {
	*desk.Memory
	now   *time.Time
	whole int
}

func (a *archive) Recent(ctx context.Context, since time.Time) ([]story.Story, error) {
	if a.now.Sub(since) > 24*time.Hour {
		a.whole++
	}
	return a.Memory.Recent(ctx, since)
}

// TestOpenStoriesAreKnownAfterAClockThatWasAhead has a story that changed at a
// time that is not yet.
func TestOpenStoriesAreKnownAfterAClockThatWasAhead(t *testing.T) {
	b := newBench(t)
	a := &archive{Memory: b.memory, now: &b.now}
	b.desk = desk.New(a, reader(t), func() time.Time { return b.now }, slog.New(slog.DiscardHandler))
	ws := []story.Watch{{Name: "front", Rule: "oldbridge", Rooms: []story.RoomName{"desk"}}}
	set, err := watch.NewSet(ws, nil)
	if err != nil {
		t.Fatal(err)
	}
	b.desk.SetWatches(set, ws, nil)
	b.now = noon.AddDate(0, 0, 2)
	b.judge(b.report("Wire", "Oldbridge council meets"))
	b.now = noon
	for _, text := range []string{"Floods cut the road to the Oldbridge station near Jisr", "Gunmen shot a judge dead outside the Oldbridge court"} {
		b.judge(b.report("Wire", text))
		b.judge(b.report("Paper", text+", police say"))
	}
	last := b.memory.Judged[len(b.memory.Judged)-1]
	if last.Story != 3 || a.whole != 1 {
		t.Errorf("a report %s story %d after all open stories were read %d times, want that they are known from the start on", last.Relation, last.Story, a.whole)
	}
}
