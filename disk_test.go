package main

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vedette/bot"
	"vedette/internal/store"
	"vedette/story"
)

// TestAFullDiskFailsTheHealthCheckAndStopsTheHeartbeat begins with what a
// process leaves that has given its reserve up.
func TestAFullDiskFailsTheHealthCheckAndStopsTheHeartbeat(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), database)
	if err := os.WriteFile(path+"-reserve", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), path, store.Options{Log: slog.New(slog.DiscardHandler), Reserve: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	beats := 0
	a := &auditor{
		db: s, now: utcNow, log: slog.New(slog.DiscardHandler), clean: func(context.Context) error { beats++; return nil },
		owed: func() (*charter, []story.RoomName) { return new(charter), nil },
	}
	metrics := func() string {
		t.Helper()
		answer := httptest.NewRecorder()
		a.metrics().ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", http.NoBody))
		return answer.Body.String()
	}
	if err := a.audit(t.Context()); err != nil || beats != 0 {
		t.Errorf("%v and %d heartbeats from a full disk, want none", err, beats)
	}
	if err := a.Ping(t.Context()); err == nil || !strings.Contains(err.Error(), "the disk is full since") {
		t.Errorf("%v, want that the disk is full", err)
	}
	if !strings.Contains(metrics(), "vedette_disk_full 1\n") {
		t.Error("the metrics do not say that the disk is full")
	}
	over := diskFree(s.FullSince(), time.Now(), nil)
	if ok, err := s.Regain(t.Context(), &over); !ok || err != nil {
		t.Fatalf("regained %v, %v", ok, err)
	}
	if err := a.audit(t.Context()); err != nil || beats != 1 {
		t.Errorf("%v and %d heartbeats when there is room again, want one", err, beats)
	}
	if err := a.Ping(t.Context()); err != nil || !strings.Contains(metrics(), "vedette_disk_full 0\n") {
		t.Errorf("%v, want all well", err)
	}
}

func TestAFullDiskIsToldInTheNight(t *testing.T) {
	t.Parallel()
	night := time.Date(2020, 2, 3, 3, 0, 0, 0, time.UTC)
	p := bot.Policy{Quiet: bot.Quiet{From: 22 * time.Hour, To: 6 * time.Hour, Except: story.Critical}}
	for want, b := range map[story.DeliveryState]story.Bulletin{story.Owed: diskFull(night, night, nil), story.Held: diskFree(night, night, nil)} {
		due := story.Due{Now: night, Dispatch: story.Dispatch{Act: story.Post, Notice: story.Notice{Kind: b.Kind, Bulletin: &b, At: night}}}
		if v := p.Weigh(&due, time.UTC); v.State != want {
			t.Errorf("%q is %s in the night, want %s", b.Reasons[0], v.State, want)
		}
	}
}
