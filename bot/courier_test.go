package bot_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"vedette/bot"
	"vedette/story"
)

var noon = time.Date(2020, 2, 3, 12, 0, 0, 0, time.UTC)

// A box gives out its acts in order and remembers how they ended.
type box struct {
	due     []story.Dispatch
	settled []story.Outcome
	fail    error
	lost    bool                                  // what it gives out is soon somebody else's
	held    func(context.Context) context.Context // in which what it gives out may be sent; nil: as long as it takes
	refuse  error
	refuses int // times that it cannot record an outcome, for refuse
}

func (b *box) Claim(context.Context, story.RoomName, time.Time) (story.Dispatch, bool, error) {
	if b.fail != nil || len(b.due) == 0 {
		return story.Dispatch{}, false, b.fail
	}
	d := b.due[0]
	b.due = b.due[1:]
	return d, true, nil
}

func (b *box) Hold(ctx context.Context, _ *story.Dispatch) (context.Context, func(), error) {
	if b.lost {
		return nil, nil, story.ErrNotSending
	}
	if b.held != nil {
		ctx = b.held(ctx)
	}
	return ctx, func() {}, nil
}

func (b *box) Settle(ctx context.Context, o story.Outcome) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if b.refuses > 0 {
		b.refuses--
		return b.refuse
	}
	b.settled = append(b.settled, o)
	if o.Why == "its brief is being put in other words" { // it is due at once
		b.due = append([]story.Dispatch{o.Dispatch}, b.due...)
	}
	return nil
}

func (b *box) Advance(ctx context.Context, o story.Outcome, now time.Time) (story.Dispatch, bool, error) {
	if err := b.Settle(ctx, o); err != nil {
		return story.Dispatch{}, false, err
	}
	return b.Claim(ctx, o.Dispatch.Room, now)
}

// A room answers each act with the same error.
type room struct {
	heard []string
	err   error

	traces []bot.Trace // that were looked for
	stands story.Remote
	blind  error
	link   string
	stop   context.CancelFunc // called in the middle of each act
}

func (r *room) hear(ctx context.Context, what string, m *bot.Message) (story.Remote, error) {
	if r.stop != nil {
		r.stop()
	}
	r.heard = append(r.heard, what+" "+m.Title.Text)
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	return "there", r.err
}

func (r *room) Post(ctx context.Context, _ string, m *bot.Message) (story.Remote, error) {
	return r.hear(ctx, "post", m)
}

func (r *room) Reply(ctx context.Context, _ story.Remote, _ string, m *bot.Message) (story.Remote, error) {
	return r.hear(ctx, "reply", m)
}

func (r *room) Edit(ctx context.Context, _ story.Remote, _ string, m *bot.Message) error {
	_, err := r.hear(ctx, "edit", m)
	return err
}

func (r *room) Find(_ context.Context, t bot.Trace) (story.Remote, bool, error) {
	r.traces = append(r.traces, t)
	return r.stands, r.stands != "", r.blind
}

func (r *room) Link(context.Context, story.Remote) string { return r.link }

func dispatch(act story.Act) story.Dispatch {
	return story.Dispatch{Delivery: 1, Key: "k", Attempt: 3, Act: act, Room: "desk", Root: "root", Story: told(), Notice: story.Notice{Item: 2}}
}

func courier(b *box, r *room) *bot.Courier {
	c := bot.NewCourier(b, func() time.Time { return noon }, slog.New(slog.DiscardHandler))
	c.SetRooms(map[story.RoomName]bot.Seat{"desk": {Room: r, Zone: time.UTC}})
	return c
}

