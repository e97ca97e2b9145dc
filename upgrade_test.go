package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"vedette/internal/fakeroom"
	"vedette/internal/pgtest"
	"vedette/internal/store"
	"vedette/story"
)

// A steadyWire is a feed that tells the first so many of its reports, each of
// an event of its own.
type steadyWire struct{ told atomic.Int64 }

func (f *steadyWire) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	all := strings.Fields("Ships Maarat Saraqib Ariha Kafranbel Binnish Taftanaz Harem Salqin Darkush Jisr Khan Sarmin Atarib Anadan")
	var items strings.Builder
	for i := range f.told.Load() {
		fmt.Fprintf(&items, `<item><title>%s shelled near Idlib</title><link>https://wire.example/%d</link></item>`, all[i], i)
	}
	w.Header().Set("Content-Type", "application/rss+xml")
	fmt.Fprintf(w, `<rss version="2.0"><channel>%s</channel></rss>`, items.String())
}

// A release is a version of vedette that is being brought in beside another:
// one database, one feed, two rooms.
type release struct {
	feed     *steadyWire
	chat     *fakeroom.Slack
	forum    *fakeroom.Discord
	old, new *plant
	address  string // of a Postgres database, or ""
}

// newRelease builds the program as it is and as its next version might be: with
// one migration more, which adds to the schema. An empty address is a file.
func newRelease(t *testing.T, address string) *release {
	t.Helper()
	r := &release{feed: new(steadyWire), address: address}
	r.feed.told.Store(1)
	site := httptest.NewServer(r.feed)
	t.Cleanup(site.Close)
	r.chat = fakeroom.NewSlack("xoxb-canary")
	t.Cleanup(r.chat.Close)
	var err error
	if r.forum, err = fakeroom.NewDiscord("canary", ""); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.forum.Close)
	env := []string{"VEDETTE_SLACK_TOKEN=xoxb-canary", "VEDETTE_SLACK_API=" + r.chat.API(), "VEDETTE_DISCORD_TOKEN=canary", "VEDETTE_DISCORD_API=" + r.forum.API()}
	if address != "" {
		env = append(env, "VEDETTE_DATABASE_URL="+address)
	}
	r.old = plantOf(t, fmt.Sprintf(`
feeds: [{ name: wire, url: %q, every: 1s }]
watches: { front: { rule: idlib AND shelled, rooms: [slack, discord] } }
rooms: { slack: { slack: { channel: %s } }, discord: { discord: { channel: %q } } }
`, site.URL, oneSlackRoom, oneDiscordRoom), env...)
	next := *r.old
	next.program, next.log = "vedette-next", new(bytes.Buffer)
	r.new = &next
	buildNext(t, filepath.Join(next.dir, next.program))
	return r
}

