package bot_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vedette/bot"
	"vedette/story"
)

// A diary holds one occasion, one shift and one alarm.
type diary struct {
	since  time.Time // of the occasion, if it is due
	began  time.Time // the shift, if it has ended
	handed [][]story.Saying
	alarms []story.Alarm
	saved  []story.Occasion
	steps  []story.Step
	err    error
}

func (d *diary) Occasion(context.Context, story.RoomName, time.Time) (time.Time, bool, error) {
	return d.since, !d.since.IsZero(), d.err
}

func (d *diary) SaveDigest(_ context.Context, o story.Occasion) error {
	d.saved = append(d.saved, o)
	return nil
}

func (d *diary) Alarms(context.Context, story.RoomName, time.Time) ([]story.Alarm, error) {
	return d.alarms, nil
}

func (d *diary) Shift(context.Context, story.RoomName, time.Time) (time.Time, bool, error) {
	return d.began, !d.began.IsZero(), nil
}

func (d *diary) SaveHandover(_ context.Context, _ story.Shift, lines []story.Saying) error {
	d.handed = append(d.handed, lines)
	return nil
}

func (d *diary) EndMutes(context.Context, story.RoomName, time.Time) error { return nil }

func (d *diary) Climb(_ context.Context, s story.Step) error {
	d.steps = append(d.steps, s)
	return nil
}

