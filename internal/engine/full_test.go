package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"vedette/internal/store"
	"vedette/story"
)

// full returns a store whose disk is full.
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

// A greedy poller polls whatever it is asked to.
type greedy struct {
	polled int
	err    error
}

func (g *greedy) Poll(context.Context, story.FeedName) error {
	g.polled++
	return fmt.Errorf("poll: %w", g.err)
}

func (*greedy) Polls(story.FeedName) bool { return true }

func TestNoFeedIsAskedWhileTheDiskIsFull(t *testing.T) {
	t.Parallel()
	s := full(t)
	p := &greedy{err: store.ErrFull}
	w := pollWorker{e: New(Config{Store: s, Poller: p, Now: time.Now, Log: slog.New(slog.DiscardHandler)})}
	job := &river.Job[store.PollArgs]{JobRow: new(rivertype.JobRow), Args: store.PollArgs{Feed: "wire"}}
	if err := w.Work(t.Context(), job); err != nil || p.polled != 0 {
		t.Errorf("%v after %d polls, want none", err, p.polled)
	}
	if over, err := s.Regain(t.Context(), &story.Bulletin{Kind: story.RoomHealth, Key: "over"}); !over || err != nil {
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

// TestTheEngineBeginsWhenTheDiskLetsIt has River find the disk full twice.
func TestTheEngineBeginsWhenTheDiskLetsIt(t *testing.T) {
	t.Parallel()
	e := New(Config{Store: full(t), Log: slog.New(slog.DiscardHandler)})
	tries := 0
	begin := func(context.Context) error {
		if tries++; tries < 3 {
			return fmt.Errorf("queue settings: %w", outOfRoomError{})
		}
		return nil
	}
	if err := e.start(t.Context(), begin); err != nil || tries != 3 {
		t.Errorf("%v after %d tries, want it begun", err, tries)
	}
	fails := errors.New("no such table")
	if err := e.start(t.Context(), func(context.Context) error { return fails }); !errors.Is(err, fails) {
		t.Errorf("%v, want what fails", err)
	}
}

// An outOfRoomError is what SQLite says of a full disk.
type outOfRoomError struct{}

func (outOfRoomError) Error() string { return "database or disk is full" }
func (outOfRoomError) Code() int     { return 13 }
