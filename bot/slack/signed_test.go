package slack_test

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"vedette/bot"
	"vedette/bot/command"
	"vedette/bot/slack"
	"vedette/internal/fakeroom"
)

const secret = "8f742231b10e8888abcd99yyyzzz85a5"

// signed makes a scene hear by signed requests, and not by Socket Mode.
func signed(o *slack.InboxOptions) { o.AppToken, o.SigningSecret = "", secret }

// typed is a command as Slack sends it.
func typed(change url.Values) string {
	form := url.Values{
		"team_id": {"T0FAKEROOM"}, "user_id": {ada}, "user_name": {"Ada"}, "channel_id": {channel}, "command": {"/vedette"},
		"text": {"status idlib"}, "trigger_id": {"1.2"},
	}
	maps.Copy(form, change)
	return form.Encode()
}

// send sends a request to the handler and returns the answer.
func (s *scene) send(path, body string, header http.Header) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header = header
	w := httptest.NewRecorder()
	s.inbox.Handler().ServeHTTP(w, r)
	synctest.Wait()
	return w
}

// at returns the headers of a body signed at a time.
func at(t time.Time, body string) http.Header {
	return fakeroom.SlackSignature(secret, t, []byte(body))
}

func TestARequestThatSlackDidNotSignJustNowIsRefused(t *testing.T) {
	body := typed(nil)
	with := func(name, value string) func(http.Header) {
		return func(h http.Header) { h.Set(name, value) }
	}
	for name, tt := range map[string]struct {
		age    time.Duration
		change func(http.Header)
		body   string
		want   int
	}{
		"Signed":             {0, nil, "", 200},
		"FiveMinutesOld":     {5 * time.Minute, nil, "", 200},
		"FiveMinutesAhead":   {-5 * time.Minute, nil, "", 200},
		"I01NoSignature":     {0, func(h http.Header) { h.Del("X-Slack-Signature") }, "", 401},
		"I02WrongSignature":  {0, with("X-Slack-Signature", "v0="+strings.Repeat("0", 64)), "", 401},
		"I03NoVersion":       {0, func(h http.Header) { h.Set("X-Slack-Signature", strings.TrimPrefix(h.Get("X-Slack-Signature"), "v0=")) }, "", 401},
		"I04UpperCase":       {0, func(h http.Header) { h.Set("X-Slack-Signature", "v0="+strings.ToUpper(h.Get("X-Slack-Signature")[3:])) }, "", 401},
		"I04OneLetterLess":   {0, func(h http.Header) { h.Set("X-Slack-Signature", h.Get("X-Slack-Signature")[:66]) }, "", 401},
		"I05TooOld":          {301 * time.Second, nil, "", 401},
		"I05TooFarAhead":     {-301 * time.Second, nil, "", 401},
		"I06TimeIsAFraction": {0, with("X-Slack-Request-Timestamp", "1e10"), "", 401},
		"I06NoTime":          {0, with("X-Slack-Request-Timestamp", ""), "", 401},
		"I06TimeWithASpace":  {0, func(h http.Header) { h.Set("X-Slack-Request-Timestamp", " "+h.Get("X-Slack-Request-Timestamp")) }, "", 401},
		"I06TimeBefore1970":  {0, with("X-Slack-Request-Timestamp", "-1"), "", 401},
		"I06TimeWithASign":   {0, func(h http.Header) { h.Set("X-Slack-Request-Timestamp", "+"+h.Get("X-Slack-Request-Timestamp")) }, "", 401},
		"I08OneByteMore":     {0, nil, body + "&", 401},
		"I08OneByteOther":    {0, nil, strings.Replace(body, "idlib", "idliB", 1), 401},
		"SignedWithAnotherSecret": {0, func(h http.Header) {
			h.Set("X-Slack-Signature", fakeroom.SlackSignature("x", time.Now(), []byte(body)).Get("X-Slack-Signature"))
		}, "", 401},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := play(t, signed)
				h := at(time.Now().Add(-tt.age), body)
				mac := h.Get("X-Slack-Signature")
				if tt.change != nil {
					tt.change(h)
				}
				sent := body
				if tt.body != "" {
					sent = tt.body
				}
				w := s.send("/slack/commands", sent, h)
				if w.Code != tt.want {
					t.Errorf("status %d, want %d", w.Code, tt.want)
				}
				if said := w.Body.String(); said != "" || strings.Contains(said, mac) {
					t.Errorf("it says %q", said)
				}
				if acts := len(s.desk.calls()); (acts == 1) != (tt.want == 200) {
					t.Errorf("%d acts", acts)
				}
				for range 10 {
					s.send("/slack/commands", sent, http.Header{})
				}
				if n := strings.Count(s.log.String(), "SIGNING_SECRET"); n != 1 {
					t.Errorf("the log says %d times that requests are not signed, want once a minute", n)
				}
			})
		})
	}
}

