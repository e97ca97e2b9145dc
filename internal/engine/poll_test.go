package engine

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"vedette/internal/store"
	"vedette/story"
)

// An outdated poller has an older desk file, without the feed.
type outdated struct {
	polled  int
	despair func() // when it was asked again and again
}

func (o *outdated) Poll(context.Context, story.FeedName) error {
	if o.polled++; o.polled == 20 {
		o.despair()
	}
	return nil
}

func (*outdated) Polls(story.FeedName) bool { return false }

// TestAFeedThatAnotherReplicaHasIsLeftToIt has a replica come by the job for a
// feed that it does not know, while a new desk file is brought in.
func TestAFeedThatAnotherReplicaHasIsLeftToIt(t *testing.T) {
	t.Parallel()
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "v.db"), store.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	now := time.Now()
	if err := s.DeclareFeeds(t.Context(), []story.Feed{{Name: "wire", URL: "https://wire.example/rss"}}, now); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	p := &outdated{despair: cancel}
	w := pollWorker{e: New(Config{Store: s, Poller: p, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)})}
	err = w.Work(ctx, &river.Job[store.PollArgs]{JobRow: new(rivertype.JobRow), Args: store.PollArgs{Feed: "wire"}})
	if later, ok := errors.AsType[*rivertype.JobSnoozeError](err); !ok || later.Duration != elsewhere || p.polled != 1 {
		t.Errorf("%v after %d tries, want the feed left to who has it, after one", err, p.polled)
	}
}
