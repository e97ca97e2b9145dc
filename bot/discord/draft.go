package discord

import (
	"strings"

	"vedette/bot"
	"vedette/story"
)

// Discord's limits. Links have one where they stand by themselves; in a list
// of sources a long one would cost the names of several others.
const (
	mostContent = 2_000
	mostTitle   = 256
	mostBrief   = 4_096
	mostName    = 256 // of a field, or an author
	mostValue   = 1_024
	mostEmbed   = 6_000
	mostLink    = 2_048
	mostTarget  = 512 // of a button
	mostLabel   = 80
	mostThread  = 100
	mostSource  = 300 // of a link to a source
)

// Sizes of ours: what is longer is not read at night.
const (
	mostHead    = 300
	mostFact    = 600
	mostReason  = 1_000
	mostFacts   = 8
	mostButtons = 5
	mostList    = 100 // of anything else, before it is seen what has room
	fewSources  = 4   // as many as read well in half a line
	mostLine    = 300 // of a line of a list, or its note
	mostLines   = 200 // that are tried
)

// A draft is a message on its way into Discord's terms.
type draft struct {
	bot.Message
	hidden int // sources left out
	more   int // lines left out
}

// trim returns m with nothing in it that is empty, broken or by itself too
// long for Discord.
func trim(m *bot.Message) *draft {
	d := &draft{Message: *m}
	d.Link = bot.Link(m.Link, mostLink)
	d.Title = title(m)
	d.Outlet, d.Reason = brief(m.Outlet, mostName/2), brief(m.Reason, mostReason)
	d.State = brief(m.State, mostHead)
	d.Watches = bot.Keep(m.Watches, mostList, func(w string) (string, bool) { return short(w, mostHead), !bot.Blank(w) })
	for size(d.head()) > mostHead && len(d.Watches) > 0 {
		d.Watches = d.Watches[:len(d.Watches)-1]
	}
	left := mostBrief
	d.Brief = bot.Keep(m.Brief, mostList, func(s story.Sentence) (story.Sentence, bool) {
		s = fit(s, mostBrief, bolden)
		left -= size(bolden(s)) + len(" ")
		return s, left >= 0 && !bot.Blank(s.Text)
	})
	d.Facts = bot.Keep(m.Facts, mostFacts, func(f bot.Fact) (bot.Fact, bool) {
		return bot.Fact{Name: short(f.Name, mostName), Text: short(f.Text, mostFact)}, !bot.Blank(f.Name) && !bot.Blank(f.Text)
	})
	d.Lines = bot.Keep(m.Lines, mostLines, func(l bot.Line) (bot.Line, bool) {
		return bot.Line{Level: l.Level, Text: short(l.Text, mostLine), Link: bot.Link(l.Link, mostSource), Note: short(l.Note, mostLine)}, !bot.Blank(l.Text)
	})
	d.more = len(m.Lines) - len(d.Lines)
	for size(d.prose()) > mostBrief && len(d.Lines) > 0 {
		d.cut()
	}
	d.Matched = bot.Keep(m.Matched, mostList, func(w string) (string, bool) { return short(w, mostName), !bot.Blank(w) })
	for size(d.matched()) > mostValue {
		d.Matched = d.Matched[:len(d.Matched)-1]
	}
	d.Sources = bot.Keep(m.Sources, mostList, func(s bot.Source) (bot.Source, bool) {
		return bot.Source{Outlet: short(s.Outlet, mostName), Link: bot.Link(s.Link, mostSource), Copy: s.Copy}, !bot.Blank(s.Outlet)
	})
	for size(d.sources()) > mostValue {
		d.hide()
	}
	d.Buttons = bot.Keep(m.Buttons, mostButtons, pressable)
	return d
}

// title returns m's title. There always is one, as an embed must have
// something to show.
func title(m *bot.Message) story.Sentence {
	if t := short(m.Title.Text, mostTitle); !bot.Blank(t) {
		return story.Sentence{Text: t}
	}
	return story.Sentence{Text: m.Words.Say("(no title)")}
}

// threadName returns what the thread that m begins is called. Discord reads
// no markup there.
func threadName(m *bot.Message) string {
	if name := brief(m.Title.Text, mostThread); !bot.Blank(name) {
		return name
	}
	return brief(m.Words.Say("Further reports"), mostThread)
}

// hide leaves the last source out.
func (d *draft) hide() {
	d.Sources = d.Sources[:len(d.Sources)-1]
	d.hidden++
}

// cut makes the list shorter: by what stands beside a line, or by the last.
func (d *draft) cut() {
	if bot.Slim(d.Lines) {
		return
	}
	d.Lines = d.Lines[:len(d.Lines)-1]
	d.more++
}

// shed leaves out what is missed least, and reports whether there was
// anything. What it never leaves out has room together.
func (d *draft) shed() bool {
	switch {
	case len(d.Sources) > fewSources:
		d.hide()
	case len(d.Lines) > 0:
		d.cut()
	case len(d.Facts) > 0:
		d.Facts = d.Facts[:len(d.Facts)-1]
	case len(d.Brief) > 1:
		d.Brief = d.Brief[:len(d.Brief)-1]
	case len(d.Matched) > 0:
		d.Matched = d.Matched[:len(d.Matched)-1]
	default:
		return false
	}
	return true
}

// head returns the line above the title, with the watches' titles escaped:
// they are the desk file's, and the rest is ours.
func (d *draft) head() string {
	m := d.Message
	m.Watches = bot.Keep(m.Watches, mostList, func(w string) (string, bool) { return escape(w), true })
	return m.Head()
}

// prose returns the brief as one paragraph, and the list below it.
func (d *draft) prose() string {
	var rows []string
	if brief := strings.Join(bot.Keep(d.Brief, mostList, func(s story.Sentence) (string, bool) { return bolden(s), true }), " "); brief != "" {
		rows = append(rows, brief)
	}
	for _, l := range d.Lines {
		row := l.Mark() + masked(l.Text, l.Link)
		if l.Note != "" {
			row += " · " + escape(l.Note)
		}
		rows = append(rows, row)
	}
	if d.more > 0 {
		rows = append(rows, d.Words.Say("and %d more", d.more))
	}
	return strings.Join(rows, "\n")
}

// matched returns the words that the story was found by.
func (d *draft) matched() string {
	return strings.Join(bot.Keep(d.Matched, mostList, func(w string) (string, bool) { return escape(w), true }), " · ")
}
