package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"vedette/bot"
	"vedette/bot/chart"
	"vedette/bot/words"
	"vedette/story"
	"vedette/story/brief"
	"vedette/story/level"
)

// none reports whether an error says that there is no such thing.
func none(err error) bool { return errors.Is(err, story.ErrNone) }

// An event is one line of a timeline.
type event struct {
	at   time.Time
	line Line
}

// timeline tells what happened to a watch or in a story, in order.
func timeline(ctx context.Context, a *ask) (*Answer, error) {
	if _, ok := storyID(a.args["subject"]); ok {
		s, err := a.story(ctx, a.args["subject"])
		if err != nil {
			return nil, err
		}
		return a.storyline(ctx, s)
	}
	w, err := a.watch(a.args["subject"])
	if err != nil {
		return nil, err
	}
	from, err := a.since(7 * 24 * time.Hour)
	if err != nil {
		return nil, err
	}
	events, err := a.events(ctx, w.Name, from)
	if err != nil {
		return nil, err
	}
	return a.told(a.words.Say("%s since %s", w.Title, a.at(from)), events), nil
}

// mostEvents is how much of a timeline is shown, the newest.
const mostEvents = 25

// told tells events in order, with each day above its own.
func (a *ask) told(title string, events []event) *Answer {
	ans := &Answer{Title: title}
	slices.SortStableFunc(events, func(x, y event) int { return x.at.Compare(y.at) })
	if more := len(events) - mostEvents; more > 0 {
		ans.Lines = append(ans.Lines, Line{Small: true, Spans: []Span{{Text: a.words.Count(more, "%d earlier one is left out", "%d earlier ones are left out")}}})
		events = events[more:]
	}
	if len(events) == 0 {
		ans.Lines = append(ans.Lines, Text(a.words.Say("Nothing happened.")))
	}
	day := ""
	for _, e := range events {
		if d := e.at.In(a.zone).Format(a.words.Say("Monday 2 January 2006")); d != day {
			day = d
			ans.Lines = append(ans.Lines, Line{Spans: []Span{{Text: day, Bold: true}}})
		}
		e.line.Spans = append([]Span{{Text: e.at.In(a.zone).Format("15:04") + "  "}}, e.line.Spans...)
		ans.Lines = append(ans.Lines, e.line)
	}
	return ans
}

// events returns what happened to a watch since.
func (a *ask) events(ctx context.Context, w story.WatchName, from time.Time) ([]event, error) {
	stories, err := a.Record.Stories(ctx, story.Query{Watch: w, Since: from, Limit: 4 * mostEvents})
	if err != nil {
		return nil, err
	}
	var events []event
	for i := range stories {
		if s := &stories[i]; !s.Opened.Before(from) {
			events = append(events, event{s.Opened, a.line(ctx, s)})
		}
	}
	said, err := a.Record.Bulletins(ctx, w, from, 4*mostEvents)
	if err != nil {
		return nil, err
	}
	for i := range said {
		if said[i].Kind == story.LevelChange && said[i].From == said[i].To {
			continue // where the watch was found
		}
		events = append(events, event{said[i].At, a.bulletin(&said[i])})
	}
	deeds, err := a.Record.Deeds(ctx, "watch "+string(w), from, mostEvents)
	if err != nil {
		return nil, err
	}
	for i := range deeds {
		events = append(events, event{deeds[i].At, deed(&deeds[i])})
	}
	return events, nil
}

// bulletin tells a bulletin in one line.
func (a *ask) bulletin(b *story.Bulletin) Line {
	text := fmt.Sprintf("%s: %s", b.Watch, strings.Join(b.Reasons, "; "))
	if b.Kind == story.LevelChange {
		text = a.words.Say("%s from %s to %s: %s", b.Watch, bot.LevelName(b.From, a.words), bot.LevelName(b.To, a.words), strings.Join(b.Reasons, "; "))
	}
	l := Line{Spans: []Span{{Text: bot.LevelMark(b.To) + " " + text, Bold: b.To > b.From}}}
	if len(b.Evidence) > 0 {
		l.Spans = append(l.Spans, Span{Text: " (" + bot.Clean(b.Evidence[0].Outlet) + ")", Link: bot.Link(b.Evidence[0].Link, 2_000)})
	}
	return l
}

// deed tells what somebody did in one line.
func deed(d *story.Deed) Line {
	text := cmp.Or(d.By.Name, d.By.ID) + ": " + d.Verb
	if d.Detail != "" {
		text += ": " + d.Detail
	}
	if d.Outcome != "done" {
		text += " (" + d.Outcome + ")"
	}
	return Line{Spans: []Span{{Text: "◦ " + bot.Clean(text)}}}
}

// subject is what the record calls a story.
func subject(id story.ID) string { return fmt.Sprintf("story %d", id) }

