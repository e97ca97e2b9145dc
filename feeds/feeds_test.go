package feeds_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vedette/feeds"
	"vedette/feeds/fetch"
	"vedette/story"
)

// A bench is a poller of one feed, a server that speaks as the feed, and a
// clock.
type bench struct {
	t      *testing.T
	poller *feeds.Poller
	shelf  *shelf
	now    time.Time
	answer atomic.Pointer[http.HandlerFunc]
	asked  atomic.Int64
	url    string
}

func newBench(t *testing.T) *bench {
	t.Helper()
	return newBenchWithin(t, 5*time.Second)
}

// newBenchWithin returns a bench whose exchanges may take so long.
func newBenchWithin(t *testing.T, timeout time.Duration) *bench {
	t.Helper()
	b := &bench{t: t, shelf: newShelf(), now: time.Date(2026, 8, 13, 12, 0, 0, 0, time.UTC)}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.asked.Add(1)
		(*b.answer.Load())(w, r)
	}))
	t.Cleanup(server.Close)
	b.url = server.URL
	client := fetch.New(fetch.Options{Allow: loopback(), Timeout: timeout, Now: b.clock})
	t.Cleanup(client.Close)
	b.poller = feeds.New(feeds.Options{Client: client, Shelf: b.shelf, Now: b.clock, Log: slog.New(slog.DiscardHandler)})
	b.poller.SetFeeds([]story.Feed{{Name: "f", URL: server.URL + "/feed", Every: 5 * time.Minute}})
	return b
}

func loopback() []netip.Prefix { return []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")} }

func (b *bench) clock() time.Time { return b.now }

// poll moves the clock to when the feed is due, and polls.
func (b *bench) poll(answer http.HandlerFunc) story.FeedState {
	b.t.Helper()
	b.answer.Store(&answer)
	if due := b.shelf.states["f"].NextDue; due.After(b.now) {
		b.now = due
	}
	if err := b.poller.Poll(b.t.Context(), "f"); err != nil {
		b.t.Fatalf("Poll = %v, want nil", err)
	}
	return b.shelf.states["f"]
}

func rss(titles ...string) string {
	var out strings.Builder
	out.WriteString(`<rss version="2.0"><channel><title>t</title>`)
	for _, title := range titles {
		fmt.Fprintf(&out, "<item><title>%s</title><link>https://e.example/%s</link></item>", title, title)
	}
	return out.String() + "</channel></rss>"
}

func text(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, body) }
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func TestFirstDocumentIsASeedAndTheNextIsNot(t *testing.T) {
	b := newBench(t)
	b.poll(text(rss("one", "two")))
	b.poll(text(rss("three", "one", "two")))
	polls := b.shelf.polls["f"]
	if !polls[0].Seed || polls[1].Seed || len(polls[0].Items) != 2 || len(polls[1].Items) != 3 {
		t.Errorf("polls seed %v, %v with %d, %d items; want true, false, 2, 3", polls[0].Seed, polls[1].Seed, len(polls[0].Items), len(polls[1].Items))
	}
	if got := b.shelf.told["f"]; got != (story.Saved{New: 1, Known: 2}) {
		t.Errorf("told %+v, want one new and two known", got)
	}
}

func TestFeedFailingAtFirstIsSeededByItsFirstDocument(t *testing.T) {
	b := newBench(t)
	b.poll(status(500))
	b.poll(text("<html>welcome</html>"))
	state := b.poll(text(rss("one")))
	if polls := b.shelf.polls["f"]; !polls[2].Seed || !state.Seeded || polls[1].State.Seeded {
		t.Errorf("seeded after a page %v, by the first document %v; want false, true", polls[1].State.Seeded, polls[2].Seed)
	}
}

func TestUnchangedDocumentsAreNotParsedAgain(t *testing.T) {
	b := newBench(t)
	withTag := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"1"`)
		if r.Header.Get("If-None-Match") == `"1"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		fmt.Fprint(w, rss("one"))
	}
	b.poll(withTag)
	before := b.shelf.states["f"]
	b.poll(withTag)
	after := b.poll(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, rss("one")) })
	for i, p := range b.shelf.polls["f"][1:] {
		if len(p.Items) != 0 || p.State.Failures != 0 || !p.State.LastSuccess.Equal(p.At) {
			t.Errorf("poll %d has %d items, %d failures, last success %v; want a success without items", i+1, len(p.Items), p.State.Failures, p.State.LastSuccess)
		}
	}
	if before.ETag != `"1"` || after.ETag != "" || after.BodyHash != before.BodyHash {
		t.Errorf("validators %q then %q; want the last answer's", before.ETag, after.ETag)
	}
}

