package discord_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"vedette/bot"
	"vedette/bot/command"
	"vedette/bot/discord"
	"vedette/bot/words"
	"vedette/internal/fakeroom"
	"vedette/story"
)

const (
	ada    = "700000000000000001"
	bob    = "700000000000000002"
	guild  = "100000000000000002" // the fake's
	abroad = "900000000000000009" // a channel of another server
)

// A desk answers as a test says, and keeps what it was asked.
type desk struct {
	mu       sync.Mutex // guards asked and does
	asked    []command.Call
	does     []string
	answer   func(c *command.Call, do string) *command.Answer
	takes    time.Duration
	gives    bool // up, and answers only then
	suggests []command.Choice
}

func (d *desk) Do(ctx context.Context, c *command.Call) *command.Answer { return d.Press(ctx, c, "") }

// Words returns English in all places.
func (d *desk) Words(command.Place) words.Words { return words.Words{} }

func (d *desk) Press(ctx context.Context, c *command.Call, do string) *command.Answer {
	d.mu.Lock()
	d.asked = append(d.asked, *c)
	d.does = append(d.does, do)
	d.mu.Unlock()
	time.Sleep(d.takes)
	if d.gives {
		<-ctx.Done()
	}
	if d.answer == nil {
		return &command.Answer{Title: "Idlib front", Lines: []command.Line{command.Text("elevated @everyone")}, Shared: c.Args[command.Share] == "true"}
	}
	return d.answer(c, do)
}

func (d *desk) Suggest(_ context.Context, c *command.Call, param, typed string) []command.Choice {
	d.mu.Lock()
	d.asked = append(d.asked, *c)
	d.does = append(d.does, param+"="+typed)
	d.mu.Unlock()
	time.Sleep(d.takes)
	return d.suggests
}

// calls returns what was asked so far.
func (d *desk) calls() []command.Call {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.asked)
}

// A journal is a log that can be read while it is written.
type journal struct {
	mu   sync.Mutex // guards text
	text strings.Builder
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// A scene is a server with an inbox that runs, in memory.
type scene struct {
	*fakeroom.Discord
	desk  *desk
	inbox *discord.Inbox
	room  *discord.Room
	log   *journal
	ended chan error // gets what Run returned
	stop  context.CancelFunc
}

// document returns the path of Discord's description of its API, or "".
func document() string {
	shared := os.Getenv("VEDETTE_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "shared")
	}
	path := filepath.Join(shared, "data", "platform", "discord-openapi.json")
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	return path
}

// play starts a scene. It must be called in a synctest bubble.
func play(t *testing.T, change func(*discord.InboxOptions)) *scene {
	t.Helper()
	return stage(t, "", "", change)
}

// stage is play with Discord's description of its API at the path, and with
// the public key.
func stage(t *testing.T, path, key string, change func(*discord.InboxOptions)) *scene {
	t.Helper()
	calls := fakeroom.NewPipes()
	d, err := fakeroom.NewDiscordOn(calls, token, path)
	if err != nil {
		t.Fatal(err)
	}
	s := &scene{Discord: d, desk: new(desk), log: new(journal), ended: make(chan error, 2)}
	s.Join(ada, "Ada", "800000000000000001")
	s.Join(bob, "Bob")
	s.Move(abroad, "100000000000000099")
	transport := &http.Transport{DialContext: calls.Dial}
	a, err := discord.New(discord.Options{Token: token, API: s.API(), PublicKey: key, Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	o := discord.InboxOptions{
		Answerer: s.desk, Gateway: true, Dial: calls.Dial, Channels: func() []string { return []string{channel} },
		Log: slog.New(slog.NewTextHandler(s.log, nil)),
	}
	if change != nil {
		change(&o)
	}
	if s.inbox, err = a.Inbox(o); err != nil {
		t.Fatal(err)
	}
	s.room = a.Room(channel)
	ctx, stop := context.WithCancel(t.Context())
	s.stop = stop
	go func() { s.ended <- s.inbox.Run(ctx) }()
	synctest.Wait()
	t.Cleanup(func() {
		stop()
		synctest.Wait()
		transport.CloseIdleConnections()
		s.Close()
	})
	return s
}

// spotless fails the test if Discord would have complained.
func (s *scene) spotless(t *testing.T) {
	t.Helper()
	if v := s.Violations(); len(v) > 0 {
		t.Errorf("violations: %q", v)
	}
}

// seen returns what only the user sees, a text for each message.
func (s *scene) seen(user string) []string { return textsOf(s.Private(user)) }

// said returns what all see in the channel.
func (s *scene) said() []string { return textsOf(s.Posts(channel)) }

func textsOf(all []fakeroom.Post) []string {
	var texts []string
	for _, p := range all {
		texts = append(texts, p.Text)
	}
	return texts
}

// shows fails the test unless got is want.
func shows(t *testing.T, got []string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("people see (-want +got):\n%s", diff)
	}
}

// asked fails the test unless the desk was asked once, and returns what.
func (s *scene) asked(t *testing.T) (c command.Call, do string) {
	t.Helper()
	all := s.desk.calls()
	if len(all) != 1 {
		t.Fatalf("the desk was asked %d times, want once: %+v", len(all), all)
	}
	return all[0], s.desk.does[0]
}

func TestACommandIsAnsweredToWhoAskedIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, nil)
		id := s.Command(ada, channel, "watch show", map[string]string{"watch": "idlib"})
		synctest.Wait()
		shows(t, s.seen(ada), "Idlib front\nelevated @everyone")
		shows(t, s.said())
		got, _ := s.asked(t)
		want := command.Call{
			Key: id, Name: "watch show", Args: map[string]string{"watch": "idlib"},
			From:  command.Person{ID: ada, Name: "Ada", Roles: []string{"800000000000000001"}},
			Where: command.Place{Platform: command.Discord, Tenant: guild, Channel: channel},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("call (-want +got):\n%s", diff)
		}
		s.spotless(t)
	})
}

func TestASharedAnswerIsForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, nil)
		s.Command(ada, channel, "status", map[string]string{"share": "true"})
		synctest.Wait()
		shows(t, s.seen(ada))
		shows(t, s.said(), "Idlib front\nelevated @everyone")
		if p := s.Posts(channel)[0]; len(p.Mentions) > 0 {
			t.Errorf("it pings %q", p.Mentions)
		}
		s.spotless(t)
	})
}

func TestDiscordIsAnsweredWithinMomentsHoweverLongTheAnswerTakes(t *testing.T) {
	for name, tt := range map[string]struct {
		takes time.Duration
		kind  int
	}{
		"AtOnce": {0, 4}, "Soon": {149 * time.Millisecond, 4}, "Slow": {time.Second, 5}, "TooSlowForDiscord": {20 * time.Second, 5},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := play(t, nil)
				s.desk.takes = tt.takes
				s.Command(ada, channel, "status", nil)
				s.Command(bob, channel, "status", map[string]string{"share": "true"})
				time.Sleep(300 * time.Millisecond)
				for _, o := range s.Openings() {
					if o.After > 300*time.Millisecond || o.Type != tt.kind {
						t.Errorf("opened by type %d after %v", o.Type, o.After)
					}
				}
				time.Sleep(tt.takes)
				synctest.Wait()
				shows(t, s.seen(ada), "Idlib front\nelevated @everyone")
				shows(t, s.said(), "Idlib front\nelevated @everyone")
				if n := len(s.Openings()); n != 2 || s.Waiting() != 0 {
					t.Errorf("%d of 2 were opened, %d wait", n, s.Waiting())
				}
				s.spotless(t)
			})
		})
	}
}

// TestWhoeverWaitsInVainIsTold holds that an answer that says that something
// took too long has time left to arrive.
func TestWhoeverWaitsInVainIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, nil)
		s.desk.gives = true
		s.Command(ada, channel, "status", nil)
		time.Sleep(time.Minute)
		shows(t, s.seen(ada), "Idlib front\nelevated @everyone")
	})
}

func TestWhatTurnsOutToBeForOthersDoesNotStayWhereItWasPromised(t *testing.T) {
	for name, tt := range map[string]struct {
		asked, shared bool
		seen, said    []string
	}{
		"PrivateAfterAll": {asked: true, seen: []string{"No such watch."}},
		"SharedAfterAll":  {shared: true, seen: []string{"The answer is in the channel, for all to see."}, said: []string{"No such watch."}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := play(t, nil)
				s.desk.takes = time.Second
				s.desk.answer = func(*command.Call, string) *command.Answer {
					return &command.Answer{Shared: tt.shared, Lines: []command.Line{command.Text("No such watch.")}}
				}
				s.Command(ada, channel, "status", map[string]string{"share": fmt.Sprint(tt.asked)})
				time.Sleep(2 * time.Second)
				synctest.Wait()
				shows(t, s.seen(ada), tt.seen...)
				shows(t, s.said(), tt.said...)
				s.spotless(t)
			})
		})
	}
}

