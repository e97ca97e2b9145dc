package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"vedette/bot"
	"vedette/bot/discord"
	"vedette/bot/slack"
	"vedette/bot/words"
	"vedette/config"
	"vedette/feeds/parse"
	"vedette/internal/corpus"
	"vedette/internal/fakeroom"
	"vedette/internal/wire"
	"vedette/story"
)

// openAPI returns where Discord's description of its API is, or "" on a
// machine without it: then requests are held to the documented limits alone.
func openAPI(t *testing.T) string {
	t.Helper()
	if os.Getenv(corpus.Env) == "" {
		if _, err := os.Stat("../shared/data"); err != nil {
			return ""
		}
	}
	return corpus.Path(t, "platform", "discord-openapi.json")
}

// A platform is a fake room that keeps what it was told.
type platform interface {
	Posts(channel string) []fakeroom.Post
	Violations() []string
}

// TestTheStoryOfIdlibStandsInSlackAndDiscord plays the demo to three rooms.
func TestTheStoryOfIdlibStandsInSlackAndDiscord(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: plays through whole programs; run without -short")
	}
	t.Parallel()
	const token, slackChannel, discordChannel = "test-token", "C0123456789", "123456789012345678"
	s := fakeroom.NewSlack(token)
	t.Cleanup(s.Close)
	d, err := fakeroom.NewDiscord(token, openAPI(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	script, err := wire.Idlib()
	if err != nil {
		t.Fatal(err)
	}
	script.Desk = strings.ReplaceAll(script.Desk, "rooms: [terminal]", "rooms: [terminal, slack, discord]") +
		fmt.Sprintf("  slack: { slack: { channel: %s } }\n  discord: { discord: { channel: %q } }\n", slackChannel, discordChannel)
	heard, _ := hear(t, script, &config.Settings{LogFormat: "text", SlackToken: token, SlackAPI: s.API(), DiscordToken: token, DiscordAPI: d.API()})
	for name, p := range map[story.RoomName]struct {
		platform

		channel string
	}{"slack": {s, slackChannel}, "discord": {d, discordChannel}} {
		posts := p.Posts(p.channel)
		if v := p.Violations(); len(v) > 0 {
			t.Errorf("%s would have refused, or was asked against its rules: %q", name, v)
		}
		var roots, replies, edits int
		for _, line := range heard["terminal"] {
			switch strings.Fields(line)[2] {
			case "new":
				roots++
			case "reply":
				replies++
			}
		}
		if len(posts) != roots+replies || roots == 0 || replies == 0 {
			t.Errorf("%s has %d messages; the terminal heard %d roots and %d replies", name, len(posts), roots, replies)
		}
		keys := make(map[string]bool)
		for _, post := range posts {
			edits += post.Edits
			if post.Key == "" || keys[post.Key] {
				t.Errorf("%s has a message with the key %q, which is none or another's", name, post.Key)
			}
			keys[post.Key] = true
			if len(post.Mentions) > 0 {
				t.Errorf("%s pinged %q with %q", name, post.Mentions, post.Text)
			}
		}
		if edits == 0 {
			t.Errorf("no message in %s was edited", name)
		}
	}
}

// TestMovesAreToldByEditsInSlackAndDiscord plays a merge and a split to both.
func TestMovesAreToldByEditsInSlackAndDiscord(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: plays through whole programs; run without -short")
	}
	t.Parallel()
	const goesOn, comesFrom = "Continued in", "Split from"
	for name, tt := range map[string]struct {
		says    string    // in the message that leads to another
		leads   [2]string // the titles of the message and of where it leads
		replies []string  // titles in the thread that it leads to, in order
	}{
		"two-stories-prove-to-be-one": {goesOn, [2]string{"Trains halted near Lindgate outside Oldbridge after bomb found", "Explosion damages Derwin viaduct in Oldbridge"}, []string{
			"Bomb squad at Derwin viaduct after explosion halts trains, Oldbridge",
			"Derwin viaduct closed for a month after explosion, trains halted at Oldbridge",
		}},
		"one-story-proves-to-be-two": {comesFrom, [2]string{"Oldbridge ferry capsizes in storm on the Wend", "Oldbridge evening summary: shells hit market, ferry capsizes in storm"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for room, p := range played(t, name) {
				posts := p.posts()
				var found [2]*fakeroom.Post // by leads
				roots := 0
				for i := range posts {
					post := &posts[i]
					if len(post.Mentions) > 0 {
						t.Errorf("%s pinged %q with %q", room, post.Mentions, post.Text)
					}
					if post.Thread != "" {
						continue
					}
					roots++
					for k, title := range tt.leads {
						if shown := strings.Split(post.Text, "\n"); len(shown) > 1 && shown[1] == title {
							found[k] = post
						}
					}
				}
				from, to := found[0], found[1]
				if roots != 2 || from == nil || to == nil {
					t.Fatalf("%s has %d messages of their own, want two, titled %q", room, roots, tt.leads)
				}
				if !strings.Contains(from.Text, tt.says) || !slices.Contains(from.Links, p.link(to.ID)) {
					t.Errorf("%s shows %q with links %q, want that it says %q and leads to %q", room, from.Text, from.Links, tt.says, p.link(to.ID))
				}
				var replies []string
				for _, post := range posts {
					for _, title := range tt.replies {
						if post.Thread == to.ID && strings.Contains(post.Text, title) {
							replies = append(replies, title)
						}
					}
				}
				if !slices.Equal(replies, tt.replies) {
					t.Errorf("%s has %q in the thread that goes on, want %q", room, replies, tt.replies)
				}
			}
		})
	}
}