func TestValidatorsOfWhatMayBeIncompleteAreNotKept(t *testing.T) {
	whole := rss("one", "two")
	tests := map[string]string{
		"CutShort":  rss("one", "two", "three")[:len(whole)],
		"Empty":     rss(),
		"WebPage":   "<!doctype html><html><body>checking your browser</body></html>",
		"ErrorJSON": `{"error":"rate limited"}`,
		"Nothing":   "",
	}
	for name, body := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			send := func(tag, body string) http.HandlerFunc {
				return func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("ETag", tag); fmt.Fprint(w, body) }
			}
			first := b.poll(send(`"good"`, whole))
			second := b.poll(send(`"bad"`, body))
			if second.ETag != `"good"` || second.BodyHash != first.BodyHash || !second.Seeded {
				t.Errorf("state after = %+v; want the validators and hash of before", second)
			}
			if n := len(b.shelf.items["f"]); n < 2 {
				t.Errorf("%d items are kept, want no fewer than before", n)
			}
		})
	}
}

func TestFailuresAreRecordedInPlainWordsAndForgottenAtSuccess(t *testing.T) {
	b := newBench(t)
	for range 3 {
		b.poll(status(503))
	}
	failed := b.shelf.states["f"]
	if failed.Failures != 3 || failed.LastError != "the server answers 503 Service Unavailable" || !failed.LastSuccess.IsZero() {
		t.Errorf("state = %+v; want three failures and the reason", failed)
	}
	b.poll(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	if got := b.shelf.states["f"].LastError; !strings.Contains(got, "the connection") {
		t.Errorf("LastError = %q, want what happened to the connection", got)
	}
	if well := b.poll(text(rss("one"))); well.Failures != 0 || well.LastError != "" {
		t.Errorf("state = %+v; want no failures", well)
	}
}

func TestFeedIsDueOneIntervalAfterThePollBegan(t *testing.T) {
	b := newBench(t)
	began := b.now
	state := b.poll(func(w http.ResponseWriter, _ *http.Request) {
		b.now = b.now.Add(3 * time.Second) // the answer takes its time
		fmt.Fprint(w, rss("one"))
	})
	if want := began.Add(5 * time.Minute); !state.NextDue.Equal(want) {
		t.Errorf("next due %v, want %v", state.NextDue, want)
	}
}

func TestFeedIsNotAskedBeforeItIsDueOrOnceUndeclared(t *testing.T) {
	b := newBench(t)
	b.poll(text(rss("one")))
	for range 20 {
		if err := b.poller.Poll(t.Context(), "f"); err != nil {
			t.Fatal(err)
		}
	}
	b.poller.SetFeeds(nil)
	b.now = b.now.Add(time.Hour)
	if err := b.poller.Poll(t.Context(), "f"); err != nil {
		t.Fatal(err)
	}
	if n := b.asked.Load(); n != 1 {
		t.Errorf("the server was asked %d times, want once", n)
	}
}

func TestRetryAfterIsNeverUndercut(t *testing.T) {
	b := newBench(t)
	for _, code := range []int{429, 503, 403, 202} {
		state := b.poll(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "7200")
			w.WriteHeader(code)
		})
		wait := state.NextDue.Sub(b.now)
		if wait < 2*time.Hour || wait > 2*time.Hour+12*time.Minute && code != 403 {
			t.Errorf("after %d with 2h the wait is %v, want 2h and at most a tenth more", code, wait)
		}
	}
}

func TestAddressesOfOurOwnNetworkAreAFailureOfTheFeed(t *testing.T) {
	b := newBench(t)
	b.poller.SetFeeds([]story.Feed{{Name: "f", URL: "http://169.254.169.254/latest/meta-data/"}})
	state := b.poll(text(""))
	if !strings.Contains(state.LastError, "169.254.169.254 is not public") || state.Failures != 1 {
		t.Errorf("state = %+v; want the refusal", state)
	}
}

func TestShelfErrorsAreReturned(t *testing.T) {
	b := newBench(t)
	b.shelf.broken = true
	if err := b.poller.Poll(t.Context(), "f"); !errors.Is(err, errShelf) {
		t.Errorf("Poll = %v, want the shelf's error", err)
	}
}

