package store_test

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vedette/internal/store"
	"vedette/internal/store/storetest"
	"vedette/story"
)

// sparing is how a store is opened that keeps a reserve.
var sparing = store.Options{Log: slog.New(slog.DiscardHandler), Reserve: 64 << 10}

func openSparing(t *testing.T, path string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), path, sparing)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// sizeOf returns how large the reserve beside the database is.
func sizeOf(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path + "-reserve")
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// report is a poll that brings one item, as large as it is long.
func report(key string, length int) story.Poll {
	return story.Poll{
		State: story.FeedState{Feed: "wire", ETag: key},
		Items: []story.Item{{Keys: []string{key}, Title: key, Body: strings.Repeat("word ", length/5), FirstSeen: storetest.Noon()}},
	}
}

// bulletin is one for the operators.
func bulletin(key string) *story.Bulletin {
	return &story.Bulletin{Kind: story.RoomHealth, Key: key, At: storetest.Noon(), Rooms: []story.RoomName{"ops"}, Reasons: []string{key}}
}

func TestAFullDiskTakesNothingNewUntilItHasRoom(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "v.db")
	s := openSparing(t, path)
	if _, err := s.SavePoll(t.Context(), report("before", 100)); err != nil || sizeOf(t, path) != sparing.Reserve {
		t.Fatalf("%v, with a reserve of %d bytes", err, sizeOf(t, path))
	}
	if err := s.Confine(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	if _, err := s.SavePoll(t.Context(), report("much", 1<<20)); !errors.Is(err, store.ErrFull) {
		t.Errorf("a poll on a full disk: %v, want that it is full", err)
	}
	since := s.FullSince()
	if size := sizeOf(t, path); size != 0 || since.IsZero() {
		t.Errorf("the reserve has %d bytes, and the disk is full since %v; want it given up", size, since)
	}
	if err := s.Confine(t.Context(), 1<<20); err != nil { // which is what the reserve makes room for
		t.Fatal(err)
	}
	if _, err := s.SavePoll(t.Context(), report("little", 10)); !errors.Is(err, store.ErrFull) {
		t.Errorf("a poll in the reserve: %v, want that it is not for what is new", err)
	}
	if err := s.SavePast(t.Context(), []story.Judgement{{Item: 1, Revision: 1}}); !errors.Is(err, store.ErrFull) {
		t.Errorf("a past in the reserve: %v, want that it is not for that", err)
	}
	if _, err := s.SavePush(t.Context(), story.Brought{Feed: "wire"}); !errors.Is(err, store.ErrFull) {
		t.Errorf("a push in the reserve: %v, want that it is not for that", err)
	}
	if st, err := s.FeedState(t.Context(), "wire"); err != nil || st.ETag != "before" {
		t.Errorf("the feed has the validator %q (%v), want that of what was saved", st.ETag, err)
	}
	waiting, err := s.Unjudged(t.Context(), 9)
	if err != nil || len(waiting) != 1 {
		t.Fatalf("%d items wait (%v), want the one", len(waiting), err)
	}
	if err := s.SaveJudgements(t.Context(), []story.Judgement{{
		Item: waiting[0].Item.ID, Revision: 1, Relation: story.Opens, Kind: story.NewStory, Rooms: []story.RoomName{"desk"}, At: storetest.Noon(),
	}}); err != nil {
		t.Errorf("judge what was taken: %v", err)
	}
	if d, ok, err := s.Claim(t.Context(), "desk", storetest.Noon()); err != nil || !ok || d.Notice.Kind != story.NewStory {
		t.Errorf("tell what was taken: %v, %v", ok, err)
	}
	if over, err := s.Regain(t.Context(), bulletin("room again")); !over || err != nil {
		t.Fatalf("regained %v, %v", over, err)
	}
	if size := sizeOf(t, path); size != sparing.Reserve || !s.FullSince().IsZero() {
		t.Errorf("the reserve has %d bytes, and the disk is full since %v; want it as before", size, s.FullSince())
	}
	if _, err := s.SavePoll(t.Context(), report("little", 10)); err != nil {
		t.Errorf("a poll when there is room again: %v", err)
	}
}

