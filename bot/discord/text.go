package discord

import (
	"strings"

	"vedette/bot"
	"vedette/story"
)

// markup is what means something to Discord. The slash is in it because an
// invitation unfolds without a scheme, and the colon because of emoji and
// schemes.
const markup = "\\*_~|>#-[]()<@:`/"

// escape returns s so that Discord shows it as it is.
func escape(s string) string {
	var b strings.Builder
	numbered := strings.TrimLeft(s, "0123456789")
	for i := range len(s) {
		// At the beginning of a line, a plus makes a list, and so do a number
		// and a full stop.
		list := i == 0 && s[i] == '+' || i > 0 && s[i] == '.' && i == len(s)-len(numbered)
		if list || strings.IndexByte(markup, s[i]) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// bolden returns s escaped, with its marks in bold.
func bolden(s story.Sentence) string {
	var b strings.Builder
	for _, p := range bot.Parts(s) {
		if p.Marked {
			b.WriteString("**" + escape(p.Text) + "**")
		} else {
			b.WriteString(escape(p.Text))
		}
	}
	return b.String()
}

// named reports whether name can be that of a link. One that has brackets
// cannot: Discord pairs them even where they are escaped. Nor can one that
// looks like a link itself, which Discord distrusts.
func named(name string) bool {
	return !strings.ContainsAny(name, "[]") && !strings.Contains(name, "://")
}

// masked returns name as a link to u, if it can be one.
func masked(name, u string) string {
	if u == "" || !named(name) {
		return escape(name)
	}
	return "[" + escape(name) + "](" + target(u) + ")"
}

// target returns the link u as it may stand in markup.
func target(u string) string {
	return strings.NewReplacer("(", "%28", ")", "%29", "[", "%5B", "]", "%5D").Replace(u)
}

// size returns how long Discord may find s: it does not say whether it counts
// letters or UTF-16's halves of them, and the halves are more.
func size(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xFFFF {
			n++
		}
	}
	return n
}

// fit returns s in most, once it is in Discord's terms.
func fit(s story.Sentence, most int, terms func(story.Sentence) string) story.Sentence {
	// No letter has more than three bytes for each that Discord counts: what is
	// cut first would not fit, and the rest is short enough to be tried often.
	s = story.Shorten(bot.CleanSentence(s), 3*most)
	return bot.Fit(s, most, func(s story.Sentence) int { return size(terms(s)) })
}

// short returns s in most, once it is escaped.
func short(s string, most int) string {
	return fit(story.Sentence{Text: s}, most, func(s story.Sentence) string { return escape(s.Text) }).Text
}

// brief returns s in most, for where Discord reads no markup.
func brief(s string, most int) string {
	return fit(story.Sentence{Text: s}, most, func(s story.Sentence) string { return s.Text }).Text
}
