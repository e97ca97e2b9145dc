package command

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"vedette/bot"
	"vedette/story"
	"vedette/story/level"
)

const (
	shift      = 8 * time.Hour
	mostListed = 15 // in one part of a handover or a digest
)

// handover tells the next shift what it must know.
func handover(ctx context.Context, a *ask) (*Answer, error) {
	long := shift
	if a.args["hours"] != "" {
		var err error
		if long, err = length(strings.TrimSuffix(a.args["hours"], "h") + "h"); err != nil {
			return nil, err
		}
	}
	return a.handingOver(ctx, a.now.Add(-long), a.now)
}

// handingOver tells what happened from a time to another, and what is open.
func (a *ask) handingOver(ctx context.Context, from, to time.Time) (*Answer, error) {
	ans := &Answer{Title: a.words.Say("Handover · %s to %s %s", a.at(from), a.at(to), to.In(a.zone).Format("MST"))}
	for _, part := range []func(context.Context, *Answer, time.Time, time.Time) error{a.openStories, a.levelChanges, a.ending, a.undelivered, a.done} {
		if err := part(ctx, ans, from, to); err != nil {
			return nil, err
		}
	}
	if err := a.works(ctx, ans); err != nil {
		return nil, err
	}
	if len(ans.Lines) == 0 {
		ans.Lines = append(ans.Lines, Text(a.words.Say("Nothing is open, and nothing happened.")))
	}
	return ans, nil
}

// Shift returns what the shift that follows one in a room must know, line by
// line. Rooms elsewhere are not spoken of.
func (c *Core) Shift(ctx context.Context, room story.RoomName, from, to time.Time) ([]story.Saying, error) {
	call := new(Call)
	for _, r := range c.Desk().Rooms {
		if r.Name == room {
			call.Where = Place{Platform: r.Platform, Tenant: r.Tenant, Channel: r.Channel}
		}
	}
	if call.Where.Platform == "" { // a terminal, or a webhook
		call.Where = Place{Platform: CLI, Channel: string(room)}
	}
	a := c.ask(call)
	a.now = to
	ans, err := a.handingOver(ctx, from, to)
	if err != nil {
		return nil, err
	}
	said := make([]story.Saying, 0, len(ans.Lines))
	for i := range ans.Lines {
		said = append(said, ans.Lines[i].saying())
	}
	return said, nil
}

// saying returns the line in one piece: the text up to the end of its first
// link, and what stands beside that.
func (l *Line) saying() (s story.Saying) {
	for _, span := range l.Spans {
		if s.Link != "" {
			s.Note += span.Text
			continue
		}
		s.Text += span.Text
		s.Link = span.Link
	}
	s.Note = strings.TrimPrefix(s.Note, " ")
	return s
}

// part adds lines under a heading, if there are any.
func (a *ask) part(ans *Answer, heading string, lines []Line) {
	if len(lines) == 0 {
		return
	}
	if more := len(lines) - mostListed; more > 0 {
		lines = append(lines[:mostListed:mostListed], Text("… "+a.words.Say("and %d more", more)))
	}
	ans.Lines = append(append(ans.Lines, Line{Spans: []Span{{Text: heading, Bold: true}}}), lines...)
}

// openStories lists what nobody has resolved: first what nobody has, from
// elevated on, then what somebody has.
func (a *ask) openStories(ctx context.Context, ans *Answer, from, _ time.Time) error {
	since := from
	if early := a.now.Add(-openFor); early.Before(since) {
		since = early
	}
	open, err := a.Record.Stories(ctx, story.Query{Since: since, Unseen: true, Limit: 200})
	if err != nil {
		return err
	}
	var urgent, owned, rest []Line
	slices.SortStableFunc(open, func(x, y story.Story) int { return cmp.Compare(y.Level, x.Level) })
	for i := range open {
		s := &open[i]
		switch l := a.line(ctx, s); {
		case s.Care.Stands() == story.Acknowledged:
			owned = append(owned, l)
		case s.Level >= story.Elevated:
			urgent = append(urgent, l)
		case !s.Changed.Before(from):
			rest = append(rest, l)
		}
	}
	a.part(ans, a.words.Say("Nobody has acknowledged"), urgent)
	a.part(ans, a.words.Say("In hand"), owned)
	a.part(ans, a.words.Say("Open, below elevated, changed in this shift"), rest)
	return nil
}

