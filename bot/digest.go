package bot

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"vedette/story"
)

// A Line is one of a list: what stands in a digest or on a board.
type Line struct {
	Level story.Level // Unjudged has no mark
	Text  string
	Link  string // of Text, or ""
	Note  string // beside it, or ""
}

// Mark returns what tells the line's level without colour, or "".
func (l Line) Mark() string {
	if l.Level == story.Unjudged {
		return ""
	}
	return LevelMark(l.Level) + " "
}

// String returns the line as plain text, without its link.
func (l Line) String() string {
	if l.Note == "" {
		return l.Mark() + l.Text
	}
	return l.Mark() + l.Text + " · " + l.Note
}

// lineSize is how many bytes of a title a line shows.
const lineSize = 160

// Digest returns the message that tells b, a digest, to a room that keeps
// zone: what watches did first, then the stories, the highest level first.
func Digest(b *story.Bulletin, zone *time.Location, titles map[story.WatchName]string) *Message {
	d := b.Digest
	m := &Message{Watches: []string{"Digest"}, At: b.At.In(zone)}
	for i := range d.Bulletins {
		told := &d.Bulletins[i]
		text := headline(told, cmp.Or(titles[told.Watch], string(told.Watch)))
		m.Lines = append(m.Lines, Line{Level: told.To, Text: text, Note: stamp(told.At.In(zone), m.At)})
		m.Level = max(m.Level, told.To)
	}
	for i := range d.Lines {
		m.Lines = append(m.Lines, storyLine(&d.Lines[i], m.At, titles))
		m.Level = max(m.Level, d.Lines[i].Level)
	}
	what := []string{}
	if n := len(d.Lines); n > 0 {
		what = append(what, stories(n))
	}
	if n := len(d.Bulletins); n > 0 {
		what = append(what, Count(n, "change")+" of watches")
	}
	m.Title.Text = strings.Join(what, " and ")
	if d.Since.IsZero() {
		m.Title.Text += " in the quiet hours"
	} else {
		m.Title.Text += " since " + stamp(d.Since.In(zone), m.At)
	}
	if d.Held > 0 {
		m.Facts = append(m.Facts, Fact{Name: "Held", Text: Count(d.Held, "message") + " in the quiet hours, told by these lines"})
	}
	if d.Below > 0 {
		m.Facts = append(m.Facts, Fact{Name: "Not listed", Text: stories(d.Below) + " below the level from which this room is told"})
	}
	return m
}

// MuteOver returns the message that a mute ends, or is about to, with what it
// held back.
func MuteOver(b *story.Bulletin, zone *time.Location, titles map[story.WatchName]string) *Message {
	m := &Message{Watches: []string{"Mute"}, At: b.At.In(zone)}
	m.Title.Text = strings.Join(b.Reasons, "; ")
	for i := range b.Digest.Bulletins {
		told := &b.Digest.Bulletins[i]
		m.Lines = append(m.Lines, Line{Level: told.To, Text: headline(told, cmp.Or(titles[told.Watch], string(told.Watch))), Note: stamp(told.At.In(zone), m.At)})
	}
	for i := range b.Digest.Lines {
		m.Lines = append(m.Lines, storyLine(&b.Digest.Lines[i], m.At, titles))
	}
	if b.Digest.Held > 0 {
		m.Facts = append(m.Facts, Fact{Name: "Held back", Text: Count(b.Digest.Held, "message") + ", told by these lines"})
	}
	return m
}

// storyLine returns the line of a story, for a message of the time beside.
func storyLine(l *story.Line, beside time.Time, titles map[story.WatchName]string) Line {
	note := []string{}
	for _, w := range l.Watches {
		note = append(note, cmp.Or(titles[w], string(w)))
	}
	note = append(note, Count(l.Origins, "origin"), Count(l.Outlets, "outlet"), stamp(l.Changed.In(beside.Location()), beside))
	return Line{Level: l.Level, Text: story.Shorten(story.Sentence{Text: l.Title}, lineSize).Text, Link: l.Link, Note: strings.Join(note, " · ")}
}

func stories(n int) string {
	if n == 1 {
		return "1 story"
	}
	return fmt.Sprintf("%d stories", n)
}

// Escalated returns the message that tells s to the next rung.
func Escalated(s *story.Story, n *story.Notice, zone *time.Location, titles map[story.WatchName]string) *Message {
	m := Root(s, zone, titles)
	m.Facts = append([]Fact{{Name: "Escalated", Text: n.Reason}}, m.Facts...)
	return m
}
