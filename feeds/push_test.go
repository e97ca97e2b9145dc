package feeds_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"vedette/feeds"
	"vedette/feeds/fetch"
	"vedette/story"
)

// A hub is a server that subscribers ask, written from the Recommendation and
// knowing nothing of ours: it keeps what it was asked, and asks back.
type hub struct {
	t      *testing.T
	url    string
	status int // that it answers

	mu    sync.Mutex // guards asked
	asked []url.Values
}

func newHub(t *testing.T) *hub {
	t.Helper()
	h := &hub{t: t, status: http.StatusAccepted}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil || r.Method != http.MethodPost {
			t.Errorf("hub asked by %s with %v", r.Method, err)
		}
		h.mu.Lock()
		defer h.mu.Unlock()
		h.asked = append(h.asked, r.PostForm)
		w.WriteHeader(h.status)
	}))
	t.Cleanup(s.Close)
	h.url = s.URL
	return h
}

// times returns how often it was asked.
func (h *hub) times() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.asked)
}

// last returns what it was asked last.
func (h *hub) last() url.Values {
	h.t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.asked) == 0 {
		h.t.Fatal("the hub was not asked")
	}
	return h.asked[len(h.asked)-1]
}

// A subscriber is a bench whose feed names a hub, and what hubs call.
type subscriber struct {
	*bench
	hub  *hub
	call http.Handler
}

const public = "https://vedette.example"

func newSubscriber(t *testing.T) *subscriber {
	t.Helper()
	b := newBench(t)
	b.now = b.now.Add(time.Nanosecond)
	client := fetch.New(fetch.Options{Allow: loopback(), Timeout: 5 * time.Second, Now: b.clock})
	t.Cleanup(client.Close)
	b.poller = feeds.New(feeds.Options{
		Client: client, Shelf: b.shelf, Now: b.clock, Log: slog.New(slog.DiscardHandler), Callback: public, Subscriptions: b.shelf,
		Limits: feeds.Limits{Every: 5 * time.Minute, Most: 30 * time.Minute},
	})
	b.poller.SetFeeds([]story.Feed{{Name: "f", URL: b.url + "/feed"}})
	return &subscriber{bench: b, hub: newHub(t), call: b.poller.Callback()}
}

// document is the feed with its hub.
func (s *subscriber) document(titles ...string) http.HandlerFunc {
	return text(strings.Replace(rss(titles...), "<title>t</title>",
		fmt.Sprintf(`<title>t</title><atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="hub" href="%s"/><atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="self" href="%s/self"/>`, s.hub.url, s.url), 1))
}

// callback returns the path that the hub was told to call.
func (s *subscriber) callback() string {
	s.t.Helper()
	to, ok := strings.CutPrefix(s.hub.last().Get("hub.callback"), public)
	if !ok {
		s.t.Fatalf("callback is %q", s.hub.last().Get("hub.callback"))
	}
	return to
}

// confirm has the hub ask back, and returns what it hears.
func (s *subscriber) confirm(mode, topic, lease string) *httptest.ResponseRecorder {
	s.t.Helper()
	q := url.Values{"hub.mode": {mode}, "hub.topic": {topic}, "hub.challenge": {"prove it <b>"}, "hub.lease_seconds": {lease}, "hub.reason": {"no room\x1b[2J"}}
	w := httptest.NewRecorder()
	s.call.ServeHTTP(w, httptest.NewRequest(http.MethodGet, s.callback()+"?"+q.Encode(), nil))
	return w
}

// push has the hub push a document, signed by sha256, and returns its answer.
func (s *subscriber) push(body string) int {
	s.t.Helper()
	return s.pushSigned(body, "sha256", sha256.New, s.hub.last().Get("hub.secret"))
}

func (s *subscriber) pushSigned(body, name string, h func() hash.Hash, secret string) int {
	s.t.Helper()
	mac := hmac.New(h, []byte(secret))
	_, _ = io.WriteString(mac, body)
	return s.post(s.callback(), body, name+"="+hex.EncodeToString(mac.Sum(nil)))
}

