package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"vedette/bot"
	"vedette/bot/discord"
	"vedette/bot/slack"
	"vedette/internal/engine"
	"vedette/internal/fakeroom"
	"vedette/internal/store"
	"vedette/story"
)

var (
	backlog = flag.Int("backlog", 1000, "how many deliveries an outage leaves owed")
	downFor = flag.Duration("down", 3*time.Minute, "how long the outage lasts")
)

// A blackout is what stands between vedette and two platforms, which keep
// their limits.
type blackout struct {
	weather atomic.Int32 // one of the following
	slack   *fakeroom.Slack
	discord *fakeroom.Discord
	links   [2]*link // to these
	rooms   []station
}

// What becomes of a request: it leads nowhere, is answered by a proxy that
// stumbles, by one that asks for patience, or by the platform.
const (
	unreachable int32 = iota
	stumbling
	busy
	reached
)

// A link is the way to one platform.
type link struct {
	of   *blackout
	next http.RoundTripper

	mu      sync.Mutex  // guards refused
	refused []time.Time // when a proxy answered what counts towards a ban
}

// RoundTrip answers as the weather is.
func (l *link) RoundTrip(req *http.Request) (*http.Response, error) {
	page := &http.Response{StatusCode: http.StatusServiceUnavailable, Header: http.Header{"Content-Type": {"text/html"}}, Body: io.NopCloser(strings.NewReader("<html>later")), Request: req}
	switch l.of.weather.Load() {
	case reached:
		return l.next.RoundTrip(req)
	case unreachable:
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	case busy:
		page.StatusCode = http.StatusTooManyRequests
		l.mu.Lock()
		defer l.mu.Unlock()
		l.refused = append(l.refused, time.Now())
	}
	return page, nil
}

// A station is a room, and what stands in it.
type station struct {
	name   story.RoomName
	seat   bot.Seat
	posts  func() []fakeroom.Post
	limits fakeroom.Limit

	threads bool // have limits of their own
}

// roundTrip is how long a request is under way.
const roundTrip = 100 * time.Millisecond

// newBlackout returns ten rooms of each platform, which nobody reaches.
func newBlackout(t *testing.T) *blackout {
	t.Helper()
	b := new(blackout)
	over := func(calls *fakeroom.Pipes) *link { return &link{of: b, next: onPipes(t, calls)} }
	slow := fakeroom.Fault{Delay: roundTrip, Times: math.MaxInt}
	pipes := fakeroom.NewPipes()
	b.links[0] = over(pipes)
	b.slack = fakeroom.NewSlackOn(pipes, "xoxb-canary")
	b.slack.PerChannel = fakeroom.Limit{Most: 1, While: time.Second}
	b.slack.Fail(slow)
	t.Cleanup(b.slack.Close)
	workspace, err := slack.New(slack.Options{Token: "xoxb-canary", API: b.slack.API(), Transport: b.links[0]})
	if err != nil {
		t.Fatal(err)
	}
	pipes = fakeroom.NewPipes()
	b.links[1] = over(pipes)
	if b.discord, err = fakeroom.NewDiscordOn(pipes, "canary", ""); err != nil {
		t.Fatal(err)
	}
	b.discord.PerChannel, b.discord.PerAccount = fakeroom.Limit{Most: 5, While: 5 * time.Second}, fakeroom.Limit{Most: 50, While: time.Second}
	b.discord.Fail(slow)
	t.Cleanup(b.discord.Close)
	account, err := discord.New(discord.Options{Token: "canary", API: b.discord.API(), Transport: b.links[1]})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 10 {
		channel := fmt.Sprintf("C012345678%d", i)
		b.add("slack", i, workspace.Room(channel), func() []fakeroom.Post { return b.slack.Posts(channel) }, b.slack.PerChannel)
		other := fmt.Sprintf("12345678901234567%d", i)
		b.add("discord", i, account.Room(other), func() []fakeroom.Post { return b.discord.Posts(other) }, b.discord.PerChannel)
	}
	return b
}