func TestCourierRecordsHowEachActEnded(t *testing.T) {
	for name, tt := range map[string]struct {
		act  story.Act
		err  error
		want story.Outcome
	}{
		"Told":                                {story.Post, nil, story.Outcome{State: story.Delivered, Remote: "there"}},
		"AnUnknownErrorIsAmbiguous":           {story.Post, errors.New("cut off"), story.Outcome{State: story.Ambiguous, NotBefore: noon.Add(4 * time.Second), Why: "the answer was not understood"}},
		"AnAmbiguousEditIsMadeAgain":          {story.Edit, errors.New("cut off"), story.Outcome{State: story.Owed, NotBefore: noon.Add(4 * time.Second), Why: "the answer was not understood"}},
		"NotSentBacksOffAndTheRoomRests":      {story.Post, &bot.Failure{Kind: bot.NotSent, Why: "busy"}, story.Outcome{State: story.Owed, Rest: true, NotBefore: noon.Add(4 * time.Second), Why: "busy"}},
		"WhatMayBeRepeatedIsOwedAgain":        {story.Post, &bot.Failure{Kind: bot.Repeatable, Why: "lost"}, story.Outcome{State: story.Owed, Rest: true, NotBefore: noon.Add(4 * time.Second), Why: "lost"}},
		"ThePlatformsOwnWaitIsKept":           {story.Post, &bot.Failure{Kind: bot.NotSent, Wait: time.Hour, Why: "busy"}, story.Outcome{State: story.Owed, Rest: true, NotBefore: noon.Add(time.Hour), Why: "busy"}},
		"AShutRoomRestsLongerAndLosesNone":    {story.Reply, &bot.Failure{Kind: bot.RoomShut, Why: "no rights"}, story.Outcome{State: story.Owed, Rest: true, Shut: 1, NotBefore: noon.Add(time.Minute), Why: "no rights"}},
		"WhatIsRefusedInEveryFormIsParked":    {story.Post, &bot.Failure{Kind: bot.Unfit, Why: "too odd"}, story.Outcome{State: story.Parked, Why: "too odd"}},
		"AReplyToARemovedRootIsOwedAsAPost":   {story.Reply, &bot.Failure{Kind: bot.RootMissing, Why: "gone"}, story.Outcome{State: story.Owed, RootGone: true, NotBefore: noon, Why: "gone"}},
		"AnEditThatIsPutOffLetsTheRoomBeTold": {story.Edit, &bot.Failure{Kind: bot.Unedited, Wait: 20 * time.Second, Why: "old"}, story.Outcome{State: story.Owed, NotBefore: noon.Add(20 * time.Second), Why: "old"}},
		"ARootThatTakesNoEditStands":          {story.Edit, &bot.Failure{Kind: bot.Unedited, Why: "old"}, story.Outcome{State: story.Expired, NotBefore: noon.Add(4 * time.Second), Why: "old"}},
		"ARootWhoseEditIsRefusedStands":       {story.Edit, &bot.Failure{Kind: bot.Unfit, Why: "too odd"}, story.Outcome{State: story.Expired, Why: "too odd"}},
		"AnEditOfARemovedRootHasNothingLeft":  {story.Edit, &bot.Failure{Kind: bot.RootMissing, Why: "gone"}, story.Outcome{State: story.Expired, RootGone: true, Why: "gone"}},
	} {
		t.Run(name, func(t *testing.T) {
			b := &box{due: []story.Dispatch{dispatch(tt.act)}}
			if err := courier(b, &room{err: tt.err}).Drain(t.Context(), "desk"); err != nil {
				t.Fatal(err)
			}
			tt.want.At = noon
			got := b.settled[0]
			if got.State != story.Delivered {
				tt.want.Remote = got.Remote
			}
			if tt.act == story.Edit && got.State == story.Delivered {
				tt.want.Remote = "root"
			}
			if diff := cmp.Diff(tt.want, got, cmpopts.IgnoreFields(story.Outcome{}, "Dispatch")); diff != "" {
				t.Errorf("outcome (-want +got):\n%s", diff)
			}
		})
	}
}

