package config

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// A spot is where something stands in the file. The zero spot means that it
// does not stand there.
type spot struct {
	line, column int
}

func (s spot) there() bool { return s.line > 0 }

// text is a piece of text in the file.
type text struct {
	spot
	value string
}

// number is a whole number in the file.
type number struct {
	spot
	value int
}

// yes is true or false in the file.
type yes struct {
	spot
	value bool
}

// sequence is a list in the file.
type sequence[T any] struct {
	spot
	items []T
	spots []spot
}

// words is a list of pieces of text in the file.
type words struct {
	sequence[text]
}

// table is a mapping in the file from names that its author chose.
type table[T any] struct {
	spot
	names []text
	items []T
}

// A decoder reads itself from a node that stands at the given place.
type decoder interface {
	decode(r *reader, n ast.Node, at spot, what string)
}

// decode reads n into into, a decoder or a structure of decoders, and notes
// what is wrong. It goes on after a fault, so that one bad value hides no
// other. what names the value as its author would.
func (r *reader) decode(into any, n ast.Node, what string) {
	at := spotOf(n)
	switch n.(type) {
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode:
		r.fault(at, what+" holds an anchor, an alias or a tag", "the value itself: the desk file has no references")
		return
	}
	if d, ok := into.(decoder); ok {
		d.decode(r, n, at, what)
		return
	}
	r.structure(reflect.ValueOf(into).Elem(), n, at, what)
}

// structure reads a mapping whose keys are the fields of v.
func (r *reader) structure(v reflect.Value, n ast.Node, at spot, what string) {
	known := keysOf(v.Type())
	if f := v.FieldByName("At"); f.IsValid() {
		f.Set(reflect.ValueOf(at))
	}
	if _, null := n.(*ast.NullNode); null && len(known) == 0 {
		return
	}
	wanted := "a mapping"
	if len(known) > 0 {
		wanted += " with the keys " + strings.Join(known, ", ")
	}
	for key, value := range r.pairs(n, at, what, wanted) {
		i := slices.Index(known, key.value)
		if i < 0 {
			r.fault(key.spot, what+" has no key "+r.quote(key.value)+didYouMean(key.value, known), "one of "+strings.Join(known, ", "))
			continue
		}
		r.decode(fieldFor(v, key.value).Addr().Interface(), value, strings.TrimPrefix(what+"."+key.value, "the desk file."))
	}
}

// keysOf returns the keys that a structure has in the file, in their order.
func keysOf(t reflect.Type) []string {
	var keys []string
	for field := range t.Fields() {
		if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name != "-" {
			keys = append(keys, name)
		}
	}
	return keys
}

func fieldFor(v reflect.Value, key string) reflect.Value {
	for i := range v.NumField() {
		if name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ","); name == key {
			return v.Field(i)
		}
	}
	return reflect.Value{}
}

func (t *text) decode(r *reader, n ast.Node, at spot, what string) {
	t.spot = at
	switch n := n.(type) {
	case *ast.StringNode:
		t.value = n.Value
	case *ast.LiteralNode:
		t.value = strings.TrimRight(n.Value.Value, "\n")
	case *ast.NullNode:
		r.fault(at, what+" is empty", "some text")
	case *ast.MappingNode, *ast.SequenceNode:
		r.fault(at, what+" is "+kindOf(n), "text")
	default:
		r.fault(at, what+" is "+kindOf(n)+", not text", "text, in quotation marks if it looks like something else")
	}
	if t.value == "" && n.Type() != ast.NullType && isString(n) {
		r.fault(at, what+" is empty", "some text")
	}
	if strings.ContainsFunc(t.value, isForbidden) {
		r.fault(at, what+" holds a control character", "plain text")
		t.value = ""
	}
}

func isString(n ast.Node) bool { return n.Type() == ast.StringType || n.Type() == ast.LiteralType }

