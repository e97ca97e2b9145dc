package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"vedette/config"
	"vedette/internal/fakeroom"
	"vedette/internal/wire"
	"vedette/story"
)

// A chat is a fake platform with people in it.
type chat interface {
	platform

	// join makes a person of the name known, and returns their ID.
	join(name string, number int) string
	// write has a person write words to the bot in a channel.
	write(person, channel, words string)
	// open reports whether the bot hears people.
	open() bool

	// press has a person press the newest button of the label.
	press(person, channel, label string) bool
	// seen returns all that stands before a person in a channel, and the title of
	// the form that is open for them.
	seen(person, channel string) ([]fakeroom.Post, string)
}

type slackChat struct{ *fakeroom.Slack }

func (c slackChat) join(name string, number int) string {
	id := fmt.Sprintf("U%09d", number)
	c.Join(id, name)
	return id
}

func (c slackChat) open() bool { return true } // what is delivered waits for a socket

func (c slackChat) write(person, channel, words string) { c.Command(person, channel, words) }

func (c slackChat) press(person, channel, label string) bool {
	posts, _ := c.seen(person, channel)
	return slices.ContainsFunc(latestFirst(posts), func(p fakeroom.Post) bool {
		button, ok := labelled(p.Text, label)
		return ok && c.Press(person, channel, p.ID, button)
	})
}

func (c slackChat) seen(person, channel string) ([]fakeroom.Post, string) {
	title := ""
	if m := c.Modal(person); m != nil {
		title = fmt.Sprint(m)
	}
	return append(c.Posts(channel), c.Private(person)...), title
}

type discordChat struct{ *fakeroom.Discord }

func (c discordChat) join(name string, number int) string {
	id := fmt.Sprintf("9%017d", number)
	c.Join(id, name)
	return id
}

func (c discordChat) open() bool { return c.Traffic().Begun > 0 }

func (c discordChat) write(person, channel, words string) { c.Mention(person, channel, words) }

func (c discordChat) press(person, channel, label string) bool {
	posts, _ := c.seen(person, channel)
	return slices.ContainsFunc(latestFirst(posts), func(p fakeroom.Post) bool {
		button, ok := labelled(p.Text, label)
		return ok && c.Press(person, channel, p.ID, button) != ""
	})
}

func (c discordChat) seen(person, channel string) ([]fakeroom.Post, string) {
	return append(c.Posts(channel), c.Private(person)...), c.Form(person)
}

// labelled returns the whole label of the button in a message's text that
// begins with label.
func labelled(text, label string) (button string, ok bool) {
	_, rest, ok := strings.Cut(text, "["+label)
	rest, _, closed := strings.Cut(rest, "]")
	return label + rest, ok && closed
}

// latestFirst returns posts, the newest first.
func latestFirst(posts []fakeroom.Post) []fakeroom.Post {
	posts = slices.Clone(posts)
	slices.SortStableFunc(posts, func(a, b fakeroom.Post) int { return b.At.Compare(a.At) })
	return posts
}

// TestTheSameWordsAreAnsweredInSlackAndDiscord plays each scenario in which
// people ask in rooms of both platforms: through their fakes, their client
// libraries and their connections, and compares what people see with what the
// scenario says that they are answered.
func TestTheSameWordsAreAnsweredInSlackAndDiscord(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: plays through whole programs; run without -short")
	}
	t.Parallel()
	for _, name := range []string{"one-owner-in-all-rooms", "look-ups-answer", "watch-added-in-a-room", "mute-cannot-hide-a-change"} {
		for kind := range strings.SplitSeq("slack discord", " ") {
			t.Run(name+"/"+kind, func(t *testing.T) {
				t.Parallel()
				file := filepath.Join("internal", "world", "testdata", "scenarios", name+".txtar")
				data, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				script, err := wire.Parse(file, data)
				if err != nil {
					t.Fatal(err)
				}
				converse(t, script, kind)
			})
		}
	}
}

