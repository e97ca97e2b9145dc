package main

import (
	"context"
	"log/slog"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"vedette/bot/command"
	"vedette/bot/words/wordstest"
	"vedette/config"
	"vedette/internal/store"
	"vedette/story"
	"vedette/story/level"
	"vedette/watch"
)

// greekDesk is a desk whose people write Greek, but for names.
const greekDesk = `
feeds:
  - { name: wire, url: "https://news.example/rss", tier: 2 }
  - { name: dead, url: "https://dead.example/rss", tier: 2 }
  - { name: gone, url: "https://gone.example/rss", tier: 2 }
watches:
  front: { title: Μέτωπο, rule: φυλάκιο, rooms: [desk, far] }
rooms:
  desk: { slack: { channel: C0123456789 } }
  far: { discord: { channel: "223456789012345678" } }
people:
  manage: [slack:U0MANAGER]
`

// newGreekCounter returns a core that answers in the language of wordstest, on a
// database in which there is one of everything, and nothing in Latin letters.
func newGreekCounter(t *testing.T) *command.Core {
	t.Helper()
	ctx, now := t.Context(), wordstest.Noon()
	d, _, err := parseDesk("desk.yaml", []byte(greekDesk), config.Options{PollEvery: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(ctx, filepath.Join(t.TempDir(), database), store.Options{Log: slog.New(slog.DiscardHandler), Fold: watch.Fold})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	w := wordstest.Pseudo(t)
	seats := []command.Seat{
		{Name: "desk", Platform: command.Slack, Tenant: "T1", Channel: "C0123456789", Zone: time.UTC, Words: w},
		{Name: "far", Platform: command.Discord, Tenant: "1002", Channel: "223456789012345678", Zone: time.UTC},
	}
	clock := now
	q := &inquiry{
		db: db, desk: func() *effective {
			return &effective{Desk: d, chat: map[string]bool{"watch front": true, "feed wire": true}}
		}, seats: func() []command.Seat { return seats },
		now: func() time.Time { clock = clock.Add(time.Minute); return clock }, log: slog.New(slog.DiscardHandler), reload: func(context.Context) error { return nil },
	}
	if q.seal, err = sealOf(ctx, db); err != nil {
		t.Fatal(err)
	}
	core := q.answerer()
	core.Level = func(context.Context, story.WatchName) (level.Judgement, error) {
		return level.Judgement{Level: story.High, Trend: level.Falling, Cold: true, Deadlines: []level.Deadline{{Ends: now.Add(5 * time.Hour)}}}, nil
	}
	fill(t, db, now)
	return core
}

// fill puts a story, a bulletin, ailing feeds and a change of a watch into db.
func fill(t *testing.T, db *store.Store, now time.Time) {
	t.Helper()
	ctx := t.Context()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	s := new(wordstest.Strangers).Story()
	var js []story.Judgement
	for i := range 30 {
		it := story.Item{Keys: []string{string(rune('α' + i))}, Title: "Βομβαρδισμός στο φυλάκιο", Summary: "Το φυλάκιο βομβαρδίστηκε.", Link: "https://news.example/1", Canonical: "https://news.example/1", Outlet: "Βήμα", Owner: "Βήμα", FirstSeen: now, Effective: now.AddDate(-1, 0, -i), Published: now}
		_, err := db.SavePoll(ctx, story.Poll{State: story.FeedState{Feed: "wire", LastSuccess: now.Add(-2 * time.Hour), NextDue: now.Add(time.Hour)}, Items: []story.Item{it}, At: now})
		check(err)
	}
	js = append(js, story.Judgement{
		Item: 1, Revision: 1, Matches: s.Reports[0].Matches, Signals: s.Reports[0].Signals, Relation: story.Opens, Kind: story.NewStory, At: now.Add(-time.Hour), Level: story.High,
		Reason: "δύο πηγές", Rooms: []story.RoomName{"desk", "far"},
		Bulletins: []story.Bulletin{{Watch: "front", Kind: story.LevelChange, Key: "1", From: story.Calm, To: story.High, Reasons: []string{"δύο πηγές"}, At: now.Add(-time.Hour), Rooms: []story.RoomName{"desk"}}},
	})
	check(db.SaveJudgements(ctx, js))
	for feed, state := range map[string]story.Health{"dead": {}, "gone": {State: story.HealthBlind, Why: "σιωπή"}} {
		_, err := db.SavePoll(ctx, story.Poll{State: story.FeedState{Feed: story.FeedName(feed), Failures: 3, LastError: "σιωπή", NextDue: now, Health: state}, At: now})
		check(err)
	}
	w := story.Watch{Name: "front", Title: "Μέτωπο", Rule: "φυλάκιο"}
	_, err := db.SaveChange(ctx, story.Deed{Verb: "edit", Subject: "watch front", At: now, Outcome: "done"}, story.Change{What: story.AWatch, Name: "front", After: command.WatchVersion(&w), By: new(wordstest.Strangers).Ada(), At: now})
	check(err)
}

// TestNoFixedWordOfAnAnswerGoesPastTheCatalogue asks everything that can be
// asked, rightly and wrongly, of a room whose words stand out.
func TestNoFixedWordOfAnAnswerGoesPastTheCatalogue(t *testing.T) {
	t.Parallel()
	core := newGreekCounter(t)
	// Names, what a person has typed, and what the record and the language of
	// rules say in English: see docs/adr/0027-words.md.
	known := []string{"wire", "dead", "gone", "front", "Front", "desk", "far", "manage", "share", "UTC", "json, csv, md, cap", "watch revert"}
	for _, s := range command.Specs() {
		known = append(known, s.Usage())
	}
	for _, s := range command.Specs() {
		known = append(known, s.Name)
		for _, p := range s.Params {
			known = append(known, strings.ToUpper(p.Name)+" ", strings.ToUpper(p.Name)+":")
		}
	}
	for _, typed := range []string{"(", "φυλάκιο OR άλλο"} {
		rule, err := watch.Parse(typed, nil)
		if err != nil {
			known = append(known, strings.Split(err.Error(), "\n")...)
		} else {
			known = append(known, rule.Words())
		}
	}
	asked := make(map[string]bool)
	n := 0
	ask := func(who, words string) *command.Answer {
		n++
		return core.Do(t.Context(), &command.Call{Key: string(rune(0x4e00 + n)), From: command.Person{ID: who, Name: "Άντα"}, Where: command.Place{Platform: command.Slack, Tenant: "T1", Channel: "C0123456789"}, Words: words})
	}
	for i, words := range []string{
		"status", "status ήτα", "search φυλάκιο", "search τίποτα", "search (", "timeline front", "timeline 1", "timeline 99", "story 1", "story ένα", "why 1", "why https://news.example/1", "why https://news.example/9",
		"chart front", "feeds", "help", "help rules", "help status", "help watch", "help ήτα", "ήτα", "watch list", "watch show front", "test φυλάκιο", "test φυλάκιο since:2w", "test φυλάκιο since:ποτέ",
		"watch add", "watch add νέο φυλάκιο", "watch add fresh φυλάκιο", "watch add front φυλάκιο", "watch edit front", "watch edit front φυλάκιο OR άλλο", "watch remove front", "watch add fresh φυλάκιο rooms:nowhere",
		"feed add ήτα https://hill.example", "feed add hill ftp://hill.example", "feed add hill https://news.example/rss", "feed add wire https://hill.example", "feed add hill https://hill.example", "feed remove ήτα", "feed remove dead", "feed remove wire",
		"ack 1", "ack 1", "ack 99", "ack", "assign 1 <@U2|Βέρα>", "assign 1 <@U2|Βέρα>", "ack 1", "assign 1 §", "story 1", "note 1 προσοχή", "resolve 1", "resolve 1", "digest", "story 1", "handover 8", "handover 8 8",
		"mute front 2h", "status front", "handover 8", "unmute front", "unmute front", "mute 1 30m", "mute 1 90d", "mute 1 2001-01-01", "mute 1 ποτέ", "unmute 1", "mute", "digest 1h", "digest", "export 1 md", "export 1 ήτα", "history", "history front", "digest 4w",
	} {
		who := "U0MANAGER"
		ans := ask(who, words)
		heard := pieces(ans)
		if ans.Words.Say("open") == "open" {
			t.Errorf("the answer to %s is given in English", words)
		}
		asked[firstOf(words)] = true
		if stray := wordstest.Stray(heard, append(slices.Clone(known), typed(words)...)...); len(stray) > 0 {
			t.Errorf("%d %s has the words %q:\n%s", i, words, stray, heard)
		}
		for _, b := range ans.Buttons {
			pressed := core.Press(t.Context(), &command.Call{Key: "press" + words + b.Do, From: command.Person{ID: "U" + words, Name: "Άντα"}, Where: command.Place{Platform: command.Slack, Tenant: "T1", Channel: "C0123456789"}}, b.Do)
			if stray := wordstest.Stray(pieces(pressed), known...); len(stray) > 0 {
				t.Errorf("%d %s, pressed %s, has the words %q:\n%s", i, words, b.Label, stray, pieces(pressed))
			}
		}
	}
	if stray := wordstest.Stray(pieces(ask("U0OTHER", "watch remove front")), known...); len(stray) > 0 {
		t.Errorf("a refusal has the words %q", stray)
	}
	for _, s := range command.Specs() {
		if !asked[s.Name] {
			t.Errorf("%s was not asked", s.Name)
		}
	}
}

// firstOf returns the name of the command that words begin with.
func firstOf(words string) string {
	for _, s := range command.Specs() {
		if words == s.Name || strings.HasPrefix(words, s.Name+" ") {
			return s.Name
		}
	}
	return ""
}

// typed returns what a person has typed after a command, as it may come back.
func typed(words string) []string {
	rest := strings.TrimSpace(strings.TrimPrefix(words, firstOf(words)))
	return append(append([]string{rest}, strings.Fields(rest)...), strings.FieldsFunc(rest, func(r rune) bool { return r == ' ' || r == ':' })...)
}

// pieces returns all that a person reads of an answer, but for code.
func pieces(a *command.Answer) string {
	var all []string
	all = append(all, a.Title)
	for _, l := range a.Lines {
		var row strings.Builder
		for _, s := range l.Spans {
			if !s.Code {
				row.WriteString(s.Text)
			}
		}
		all = append(all, row.String())
	}
	for _, b := range a.Buttons {
		all = append(all, b.Label)
	}
	if a.File != nil {
		all = append(all, a.File.Alt)
		if a.File.Type == "text/markdown" {
			all = append(all, string(a.File.Data))
		}
	}
	if f := a.Form; f != nil {
		all = append(all, f.Title, f.Wrong)
		for _, field := range f.Fields {
			all = append(all, field.Label)
		}
	}
	// What people did is on record in English.
	return regexp.MustCompile(`◦.*|(?m)^- 20[0-9-]+ [0-9:]+ UTC .*: .*`).ReplaceAllString(strings.Join(all, "\n"), "")
}
