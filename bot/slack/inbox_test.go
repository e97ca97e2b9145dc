package slack_test

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"vedette/bot"
	"vedette/bot/command"
	"vedette/bot/slack"
	"vedette/bot/words"
	"vedette/internal/fakeroom"
)

const (
	ada   = "U0ADA"
	bob   = "U0BOB"
	group = "S0EDITORS"
)

// A desk answers as a test says, and keeps what it was asked.
type desk struct {
	mu     sync.Mutex
	asked  []command.Call
	does   []string
	answer func(c *command.Call, do string) *command.Answer
	takes  time.Duration
	gives  bool // up, and answers only then
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
		return &command.Answer{Title: "Idlib front", Lines: []command.Line{command.Text("elevated <!channel>")}}
	}
	return d.answer(c, do)
}

func (d *desk) Suggest(context.Context, *command.Call, string, string) []command.Choice { return nil }

// calls returns what was asked so far, without what tests of it do not name.
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

// A scene is a workspace with an inbox that runs, in memory.
type scene struct {
	*fakeroom.Slack
	desk  *desk
	inbox *slack.Inbox
	room  *slack.Room
	log   *journal
	ended chan error // gets what Run returned
	stop  context.CancelFunc
}

// play starts a scene. It must be called in a synctest bubble.
func play(t *testing.T, change func(*slack.InboxOptions)) *scene {
	t.Helper()
	calls := fakeroom.NewPipes()
	s := &scene{Slack: fakeroom.NewSlackOn(calls, token), desk: new(desk), log: new(journal), ended: make(chan error, 1)}
	s.Join(ada, "Ada")
	s.Join(bob, "Bob")
	s.Group(group, ada)
	transport := &http.Transport{DialContext: calls.Dial}
	w, err := slack.New(slack.Options{Token: token, API: s.API(), Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	o := slack.InboxOptions{
		Answerer: s.desk, AppToken: s.AppToken(), Dial: calls.Dial, Groups: func() []string { return []string{group} },
		Log: slog.New(slog.NewTextHandler(s.log, nil)),
	}
	if change != nil {
		change(&o)
	}
	if s.inbox, err = w.Inbox(o); err != nil {
		t.Fatal(err)
	}
	s.room = w.Room(channel)
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

// spotless fails the test if Slack would have complained.
func (s *scene) spotless(t *testing.T) {
	t.Helper()
	if v := s.Violations(); len(v) > 0 {
		t.Errorf("violations: %q", v)
	}
}

// seen returns what only the user sees, a text for each message.
func (s *scene) seen(user string) []string {
	var all []string
	for _, p := range s.Private(user) {
		all = append(all, p.Text)
	}
	return all
}

// shows fails the test unless got is what a person should see.
func shows(t *testing.T, got []string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("seen (-want +got):\n%s", diff)
	}
}

func TestACommandIsAnsweredToWhoAskedAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, nil)
		s.Command(ada, channel, `status idlib & <x>`)
		synctest.Wait()
		shows(t, s.seen(ada), "Idlib front\nelevated <!channel>")
		shows(t, s.seen(bob))
		if n := len(s.Posts(channel)); n != 0 {
			t.Errorf("%d messages stand in the channel", n)
		}
		if m := s.Private(ada)[0].Mentions; len(m) > 0 {
			t.Errorf("pings %q", m)
		}
		c := s.desk.calls()[0]
		if c.Key == "" {
			t.Error("a call without a key")
		}
		want := command.Call{
			Key: c.Key, Words: `status idlib & <x>`,
			From:  command.Person{ID: ada, Name: "Ada", Roles: []string{group}},
			Where: command.Place{Platform: command.Slack, Tenant: "T0FAKEROOM", Channel: channel},
		}
		if diff := cmp.Diff(want, c); diff != "" {
			t.Errorf("asked (-want +got):\n%s", diff)
		}
		s.spotless(t)
	})
}

