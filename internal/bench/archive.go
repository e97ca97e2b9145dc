package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
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

// fill makes the database at path, or at an address of Postgres, one that has n invented reports, the newest
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

// archives says where archives are.
type archives struct {
	kept     string // a folder in which they are kept, or ""
	postgres string // the address of a Postgres database beside which they are made, or "": they are files of SQLite's
}

// take makes an archive of n reports, or a copy of the one that is kept, and
// returns its name as VEDETTE_DATABASE_URL has it, "" for the file at path,
// and what removes it.
func (a archives) take(ctx context.Context, path string, n int) (database string, remove func() error, err error) {
	remove = func() error { return nil } // the file goes with its folder
	if a.postgres != "" {
		return a.takePostgres(ctx, n)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", nil, err
	}
	if a.kept == "" {
		return "", remove, fill(ctx, path, n, time.Now())
	}
	model := filepath.Join(a.kept, strconv.Itoa(n)+".db")
	if _, err := os.Stat(model); errors.Is(err, os.ErrNotExist) {
		if err := fill(ctx, path, n, time.Now()); err != nil {
			return "", nil, err
		}
		return "", remove, copyFile(model, path)
	}
	return "", remove, copyFile(path, model)
}

// takePostgres copies an archive that is a database of the server, and makes
// it first if there is none. It stays there: it takes minutes to make.
func (a archives) takePostgres(ctx context.Context, n int) (database string, remove func() error, err error) {
	model, copied := fmt.Sprintf("vedette_bench_%d", n), fmt.Sprintf("vedette_bench_%d_copy", n)
	if a.server(ctx, "createdb", model) == nil { // else it is there
		if err := fill(ctx, a.at(model), n, time.Now()); err != nil {
			return "", nil, errors.Join(err, a.server(ctx, "dropdb", model))
		}
	}
	if err := errors.Join(a.server(ctx, "dropdb", "--if-exists", copied), a.server(ctx, "createdb", "--template="+model, copied)); err != nil {
		return "", nil, err
	}
	return a.at(copied), func() error { return a.server(ctx, "dropdb", copied) }, nil
}

// empty makes a database of the name that has nothing in it, and returns its
// address, or "" if it is to be a file, and what removes it.
func (a archives) empty(ctx context.Context, name string) (database string, remove func() error, err error) {
	if a.postgres == "" {
		return "", func() error { return nil }, nil
	}
	err = errors.Join(a.server(ctx, "dropdb", "--if-exists", name), a.server(ctx, "createdb", name))
	return a.at(name), func() error { return a.server(ctx, "dropdb", name) }, err
}

// at returns the address of a database of the server, whose address is one.
func (a archives) at(name string) string {
	u, err := url.Parse(a.postgres)
	if err != nil {
		return a.postgres // which nothing takes
	}
	u.Path = "/" + name
	return u.String()
}

// server runs a program of PostgreSQL's own against the server.
func (a archives) server(ctx context.Context, program string, args ...string) error {
	said, err := exec.CommandContext(ctx, program, append([]string{"--maintenance-db=" + a.postgres}, args...)...).CombinedOutput() // #nosec G204 -- of PostgreSQL's own
	if err != nil {
		return fmt.Errorf("%s: %w: %s", program, err, said)
	}
	return nil
}

// copyFile makes to what from is.
func copyFile(to, from string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }() // it was only read
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	_, err = io.Copy(out, in)
	return err
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
