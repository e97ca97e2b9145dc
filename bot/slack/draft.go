package slack

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"vedette/bot"
	"vedette/story"
)

// Sizes in bytes, which are never fewer than the characters that Slack
// counts.
const (
	mostTitle   = 600
	mostBrief   = 1_500
	mostFact    = 600
	mostName    = 150
	mostHead    = 300
	mostMatched = 1_000
	mostLink    = 3_000
	mostLabel   = 75
)

// Counts. More sources than these are more than anybody reads at night; the
// head says how many there are.
const (
	mostSources   = 15
	mostWatches   = 20
	mostSentences = 10
	mostFacts     = 4
	mostWords     = 20
	mostButtons   = 5
)

// A draft is a message on its way into blocks.
type draft struct {
	bot.Message
	hidden int // sources left out
}

// trim returns m with nothing in it that is empty, broken or by itself too
// long for Slack.
func trim(m *bot.Message) *draft {
	d := &draft{Message: *m}
	d.Link = link(m.Link)
	d.Outlet, d.Reason = short(m.Outlet, mostName), short(m.Reason, mostFact)
	d.Title = fit(m.Title, mostTitle)
	if blank(d.Title.Text) {
		d.Title = story.Sentence{Text: "(no title)"}
	}
	d.Watches = cut(m.Watches, mostWatches, func(w string) (string, bool) { return short(w, mostName), !blank(w) })
	for len(d.Head()) > mostHead && len(d.Watches) > 0 {
		d.Watches = d.Watches[:len(d.Watches)-1]
	}
	left := mostBrief
	d.Brief = cut(m.Brief, mostSentences, func(s story.Sentence) (story.Sentence, bool) {
		s = fit(s, mostBrief)
		left -= len(s.Text)
		return s, left >= 0 && !blank(s.Text)
	})
	d.Facts = cut(m.Facts, mostFacts, func(f bot.Fact) (bot.Fact, bool) {
		return bot.Fact{Name: short(f.Name, mostName), Text: short(f.Text, mostFact)}, !blank(f.Name) && !blank(f.Text)
	})
	d.Sources = cut(m.Sources, mostSources, func(s bot.Source) (bot.Source, bool) {
		return bot.Source{Outlet: short(s.Outlet, mostName), Link: link(s.Link), Copy: s.Copy}, !blank(s.Outlet)
	})
	d.hidden = len(m.Sources) - len(d.Sources)
	d.Matched = cut(m.Matched, mostWords, func(w string) (string, bool) { return short(w, mostName), !blank(w) })
	d.Buttons = cut(m.Buttons, mostButtons, func(b bot.Button) (bot.Button, bool) {
		b = bot.Button{Label: short(b.Label, mostLabel), Link: link(b.Link)}
		return b, b.Link != "" && !blank(b.Label)
	})
	return d
}

// shed leaves out what is missed least, and reports whether there was anything.
func (d *draft) shed() bool {
	linked := func(s bot.Source) bool { return s.Link != "" }
	switch {
	case slices.ContainsFunc(d.Sources, linked): // who says so matters more than where
		for i := range slices.Backward(d.Sources) {
			if linked(d.Sources[i]) {
				d.Sources[i].Link = ""
				break
			}
		}
	case len(d.Sources) > 0:
		d.Sources = d.Sources[:len(d.Sources)-1]
		d.hidden++
	case len(d.Facts) > 0:
		d.Facts = d.Facts[:len(d.Facts)-1]
	case len(d.Buttons) > 0:
		d.Buttons = d.Buttons[:len(d.Buttons)-1]
	case len(d.Brief) > 0:
		d.Brief = d.Brief[:len(d.Brief)-1]
	case len(d.Matched) > 0:
		d.Matched = d.Matched[:len(d.Matched)-1]
	case d.Link != "":
		d.Link = ""
	default:
		return false
	}
	return true
}

// cut returns what keep makes of each of from, without those that it does
// not keep, and no more than most. It does not look far for them: a stranger's
// list may be of any length.
func cut[T any](from []T, most int, keep func(T) (T, bool)) []T {
	var kept []T
	for _, t := range from[:min(len(from), 2*most)] {
		if k, ok := keep(t); ok && len(kept) < most {
			kept = append(kept, k)
		}
	}
	return kept
}

// fit returns s in most bytes. Where its letters have to be changed nobody
// knows any more where the marks belong.
func fit(s story.Sentence, most int) story.Sentence {
	if c := clean(s.Text); c != s.Text {
		s = story.Sentence{Text: c}
	}
	return story.Shorten(s, most)
}

// short returns s in most bytes.
func short(s string, most int) string { return fit(story.Sentence{Text: s}, most).Text }

// clean returns s without what could break a row or turn its letters round.
// Feeds are read without; this is for what reaches the room another way.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Bidi_Control, r):
			return -1
		case unicode.IsControl(r), r == '\u2028', r == '\u2029':
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// blank reports whether a reader sees nothing of s.
func blank(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsSpace(r) })
}

// link returns u as a link that a browser follows to where it says, or "".
// Letters that could end it early are escaped.
func link(u string) string {
	parsed, err := url.Parse(u)
	if err != nil || parsed.Scheme != "http" && parsed.Scheme != "https" || parsed.Hostname() == "" || parsed.User != nil {
		return ""
	}
	var b strings.Builder
	for i := range len(u) {
		if c := u[i]; c <= ' ' || c > '~' || strings.IndexByte("<>|\"`\\", c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	if _, err := url.Parse(b.String()); err != nil || b.Len() > mostLink { // its host was odd
		return ""
	}
	return b.String()
}