func TestAnOccasionThatWasMissedIsMadeUpForOnce(t *testing.T) {
	morning := time.Date(2020, 2, 3, 6, 0, 0, 0, time.UTC)
	policy := bot.Policy{From: story.High, Digests: []time.Duration{7*hour + 30*time.Minute}, Quiet: bot.Quiet{From: 22 * hour, To: 6 * hour}}
	for name, tt := range map[string]struct {
		now     time.Time
		changed bool
	}{
		"QuietHoursAreOver": {morning, false},
		"BeforeTheSetTime":  {morning.Add(time.Hour), false},
		"AtTheSetTime":      {morning.Add(90 * time.Minute), true},
		"HoursLater":        {noon, true},
	} {
		t.Run(name, func(t *testing.T) {
			d := &diary{since: morning}
			c := bot.NewCourier(&box{}, func() time.Time { return tt.now }, slog.New(slog.DiscardHandler))
			c.SetCalendar(d)
			c.SetRooms(map[story.RoomName]bot.Seat{"desk": {Room: &room{}, Zone: time.UTC, Policy: policy}})
			if err := c.Drain(t.Context(), "desk"); err != nil {
				t.Fatal(err)
			}
			want := []story.Occasion{{Room: "desk", At: tt.now, Changed: tt.changed, From: story.High, Next: policy.Next(tt.now)}}
			if diff := cmp.Diff(want, d.saved); diff != "" {
				t.Errorf("occasions (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhatIsHeldForARoomThatIsGoneIsTold(t *testing.T) {
	d := &diary{since: noon, alarms: []story.Alarm{{Story: 1, Room: "desk", Since: noon, Level: story.Critical}}}
	c := bot.NewCourier(&box{}, func() time.Time { return noon }, slog.New(slog.DiscardHandler))
	c.SetCalendar(d)
	if err := c.Drain(t.Context(), "desk"); err != nil {
		t.Fatal(err)
	}
	if len(d.saved) != 1 || !d.saved[0].Next.IsZero() || len(d.steps) != 1 || d.steps[0].To != "" || d.steps[0].Why == "" {
		t.Errorf("occasions are %+v and steps %+v, want a last digest and an alarm that ends", d.saved, d.steps)
	}
	if v := c.Weigh(&story.Due{Dispatch: story.Dispatch{Room: "desk"}}); v.State != story.Owed {
		t.Errorf("verdict is %+v, want it owed, for the courier to park", v)
	}
}

func TestNothingIsToldWhileTheCalendarCannotBeRead(t *testing.T) {
	d := &diary{err: errors.New("disk full")}
	c := bot.NewCourier(&box{due: []story.Dispatch{dispatch(story.Post)}}, func() time.Time { return noon }, slog.New(slog.DiscardHandler))
	c.SetCalendar(d)
	if err := c.Drain(t.Context(), "desk"); !errors.Is(err, d.err) {
		t.Errorf("error is %v, want the store's", err)
	}
}

// TestAHandoverThatBreaksDownKeepsNothingFromTheRoom holds that a room whose
// handover cannot be put together is told so, and hears its alerts.
func TestAHandoverThatBreaksDownKeepsNothingFromTheRoom(t *testing.T) {
	d := &diary{began: noon.Add(-8 * hour), alarms: []story.Alarm{{Story: 1, Room: "desk", Since: noon, Level: story.Critical}}}
	b := &box{due: []story.Dispatch{dispatch(story.Post)}}
	c := bot.NewCourier(b, func() time.Time { return noon }, slog.New(slog.DiscardHandler))
	c.SetCalendar(d)
	c.SetHandover(func(context.Context, story.RoomName, time.Time, time.Time) ([]story.Saying, error) {
		var none []story.Saying
		return none[:1], nil
	})
	c.SetRooms(map[story.RoomName]bot.Seat{"desk": {Room: &room{}, Zone: time.UTC}})
	if err := c.Drain(t.Context(), "desk"); err != nil {
		t.Fatal(err)
	}
	if len(d.handed) != 1 || len(d.handed[0]) != 1 || len(d.steps) != 1 || len(b.settled) != 1 || b.settled[0].State != story.Delivered {
		t.Errorf("handed over is %+v, steps are %+v and told is %+v, want all of them", d.handed, d.steps, b.settled)
	}
}

// A street is a room whose messages have addresses, or not.
type street struct {
	ear

	asked int
	none  bool
}

func (s *street) Link(_ context.Context, to story.Remote) string {
	if s.asked++; s.none {
		return ""
	}
	return "https://room.example/" + string(to)
}

func TestADigestLeadsToWhatStandsInTheRoom(t *testing.T) {
	d := story.Dispatch{Act: story.Post, Room: "desk", Notice: story.Notice{Kind: story.DigestKind, Bulletin: &story.Bulletin{Kind: story.DigestKind, Digest: &story.Digest{Lines: []story.Line{
		{Story: 1, Title: "Held", Link: "https://wire.example/1"}, {Story: 2, Title: "Told", Link: "https://wire.example/2", Root: "r2"}, {Story: 3, Title: "Told too", Link: "https://wire.example/3", Root: "r3"},
	}}}}}
	for none, want := range map[bool][]string{
		false: {"https://wire.example/1", "https://room.example/r2", "https://room.example/r3"},
		true:  {"https://wire.example/1", "https://wire.example/2", "https://wire.example/3"},
	} {
		s := &street{none: none}
		c := bot.NewCourier(&box{due: []story.Dispatch{d}}, func() time.Time { return noon }, slog.New(slog.DiscardHandler))
		c.SetRooms(map[story.RoomName]bot.Seat{"desk": {Room: s, Zone: time.UTC}})
		if err := c.Drain(t.Context(), "desk"); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, l := range s.heard[0].Lines {
			got = append(got, l.Link)
		}
		if diff := cmp.Diff(want, got); diff != "" || none && s.asked != 1 {
			t.Errorf("asked %d times, the lines lead to (-want +got):\n%s", s.asked, diff)
		}
	}
}

func TestAnEditNeverPings(t *testing.T) {
	d := dispatch(story.Edit)
	d.Calls = story.Mention{Kind: story.Everyone}
	e := new(ear)
	c := bot.NewCourier(&box{due: []story.Dispatch{d, dispatch(story.Post)}}, func() time.Time { return noon }, slog.New(slog.DiscardHandler))
	c.SetRooms(map[story.RoomName]bot.Seat{"desk": {Room: e, Zone: time.UTC}})
	if err := c.Drain(t.Context(), "desk"); err != nil {
		t.Fatal(err)
	}
	if len(e.heard) != 2 || e.heard[0].Calls.Kind != story.Nobody {
		t.Errorf("the edit calls %q", e.heard[0].Calls)
	}
}
