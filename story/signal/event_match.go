package signal

import (
	"cmp"
	"slices"
	"strings"

	"vedette/story"
)

// A reading is a sentence as patterns see it: its words, with the parts of a
// word that hyphens join as one word, its marks, and neither quotation marks nor
// signs of money.
type reading struct {
	words []word
	buf   []element // holds the words' elements

	source, target stretch // that hold the actors; empty where unknown
}

// A word is a word or mark of a reading.
type word struct {
	low        string // in small letters
	start, end int    // bytes of the sentence
	capital    bool   // begins with one
	mark       bool   // is no word
	elements   []element
}

// A stretch is some words of a reading that follow each other.
type stretch struct {
	start, end int
}

func (s stretch) empty() bool      { return s.start >= s.end }
func (s stretch) holds(i int) bool { return s.start <= i && i < s.end }

// within returns the words of r that lie in span, a span of the sentence.
func (r *reading) within(span story.Span) (s stretch) {
	if span.Start >= span.End {
		return s
	}
	for i, w := range r.words {
		if w.end <= span.Start {
			s.start = i + 1
		}
		if w.start < span.End {
			s.end = i + 1
		}
	}
	return s
}

// A hit is a pattern that a sentence fits.
type hit struct {
	*pattern
	start, end int // words of the reading
}

// reading reads the tokens of text. With apart, what hyphens join is several
// words, and the hyphens are left out.
func (ps *patterns) reading(text string, ts []token, apart bool) *reading {
	r := &reading{words: make([]word, 0, len(ts))}
	for i := 0; i < len(ts); i++ {
		t := ts[i]
		if strings.Contains("\"'“”‘’«»„$€£", t.text) || apart && hyphen(t) {
			continue
		}
		w := word{low: t.low, start: t.start, end: t.end, capital: t.low != t.text, mark: !t.word()}
		for !apart && !w.mark && i+2 < len(ts) && hyphen(ts[i+1]) && ts[i+1].start == ts[i].end && ts[i+2].start == ts[i+1].end && ts[i+2].word() {
			i += 2
			w.end = ts[i].end
			whole := text[w.start:w.end]
			w.low = strings.ToLower(whole)
			w.capital = w.low != whole
		}
		r.words = append(r.words, w)
	}
	ps.fitAll(r)
	return r
}

func hyphen(t token) bool { return t.text == "-" || t.text == "‑" }

// hits returns the patterns that r fits, in order: those that claim
// something, or those that turn what is claimed. Of claims that begin at one
// word the one of most elements stands; one that begins within another that
// is as long is left out.
func (ps *patterns) hits(r *reading, turn bool) []hit {
	var hits []hit
	for i := range r.words {
		for _, id := range r.words[i].elements {
			for _, p := range ps.from[id] {
				if p.claim == turn {
					continue
				}
				if end, ok := r.fits(p.elements[1:], i+1); ok {
					hits = append(hits, hit{p, i, end})
				}
			}
		}
	}
	if turn {
		return hits
	}
	return longest(hits)
}

// fitAll notes the elements that each word of r fits.
func (ps *patterns) fitAll(r *reading) {
	for i := range r.words {
		w := &r.words[i]
		switch {
		case w.mark:
		case len(ps.stemAt) == 0 && len(ps.prefixes) == 0:
			w.elements = ps.words[w.low]
			if w.capital && i > 0 && ps.is(r, i, "proper") {
				w.elements = nil
			}
		default:
			from := len(r.buf)
			ps.fitWord(r, w.low)
			for _, prefix := range ps.prefixes {
				if bare, ok := strings.CutPrefix(w.low, prefix); ok {
					ps.fitWord(r, bare)
				}
			}
			w.elements = r.buf[from:len(r.buf):len(r.buf)]
		}
	}
}

// fitWord adds the elements that low fits to the buffer of r.
func (ps *patterns) fitWord(r *reading, low string) {
	r.buf = append(r.buf, ps.words[low]...)
	for _, n := range ps.stemAt {
		if n > len(low) {
			break
		}
		r.buf = append(r.buf, ps.stems[low[:n]]...)
	}
}

// fits reports whether the words from at on fit elements, and where they end.
func (r *reading) fits(elements []element, at int) (end int, ok bool) {
	if len(elements) == 0 {
		return at, true
	}
	if elements[0] == theTarget {
		if !r.target.empty() && at <= r.target.start && at+2 >= r.target.start {
			return r.fits(elements[1:], r.target.end)
		}
		return 0, false
	}
	if elements[0] != gap {
		if at < len(r.words) && slices.Contains(r.words[at].elements, elements[0]) {
			return r.fits(elements[1:], at+1)
		}
		return 0, false
	}
	for skipped := 0; skipped <= wide && at+skipped < len(r.words); skipped++ {
		if end, ok := r.fits(elements[1:], at+skipped); ok {
			return end, true
		}
		if r.words[at+skipped].mark {
			break
		}
	}
	return 0, false
}

// longest returns hits without those that begin within a longer one.
func longest(hits []hit) []hit {
	slices.SortFunc(hits, func(a, b hit) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(b.size(), a.size()), cmp.Compare(a.rank(), b.rank()), cmp.Compare(a.order, b.order))
	})
	kept := hits[:0]
	for _, h := range hits {
		if n := len(kept); n > 0 && h.start < kept[n-1].end && (h.start == kept[n-1].start || h.size() <= kept[n-1].size()) {
			continue
		}
		kept = append(kept, h)
	}
	return kept
}

// size is how much a hit says: its words without the gaps.
func (h hit) size() (n int) {
	for _, e := range h.elements {
		if e != gap {
			n++
		}
	}
	return n
}

// rank puts weak hits last.
func (h hit) rank() int {
	if h.weak {
		return 1
	}
	return 0
}