// TestTheSignatureThatSlackPublished holds the example of Slack's documents.
func TestTheSignatureThatSlackPublished(t *testing.T) {
	const body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar" +
		"&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands" +
		"%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
	synctest.Test(t, func(t *testing.T) {
		s := play(t, signed)
		time.Sleep(time.Until(time.Unix(1531420618, 0)))
		h := http.Header{
			"X-Slack-Request-Timestamp": {"1531420618"},
			"X-Slack-Signature":         {"v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"},
		}
		if w := s.send("/slack/commands", body, h); w.Code != http.StatusForbidden { // which is another workspace's
			t.Errorf("status %d, want 403", w.Code)
		}
		if w := s.send("/slack/commands", body+"x", h); w.Code != http.StatusUnauthorized {
			t.Errorf("changed: status %d, want 401", w.Code)
		}
	})
}

func TestARequestThatIsReplayedActsOnce(t *testing.T) { // I07
	synctest.Test(t, func(t *testing.T) {
		s := play(t, signed)
		body := typed(nil)
		h := at(time.Now(), body)
		for range 3 {
			if w := s.send("/slack/commands", body, h); w.Code != http.StatusOK {
				t.Errorf("status %d, want 200", w.Code)
			}
			time.Sleep(time.Minute)
		}
		if n := len(s.desk.calls()); n != 1 {
			t.Errorf("%d acts, want 1", n)
		}
	})
}

func TestARequestThatMakesNoSenseIsRefused(t *testing.T) {
	pressed, err := json.Marshal(press(nil))
	if err != nil {
		t.Fatal(err)
	}
	payload := url.Values{"payload": {string(pressed)}}.Encode()
	for name, tt := range map[string]struct {
		path, body string
		want       int
	}{
		"Press":             {"/slack/interactivity", payload, 200},
		"I09TwoPayloads":    {"/slack/interactivity", payload + "&" + payload, 400},
		"I09TwoUsers":       {"/slack/commands", typed(url.Values{"user_id": {ada, bob}}), 400},
		"NoPayload":         {"/slack/interactivity", "x=y", 400},
		"NoForm":            {"/slack/commands", "%zz", 400},
		"NoJSON":            {"/slack/events", "{", 400},
		"I10TwentyMegabyte": {"/slack/commands", strings.Repeat("x", 20<<20), 413},
		"I13OtherTeam":      {"/slack/commands", typed(url.Values{"team_id": {"T0OTHER"}}), 403},
		"NoTeam":            {"/slack/commands", typed(url.Values{"team_id": {""}}), 403},
		"Elsewhere":         {"/slack/else", "x", 404},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := play(t, signed)
				w := s.send(tt.path, tt.body, at(time.Now(), tt.body))
				if w.Code != tt.want {
					t.Errorf("status %d, want %d", w.Code, tt.want)
				}
				if acts := len(s.desk.calls()); (acts == 1) != (tt.want == 200) {
					t.Errorf("%d acts", acts)
				}
			})
		})
	}
}

// TestABodyWithoutEndIsNotReadToItsEnd holds I10 against a body that does not
// say how long it is.
func TestABodyWithoutEndIsNotReadToItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, signed)
		read := 0
		r := httptest.NewRequest(http.MethodPost, "/slack/commands", endless{&read})
		r.Header = at(time.Now(), "")
		w := httptest.NewRecorder()
		s.inbox.Handler().ServeHTTP(w, r)
		if w.Code != http.StatusRequestEntityTooLarge || read > 2<<20 {
			t.Errorf("status %d after %d bytes", w.Code, read)
		}
		read = 0
		r.ContentLength = 20 << 20
		w = httptest.NewRecorder()
		s.inbox.Handler().ServeHTTP(w, r)
		if w.Code != http.StatusRequestEntityTooLarge || read > 0 {
			t.Errorf("status %d after %d bytes of a body that says that it is too long", w.Code, read)
		}
	})
}