// buildNext builds the program with one migration more.
func buildNext(t *testing.T, binary string) {
	t.Helper()
	dir := t.TempDir()
	migration := filepath.Join(dir, "next.sql")
	const adds = "-- +goose Up\nALTER TABLE deliveries ADD COLUMN weight INTEGER NOT NULL DEFAULT 0;\nCREATE TABLE weights (room TEXT PRIMARY KEY);\n"
	replace := make(map[string]string)
	for _, dialect := range []string{"sqlite", "postgres"} {
		path, err := filepath.Abs(filepath.Join("internal", "store", "migrations", dialect, "99999_next.sql"))
		if err != nil {
			t.Fatal(err)
		}
		replace[path] = migration
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{migration: []byte(adds), filepath.Join(dir, "overlay.json"): overlay} {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	build := exec.CommandContext(t.Context(), "go", "build", "-tags", "fault", "-overlay", filepath.Join(dir, "overlay.json"), "-o", binary, ".")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// tells has the feed tell so many reports, and waits until the rooms have them.
func (r *release) tells(t *testing.T, reports int64) {
	t.Helper()
	r.feed.told.Store(reports)
	eventually(t, 2*time.Minute, func() bool {
		return len(timesTold(r.chat.Posts(oneSlackRoom))) >= int(reports)-1 && len(timesTold(r.forum.Posts(oneDiscordRoom))) >= int(reports)-1
	})
}

// beginsToTell has the feed tell so many reports, and waits until both rooms are
// being told something, which takes them a while to take.
func (r *release) beginsToTell(t *testing.T, reports int64) {
	t.Helper()
	r.chat.Fail(fakeroom.Fault{Method: "chat.postMessage", Commit: true, Delay: 3 * time.Second})
	r.forum.Fail(fakeroom.Fault{Method: "POST /channels/{channel}/messages", Commit: true, Delay: 3 * time.Second})
	r.feed.told.Store(reports)
	eventually(t, time.Minute, func() bool { return r.states(t)[story.Sending] > 0 })
}

// states counts the deliveries, of which none may be unaccounted for.
func (r *release) states(t *testing.T) map[story.DeliveryState]int {
	t.Helper()
	address := r.address
	if address == "" {
		address = filepath.Join(r.old.dir, "data", database)
	}
	db, err := store.OpenArchive(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	states, err := db.Deliveries(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if n, err := db.Unaccounted(t.Context()); n != 0 || err != nil {
		t.Errorf("%d deliveries are unaccounted for (%v)", n, err)
	}
	return states
}

// once holds that each of so many reports stands in each room once, and that all
// is on record as delivered.
func (r *release) once(t *testing.T, reports int) {
	t.Helper()
	for room, posts := range map[string][]fakeroom.Post{"Slack": r.chat.Posts(oneSlackRoom), "Discord": r.forum.Posts(oneDiscordRoom)} {
		times := timesTold(posts)
		for i := 1; i < reports; i++ { // the first was there before vedette
			if n := times[fmt.Sprintf("https://wire.example/%d", i)]; n != 1 {
				t.Errorf("%s has report %d %d times", room, i, n)
			}
		}
	}
	if left := r.states(t); left[story.Delivered] != 2*(reports-1) || len(left) != 1 {
		t.Errorf("on record are %v, want %d reports delivered in two rooms", left, reports-1)
	}
}

// TestVersionsTakeTurnsOverOneDatabase brings the next version in beside the one
// that runs, with messages under way: both go on, the older one also after it
// was killed and meets a newer schema, and when the newer one is taken out again.
// Nothing is lost and nothing is told twice.
func TestVersionsTakeTurnsOverOneDatabase(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: plays through real binaries; run without -short")
	}
	t.Parallel()
	r := newRelease(t, pgtest.Start(t).Database(t))
	r.old.start(t)
	eventually(t, time.Minute, func() bool { return r.seen(t, 1) })
	r.tells(t, 3)
	r.beginsToTell(t, 5)
	r.new.killedAt(t, "store.migratedours") // it has changed the schema meanwhile
	r.new.start(t)
	r.tells(t, 7)
	r.old.kill(t)
	r.old.start(t) // and finds another schema than it knows
	r.tells(t, 9)
	r.beginsToTell(t, 10)
	r.new.stop(t) // it is taken out again
	r.tells(t, 11)
	r.new.start(t)
	r.tells(t, 12)
	r.old.stop(t)
	r.tells(t, 14)
	r.settled(t)
	r.new.stop(t)
	r.once(t, 14)
	if log := r.old.log.String(); !strings.Contains(log, "brought up to date by a newer vedette") {
		t.Error("the older program did not meet a newer schema")
	}
}

// TestAFileIsUpgradedAndDowngraded does so with one process on a file, which is
// killed each time.
func TestAFileIsUpgradedAndDowngraded(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: plays through real binaries; run without -short")
	}
	t.Parallel()
	r := newRelease(t, "")
	r.old.start(t)
	eventually(t, time.Minute, func() bool { return r.seen(t, 1) })
	r.beginsToTell(t, 3)
	r.old.kill(t)
	r.new.killedAt(t, "store.migrating")
	r.new.killedAt(t, "store.migratedours")
	r.old.start(t) // which meets what it was killed in
	r.tells(t, 4)
	r.old.kill(t)
	r.new.start(t)
	r.tells(t, 5)
	r.beginsToTell(t, 7)
	r.new.kill(t)
	r.old.start(t)
	r.tells(t, 9)
	r.settled(t)
	r.old.stop(t)
	r.once(t, 9)
}

// killedAt starts the binary and has it killed at a point.
func (p *plant) killedAt(t *testing.T, point string) {
	t.Helper()
	doomed := *p
	doomed.env = append(slices.Clip(p.env), "FAULT=kill:"+point+":1")
	doomed.start(t)
	if err := doomed.cmd.Wait(); err == nil || !strings.Contains(err.Error(), "killed") {
		t.Errorf("at %s it ended with %v, want it killed", point, err)
	}
}

// settled waits until nothing is owed any more.
func (r *release) settled(t *testing.T) {
	t.Helper()
	eventually(t, 4*time.Minute, func() bool {
		states := r.states(t)
		return states[story.Owed]+states[story.Sending]+states[story.Ambiguous] == 0
	})
}

// seen reports whether so many items were seen.
func (r *release) seen(t *testing.T, items int) bool {
	t.Helper()
	address := r.address
	if address == "" {
		address = filepath.Join(r.old.dir, "data", database)
	}
	db, err := store.OpenArchive(t.Context(), address)
	if err != nil { // there is none yet
		return false
	}
	defer db.Close()
	n := 0
	err = db.Items(t.Context(), time.Time{}, func(story.Item) error { n++; return nil })
	return err == nil && n >= items
}
