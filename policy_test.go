package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vedette/bot"
	"vedette/bot/discord"
	"vedette/bot/slack"
	"vedette/config"
	"vedette/internal/fakeroom"
	"vedette/internal/wire"
	"vedette/story"
)

// People are called by other IDs on each platform; the scenarios have Slack's.
const (
	slackGroup, discordRole  = "@S0123456789", "@&223456789012345678"
	slackPerson, discordUser = "@U0123456789", "@323456789012345678"
)

// TestPoliciesAreTheSameOnBothPlatforms plays the scenarios of policies with
// their rooms in Slack, then in Discord: each hears what the terminal does,
// pings whom it says, and pins its board.
func TestPoliciesAreTheSameOnBothPlatforms(t *testing.T) {
	for _, name := range []string{"nobody-acknowledges", "pings-keep-their-rate", "a-night-over-a-clock-change", "the-board-shows-how-watches-stand"} {
		file := filepath.Join("internal", "world", "testdata", "scenarios", name+".txtar")
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, on := range []string{"slack", "discord"} {
			t.Run(name+"/"+on, func(t *testing.T) {
				t.Parallel()
				script, err := wire.Parse(file, data)
				if err != nil {
					t.Fatal(err)
				}
				if testing.Short() && name != "nobody-acknowledges" {
					t.Skip("skipped: the platforms' paces are kept; run without -short")
				}
				playOn(t, script, on)
			})
		}
	}
}

// playOn plays script with its rooms on a platform.
func playOn(t *testing.T, script *wire.Script, on string) {
	t.Helper()
	set := &config.Settings{LogFormat: "text"}
	rooms, p := move(t, script, on, set)
	heard, _ := hear(t, script, set)
	for room, channel := range rooms {
		got := strings.NewReplacer(discordRole, slackGroup, discordUser, slackPerson).Replace(strings.Join(heard[room], "\n") + "\n")
		if diff := cmp.Diff(script.Heard[string(room)], got); diff != "" {
			t.Errorf("%s hears something else than the terminal (-want +got):\n%s", room, diff)
		}
		var calls []string
		for _, line := range heard[room] {
			if _, called, ok := strings.Cut(line, " calls "); ok {
				calls = append(calls, strings.Fields(called)[0])
			}
		}
		var pinged, boards []string
		for _, post := range p.Posts(channel) {
			pinged = append(pinged, post.Mentions...)
			if strings.Contains(post.Text, "How the watches stand") {
				boards = append(boards, fmt.Sprintf("pinned %v", post.Pinned))
			}
		}
		if diff := cmp.Diff(marks(calls, on), pinged); diff != "" {
			t.Errorf("%s pings (-want +got):\n%s", room, diff)
		}
		if room == "terminal" && strings.Contains(script.Desk, "board: true") && !slices.Equal(boards, []string{"pinned true"}) {
			t.Errorf("%s has the boards %v, want one that is pinned", room, boards)
		}
	}
	if v := p.Violations(); len(v) > 0 {
		t.Errorf("%s would have refused, or was asked against its rules: %q", on, v)
	}
}

