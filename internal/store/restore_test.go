package store_test

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"vedette/internal/store"
	"vedette/internal/store/storetest"
	"vedette/story"
)

// titled opens a database and saves an item in it.
func titled(t *testing.T, path, title string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), path, quiet)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	_, err = s.SavePoll(t.Context(), story.Poll{State: story.FeedState{Feed: "wire"}, Items: []story.Item{{Keys: []string{title}, Link: title, Canonical: title, Title: title, Effective: storetest.Noon()}}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// holds reports whether the database at path has an item of the title.
func holds(t *testing.T, path, title string) bool {
	t.Helper()
	s, err := store.Open(t.Context(), path, quiet)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	found, err := s.ItemsAt(t.Context(), title, title, 5)
	if err != nil {
		t.Fatal(err)
	}
	return len(found) > 0
}

// TestARestoreTakesTheLogOfWhatItReplaces kills the process whose database is
// replaced, so that its write-ahead log is left behind: read into the backup,
// it would damage it.
func TestARestoreTakesTheLogOfWhatItReplaces(t *testing.T) {
	dir := t.TempDir()
	path, backup := filepath.Join(dir, "v.db"), filepath.Join(dir, "backup.db")
	s := titled(t, path, "before")
	if err := s.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Restore(t.Context(), backup, path, storetest.Noon(), quiet); !errors.Is(err, store.ErrLocked) {
		t.Errorf("under a process that has it open: %v, want %v", err, store.ErrLocked)
	}
	_, err := s.SavePoll(t.Context(), story.Poll{State: story.FeedState{Feed: "wire"}, Items: []story.Item{{Keys: []string{"after"}, Link: "after", Canonical: "after", Title: "after", Effective: storetest.Noon()}}})
	if err != nil {
		t.Fatal(err)
	}
	left := filepath.Join(dir, "left.db") // as a killed process leaves it
	for _, suffix := range []string{"", "-wal"} {
		data, err := os.ReadFile(path + suffix)
		if err != nil || len(data) == 0 {
			t.Fatalf("there is no %s (%v)", path+suffix, err)
		}
		if err := os.WriteFile(left+suffix, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := store.Restore(t.Context(), backup, left, storetest.Noon(), quiet)
	if err != nil {
		t.Fatal(err)
	}
	if !holds(t, left, "before") || holds(t, left, "after") {
		t.Error("the database is not what the backup holds")
	}
	if want := left + ".replaced-20200203T120000Z"; kept != want || !holds(t, kept, "after") {
		t.Errorf("what was replaced is kept as %q, want %q and all that was in it", kept, want)
	}
	if !holds(t, backup, "before") {
		t.Error("the backup is not what it was")
	}
}

func TestARestoreOfSomethingElseReplacesNothing(t *testing.T) {
	dir := t.TempDir()
	path, whole := filepath.Join(dir, "v.db"), filepath.Join(dir, "whole.db")
	s := titled(t, path, "before")
	if err := s.Backup(t.Context(), whole); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	torn := append([]byte(nil), good...)
	for i := 3 * 4096; i < 4*4096; i++ {
		torn[i] ^= 0x5a
	}
	for name, data := range map[string][]byte{"text": []byte("not a database, but longer than the header of one is, since that is read first of all, and then some"), "short": good[:len(good)/2], "torn": torn} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := store.Restore(t.Context(), file, path, storetest.Noon(), quiet); !errors.Is(err, store.ErrDamaged) {
			t.Errorf("%s: %v, want %v", name, err, store.ErrDamaged)
		}
	}
	if err := os.WriteFile(whole+"-wal", []byte("in use"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Restore(t.Context(), whole, path, storetest.Noon(), quiet); err == nil {
		t.Error("a copy by hand of a database in use was taken for a backup")
	}
	if !holds(t, path, "before") {
		t.Error("the database was replaced")
	}
	if files, err := filepath.Glob(filepath.Join(dir, "*restoring*")); err != nil || len(files) > 0 {
		t.Errorf("left behind: %q (%v)", files, err)
	}
}

func TestARestoreWithoutADatabaseMakesOne(t *testing.T) {
	dir := t.TempDir()
	backup := filepath.Join(dir, "backup.db")
	if err := titled(t, filepath.Join(dir, "v.db"), "before").Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "new.db")
	if kept, err := store.Restore(t.Context(), backup, path, time.Now(), quiet); kept != "" || err != nil {
		t.Errorf("kept %q, %v", kept, err)
	}
	if !holds(t, path, "before") {
		t.Error("the database is not what the backup holds")
	}
}

// TestARestoreThatFailsLeavesNothing has a backup that cannot be read: what was
// copied of it takes no room.
func TestARestoreThatFailsLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	if _, err := store.Restore(t.Context(), dir, filepath.Join(dir, "v.db"), storetest.Noon(), quiet); err == nil {
		t.Fatal("a folder was restored")
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*-restoring*")); len(left) > 0 || err != nil {
		t.Errorf("%v is left (%v)", left, err)
	}
}

// TestARestoreReadsNothingOfOneThatCrashed leaves the journal that a restore of
// another backup had as it was killed in the middle of a transaction.
func TestARestoreReadsNothingOfOneThatCrashed(t *testing.T) {
	dir := t.TempDir()
	backup := func(title string) (path string) {
		s := titled(t, filepath.Join(dir, title), title)
		path = filepath.Join(dir, title+".backup")
		if err := errors.Join(s.Backup(t.Context(), path), s.Close()); err != nil {
			t.Fatal(err)
		}
		return path
	}
	first, second := backup("first"), backup("second")
	path := filepath.Join(dir, "v.db")
	// The copy that was being made, and what stood in its journal.
	killed, err := sql.Open("sqlite", "file:"+first+"?_pragma=journal_mode(DELETE)&_pragma=synchronous(OFF)")
	if err != nil {
		t.Fatal(err)
	}
	defer killed.Close()
	tx, err := killed.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(t.Context(), `UPDATE items SET title = 'changed'`); err != nil {
		t.Fatal(err)
	}
	journal, err := os.ReadFile(first + "-journal")
	if err != nil || len(journal) == 0 {
		t.Fatalf("the journal has %d bytes (%v)", len(journal), err)
	}
	write(t, path+"-restoring-journal", journal)
	if _, err := store.Restore(t.Context(), second, path, storetest.Noon(), quiet); err != nil {
		t.Fatal(err)
	}
	if !holds(t, path, "second") || holds(t, path, "first") {
		t.Error("what was restored is mixed with what a restore that crashed had begun")
	}
}
