package main

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vedette/config"
	"vedette/internal/store"
	"vedette/internal/wire"
	"vedette/story"
	"vedette/story/desk"
	"vedette/story/signal"
	"vedette/watch"
)

// A judged is what a docket knows after its items were judged.
type judged struct {
	Stories  []story.Story
	Readings []story.Reading
}

// TestWhatAReplayShowsIsWhatIsSaved judges one list of items into a database
// and into a replay's memory: stories, moves and pasts are the same, and a
// second time, too.
func TestWhatAReplayShowsIsWhatIsSaved(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: plays through whole programs; run without -short")
	}
	for _, scenario := range []string{"two-stories-prove-to-be-one", "one-story-proves-to-be-two"} {
		t.Run(scenario, func(t *testing.T) {
			script := scriptOf(t, scenario)
			memory := new(desk.Memory)
			db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "v.db"), store.Options{Log: slog.New(slog.DiscardHandler)})
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			shown := judgeAll(t, script, memory, func(it story.Item) error {
				memory.Bring(story.Pending{Item: it})
				return nil
			})
			saved := judgeAll(t, script, db, func(it story.Item) error {
				_, err := db.SavePoll(t.Context(), story.Poll{State: story.FeedState{Feed: "wire"}, Items: []story.Item{it}, At: it.FirstSeen})
				return err
			})
			if diff := cmp.Diff(saved, shown); diff != "" {
				t.Errorf("a replay shows something else (-saved +shown):\n%s", diff)
			}
			again := new(desk.Memory)
			twice := judgeAll(t, script, again, func(it story.Item) error {
				again.Bring(story.Pending{Item: it})
				return nil
			})
			if diff := cmp.Diff(shown, twice); diff != "" {
				t.Errorf("a second run shows something else (-first +second):\n%s", diff)
			}
			if last := len(shown.Stories); last != 2 || shown.Stories[1].Merged+shown.Stories[1].Parted != 1 {
				t.Errorf("stories are %+v, want the second merged with or split from the first", shown.Stories)
			}
		})
	}
}

func scriptOf(t *testing.T, scenario string) *wire.Script {
	t.Helper()
	file := filepath.Join("internal", "world", "testdata", "scenarios", scenario+".txtar")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	script, err := wire.Parse(file, data)
	if err != nil {
		t.Fatal(err)
	}
	return script
}

// judgeAll judges what the script says, one item at a time.
func judgeAll(t *testing.T, script *wire.Script, docket desk.Docket, bring func(story.Item) error) (all judged) {
	t.Helper()
	d, _, err := parseDesk("desk.yaml", []byte(script.DeskFor("http://127.0.0.1:1")), config.Options{})
	if err != nil {
		t.Fatal(err)
	}
	set, err := watch.NewSet(d.Watches, d.Aliases)
	if err != nil {
		t.Fatal(err)
	}
	reader, err := signal.NewReader()
	if err != nil {
		t.Fatal(err)
	}
	var now time.Time
	judge := desk.New(docket, reader, func() time.Time { return now }, slog.New(slog.DiscardHandler))
	judge.SetWatches(set, d.Watches, levels(d))
	for i, s := range script.Said {
		now = s.At
		it := story.Item{
			ID: story.ItemID(i + 1), Feed: "wire", Outlet: string(s.Feed), Owner: string(s.Feed), Tier: 2, Keys: []string{s.Key}, GUID: s.Key, Link: s.Link,
			Title: s.Title, Published: s.At, FirstSeen: s.At, Effective: s.At, Revision: 1,
		}
		if err := bring(it); err != nil {
			t.Fatal(err)
		}
		if _, err := judge.Judge(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for id := story.ID(1); ; id++ {
		s, err := docket.Story(t.Context(), id)
		if err != nil {
			break // there are no more
		}
		for i := range s.Reports {
			s.Reports[i].Item.Keys = nil // the database keeps them elsewhere
		}
		all.Stories = append(all.Stories, s)
	}
	err = docket.Readings(t.Context(), 0, func(r story.Reading) error {
		r.Seq = 0
		r.Item = story.Item{ID: r.Item.ID, Outlet: r.Item.Outlet}
		all.Readings = append(all.Readings, r)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