// move puts the rooms of script on a platform of its own and returns their
// channels.
func move(t *testing.T, script *wire.Script, on string, set *config.Settings) (map[story.RoomName]string, platform) {
	t.Helper()
	const token = "test-token"
	rooms := make(map[story.RoomName]string)
	channel := "C012345678%d"
	if on == "discord" {
		channel = "12345678901234567%d"
		script.Desk = strings.NewReplacer(slackGroup, discordRole, slackPerson, discordUser).Replace(script.Desk)
	}
	for i, room := range []story.RoomName{"terminal", "chiefs", "duty"} {
		before, after, found := strings.Cut(script.Desk, fmt.Sprintf("  %s:\n    terminal: {}\n", room))
		if found {
			rooms[room] = fmt.Sprintf(channel, i)
			script.Desk = before + fmt.Sprintf("  %s:\n    %s: { channel: %q }\n", room, on, rooms[room]) + after
		}
	}
	if on == "slack" {
		s := fakeroom.NewSlack(token)
		t.Cleanup(s.Close)
		set.SlackToken, set.SlackAPI = token, s.API()
		return rooms, s
	}
	d, err := fakeroom.NewDiscord(token, openAPI(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	set.DiscordToken, set.DiscordAPI = token, d.API()
	return rooms, d
}

// marks returns mentions as a platform has them in its text.
func marks(calls []string, on string) (all []string) {
	for _, c := range calls {
		m, _ := story.ParseMention(c)
		mark := map[story.MentionKind]string{story.Here: "<!here>", story.Everyone: "<!channel>", story.Group: "<!subteam^" + m.ID + ">", story.User: "<@" + m.ID + ">"}[m.Kind]
		if on == "discord" {
			mark = map[story.MentionKind]string{story.Here: "@here", story.Everyone: "@everyone", story.Group: "<@&" + m.ID + ">", story.User: "<@" + m.ID + ">"}[m.Kind]
		}
		all = append(all, mark)
	}
	return all
}

// TestAMessagePingsWhomItCallsAndNobodyElse tells what strangers try, in every
// form, with each mention.
func TestAMessagePingsWhomItCallsAndNobodyElse(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: plays through whole programs; run without -short")
	}
	t.Parallel()
	const token = "test-token"
	tries := "@everyone @here @channel <!channel> <!here> <@U999999999> <@&999999999999999999> <@999999999999999999> <!subteam^S999999999>"
	m := &bot.Message{
		Watches: []string{"Front @everyone"}, Title: story.Sentence{Text: tries}, Outlet: tries, Outlets: 1, Reason: tries, At: time.Date(2020, 2, 3, 9, 0, 0, 0, time.UTC),
		Brief: []story.Sentence{{Text: tries}}, Facts: []bot.Fact{{Name: tries, Text: tries}}, Lines: []bot.Line{{Text: tries, Note: tries}},
	}
	for _, on := range []string{"slack", "discord"} {
		for _, refused := range []bool{false, true} {
			for _, calls := range []string{"", "here", "everyone", slackGroup, slackPerson} {
				t.Run(fmt.Sprintf("%s/Refused=%v/%s", on, refused, calls), func(t *testing.T) {
					t.Parallel()
					fake, room, channel, refuse := roomOn(t, on, token)
					if on == "discord" {
						calls = strings.NewReplacer(slackGroup, discordRole, slackPerson, discordUser).Replace(calls)
					}
					said := *m
					said.Calls, _ = story.ParseMention(calls)
					root, err := room.Post(t.Context(), "key1", m)
					if err == nil {
						err = room.Edit(t.Context(), root, "key0000000000001", &said)
					}
					if err == nil {
						_, err = room.Reply(t.Context(), root, "key2", &said)
					}
					if refused {
						refuse()
					}
					if err == nil {
						_, err = room.Post(t.Context(), "key3", &said)
					}
					if err != nil {
						t.Fatal(err)
					}
					var want []string
					if calls != "" {
						want = marks([]string{calls}, on)
					}
					for i, post := range fake.Posts(channel) {
						if i == 0 && len(post.Mentions) > 0 {
							t.Errorf("an edit pings %q", post.Mentions)
						}
						if diff := cmp.Diff(want, post.Mentions); i > 0 && diff != "" {
							t.Errorf("message %d pings (-want +got):\n%s", i, diff)
						}
					}
					if v := fake.Violations(); len(v) > 0 {
						t.Errorf("asked against the rules: %q", v)
					}
				})
			}
		}
	}
}

// roomOn returns a room on a fake platform, and what has that refuse the form
// of the next message.
func roomOn(t *testing.T, on, token string) (fake platform, room bot.Room, channel string, refuse func()) {
	t.Helper()
	if on == "slack" {
		s := fakeroom.NewSlack(token)
		t.Cleanup(s.Close)
		w, err := slack.New(slack.Options{Token: token, API: s.API()})
		if err != nil {
			t.Fatal(err)
		}
		return s, w.Room("C0123456789"), "C0123456789", func() {
			s.Fail(fakeroom.Fault{Method: "chat.postMessage", Status: http.StatusOK, Body: `{"ok":false,"error":"invalid_blocks"}`})
		}
	}
	d, err := fakeroom.NewDiscord(token, openAPI(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	a, err := discord.New(discord.Options{Token: token, API: d.API()})
	if err != nil {
		t.Fatal(err)
	}
	return d, a.Room("123456789012345678"), "123456789012345678", func() {
		d.Fail(fakeroom.Fault{Method: "POST /channels/{channel}/messages", Status: http.StatusBadRequest, Header: http.Header{"Content-Type": {"application/json"}}, Body: `{"message":"Invalid Form Body","code":50035}`})
	}
}

// TestARestartInBetweenChangesNothing stops the program after a story has
// become critical, and begins it anew before the first rung is due.
func TestARestartInBetweenChangesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: plays through whole programs; run without -short")
	}
	t.Parallel()
	file := filepath.Join("internal", "world", "testdata", "scenarios", "nobody-acknowledges.txtar")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, err := wire.Parse(file, data)
	if err != nil {
		t.Fatal(err)
	}
	after := *before
	last := len(before.Said) - 1
	critical := before.Said[last-1].At
	after.Said = []wire.Saying{before.Said[last]}
	after.Said[0].At = critical.Add(65 * time.Minute) // the program begins an hour before
	before.Said = before.Said[:last]

	heard, folder := make(map[story.RoomName][]string), t.TempDir()
	for _, script := range []*wire.Script{before, &after} {
		told, _ := hear(t, script, &config.Settings{LogFormat: "text", Data: folder})
		for room, lines := range told {
			heard[room] = append(heard[room], lines...)
		}
	}
	for room, want := range before.Heard {
		want, _, _ = strings.Cut(want, "2021-03-03 06:00") // which is later
		if diff := cmp.Diff(want, strings.Join(heard[story.RoomName(room)], "\n")+"\n"); diff != "" {
			t.Errorf("%s hears something else over a restart (-want +got):\n%s", room, diff)
		}
	}
}
