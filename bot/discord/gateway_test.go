package discord_test

import (
	"context"
	"log/slog"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"vedette/bot/discord"
	"vedette/internal/fakeroom"
)

// beat is how often Discord asks for a heartbeat.
const beat = 41250 * time.Millisecond

func TestALineThatEndsIsTakenUpAndLosesNothing(t *testing.T) {
	for name, end := range map[string]func(*scene){
		"Cut":       func(s *scene) { s.Shut(0) },
		"Closed":    func(s *scene) { s.Shut(4000) },
		"Renewed":   func(s *scene) { s.Renew() },
		"Resumable": func(s *scene) { s.Invalidate(true) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := play(t, nil)
				time.Sleep(time.Hour)
				end(s)
				time.Sleep(time.Microsecond)
				s.Command(ada, channel, "status", nil) // while nobody listens
				time.Sleep(8 * time.Second)
				if got := s.Traffic(); got.Begun != 1 || got.Resumed != 1 || got.Open != 1 {
					t.Errorf("traffic is %+v, want one session that was taken up", got)
				}
				if n := len(s.desk.calls()); n != 1 {
					t.Errorf("%d acts, want 1", n)
				}
				s.spotless(t)
			})
		})
	}
}

func TestASessionThatIsOverIsBegunAnew(t *testing.T) {
	for name, end := range map[string]func(*scene){
		"Invalid": func(s *scene) { s.Invalidate(false) }, "Unknown": func(s *scene) { s.Shut(4009) }, "Sequence": func(s *scene) { s.Shut(4007) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := play(t, nil)
				time.Sleep(time.Hour)
				end(s)
				time.Sleep(8 * time.Second)
				if got := s.Traffic(); got.Begun != 2 || got.Resumed != 0 || got.Open != 1 {
					t.Errorf("traffic is %+v, want another session", got)
				}
				s.Command(ada, channel, "status", nil)
				synctest.Wait()
				shows(t, s.seen(ada), "Idlib front\nelevated @everyone")
				s.spotless(t)
			})
		})
	}
}

func TestADeadLineIsNoticedWithinOneHeartbeatAndAHalf(t *testing.T) {
	for name, kill := range map[string]func(*scene){"Frozen": func(s *scene) { s.Freeze() }, "Unacknowledged": func(s *scene) { s.Withhold() }} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := play(t, nil)
				time.Sleep(time.Hour)
				if got := s.Traffic(); got.Ever != 1 {
					t.Fatalf("%d lines, want one that lives", got.Ever)
				}
				kill(s)
				time.Sleep(beat + beat/2 + 2*time.Second)
				if got := s.Traffic(); got.Ever != 2 || got.Begun != 1 || got.Resumed != 1 {
					t.Errorf("traffic is %+v, want the session taken up on another line", got)
				}
				s.Command(ada, channel, "status", nil)
				synctest.Wait()
				shows(t, s.seen(ada), "Idlib front\nelevated @everyone")
			})
		})
	}
}

func TestAnInteractionThatComesTwiceActsOnce(t *testing.T) { // I18
	synctest.Test(t, func(t *testing.T) {
		s := play(t, nil)
		s.Command(ada, channel, "ack", map[string]string{"story": "7"})
		synctest.Wait()
		s.Repeat()
		synctest.Wait()
		if n := len(s.desk.calls()); n != 1 || len(s.seen(ada)) != 1 {
			t.Errorf("%d acts, %d answers, want 1", n, len(s.seen(ada)))
		}
		s.spotless(t)
	})
}

func TestWhatOnlyAPersonCanMendStopsTheInbox(t *testing.T) {
	for code, want := range map[int]string{
		4004: "VEDETTE_DISCORD_TOKEN", 4010: "shards", 4011: "shards", 4012: "newer vedette", 4013: "newer vedette", 4014: "intents",
	} {
		for when, bar := range map[string]func(*scene){
			"Running": func(s *scene) { s.Shut(code) },
			"Later":   func(s *scene) { s.Bar(code); s.Shut(0) },
		} {
			t.Run(when+strconv.Itoa(code), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := play(t, nil)
					time.Sleep(time.Hour)
					bar(s)
					time.Sleep(10 * time.Second)
					select {
					case err := <-s.ended:
						if err == nil || !strings.Contains(err.Error(), want) {
							t.Errorf("it ends with %v, want a word of %q", err, want)
						}
					default:
						t.Fatal("it goes on")
					}
					before := s.Traffic()
					time.Sleep(24 * time.Hour)
					if got := s.Traffic(); got != before {
						t.Errorf("it tried again: %+v", got)
					}
					if _, err := s.room.Post(t.Context(), key, root()); err != nil {
						t.Errorf("rooms are not told any more: %v", err)
					}
				})
			})
		}
	}
}

func TestATokenThatDiscordDoesNotTakeStopsTheInbox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, nil)
		time.Sleep(time.Hour)
		s.Fail(fakeroom.Fault{Method: "GET /gateway/bot", Status: 401, Header: http.Header{"Content-Type": {"application/json"}}, Body: `{"message":"401: Unauthorized","code":0}`})
		s.Shut(4009)
		time.Sleep(10 * time.Second)
		select {
		case err := <-s.ended:
			if err == nil || !strings.Contains(err.Error(), "VEDETTE_DISCORD_TOKEN") {
				t.Errorf("it ends with %v", err)
			}
		default:
			t.Fatal("it goes on")
		}
	})
}

