package command

import (
	"context"
	"strings"

	"vedette/bot/words"
)

// A lesson teaches the language of rules by an example.
type lesson struct {
	rule  string     // that is typed
	finds words.Text // what it finds
}

// lessons are those that help gives.
func lessons() []lesson {
	return []lesson{
		{`idlib ceasefire`, "both words, anywhere in a report, with or without accents"},
		{`idlib (ceasefire OR "observation post")`, "idlib with either; words in quotation marks stand side by side"},
		{`idlib -football`, "idlib without football"},
		{`drone NEAR/5 strike`, "at most five words between them"},
		{`missil* kyiv`, "whatever begins with missil"},
		{`place:idlib #ceasefire`, "the place by any of its names, and truces in eleven languages"},
		{`title:idlib lang:tr`, "in the title of a report in Turkish"},
		{`idlib #casualties origins>=2`, "told once two independent origins have it"},
		{`ATLEAST/2(convoy, reinforcements, armour)`, "two of the three"},
	}
}

// help says what can be asked.
func help(_ context.Context, a *ask) (*Answer, error) {
	about := strings.ToLower(a.args["about"])
	switch {
	case strings.HasPrefix(about, "rule"):
		return a.rules(), nil
	case about != "":
		return a.usage(about)
	}
	ans := &Answer{Title: a.words.Say("vedette watches the news for this team")}
	for _, s := range Specs() {
		if a.desk.Rights.of(a.call) >= s.Right {
			ans.Lines = append(ans.Lines, Line{Spans: []Span{{Text: s.Usage(), Code: true}, {Text: " " + a.words.Say(s.Help)}}})
		}
	}
	ans.Lines = append(ans.Lines,
		Text(a.words.Say("Only you see an answer, unless you write %s before what you ask.", Share)),
		Line{Spans: []Span{{Text: "help rules", Code: true}, {Text: " " + a.words.Say("teaches the language of rules;") + " "}, {Text: "help status", Code: true}, {Text: " " + a.words.Say("tells more of a command.")}}})
	return ans, nil
}

// rules teaches the language of rules.
func (a *ask) rules() *Answer {
	ans := &Answer{Title: a.words.Say("How a rule is written")}
	for _, l := range lessons() {
		ans.Lines = append(ans.Lines, Line{Spans: []Span{{Text: l.rule, Code: true}, {Text: " " + a.words.Say(l.finds)}}})
	}
	ans.Lines = append(ans.Lines, Line{Spans: []Span{{Text: "test RULE", Code: true}, {Text: " " + a.words.Say("shows what a rule would have told; nothing is changed by it.")}}})
	return ans
}

// usage tells of the commands that begin with a word.
func (a *ask) usage(about string) (*Answer, error) {
	ans := &Answer{}
	for _, s := range Specs() {
		group, _ := s.Group()
		if s.Name != about && group != about {
			continue
		}
		ans.Lines = append(ans.Lines, Line{Spans: []Span{{Text: s.Usage(), Code: true}}}, Text(a.words.Say(s.Help)))
		for _, p := range s.Params {
			ans.Lines = append(ans.Lines, Line{Small: true, Spans: []Span{{Text: strings.ToUpper(p.Name) + ": " + a.words.Say(p.Help)}}})
		}
		if s.Right > Read {
			ans.Lines = append(ans.Lines, Line{Small: true, Spans: []Span{{Text: a.words.Say("It needs the right to %s.", s.Right)}}})
		}
	}
	if len(ans.Lines) == 0 {
		return nil, unknown(about)
	}
	return ans, nil
}
