package bot

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"vedette/bot/words"
	"vedette/story"
	"vedette/story/brief"
)

// A Message is what a room is shown, in no platform's terms. Whatever a
// stranger wrote in it (title, brief, outlet names, links) is text: a room
// escapes it.
type Message struct {
	Level   story.Level // Unjudged is not shown
	Watches []string    // titles of the watches that it is about
	Title   story.Sentence
	Link    string // of the report that it tells, http or https, or ""
	Outlet  string // that published this report
	Brief   []story.Sentence
	Facts   []Fact
	Matched []string        // the words of the rule that it was found by
	Sources []Source        // each outlet once, the first to tell first; for a root message
	Origins int             // independent ones; 0 in a reply
	Outlets int             // 0 in a reply
	Reason  string          // why the room hears it, or ""
	State   string          // who has the story, such as "Acknowledged by Ada", or ""
	Care    story.CareState // whether anybody does, or "" where that is not told
	Buttons []Button
	At      time.Time     // in the room's zone
	Lines   []Line        // a list, such as a digest's
	Calls   story.Mention // whom it pings; an edit pings nobody
	Words   words.Words   // that it is told in
}

// A Fact is one line with a name.
type Fact struct {
	Name, Text string
}

// A Source is an outlet that tells the story.
type Source struct {
	Outlet string
	Link   string // of its first report, or ""
	Copy   bool   // it told it in words of another
}

// A Button opens a link, or asks vedette to do something.
type Button struct {
	Label string
	Link  string
	Do    string // what it stands for, sealed: at most 80 bytes of letters, digits and -_. Without a Link
}

// Sizes in bytes. A phone shows about four lines of 60 letters of a message;
// letters of other scripts have two bytes.
const (
	titleSize = 300
	briefSize = 480
	replySize = 320
)

// Root returns the message that tells s as it stands, to a room that keeps
// zone and reads w; titles are the watches' titles. It bears the title of the report that
// opened the story, tells in its brief what all reports have told, the newest
// first, and names the one that came last.
func Root(s *story.Story, zone *time.Location, titles map[story.WatchName]string, w words.Words) *Message {
	lead, latest := s.Lead(), s.Latest()
	m := report(&lead, w)
	m.Brief = brief.Sentences(brief.Of(s, briefSize))
	m.Level = s.Level
	m.At = s.Changed.In(zone)
	m.Origins, m.Outlets = s.Origins(), len(s.Outlets())
	m.Watches = watches(s, titles)
	for i := range s.Reports {
		r := &s.Reports[i]
		if slices.ContainsFunc(m.Sources, func(src Source) bool { return src.Outlet == r.Item.Outlet }) {
			continue
		}
		m.Sources = append(m.Sources, Source{Outlet: r.Item.Outlet, Link: r.Item.Link, Copy: r.Relation == story.Copies})
	}
	m.Buttons = m.opening(m.Link, "", "")
	m.Facts = Facts(s, zone, w)
	m.State, m.Care = state(s.Care, m.At, w), s.Care.Stands()
	if latest.Item.ID != lead.Item.ID {
		m.Facts = append(m.Facts, Fact{Name: w.Say("Latest"), Text: fmt.Sprintf("%s (%s, %s)", headlineOf(latest.Item.Title), latest.Item.Outlet, stamp(latest.Item.Effective.In(zone), m.At, w))})
	}
	return m
}

// Onward returns what the root message of a story that was merged into s says:
// what it told, and that it goes on in s, whose root message link leads to.
func Onward(s *story.Story, was *story.Aside, link string, zone *time.Location, titles map[story.WatchName]string, w words.Words) *Message {
	r := story.Report{Item: story.Item{Title: was.Lead.Title, Link: was.Lead.Link, Outlet: was.Lead.Outlet}}
	m := report(&r, w)
	m.Watches, m.At = watches(s, titles), s.Changed.In(zone)
	m.Facts = []Fact{{Name: w.Say("Continued in"), Text: headlineOf(s.Lead().Item.Title)}, {Name: w.Say("Why"), Text: was.Why}}
	m.Buttons = m.opening(m.Link, "Go on reading", link)
	return m
}

