package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vedette/bot"
	"vedette/config"
	"vedette/internal/pgtest"
	"vedette/internal/store"
	"vedette/internal/wire"
	"vedette/story"
	"vedette/watch"
)

// TestRoomsHearTheSameFromPostgresAndFromReplicas plays scenarios on Postgres,
// with one program and with three: what rooms hear is what they hear of one
// program on SQLite, each message once and in order, whoever tells it.
func TestRoomsHearTheSameFromPostgresAndFromReplicas(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: many days pass; run without -short")
	}
	server := pgtest.Start(t)
	for _, name := range []string{"rising-toll-is-one-thread", "nobody-acknowledges", "two-stories-prove-to-be-one", "digest-tells-what-changed", "one-owner-in-all-rooms"} {
		file := filepath.Join("internal", "world", "testdata", "scenarios", name+".txtar")
		for players, with := range map[int]string{1: "One", 3: "Three"} {
			t.Run(name+"/"+with, func(t *testing.T) {
				data, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				script, err := wire.Parse(file, data)
				if err != nil {
					t.Fatal(err)
				}
				got := make(map[string]string)
				for room, lines := range hearReplicas(t, script, server.Database(t), players) {
					got[string(room)] = strings.Join(lines, "\n") + "\n"
				}
				for room := range script.Heard {
					if script.Heard[room] == "" {
						delete(script.Heard, room)
					}
				}
				if diff := cmp.Diff(script.Heard, got); diff != "" {
					t.Errorf("heard (-want +got):\n%s", diff)
				}
			})
		}
	}
}

// hearReplicas plays a script through several programs on one database, and
// returns what rooms were told.
func hearReplicas(t *testing.T, script *wire.Script, address string, players int) map[story.RoomName][]string {
	t.Helper()
	notes := &transcript{heard: make(map[story.RoomName][]string), buttons: make(map[story.RoomName][]bot.Button)}
	set := &config.Settings{LogFormat: "text", PollEvery: time.Minute, Data: t.TempDir(), DatabaseURL: config.Secret(address)}
	listen := func(pr *program) {
		pr.listen = func(name story.RoomName, room bot.Room) bot.Room {
			return &ear{Room: room, name: name, now: pr.now, notes: notes}
		}
	}
	ctx, stop := context.WithTimeout(t.Context(), 5*time.Minute)
	defer stop()
	var others sync.WaitGroup
	replicas, leave := context.WithCancel(ctx)
	defer leave()
	var logs bytes.Buffer
	p := &process{stdout: new(bytes.Buffer), stderr: &logs}
	began := false
	tune := func(pr *program) {
		listen(pr)
		hear := pr.listen
		pr.listen = func(name story.RoomName, room bot.Room) bot.Room {
			if !began { // its rooms are being opened: there is a desk
				began = true
				for range players - 1 {
					others.Go(func() { replicate(replicas, t, set, pr, listen) })
				}
			}
			return hear(name, room)
		}
		pr.ask = func(ctx context.Context, a wire.Asking) error { return notes.ask(ctx, pr, a) }
	}
	after := func(ctx context.Context, pr *program) error {
		leave()
		others.Wait()
		n, err := pr.store.Unaccounted(ctx)
		if n != 0 {
			t.Errorf("%d deliveries are unaccounted for", n)
		}
		return err
	}
	if err := p.play(ctx, set, script, nil, after, tune); err != nil {
		t.Fatalf("%v\n%s", err, logs.String())
	}
	return notes.heard
}

// replicate runs another program beside pr, with what pr has in force, until
// ctx ends.
func replicate(ctx context.Context, t *testing.T, set *config.Settings, pr *program, listen func(*program)) {
	t.Helper()
	own := *set
	other, err := build(ctx, &process{stdout: new(bytes.Buffer), stderr: new(bytes.Buffer)}, &own, pr.now, true)
	if err != nil {
		t.Error(err)
		return
	}
	defer func() { _ = other.store.Close() }()
	listen(other)
	pr.applying.Lock() // it is in force when this can be had
	desk := pr.declared
	pr.applying.Unlock()
	if err := other.apply(ctx, desk); err != nil {
		t.Error(err)
		return
	}
	if err := other.engine.Run(ctx); err != nil {
		t.Error(err)
	}
}

// TestEveryCommandOpensTheDatabaseThatTheSettingsName moves a database to
// Postgres at the command line, and goes on there.
func TestEveryCommandOpensTheDatabaseThatTheSettingsName(t *testing.T) {
	server := pgtest.Start(t)
	dir := t.TempDir()
	desk := filepath.Join(dir, "vedette.yaml")
	const yaml = `
feeds:
  - {name: wire, url: "https://wire.example/rss", owner: wire, tier: 1}
watches:
  idlib: {title: Idlib, rule: idlib, rooms: [desk]}
rooms:
  desk: { terminal: {}, zone: UTC }
`
	if err := os.WriteFile(desk, []byte(yaml), 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), filepath.Join(dir, database), store.Options{Log: slog.New(slog.DiscardHandler), Fold: watch.Fold})
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.SavePoll(t.Context(), story.Poll{State: story.FeedState{Feed: "wire"}, Items: []story.Item{{
		Keys: []string{"g:1"}, Outlet: "Wire", Title: "Idlib shelled", Link: "https://wire.example/1", Published: time.Now(), FirstSeen: time.Now(), Effective: time.Now(),
	}}})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	address := server.Database(t)
	say := func(want int, says string, args ...string) {
		t.Helper()
		var out bytes.Buffer
		p := &process{args: args, stdout: &out, stderr: &out, environ: []string{
			"VEDETTE_DESK=" + desk, "VEDETTE_DATA=" + dir, "VEDETTE_DATABASE_URL=" + address,
		}}
		if got := run(t.Context(), p); got != want || !strings.Contains(out.String(), says) {
			t.Errorf("vedette %v ended with %d, want %d and %q; it said:\n%s", args, got, want, says, out.String())
		}
	}
	say(exitFault, "there are no tables yet", "search", "idlib")
	say(exitOK, "read again, counted and compared", "migrate-store")
	say(exitFault, "not empty", "migrate-store")
	say(exitOK, "answers", "doctor")
	say(exitOK, "Idlib shelled", "search", "idlib")
	say(exitOK, "Idlib shelled", "why", "Idlib shelled")
	say(exitOK, "Idlib", "ask", "status")
	say(exitOK, "1 item", "backfill")
	say(exitOK, "wire", "feeds")
	say(exitOK, "", "level")
	say(exitOK, "", "replay", "--since", "30d")
	say(exitFault, "pg_dump", "backup", filepath.Join(dir, "copy"))
	say(exitFault, "pg_restore", "restore", desk)
}
