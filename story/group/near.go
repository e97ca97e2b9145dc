package group

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"vedette/story"
)

// A neighbour is a report that is like another.
type neighbour struct {
	at       uint32
	likeness float64
}

// near returns the reports that are most like e in the light of those around
// it, the nearest first.
func (g *Grouper) near(e *report) []neighbour {
	found := g.nearest(e)
	if e.looked > 0 {
		return found
	}
	g.lookRound(e, found)
	for i := range found {
		found[i].likeness = g.likeness(e, &g.reports[found[i].at])
	}
	slices.SortFunc(found, closest)
	return found
}

// nearest returns the reports that are most like e, the nearest first. Words
// lead to them, each to the newest that have it.
func (g *Grouper) nearest(e *report) []neighbour {
	for _, w := range e.vector {
		if int(w.term) >= len(g.terms) {
			continue // no open report has it
		}
		posts := g.terms[w.term].posts
		for _, p := range posts[max(0, len(posts)-g.params.Reach):] {
			if g.dots[p.report] == 0 {
				g.touched = append(g.touched, p.report)
			}
			g.dots[p.report] += w.w * p.w
		}
	}
	var found []neighbour
	for _, n := range g.roughest(e.reading.script) {
		if r := &g.reports[n.at]; !r.gone && r.item != e.item && apart(e, r) <= g.params.Window {
			found = append(found, n)
		}
	}
	slices.SortFunc(found, closest)
	found = found[:min(len(found), g.params.Near)]
	for i := range found {
		found[i].likeness = g.likeness(e, &g.reports[found[i].at])
	}
	slices.SortFunc(found, closest)
	return found
}

func closest(a, b neighbour) int {
	return cmp.Or(cmp.Compare(b.likeness, a.likeness), cmp.Compare(a.at, b.at))
}

// lookRound weighs the words of e again among the nearest reports: what all
// of them have is what they are about, and does not tell two events of one
// kind or of one person apart. A short report says nothing else, and keeps its
// weights.
func (g *Grouper) lookRound(e *report, nearest []neighbour) {
	have := make([]int, len(e.vector))
	around := 0
	for _, n := range nearest[:min(len(nearest), g.params.Around)] {
		if n.likeness >= g.params.Alike {
			around++
			inBoth(e.vector, g.reports[n.at].vector, func(i, _ int) { have[i]++ })
		}
	}
	length := 0.0
	for i := range e.vector {
		w := &e.vector[i]
		w.says = 1
		if len(e.vector) > g.params.Long {
			w.says = float32(max(g.params.Common, 1-float64(have[i])/(float64(around)+g.params.Lone)))
		}
		length += float64(w.w*w.says) * float64(w.w*w.says)
	}
	e.looked = math.Sqrt(length)
}

// roughest returns, of the reports that were touched, some of the likest by
// the words that led to them, and leaves the scratch as it was. It keeps them
// in a heap, the least like on top, since thousands may be touched.
func (g *Grouper) roughest(mine script) []neighbour {
	most := spare * g.params.Near
	heap := make([]neighbour, 0, most)
	for _, at := range g.touched {
		rough := float64(g.dots[at])
		g.dots[at] = 0
		if g.scripts[at] != mine {
			rough *= crossed
		}
		switch n := (neighbour{at, rough}); {
		case len(heap) < most:
			heap = append(heap, n)
			if len(heap) == most {
				for i := most/2 - 1; i >= 0; i-- {
					sink(heap, i)
				}
			}
		case rough > heap[0].likeness:
			heap[0] = n
			sink(heap, 0)
		}
	}
	g.touched = g.touched[:0]
	return heap
}

// spare is how many times more reports are kept by rough likeness than are
// compared in full: some prove to be too old.
const spare = 4

// sink restores the heap below i.
func sink(heap []neighbour, i int) {
	for {
		least := i
		for child := 2*i + 1; child <= 2*i+2 && child < len(heap); child++ {
			if heap[child].likeness < heap[least].likeness {
				least = child
			}
		}
		if least == i {
			return
		}
		heap[i], heap[least] = heap[least], heap[i]
		i = least
	}
}

// crossed makes up for what two scripts cannot share, so that reports in
// another one are among those that are looked at.
const crossed = 3

// A tale is a story that a report may belong to.
type tale struct {
	story    story.ID
	likeness float64 // to its reports, by their mean and the likest
	nearest  uint32
}

