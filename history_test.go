package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"vedette/internal/corpus"
	"vedette/internal/counterparty"
	"vedette/internal/store"
	"vedette/story"
)

// TestHistoryIsToldOnceThroughAKill plays real feeds' history, at its own
// order and many times faster, through the real binary to a Discord and a
// Slack that others wrote. The binary is killed in the middle. What the rule
// accepts is counted from the documents by other means than the program's.
func TestHistoryIsToldOnceThroughAKill(t *testing.T) {
	t.Parallel()
	dir := corpus.Path(t, "feeds", "history")
	if testing.Short() {
		t.Skip("skipped: takes two minutes; run without -short")
	}
	rooms := counterparty.Start(t)
	a := newNewsstand(t, dir)
	p := newPlant(t, a, rooms)

	p.start(t)
	a.playTo(t, 0.5)
	p.kill(t)
	p.start(t)
	a.playTo(t, 1)
	p.drain(t)
	p.stop(t)

	states := p.deliveries(t)
	t.Logf("%d documents served; the rule accepts %d reports; deliveries %v", a.served(), len(a.accepted().pages), states)
	a.hold(t, "Slack", slackTitles(t, rooms.SlackMessages(t, rooms.Slack.Channels[0])))
	a.hold(t, "Discord", discordTitles(t, rooms.DiscordMessages(t, rooms.Discord.Channels[0])))
}

// accepts is the rule that the desk file has, in other words.
var accepts = regexp.MustCompile(`(?i)(^|[^\pL\pN])(gaza|ukraine)($|[^\pL\pN])`)

const historyRule = "gaza OR ukraine"

// A newsstand serves each outlet's documents in their order, each until it was
// fetched once.
type newsstand struct {
	base map[string]string // of each outlet: an address of its own, as outlets have

	mu   sync.Mutex // guards what follows
	docs map[string][][]byte
	at   map[string]int // the document that is served
	seen map[string]int // documents that were fetched
	upTo map[string]int
	last map[string]int // how often the document at upTo was fetched
}

// every is how many documents of a long history are passed over between two:
// the poller must find what was published meanwhile all the same.
const every = 5

func newNewsstand(t *testing.T, dir string) *newsstand {
	t.Helper()
	a := &newsstand{base: map[string]string{}, docs: map[string][][]byte{}, at: map[string]int{}, seen: map[string]int{}, upTo: map[string]int{}, last: map[string]int{}}
	outlets, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for i, outlet := range outlets {
		files, err := filepath.Glob(filepath.Join(dir, outlet.Name(), "*.xml"))
		if err != nil {
			t.Fatal(err)
		}
		for n, file := range files {
			if len(files) > 100 && n%every != 0 {
				continue
			}
			body, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			a.docs[outlet.Name()] = append(a.docs[outlet.Name()], renewed(t, body, file))
		}
		a.serve(t, outlet.Name(), fmt.Sprintf("127.0.0.%d:0", i+2))
	}
	return a
}

// pubDate is when a report was published, as the outlets' documents have it.
var pubDate = regexp.MustCompile(`<pubDate>([^<]*)</pubDate>`)

// renewed returns a document as it would read had it been fetched now, and not
// when its file's name says: to a poller, reports of years ago that come all
// at once are an archive.
func renewed(t *testing.T, body []byte, file string) []byte {
	t.Helper()
	fetched, err := time.Parse("20060102T150405Z", strings.SplitN(filepath.Base(file), ".", 2)[0])
	if err != nil {
		t.Fatal(err)
	}
	later := time.Since(fetched)
	return pubDate.ReplaceAllFunc(body, func(tag []byte) []byte {
		for _, layout := range []string{time.RFC1123, time.RFC1123Z} {
			if at, err := time.Parse(layout, string(pubDate.FindSubmatch(tag)[1])); err == nil {
				return []byte("<pubDate>" + at.Add(later).UTC().Format(time.RFC1123Z) + "</pubDate>")
			}
		}
		return tag
	})
}