func TestASharedAnswerStandsInTheChannel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, nil)
		s.desk.answer = func(*command.Call, string) *command.Answer {
			return &command.Answer{Shared: true, Lines: []command.Line{command.Text("calm")}}
		}
		s.Command(ada, channel, "status share")
		synctest.Wait()
		if p := s.Posts(channel); len(p) != 1 || p[0].Text != "calm" {
			t.Errorf("stands: %v", p)
		}
		shows(t, s.seen(ada))
		s.spotless(t)
	})
}

func TestAMentionIsAnsweredWhereItWasMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, nil)
		s.Mention(bob, channel, "", "why &lt;this&gt; <https://news.example/?a=1&amp;b=2|news.example> <@U0ADA> <mailto:x@y.example|x@y.example> <#C1|desk>")
		synctest.Wait()
		shows(t, s.seen(bob), "Idlib front\nelevated <!channel>")
		c := s.desk.calls()[0]
		if want := "why <this> https://news.example/?a=1&b=2 <@U0ADA|Ada> x@y.example desk"; c.Words != want {
			t.Errorf("words %q, want %q", c.Words, want)
		}
		if want := (command.Person{ID: bob, Name: "Bob"}); !cmp.Equal(c.From, want) {
			t.Errorf("asked by %v, want %v", c.From, want)
		}
		s.desk.answer = func(*command.Call, string) *command.Answer {
			return &command.Answer{Shared: true, Lines: []command.Line{command.Text("calm")}}
		}
		if p := s.Private(bob)[0]; p.Thread != "" { // where nobody looks who is not in it yet
			t.Errorf("the answer stands in the thread %s", p.Thread)
		}
		root := s.Mention(bob, channel, "", "status share")
		synctest.Wait()
		s.Mention(bob, channel, root, "status share")
		time.Sleep(2 * time.Second)
		synctest.Wait()
		var threads []string
		for _, p := range s.Posts(channel) {
			if p.Text == "calm" {
				threads = append(threads, p.Thread)
			}
		}
		shows(t, threads, root, root)
		s.desk.answer = func(*command.Call, string) *command.Answer {
			return &command.Answer{Lines: []command.Line{command.Text("psst")}}
		}
		s.Mention(bob, channel, root, "status")
		synctest.Wait()
		if p := s.Private(bob); p[len(p)-1].Text != "psst" || p[len(p)-1].Thread != root {
			t.Errorf("in the thread, Bob sees %+v", p[len(p)-1])
		}
		s.spotless(t)
	})
}

func TestAPressReachesTheButtonThatWasMeant(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, nil)
		m := message("Posts encircled")
		m.Buttons = append(m.Buttons, bot.Button{Label: "Acknowledge", Do: "ack-7_sealed"})
		id, err := s.room.Post(t.Context(), "key0000000000001", m)
		if err != nil {
			t.Fatal(err)
		}
		for _, label := range []string{"Open report", "Acknowledge"} {
			if !s.Press(ada, channel, string(id), label) {
				t.Fatalf("no button %s", label)
			}
		}
		synctest.Wait()
		if got := s.desk.does; !cmp.Equal(got, []string{"ack-7_sealed"}) {
			t.Errorf("pressed %q", got)
		}
		c := s.desk.calls()[0]
		if c.From.ID != ada || c.From.Name != "Ada" || c.Where.Channel != channel || c.Key == "" {
			t.Errorf("pressed by %+v", c)
		}
		shows(t, s.seen(ada), "Idlib front\nelevated <!channel>")
		reply, err := s.room.Reply(t.Context(), id, "key0000000000002", message("A reply"))
		if err != nil || reply == "" {
			t.Fatal(err)
		}
		s.Press(ada, channel, string(id), "Acknowledge")
		synctest.Wait()
		for _, p := range s.Private(ada) {
			if p.Thread != "" { // a root stands in the channel
				t.Errorf("the answer stands in the thread %s", p.Thread)
			}
		}
		s.desk.does = s.desk.does[:1]
		m.State = "Acknowledged by Ada"
		if err := s.room.Edit(t.Context(), id, "key0000000000001", m); err != nil {
			t.Fatal(err)
		}
		if s.Press(bob, channel, string(id), "Acknowledge"); !strings.Contains(s.Posts(channel)[0].Text, "Acknowledged by Ada") {
			t.Errorf("the room sees %s", s.Posts(channel)[0].Text)
		}
		synctest.Wait()
		if got := s.desk.does; !cmp.Equal(got, []string{"ack-7_sealed", "ack-7_sealed"}) {
			t.Errorf("pressed %q", got)
		}
		s.spotless(t)
	})
}

