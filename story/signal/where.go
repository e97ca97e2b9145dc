package signal

import (
	"cmp"
	"strings"
	"unicode"
	"unicode/utf8"

	"vedette/story"
)

// A spot is a place that a sentence names.
type spot struct {
	at   int // byte of the sentence
	name string
}

// placed says of each signal of the sentence, in reading order, where it was:
// the place that is named after it, before a mark or an "and" begins the next
// claim, or else before it there. A claim with none of its own was where the
// one before it was, or else the one after it: "shelled Velna city and killed
// four in Korin" is two places, "shelled and stormed Velna city" one.
func (l *line) placed(signals []story.Signal) {
	spots := l.spots()
	for i, from := 0, 0; i < len(signals) && len(spots) > 0; {
		end, until := i+1, len(l.s.text)
		for end < len(signals) {
			if at, ok := l.parted(&signals[end-1], &signals[end]); ok {
				until = at
				break
			}
			end++
		}
		for ; i < end; i++ {
			if signals[i].Place = nearest(spots, from, l.start(&signals[i]), until); signals[i].Place == "" && i > 0 {
				signals[i].Place = signals[i-1].Place
			}
		}
		from = until
	}
	for i := len(signals) - 2; i >= 0; i-- {
		signals[i].Place = cmp.Or(signals[i].Place, signals[i+1].Place)
	}
}

// start returns the byte of the sentence at which the words of s begin.
func (l *line) start(s *story.Signal) int { return s.Words.Start - l.s.span.Start }

// parted returns the byte of the last mark or "and" between the words of two
// claims, and whether there is one.
func (l *line) parted(a, b *story.Signal) (at int, ok bool) {
	for i := range l.units {
		t := l.s.tokens[l.units[i].first]
		if between := t.start >= a.Words.End-l.s.span.Start && t.start < l.start(b); between && (l.is(i, conjunction) || l.mark(i, ",;:…")) {
			at, ok = t.start, true
		}
	}
	return at, ok
}

// nearest returns the first of spots between at and until, or else the last
// between from and at.
func nearest(spots []spot, from, at, until int) (name string) {
	for _, s := range spots {
		switch {
		case s.at >= until:
			return name
		case s.at >= at:
			return s.name
		case s.at >= from:
			name = s.name
		}
	}
	return name
}

// spots returns the places that the sentence names, in reading order.
func (l *line) spots() (all []spot) {
	if l.caps {
		return nil
	}
	for at := 0; at < len(l.units); at++ {
		first, end := l.spotAt(at)
		if end == first {
			continue
		}
		all = append(all, spot{l.s.tokens[l.units[first].first].start, strings.TrimRight(l.span(first, end), "-'’")})
		at = end - 1
	}
	return all
}

// longestWay is how many words may stand between a word of place and "of" with
// the name: "in the wide northern countryside of Velna".
const longestWay = 5

// spotAt returns the units of the name of a place that unit at leads to: "in
// Velna", "in the countryside of Velna", "Velna city".
func (l *line) spotAt(at int) (first, end int) {
	switch {
	case l.is(at, place):
		first, end = l.nameOf(at + 1)
		if l.is(end, area) && end > first {
			return first, end
		}
		for way := end; way < min(len(l.units), at+1+longestWay) && l.word(way) && !l.is(way, place|conjunction); way++ {
			if l.is(way, area) && l.is(way+1, of) {
				return l.nameOf(way + 2)
			}
		}
		return first, end
	case l.is(at, area) && l.is(at+1, of):
		return l.nameOf(at + 2)
	default:
		if first, end = l.nameOf(at); end > first && l.is(end, area) {
			return first, end
		}
	}
	return at, at
}

// nameOf returns the units of the name that begins at unit first, or after
// "the" or "northern": words with capitals, and in a script without them one
// word. A people is no place.
func (l *line) nameOf(first int) (from, end int) {
	for l.is(first, definite|area) && !l.units[first].capital {
		first++
	}
	end = first
	named := false
	for end < len(l.units) && (l.capital(end) || l.mark(end, "-'’") && end > first && l.gap(end) == 0) && !l.is(end, month|be) {
		named = named || !l.is(end, national|people|person)
		end++
	}
	if !named {
		end = first
	}
	if end == first && first < len(l.units) && l.word(first) && uncased(l.text(first)) {
		end++
	}
	return first, end
}

// capital reports whether unit at begins with a capital, or with a small
// article that is joined to one: "al-Bab".
func (l *line) capital(at int) bool {
	return l.units[at].capital || at+2 < len(l.units) && l.mark(at+1, "-") && l.gap(at+1) == 0 && l.gap(at+2) == 0 && l.units[at+2].capital
}

// uncased reports whether word is of a script without small letters.
func uncased(word string) bool {
	r, _ := utf8.DecodeRuneInString(word)
	return unicode.Is(unicode.Lo, r)
}