func TestArgumentsComeAsTheyAreMeant(t *testing.T) {
	for name, tt := range map[string]struct {
		command string
		args    map[string]string
		want    map[string]string
	}{
		"Person": {"assign", map[string]string{"story": "12", "person": bob}, map[string]string{"story": "12", "person": bob + "|Bob"}},
		"Choice": {"export", map[string]string{"story": "12", "format": "cap"}, map[string]string{"story": "12", "format": "cap"}},
		"Words":  {"search", map[string]string{"query": `idlib "@everyone"`}, map[string]string{"query": `idlib "@everyone"`}},
		"Share":  {"status", map[string]string{"share": "true"}, map[string]string{"share": "true"}},
		"Alone":  {"status", map[string]string{"share": "no"}, map[string]string{"share": ""}},
		"Tenant": {"search", map[string]string{"query": "guild_id:100000000000000099"}, map[string]string{"query": "guild_id:100000000000000099"}}, // I19
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := play(t, nil)
				s.Command(ada, channel, tt.command, tt.args)
				synctest.Wait()
				got, _ := s.asked(t)
				if diff := cmp.Diff(tt.want, got.Args); diff != "" || got.Name != tt.command || got.Where.Tenant != guild {
					t.Errorf("%s in %s (-want +got):\n%s", got.Name, got.Where.Tenant, diff)
				}
				s.spotless(t)
			})
		})
	}
}

func TestAButtonDoesWhatItStandsFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, nil)
		m := root()
		m.State, m.Buttons = "Acknowledged by Bob, 12:00", append([]bot.Button{{Label: "Acknowledge", Do: "ack-7-abcdefghijklmnop"}}, m.Buttons...)
		remote, err := s.room.Post(t.Context(), key, m)
		if err != nil {
			t.Fatal(err)
		}
		if raw := string(s.Posts(channel)[0].Raw); !strings.Contains(raw, "ack-7-abcdefghijklmnop:"+key) {
			t.Errorf("the button does not carry its delivery: %s", raw)
		}
		s.Press(ada, channel, string(remote), "Acknowledge")
		synctest.Wait()
		got, do := s.asked(t)
		if do != "ack-7-abcdefghijklmnop" || got.Name != "" || got.Where.Channel != channel || got.Key == "" {
			t.Errorf("pressed %q by %+v", do, got)
		}
		shows(t, s.seen(ada), "Idlib front\nelevated @everyone")
		if err := s.room.Edit(t.Context(), remote, "key0000000000001", m); err != nil {
			t.Fatal(err)
		}
		s.Press(bob, channel, string(remote), "Acknowledge")
		synctest.Wait()
		if n := len(s.desk.calls()); n != 2 || s.desk.does[1] != do {
			t.Errorf("%d presses; after an edit %q", n, s.desk.does[1])
		}
		s.spotless(t)
	})
}

func TestAFormAsksAndItsValuesComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, nil)
		s.desk.answer = func(c *command.Call, _ string) *command.Answer {
			if c.Args["rule"] != "" {
				return &command.Answer{Lines: []command.Line{command.Text("Done.")}}
			}
			return &command.Answer{Form: &command.Form{
				Name: "watch edit", Title: "Change idlib", Args: map[string]string{"watch": "idlib & دمشق"},
				Fields: []command.Field{{Param: "rule", Label: "Rule", Hint: "idlib", Value: "idlib AND x", Long: true, Required: true, Most: 3000}},
			}}
		}
		s.Command(ada, channel, "watch edit", map[string]string{"watch": "idlib"})
		synctest.Wait()
		if got := s.Form(ada); got != "Change idlib\nRule: idlib AND x" {
			t.Fatalf("the form is %q", got)
		}
		s.Submit(ada, "idlib OR aleppo")
		synctest.Wait()
		all := s.desk.calls()
		want := map[string]string{"watch": "idlib & دمشق", "rule": "idlib OR aleppo"}
		if diff := cmp.Diff(want, all[len(all)-1].Args); diff != "" || all[len(all)-1].Name != "watch edit" {
			t.Errorf("%s (-want +got):\n%s", all[len(all)-1].Name, diff)
		}
		shows(t, s.seen(ada), "Done.")
		s.spotless(t)
	})
}