// watchForm is a form of two fields.
func watchForm(wrong, rule string) *command.Form {
	return &command.Form{
		Name: "watch add", Title: "A new watch", Wrong: wrong, Args: map[string]string{"by": "form"},
		Fields: []command.Field{
			{Param: "name", Label: "Name", Hint: "one word", Required: true, Most: 40},
			{Param: "rule", Label: "Rule", Value: rule, Long: true, Required: true},
		},
	}
}

func TestAFormStaysOpenUntilItIsRight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, nil)
		s.desk.answer = func(c *command.Call, _ string) *command.Answer {
			switch {
			case c.Name == "":
				return &command.Answer{Form: watchForm("", "")}
			case c.Args["rule"] != "idlib AND kafr":
				return &command.Answer{Form: watchForm("idlib AND (: a bracket is open", c.Args["rule"])}
			}
			return &command.Answer{Title: "Would have told 3 stories", Buttons: []bot.Button{{Label: "Add", Do: "add-1"}}}
		}
		s.Command(ada, channel, "watch add")
		synctest.Wait()
		if m := s.Modal(ada); m == nil || m.Title != "A new watch" || !cmp.Equal(m.Fields, []string{"name", "rule"}) {
			t.Fatalf("modal %+v", m)
		}
		s.Submit(ada, map[string]string{"name": "kafr", "rule": "idlib AND ("})
		synctest.Wait()
		if got := s.Modal(ada).Text; got != "One moment…" {
			t.Errorf("while it is looked at, the form shows %q", got)
		}
		time.Sleep(time.Second)
		if got := s.Modal(ada).Text; got != "idlib AND (: a bracket is open\nName:\nRule: idlib AND (" {
			t.Errorf("after a fault, the form shows %q", got)
		}
		s.Submit(ada, map[string]string{"name": "kafr", "rule": " idlib AND kafr "})
		time.Sleep(time.Second)
		if got := s.Modal(ada).Text; got != "Would have told 3 stories\n[Add]" {
			t.Errorf("at the end, the form shows %q", got)
		}
		last := s.desk.calls()[2]
		if want := (map[string]string{"name": "kafr", "rule": "idlib AND kafr", "by": "form"}); last.Name != "watch add" || last.Words != "" || !cmp.Equal(last.Args, want) {
			t.Errorf("asked %+v", last)
		}
		s.desk.answer = func(c *command.Call, do string) *command.Answer {
			return &command.Answer{Lines: []command.Line{command.Text(do + " by " + c.From.Name + " in " + c.Where.Channel)}}
		}
		if !s.PressModal(ada, "Add") {
			t.Fatal("no button")
		}
		synctest.Wait()
		if got := s.Modal(ada).Text; got != "add-1 by Ada in "+channel {
			t.Errorf("after the press, the form shows %q", got)
		}
		s.spotless(t)
	})
}

func TestWhatComesOfAFormThatWasClosedIsSaidInTheChannel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, nil)
		s.desk.answer = func(c *command.Call, _ string) *command.Answer {
			if c.Name == "" {
				return &command.Answer{Form: watchForm("", "")}
			}
			return &command.Answer{Lines: []command.Line{command.Text("added")}}
		}
		s.Command(ada, channel, "watch add")
		synctest.Wait()
		s.Submit(ada, map[string]string{"name": "x", "rule": "y"})
		synctest.Wait()
		s.CloseModal(ada)
		time.Sleep(time.Second)
		shows(t, s.seen(ada), "added")
		s.spotless(t)
	})
}