func (s *subscriber) post(to, body, signature string) int {
	s.t.Helper()
	r := httptest.NewRequest(http.MethodPost, to, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/rss+xml")
	if signature != "" {
		r.Header.Set("X-Hub-Signature", signature)
	}
	w := httptest.NewRecorder()
	s.call.ServeHTTP(w, r)
	return w.Code
}

// subscribe brings the subscription into force, for ten days.
func (s *subscriber) subscribe() {
	s.t.Helper()
	s.poll(s.document("one"))
	if w := s.confirm("subscribe", s.url+"/self", "864000"); w.Code != http.StatusOK || w.Body.String() != "prove it <b>" {
		s.t.Fatalf("the hub asks back, and hears %d %q", w.Code, w.Body)
	}
	s.now = s.now.Add(time.Minute)
}

func (s *subscriber) state() story.Push { return s.shelf.states["f"].Push }

func TestAHubIsAskedForWhatTheFeedNames(t *testing.T) {
	s := newSubscriber(t)
	s.poll(s.document("one"))
	asked := s.hub.last()
	for key, want := range map[string]string{"hub.mode": "subscribe", "hub.topic": s.url + "/self", "hub.lease_seconds": "864000"} {
		if got := asked.Get(key); got != want {
			t.Errorf("%s is %q, want %q", key, got, want)
		}
	}
	if len(asked.Get("hub.secret")) != 64 || len(s.callback()) < len(feeds.CallbackPath)+32 {
		t.Errorf("asked %v, want a secret of 32 bytes and a callback that cannot be guessed", asked)
	}
	shown := fmt.Sprintf("%v %+v %#v", s.state(), s.state(), s.state())
	if strings.Contains(shown, asked.Get("hub.secret")) || strings.Contains(shown, strings.TrimPrefix(s.callback(), feeds.CallbackPath)) {
		t.Errorf("the state shows its secrets: %s", shown)
	}
	if s.poll(s.document("one", "two")); s.hub.times() != 1 {
		t.Errorf("the hub was asked %d times within minutes, want once", s.hub.times())
	}
}

func TestOnlyWhatWasAskedForIsConfirmed(t *testing.T) {
	for name, test := range map[string]struct {
		mode, topic, lease string
		code               int
	}{
		"Asked":          {"subscribe", "/self", "600", 200},
		"WithoutALease":  {"subscribe", "/self", "", 200},
		"OtherTopic":     {"subscribe", "/feed", "600", 404},
		"Unsubscription": {"unsubscribe", "/self", "600", 404},
		"NoMode":         {"", "/self", "600", 404},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSubscriber(t)
			s.poll(s.document("one"))
			w := s.confirm(test.mode, s.url+test.topic, test.lease)
			if w.Code != test.code || (w.Code == 200) != (w.Body.String() == "prove it <b>") {
				t.Errorf("answer is %d %q, want %d", w.Code, w.Body, test.code)
			}
			if (w.Code == 200) == s.state().From.IsZero() {
				t.Errorf("after %d the subscription is %+v", w.Code, s.state())
			}
			if kind := w.Header().Get("Content-Type"); w.Header().Get("X-Content-Type-Options") != "nosniff" || !strings.HasPrefix(kind, "text/plain") {
				t.Errorf("a challenge is sent back as %q", kind)
			}
		})
	}
}

func TestAPushIsSavedBeforeItIsAnswered(t *testing.T) {
	s := newSubscriber(t)
	s.subscribe()
	before := s.shelf.states["f"]
	if code := s.push(rss("two")); code != http.StatusAccepted {
		t.Fatalf("answer is %d", code)
	}
	after := s.shelf.states["f"]
	if len(s.shelf.items["f"]) != 2 || s.shelf.told["f"].New != 1 || after.Pace.LastNew != s.now {
		t.Errorf("told %+v, last news at %v; want the one item that was pushed", s.shelf.told["f"], after.Pace.LastNew)
	}
	if after.Pace.Listed != before.Pace.Listed || after.Pace.Overruns != 0 || after.NextDue != before.NextDue || after.BodyHash != before.BodyHash {
		t.Errorf("a push changed what only polls can tell: %+v", after)
	}
	s.poll(s.document("two", "one"))
	if got := s.shelf.told["f"]; got.New != 1 || s.shelf.states["f"].Pace.Overruns != 0 {
		t.Errorf("told %+v after the poll, want what was pushed once", got)
	}
	s.shelf.broken = true
	if code := s.push(rss("three")); code != http.StatusServiceUnavailable {
		t.Errorf("answer is %d where nothing could be saved, want the hub to come again", code)
	}
}

