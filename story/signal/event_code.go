package signal

import (
	"slices"

	"vedette/story"
)

// A Coder codes what one actor does to another by the classes of Root. It
// holds the words of the lexicon and changes nothing in itself: many may code
// with one.
type Coder struct {
	patterns *patterns
}

// NewCoder returns a Coder that knows the lexicon's words. Its error names
// the line that it could not read.
func NewCoder() (*Coder, error) {
	ps, err := newPatterns("en")
	if err != nil {
		return nil, err
	}
	if err := ps.read("lexicon/en/classes.txt"); err != nil {
		return nil, err
	}
	return &Coder{patterns: ps}, nil
}

// An Event is what a sentence says that a source does to a target. The zero
// Event says nothing.
type Event struct {
	Root  Root
	Words story.Span // of the sentence: those that weighed most
}

// Code returns the event that the English sentence text tells of. The spans
// of the source and the target say whose deed is asked for; both may be
// empty, and then it is the sentence's own.
//
// Each pattern that the sentence fits speaks for its class. The verb between
// source and target weighs most, then other words by where they stand; of
// what speaks for one class the strongest counts, and the others a little.
// What is negated speaks for a refusal, deeds yet to come for a promise or a
// threat.
func (c *Coder) Code(text string, source, target story.Span) (best Event) {
	r := c.patterns.reading(text, tokens(text), false)
	r.source, r.target = r.within(source), r.within(target)
	deeds := c.deeds(r)
	high := 0.0
	for i := range deeds {
		sum, top := 0.0, 0
		for j := range deeds {
			if deeds[j].root != deeds[i].root {
				continue
			}
			sum += deeds[j].weight()
			if top == 0 && j != 0 || deeds[j].weight() > deeds[top].weight() {
				top = j
			}
		}
		if score := deeds[i].weight() + rest*(sum-deeds[i].weight()); score > high {
			high = score
			best = Event{deeds[i].root, story.Span{Start: r.words[deeds[i].start].start, End: r.words[deeds[i].end-1].end}}
		}
	}
	return best
}

// rest is what the other deeds of a class count beside its strongest.
const rest = 0.17

// A place of a deed is where its words stand to the actors.
type stand int

const (
	governing stand = iota // the first after the source and before the target
	following              // later, still before the target
	passive                // target before it, "by" and the source after it
	reversed               // target before it, source after it
	together               // the first after "source and target"
	beyond                 // after both
	ahead                  // before both
	ofTarget               // in the target
	ofSource               // in the source
)

// weights of the places. They were set by hand; a logistic model fitted on
// the same half of the data that the lexicon was mended with did no better on
// the other half.
func (s stand) weight() float64 {
	return [...]float64{governing: 3, following: 1.4, passive: 3, reversed: 1.6, together: 2.4, beyond: 1, ahead: .9, ofTarget: .8, ofSource: .4}[s]
}

// A deed is a pattern that a sentence fits, and how it stands there.
type deed struct {
	hit
	root       Root
	stand      stand
	background bool // in a clause that only says why or when
}

// weight is what a deed counts: by its place, less in the background and if
// its word is weak, more the more words its pattern has.
func (d *deed) weight() float64 {
	w := d.stand.weight()
	if d.weak {
		w *= .3
	}
	if d.background {
		w *= .6
	}
	return w * (1 + .15*float64(d.size()-1))
}

// deeds returns the deeds of r.
func (c *Coder) deeds(r *reading) (deeds []deed) {
	first := true
	for _, h := range c.patterns.hits(r, false) {
		d := deed{hit: h, root: Root(h.means)}
		d.stand = c.patterns.stand(r, h, first)
		if d.stand == governing || d.stand == together || d.stand == passive || d.stand == reversed {
			first = first && h.weak
		}
		if d.stand == following || d.stand == beyond {
			d.background = c.patterns.anyIs(r, r.source.end, h.start, "background")
		}
		if !h.weak {
			d.turn(c.patterns.near(r, h.start, 4, "not"), c.patterns.near(r, h.start, 3, "will"))
		}
		deeds = append(deeds, d)
	}
	return deeds
}

// stand returns how h stands to the actors of r; first says that no other
// governs yet.
func (ps *patterns) stand(r *reading, h hit, first bool) stand {
	s, t := r.source, r.target
	switch {
	case t.holds(h.start):
		return ofTarget
	case s.holds(h.start):
		return ofSource
	case h.start >= s.end && (h.start < t.start || t.empty()):
		if first {
			return governing
		}
		return following
	case h.start >= t.end && h.start < s.start:
		if ps.anyIs(r, h.end-1, s.start+1, "by") {
			return passive
		}
		return reversed
	case h.start < s.end || h.start < t.end:
		return ahead
	case first && !s.empty() && !t.empty() && max(s.start, t.start)-min(s.end, t.end) <= 3:
		return together
	}
	return beyond
}

// turn makes a deed what it is if it is not done, or not yet.
func (d *deed) turn(not, will bool) {
	switch q := d.root.Quad(); {
	case not && (q == MaterialCooperation || q == VerbalCooperation):
		d.root = Reject
	case will && q == MaterialCooperation:
		d.root = Agree
	case will && q == MaterialConflict:
		d.root = Threaten
	}
}

// near reports whether one of the words of heading stands among the last
// reach words before at, with no mark between.
func (ps *patterns) near(r *reading, at, reach int, heading string) bool {
	for i := at - 1; i >= max(0, at-reach) && !r.words[i].mark; i-- {
		if ps.is(r, i, heading) {
			return true
		}
	}
	return false
}

// anyIs reports whether a word of heading is among those from from to before to.
func (ps *patterns) anyIs(r *reading, from, to int, heading string) bool {
	for i := max(from, 0); i < min(to, len(r.words)); i++ {
		if ps.is(r, i, heading) {
			return true
		}
	}
	return false
}

// is reports whether word at of r is one of the words of heading.
func (ps *patterns) is(r *reading, at int, heading string) bool {
	if at < 0 || at >= len(r.words) {
		return false
	}
	for _, e := range ps.sets[heading] {
		if slices.Contains(r.words[at].elements, e) {
			return true
		}
	}
	return false
}
