package engine_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"go.uber.org/goleak"

	"vedette/internal/engine"
	"vedette/internal/pgtest"
	"vedette/internal/store"
	"vedette/story"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// stages tell the test that they were called, and leave nothing due behind.
type stages struct {
	store   *store.Store
	now     time.Time
	polled  chan story.FeedName
	judged  chan struct{}
	drained chan story.RoomName
	drain   func(context.Context) error

	stranger bool // knows no room
}

func (s *stages) Poll(ctx context.Context, feed story.FeedName) error {
	s.polled <- feed
	_, err := s.store.SavePoll(ctx, story.Poll{State: story.FeedState{Feed: feed, NextDue: s.now.Add(time.Hour)}, At: s.now})
	return err
}

func (s *stages) Polls(story.FeedName) bool { return true }

func (s *stages) Forget() {}

func (s *stages) Judge(ctx context.Context) (bool, error) {
	s.judged <- struct{}{}
	waiting, err := s.store.Unjudged(ctx, 1)
	if err != nil || len(waiting) == 0 {
		return false, err
	}
	return true, s.store.SaveJudgements(ctx, []story.Judgement{{Item: waiting[0].Item.ID, Revision: waiting[0].Item.Revision, At: s.now}})
}

func (s *stages) Knows(story.RoomName) bool { return !s.stranger }

func (s *stages) Drain(ctx context.Context, room story.RoomName) error {
	s.drained <- room
	return s.drain(ctx)
}

// A journal keeps what is logged.
type journal struct {
	mu   sync.Mutex // guards text
	text strings.Builder
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

// open returns a store in which a feed is due, an item waits and a room is
// owed its message.
func open(t *testing.T, now time.Time) *store.Store {
	t.Helper()
	return openAt(t, filepath.Join(t.TempDir(), "v.db"), now)
}

// openAt is open for the database at address.
func openAt(t *testing.T, address string, now time.Time) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), address, store.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	item := func(key string) story.Item {
		return story.Item{Keys: []string{key}, Title: "Post shelled", FirstSeen: now, Effective: now}
	}
	save := func(items ...story.Item) {
		if _, err := s.SavePoll(t.Context(), story.Poll{State: story.FeedState{Feed: "wire"}, Items: items, At: now}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.DeclareFeeds(t.Context(), []story.Feed{{Name: "wire", URL: "https://wire.example/rss"}}, now); err != nil {
		t.Fatal(err)
	}
	save(item("g:1"))
	waiting, err := s.Unjudged(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	err = s.SaveJudgements(t.Context(), []story.Judgement{{
		Item: waiting[0].Item.ID, Revision: 1, Relation: story.Opens, Kind: story.NewStory, Rooms: []story.RoomName{"desk"}, At: now,
	}})
	if err != nil {
		t.Fatal(err)
	}
	save(item("g:2"))
	return s
}

func TestEachStageIsCalledForWhatIsDue(t *testing.T) {
	now := time.Date(2020, 2, 3, 12, 0, 0, 0, time.UTC)
	s := &stages{store: open(t, now), now: now, polled: make(chan story.FeedName, 100), judged: make(chan struct{}, 100), drained: make(chan story.RoomName, 100)}
	over := make(chan struct{}, 100)
	s.drain = func(ctx context.Context) error { // a room that is never done
		<-ctx.Done()
		over <- struct{}{}
		return ctx.Err()
	}
	var log journal
	e := engine.New(engine.Config{
		Store: s.store, Poller: s, Desk: s, Courier: s, Now: func() time.Time { return now },
		Tick: 10 * time.Millisecond, Shift: 50 * time.Millisecond, Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn})),
	})
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- e.Run(ctx) }()
	if feed := <-s.polled; feed != "wire" {
		t.Errorf("polled %q, want wire", feed)
	}
	<-s.judged
	for range 3 { // shift after shift
		if room := <-s.drained; room != "desk" {
			t.Errorf("drained %q, want desk", room)
		}
		<-over
	}
	stop()
	if err := <-done; err != nil {
		t.Errorf("run ended with %v", err)
	}
	log.mu.Lock()
	defer log.mu.Unlock()
	if text := log.text.String(); strings.Contains(text, "error") {
		t.Errorf("a shift that ended is logged as an error:\n%s", text)
	}
}

// TestAStopLeavesABacklogForTheNextStart stops in the middle of a shift that
// is longer than anybody waits.
func TestAStopLeavesABacklogForTheNextStart(t *testing.T) {
	now := time.Date(2020, 2, 3, 12, 0, 0, 0, time.UTC)
	s := &stages{store: open(t, now), now: now, polled: make(chan story.FeedName, 100), judged: make(chan struct{}, 100), drained: make(chan story.RoomName, 100)}
	s.drain = func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
	var log journal
	e := engine.New(engine.Config{
		Store: s.store, Poller: s, Desk: s, Courier: s, Now: func() time.Time { return now },
		Tick: 10 * time.Millisecond, Shift: time.Hour, Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn})),
	})
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- e.Run(ctx) }()
	<-s.drained
	stop()
	if err := <-done; err != nil {
		t.Errorf("run ended with %v", err)
	}
	log.mu.Lock()
	defer log.mu.Unlock()
	if text := log.text.String(); text != "" {
		t.Errorf("the backlog was waited for until work had to be broken off:\n%s", text)
	}
}

// A stuck stage works until it must not.
type stuck struct{ began, ended chan struct{} }

func (s *stuck) Poll(ctx context.Context, _ story.FeedName) error { return s.work(ctx) }

