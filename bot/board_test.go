package bot_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vedette/bot"
	"vedette/bot/words"
	"vedette/story"
)

// A ledger remembers one board, and how one watch stands.
type ledger struct {
	board  story.Board
	stands []story.Stand
	asked  []story.WatchName
}

func (l *ledger) Board(_ context.Context, _ story.RoomName, now time.Time) (story.Board, bool, error) {
	return l.board, !now.Before(l.board.NotBefore), nil
}

func (l *ledger) SaveBoard(_ context.Context, b *story.Board) error {
	l.board = *b
	return nil
}

func (l *ledger) Stands(_ context.Context, watches []story.WatchName, _, _ time.Time) ([]story.Stand, error) {
	l.asked = watches
	return l.stands, nil
}

// A wall is a room in which messages can be pinned.
type wall struct {
	room

	pins   int
	pinErr error
}

func (w *wall) Pin(context.Context, story.Remote) error {
	w.pins++
	return w.pinErr
}

func boarded(l *ledger, r bot.Room, now func() time.Time) *bot.Courier {
	c := bot.NewCourier(&box{}, now, slog.New(slog.DiscardHandler))
	c.SetBoards(l)
	c.SetRooms(map[story.RoomName]bot.Seat{"desk": {Room: r, Zone: time.UTC, Watches: []story.WatchName{"idlib"}}})
	return c
}

func TestABoardIsPostedPinnedAndEditedWhenItSaysSomethingElse(t *testing.T) {
	now := noon
	l := &ledger{board: story.Board{Room: "desk", Key: "k", Mark: "1"}, stands: []story.Stand{{Watch: "idlib"}}}
	w := new(wall)
	c := boarded(l, w, func() time.Time { return now })
	drain := func(want ...string) {
		t.Helper()
		if err := c.Drain(t.Context(), "desk"); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, w.heard); diff != "" {
			t.Errorf("the room hears (-want +got):\n%s", diff)
		}
		w.heard = nil
	}
	drain() // nobody has looked at the watch yet
	l.stands[0].Level = story.Calm
	drain("post How the watches stand")
	if l.board.Remote != "there" || !l.board.Pinned || w.pins != 1 || !l.board.NotBefore.Equal(now.Add(time.Minute)) {
		t.Errorf("the board is %+v, want it there, pinned, and left alone for a minute", l.board)
	}
	l.stands[0].Level = story.High
	drain() // the minute is not over
	now = now.Add(time.Minute)
	drain("edit How the watches stand")
	now = now.Add(time.Minute)
	drain() // it says that already
	if w.pins != 1 {
		t.Errorf("pinned %d times, want once", w.pins)
	}
	w.err = &bot.Failure{Kind: bot.RootMissing, Why: "somebody has removed it"}
	l.stands[0].Level = story.Critical
	drain("edit How the watches stand")
	w.err = nil
	now = l.board.NotBefore
	drain("post How the watches stand")
	if w.pins != 2 {
		t.Errorf("pinned %d times, want the one that was made anew too", w.pins)
	}
}

func TestABoardThatCannotBeShownIsTriedAgain(t *testing.T) {
	for name, tt := range map[string]struct {
		kind  bot.Kind
		after time.Duration
	}{
		"Busy": {bot.NotSent, 20 * time.Second}, "Shut": {bot.RoomShut, time.Minute}, "Lost": {bot.Ambiguous, time.Second}, "Refused": {bot.Unfit, time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			l := &ledger{board: story.Board{Room: "desk", Key: "k", Mark: "1"}, stands: []story.Stand{{Watch: "idlib", Level: story.Calm}}}
			w := &wall{room: room{err: &bot.Failure{Kind: tt.kind, Wait: map[bool]time.Duration{true: 20 * time.Second}[tt.kind == bot.NotSent], Why: "a test"}}}
			if err := boarded(l, w, func() time.Time { return noon }).Drain(t.Context(), "desk"); err != nil {
				t.Fatal(err)
			}
			if l.board.Mark != "" || l.board.Attempt != 1 || !l.board.NotBefore.Equal(noon.Add(tt.after)) || w.pins != 0 {
				t.Errorf("the board is %+v, want it looked at again after %s", l.board, tt.after)
			}
		})
	}
}

// TestABoardIsShownNoLongerThanItMay has a replica lost while it posts a board,
// which another then looks for: there is not to be a second one.
func TestABoardIsShownNoLongerThanItMay(t *testing.T) {
	l := &ledger{board: story.Board{Room: "desk", Key: "k", Mark: "1"}, stands: []story.Stand{{Watch: "idlib", Level: story.Calm}}}
	w := new(wall)
	b := &box{held: func(ctx context.Context) context.Context {
		ctx, w.stop = context.WithCancel(ctx)
		return ctx
	}}
	c := courier(b, &w.room)
	c.SetBoards(l)
	if err := c.Drain(t.Context(), "desk"); err != nil {
		t.Fatal(err)
	}
	if len(w.heard) != 1 || l.board.Remote != "" || l.board.Doubt.IsZero() {
		t.Errorf("the room heard %q, and the board is %+v; want it in doubt", w.heard, l.board)
	}
}

