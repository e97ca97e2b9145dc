package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"vedette/bot/command"
	"vedette/config"
	"vedette/internal/store"
	"vedette/story"
	"vedette/story/desk"
	"vedette/story/signal"
	"vedette/watch"
)

var archived = flag.Int("archived", 10_000, "how many items BenchmarkCommands has in its archive")

// benchDesk has one watch that accepts about one report in five hundred.
const benchDesk = `
feeds:
  - { name: wire, url: "https://wire.example/rss", tier: 2 }
watches:
  bridge: { title: Oldbridge, rule: 'oldbridge (shelling OR strike OR ceasefire)', rooms: [desk] }
rooms:
  desk: { terminal: {} }
`

// BenchmarkCommands asks each command of an archive of -archived items, as a
// room would, and reports the slowest of each hundred: go test -run xxx -bench
// Commands -archived 1000000 .
func BenchmarkCommands(b *testing.B) {
	ctx := context.Background()
	d, _, err := parseDesk("desk.yaml", []byte(benchDesk), config.Options{PollEvery: time.Minute})
	if err != nil {
		b.Fatal(err)
	}
	db, err := store.Open(ctx, filepath.Join(b.TempDir(), database), store.Options{Log: slog.New(slog.DiscardHandler), Fold: watch.Fold})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	now := time.Date(2031, 6, 1, 12, 0, 0, 0, time.UTC)
	fill(b, db, d, now)
	seal, err := sealOf(ctx, db)
	if err != nil {
		b.Fatal(err)
	}
	q := &inquiry{
		db: db, seal: seal, desk: func() *effective { return &effective{Desk: d, chat: map[string]bool{}} }, seats: func() []command.Seat { return seatsOf(d) },
		now: func() time.Time { return now }, log: slog.New(slog.DiscardHandler), reload: func(context.Context) error { return nil },
	}
	core := q.answerer()
	for _, words := range []string{
		"status", "search oldbridge ceasefire", "search report", "search oldbridge -strike", "search zebra", "timeline bridge 7d", "story 1", "timeline 1", "why 1",
		"why https://wire.example/7", "chart bridge", "feeds", "digest", "handover 8", "history", "watch show bridge", "test oldbridge shelling", "ack 1", "note 1 seen", "export 1 json",
	} {
		b.Run(words, func(b *testing.B) {
			var took []time.Duration
			i := 0
			for b.Loop() {
				i++
				began := time.Now()
				ans := core.Do(ctx, &command.Call{From: command.Person{ID: fmt.Sprint(words, i)}, Where: command.Place{Platform: command.CLI}, Words: words})
				took = append(took, time.Since(began))
				if len(ans.Lines) == 0 && ans.File == nil {
					b.Fatalf("%s has no answer", words)
				}
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
		})
	}
}

// fill archives items of two years, the newest at now, and judges those that
// the watch accepts.
func fill(b *testing.B, db *store.Store, d *config.Desk, now time.Time) {
	b.Helper()
	ctx := context.Background()
	check := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	check(db.DeclareFeeds(ctx, d.Feeds, now))
	r := rand.New(rand.NewPCG(1, 1))
	places := []string{"Oldbridge", "Millford", "Eastgate", "Harrow", "Northwick"}
	for range 95 {
		places = append(places, fmt.Sprintf("Town%d", len(places)))
	}
	events := []string{"shelling", "strike", "ceasefire", "talks", "fair", "market", "road", "school", "harvest", "court"}
	word := func() string { return fmt.Sprintf("w%d", int(2000*r.ExpFloat64())) }
	const batch = 2_000
	for done := 0; done < *archived; done += batch {
		p := story.Poll{State: story.FeedState{Feed: "wire"}, At: now}
		for i := done; i < min(done+batch, *archived); i++ {
			place, event := places[r.IntN(len(places))], events[r.IntN(len(events))]
			at := now.Add(-time.Duration(*archived-i) * (730 * 24 * time.Hour) / time.Duration(*archived))
			var summary strings.Builder
			summary.WriteString("A report tells")
			for range 25 {
				summary.WriteString(" " + word())
			}
			link := fmt.Sprintf("https://wire.example/%d", i)
			p.Items = append(p.Items, story.Item{
				Keys: []string{link}, Title: fmt.Sprintf("%s: %s %s, %d killed", place, event, word(), r.IntN(9)), Summary: summary.String() + ".", Link: link, Canonical: link,
				Outlet: []string{"Wire", "Harbour", "Valley"}[r.IntN(3)], Owner: "wire", Tier: 2, Lang: "en", Published: at, FirstSeen: at, Effective: at,
			})
		}
		_, err := db.SavePoll(ctx, p)
		check(err)
	}
	set, err := watch.NewSet(d.Watches, d.Aliases)
	check(err)
	reader, err := signal.NewReader()
	check(err)
	var at time.Time
	judge := desk.New(db, reader, func() time.Time { return at }, slog.New(slog.DiscardHandler))
	judge.SetWatches(set, d.Watches, nil)
	at = now
	for more := true; more; {
		more, err = judge.Judge(ctx)
		check(err)
	}
}
