package brief

import (
	"math"
	"slices"
	"strings"
	"unicode"

	"vedette/story"
)

// A candidate is a sentence that may be taken, with what the choice goes by.
type candidate struct {
	Line
	report  int      // counted from the oldest
	pos     int      // among the sentences of its report
	words   []string // folded, each once
	telling []string // of words, those that say what happened
	tolls   []story.Signal
	speaks  string // who speaks where the sentence names nobody: the outlet
}

// read returns the sentences of reports, the oldest first, each once in its
// report.
func read(reports []story.Report) []*candidate {
	var all []*candidate
	for i := range reports {
		r := &reports[i]
		var marks []story.Evidence
		for _, m := range r.Matches {
			marks = append(marks, m.Evidence...)
		}
		first := len(all)
		for _, part := range []struct {
			field story.Field
			text  string
		}{{story.Summary, r.Item.Summary}, {story.Body, r.Item.Body}} {
			for _, span := range story.Sentences(part.text) {
				c := &candidate{
					Line:   Line{Sentence: story.Cut(part.text, span, part.field, marks), Item: r.Item.ID, Field: part.field, Span: span},
					report: i, pos: len(all) - first, speaks: r.Item.Outlet,
				}
				c.words = distinct(story.Words(c.Text))
				if len(c.words) == 0 || slices.ContainsFunc(all[first:], func(o *candidate) bool { return repeats(c, o) }) {
					continue
				}
				c.telling = telling(c.words)
				c.tolls = tollsIn(r.Signals, part.field, span)
				if all = append(all, c); c.pos == mostSentences {
					break
				}
			}
		}
	}
	return all
}

func distinct(words []string) []string {
	seen := make(map[string]bool, len(words))
	return slices.DeleteFunc(words, func(w string) bool {
		twice := seen[w]
		seen[w] = true
		return twice
	})
}

// limits is how much a brief may hold.
type limits struct {
	bytes, lines int
	about        bool // the last line may pass bytes by less than what it leaves free otherwise
}

// The parameters of the choice. They were found on two of the four labelled
// timelines and tried on the other two, each pair in turn; the figures change
// little around them.
const (
	wordHalf   = 16.0 // reports after which a word that is not said again counts half
	lineHalf   = 2.0  // reports after which a sentence counts half, in a brief of usualBytes
	oldest     = 0.1  // of its worth is left to a sentence, however old
	opener     = 0.5  // and to one of the first report
	openerMore = 3.0  // times as much as another is one of the first report worth
	usualBytes = 600.0
	common     = 1.5  // how much more than its share a word counts that many reports say
	longer     = 0.6  // 1: a sentence of twice the words must say twice as much; 0: it need not
	again      = 0.3  // of a word's worth is left once the brief holds it
	later      = 0.15 // less a sentence is worth for each that stands before it in its report
	marked     = 0.4  // more for each marked word, up to three
	counted    = 0.1  // more with a number
	spoken     = 0.1  // more with a speaker
)

// choose takes from all, one by one, the sentence that says most of what the
// reports say and the brief does not say yet: words that many reports have in
// common and that were said lately weigh most. What known holds is taken as
// said. If no sentence is short enough, the best is cut.
func choose(all []*candidate, limit limits, known []*candidate) (chosen []*candidate) {
	left := weights(all)
	for _, k := range known {
		for _, w := range k.words {
			left[w] *= again
		}
	}
	prior := make(map[*candidate]float64, len(all))
	for _, c := range all {
		prior[c] = worth(c, newest(all), limit.bytes)
	}
	free := limit.bytes
	for free > 0 && len(chosen) < limit.lines {
		best := strongest(all, left, prior, func(c *candidate) bool {
			return fits(c, free, limit.about && len(chosen) > 0) &&
				!slices.ContainsFunc(chosen, func(o *candidate) bool { return c == o || c.adds(o) == nothing || o.adds(c) == nothing })
		})
		if best == nil {
			break
		}
		chosen = append(chosen, best)
		free -= len(best.Text)
		for _, w := range best.words {
			left[w] *= again
		}
	}
	if best := strongest(all, left, prior, func(*candidate) bool { return true }); best != nil && len(chosen) == 0 {
		short := *best
		short.Sentence = story.Shorten(best.Sentence, limit.bytes)
		if len(short.Text) <= max(limit.bytes, len("…")) {
			return []*candidate{&short}
		}
	}
	return chosen
}

// fits reports whether c has room in free bytes; if about, also if it passes
// them by less than it would leave free by its absence.
func fits(c *candidate, free int, about bool) bool {
	return len(c.Text) <= free || about && len(c.Text)-free <= free
}

// strongest returns the one of all that says most and that may be taken, or
// nil.
func strongest(all []*candidate, left map[string]float64, prior map[*candidate]float64, may func(*candidate) bool) (best *candidate) {
	most := 0.0
	for _, c := range all {
		says := 0.0
		for _, w := range c.words {
			says += left[w]
		}
		if says *= prior[c]; says > most && may(c) {
			best, most = c, says
		}
	}
	return best
}

// weights returns what each word of all is worth.
func weights(all []*candidate) map[string]float64 {
	last := newest(all)
	weight, said := make(map[string]float64), make(map[string]int)
	for _, c := range all {
		for _, w := range c.words {
			if said[w] == c.report+1 {
				continue
			}
			said[w] = c.report + 1
			weight[w] += math.Exp2(-float64(last-c.report) / wordHalf)
		}
	}
	for w := range weight {
		weight[w] = math.Pow(weight[w], common)
	}
	return weight
}

func newest(all []*candidate) int {
	if len(all) == 0 {
		return 0
	}
	return all[len(all)-1].report
}

// worth says how much a sentence is worth apart from its words: reports say
// first what matters, a matched word is what the room asked for, and a number
// or a speaker is what an analyst looks for next. A long brief reaches further
// back than a short one.
func worth(c *candidate, last, length int) float64 {
	half := lineHalf * math.Sqrt(float64(length)/usualBytes)
	w := oldest + (1-oldest)*math.Exp2(-float64(last-c.report)/half)
	if c.report == 0 && last > 0 {
		w = max(openerMore*w, opener)
	}
	w /= math.Pow(float64(len(c.Text)), longer)
	w /= 1 + later*float64(c.pos)
	w *= 1 + marked*float64(min(len(c.Marks), 3))
	if strings.ContainsFunc(c.Text, unicode.IsDigit) {
		w *= 1 + counted
	}
	for _, verb := range []string{" said", " according to ", " told ", " warned", " announced"} {
		if strings.Contains(c.Text, verb) {
			return w * (1 + spoken)
		}
	}
	return w
}
