package slack

import (
	"slices"
	"strings"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackutilsx"

	"vedette/bot"
	"vedette/bot/command"
	"vedette/bot/words"
)

// Limits of an answer, in bytes where it is not said. A response_url takes
// five messages, one of which is kept for what is to be said of a file.
const (
	mostFaces = 4     // messages
	mostRows  = 50    // blocks of a message
	mostSpans = 30    // of a line
	mostLine  = 2_500 // words of a line, and as much again of its links
	mostSmall = 1_000 // a line in small print
	mostPlain = 700   // a line of the text
	mostPad   = 100   // spaces that keep columns apart
	mostBelow = 4_000 // buttons
)

// faces lays an answer out, over as many messages as Slack wants and at most
// mostFaces; the last of them says what was left out. The buttons stand below
// all.
func faces(a *command.Answer) []face {
	below := answerButtons(a.Buttons)
	var all []face
	p := newPage(a.Title, a.Words)
	for i, l := range a.Lines {
		l = cut(l)
		room := mostBlocks - size(below)
		if len(all) == mostFaces-1 {
			room -= size(small(leftOut(len(a.Lines), a.Words)))
		}
		if !p.fits(l, room) {
			if len(all) == mostFaces-1 {
				p.add(command.Line{Small: true, Spans: []command.Span{{Text: leftOut(len(a.Lines)-i, a.Words)}}})
				break
			}
			all = append(all, p.face(nil))
			p = newPage("", a.Words)
		}
		p.add(l)
	}
	return append(all, p.face(below))
}

// answerButtons returns the block of an answer's buttons, or nothing. Those
// whose links leave no room for the answer are left out, the last first.
func answerButtons(all []bot.Button) []slack.Block {
	kept := bot.Keep(all, mostButtons, button)
	for i := range slices.Backward(kept) {
		if size(buttons(kept, "")) > mostBelow && kept[i].Link != "" {
			kept = slices.Delete(kept, i, i+1)
		}
	}
	return buttons(kept, "")
}

// leftOut says that n lines are not shown.
func leftOut(n int, w words.Words) string {
	if n == 1 {
		return w.Say("One more line is left out.")
	}
	return w.Count(n, "%d more line is left out.", "%d more lines are left out.")
}

// cut returns l with nothing in it that is broken or by itself too long.
func cut(l command.Line) command.Line {
	words, links := mostLine, mostLine
	if l.Small {
		words = mostSmall
	}
	var spans []command.Span
	for _, s := range l.Spans[:min(len(l.Spans), mostSpans)] {
		s.Text = spaced(s.Text, words)
		if s.Link = bot.Link(s.Link, links); s.Link != "" && bot.Blank(s.Text) {
			s.Text = short(s.Link, words)
		}
		if words, links = words-len(s.Text), links-len(s.Link); words < 0 {
			break
		}
		spans = append(spans, s)
	}
	l.Spans = spans
	return l
}

// spaced returns s cleaned and in most bytes or a little more, with the space
// round it that keeps it apart from the spans beside it.
func spaced(s string, most int) string {
	before := len(s) - len(strings.TrimLeft(s, " "))
	after := len(s) - len(strings.TrimRight(s, " "))
	if s = short(s, most); s == "" {
		after = 0
	}
	return strings.Repeat(" ", min(before, mostPad)) + s + strings.Repeat(" ", min(after, mostPad))
}

// A layout is how lines stand in a block.
type layout uint8

// The layouts.
const (
	flowing layout = iota
	table          // letters of one width
	aside          // small print
)

// layoutOf returns the layout of l. Slack's small print has no links unless it
// reads all of it as markup: a line with links is one as any other.
func layoutOf(l command.Line) layout {
	switch {
	case l.Fixed:
		return table
	case l.Small && !linked(l):
		return aside
	}
	return flowing
}

// linked reports whether l, which is cut, has a link.
func linked(l command.Line) bool {
	for _, s := range l.Spans {
		if s.Link != "" {
			return true
		}
	}
	return false
}

// A page is a message of an answer on its way into blocks.
type page struct {
	blocks []slack.Block
	lines  []command.Line // of one layout, not in a block yet
	text   []string
	words  words.Words
}

