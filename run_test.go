package main

import (
	"bytes"
	"context"
	"database/sql"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// A sink keeps what several goroutines write.
type sink struct {
	mu  sync.Mutex // guards buf
	buf bytes.Buffer
}

func (s *sink) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.Write(p)
}

func (s *sink) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.String()
}

const smallDesk = `feeds:
  - { name: wire, url: "https://127.0.0.1:1/rss" }
watches:
  front: { rule: idlib AND ceasefire, rooms: [here] }
rooms:
  here: { terminal: {} }
`

func TestReloadIsAllOrNothing(t *testing.T) {
	t.Chdir(t.TempDir())
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile("vedette.yaml", []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(smallDesk)
	ctx, stop := context.WithCancel(t.Context())
	var out, log sink
	hangup := make(chan os.Signal, 1)
	done := make(chan int, 1)
	go func() {
		done <- run(ctx, &process{args: []string{"run"}, stdout: &out, stderr: &log, hangup: hangup})
	}()
	says := func(text string, times int) {
		t.Helper()
		defer func() {
			if t.Failed() {
				t.Logf("want %q %d times in\n%s", text, times, log.String())
			}
		}()
		eventually(t, 20*time.Second, func() bool { return strings.Count(log.String(), text) >= times })
	}
	says("on watch", 1)

	hangup <- syscall.SIGHUP
	says("desk file reloaded feeds=1", 1)

	write(strings.ReplaceAll(smallDesk, "idlib AND", "idlib AND (")) // by change of the file
	says("the one before stays in force", 1)
	says("never closed", 1)

	write(strings.Replace(smallDesk, "watches:", "  - { name: coast, url: \"https://127.0.0.1:1/coast\" }\nwatches:", 1))
	says("desk file reloaded feeds=2", 1)

	write(strings.Replace(smallDesk, "terminal: {}", "slack: { channel: C0123456789 }", 1))
	says("VEDETTE_SLACK_TOKEN is not set", 1)

	stop()
	if code := <-done; code != exitOK {
		t.Errorf("exit code %d, want %d\n%s", code, exitOK, log.String())
	}
}

// TestAReloadThatTheDatabaseDidNotTakeIsMadeUpFor has the database fail for a
// while just when the desk file changes.
func TestAReloadThatTheDatabaseDidNotTakeIsMadeUpFor(t *testing.T) {
	t.Chdir(t.TempDir())
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile("vedette.yaml", []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(smallDesk)
	ctx, stop := context.WithCancel(t.Context())
	var out, log sink
	done := make(chan int, 1)
	go func() { done <- run(ctx, &process{args: []string{"run"}, stdout: &out, stderr: &log}) }()
	says := func(text string) {
		t.Helper()
		eventually(t, 20*time.Second, func() bool { return strings.Contains(log.String(), text) })
	}
	says("on watch")
	db, err := sql.Open("sqlite", filepath.Join("data", database))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	exec := func(query string) {
		t.Helper()
		if _, err := db.ExecContext(t.Context(), query); err != nil {
			t.Fatal(err)
		}
	}
	exec(`CREATE TRIGGER shut BEFORE UPDATE ON feeds BEGIN SELECT RAISE(ABORT, 'out of order'); END`)
	write(strings.Replace(smallDesk, "watches:", "  - { name: coast, url: \"https://127.0.0.1:1/coast\" }\nwatches:", 1))
	says("desk file not reloaded yet; trying again")
	exec(`DROP TRIGGER shut`)
	says("desk file reloaded at last")
	var feeds int
	if err := db.QueryRowContext(t.Context(), `SELECT count(*) FROM feeds WHERE declared = 1`).Scan(&feeds); err != nil || feeds != 2 {
		t.Errorf("%d feeds are polled (%v), want the two of the desk file", feeds, err)
	}
	stop()
	if code := <-done; code != exitOK {
		t.Errorf("exit code %d, want %d\n%s", code, exitOK, log.String())
	}
}

// TestAChangeIsHeardAfterTooMuchHasHappened has more happen in the folder of the
// desk file, while that is put in force, than the kernel keeps.
func TestAChangeIsHeardAfterTooMuchHasHappened(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	touch := func(name string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	changed, proceed, over := make(chan struct{}), make(chan struct{}), make(chan struct{})
	hangup := make(chan os.Signal, 1)
	go func() {
		defer close(over)
		follow(ctx, filepath.Join(dir, "desk.yaml"), hangup, slog.New(slog.DiscardHandler), func() {
			select {
			case changed <- struct{}{}:
				<-proceed
			case <-ctx.Done():
			}
		})
	}()
	defer func() { stop(); <-over }()
	hangup <- syscall.SIGHUP
	<-changed
	for range 10_000 { // at least two events each
		touch("one")
		touch("other")
	}
	proceed <- struct{}{}
	touch("desk.yaml")
	select {
	case <-changed:
		proceed <- struct{}{}
	case <-time.After(20 * time.Second):
		t.Error("nobody hears of a change of the desk file any more")
	}
}

func TestRunRefusesARoomWithoutAToken(t *testing.T) {
	t.Chdir(t.TempDir())
	desk := strings.Replace(smallDesk, "terminal: {}", `discord: { channel: "123456789012345678" }`, 1)
	if err := os.WriteFile("vedette.yaml", []byte(desk), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, log sink
	if code := run(t.Context(), &process{args: []string{"run"}, stdout: &out, stderr: &log}); code != exitFault {
		t.Errorf("exit code %d, want %d", code, exitFault)
	}
	if !strings.Contains(log.String(), "room here: it stands in Discord, and VEDETTE_DISCORD_TOKEN is not set") {
		t.Errorf("says\n%s", log.String())
	}
}