func TestWhereNoFormCanBeShownItIsSaidWhatToType(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, nil)
		s.desk.answer = func(*command.Call, string) *command.Answer { return &command.Answer{Form: watchForm("", "")} }
		want := "More is needed. Type /vedette " + command.Find("watch add").Usage()
		s.Mention(ada, channel, "", "watch add")
		synctest.Wait()
		shows(t, s.seen(ada), want)
		s.spotless(t)
		s.desk.takes = 4 * time.Second // longer than a trigger lives
		s.Command(ada, channel, "watch add")
		time.Sleep(5 * time.Second)
		shows(t, s.seen(ada), want, want)
	})
}

func TestAFileComesWhereTheAnswerIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, nil)
		a := &command.Answer{
			Lines: []command.Line{command.Text("The level went up.")},
			File:  &command.File{Name: "idlib.png", Type: "image/png", Data: []byte("\x89PNG"), Alt: "a line that rises"},
		}
		s.desk.answer = func(*command.Call, string) *command.Answer { return a }
		s.Command(ada, channel, "chart idlib")
		synctest.Wait()
		shows(t, s.seen(ada), "The level went up.\nidlib.png comes in your messages with this app.")
		if p := s.Posts(fakeroom.SlackDirect(ada)); len(p) != 1 || p[0].Text != "file idlib.png a line that rises" {
			t.Errorf("Ada's messages: %v", p)
		}
		if got := string(s.File("idlib.png")); got != "\x89PNG" {
			t.Errorf("the file is %q", got)
		}
		if n := len(s.Posts(channel)); n != 0 {
			t.Errorf("%d messages stand in the channel", n)
		}
		a.Shared = true
		s.Command(ada, channel, "chart idlib share")
		time.Sleep(2 * time.Second)
		root := s.Mention(ada, "C0OTHER0000", "", "chart idlib share")
		synctest.Wait()
		for _, p := range s.Posts("C0OTHER0000")[1:] {
			if p.Thread != root {
				t.Errorf("%q stands outside the thread of the mention", p.Text)
			}
		}
		if p := s.Posts(channel); len(p) != 2 || p[0].Text != "The level went up." || p[1].Text != "file idlib.png a line that rises" {
			t.Errorf("the channel: %v", p)
		}
		s.spotless(t)
		s.Fail(fakeroom.Fault{Method: "files.getUploadURLExternal", Body: `{"ok":false,"error":"missing_scope"}`})
		s.Command(bob, channel, "chart idlib share")
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if got := s.seen(bob); len(got) != 1 || !strings.Contains(got[0], "files:write") {
			t.Errorf("Bob is told %q", got)
		}
	})
}

