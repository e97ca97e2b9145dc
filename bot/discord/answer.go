package discord

import (
	"regexp"
	"slices"
	"strings"

	"github.com/bwmarrin/discordgo"

	"vedette/bot"
	"vedette/bot/command"
	"vedette/bot/words"
)

// Limits of an answer, as Discord counts where it is not said.
const (
	mostFaces = 4     // messages
	mostSpans = 30    // of a line
	mostRow   = 2_000 // words of a line, escaped
	mostLinks = 1_200 // of a line
	mostPad   = 100   // spaces that keep columns apart
	mostFile  = 10 << 20
	mostAlt   = 1_024
)

// An attachment names a file of the same request.
type attachment struct {
	ID          string `json:"id"` // a number
	Filename    string `json:"filename"`
	Description string `json:"description,omitempty"`
}

// faces lays an answer out, over as many messages as Discord wants and at
// most mostFaces; the last of them says what was left out, and bears the
// buttons. One without a title that is short is plain words; others stand in
// an embed, which holds twice as much.
func faces(a *command.Answer) []face {
	title := ""
	if t := short(a.Title, mostTitle); !bot.Blank(t) {
		title = escape(t)
	}
	var all []face
	p := &page{words: a.Words}
	add := func(below []discordgo.MessageComponent) {
		all = append(all, p.face(title, below))
		p, title = &page{words: a.Words}, ""
	}
	for i, l := range a.Lines {
		room := mostBrief
		if len(all) == mostFaces-1 {
			room -= size(leftOut(len(a.Lines), a.Words))
		}
		if p.add(l, room) {
			continue
		}
		if len(all) == mostFaces-1 {
			p.add(command.Line{Small: true, Spans: []command.Span{{Text: leftOut(len(a.Lines)-i, a.Words)}}}, mostBrief)
			break
		}
		add(nil)
		p.add(l, mostBrief)
	}
	add(buttons(bot.Keep(a.Buttons, mostButtons, pressable)))
	return all
}

// leftOut says that n lines are not shown.
func leftOut(n int, w words.Words) string {
	if n == 1 {
		return w.Say("One more line is left out.")
	}
	return w.Count(n, "%d more line is left out.", "%d more lines are left out.")
}

// A page is a message of an answer on its way.
type page struct {
	words words.Words
	text  string
	open  bool // text ends within letters of one width
}

// fence stands before and after letters of one width.
const fence = "```"

// add appends l, and reports whether it has room in most.
func (p *page) add(l command.Line, most int) bool {
	row, longer := rowOf(l, p.words), p.done()
	switch {
	case l.Fixed && p.open:
		longer = p.text + "\n" + row + "\n" + fence
	case l.Fixed:
		longer = strings.TrimPrefix(longer+"\n", "\n") + fence + "\n" + row + "\n" + fence
	case longer == "":
		longer = row
	default:
		longer += "\n" + row
	}
	if size(longer) > most {
		return false
	}
	p.text, p.open = strings.TrimSuffix(longer, "\n"+fence), l.Fixed
	if !l.Fixed {
		p.text = longer
	}
	return true
}

// done returns the text as it stands.
func (p *page) done() string {
	if p.open {
		return p.text + "\n" + fence
	}
	return p.text
}

// face returns the page as a message with the title, or none.
func (p *page) face(title string, below []discordgo.MessageComponent) face {
	text := strings.Trim(p.done(), "\n")
	if bot.Blank(text) && title == "" {
		text = p.words.Say("Nothing to show.")
	}
	words := strings.TrimSpace(title + "\n" + text)
	for size(words) > mostContent {
		words = words[:max(strings.LastIndexByte(words, '\n'), 0)]
	}
	if strings.Count(words, fence)%2 == 1 { // cut within letters of one width, which have lines to spare
		words = strings.TrimSpace(words[:strings.LastIndex(words, fence)])
	}
	if words == "" {
		words = p.words.Say("The answer does not fit into plain words.")
	}
	f := face{rich: newForm(text, below), plain: newForm(words, below)}
	f.rich.Flags, f.plain.Flags = discordgo.MessageFlagsSuppressEmbeds, discordgo.MessageFlagsSuppressEmbeds // links do not unfold
	if title != "" || size(text) > mostContent {
		f.rich.Content, f.rich.Flags = "", 0
		f.rich.Embeds = []*discordgo.MessageEmbed{{Title: title, Description: text, Color: 0x80848E}}
	}
	return f
}

