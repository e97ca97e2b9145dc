package slack_test

import (
	"context"
	"log/slog"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack/slacktest"
	"go.uber.org/goleak"

	"vedette/bot/slack"
	"vedette/internal/fakeroom"
)

func TestASocketIsReplacedBeforeItEnds(t *testing.T) {
	for _, reason := range []string{"warning", "refresh_requested", "too_many_websockets", "what_is_this"} {
		t.Run(reason, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := play(t, nil)
				time.Sleep(6 * time.Hour)
				s.Disconnect(reason)
				synctest.Wait()
				open, ever := s.Sockets()
				if reason == "warning" && open != 2 || open < 1 || ever != 2 {
					t.Errorf("%d sockets are open, %d ever were; want another before the old one ends", open, ever)
				}
				for range 4 { // over both
					s.Command(ada, channel, "status")
					synctest.Wait()
				}
				time.Sleep(15 * time.Second)
				s.Command(ada, channel, "status")
				synctest.Wait()
				if open, ever := s.Sockets(); open != 1 || ever != 2 {
					t.Errorf("later, %d sockets are open and %d ever were", open, ever)
				}
				if n := len(s.seen(ada)); n != 5 {
					t.Errorf("%d answers to 5 commands", n)
				}
				s.spotless(t)
			})
		})
	}
}

func TestASocketThatShouldEndAndDoesNotIsClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, nil)
		time.Sleep(6 * time.Hour)
		s.Frame(`{"type":"disconnect","reason":"warning"}`)
		time.Sleep(20 * time.Second)
		if open, _ := s.Sockets(); open != 2 {
			t.Errorf("%d sockets are open, want the old one still read", open)
		}
		time.Sleep(20 * time.Second)
		if open, ever := s.Sockets(); open != 1 || ever != 2 {
			t.Errorf("%d sockets are open and %d ever were", open, ever)
		}
	})
}

func TestWhatWasNotAcknowledgedComesAgainAndActsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, nil)
		time.Sleep(2 * time.Minute)
		s.Deafen() // Slack hears no acknowledgement
		s.Command(ada, channel, "ack 7")
		synctest.Wait()
		s.Disconnect("")
		time.Sleep(time.Minute)
		if n := len(s.Acks()); n != 1 {
			t.Errorf("%d acknowledgements arrived, want 1", n)
		}
		if n := len(s.desk.calls()); n != 1 {
			t.Errorf("%d acts, want 1", n)
		}
		shows(t, s.seen(ada), "Idlib front\nelevated <!channel>")
		s.spotless(t)
	})
}

func TestASlackThatCannotBeReachedIsAskedAgainAndNotTooOften(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, nil)
		time.Sleep(2 * time.Minute)
		s.Fail(fakeroom.Fault{Method: "apps.connections.open", Status: 503, Times: 100})
		s.Disconnect("")
		time.Sleep(time.Hour)
		tries := strings.Count(s.log.String(), "gives no socket")
		if tries < 60 || tries > 100 {
			t.Errorf("%d tries in an hour, want about 80", tries)
		}
		time.Sleep(2 * time.Hour)
		s.Command(ada, channel, "status")
		synctest.Wait()
		shows(t, s.seen(ada), "Idlib front\nelevated <!channel>")
		s.spotless(t)
	})
}

func TestASlackThatIsBusyIsLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, nil)
		time.Sleep(2 * time.Minute)
		s.Fail(fakeroom.Fault{Method: "apps.connections.open", Status: 429, Header: http.Header{"Retry-After": {"300"}}})
		s.Disconnect("")
		time.Sleep(299 * time.Second)
		if open, _ := s.Sockets(); open != 0 {
			t.Error("a socket was opened too soon")
		}
		time.Sleep(2 * time.Second)
		if open, _ := s.Sockets(); open != 1 {
			t.Error("no socket was opened")
		}
	})
}

func TestASocketThatKeepsEndingIsNotOpenedWithoutEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, nil)
		for range 3600 {
			time.Sleep(time.Second)
			s.Disconnect("")
		}
		if _, ever := s.Sockets(); ever < 30 || ever > 130 {
			t.Errorf("%d sockets in an hour, want about 80", ever)
		}
	})
}

func TestASocketThatFallsSilentIsReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, nil)
		time.Sleep(5 * time.Minute)
		if _, ever := s.Sockets(); ever != 1 {
			t.Fatalf("%d sockets, want one that lives", ever)
		}
		s.Freeze()
		s.Command(ada, channel, "status")
		time.Sleep(45 * time.Second)
		if _, ever := s.Sockets(); ever != 2 {
			t.Errorf("%d sockets, want another", ever)
		}
		shows(t, s.seen(ada), "Idlib front\nelevated <!channel>")
	})
}

