package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vedette/story"
)

func requestsKept(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	poll := func(at time.Time) {
		t.Helper()
		_, err := s.SavePoll(t.Context(), story.Poll{State: story.FeedState{Feed: "wire", NextDue: at.Add(time.Hour)}, At: at, Request: &story.Request{
			Feed: "wire", At: at, Status: 304, Bytes: 7, Took: 3 * time.Millisecond, New: 2, Failure: "f", NextDue: at.Add(time.Hour), DueBecause: "max-age 3600",
		}})
		check(t, err)
	}
	poll(Noon())
	poll(Noon().Add(time.Hour))
	h.Crash(t)
	s = h.Open(t)
	got := must(s.Requests(t.Context(), "wire", 10))(t)
	if len(got) != 2 || !got[0].At.Equal(Noon().Add(time.Hour)) {
		t.Fatalf("requests are %+v, want two, the newest first", got)
	}
	want := story.Request{Feed: "wire", At: Noon(), Status: 304, Bytes: 7, Took: 3 * time.Millisecond, New: 2, Failure: "f", NextDue: Noon().Add(time.Hour), DueBecause: "max-age 3600"}
	if diff := cmp.Diff(want, got[1]); diff != "" {
		t.Errorf("request (-want +got):\n%s", diff)
	}
	poll(Noon().Add(7*24*time.Hour + 30*time.Minute))
	if got := must(s.Requests(t.Context(), "wire", 10))(t); len(got) != 2 {
		t.Errorf("%d requests after a week, want the one at noon forgotten", len(got))
	}
	check(t, s.DeclareFeeds(t.Context(), nil, Noon().Add(30*24*time.Hour)))
	if got := must(s.Requests(t.Context(), "wire", 10))(t); len(got) != 0 {
		t.Errorf("requests for a feed long undeclared are kept: %+v", got)
	}
}

func newToTheFeed(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	known := item("g:1", "Idlib shelled")
	known.Keys = []string{"g:1", "l:wire.example/1"}
	save(t, s, known)
	other := item("g:9", "Elsewhere")
	moved := item("g:2", "Idlib shelled")
	moved.Keys = []string{"g:2", "l:wire.example/1"}
	if got := must(s.NewItems(t.Context(), "wire", []story.Item{known, other, moved}))(t); !cmp.Equal(got, []bool{false, true, false}) {
		t.Errorf("new are %v, want the second alone", got)
	}
	if got := must(s.NewItems(t.Context(), "coast", []story.Item{known}))(t); !cmp.Equal(got, []bool{true}) {
		t.Errorf("new to another feed is %v, want true", got)
	}
}

func pastAmongNews(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	_, err := s.SavePoll(t.Context(), story.Poll{
		State: story.FeedState{Feed: "wire"}, At: Noon(),
		Items: []story.Item{item("g:1", "Old"), item("g:2", "New")}, Past: []bool{true, false},
	})
	check(t, err)
	p := must(s.Unjudged(t.Context(), 10))(t)
	if len(p) != 2 || !p[0].Seed || p[1].Seed {
		t.Errorf("pending are %+v, want the first alone to be of the past", p)
	}
}

func operatorsTold(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	b := story.Bulletin{Kind: story.FeedHealth, Key: "wire blind 1", Reasons: []string{"wire is blind"}, At: Noon(), Rooms: []story.RoomName{"desk"}}
	for range 2 { // as two feeds would, that are cut off by one outage
		_, err := s.SavePoll(t.Context(), story.Poll{State: story.FeedState{Feed: "wire"}, At: Noon(), Tell: []story.Bulletin{b}})
		check(t, err)
	}
	h.Crash(t)
	s = h.Open(t)
	d := claim(t, s, story.Post)
	if diff := cmp.Diff(&b, d.Notice.Bulletin); diff != "" || d.Notice.Kind != story.FeedHealth {
		t.Errorf("notice is %+v; bulletin (-want +got):\n%s", d.Notice, diff)
	}
	settle(t, s, d, story.Delivered, 0)
	counts(t, s, map[story.DeliveryState]int{story.Delivered: 1})
}

func pollOfAFeedTakenOut(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	f := story.Feed{Name: "wire", URL: "https://wire.example/rss"}
	check(t, s.DeclareFeeds(t.Context(), []story.Feed{f}, Noon()))
	st := must(s.FeedState(t.Context(), "wire"))(t)
	check(t, s.DeclareFeeds(t.Context(), nil, Noon()))
	_, err := s.SavePoll(t.Context(), story.Poll{State: st, At: Noon()}) // it was under way
	check(t, err)
	if all := must(s.Feeds(t.Context()))(t); len(all) != 0 || !must(s.Idle(t.Context(), Noon()))(t) {
		t.Errorf("feeds are %+v, want the poll not to bring back a feed that was taken out", all)
	}
}