func TestOnlySignedPushesAreTaken(t *testing.T) {
	for name, test := range map[string]struct {
		method string
		hash   func() hash.Hash
		forge  string // of the secret
		taken  bool
		why    string
	}{
		"SHA256":      {"sha256", sha256.New, "", true, ""},
		"SHA384":      {"sha384", sha512.New384, "", true, ""},
		"SHA512":      {"sha512", sha512.New, "", true, ""},
		"SHA1":        {"sha1", sha1.New, "", false, "in a way that is not taken"},
		"WrongLabel":  {"sha512", sha256.New, "", false, "with another secret"},
		"OtherSecret": {"sha256", sha256.New, "x", false, "with another secret"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSubscriber(t)
			s.subscribe()
			code := s.pushSigned(rss("two"), test.method, test.hash, s.hub.last().Get("hub.secret")+test.forge)
			if code != http.StatusAccepted {
				t.Errorf("answer is %d, want 202 whatever is done with it", code)
			}
			if p := s.state(); (len(s.shelf.items["f"]) == 2) != test.taken || (p.Refused == 0) != test.taken || !strings.Contains(p.Refusal, test.why) {
				t.Errorf("%d items and %+v, want it taken %v, and why", len(s.shelf.items["f"]), p, test.taken)
			}
		})
	}
	s := newSubscriber(t)
	s.subscribe()
	for _, signature := range []string{"", "sha256", "sha256=", "sha256=zz", "=", strings.Repeat("sha256=", 100)} {
		if code := s.post(s.callback(), rss("two"), signature); code != http.StatusAccepted || len(s.shelf.items["f"]) != 1 {
			t.Errorf("signed %q: answer %d, and %d items", signature, code, len(s.shelf.items["f"]))
		}
	}
	if s.state().Refused != 6 {
		t.Errorf("%d are counted, want 6", s.state().Refused)
	}
}

func TestWhoGuessesLearnsNothing(t *testing.T) {
	s := newSubscriber(t)
	s.subscribe()
	mine := s.callback()
	last := mine[:len(mine)-1] + string(mine[len(mine)-1]^1)
	for _, to := range []string{feeds.CallbackPath, feeds.CallbackPath + "x", mine + "0", mine[:len(mine)-1], last, mine[:len(feeds.CallbackPath)+16]} {
		if code := s.post(to, rss("two"), ""); code != http.StatusNotFound {
			t.Errorf("POST %s is answered %d, want 404", to, code)
		}
	}
	if p := s.state(); p.Refused != 0 || len(s.shelf.items["f"]) != 1 {
		t.Errorf("guesses are counted to the hub: %+v", p)
	}
	s.poller.SetFeeds(nil)
	if code := s.push(rss("two")); code != http.StatusNotFound {
		t.Errorf("a push for a feed that was taken out is answered %d, want 404", code)
	}
}

func TestAFloodOfPushesIsSentAway(t *testing.T) {
	s := newSubscriber(t)
	s.subscribe()
	taken := 0
	for i := range 100 {
		switch code := s.push(rss(fmt.Sprint("p", i))); code {
		case http.StatusAccepted:
			taken++
		case http.StatusTooManyRequests:
		default:
			t.Fatalf("answer is %d", code)
		}
	}
	if taken > 30 {
		t.Errorf("%d of 100 pushes at once are taken, want 30 at most", taken)
	}
	s.now = s.now.Add(time.Minute)
	if code := s.push(rss("later")); code != http.StatusAccepted {
		t.Errorf("a minute later the answer is %d", code)
	}
	giant := s.post(s.callback(), string(bytes.Repeat([]byte("<a>"), 3<<20)), "sha256=00")
	if giant != http.StatusRequestEntityTooLarge {
		t.Errorf("nine megabytes are answered %d", giant)
	}
}

