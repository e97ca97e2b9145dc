package terminal_test

import (
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"vedette/bot"
	"vedette/bot/terminal"
	"vedette/story"
)

func message() *bot.Message {
	return &bot.Message{
		Watches: []string{"Idlib front"}, Title: story.Sentence{Text: "Post shelled in Idlib"}, Link: "https://wire.example/1", Outlet: "Wire",
		Brief:   []story.Sentence{{Text: "An observation post was shelled at dawn, officials said.", Marks: []story.Span{{Start: 3, End: 19}}}},
		Matched: []string{"idlib", `"observation post"`}, Sources: []bot.Source{{Outlet: "Wire"}, {Outlet: "Paper", Copy: true}},
		Origins: 1, Outlets: 2, At: time.Date(2020, 2, 3, 9, 0, 0, 0, time.UTC),
	}
}

func TestStoryReadsFromTopToBottom(t *testing.T) {
	var out strings.Builder
	r := terminal.New(&out, terminal.Options{})
	m := message()
	root, err := r.Post(t.Context(), "k1", m)
	if err != nil {
		t.Fatal(err)
	}
	reply := &bot.Message{Title: story.Sentence{Text: "Toll rises to three"}, Outlet: "Monitor", Reason: "same event", At: m.At}
	if _, err := r.Reply(t.Context(), root, "k2", reply); err != nil {
		t.Fatal(err)
	}
	m.Origins, m.Outlets = 2, 3
	for range 2 { // the second says nothing new
		if err := r.Edit(t.Context(), root, "key0000000000001", m); err != nil {
			t.Fatal(err)
		}
	}
	m.Origins, m.Outlets, m.Facts = 0, 0, []bot.Fact{{Name: "Continued in", Text: "Shells on a post"}}
	if err := r.Edit(t.Context(), root, "key0000000000001", m); err != nil {
		t.Fatal(err)
	}
	want := `[1] Idlib front · 1 origin · 2 outlets · 3 Feb 09:00 UTC
    Post shelled in Idlib
    An observation post was shelled at dawn, officials said.
    Matched  idlib, "observation post"
    Sources  Wire · Paper (copy)
    https://wire.example/1

  └ [1] Monitor · 3 Feb 09:00 UTC · same event
      Toll rises to three

  ~ [1] now 2 origins · 3 outlets · Post shelled in Idlib

  ~ [1] Continued in: Shells on a post · Post shelled in Idlib

`
	if got := out.String(); got != want {
		t.Errorf("terminal shows\n%s\nwant\n%s", got, want)
	}
}

func TestColourMarksWhatMatched(t *testing.T) {
	var out strings.Builder
	if _, err := terminal.New(&out, terminal.Options{Colour: true}).Post(t.Context(), "k", message()); err != nil {
		t.Fatal(err)
	}
	if want := "\x1b[33mobservation\x1b[0m \x1b[33mpost\x1b[0m"; !strings.Contains(out.String(), want) {
		t.Errorf("terminal shows %q, want %q in it", out.String(), want)
	}
}

// A pipe is a terminal that is gone.
type pipe struct{}

func (pipe) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestATerminalThatIsGoneIsAShutRoom(t *testing.T) {
	_, err := terminal.New(pipe{}, terminal.Options{}).Post(t.Context(), "k", message())
	var f *bot.Failure
	if !errors.As(err, &f) || f.Kind != bot.RoomShut {
		t.Errorf("error is %v, want that the room is shut", err)
	}
}

func FuzzPost(f *testing.F) {
	f.Add("\x1b]0;owned\a\u202egnp.exe", 0, 4)
	f.Add("👩‍👩‍👧‍👦 в Идлибе", 1, 5)
	f.Fuzz(func(t *testing.T, text string, start, end int) {
		if !utf8.ValidString(text) || start < 0 || end < start || end > len(text) || !utf8.ValidString(text[start:end]) {
			return
		}
		m := message()
		m.Title.Text, m.Outlet, m.Link = text, text, text
		m.Brief = []story.Sentence{{Text: text, Marks: []story.Span{{Start: start, End: end}}}}
		var out strings.Builder
		if _, err := terminal.New(&out, terminal.Options{}).Post(t.Context(), "k", m); err != nil {
			t.Fatal(err)
		}
		if strings.ContainsFunc(out.String(), func(r rune) bool {
			return r != '\n' && (r < ' ' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e)
		}) {
			t.Errorf("terminal gets %q", out.String())
		}
	})
}