func isForbidden(r rune) bool { return r < ' ' && r != '\n' && r != '\t' || r == 0x7f }

func (m *number) decode(r *reader, n ast.Node, at spot, what string) {
	m.spot = at
	if n, ok := n.(*ast.IntegerNode); ok {
		if value, err := strconv.Atoi(n.GetToken().Value); err == nil {
			m.value = value
			return
		}
	}
	r.fault(at, what+" is "+kindOf(n), "a whole number")
	m.spot = spot{}
}

func (y *yes) decode(r *reader, n ast.Node, at spot, what string) {
	y.spot = at
	if n, ok := n.(*ast.BoolNode); ok {
		y.value = n.Value
		return
	}
	r.fault(at, what+" is "+kindOf(n), "true or false")
}

func (s *sequence[T]) decode(r *reader, n ast.Node, at spot, what string) {
	s.spot = at
	switch n := n.(type) {
	case *ast.NullNode:
	case *ast.SequenceNode:
		for i, value := range n.Values {
			var item T
			r.decode(&item, value, what+"["+strconv.Itoa(i)+"]")
			s.items = append(s.items, item)
			s.spots = append(s.spots, spotOf(value))
		}
	default:
		r.fault(at, what+" is "+kindOf(n), "a list")
	}
}

func (t *table[T]) decode(r *reader, n ast.Node, at spot, what string) {
	t.spot = at
	if _, null := n.(*ast.NullNode); null {
		return
	}
	for key, value := range r.pairs(n, at, what, "a mapping from names") {
		var item T
		r.decode(&item, value, what+"."+r.shown(key.value))
		t.names = append(t.names, key)
		t.items = append(t.items, item)
	}
}

// pairs yields the keys of a mapping with their values. It notes what is no
// mapping, keys that are none, and keys that stand there twice.
func (r *reader) pairs(n ast.Node, at spot, what, wanted string) func(func(text, ast.Node) bool) {
	m, ok := n.(*ast.MappingNode)
	if !ok {
		r.fault(at, what+" is "+kindOf(n), wanted)
		return func(func(text, ast.Node) bool) {}
	}
	return func(yield func(text, ast.Node) bool) {
		first := make(map[string]spot)
		for _, pair := range m.Values {
			key := text{spotOf(pair.Key), pair.Key.GetToken().Value}
			switch pair.Key.(type) {
			case *ast.StringNode, *ast.IntegerNode, *ast.BoolNode, *ast.FloatNode:
			default:
				r.fault(key.spot, what+" has a key that is not a name", "name: value")
				continue
			}
			if earlier, twice := first[key.value]; twice {
				r.fault(key.spot, fmt.Sprintf("%s has the key %s twice: it stands on line %d already", what, r.quote(key.value), earlier.line), "each key once")
				continue
			}
			first[key.value] = key.spot
			if !yield(key, pair.Value) {
				return
			}
		}
	}
}

// spotOf returns where n begins as its author sees it: a mapping at its first
// key, a list at its first dash or bracket.
func spotOf(n ast.Node) spot {
	tk := n.GetToken()
	switch n := n.(type) {
	case *ast.MappingNode:
		if !n.IsFlowStyle && len(n.Values) > 0 {
			tk = n.Values[0].Key.GetToken()
		}
	case *ast.LiteralNode:
		tk = n.Start
	}
	if tk == nil || tk.Position == nil {
		return spot{line: 1, column: 1}
	}
	return spot{line: max(tk.Position.Line, 1), column: max(tk.Position.Column, 1)}
}

// kindOf says what n is, in the words of people.
func kindOf(n ast.Node) string {
	switch n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		return "a mapping"
	case *ast.SequenceNode:
		return "a list"
	case *ast.StringNode, *ast.LiteralNode:
		return "text"
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		return "a number"
	case *ast.BoolNode:
		return "true or false"
	case *ast.NullNode:
		return "empty"
	}
	return "something else"
}