func TestAPushedArchiveIsNoNews(t *testing.T) {
	s := newSubscriber(t)
	s.subscribe()
	var old strings.Builder
	for i := range 40 {
		fmt.Fprintf(&old, "<item><title>old %d</title><link>https://e.example/old/%d</link><pubDate>Mon, 06 Jan 2020 10:00:00 GMT</pubDate></item>", i, i)
	}
	s.push(strings.Replace(rss("two"), "</channel>", old.String()+"</channel>", 1))
	if n := len(s.shelf.pushes); n != 1 {
		t.Fatalf("%d pushes are saved", n)
	}
	past := 0
	for _, is := range s.shelf.pushes[0].Past {
		if is {
			past++
		}
	}
	if past != 40 || !s.shelf.pushes[0].Flooded {
		t.Errorf("%d of 41 items are of the past, want the 40 that are dated so", past)
	}
}

func TestPushesThatComeFirstEarnFewerPollsAndASilentHubLosesThem(t *testing.T) {
	s := newSubscriber(t)
	s.subscribe()
	titles := []string{"one"}
	pushed := func(title string) {
		t.Helper()
		titles = append([]string{title}, titles...)
		if code := s.push(rss(title)); code != http.StatusAccepted {
			t.Fatalf("answer is %d", code)
		}
		s.now = s.now.Add(90 * time.Second)
	}
	for _, title := range []string{"a", "b"} {
		pushed(title)
	}
	if st := s.poll(s.document(titles...)); st.NextDue.Sub(st.LastPoll) != 5*time.Minute {
		t.Errorf("two pushes on, the next poll is due in %v: %s", st.NextDue.Sub(st.LastPoll), st.DueBecause)
	}
	pushed("c")
	st := s.poll(s.document(titles...))
	if wait := st.NextDue.Sub(st.LastPoll); wait != 30*time.Minute || st.DueBecause != "its hub pushes what is new" {
		t.Errorf("three pushes on, the next poll is due in %v: %s; want the operator's longest wait", wait, st.DueBecause)
	}

	titles = append([]string{"silent"}, titles...) // the hub says nothing
	st = s.poll(s.document(titles...))
	if wait := st.NextDue.Sub(st.LastPoll); wait > 5*time.Minute {
		t.Errorf("a poll found what was not pushed, and the next is due in %v", wait)
	}
	st = s.poll(s.document(titles...))
	trusted, why := st.Push.Standing(s.now)
	if trusted || !strings.Contains(why, "distrusted: a poll found an item at") || s.shelf.told["f"].New != 4 {
		t.Errorf("trusted %v (%s), told %+v; want a hub that is distrusted, and every item told once", trusted, why, s.shelf.told["f"])
	}

	s.now = s.now.Add(25 * time.Hour)
	for _, title := range []string{"d", "e", "f"} {
		pushed(title)
	}
	if st = s.poll(s.document(titles...)); st.DueBecause != "its hub pushes what is new" {
		t.Errorf("a day and three pushes later the next poll is due because %q", st.DueBecause)
	}
}

func TestAPushWithinTheGraceClearsTheHub(t *testing.T) {
	s := newSubscriber(t)
	s.subscribe()
	s.poll(s.document("one")) // the subscription holds since before this poll
	s.poll(s.document("two", "one"))
	if p := s.state(); p.OwedSince.IsZero() {
		t.Fatalf("nothing is owed: %+v", p)
	}
	s.now = s.now.Add(time.Minute)
	s.push(rss("two"))
	s.poll(s.document("two", "one"))
	if p := s.state(); !p.OwedSince.IsZero() || !p.Lapsed.IsZero() {
		t.Errorf("a push a minute after the poll did not clear the hub: %+v", p)
	}
}

