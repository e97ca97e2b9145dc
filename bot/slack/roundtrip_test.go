package slack

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"vedette/bot"
	"vedette/bot/command"
	"vedette/story"
)

// FuzzRoundTrip holds that whatever is written is shown as it is written: in the
// text of a message, read by the three entities that Slack documents, and in its
// blocks, read from their JSON.
func FuzzRoundTrip(f *testing.F) {
	for _, p := range hostile() {
		f.Add(p, "https://news.example/"+p, 0, 5)
	}
	f.Add("&amp;&lt;&amp;amp;", "https://news.example/&lt;", 1, 2)
	f.Fuzz(func(t *testing.T, text, page string, from, to int) {
		said := bot.Clean(text)
		if len(said) > 100 || bot.Blank(said) { // nothing of it is cut
			return
		}
		s := story.Sentence{Text: said, Marks: []story.Span{{Start: from, End: to}}}
		m := &bot.Message{
			Outlets: 1, Title: s, Link: page, Outlet: text, Brief: []story.Sentence{s}, State: text, Reason: text, Watches: []string{text}, Matched: []string{text},
			Facts: []bot.Fact{{Name: text, Text: text}}, Sources: []bot.Source{{Outlet: text, Link: page}}, Lines: []bot.Line{{Text: text, Link: page, Note: text}},
		}
		for name, f := range map[string]face{"root": root(m, "key0000000000001"), "reply": reply(m, "key0000000000001")} {
			shows(t, name, f, said, map[string]int{"root": 9, "reply": 6}[name])
		}
		for _, f := range faces(&command.Answer{Title: text, Lines: []command.Line{
			command.Text(text),
			{Fixed: true, Spans: []command.Span{{Text: text}}},
			{Small: true, Spans: []command.Span{{Text: text}}},
			{Spans: []command.Span{{Text: text, Link: page}, {Text: "·"}, {Text: text, Bold: true}, {Text: "·"}, {Text: text, Code: true}}},
		}}) {
			shows(t, "answer", f, said, 7)
		}
	})
}

// shows checks that f says said, in its text at least once and in its blocks so
// many times.
func shows(t *testing.T, name string, f face, said string, times int) {
	t.Helper()
	if strings.ContainsAny(f.text, "<>") {
		t.Errorf("%s: Slack finds markup in %q", name, f.text)
	}
	if read := entities(f.text); !strings.Contains(read, said) {
		t.Errorf("%s: %q is read as %q, want %q in it", name, f.text, read, said)
	}
	if read := inBlocks(t, f.blocks); strings.Count(read, said) < times {
		t.Errorf("%s: blocks are read as %q, want %q in it %d times", name, read, said, times)
	}
}

// entities reads text as Slack documents it: three entities, and no others.
func entities(text string) string {
	var b strings.Builder
	for text != "" {
		letter, size := text[:1], 1
		for entity, means := range map[string]string{"&amp;": "&", "&lt;": "<", "&gt;": ">"} {
			if strings.HasPrefix(text, entity) {
				letter, size = means, len(entity)
			}
		}
		b.WriteString(letter)
		text = text[size:]
	}
	return b.String()
}

// inBlocks returns the words of blocks in reading order.
func inBlocks(t *testing.T, blocks []slack.Block) string {
	t.Helper()
	raw, err := json.Marshal(blocks)
	if err != nil {
		t.Fatal(err)
	}
	var all any
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	var read func(v any)
	read = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				read(e)
			}
		case map[string]any:
			if s, ok := v["text"].(string); ok {
				b.WriteString(s)
			} else {
				read(v["text"])
			}
			read(v["elements"])
		}
	}
	read(all)
	return b.String()
}