// TestOneMessageDoesNotShutARoom holds that a message is given up of which
// something on the way says that the room is shut, while others get through:
// what a feed writes may be what a firewall refuses.
func TestOneMessageDoesNotShutARoom(t *testing.T) {
	for name, tt := range map[string]struct {
		act     story.Act
		stuck   bool
		shut    int
		attempt int
		want    story.DeliveryState
	}{
		"OthersGotThrough":    {story.Post, true, 0, 5, story.Parked},
		"TheRoomIsShut":       {story.Post, true, 1, 5, story.Owed},
		"NothingElseWasTried": {story.Post, false, 0, 5, story.Owed},
		"AnEdit":              {story.Edit, false, 0, 5, story.Expired},
		"AnEditInAShutRoom":   {story.Edit, false, 4, 5, story.Owed},
		"AnEditAtFirst":       {story.Edit, false, 0, 2, story.Owed},
	} {
		t.Run(name, func(t *testing.T) {
			d := dispatch(tt.act)
			d.Stuck, d.Shut, d.Attempt = tt.stuck, tt.shut, tt.attempt
			b := &box{due: []story.Dispatch{d}}
			c := courier(b, &room{err: &bot.Failure{Kind: bot.RoomShut, Why: "a wall"}})
			c.SetOperators([]story.RoomName{"ops"})
			if err := c.Drain(t.Context(), "desk"); err != nil {
				t.Fatal(err)
			}
			o := b.settled[0]
			if o.State != tt.want || o.Rest != (tt.want == story.Owed) || o.RootGone || (o.Alarm != nil) != (tt.want == story.Parked) {
				t.Errorf("settled %+v, want it %s", o, tt.want)
			}
		})
	}
}