func TestWhereNoFormCanBeShownItIsSaidWhatToType(t *testing.T) {
	form := &command.Answer{Form: &command.Form{Name: "watch add", Title: "Add", Wrong: "That is no rule.", Fields: []command.Field{{Param: "rule", Label: "Rule"}}}}
	const usage = "That is no rule.\nMore is needed. Give it with the command: `/vedette watch add [NAME] [RULE] [ROOMS]`"
	for name, act := range map[string]func(s *scene){
		"Late": func(s *scene) { s.desk.takes = time.Second; s.Command(ada, channel, "watch add", nil) },
		"Refused": func(s *scene) {
			s.Fail(fakeroom.Fault{Method: "POST /interactions/{interaction_id}/{interaction_token}/callback", Status: 400, Header: http.Header{"Content-Type": {"application/json"}}, Body: `{"code":50035,"message":"Invalid Form Body"}`})
			s.Command(ada, channel, "watch add", nil)
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := play(t, nil)
				s.desk.answer = func(*command.Call, string) *command.Answer { return form }
				act(s)
				time.Sleep(2 * time.Second)
				synctest.Wait()
				shows(t, s.seen(ada), usage)
				s.spotless(t)
			})
		})
	}
}

func TestValuesAreSuggestedWhileOneTypes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, nil)
		for i := range 30 {
			s.desk.suggests = append(s.desk.suggests, command.Choice{Label: fmt.Sprintf("#%d @everyone", i), Value: fmt.Sprint(i)})
		}
		s.desk.suggests[0].Label = strings.Repeat("long ", 40)
		s.TypeAt(ada, channel, "mute", "subject", "#1")
		synctest.Wait()
		got := s.Suggested(ada)
		if len(got) != 25 || got[1] != (fakeroom.Suggestion{Name: "#1 @everyone", Value: "1"}) || len(got[0].Name) > 102 {
			t.Errorf("suggested %v", got)
		}
		if c, do := s.asked(t); do != "subject=#1" || c.Name != "mute" {
			t.Errorf("asked for %s of %s", do, c.Name)
		}
		s.desk.takes = 10 * time.Second // H55
		s.TypeAt(ada, channel, "mute", "subject", "#2")
		time.Sleep(11 * time.Second)
		if got := s.Suggested(ada); len(got) != 0 {
			t.Errorf("suggested %v, too late", got)
		}
		s.spotless(t)
	})
}

func TestAFileComesWithItsAnswer(t *testing.T) {
	for name, share := range map[string]string{"Private": "false", "Shared": "true"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := play(t, nil)
				s.desk.answer = func(c *command.Call, _ string) *command.Answer {
					return &command.Answer{
						Shared: c.Args[command.Share] == "true", Title: "Idlib",
						File: &command.File{Name: "../i dlib\r\n\".png", Type: "image/png", Data: []byte("PNG"), Alt: "It rose."},
					}
				}
				s.Command(ada, channel, "chart", map[string]string{"watch": "idlib", "share": share})
				synctest.Wait()
				seen := s.seen(ada)
				if share == "true" {
					seen = s.said()
				}
				shows(t, seen, "Idlib\n(file _i_dlib_.png: It rose.)")
				s.Mention(ada, channel, "chart idlib")
				synctest.Wait()
				if all := s.said(); all[len(all)-1] != "Idlib\n(file _i_dlib_.png: It rose.)" {
					t.Errorf("a mention is answered with %q", all)
				}
				s.spotless(t)
			})
		})
	}
}

