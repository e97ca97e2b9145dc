package watch

import (
	"strconv"
	"strings"

	"github.com/rivo/uniseg"
)

// lineWidth is how many columns a formatted line may have.
const lineWidth = 72

// Format returns a rule in its canonical form, broken over indented lines if
// it is long: what AND joins a line each, what OR joins as many on a line as
// fit. The lines say what the rule said. Its error is an [*Error].
func Format(src string) (string, error) {
	r, err := Parse(src, nil)
	if err != nil {
		return "", err
	}
	f := formatter{}
	least := bindNone
	if len(r.asked) > 0 {
		least = bindAnd
	}
	if line := r.String(); uniseg.StringWidth(line) <= lineWidth {
		return line, nil
	}
	f.write(r.root, least, 0)
	for _, t := range r.asked {
		f.line(0)
		f.put("AND " + t.String())
	}
	if text := f.out.String(); len(text) <= maxBytes {
		return text, nil
	}
	if line := r.String(); len(line) <= maxBytes {
		return line, nil
	}
	return strings.TrimSpace(src), nil // with every operator written it would be too long to be a rule
}

// A formatter writes the canonical form over several lines.
type formatter struct {
	printer

	column int
}

func (f *formatter) put(text string) {
	f.printer.put(text)
	f.column += uniseg.StringWidth(text)
}

func (f *formatter) line(indent int) {
	f.printer.put("\n" + strings.Repeat(" ", indent))
	f.column = indent
}

// flat returns n on one line.
func (f *formatter) flat(n node, least int) string {
	one := printer{strict: f.strict}
	one.write(n, least)
	return one.out.String()
}

// write adds n on the line that was begun, if it fits there, or over lines
// that are indented more than indent.
func (f *formatter) write(n node, least, indent int) {
	if line := f.flat(n, least); f.column+uniseg.StringWidth(line) <= lineWidth {
		f.put(line)
		return
	}
	if f.binding(n) < least {
		f.bracket("(", indent, func(in int) { f.write(n, bindNone, in) })
		return
	}
	switch n := n.(type) {
	case *allOf:
		for i, kid := range n.kids {
			if i > 0 {
				f.line(indent)
				f.put("AND ")
			}
			f.write(kid, bindNear, indent)
		}
	case *anyOf:
		f.fill(n.kids, "OR ", "", indent)
	case *atLeast:
		f.bracket("ATLEAST/"+strconv.Itoa(n.n)+"(", indent, func(in int) { f.fill(n.kids, "", ",", in) })
	case *not:
		f.put("NOT ")
		f.write(n.kid, bindUnary, indent)
	case *scope:
		f.put(n.field + ":")
		f.write(n.kid, bindUnary, indent)
	case *count:
		f.bracket("count(", indent, func(in int) { f.write(n.kid, bindNone, in) })
		f.put(">=" + strconv.Itoa(n.n))
	case *near:
		f.near(n, indent)
	default:
		f.put(f.flat(n, least))
	}
}

// bracket writes what inside writes on lines of its own.
func (f *formatter) bracket(open string, indent int, inside func(indent int)) {
	f.put(open)
	f.line(indent + 2)
	inside(indent + 2)
	f.line(indent)
	f.put(")")
}

// fill writes kids with as many on a line as fit there.
func (f *formatter) fill(kids []node, before, after string, indent int) {
	for i, kid := range kids {
		if i > 0 {
			f.put(after)
			if width := uniseg.StringWidth(f.flat(kid, bindAnd)); f.column+1+len(before)+width+len(after) > lineWidth {
				f.line(indent)
			} else {
				f.put(" ")
			}
			f.put(before)
		}
		f.write(kid, bindAnd, indent)
	}
}

func (f *formatter) near(n *near, indent int) {
	if n.strict && !f.strict {
		f.strict = true
		f.bracket("strict:(", indent, func(in int) { f.near(n, in) })
		f.strict = false
		return
	}
	f.write(n.left, bindNear, indent)
	f.put(" " + n.operator() + " ")
	f.write(n.right, bindUnary, indent)
}