func (*stuck) Polls(story.FeedName) bool { return true }

func (s *stuck) Judge(ctx context.Context) (bool, error) { return false, s.work(ctx) }

func (s *stuck) Forget() {}

func (s *stuck) work(ctx context.Context) error {
	s.began <- struct{}{}
	<-ctx.Done()
	s.ended <- struct{}{}
	return ctx.Err()
}

// TestAStopWaitsForAllStagesAtOnce stops a replica in which who polls and who
// judges are stuck: what is waited for at all, some 20 seconds, is not waited for
// by the one and then by the other.
func TestAStopWaitsForAllStagesAtOnce(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: waits for what is stuck; run without -short")
	}
	now := time.Now()
	s := &stages{store: openAt(t, pgtest.Start(t).Database(t), now), drained: make(chan story.RoomName, 100), drain: func(context.Context) error { return nil }}
	two := &stuck{began: make(chan struct{}, 2), ended: make(chan struct{}, 2)}
	e := engine.New(engine.Config{Store: s.store, Poller: two, Desk: two, Courier: s, Now: time.Now, Tick: 10 * time.Millisecond, Log: slog.New(slog.DiscardHandler)})
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- e.Run(ctx) }()
	for range 2 {
		<-two.began
	}
	stop()
	within, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for range 2 {
		select {
		case <-two.ended:
		case <-within.Done():
			t.Error("a stage is not told that its time is over")
		}
	}
	if err := <-done; err != nil {
		t.Errorf("run ended with %v", err)
	}
}

func TestAStepOfTheClockNeitherAsksAllNorNone(t *testing.T) {
	for _, by := range []time.Duration{2 * time.Hour, -2 * time.Hour} {
		now := time.Date(2020, 2, 3, 12, 0, 0, 0, time.UTC)
		s := &stages{store: open(t, now), now: now, polled: make(chan story.FeedName, 100), judged: make(chan struct{}, 100), drained: make(chan story.RoomName, 10_000)}
		s.drain = func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
		if err := s.store.DeclareFeeds(t.Context(), nil, now); err != nil {
			t.Fatal(err)
		}
		var fs []story.Feed
		for _, name := range []story.FeedName{"a", "b"} {
			fs = append(fs, story.Feed{Name: name, URL: "https://" + string(name) + ".example/rss"})
		}
		if err := s.store.DeclareFeeds(t.Context(), fs, now.Add(5*time.Minute)); err != nil { // due then
			t.Fatal(err)
		}
		looked := make(chan struct{}, 1000)
		asked := 0
		e := engine.New(engine.Config{
			Store: s.store, Poller: s, Desk: s, Courier: s, Now: func() time.Time { return now.Add(by) }, Tick: 10 * time.Millisecond, Shift: 10 * time.Millisecond, Log: slog.New(slog.DiscardHandler),
			Step: func() time.Duration {
				looked <- struct{}{}
				if asked++; asked == 1 {
					return by
				}
				return 0
			},
		})
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- e.Run(ctx) }()
		for range 3 {
			<-looked
		}
		stop()
		if err := <-done; err != nil {
			t.Errorf("run ended with %v", err)
		}
		all, err := s.store.Feeds(t.Context())
		if err != nil || len(all) != 2 || len(s.polled) != 0 {
			t.Errorf("%d feeds, %d polled, %v; want none polled", len(all), len(s.polled), err)
		}
		for _, st := range all {
			if !st.NextDue.Equal(now.Add(by + 5*time.Minute)) {
				t.Errorf("set by %v, %s is due at %v; want as long after now as before", by, st.Feed, st.NextDue)
			}
		}
	}
}

// A forecast is a job of a newer program.
type forecast struct{}

func (forecast) Kind() string { return "forecast" }

func (forecast) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: "forecast"} }

// TestWhatAnotherVersionHasIsLeftToIt has a replica of an older version, or with
// an older desk file, run beside one that knows more: a room that it does not
// know, and a job of a kind that it does not know.
func TestWhatAnotherVersionHasIsLeftToIt(t *testing.T) {
	address, now := pgtest.Start(t).Database(t), time.Now()
	old := &stages{store: openAt(t, address, now), now: now, stranger: true}
	db, err := store.Open(t.Context(), address, store.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	other := &stages{store: db, now: now}
	for _, s := range []*stages{old, other} {
		s.polled, s.judged, s.drained = make(chan story.FeedName, 100), make(chan struct{}, 100), make(chan story.RoomName, 1000)
		s.drain = func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() } // a room that is never done
	}
	client, err := db.NewClient(&river.Config{})
	if err != nil {
		t.Fatal(err)
	}
	inserted, err := client.Insert(t.Context(), forecast{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	begin := func(s *stages) {
		e := engine.New(engine.Config{
			Store: s.store, Poller: s, Desk: s, Courier: s, Now: func() time.Time { return now }, Tick: 10 * time.Millisecond, Log: slog.New(slog.DiscardHandler),
		})
		running.Go(func() {
			if err := e.Run(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	begin(old)
	<-old.judged // it works
	<-old.polled
	begin(other)
	if room := <-other.drained; room != "desk" {
		t.Errorf("the room %s was told", room)
	}
	stop()
	running.Wait()
	if n := len(old.drained); n != 0 {
		t.Errorf("a replica took up a room that it does not know, %d times", n)
	}
	job, err := client.JobGet(t.Context(), inserted.Job.ID)
	if err != nil || job.Attempt != 0 || job.State != rivertype.JobStateAvailable {
		t.Errorf("the other's job is %+v (%v), want it untouched", job, err)
	}
}