func TestAMessageWhoseAnswerWasLostIsLookedFor(t *testing.T) {
	failure := func(k bot.Kind, wait time.Duration) error { return &bot.Failure{Kind: k, Wait: wait, Why: "so"} }
	for name, tt := range map[string]struct {
		room  room
		at    func(*story.Dispatch)
		want  story.Outcome
		heard int // how often it was told again
		alarm string
	}{
		"ItStands":             {room{stands: "found"}, nil, story.Outcome{State: story.Delivered, Remote: "found"}, 0, ""},
		"ItIsNotSeenYet":       {room{}, nil, story.Outcome{State: story.Ambiguous, Looked: noon, NotBefore: noon.Add(5 * time.Second), Why: "it is not seen in the room, where it may yet appear"}, 0, ""},
		"ItIsNotSeenSoonAfter": {room{}, func(d *story.Dispatch) { d.Looked = noon.Add(-4 * time.Second) }, story.Outcome{State: story.Ambiguous, Looked: noon, NotBefore: noon.Add(5 * time.Second), Why: "it is not seen in the room, where it may yet appear"}, 0, ""},
		"ItIsNotSeenAnyMore":   {room{}, func(d *story.Dispatch) { d.Looked = noon.Add(-5 * time.Second) }, story.Outcome{State: story.Owed, NotBefore: noon, Why: "it does not stand in the room"}, 0, ""},
		"OthersGetThrough":     {room{}, func(d *story.Dispatch) { d.Looked, d.Stuck = noon.Add(-5*time.Second), true }, story.Outcome{State: story.Parked, Why: "given up: it did not get through for 15m0s, and others did"}, 0, "A message to the room desk is given up"},
		"TheKeyMakesTwoOne":    {room{blind: failure(bot.Repeatable, 0)}, nil, story.Outcome{State: story.Delivered, Remote: "there"}, 1, ""},
		"AgainItIsLost":        {room{blind: failure(bot.Repeatable, 0), err: failure(bot.Ambiguous, 0)}, nil, story.Outcome{State: story.Ambiguous, NotBefore: noon.Add(4 * time.Second), Why: "so"}, 1, ""},
		"AgainItIsNotSent":     {room{blind: failure(bot.Repeatable, 0), err: failure(bot.NotSent, time.Minute)}, nil, story.Outcome{State: story.Ambiguous, NotBefore: noon.Add(time.Minute), Why: "so"}, 1, ""},
		"AgainItIsRefused":     {room{blind: failure(bot.Repeatable, 0), err: failure(bot.Unfit, 0)}, nil, story.Outcome{State: story.Parked, NotBefore: noon.Add(4 * time.Second), Why: "so"}, 1, "A message to the room desk is given up"},
		"AgainItsRootIsGone":   {room{blind: failure(bot.Repeatable, 0), err: failure(bot.RootMissing, 0)}, nil, story.Outcome{State: story.Ambiguous, NotBefore: noon.Add(4 * time.Second), Why: "so"}, 1, ""},
		"TheLookIsPutOff":      {room{blind: failure(bot.NotSent, time.Minute)}, nil, story.Outcome{State: story.Ambiguous, NotBefore: noon.Add(time.Minute), Why: "so"}, 0, ""},
		"TheLookIsLost":        {room{blind: errors.New("cut off")}, nil, story.Outcome{State: story.Ambiguous, NotBefore: noon.Add(4 * time.Second), Why: "the answer was not understood"}, 0, ""},
		"NobodyMayLook":        {room{blind: failure(bot.RoomShut, 0)}, nil, story.Outcome{State: story.Ambiguous, NotBefore: noon.Add(time.Hour), Why: "so"}, 0, "A message may or may not stand in the room desk, and nobody can look"},
	} {
		t.Run(name, func(t *testing.T) {
			d := dispatch(story.LookUp)
			d.Tried, d.Until = noon.Add(-time.Minute), noon
			if tt.at != nil {
				tt.at(&d)
			}
			b := &box{due: []story.Dispatch{d}}
			c := courier(b, &tt.room)
			c.SetOperators([]story.RoomName{"ops"})
			if err := c.Drain(t.Context(), "desk"); err != nil {
				t.Fatal(err)
			}
			tt.want.At = noon
			got := b.settled[0]
			if diff := cmp.Diff(tt.want, got, cmpopts.IgnoreFields(story.Outcome{}, "Dispatch", "Alarm")); diff != "" {
				t.Errorf("outcome (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]bot.Trace{{Key: "k", Root: "root", Since: d.Tried, Until: d.Until, Age: time.Minute}}, tt.room.traces); diff != "" || len(tt.room.heard) != tt.heard {
				t.Errorf("told again %q, want %d times; looked for (-want +got):\n%s", tt.room.heard, tt.heard, diff)
			}
			heard := ""
			if got.Alarm != nil {
				heard = got.Alarm.Reasons[0]
			}
			if heard != tt.alarm {
				t.Errorf("operators hear %q, want %q", heard, tt.alarm)
			}
		})
	}
}

// A queue is a room whose platform's pace leaves no room, in which a message may
// be repeated for some seconds.
type queue struct {
	room

	waited time.Duration
}

func (q *queue) Find(context.Context, bot.Trace) (story.Remote, bool, error) {
	return "", false, &bot.Failure{Kind: bot.Repeatable, Within: 3 * time.Second, Why: "lost"}
}

func (q *queue) Reply(ctx context.Context, _ story.Remote, _ string, _ *bot.Message) (story.Remote, error) {
	began := time.Now()
	<-ctx.Done()
	q.waited = time.Since(began)
	return "", &bot.Failure{Kind: bot.NotSent, Why: "no room"}
}

// TestAMessageIsRepeatedWhileThatMakesNoTwoAndNoLonger holds that a message whose
// key is soon forgotten does not wait for a platform's pace until it is.
func TestAMessageIsRepeatedWhileThatMakesNoTwoAndNoLonger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, q := &box{due: []story.Dispatch{dispatch(story.LookUp)}}, new(queue)
		c := courier(b, &q.room)
		c.SetRooms(map[story.RoomName]bot.Seat{"desk": {Room: q, Zone: time.UTC}})
		if err := c.Drain(t.Context(), "desk"); err != nil {
			t.Fatal(err)
		}
		if o := b.settled[0]; q.waited != 3*time.Second || o.State != story.Ambiguous {
			t.Errorf("it waited for %v and ended as %+v; want 3s, and that it is looked for", q.waited, o)
		}
	})
}