// Apart returns m, the root message of a story that was once part of another,
// saying so; link leads to the root message of the other.
func Apart(m *Message, of *story.Aside, link string) *Message {
	m.Facts = slices.Insert(m.Facts, 0, Fact{Name: m.Words.Say("Split from"), Text: fmt.Sprintf("%s (%s)", headlineOf(of.Lead.Title), of.Why)})
	if link != "" && len(m.Buttons) == rowOfButtons { // the title opens the report as well
		m.Buttons = slices.DeleteFunc(m.Buttons, func(b Button) bool { return b.Link != "" })
	}
	m.Buttons = append(m.Buttons, m.opening("", "Earlier reports", link)...)
	return m
}

// rowOfButtons is how many buttons stand beside each other on every platform.
const rowOfButtons = 5

// headlineOf returns a report's title for a line beside others.
func headlineOf(title string) string {
	return story.Shorten(story.Sentence{Text: title}, titleSize).Text
}

// opening returns the buttons that open a report and a message with the label.
func (m *Message) opening(report string, label words.Text, message string) (all []Button) {
	if report != "" {
		all = append(all, Button{Label: m.Words.Say("Open report"), Link: report})
	}
	if message != "" {
		all = append(all, Button{Label: m.Words.Say(label), Link: message})
	}
	return all
}

// watches returns what the watches of s are called.
func watches(s *story.Story, titles map[story.WatchName]string) (names []string) {
	for _, w := range s.Watches {
		names = append(names, cmp.Or(titles[w], string(w)))
	}
	return names
}

// state says who sees to a story, in the zone of beside, or "".
func state(c story.Care, beside time.Time, w words.Words) string {
	who, at := Clean(c.Owner.Name), stamp(c.Changed.In(beside.Location()), beside, w)
	switch c.Stands() {
	case story.Acknowledged:
		return w.Say("Acknowledged by %s, %s", who, at)
	case story.Resolved:
		return w.Say("Resolved by %s, %s", who, at)
	case story.Open:
	}
	return ""
}

// Update returns the message that tells the report that brought n about, for
// the story's thread: first what it adds to those before it.
func Update(s *story.Story, n *story.Notice, zone *time.Location, w words.Words) *Message {
	at := max(slices.IndexFunc(s.Reports, func(r story.Report) bool { return r.Item.ID == n.Item }), 0)
	m := report(&s.Reports[at], w)
	m.Brief = brief.Sentences(brief.News(s, s.Reports[at].Item.ID, replySize))
	m.At = n.At.In(zone)
	m.Reason = n.Reason
	return m
}

// report returns what a message of any kind shows of r, without its brief.
func report(r *story.Report, w words.Words) *Message {
	marks := evidence(r.Matches)
	return &Message{
		Title:   story.Shorten(story.Mark(r.Item.Title, story.Title, marks), titleSize),
		Link:    r.Item.Link,
		Outlet:  r.Item.Outlet,
		Matched: Matched(marks),
		Words:   w,
	}
}

// evidence returns the evidence of all matches.
func evidence(ms []story.Match) []story.Evidence {
	var all []story.Evidence
	for _, m := range ms {
		all = append(all, m.Evidence...)
	}
	return all
}

// mostMatched is how many terms are shown: more are noise, and rules that
// list every spelling have hundreds.
const mostMatched = 8

// Matched returns the rule's terms that were found, each once, with the
// words of the report where these are others.
func Matched(es []story.Evidence) []string {
	var all, seen []string
	for _, e := range es {
		if slices.Contains(seen, e.Term) {
			continue
		}
		seen = append(seen, e.Term)
		if len(all) == mostMatched {
			return append(all, "…")
		}
		term := strings.Trim(e.Term, `"`)
		if strings.EqualFold(term, e.Text) {
			all = append(all, e.Term)
		} else {
			all = append(all, e.Term+" ("+e.Text+")")
		}
	}
	return all
}

