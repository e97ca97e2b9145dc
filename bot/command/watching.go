package command

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"vedette/bot"
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
	ans := &Answer{Title: "Status · " + a.at(a.now) + " " + a.now.In(a.zone).Format("MST")}
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
		ans.Lines = append(ans.Lines, Text(fmt.Sprintf("… and %d more, none of them higher; status WATCH tells of one.", more)))
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
	said := fmt.Sprintf(" · %s", j.Trend)
	if st.Changes > 1 { // the first is where it was found, not a change
		said += " · since " + a.at(st.Since)
	}
	if j.Cold {
		said += " · cold start"
	}
	ans.Lines = append(ans.Lines, Line{Spans: []Span{
		{Text: bot.LevelMark(j.Level) + " " + strings.ToUpper(j.Level.String()) + "  ", Bold: true}, {Text: w.Title, Bold: true}, {Text: said},
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
		ans.Lines = append(ans.Lines, Text("• … and more: timeline "+string(w.Name)+" lists them"))
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
		ans.Lines = append(ans.Lines, Text(fmt.Sprintf("⚠ %d of %d feeds fail: %s. feeds says why.", len(failing), len(states), listed(failing))))
	}
	waiting, err := a.Record.Waiting(ctx, a.now.Add(-slow))
	if err != nil {
		return err
	}
	for i := range a.desk.Rooms {
		r := &a.desk.Rooms[i]
		if n := waiting[r.Name]; n > 0 && a.mine(r) {
			ans.Lines = append(ans.Lines, Text(fmt.Sprintf("⚠ %s for %s not told yet, and late.", bot.Count(n, "message"), r.Name)))
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
		{Text: fmt.Sprintf(" (%s, %s)", bot.Count(s.Origins(), "origin"), a.at(s.Changed))},
	}
	if who := care(s.Care); who != "" {
		spans = append(spans, Span{Text: " · " + who})
	}
	return Line{Spans: spans}
}

// care says who has a story, or "".
func care(c story.Care) string {
	switch c.Stands() {
	case story.Acknowledged:
		return "acknowledged by " + c.Owner.Name
	case story.Resolved:
		return "resolved by " + c.Owner.Name
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
	ans := &Answer{Title: bot.Count(len(states), "feed")}
	slices.SortStableFunc(states, func(x, y story.FeedState) int { return cmp.Compare(y.Failures, x.Failures) }) // the broken ones first
	const shown = 30
	for _, st := range states[:min(len(states), shown)] {
		mark, says := "✓", "last item "+a.ago(newest[st.Feed])
		switch state := st.Health.State; {
		case state == story.HealthOK || state == "" && st.Failures == 0:
		case state == "":
			mark, says = "✗", fmt.Sprintf("%s, last well %s", st.LastError, a.ago(st.LastSuccess))
		default:
			mark, says = "✗", fmt.Sprintf("%s: %s; last well %s", state, st.Health.Why, a.ago(st.LastSuccess))
		}
		next := a.at(st.NextDue)
		if st.DueBecause != "" {
			next += " (" + st.DueBecause + ")"
		}
		ans.Lines = append(ans.Lines, Line{Spans: []Span{{Text: mark + " "}, {Text: string(st.Feed), Bold: true}, {Text: " · " + says + " · next " + next}}})
	}
	if more := len(states) - shown; more > 0 {
		ans.Lines = append(ans.Lines, Text(fmt.Sprintf("… and %d more", more)))
	}
	return ans, nil
}

// ago says how long ago t was.
func (a *ask) ago(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return span(a.now.Sub(t)) + " ago"
}
