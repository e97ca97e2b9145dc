package watch

import "regexp"

// A node is one of *allOf, *anyOf, *not, *near, *scope, *atLeast, *count,
// *length and *term; while a rule is parsed also *threshold.
type node interface {
	span() (pos, end int)
}

// A place is where in the rule a node was written.
type place struct{ pos, end int }

func (p place) span() (pos, end int) { return p.pos, p.end }

// An allOf is what AND joins.
type allOf struct {
	place
	kids []node
}

// An anyOf is what OR joins.
type anyOf struct {
	place
	kids []node
}

// A not is a thing that must be absent.
type not struct {
	place
	kid node
}

// A near is two things with at most n words in between.
type near struct {
	place
	left, right node
	n           int
	ordered     bool
	strict      bool // in one sentence
}

// A scope is a thing that must be in one field.
type scope struct {
	place
	field string
	kid   node
}

// An atLeast is a list of which n must be there.
type atLeast struct {
	place
	n    int
	kids []node
}

// A count is a thing that must be there n times.
type count struct {
	place
	kid node
	n   int
}

// A length compares the number of words of the item.
type length struct {
	place
	op Op
	n  int
}

// A style is how a term is written, and so how it is compared.
type style uint8

const (
	word style = iota
	phrase
	exact
	pattern
	named // a preset or a place, its text as the rule writes it
)

// A term is a word, a phrase, an exact spelling or a regular expression. It is
// found where any of its spellings is.
type term struct {
	place
	style     style
	text      string // as written, without quotes
	slop      int
	strict    bool // in one sentence
	spellings [][]part
	group     *group // what the spellings are shared with, or nil
}

// A part is what one word must be.
type part struct {
	folded string         // the folded word, or "" for a wildcard or an expression
	exact  string         // the word as typed, or "" for any spelling
	glob   []rune         // a folded word with * and ?
	re     *regexp.Regexp // over the whole folded word
}