func TestAnAnswerFindsItsWay(t *testing.T) {
	for name, tt := range map[string]struct {
		faults []fakeroom.Fault
		shared bool
		want   int // messages
	}{
		"FormRefused": {
			[]fakeroom.Fault{{Method: "response_url", Body: `{"ok":false,"error":"invalid_blocks"}`}}, false, 1,
		},
		"FormRefusedByStatus":     {[]fakeroom.Fault{{Method: "response_url", Status: 400, Body: "invalid_payload"}}, false, 1},
		"FormRefusedToAll":        {[]fakeroom.Fault{{Method: "response_url", Body: `{"ok":false,"error":"invalid_blocks"}`}}, true, 1},
		"URLUsedUp":               {[]fakeroom.Fault{{Method: "response_url", Status: 404, Body: `{"ok":false,"error":"used_url"}`}}, false, 1},
		"URLUsedUpForAll":         {[]fakeroom.Fault{{Method: "response_url", Status: 404}}, true, 1},
		"Lost":                    {[]fakeroom.Fault{{Method: "response_url", Cut: true}}, false, 1},
		"LostAfterTheFact":        {[]fakeroom.Fault{{Method: "response_url", Cut: true, Commit: true}}, false, 2},
		"LostToAllMayStand":       {[]fakeroom.Fault{{Method: "response_url", Cut: true, Commit: true}}, true, 1},
		"StumbledToAllIsNotTwice": {[]fakeroom.Fault{{Method: "response_url", Status: 502, Commit: true}}, true, 1},
		"FormRefusedTwice": {
			[]fakeroom.Fault{{Method: "response_url", Status: 404}, {Method: "chat.postEphemeral", Body: `{"ok":false,"error":"invalid_blocks"}`}, {Method: "response_url", Status: 404}}, false, 1,
		},
		"RoomShut": {
			[]fakeroom.Fault{{Method: "response_url", Status: 404}, {Method: "chat.postEphemeral", Body: `{"ok":false,"error":"channel_not_found"}`}}, false, 0,
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := play(t, nil)
				for _, f := range tt.faults {
					s.Fail(f)
				}
				s.desk.answer = func(*command.Call, string) *command.Answer {
					return &command.Answer{Shared: tt.shared, Lines: []command.Line{command.Text("elevated")}}
				}
				s.Command(ada, channel, "status")
				time.Sleep(2 * time.Second)
				synctest.Wait()
				all := s.seen(ada)
				for _, p := range s.Posts(channel) {
					all = append(all, p.Text)
				}
				if want := slices.Repeat([]string{"elevated"}, tt.want); !slices.Equal(all, want) {
					t.Errorf("seen %q, want %q", all, want)
				}
				if told := strings.Contains(s.log.String(), "did not arrive"); told != (tt.want == 0 || strings.Contains(name, "All") && !strings.HasPrefix(name, "URL") && !strings.HasPrefix(name, "Form")) {
					t.Errorf("the log says it did not arrive: %v", told)
				}
				if strings.Contains(s.log.String(), "/hooks/") {
					t.Errorf("the log tells a secret: %s", s.log)
				}
			})
		})
	}
}

func TestEachDeliveryIsAcknowledgedAtOnceHoweverLongTheAnswerTakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, nil)
		s.desk.takes = 20 * time.Second
		id, err := s.room.Post(t.Context(), "k", &bot.Message{Buttons: []bot.Button{{Label: "Why", Do: "why"}}})
		if err != nil {
			t.Fatal(err)
		}
		s.Command(ada, channel, "status")
		s.Mention(ada, channel, "", "status")
		s.Press(ada, channel, string(id), "Why")
		s.Press(ada, channel, string(id), "no such button")
		time.Sleep(time.Second)
		acks := s.Acks()
		if len(acks) != 3 {
			t.Fatalf("%d acknowledgements, want 3", len(acks))
		}
		for _, a := range acks {
			if a.After > 300*time.Millisecond || len(a.Payload) > 0 {
				t.Errorf("%s acknowledged after %v with %s", a.Kind, a.After, a.Payload)
			}
		}
		shows(t, s.seen(ada))
		s.stop() // what was begun is finished
		time.Sleep(30 * time.Second)
		if n := len(s.seen(ada)); n != 3 {
			t.Errorf("%d answers, want 3", n)
		}
		if err := <-s.ended; err != nil {
			t.Errorf("Run returned %v", err)
		}
		s.spotless(t)
	})
}

func TestWhatIsHeardTwiceActsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, nil)
		s.Fail(fakeroom.Fault{Method: "response_url", Delay: time.Second})
		for range 3 {
			s.Deliver("events_api", event(map[string]any{"event_id": "Ev1"}))
			s.Deliver("slash_commands", map[string]any{"team_id": "T0FAKEROOM", "user_id": ada, "user_name": "Ada", "channel_id": channel, "trigger_id": "1.2", "text": "ack 7"})
			s.Deliver("interactive", press(nil))
		}
		time.Sleep(time.Minute)
		s.Deliver("events_api", event(map[string]any{"event_id": "Ev1"}))
		time.Sleep(29 * time.Minute)
		s.Deliver("events_api", event(map[string]any{"event_id": "Ev2"}))
		synctest.Wait()
		s.Deliver("events_api", event(map[string]any{"event_id": "Ev1"}))
		synctest.Wait()
		if n := len(s.desk.calls()); n != 4 {
			t.Errorf("%d acts, want 4", n)
		}
		if n := len(s.Acks()); n != 12 {
			t.Errorf("%d acknowledgements, want 12", n)
		}
	})
}