func TestSessionsAreBegunSparingly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, nil)
		for range 24 * 60 * 2 {
			time.Sleep(30 * time.Second)
			s.Invalidate(false)
		}
		if got := s.Traffic().Begun; got > 760 || got < 400 {
			t.Errorf("%d sessions were begun in a day, of 1,000 that Discord takes", got)
		}
		s.spotless(t)
	})
}

func TestWhenDiscordTakesNoMoreSessionsNoneIsBegun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, nil)
		time.Sleep(time.Hour)
		s.Ration(0, 3*time.Hour)
		s.Invalidate(false)
		time.Sleep(3 * time.Hour)
		if got := s.Traffic(); got.Ever != 1 {
			t.Errorf("%d lines", got.Ever)
		}
		s.Ration(1000, 0)
		time.Sleep(time.Minute)
		if got := s.Traffic(); got.Begun != 2 || got.Open != 1 {
			t.Errorf("traffic is %+v, want another session", got)
		}
		s.spotless(t)
	})
}

func TestADiscordThatCannotBeReachedIsAskedAgainAndNotTooOften(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, nil)
		time.Sleep(time.Hour)
		s.Fail(fakeroom.Fault{Method: "GET /gateway/bot", Status: 503, Times: 60})
		s.Shut(4009)
		time.Sleep(time.Hour)
		tries := strings.Count(s.log.String(), "gateway ended")
		if tries < 40 || tries > 100 {
			t.Errorf("%d tries in an hour, want about 65", tries)
		}
		time.Sleep(time.Hour)
		s.Command(ada, channel, "status", nil)
		synctest.Wait()
		shows(t, s.seen(ada), "Idlib front\nelevated @everyone")
	})
}

func TestNonsenseOverTheGatewayHurtsNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, nil)
		for _, frame := range []string{
			`{`, `null`, `[]`, `{"op":0}`, `{"op":0,"t":"INTERACTION_CREATE","d":null}`, `{"op":0,"t":"INTERACTION_CREATE","d":{"id":"../x","token":"../../.."}}`,
			`{"op":0,"t":"MESSAGE_CREATE","d":7}`, `{"op":99}`, `{"op":11}`, `{"op":1}`, `{"op":0,"t":"READY","d":{}}`, `{"op":0,"t":"GUILD_CREATE","d":{"id":"1"}}`,
		} {
			s.Frame(frame)
			synctest.Wait()
		}
		s.Command(ada, channel, "status", nil)
		synctest.Wait()
		shows(t, s.seen(ada), "Idlib front\nelevated @everyone")
		if got := s.Traffic(); got.Ever != 1 {
			t.Errorf("%d lines", got.Ever)
		}
	})
}

func TestAGatewayThatIsNotSafeIsNotUsed(t *testing.T) {
	for name, address := range map[string]string{"Plain": "ws://gateway.example/", "Other": "file:///etc", "None": ":"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := play(t, nil)
				time.Sleep(time.Hour)
				s.Fail(fakeroom.Fault{Method: "GET /gateway/bot", Header: http.Header{"Content-Type": {"application/json"}}, Body: `{"url":"` + address + `","shards":1}`})
				s.Shut(4009)
				time.Sleep(2 * time.Second)
				if !strings.Contains(s.log.String(), "not safe") {
					t.Error("the log does not say so")
				}
				time.Sleep(10 * time.Second)
				if got := s.Traffic(); got.Open != 1 {
					t.Errorf("%d lines, want one from what Discord says next", got.Open)
				}
			})
		})
	}
}

func TestWhatIsUnderWayIsFinishedBeforeTheInboxEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, nil)
		s.desk.takes = 10 * time.Second
		s.Command(ada, channel, "status", nil)
		s.Mention(bob, channel, "status")
		time.Sleep(time.Second)
		s.stop()
		if err := <-s.ended; err != nil {
			t.Error(err)
		}
		shows(t, s.seen(ada), "Idlib front\nelevated @everyone")
		shows(t, s.said(), "Idlib front\nelevated @everyone")
		s.spotless(t)
	})
}

func TestAnInboxLeavesNoGoroutineBehind(t *testing.T) {
	before := goleak.IgnoreCurrent()
	d, err := fakeroom.NewDiscord(token, "")
	if err != nil {
		t.Fatal(err)
	}
	d.Join(ada, "Ada")
	transport := &http.Transport{}
	a, err := discord.New(discord.Options{Token: token, API: d.API(), Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	in, err := a.Inbox(discord.InboxOptions{Answerer: new(desk), Gateway: true, Channels: func() []string { return []string{channel} }, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	running, stop := context.WithCancel(t.Context())
	go func() { ended <- in.Run(running) }()
	for d.Traffic().Begun == 0 || puts(d) == 0 {
		runtime.Gosched()
	}
	d.Command(ada, channel, "status", nil)
	for len(d.Private(ada)) == 0 {
		runtime.Gosched()
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	transport.CloseIdleConnections()
	d.Close()
	goleak.VerifyNone(t, before)
}

func puts(d *fakeroom.Discord) int {
	_, n := d.Commands()
	return n
}
