package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/riverqueue/river"

	"vedette/internal/fakeroom"
	"vedette/internal/store"
	"vedette/story"
	"vedette/story/desk"
	"vedette/story/signal"
	"vedette/watch"
)

// deliver measures how many deliveries a second the real binary gets to so
// many rooms that have a backlog and no pace of their own, webhooks, and in
// the same run how many jobs River works that do nothing, on a database of the
// same kind.
func deliver(ctx context.Context, out io.Writer, rooms, deliveries int, from archives) (err error) {
	dir, err := os.MkdirTemp("", "vedette-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	ours, err := toRooms(ctx, dir, rooms, deliveries, from)
	if err != nil {
		return err
	}
	kind := "SQLite"
	if from.postgres != "" {
		kind = "Postgres"
	}
	var rates []float64
	for _, batch := range []int{1000, 1} {
		rate, err := bare(ctx, filepath.Join(dir, fmt.Sprint("bare", batch, ".db")), deliveries, batch, from)
		if err != nil {
			return fmt.Errorf("river: %w", err)
		}
		rates = append(rates, rate)
	}
	return printAll(out,
		metric{"deliveries_a_second", ours, fmt.Sprintf("of %d, to %d rooms on %s", deliveries, rooms, kind)},
		metric{"river_batches_a_second", rates[0], "jobs that do nothing, inserted in batches of 1,000 and worked"},
		metric{"river_singly_a_second", rates[1], "jobs that do nothing, each inserted in a transaction of its own, and worked"},
		metric{"ratio_to_river_batches", ours / rates[0], ""},
		metric{"ratio_to_river_singly", ours / rates[1], ""})
}

// toRooms returns how many deliveries a second rooms get that are owed so many
// together.
func toRooms(ctx context.Context, dir string, rooms, deliveries int, from archives) (rate float64, err error) {
	path := filepath.Join(dir, "data", "vedette.db")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return 0, err
	}
	database, remove, err := from.empty(ctx, "vedette_bench_deliver")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, remove()) }()
	var names []story.RoomName
	for i := range rooms {
		names = append(names, story.RoomName(fmt.Sprint("hook", i)))
	}
	owed, err := owe(ctx, cmp.Or(database, path), names, deliveries/rooms)
	if err != nil {
		return 0, err
	}
	binary, err := build(ctx, dir)
	if err != nil {
		return 0, err
	}
	slack := fakeroom.NewSlack(token)
	defer slack.Close()
	discord, err := fakeroom.NewDiscord(token, "")
	if err != nil {
		return 0, err
	}
	defer discord.Close()
	hook := fakeroom.NewWebhook(hookSecret)
	defer hook.Close()
	feed := newFeed()
	defer feed.close()
	p, _, err := start(ctx, dir, binary, hooksFile(feed.url(), hook.URL(fakeroom.Hook), names), database, slack, discord)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, p.Process.Signal(syscall.SIGTERM), p.Wait()) }()
	for hook.Count(fakeroom.Hook) < owed {
		if err := wait(ctx, 50*time.Millisecond); err != nil {
			return 0, err
		}
	}
	posts := hook.Posts(fakeroom.Hook)
	return float64(len(posts)-1) / posts[len(posts)-1].At.Sub(posts[0].At).Seconds(), nil
}

// hookSecret signs nothing but this.
const hookSecret = "whsec_YmVuY2ggYmVuY2ggYmVuY2ggYmVuY2ggYmVuY2ggYmU="

// hooksFile returns a desk file with the feed, and the rooms as webhooks of one
// receiver.
func hooksFile(feed, hook string, rooms []story.RoomName) string {
	var b strings.Builder
	fmt.Fprintf(&b, "feeds:\n  - name: wire\n    url: %s\n    every: 1h\nwatches:\n  idlib:\n    rule: idlib AND ceasefire\n    rooms:\n", feed)
	for _, r := range rooms {
		fmt.Fprintf(&b, "      - %s\n", r)
	}
	b.WriteString("rooms:\n")
	for _, r := range rooms {
		fmt.Fprintf(&b, "  %s:\n    webhook: { url: %q, secret: VEDETTE_SECRET_BENCH }\n", r, hook+"?room="+string(r))
	}
	return b.String()
}