// newPage returns a page that begins with the title, unless that is blank.
func newPage(title string, w words.Words) *page {
	p := &page{words: w}
	if title = short(title, mostTitle); !bot.Blank(title) {
		var head line
		head.text(title, bold())
		p.blocks, p.text = head.block(), []string{slackutilsx.EscapeMessage(short(title, mostPlain))}
	}
	return p
}

// fits reports whether there is room for l in a message whose blocks have
// most bytes. An empty page has room for any line.
func (p *page) fits(l command.Line, most int) bool {
	longer := &page{blocks: p.blocks, lines: p.lines}
	longer.lay(l)
	blocks := longer.done()
	return len(blocks) < mostRows && size(blocks) <= most || len(p.blocks)+len(p.lines) == 0
}

// add appends l, which is cut.
func (p *page) add(l command.Line) {
	p.lay(l)
	var words strings.Builder
	for _, s := range l.Spans {
		words.WriteString(s.Text)
	}
	p.text = append(p.text, slackutilsx.EscapeMessage(short(words.String(), mostPlain)))
}

// lay puts l into the block of the lines before it, if they are of its layout.
func (p *page) lay(l command.Line) {
	if len(p.lines) > 0 && layoutOf(l) != layoutOf(p.lines[0]) {
		p.blocks, p.lines = p.done(), nil
	}
	p.lines = append(slices.Clip(p.lines), l)
}

// done returns the blocks of all lines so far.
func (p *page) done() []slack.Block {
	return append(slices.Clip(p.blocks), blocksOf(p.lines)...)
}

// face returns the page, with blocks that stand below it.
func (p *page) face(below []slack.Block) face {
	blocks := append(p.done(), below...)
	var text string
	for _, l := range p.text {
		if len(text)+len(l) < mostText {
			text += l + "\n"
		}
	}
	if text = strings.TrimSpace(text); bot.Blank(text) {
		text = p.words.Say("(nothing to show)")
	}
	if len(blocks) == 0 {
		var nothing line
		nothing.text(text, nil)
		blocks = nothing.block()
	}
	return face{blocks: blocks, text: text}
}

// blocksOf returns the blocks of lines of one layout, none if a reader sees
// nothing of them.
func blocksOf(lines []command.Line) []slack.Block {
	for len(lines) > 0 && empty(lines[0]) {
		lines = lines[1:]
	}
	for len(lines) > 0 && empty(lines[len(lines)-1]) {
		lines = lines[:len(lines)-1]
	}
	if len(lines) == 0 {
		return nil
	}
	if layoutOf(lines[0]) == aside {
		return asides(lines)
	}
	var to line
	for i, l := range lines {
		if i > 0 {
			to.text("\n", nil)
		}
		for _, s := range l.Spans {
			to.span(s, l.Fixed)
		}
	}
	if lines[0].Fixed {
		return []slack.Block{slack.NewRichTextBlock("", &slack.RichTextPreformatted{Type: slack.RTEPreformatted, Elements: to.elements})}
	}
	return to.block()
}

// empty reports whether a reader sees nothing of l.
func empty(l command.Line) bool {
	for _, s := range l.Spans {
		if !bot.Blank(s.Text) {
			return false
		}
	}
	return true
}

// span writes s, as bare letters if that is so.
func (l *line) span(s command.Span, bare bool) {
	if bare {
		l.text(s.Text, nil)
		return
	}
	var style *slack.RichTextSectionTextStyle
	if s.Bold || s.Code {
		style = &slack.RichTextSectionTextStyle{Bold: s.Bold, Code: s.Code}
	}
	l.link(s.Link, s.Text, style)
}

// asides returns small print, one row for each line and at most three in a
// block.
func asides(lines []command.Line) []slack.Block {
	var blocks []slack.Block
	var rows []string
	for i, l := range lines {
		var row strings.Builder
		for _, s := range l.Spans {
			row.WriteString(s.Text)
		}
		rows = append(rows, row.String())
		if len(rows) == 3 || i == len(lines)-1 {
			if text := strings.Trim(strings.Join(rows, "\n"), "\n"); !bot.Blank(text) {
				blocks = append(blocks, slack.NewContextBlock("", label(text)))
			}
			rows = nil
		}
	}
	return blocks
}