// event is words that name the bot, as delivered.
func event(change map[string]any) map[string]any {
	e := map[string]any{
		"type": "event_callback", "team_id": "T0FAKEROOM", "event_id": "Ev0",
		"event": map[string]any{"type": "app_mention", "user": ada, "text": "<@U0FAKEROOM> status", "channel": channel, "ts": "1.000001"},
	}
	maps.Copy(e, change)
	return e
}

// press is a press of a button, as delivered.
func press(change map[string]any) map[string]any {
	p := map[string]any{
		"type": "block_actions", "trigger_id": "3.4", "team": map[string]any{"id": "T0FAKEROOM"},
		"user":    map[string]any{"id": ada, "name": "Ada", "team_id": "T0FAKEROOM"},
		"channel": map[string]any{"id": channel}, "actions": []any{map[string]any{"action_id": "do:0", "block_id": "b", "value": "ack-7"}},
	}
	maps.Copy(p, change)
	return p
}

func TestWhatIsNotForVedetteIsAcknowledgedAndForgotten(t *testing.T) {
	mention := func(change map[string]any) map[string]any {
		m := event(nil)["event"].(map[string]any)
		maps.Copy(m, change)
		return event(map[string]any{"event": m})
	}
	for name, tt := range map[string]struct {
		kind    string
		payload any
		log     string
	}{
		"OtherTeamsCommand":   {"slash_commands", map[string]any{"team_id": "T0OTHER", "user_id": ada, "channel_id": channel}, "another workspace's"},
		"NoTeamsCommand":      {"slash_commands", map[string]any{"user_id": ada, "channel_id": channel}, "another workspace's"},
		"OtherTeamsEvent":     {"events_api", event(map[string]any{"team_id": "T0OTHER"}), "another workspace's"},
		"StrangerInAChannel":  {"events_api", mention(map[string]any{"user_team": "T0OTHER"}), "another workspace's"},
		"StrangersSource":     {"events_api", mention(map[string]any{"source_team": "T0OTHER"}), "another workspace's"},
		"OtherTeamsPress":     {"interactive", press(map[string]any{"team": map[string]any{"id": "T0OTHER"}}), "another workspace's"},
		"StrangersPress":      {"interactive", press(map[string]any{"user": map[string]any{"id": ada, "team_id": "T0OTHER"}}), "another workspace's"},
		"NoTeam":              {"interactive", press(map[string]any{"team": nil}), "another workspace's"},
		"ItsOwnWords":         {"events_api", mention(map[string]any{"user": "U0FAKEROOM"}), ""},
		"ABotsWords":          {"events_api", mention(map[string]any{"bot_id": "B0OTHER"}), ""},
		"AnEdit":              {"events_api", mention(map[string]any{"subtype": "message_changed"}), ""},
		"AnotherEvent":        {"events_api", mention(map[string]any{"type": "message"}), ""},
		"NobodysWords":        {"events_api", mention(map[string]any{"user": "x"}), "not understood"},
		"AnOthersButton":      {"interactive", press(map[string]any{"actions": []any{map[string]any{"action_id": "x", "value": "ack-7"}}}), ""},
		"NoButton":            {"interactive", press(map[string]any{"actions": []any{}}), ""},
		"AShortcut":           {"interactive", press(map[string]any{"type": "message_action"}), ""},
		"AnOthersForm":        {"interactive", press(map[string]any{"type": "view_submission", "view": map[string]any{"private_metadata": ""}}), "not understood"},
		"AViewWithoutAView":   {"interactive", press(map[string]any{"type": "view_submission"}), ""},
		"AnUnknownKind":       {"brain_waves", map[string]any{}, ""},
		"NoObject":            {"slash_commands", []any{1}, "not understood"},
		"NoObjectEither":      {"interactive", "x", "not understood"},
		"NoEvent":             {"events_api", 7, "not understood"},
		"AChannelThatIsNone":  {"slash_commands", map[string]any{"team_id": "T0FAKEROOM", "user_id": ada, "channel_id": strings.Repeat("C", 31)}, "not understood"},
		"AUserThatIsNone":     {"slash_commands", map[string]any{"team_id": "T0FAKEROOM", "user_id": "<!channel>", "channel_id": channel}, "not understood"},
		"ValuesOfAnotherKind": {"interactive", press(map[string]any{"actions": []any{map[string]any{"action_id": "do:0", "value": map[string]any{}}}}), "not understood"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := play(t, nil)
				s.Deliver(tt.kind, tt.payload)
				time.Sleep(time.Second)
				if n := len(s.desk.calls()); n != 0 {
					t.Errorf("%d acts, want none", n)
				}
				if n := len(s.Acks()); n != 1 {
					t.Errorf("%d acknowledgements, want 1", n)
				}
				if log := s.log.String(); !strings.Contains(log, tt.log) || tt.log == "" && strings.Contains(log, "WARN") {
					t.Errorf("the log says %q, want %q", log, tt.log)
				}
				s.spotless(t)
			})
		})
	}
}