func TestAFullDiskHasNoFeedPolled(t *testing.T) {
	t.Parallel()
	s := openSparing(t, filepath.Join(t.TempDir(), "v.db"))
	if err := s.DeclareFeeds(t.Context(), []story.Feed{{Name: "wire", URL: "https://wire.example/rss"}}, storetest.Noon()); err != nil {
		t.Fatal(err)
	}
	_ = s.Tx(t.Context(), func(*sql.Tx) error { return fullError{} })
	polls := func() (working bool) {
		t.Helper()
		if _, err := s.Wake(t.Context(), storetest.Noon().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		working, err := s.Working(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return working
	}
	if polls() {
		t.Error("a feed is polled and the disk is full")
	}
	if over, err := s.Regain(t.Context(), bulletin("room again")); !over || err != nil {
		t.Fatalf("regained %v, %v", over, err)
	}
	if !polls() {
		t.Error("the disk has room again, and the feed is due and not polled")
	}
}

// A fullError is what SQLite says of a full disk.
type fullError struct{}

func (fullError) Error() string { return "database or disk is full" }
func (fullError) Code() int     { return 13 }

// TestWhatFindsTheDiskFullIsSavedFromTheReserve has the disk full until the
// reserve is given up.
func TestWhatFindsTheDiskFullIsSavedFromTheReserve(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "v.db")
	s := openSparing(t, path)
	tried := 0
	err := s.Tx(t.Context(), func(tx *sql.Tx) error {
		if tried++; sizeOf(t, path) > 0 {
			return fmt.Errorf("save: %w", fullError{})
		}
		_, err := tx.ExecContext(t.Context(), `INSERT INTO agenda (what, due) VALUES ('test', 1)`)
		return err
	})
	if err != nil || tried != 2 {
		t.Errorf("%v after %d tries, want it saved by the second", err, tried)
	}
	if err := s.Tx(t.Context(), func(*sql.Tx) error { return fullError{} }); !errors.Is(err, store.ErrFull) {
		t.Errorf("%v, want that the disk is full", err)
	}
}

func TestWhatFailedOnAFullDiskDoesNotWaitForItsTurn(t *testing.T) {
	t.Parallel()
	s := openSparing(t, filepath.Join(t.TempDir(), "v.db"))
	if err := s.Announce(t.Context(), bulletin("ill")); err != nil {
		t.Fatal(err)
	}
	err := s.Tx(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(t.Context(), `UPDATE river_job SET state = 'retryable', scheduled_at = datetime('now', '+60 seconds')`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Explain(fmt.Errorf("fetch: %w", fullError{})); !errors.Is(err, store.ErrFull) || s.FullSince().IsZero() {
		t.Fatalf("%v, full since %v", err, s.FullSince())
	}
	if over, err := s.Regain(t.Context(), new(story.Bulletin)); !over || err != nil {
		t.Fatalf("regained %v, %v", over, err)
	}
	var ready int
	err = s.Tx(t.Context(), func(tx *sql.Tx) error {
		return tx.QueryRowContext(t.Context(), `SELECT count(*) FROM river_job WHERE state = 'available' AND scheduled_at <= datetime('now', 'subsec')`).Scan(&ready)
	})
	if err != nil || ready != 1 {
		t.Errorf("%d jobs run at once (%v), want the one", ready, err)
	}
}

// TestAStartOnAFullDiskTellsNobodyAgain has two processes end while the disk is
// full.
func TestAStartOnAFullDiskTellsNobodyAgain(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "v.db")
	var since time.Time
	for n := range 3 {
		write(t, path+"-reserve-new", make([]byte, 1000)) // which a kill has left
		s := openSparing(t, path)
		if _, err := os.Stat(path + "-reserve-new"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("start %d: what was left unfinished takes room (%v)", n, err)
		}
		if n == 0 {
			_ = s.Tx(t.Context(), func(*sql.Tx) error { return fullError{} })
			since = s.FullSince()
		}
		if got := s.FullSince(); !got.Equal(since) || got.IsZero() {
			t.Errorf("start %d: the disk is full since %v, want %v", n, got, since)
		}
		if n == 2 {
			if over, err := s.Regain(t.Context(), bulletin("room again")); !over || err != nil {
				t.Errorf("regained %v, %v", over, err)
			}
		}
		if err := s.Announce(t.Context(), bulletin("full "+since.String())); err != nil {
			t.Error(err)
		}
		all, err := s.Ledger(t.Context(), story.LedgerQuery{Room: "ops", Limit: 9})
		if want := 1 + n/2; err != nil || len(all) != want {
			t.Errorf("start %d: the operators are owed %d bulletins (%v), want %d", n, len(all), err, want)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if s := openSparing(t, path); !s.FullSince().IsZero() || sizeOf(t, path) != sparing.Reserve {
		t.Errorf("full since %v with a reserve of %d bytes, want it over", s.FullSince(), sizeOf(t, path))
	}
}

func TestAReserveThatWasCopiedInPartIsMadeWhole(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "v.db")
	write(t, path+"-reserve", make([]byte, 1000))
	if s := openSparing(t, path); sizeOf(t, path) != sparing.Reserve || !s.FullSince().IsZero() {
		t.Errorf("the reserve has %d bytes, and the disk is full since %v; want it whole", sizeOf(t, path), s.FullSince())
	}
}

// TestAReserveThatCannotBeEmptiedIsTakenAway has something stand in its place
// that cannot be written, as a file of somebody else's.
func TestAReserveThatCannotBeEmptiedIsTakenAway(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "v.db")
	if err := os.Mkdir(path+"-reserve", 0o700); err != nil {
		t.Fatal(err)
	}
	s := openSparing(t, path)
	_ = s.Tx(t.Context(), func(*sql.Tx) error { return fullError{} })
	since := s.FullSince()
	if size := sizeOf(t, path); size != 0 || since.IsZero() {
		t.Errorf("the reserve has %d bytes, and the disk is full since %v; want it given up", size, since)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openSparing(t, path)
	if got := s.FullSince(); !got.Equal(since) {
		t.Errorf("to the next process the disk is full since %v, want %v", got, since)
	}
	if over, err := s.Regain(t.Context(), bulletin("room again")); !over || err != nil || sizeOf(t, path) != sparing.Reserve {
		t.Errorf("regained %v, %v", over, err)
	}
}

func TestAFaultOfTheDiskIsNotTakenForAFullOne(t *testing.T) {
	t.Parallel()
	s := openSparing(t, filepath.Join(t.TempDir(), "v.db"))
	tried := 0
	err := s.Tx(t.Context(), func(*sql.Tx) error { tried++; return ioError{} })
	if !errors.Is(err, ioError{}) || errors.Is(err, store.ErrFull) || tried != 1 || !s.FullSince().IsZero() {
		t.Errorf("%v after %d tries, full since %v; want the fault as it is", err, tried, s.FullSince())
	}
}

// An ioError is what SQLite says of a disk that fails, and of one whose share
// is used up.
type ioError struct{}

func (ioError) Error() string { return "disk I/O error" }
func (ioError) Code() int     { return 778 }
