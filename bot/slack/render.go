package slack

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackutilsx"

	"vedette/bot"
	"vedette/story"
)

// Blocks over some 13,200 characters are refused (bolt-js issue 2509). What
// is counted of them is not documented, so it is all of their JSON here. An
// edit takes 4,000 characters of text; posts, which may have ten times as
// many, keep to the same, so that what was posted can be edited.
const (
	mostBlocks = 12_000
	mostText   = 4_000
)

// A face is a message as Slack is given it: blocks that are shown, and the
// text that is notified, read aloud, and shown if the blocks are refused.
type face struct {
	blocks []slack.Block
	text   string
}

// words returns the options for the text. What it says is text: Slack finds
// no channel or link in it, and no mention but that of the message's own.
func (f face) words() slack.MsgOption {
	return slack.MsgOptionCompose(
		slack.MsgOptionText(f.text, false), slack.MsgOptionParse(false), slack.MsgOptionLinkNames(false))
}

// root returns the face of a root message that is told by the delivery key.
func root(m *bot.Message, key string) face { return newFace(m, key, (*draft).root) }

// edited returns the face of a root message of the delivery key that is shown
// anew, which pings nobody.
func edited(m *bot.Message, key string) face {
	quiet := *m
	quiet.Calls = story.Mention{}
	return root(&quiet, key)
}

// reply returns the face of a message in a thread that is told by the delivery
// key.
func reply(m *bot.Message, key string) face { return newFace(m, key, (*draft).reply) }

// newFace lays m out, leaving out what Slack has no room for: the sources
// that came last first, the title never.
func newFace(m *bot.Message, key string, lay func(*draft) []slack.Block) face {
	d := trim(m, key)
	calls := mention(m.Calls)
	text := calls + bot.Plain(&d.Message, mostText-len(calls), slackutilsx.EscapeMessage, func(s string) int { return len(s) })
	blocks := lay(d)
	for size(blocks) > mostBlocks && d.shed() {
		blocks = lay(d)
	}
	return face{blocks: blocks, text: text}
}

// size returns how large Slack may find blocks.
func size(blocks []slack.Block) int {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // which would count & and < as six
	if err := enc.Encode(blocks); err != nil {
		return 0 // blocks of strings can be encoded
	}
	return b.Len()
}

// root lays a root message out: head and who has it, what happened, where it
// is known from, why it was found, what to press. Each stands apart from the
// next, so that it reads from its own side if its script does.
func (d *draft) root() []slack.Block {
	var head, what, from line
	head.calls(d.Calls)
	head.text(d.Head(), bold())
	if !bot.Blank(d.State) {
		head.row()
		head.text(d.State, nil)
	}
	what.link(d.Link, d.Title.Text, bold())
	d.brief(&what)
	d.list(&what)
	d.facts(&from)
	d.sources(&from)
	return slices.Concat(head.block(), what.block(), from.block(), small(d.matched()), buttons(d.Buttons, d.key))
}

// reply lays a message out that answers a root message: what happened, and
// why the room hears it.
func (d *draft) reply() []slack.Block {
	var what line
	what.calls(d.Calls)
	what.link(d.Link, d.Title.Text, bold())
	if !bot.Blank(d.Outlet) {
		what.text(" · "+d.Outlet, nil)
	}
	d.brief(&what)
	d.facts(&what)
	return slices.Concat(what.block(), small(d.Reason, d.matched()), buttons(d.Buttons, d.key))
}

// brief writes the sentences as one paragraph.
func (d *draft) brief(to *line) {
	for i, s := range d.Brief {
		if i == 0 {
			to.row()
		} else {
			to.text(" ", nil)
		}
		to.sentence(s)
	}
}

// list writes each line on a row of its own.
func (d *draft) list(to *line) {
	for _, l := range d.Lines {
		to.row()
		if l.Link == "" {
			to.text(l.String(), nil) // in one element, which is shorter
			continue
		}
		to.text(l.Mark(), nil)
		to.link(l.Link, l.Text, nil)
		if l.Note != "" {
			to.text(" · "+l.Note, nil)
		}
	}
	if d.more > 0 {
		to.row()
		to.text(d.Words.Say("and %d more", d.more), nil)
	}
}

// facts writes each fact on a row of its own.
func (d *draft) facts(to *line) {
	for _, f := range d.Facts {
		to.row()
		to.text(f.Name+": ", bold())
		to.text(f.Text, nil)
	}
}

// sources writes the outlets that tell the story.
func (d *draft) sources(to *line) {
	if len(d.Sources) == 0 {
		return
	}
	to.row()
	to.text(d.Words.Say("Sources")+": ", bold())
	for i, s := range d.Sources {
		if i > 0 {
			to.text(" · ", nil)
		}
		to.link(s.Link, s.Name(d.Words), nil)
	}
	if d.hidden > 0 {
		to.text(" · "+d.Words.Say("and %d more", d.hidden), nil)
	}
}

// matched returns the words that the story was found by, or "".
func (d *draft) matched() string {
	if len(d.Matched) == 0 {
		return ""
	}
	return d.Words.Say("Matched") + ": " + strings.Join(d.Matched, ", ")
}
