package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"time"

	"vedette/internal/store"
	"vedette/story"
	"vedette/story/desk"
	"vedette/story/signal"
	"vedette/watch"
)

// bridge is the watch that the archive has matches for: about one report in
// five hundred.
const (
	bridge     = "bridge"
	bridgeRule = "oldbridge (shelling OR strike OR ceasefire)"
)

// archived is over how long the reports of an archive are spread, whatever
// their number.
const archivedFor = 2 * 365 * 24 * time.Hour

// fill makes the database at path one that has n invented reports, the newest
// at until, and has judged them when they came.
func fill(ctx context.Context, path string, n int, until time.Time) (err error) {
	db, err := store.Open(ctx, path, store.Options{Log: slog.New(slog.DiscardHandler), Fold: watch.Fold})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	wire := story.Feed{Name: "archive", URL: "https://archive.example/rss", Outlet: "Archive", Owner: "archive", Tier: 2, Every: time.Hour}
	if err := db.DeclareFeeds(ctx, []story.Feed{wire}, until); err != nil {
		return err
	}
	watches := []story.Watch{{Name: bridge, Title: "Oldbridge", Rule: bridgeRule, Rooms: []story.RoomName{"slack", "discord"}}}
	set, err := watch.NewSet(watches, nil)
	if err != nil {
		return err
	}
	reader, err := signal.NewReader()
	if err != nil {
		return err
	}
	at := until.Add(-archivedFor)
	judge := desk.New(db, reader, func() time.Time { return at }, slog.New(slog.DiscardHandler))
	judge.SetWatches(set, watches, nil)
	invent := newInventor()
	const batch = 2_000
	for done := 0; done < n; done += batch {
		p := story.Poll{State: story.FeedState{Feed: wire.Name}}
		for i := done; i < min(done+batch, n); i++ {
			at = until.Add(-time.Duration(n-i) * (archivedFor / time.Duration(n)))
			p.Items = append(p.Items, invent.report(i, at))
		}
		p.At = at
		if _, err := db.SavePoll(ctx, p); err != nil {
			return err
		}
		for more := true; more; {
			if more, err = judge.Judge(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// An inventor invents reports: an event at a place, in a sentence of words as
// unequally common as those of a language.
type inventor struct {
	random         *rand.Rand
	places, events []string
}

func newInventor() *inventor {
	v := &inventor{
		random: rand.New(rand.NewPCG(1, 1)),
		places: []string{"Oldbridge", "Millford", "Eastgate", "Harrow", "Northwick"},
		events: []string{"shelling", "strike", "ceasefire", "talks", "fair", "market", "road", "school", "harvest", "court"},
	}
	for len(v.places) < 100 {
		v.places = append(v.places, fmt.Sprintf("Town%d", len(v.places)))
	}
	return v
}

// report returns the report of a number, published at.
func (v *inventor) report(number int, at time.Time) story.Item {
	var summary strings.Builder
	summary.WriteString("A report tells")
	for range 25 {
		summary.WriteString(" " + v.word())
	}
	link := fmt.Sprintf("https://archive.example/%d", number)
	place, event := v.places[v.random.IntN(len(v.places))], v.events[v.random.IntN(len(v.events))]
	return story.Item{
		Keys: []string{link}, Title: fmt.Sprintf("%s: %s %s, %d killed", place, event, v.word(), v.random.IntN(9)), Summary: summary.String() + ".",
		Link: link, Canonical: link, Outlet: []string{"Wire", "Harbour", "Valley"}[v.random.IntN(3)], Owner: "wire", Tier: 2, Lang: "en",
		Published: at, FirstSeen: at, Effective: at,
	}
}

func (v *inventor) word() string { return fmt.Sprintf("w%d", int(2000*v.random.ExpFloat64())) }