func TestALongAnswerComesInSeveralMessagesAndSaysWhatIsLeftOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, nil)
		s.desk.answer = func(*command.Call, string) *command.Answer {
			a := &command.Answer{Title: "All", Buttons: []bot.Button{{Label: "More", Do: "more-1-abcdefghijklmnop"}}}
			for i := range 1000 {
				a.Lines = append(a.Lines, command.Text(fmt.Sprintf("line %d %s", i, strings.Repeat("x", 60))))
			}
			return a
		}
		s.Command(ada, channel, "history", nil)
		synctest.Wait()
		got := s.seen(ada)
		if len(got) != 4 || !strings.HasPrefix(got[0], "All\nline 0") || !strings.HasSuffix(got[3], "more lines are left out.\n[More]") {
			t.Fatalf("%d messages, which end in %q", len(got), got[len(got)-1][max(0, len(got[len(got)-1])-100):])
		}
		lines := strings.Count(strings.Join(got, "\n"), "line ")
		if want := fmt.Sprintf("%d more lines", 1000-lines); !strings.Contains(got[3], want) {
			t.Errorf("%d lines are shown, and it ends in %q", lines, got[3][len(got[3])-60:])
		}
		s.Press(ada, channel, s.Private(ada)[3].ID, "More")
		synctest.Wait()
		if do := s.desk.does[len(s.desk.does)-1]; do != "more-1-abcdefghijklmnop" {
			t.Errorf("pressed %q", do)
		}
		s.spotless(t)
	})
}

func TestWhoNamesTheBotIsAnsweredThere(t *testing.T) {
	for name, tt := range map[string]struct{ words, want string }{
		"First": {"<@100000000000000001> status idlib", "status idlib"}, "Nick": {"<@!100000000000000001>: status", "status"},
		"Last": {"status idlib <@100000000000000001>", "status idlib"}, "Alone": {"<@100000000000000001>", "help"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := play(t, nil)
				id := s.Say(ada, channel, tt.words, "100000000000000001")
				synctest.Wait()
				c, _ := s.asked(t)
				if c.Words != tt.want || c.Key != id || c.From.Name != "Ada" || c.Where.Tenant != guild || len(c.From.Roles) != 1 {
					t.Errorf("asked %+v", c)
				}
				shows(t, s.said(), "Idlib front\nelevated @everyone")
				if raw := string(s.Posts(channel)[0].Raw); !strings.Contains(raw, `"message_id":"`+id+`"`) {
					t.Errorf("it answers nobody: %s", raw)
				}
				s.spotless(t)
			})
		})
	}
}

func TestWhatIsNotSaidToTheBotIsNotHeard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, nil)
		s.Say(ada, channel, "status idlib")
		s.Say(ada, channel, "status <@700000000000000002>", bob)
		s.Join("100000000000000001", "vedette")
		s.Say("100000000000000001", channel, "<@100000000000000001> status", "100000000000000001") // it speaks of itself
		synctest.Wait()
		if all := s.desk.calls(); len(all) > 0 {
			t.Errorf("asked %+v", all)
		}
		s.spotless(t)
	})
}

func TestInAThreadTheChannelIsTheRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, nil)
		remote, err := s.room.Post(t.Context(), key, root())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.room.Reply(t.Context(), remote, "reply", further()); err != nil {
			t.Fatal(err)
		}
		s.Command(ada, string(remote), "status", map[string]string{"share": "true"})
		s.Mention(ada, string(remote), "status")
		synctest.Wait()
		for _, c := range s.desk.calls() {
			if c.Where.Channel != channel {
				t.Errorf("asked in %s, want the thread's channel", c.Where.Channel)
			}
		}
		all := s.Posts(channel)
		if n := len(all); n != 4 || all[2].Thread != string(remote) || all[3].Thread != string(remote) {
			t.Errorf("%d messages, %+v", n, all)
		}
		s.spotless(t)
	})
}

func TestStrangersAreRefused(t *testing.T) {
	const direct = "900000000000000010"
	for name, tt := range map[string]struct{ channel, want string }{
		"OtherServer":   {abroad, "No room of my desk file stands in this server, so I tell nothing here."}, // H49
		"DirectMessage": {direct, "I answer in the channels of a server, not in direct messages."},          // H48
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := play(t, nil)
				s.Move(direct, "")
				s.Command(ada, tt.channel, "status", nil)
				s.PressID(ada, tt.channel, "ack-7-abcdefghijklmnop:"+key)
				s.TypeAt(ada, tt.channel, "status", "watch", "i")
				synctest.Wait()
				shows(t, s.seen(ada), tt.want, tt.want)
				if all := s.desk.calls(); len(all) > 0 || len(s.Suggested(ada)) > 0 {
					t.Errorf("the desk was asked %+v", all)
				}
				s.spotless(t)
			})
		})
	}
}

