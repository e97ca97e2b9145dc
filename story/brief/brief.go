package brief

import (
	"cmp"
	"slices"

	"vedette/story"
)

// A Line is a sentence of a brief, and where it is taken from.
type Line struct {
	story.Sentence
	Item  story.ItemID
	Field story.Field
	Span  story.Span // within the field
}

const (
	mostLines     = 3  // three sentences fill the four lines that a phone shows of a message
	mostReports   = 12 // of a story that are read for its brief, the latest and the first: it bounds the cost
	mostSentences = 20 // of a report that are read
)

// Item tells one report: the sentences that tell it best, in the order in
// which they stand there, at most most bytes in all. A sentence that repeats
// the title is left out. Marks are the places that made a rule match.
func Item(it *story.Item, marks []story.Evidence, most int) []Line {
	r := story.Report{Item: *it, Relation: story.Opens, Matches: []story.Match{{Evidence: marks}}}
	return Of(&story.Story{Reports: []story.Report{r}}, most)
}

// Of tells s as it stands, at most most bytes in all: the newest facts first,
// and within a report in reading order. What repeats the title that s is told
// by, what a newer report says in nearly the same words, and a toll that a
// newer one took the place of are left out.
func Of(s *story.Story, most int) []Line {
	all := read(own(s.Reports))
	all = without(all, []story.Item{s.Lead().Item})
	all = latest(all)
	chosen := choose(all, limits{bytes: most, lines: mostLines}, nil)
	slices.SortStableFunc(chosen, func(a, b *candidate) int {
		return cmp.Or(cmp.Compare(b.report, a.report), cmp.Compare(a.pos, b.pos))
	})
	return lines(chosen)
}

// News tells what the report of item adds to what s held before it, at most
// most bytes in all, in reading order. If it adds nothing, it is told as if
// nothing had been known.
func News(s *story.Story, item story.ItemID, most int) []Line {
	at := slices.IndexFunc(s.Reports, func(r story.Report) bool { return r.Item.ID == item })
	if at < 0 {
		return nil
	}
	r := s.Reports[at]
	known := read(own(s.Reports[:at]))
	mine := without(read([]story.Report{r}), []story.Item{r.Item})
	fresh := slices.DeleteFunc(slices.Clone(mine), func(c *candidate) bool {
		return slices.ContainsFunc(known, func(k *candidate) bool { return c.adds(k) == nothing })
	})
	if len(fresh) == 0 {
		fresh, known = mine, nil
	}
	chosen := choose(fresh, limits{bytes: most, lines: mostLines}, known)
	slices.SortFunc(chosen, func(a, b *candidate) int { return cmp.Compare(a.pos, b.pos) })
	return lines(chosen)
}

// Background tells what reports, the oldest first, have told so far, in the
// order of events and in about length bytes: the last sentence that is taken
// may pass that by half of itself. What opened the story keeps a place in it.
func Background(reports []story.Report, length int) []Line {
	chosen := choose(read(reports), limits{bytes: length, lines: length, whole: true}, nil)
	slices.SortFunc(chosen, func(a, b *candidate) int {
		return cmp.Or(cmp.Compare(a.report, b.report), cmp.Compare(a.pos, b.pos))
	})
	return lines(chosen)
}

// Sentences returns the sentences of lines.
func Sentences(ls []Line) []story.Sentence {
	all := make([]story.Sentence, len(ls))
	for i, l := range ls {
		all[i] = l.Sentence
	}
	return all
}

// own returns the reports of a story that are read for a brief: those in
// words of their own, the first and the latest, in their order.
func own(reports []story.Report) []story.Report {
	var all []story.Report
	for i := range reports {
		if reports[i].Relation != story.Copies {
			all = append(all, reports[i])
		}
	}
	if n := len(all); n > mostReports {
		all = slices.Concat(all[:1], all[n-mostReports+1:])
	}
	if len(all) == 0 && len(reports) > 0 {
		all = reports[:1]
	}
	return all
}

func lines(chosen []*candidate) []Line {
	all := make([]Line, len(chosen))
	for i, c := range chosen {
		all[i] = c.Line
	}
	return all
}