func TestOperatorsHearOfARoomThatIsShutOnce(t *testing.T) {
	now, b, r := noon, &box{}, &room{err: &bot.Failure{Kind: bot.RoomShut, Why: "no such channel"}}
	c := bot.NewCourier(b, func() time.Time { return now }, slog.New(slog.DiscardHandler))
	c.SetRooms(map[story.RoomName]bot.Seat{"desk": {Room: r, Zone: time.UTC}})
	c.SetOperators([]story.RoomName{"ops"})
	d := dispatch(story.Post)
	var waits []time.Duration
	var told []string
	for range 6 {
		if len(waits) == 5 {
			r.err = nil
		}
		b.due = []story.Dispatch{d}
		if err := c.Drain(t.Context(), "desk"); err != nil {
			t.Fatal(err)
		}
		o := b.settled[len(b.settled)-1]
		if o.Alarm != nil {
			told = append(told, o.Alarm.Reasons[0])
		}
		if o.State == story.Owed {
			waits = append(waits, o.NotBefore.Sub(now))
			now = o.NotBefore
		}
		d.Attempt, d.Shut = d.Attempt+1, o.Shut
	}
	if diff := cmp.Diff([]time.Duration{time.Minute, 2 * time.Minute, time.Hour, time.Hour, time.Hour}, waits); diff != "" {
		t.Errorf("it is tried again after (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"The room desk takes no messages", "The room desk takes messages again"}, told); diff != "" {
		t.Errorf("operators hear (-want +got):\n%s", diff)
	}
}

func TestOperatorsHearOfATokenThatIsNotAcceptedOnceADay(t *testing.T) {
	often := dispatch(story.Post)
	often.Attempt = 12
	b := &box{due: []story.Dispatch{often, dispatch(story.Post)}}
	c := courier(b, &room{err: &bot.Failure{Kind: bot.Barred, Wait: 5 * time.Minute, Why: "no token"}})
	c.SetOperators([]story.RoomName{"ops"})
	if err := c.Drain(t.Context(), "desk"); err != nil {
		t.Fatal(err)
	}
	first, second := b.settled[0], b.settled[1]
	if first.Alarm == nil || second.Alarm == nil || first.Alarm.Key != second.Alarm.Key {
		t.Errorf("alarms are %+v and %+v, want one", first.Alarm, second.Alarm)
	}
	if first.State != story.Owed || first.Shut != 0 || !first.NotBefore.Equal(noon.Add(5*time.Minute)) {
		t.Errorf("settled %+v, want it owed, and the room not at fault", first)
	}
}

// A mine is a room that cannot be told anything.
type mine struct{ room }

func (m *mine) Post(context.Context, string, *bot.Message) (story.Remote, error) { panic("boom") }

func (m *mine) Edit(context.Context, story.Remote, string, *bot.Message) error { panic("boom") }

// TestAMessageThatCannotBeMadeKeepsNoRoomUp holds that what ends in a panic is on
// record as a message in doubt, which is looked for and at last given up, and
// that the room hears of others meanwhile.
func TestAMessageThatCannotBeMadeKeepsNoRoomUp(t *testing.T) {
	for act, want := range map[story.Act]story.DeliveryState{story.Post: story.Ambiguous, story.Edit: story.Owed} {
		b := &box{due: []story.Dispatch{dispatch(act), dispatch(story.Reply)}}
		c := bot.NewCourier(b, func() time.Time { return noon }, slog.New(slog.DiscardHandler))
		c.SetRooms(map[story.RoomName]bot.Seat{"desk": {Room: new(mine), Zone: time.UTC}})
		if err := c.Drain(t.Context(), "desk"); err != nil {
			t.Fatal(err)
		}
		if len(b.settled) != 2 || b.settled[0].State != want || b.settled[0].Rest || !b.settled[0].NotBefore.After(noon) || b.settled[1].State != story.Delivered {
			t.Errorf("%s ended as %+v, want it %s later, and the next one told", act, b.settled, want)
		}
	}
}

func TestCourierParksWhatIsOwedToARoomThatIsGone(t *testing.T) {
	b := &box{due: []story.Dispatch{dispatch(story.Post)}}
	c := courier(b, &room{})
	c.SetRooms(nil)
	if err := c.Drain(t.Context(), "desk"); err != nil {
		t.Fatal(err)
	}
	if len(b.settled) != 1 || b.settled[0].State != story.Parked {
		t.Errorf("settled %+v, want it parked", b.settled)
	}
}

func TestCourierSendsNothingThatItMayHaveLost(t *testing.T) {
	b, r := &box{due: []story.Dispatch{dispatch(story.Post)}, lost: true}, &room{}
	if err := courier(b, r).Drain(t.Context(), "desk"); err != nil {
		t.Fatal(err)
	}
	if len(r.heard) != 0 || b.settled[0].State != story.Owed {
		t.Errorf("the room heard %q, recorded %+v; want nothing, and that it is owed", r.heard, b.settled)
	}
}

// TestCourierSendsNoLongerThanItMay has a room lost in the middle of a message,
// which it may have got. An edit can be made again.
func TestCourierSendsNoLongerThanItMay(t *testing.T) {
	for act, want := range map[story.Act]story.DeliveryState{story.Post: story.Ambiguous, story.Edit: story.Owed} {
		b, r := &box{due: []story.Dispatch{dispatch(act)}}, new(room)
		b.held = func(ctx context.Context) context.Context {
			ctx, r.stop = context.WithCancel(ctx)
			return ctx
		}
		if err := courier(b, r).Drain(t.Context(), "desk"); err != nil {
			t.Fatal(err)
		}
		if len(r.heard) != 1 || len(b.settled) != 1 || b.settled[0].State != want {
			t.Errorf("%s: the room heard %q, recorded %+v; want %s", act, r.heard, b.settled, want)
		}
	}
}

func TestCourierFinishesWhatItBegan(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	b := &box{due: []story.Dispatch{dispatch(story.Post), dispatch(story.Reply)}}
	r := &room{stop: stop}
	if err := courier(b, r).Drain(ctx, "desk"); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v, want that it was told to stop", err)
	}
	if len(b.settled) != 1 || b.settled[0].State != story.Delivered || len(b.due) != 1 {
		t.Errorf("settled %+v with %d due, want one told and recorded, and one left alone", b.settled, len(b.due))
	}
}

