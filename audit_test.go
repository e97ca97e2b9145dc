package main

import (
	"context"
	"database/sql"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vedette/story"
)

// TestWhatIsUnaccountedForStopsTheHeartbeat has an audit hold one delivery to
// what two rooms were owed.
func TestWhatIsUnaccountedForStopsTheHeartbeat(t *testing.T) {
	t.Parallel()
	beats := 0
	monitor := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { beats++ }))
	defer monitor.Close()
	d := &oneDesk{path: filepath.Join(t.TempDir(), "vedette.db")}
	d.open(t)
	defer func() {
		if err := d.box.Close(); err != nil {
			t.Error(err)
		}
	}()
	d.owe(t, 0)
	told := []story.RoomName{"desk"}
	a := &auditor{
		db: d.box.Store, now: utcNow, log: slog.New(slog.DiscardHandler), clean: heartbeat(monitor.URL + "/canary"),
		owed: func() (*charter, []story.RoomName) {
			return &charter{rooms: map[story.WatchName][]story.RoomName{"idlib": told}, since: time.Now().Add(-time.Hour)}, []story.RoomName{"ops"}
		},
	}
	checked := func() error {
		t.Helper()
		if err := a.audit(t.Context()); err != nil {
			t.Fatal(err)
		}
		return a.Ping(t.Context())
	}
	if err := checked(); err != nil || beats != 1 {
		t.Errorf("%v after %d heartbeats, want all well after one", err, beats)
	}
	told = append(told, "forgotten")
	for range 2 {
		if err := checked(); err == nil || !strings.Contains(err.Error(), "1 deliveries are unaccounted for") || beats != 1 {
			t.Errorf("%v after %d heartbeats, want one delivery missed and no further heartbeat", err, beats)
		}
	}
	all, err := d.box.Ledger(context.WithoutCancel(t.Context()), story.LedgerQuery{Room: "ops", Limit: 9})
	if err != nil || len(all) != 1 || all[0].Kind != story.RoomHealth {
		t.Errorf("operators are owed %+v (%v), want to hear of it once", all, err)
	}
	monitor.Close()
	if err := a.clean(t.Context()); err == nil || strings.Contains(err.Error(), "canary") {
		t.Errorf("a heartbeat that nobody hears: %v, want an error without the address", err)
	}
	told = told[:1]
	if err := checked(); err != nil {
		t.Errorf("%v, want that the monitor's fault is not ours", err)
	}
	other, err := sql.Open("sqlite", d.path)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if _, err := other.ExecContext(t.Context(), `CREATE TRIGGER shut BEFORE INSERT ON agenda BEGIN SELECT RAISE(ABORT, 'nothing can be saved'); END`); err != nil {
		t.Fatal(err)
	}
	a.clean = func(context.Context) error { beats++; return nil }
	if err := a.audit(t.Context()); err == nil || beats != 1 {
		t.Errorf("%v after %d heartbeats, want none of a database that can only be read", err, beats)
	}
	a.made = time.Now().Add(-time.Hour)
	if err := a.Ping(t.Context()); err == nil {
		t.Error("nobody has audited for an hour, and all is well")
	}
}
