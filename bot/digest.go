package bot

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"vedette/bot/words"
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

// keptWhole is how many lines keep what stands beside them: the weightiest come
// first.
const keptWhole = 10

// Slim takes note and link off the last of lines that has one, but for the
// first few, and reports whether one had: a list that is too long keeps its
// lines longer than what stands beside them.
func Slim(lines []Line) bool {
	for i := range slices.Backward(lines) {
		if l := &lines[i]; i >= keptWhole && (l.Link != "" || l.Note != "") {
			l.Link, l.Note = "", ""
			return true
		}
	}
	return false
}

// lineSize is how many bytes of a title a line shows.
const lineSize = 160

// Digest returns the message that tells b, a digest, to a room that keeps
// zone: what watches did first, then the stories, the highest level first.
func Digest(b *story.Bulletin, zone *time.Location, titles map[story.WatchName]string, w words.Words) *Message {
	d := b.Digest
	m := &Message{Watches: []string{w.Say("Digest")}, At: b.At.In(zone), Words: w}
	for i := range d.Bulletins {
		m.Lines = append(m.Lines, bulletinLines(&d.Bulletins[i], m.At, titles, w)...)
		m.Level = max(m.Level, d.Bulletins[i].To)
	}
	for i := range d.Lines {
		m.Lines = append(m.Lines, storyLine(&d.Lines[i], m.At, titles, w))
		m.Level = max(m.Level, d.Lines[i].Level)
	}
	what := tally(len(d.Lines), len(d.Bulletins), w)
	if d.Since.IsZero() {
		m.Title.Text = w.Say("%s, held back until now", what)
	} else {
		m.Title.Text = w.Say("%s since %s", what, stamp(d.Since.In(zone), m.At, w))
	}
	if d.Held > 0 {
		held := []string{w.Count(d.Held, "%d message, told by these lines", "%d messages, told by these lines")}
		for _, why := range d.Why {
			held = append(held, Reason(why, w))
		}
		m.Facts = append(m.Facts, Fact{Name: w.Say("Held back"), Text: strings.Join(held, "; ")})
	}
	if d.Below > 0 {
		m.Facts = append(m.Facts, Fact{Name: w.Say("Not listed"), Text: w.Count(d.Below, "%d story below the level from which this room is told", "%d stories below the level from which this room is told")})
	}
	return m
}

// tally counts what a digest lists, of which there is something.
func tally(stories, changes int, w words.Words) string {
	told, changed := Stories(stories, w), w.Count(changes, "%d change of watches", "%d changes of watches")
	switch {
	case changes == 0:
		return told
	case stories == 0:
		return changed
	}
	return w.Say("%s and %s", told, changed)
}

// Handover returns the message that tells the next shift what it must know.
func Handover(b *story.Bulletin, zone *time.Location, w words.Words) *Message {
	m := &Message{Watches: []string{w.Say("Handover")}, At: b.At.In(zone), Words: w}
	m.Title.Text = w.Say("What the next shift must know")
	for _, l := range b.Lines {
		m.Lines = append(m.Lines, Line{Text: l.Text, Link: l.Link, Note: l.Note})
	}
	return m
}

// MuteOver returns the message that a mute ends, or is about to, with what it
// held back.
func MuteOver(b *story.Bulletin, zone *time.Location, titles map[story.WatchName]string, w words.Words) *Message {
	m := &Message{Watches: []string{w.Say("Mute")}, At: b.At.In(zone), Words: w}
	m.Title.Text = strings.Join(b.Reasons, "; ")
	m.Lines = keptBack(b.Digest, m.At, titles, w)
	if b.Digest.Held > 0 {
		m.Facts = append(m.Facts, Fact{Name: w.Say("Held back"), Text: w.Count(b.Digest.Held, "%d message, told by these lines", "%d messages, told by these lines")})
	}
	return m
}

// keptBack returns the lines of what a mute kept back.
func keptBack(d *story.Digest, beside time.Time, titles map[story.WatchName]string, w words.Words) (lines []Line) {
	for i := range d.Bulletins {
		lines = append(lines, bulletinLines(&d.Bulletins[i], beside, titles, w)...)
	}
	for i := range d.Lines {
		lines = append(lines, storyLine(&d.Lines[i], beside, titles, w))
	}
	return lines
}

// bulletinLines returns the line of a bulletin, and below that of a mute's end
// what it kept back.
func bulletinLines(b *story.Bulletin, beside time.Time, titles map[story.WatchName]string, w words.Words) []Line {
	line := Line{Level: b.To, Text: strings.Join(b.Reasons, "; "), Note: stamp(b.At.In(beside.Location()), beside, w)}
	if b.Kind == story.MuteEnd {
		return append([]Line{line}, keptBack(b.Digest, beside, titles, w)...)
	}
	line.Text = headline(b, cmp.Or(titles[b.Watch], string(b.Watch)), w)
	return []Line{line}
}

// storyLine returns the line of a story, for a message of the time beside.
func storyLine(l *story.Line, beside time.Time, titles map[story.WatchName]string, w words.Words) Line {
	note := []string{}
	for _, name := range l.Watches {
		note = append(note, cmp.Or(titles[name], string(name)))
	}
	note = append(note, Origins(l.Origins, w), Outlets(l.Outlets, w), stamp(l.Changed.In(beside.Location()), beside, w))
	if who := state(l.Care, beside, w); who != "" {
		note = append(note, who)
	}
	return Line{Level: l.Level, Text: story.Shorten(story.Sentence{Text: l.Title}, lineSize).Text, Link: l.Link, Note: strings.Join(note, " · ")}
}

// escalated returns m as the message that tells the next rung, with why.
func escalated(m *Message, n *story.Notice) *Message {
	m.Facts = append([]Fact{{Name: m.Words.Say("Escalated"), Text: Reason(n.Reason, m.Words)}}, m.Facts...)
	return m
}
