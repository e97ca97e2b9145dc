package discord

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"vedette/bot"
	"vedette/bot/command"
	"vedette/bot/words"
	"vedette/bot/words/wordstest"
	"vedette/internal/fakeroom"
	"vedette/story"
)

// TestNoFixedWordGoesPastTheCatalogue says all that this package says in a
// language whose words stand out and are long, in messages that Discord takes.
func TestNoFixedWordGoesPastTheCatalogue(t *testing.T) {
	w := wordstest.Pseudo(t)
	for _, m := range append(wordstest.Messages(t, w), wordstest.Told{Kind: "Bare", Message: &bot.Message{Words: w}}, wordstest.Told{Kind: "Crowded", Message: crowded(w)}) {
		for name, f := range map[string]face{"a root": root(m.Message), "a reply": reply(m.Message)} {
			holds(t, f)
			if stray := wordstest.Stray(read(t, f), "other"); len(stray) > 0 {
				t.Errorf("%s, %s has the words %q:\n%s", m.Kind, name, stray, read(t, f))
			}
		}
	}
	if stray := wordstest.Stray(threadName(&bot.Message{Words: w})); len(stray) > 0 {
		t.Errorf("a thread is called %q", stray)
	}
}

func TestNoFixedWordOfAnAnswerGoesPastTheCatalogue(t *testing.T) {
	w := wordstest.Pseudo(t)
	long := &command.Answer{Words: w, Title: "Τίτλος", Lines: slices.Repeat([]command.Line{command.Text(strings.Repeat("λόγος ", 300))}, 60)}
	link := command.Line{Spans: []command.Span{{Text: "[Τίτλος]", Link: "https://news.example/1"}}}
	for name, a := range map[string]*command.Answer{
		"Empty": {Words: w}, "Long": long, "Unasked": unasked(&command.Form{Name: "watch add"}, w), "Link": {Words: w, Lines: []command.Line{link}},
		"Wide":  {Words: w, Lines: []command.Line{command.Text(strings.Repeat("λόγος ", 360))}, Title: "Τίτλος"},
		"Heavy": {Words: w, File: &command.File{Name: "1", Data: make([]byte, mostFile+1)}},
		"Busy":  say(busyWords, w), "Broke": say(brokeWords, w), "Direct": say(directWords, w), "Alien": say(alienWords, w),
	} {
		all, _ := withFile(a)
		for _, f := range all {
			sound(t, f)
			if stray := wordstest.Stray(read(t, f), "/vedette watch add [NAME] [RULE] [ROOMS]"); len(stray) > 0 {
				t.Errorf("%s has the words %q:\n%s", name, stray, read(t, f))
			}
		}
	}
}

// crowded returns a message that leaves things out.
func crowded(w words.Words) *bot.Message {
	m := &bot.Message{Words: w, Title: story.Sentence{Text: "Τίτλος"}, At: wordstest.Noon()}
	for range 100 {
		m.Sources = append(m.Sources, bot.Source{Outlet: "Βήμα", Link: "https://news.example/1"})
		m.Lines = append(m.Lines, bot.Line{Text: strings.Repeat("γραμμή ", 40)})
	}
	return m
}

// read returns what a person reads in a face, in either form.
func read(t *testing.T, f face) string {
	t.Helper()
	var all strings.Builder
	for _, form := range []form{f.rich, f.plain} {
		raw, err := json.Marshal(form)
		if err != nil {
			t.Fatal(err)
		}
		text, err := fakeroom.DiscordText(raw)
		if err != nil {
			t.Fatal(err)
		}
		all.WriteString(text + "\n")
	}
	return all.String()
}

// placed answers in w in one channel, and in English elsewhere.
type placed struct {
	command.Answerer

	channel string
	w       words.Words
}

func (p placed) Words(at command.Place) words.Words {
	if at.Channel == p.channel {
		return p.w
	}
	return words.Words{}
}

func TestAPersonIsAnsweredInTheLanguageOfTheRoom(t *testing.T) {
	in := &Inbox{answerer: placed{channel: "1", w: wordstest.Pseudo(t)}, queue: command.NewQueue()}
	for channel, want := range map[string]bool{"1": true, "2": false} {
		h := new(heard)
		h.Where.Channel = channel
		flooded, err := json.Marshal(in.flood(h).rich)
		if err != nil {
			t.Fatal(err)
		}
		for name, said := range map[string]string{"too many": string(flooded), "a direct message": in.answer(t.Context(), h).Lines[0].Spans[0].Text} {
			if brackets := strings.Contains(said, "⟦"); brackets != want {
				t.Errorf("in %s, %s is answered by %s", channel, name, said)
			}
		}
	}
}