// converse plays a script in rooms of a platform.
func converse(t *testing.T, script *wire.Script, kind string) {
	t.Helper()
	const token, appToken = "xoxb-test-token", "xapp-test-token"
	set := &config.Settings{LogFormat: "text"}
	var c chat
	if kind == "slack" {
		s := fakeroom.NewSlack(token)
		t.Cleanup(s.Close)
		s.SetAppToken(appToken, "connections:write")
		c, set.SlackToken, set.SlackAppToken, set.SlackAPI = slackChat{s}, token, appToken, s.API()
	} else {
		d, err := fakeroom.NewDiscord(token, openAPI(t))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(d.Close)
		c, set.DiscordToken, set.DiscordAPI = discordChat{d}, token, d.API()
	}
	channels := make(map[story.RoomName]string)
	people := make(map[string]string)
	for i, room := range []story.RoomName{"desk", "osint"} {
		channel := map[string]string{"slack": fmt.Sprintf("C%09d", i+1), "discord": fmt.Sprintf("1%017d", i+1)}[kind]
		channels[room] = channel
		script.Desk = strings.Replace(script.Desk, string(room)+":\n    terminal: {}", fmt.Sprintf("%s:\n    %s: { channel: %q }", room, kind, channel), 1)
	}
	for i, who := range []string{"ada", "ben"} {
		people[who] = c.join(who, i+1)
	}
	manage := slices.Sorted(maps.Values(people))
	script.Desk += fmt.Sprintf("people:\n  manage: [%s:%s, %s:%s]\n", kind, manage[0], kind, manage[1])

	var mu sync.Mutex
	got := make(map[string]string) // by who and what: what they saw
	tune := func(pr *program) {
		var open sync.Once // once there are rooms
		pr.ask = func(ctx context.Context, a wire.Asking) error {
			open.Do(func() { t.Cleanup(begin(t, pr, c)) })
			text, err := seenAfter(ctx, c, people[a.Who], channels[a.Room], named(a.Words, people))
			mu.Lock()
			defer mu.Unlock()
			got[fmt.Sprintf("%s %s > %s", a.Who, a.At.Format("2006-01-02 15:04"), a.Words)] = text
			if err != nil {
				return fmt.Errorf("%s: %w", a.Words, err)
			}
			return nil
		}
	}
	play(t, script, set, tune)
	if v := c.Violations(); len(v) > 0 {
		t.Errorf("the platform would have refused, or was asked against its rules: %q", v)
	}
	compare(t, script, got)
}

// named returns words in which people are mentioned by their IDs.
func named(words string, people map[string]string) string {
	for who, id := range people {
		words = strings.ReplaceAll(words, "<@"+who+"|", "<@"+id+"|")
	}
	return words
}

// begin has the program hear people, until stop is called.
func begin(t *testing.T, pr *program, c chat) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	all, err := pr.inboxes()
	if err != nil || len(all) != 1 {
		t.Fatalf("%d inboxes, %v", len(all), err)
	}
	var wg sync.WaitGroup
	for _, in := range all {
		wg.Go(func() { pr.hear(ctx, in) })
	}
	for look := time.Tick(10 * time.Millisecond); !c.open(); {
		<-look
	}
	return func() { cancel(); wg.Wait() }
}

// seenAfter has a person ask, or press, and returns what came before them since.
func seenAfter(ctx context.Context, c chat, person, channel, words string) (string, error) {
	before, form := c.seen(person, channel)
	old := make(map[string]string)
	for _, p := range before {
		old[p.ID] = p.Text
	}
	if label, ok := strings.CutPrefix(words, "press "); ok {
		if !c.press(person, channel, label) {
			return "", errors.New("there is no such button")
		}
	} else {
		c.write(person, channel, words)
	}
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	quietFor := 0
	last := ""
	for {
		posts, now := c.seen(person, channel)
		var fresh []string
		for _, p := range posts {
			if old[p.ID] != p.Text && !strings.HasPrefix(p.Text, words) {
				fresh = append(fresh, p.Text)
			}
		}
		text := strings.Join(fresh, "\n")
		if now != form && now != "" {
			text += "form " + now
		}
		if text != "" && text == last {
			if quietFor++; quietFor > 15 { // a long answer comes in pieces
				return text, nil
			}
		} else {
			quietFor = 0
		}
		last = text
		select {
		case <-look.C:
		case <-ctx.Done():
			return last, errors.New("there is no answer")
		}
	}
}

// compare holds what people saw against what the scenario says.
func compare(t *testing.T, script *wire.Script, got map[string]string) {
	t.Helper()
	link := regexp.MustCompile(` <https?://[^>]*>`)
	plain := func(s string) string {
		return strings.Join(strings.Fields(strings.NewReplacer(`\`, "", "\u2060", "", "`", "").Replace(s)), " ")
	}
	checked := 0
	for who, text := range script.Heard {
		_, person, private := strings.Cut(who, "/")
		if !private {
			continue
		}
		key := ""
		for line := range strings.SplitSeq(text, "\n") {
			if at := regexp.MustCompile(`^\d{4}-\d\d-\d\d \d\d:\d\d > `).FindString(line); at != "" {
				key = person + " " + line
				continue
			}
			want := plain(link.ReplaceAllString(line, ""))
			if want == "" || strings.HasPrefix(want, "(form") || strings.HasPrefix(want, "(file") || strings.HasPrefix(want, "Status ·") {
				continue
			}
			checked++
			if seen, ok := got[key]; !ok || !strings.Contains(plain(seen), want) {
				t.Errorf("%s\nwant %q in what they saw:\n%s", key, want, seen)
			}
		}
	}
	if checked < 10 {
		t.Errorf("%d lines were compared, want more", checked)
	}
}