// serve serves one outlet at an address of its own.
func (a *newsstand) serve(t *testing.T, outlet, address string) {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(a.next(outlet)) }))
	server.Listener = l
	server.Start()
	t.Cleanup(server.Close)
	a.base[outlet] = server.URL
}

// next returns the outlet's document, and moves on to the one after it.
func (a *newsstand) next(outlet string) []byte {
	a.mu.Lock()
	defer a.mu.Unlock()
	at := a.at[outlet]
	a.seen[outlet] = max(a.seen[outlet], at+1)
	a.at[outlet] = max(at, min(at+1, a.upTo[outlet]))
	if at == a.upTo[outlet] {
		a.last[outlet]++
	}
	return a.docs[outlet][at]
}

// playTo lets the outlets publish up to a part of their history, and waits
// until each of their documents was fetched, and the last one twice: the poll
// after it says that it was taken in.
func (a *newsstand) playTo(t *testing.T, part float64) {
	t.Helper()
	a.mu.Lock()
	for outlet, docs := range a.docs {
		a.upTo[outlet], a.last[outlet] = int(part*float64(len(docs)-1)), 0
	}
	a.mu.Unlock()
	eventually(t, 4*time.Minute, func() bool {
		a.mu.Lock()
		defer a.mu.Unlock()
		for outlet := range a.upTo {
			if a.last[outlet] < 2 {
				return false
			}
		}
		return true
	})
}

func (a *newsstand) served() (n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, seen := range a.seen {
		n += seen
	}
	return n
}

// A page is a report as the documents have it, in any of its versions.
type page struct {
	title, text string
}

// A census is what the rule accepts of what came after each outlet's first
// document, counted by guid and link.
type census struct {
	pages map[string]page
	ids   map[string]string // of each link, guid and title: the page's id
}

func (a *newsstand) accepted() census {
	all := census{pages: make(map[string]page), ids: make(map[string]string)}
	for _, outlet := range slices.Sorted(maps.Keys(a.docs)) {
		past := make(map[string]bool)
		for i, doc := range a.docs[outlet] {
			var feed struct {
				Items []struct {
					Title       string `xml:"title"`
					Link        string `xml:"link"`
					GUID        string `xml:"guid"`
					Description string `xml:"description"`
				} `xml:"channel>item"`
			}
			if err := xml.NewDecoder(bytes.NewReader(doc)).Decode(&feed); err != nil {
				continue
			}
			for _, it := range feed.Items {
				id := all.identify(outlet, it.Link, it.GUID, it.Title)
				text := it.Title + "\n" + it.Description
				if i == 0 {
					past[id] = accepts.MatchString(text)
				}
				if _, ok := all.pages[id]; !ok && !past[id] && accepts.MatchString(text) {
					all.pages[id] = page{it.Title, text}
				}
			}
		}
	}
	return all
}

// identify returns the id of the report that has the link or the guid, and
// notes what else it is known by. A report without either has its title.
func (c *census) identify(outlet, link, guid, title string) string {
	names := []string{title}
	if guid != "" {
		names = []string{outlet + " " + guid}
	}
	if link != "" {
		names = append(names, canonical(link))
	}
	id := names[0]
	for _, name := range names {
		if known, ok := c.ids[name]; ok {
			id = known
		}
	}
	for _, name := range append(names, title) {
		if _, ok := c.ids[name]; !ok {
			c.ids[name] = id
		}
	}
	return id
}