// An endless reader counts what is read of it.
type endless struct{ read *int }

func (e endless) Read(p []byte) (int, error) { *e.read += len(p); return len(p), nil }

func TestAChallengeIsEchoedAsText(t *testing.T) { // I11
	synctest.Test(t, func(t *testing.T) {
		s := play(t, signed)
		s.stop() // Slack asks before anything runs
		synctest.Wait()
		body := `{"type":"url_verification","challenge":"<script>alert(1)</script>"}`
		w := s.send("/slack/events", body, at(time.Now(), body))
		if w.Code != 200 || w.Body.String() != "<script>alert(1)</script>" ||
			w.Header().Get("Content-Type") != "text/plain; charset=utf-8" || w.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("answered %d %q %v", w.Code, w.Body, w.Header())
		}
		if w := s.send("/slack/events", body, http.Header{}); w.Code != http.StatusUnauthorized || w.Body.Len() > 0 {
			t.Errorf("unsigned, answered %d %q", w.Code, w.Body)
		}
	})
}

func TestAnInboxThatDoesNotRunTakesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, signed)
		s.stop()
		synctest.Wait()
		body := typed(nil)
		if w := s.send("/slack/commands", body, at(time.Now(), body)); w.Code != http.StatusServiceUnavailable {
			t.Errorf("status %d, want 503", w.Code)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		s := play(t, nil) // by Socket Mode alone
		body := typed(nil)
		if w := s.send("/slack/commands", body, fakeroom.SlackSignature("", time.Now(), []byte(body))); w.Code != http.StatusUnauthorized {
			t.Errorf("without a secret: status %d, want 401", w.Code)
		}
	})
}

// TestEverythingWorksBySignedRequestsToo plays a person against the handler.
func TestEverythingWorksBySignedRequestsToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, signed)
		s.Sign("https://vedette.example/slack", secret, &http.Client{Transport: handled{s.inbox.Handler()}})
		s.desk.answer = func(c *command.Call, do string) *command.Answer {
			switch {
			case c.Words == "watch add":
				return &command.Answer{Form: watchForm("", "")}
			case c.Name != "":
				return &command.Answer{Lines: []command.Line{command.Text("form " + c.Args["rule"])}, Buttons: []bot.Button{{Label: "Add", Do: "add"}}}
			case do != "":
				return &command.Answer{Lines: []command.Line{command.Text("pressed " + do)}}
			}
			return &command.Answer{Lines: []command.Line{command.Text("asked " + c.Words)}}
		}
		s.Command(ada, channel, "status idlib")
		synctest.Wait()
		s.Mention(ada, channel, "", "why 7")
		s.Command(ada, channel, "watch add")
		time.Sleep(time.Second)
		s.Submit(ada, map[string]string{"name": "a", "rule": "kafr"})
		time.Sleep(time.Second)
		if got := s.Modal(ada).Text; got != "form kafr\n[Add]" {
			t.Errorf("the form shows %q", got)
		}
		s.PressModal(ada, "Add")
		time.Sleep(time.Second)
		if got := s.Modal(ada).Text; got != "pressed add" {
			t.Errorf("the form shows %q", got)
		}
		shows(t, s.seen(ada), "asked status idlib", "asked why 7")
		for _, a := range s.Acks() {
			if a.After > 300*time.Millisecond {
				t.Errorf("%s acknowledged after %v", a.Kind, a.After)
			}
		}
		s.spotless(t)
	})
}

// handled is a transport to a handler.
type handled struct{ http.Handler }

func (h handled) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result(), nil
}

func TestABusyInboxSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, signed)
		s.desk.takes = time.Second
		var last *httptest.ResponseRecorder
		for i := range 6 {
			body := typed(url.Values{"trigger_id": {strconv.Itoa(i)}})
			r := httptest.NewRequest(http.MethodPost, "/slack/commands", strings.NewReader(body))
			r.Header = at(time.Now(), body)
			last = httptest.NewRecorder()
			s.inbox.Handler().ServeHTTP(last, r)
		}
		said, err := io.ReadAll(last.Result().Body)
		if err != nil || !strings.Contains(string(said), `"response_type":"ephemeral"`) || !strings.Contains(string(said), "still being answered") {
			t.Errorf("the sixth is told %q (%v)", said, err)
		}
		time.Sleep(time.Minute)
		if n := len(s.desk.calls()); n != 5 {
			t.Errorf("%d acts, want 5", n)
		}
	})
}
