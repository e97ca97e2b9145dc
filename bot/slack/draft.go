package slack

import (
	"slices"

	"vedette/bot"
	"vedette/story"
)

// Sizes in bytes, which are never fewer than the characters that Slack
// counts.
const (
	mostTitle   = 600
	mostBrief   = 1_500
	mostFact    = 600
	mostName    = 150
	mostHead    = 300
	mostMatched = 1_000
	mostLink    = 3_000
	mostLabel   = 75
)

// Counts. More sources than these are more than anybody reads at night; the
// head says how many there are.
const (
	mostSources   = 15
	mostWatches   = 20
	mostSentences = 10
	mostFacts     = 8
	mostWords     = 20
	mostButtons   = 6 // the four that act, the report, and where the story was before
	mostLines     = 200
)

// A draft is a message on its way into blocks.
type draft struct {
	bot.Message
	key    string // of the delivery, or ""
	hidden int    // sources left out
	more   int    // lines left out
}

// trim returns m with nothing in it that is empty, broken or by itself too
// long for Slack.
func trim(m *bot.Message, key string) *draft {
	d := &draft{Message: *m, key: key}
	d.Link = bot.Link(m.Link, mostLink)
	d.Outlet, d.Reason, d.State = short(m.Outlet, mostName), short(m.Reason, mostFact), short(m.State, mostFact)
	d.Title = fit(m.Title, mostTitle)
	if bot.Blank(d.Title.Text) {
		d.Title = story.Sentence{Text: m.Words.Say("(no title)")}
	}
	d.Watches = bot.Keep(m.Watches, mostWatches, func(w string) (string, bool) { return short(w, mostName), !bot.Blank(w) })
	for len(d.Head()) > mostHead && len(d.Watches) > 0 {
		d.Watches = d.Watches[:len(d.Watches)-1]
	}
	left := mostBrief
	d.Brief = bot.Keep(m.Brief, mostSentences, func(s story.Sentence) (story.Sentence, bool) {
		s = fit(s, mostBrief)
		left -= len(s.Text)
		return s, left >= 0 && !bot.Blank(s.Text)
	})
	d.Facts = bot.Keep(m.Facts, mostFacts, func(f bot.Fact) (bot.Fact, bool) {
		return bot.Fact{Name: short(f.Name, mostName), Text: short(f.Text, mostFact)}, !bot.Blank(f.Name) && !bot.Blank(f.Text)
	})
	d.Sources = bot.Keep(m.Sources, mostSources, func(s bot.Source) (bot.Source, bool) {
		return bot.Source{Outlet: short(s.Outlet, mostName), Link: bot.Link(s.Link, mostLink), Copy: s.Copy}, !bot.Blank(s.Outlet)
	})
	d.hidden = len(m.Sources) - len(d.Sources)
	d.Lines = bot.Keep(m.Lines, mostLines, func(l bot.Line) (bot.Line, bool) {
		return bot.Line{Level: l.Level, Text: short(l.Text, mostFact), Link: bot.Link(l.Link, mostLink), Note: short(l.Note, mostHead)}, !bot.Blank(l.Text)
	})
	d.more = len(m.Lines) - len(d.Lines)
	d.Matched = bot.Keep(m.Matched, mostWords, func(w string) (string, bool) { return short(w, mostName), !bot.Blank(w) })
	d.Buttons = bot.Keep(m.Buttons, mostButtons, button)
	return d
}

// shed leaves out what is missed least, and reports whether there was anything.
func (d *draft) shed() bool {
	linked := func(s bot.Source) bool { return s.Link != "" }
	leads := func(b bot.Button) bool { return b.Link != "" }
	switch {
	case slices.ContainsFunc(d.Sources, linked): // who says so matters more than where
		for i := range slices.Backward(d.Sources) {
			if linked(d.Sources[i]) {
				d.Sources[i].Link = ""
				break
			}
		}
	case len(d.Sources) > 0:
		d.Sources = d.Sources[:len(d.Sources)-1]
		d.hidden++
	case bot.Slim(d.Lines):
	case len(d.Lines) > 0:
		d.Lines, d.more = d.Lines[:len(d.Lines)-1], d.more+1
	case len(d.Facts) > 0:
		d.Facts = d.Facts[:len(d.Facts)-1]
	case slices.ContainsFunc(d.Buttons, leads): // the others are small, and how the story is acknowledged
		d.Buttons = slices.DeleteFunc(d.Buttons, leads)
	case len(d.Brief) > 0:
		d.Brief = d.Brief[:len(d.Brief)-1]
	case len(d.Matched) > 0:
		d.Matched = d.Matched[:len(d.Matched)-1]
	case d.Link != "":
		d.Link = ""
	default:
		return false
	}
	return true
}

// fit returns s in most bytes.
func fit(s story.Sentence, most int) story.Sentence {
	return story.Shorten(bot.CleanSentence(s), most)
}

// short returns s in most bytes.
func short(s string, most int) string { return fit(story.Sentence{Text: s}, most).Text }