// mostTales is how many stories are looked at in full.
const mostTales = 8

// tales returns the stories of the near reports, the likeliest first.
func (g *Grouper) tales(e *report, near []neighbour) []tale {
	var found []tale
	for _, n := range near {
		s := g.reports[n.at].story
		if n.likeness <= 0 || len(found) == mostTales || slices.ContainsFunc(found, func(t tale) bool { return t.story == s }) {
			continue
		}
		all, best := mean{}, 0.0
		for _, at := range g.members(s) {
			if r := &g.reports[at]; r.item != e.item && apart(e, r) <= g.params.Window {
				c := g.likeness(e, r)
				all.add(c)
				best = max(best, c)
			}
		}
		found = append(found, tale{s, (1-g.params.Best)*all.value() + g.params.Best*best, n.at})
	}
	slices.SortFunc(found, func(a, b tale) int {
		return cmp.Or(cmp.Compare(b.likeness, a.likeness), cmp.Compare(a.story, b.story))
	})
	return found
}

// A mean is of what was added to it.
type mean struct {
	sum   float64
	count int
}

func (m *mean) add(v float64) {
	m.sum += v
	m.count++
}

func (m *mean) value() float64 { return m.sum / float64(max(m.count, 1)) }

// members returns the newest reports of s in their own words.
func (g *Grouper) members(s story.ID) []uint32 {
	var own []uint32
	for _, at := range slices.Backward(g.stories[s]) {
		if !g.reports[at].copied {
			own = append(own, at)
		}
		if len(own) == g.params.Members {
			break
		}
	}
	return own
}

// likeness returns how like two reports are, 0 to 1.
func (g *Grouper) likeness(a, b *report) float64 {
	both := inCommon(a, b)
	c := both.seen
	if a.reading.script != b.reading.script {
		c = carriedOver(a, b, both)
	}
	if c == 0 || !sameDays(a, b, g.params.Window) {
		return 0
	}
	c = min(1, c*(1+g.params.Short*shortWords/float64(min(len(a.vector), len(b.vector)))))
	if a.reading.script == b.reading.script {
		c *= min(1, both.heaviest/g.params.Name) // as a name would be that no other story tells
	}
	if len(a.reading.where) > 0 && len(b.reading.where) > 0 {
		switch {
		case !meet(a.reading.where, b.reading.where):
			c *= g.params.Elsewhere
		case !g.shareTwo(a, b):
			c *= g.params.Town
		}
	}
	if g.params.Half > 0 {
		c *= math.Exp2(-float64(apart(a, b)) / float64(g.params.Half))
	}
	return c
}

// shortWords is the number of telling words for which likeness grows by the
// whole of Params.Short.
const shortWords = 4

// carriedOver returns the likeness of two reports in two scripts: how much of
// the names and numbers of the one that shows what is a name the other has.
// One name in common is not enough.
func carriedOver(a, b *report, both shares) float64 {
	if both.terms < 2 {
		return 0
	}
	cased := min(a.carried, b.carried)
	switch {
	case a.reading.script == arabic:
		cased = b.carried
	case b.reading.script == arabic:
		cased = a.carried
	}
	if cased == 0 {
		return 0
	}
	return min(1, both.plain/(cased*cased)) / 2
}

// Likeness returns how like two items are by what the open reports have shown
// of their words, 0 to 1: the measure that Place judges a story by.
func (g *Grouper) Likeness(a, b *story.Item) float64 {
	x, y := g.entry(a, false), g.entry(b, false)
	g.align(&x, &y)
	return g.likeness(&x, &y)
}

// align gives the terms that no open report has the same ids in two readings.
func (g *Grouper) align(x, y *report) {
	strange := make(map[string]uint32)
	for _, e := range []*report{x, y} {
		e.vector = e.vector[:0:0]
		total := 0.0
		for i := range e.reading.terms {
			t := &e.reading.terms[i]
			id, known := g.ids[t.term]
			if !known {
				if _, met := strange[t.term]; !met {
					strange[t.term] = uint32(len(g.terms) + len(strange)) //nolint:gosec // memory ends long before 2^32 words
				}
				id = strange[t.term]
			}
			w := g.weightOf(t)
			total += w * w
			e.vector = append(e.vector, weight{term: id, w: float32(w)})
		}
		for i := range e.vector {
			e.vector[i].w /= float32(math.Sqrt(total))
		}
		e.length = math.Sqrt(total) / g.rarityOf(0)
		slices.SortFunc(e.vector, func(a, b weight) int { return cmp.Compare(a.term, b.term) })
	}
}

