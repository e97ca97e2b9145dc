package discord

import (
	"slices"
	"strings"
	"testing"

	"vedette/bot"
	"vedette/bot/command"
	"vedette/bot/words"
	"vedette/internal/counterparty"
	"vedette/story"
)

// FuzzRoundTrip holds that whatever is written is shown as it is written, as a
// reader of Discord's markup has it that somebody else wrote: escaped, with
// words in bold, as the name of a link and in an answer's spans.
func FuzzRoundTrip(f *testing.F) {
	read := counterparty.DiscordMarkdown(f)
	for _, p := range hostile() {
		f.Add(p, "https://a.example/"+p, 0, 3)
	}
	f.Add("¯\\_(ツ)_/¯", "https://a.example/_(a)_", 1, 2)
	f.Add("a\\", "https://a.example/**", 0, 2)
	f.Fuzz(func(t *testing.T, text, page string, from, to int) {
		same := func(what, markup, want string, marks, links []string) {
			t.Helper()
			got, err := read(markup)
			if err != nil {
				t.Fatal(err)
			}
			if got.Text != want || !within(got.Marks, marks) || !within(got.Links, links) {
				t.Errorf("%s: %q is read as %+v, want %q, %v and %v at the most", what, markup, got, want, marks, links)
			}
		}
		said := bot.Clean(text)
		same("escaped", escape(said), said, nil, nil)
		same("twice", escape(said)+" "+escape(said), said+" "+said, nil, nil)
		same("bold", bolden(story.Sentence{Text: said, Marks: []story.Span{{Start: from, End: to}}}), said, []string{"strong"}, nil)
		link := target(bot.Link(page, mostSource))
		same("link", masked(said, bot.Link(page, mostSource)), said, nil, []string{link})
		for _, s := range []command.Span{{Text: text}, {Text: text, Bold: true}, {Text: text, Code: true}, {Text: text, Link: page}} {
			core := strings.Trim(spaced(text, mostRow), " ")
			if core == "" || s.Link != "" && (bot.Blank(core) || !named(core)) {
				continue
			}
			row := rowOf(command.Line{Spans: []command.Span{s}}, words.Words{})
			same("span", strings.Trim(row, " "), core, []string{"strong", "inlineCode"}, []string{link})
		}
	})
}

// within reports whether each of got is one of may.
func within(got, may []string) bool {
	return !slices.ContainsFunc(got, func(g string) bool { return !slices.Contains(may, g) })
}