// hold compares the reports that a room was told of, each by its link or, if
// it has none, its title, with those that it had to be. What is missing must
// repeat, in most of its words, what was told: a kill in the middle of sending
// costs none.
func (a *newsstand) hold(t *testing.T, room string, told []string) {
	t.Helper()
	want := a.accepted()
	times := make(map[string]int)
	for _, name := range told {
		id, ok := want.ids[canonical(name)]
		if !ok {
			id = want.ids[name]
		}
		times[id]++
		if _, ok := want.pages[id]; !ok {
			t.Errorf("%s was told of %q, which the rule does not accept or which is of the past", room, name)
		}
	}
	copies := 0
	for id, p := range want.pages {
		switch {
		case times[id] > 1:
			t.Errorf("%s was told %d times of %s", room, times[id], p.title)
		case times[id] == 0 && repeatsOne(id, want.pages):
			copies++
		case times[id] == 0:
			t.Errorf("%s was not told of %s: %s", room, id, p.text)
		}
	}
	t.Logf("%s: %d messages for %d reports, %d joined as copies", room, len(told), len(want.pages), copies)
}

// repeatsOne reports whether another page has most of the page's words.
func repeatsOne(id string, all map[string]page) bool {
	mine := strings.Fields(strings.ToLower(all[id].text))
	for other, p := range all {
		if other == id {
			continue
		}
		text := " " + strings.Join(strings.Fields(strings.ToLower(p.text)), " ") + " "
		shared := 0
		for _, w := range mine {
			if strings.Contains(text, " "+w+" ") {
				shared++
			}
		}
		if shared*2 >= len(mine) {
			return true
		}
	}
	return false
}

// canonical returns a link as it identifies a page.
func canonical(link string) string {
	u, err := url.Parse(strings.TrimSpace(link))
	if err != nil {
		return link
	}
	return strings.TrimPrefix(u.Host, "www.") + strings.TrimSuffix(u.Path, "/")
}

// noReport matches what a room is told beside reports: the message of a story
// that was split from another, which sums up what the room has heard in the
// other's thread, and what is said of the watch as a whole.
var noReport = regexp.MustCompile(`Split from|war (rises|falls|is back)|war: an ultimatum`)

// slackTitles returns the link of each message's title, or the title if it
// has none: what stands first in the message's second block, or in the first
// of an answer.
func slackTitles(t *testing.T, ms []counterparty.Message) (names []string) {
	t.Helper()
	for _, m := range ms {
		if noReport.MatchString(m.Text) {
			continue
		}
		var body struct {
			Blocks []struct {
				Elements []struct {
					Elements []struct{ URL, Text string }
				}
			}
		}
		if err := json.Unmarshal(m.Raw, &body); err != nil {
			t.Fatal(err)
		}
		at := 1
		if m.Thread != "" {
			at = 0
		}
		first := body.Blocks[at].Elements[0].Elements[0]
		names = append(names, cmp.Or(first.URL, first.Text))
	}
	return names
}

// discordTitles returns the same of each message's embed.
func discordTitles(t *testing.T, ms []counterparty.Message) (names []string) {
	t.Helper()
	for _, m := range ms {
		if noReport.MatchString(m.Text) {
			continue
		}
		var body struct{ Embeds []struct{ URL, Title string } }
		if err := json.Unmarshal(m.Raw, &body); err != nil || len(body.Embeds) != 1 {
			t.Fatalf("a message without an embed: %s (%v)", m.Raw, err)
		}
		names = append(names, cmp.Or(body.Embeds[0].URL, body.Embeds[0].Title))
	}
	return names
}

// A plant is the real binary in a folder of its own.
type plant struct {
	dir string
	env []string
	cmd *exec.Cmd
	log *bytes.Buffer

	program string // of the folder
}

func newPlant(t *testing.T, a *newsstand, rooms *counterparty.Servers) *plant {
	t.Helper()
	var desk strings.Builder
	desk.WriteString("feeds:\n")
	for _, outlet := range slices.Sorted(maps.Keys(a.base)) {
		fmt.Fprintf(&desk, "  - { name: %s, url: %q, every: 1s }\n", strings.ReplaceAll(outlet, "_", "-"), a.base[outlet])
	}
	fmt.Fprintf(&desk, "watches:\n  war: { rule: %s, rooms: [slack, discord] }\n", historyRule)
	fmt.Fprintf(&desk, "rooms:\n  slack: { slack: { channel: %s } }\n  discord: { discord: { channel: %q } }\n", rooms.Slack.Channels[0], rooms.Discord.Channels[0])
	return plantOf(t, desk.String(), "VEDETTE_SLACK_TOKEN="+rooms.Slack.Token, "VEDETTE_SLACK_API="+rooms.Slack.API,
		"VEDETTE_DISCORD_TOKEN="+rooms.Discord.Token, "VEDETTE_DISCORD_API="+rooms.Discord.API)
}