// owe has each of rooms owed so many stories in the database at path, or at an
// address of Postgres, and returns how many deliveries that makes.
func owe(ctx context.Context, path string, rooms []story.RoomName, stories int) (owed int, err error) {
	db, err := store.Open(ctx, path, store.Options{Log: slog.New(slog.DiscardHandler), Fold: watch.Fold})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	watches := []story.Watch{{Name: "idlib", Title: "Idlib", Rule: "idlib AND ceasefire", Rooms: rooms}}
	set, err := watch.NewSet(watches, nil)
	if err != nil {
		return 0, err
	}
	reader, err := signal.NewReader()
	if err != nil {
		return 0, err
	}
	judge := desk.New(db, reader, time.Now, slog.New(slog.DiscardHandler))
	judge.SetWatches(set, watches, nil)
	feed := newFeed()
	defer feed.close()
	poll := story.Poll{State: story.FeedState{Feed: "wire", Seeded: true, NextDue: time.Now().Add(time.Hour)}, At: time.Now()}
	for i := range stories {
		feed.publish()
		key, link := fmt.Sprint("g", i), fmt.Sprintf("https://wire.example/%d", i)
		poll.Items = append(poll.Items, story.Item{
			Feed: "wire", Outlet: "Wire", Owner: "wire", Keys: []string{"g:" + key}, GUID: key, Title: feed.reports[i].title, Link: link, Canonical: link,
			Published: poll.At, FirstSeen: poll.At, Effective: poll.At,
		})
	}
	if _, err := db.SavePoll(ctx, poll); err != nil {
		return 0, err
	}
	for more := true; more; {
		if more, err = judge.Judge(ctx); err != nil {
			return 0, err
		}
	}
	counts, err := db.Deliveries(ctx)
	return counts[story.Owed], err
}

// A nothing is a job that does nothing.
type nothing struct{}

// Kind names the job.
func (nothing) Kind() string { return "nothing" }

// An idler works them.
type idler struct{ river.WorkerDefaults[nothing] }

// Work does nothing.
func (idler) Work(context.Context, *river.Job[nothing]) error { return nil }

// bare returns how many jobs a second River inserts, so many in a transaction,
// and then works, with the settings under which it is quickest, in a database
// at path or of Postgres that is opened as ours is.
func bare(ctx context.Context, path string, jobs, batch int, from archives) (rate float64, err error) {
	database, remove, err := from.empty(ctx, "vedette_bench_river")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, remove()) }()
	quiet := slog.New(slog.DiscardHandler)
	db, err := store.Open(ctx, cmp.Or(database, path), store.Options{Log: quiet})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	workers := river.NewWorkers()
	river.AddWorker(workers, &idler{})
	client, err := db.NewClient(&river.Config{
		Workers: workers, Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 1000}},
		FetchCooldown: 2 * time.Millisecond, FetchPollInterval: 20 * time.Millisecond, Logger: quiet,
	})
	if err != nil {
		return 0, err
	}
	completed, cancel := client.SubscribeConfig(&river.SubscribeConfig{Kinds: []river.EventKind{river.EventKindJobCompleted}, ChanSize: jobs})
	defer cancel()
	began := time.Now()
	params := make([]river.InsertManyParams, batch)
	for i := range params {
		params[i].Args = nothing{}
	}
	for range jobs / batch {
		if _, err := client.InsertMany(ctx, params); err != nil {
			return 0, err
		}
	}
	if err := client.Start(ctx); err != nil {
		return 0, err
	}
	for range jobs / batch * batch {
		<-completed
	}
	took := time.Since(began)
	return float64(jobs/batch*batch) / took.Seconds(), client.Stop(ctx)
}