func TestAFloodOfOnePersonIsHeldBackAndOthersAreNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, nil)
		s.desk.takes = time.Second
		for range 100 {
			s.Command(ada, channel, "status", nil)
		}
		s.Command(bob, channel, "status", nil)
		time.Sleep(30 * time.Second)
		shows(t, s.seen(bob), "Idlib front\nelevated @everyone")
		if n := len(s.desk.calls()); n != 6 {
			t.Errorf("%d calls were worked on, want 5 of one and 1 of the other", n)
		}
		if !slices.Contains(s.seen(ada), "Your last requests are still being answered. Ask again in a moment.") {
			t.Errorf("who floods hears %q", s.seen(ada))
		}
		s.spotless(t)
	})
}

func TestAnAnswerThatBreaksDownIsAnsweredAllTheSame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, nil)
		s.desk.answer = func(*command.Call, string) *command.Answer { panic("canary") }
		s.Command(ada, channel, "status", nil)
		synctest.Wait()
		shows(t, s.seen(ada), "That went wrong inside vedette. Its log says more.")
		if !strings.Contains(s.log.String(), "canary") {
			t.Error("the log does not say why")
		}
		s.spotless(t)
	})
}

func TestFaultsOfDiscordCostNoAnswer(t *testing.T) {
	const callback, follow = "POST /interactions/{interaction_id}/{interaction_token}/callback", "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original"
	for name, tt := range map[string]struct {
		fault fakeroom.Fault
		takes time.Duration
	}{
		"AnswerLost":  {fakeroom.Fault{Method: callback, Commit: true, Cut: true}, 0},
		"Stumbles":    {fakeroom.Fault{Method: callback, Status: 502}, 0},
		"Busy":        {fakeroom.Fault{Method: callback, Status: 429, Header: http.Header{"Retry-After": {"0.5"}}, Body: `{"retry_after":0.5}`}, 0},
		"Unfit":       {said(callback, 400, 50035), 0},
		"LateLost":    {fakeroom.Fault{Method: follow, Commit: true, Cut: true}, time.Second},
		"LateStumble": {fakeroom.Fault{Method: follow, Status: 500}, time.Second},
		"NotKnownYet": {fakeroom.Fault{Method: follow, Times: 4, Status: 404, Header: http.Header{"Content-Type": {"application/json"}}, Body: `{"message":"Unknown Webhook","code":10015}`}, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := play(t, nil)
				s.desk.takes = tt.takes
				s.Fail(tt.fault)
				s.Command(ada, channel, "status", nil)
				time.Sleep(5 * time.Second)
				shows(t, s.seen(ada), "Idlib front\nelevated @everyone")
				if n := len(s.desk.calls()); n != 1 {
					t.Errorf("asked %d times", n)
				}
			})
		})
	}
}

func TestCommandsAreRegisteredOnlyWhenTheyChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := stage(t, document(), "", nil)
		all, puts := s.Commands()
		if len(all) != 1 || puts != 1 || !strings.Contains(string(all[0]), `"contexts":[0]`) {
			t.Fatalf("%d commands by %d registrations", len(all), puts)
		}
		for _, spec := range command.Specs() {
			for word := range strings.FieldsSeq(spec.Name) {
				if !strings.Contains(string(all[0]), `"name":"`+word+`"`) {
					t.Errorf("%s is not there", spec.Name)
				}
			}
		}
		s.stop()
		synctest.Wait()
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go func() { s.ended <- s.inbox.Run(ctx) }()
		synctest.Wait()
		if _, puts := s.Commands(); puts != 1 {
			t.Errorf("%d registrations after another start", puts)
		}
		stop()
		synctest.Wait()
		s.spotless(t)
	})
}

