package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"vedette/bot"
	"vedette/bot/command"
	"vedette/bot/words"
	"vedette/config"
	"vedette/internal/corpus"
	"vedette/internal/store"
	"vedette/story"
	"vedette/watch"
)

// twoGuilds has a room in each of two guilds that must know nothing of each
// other, and one in Slack.
const twoGuilds = `
feeds:
  - { name: wire, url: "https://wire.example/rss", tier: 2 }
watches:
  bridge: { title: Oldbridge, rule: oldbridge, rooms: [north-desk, south-desk] }
rooms:
  north-desk: { discord: { channel: "123456789012345678" } }
  south-desk: { discord: { channel: "223456789012345678" } }
  slack-desk: { slack: { channel: C0123456789 } }
people:
  manage: [discord:900000000000000001, slack:S0MANAGERS]
`

// A counter is a core on a database of its own, with one story that both
// guilds were told of.
type counter struct {
	*command.Core

	db   *store.Store
	seal *bot.Seal
	now  time.Time

	heeds bool // what was added is in force, as it is where vedette runs
}

func newCounter(t *testing.T) *counter {
	t.Helper()
	ctx := t.Context()
	d, _, err := parseDesk("desk.yaml", []byte(twoGuilds), config.Options{PollEvery: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(ctx, filepath.Join(t.TempDir(), database), store.Options{Log: slog.New(slog.DiscardHandler), Fold: watch.Fold})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	c := &counter{db: db, now: time.Date(2031, 6, 1, 12, 0, 0, 0, time.UTC)}
	if c.seal, err = sealOf(ctx, db); err != nil {
		t.Fatal(err)
	}
	seats := seatsOf(d, new(words.Catalogue))
	for i := range seats {
		seats[i].Tenant = map[story.RoomName]string{"north-desk": "1001", "south-desk": "1002", "slack-desk": "T1"}[seats[i].Name]
	}
	inForce := func() *effective {
		if !c.heeds {
			return &effective{Desk: d, chat: map[string]bool{}}
		}
		stands, _, err := db.Stand(ctx)
		if err != nil {
			t.Error(err)
		}
		e, _ := effect(d, stands, time.Minute)
		return e
	}
	q := &inquiry{
		db: db, seal: c.seal, desk: inForce, seats: func() []command.Seat { return seats },
		now: func() time.Time { return c.now }, log: slog.New(slog.DiscardHandler), reload: func(context.Context) error { return nil },
	}
	c.Core = q.answerer()
	it := story.Item{Keys: []string{"1"}, Title: "Shells fall on Oldbridge", Link: "https://wire.example/1", Canonical: "https://wire.example/1", Outlet: "Wire", Owner: "wire", FirstSeen: c.now, Effective: c.now, Published: c.now}
	if _, err := db.SavePoll(ctx, story.Poll{State: story.FeedState{Feed: "wire"}, Items: []story.Item{it}, At: c.now}); err != nil {
		t.Fatal(err)
	}
	err = db.SaveJudgements(ctx, []story.Judgement{{
		Item: 1, Revision: 1, Matches: []story.Match{{Watch: "bridge"}}, Relation: story.Opens, Kind: story.NewStory, At: c.now,
		Reason: "no open story tells of it", Rooms: []story.RoomName{"north-desk", "south-desk"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// in returns a call from a person in the channel of a guild.
func (c *counter) in(guild, who, words string) *command.Call {
	channel := map[string]string{"1001": "123456789012345678", "1002": "223456789012345678"}[guild]
	return &command.Call{From: command.Person{ID: who, Name: "user " + who}, Where: command.Place{Platform: command.Discord, Tenant: guild, Channel: channel}, Words: words}
}

// said returns what an answer says.
func said(a *command.Answer) string {
	var b strings.Builder
	b.WriteString(a.Title + "\n")
	for _, l := range a.Lines {
		for _, s := range l.Spans {
			b.WriteString(s.Text + s.Link)
		}
		b.WriteString("\n")
	}
	return b.String()
}

const manager, anybody = "900000000000000001", "900000000000000002"

// TestWhoMayNotIsRefusedAndOnRecord is hostile cases H47 and H54.
func TestWhoMayNotIsRefusedAndOnRecord(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	for _, words := range []string{"feed add hill https://hill.example", "export 1 json", "watch add fairs fair", "watch remove bridge"} {
		if got := said(c.Do(t.Context(), c.in("1001", anybody, words))); !strings.Contains(got, "needs the right to manage") {
			t.Errorf("%s by anybody: %s", words, got)
		}
	}
	deeds, err := c.db.Deeds(t.Context(), "", time.Time{}, 10)
	if err != nil {
		t.Fatal(err)
	}
	if len(deeds) != 4 || deeds[0].By.ID != "discord:"+anybody || !strings.HasPrefix(deeds[0].Outcome, "refused") {
		t.Errorf("the record is %+v, want four refusals of one person", deeds)
	}
	if ans := c.Do(t.Context(), c.in("1001", manager, "export 1 json")); ans.File == nil {
		t.Errorf("export by a manager: %s", said(ans))
	}
	// The same number on another platform is another person, and a role counts.
	call := c.in("T1", manager, "export 1 json")
	call.Where.Platform = command.Slack
	if ans := c.Do(t.Context(), call); ans.File != nil {
		t.Error("an ID of Discord has the rights in Slack")
	}
	call.From.Roles = []string{"S0MANAGERS"}
	if ans := c.Do(t.Context(), call); ans.File == nil {
		t.Errorf("export by a member of the group: %s", said(ans))
	}
}

// TestWhatIsMeantForOneIsPostedForNone holds that share posts look-ups alone:
// what a person does is answered to that person, and the story's message says
// it to the room.
func TestWhatIsMeantForOneIsPostedForNone(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	for words, want := range map[string]bool{"share status": true, "share search oldbridge": true, "share ack 1": false, "share export 1 json": false, "status": false} {
		if got := c.Do(t.Context(), c.in("1001", manager, words)).Shared; got != want {
			t.Errorf("%s is posted for all: %v, want %v", words, got, want)
		}
	}
}

// TestTheBestIsFoundFirst holds that a report that is about what was searched
// for stands before a newer one that mentions it.
func TestTheBestIsFoundFirst(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	at := c.now.Add(time.Hour)
	mentions := story.Item{Keys: []string{"2"}, Title: "The week in brief", Summary: "Markets, weather, and shells at Oldbridge.", Link: "https://wire.example/2", Canonical: "https://wire.example/2", Outlet: "Wire", FirstSeen: at, Effective: at, Published: at}
	if _, err := c.db.SavePoll(t.Context(), story.Poll{State: story.FeedState{Feed: "wire"}, Items: []story.Item{mentions}, At: at}); err != nil {
		t.Fatal(err)
	}
	got := said(c.Do(t.Context(), c.in("1001", anybody, "search oldbridge shells")))
	about, brief := strings.Index(got, "Shells fall on Oldbridge"), strings.Index(got, "The week in brief")
	if about < 0 || brief < 0 || brief < about {
		t.Errorf("found in this order:\n%s", got)
	}
}

// TestTheNextPageGoesOnWhereTheLastEnded holds that who leafs through what was
// found sees each report once.
func TestTheNextPageGoesOnWhereTheLastEnded(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	const many = 60 // more than are ranked against each other
	p := story.Poll{State: story.FeedState{Feed: "wire"}, At: c.now}
	for i := range many {
		link := fmt.Sprintf("https://wire.example/fair/%d", i)
		p.Items = append(p.Items, story.Item{Keys: []string{link}, Title: "A fair", Link: link, Canonical: link, Outlet: "Wire", FirstSeen: c.now, Effective: c.now.Add(-time.Duration(i) * time.Minute), Published: c.now})
	}
	if _, err := c.db.SavePoll(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	seen := make(map[string]int)
	ans := c.Do(t.Context(), c.in("1001", "person 0", "search fair"))
	for page := 1; ; page++ {
		for _, l := range ans.Lines {
			for _, s := range l.Spans {
				if strings.Contains(s.Link, "/fair/") {
					seen[s.Link]++
				}
			}
		}
		if len(ans.Buttons) == 0 || page > many {
			break
		}
		ans = c.Press(t.Context(), c.in("1001", fmt.Sprint("person ", page), ""), ans.Buttons[len(ans.Buttons)-1].Do)
	}
	for link, times := range seen {
		if times != 1 {
			t.Errorf("%s is on %d pages", link, times)
		}
	}
	if len(seen) != many {
		t.Errorf("%d of %d reports are on a page", len(seen), many)
	}
}

// TestTheSecondOfTwoWhoChangeHearsOfTheFirst has two people shown what their
// changes would do before either says yes.
func TestTheSecondOfTwoWhoChangeHearsOfTheFirst(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	first, second := c.Do(t.Context(), c.in("1001", manager, "watch add fairs fair")), c.Do(t.Context(), c.in("1001", manager, "watch add fairs market"))
	if len(first.Buttons) != 1 || len(second.Buttons) != 1 {
		t.Fatalf("asked for yes by %d and %d buttons: %s%s", len(first.Buttons), len(second.Buttons), said(first), said(second))
	}
	if got := said(c.Press(t.Context(), c.in("1001", manager, ""), first.Buttons[0].Do)); !strings.Contains(got, "Done") {
		t.Errorf("the first hears %q", got)
	}
	if got := said(c.Press(t.Context(), c.in("1001", manager, ""), second.Buttons[0].Do)); !strings.Contains(got, "somebody else") {
		t.Errorf("the second hears %q", got)
	}
	changes, err := c.db.Changes(t.Context(), story.AWatch, "fairs", 10)
	if err != nil || len(changes) != 1 || !strings.Contains(changes[0].After, "fair") {
		t.Errorf("the changes are %+v (%v), want the first", changes, err)
	}
}

// TestAYesIsToWhatWasShown holds that whoever says yes to a change that was
// shown of a watch as it stood does not undo what somebody has made of it
// meanwhile.
func TestAYesIsToWhatWasShown(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	c.heeds = true
	ask := func(words string) string {
		t.Helper()
		ans := c.Do(t.Context(), c.in("1001", manager, words))
		if len(ans.Buttons) != 1 {
			t.Fatalf("%s is answered with %d buttons: %s", words, len(ans.Buttons), said(ans))
		}
		c.now = c.now.Add(time.Minute)
		return ans.Buttons[0].Do
	}
	press := func(do, want string) {
		t.Helper()
		c.now = c.now.Add(time.Minute)
		if got := said(c.Press(t.Context(), c.in("1001", manager, ""), do)); !strings.Contains(got, want) {
			t.Errorf("whoever says yes hears %q, want %q", got, want)
		}
	}
	press(ask("watch add fairs fair"), "Done")
	remove, first, second := ask("watch remove fairs"), ask("watch edit fairs market"), ask("watch edit fairs bazaar")
	press(first, "Done")
	press(first, "done already")
	press(second, "somebody else")
	press(remove, "somebody else")
	changes, err := c.db.Changes(t.Context(), story.AWatch, "fairs", 10)
	if err != nil || len(changes) != 2 || !strings.Contains(changes[0].After, "market") {
		t.Errorf("the changes are %+v (%v), want the first edit to stand", changes, err)
	}
	press(ask("watch remove fairs"), "Done")
}

// TestNoGuildHearsOfAnother is the cross-tenant cases: rooms of another guild
// are in no answer.
func TestNoGuildHearsOfAnother(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	for _, words := range []string{"status", "story 1", "why 1", "why https://wire.example/1", "watch list", "watch show bridge", "handover 8", "digest", "timeline bridge", "mute bridge 2h", "status bridge", "unmute bridge", "feeds", "history", "export 1 md"} {
		call := c.in("1002", manager, words)
		ans := c.Do(t.Context(), call)
		all := said(ans)
		if ans.File != nil {
			all += string(ans.File.Data)
		}
		if strings.Contains(all, "north") || strings.Contains(all, "slack-desk") || strings.Contains(all, "123456789012345678") {
			t.Errorf("%s tells the south of the north:\n%s", words, all)
		}
	}
	mutes, err := c.db.Mutes(t.Context())
	if err != nil || len(mutes) != 0 {
		t.Errorf("mutes are %v, %v", mutes, err)
	}
	if got := said(c.Do(t.Context(), c.in("1002", manager, "watch add fairs fair rooms:north-desk"))); !strings.Contains(got, "There is no room") {
		t.Errorf("the south adds a watch for the north: %s", got)
	}
	for _, choice := range c.Suggest(t.Context(), &command.Call{Name: "watch add", From: command.Person{ID: "1"}, Where: command.Place{Platform: command.Discord, Tenant: "1002"}}, "rooms", "") {
		if choice.Value != "south-desk" {
			t.Errorf("the south is offered %v", choice)
		}
	}
}

// TestTwoAtOnceHaveOneOwner is hostile case H58, and a call that is heard three
// times, as after a connection was taken up again.
func TestTwoAtOnceHaveOneOwner(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	var wg sync.WaitGroup
	for i := range 6 {
		who := []string{"1", "2"}[i%2]
		wg.Go(func() {
			call := c.in("1001", who, "")
			call.Key = "interaction " + who
			c.Press(t.Context(), call, c.seal.Make("ack", "1"))
		})
	}
	wg.Wait()
	deeds, err := c.db.Deeds(t.Context(), "story 1", time.Time{}, 10)
	if err != nil {
		t.Fatal(err)
	}
	done := 0
	for _, d := range deeds {
		if d.Outcome == "done" {
			done++
		}
	}
	s, err := c.db.Story(t.Context(), 1)
	if err != nil || done != 1 || len(deeds) != 2 || s.Care.State != story.Acknowledged || s.Version != 2 {
		t.Errorf("two people pressed three times each: %d of %d entries are done, the story is %+v, version %d, %v", done, len(deeds), s.Care, s.Version, err)
	}
}

// merged has a further report show that stories 1 and 2 tell one event: 2 goes
// on in 1.
func (c *counter) merged(t *testing.T) {
	t.Helper()
	for i, title := range []string{"Bridge at Oldbridge shelled", "Shells hit bridge at Oldbridge"} {
		key := []string{"2", "3"}[i]
		it := story.Item{Keys: []string{key}, Title: title, Link: "https://wire.example/" + key, Canonical: "https://wire.example/" + key, Outlet: "Post", Owner: "post", FirstSeen: c.now, Effective: c.now, Published: c.now}
		if _, err := c.db.SavePoll(t.Context(), story.Poll{State: story.FeedState{Feed: "wire"}, Items: []story.Item{it}, At: c.now}); err != nil {
			t.Fatal(err)
		}
		j := story.Judgement{
			Item: story.ItemID(2 + i), Revision: 1, Matches: []story.Match{{Watch: "bridge"}}, Relation: story.Opens, Kind: story.NewStory, At: c.now,
			Reason: "no open story tells of it", Level: story.Critical, Rooms: []story.RoomName{"north-desk"},
		}
		if i == 1 {
			j.Story, j.Relation, j.Kind = 1, story.Reports, story.Update
			j.Moves = []story.Move{{Items: []story.ItemID{2}, From: []story.Left{{Story: 2, Level: story.Guarded}}, Into: 1, Level: story.Critical, Reason: "shown by a test"}}
		}
		if err := c.db.SaveJudgements(t.Context(), []story.Judgement{j}); err != nil {
			t.Fatal(err)
		}
	}
}

// TestAMergedStoryIsTheOneThatItGoesOnIn holds that whatever is asked, and
// whatever the number asked for, a story that goes on in another is spoken of
// as that one.
func TestAMergedStoryIsTheOneThatItGoesOnIn(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	c.merged(t)
	if s, err := c.db.Story(t.Context(), 2); err != nil || s.Merged != 1 {
		t.Fatalf("story 2 is %+v, %v, want it merged", s, err)
	}
	for _, words := range []string{"story 2", "why 2", "timeline 2", "export 2 md", "export 2 csv", "export 2 cap", "mute 2 2h", "unmute 2", "note 2 look"} {
		if got := said(c.Do(t.Context(), c.in("1001", manager, words))); !strings.Contains(got, "#1") {
			t.Errorf("%s is answered with\n%s", words, got)
		}
	}
	if got := said(c.Do(t.Context(), c.in("1001", manager, "ack 2"))); !strings.Contains(got, "#1 is acknowledged") {
		t.Errorf("ack 2 is answered with\n%s", got)
	}
	if got := said(c.Do(t.Context(), c.in("1001", anybody, "ack 1"))); !strings.Contains(got, "has it") {
		t.Errorf("another who takes it hears\n%s", got)
	}
	for _, words := range []string{"status", "digest", "handover", "timeline bridge", "watch show bridge"} {
		if got := said(c.Do(t.Context(), c.in("1001", anybody, words))); strings.Contains(got, "#2") {
			t.Errorf("%s speaks of the story that is no more:\n%s", words, got)
		}
	}
	if said, err := c.Shift(t.Context(), "north-desk", c.now.Add(-8*time.Hour), c.now.Add(time.Minute)); err != nil || len(said) == 0 {
		t.Errorf("the next shift is told %v, %v", said, err)
	}
	for _, choice := range c.Suggest(t.Context(), &command.Call{Name: "ack", From: command.Person{ID: "1"}, Where: command.Place{Platform: command.Discord, Tenant: "1001"}}, "story", "") {
		if choice.Value != "1" {
			t.Errorf("offered is %v", choice)
		}
	}
}

// TestOnlyOurButtonsAct is hostile cases H49 and H50.
func TestOnlyOurButtonsAct(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	good := c.seal.Make("ack", "1")
	for _, forged := range []string{"", "ack-1", strings.Replace(good, "1", "2", 1), bot.NewSeal(make([]byte, 32)).Make("ack", "1"), strings.Repeat("x", 4000)} {
		if got := said(c.Press(t.Context(), c.in("1001", anybody, ""), forged)); !strings.Contains(got, "not mine") {
			t.Errorf("%.30q: %s", forged, got)
		}
	}
	for _, odd := range []string{c.seal.Make("ack"), c.seal.Make("ack", "x"), c.seal.Make("zebra", "1"), c.seal.Make("yes", "7"), c.seal.Make("more", "7", "a", "b"), c.seal.Make("more", "7")} {
		if got := said(c.Press(t.Context(), c.in("1001", anybody, ""), odd)); got == "\n" || strings.Contains(got, "acknowledged") {
			t.Errorf("%s: %s", odd, got)
		}
	}
	if got := said(c.Press(t.Context(), c.in("1001", anybody, ""), c.seal.Make("revert", "1"))); !strings.Contains(got, "right to manage") {
		t.Errorf("anybody reverts a change: %s", got)
	}
	s, err := c.db.Story(t.Context(), 1)
	if err != nil || s.Care.State != "" {
		t.Errorf("the story is %+v, %v, want untouched", s.Care, err)
	}
}

// TestARoomThatIsNoneIsNotAllRooms holds that whoever misspells the room that a
// mute is for does not silence every room.
func TestARoomThatIsNoneIsNotAllRooms(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	desk := filepath.Join(dir, "vedette.yaml")
	if err := os.WriteFile(desk, []byte(smallDesk), 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), filepath.Join(dir, database), store.Options{Log: slog.New(slog.DiscardHandler), Fold: watch.Fold})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	for muted, room := range []string{"there", "here"} {
		want := []int{exitFault, exitOK}[muted]
		var out strings.Builder
		p := &process{args: []string{"ask", "--room", room, "mute", "front", "2h"}, stdout: &out, stderr: &out, environ: []string{"VEDETTE_DESK=" + desk, "VEDETTE_DATA=" + dir}}
		if got := run(t.Context(), p); got != want {
			t.Errorf("in %q it ended with %d, want %d; it said:\n%s", room, got, want, out.String())
		}
		mutes, err := db.Mutes(t.Context())
		if err != nil || len(mutes) != muted {
			t.Errorf("mutes are %v, %v", mutes, err)
		}
	}
}

// TestAHurriedPersonSlowsNobodyElse is hostile cases H52, H53 and H55.
func TestAHurriedPersonSlowsNobodyElse(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	held := 0
	for range 100 {
		if strings.Contains(said(c.Do(t.Context(), c.in("1001", anybody, "feeds"))), "faster than") {
			held++
		}
	}
	if held < 70 || held > 90 {
		t.Errorf("%d of 100 commands in a moment were held back", held)
	}
	if got := said(c.Do(t.Context(), c.in("1001", "3", "feeds"))); strings.Contains(got, "faster than") {
		t.Error("somebody else is held back")
	}
	for range 1_000 {
		call := c.in("1001", manager, "feed add hill https://hill.example/rss")
		c.now = c.now.Add(time.Second)
		c.Do(t.Context(), call)
	}
	changes, err := c.db.Changes(t.Context(), story.AFeed, "", 100)
	if err != nil || len(changes) != 1 {
		t.Errorf("one feed added a thousand times is %d changes, %v", len(changes), err)
	}
}

// TestNoLookUpShowsAnError is hostile cases H01 to H46: whatever is searched
// for, tested or asked about, what comes back is an answer in words.
func TestNoLookUpShowsAnError(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: plays through whole programs; run without -short")
	}
	t.Parallel()
	file, err := os.Open(corpus.Path(t, "hostile", "cases.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	c := newCounter(t)
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	n := 0
	for lines.Scan() {
		var k struct{ ID, Cat, Surface, Payload string }
		if err := json.Unmarshal(lines.Bytes(), &k); err != nil || k.Cat != "H" || k.Payload == "" {
			continue
		}
		n++
		for _, spec := range []string{"search", "why", "timeline", "test", "watch show", "status", "note", "mute", "help"} {
			args := map[string]string{"query": k.Payload, "what": k.Payload, "subject": k.Payload, "rule": k.Payload, "watch": k.Payload, "note": k.Payload, "story": "1", "until": k.Payload, "about": k.Payload}
			for _, call := range []*command.Call{c.in("1001", fmt.Sprint(k.ID, spec), spec+" "+k.Payload), {Name: spec, Args: args, From: command.Person{ID: fmt.Sprint(k.ID, spec, 2)}, Where: command.Place{Platform: command.Discord, Tenant: "1001"}}} {
				ans := c.Do(t.Context(), call)
				got := said(ans)
				if strings.TrimSpace(got) == "" && ans.Form == nil {
					t.Errorf("%s, %s: no answer", k.ID, spec)
				}
				for _, leak := range []string{"SQL", "sqlite", "fts5", "store:", "That did not work", "panic", "south"} {
					if strings.Contains(got, leak) && !strings.Contains(k.Payload, leak) {
						t.Errorf("%s, %s: the answer shows %q: %s", k.ID, spec, leak, got)
					}
				}
			}
		}
	}
	if n < 20 {
		t.Errorf("%d cases, want those of category H", n)
	}
	if s, err := c.db.Story(t.Context(), 1); err != nil || len(s.Reports) != 1 {
		t.Errorf("the story is %+v, %v", s, err)
	}
}

// TestWhatIsAddedOutlivesAStart holds that what people add is in force after
// a restart, that the desk file has precedence, and that what does not fit any
// more is left out and said.
func TestWhatIsAddedOutlivesAStart(t *testing.T) {
	t.Parallel()
	d, _, err := parseDesk("desk.yaml", []byte(twoGuilds), config.Options{PollEvery: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	who := story.Person{ID: "discord:1", Name: "Ada"}
	version := func(rule string, rooms ...story.RoomName) string {
		return command.WatchVersion(&story.Watch{Title: "x", Rule: rule, Rooms: rooms})
	}
	e, notes := effect(d, []story.Change{
		{What: story.AWatch, Name: "fairs", After: version("fair", "north-desk", "gone"), By: who},
		{What: story.AWatch, Name: "bridge", After: version("fair", "north-desk"), By: who},
		{What: story.AWatch, Name: "broken", After: version("fair (", "north-desk"), By: who},
		{What: story.AWatch, Name: "homeless", After: version("fair", "gone"), By: who},
		{What: story.AWatch, Name: "removed", Before: version("fair", "north-desk"), By: who},
		{What: story.AWatch, Name: "declared", After: version("fair", "north-desk")},
		{What: story.AFeed, Name: "hill", After: `{"url":"https://hill.example/rss"}`, By: who},
		{What: story.AFeed, Name: "wire2", After: `{"url":"https://wire.example/rss"}`, By: who},
	}, time.Minute)
	if len(e.Watches) != 2 || e.Watches[1].Name != "fairs" || !slices.Equal(e.Watches[1].Rooms, []story.RoomName{"north-desk"}) || e.Watches[0].Rule != "oldbridge" {
		t.Errorf("watches are %+v", e.Watches)
	}
	if len(e.Feeds) != 2 || e.Feeds[1].URL != "https://hill.example/rss" || e.Feeds[1].Tier != 4 || e.Feeds[1].Every != time.Minute {
		t.Errorf("feeds are %+v", e.Feeds)
	}
	if len(notes) != 4 || len(d.Watches) != 1 || !e.chat["watch fairs"] || e.chat["watch bridge"] {
		t.Errorf("notes are %v; the desk file's own watches are %v; from chats come %v", notes, d.Watches, e.chat)
	}
}
