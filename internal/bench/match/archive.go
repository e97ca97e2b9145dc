package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"time"

	"vedette/internal/store"
	"vedette/story"
)

// batch is how many items a poll brings.
const batch = 2000

// backTest tries 10,000 rules on an archive of n items and prints the time,
// the share of it that goes into reading the archive, and what both weigh. The
// archive is the database at path, which is filled through the store if it is
// not there: with the news again and again, each with a number after its
// title.
func (b *bench) backTest(ctx context.Context, path string, n int) error {
	if path == "" {
		dir, err := os.MkdirTemp("", "vedette-archive-")
		if err != nil {
			return err
		}
		defer func() { _ = os.RemoveAll(dir) }() // a temporary folder
		path = filepath.Join(dir, "vedette.db")
	}
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		if err := b.fill(ctx, path, n); err != nil {
			return err
		}
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if err := b.print("archive", float64(info.Size())/(1<<20), "MiB on disk"); err != nil {
		return err
	}
	s, err := store.OpenArchive(ctx, path)
	if err != nil {
		return err
	}
	return errors.Join(b.passes(ctx, s), s.Close())
}

// fill stores n items through the polls of one feed.
func (b *bench) fill(ctx context.Context, path string, n int) (err error) {
	news, err := b.items("news")
	if err != nil {
		return err
	}
	s, err := store.Open(ctx, path, store.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	from := time.Now()
	for i := 0; i < n; {
		p := story.Poll{State: story.FeedState{Feed: "news", URL: "https://example.org/feed"}}
		for ; len(p.Items) < batch && i < n; i++ {
			it, id := news[i%len(news)], "https://example.org/"+strconv.Itoa(i)
			it.Title += " " + strconv.Itoa(i)
			it.Feed, it.Outlet, it.Owner, it.Lang = "news", "News", "News", "en"
			it.GUID, it.Link, it.Canonical, it.Keys = id, id, id, []string{id}
			it.Published = time.Unix(1_700_000_000+int64(i), 0)
			it.FirstSeen, it.Effective = it.Published, it.Published
			p.Items = append(p.Items, it)
		}
		if _, err := s.SavePoll(ctx, p); err != nil {
			return err
		}
	}
	return b.print("fill the archive", time.Since(from).Seconds(), "s")
}

// passes reads the archive alone, then gives what it reads to one matcher.
func (b *bench) passes(ctx context.Context, s *store.Store) error {
	set, err := b.set("z10000")
	if err != nil {
		return err
	}
	alone, items, err := pass(ctx, s, func(*story.Item) {})
	if err != nil {
		return err
	}
	m := set.Matcher()
	var matches []story.Match
	found := 0
	both, _, err := pass(ctx, s, func(it *story.Item) {
		matches = m.Match(it, matches[:0])
		found += len(matches)
	})
	if err != nil {
		return err
	}
	return errors.Join(
		b.print("items in the archive", float64(items), ""),
		b.print("matches", float64(found)/float64(items), "an item"),
		b.print("read the archive", alone.wall.Seconds(), "s"),
		b.print("read the archive", alone.processor.Seconds(), "s of processor time"),
		b.print("back-test", both.wall.Seconds(), "s"),
		b.print("back-test", both.processor.Seconds(), "s of processor time"),
		b.print("share of reading", 100*alone.processor.Seconds()/both.processor.Seconds(), "% of processor time"),
		b.print("memory of the back-test", peak(), "MiB at most"))
}

// A cost is what a pass took.
type cost struct{ wall, processor time.Duration }

// pass gives all items of the archive to each, one at a time.
func pass(ctx context.Context, s *store.Store, each func(*story.Item)) (c cost, items int, err error) {
	runtime.GC()
	from, began := time.Now(), spent()
	err = s.Items(ctx, time.Time{}, func(it story.Item) error {
		items++
		each(&it)
		return nil
	})
	return cost{time.Since(from), spent() - began}, items, err
}

// peak returns the most memory that the process has held, in MiB.
func peak() float64 {
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		return 0
	}
	return float64(use.Maxrss) / 1024
}
