package terminal

import (
	"fmt"
	"strings"

	"github.com/rivo/uniseg"

	"vedette/bot"
	"vedette/story"
)

// width is where lines are broken: narrow enough for half a screen.
const width = 92

// block prints a root message.
func (r *Room) block(number int, m *bot.Message) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n", r.style.dim(fmt.Sprintf("[%d]", number)), r.style.head(bot.Clean(m.Head()+calls(m)), m.Level))
	r.body(&b, "    ", m)
	for _, l := range m.Lines {
		r.wrap(&b, "    ", "", story.Sentence{Text: bot.Clean(l.String())})
	}
	for _, f := range m.Facts {
		r.wrap(&b, "    ", bot.Clean(f.Name)+"   ", story.Sentence{Text: f.Text})
	}
	if len(m.Matched) > 0 {
		r.wrap(&b, "    ", m.Words.Say("Matched")+"  ", story.Sentence{Text: strings.Join(m.Matched, ", ")})
	}
	names := make([]string, len(m.Sources))
	for i, s := range m.Sources {
		names[i] = s.Name(m.Words)
	}
	r.wrap(&b, "    ", m.Words.Say("Sources")+"  ", story.Sentence{Text: strings.Join(names, " · ")})
	r.link(&b, "    ", m.Link)
	return b.String() + "\n"
}

// reply prints a message of a thread.
func (r *Room) reply(number int, m *bot.Message) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n", "  └", r.style.dim(bot.Clean(fmt.Sprintf("[%d] %s · %s · %s", number, m.Outlet, m.Time(), m.Reason)+calls(m))))
	r.body(&b, "      ", m)
	r.link(&b, "      ", m.Link)
	return b.String() + "\n"
}

// calls says whom the message would call, were this a room of people.
func calls(m *bot.Message) string {
	if m.Calls.Kind == story.Nobody {
		return ""
	}
	return " · " + m.Words.Say("calls %s", m.Calls)
}

// body prints title and brief.
func (r *Room) body(b *strings.Builder, indent string, m *bot.Message) {
	title := m.Title
	title.Marks = nil // it is bold as a whole
	var t strings.Builder
	r.wrap(&t, indent, "", title)
	b.WriteString(r.style.bold(strings.TrimSuffix(t.String(), "\n")) + "\n")
	for _, s := range m.Brief {
		r.wrap(b, indent, "", s)
	}
}

// link prints where the report stands, unbroken, so that it can be opened.
func (r *Room) link(b *strings.Builder, indent, link string) {
	if link != "" {
		b.WriteString(indent + r.style.dim(bot.Clean(link)) + "\n")
	}
}

// wrap prints s with its marks, in lines of at most width, behind a label.
func (r *Room) wrap(b *strings.Builder, indent, label string, s story.Sentence) {
	if s.Text == "" {
		return
	}
	b.WriteString(indent + r.style.dim(label))
	column := uniseg.StringWidth(indent + label)
	left := column
	for i, word := range words(s) {
		size := 0
		for _, part := range word {
			size += uniseg.StringWidth(part.Text)
		}
		switch {
		case i > 0 && column+1+size > width:
			b.WriteString("\n" + strings.Repeat(" ", left))
			column = left
		case i > 0:
			b.WriteString(" ")
			column++
		}
		for _, part := range word {
			b.WriteString(r.style.mark(part.Text, part.Marked))
		}
		column += size
	}
	b.WriteString("\n")
}

// words takes s apart at its spaces, and each word at the marks.
func words(s story.Sentence) [][]bot.Part {
	var all [][]bot.Part
	var word []bot.Part
	for _, p := range bot.Parts(bot.CleanSentence(s)) {
		for i, w := range strings.Split(p.Text, " ") {
			if i > 0 && len(word) > 0 {
				all, word = append(all, word), nil
			}
			if w != "" {
				word = append(word, bot.Part{Text: w, Marked: p.Marked})
			}
		}
	}
	if len(word) > 0 {
		all = append(all, word)
	}
	return all
}

// A style colours text, or does not.
type style bool

func (s style) in(code, text string) string {
	if !s || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (s style) bold(text string) string { return s.in("1", text) }
func (s style) dim(text string) string  { return s.in("2", text) }

func (s style) mark(text string, marked bool) string {
	if !marked {
		return text
	}
	return s.in("33", text)
}

// head colours by level: what wants attention is warm.
func (s style) head(text string, l story.Level) string {
	code := "36"
	switch l {
	case story.Unjudged, story.Calm, story.Guarded:
	case story.Elevated:
		code = "33"
	case story.High:
		code = "31"
	case story.Critical:
		code = "1;31"
	}
	return s.in(code, text)
}