// clockSetBack holds that a room that was to rest for seconds does not rest for a
// year because the clock was a year ahead for a while, that its ladder is
// climbed and that levels are reviewed.
func clockSetBack(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	setBack(t, s, func(ahead time.Time) { check(t, s.ShiftFeeds(t.Context(), Noon().Sub(ahead), Noon())) })
}

// clockSetBackBetween holds the same where the clock was set while nobody was
// there.
func clockSetBackBetween(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	setBack(t, s, func(ahead time.Time) {
		check(t, s.Audited(t.Context(), ahead)) // as is done every few minutes
		must(s.Begin(t.Context(), false, Noon()))(t)
	})
}

// setBack has the clock a year ahead until it is set.
func setBack(t *testing.T, s Store, set func(ahead time.Time)) {
	t.Helper()
	ahead := Noon().AddDate(1, 0, 0)
	save(t, s, item("g:1", "Ten killed in Idlib"))
	p := must(s.Unjudged(t.Context(), 10))(t)[0]
	check(t, s.SaveJudgements(t.Context(), []story.Judgement{{Item: p.Item.ID, Revision: 1, Relation: story.Opens, Kind: story.NewStory, Level: story.Critical, At: ahead, Rooms: []story.RoomName{"desk"}}}))
	alarm := must(s.Alarms(t.Context(), "desk", ahead))(t)[0]
	check(t, s.Climb(t.Context(), story.Step{Alarm: alarm, Next: ahead.Add(10 * time.Minute), At: ahead}))
	d, _, err := s.Claim(t.Context(), "desk", ahead)
	check(t, err)
	check(t, s.Settle(t.Context(), story.Outcome{Dispatch: d, State: story.Owed, Rest: true, NotBefore: ahead.Add(time.Minute), Why: "a test", At: ahead}))
	check(t, s.SaveReview(t.Context(), nil, ahead.Add(15*time.Minute)))
	set(ahead)
	if !must(s.ReviewDue(t.Context(), Noon()))(t) {
		t.Error("levels are not reviewed for a year")
	}
	if again := claim(t, s, story.Post); again.Delivery != d.Delivery {
		t.Errorf("claimed %+v, want the message", again)
	}
	late := must(s.Alarms(t.Context(), "desk", Noon().Add(10*time.Minute)))(t)
	if len(late) != 1 || !late[0].Since.Equal(Noon()) || len(must(s.Alarms(t.Context(), "desk", Noon().Add(9*time.Minute)))(t)) != 0 {
		t.Errorf("alarms are %+v, want one that is due after ten minutes", late)
	}
}

func clockStepped(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	fs := []story.Feed{{Name: "a", URL: "https://a.example/rss"}, {Name: "b", URL: "https://b.example/rss"}}
	check(t, s.DeclareFeeds(t.Context(), fs, Noon()))
	check(t, s.ShiftFeeds(t.Context(), 2*time.Hour, Noon()))
	if !must(s.Idle(t.Context(), Noon().Add(time.Hour)))(t) || must(s.Idle(t.Context(), Noon().Add(2*time.Hour)))(t) {
		t.Error("feeds are not due two hours later, after the clock was set on by two hours")
	}
	for _, st := range must(s.Feeds(t.Context()))(t) {
		if !st.NextDue.Equal(Noon().Add(2 * time.Hour)) {
			t.Errorf("%s is due at %v", st.Feed, st.NextDue)
		}
	}
}

// subscribed returns a store whose feed wire has had one poll, and a promise of
// its hub's from noon on.
func subscribed(t *testing.T, h Harness) Store {
	t.Helper()
	s := h.Open(t)
	check(t, s.DeclareFeeds(t.Context(), []story.Feed{{Name: "wire", URL: "https://wire.example/rss"}}, Noon().Add(-time.Hour)))
	st := must(s.FeedState(t.Context(), "wire"))(t)
	_, err := s.SavePoll(t.Context(), story.Poll{State: st, At: Noon().Add(-time.Hour), Heard: heard(Noon().Add(-time.Hour))})
	check(t, err)
	check(t, s.ChangePush(t.Context(), "wire", func(p story.Push) story.Push { return p.Agreed(Noon(), 24*time.Hour) }))
	return s
}

