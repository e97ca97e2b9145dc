package command

import (
	"cmp"
	"context"
	"strings"

	"vedette/story"
)

// tend changes who has a story to what decide makes of how it stands, unless it
// says why not, and says how that ended.
func (a *ask) tend(ctx context.Context, detail string, decide func(story.Care) (after story.Care, no fault)) (*Answer, error) {
	s, err := a.story(ctx, a.args["story"])
	if err != nil {
		return nil, err
	}
	var no fault
	_, heard, err := a.Record.Tend(ctx, a.deed(subject(s.ID), detail), s.ID, func(c story.Care) (story.Care, string) {
		var after story.Care
		if after, no = decide(c); no.text != "" {
			return c, "not done: " + no.Error()
		}
		return after, "done"
	})
	switch {
	case err != nil:
		return nil, err
	case heard:
		return a.say(faultf("That was done already.")), nil
	case no.text != "":
		return a.say(faultf("#%d: %s.", s.ID, no.in(a.words))), nil
	}
	if s, err = a.story(ctx, a.args["story"]); err != nil {
		return nil, err
	}
	return &Answer{Lines: []Line{Text(a.tended(s)), a.line(ctx, s)}}, nil
}

// tended says who has a story.
func (a *ask) tended(s *story.Story) string {
	switch s.Care.Stands() {
	case story.Acknowledged:
		return a.words.Say("#%d is acknowledged by %s.", s.ID, s.Care.Owner.Name)
	case story.Resolved:
		return a.words.Say("#%d is resolved by %s.", s.ID, s.Care.Owner.Name)
	case story.Open:
	}
	return a.words.Say("#%d is open.", s.ID)
}

// ack makes the story the person's. The first of two who do has it.
func ack(ctx context.Context, a *ask) (*Answer, error) {
	who := a.call.who()
	return a.tend(ctx, "", func(c story.Care) (story.Care, fault) {
		switch {
		case c.Stands() == story.Acknowledged && c.Owner.ID == who.ID:
			return c, faultf("you have it already, since %s", a.at(c.Changed))
		case c.Stands() == story.Acknowledged:
			return c, faultf("%s has it, since %s; assign gives it to another", c.Owner.Name, a.at(c.Changed))
		}
		return story.Care{State: story.Acknowledged, Owner: who, Changed: a.now}, fault{}
	})
}

// assign gives the story to somebody.
func assign(ctx context.Context, a *ask) (*Answer, error) {
	to, err := a.member(a.args["person"])
	if err != nil {
		return nil, err
	}
	return a.tend(ctx, "to "+to.Name, func(c story.Care) (story.Care, fault) {
		if c.Stands() == story.Acknowledged && c.Owner.ID == to.ID {
			return c, faultf("%s has it already", to.Name)
		}
		return story.Care{State: story.Acknowledged, Owner: to, Changed: a.now}, fault{}
	})
}

// member reads a person as a platform mentions one: <@U0123|ada>, <@!123>, or
// the ID with or without |name; "me" is who asks.
func (a *ask) member(text string) (story.Person, error) {
	if strings.EqualFold(text, "me") {
		return a.call.who(), nil
	}
	inner := strings.TrimSuffix(strings.TrimPrefix(text, "<"), ">")
	id, name, _ := strings.Cut(strings.TrimLeft(inner, "@!"), "|")
	if id == "" || len(id) > 64 || strings.ContainsFunc(id, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && r != '_' && r != '.' && r != '-'
	}) {
		return story.Person{}, faultf("%q is nobody I know: mention a person, as in @ada, or write me.", clip(text))
	}
	return story.Person{ID: string(a.call.Where.Platform) + ":" + id, Name: called(cmp.Or(name, id))}, nil
}

// resolve closes the story.
func resolve(ctx context.Context, a *ask) (*Answer, error) {
	who := a.call.who()
	return a.tend(ctx, a.args["note"], func(c story.Care) (story.Care, fault) {
		if c.Stands() == story.Resolved {
			return c, faultf("%s has resolved it already", c.Owner.Name)
		}
		return story.Care{State: story.Resolved, Owner: who, Changed: a.now}, fault{}
	})
}

// note writes something to a story.
func note(ctx context.Context, a *ask) (*Answer, error) {
	s, err := a.story(ctx, a.args["story"])
	if err != nil {
		return nil, err
	}
	heard, err := a.Record.Record(ctx, a.deed(subject(s.ID), a.args["note"]))
	if err != nil {
		return nil, err
	}
	if heard {
		return a.say(faultf("That was written already.")), nil
	}
	return a.say(faultf("Written to #%d; story and timeline show it.", s.ID)), nil
}
