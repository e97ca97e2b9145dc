package slack

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/slack-go/slack"

	"vedette/bot"
	"vedette/story"
)

// A line is rich text on its way into a block: text in it is text, whatever
// it says. Slack refuses elements and blocks that are empty, so it has none.
type line struct {
	elements []slack.RichTextSectionElement
}

// bold returns the style.
func bold() *slack.RichTextSectionTextStyle { return &slack.RichTextSectionTextStyle{Bold: true} }

// text writes s.
func (l *line) text(s string, style *slack.RichTextSectionTextStyle) {
	if s != "" {
		l.elements = append(l.elements, slack.NewRichTextSectionTextElement(s, style))
	}
}

// calls writes whom the message pings.
func (l *line) calls(m story.Mention) {
	switch m.Kind {
	case story.Nobody:
		return
	case story.Here:
		l.elements = append(l.elements, slack.NewRichTextSectionBroadcastElement("here"))
	case story.Everyone:
		l.elements = append(l.elements, slack.NewRichTextSectionBroadcastElement("channel"))
	case story.Group:
		l.elements = append(l.elements, slack.NewRichTextSectionUserGroupElement(m.ID))
	case story.User:
		l.elements = append(l.elements, slack.NewRichTextSectionUserElement(m.ID, nil))
	}
	l.text(" ", nil)
}

// mention returns whom the message pings, for the beginning of its text.
func mention(m story.Mention) string {
	switch m.Kind {
	case story.Nobody:
	case story.Here:
		return "<!here> "
	case story.Everyone:
		return "<!channel> "
	case story.Group:
		return "<!subteam^" + m.ID + "> "
	case story.User:
		return "<@" + m.ID + "> "
	}
	return ""
}

// link writes s as a link to url, or as text if there is none.
func (l *line) link(url, s string, style *slack.RichTextSectionTextStyle) {
	if url == "" || s == "" {
		l.text(s, style)
		return
	}
	l.elements = append(l.elements, slack.NewRichTextSectionLinkElement(url, s, style))
}

// row begins a row, unless the line is empty.
func (l *line) row() {
	if len(l.elements) > 0 {
		l.text("\n", nil)
	}
}

// sentence writes s with its marks in bold.
func (l *line) sentence(s story.Sentence) {
	for _, p := range bot.Parts(s) {
		if p.Marked {
			l.text(p.Text, bold())
		} else {
			l.text(p.Text, nil)
		}
	}
}

// block returns the line as a block, or nothing if it is empty.
func (l *line) block() []slack.Block {
	if len(l.elements) == 0 {
		return nil
	}
	return []slack.Block{slack.NewRichTextBlock("", slack.NewRichTextSection(l.elements...))}
}

// small returns a block of texts in small print, those that are not empty.
func small(texts ...string) []slack.Block {
	var elements []slack.MixedElement
	for _, s := range texts {
		if s = short(s, mostMatched); !bot.Blank(s) {
			elements = append(elements, label(s))
		}
	}
	if len(elements) == 0 {
		return nil
	}
	return []slack.Block{slack.NewContextBlock("", elements...)}
}

// buttons returns a block of buttons, or nothing. Those that ask vedette for
// something carry what they stand for, and the key of the delivery that they
// were told with unless it is "".
func buttons(all []bot.Button, key string) []slack.Block {
	if len(all) == 0 {
		return nil
	}
	elements := make([]slack.BlockElement, len(all))
	for i, b := range all {
		if b.Link != "" {
			elements[i] = slack.NewButtonBlockElement(fmt.Sprintf("open:%d", i), "", label(b.Label)).WithURL(b.Link)
			continue
		}
		elements[i] = slack.NewButtonBlockElement(fmt.Sprintf("%s%d", pressed, i), carried(b.Do, key), label(b.Label))
	}
	return []slack.Block{slack.NewActionBlock("", elements...)}
}

// pressed begins the action ID of a button that asks vedette for something.
const pressed = "do:"

// carried returns the value of a button: what it stands for, and after a colon
// the key of its delivery.
func carried(do, key string) string {
	if key == "" {
		return do
	}
	return do + ":" + key
}

// standsFor returns what the button with the value stands for.
func standsFor(value string) string {
	do, _, _ := strings.Cut(value, ":")
	return do
}

// button returns b fit for a block, and whether there is anything to press.
func button(b bot.Button) (bot.Button, bool) {
	fits := bot.Button{Label: short(b.Label, mostLabel), Link: bot.Link(b.Link, mostLink)}
	if b.Link == "" && regexp.MustCompile(`^[A-Za-z0-9_-]{1,80}$`).MatchString(b.Do) {
		fits.Do = b.Do
	}
	return fits, fits.Link+fits.Do != "" && !bot.Blank(fits.Label)
}

// label returns s as text in which Slack looks for nothing, not even emoji.
func label(s string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, s, false, false)
}
