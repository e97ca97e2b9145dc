package bot_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"vedette/bot"
	"vedette/story"
)

// A voice tells every brief in the same words, or says why not.
type voice struct {
	text, why string
	asked     int
}

func (v *voice) Rephrase(context.Context, []string) (text, why string) {
	v.asked++
	return v.text, v.why
}

// An ear keeps the messages of a room.
type ear struct{ heard []*bot.Message }

func (e *ear) Post(_ context.Context, _ string, m *bot.Message) (story.Remote, error) {
	e.heard = append(e.heard, m)
	return "there", nil
}

func (e *ear) Reply(_ context.Context, _ story.Remote, _ string, m *bot.Message) (story.Remote, error) {
	return e.Post(context.Background(), "", m)
}

func (e *ear) Edit(_ context.Context, _ story.Remote, _ string, m *bot.Message) error {
	e.heard = append(e.heard, m)
	return nil
}

func (e *ear) Find(context.Context, bot.Trace) (story.Remote, bool, error) { return "", false, nil }

func (e *ear) Link(context.Context, story.Remote) string { return "" }

func TestABriefInOtherWordsIsMarkedAndAskedForOnce(t *testing.T) {
	s := told()
	due := []story.Dispatch{{Act: story.Post, Room: "desk", Story: s}, {Act: story.Edit, Room: "desk", Story: s}, {Act: story.Reply, Room: "desk", Story: s, Notice: story.Notice{Item: 2}}}
	for name, tt := range map[string]struct {
		voice voice
		brief string // of the root message
		fact  string // its first
	}{
		"Told":   {voice{text: "A post was shelled."}, "A post was shelled.", "in a model's words, checked against the reports"},
		"Stands": {voice{why: "a number was changed"}, "A third died.", "Toll rises to three (Monitor, 09:00)"},
	} {
		t.Run(name, func(t *testing.T) {
			room := new(ear)
			c := bot.NewCourier(&box{due: due}, time.Now, slog.New(slog.DiscardHandler))
			c.SetRooms(map[story.RoomName]bot.Seat{"desk": {Room: room, Zone: time.UTC}})
			c.SetRephraser(&tt.voice)
			if err := c.Drain(t.Context(), "desk"); err != nil {
				t.Fatal(err)
			}
			if tt.voice.asked != 1 {
				t.Errorf("a model was asked %d times, want once for a version of the story", tt.voice.asked)
			}
			for i, m := range room.heard[:2] {
				if got := m.Facts[0].Text; m.Brief[0].Text != tt.brief || got != tt.fact {
					t.Errorf("message %d says %q with %q, want %q with %q", i, m.Brief[0].Text, got, tt.brief, tt.fact)
				}
			}
		})
	}
}

func TestAModelThatIsSlowIsLeftAloneForAWhile(t *testing.T) {
	now := noon
	asked := 0
	slowly := slow{func() {
		asked++
		now = now.Add(5 * time.Second)
	}}
	one, two, later := told(), told(), told()
	two.ID, later.ID = 2, 3
	room := new(ear)
	b := &box{due: []story.Dispatch{{Act: story.Post, Room: "desk", Story: one}, {Act: story.Post, Room: "desk", Story: two}}}
	c := bot.NewCourier(b, func() time.Time { return now }, slog.New(slog.DiscardHandler))
	c.SetRooms(map[story.RoomName]bot.Seat{"desk": {Room: room, Zone: time.UTC}})
	c.SetRephraser(silent{slowly})
	if err := c.Drain(t.Context(), "desk"); err != nil {
		t.Fatal(err)
	}
	if asked != 1 || len(room.heard) != 2 {
		t.Errorf("asked %d times for %d messages, want once for two", asked, len(room.heard))
	}
	now = now.Add(time.Minute)
	b.due = append(b.due, story.Dispatch{Act: story.Post, Room: "desk", Story: later})
	if err := c.Drain(t.Context(), "desk"); err != nil {
		t.Fatal(err)
	}
	if asked != 2 {
		t.Errorf("asked %d times after a minute, want again", asked)
	}
}

// A silent model never has an answer.
type silent struct{ slow }

func (s silent) Rephrase(ctx context.Context, sentences []string) (text, why string) {
	s.slow.Rephrase(ctx, sentences)
	return "", "the model did not answer in time"
}
