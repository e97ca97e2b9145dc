package bot_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"

	"vedette/bot"
	"vedette/story"
)

// A slow voice does something while it is asked.
type slow struct{ ask func() }

func (s slow) Rephrase(context.Context, []string) (text, why string) {
	s.ask()
	return "Idlib was shelled.", ""
}

func phrased(b *box, r bot.Room, m bot.Rephraser) *bot.Courier {
	c := bot.NewCourier(b, func() time.Time { return noon }, slog.New(slog.DiscardHandler))
	c.SetRooms(map[story.RoomName]bot.Seat{"desk": {Room: r, Zone: time.UTC}})
	c.SetRephraser(m)
	return c
}

func TestAModelsWordsAreMarkedHoweverMuchThereIsToTell(t *testing.T) {
	d := dispatch(story.Post)
	for _, kind := range []story.SignalKind{story.Killed, story.Wounded, story.Captured, story.Displaced} {
		d.Story.Reports[0].Signals = append(d.Story.Reports[0].Signals, story.Signal{Kind: kind, Count: story.Count{Low: 3, High: 3}})
	}
	for day := range 3 {
		d.Story.Reports[0].Signals = append(d.Story.Reports[0].Signals, story.Signal{Kind: story.Ultimatum, Deadline: d.Story.Changed.AddDate(0, 0, day+1)})
	}
	r := new(ear)
	if err := phrased(&box{due: []story.Dispatch{d}}, r, &voice{text: "Idlib was shelled."}).Drain(t.Context(), "desk"); err != nil {
		t.Fatal(err)
	}
	const shown = 8 // facts that Slack and Discord show at the most
	at := slices.IndexFunc(r.heard[0].Facts, func(f bot.Fact) bool { return f.Name == "Brief" })
	if at < 0 || at >= shown {
		t.Errorf("the mark is fact %d of %d, and a room shows %d", at+1, len(r.heard[0].Facts), shown)
	}
}

func TestWhileAModelThinksNoMessageIsOnRecordAsBeingSent(t *testing.T) {
	b := &box{due: []story.Dispatch{dispatch(story.Post)}}
	m := slow{ask: func() {
		if len(b.due) == 0 && len(b.settled) == 0 {
			t.Error("a crash now would leave a message ambiguous that was never sent, and nobody sends it again")
		}
	}}
	if err := phrased(b, new(ear), m).Drain(t.Context(), "desk"); err != nil {
		t.Fatal(err)
	}
}

// TestWhatCouldNotBePutOffIsToldAllTheSame has a disk that is full when a message
// is put off for a model: it must not stay on record as being sent.
func TestWhatCouldNotBePutOffIsToldAllTheSame(t *testing.T) {
	b := &box{due: []story.Dispatch{dispatch(story.Post)}, refuse: errors.New("disk full"), refuses: 1}
	r := new(ear)
	c := phrased(b, r, &voice{text: "Idlib was shelled."})
	if err := c.Drain(t.Context(), "desk"); !errors.Is(err, b.refuse) {
		t.Errorf("error is %v, want the store's", err)
	}
	if err := c.Drain(t.Context(), "desk"); err != nil || len(r.heard) != 1 {
		t.Errorf("the room heard %d messages, %v; want the one", len(r.heard), err)
	}
}
