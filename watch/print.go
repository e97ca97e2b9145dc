package watch

import (
	"strconv"
	"strings"
)

// The strengths with which nodes hold together, for parsing and printing.
const (
	bindNone = 10 * iota
	bindOr
	bindAnd
	bindNear
	bindUnary
)

// A printer writes the canonical form of a tree.
type printer struct {
	out    strings.Builder
	strict bool // what is written stands inside strict:( )
}

func (b *printer) put(text string) { b.out.WriteString(text) }

// binding returns how strongly the form of n holds together.
func (b *printer) binding(n node) int {
	switch n := n.(type) {
	case *anyOf:
		return bindOr
	case *allOf:
		return bindAnd
	case *near:
		if !n.strict || b.strict {
			return bindNear
		}
	}
	return bindUnary
}

// write adds the canonical form of n, in parentheses if it holds together
// less than least.
func (b *printer) write(n node, least int) {
	if b.binding(n) < least {
		b.put("(")
		defer b.put(")")
	}
	switch n := n.(type) {
	case *allOf:
		b.list(n.kids, " AND ", bindNear)
	case *anyOf:
		b.list(n.kids, " OR ", bindAnd)
	case *not:
		b.put("NOT ")
		b.write(n.kid, bindUnary)
	case *near:
		b.near(n)
	case *scope:
		b.put(n.field + ":")
		b.write(n.kid, bindUnary)
	case *atLeast:
		b.put("ATLEAST/" + strconv.Itoa(n.n) + "(")
		b.list(n.kids, ", ", bindAnd)
		b.put(")")
	case *count:
		b.put("count(")
		b.write(n.kid, bindNone)
		b.put(")>=" + strconv.Itoa(n.n))
	case *length:
		b.put("words" + string(n.op) + strconv.Itoa(n.n))
	case *threshold:
		b.put(n.String())
	case *term:
		if n.strict && !b.strict {
			b.put("strict:")
		}
		b.put(n.String())
	}
}

func (b *printer) near(n *near) {
	if n.strict && !b.strict {
		b.strict = true
		b.put("strict:(")
		b.near(n)
		b.put(")")
		b.strict = false
		return
	}
	b.write(n.left, bindNear)
	b.put(" " + n.operator() + " ")
	b.write(n.right, bindUnary)
}

func (b *printer) list(kids []node, sep string, least int) {
	for i, kid := range kids {
		if i > 0 {
			b.put(sep)
		}
		b.write(kid, least)
	}
}

func canonical(n node) string {
	var b printer
	b.write(n, bindNone)
	return b.out.String()
}

// operand returns the canonical form of n, in parentheses if its parts would
// come apart beside something else.
func operand(n node) string {
	var b printer
	b.write(n, bindUnary)
	return b.out.String()
}

func (n *near) operator() string {
	name := "NEAR/"
	if n.ordered {
		name = "ONEAR/"
	}
	return name + strconv.Itoa(n.n)
}

// String returns the term as a rule writes it, without strict:.
func (t *term) String() string {
	slop := ""
	if t.slop > 0 {
		slop = "~" + strconv.Itoa(t.slop)
	}
	switch t.style {
	case phrase:
		return quoted(t.text) + slop
	case exact:
		if slop != "" || strings.ContainsFunc(t.text, func(r rune) bool { return !isWordRune(r) }) {
			return "=" + quoted(t.text) + slop
		}
		return "=" + t.text
	case pattern:
		return "/" + redo(t.text) + "/"
	case word, named:
	}
	return t.text
}

// quoted returns text in straight quotes.
func quoted(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range redo(text) {
		if r == '\\' || strings.ContainsRune(closers('"'), r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	b.WriteByte('"')
	return b.String()
}

// String returns the rule in its canonical form: every operator written,
// what it asks of the story last.
func (r *Rule) String() string {
	if len(r.asked) == 0 {
		return canonical(r.root)
	}
	var b printer
	b.write(r.root, bindAnd)
	for _, t := range r.asked {
		b.put(" AND " + t.String())
	}
	return b.out.String()
}