func TestWhatOnlyAPersonCanMendStopsTheInbox(t *testing.T) {
	refuse := func(code string) func(*scene) {
		return func(s *scene) {
			s.Fail(fakeroom.Fault{Method: "apps.connections.open", Body: `{"ok":false,"error":"` + code + `"}`})
			s.Disconnect("")
		}
	}
	for name, tt := range map[string]struct {
		do   func(*scene)
		want string
	}{
		"TurnedOff":      {func(s *scene) { s.Disconnect("link_disabled") }, "Socket Mode is off"},
		"TokenInvalid":   {refuse("invalid_auth"), "VEDETTE_SLACK_APP_TOKEN"},
		"TokenRevoked":   {refuse("token_revoked"), "VEDETTE_SLACK_APP_TOKEN"},
		"WrongToken":     {refuse("not_allowed_token_type"), "connections:write"},
		"ScopeMissing":   {refuse("missing_scope"), "connections:write"},
		"TeamNotAllowed": {refuse("forbidden_team"), "admins"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := play(t, nil)
				time.Sleep(2 * time.Minute)
				tt.do(s)
				time.Sleep(time.Minute)
				select {
				case err := <-s.ended:
					if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "canary") {
						t.Errorf("error %v, want one that says %q", err, tt.want)
					}
				default:
					t.Error("it goes on")
				}
			})
		})
	}
}

func TestASocketElsewhereThanSlackSaysSafelyIsNotUsed(t *testing.T) {
	for name, at := range map[string]string{"NotSafe": "ws://wss-primary.slack.com/link", "Web": "https://x.example", "None": "", "NoURL": "wss://%zz"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := play(t, nil)
				time.Sleep(2 * time.Minute)
				s.Fail(fakeroom.Fault{Method: "apps.connections.open", Body: `{"ok":true,"url":"` + at + `"}`})
				s.Disconnect("")
				time.Sleep(10 * time.Second)
				if !strings.Contains(s.log.String(), "not safe") {
					t.Errorf("the log says %s", s.log)
				}
				if open, ever := s.Sockets(); open != 1 || ever != 2 {
					t.Errorf("%d sockets are open, %d ever were; want the next try to work", open, ever)
				}
			})
		})
	}
}

func TestFramesThatMakeNoSenseAreRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, nil)
		for _, frame := range []string{"", "{", "7", "null", `{"type":7}`, `{"type":"hello"}`, `{"envelope_id":7}`, strings.Repeat("[", 20_000)} {
			s.Frame(frame)
		}
		s.Command(ada, channel, "status")
		synctest.Wait()
		shows(t, s.seen(ada), "Idlib front\nelevated <!channel>")
		s.Frame(strings.Repeat(" ", 5<<20)) // more than a delivery may have
		time.Sleep(10 * time.Second)
		s.Command(ada, channel, "status")
		synctest.Wait()
		if _, ever := s.Sockets(); ever != 2 || len(s.seen(ada)) != 2 {
			t.Errorf("%d sockets, Ada sees %q", ever, s.seen(ada))
		}
	})
}

// TestAnInboxLeavesNothingBehind runs on loopback, where goroutines are real.
func TestAnInboxLeavesNothingBehind(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	f := fakeroom.NewSlack(token)
	f.Join(ada, "Ada")
	transport := &http.Transport{}
	w, err := slack.New(slack.Options{Token: token, API: f.API(), Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	in, err := w.Inbox(slack.InboxOptions{Answerer: new(desk), AppToken: f.AppToken(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	f.Command(ada, channel, "status")
	ended := make(chan error)
	ctx, stop := context.WithCancel(t.Context())
	go func() { ended <- in.Run(ctx) }()
	for len(f.Private(ada)) == 0 && t.Context().Err() == nil {
		runtime.Gosched()
	}
	f.Disconnect("warning")
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	transport.CloseIdleConnections()
	f.Close()
}

// TestTheLibrarysOwnServerHearsAnAcknowledgement asks a server that is not ours
// what it heard of a socket of ours.
func TestTheLibrarysOwnServerHearsAnAcknowledgement(t *testing.T) {
	srv := slacktest.NewTestServer()
	srv.Start()
	defer srv.Stop()
	w, err := slack.New(slack.Options{Token: token, API: srv.GetAPIURL()})
	if err != nil {
		t.Fatal(err)
	}
	d, log := new(desk), new(journal)
	in, err := w.Inbox(slack.InboxOptions{Answerer: d, AppToken: "xapp-1-canary", Log: slog.New(slog.NewTextHandler(log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	// Slack says hello; this server leaves that to the test.
	srv.SendToWebsocket(`{"type":"hello","num_connections":1,"connection_info":{"app_id":"A1"}}`)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- in.Run(ctx) }()
	heard := func(want func() bool) {
		t.Helper()
		for limit := time.Now().Add(10 * time.Second); !want(); runtime.Gosched() {
			if time.Now().After(limit) {
				t.Fatalf("the server heard %q, the log says %s", srv.GetSeenInboundMessages(), log)
			}
		}
	}
	heard(func() bool { return strings.Contains(log.String(), "is open") })
	srv.SendToWebsocket(`{"envelope_id":"e-1","type":"slash_commands","accepts_response_payload":true,"payload":{"team_id":"T024BE7LD",` +
		`"user_id":"W012A3CDE","user_name":"spengler","channel_id":"C024BE91L","command":"/vedette","text":"status &amp;","trigger_id":"1.2"}}`)
	heard(func() bool { return slices.Contains(srv.GetSeenInboundMessages(), `{"envelope_id":"e-1"}`) })
	heard(func() bool { return len(d.calls()) == 1 })
	if c := d.calls()[0]; c.Words != "status &" || c.From.Name != "spengler" || c.Where.Tenant != "T024BE7LD" {
		t.Errorf("asked %+v", c)
	}
	heard(func() bool { // what was said to the person, which this server tells all who listen
		return slices.ContainsFunc(srv.GetSeenOutboundMessages(), func(m string) bool { return strings.Contains(m, "elevated") })
	})
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
