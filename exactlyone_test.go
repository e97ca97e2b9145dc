package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"vedette/bot"
	"vedette/bot/discord"
	"vedette/bot/slack"
	"vedette/internal/fakeroom"
	"vedette/internal/store"
	"vedette/story"
)

// A mishap is what happens to a message on its way.
type mishap struct {
	name    string
	discord []fakeroom.Fault // to the request that posts, and its repeats
	slack   []fakeroom.Fault
	killed  bool // vedette is, before it has the record of the answer
}

// aPage is the page of a proxy.
func aPage(status int, after string, commit bool) fakeroom.Fault {
	h := http.Header{"Content-Type": {"text/html"}}
	if after != "" {
		h.Set("Retry-After", after)
	}
	return fakeroom.Fault{Status: status, Header: h, Body: "<html>error code: 1015", Commit: commit}
}

// limit is Discord's answer to what comes too soon.
func limit(scope string, global bool) fakeroom.Fault {
	return fakeroom.Fault{
		Status: http.StatusTooManyRequests, Header: http.Header{"Content-Type": {"application/json"}, "X-Ratelimit-Scope": {scope}, "Retry-After": {"7"}},
		Body: fmt.Sprintf(`{"message":"You are being rate limited.","retry_after":7.0,"global":%v}`, global),
	}
}

// refuses is Slack's answer with an error in it.
func refuses(code string, commit bool) fakeroom.Fault {
	return fakeroom.Fault{Body: `{"ok":false,"error":"` + code + `"}`, Commit: commit}
}

func mishaps() []mishap {
	both := func(name string, fs ...fakeroom.Fault) mishap { return mishap{name: name, discord: fs, slack: fs} }
	busy := fakeroom.Fault{Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"7"}}}
	return []mishap{
		both("the answer is lost", fakeroom.Fault{Cut: true, Commit: true}),
		both("the answer is lost three times", fakeroom.Fault{Cut: true, Commit: true}, fakeroom.Fault{Cut: true, Commit: true}, fakeroom.Fault{Cut: true, Commit: true}),
		both("the request is lost", fakeroom.Fault{Cut: true}),
		both("the answer comes after 25 s", fakeroom.Fault{Delay: 25 * time.Second, Commit: true}),
		both("the answer is cut short", fakeroom.Fault{Body: `{"ok":true,"id":"12`, Commit: true}),
		both("a proxy's page with status 200", aPage(http.StatusOK, "", true)),
		{name: "429 of the route", discord: []fakeroom.Fault{limit("user", false)}, slack: []fakeroom.Fault{busy}},
		{name: "429 shared, or in a 200", discord: []fakeroom.Fault{limit("shared", false)}, slack: []fakeroom.Fault{refuses("ratelimited", false)}},
		{name: "429 global", discord: []fakeroom.Fault{limit("global", true)}, slack: []fakeroom.Fault{busy}},
		both("a Cloudflare page, with ten minutes to wait", aPage(http.StatusTooManyRequests, "600", false)),
		both("500, and it was not taken", aPage(500, "", false)),
		both("500, and it was taken", aPage(500, "", true)),
		both("502, and it was not taken", aPage(502, "", false)),
		both("502, and it was taken", aPage(502, "", true)),
		both("503, and it was not taken", aPage(503, "", false)),
		both("503, and it was taken", aPage(503, "", true)),
		{name: "an inner error, and it was taken", discord: []fakeroom.Fault{aPage(504, "", true)}, slack: []fakeroom.Fault{refuses("internal_error", true)}},
		{name: "vedette is killed before the answer", killed: true, discord: []fakeroom.Fault{{Cut: true, Commit: true}}, slack: []fakeroom.Fault{{Cut: true, Commit: true}}},
		{name: "vedette is killed, and it was not taken", killed: true, discord: []fakeroom.Fault{{Cut: true}}, slack: []fakeroom.Fault{{Cut: true}}},
	}
}

// A ground is where the message goes.
type ground struct {
	name string
	post string // the request that posts
	room bot.Room
	fail func(fakeroom.Fault)
	all  func() []fakeroom.Post
	bad  func() []string
}

const (
	oneSlackRoom   = "C0123456789"
	oneDiscordRoom = "123456789012345678"
)

// onPipes returns a transport that reaches the fake on the pipes.
func onPipes(t *testing.T, calls *fakeroom.Pipes) http.RoundTripper {
	t.Helper()
	over := bot.Transport()
	over.Proxy, over.DialContext = nil, calls.Dial
	t.Cleanup(over.CloseIdleConnections)
	return over
}