// A stage is a room after a scenario was played in it.
type stage struct {
	platform

	channel string
	link    func(id string) string
}

func (s *stage) posts() []fakeroom.Post { return s.Posts(s.channel) }

// played plays a scenario to a Slack and a Discord room.
func played(t *testing.T, scenario string) map[story.RoomName]*stage {
	t.Helper()
	const token, slackChannel, discordChannel = "test-token", "C0123456789", "123456789012345678"
	s := fakeroom.NewSlack(token)
	t.Cleanup(s.Close)
	d, err := fakeroom.NewDiscord(token, openAPI(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	file := filepath.Join("internal", "world", "testdata", "scenarios", scenario+".txtar")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	script, err := wire.Parse(file, data)
	if err != nil {
		t.Fatal(err)
	}
	script.Desk = strings.ReplaceAll(script.Desk, "rooms: [terminal]", "rooms: [slack, discord]") +
		fmt.Sprintf("  slack: { slack: { channel: %s } }\n  discord: { discord: { channel: %q } }\n", slackChannel, discordChannel)
	hear(t, script, &config.Settings{LogFormat: "text", SlackToken: token, SlackAPI: s.API(), DiscordToken: token, DiscordAPI: d.API()})
	if v := slices.Concat(s.Violations(), d.Violations()); len(v) > 0 {
		t.Errorf("refused, or asked against the rules: %q", v)
	}
	return map[story.RoomName]*stage{
		"slack": {s, slackChannel, func(id string) string {
			return "https://fakeroom.slack.com/archives/" + slackChannel + "/p" + strings.Replace(id, ".", "", 1)
		}},
		"discord": {d, discordChannel, func(id string) string {
			return "https://discord.com/channels/100000000000000002/" + discordChannel + "/" + id
		}},
	}
}

// TestHostileTextIsHarmlessInRooms takes each hostile case as a report's
// text, and its link, from the feed's bytes to the room.
func TestHostileTextIsHarmlessInRooms(t *testing.T) {
	t.Parallel()
	file, err := os.Open(corpus.Path(t, "hostile", "cases.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	const token = "test-token"
	s := fakeroom.NewSlack(token)
	t.Cleanup(s.Close)
	d, err := fakeroom.NewDiscord(token, openAPI(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	workspace, err := slack.New(slack.Options{Token: token, API: s.API()})
	if err != nil {
		t.Fatal(err)
	}
	account, err := discord.New(discord.Options{Token: token, API: d.API()})
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	n := 0
	for lines.Scan() {
		var c struct{ ID, Cat, Payload string }
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil || !strings.Contains("EFG", c.Cat) || c.Payload == "" {
			continue
		}
		n++
		it := hostileItem(t, c.Payload)
		m := bot.Root(&story.Story{Changed: it.Effective, Reports: []story.Report{{Item: it, Relation: story.Opens}}}, time.UTC, nil, words.Words{})
		channels := [2]string{fmt.Sprintf("C%09d", n), fmt.Sprintf("1%017d", n)}
		for i, room := range []bot.Room{workspace.Room(channels[0]), account.Room(channels[1])} {
			if _, err := room.Post(t.Context(), fmt.Sprint("key", n), m); err != nil {
				t.Errorf("%s: %v", c.ID, err)
				continue
			}
			post := []platform{s, d}[i].Posts(channels[i])[0]
			if len(post.Mentions) > 0 {
				t.Errorf("%s in room %d pings %q", c.ID, i, post.Mentions)
			}
			for _, link := range post.Links {
				if link != it.Link && !strings.HasPrefix(link, it.Link+"?") {
					t.Errorf("%s in room %d leads to %q, want %q at the most", c.ID, i, link, it.Link)
				}
			}
			shown := strings.Join(strings.Fields(strings.ReplaceAll(post.Text, `\`, "")), " ")
			if title := strings.Join(strings.Fields(strings.ReplaceAll(it.Title, `\`, "")), " "); len(title) < 200 && !strings.Contains(shown, title) {
				t.Errorf("%s in room %d shows %q, want %q in it", c.ID, i, shown, title)
			}
		}
	}
	if n < 60 {
		t.Errorf("%d cases, want those of E, F and G", n)
	}
	if v := slices.Concat(s.Violations(), d.Violations()); len(v) > 0 {
		t.Errorf("refused, or asked against the rules: %q", v)
	}
}

// hostileItem returns the item of a feed that has payload wherever a feed can
// have text or a link.
func hostileItem(t *testing.T, payload string) story.Item {
	t.Helper()
	text := html.EscapeString(html.EscapeString(payload))
	link := html.EscapeString(payload)
	body := fmt.Sprintf(`<?xml version="1.0"?><rss version="2.0"><channel><title>x</title><item>
<title>Report %s end</title><description>Told: %s. And more.</description><link>%s</link><guid isPermaLink="false">1</guid></item></channel></rss>`, text, text, link)
	doc, err := parse.Parse(parse.Document{URL: "https://wire.example/rss", Body: []byte(body), Now: time.Date(2020, 2, 3, 12, 0, 0, 0, time.UTC)}, story.Feed{Name: "wire", Outlet: payload, Owner: "wire"})
	if err != nil || len(doc.Items) != 1 {
		t.Fatalf("%q: %v", payload, err)
	}
	return doc.Items[0]
}