// plantOf builds the binary beside a desk file.
func plantOf(t *testing.T, desk string, env ...string) *plant {
	t.Helper()
	p := &plant{dir: t.TempDir(), log: new(bytes.Buffer), program: "vedette"}
	if err := os.WriteFile(filepath.Join(p.dir, "vedette.yaml"), []byte(desk), 0o600); err != nil {
		t.Fatal(err)
	}
	build := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(p.dir, "vedette"), ".")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	p.env = append(append(os.Environ(), "VEDETTE_ALLOW_ADDRESSES=127.0.0.0/8", "VEDETTE_DESK=vedette.yaml", "VEDETTE_DATA=data"), env...)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the end of the log:\n%s", tail(p.log.String(), 40))
		}
	})
	return p
}

func (p *plant) start(t *testing.T) {
	t.Helper()
	p.cmd = exec.CommandContext(t.Context(), filepath.Join(p.dir, p.program), "run")
	p.cmd.Dir, p.cmd.Env, p.cmd.Stderr = p.dir, p.env, p.log
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
}

// kill ends the binary as the kernel does when memory is short.
func (p *plant) kill(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.cmd.Wait() // says that it was killed
}

func (p *plant) stop(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Wait(); err != nil {
		t.Errorf("vedette run ended with %v", err)
	}
}

// drain waits until a backup of the database says that nothing waits to be
// judged and nothing is owed.
func (p *plant) drain(t *testing.T) {
	t.Helper()
	eventually(t, 4*time.Minute, func() bool {
		var idle bool
		p.copied(t, func(ctx context.Context, db *store.Store) error {
			waiting, err := db.Unjudged(ctx, 1)
			if err != nil {
				return err
			}
			states, err := db.Deliveries(ctx)
			idle = len(waiting) == 0 && states[story.Owed]+states[story.Sending]+states[story.Ambiguous] == 0
			return err
		})
		return idle
	})
}

// deliveries counts the deliveries, of which none may be unaccounted for.
func (p *plant) deliveries(t *testing.T) (states map[story.DeliveryState]int) {
	t.Helper()
	p.copied(t, func(ctx context.Context, db *store.Store) (err error) {
		if n, err := db.Unaccounted(ctx); n != 0 || err != nil {
			t.Errorf("%d deliveries are unaccounted for (%v)", n, err)
		}
		states, err = db.Deliveries(ctx)
		return err
	})
	return states
}

// copied reads a copy of the database, as it stands while the binary runs.
func (p *plant) copied(t *testing.T, read func(context.Context, *store.Store) error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "copy.db")
	backup := exec.CommandContext(t.Context(), filepath.Join(p.dir, "vedette"), "backup", file)
	backup.Dir, backup.Env = p.dir, p.env
	if out, err := backup.CombinedOutput(); err != nil {
		t.Fatalf("backup: %v\n%s", err, out)
	}
	ctx := context.WithoutCancel(t.Context())
	db, err := store.OpenArchive(ctx, file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := read(ctx, db); err != nil {
		t.Fatal(err)
	}
}

// eventually waits until ok, for at most most.
func eventually(t *testing.T, most time.Duration, ok func() bool) {
	t.Helper()
	deadline := time.NewTimer(most)
	defer deadline.Stop()
	look := time.NewTicker(250 * time.Millisecond)
	defer look.Stop()
	for !ok() {
		select {
		case <-look.C:
		case <-deadline.C:
			t.Fatalf("nothing more happened in %v", most)
		}
	}
}

func tail(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
