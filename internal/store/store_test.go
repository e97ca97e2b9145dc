package store_test

import (
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vedette/internal/store"
	"vedette/internal/store/storetest"
	"vedette/story"
)

var quiet = store.Options{Log: slog.New(slog.DiscardHandler)}

// A harness opens one SQLite file. A crash is a copy of its files as they
// are, without closing the store: what the kernel has is what a killed
// process leaves.
type harness struct {
	path string
	open *store.Store
}

func (h *harness) Open(t *testing.T) storetest.Store {
	t.Helper()
	if h.open != nil {
		return h.open
	}
	s, err := store.Open(t.Context(), h.path, quiet)
	if err != nil {
		t.Fatal(err)
	}
	h.open = s
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func (h *harness) Crash(t *testing.T) {
	t.Helper()
	after := t.TempDir()
	for _, suffix := range []string{"", "-wal"} {
		data, err := os.ReadFile(h.path + suffix)
		if err == nil {
			err = os.WriteFile(filepath.Join(after, "v.db"+suffix), data, 0o600)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
	h.path, h.open = filepath.Join(after, "v.db"), nil
}

func TestSQLiteKeepsThePromises(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Harness {
		t.Helper()
		return &harness{path: filepath.Join(t.TempDir(), "v.db")}
	})
}

func TestOpenRefusesABadDatabase(t *testing.T) {
	for name, tt := range map[string]struct {
		spoil func(t *testing.T, path string)
		want  error
	}{
		"Empty": {func(t *testing.T, path string) {
			t.Helper()
			write(t, path, nil)
		}, store.ErrDamaged},
		"NoDatabase": {func(t *testing.T, path string) {
			t.Helper()
			write(t, path, []byte("a note to myself, longer than a hundred bytes: "+string(make([]byte, 100))))
		}, store.ErrDamaged},
		"CutShort": {func(t *testing.T, path string) {
			t.Helper()
			if err := os.Truncate(path, 8192); err != nil {
				t.Fatal(err)
			}
		}, store.ErrDamaged},
		"OnlyItsLogIsLeft": {func(t *testing.T, path string) {
			t.Helper()
			write(t, path+"-wal", []byte("x"))
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		}, store.ErrDamaged},
		"FromTheFuture": {func(t *testing.T, path string) {
			t.Helper()
			db, err := sql.Open("sqlite", path)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if _, err := db.ExecContext(t.Context(), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, 1); UPDATE compatible SET since = 998`); err != nil {
				t.Fatal(err)
			}
		}, store.ErrNewer},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "v.db")
			s, err := store.Open(t.Context(), path, quiet)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			tt.spoil(t, path)
			before, _ := os.Stat(path)
			if _, err := store.Open(t.Context(), path, quiet); !errors.Is(err, tt.want) {
				t.Errorf("open: %v, want %v", err, tt.want)
			}
			if after, _ := os.Stat(path); before != nil && after.Size() != before.Size() {
				t.Errorf("the refused file went from %d to %d bytes", before.Size(), after.Size())
			}
		})
	}
}

// TestWhatAFirstStartLeftUnfinishedIsMadeAnew has a first start cut off while
// it made the database.
func TestWhatAFirstStartLeftUnfinishedIsMadeAnew(t *testing.T) {
	path := filepath.Join(t.TempDir(), "v.db")
	for _, end := range []string{"-new", "-new-wal", "-new-journal"} {
		write(t, path+end, []byte("half a page"))
	}
	s, err := store.Open(t.Context(), path, quiet)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(path + "-new*"); left != nil {
		t.Errorf("%v are left beside the database", left)
	}
}

// TestAKillInACheckpointDamagesNothing leaves the file as a checkpoint does
// that has moved the first page, which counts the pages, and not the last.
func TestAKillInACheckpointDamagesNothing(t *testing.T) {
	h := &harness{path: filepath.Join(t.TempDir(), "v.db")}
	s := h.Open(t)
	for i := range 20 {
		_, err := s.SavePoll(t.Context(), story.Poll{State: story.FeedState{Feed: "wire"}, Items: []story.Item{
			{Keys: []string{fmt.Sprintf("g:%d", i)}, Title: strings.Repeat("Idlib ", 2000), Effective: storetest.Noon()},
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
	h.Crash(t)
	moveFirstPage(t, h.path)
	if db, err := store.OpenArchive(t.Context(), h.path); err != nil {
		t.Errorf("look-up in the middle of a checkpoint: %v", err)
	} else if err := db.Close(); err != nil {
		t.Error(err)
	}
	again, err := store.Open(t.Context(), h.path, quiet)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if waiting, err := again.Unjudged(t.Context(), 100); len(waiting) != 20 || err != nil {
		t.Errorf("%d items wait (%v), want 20", len(waiting), err)
	}
}

// moveFirstPage writes the newest first page of the log of the database at
// path where a checkpoint would.
func moveFirstPage(t *testing.T, path string) {
	t.Helper()
	log, err := os.ReadFile(path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const header, frame = 32, 24
	size := int(binary.BigEndian.Uint32(log[8:]))
	moved := false
	for at := header; at+frame+size <= len(log); at += frame + size {
		if binary.BigEndian.Uint32(log[at:]) == 1 {
			moved = copy(file, log[at+frame:at+frame+size]) > 0
		}
	}
	if pages := int(binary.BigEndian.Uint32(file[28:])); !moved || pages*size <= len(file) {
		t.Fatalf("moved: %v; the file has %d bytes of %d pages of %d: nothing to test", moved, len(file), pages, size)
	}
	write(t, path, file)
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestTheLanguagesOfFeedsAreReadOffWhatIsRecent(t *testing.T) {
	s := (&harness{path: filepath.Join(t.TempDir(), "v.db")}).Open(t).(*store.Store)
	plan, err := s.PlanOfLanguages(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if said := strings.Join(plan, "; "); !strings.Contains(said, "SEARCH items USING INDEX items_effective") || strings.Contains(said, "SCAN items") {
		t.Errorf("SQLite goes through all items: %s", said)
	}
}

func TestAnAuditLooksAtWhatIsRecent(t *testing.T) {
	s := (&harness{path: filepath.Join(t.TempDir(), "v.db")}).Open(t).(*store.Store)
	plan, err := s.PlanOfAudit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range plan {
		if strings.HasPrefix(step, "SCAN") {
			t.Errorf("SQLite goes through all that there ever was: %s", strings.Join(plan, "; "))
		}
	}
}

// TestWhatIsToBeEditedIsNotSoughtAmongAllThatWasTold holds that what is asked each
// second costs no more from year to year.
func TestWhatIsToBeEditedIsNotSoughtAmongAllThatWasTold(t *testing.T) {
	s := (&harness{path: filepath.Join(t.TempDir(), "v.db")}).Open(t).(*store.Store)
	plan, err := s.PlanOfEdits(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range plan {
		if (strings.Contains(step, " r ") || strings.Contains(step, " b ")) && !strings.Contains(step, "roots_behind") || strings.HasPrefix(step, "SCAN s") {
			t.Errorf("SQLite goes through all that was ever told: %s", strings.Join(plan, "; "))
		}
	}
}

// TestAnAuditFindsAMessageThatWouldNotBeEdited has one not know that its story has
// changed.
func TestAnAuditFindsAMessageThatWouldNotBeEdited(t *testing.T) {
	s := (&harness{path: filepath.Join(t.TempDir(), "v.db")}).Open(t).(*store.Store)
	owe(t, s, "g:1", "desk")
	d, _, err := s.Claim(t.Context(), "desk", storetest.Noon())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Settle(t.Context(), story.Outcome{Dispatch: d, State: story.Delivered, Remote: "m", At: storetest.Noon()}); err != nil {
		t.Fatal(err)
	}
	audit := func() story.Audit {
		a, err := s.Audit(t.Context(), nil, storetest.Noon(), storetest.Noon())
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	if a := audit(); !a.Clean() {
		t.Errorf("%+v, want nothing amiss", a)
	}
	err = s.Tx(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(t.Context(), `UPDATE stories SET version = version + 1`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if a := audit(); a.Unaccounted != 1 {
		t.Errorf("%+v, want the message", a)
	}
}

func TestTwoProcessesCannotShareADatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "v.db")
	s, err := store.Open(t.Context(), path, quiet)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := store.Open(t.Context(), path, quiet); !errors.Is(err, store.ErrLocked) {
		t.Errorf("second open: %v, want %v", err, store.ErrLocked)
	}
}

func TestABackupIsWholeAndNeverOverwrites(t *testing.T) {
	dir := t.TempDir()
	path, copied := filepath.Join(dir, "v.db"), filepath.Join(dir, "copy.db")
	s, err := store.Open(t.Context(), path, quiet)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	_, err = s.SavePoll(t.Context(), story.Poll{State: story.FeedState{Feed: "wire"}, Items: []story.Item{{Keys: []string{"g:1"}, Title: "Idlib", Effective: storetest.Noon()}}})
	if err != nil {
		t.Fatal(err)
	}
	archive, err := store.OpenArchive(t.Context(), path) // beside the one that writes
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	if err := archive.Backup(t.Context(), copied); err != nil {
		t.Fatal(err)
	}
	if err := archive.Backup(t.Context(), copied); !errors.Is(err, fs.ErrExist) {
		t.Errorf("second backup: %v, want %v", err, fs.ErrExist)
	}
	restored, err := store.Open(t.Context(), copied, quiet)
	if err != nil {
		t.Fatal(err)
	}
	defer restored.Close()
	if found, err := restored.ItemsAt(t.Context(), "", "", 5); err != nil || len(found) != 1 {
		t.Errorf("the backup has %d items (%v), want 1", len(found), err)
	}
}

// TestARestoredDatabaseMakesTheSameKeys is what lets one find, by its key, a
// message that was sent after the backup was made.
func TestARestoredDatabaseMakesTheSameKeys(t *testing.T) {
	dir := t.TempDir()
	open := func(name string) *store.Store {
		s, err := store.Open(t.Context(), filepath.Join(dir, name), quiet)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		return s
	}
	key := func(s *store.Store) string {
		critical(t, s)
		d, ok, err := s.Claim(t.Context(), "desk", storetest.Noon())
		if !ok || err != nil {
			t.Fatalf("nothing is owed (%v)", err)
		}
		return d.Key
	}
	s := open("v.db")
	if err := s.Backup(t.Context(), filepath.Join(dir, "copy.db")); err != nil {
		t.Fatal(err)
	}
	told, again, other := key(s), key(open("copy.db")), key(open("other.db"))
	if told != again {
		t.Errorf("the key is %q, and %q in the database that was restored", told, again)
	}
	if told == other {
		t.Errorf("two databases use the key %q", told)
	}
	if len(told) != 16 {
		t.Errorf("the key %q is not of 16 letters, which messages have room for", told)
	}
}

// TestAcknowledgingStopsAnEscalation acknowledges at each moment of one.
func TestAcknowledgingStopsAnEscalation(t *testing.T) {
	for name, when := range map[string]int{"BeforeItIsDue": 0, "BetweenLookingAndClimbing": 1, "BeforeItIsSent": 2} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "v.db")
			s, err := store.Open(t.Context(), path, quiet)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			s.SetRule(func(d *story.Due) story.Verdict {
				if d.Acknowledged {
					return story.Verdict{State: story.Expired, Why: "the story was acknowledged in time"}
				}
				return story.Verdict{State: story.Owed}
			})
			critical(t, s)
			now := storetest.Noon()
			acknowledge := func(moment int) {
				if moment == when {
					execute(t, path, `INSERT INTO cares (story, state, owner, owner_name, changed) VALUES (1, 'acknowledged', 'U1', 'Ana', 1)`)
				}
			}
			acknowledge(0)
			alarms, err := s.Alarms(t.Context(), "desk", now)
			if err != nil || len(alarms) != 1 || alarms[0].Taken != (when == 0) {
				t.Fatalf("alarms are %+v (%v)", alarms, err)
			}
			acknowledge(1)
			step := story.Step{Alarm: alarms[0], To: "duty", Why: "the last rung was told", At: now}
			step.Alarm.Rung++
			if when == 0 {
				step = story.Step{Alarm: alarms[0], Why: "the story was acknowledged", At: now}
			}
			if err := s.Climb(t.Context(), step); err != nil {
				t.Fatal(err)
			}
			acknowledge(2)
			if d, ok, err := s.Claim(t.Context(), "duty", now); ok || err != nil {
				t.Errorf("claimed %+v (%v), want nothing told to the next rung", d, err)
			}
			if n, err := s.Unaccounted(t.Context()); n != 0 || err != nil {
				t.Errorf("%d deliveries are unaccounted for (%v)", n, err)
			}
		})
	}
}

// critical saves a story at critical, which the room desk is owed.
func critical(t *testing.T, s *store.Store) {
	t.Helper()
	now := storetest.Noon()
	_, err := s.SavePoll(t.Context(), story.Poll{State: story.FeedState{Feed: "wire"}, Items: []story.Item{{Keys: []string{"g:1"}, Title: "Idlib", FirstSeen: now, Effective: now}}, At: now})
	if err != nil {
		t.Fatal(err)
	}
	err = s.SaveJudgements(t.Context(), []story.Judgement{{Item: 1, Revision: 1, Relation: story.Opens, Kind: story.NewStory, Rooms: []story.RoomName{"desk"}, Level: story.Critical, At: now}})
	if err != nil {
		t.Fatal(err)
	}
}

// execute changes the database beside the store, as another part of the
// program does.
func execute(t *testing.T, path, query string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), query); err != nil {
		t.Fatal(err)
	}
}
