package main

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"vedette/bot/command"
	"vedette/bot/discord"
	"vedette/bot/slack"
	"vedette/bot/words"
	"vedette/internal/fakeroom"
	"vedette/story"
)

// An oracle gives the one answer that it was handed, whatever it is asked.
type oracle struct {
	mu   sync.Mutex // guards next
	next *command.Answer
}

func (o *oracle) hand(a *command.Answer) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.next = a
}

func (o *oracle) Do(context.Context, *command.Call) *command.Answer {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.next
}

func (o *oracle) Press(ctx context.Context, c *command.Call, _ string) *command.Answer {
	return o.Do(ctx, c)
}

func (*oracle) Suggest(context.Context, *command.Call, string, string) []command.Choice { return nil }

func (*oracle) Words(command.Place) words.Words { return words.Words{} }

// A questioned platform is one on which a person asks.
type questioned struct {
	on   string
	ask  func()
	seen func() []fakeroom.Post // by that person
	bad  func() []string
}

// hearing returns both platforms with inboxes that o answers, in a bubble.
func hearing(t *testing.T, o *oracle) []questioned {
	t.Helper()
	const token, ada, room, person, forum = "xoxb-canary", "U000000001", "C000000001", "900000000000000001", "100000000000000001"
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	t.Cleanup(func() { stop(); wg.Wait() })
	begin := func(run func(context.Context) error) {
		wg.Go(func() { _ = run(ctx) }) // it ends with ctx
		synctest.Wait()
	}
	calls := fakeroom.NewPipes()
	s := fakeroom.NewSlackOn(calls, token)
	t.Cleanup(s.Close)
	s.Join(ada, "Ada")
	w, err := slack.New(slack.Options{Token: token, API: s.API(), Transport: onPipes(t, calls)})
	if err != nil {
		t.Fatal(err)
	}
	heard, err := w.Inbox(slack.InboxOptions{Answerer: o, AppToken: s.AppToken(), Dial: calls.Dial, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	begin(heard.Run)
	calls = fakeroom.NewPipes()
	d, err := fakeroom.NewDiscordOn(calls, token, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	d.Join(person, "Ada")
	a, err := discord.New(discord.Options{Token: token, API: d.API(), Transport: onPipes(t, calls)})
	if err != nil {
		t.Fatal(err)
	}
	in, err := a.Inbox(discord.InboxOptions{
		Answerer: o, Gateway: true, Dial: calls.Dial, Channels: func() []string { return []string{forum} }, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	begin(in.Run)
	return []questioned{
		{"slack", func() { s.Command(ada, room, "status") }, func() []fakeroom.Post { return s.Private(ada) }, s.Violations},
		{"discord", func() { d.Command(person, forum, "status", nil) }, func() []fakeroom.Post { return d.Private(person) }, d.Violations},
	}
}

// answersWith returns what a desk answers on which the saying is the only
// stranger's: a report of a story, who has it, what was noted, and who muted it.
// Those of the second list repeat what the person typed.
func (s *saying) answersWith(t *testing.T) (told, echoed map[string]*command.Answer) {
	t.Helper()
	c := newCounter(t)
	says, at := s.strangers.Say(""), c.now.Add(-time.Minute)
	it := story.Item{
		Keys: []string{"2"}, Title: says, Summary: "A quiet morning at Oldbridge, they say: " + says, Outlet: says, Owner: "other", Author: says,
		Link: s.strangers.Page, Canonical: s.strangers.Page, Published: at, FirstSeen: at, Effective: at,
	}
	if _, err := c.db.SavePoll(t.Context(), story.Poll{State: story.FeedState{Feed: "wire"}, Items: []story.Item{it}, At: at}); err != nil {
		t.Fatal(err)
	}
	err := c.db.SaveJudgements(t.Context(), []story.Judgement{{
		Item: 2, Revision: 1, Matches: []story.Match{{Watch: "bridge", Evidence: []story.Evidence{{Term: "oldbridge", Text: says, Field: story.Summary}}}},
		Signals: []story.Signal{{Kind: story.Killed, Target: says, Source: says, Count: story.Count{Low: 3, High: 3}}}, Relation: story.Opens, Kind: story.NewStory, At: at,
		Reason: "no open story tells of it", Rooms: []story.RoomName{"north-desk"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	do := func(name string, args ...string) *command.Answer {
		call := c.in("1001", manager, "")
		call.Name, call.From.Name, call.Args = name, says, make(map[string]string)
		for i := 0; i < len(args); i += 2 {
			call.Args[args[i]] = args[i+1]
		}
		c.now = c.now.Add(10 * time.Second) // a hurried person is held back
		return c.Do(t.Context(), call)
	}
	told = map[string]*command.Answer{
		"ack": do("ack", "story", "2"), "note": do("note", "story", "2", "note", "Seen: "+says), "mute": do("mute", "subject", "2", "until", "2h"),
		"story": do("story", "story", "2"), "why": do("why", "what", "2"), "timeline": do("timeline", "subject", "bridge"), "status": do("status"),
		"digest": do("digest"), "handover": do("handover", "hours", "8h"), "history": do("history"), "search": do("search", "query", "quiet morning"),
		"test": do("test", "rule", "quiet"), "watch show": do("watch show", "watch", "bridge"), "feeds": do("feeds"), "unmute": do("unmute", "subject", "2"),
		"resolve": do("resolve", "story", "2", "note", says), "export": do("export", "story", "2", "format", "md"),
	}
	echoed = make(map[string]*command.Answer)
	for name, param := range map[string]string{
		"search": "query", "why": "what", "timeline": "subject", "watch show": "watch", "watch remove": "watch", "test": "rule", "help": "about", "story": "story",
		"mute": "until", "feed remove": "feed", "export": "format",
	} {
		echoed[name+" of what was typed"] = do(name, param, says, "story", "2", "subject", says)
	}
	echoed["feed add"] = do("feed add", "name", "hill", "url", says)
	echoed["watch add"] = do("watch add", "name", says, "rule", says)
	return told, echoed
}

// TestEveryHostileTextIsHarmlessInEveryAnswer has people ask, on both platforms
// and by their own clients, where each hostile text and link is what a feed wrote,
// what somebody is called, what they noted and what they type.
func TestEveryHostileTextIsHarmlessInEveryAnswer(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: asks two platforms thousands of things; run without -short")
	}
	t.Parallel()
	cases, each := hostileCases(t, "EFGJ")
	done, answers, markup := make(map[string]int), 0, make(map[string]*saying)
	for _, c := range cases {
		t.Run(c.ID, func(t *testing.T) {
			s := sayingOf(c)
			told, echoed := s.answersWith(t)
			synctest.Test(t, func(t *testing.T) {
				o := new(oracle)
				for _, p := range hearing(t, o) {
					for name, a := range told {
						answers += s.answered(t, p, o, name, a, true, markup)
					}
					for name, a := range echoed {
						answers += s.answered(t, p, o, name, a, false, markup)
					}
					if v := p.bad(); len(v) > 0 {
						t.Errorf("%s would have refused: %.500q", p.on, v)
					}
				}
			})
			done[c.Cat]++
		})
	}
	for cat, n := range each {
		t.Logf("%s %d/%d", cat, done[cat], n)
		if done[cat] != n {
			t.Errorf("%d of %d cases of %s were asked for", done[cat], n, cat)
		}
	}
	marksNothing(t, markup)
	t.Logf("%d messages of answers on two platforms, %d texts of Discord read by another's reader", answers, len(markup))
}

// shows lists the answers in which a stranger's words must stand.
func shows(name string) bool {
	return slices.Contains([]string{"ack", "story", "why", "timeline", "status", "digest", "handover", "search"}, name)
}

// answered has a person ask for a, checks what they see, and returns how many
// messages that are.
func (s *saying) answered(t *testing.T, p questioned, o *oracle, name string, a *command.Answer, told bool, markup map[string]*saying) int {
	t.Helper()
	o.hand(a)
	before := len(p.seen())
	p.ask()
	time.Sleep(time.Minute)
	synctest.Wait()
	posts := p.seen()[before:]
	form := fmt.Sprintf("the answer to %s in %s", name, p.on)
	if len(posts) == 0 && a.Form == nil {
		t.Errorf("%s: there is none", s.of(form))
	}
	var all strings.Builder
	for i := range posts {
		all.WriteString(posts[i].Text + "\n")
		s.unharmful(t, form, &posts[i])
		if p.on == "discord" {
			s.collect(posts[i].Raw, markup)
		}
	}
	if told {
		s.marked(t, form, all.String())
	}
	if told && shows(name) && len(s.want) < 250 { // of a longer word, a line may have no room for the beginning
		s.seen(t, form, all.String())
	}
	return len(posts)
}
