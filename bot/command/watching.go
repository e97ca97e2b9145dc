package command

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"vedette/bot"
	"vedette/bot/words"
	"vedette/story"
)

const (
	openFor     = 72 * time.Hour // stories that changed within are shown as open
	mostOpen    = 10             // stories listed for one watch
	fewOpen     = 3              // for each of several
	mostWatches = 12             // told of in one answer
	mostReasons = 3
	slow        = 2 * time.Minute // for a message to wait
)

// status says where the watches stand.
func status(ctx context.Context, a *ask) (*Answer, error) {
	watches, err := a.watches()
	if err != nil {
		return nil, err
	}
	if len(watches) == 0 {
		return a.say(faultf("Nothing is watched yet: watch add makes a watch.")), nil
	}
	stands, err := a.Record.Standings(ctx)
	if err != nil {
		return nil, err
	}
	// The highest level first: what matters must not be cut off.
	watches = slices.Clone(watches)
	slices.SortStableFunc(watches, func(x, y story.Watch) int { return cmp.Compare(stands[y.Name].Level, stands[x.Name].Level) })
	ans := &Answer{Title: a.words.Say("Status · %s %s", a.at(a.now), a.now.In(a.zone).Format("MST"))}
	open := fewOpen
	if len(watches) == 1 {
		open = mostOpen
	}
	for i := range watches[:min(len(watches), mostWatches)] {
		if err := a.standing(ctx, ans, &watches[i], stands[watches[i].Name], open); err != nil {
			return nil, err
		}
	}
	if more := len(watches) - mostWatches; more > 0 {
		ans.Lines = append(ans.Lines, Text("… "+a.words.Say("and %d more, none of them higher; status WATCH tells of one.", more)))
	}
	muted, err := a.mutes(ctx, func(m *story.Mute) bool {
		return m.Watch == "" || slices.ContainsFunc(watches, func(w story.Watch) bool { return w.Name == m.Watch })
	})
	if err != nil {
		return nil, err
	}
	ans.Lines = append(ans.Lines, muted...)
	return ans, a.works(ctx, ans)
}

// standing tells of one watch.
func (a *ask) standing(ctx context.Context, ans *Answer, w *story.Watch, st story.Standing, most int) error {
	j, err := a.Level(ctx, w.Name)
	if err != nil {
		return err
	}
	said := " · " + trendName(j.Trend, a.words)
	if st.Changes > 1 { // the first is where it was found, not a change
		said += " · " + a.words.Say("since %s", a.at(st.Since))
	}
	if j.Cold {
		said += " · " + a.words.Say("cold start")
	}
	ans.Lines = append(ans.Lines, Line{Spans: []Span{
		{Text: bot.LevelMark(j.Level) + " " + a.words.Upper(bot.LevelName(j.Level, a.words)) + "  ", Bold: true}, {Text: w.Title, Bold: true}, {Text: said},
	}})
	for _, r := range j.Reasons[:min(len(j.Reasons), mostReasons)] {
		ans.Lines = append(ans.Lines, Line{Small: true, Spans: []Span{{Text: r.String()}}})
	}
	open, err := a.Record.Stories(ctx, story.Query{Watch: w.Name, Since: a.now.Add(-openFor), Unseen: true, Limit: most + 1})
	if err != nil {
		return err
	}
	for i := range open[:min(len(open), most)] {
		ans.Lines = append(ans.Lines, a.line(ctx, &open[i]))
	}
	if len(open) > most {
		ans.Lines = append(ans.Lines, Text("• … "+a.words.Say("and more: timeline %s lists them", w.Name)))
	}
	return nil
}

// works tells what does not work, if anything.
func (a *ask) works(ctx context.Context, ans *Answer) error {
	states, err := a.Record.Feeds(ctx)
	if err != nil {
		return err
	}
	var failing []string
	for _, st := range states {
		if st.Failures > 0 {
			failing = append(failing, string(st.Feed))
		}
	}
	if len(failing) > 0 {
		ans.Lines = append(ans.Lines, Text("⚠ "+a.words.Say("%d of %d feeds fail: %s. feeds says why.", len(failing), len(states), a.listed(failing))))
	}
	waiting, err := a.Record.Waiting(ctx, a.now.Add(-slow))
	if err != nil {
		return err
	}
	for i := range a.desk.Rooms {
		r := &a.desk.Rooms[i]
		if n := waiting[r.Name]; n > 0 && a.mine(r) {
			ans.Lines = append(ans.Lines, Text("⚠ "+a.words.Count(n, "%d message for %s not told yet, and late.", "%d messages for %s not told yet, and late.", r.Name)))
		}
	}
	return nil
}

