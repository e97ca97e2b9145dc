package terminal

import (
	"fmt"
	"io"
	"strings"

	"vedette/bot"
	"vedette/bot/command"
)

// Answer prints an answer, all but its file.
func Answer(out io.Writer, a *command.Answer, colour bool) error {
	s := style(colour)
	var b strings.Builder
	if a.Title != "" {
		b.WriteString(s.bold(bot.Clean(a.Title)) + "\n")
	}
	for _, l := range a.Lines {
		for _, span := range l.Spans {
			text := bot.Clean(span.Text)
			if lead := span.Text[:len(span.Text)-len(strings.TrimLeft(span.Text, " "))]; lead != "" && text != "" {
				text = lead + text // the space between two spans
			}
			if trail := span.Text[len(strings.TrimRight(span.Text, " ")):]; trail != "" && text != "" {
				text += trail
			}
			switch {
			case span.Bold:
				text = s.bold(text)
			case l.Small:
				text = s.dim(text)
			}
			b.WriteString(text)
			if span.Link != "" {
				b.WriteString(" " + s.dim("<"+bot.Clean(span.Link)+">"))
			}
		}
		b.WriteString("\n")
	}
	for _, button := range a.Buttons {
		if button.Do != "" {
			fmt.Fprintf(&b, "%s: vedette ask press %s\n", bot.Clean(button.Label), button.Do)
		}
	}
	_, err := io.WriteString(out, b.String())
	return err
}
