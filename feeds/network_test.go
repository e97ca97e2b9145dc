package feeds

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"vedette/story"
)

func TestOnlyTwoLimitsWithinTenMinutesRestASite(t *testing.T) {
	const a, b, other = "https://a.news.example.co.uk/rss", "https://b.news.example.co.uk/rss", "https://example2.co.uk/rss"
	n := newNetwork()
	n.limited("a", siteOf(a), noon, noon.Add(time.Hour))
	n.limited("a", siteOf(a), noon.Add(time.Minute), noon.Add(time.Hour))
	if !n.rests(siteOf(b)).IsZero() {
		t.Error("one feed, limited twice, rests its site")
	}
	n.limited("b", siteOf(b), noon.Add(20*time.Minute), noon.Add(time.Hour))
	if !n.rests(siteOf(b)).IsZero() {
		t.Error("two feeds, limited nineteen minutes apart, rest their site")
	}
	n.limited("a", siteOf(a), noon.Add(25*time.Minute), noon.Add(2*time.Hour))
	if got := n.rests(siteOf(b)); !got.Equal(noon.Add(2 * time.Hour)) {
		t.Errorf("the site rests until %v, want two hours from noon", got)
	}
	if !n.rests(siteOf(other)).IsZero() {
		t.Error("another site of the same public suffix rests with it")
	}
	for _, own := range []string{"http://10.0.0.1:1200/a", "http://[fd00::1]/a", "http://rsshub:1200/a", "http://localhost/a"} {
		if site := siteOf(own); site != "" {
			t.Errorf("%s is on the site %q; want a bridge in one's own network to be none", own, site)
		}
	}
}

func TestAnOutageIsHalfOfTheFeedsOnMoreThanOneHost(t *testing.T) {
	n := newNetwork()
	n.note("a", "a.example", true, noon)
	if o := n.note("b", "b.example", true, noon.Add(time.Second)); !o.since.IsZero() {
		t.Error("two feeds are an outage")
	}
	if o := n.note("c", "c.example", false, noon.Add(2*time.Second)); !o.since.Equal(noon) || o.failed != 2 || o.polled != 3 {
		t.Errorf("outage %+v; want one since noon, 2 of 3", o)
	}
	n.note("d", "d.example", false, noon.Add(3*time.Second))
	if o := n.note("e", "e.example", false, noon.Add(4*time.Second)); !o.since.IsZero() {
		t.Errorf("outage %+v of 2 in 5, want none", o)
	}
	old := newNetwork()
	old.note("a", "a.example", true, noon)
	old.note("b", "b.example", true, noon)
	if o := old.note("c", "c.example", true, noon.Add(10*time.Minute)); !o.since.IsZero() {
		t.Error("what was long ago still counts")
	}
	again := noon.Add(20 * time.Minute)
	for _, feed := range []string{"a", "b", "c"} {
		if o := n.note(story.FeedName(feed), feed+".example", true, again); feed == "c" && !o.since.Equal(again) {
			t.Errorf("outage %+v, want a second one of its own", o)
		}
	}
	n = newNetwork()
	for _, feed := range []string{"x", "y", "z"} {
		if o := n.note("q", feed+".example", false, noon); !o.since.IsZero() {
			t.Error("no failure is an outage")
		}
	}
	m := newNetwork()
	for _, feed := range []string{"f", "g", "h", "i"} {
		if o := m.note(story.FeedName(feed), "one.example", true, noon); !o.since.IsZero() {
			t.Error("one host that is down is an outage of ours")
		}
	}
}

// A ledger writes down what polls saved, and knows nothing before.
type ledger struct{ polls []story.Poll }

func (l *ledger) FeedState(_ context.Context, feed story.FeedName) (story.FeedState, error) {
	return story.FeedState{Feed: feed}, nil
}

func (l *ledger) NewItems(context.Context, story.FeedName, []story.Item) ([]bool, error) {
	return nil, nil
}

func (l *ledger) SavePoll(_ context.Context, p story.Poll) (story.Saved, error) {
	l.polls = append(l.polls, p)
	return story.Saved{}, nil
}

func TestAFeedOfASiteThatRestsIsNotAsked(t *testing.T) {
	l := new(ledger)
	p := New(Options{Shelf: l, Now: func() time.Time { return noon }, Log: slog.New(slog.DiscardHandler)}) // without a client: who asks, panics
	p.SetFeeds([]story.Feed{{Name: "c", URL: "https://c.news.example.co.uk/rss"}})
	for _, feed := range []story.FeedName{"a", "b"} {
		p.network.limited(feed, "example.co.uk", noon, noon.Add(time.Hour))
	}
	if err := p.Poll(t.Context(), "c"); err != nil {
		t.Fatal(err)
	}
	state := l.polls[0].State
	if !state.NextDue.Equal(noon.Add(time.Hour)) || state.DueBecause != "its site has limited several feeds" || l.polls[0].Request != nil || state.Failures != 0 {
		t.Errorf("saved %+v; want it put off by an hour, without a request and without a failure", l.polls[0])
	}
}
