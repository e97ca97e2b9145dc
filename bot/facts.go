package bot

import (
	"slices"
	"strings"
	"time"

	"vedette/bot/words"
	"vedette/story"
)

const (
	mostFigures = 4  // groups of people in a line
	mostClaims  = 3  // numbers side by side in a line
	mostEnds    = 2  // deadlines, the next first: a feed can name any number
	nameSize    = 60 // bytes of whom and by whom
)

// Facts returns what the reports of s claim: the dead and the wounded with
// who says so, what else they report, and the deadlines that are still to
// come at the story's last change.
func Facts(s *story.Story, zone *time.Location, w words.Words) (fs []Fact) {
	figures := s.Figures()
	for len(figures) > 0 {
		kind := figures[0].Kind
		var lines []string
		for len(figures) > 0 && figures[0].Kind == kind {
			lines, figures = append(lines, figure(&figures[0], w)), figures[1:]
		}
		if len(lines) > mostFigures {
			lines = append(lines[:mostFigures], "…")
		}
		fs = append(fs, Fact{Name: counted(kind, w), Text: strings.Join(lines, " · ")})
	}
	kinds, ends := claimed(s, w)
	for _, end := range ends[:min(len(ends), mostEnds)] {
		fs = append(fs, Fact{Name: w.Say("Deadline"), Text: end.In(zone).Format(w.Say("2 Jan 2006 15:04 MST"))})
	}
	if len(kinds) > 0 {
		fs = append(fs, Fact{Name: w.Say("Signals"), Text: strings.Join(kinds, " · ")})
	}
	return fs
}

// claimed returns what the reports of s claim besides numbers, in the order in
// which it was first reported, and the deadlines that are still to come.
func claimed(s *story.Story, w words.Words) (kinds []string, ends []time.Time) {
	for i := range s.Reports {
		for _, g := range s.Reports[i].Signals {
			if name := signalName(g.Kind, w); (!counts(g.Kind) || !g.Count.Known()) && !slices.Contains(kinds, name) {
				kinds = append(kinds, name)
			}
			if g.Deadline.After(s.Changed) && !slices.ContainsFunc(ends, g.Deadline.Equal) {
				ends = append(ends, g.Deadline)
			}
		}
	}
	slices.SortFunc(ends, time.Time.Compare)
	return kinds, ends
}

// counts reports whether a signal of the kind counts people.
func counts(k story.SignalKind) bool {
	return k == story.Killed || k == story.Wounded || k == story.Captured || k == story.Displaced
}

// figure returns a count with who gives it: "14 Turkish soldiers (Turkey);
// 8 (Syria)".
func figure(f *story.Figure, w words.Words) string {
	var parts []string
	for i, c := range f.Claims[:min(len(f.Claims), mostClaims)] {
		text := number(c.Count, w)
		if i == 0 && f.Whom != "" {
			text += " " + short(f.Whom)
		}
		parts = append(parts, text+" ("+short(c.Speaker)+")")
	}
	return strings.Join(parts, "; ")
}

// number says how many: "14", "at least 14", "10 to 15".
func number(c story.Count, w words.Words) string {
	low, high := w.Number(c.Low), w.Number(c.High)
	switch {
	case c.Open:
		return w.Say("at least %s", low)
	case c.Low != c.High:
		return w.Say("%s to %s", low, high)
	}
	return low
}

func short(name string) string {
	return story.Shorten(story.Sentence{Text: name}, nameSize).Text
}
