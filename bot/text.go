package bot

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"vedette/story"
)

// Clean returns s as one line, without what could break it or turn its
// letters round, and without the space round it. Feeds are read without; this
// is for what reaches a room another way.
func Clean(s string) string {
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

// CleanSentence returns s cleaned. Where its letters have to be changed
// nobody knows any more where the marks belong, and it has none.
func CleanSentence(s story.Sentence) story.Sentence {
	if c := Clean(s.Text); c != s.Text {
		return story.Sentence{Text: c}
	}
	return s
}

// Blank reports whether a reader sees nothing of s.
func Blank(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsSpace(r) })
}

// A Part is a piece of a sentence, marked or not.
type Part struct {
	Text   string
	Marked bool
}

// Parts takes s apart at its marks. A mark that does not lie within s, after
// the one before it and between letters is none, the space at a mark's ends
// is not in it, and marks that touch are one.
func Parts(s story.Sentence) []Part {
	var parts []Part
	add := func(text string, marked bool) {
		if n := len(parts); n > 0 && parts[n-1].Marked == marked {
			parts[n-1].Text += text
		} else if text != "" {
			parts = append(parts, Part{text, marked})
		}
	}
	at := 0
	for _, m := range s.Marks {
		if m.Start < at || m.End < m.Start || m.End > len(s.Text) || !whole(s.Text, m.Start) || !whole(s.Text, m.End) {
			continue
		}
		words := s.Text[m.Start:m.End]
		from := m.Start + len(words) - len(strings.TrimLeftFunc(words, unicode.IsSpace))
		to := from + len(strings.TrimSpace(words))
		if from >= to {
			continue
		}
		add(s.Text[at:from], false)
		add(s.Text[from:to], true)
		at = to
	}
	add(s.Text[at:], false)
	return parts
}

// whole reports whether no letter of s is split at i.
func whole(s string, i int) bool { return i == len(s) || utf8.RuneStart(s[i]) }

// Link returns u as a link that a browser follows to where it says, in at
// most most bytes, or "". Its host's name is in the letters that a reader can
// compare, and what could end it early in a platform's markup is in per cent.
func Link(u string, most int) string {
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
	if _, err := url.Parse(u); err != nil || len(u) > most { // its host was odd
		return ""
	}
	return u
}

// encode returns u with every byte that is markup somewhere in per cent.
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

// Keep returns what keep makes of each of from, without those that it does
// not keep, and no more than most. It does not look far for them: a stranger's
// list may be of any length.
func Keep[From, To any](from []From, most int, keep func(From) (To, bool)) []To {
	var kept []To
	for _, f := range from[:min(len(from), 2*most)] {
		if t, ok := keep(f); ok && len(kept) < most {
			kept = append(kept, t)
		}
	}
	return kept
}