func onSlack(t *testing.T) ground {
	t.Helper()
	calls := fakeroom.NewPipes()
	f := fakeroom.NewSlackOn(calls, "xoxb-canary")
	f.Lag = 3 * time.Second
	t.Cleanup(f.Close)
	w, err := slack.New(slack.Options{Token: "xoxb-canary", API: f.API(), Transport: onPipes(t, calls)})
	if err != nil {
		t.Fatal(err)
	}
	return ground{"Slack", "chat.postMessage", w.Room(oneSlackRoom), f.Fail, func() []fakeroom.Post { return f.Posts(oneSlackRoom) }, f.Violations}
}

func onDiscord(t *testing.T, window time.Duration) ground {
	t.Helper()
	calls := fakeroom.NewPipes()
	f, err := fakeroom.NewDiscordOn(calls, "canary", "")
	if err != nil {
		t.Fatal(err)
	}
	f.NonceWindow = window
	t.Cleanup(f.Close)
	a, err := discord.New(discord.Options{Token: "canary", API: f.API(), Transport: onPipes(t, calls)})
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("Discord, nonce %v", window)
	return ground{name, "POST /channels/{channel}/messages", a.Room(oneDiscordRoom), f.Fail, func() []fakeroom.Post { return f.Posts(oneDiscordRoom) }, f.Violations}
}

// An outbox is the store of a process that may be killed: the record of what
// it sends is then never made.
type outbox struct {
	*store.Store

	dead bool
}

var errKilled = errors.New("killed")

func (o *outbox) Settle(ctx context.Context, out story.Outcome) error {
	if o.dead {
		return errKilled
	}
	return o.Store.Settle(ctx, out)
}

func (o *outbox) Advance(ctx context.Context, out story.Outcome, now time.Time) (story.Dispatch, bool, error) {
	if o.dead {
		return story.Dispatch{}, false, errKilled
	}
	return o.Store.Advance(ctx, out, now)
}

// A desk with one room, which may be killed.
type oneDesk struct {
	box     *outbox
	courier *bot.Courier
	path    string
	room    bot.Room
}