func TestCourierGivesUpNothingThatCannotBeRecorded(t *testing.T) {
	b := &box{fail: errors.New("disk full")}
	r := &room{}
	if err := courier(b, r).Drain(t.Context(), "desk"); !errors.Is(err, b.fail) || len(r.heard) != 0 {
		t.Errorf("error is %v after telling %q, want the store's and silence", err, r.heard)
	}
}

// TestWhatCouldNotBeRecordedIsBeforeTheRoomIsToldMore has a disk that is full
// when a message stands, and a replica that has meanwhile taken it up.
func TestWhatCouldNotBeRecordedIsBeforeTheRoomIsToldMore(t *testing.T) {
	full := errors.New("disk full")
	for name, tt := range map[string]struct {
		refuse  error
		refuses int // with each look but the last
		looks   int
		settled int
	}{
		"ForAMoment":       {full, 2, 2, 2},
		"ForAWhile":        {full, 4, 4, 2},
		"TakenUpByAnother": {fmt.Errorf("delivery 1: %w", story.ErrNotSending), 2, 2, 1},
	} {
		t.Run(name, func(t *testing.T) {
			b := &box{due: []story.Dispatch{dispatch(story.Post), dispatch(story.Reply)}, refuse: tt.refuse, refuses: tt.refuses}
			b.due[1].Delivery = 2
			r := &room{}
			c := courier(b, r)
			for look := range tt.looks {
				if err := c.Drain(t.Context(), "desk"); (err != nil) != (look < tt.looks-1) {
					t.Fatalf("look %d: error %v", look, err)
				}
			}
			if len(r.heard) != 2 {
				t.Errorf("the room heard %q, want each once", r.heard)
			}
			if n := len(b.settled); n != tt.settled || b.settled[n-1].Dispatch.Delivery != 2 || n == 2 && b.settled[0].Dispatch.Delivery != 1 {
				t.Errorf("recorded %+v, want %d, in their order", b.settled, tt.settled)
			}
		})
	}
}

// A teller keeps what it is told, and knows where messages stand, or not.
type teller struct {
	room

	told []*bot.Message
}

func (r *teller) Post(_ context.Context, _ string, m *bot.Message) (story.Remote, error) {
	r.told = append(r.told, m)
	return "there", nil
}

