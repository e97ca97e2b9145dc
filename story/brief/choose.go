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
	pairs   []string // of neighbouring words, each once
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
				words := story.Words(c.Text)
				c.pairs = distinct(pairs(words))
				c.words = distinct(words)
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

// pairs returns each word with the one after it.
func pairs(words []string) []string {
	all := make([]string, max(0, len(words)-1))
	for i := range all {
		all[i] = words[i] + " " + words[i+1]
	}
	return all
}

// limits is how much a brief may hold. One of a whole story may pass the bytes
// by less than its last line would leave free otherwise, and takes from further
// down in a report as well: only of news is the first sentence the gist.
type limits struct {
	bytes, lines int
	whole        bool // all of a story is told
}

// The parameters of the choice. They were found on two of the four labelled
// timelines and tried on the other two, each pair in turn; the figures change
// little around them.
const (
	wordHalf   = 16.0 // reports after which a word that is not said again counts half
	lineHalf   = 2.0  // reports after which a sentence counts half, in a brief of usualBytes
	oldest     = 0.1  // of its worth is left to a sentence, however old
	opener     = 0.6  // and to one of the first report
	openerMore = 3.0  // times as much as another is one of the first report worth
	usualBytes = 600.0
	common     = 1.5  // how much more than its share a word counts that many reports say
	paired     = 3.0  // times as much as a word is a pair of neighbours worth
	pairCommon = 2.0  // and how much more than its share one that many reports say
	longer     = 0.6  // 1: a sentence of twice the words must say twice as much; 0: it need not
	again      = 0.3  // of a word's worth is left once the brief holds it
	later      = 0.15 // less a sentence is worth for each that stands before it in its report, unless all is told
	marked     = 0.4  // more for each marked word, up to three
	counted    = 0.1  // more with a number
	spoken     = 0.1  // more with a speaker
)

// choose takes from all, one by one, the sentence that says most of what the
// reports say and the brief does not say yet: words, and still more pairs of
// words, that many reports have in common and that were said lately weigh most.
// What known holds is taken as said. If no sentence is short enough, the best
// is cut.
func choose(all []*candidate, limit limits, known []*candidate) (chosen []*candidate) {
	left := weigh(all)
	for _, k := range known {
		left.tell(k)
	}
	prior := make(map[*candidate]float64, len(all))
	for _, c := range all {
		prior[c] = worth(c, newest(all), limit)
	}
	free := limit.bytes
	for free > 0 && len(chosen) < limit.lines {
		best := strongest(all, left, prior, func(c *candidate) bool {
			return fits(c, free, limit.whole && len(chosen) > 0) &&
				!slices.ContainsFunc(chosen, func(o *candidate) bool { return c == o || c.adds(o) == nothing || o.adds(c) == nothing })
		})
		if best == nil {
			break
		}
		chosen = append(chosen, best)
		free -= len(best.Text)
		left.tell(best)
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

// fits reports whether c has room in free bytes; if it may pass them, also if
// it does by less than it would leave free by its absence.
func fits(c *candidate, free int, pass bool) bool {
	return len(c.Text) <= free || pass && len(c.Text)-free <= free
}

// strongest returns the one of all that says most and that may be taken, or
// nil.
func strongest(all []*candidate, left worths, prior map[*candidate]float64, may func(*candidate) bool) (best *candidate) {
	most := 0.0
	for _, c := range all {
		if says := left.of(c) * prior[c]; says > most && may(c) {
			best, most = c, says
		}
	}
	return best
}

// worths is what each word and pair is worth that the brief does not say yet.
type worths struct{ words, pairs map[string]float64 }

// weigh returns what all that the sentences say is worth.
func weigh(all []*candidate) worths {
	return worths{
		words: shared(all, common, func(c *candidate) []string { return c.words }),
		pairs: shared(all, pairCommon, func(c *candidate) []string { return c.pairs }),
	}
}

// shared returns for each of what the sentences say how many reports say it,
// the latest counting most, to the power of more.
func shared(all []*candidate, more float64, says func(*candidate) []string) map[string]float64 {
	last := newest(all)
	weight, said := make(map[string]float64), make(map[string]int)
	for _, c := range all {
		for _, w := range says(c) {
			if said[w] == c.report+1 {
				continue
			}
			said[w] = c.report + 1
			weight[w] += math.Exp2(-float64(last-c.report) / wordHalf)
		}
	}
	for w := range weight {
		weight[w] = math.Pow(weight[w], more)
	}
	return weight
}

// of returns what c says of it.
func (left worths) of(c *candidate) float64 {
	sum := 0.0
	for _, p := range c.pairs {
		sum += left.pairs[p]
	}
	sum *= paired
	for _, w := range c.words {
		sum += left.words[w]
	}
	return sum
}

// tell takes what c says as said.
func (left worths) tell(c *candidate) {
	for _, w := range c.words {
		left.words[w] *= again
	}
	for _, p := range c.pairs {
		left.pairs[p] *= again
	}
}

// newest returns the number of the latest report that all hold sentences of.
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
func worth(c *candidate, last int, limit limits) float64 {
	half := lineHalf * math.Sqrt(float64(limit.bytes)/usualBytes)
	w := oldest + (1-oldest)*math.Exp2(-float64(last-c.report)/half)
	if c.report == 0 && last > 0 {
		w = max(openerMore*w, opener)
	}
	w /= math.Pow(float64(len(c.Text)), longer)
	if !limit.whole {
		w /= 1 + later*float64(c.pos)
	}
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