func (b *blackout) add(platform string, i int, room bot.Room, posts func() []fakeroom.Post, limits fakeroom.Limit) {
	name := story.RoomName(fmt.Sprint(platform, i))
	b.rooms = append(b.rooms, station{name, bot.Seat{Room: room, Zone: time.UTC}, posts, limits, platform == "discord"})
}

// A newsroom polls nothing, and judges each report to be for all rooms: four
// that open a story, and one that joins the last of them.
type newsroom struct {
	store  *store.Store
	rooms  []story.RoomName
	judged int
	last   story.ID
}

func (*newsroom) Poll(context.Context, story.FeedName) error { return nil }
func (*newsroom) Polls(story.FeedName) bool                  { return true }
func (*newsroom) Forget()                                    {}

func (n *newsroom) Judge(ctx context.Context) (more bool, err error) {
	waiting, err := n.store.Unjudged(ctx, 1)
	if err != nil || len(waiting) == 0 {
		return false, err
	}
	j := story.Judgement{
		Item: waiting[0].Item.ID, Revision: waiting[0].Item.Revision, Relation: story.Opens, Kind: story.NewStory, Rooms: n.rooms, At: time.Now(),
		Matches: []story.Match{{Watch: "idlib"}},
	}
	if n.judged++; n.judged%5 == 0 {
		j.Story, j.Relation, j.Kind = n.last, story.Reports, story.Update
	}
	if err := n.store.SaveJudgements(ctx, []story.Judgement{j}); err != nil {
		return false, err
	}
	n.last, err = n.store.StoryOf(ctx, waiting[0].Item.ID)
	return true, err
}

// publish saves the report of a number.
func (n *newsroom) publish(t *testing.T, number int) {
	t.Helper()
	now, key := time.Now(), fmt.Sprint("g:", number)
	it := story.Item{
		Feed: "wire", Outlet: "Wire", Owner: "wire", Keys: []string{key}, GUID: key, Title: fmt.Sprintf("Idlib shelled, report %d.", number),
		Link: "https://wire.example/" + strconv.Itoa(number), FirstSeen: now, Effective: now,
	}
	if _, err := n.store.SavePoll(t.Context(), story.Poll{State: story.FeedState{Feed: "wire", Seeded: true, NextDue: now.AddDate(1, 0, 0)}, At: now, Items: []story.Item{it}}); err != nil {
		t.Fatal(err)
	}
}

// TestABacklogDrainsInOrderWithinTheLimits has reports come in while nobody
// reaches the platforms, and then lets them be reached, in virtual time. The
// flags make it as long as docs/promises.md says.
func TestABacklogDrainsInOrderWithinTheLimits(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long")
	}
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBlackout(t)
		reports := *backlog / len(b.rooms)
		tick := min(max(5*time.Second, *downFor/1000), 30*time.Second)
		owed, back, _ := b.endure(t, bot.Policy{}, reports, *downFor, tick, min(tick/2, time.Second))
		if owed != reports*len(b.rooms) {
			t.Errorf("%d deliveries were owed when the platforms were back, want %d", owed, reports*len(b.rooms))
		}
		b.hold(t, reports, back)
	})
}

