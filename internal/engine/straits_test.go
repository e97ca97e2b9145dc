package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"vedette/internal/store"
	"vedette/story"
)

// full returns a store whose disk is full, and in which a room is owed
// something.
func full(t *testing.T) *store.Store {
	t.Helper()
	path := filepath.Join(t.TempDir(), "v.db")
	if err := os.WriteFile(path+"-reserve", nil, 0o600); err != nil { // as a process leaves it that has given it up
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), path, store.Options{Log: slog.New(slog.DiscardHandler), Reserve: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if s.FullSince().IsZero() {
		t.Fatal("the disk is not full")
	}
	return s
}

// said is a bulletin for a room.
func said(key string) *story.Bulletin {
	return &story.Bulletin{Kind: story.RoomHealth, Key: key, At: time.Now(), Rooms: []story.RoomName{"desk"}, Reasons: []string{key}}
}

// A sleeper takes jobs up and never ends one before it is told to stop.
type sleeper struct {
	river.WorkerDefaults[store.DeliverArgs]

	began chan int64
}

func (s *sleeper) Work(ctx context.Context, job *river.Job[store.DeliverArgs]) error {
	s.began <- job.ID
	<-ctx.Done()
	return nil
}

// TestAJobThatAFullDiskHasStoppedRunsAgain has a job on record as running that
// the engine does not work on.
func TestAJobThatAFullDiskHasStoppedRunsAgain(t *testing.T) {
	t.Parallel()
	s := full(t)
	if err := s.Announce(t.Context(), said("one")); err != nil {
		t.Fatal(err)
	}
	began := make(chan int64, 10)
	workers := river.NewWorkers()
	river.AddWorker(workers, &sleeper{began: began})
	client, err := s.NewClient(&river.Config{
		Workers: workers, Logger: slog.New(slog.DiscardHandler), FetchPollInterval: 10 * time.Millisecond, FetchCooldown: 10 * time.Millisecond,
		Queues: map[string]river.QueueConfig{store.DeliverQueue: {MaxWorkers: 2}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.StopAndCancel(context.WithoutCancel(t.Context())) }()
	id := <-began
	e := New(Config{Store: s, Log: slog.New(slog.DiscardHandler)})
	look := func(st *straits) (running bool) {
		t.Helper()
		st.look(t.Context())
		ids, err := s.Running(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return slices.Contains(ids, id)
	}
	worked := straits{e: e}
	row, err := client.JobGet(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	_, end := e.work.begin(row)
	if begun, _ := e.work.begin(row); begun {
		t.Error("two work on one job")
	}
	for range 3 {
		if !look(&worked) {
			t.Error("a job that is worked on runs again")
		}
	}
	end()
	stuck := straits{e: e}
	if !look(&stuck) {
		t.Error("a job runs again that has perhaps just ended")
	}
	stuck.look(t.Context())
	if again := <-began; again != id {
		t.Errorf("job %d runs again, want %d", again, id)
	}
}

// A greedy poller polls whatever it is asked to.
type greedy struct {
	polled int
	err    error
}

func (g *greedy) Poll(context.Context, story.FeedName) error {
	g.polled++
	return fmt.Errorf("poll: %w", g.err)
}

func TestNoFeedIsAskedWhileTheDiskIsFull(t *testing.T) {
	t.Parallel()
	s := full(t)
	p := &greedy{err: store.ErrFull}
	w := pollWorker{e: New(Config{Store: s, Poller: p, Now: time.Now, Log: slog.New(slog.DiscardHandler)})}
	job := &river.Job[store.PollArgs]{JobRow: new(rivertype.JobRow), Args: store.PollArgs{Feed: "wire"}}
	if err := w.Work(t.Context(), job); err != nil || p.polled != 0 {
		t.Errorf("%v after %d polls, want none", err, p.polled)
	}
	if over, err := s.Regain(t.Context(), said("over")); !over || err != nil {
		t.Fatalf("regained %v, %v", over, err)
	}
	if err := w.Work(t.Context(), job); err != nil || p.polled != 1 {
		t.Errorf("%v after %d polls, want one that found the disk full and is no failure", err, p.polled)
	}
	p.err = errors.New("gone")
	if err := w.Work(t.Context(), job); !errors.Is(err, p.err) {
		t.Errorf("%v, want what failed", err)
	}
}