func TestDiscordThatDoesNotTakeTheCommandsIsAskedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := stage(t, "", strings.Repeat("ab", 32), func(o *discord.InboxOptions) { o.Gateway = false })
		s.Command(ada, channel, "status", nil) // nobody listens
		if _, puts := s.Commands(); puts != 1 {
			t.Errorf("%d registrations", puts)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		calls := fakeroom.NewPipes()
		d, err := fakeroom.NewDiscordOn(calls, token, "")
		if err != nil {
			t.Fatal(err)
		}
		d.Fail(fakeroom.Fault{Method: "PUT /applications/{application_id}/commands", Status: 503, Times: 3})
		d.Fail(fakeroom.Fault{Method: "GET /applications/@me", Status: 503, Times: 3})
		transport := &http.Transport{DialContext: calls.Dial}
		a, err := discord.New(discord.Options{Token: token, API: d.API(), Transport: transport})
		if err != nil {
			t.Fatal(err)
		}
		in, err := a.Inbox(discord.InboxOptions{Answerer: new(desk), Gateway: true, Dial: calls.Dial, Channels: func() []string { return nil }, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- in.Run(ctx) }()
		time.Sleep(time.Minute)
		if _, puts := d.Commands(); puts != 1 {
			t.Errorf("%d registrations", puts)
		}
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		transport.CloseIdleConnections()
		d.Close()
	})
}

func TestARoomSaysWhereItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, nil)
		var room bot.Addressed = s.room
		if got, err := room.Tenant(t.Context()); got != guild || err != nil {
			t.Errorf("the server is %q, %v", got, err)
		}
		if got := room.Link(t.Context(), "42"); got != "https://discord.com/channels/"+guild+"/"+channel+"/42" {
			t.Errorf("a message is at %q", got)
		}
		if got := room.Link(t.Context(), story.Remote("1583.0042")); got != "" {
			t.Errorf("Slack's message is at %q", got)
		}
	})
}

func TestAnInboxIsRefusedThatCannotHear(t *testing.T) {
	for name, key := range map[string]string{"Nothing": "", "NoHex": "canary", "Short": "abcd"} {
		t.Run(name, func(t *testing.T) {
			a, err := discord.New(discord.Options{Token: token, PublicKey: key})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := a.Inbox(discord.InboxOptions{}); err == nil || strings.Contains(err.Error(), "canary") {
				t.Errorf("error is %v", err)
			}
		})
	}
}

func TestEveryAnswerIsAsDiscordDescribesIt(t *testing.T) {
	path := document()
	if path == "" {
		t.Skip("Discord's description of its API is not there")
	}
	synctest.Test(t, func(t *testing.T) {
		s := stage(t, path, "", nil)
		long := discord.Standing()
		for range 400 {
			long.Lines = append(long.Lines, command.Text("@everyone "+strings.Repeat("x", 70)))
		}
		filed := discord.Standing()
		filed.File = &command.File{Name: "story.json", Type: "application/json", Data: []byte("{}"), Alt: "Story #12"}
		for _, a := range []*command.Answer{
			discord.Standing(), discord.Spoiled(), long, filed, {}, {Lines: []command.Line{command.Text("Done.")}}, {Form: discord.Asking()},
		} {
			for _, takes := range []time.Duration{0, time.Second} {
				for _, shared := range []bool{false, true} {
					s.desk.answer = func(*command.Call, string) *command.Answer {
						b := *a
						b.Shared = shared && a.Form == nil
						return &b
					}
					s.desk.takes = takes
					s.Command(ada, channel, "status", map[string]string{"share": fmt.Sprint(shared)})
					s.Mention(bob, channel, "status")
					time.Sleep(5 * time.Second)
					synctest.Wait()
				}
			}
		}
		s.desk.takes = 0
		s.TypeAt(ada, channel, "status", "watch", "i")
		synctest.Wait()
		s.spotless(t)
		if n := s.Waiting(); n > 0 || strings.Contains(s.log.String(), "did not") {
			t.Errorf("%d answers are promised and did not come; the log is %s", n, s.log)
		}
		for _, p := range append(s.Posts(channel), s.Private(ada)...) {
			if len(p.Mentions) > 0 {
				t.Errorf("%q pings %q", p.Text, p.Mentions)
			}
			for _, l := range p.Links {
				if !strings.HasPrefix(l, "https://a.example/") && !strings.HasPrefix(l, "https://wire.example/") && !strings.HasPrefix(l, "https://desk.example/") {
					t.Errorf("a link leads to %q", l)
				}
			}
		}
	})
}

func TestAMentionWhoseAnswerIsLostIsAnsweredOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, nil)
		s.Fail(committed(fakeroom.Fault{Method: posts, Cut: true}))
		s.Mention(ada, channel, "status")
		time.Sleep(5 * time.Second)
		synctest.Wait()
		shows(t, s.said(), "Idlib front\nelevated @everyone")
		s.spotless(t)
	})
}