func (r *teller) Edit(_ context.Context, _ story.Remote, _ string, m *bot.Message) error {
	r.told = append(r.told, m)
	return nil
}

func TestARootSaysWhereItsStoryGoesOnAndWhereItComesFrom(t *testing.T) {
	other := &story.Aside{Story: 7, Version: 4, Lead: story.Witness{Outlet: "Radio", Title: "Post hit", Link: "https://radio.example/1"}, Why: "a test shows it", See: "other"}
	merged, parted := dispatch(story.Edit), dispatch(story.Post)
	merged.Merged, parted.Parted = other, other
	for name, tt := range map[string]struct {
		due     story.Dispatch
		link    string
		title   string
		fact    bot.Fact
		buttons []bot.Button
	}{
		"GoesOn": {
			merged, "https://chat.example/other", "Post hit",
			bot.Fact{Name: "Continued in", Text: "Post shelled in Idleb"},
			[]bot.Button{{Label: "Open report", Link: "https://radio.example/1"}, {Label: "Go on reading", Link: "https://chat.example/other"}},
		},
		"GoesOnWithoutALink": {
			merged, "", "Post hit",
			bot.Fact{Name: "Continued in", Text: "Post shelled in Idleb"},
			[]bot.Button{{Label: "Open report", Link: "https://radio.example/1"}},
		},
		"ComesFrom": {
			parted, "https://chat.example/other", "Post shelled in Idleb",
			bot.Fact{Name: "Split from", Text: "Post hit (a test shows it)"},
			[]bot.Button{{Label: "Open report", Link: "https://wire.example/1"}, {Label: "Earlier reports", Link: "https://chat.example/other"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := &box{due: []story.Dispatch{tt.due}}
			r := &teller{room: room{link: tt.link}}
			c := bot.NewCourier(b, func() time.Time { return noon }, slog.New(slog.DiscardHandler))
			c.SetRooms(map[story.RoomName]bot.Seat{"desk": {Room: r, Zone: time.UTC}})
			if err := c.Drain(t.Context(), "desk"); err != nil {
				t.Fatal(err)
			}
			if b.settled[0].State != story.Delivered {
				t.Fatalf("settled %+v, want it told", b.settled[0])
			}
			if m := r.told[0]; m.Title.Text != tt.title || m.Facts[0] != tt.fact || !cmp.Equal(m.Buttons, tt.buttons) {
				t.Errorf("told %q with %v and %v; want %q with %v and %v", m.Title.Text, m.Facts, m.Buttons, tt.title, tt.fact, tt.buttons)
			}
		})
	}
}

func TestCourierGivesUpWhenItsPatienceEnds(t *testing.T) {
	for act, want := range map[story.Act]story.DeliveryState{story.Post: story.Parked, story.Edit: story.Expired} {
		now, b := noon, &box{}
		c := bot.NewCourier(b, func() time.Time { return now }, slog.New(slog.DiscardHandler))
		c.SetRooms(map[story.RoomName]bot.Seat{"desk": {Room: &room{err: &bot.Failure{Kind: bot.NotSent, Why: "not reached"}}, Zone: time.UTC, Patience: 72 * time.Hour}})
		d := dispatch(act)
		d.Owed = noon
		for d.Attempt = 1; ; d.Attempt++ {
			b.due = []story.Dispatch{d}
			if err := c.Drain(t.Context(), "desk"); err != nil {
				t.Fatal(err)
			}
			o := b.settled[len(b.settled)-1]
			if o.State != story.Owed {
				if o.State != want || o.Rest || o.Why != "given up after 72h0m0s: not reached" {
					t.Errorf("%s ended as %+v, want it %s", act, o, want)
				}
				break
			}
			now = o.NotBefore
		}
		if tried := now.Sub(noon); tried < 71*time.Hour || tried > 72*time.Hour {
			t.Errorf("%s was tried for %v, want some 72 h", act, tried)
		}
		if d.Attempt < 250 || d.Attempt > 350 {
			t.Errorf("%s was tried %d times, want every quarter of an hour at the end", act, d.Attempt)
		}
	}
}
