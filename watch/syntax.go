package watch

import (
	"regexp"
	"strconv"
	"strings"
)

// A node is one of *allOf, *anyOf, *not, *near, *scope, *atLeast, *count,
// *length and *term.
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
	op string
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

// The strengths with which nodes hold together, for parsing and printing.
const (
	bindNone = 10 * iota
	bindOr
	bindAnd
	bindNear
	bindUnary
)

func binding(n node) int {
	switch n.(type) {
	case *anyOf:
		return bindOr
	case *allOf:
		return bindAnd
	case *near:
		return bindNear
	}
	return bindUnary
}

// write adds the canonical form of n, in parentheses if it holds together
// less than least.
func write(b *strings.Builder, n node, least int) {
	if binding(n) < least {
		b.WriteByte('(')
		defer b.WriteByte(')')
	}
	switch n := n.(type) {
	case *allOf:
		writeList(b, n.kids, " AND ", bindNear)
	case *anyOf:
		writeList(b, n.kids, " OR ", bindAnd)
	case *not:
		b.WriteString("NOT ")
		write(b, n.kid, bindUnary)
	case *near:
		write(b, n.left, bindNear)
		b.WriteString(" " + n.operator() + " ")
		write(b, n.right, bindUnary)
	case *scope:
		b.WriteString(n.field + ":")
		write(b, n.kid, bindUnary)
	case *atLeast:
		b.WriteString("ATLEAST/" + strconv.Itoa(n.n) + "(")
		writeList(b, n.kids, ", ", bindAnd)
		b.WriteByte(')')
	case *count:
		b.WriteString("count(")
		write(b, n.kid, bindNone)
		b.WriteString(")>=" + strconv.Itoa(n.n))
	case *length:
		b.WriteString("words" + n.op + strconv.Itoa(n.n))
	case *term:
		b.WriteString(n.String())
	}
}

func writeList(b *strings.Builder, kids []node, sep string, least int) {
	for i, kid := range kids {
		if i > 0 {
			b.WriteString(sep)
		}
		write(b, kid, least)
	}
}

func canonical(n node) string {
	var b strings.Builder
	write(&b, n, bindNone)
	return b.String()
}

func (n *near) operator() string {
	name := "NEAR/"
	if n.ordered {
		name = "ONEAR/"
	}
	return name + strconv.Itoa(n.n)
}

// String returns the term as a rule writes it.
func (t *term) String() string {
	switch t.style {
	case phrase:
		if t.slop > 0 {
			return quoted(t.text) + "~" + strconv.Itoa(t.slop)
		}
		return quoted(t.text)
	case exact:
		if strings.ContainsFunc(t.text, func(r rune) bool { return !isWordRune(r) }) {
			return "=" + quoted(t.text)
		}
		return "=" + t.text
	case pattern:
		return "/" + t.text + "/"
	case word, named:
	}
	return t.text
}

// quoted returns text in straight quotes.
func quoted(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		if r == '\\' || strings.ContainsRune(closers('"'), r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	b.WriteByte('"')
	return b.String()
}