func TestASubscriptionIsRenewedBeforeItEnds(t *testing.T) {
	s := newSubscriber(t)
	s.subscribe()
	callback, began := s.callback(), s.now
	for s.hub.times() == 1 && s.now.Sub(began) < 10*24*time.Hour {
		s.poll(s.document("one"))
	}
	after := s.now.Sub(began)
	if after < 5*24*time.Hour || after > 7*24*time.Hour || s.callback() != callback {
		t.Errorf("renewed after %v at %s, want about two thirds of ten days, and the same callback", after, s.callback())
	}
	from := s.state().From
	s.confirm("subscribe", s.url+"/self", "864000")
	if p := s.state(); !p.From.Equal(from) || p.Ends.Sub(s.now) != 10*24*time.Hour || p.Tries != 0 {
		t.Errorf("after the renewal the subscription is %+v, want ten days more without a gap", p)
	}
}

func TestAHubThatNeverConfirmsIsAskedSeldomAndCostsNothingElse(t *testing.T) {
	s := newSubscriber(t)
	began := s.now
	for s.now.Sub(began) < 7*24*time.Hour {
		if st := s.poll(s.document("one")); st.NextDue.Sub(st.LastPoll) > time.Hour {
			t.Fatalf("the feed is polled in %v for a hub that says nothing: %s", st.NextDue.Sub(st.LastPoll), st.DueBecause)
		}
	}
	if n := s.hub.times(); n < 8 || n > 20 {
		t.Errorf("asked %d times in a week, want less and less often", n)
	}
}

func TestADenialIsShownAndAskedAgainADayLater(t *testing.T) {
	s := newSubscriber(t)
	s.subscribe()
	if w := s.confirm("denied", s.url+"/self", ""); w.Code != http.StatusOK || w.Body.Len() != 0 {
		t.Errorf("a denial is answered %d %q", w.Code, w.Body)
	}
	p := s.state()
	if trusted, why := p.Standing(s.now); trusted || why != "its hub has not confirmed a subscription" || p.Trouble != "the hub has denied it: no room[2J" {
		t.Errorf("after a denial: %s, %q", why, p.Trouble)
	}
	if wait := p.NextAsk.Sub(s.now); wait < 20*time.Hour || wait > 24*time.Hour {
		t.Errorf("asked again in %v, want about a day", wait)
	}
}

func TestAnotherHubOrNoneEndsTheSubscription(t *testing.T) {
	s := newSubscriber(t)
	s.subscribe()
	old, secret := s.callback(), s.hub.last().Get("hub.secret")
	s.hub = newHub(t)
	s.poll(s.document("two", "one"))
	if s.callback() == old || s.hub.last().Get("hub.secret") == secret {
		t.Error("another hub was told the callback or the secret of the one before")
	}
	if code := s.post(old, rss("three"), ""); code != http.StatusNotFound {
		t.Errorf("the hub before is answered %d, want 404", code)
	}
	s.poll(text(rss("three", "two", "one")))
	if p := s.state(); p.Hub != "" || p.Token != "" {
		t.Errorf("a feed without a hub keeps %+v", p)
	}
}

func TestAHubOfTheHeadersComesBeforeTheDocuments(t *testing.T) {
	s := newSubscriber(t)
	other := newHub(t)
	body := s.document("one")
	s.poll(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Link", `<https://e.example/a,b;c>; rel="next", <`+other.url+`>; title="x, y"; rel="hub"`)
		w.Header().Add("Link", `</topic>; rel=self`)
		body(w, r)
	})
	if s.hub.times() != 0 || other.last().Get("hub.topic") != s.url+"/topic" {
		t.Errorf("asked for %v, want what the headers say", other.last())
	}
}

func TestAHubAtAnAddressOfOursIsNotAsked(t *testing.T) {
	canary := newHub(t) // on loopback, as the feed, but on an address that is not allowed
	inside := strings.Replace(canary.url, "127.0.0.1", "127.0.0.2", 1)
	s := newSubscriber(t)
	redirecting := httptest.NewServer(http.RedirectHandler(inside, http.StatusTemporaryRedirect))
	t.Cleanup(redirecting.Close)
	for _, to := range []string{inside, redirecting.URL, "http://169.254.169.254/latest"} {
		s.hub.url = to
		s.poll(s.document("one", to))
		if p := s.state(); !strings.Contains(p.Trouble, "refused: address") {
			t.Errorf("a hub at %s: %q, want it refused", to, p.Trouble)
		}
	}
	if canary.times() != 0 {
		t.Error("an address inside was asked")
	}
}