func (d *oneDesk) open(t *testing.T) {
	t.Helper()
	quiet := slog.New(slog.DiscardHandler)
	s, err := store.Open(t.Context(), d.path, store.Options{Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	d.box = &outbox{Store: s}
	d.courier = bot.NewCourier(d.box, time.Now, quiet)
	d.courier.SetSeal(bot.NewSeal(make([]byte, 32)))
	d.courier.SetRooms(map[story.RoomName]bot.Seat{"desk": {Room: d.room, Zone: time.UTC}})
}

// owe has the room owed a report that joins a story, or opens one if that is 0.
func (d *oneDesk) owe(t *testing.T, of story.ID) story.ID {
	t.Helper()
	now := time.Now()
	items, err := d.box.Unjudged(t.Context(), 1)
	if err != nil || len(items) != 0 {
		t.Fatal(len(items), err)
	}
	key := fmt.Sprint("g:", of)
	_, err = d.box.SavePoll(t.Context(), story.Poll{State: story.FeedState{Feed: "wire", Seeded: true}, At: now, Items: []story.Item{{
		Feed: "wire", Outlet: "Wire", Owner: "wire", Keys: []string{key}, GUID: key, Title: "Idlib shelled " + key, Link: "https://wire.example/1", FirstSeen: now, Effective: now,
	}}})
	if err != nil {
		t.Fatal(err)
	}
	if items, err = d.box.Unjudged(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	j := story.Judgement{Item: items[0].Item.ID, Revision: items[0].Item.Revision, Story: of, Relation: story.Opens, Kind: story.NewStory, Rooms: []story.RoomName{"desk"}, At: now, Matches: []story.Match{{Watch: "idlib"}}}
	if of != 0 {
		j.Relation, j.Kind = story.Reports, story.Update
	}
	if err := d.box.SaveJudgements(t.Context(), []story.Judgement{j}); err != nil {
		t.Fatal(err)
	}
	id, err := d.box.StoryOf(t.Context(), items[0].Item.ID)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// try has the room told what is due, and starts vedette again if it is killed.
func (d *oneDesk) try(t *testing.T) {
	t.Helper()
	switch err := d.courier.Drain(t.Context(), "desk"); {
	case errors.Is(err, errKilled):
		if err := d.box.Close(); err != nil {
			t.Fatal(err)
		}
		d.open(t)
	case err != nil:
		t.Fatal(err)
	}
}

// drain has the room told until nothing is open, and returns how long that
// took.
func (d *oneDesk) drain(t *testing.T) time.Duration {
	t.Helper()
	for began := time.Now(); ; time.Sleep(time.Second) {
		d.try(t)
		left, err := d.box.Deliveries(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if left[story.Owed]+left[story.Sending]+left[story.Ambiguous] == 0 {
			return time.Since(began)
		}
		if time.Since(began) > time.Hour {
			t.Fatalf("after an hour %v", left)
		}
	}
}

// one has a root and a reply meet m, with nobody trying again for a while after,
// and returns how many messages stand for each, and how long they took.
func (m *mishap) one(t *testing.T, p ground, away time.Duration) (roots, replies int, took time.Duration) {
	t.Helper()
	d := &oneDesk{path: filepath.Join(t.TempDir(), "vedette.db"), room: p.room}
	d.open(t)
	defer func() {
		if err := d.box.Close(); err != nil {
			t.Error(err)
		}
	}()
	var id story.ID
	for range 2 {
		id = d.owe(t, id)
		faults := m.discord
		if p.name == "Slack" {
			faults = m.slack
		}
		for _, f := range faults {
			f.Method = p.post
			p.fail(f)
		}
		d.box.dead = m.killed
		if away > 0 {
			d.try(t)
			time.Sleep(away)
		}
		took = max(took, d.drain(t))
	}
	for _, post := range p.all() {
		if strings.Contains(post.Text, "Idlib shelled g:0") && post.Thread == "" {
			roots++
		} else {
			replies++
		}
	}
	if bad := p.bad(); len(bad) > 0 {
		t.Errorf("asked against the rules: %q", bad)
	}
	return roots, replies, took
}

// TestExactlyOneMessageStandsWhateverBecomesOfTheAnswer has the real store,
// courier and adapters meet what platforms do, in virtual time, and holds the
// table in docs/promises.md to what stands in the room afterwards.
func TestExactlyOneMessageStandsWhateverBecomesOfTheAnswer(t *testing.T) {
	t.Parallel()
	grounds := []struct {
		name string
		on   func(*testing.T) ground
		away time.Duration
	}{
		{"Slack", onSlack, 0},
		{"Slack, 10 min later", onSlack, 10 * time.Minute},
		{"Discord, nonce held 30 s", func(t *testing.T) ground { t.Helper(); return onDiscord(t, 30*time.Second) }, 0},
		{"Discord, 2 min", func(t *testing.T) ground { t.Helper(); return onDiscord(t, 2*time.Minute) }, 0},
		{"Discord, 5 min", func(t *testing.T) ground { t.Helper(); return onDiscord(t, 5*time.Minute) }, 0},
		{"Discord, 30 s, 10 min later", func(t *testing.T) ground { t.Helper(); return onDiscord(t, 30*time.Second) }, 10 * time.Minute},
	}
	rows := [][]string{{"What happens to the message"}, {"---"}}
	for _, g := range grounds {
		rows[0], rows[1] = append(rows[0], g.name), append(rows[1], "---")
	}
	for _, m := range mishaps() {
		row := []string{m.name}
		for _, g := range grounds {
			t.Run(strings.ReplaceAll(m.name+"/"+g.name, " ", "_"), func(t *testing.T) {
				if testing.Short() && g.away > 0 {
					t.Skip("skipped: as the one before, and later; run without -short")
				}
				synctest.Test(t, func(t *testing.T) {
					roots, replies, took := m.one(t, g.on(t), g.away)
					if roots != 1 || replies != 1 {
						t.Errorf("%d root messages and %d replies stand, want one of each", roots, replies)
					}
					row = append(row, fmt.Sprintf("%d + %d after %v", roots, replies, took.Round(time.Second)))
				})
			})
		}
		rows = append(rows, row)
	}
	if !t.Failed() && !slices.ContainsFunc(rows, func(row []string) bool { return len(row) < len(rows[0]) }) { // one row alone may be run
		holdTable(t, rows)
	}
}

// holdTable holds the table in docs/promises.md to rows.
func holdTable(t *testing.T, rows [][]string) {
	t.Helper()
	const begins, ends = "<!-- exactly one: go test -run ExactlyOne . -update -->\n", "<!-- end -->"
	var table strings.Builder
	for _, row := range rows {
		table.WriteString("| " + strings.Join(row, " | ") + " |\n")
	}
	page := filepath.Join("docs", "promises.md")
	data, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(data), begins)
	_, after, closed := strings.Cut(rest, ends)
	if !found || !closed {
		t.Fatalf("%s has no place for the table", page)
	}
	want := slices.Concat([]byte(before+begins), []byte(table.String()), []byte(ends+after))
	if *update {
		if err := os.WriteFile(page, want, 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(want) != string(data) {
		t.Errorf("%s does not show what happened:\n%s", page, table.String())
	}
}
