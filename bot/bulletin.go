package bot

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"vedette/story"
)

const (
	mostReasons   = 4 // of a change of level
	mostWitnesses = 3 // reports named beside it
)

// Bulletin returns the message that tells b, to a room that keeps zone;
// titles are the watches' titles.
func Bulletin(b *story.Bulletin, zone *time.Location, titles map[story.WatchName]string) *Message {
	switch b.Kind {
	case story.FeedHealth:
		return health(b, "Feeds", zone)
	case story.RoomHealth:
		return health(b, "Rooms", zone)
	default:
	}
	name := cmp.Or(titles[b.Watch], string(b.Watch))
	m := &Message{Level: b.To, Watches: []string{name}, At: b.At.In(zone), Title: story.Sentence{Text: headline(b, name)}}
	reasons := b.Reasons[:min(len(b.Reasons), mostReasons)]
	if b.Kind == story.Deadline {
		reasons = nil // the title says it
	}
	for _, reason := range reasons {
		m.Facts = append(m.Facts, Fact{Name: "Why", Text: reason})
	}
	for i, w := range b.Evidence {
		if i < mostWitnesses {
			title := story.Shorten(story.Sentence{Text: w.Title}, titleSize)
			m.Facts = append(m.Facts, Fact{Name: "Report", Text: fmt.Sprintf("%s (%s, %s)", title.Text, w.Outlet, stamp(w.At.In(zone), m.At))})
		}
		if !slices.ContainsFunc(m.Sources, func(s Source) bool { return s.Outlet == w.Outlet }) {
			m.Sources = append(m.Sources, Source{Outlet: w.Outlet, Link: w.Link})
		}
	}
	return m
}

// health returns the message that tells operators of a feed or a room: its
// first reason is the title.
func health(b *story.Bulletin, head string, zone *time.Location) *Message {
	m := &Message{Watches: []string{head}, At: b.At.In(zone)}
	for i, reason := range b.Reasons {
		text := story.Shorten(story.Sentence{Text: reason}, titleSize)
		if i == 0 {
			m.Title = text
			continue
		}
		m.Facts = append(m.Facts, Fact{Name: "Why", Text: text.Text})
	}
	return m
}

// headline says what a bulletin tells, in one line.
func headline(b *story.Bulletin, name string) string {
	switch {
	case b.Kind == story.FeedHealth, b.Kind == story.RoomHealth:
		return b.Reasons[0]
	case b.Kind == story.Deadline:
		return name + ": " + strings.Join(b.Reasons, "; ")
	case b.To == story.Calm:
		return fmt.Sprintf("%s is back to calm, from %s", name, b.From)
	case b.To < b.From:
		return fmt.Sprintf("%s falls from %s to %s", name, b.From, b.To)
	}
	return fmt.Sprintf("%s rises from %s to %s", name, b.From, b.To)
}
