package bot

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"vedette/bot/words"
	"vedette/story"
)

const (
	mostReasons   = 4 // of a change of level
	mostWitnesses = 3 // reports named beside it
)

// Bulletin returns the message that tells b, to a room that keeps zone;
// titles are the watches' titles.
func Bulletin(b *story.Bulletin, zone *time.Location, titles map[story.WatchName]string, w words.Words) *Message {
	if b.Kind == story.FeedHealth {
		return health(b, w.Say("Feeds"), zone, w)
	}
	if b.Kind == story.RoomHealth {
		return health(b, w.Say("Rooms"), zone, w)
	}
	name := cmp.Or(titles[b.Watch], string(b.Watch))
	m := &Message{Level: b.To, Watches: []string{name}, At: b.At.In(zone), Title: story.Sentence{Text: headline(b, name, w)}, Words: w}
	reasons := b.Reasons[:min(len(b.Reasons), mostReasons)]
	if b.Kind == story.Deadline {
		reasons = nil // the title says it
	}
	for _, reason := range reasons {
		m.Facts = append(m.Facts, Fact{Name: w.Say("Why"), Text: reason})
	}
	for i, e := range b.Evidence {
		if i < mostWitnesses {
			title := story.Shorten(story.Sentence{Text: e.Title}, titleSize)
			m.Facts = append(m.Facts, Fact{Name: w.Say("Report"), Text: fmt.Sprintf("%s (%s, %s)", title.Text, e.Outlet, stamp(e.At.In(zone), m.At, w))})
		}
		if !slices.ContainsFunc(m.Sources, func(s Source) bool { return s.Outlet == e.Outlet }) {
			m.Sources = append(m.Sources, Source{Outlet: e.Outlet, Link: e.Link})
		}
	}
	return m
}

// health returns the message that tells operators of a feed or a room: its
// first reason is the title.
func health(b *story.Bulletin, head string, zone *time.Location, w words.Words) *Message {
	m := &Message{Watches: []string{head}, At: b.At.In(zone), Words: w}
	for i, reason := range b.Reasons {
		text := story.Shorten(story.Sentence{Text: reason}, titleSize)
		if i == 0 {
			m.Title = text
			continue
		}
		m.Facts = append(m.Facts, Fact{Name: w.Say("Why"), Text: text.Text})
	}
	return m
}

// headline says what a bulletin tells, in one line.
func headline(b *story.Bulletin, name string, w words.Words) string {
	from, to := LevelName(b.From, w), LevelName(b.To, w)
	switch {
	case b.Kind == story.FeedHealth, b.Kind == story.RoomHealth:
		return b.Reasons[0]
	case b.Kind == story.Deadline:
		return name + ": " + strings.Join(b.Reasons, "; ")
	case b.To == story.Calm:
		return w.Say("%s is back to calm, from %s", name, from)
	case b.To < b.From:
		return w.Say("%s falls from %s to %s", name, from, to)
	}
	return w.Say("%s rises from %s to %s", name, from, to)
}
