package feeds_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vedette/story"
)

// heard returns what the operators were told, the titles alone.
func (b *bench) heard() (titles []string) {
	for _, p := range b.shelf.polls["f"] {
		for _, t := range p.Tell {
			titles = append(titles, t.Reasons[0])
		}
	}
	return titles
}

func (b *bench) operators() { b.poller.SetOperators([]story.RoomName{"ops"}) }

// until polls, each time with the same answer, until the clock has gone on by
// d.
func (b *bench) until(d time.Duration, answer http.HandlerFunc) story.FeedState {
	b.t.Helper()
	end := b.now.Add(d)
	for b.shelf.states["f"].NextDue.Before(end) {
		b.poll(answer)
	}
	return b.shelf.states["f"]
}

func TestABlindFeedIsToldOnceAndItsRecoveryOnce(t *testing.T) {
	b := newBench(t)
	b.operators()
	b.poll(text(rss("one")))
	state := b.until(29*time.Minute, status(503))
	if state.Health.State != story.HealthLate || len(b.heard()) != 0 {
		t.Errorf("after 29 minutes it is %s, and %q was told; want it late and nothing told", state.Health.State, b.heard())
	}
	state = b.until(10*time.Hour, status(503))
	want := []string{"f is blind"}
	if state.Health.State != story.HealthBlind || len(b.heard()) != 1 || !strings.HasPrefix(b.heard()[0], want[0]) {
		t.Errorf("after hours it is %s, and %q was told; want it blind, once", state.Health.State, b.heard())
	}
	for range 3 {
		b.poll(text(rss("two", "one")))
	}
	if got := b.heard(); len(got) != 2 || !strings.Contains(got[1], "well again: it was blind for 1") || b.shelf.states["f"].Health.State != story.HealthOK {
		t.Errorf("told %q, want its recovery once", got)
	}
}

func TestAMissingDocumentIsToldAfterADay(t *testing.T) {
	for _, code := range []int{404, 401} {
		b := newBench(t)
		b.operators()
		b.poll(text(rss("one")))
		if state := b.until(17*time.Hour, status(code)); state.Health.State != story.HealthLate || len(b.heard()) != 0 {
			t.Errorf("%d for 17 hours: %s, told %q; want it late, untold", code, state.Health.State, b.heard())
		}
		if state := b.until(14*time.Hour, status(code)); state.Health.State != story.HealthBlind || len(b.heard()) != 1 {
			t.Errorf("%d for a day: %s, told %q; want it blind, told once", code, state.Health.State, b.heard())
		}
	}
}

func TestAGoneFeedIsAskedWeeklyToldOnceAndNeverForgotten(t *testing.T) {
	b := newBench(t)
	b.operators()
	b.poll(text(rss("one")))
	first := b.poll(status(410))
	if wait := first.NextDue.Sub(b.now); wait < time.Hour || wait > 2*time.Hour || first.Health.State != story.HealthLate || len(b.heard()) != 0 {
		t.Errorf("after one 410 it is %s, due in %v, told %q; want one more look an hour later", first.Health.State, wait, b.heard())
	}
	second := b.poll(status(410))
	if wait := second.NextDue.Sub(b.now); wait < 7*24*time.Hour || wait > 8*24*time.Hour || second.Health.State != story.HealthGone {
		t.Errorf("after two 410s it is %s, due in %v; want it gone, asked weekly", second.Health.State, wait)
	}
	b.poll(status(410))
	back := b.poll(text(rss("two", "one")))
	want := []string{"f is gone: it is asked once a week from here on", "f is well again: it was gone for 15 days"}
	if diff := cmp.Diff(want, b.heard()); diff != "" || back.Health.State != story.HealthOK || b.shelf.told["f"].New != 1 {
		t.Errorf("state %s, %+v, told (-want +got):\n%s", back.Health.State, b.shelf.told["f"], diff)
	}
}