// TestABacklogIsToldInADigestWhereARoomAsksForIt has the platforms away for
// an hour, and rooms that are not told one by one what is older than a quarter
// of one.
func TestABacklogIsToldInADigestWhereARoomAsksForIt(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long")
	}
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const reports = 24
		b := newBlackout(t)
		_, _, ended := b.endure(t, bot.Policy{Backlog: 15 * time.Minute}, reports, time.Hour, 30*time.Second, 15*time.Second)
		if n := ended[story.Delivered] + ended[story.Digested]; n-ended[story.Delivered] == 0 || ended[story.Owed]+ended[story.Held]+ended[story.Parked] > 0 {
			t.Errorf("the deliveries ended %v, want all delivered or digested", ended)
		}
		for _, r := range b.rooms {
			digests, told := 0, make(map[string]bool)
			for _, p := range r.posts() {
				if strings.Contains(p.Posted, "Held back") {
					digests++
				}
				for _, said := range reportNumber.FindAllStringSubmatch(p.Posted, -1) {
					told[said[1]] = true
				}
			}
			if n := len(r.posts()); n > reports/2 || digests < 1 || digests > 3 {
				t.Errorf("%s has %d messages, of them %d digests; want one or two digests, and what is of the last quarter of an hour", r.name, n, digests)
			}
			for i := range reports {
				if i%5 != 4 && !told[strconv.Itoa(i)] { // each fifth is of the story before it
					t.Errorf("%s is not told of report %d", r.name, i)
				}
			}
		}
	})
}

// endure has reports come in while the platforms are down for so long, lets
// them be reached, and waits until all is told. What is due is looked for each
// tick, and by whoever waits for work each look. It returns how many deliveries
// were owed then, when that was, and how all have ended.
func (b *blackout) endure(t *testing.T, policy bot.Policy, reports int, down, tick, look time.Duration) (owed int, back time.Time, ended map[story.DeliveryState]int) {
	t.Helper()
	quiet := slog.New(slog.DiscardHandler)
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "vedette.db"), store.Options{Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	courier := bot.NewCourier(s, time.Now, quiet)
	courier.SetSeal(bot.NewSeal(make([]byte, 32)))
	courier.SetCalendar(s)
	s.SetRule(courier.Weigh)
	seats, news := make(map[story.RoomName]bot.Seat), &newsroom{store: s}
	for _, r := range b.rooms {
		r.seat.Policy = policy
		seats[r.name], news.rooms = r.seat, append(news.rooms, r.name)
	}
	courier.SetRooms(seats)
	ctx, stop := context.WithCancel(t.Context())
	over := make(chan error)
	go func() {
		over <- engine.New(engine.Config{Store: s, Poller: news, Desk: news, Courier: courier, Now: time.Now, Tick: tick, Look: look, Log: quiet}).Run(ctx)
	}()
	for i := range reports { // half of the time nobody is reached, and then proxies answer
		switch i {
		case reports / 2:
			b.weather.Store(stumbling)
		case reports * 3 / 4:
			b.weather.Store(busy)
		}
		news.publish(t, i)
		time.Sleep(down / time.Duration(reports))
	}
	owed, back = open(t, s), time.Now()
	b.weather.Store(reached)
	for open(t, s) > 0 {
		time.Sleep(10 * time.Second)
		if time.Since(back) > 24*time.Hour {
			t.Fatalf("after a day %d are open", open(t, s))
		}
	}
	ended, err = s.Deliveries(t.Context())
	stop()
	if err := errors.Join(err, <-over, s.Close()); err != nil {
		t.Error(err)
	}
	return owed, back, ended
}