func TestManyFeedsOfOneHubAreNoStorm(t *testing.T) {
	s := newSubscriber(t)
	release, entered := make(chan struct{}), make(chan struct{}, 100)
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		entered <- struct{}{}
		<-release
		w.WriteHeader(http.StatusAccepted)
	}))
	t.Cleanup(slow.Close)
	s.hub.url = slow.URL
	answer := s.document("one")
	s.answer.Store(&answer)
	var all []story.Feed
	for i := range 20 {
		all = append(all, story.Feed{Name: story.FeedName(fmt.Sprint("f", i)), URL: fmt.Sprintf("%s/%d", s.url, i)})
	}
	s.poller.SetFeeds(all)
	var wg sync.WaitGroup
	returned := make(chan struct{}, len(all))
	for _, f := range all {
		wg.Go(func() {
			if err := s.poller.Poll(context.Background(), f.Name); err != nil {
				t.Error(err)
			}
			returned <- struct{}{}
		})
	}
	for range len(all) - 8 { // none of these waits for the hub
		<-returned
	}
	close(release)
	wg.Wait()
	if n := len(entered); n > 8 {
		t.Errorf("%d feeds ask the hub at once, want 8 at most", n)
	}
}

// FuzzCallback holds that whatever comes to the callback's address, nothing is
// saved that is not signed, nothing breaks, and no answer holds more than the
// challenge.
func FuzzCallback(f *testing.F) {
	f.Add("GET", "hub.mode=subscribe&hub.topic=x&hub.challenge=c&hub.lease_seconds=-1", "", "")
	f.Add("GET", "hub.mode=denied&hub.topic=x&hub.reason=%00%ff%E2%80%AE", "", "")
	f.Add("POST", "", "sha256=00", rss("forged"))
	f.Add("POST", "", "sha512="+strings.Repeat("0", 128), "{")
	f.Add("PUT", "%zz", "=", "")
	now := time.Date(2026, 8, 13, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, method, query, signature, body string) {
		kept := newShelf()
		poller := feeds.New(feeds.Options{Shelf: kept, Subscriptions: kept, Callback: public, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)})
		poller.SetFeeds([]story.Feed{{Name: "f", URL: "https://e.example/feed"}})
		token := story.Secret("252f10c83610ebca" + strings.Repeat("0", 32)) // the digits of f, then any
		kept.states["f"] = story.FeedState{Feed: "f", Source: "https://e.example/feed", Seeded: true, Push: story.Push{
			Callback: public, Topic: "x", Hubs: []string{"h"}, Hub: "h", Token: token, Secret: "s", Asked: now,
		}}
		r := &http.Request{Method: method, URL: &url.URL{Path: feeds.CallbackPath + token.Reveal(), RawQuery: query}, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}
		r.Header["X-Hub-Signature"] = []string{signature}
		w := httptest.NewRecorder()
		poller.Callback().ServeHTTP(w, r)
		p := kept.states["f"].Push
		if len(kept.items["f"]) > 0 || p.Pushed > 0 {
			t.Errorf("a push signed %q is taken", signature)
		}
		if method == http.MethodPost && p.Refused != 1 {
			t.Errorf("POST is answered %d and not counted", w.Code)
		}
		if method == http.MethodGet && w.Code == http.StatusOK && p.From.IsZero() && !strings.HasPrefix(p.Trouble, "the hub has denied it") {
			t.Errorf("GET ?%s is answered %d and changes nothing", query, w.Code)
		}
		if strings.ContainsAny(p.Trouble, "\x00\x1b\n\u202e") {
			t.Errorf("trouble is %q", p.Trouble)
		}
	})
}
