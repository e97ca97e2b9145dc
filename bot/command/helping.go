package command

import (
	"context"
	"strings"
)

// lessons teach the language of rules by example: what is typed, and what it
// finds.
func lessons() [][2]string {
	return [][2]string{
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
		return rules(), nil
	case about != "":
		return usage(about)
	}
	ans := &Answer{Title: "vedette watches the news for this team"}
	for _, s := range Specs() {
		if a.desk.Rights.of(a.call) >= s.Right {
			ans.Lines = append(ans.Lines, Line{Spans: []Span{{Text: s.Usage(), Code: true}, {Text: " " + s.Help}}})
		}
	}
	ans.Lines = append(ans.Lines,
		Text("Only you see an answer, unless you write share before what you ask."),
		Line{Spans: []Span{{Text: "help rules", Code: true}, {Text: " teaches the language of rules; "}, {Text: "help status", Code: true}, {Text: " tells more of a command."}}})
	return ans, nil
}

// rules teaches the language of rules.
func rules() *Answer {
	ans := &Answer{Title: "How a rule is written"}
	for _, l := range lessons() {
		ans.Lines = append(ans.Lines, Line{Spans: []Span{{Text: l[0], Code: true}, {Text: " " + l[1]}}})
	}
	ans.Lines = append(ans.Lines, Line{Spans: []Span{{Text: "test RULE", Code: true}, {Text: " shows what a rule would have told; nothing is changed by it."}}})
	return ans
}

// usage tells of the commands that begin with a word.
func usage(about string) (*Answer, error) {
	ans := &Answer{}
	for _, s := range Specs() {
		group, _ := s.Group()
		if s.Name != about && group != about {
			continue
		}
		ans.Lines = append(ans.Lines, Line{Spans: []Span{{Text: s.Usage(), Code: true}}}, Text(s.Help))
		for _, p := range s.Params {
			ans.Lines = append(ans.Lines, Line{Small: true, Spans: []Span{{Text: strings.ToUpper(p.Name) + ": " + p.Help}}})
		}
		if s.Right > Read {
			ans.Lines = append(ans.Lines, Line{Small: true, Spans: []Span{{Text: "It needs the right to " + s.Right.String() + "."}}})
		}
	}
	if len(ans.Lines) == 0 {
		return nil, unknown(about)
	}
	return ans, nil
}