// line tells a story in one line that leads to it.
func (a *ask) line(ctx context.Context, s *story.Story) Line {
	lead := s.Lead()
	title := trimmed(lead.Item.Title, 160)
	spans := []Span{
		{Text: fmt.Sprintf("• #%d ", s.ID)},
		{Text: title, Link: cmp.Or(a.message(ctx, s.ID), bot.Link(lead.Item.Link, 2_000))},
		{Text: fmt.Sprintf(" (%s, %s)", bot.Origins(s.Origins(), a.words), a.at(s.Changed))},
	}
	if who := a.care(s.Care); who != "" {
		spans = append(spans, Span{Text: " · " + who})
	}
	return Line{Spans: spans}
}

// care says who has a story, or "".
func (a *ask) care(c story.Care) string {
	switch c.Stands() {
	case story.Acknowledged:
		return a.words.Say("acknowledged by %s", c.Owner.Name)
	case story.Resolved:
		return a.words.Say("resolved by %s", c.Owner.Name)
	case story.Open:
	}
	return ""
}

// message returns the address of the story's message in a room that the
// person is in, the room of the call before all others, or "".
func (a *ask) message(ctx context.Context, id story.ID) string {
	roots, err := a.Record.Roots(ctx, id)
	if err != nil {
		return "" // the report's own link does as well
	}
	seats := a.desk.Rooms
	if a.room != nil {
		seats = append([]Seat{*a.room}, seats...)
	}
	for i := range seats {
		r := &seats[i]
		if m, ok := roots[r.Name]; ok && r.Link != nil && a.mine(r) {
			return r.Link(ctx, m)
		}
	}
	return ""
}

// feeds says how the feeds are.
func feeds(ctx context.Context, a *ask) (*Answer, error) {
	states, err := a.Record.Feeds(ctx)
	if err != nil {
		return nil, err
	}
	newest, err := a.Record.Newest(ctx)
	if err != nil {
		return nil, err
	}
	ans := &Answer{Title: a.words.Count(len(states), "%d feed", "%d feeds")}
	slices.SortStableFunc(states, func(x, y story.FeedState) int { return cmp.Compare(y.Failures, x.Failures) }) // the broken ones first
	const shown = 30
	for _, st := range states[:min(len(states), shown)] {
		mark, says := "✓", a.words.Say("last item %s", a.ago(newest[st.Feed]))
		switch state := st.Health.State; {
		case state == story.HealthOK || state == "" && st.Failures == 0:
		case state == "":
			mark, says = "✗", a.words.Say("%s, last well %s", st.LastError, a.ago(st.LastSuccess))
		default:
			mark, says = "✗", a.words.Say("%s: %s; last well %s", healthName(state, a.words), st.Health.Why, a.ago(st.LastSuccess))
		}
		next := a.at(st.NextDue)
		if st.DueBecause != "" {
			next += " (" + st.DueBecause + ")"
		}
		ans.Lines = append(ans.Lines, Line{Spans: []Span{{Text: mark + " "}, {Text: string(st.Feed), Bold: true}, {Text: " · " + says + " · " + a.words.Say("next %s", next)}}})
	}
	if more := len(states) - shown; more > 0 {
		ans.Lines = append(ans.Lines, Text("… "+a.words.Say("and %d more", more)))
	}
	return ans, nil
}

// healthName returns how well a feed is, in a word.
func healthName(s story.HealthState, w words.Words) string {
	switch s {
	case story.HealthOK:
		return w.Say("ok")
	case story.HealthLate:
		return w.Say("late")
	case story.HealthStale:
		return w.Say("stale")
	case story.HealthBlind:
		return w.Say("blind")
	case story.HealthGone:
		return w.Say("gone")
	}
	return string(s)
}

// ago says how long ago t was.
func (a *ask) ago(t time.Time) string {
	if t.IsZero() {
		return a.words.Say("never")
	}
	return a.words.Say("%s ago", span(a.now.Sub(t), a.words))
}
