package signal

import (
	"slices"
	"strings"

	"vedette/story"
)

// A Coder codes what one actor does to another by the classes of Root. It
// holds the words of the lexicon and changes nothing in itself.
type Coder struct {
	patterns *patterns
}

// NewCoder returns a Coder that knows the lexicon's words.
func NewCoder() (*Coder, error) {
	ps, err := newPatterns("lexicon/en/classes.txt", "lexicon/en/forms.txt")
	if err != nil {
		return nil, err
	}
	return &Coder{patterns: ps}, nil
}

// An Event is what a sentence says that a source does to a target.
type Event struct {
	Root  Root
	Words story.Span // of the sentence: those that say so
}

// Code returns the event that the sentence text tells of. The spans of the
// source and the target, if they are known, say whose deed is asked for; both
// may be empty.
func (c *Coder) Code(text string, source, target story.Span) Event {
	r := newReading(text, tokens(text))
	best := Event{}
	scores := map[Root]float64{}
	top := map[Root]float64{}
	for _, d := range c.deeds(r, source, target) {
		scores[d.root] += d.weight()
		if d.weight() > top[d.root] {
			top[d.root] = d.weight()
		}
	}
	high := 0.0
	for _, root := range roots {
		if s := top[root] + .2*scores[root]; s > high {
			high = s
			best.Root = root
		}
	}
	return best
}

var roots = []Root{Accuse, Yield, Reject, Agree, Assault, Coerce, Support, Aid, Consult, Request, Threaten, Sanction, Protest, Mobilize, Cooperate}

type zone int

const (
	governs  zone = iota // the first after the source, before the target
	follows              // a later one before the target
	passive              // "the target was X by the source"
	reversed             // target before source, otherwise
	together             // after "source and target"
	after                // after both
	before               // before both
	inTarget
	inSource
)

type deed struct {
	hit
	root    Root
	zone    zone
	negated bool
	future  bool
	behind  bool // in a clause that tells the background
}

func (d deed) weight() float64 {
	w := []float64{3, 1.4, 3, 1.6, 2.4, 1, .9, .8, .4}[d.zone]
	if d.weak {
		w *= .3
	}
	if d.behind {
		w *= .6
	}
	return w * (1 + .15*float64(d.size()-1))
}

func (c *Coder) deeds(r *reading, source, target story.Span) (deeds []deed) {
	s0, s1 := r.within(source)
	t0, t1 := r.within(target)
	if target.End > 0 {
		r.target = [2]int{t0, t1}
	}
	first := true
	for _, h := range c.patterns.hits(r) {
		d := deed{hit: h, root: Root(h.means)}
		switch {
		case t1 > t0 && h.start >= t0 && h.start < t1:
			d.zone = inTarget
		case s1 > s0 && h.start >= s0 && h.start < s1:
			d.zone = inSource
		case h.start >= s1 && (h.start < t0 || t1 == t0):
			d.zone = follows
			if first {
				d.zone = governs
			}
			first = first && h.weak
		case h.start >= t1 && h.start < s0:
			d.zone = reversed
			if r.has(h.end-1, s0+1, "by", "from") {
				d.zone = passive
			}
			first = first && h.weak
		case h.start >= s1 && h.start >= t1:
			d.zone = after
			if gap := max(s0, t0) - min(s1, t1); gap <= 3 && first && s1 > s0 && t1 > t0 {
				d.zone, first = together, h.weak
			}
		default:
			d.zone = before
		}
		if d.zone == follows || d.zone == after {
			d.behind = r.has(s1, h.start, "after", "amid", "following", "who", "which", "that", "because", "when", "while", "where", "since", "over", "for", "as")
		}
		d.negated = r.negated(h.start)
		d.future = r.future(h.start)
		d.turn()
		deeds = append(deeds, d)
	}
	return deeds
}

// turn
func (d *deed) turn() {
	q := d.root.Quad()
	switch {
	case d.weak:
	case d.negated && (q == MaterialCooperation || q == VerbalCooperation):
		d.root = Reject
	case d.future && q == MaterialCooperation:
		d.root = Agree
	case d.future && q == MaterialConflict:
		d.root = Threaten
	}
}

// within returns the words of r that span holds.
func (r *reading) within(span story.Span) (start, end int) {
	for i, w := range r.words {
		if w.end <= span.Start {
			start = i + 1
		}
		if w.start < span.End {
			end = i + 1
		}
	}
	return start, max(start, end)
}

func (r *reading) has(from, to int, words ...string) bool {
	for i := max(from, 0); i < min(to, len(r.words)); i++ {
		if slices.Contains(words, r.words[i].low) {
			return true
		}
	}
	return false
}

func (r *reading) negated(at int) bool {
	for i := at - 1; i >= max(0, at-4); i-- {
		w := r.words[i].low
		if r.words[i].mark {
			return false
		}
		if slices.Contains([]string{"not", "never", "no", "nor", "neither", "without", "cannot"}, w) || strings.HasSuffix(w, "n't") || strings.HasSuffix(w, "n’t") {
			return true
		}
	}
	return false
}

func (r *reading) future(at int) bool {
	for i := at - 1; i >= max(0, at-3); i-- {
		if r.words[i].mark {
			return false
		}
		if slices.Contains([]string{"will", "would", "shall", "might", "could", "may", "plans", "intends", "intend", "'ll"}, r.words[i].low) {
			return true
		}
	}
	return false
}