func TestAnswersGoToSlackAlone(t *testing.T) { // I12
	for name, at := range map[string]string{
		"Loopback": "https://127.0.0.1/hooks/1", "LoopbacksOtherPort": "http://127.0.0.1:8080/hooks/1", "Metadata": "http://169.254.169.254/x",
		"NotSafe": "http://hooks.slack.com/x", "Elsewhere": "https://hooks.slack.com.evil.example/x", "User": "https://a:b@hooks.slack.com/x",
		"File": "file:///etc/passwd", "None": "", "NoURL": "https://%zz", "Port": "https://hooks.slack.com:444/x",
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := play(t, nil)
				s.Deliver("interactive", press(map[string]any{"response_url": at}))
				time.Sleep(time.Second)
				shows(t, s.seen(ada), "Idlib front\nelevated <!channel>") // by the API
				s.spotless(t)
			})
		})
	}
}

func TestAFloodOfOnePersonLeavesTheOthersTheirTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, nil)
		s.desk.takes = time.Second
		for range 20 {
			s.Command(ada, channel, "status")
		}
		s.Command(bob, channel, "status")
		time.Sleep(time.Minute)
		if n := len(s.desk.calls()); n != 6 {
			t.Errorf("%d calls were answered, want 5 of Ada's and 1 of Bob's", n)
		}
		busy := 0
		for _, text := range s.seen(ada) {
			if strings.Contains(text, "still being answered") {
				busy++
			}
		}
		if len(s.seen(ada)) != 20 || busy != 15 || len(s.seen(bob)) != 1 {
			t.Errorf("Ada sees %d messages, %d of them excuses; Bob %d", len(s.seen(ada)), busy, len(s.seen(bob)))
		}
		s.Command(ada, channel, "status")
		time.Sleep(time.Minute)
		if n := len(s.desk.calls()); n != 7 {
			t.Errorf("later, %d calls were answered, want 7", n)
		}
		s.spotless(t)
	})
}

func TestAPressThatIsNotTakenIsSaidToBeNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, nil)
		s.desk.takes = time.Second
		for i := range 6 {
			s.Deliver("interactive", press(map[string]any{"trigger_id": fmt.Sprint("press ", i)}))
		}
		time.Sleep(time.Minute)
		busy := 0
		for _, text := range s.seen(ada) {
			if strings.Contains(text, "still being answered") {
				busy++
			}
		}
		if n := len(s.desk.calls()); n != 5 || busy != 1 {
			t.Errorf("of 6 presses %d were answered and %d excused, want 5 and 1", n, busy)
		}
		s.spotless(t)
	})
}

// TestWhoeverWaitsInVainIsTold holds that an answer that says that something
// took too long has time left to arrive.
func TestWhoeverWaitsInVainIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, nil)
		s.desk.gives = true
		s.Command(ada, channel, "status")
		time.Sleep(time.Minute)
		shows(t, s.seen(ada), "Idlib front\nelevated <!channel>")
	})
}

func TestAFaultInAnAnswerEndsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, nil)
		s.desk.answer = func(*command.Call, string) *command.Answer { panic("canary") }
		s.Command(ada, channel, "status")
		synctest.Wait()
		s.desk.answer = nil
		s.Command(ada, channel, "status")
		synctest.Wait()
		shows(t, s.seen(ada), "That went wrong inside vedette. Its log says more.", "Idlib front\nelevated <!channel>")
		if !strings.Contains(s.log.String(), "canary") {
			t.Error("the log does not say what went wrong")
		}
		s.spotless(t)
	})
}

func TestRolesAreThoseOfTheLastFiveMinutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, nil)
		roles := func() string {
			s.Command(ada, channel, "status")
			time.Sleep(time.Second)
			synctest.Wait()
			all := s.desk.calls()
			return fmt.Sprint(all[len(all)-1].From.Roles)
		}
		if got := roles(); got != "[S0EDITORS]" {
			t.Errorf("roles %s", got)
		}
		s.Group(group, bob)
		if got := roles(); got != "[S0EDITORS]" {
			t.Errorf("roles %s within five minutes", got)
		}
		time.Sleep(5 * time.Minute)
		s.Fail(fakeroom.Fault{Method: "usergroups.users.list", Status: 500})
		if got := roles(); got != "[S0EDITORS]" {
			t.Errorf("roles %s while Slack says nothing, want what it last said", got)
		}
		if !strings.Contains(s.log.String(), group) {
			t.Error("the log does not say which group Slack does not tell")
		}
		time.Sleep(30 * time.Second)
		if got := roles(); got != "[]" {
			t.Errorf("roles %s after five minutes", got)
		}
	})
}

func TestARoomCanBeGoneTo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, nil)
		var _ bot.Addressed = s.room
		tenant, err := s.room.Tenant(t.Context())
		if tenant != "T0FAKEROOM" || err != nil {
			t.Errorf("tenant %q, %v", tenant, err)
		}
		if got, want := s.room.Link(t.Context(), "1582984800.000001"), "https://fakeroom.slack.com/archives/"+channel+"/p1582984800000001"; got != want {
			t.Errorf("link %q, want %q", got, want)
		}
		if got := s.room.Link(t.Context(), "x/../../y"); got != "" {
			t.Errorf("link %q to no message", got)
		}
	})
}

func TestAnInboxThatCannotHearIsNone(t *testing.T) {
	w, err := slack.New(slack.Options{Token: token})
	if err != nil {
		t.Fatal(err)
	}
	for name, o := range map[string]slack.InboxOptions{"Nothing": {}, "BotToken": {AppToken: "xoxb-1-canary"}} {
		if _, err := w.Inbox(o); err == nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestATokenThatIsNotValidStopsTheInbox(t *testing.T) {
	for code, want := range map[string]string{"invalid_auth": "VEDETTE_SLACK_TOKEN", "account_inactive": "VEDETTE_SLACK_TOKEN"} {
		synctest.Test(t, func(t *testing.T) {
			calls := fakeroom.NewPipes()
			f := fakeroom.NewSlackOn(calls, token)
			transport := &http.Transport{DialContext: calls.Dial}
			defer f.Close()
			defer transport.CloseIdleConnections()
			f.Fail(fakeroom.Fault{Method: "auth.test", Status: 503})
			f.Fail(fakeroom.Fault{Method: "auth.test", Status: 403, Body: "<html>a proxy's"})
			f.Fail(fakeroom.Fault{Method: "auth.test", Body: `{"ok":false,"error":"` + code + `"}`})
			w, err := slack.New(slack.Options{Token: token, API: f.API(), Transport: transport})
			if err != nil {
				t.Fatal(err)
			}
			in, err := w.Inbox(slack.InboxOptions{Answerer: new(desk), AppToken: f.AppToken(), Log: slog.New(slog.DiscardHandler)})
			if err != nil {
				t.Fatal(err)
			}
			if err := in.Run(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("error %v, want one that names %s", err, want)
			}
		})
	}
}
