package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"vedette/internal/fakeroom"
	"vedette/internal/store"
	"vedette/story"
)

// A slowWire is a feed that tells the first so many of its reports.
type slowWire struct{ told atomic.Int64 }

func (f *slowWire) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	var items strings.Builder
	for i := range f.told.Load() {
		fmt.Fprintf(&items, `<item><title>%s shelled near Idlib</title><link>https://wire.example/%d</link></item>`, [...]string{"Ships", "Maarat al-Numan market", "Saraqib bridge", "Ariha hospital", "Kafr Nabl school"}[i], i)
	}
	w.Header().Set("Content-Type", "application/rss+xml")
	fmt.Fprintf(w, `<rss version="2.0"><channel>%s</channel></rss>`, items.String())
}

// TestWhatIsUnderWayIsRecordedWhenVedetteEnds ends the real binary while slow
// rooms have not answered yet: as an operator does, with time to hear the
// answer or without, and as the kernel does. Nothing is left on record as
// being sent by a process that said goodbye, and once it runs again each room
// has each message once.
func TestWhatIsUnderWayIsRecordedWhenVedetteEnds(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("skipped: waits for slow rooms; run without -short")
	}
	for name, tt := range map[string]struct {
		slow  time.Duration
		taken bool // by the room, before it is slow
		kill  bool
		want  story.DeliveryState // of what was under way
	}{
		"ToldToStop":            {3 * time.Second, true, false, story.Delivered},
		"ToldToStopForTooLong":  {time.Minute, true, false, story.Ambiguous},
		"ToldToStopAndNotTaken": {time.Minute, false, false, story.Ambiguous},
		"Killed":                {time.Minute, true, true, story.Sending},
		"KilledAndNotTaken":     {time.Minute, false, true, story.Sending},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			feed := new(slowWire)
			feed.told.Store(1)
			site := httptest.NewServer(feed)
			t.Cleanup(site.Close)
			chat := fakeroom.NewSlack("xoxb-canary")
			chat.Lag = 3 * time.Second
			t.Cleanup(chat.Close)
			forum, err := fakeroom.NewDiscord("canary", "")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(forum.Close)
			p := plantOf(t, fmt.Sprintf(`
feeds: [{ name: wire, url: %q, every: 1s }]
watches: { front: { rule: idlib AND shelled, rooms: [slack, discord] } }
rooms: { slack: { slack: { channel: %s } }, discord: { discord: { channel: %q } } }
`, site.URL, oneSlackRoom, oneDiscordRoom), "VEDETTE_SLACK_TOKEN=xoxb-canary", "VEDETTE_SLACK_API="+chat.API(), "VEDETTE_DISCORD_TOKEN=canary", "VEDETTE_DISCORD_API="+forum.API())
			p.start(t)
			slow := fakeroom.Fault{Commit: tt.taken, Delay: tt.slow}
			slow.Method = "chat.postMessage"
			chat.Fail(slow)
			slow.Method = "POST /channels/{channel}/messages"
			forum.Fail(slow)
			eventually(t, time.Minute, func() bool { return p.feedsAre(t, 1) })
			feed.told.Store(4)
			eventually(t, time.Minute, func() bool { return p.deliveries(t)[story.Sending] == 2 })
			began := time.Now()
			if tt.kill {
				p.kill(t)
			} else {
				p.stop(t)
			}
			if took := time.Since(began); took > 25*time.Second {
				t.Errorf("it ended after %v, want some 20 s at most", took)
			}
			if left := p.deliveries(t); left[tt.want] < 2 || tt.want != story.Sending && left[story.Sending] > 0 {
				t.Errorf("it left %v, want what was under way %s", left, tt.want)
			}
			p.start(t)
			p.drain(t)
			p.stop(t)
			for room, posts := range map[string][]fakeroom.Post{"Slack": chat.Posts(oneSlackRoom), "Discord": forum.Posts(oneDiscordRoom)} {
				times := make(map[string]int)
				for _, post := range posts {
					for _, link := range post.Links {
						times[link]++
					}
				}
				for i := 1; i < 4; i++ {
					if n := times[fmt.Sprintf("https://wire.example/%d", i)]; n != 1 {
						t.Errorf("%s has report %d %d times", room, i, n)
					}
				}
			}
		})
	}
}

