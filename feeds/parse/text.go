package parse

import (
	"html"
	"strings"
	"unicode"

	"github.com/rivo/uniseg"
	htmltext "golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/text/unicode/norm"
)

// How long a text may be, in runes; what is over is cut at the end of a
// character as a reader sees it.
const (
	maxTitle   = 500
	maxSummary = 10_000
	maxBody    = 100_000
	maxRaw     = 1 << 20 // bytes of markup that are looked at for one text
	maxMarks   = 8       // combining marks on one letter
)

// plainText returns markup as plain text of at most limit runes, its
// paragraphs on lines of their own.
func plainText(markup string, limit int) string {
	if len(markup) > maxRaw {
		markup = strings.ToValidUTF8(markup[:maxRaw], "")
	}
	// Many feeds escape their markup once too often.
	for range 2 {
		if !strings.ContainsAny(markup, "<&") {
			break
		}
		markup = untag(markup)
	}
	return cut(tidy(norm.NFC.String(markup)), limit)
}

// plainLine is plainText on one line.
func plainLine(markup string, limit int) string {
	return strings.ReplaceAll(plainText(markup, limit), "\n", " ")
}

// untag drops tags, and what was never meant to be read, and decodes
// entities once.
func untag(markup string) string {
	var out strings.Builder
	tokens := htmltext.NewTokenizer(strings.NewReader(markup))
	var hidden atom.Atom
	for {
		kind := tokens.Next()
		if kind == htmltext.ErrorToken {
			return out.String()
		}
		if kind == htmltext.TextToken {
			if hidden == 0 {
				out.WriteString(html.UnescapeString(string(tokens.Raw())))
			}
			continue
		}
		name, _ := tokens.TagName()
		tag := atom.Lookup(name)
		switch {
		case unread(tag) && kind == htmltext.StartTagToken && hidden == 0:
			hidden = tag
		case tag == hidden && kind == htmltext.EndTagToken:
			hidden = 0
		case breaks(tag):
			out.WriteByte('\n')
		}
	}
}

// unread reports whether what is inside tag is not for reading.
func unread(tag atom.Atom) bool {
	return tag == atom.Script || tag == atom.Style || tag == atom.Iframe || tag == atom.Noscript || tag == atom.Template
}

func breaks(tag atom.Atom) bool {
	switch tag {
	case atom.P, atom.Br, atom.Div, atom.Li, atom.Ul, atom.Ol, atom.Tr, atom.Td, atom.Th, atom.Table, atom.H1, atom.H2, atom.H3,
		atom.H4, atom.H5, atom.H6, atom.Blockquote, atom.Pre, atom.Section, atom.Article, atom.Header, atom.Footer, atom.Figure,
		atom.Figcaption, atom.Hr, atom.Dl, atom.Dt, atom.Dd, atom.Aside, atom.Main, atom.Nav, atom.Address:
		return true
	}
	return false
}

// tidy drops what cannot be seen or would disturb what can, and leaves single
// spaces and single line breaks.
func tidy(s string) string {
	if isTidy(s) {
		return s
	}
	var out strings.Builder
	out.Grow(len(s))
	var last rune    // written
	pending := false // a space is owed
	marks := 0
	runes := []rune(s)
	for i, r := range runes {
		switch {
		case r == '\n' || r == '\r' || r == '\u2028' || r == '\u2029' || r == '\x85':
			if last != 0 && last != '\n' {
				out.WriteByte('\n')
				last = '\n'
			}
			pending = false
			continue
		case unicode.IsSpace(r):
			pending = last != 0 && last != '\n'
			continue
		case joins(r):
			if i+1 == len(runes) || !joined(last, runes[i+1]) || pending {
				continue
			}
		case r < 0x80 && r > ' ' && r != 0x7f:
			marks = 0
		case invisible(r):
			continue
		case unicode.Is(unicode.Mn, r):
			if marks++; marks > maxMarks {
				continue
			}
		default:
			marks = 0
		}
		if pending {
			out.WriteByte(' ')
			pending = false
		}
		out.WriteRune(r)
		last = r
	}
	return strings.TrimSuffix(out.String(), "\n")
}

// isTidy reports whether s is ASCII that tidy would leave as it is: single
// spaces and line breaks, none at either end.
func isTidy(s string) bool {
	blank := true // before the first character
	for i := range len(s) {
		switch c := s[i]; {
		case c == ' ' || c == '\n':
			if blank {
				return false
			}
			blank = true
		case c < ' ' || c >= 0x7f:
			return false
		default:
			blank = false
		}
	}
	return !blank || s == ""
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

func joins(r rune) bool { return r == '\u200c' || r == '\u200d' }

// joined reports whether a joiner between the two runes changes how they are
// written: in words of joining scripts, and in emoji.
func joined(before, after rune) bool {
	if unicode.Is(unicode.So, after) {
		return unicode.Is(unicode.So, before) || before == '\ufe0f' || before >= 0x1F3FB && before <= 0x1F3FF
	}
	return joining(before) && joining(after)
}

func joining(r rune) bool {
	return unicode.In(r, unicode.Arabic, unicode.Syriac) || r >= 0x0900 && r <= 0x0DFF // the scripts of India
}

// invisible reports whether r shows nothing by itself: controls, overrides of
// the writing direction, zero-width characters, tags and fillers.
func invisible(r rune) bool {
	switch {
	case unicode.Is(unicode.Cc, r), unicode.Is(unicode.Cf, r):
		return true
	case r >= 0xFE00 && r <= 0xFE0E, r >= 0xE0000 && r <= 0xE0FFF, r&0xFFFE == 0xFFFE, r >= 0xFDD0 && r <= 0xFDEF:
		return true
	}
	switch r {
	case '\u034f', '\u115f', '\u1160', '\u17b4', '\u17b5', '\u2800', '\u3164', '\uffa0', '\ufffc':
		return true
	}
	return false
}

// cut returns at most limit runes of s, and shows that there were more.
func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	count, at := 0, 0
	state := -1
	for rest := s; rest != ""; {
		var cluster string
		cluster, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		n := 0
		for range cluster {
			n++
		}
		if count+n > limit {
			return strings.TrimSpace(s[:at]) + "…"
		}
		if count += n; count < limit {
			at += len(cluster)
		}
	}
	return s
}

// firstWords returns the opening words of s, to stand in for a title that is missing.
func firstWords(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	if len(s) <= 100 {
		return s
	}
	short := strings.TrimSuffix(cut(s, 100), "…")
	if space := strings.LastIndexByte(short, ' '); space > 0 {
		short = short[:space]
	}
	return short + "…"
}
