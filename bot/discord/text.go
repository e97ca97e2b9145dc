package discord

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"

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

// bolden returns s escaped, with its marks in bold. A mark that does not lie
// within s, after the one before it and between letters is none, and marks
// that touch are one: Discord takes four asterisks for something else.
func bolden(s story.Sentence) string {
	var b strings.Builder
	at, open := 0, false
	shut := func() {
		if open {
			b.WriteString("**")
			open = false
		}
	}
	for _, m := range s.Marks {
		if m.Start < at || m.End < m.Start || m.End > len(s.Text) || !whole(s.Text, m.Start) || !whole(s.Text, m.End) {
			continue
		}
		m = within(s.Text, m)
		if m.Start == m.End {
			continue
		}
		if m.Start > at {
			shut()
			b.WriteString(escape(s.Text[at:m.Start]))
		}
		if !open {
			b.WriteString("**")
			open = true
		}
		b.WriteString(escape(s.Text[m.Start:m.End]))
		at = m.End
	}
	shut()
	b.WriteString(escape(s.Text[at:]))
	return b.String()
}

// whole reports whether no letter of s is split at i.
func whole(s string, i int) bool { return i == len(s) || utf8.RuneStart(s[i]) }

// within returns m without the space round its words, empty if it has none.
func within(s string, m story.Span) story.Span {
	words := s[m.Start:m.End]
	m.Start += len(words) - len(strings.TrimLeftFunc(words, unicode.IsSpace))
	return story.Span{Start: m.Start, End: m.Start + len(strings.TrimSpace(words))}
}

// masked returns name as a link to u. A name that has brackets is not a link:
// Discord pairs them even where they are escaped. Nor is one that looks like
// a link itself, which Discord distrusts.
func masked(name, u string) string {
	if u == "" || strings.ContainsAny(name, "[]") || strings.Contains(name, "://") {
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

// fit returns s in most, once it is in Discord's terms. Where its letters
// have to be changed nobody knows any more where the marks belong.
func fit(s story.Sentence, most int, terms func(story.Sentence) string) story.Sentence {
	if c := clean(s.Text); c != s.Text {
		s = story.Sentence{Text: c}
	}
	// No letter has more than three bytes for each that Discord counts: what is
	// cut first would not fit, and the rest is short enough to be tried often.
	s = story.Shorten(s, 3*most)
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

// clean returns s without what could break a line or turn its letters round,
// and without the space round it that Discord leaves out. Feeds are read
// without; this is for what reaches the room another way.
func clean(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Bidi_Control, r):
			return -1
		case unicode.IsControl(r), r == '\u2028', r == '\u2029':
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD")))
}

// blank reports whether a reader sees nothing of s.
func blank(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsSpace(r) })
}

// link returns u as a link that a browser follows to where it says, in most
// letters, or "". A host's name is in the letters that a reader can compare,
// and no brackets.
func link(u string, most int) string {
	parsed, err := url.Parse(strings.TrimSpace(u))
	if err != nil || parsed.Scheme != "http" && parsed.Scheme != "https" || parsed.Hostname() == "" || parsed.User != nil || strings.ContainsAny(parsed.Host, "[]") {
		return ""
	}
	if host := parsed.Hostname(); strings.ContainsFunc(host, func(r rune) bool { return r > unicode.MaxASCII }) {
		ascii, err := idna.Lookup.ToASCII(host)
		if err != nil {
			return ""
		}
		parsed.Host = strings.Replace(parsed.Host, host, ascii, 1)
	}
	u = encode(parsed.String())
	if len(u) > most {
		return ""
	}
	return u
}

// encode returns u with what would end a link in Discord's markup in per
// cent.
func encode(u string) string {
	var b strings.Builder
	for i := range len(u) {
		if c := u[i]; c <= ' ' || c > '~' || strings.IndexByte("<>\"`\\|^{}", c) >= 0 {
			b.WriteString("%" + string("0123456789ABCDEF"[c>>4]) + string("0123456789ABCDEF"[c&15]))
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}
