package store_test

import (
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vedette/internal/pgtest"
	"vedette/internal/store"
	"vedette/internal/store/storetest"
	"vedette/story"
)

// past leaves a file at path as months of work do: told, being sent, moved,
// with what people did, and with what Postgres cannot hold.
func past(t *testing.T, path string) {
	t.Helper()
	s := openAt(t, path)
	for i := range 3 {
		owe(t, s, fmt.Sprintf("g:%d", i), "desk", "osint")
	}
	d, ok, err := s.Claim(t.Context(), "desk", storetest.Noon())
	if !ok || err != nil {
		t.Fatalf("nothing is due (%v)", err)
	}
	if err := s.Settle(t.Context(), story.Outcome{Dispatch: d, State: story.Delivered, Remote: "m1", At: storetest.Noon()}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Claim(t.Context(), "osint", storetest.Noon()); err != nil { // and the answer never came
		t.Fatal(err)
	}
	_, err = s.SavePoll(t.Context(), story.Poll{State: story.FeedState{Feed: "wire"}, Seed: true, At: storetest.Noon(), Items: []story.Item{
		{Keys: []string{"g:odd"}, Title: "cut \x00 off \xff", Body: "observation post 9", FirstSeen: storetest.Noon(), Effective: storetest.Noon()},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Tend(t.Context(), story.Deed{Key: "k", Verb: "ack", At: storetest.Noon()}, 1, func(story.Care) (story.Care, string) {
		return story.Care{State: story.Acknowledged, Owner: story.Person{ID: "U1"}}, "done"
	}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// copied moves a file into Postgres, where the work goes on.
func copied(t *testing.T, address string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "v.db")
	past(t, path)
	using := openAt(t, path)
	if _, err := store.Copy(t.Context(), path, address, quiet); !errors.Is(err, store.ErrLocked) {
		t.Errorf("copied while it was in use: %v, want %v", err, store.ErrLocked)
	}
	if err := using.Close(); err != nil {
		t.Fatal(err)
	}
	done, err := store.Copy(t.Context(), path, address, quiet)
	if err != nil {
		t.Fatal(err)
	}
	rows := make(map[string]int)
	for _, c := range done {
		rows[c.Table] = c.Rows
	}
	if rows["items"] != 4 || rows["deliveries"] != 6 || rows["deeds"] != 1 || rows["cares"] != 1 {
		t.Errorf("copied %v", rows)
	}
	if _, err := store.Copy(t.Context(), path, address, quiet); !errors.Is(err, store.ErrNotEmpty) {
		t.Errorf("copied twice: %v, want %v", err, store.ErrNotEmpty)
	}
	s := openAt(t, address)
	counted(t, s, map[story.DeliveryState]int{story.Delivered: 1, story.Ambiguous: 1, story.Owed: 4})
	found := 0
	err = s.Find(t.Context(), [][]story.Phrase{{{Words: []string{"observation", "post"}}}}, time.Time{}, 0, func(story.Item) bool {
		found++
		return true
	})
	if found != 1 || err != nil {
		t.Errorf("%d items are found (%v), want 1", found, err)
	}
	if _, err := s.Wake(t.Context(), storetest.Noon()); err != nil {
		t.Fatal(err)
	}
	if waits, err := s.Working(t.Context()); !waits || err != nil {
		t.Errorf("a job waits: %v (%v), want that the work goes on", waits, err)
	}
	if waiting, err := s.Unjudged(t.Context(), 5); len(waiting) != 1 || err != nil {
		t.Errorf("%d items wait (%v), want 1", len(waiting), err)
	}
	_, err = s.SavePoll(t.Context(), story.Poll{State: story.FeedState{Feed: "wire"}, Items: []story.Item{{Keys: []string{"g:new"}, Title: "Idlib", Effective: storetest.Noon()}}})
	if err != nil {
		t.Errorf("what comes next has no number: %v", err)
	}
}

// occupied refuses a database that holds something else.
func occupied(t *testing.T, address string) {
	t.Helper()
	pgtest.Execute(t, address, `CREATE TABLE payroll (who TEXT)`)
	path := filepath.Join(t.TempDir(), "v.db")
	past(t, path)
	if _, err := store.Copy(t.Context(), path, address, quiet); !errors.Is(err, store.ErrNotEmpty) {
		t.Errorf("copied beside somebody's tables: %v, want %v", err, store.ErrNotEmpty)
	}
}

// sameTables compares what the databases say of their tables.
func sameTables(t *testing.T, address string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "v.db")
	openAt(t, path)
	tables := func(driver, name, catalogue string) (all []string) {
		db, err := sql.Open(driver, name)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		all, err = store.Describe(t.Context(), db, catalogue)
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	if diff := cmp.Diff(tables("sqlite", path, store.SQLiteCatalogue), tables("pgx", address, store.PostgresCatalogue)); diff != "" {
		t.Errorf("tables (-SQLite +Postgres):\n%s", diff)
	}
}
