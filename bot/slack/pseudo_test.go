package slack

import (
	"encoding/json"
	"regexp"
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
// language whose words stand out and are long, in messages that Slack takes.
func TestNoFixedWordGoesPastTheCatalogue(t *testing.T) {
	w := wordstest.Pseudo(t)
	shows := func(t *testing.T, name string, f face) {
		t.Helper()
		holds(t, f)
		if stray := wordstest.Stray(picture(f.blocks)+"\n"+f.text, "other"); len(stray) > 0 {
			t.Errorf("%s has the words %q:\n%s\n%s", name, stray, picture(f.blocks), f.text)
		}
	}
	for _, m := range append(wordstest.Messages(t, w), wordstest.Told{Kind: "Bare", Message: &bot.Message{Words: w}}, wordstest.Told{Kind: "Crowded", Message: crowded(w)}) {
		shows(t, m.Kind+", a root", root(m.Message, "key0000000000001"))
		shows(t, m.Kind+", a reply", reply(m.Message, "key0000000000001"))
	}
	long := &command.Answer{Words: w, Title: "Τίτλος", Lines: slices.Repeat([]command.Line{command.Text(strings.Repeat("λόγος ", 300))}, 60)}
	for _, a := range []*command.Answer{{Words: w}, long, unasked(&command.Form{Name: "watch add"}, w)} {
		for _, f := range faces(a) {
			f.text = strings.ReplaceAll(f.text, "/vedette watch add [NAME] [RULE] [ROOMS]", "")
			said := strings.ReplaceAll(picture(f.blocks), "/vedette watch add [NAME] [RULE] [ROOMS]", "")
			if stray := wordstest.Stray(said + "\n" + f.text); len(stray) > 0 {
				t.Errorf("an answer has the words %q:\n%s\n%s", stray, said, f.text)
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

func TestAFormIsInThePersonsLanguage(t *testing.T) {
	w := wordstest.Pseudo(t)
	h := &heard{words: w}
	v, _ := formView(&command.Form{Name: "watch add", Title: w.Say("Add a watch"), Fields: []command.Field{{Param: "rule", Label: w.Say("Rule")}}}, h)
	for name, v := range map[string]any{"Form": v, "Wait": h.wait(), "Busy": h.busy()} {
		raw, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if name == "Form" {
			if why := fakeroom.SlackRefusesView(raw); len(why) > 0 {
				t.Errorf("Slack refuses it: %q", why)
			}
		}
		for _, said := range regexp.MustCompile(`"text":"([^"]*)"`).FindAllStringSubmatch(string(raw), -1) {
			if stray := wordstest.Stray(said[1], "vedette"); len(stray) > 0 {
				t.Errorf("%s says %q", name, said[1])
			}
		}
	}
}

// placed answers in w at one place, and in English elsewhere.
type placed struct {
	command.Answerer

	at command.Place
	w  words.Words
}

func (p placed) Words(at command.Place) words.Words {
	if at == p.at {
		return p.w
	}
	return words.Words{}
}

func TestAPersonIsAnsweredInTheLanguageOfTheRoom(t *testing.T) {
	in := &Inbox{
		answerer: placed{at: command.Place{Platform: command.Slack, Tenant: "T1", Channel: "C1"}, w: wordstest.Pseudo(t)},
		queue:    command.NewQueue(), who: identity{team: "T1"},
	}
	in.queue.Open()
	for channel, want := range map[string]string{"C1": "⟦One moment…", "C2": `"One moment…`} {
		got, err := in.receive(delivery{kind: interact, payload: []byte(`{"type":"view_submission","trigger_id":"` + channel + `","team":{"id":"T1"},"user":{"id":"U1"},` +
			`"view":{"id":"V1","private_metadata":"{\"channel\":\"` + channel + `\"}"}}`)})
		if err != nil {
			t.Fatal(err)
		}
		raw, err := json.Marshal(got.say)
		if err != nil || !strings.Contains(string(raw), want) {
			t.Errorf("in %s a form is acknowledged by %s (%v), want %s", channel, raw, err, want)
		}
	}
}