func TestSilenceIsToldWhenItIsNotNormalForTheFeed(t *testing.T) {
	b := newBench(t)
	b.operators()
	n := 0
	next := func(w http.ResponseWriter, _ *http.Request) {
		n++
		fmt.Fprint(w, rss(fmt.Sprint("item", n), fmt.Sprint("item", n-1)))
	}
	b.until(2*time.Hour, next) // an item every five minutes
	last := text(rss(fmt.Sprint("item", n), fmt.Sprint("item", n-1)))
	if state := b.until(5*time.Hour+30*time.Minute, last); state.Health.State != story.HealthOK {
		t.Errorf("silent for 5 hours 30 it is %s, want ok", state.Health.State)
	}
	state := b.until(2*time.Hour, last)
	if state.Health.State != story.HealthStale || len(b.heard()) != 1 || b.heard()[0] != "f has fallen silent" || !strings.Contains(state.Health.Why, "6 hours would be normal") {
		t.Errorf("silent for 7 hours it is %s (%s), told %q; want it stale, once", state.Health.State, state.Health.Why, b.heard())
	}
	b.until(12*time.Hour, last)
	b.poll(next)
	if got := b.heard(); len(got) != 2 || !strings.Contains(got[1], "well again") {
		t.Errorf("told %q, want the recovery", got)
	}
	// A night of nineteen hours is normal from here on.
	last = text(rss(fmt.Sprint("item", n), fmt.Sprint("item", n-1)))
	if state := b.until(20*time.Hour, last); state.Health.State != story.HealthOK || len(b.heard()) != 2 {
		t.Errorf("silent as long as before it is %s, told %q; want ok: it has learnt", state.Health.State, b.heard())
	}
}

func TestAnEmptyDocumentWhereThereWereItemsIsSuspicious(t *testing.T) {
	b := newBench(t)
	b.operators()
	b.poll(text(rss("1", "2", "3", "4", "5")))
	state := b.poll(text(rss()))
	if state.Health.State != story.HealthStale || !strings.Contains(state.Health.Why, "it listed 5 items") || state.Failures != 0 {
		t.Errorf("empty: %+v; want it suspicious", state.Health)
	}
	state = b.poll(text(rss("5", "4", "3", "2", "1")))
	if state.Health.State != story.HealthOK || b.shelf.told["f"].New != 0 {
		t.Errorf("refilled: %+v, %+v; want it well and nothing new", state.Health, b.shelf.told["f"])
	}
	few := newBench(t)
	few.poll(text(rss("1", "2")))
	if state := few.poll(text(rss())); state.Health.State != story.HealthOK {
		t.Errorf("empty where there were two: %+v; want it well", state.Health)
	}
}

func TestBeingSentAwayForLongIsBlindnessAtOnce(t *testing.T) {
	b := newBench(t)
	b.operators()
	b.poll(text(rss("one")))
	state := b.poll(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "72000")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	if state.Health.State != story.HealthBlind || len(b.heard()) != 1 || !strings.Contains(state.Health.Why, "not to ask again for 2") || state.Rest.Sub(b.now) < 20*time.Hour {
		t.Errorf("sent away for 20 hours: %+v, told %q; want it blind, with the reason", state.Health, b.heard())
	}
}

// TestOurOwnOutageIsNoFeedsFault has twenty feeds fail to connect within two
// minutes.
func TestOurOwnOutageIsNoFeedsFault(t *testing.T) {
	b := newBench(t)
	b.operators()
	dead := func() string {
		s := httptest.NewServer(http.NotFoundHandler())
		s.Close()
		return s.URL
	}
	var list []story.Feed
	for i := range 20 {
		list = append(list, story.Feed{Name: story.FeedName(fmt.Sprint("f", i)), URL: dead(), Every: 5 * time.Minute})
	}
	b.poller.SetFeeds(list)
	start := b.now
	for b.now.Sub(start) < 3*time.Hour {
		b.now = b.now.Add(5 * time.Second)
		for _, f := range list {
			if err := b.poller.Poll(t.Context(), f.Name); err != nil {
				t.Fatal(err)
			}
		}
	}
	told := map[string]int{}
	for _, f := range list {
		state := b.shelf.states[f.Name]
		if state.Failures != 0 {
			t.Errorf("%s: %d failures are counted, want none: %s", f.Name, state.Failures, state.DueBecause)
		}
		if state.Health.State != story.HealthBlind || state.NextDue.Sub(b.now) > 2*time.Minute {
			t.Errorf("%s: %s, due in %v; want it blind, and asked again within minutes", f.Name, state.Health.State, state.NextDue.Sub(b.now))
		}
		for _, p := range b.shelf.polls[f.Name] {
			for _, bulletin := range p.Tell {
				told[bulletin.Key]++
				if !strings.Contains(bulletin.Reasons[0], "It looks like our own network") {
					t.Errorf("told %q, want the network named", bulletin.Reasons[0])
				}
			}
		}
	}
	if len(told) != 1 {
		t.Errorf("bulletins %v, want one key: the store tells it once", told)
	}
}
