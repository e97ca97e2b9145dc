package main

import (
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"vedette/internal/store"
	"vedette/story"
)

// TestOnlyACleanAuditIsWell holds that the process says it is well while its
// last audit found nothing, and is not long past.
func TestOnlyACleanAuditIsWell(t *testing.T) {
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "v.db"), store.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for name, c := range map[string]struct {
		last story.Audit
		made time.Time
		well bool
	}{
		"Clean":       {made: time.Now(), well: true},
		"Unaccounted": {last: story.Audit{Unaccounted: 1}, made: time.Now()},
		"LongPast":    {made: time.Now().Add(-auditStale - time.Minute)},
	} {
		a := &auditor{db: db, last: c.last, made: c.made}
		if err := a.Ping(t.Context()); (err == nil) != c.well {
			t.Errorf("%s: it says %v, want well: %v", name, err, c.well)
		}
	}
}
