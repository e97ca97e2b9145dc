package brief

import (
	"slices"
	"strings"
	"unicode"

	"vedette/story"
)

// An addition says what a sentence adds to another.
type addition uint8

const (
	something addition = iota
	nothing            // the other says as much, with the same figures
	figures            // it says the same with other figures
)

// alike is the share of the shorter sentence's telling words that the longer
// must have for the two to say the same.
const alike = 0.7

// leastAlike is how many telling words a sentence has at the least to be taken
// for another with other figures: "Two were killed." is about anybody.
const leastAlike = 3

// adds says what c adds to o.
func (c *candidate) adds(o *candidate) addition {
	mine, theirs := c.telling, o.telling
	if len(mine) == 0 || len(theirs) == 0 {
		if repeats(c, o) {
			return nothing
		}
		return something
	}
	shared := 0
	for _, w := range mine {
		if slices.Contains(theirs, w) {
			shared++
		}
	}
	if float64(shared) < alike*float64(min(len(mine), len(theirs))) {
		return something
	}
	for _, w := range c.words {
		if isNumber(w) && !slices.Contains(o.words, w) {
			if min(len(mine), len(theirs)) < leastAlike {
				return something
			}
			return figures
		}
	}
	if float64(shared) < alike*float64(len(mine)) {
		return something // the longer one
	}
	return nothing
}

// telling returns the words that say what happened: not the shortest, nor the
// numbers.
func telling(words []string) []string {
	var all []string
	for _, w := range words {
		if len(w) > 3 && !isNumber(w) {
			all = append(all, w)
		}
	}
	return all
}

// isNumber reports whether a folded word is a number.
func isNumber(w string) bool {
	_, named := numberWord(w)
	return named || strings.ContainsFunc(w, unicode.IsDigit)
}

// repeats reports whether all words of c stand in o.
func repeats(c, o *candidate) bool {
	return !slices.ContainsFunc(c.words, func(w string) bool { return !slices.Contains(o.words, w) })
}

// without returns the sentences that say more than the titles of items.
func without(all []*candidate, items []story.Item) []*candidate {
	return slices.DeleteFunc(all, func(c *candidate) bool {
		return slices.ContainsFunc(items, func(it story.Item) bool {
			return repeats(c, &candidate{words: story.Words(it.Title)})
		})
	})
}

// latest returns the sentences without those that a newer report took the
// place of: by nearly the same words, or by a newer toll.
func latest(all []*candidate) []*candidate {
	var kept []*candidate
	for _, c := range all {
		if !slices.ContainsFunc(all, func(newer *candidate) bool {
			return newer.report > c.report && (c.adds(newer) == nothing || newer.adds(c) == figures && c.adds(newer) == figures || outdates(newer, c))
		}) {
			kept = append(kept, c)
		}
	}
	return kept
}

// tollsIn returns the counts of people that the sentence at span makes.
func tollsIn(signals []story.Signal, field story.Field, span story.Span) []story.Signal {
	var tolls []story.Signal
	for _, s := range signals {
		if s.Field == field && s.Sentence.Start >= span.Start && s.Sentence.Start < span.End && s.Count.High > 0 {
			tolls = append(tolls, s)
		}
	}
	return tolls
}

// outdates reports whether a toll of newer takes the place of one of old: it
// counts the same people, and either the same speaker gives it or it is
// higher. A lower number of another speaker contradicts the old one, and both
// stand.
func outdates(newer, old *candidate) bool {
	for _, o := range old.tolls {
		for _, n := range newer.tolls {
			if n.Kind != o.Kind || !sameKind(n.Target, o.Target) || n.Count == o.Count {
				continue
			}
			if n.Count.High > o.Count.High || strings.EqualFold(speaker(newer, n), speaker(old, o)) {
				return true
			}
		}
	}
	return false
}

func speaker(c *candidate, s story.Signal) string {
	if s.Source != "" {
		return s.Source
	}
	return c.speaks
}

// sameKind reports whether two targets may be the same people: one says no
// more than the other.
func sameKind(a, b string) bool {
	x, y := story.Words(a), story.Words(b)
	if len(x) > len(y) {
		x, y = y, x
	}
	if len(x) == 0 {
		return len(y) == 0
	}
	return !slices.ContainsFunc(x, func(w string) bool { return !slices.Contains(y, w) })
}