// TestABoardWhoseAnswerWasLostIsLookedForWhereItWasPosted loses the answer to a
// board, which does not stand, and to the one that is posted in its place long
// after.
func TestABoardWhoseAnswerWasLostIsLookedForWhereItWasPosted(t *testing.T) {
	now := noon
	l := &ledger{board: story.Board{Room: "desk", Key: "k", Mark: "1"}, stands: []story.Stand{{Watch: "idlib", Level: story.Calm}}}
	w := &wall{room: room{err: &bot.Failure{Kind: bot.Ambiguous, Why: "lost"}, blind: &bot.Failure{Kind: bot.Ambiguous, Why: "lost"}}}
	c := boarded(l, w, func() time.Time { return now })
	drain := func(posts int) {
		t.Helper()
		if err := c.Drain(t.Context(), "desk"); err != nil || len(w.heard) != posts {
			t.Errorf("the room hears %q, %v; want %d boards", w.heard, err, posts)
		}
	}
	drain(1)
	now = now.Add(20 * time.Minute)
	drain(1) // nobody can look
	w.blind = nil
	now = l.board.NotBefore
	drain(2)
	second := now
	w.traces, now = nil, l.board.NotBefore
	drain(2) // it may yet appear
	if len(w.traces) != 1 || !w.traces[0].Since.Equal(second) {
		t.Errorf("looked for %+v, want since %v", w.traces, second)
	}
}

func TestABoardThatTakesNoEditIsMadeAnewOnceAnHour(t *testing.T) {
	for wait, want := range map[time.Duration]story.Remote{0: "", 20 * time.Second: "there"} {
		l := &ledger{board: story.Board{Room: "desk", Key: "k", Remote: "there", Shown: "before"}, stands: []story.Stand{{Watch: "idlib", Level: story.Calm}}}
		w := &wall{room: room{err: &bot.Failure{Kind: bot.Unedited, Wait: wait, Why: "a test"}}}
		if err := boarded(l, w, func() time.Time { return noon }).Drain(t.Context(), "desk"); err != nil {
			t.Fatal(err)
		}
		after := map[story.Remote]time.Duration{"": time.Hour, "there": 20 * time.Second}[want]
		if l.board.Remote != want || !l.board.NotBefore.Equal(noon.Add(after)) {
			t.Errorf("the board is %+v, want it at %q and left alone for %s", l.board, want, after)
		}
	}
}

func TestABoardThatCannotBePinnedStandsAllTheSame(t *testing.T) {
	l := &ledger{board: story.Board{Room: "desk", Key: "k"}, stands: []story.Stand{{Watch: "idlib", Level: story.Calm}}}
	w := &wall{pinErr: &bot.Failure{Kind: bot.RoomShut, Why: "no right: ask"}}
	if err := boarded(l, w, func() time.Time { return noon }).Drain(t.Context(), "desk"); err != nil {
		t.Fatal(err)
	}
	if l.board.Remote == "" || l.board.Pinned {
		t.Errorf("the board is %+v, want it there and not pinned", l.board)
	}
}

func TestABoardSaysHowAWatchStands(t *testing.T) {
	m := bot.BoardMessage([]story.Stand{
		{Watch: "idlib", Level: story.High, Since: noon.Add(-time.Hour), Week: 3, LastWeek: 1, Changed: noon, Title: "Post shelled", Link: "https://wire.example/1", Open: 3, Owners: []string{"Ana", "", "Ana\u202e"}},
		{Watch: "air", Level: story.Calm, Week: 1, LastWeek: 1},
		{Watch: "sea", LastWeek: 2},
	}, noon.In(time.FixedZone("+03", 3*3600)), map[story.WatchName]string{"idlib": "Idlib front"}, words.Words{})
	want := []string{
		"■ Idlib front · high since 3 Feb 14:00 · ↗ 3 stories this week, 1 the week before",
		"Post shelled · the last change, 3 Feb 15:00",
		"Open: 1 story with nobody, 1 story with Ana, 1 story with Ana",
		"○ air · calm · → 1 story this week, 1 the week before",
		"sea · unjudged · ↘ 0 stories this week, 2 the week before",
	}
	var got []string
	for _, l := range m.Lines {
		got = append(got, l.String())
	}
	if diff := cmp.Diff(want, got); diff != "" || m.Level != story.High {
		t.Errorf("the board at %s says (-want +got):\n%s", m.Level, diff)
	}
}