func apart(a, b *report) time.Duration { return a.at.Sub(b.at).Abs() }

// sameDays reports whether the days that the titles name allow a and b to be
// of one event. A report that names none is of the days up to its own.
func sameDays(a, b *report, window time.Duration) bool {
	switch x, y := a.reading.days, b.reading.days; {
	case len(x) == 0 && len(y) == 0:
		return true
	case len(x) == 0:
		return slices.ContainsFunc(y, func(d time.Time) bool { late := a.at.Sub(d); return late >= 0 && late <= window+24*time.Hour })
	case len(y) == 0:
		return sameDays(b, a, window)
	default:
		return slices.ContainsFunc(x, func(d time.Time) bool { return slices.Contains(y, d) })
	}
}

// shares is what two reports have in common.
type shares struct {
	terms    int
	plain    float64 // cosine of the weights
	seen     float64 // cosine of what the words say among the reports around each, the mean of both views
	heaviest float64 // the shared word that says most, where the rarest word has 1
}

func inCommon(a, b *report) (s shares) {
	var fromA, fromB float64
	restA, restB := 1.0, 1.0 // squared lengths as the other sees them
	inBoth(a.vector, b.vector, func(i, j int) {
		x, y := a.vector[i], b.vector[j]
		product := float64(x.w * y.w)
		s.terms++
		s.plain += product
		s.heaviest = max(s.heaviest, min(float64(x.w)*a.length, float64(y.w)*b.length))
		byA, byB := float64(x.says*x.says), float64(y.says*y.says)
		fromA += byA * product
		fromB += byB * product
		restB -= (1 - byA) * float64(y.w*y.w)
		restA -= (1 - byB) * float64(x.w*x.w)
	})
	if s.terms == 0 {
		return s
	}
	switch {
	case a.looked == 0 && b.looked == 0:
		s.seen = s.plain
	case a.looked == 0:
		s.seen = cosine(fromB, b.looked, restA)
	case b.looked == 0:
		s.seen = cosine(fromA, a.looked, restB)
	default:
		s.seen = (cosine(fromA, a.looked, restB) + cosine(fromB, b.looked, restA)) / 2
	}
	return s
}

// cosine returns a product over two lengths, the second one squared and, by
// rounding, perhaps not positive.
func cosine(product, length, squared float64) float64 {
	return product / (length * math.Sqrt(max(squared, 1e-9)))
}

// inBoth calls f with the places of each term that two vectors share.
func inBoth(a, b []weight, f func(i, j int)) {
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i].term < b[j].term:
			i++
		case a[i].term > b[j].term:
			j++
		default:
			f(i, j)
			i++
			j++
		}
	}
}

// meet reports whether two sorted lists have an element in common.
func meet[E cmp.Ordered](a, b []E) bool {
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch cmp.Compare(a[i], b[j]) {
		case -1:
			i++
		case 1:
			j++
		default:
			return true
		}
	}
	return false
}

// shared names the words that make two reports alike, the most telling first.
func (g *Grouper) shared(a, b *report) string {
	type telling struct {
		spoken string
		w      float32
	}
	var both []telling
	inBoth(a.vector, b.vector, func(i, j int) {
		both = append(both, telling{g.terms[a.vector[i].term].spoken, a.vector[i].w * b.vector[j].w})
	})
	slices.SortStableFunc(both, func(a, b telling) int { return cmp.Compare(b.w, a.w) })
	var words []string
	for _, t := range both {
		if len(words) < 3 && !slices.ContainsFunc(words, func(w string) bool { return strings.EqualFold(w, t.spoken) }) {
			words = append(words, t.spoken)
		}
	}
	return strings.Join(words, ", ")
}

// shareTwo reports whether a and b share two words: a word and its sound are
// one.
func (g *Grouper) shareTwo(a, b *report) bool {
	n := 0
	inBoth(a.vector, b.vector, func(i, _ int) {
		if t := a.vector[i].term; int(t) >= len(g.terms) || !strings.HasPrefix(g.terms[t].text, heard) {
			n++
		}
	})
	return n >= 2
}