// levelChanges lists what was said of the watches as a whole.
func (a *ask) levelChanges(ctx context.Context, ans *Answer, from, to time.Time) error {
	said, err := a.Record.Bulletins(ctx, "", from, 200)
	if err != nil {
		return err
	}
	var lines []Line
	for i := range slices.Backward(said) {
		if b := &said[i]; !b.At.After(to) && len(b.Rooms) > 0 {
			l := a.bulletin(b)
			l.Spans = append([]Span{{Text: a.at(b.At) + " "}}, l.Spans...)
			lines = append(lines, l)
		}
	}
	a.part(ans, a.words.Say("Levels and deadlines"), lines)
	return nil
}

// ending lists what ends in the shift that follows.
func (a *ask) ending(ctx context.Context, ans *Answer, from, to time.Time) error {
	var lines []Line
	until := to.Add(to.Sub(from))
	for _, w := range a.desk.Watches {
		j, err := a.Level(ctx, w.Name)
		if err != nil {
			return err
		}
		for _, dl := range j.Deadlines {
			if dl.State != level.Passed && dl.Ends.After(to) && !dl.Ends.After(until) {
				lines = append(lines, Text("• "+a.words.Say("%s: an ultimatum ends %s", w.Name, a.at(dl.Ends))))
			}
		}
	}
	muted, err := a.mutes(ctx, func(m *story.Mute) bool { return m.Until.After(to) && !m.Until.After(until) })
	if err != nil {
		return err
	}
	a.part(ans, a.words.Say("Ends in the next shift"), append(lines, muted...))
	return nil
}

// undelivered lists what rooms were owed and have not heard.
func (a *ask) undelivered(ctx context.Context, ans *Answer, from, _ time.Time) error {
	changed, err := a.Record.Stories(ctx, story.Query{Since: from, Merged: true, Limit: 200})
	if err != nil {
		return err
	}
	var lines []Line
	for i := range changed {
		s := &changed[i]
		told, err := a.Record.Told(ctx, s.ID)
		if err != nil {
			return err
		}
		if s.Merged != 0 { // the title is with the one that it goes on in
			if s, err = a.story(ctx, strconv.FormatInt(int64(s.Merged), 10)); err != nil {
				return err
			}
		}
		for _, t := range told {
			if t.At.Before(from) || !a.sees(t.Room) {
				continue
			}
			switch t.State {
			case story.Muted, story.Held, story.Parked, story.Ambiguous, story.Expired, story.Below:
				l := a.line(ctx, s)
				l.Spans = append(l.Spans, Span{Text: " · " + a.words.Say("%s in %s", bot.StateName(t.State, a.words), t.Room)})
				lines = append(lines, l)
			case story.Owed, story.Sending, story.Delivered, story.Merged, story.Digested:
			}
		}
	}
	a.part(ans, a.words.Say("Not told, or not known to be"), lines)
	return nil
}

// done lists what people did.
func (a *ask) done(ctx context.Context, ans *Answer, from, to time.Time) error {
	deeds, err := a.Record.Deeds(ctx, "", from, 200)
	if err != nil {
		return err
	}
	var lines []Line
	for i := range slices.Backward(deeds) {
		if d := &deeds[i]; !d.At.After(to) && d.Outcome == "done" {
			l := deed(d)
			l.Spans = append([]Span{{Text: a.at(d.At) + " "}}, append(l.Spans, Span{Text: " · " + strings.Replace(d.Subject, "story ", "#", 1)})...)
			lines = append(lines, l)
		}
	}
	a.part(ans, a.words.Say("What was done"), lines)
	return nil
}

// digest tells what has happened, story by story.
func digest(ctx context.Context, a *ask) (*Answer, error) {
	from, err := a.since(24 * time.Hour)
	if err != nil {
		return nil, err
	}
	changed, err := a.Record.Stories(ctx, story.Query{Since: from, Limit: 200})
	if err != nil {
		return nil, err
	}
	ans := &Answer{Title: a.words.Say("Since %s", a.at(from))}
	if err := a.levelChanges(ctx, ans, from, a.now); err != nil {
		return nil, err
	}
	slices.SortStableFunc(changed, func(x, y story.Story) int {
		return cmp.Or(cmp.Compare(y.Level, x.Level), cmp.Compare(y.Origins(), x.Origins()))
	})
	var lines []Line
	for i := range changed {
		lines = append(lines, a.line(ctx, &changed[i]))
	}
	a.part(ans, bot.Stories(len(changed), a.words), lines)
	if len(ans.Lines) == 0 {
		ans.Lines = append(ans.Lines, Text(a.words.Say("Nothing happened.")))
	}
	return ans, nil
}