func TestStoppingIsNoFailureOfTheFeed(t *testing.T) {
	b := newBench(t)
	ctx, cancel := context.WithCancel(t.Context())
	hold := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { cancel(); <-r.Context().Done() })
	b.answer.Store(&hold)
	if err := b.poller.Poll(ctx, "f"); !errors.Is(err, context.Canceled) {
		t.Errorf("Poll = %v, want context.Canceled", err)
	}
	if n := len(b.shelf.polls["f"]); n != 0 {
		t.Errorf("%d polls are saved, want none", n)
	}
}

func TestItemsKeepTheirIdentityThroughWhatPublishersDo(t *testing.T) {
	item := func(guid, link, title string) string {
		return fmt.Sprintf("<item><guid isPermaLink=\"false\">%s</guid><link>%s</link><title>%s</title></item>", guid, link, title)
	}
	doc := func(items ...string) string { return "<rss><channel>" + strings.Join(items, "") + "</channel></rss>" }
	tests := map[string]struct {
		before, after string
		want          story.Saved
	}{
		"GUIDsChange":    {doc(item("1", "https://e.example/a", "A")), doc(item("2", "https://e.example/a", "A")), story.Saved{Known: 1}},
		"LinksChange":    {doc(item("1", "https://e.example/a", "A")), doc(item("1", "https://e.example/b", "A")), story.Saved{Known: 1}},
		"ToHTTPSAndUTM":  {doc(item("1", "http://www.e.example/a", "A")), doc(item("9", "https://e.example/a?utm_source=x#y", "A")), story.Saved{Known: 1}},
		"TitleEdited":    {doc(item("1", "https://e.example/a", "A")), doc(item("1", "https://e.example/a", "B")), story.Saved{Edited: 1}},
		"CountedGUID":    {doc(item("https://e.example/a#0", "https://e.example/a", "A")), doc(item("https://e.example/a#1", "https://e.example/a?at_medium=RSS", "A")), story.Saved{Known: 1}},
		"OneGUIDForAll":  {doc(item("1", "https://e.example/a", "A"), item("1", "https://e.example/b", "B")), doc(item("1", "https://e.example/c", "C"), item("1", "https://e.example/a", "A")), story.Saved{New: 1, Known: 1}},
		"OneLinkForAll":  {doc(item("1", "https://e.example/", "A"), item("2", "https://e.example/", "B")), doc(item("3", "https://e.example/", "C"), item("1", "https://e.example/", "A")), story.Saved{New: 1, Known: 1}},
		"OrderReversed":  {doc(item("1", "", "A"), item("2", "", "B")), doc(item("2", "", "B"), item("1", "", "A")), story.Saved{Known: 2}},
		"SameItemTwice":  {doc(item("1", "https://e.example/a", "A")), doc(item("2", "https://e.example/b", "B"), item("2", "https://e.example/b", "B")), story.Saved{New: 1}},
		"NeitherOfBoth":  {doc("<item><title>A</title></item>"), doc("<item><title>A</title></item><item><title>B</title></item>"), story.Saved{New: 1, Known: 1}},
		"EmptyGUIDs":     {doc(item("", "", "A"), item("", "", "B")), doc(item("", "", "C"), item("", "", "A")), story.Saved{New: 1, Known: 1}},
		"DatesSetToNow":  {doc(item("1", "", "A</title><pubDate>Thu, 13 Aug 2026 09:00:00 GMT</pubDate><title>")), doc(item("1", "", "A</title><pubDate>Thu, 13 Aug 2026 12:00:00 GMT</pubDate><title>")), story.Saved{Known: 1}},
		"LateAndUndated": {doc(item("1", "", "A")), doc(item("1", "", "A"), item("0", "", "Z")), story.Saved{New: 1, Known: 1}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.poll(text(test.before))
			b.poll(text(test.after))
			if diff := cmp.Diff(test.want, b.shelf.told["f"]); diff != "" {
				t.Errorf("second document (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFeedEmptiedAndRefilledTellsNothingTwice(t *testing.T) {
	b := newBench(t)
	for _, body := range []string{rss("one", "two"), rss(), rss("one"), rss("two", "one")} {
		b.poll(text(body))
	}
	if got := b.shelf.told["f"]; got.New != 0 || got.Edited != 0 {
		t.Errorf("told %+v, want nothing new", got)
	}
}

// burnt returns the processor time that the process has used: what something
// costs, however busy the machine is, where nothing else runs in the process.
func burnt(t *testing.T) time.Duration {
	t.Helper()
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		t.Fatal(err)
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}