// open counts the deliveries that have not ended.
func open(t *testing.T, s *store.Store) int {
	t.Helper()
	counts, err := s.Deliveries(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return counts[story.Owed] + counts[story.Sending] + counts[story.Ambiguous] + counts[story.Held]
}

// reportNumber is in the title of a report; a message names its own first.
var reportNumber = regexp.MustCompile(`report (\d+)\.`)

// What a drain may take, beside what its limits make it take. How long it is
// until a room is tried again that was not reached counts for a brief one.
const (
	mostRatio   = 1.1
	short       = 20 * time.Minute
	triedWithin = time.Minute + 10*time.Second
)

// hold holds what stands in the rooms to what was reported, and how long it
// took to what the platforms' limits make it take.
func (b *blackout) hold(t *testing.T, reports int, back time.Time) {
	t.Helper()
	var stand, overtaken int
	var drained, least time.Duration
	for _, r := range b.rooms {
		posts := r.posts()
		stand += len(posts)
		if len(posts) != reports {
			t.Errorf("%d messages stand in %s, want %d", len(posts), r.name, reports)
			continue
		}
		late := r.overtaken(t, posts)
		if most := inDoubt * (1 + int(*downFor/4/story.StuckAfter)); late > most {
			t.Errorf("%d stories of %s stand below a later one, want %d at most", late, r.name, most)
		}
		overtaken += late
		took, may := posts[reports-1].At.Sub(back), r.least(posts)
		most := time.Duration(mostRatio * float64(may))
		if may < short {
			most += triedWithin
		}
		if took > most {
			t.Errorf("%s has all %v after the platform is back, want %v at most: its limits let it have them in %v", r.name, took, most, may)
		}
		drained, least = max(drained, took), max(least, may)
	}
	refused := max(burst(append(b.links[0].refused, b.slack.Refused()...)), burst(append(b.links[1].refused, b.discord.Refused()...)))
	if refused > 100 {
		t.Errorf("a platform refused %d requests in ten minutes, want 100 at most", refused)
	}
	if bad := slices.Concat(b.slack.Violations(), b.discord.Violations()); len(bad) > 0 {
		t.Errorf("asked against the rules: %q", bad)
	}
	if testing.Verbose() && flag.Lookup("backlog").Value.String() != flag.Lookup("backlog").DefValue {
		t.Logf("%d deliveries owed to %d rooms after %v, %d messages stand, once each and in order but for %d that had been in doubt; drained in %v, the limits' own minimum %v, ratio %.3f; at most %d requests refused in ten minutes",
			reports*len(b.rooms), len(b.rooms), *downFor, stand, overtaken, drained, least, drained.Seconds()/least.Seconds(), refused)
	}
}

// inDoubt is how many messages of a room come into doubt in a quarter of an
// hour in which the platform stumbles. Others do not wait for them, those of
// their own stories longer than that no more.
const inDoubt = 3

// overtaken returns how many stories stand below a later one. Each must have
// one message, with one answer in its thread if a report joined it.
func (r *station) overtaken(t *testing.T, posts []fakeroom.Post) (late int) {
	t.Helper()
	roots, replies := make(map[int]string), make(map[int]string)
	newest := -1
	for _, p := range posts {
		said := reportNumber.FindStringSubmatch(p.Posted)
		if said == nil {
			t.Fatalf("%s: a message is of no report: %q", r.name, p.Posted)
		}
		n, _ := strconv.Atoi(said[1])
		opened := n
		if n%5 == 4 {
			opened = n - 1
		}
		if p.Thread != "" {
			if p.Thread != roots[opened] || replies[opened] != "" || opened%5 != 3 {
				t.Fatalf("%s: report %d is told in thread %q; its story is %q, and has the answer %q", r.name, n, p.Thread, roots[opened], replies[opened])
			}
			replies[opened] = p.ID
			continue
		}
		if roots[opened] != "" {
			t.Fatalf("%s: the story of report %d stands twice", r.name, n)
		}
		roots[opened] = p.ID
		if opened < newest {
			late++
		}
		newest = max(newest, opened)
	}
	return late
}

// least returns how long the limits make posts take, the first of which is
// told at once: a Discord thread has one of its own, a Slack thread has not.
func (r *station) least(posts []fakeroom.Post) (least time.Duration) {
	in := make(map[string]int)
	for _, p := range posts {
		where := ""
		if r.threads {
			where = p.Thread
		}
		in[where]++
		least = max(least, time.Duration((in[where]-1)/r.limits.Most)*r.limits.While)
	}
	return least
}

// burst returns how many of times are within ten minutes, where they are most.
func burst(times []time.Time) (most int) {
	for i, began := range times {
		n := 0
		for _, at := range times[i:] {
			if at.Sub(began) < 10*time.Minute {
				n++
			}
		}
		most = max(most, n)
	}
	return most
}