func heard(at time.Time) *story.Heard {
	return &story.Heard{
		At: at, Since: at.Add(-time.Minute), Callback: "https://vedette.example", Read: true, Topic: "https://wire.example/rss",
		Hubs: []string{"https://hub.example/"}, Token: "t", Secret: "s", MayAsk: true,
	}
}

func pushSaved(t *testing.T, h Harness) {
	t.Helper()
	s := subscribed(t, h)
	saved, err := s.SavePush(t.Context(), story.Brought{
		Feed: "wire", At: Noon().Add(time.Hour), Items: []story.Item{item("g:1", "Old"), item("g:2", "New")}, Past: []bool{true, false},
	})
	check(t, err)
	h.Crash(t)
	s = h.Open(t)
	st := must(s.FeedState(t.Context(), "wire"))(t)
	if p := st.Push; saved.New != 2 || p.Pushed != 1 || p.Beats != 1 || !p.Last.Equal(Noon().Add(time.Hour)) || p.Secret.Reveal() != "s" {
		t.Errorf("saved %+v, and of the hub %+v; want two items of one push", saved, p)
	}
	if st.NextDue.After(Noon()) || !st.Pace.LastNew.Equal(Noon().Add(time.Hour)) {
		t.Errorf("state is %+v, want news at one o'clock and polls as they were", st)
	}
	p := must(s.Unjudged(t.Context(), 10))(t)
	if len(p) != 2 || !p[0].Seed || p[1].Seed {
		t.Errorf("pending are %+v, want the first alone to be of the past", p)
	}
}

func pollBesidePush(t *testing.T, h Harness) {
	t.Helper()
	s := subscribed(t, h)
	before := must(s.FeedState(t.Context(), "wire"))(t) // as the poll found it
	_, err := s.SavePush(t.Context(), story.Brought{Feed: "wire", At: Noon().Add(time.Hour), Items: []story.Item{item("g:1", "Pushed")}})
	check(t, err)
	_, err = s.SavePoll(t.Context(), story.Poll{
		State: before, At: Noon().Add(2 * time.Hour), Items: []story.Item{item("g:1", "Pushed"), item("g:2", "Missed")}, Heard: heard(Noon().Add(2 * time.Hour)),
	})
	check(t, err)
	p := must(s.FeedState(t.Context(), "wire"))(t).Push
	if p.Pushed != 1 || !cmp.Equal(p.Owed, []string{"g:2"}) || p.Token.Reveal() != "t" {
		t.Errorf("subscription is %+v, want one push, and the item owed that it did not bring", p)
	}
	_, err = s.SavePoll(t.Context(), story.Poll{State: before, At: Noon().Add(3 * time.Hour)}) // that made no request
	check(t, err)
	if q := must(s.FeedState(t.Context(), "wire"))(t).Push; !cmp.Equal(p, q) {
		t.Errorf("subscription is %+v after a poll that heard nothing, want %+v", q, p)
	}
}

// overtaken has a poll saved after one that began later, as a replica does that
// was cut off meanwhile: its items are news, and what it knew of the feed is not.
func overtaken(t *testing.T, h Harness) {
	t.Helper()
	s := h.Open(t)
	known := story.FeedState{Feed: "wire", ETag: "1", Polls: 1}
	_, err := s.SavePoll(t.Context(), story.Poll{State: known, At: Noon()})
	check(t, err)
	newer, late := known, known
	newer.ETag, newer.Polls = "3", 2
	late.ETag, late.Polls, late.Failures = "2", 2, 7
	for _, st := range []story.FeedState{newer, late} {
		_, err := s.SavePoll(t.Context(), story.Poll{State: st, After: known.Polls, At: Noon(), Items: []story.Item{item("g:"+st.ETag, "News")}})
		check(t, err)
	}
	if got := must(s.FeedState(t.Context(), "wire"))(t); !cmp.Equal(got, newer) {
		t.Errorf("the feed stands so: %+v, want %+v", got, newer)
	}
	if waiting := must(s.Unjudged(t.Context(), 10))(t); len(waiting) != 2 {
		t.Errorf("%d items wait, want those of both polls", len(waiting))
	}
	for _, key := range []string{"g:4", "g:5"} { // which both take for the first of all
		_, err = s.SavePoll(t.Context(), story.Poll{State: story.FeedState{Feed: "new", Seeded: true}, Seed: true, Items: []story.Item{item(key, "Past")}})
		check(t, err)
	}
	if p := must(s.Unjudged(t.Context(), 10))(t); len(p) != 4 || !p[2].Seed || p[3].Seed {
		t.Errorf("waiting are %+v, want that what came after the past is news", p)
	}
}