// stamp returns a time of the day, with its date where that is another than
// that of beside.
func stamp(at, beside time.Time, w words.Words) string {
	if at.Format(time.DateOnly) == beside.Format(time.DateOnly) {
		return at.Format("15:04")
	}
	return at.Format(w.Say("2 Jan 15:04"))
}

// Head returns the line above the title of a root message: level, watches,
// counts, time. It holds no word of a stranger.
func (m *Message) Head() string {
	var parts []string
	if m.Level != story.Unjudged {
		parts = append(parts, LevelMark(m.Level)+" "+m.Words.Upper(LevelName(m.Level, m.Words)))
	}
	if len(m.Watches) > 0 {
		parts = append(parts, strings.Join(m.Watches, " + "))
	}
	if m.Outlets > 0 {
		parts = append(parts, m.Counts())
	}
	return strings.Join(append(parts, m.Time()), " · ")
}

// Counts returns how many tell the story, for a person.
func (m *Message) Counts() string {
	return Origins(m.Origins, m.Words) + " · " + Outlets(m.Outlets, m.Words)
}

// Time returns when the message's story last changed, for a person.
func (m *Message) Time() string { return m.At.Format(m.Words.Say("2 Jan 15:04 MST")) }

// LevelMark tells levels apart without colour.
func LevelMark(l story.Level) string {
	switch l {
	case story.Unjudged, story.Calm:
		return "○"
	case story.Guarded:
		return "◇"
	case story.Elevated:
		return "▲"
	case story.High:
		return "■"
	case story.Critical:
		return "◆"
	}
	return "?"
}

// Name returns the source as a room that reads w has it.
func (s Source) Name(w words.Words) string {
	if s.Copy {
		return w.Say("%s (copy)", s.Outlet)
	}
	return s.Outlet
}

// Fit shortens s, between words, until its size is at most most. It is for
// platforms that count what escaping adds.
func Fit(s story.Sentence, most int, size func(story.Sentence) int) story.Sentence {
	for size(s) > most && len(s.Text) > 8 {
		s = story.Shorten(s, len(s.Text)*3/4)
	}
	return s
}

// Plain returns m as plain lines, for a platform that refuses its form: every
// word goes through escape, and whole lines from the end are left out until
// size of the text is at most most.
func Plain(m *Message, most int, escape func(string) string, size func(string) int) string {
	lines := []string{m.Head(), m.Title.Text}
	if m.Outlets == 0 && m.Level == story.Unjudged { // an answer in a thread
		lines = []string{m.Title.Text}
	}
	if m.State != "" {
		lines = append(lines, m.State)
	}
	for _, s := range m.Brief {
		lines = append(lines, s.Text)
	}
	for _, l := range m.Lines {
		lines = append(lines, l.String())
	}
	for _, f := range m.Facts {
		lines = append(lines, f.Name+": "+f.Text)
	}
	if m.Link != "" {
		lines = append(lines, m.Link)
	}
	if len(m.Sources) > 0 {
		outlets := make([]string, len(m.Sources))
		for i, s := range m.Sources {
			outlets[i] = s.Name(m.Words)
		}
		lines = append(lines, m.Words.Say("Sources")+": "+strings.Join(outlets, " · "))
	}
	if len(m.Matched) > 0 {
		lines = append(lines, m.Words.Say("Matched")+": "+strings.Join(m.Matched, ", "))
	}
	for i := range lines {
		lines[i] = escape(lines[i])
	}
	for len(lines) > 1 && size(strings.Join(lines, "\n")) > most {
		lines = lines[:len(lines)-1]
	}
	return strings.Join(lines, "\n")
}