// TestARestoreTellsNothingTwice puts a backup back that knows nothing of what
// rooms were told since: it is judged again, is found where it stands, and is
// told nowhere twice; what came meanwhile is told.
func TestARestoreTellsNothingTwice(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("skipped: plays through the real binary; run without -short")
	}
	feed := new(slowWire)
	feed.told.Store(1)
	site := httptest.NewServer(feed)
	t.Cleanup(site.Close)
	chat := fakeroom.NewSlack("xoxb-canary")
	t.Cleanup(chat.Close)
	forum, err := fakeroom.NewDiscord("canary", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(forum.Close)
	p := plantOf(t, fmt.Sprintf(`
feeds: [{ name: wire, url: %q, every: 1s }]
watches: { front: { rule: idlib AND shelled, rooms: [slack, discord] } }
rooms: { slack: { slack: { channel: %s } }, discord: { discord: { channel: %q } } }
`, site.URL, oneSlackRoom, oneDiscordRoom), "VEDETTE_SLACK_TOKEN=xoxb-canary", "VEDETTE_SLACK_API="+chat.API(), "VEDETTE_DISCORD_TOKEN=canary", "VEDETTE_DISCORD_API="+forum.API())
	rooms := func() map[string][]fakeroom.Post {
		return map[string][]fakeroom.Post{"Slack": chat.Posts(oneSlackRoom), "Discord": forum.Posts(oneDiscordRoom)}
	}
	toldAll := func(reports int64) func() bool {
		return func() bool {
			for _, posts := range rooms() {
				if int64(len(timesTold(posts))) < reports {
					return false
				}
			}
			return true
		}
	}
	p.start(t)
	eventually(t, time.Minute, func() bool { return p.feedsAre(t, 1) })
	feed.told.Store(2)
	eventually(t, time.Minute, toldAll(1))
	p.drain(t)
	p.run(t, "backup", "backup.db")
	feed.told.Store(4) // which the backup knows nothing of
	eventually(t, time.Minute, toldAll(3))
	p.drain(t)
	p.stop(t)
	p.run(t, "restore", "backup.db")
	feed.told.Store(5) // which nobody knows of yet
	p.start(t)
	eventually(t, time.Minute, toldAll(4))
	p.drain(t)
	p.stop(t)
	for room, posts := range rooms() {
		for link, times := range timesTold(posts) {
			if times != 1 {
				t.Errorf("%s has %s %d times", room, link, times)
			}
		}
	}
	if left := p.deliveries(t); left[story.Delivered] != 8 {
		t.Errorf("on record are %v, want four reports delivered in two rooms", left)
	}
}

// timesTold returns how often each report is told in messages.
func timesTold(posts []fakeroom.Post) map[string]int {
	times := make(map[string]int)
	for _, post := range posts {
		for _, link := range post.Links {
			if strings.HasPrefix(link, "https://wire.example/") {
				times[link]++
			}
		}
	}
	return times
}

// run runs a command of the binary, which must go well.
func (p *plant) run(t *testing.T, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), filepath.Join(p.dir, "vedette"), args...)
	cmd.Dir, cmd.Env = p.dir, p.env
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("vedette %s: %v\n%s", args[0], err, said)
	}
}

// feedsAre reports whether so many items were seen.
func (p *plant) feedsAre(t *testing.T, items int) bool {
	t.Helper()
	look := exec.CommandContext(t.Context(), filepath.Join(p.dir, "vedette"), "feeds")
	look.Dir, look.Env = p.dir, p.env
	if look.Run() != nil { // there is no database yet
		return false
	}
	n := 0
	p.copied(t, func(ctx context.Context, db *store.Store) error {
		return db.Items(ctx, time.Time{}, func(story.Item) error { n++; return nil })
	})
	return n >= items
}