// storyline tells a story's reports, and what the team did, in order.
func (a *ask) storyline(ctx context.Context, s *story.Story) (*Answer, error) {
	var events []event
	for i := range s.Reports {
		r := &s.Reports[i]
		said := " · " + bot.Clean(r.Item.Outlet)
		if r.Relation == story.Copies {
			said += " (" + a.words.Say("a copy") + ")"
		}
		title := trimmed(r.Item.Title, 160)
		events = append(events, event{r.Item.Effective, Line{Spans: []Span{{Text: title, Link: bot.Link(r.Item.Link, 2_000)}, {Text: said}}}})
	}
	deeds, err := a.Record.Deeds(ctx, subject(s.ID), time.Time{}, mostEvents)
	if err != nil {
		return nil, err
	}
	for i := range deeds {
		events = append(events, event{deeds[i].At, deed(&deeds[i])})
	}
	lead := s.Lead()
	return a.told(fmt.Sprintf("#%d %s", s.ID, bot.Clean(lead.Item.Title)), events), nil
}

// oneStory tells all that is known of a story.
func oneStory(ctx context.Context, a *ask) (*Answer, error) {
	s, err := a.story(ctx, a.args["story"])
	if err != nil {
		return nil, err
	}
	lead := s.Lead()
	ans := &Answer{Title: fmt.Sprintf("#%d %s", s.ID, bot.Clean(lead.Item.Title))}
	ans.Lines = append(ans.Lines, Line{Spans: []Span{
		{Text: strings.Join([]string{bot.LevelMark(s.Level) + " " + bot.LevelName(s.Level, a.words), bot.Origins(s.Origins(), a.words), bot.Outlets(len(s.Outlets()), a.words), a.at(s.Changed)}, " · "), Link: a.message(ctx, s.ID)},
	}})
	for _, l := range brief.Sentences(brief.Of(s, 600)) {
		ans.Lines = append(ans.Lines, Text(l.Text))
	}
	for _, f := range bot.Facts(s, a.zone, a.words) {
		ans.Lines = append(ans.Lines, Line{Spans: []Span{{Text: f.Name + ": ", Bold: true}, {Text: f.Text}}})
	}
	switch who, at := s.Care.Owner.Name, a.at(s.Care.Changed); s.Care.Stands() {
	case story.Acknowledged:
		ans.Lines = append(ans.Lines, Text(a.words.Say("It is acknowledged by %s, %s.", who, at)))
	case story.Resolved:
		ans.Lines = append(ans.Lines, Text(a.words.Say("It is resolved by %s, %s.", who, at)))
	case story.Open:
	}
	notes, err := a.Record.Deeds(ctx, subject(s.ID), time.Time{}, 8)
	if err != nil {
		return nil, err
	}
	for i := range slices.Backward(notes) {
		ans.Lines = append(ans.Lines, deed(&notes[i]))
	}
	return ans, a.tell(ctx, ans, s.ID, 0)
}

// chartDays is how much of a watch's past a chart shows.
const chartDays = 90

// drawn draws how a watch's level went.
func drawn(ctx context.Context, a *ask) (*Answer, error) {
	w, err := a.watch(a.args["watch"])
	if err != nil {
		return nil, err
	}
	from, err := a.since(chartDays * 24 * time.Hour)
	if err != nil {
		return nil, err
	}
	past, params, err := a.Past(ctx, w.Name)
	if err != nil {
		return nil, err
	}
	days := max(7, int(a.now.Sub(from).Hours()/24))
	picture, err := chart.Draw(Chart(w.Title, past, params, a.now, days, a.words), chart.PNG)
	if err != nil {
		return nil, err
	}
	j := past.Judge(a.now)
	alt := a.words.Say("The level of %s over %d days: %s now, %s.", w.Title, days, bot.LevelName(j.Level, a.words), trendName(j.Trend, a.words))
	return &Answer{
		Title: w.Title, Lines: []Line{Text(alt)},
		File: &File{Name: string(w.Name) + ".png", Type: "image/png", Data: picture, Alt: alt},
	}, nil
}

// trendName returns where a watch is going, in a word.
func trendName(t level.Trend, w words.Words) string {
	switch t {
	case level.Falling:
		return w.Say("falling")
	case level.Steady:
		return w.Say("steady")
	case level.Rising:
		return w.Say("rising")
	}
	return string(t)
}

// Chart returns the chart of a watch's last days up to now: its level, the
// changes of it, and the deadlines that are known. It is for dark rooms.
func Chart(title string, past *level.History, params level.Params, now time.Time, days int, w words.Words) chart.Chart {
	c := chart.Chart{Title: title, Days: past.Days(now), Rise: params.Rise, Dark: true, Words: w}
	j := past.Judge(now)
	c.Days = append(c.Days, level.Day{Date: now.UTC().Truncate(24 * time.Hour), Level: j.Level, Threats: j.Threats, Acts: j.Acts, Easing: j.Easing, Cold: j.Cold})
	c.Days = c.Days[max(0, len(c.Days)-days):]
	for _, change := range past.Changes(now) {
		c.Marks = append(c.Marks, chart.Mark{At: change.At, Text: w.Say("from %s to %s", bot.LevelName(change.From, w), bot.LevelName(change.To, w))})
	}
	for _, dl := range j.Deadlines {
		c.Deadlines = append(c.Deadlines, dl.Ends)
	}
	return c
}
