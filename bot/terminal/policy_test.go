package terminal_test

import (
	"strings"
	"testing"

	"vedette/bot"
	"vedette/bot/terminal"
	"vedette/story"
)

func TestTheTerminalShowsListsAndWhomARoomWouldCall(t *testing.T) {
	var out strings.Builder
	r := terminal.New(&out, terminal.Options{})
	m := &bot.Message{
		Watches: []string{"Board"}, Title: story.Sentence{Text: "How the watches stand"}, At: message().At, Calls: story.Mention{Kind: story.Here},
		Lines: []bot.Line{{Level: story.High, Text: "Idlib front", Note: "high"}, {Text: "Post shelled\x1b[31m"}},
	}
	root, err := r.Post(t.Context(), "k1", m)
	if err != nil {
		t.Fatal(err)
	}
	m.Lines[0].Note = "critical"
	for range 2 { // the second says nothing new
		if err := r.Edit(t.Context(), root, "key0000000000001", m); err != nil {
			t.Fatal(err)
		}
	}
	reply := &bot.Message{Title: story.Sentence{Text: "Toll rises to three"}, Outlet: "Monitor", Reason: "same event", At: m.At, Calls: story.Mention{Kind: story.User, ID: "U0123456789"}}
	if _, err := r.Reply(t.Context(), root, "k2", reply); err != nil {
		t.Fatal(err)
	}
	want := `[1] Board · 3 Feb 09:00 UTC · calls here
    How the watches stand
    ■ Idlib front · high
    Post shelled [31m

  ~ [1] How the watches stand: ■ Idlib front · critical / Post shelled [31m

  └ [1] Monitor · 3 Feb 09:00 UTC · same event · calls @U0123456789
      Toll rises to three

`
	if got := out.String(); got != want {
		t.Errorf("terminal shows\n%s\nwant\n%s", got, want)
	}
}