// rowOf returns l in Discord's terms.
func rowOf(l command.Line, w words.Words) string {
	if l.Fixed {
		var b strings.Builder
		for _, s := range l.Spans[:min(len(l.Spans), mostSpans)] {
			b.WriteString(spaced(s.Text, mostLine))
		}
		return strings.ReplaceAll(b.String(), "``", "`\u2060`") // which would end it
	}
	row := ""
	words, links := mostRow, mostLinks
	for _, s := range l.Spans[:min(len(l.Spans), mostSpans)] {
		text := span(&s, words, links, w.Say("link"))
		if strings.HasSuffix(row, "`") && strings.HasPrefix(text, "`") {
			row += "\u2060" // two that touch would be one
		}
		if words, links = words-size(escape(s.Text)), links-len(s.Link); words < 0 || links < 0 {
			break
		}
		row += text
	}
	if l.Small && !bot.Blank(row) {
		return "-# " + row
	}
	return row
}

// span returns s in Discord's terms. Spaces at its ends stand outside of what
// marks it, which Discord wants. It notes in s what is shown of it; unnamed is
// what a link is called that has no name.
func span(s *command.Span, words, links int, unnamed string) string {
	text := spaced(s.Text, words)
	link := bot.Link(s.Link, links)
	core := strings.Trim(text, " ")
	before, after := text[:len(text)-len(strings.TrimLeft(text, " "))], text[len(strings.TrimRight(text, " ")):]
	if core == "" {
		after = ""
	}
	if link != "" && bot.Blank(core) {
		core = unnamed
	}
	s.Text, s.Link = core, target(link)
	shown := escape(core)
	switch {
	case core == "":
	case link != "" && len(s.Link) > links:
		s.Link = ""
	case link != "" && named(core):
		shown = masked(core, link)
	case link != "":
		shown += " [" + escape(unnamed) + "](" + s.Link + ")"
	case s.Code && !strings.Contains(core, "`"):
		return before + "`" + core + "`" + after
	case core[0] == '.': // which could end a number
		shown = `\` + shown
	}
	if s.Bold && core != "" {
		shown = "**" + shown + "**"
	}
	return before + shown + after
}

// spaced returns s cleaned and short enough, with the space round it that
// keeps it apart from the spans beside it.
func spaced(s string, most int) string {
	before := len(s) - len(strings.TrimLeft(s, " "))
	after := len(s) - len(strings.TrimRight(s, " "))
	if s = short(s, max(most, 0)); s == "" {
		after = 0
	}
	return strings.Repeat(" ", min(before, mostPad)) + s + strings.Repeat(" ", min(after, mostPad))
}

// filename returns the name of a file as Discord keeps it.
func filename(s string) string {
	s = regexp.MustCompile(`[^A-Za-z0-9._-]+`).ReplaceAllString(s, "_")
	if s = strings.TrimLeft(s, "."); s == "" {
		return "file"
	}
	return s[max(len(s)-mostThread, 0):]
}

// withFile returns the faces with the file of a on the last of them, or with
// a line that says why it is not there.
func withFile(a *command.Answer) (all []face, file *command.File) {
	if a.File == nil || len(a.File.Data) == 0 {
		return faces(a), nil
	}
	if len(a.File.Data) > mostFile {
		longer := *a
		longer.Lines = append(slices.Clip(a.Lines), command.Line{Small: true, Spans: []command.Span{{Text: a.Words.Say("The file is larger than Discord takes.")}}})
		return faces(&longer), nil
	}
	all = faces(a)
	f := *a.File
	f.Name = filename(f.Name)
	last := &all[len(all)-1]
	named := []attachment{{ID: "0", Filename: f.Name, Description: brief(f.Alt, mostAlt)}}
	last.rich.Attachments, last.plain.Attachments = named, named
	return all, &f
}
