package slack_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"vedette/bot"
	"vedette/bot/slack"
	"vedette/internal/fakeroom"
	"vedette/story"
)

const (
	history = "conversations.history"
	replies = "conversations.replies"
	sought  = "sought0000000001"
)

// finding runs test with a room of a fake Slack that shows for three seconds
// nothing of what it takes.
func finding(t *testing.T, test func(t *testing.T, f *fakeroom.Slack, r *slack.Room)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		calls := fakeroom.NewPipes()
		f := fakeroom.NewSlackOn(calls, token)
		f.Lag = 3 * time.Second
		defer f.Close()
		transport := &http.Transport{DialContext: calls.Dial}
		defer transport.CloseIdleConnections()
		w, err := slack.New(slack.Options{Token: token, API: f.API(), Transport: transport})
		if err != nil {
			t.Fatal(err)
		}
		test(t, f, w.Room(channel))
		for _, v := range f.Violations() {
			t.Error(v)
		}
	})
}

// trace is what is known of the message that was given to Slack so long ago.
func trace(root story.Remote, ago time.Duration) bot.Trace {
	return bot.Trace{Key: sought, Root: root, Since: time.Now().Add(-ago), Age: ago}
}

// stands returns the remote of a message that was told.
func stands(t *testing.T) func(story.Remote, error) story.Remote {
	t.Helper()
	return func(at story.Remote, err error) story.Remote {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
}

func TestAMessageIsFoundByItsKey(t *testing.T) {
	lost := fakeroom.Fault{Method: "chat.postMessage", Commit: true, Cut: true}
	refused := fakeroom.Fault{Method: "chat.postMessage", Body: `{"ok":false,"error":"invalid_blocks"}`}
	for name, tt := range map[string]struct {
		reply bool
		fails []fakeroom.Fault
		after func(t *testing.T, f *fakeroom.Slack, r *slack.Room, root, at story.Remote)
	}{
		"ARoot":       {false, []fakeroom.Fault{lost}, nil},
		"AReply":      {true, []fakeroom.Fault{lost}, nil},
		"OfPlainText": {false, []fakeroom.Fault{refused, lost}, nil},
		"ThatWasEdited": {false, nil, func(t *testing.T, _ *fakeroom.Slack, r *slack.Room, _, at story.Remote) {
			t.Helper()
			if err := r.Edit(t.Context(), at, sought, message("Another title")); err != nil {
				t.Fatal(err)
			}
		}},
		"BehindOthers": {false, []fakeroom.Fault{lost}, func(t *testing.T, _ *fakeroom.Slack, r *slack.Room, _, _ story.Remote) {
			t.Helper()
			for i := range 450 {
				stands(t)(r.Post(t.Context(), fmt.Sprint("other", i), message("T")))
			}
		}},
		"WhoseRootIsGone": {true, []fakeroom.Fault{lost}, func(t *testing.T, f *fakeroom.Slack, r *slack.Room, root, _ story.Remote) {
			t.Helper()
			f.Delete(channel, string(root))
			stands(t)(r.Post(t.Context(), sought, message("Told by itself")))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			finding(t, func(t *testing.T, f *fakeroom.Slack, r *slack.Room) {
				t.Helper()
				root := stands(t)(r.Post(t.Context(), "root000000000001", message("Root")))
				for _, fault := range tt.fails {
					f.Fail(fault)
				}
				began := time.Now()
				var at story.Remote
				if tt.reply {
					at, _ = r.Reply(t.Context(), root, sought, message("Further"))
				} else {
					root = ""
					at, _ = r.Post(t.Context(), sought, message("T"))
				}
				if tt.after != nil {
					tt.after(t, f, r, root, at)
				}
				time.Sleep(f.Lag)
				found, ok, err := r.Find(t.Context(), trace(root, time.Since(began)))
				if err != nil || !ok {
					t.Fatalf("found %v, %v", ok, err)
				}
				for _, p := range f.Posts(channel) {
					if p.ID == string(found) && p.Key != sought {
						t.Errorf("found is %s, want %s", p.Key, sought)
					}
				}
			})
		})
	}
}

func TestWhatSlackDoesNotShowYetIsNotFound(t *testing.T) {
	finding(t, func(t *testing.T, f *fakeroom.Slack, r *slack.Room) {
		t.Helper()
		at := stands(t)(r.Post(t.Context(), sought, message("T")))
		if _, ok, err := r.Find(t.Context(), trace("", time.Second)); ok || err != nil {
			t.Errorf("found %v, %v before it is shown", ok, err)
		}
		time.Sleep(f.Lag)
		if found, ok, err := r.Find(t.Context(), trace("", time.Second)); !ok || err != nil || found != at {
			t.Errorf("found %q, %v, %v; want %q", found, ok, err, at)
		}
		if _, ok, err := r.Find(t.Context(), trace("1012345678901234567", time.Second)); !ok || err != nil {
			t.Errorf("found %v, %v where its root stood in another platform", ok, err)
		}
	})
}

// TestALookReadsNothingThatWasWrittenLongAfter has much told after an outage,
// which is no reason to read it for each message that is in doubt since then.
func TestALookReadsNothingThatWasWrittenLongAfter(t *testing.T) {
	for name, reply := range map[string]bool{"ARoot": false, "AReply": true} {
		t.Run(name, func(t *testing.T) {
			finding(t, func(t *testing.T, f *fakeroom.Slack, r *slack.Room) {
				t.Helper()
				began := time.Now()
				root := stands(t)(r.Post(t.Context(), "root000000000001", message("Root")))
				time.Sleep(time.Hour)
				for i := range 250 {
					stands(t)(r.Post(t.Context(), fmt.Sprint("other", i), message("T")))
					stands(t)(r.Reply(t.Context(), root, fmt.Sprint("further", i), message("T")))
				}
				if !reply {
					root = ""
				}
				for _, method := range []string{replies, history} {
					f.Fail(fakeroom.Fault{Method: method, Commit: true})
					f.Fail(fakeroom.Fault{Method: method, Status: 503})
				}
				if _, ok, err := r.Find(t.Context(), trace(root, time.Since(began))); ok || err != nil {
					t.Errorf("found %v, %v with one page read; want that it is not there", ok, err)
				}
			})
		})
	}
}

// TestALookAfterARestoreReadsWhatWasWrittenSince has messages told long after
// the backup was made that knows nothing of them.
func TestALookAfterARestoreReadsWhatWasWrittenSince(t *testing.T) {
	for name, reply := range map[string]bool{"ARoot": false, "AReply": true} {
		t.Run(name, func(t *testing.T) {
			finding(t, func(t *testing.T, f *fakeroom.Slack, r *slack.Room) {
				t.Helper()
				backup := time.Now()
				root := stands(t)(r.Post(t.Context(), "root000000000001", message("Root")))
				time.Sleep(6 * time.Hour)
				var at story.Remote
				if reply {
					at = stands(t)(r.Reply(t.Context(), root, sought, message("Further")))
				} else {
					root = ""
					at = stands(t)(r.Post(t.Context(), sought, message("T")))
				}
				time.Sleep(f.Lag)
				told := trace(root, time.Since(backup))
				told.Until = time.Now()
				if found, ok, err := r.Find(t.Context(), told); err != nil || !ok || found != at {
					t.Errorf("found %q, %v, %v; want %q", found, ok, err, at)
				}
			})
		})
	}
}

func TestALookThatSaysNothingIsNoAnswer(t *testing.T) {
	for name, tt := range map[string]struct {
		fault fakeroom.Fault
		kind  bot.Kind
		wait  time.Duration
	}{
		"Busy":          {fakeroom.Fault{Method: history, Status: 429, Header: http.Header{"Retry-After": {"60"}}}, bot.NotSent, time.Minute},
		"BusyInA200":    {fakeroom.Fault{Method: history, Body: `{"ok":false,"error":"ratelimited"}`}, bot.NotSent, 30 * time.Second},
		"Stumbles":      {fakeroom.Fault{Method: history, Status: 503}, bot.Ambiguous, 0},
		"HTML":          {fakeroom.Fault{Method: history, Body: "<html>"}, bot.Ambiguous, 0},
		"CutOff":        {fakeroom.Fault{Method: history, Cut: true}, bot.Ambiguous, 0},
		"ScopeMissing":  {fakeroom.Fault{Method: history, Body: `{"ok":false,"error":"missing_scope"}`}, bot.RoomShut, 0},
		"NotInTheRoom":  {fakeroom.Fault{Method: history, Body: `{"ok":false,"error":"not_in_channel"}`}, bot.RoomShut, 0},
		"Unknown":       {fakeroom.Fault{Method: history, Body: `{"ok":false,"error":"what_is_this"}`}, bot.RoomShut, 0},
		"NoTokenThere":  {fakeroom.Fault{Method: history, Body: `{"ok":false,"error":"token_revoked"}`}, bot.Barred, 5 * time.Minute},
		"EndsEarly":     {fakeroom.Fault{Method: history, Body: `{"ok":true,"messages":[],"has_more":true}`}, bot.Ambiguous, 0},
		"SaysNothing":   {fakeroom.Fault{Method: history, Body: `{"ok":true}`}, bot.Ambiguous, 0},
		"CursorIsOld":   {fakeroom.Fault{Method: history, Body: `{"ok":false,"error":"invalid_cursor"}`}, bot.Ambiguous, 0},
		"ThreadIsShort": {fakeroom.Fault{Method: replies, Body: `{"ok":true,"messages":[{"ts":"1.1"}],"has_more":true,"response_metadata":{"next_cursor":""}}`}, bot.Ambiguous, 0},
		"ThreadIsBusy":  {fakeroom.Fault{Method: replies, Status: 429, Header: http.Header{"Retry-After": {"9"}}}, bot.NotSent, 9 * time.Second},
		"ThreadIsSilly": {fakeroom.Fault{Method: replies, Body: `{"ok":true,"mess`}, bot.Ambiguous, 0},
	} {
		t.Run(name, func(t *testing.T) {
			finding(t, func(t *testing.T, f *fakeroom.Slack, r *slack.Room) {
				t.Helper()
				root := stands(t)(r.Post(t.Context(), "root000000000001", message("Root")))
				f.Fail(tt.fault)
				_, ok, err := r.Find(t.Context(), trace(root, time.Minute))
				failure, is := err.(*bot.Failure) //nolint:errorlint // it is what a room returns
				if ok || !is || failure.Kind != tt.kind || failure.Wait != tt.wait {
					t.Errorf("found %v, %v; want that it is not known: %v after %v", ok, err, tt.kind, tt.wait)
				}
			})
		})
	}
}

func TestALookGoesOnWhereSlackStoppedIt(t *testing.T) {
	finding(t, func(t *testing.T, f *fakeroom.Slack, r *slack.Room) {
		t.Helper()
		began := time.Now()
		at := stands(t)(r.Post(t.Context(), sought, message("T")))
		for i := range 450 {
			stands(t)(r.Post(t.Context(), fmt.Sprint("other", i), message("T")))
		}
		time.Sleep(f.Lag)
		// Slack lets one page be read, and then none for a minute.
		pages := 0
		for range 10 {
			f.Fail(fakeroom.Fault{Method: history, Commit: true})
			f.Fail(fakeroom.Fault{Method: history, Status: 429, Header: http.Header{"Retry-After": {"60"}}})
			found, ok, err := r.Find(t.Context(), trace("", time.Since(began)))
			pages++
			if err == nil {
				if !ok || found != at || pages != 3 {
					t.Errorf("found %q, %v after %d looks; want %q after 3", found, ok, pages, at)
				}
				return
			}
			time.Sleep(time.Minute)
		}
		t.Error("it never comes to the end")
	})
}

// TestManyLooksComeToAnEnd has a long outage leave much in doubt in several
// rooms: none waits for ever, though each is refused by our own pace again and
// again.
func TestManyLooksComeToAnEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := fakeroom.NewPipes()
		f := fakeroom.NewSlackOn(calls, token)
		defer f.Close()
		transport := &http.Transport{DialContext: calls.Dial}
		defer transport.CloseIdleConnections()
		w, err := slack.New(slack.Options{Token: token, API: f.API(), Transport: transport})
		if err != nil {
			t.Fatal(err)
		}
		const rooms, each = 8, 5
		began := time.Now()
		var wg sync.WaitGroup
		for i := range rooms {
			r := w.Room(fmt.Sprint("C012345678", i))
			root := stands(t)(r.Post(t.Context(), "root000000000001", message("Root")))
			for j := range each {
				wg.Go(func() {
					sought := trace(root, time.Hour+time.Duration(j)*10*time.Minute)
					sought.Key = fmt.Sprint("sought", j)
					for {
						_, ok, err := r.Find(t.Context(), sought)
						if err == nil && !ok {
							return
						}
						failure, is := err.(*bot.Failure) //nolint:errorlint // it is what a room returns
						if ok || !is || failure.Kind != bot.NotSent || time.Since(began) > time.Hour {
							t.Errorf("found %v, %v after %v; want that it is not there", ok, err, time.Since(began))
							return
						}
						time.Sleep(failure.Wait)
					}
				})
			}
		}
		wg.Wait()
		if took, least := time.Since(began), rooms*each*2*time.Minute/45; took > 2*least {
			t.Errorf("%d looks in thread and channel took %v; Slack lets them be made in %v", rooms*each, took, least)
		}
	})
}
