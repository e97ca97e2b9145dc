package story

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Figure is one count of people as the reports of a story give it.
type Figure struct {
	Kind   SignalKind
	Whom   string  // as the leading claim says it, or "" for people of whom nothing is said
	Claims []Claim // the first leads; the others give another number
}

// A Claim is a number and who gives it.
type Claim struct {
	Count   Count
	Whom    string
	Speaker string // whom the report names, or else its outlet
	Item    ItemID
	At      time.Time

	tier int
}

// Figures returns what s counts, the dead first. A speaker's later number
// takes the place of an earlier one; where speakers differ, that of the better
// source leads, and of equals the latest. Copies say nothing of their own.
func (s *Story) Figures() []Figure {
	var all []Figure
	for _, kind := range []SignalKind{Killed, Wounded, Captured, Displaced} {
		var groups [][]Claim
		for _, c := range s.claims(kind) {
			at := slices.IndexFunc(groups, func(g []Claim) bool { return sameWhom(g[0].Whom, c.Whom) })
			if at < 0 {
				groups, at = append(groups, nil), len(groups)
			}
			groups[at] = replace(groups[at], c)
		}
		for _, g := range groups {
			all = append(all, figure(kind, g))
		}
	}
	return all
}

// Casualties returns how many dead and wounded the leading claims count in
// all, and no more than they surely do: people at large may hold one side's,
// one number may be the same people by another name, and a toll up to now is
// not this event's where there is a number of its own.
func (s *Story) Casualties() int {
	figures := s.Figures()
	sum := 0
	for _, kind := range []SignalKind{Killed, Wounded} {
		named, large := 0, 0
		var seen []int
		for _, f := range figures {
			if f.Kind != kind {
				continue
			}
			switch n := f.own(); {
			case len(whom(f.Whom)) == 0:
				large = max(large, n)
			case !slices.Contains(seen, n):
				named, seen = named+n, append(seen, n)
			}
		}
		sum += max(named, large)
	}
	return sum
}

// own returns the leading number of this event alone, or of all if none is.
func (f *Figure) own() int {
	for _, c := range f.Claims {
		if !c.Count.Total {
			return c.Count.Low
		}
	}
	return f.Claims[0].Count.Low
}

// claims returns the claims of a kind, the oldest report first.
func (s *Story) claims(kind SignalKind) (cs []Claim) {
	for i := range s.Reports {
		r := &s.Reports[i]
		if r.Relation == Copies {
			continue
		}
		for i := range r.Signals {
			if g := &r.Signals[i]; g.Kind == kind && g.Count.Known() && !said(r.Signals, g) {
				cs = append(cs, Claim{
					Count: g.Count, Whom: g.Target, Speaker: cmp.Or(g.Source, r.Item.Outlet),
					Item: r.Item.ID, At: r.Item.Effective, tier: cmp.Or(r.Item.Tier, unvetted),
				})
			}
		}
	}
	slices.SortStableFunc(cs, func(a, b Claim) int { return a.At.Compare(b.At) })
	return cs
}

// said reports whether a report gives the number of g, which it ascribes to
// nobody, also with who gave it.
func said(all []Signal, g *Signal) bool {
	return g.Source == "" && slices.ContainsFunc(all, func(o Signal) bool {
		return o.Kind == g.Kind && o.Source != "" && o.Count.same(g.Count) && (sameWhom(o.Target, g.Target) || len(whom(g.Target)) == 0)
	})
}

// unvetted is the tier of a feed of which nobody said one.
const unvetted = 4

// replace adds c to cs in the place of what its speaker said before.
func replace(cs []Claim, c Claim) []Claim {
	cs = slices.DeleteFunc(cs, func(old Claim) bool { return strings.EqualFold(old.Speaker, c.Speaker) })
	return append(cs, c)
}

// figure puts the claims in their order and leaves out what repeats the
// leading number.
func figure(kind SignalKind, cs []Claim) Figure {
	slices.SortStableFunc(cs, func(a, b Claim) int { return cmp.Or(cmp.Compare(a.tier, b.tier), b.At.Compare(a.At)) })
	rest := slices.DeleteFunc(cs[1:], func(c Claim) bool { return c.Count.same(cs[0].Count) })
	return Figure{Kind: kind, Whom: cs[0].Whom, Claims: cs[:1+len(rest)]}
}

// sameWhom reports whether two reports count the same people as far as their
// words tell: "soldiers" and "Turkish soldiers", but not "people" at large
// and one side's dead.
func sameWhom(a, b string) bool {
	as, bs := whom(a), whom(b)
	if len(as) == 0 || len(bs) == 0 {
		return len(as) == len(bs)
	}
	if len(as) > len(bs) {
		as, bs = bs, as
	}
	return !slices.ContainsFunc(as, func(w string) bool { return !slices.Contains(bs, w) })
}

// whom returns the words that tell who is counted from people at large.
func whom(name string) []string {
	return slices.DeleteFunc(strings.Fields(strings.ToLower(name)), func(w string) bool {
		return slices.Contains([]string{"people", "persons", "person", "others", "more"}, w)
	})
}

// Known reports whether a number is given: "traders are dead" gives none.
func (c Count) Known() bool { return c != Count{} }

// same reports whether two counts are one number, whatever they count up to.
func (c Count) same(o Count) bool { return c.Low == o.Low && c.High == o.High && c.Open == o.Open }

// String returns the count as a person would say it: "14", "at least 14",
// "10 to 15".
func (c Count) String() string {
	switch {
	case c.Open:
		return "at least " + thousands(c.Low)
	case c.Low != c.High:
		return thousands(c.Low) + " to " + thousands(c.High)
	}
	return thousands(c.Low)
}

// thousands writes n as it is read at a glance: 700,000.
func thousands(n int) string {
	digits := strconv.Itoa(n)
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}
