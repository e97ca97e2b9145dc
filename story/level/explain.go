package level

import (
	"fmt"
	"io"
	"math"
	"strings"

	"vedette/story"
)

// Explain writes why the level is what it is, for a person: every number that
// had a part, with the items and the thresholds.
func (j Judgement) Explain(w io.Writer) error {
	var text strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&text, format+"\n", args...) }
	say("%s, %s · %s UTC", j.Level, j.Trend, j.At.Format("2006-01-02 15:04"))
	if j.Cold {
		say("cold start: %d days of past, %d tell what is usual here; until then priors do, and the score alone lifts to %s at most",
			j.Known, j.params.ColdDays, j.params.ColdCap)
	}
	j.sayWhy(say)
	for _, s := range []Score{j.Threats, j.Acts} {
		j.sayScore(say, s)
	}
	say("trend: threats and acts less easing make %.1f scales; %.1f on average in the week before", j.Net, j.NetUsual)
	for _, d := range j.Deadlines {
		say("deadline %s UTC, %s: %s", d.Ends.Format("2006-01-02 15:04"), d.State, sources(d.By))
	}
	_, err := io.WriteString(w, text.String())
	return err
}

// sayWhy says what calls for the level, and what holds it.
func (j Judgement) sayWhy(say func(string, ...any)) {
	borne := story.Calm
	for _, r := range j.Reasons {
		say("%s", r)
		borne = max(borne, r.Level)
	}
	switch {
	case j.Level > borne:
		say("held at %s, with which the day opened: it falls one level after %d days that do not bear it out; there were %d",
			j.Level, j.params.Dwell, j.Quiet)
	case j.Level == story.Calm:
		say("nothing lifts it above calm")
	}
}

// String returns the reason in a line, with its evidence.
func (r Reason) String() string {
	line := fmt.Sprintf("%s: %s", r.Level, r.What())
	if len(r.Evidence) > 0 {
		line += "; evidence: " + sources(r.Evidence)
	}
	return line
}

// What returns what was measured and what it had to reach, as a room reads it.
func (r Reason) What() string {
	var what string
	switch r.Rule {
	case ByScore:
		what = fmt.Sprintf("%s %.1f scales above what is usual here; %s begins at %.1f", r.Side, r.Value, r.Wanted, r.Limit)
	case ByYear, ByThreeYears:
		what = fmt.Sprintf("%s %.1f, the %s; the record was %.1f", r.Side, r.Value, r.Rule, r.Limit)
	case ByDead:
		what = fmt.Sprintf("%.0f dead in one story, as two origins report; %s begins at %.0f", r.Value, r.Wanted, r.Limit)
	case ByArmyDead:
		what = fmt.Sprintf("%.0f dead of a state's army in one story, as two origins report; %s begins at %.0f", r.Value, r.Wanted, r.Limit)
	case ByUltimatum:
		what = fmt.Sprintf("the end of an ultimatum, %s UTC", r.Ends.Format("2 January 2006 15:04"))
	}
	if r.Held != "" {
		what += "; held at " + r.Level.String() + ", as " + r.Held
	}
	return what
}

// shown is how many of a list an explanation shows.
const shown = 5

// sayScore says how a side's score comes about.
func (j Judgement) sayScore(say func(string, ...any), s Score) {
	say("%s %.1f = %.1f told today + %.1f left of the days before; usual %.1f, scale %.1f: %.1f scales above",
		s.Side, s.Value, s.Fresh, s.Value-s.Fresh, s.Usual.Median, s.Usual.Scale, s.Above())
	if s.Volume > 0 {
		say("  +%.1f reports, whatever they claim (weight %d a doubling)", s.Volume, volumeWeight)
	}
	for i, e := range s.Events {
		if i == shown {
			say("  and %d more", len(s.Events)-shown)
			break
		}
		say("  %s", e)
	}
}

// String returns the event in a line: what, how much, and who says so.
func (e Event) String() string {
	kind := string(e.Kind)
	if e.Army {
		kind += " of an army"
	}
	line := fmt.Sprintf("+%.1f %s, story of #%d", e.Points, kind, e.Story)
	if n := e.people(); n > 0 {
		line += fmt.Sprintf(", %d people", n)
	}
	w := WeightOf(e.Kind)
	line += fmt.Sprintf(" (weight %.0f", w.Points)
	if w.Per > 0 {
		line += " a doubling"
	}
	if n := e.shared(); n > 1 {
		line += fmt.Sprintf(", shared by %d places", n)
	}
	return line + "): " + sources(e.By)
}

// people returns the largest number of people that the event counts.
func (e Event) people() int {
	n := 0
	for _, r := range e.By {
		n = max(n, r.people())
	}
	return n
}

// shared returns among how many places each claim of the event is shared at
// the least.
func (e Event) shared() int {
	n := 0
	for i, r := range e.By {
		if i == 0 || r.Places < n {
			n = r.Places
		}
	}
	return n
}

// sources names the origins of readings and their items.
func sources(rs []Reading) string {
	var names []string
	items := map[string][]string{}
	for _, r := range rs {
		name := r.Origin
		if r.State != "" {
			name += " (state: " + r.State + ")"
		}
		if items[name] == nil {
			names = append(names, name)
		}
		item := fmt.Sprint(r.Item)
		if l := items[name]; len(l) == 0 || l[len(l)-1] != item {
			items[name] = append(l, item)
		}
	}
	plural := "s"
	if len(names) == 1 {
		plural = ""
	}
	var list []string
	for i, name := range names {
		if i == shown {
			list = append(list, fmt.Sprintf("%d more", len(names)-shown))
			break
		}
		list = append(list, fmt.Sprintf("%s #%s", name, strings.Join(items[name][:int(math.Min(shown, float64(len(items[name]))))], " #")))
	}
	return fmt.Sprintf("%d origin%s: %s", len(names), plural, strings.Join(list, ", "))
}
