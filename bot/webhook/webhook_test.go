package webhook_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vedette/bot"
	"vedette/bot/webhook"
	"vedette/internal/fakeroom"
	"vedette/story"
)

const (
	secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	key    = "0123456789abcdef0123456789ABCDEF"
)

func message(title string) *bot.Message {
	return &bot.Message{
		Level: story.High, Watches: []string{"Idlib"}, Title: story.Sentence{Text: title}, Origins: 1, Outlets: 1,
		Link: "https://wire.example/1", At: time.Date(2020, 2, 12, 14, 5, 0, 0, time.UTC),
	}
}

// receiver starts a receiver, and returns the room that calls it.
func receiver(t *testing.T, channel, secret string) (*fakeroom.Webhook, *webhook.Room) {
	t.Helper()
	s := fakeroom.NewWebhook(secret)
	t.Cleanup(s.Close)
	format := webhook.Format(channel)
	if channel == fakeroom.Hook {
		format = webhook.Vedette
	}
	return s, room(t, webhook.Options{URL: s.URL(channel), Secret: secret, Format: format})
}

func room(t *testing.T, o webhook.Options) *webhook.Room {
	t.Helper()
	o.Transport = bot.Transport()
	t.Cleanup(o.Transport.(*http.Transport).CloseIdleConnections)
	r, err := webhook.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func kind(t *testing.T, err error) bot.Kind {
	t.Helper()
	f, ok := errors.AsType[*bot.Failure](err)
	if !ok {
		t.Fatalf("the error is %v, want a failure", err)
	}
	return f.Kind
}

func TestAStoryIsToldAnsweredAndEdited(t *testing.T) {
	s, r := receiver(t, fakeroom.Hook, secret)
	root, err := r.Post(t.Context(), "k1", message("Idlib shelled"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Reply(t.Context(), root, "k2", message("Idlib shelled again")); err != nil {
		t.Fatal(err)
	}
	for _, title := range []string{"Idlib shelled twice", "Idlib shelled twice", "Idlib shelled thrice"} {
		if err := r.Edit(t.Context(), root, "key0000000000001", message(title)); err != nil {
			t.Fatal(err)
		}
	}
	posts := s.Posts(fakeroom.Hook)
	if len(posts) != 2 || posts[1].Thread != posts[0].ID || posts[0].Edits != 2 || !strings.Contains(posts[0].Text, "thrice") {
		t.Errorf("there stand %+v, want a story that was edited twice and its answer", posts)
	}
	if v := s.Violations(); v != nil {
		t.Errorf("refused: %q", v)
	}
}

func TestALostAnswerIsRepeatedAndTakenOnce(t *testing.T) {
	s, r := receiver(t, fakeroom.Hook, secret)
	s.Fail(fakeroom.Fault{Commit: true, Cut: true})
	if _, err := r.Post(t.Context(), "k1", message("Idlib shelled")); kind(t, err) != bot.Repeatable {
		t.Errorf("%v, want that it may be repeated", err)
	}
	if _, err := r.Post(t.Context(), "k1", message("Idlib shelled")); err != nil {
		t.Error(err)
	}
	if posts := s.Posts(fakeroom.Hook); len(posts) != 1 || s.Calls("k1") != 2 {
		t.Errorf("%d messages stand after %d calls, want one after two", len(posts), s.Calls("k1"))
	}
}

func TestEachAnswerIsWhatItIs(t *testing.T) {
	for name, tt := range map[string]struct {
		fault fakeroom.Fault
		want  bot.Failure
	}{
		"Busy":      {fakeroom.Fault{Status: 429, Header: http.Header{"Retry-After": {"90"}}}, bot.Failure{Kind: bot.NotSent, Wait: 90 * time.Second, Why: "the receiver is busy (HTTP 429)"}},
		"Stumbled":  {fakeroom.Fault{Status: 500}, bot.Failure{Kind: bot.Repeatable, Why: "the receiver stumbled (HTTP 500)"}},
		"Restarts":  {fakeroom.Fault{Status: 503, Header: http.Header{"Retry-After": {"7"}}}, bot.Failure{Kind: bot.Repeatable, Wait: 7 * time.Second, Why: "the receiver stumbled (HTTP 503)"}},
		"Gateway":   {fakeroom.Fault{Status: 502, Commit: true}, bot.Failure{Kind: bot.Repeatable, Why: "the receiver stumbled (HTTP 502)"}},
		"Slow":      {fakeroom.Fault{Status: 408}, bot.Failure{Kind: bot.Repeatable, Why: "the receiver stumbled (HTTP 408)"}},
		"Refused":   {fakeroom.Fault{Status: 400, Body: key}, bot.Failure{Kind: bot.Unfit, Why: "the receiver refused the message (HTTP 400)"}},
		"Forbidden": {fakeroom.Fault{Status: 403}, bot.Failure{Kind: bot.RoomShut, Why: "the receiver does not accept the secret (HTTP 403): check the variable that the room names"}},
		"Nowhere":   {fakeroom.Fault{Status: 404}, bot.Failure{Kind: bot.RoomShut, Why: "nothing takes messages at the address (HTTP 404): check the url in the desk file"}},
		"Gone":      {fakeroom.Fault{Status: 410}, bot.Failure{Kind: bot.RoomShut, Why: "the receiver is gone (HTTP 410): it is not called again until the desk file is read anew; take the room out of it, or mend the address"}},
		"Moved": {
			fakeroom.Fault{Status: 307, Header: http.Header{"Location": {"/pagerduty"}}},
			bot.Failure{Kind: bot.RoomShut, Why: "the receiver sends on to another address (HTTP 307): name that one in the desk file; vedette follows none"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, r := receiver(t, fakeroom.Hook, secret)
			s.Fail(tt.fault)
			_, err := r.Post(t.Context(), "k1", message("Idlib shelled"))
			if diff := cmp.Diff(&tt.want, err); diff != "" {
				t.Errorf("failure (-want +got):\n%s", diff)
			}
			if v := s.Violations(); v != nil {
				t.Errorf("refused, so it was called elsewhere: %q", v)
			}
		})
	}
}

func TestAReceiverThatIsGoneIsCalledOnce(t *testing.T) {
	s, r := receiver(t, fakeroom.Hook, secret)
	s.Fail(fakeroom.Fault{Status: 410, Commit: true})
	for range 3 {
		if _, err := r.Post(t.Context(), "k1", message("Idlib shelled")); kind(t, err) != bot.RoomShut {
			t.Errorf("%v, want the room shut", err)
		}
	}
	if n := s.Calls("k1"); n != 1 {
		t.Errorf("it was called %d times, want once", n)
	}
}

func TestAReceiverThatIsNotThereWasNotReached(t *testing.T) {
	s, r := receiver(t, fakeroom.Hook, secret)
	s.Close()
	if _, err := r.Post(t.Context(), "k1", message("Idlib shelled")); kind(t, err) != bot.NotSent {
		t.Errorf("%v, want that it was not sent", err)
	}
}

func TestASilentReceiverIsNotWaitedForLong(t *testing.T) {
	s, r := receiver(t, fakeroom.Hook, secret)
	s.Fail(fakeroom.Fault{Commit: true, Delay: time.Minute})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := r.Post(ctx, "k1", message("Idlib shelled")); kind(t, err) != bot.Repeatable {
		t.Errorf("%v, want that it may be repeated", err)
	}
}

func TestAnotherSecretIsRefused(t *testing.T) {
	s, _ := receiver(t, fakeroom.Hook, secret)
	r := room(t, webhook.Options{URL: s.URL(fakeroom.Hook), Secret: "whsec_" + strings.Repeat("AAAA", 8)})
	if _, err := r.Post(t.Context(), "k1", message("Idlib shelled")); kind(t, err) != bot.RoomShut || len(s.Posts(fakeroom.Hook)) != 0 {
		t.Errorf("%v with %d posts, want that nothing is taken", err, len(s.Posts(fakeroom.Hook)))
	}
}

func TestAStoryIsOneAlert(t *testing.T) {
	for channel, want := range map[string]string{fakeroom.PagerDuty: "error Idlib shelled again", fakeroom.Opsgenie: "P2 Idlib shelled again"} {
		t.Run(channel, func(t *testing.T) {
			s, r := receiver(t, channel, key)
			root, err := r.Post(t.Context(), "k1", message("Idlib shelled"))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := r.Reply(t.Context(), root, "k2", message("Idlib shelled again")); err != nil {
				t.Error(err)
			}
			if err := r.Edit(t.Context(), root, "key0000000000001", message("Idlib shelled: three outlets")); err != nil {
				t.Error(err)
			}
			posts := s.Posts(channel)
			if len(posts) != 1 || posts[0].ID != string(root) || posts[0].Text != want || s.Calls("k1") != 2 {
				t.Errorf("alerts are %+v after %d calls, want one that an answer joined and no edit", posts, s.Calls("k1"))
			}
			if v := s.Violations(); v != nil {
				t.Errorf("refused: %q", v)
			}
		})
	}
}

func TestAnAlertStandsAsItsStoryDoes(t *testing.T) {
	for channel, want := range map[string]string{
		fakeroom.PagerDuty: "error Idlib shelled\nacknowledge\nresolve", fakeroom.Opsgenie: "P2 Idlib shelled\nacknowledge\nclose",
	} {
		t.Run(channel, func(t *testing.T) {
			s, r := receiver(t, channel, key)
			root, err := r.Post(t.Context(), "k1", message("Idlib shelled"))
			if err != nil {
				t.Fatal(err)
			}
			for _, care := range []story.CareState{story.Open, story.Acknowledged, story.Resolved} {
				m := message("Idlib shelled")
				m.Care = care
				if err := r.Edit(t.Context(), root, "key0000000000001", m); err != nil {
					t.Error(err)
				}
			}
			if posts := s.Posts(channel); len(posts) != 1 || posts[0].Text != want {
				t.Errorf("alerts are %+v, want one that was acknowledged and closed", posts)
			}
			if v := s.Violations(); v != nil {
				t.Errorf("refused: %q", v)
			}
		})
	}
}

func TestNewNamesWhatIsWrongAndNoSecret(t *testing.T) {
	for name, o := range map[string]webhook.Options{
		"NoURL":           {Secret: secret},
		"OtherScheme":     {URL: "file:///etc/passwd", Secret: secret},
		"NoSecret":        {URL: "https://example.org"},
		"NoPrefix":        {URL: "https://example.org", Secret: strings.TrimPrefix(secret, "whsec_")},
		"ShortSecret":     {URL: "https://example.org", Secret: "whsec_a2FuYXJpZW4="},
		"NoBase64":        {URL: "https://example.org", Secret: "whsec_kanarienvogel-kanarienvogel-kanarienvogel"},
		"NoRoutingKey":    {URL: "https://example.org", Secret: "kanarienvogel", Format: webhook.PagerDuty},
		"NoAPIKey":        {URL: "https://example.org", Secret: "kanarienvogel", Format: webhook.Opsgenie},
		"HeaderInAPIKey":  {URL: "https://example.org", Secret: "kanarienvogel-kanarienvogel\r\nX: y", Format: webhook.Opsgenie},
		"NoSuchFormat":    {URL: "https://example.org", Secret: secret, Format: "teams"},
		"LongSecretIsOut": {URL: "https://example.org", Secret: "whsec_" + strings.Repeat("AAAA", 22)},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := webhook.New(o)
			if err == nil || strings.Contains(err.Error(), "kanarien") || strings.Contains(err.Error(), "MfKQ9") {
				t.Errorf("the error is %v, want one without the secret", err)
			}
		})
	}
}

func Example() {
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var d webhook.Document
		if err := json.NewDecoder(r.Body).Decode(&d); err != nil {
			fmt.Println(err)
		}
		fmt.Println(r.Header.Get("Webhook-Id"), d.Type, d.Data.Level, d.Data.Title)
	}))
	defer receiver.Close()

	room, err := webhook.New(webhook.Options{URL: receiver.URL, Secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"})
	if err != nil {
		fmt.Println(err)
		return
	}
	root, err := room.Post(context.Background(), "00000000delivery", &bot.Message{
		Level: story.Elevated, Title: story.Sentence{Text: "Three observation posts encircled"},
	})
	fmt.Println(root, err)
	// Output:
	// 00000000delivery message.posted elevated Three observation posts encircled
	// 00000000delivery <nil>
}
