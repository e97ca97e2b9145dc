package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"slices"
	"strings"
	"time"

	"vedette/config"
	"vedette/story"
	"vedette/story/desk"
	"vedette/story/signal"
	"vedette/watch"
)

type replayCmd struct {
	Since string `default:"30d" help:"From when on it would have been told: 90d, 12h."`
	With  string `type:"existingfile" placeholder:"FILE" help:"A changed desk file: show what it would have told more and less than the one in force."`
	JSON  bool   `help:"Print one object for each thing told."`
}

const (
	replayPast = 366 * 24 * time.Hour // what a replay knows of the time before
	replayStep = 6 * time.Hour        // how often a replay looks whether a level has fallen
)

// A told is one thing that rooms would have heard.
type told struct {
	At      time.Time         `json:"at"`
	Kind    story.NoticeKind  `json:"kind"`
	Watches []story.WatchName `json:"watches"`
	Text    string            `json:"text"`
	Reason  string            `json:"reason"`
	Change  string            `json:"change,omitempty"` // "+" or "-" beside the desk file in force

	rises bool        // it is a change to a higher level
	level story.Level // at which it is told
}

// Run judges the archive anew, by the code that judges live, and tells nobody.
func (c *replayCmd) Run(ctx context.Context, p *process) error {
	back, err := ago(c.Since)
	if err != nil {
		return err
	}
	set, d, err := p.desk()
	if err != nil {
		return err
	}
	since := utcNow().Add(-back)
	all, err := p.rehearse(ctx, d, since)
	if err != nil {
		return err
	}
	c.say(p, "%s since %s: %s\n", set.Desk, since.Format("2 Jan 2006 15:04 UTC"), summary(all))
	if c.With != "" {
		changed, _, err := loadDesk(c.With, config.Options{PollEvery: set.PollEvery})
		if err != nil {
			return err
		}
		after, err := p.rehearse(ctx, changed, since)
		if err != nil {
			return err
		}
		c.say(p, "%s: %s\n", c.With, summary(after))
		all = changes(all, after)
	}
	for i := range all {
		if c.JSON {
			err = printJSON(p.stdout, &all[i])
		} else {
			err = all[i].print(p.stdout)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// say says something to a person; every line for a machine is an object.
func (c *replayCmd) say(p *process, format string, args ...any) {
	if !c.JSON {
		fmt.Fprintf(p.stdout, format, args...)
	}
}

// rehearse returns what d would have told since, had it been in force.
func (p *process) rehearse(ctx context.Context, d *config.Desk, since time.Time) ([]told, error) {
	db, _, err := p.archive(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = db.Close() }() // it was only read
	var failed error
	items := func(yield func(story.Item) bool) {
		failed = db.Items(ctx, since.Add(-replayPast), func(it story.Item) error {
			if !yield(it) {
				return errTold
			}
			return nil
		})
	}
	all, err := rehearse(ctx, d, items, since, utcNow())
	return all, errors.Join(err, failed)
}

// rehearse returns what d would have told since, up to now, of items that come
// in the order of their effective times. It tells nobody.
func rehearse(ctx context.Context, d *config.Desk, items iter.Seq[story.Item], since, now time.Time) ([]told, error) {
	set, err := watch.NewSet(d.Watches, d.Aliases)
	if err != nil {
		return nil, err
	}
	reader, err := signal.NewReader()
	if err != nil {
		return nil, err
	}
	var at time.Time
	memory := new(desk.Memory)
	judge := desk.New(memory, reader, func() time.Time { return at }, slog.New(slog.DiscardHandler))
	judge.SetWatches(set, d.Watches, levels(d))
	until := func(t time.Time) error {
		for !at.IsZero() && at.Add(replayStep).Before(t) {
			at = at.Add(replayStep)
			if _, err := judge.Judge(ctx); err != nil {
				return err
			}
		}
		return nil
	}
	matcher := set.Matcher()
	for it := range items {
		if len(matcher.Match(&it, nil)) == 0 {
			continue
		}
		if err := until(it.Effective); err != nil {
			return nil, err
		}
		at = later(at, it.Effective)
		memory.Bring(story.Pending{Item: it, Seed: it.Effective.Before(since)})
		if _, err := judge.Judge(ctx); err != nil {
			return nil, err
		}
	}
	if err := until(now); err != nil {
		return nil, err
	}
	return heard(memory), nil
}

// heard lists what a memory would have told, in order.
func heard(m *desk.Memory) (all []told) {
	for i := range m.Judged {
		j := &m.Judged[i]
		var watches []story.WatchName
		for _, match := range j.Matches {
			watches = append(watches, match.Watch)
		}
		for k := range j.Moves {
			if mv := &j.Moves[k]; len(mv.Rooms) > 0 {
				all = append(all, told{At: j.At, Kind: story.Moved, Watches: watches, Reason: mv.Reason, Text: m.Title(mv.Items[0])})
			}
		}
		if j.Kind != "" && len(j.Rooms) > 0 {
			all = append(all, told{At: j.At, Kind: j.Kind, Watches: watches, Reason: j.Reason, Text: m.Title(j.Item), level: j.Level})
		}
	}
	for i := range m.Bulletins {
		b := &m.Bulletins[i]
		if len(b.Rooms) == 0 {
			continue
		}
		all = append(all, told{
			At: b.At, Kind: b.Kind, Watches: []story.WatchName{b.Watch},
			Text: fmt.Sprintf("%s to %s", b.From, b.To), Reason: strings.Join(b.Reasons, "; "),
			rises: b.To > b.From, level: b.To,
		})
	}
	slices.SortStableFunc(all, func(a, b told) int { return a.At.Compare(b.At) })
	return all
}

// summary counts what was told by kind. A story that was split off is one.
func summary(all []told) string {
	counts := make(map[story.NoticeKind]int)
	for i := range all {
		counts[all[i].Kind]++
	}
	return fmt.Sprintf("%s, %s, %s, %s", plural(counts[story.NewStory]+counts[story.Moved], "story"), plural(counts[story.Update], "update"),
		plural(counts[story.LevelChange], "level change"), plural(counts[story.Deadline], "deadline"))
}

// changes lists what stands in only one of two replays.
func changes(before, after []told) (all []told) {
	same := func(a *told) func(told) bool {
		return func(b told) bool { return a.Kind == b.Kind && a.Text == b.Text && a.At.Equal(b.At) }
	}
	for i := range before {
		if !slices.ContainsFunc(after, same(&before[i])) {
			before[i].Change = "-"
			all = append(all, before[i])
		}
	}
	for i := range after {
		if !slices.ContainsFunc(before, same(&after[i])) {
			after[i].Change = "+"
			all = append(all, after[i])
		}
	}
	slices.SortStableFunc(all, func(a, b told) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(b.Change, a.Change)) })
	return all
}

// print writes t for a person.
func (t *told) print(w io.Writer) error {
	watches := make([]string, len(t.Watches))
	for i, name := range t.Watches {
		watches[i] = string(name)
	}
	_, err := fmt.Fprintf(w, "%1s %s  %-8s %s: %s\n      %s\n", t.Change, t.At.Format("2006-01-02 15:04"), t.Kind, strings.Join(watches, " + "), t.Text, t.Reason)
	return err
}
