package watch

import (
	"fmt"
	"slices"
	"strings"
)

// A Dialect is the rule language of another product.
type Dialect string

// The dialects that rules are imported from.
const (
	Google    Dialect = "google"    // Google News and GDELT: side by side is AND, OR binds before it
	Lucene    Dialect = "lucene"    // Lucene, Elasticsearch, Media Cloud: side by side is OR
	Meltwater Dialect = "meltwater" // Meltwater, Brandwatch, Talkwalker: n of NEAR/n counts the words between
	Factiva   Dialect = "factiva"   // Factiva, Nexis: side by side is a phrase, n of adjn is a distance
)

// Dialects returns the dialects that rules are imported from.
func Dialects() []Dialect { return []Dialect{Google, Lucene, Meltwater, Factiva} }

// Import writes a rule of another product as a rule of ours, and notes what
// is not quite the same. What cannot be said is an [*Error] with the place in
// src; nothing is dropped without a note.
func Import(dialect Dialect, src string) (rule string, notes []string, err error) {
	if !slices.Contains(Dialects(), dialect) {
		return "", nil, fmt.Errorf("no rules are imported from %q; want one of %v", dialect, Dialects())
	}
	if fault := readable(src); fault != nil {
		return "", nil, fault
	}
	m := &importer{dialect: dialect}
	clean, origin := undo(src)
	m.src, m.read, m.names = clean, m.lexeme, Names(nil).index()
	r, fault := m.rule()
	if fault != nil {
		return "", nil, fault.typed(src, origin)
	}
	rule = r.String()
	if _, err := Parse(rule, nil); err != nil {
		// The tree was held to every other limit while it was built.
		return "", nil, &Error{Src: src, Pos: 0, End: len(src), Msg: "Written out, this is longer or deeper than a rule may be.", Hint: "Split it in two watches."}
	}
	return rule, r.notes, nil
}

// An importer parses a rule of another product into a tree of ours.
type importer struct {
	parser

	dialect Dialect
}

// note adds a note, once.
func (m *importer) note(format string, args ...any) {
	if said := fmt.Sprintf(format, args...); !slices.Contains(m.notes, said) {
		m.notes = append(m.notes, said)
	}
}

func (m *importer) rule() (*Rule, *Error) {
	if err := m.advance(); err != nil {
		return nil, err
	}
	if m.tok.kind == kindEnd {
		return nil, m.fault(0, 0, "The rule is empty.", `Try: idlib AND ceasefire`)
	}
	root, err := m.level()
	if err != nil {
		return nil, err
	}
	if m.tok.kind != kindEnd {
		return nil, m.misplaced(m.tok)
	}
	root, asked, err := m.finish(root)
	if err != nil {
		return nil, err
	}
	return &Rule{root: root, asked: asked, notes: m.notes}, nil
}

// level parses a rule or what is in a pair of parentheses.
func (m *importer) level() (node, *Error) {
	if m.dialect == Lucene {
		return m.clauses()
	}
	return m.binary(bindNone)
}

// sideBySide is how strongly Factiva's words hold together that nothing joins.
const sideBySide = bindUnary - 1

// strength returns how strongly a lexeme binds what is left of it.
func (m *importer) strength(k kind) int {
	operand := k.power() == bindAnd && k != kindAnd && k != kindNot
	switch {
	case k == kindOr && m.dialect == Google:
		return bindAnd + 1
	case k == kindNot && m.dialect == Factiva:
		return bindAnd + 1
	case operand && m.dialect == Factiva:
		return sideBySide
	}
	return k.power()
}

// binary parses what binds more strongly than least.
func (m *importer) binary(least int) (node, *Error) {
	left, err := m.operand()
	for err == nil && m.strength(m.tok.kind) > least {
		op := m.tok
		if op.kind == kindOr || op.kind == kindAnd || op.kind == kindNear {
			if err = m.operator(op); err != nil {
				break
			}
		}
		var right node
		if right, err = m.binary(m.strength(op.kind)); err == nil {
			left, err = m.combine(op, left, right)
		}
	}
	if err != nil {
		return nil, err
	}
	return left, nil
}

// combine joins two operands as op, or that there is none, says.
func (m *importer) combine(op lexeme, left, right node) (node, *Error) {
	beside := op.kind != kindAnd && op.kind != kindOr && op.kind != kindNear && op.kind != kindNot
	if m.dialect == Factiva && (beside || op.kind == kindNear && op.n == 0) {
		return m.adjacent(op, left, right)
	}
	if beside && op.kind != kindPlus && m.dialect == Meltwater {
		m.note("Words side by side must all be there; if they are a phrase, put them in quotes.")
	}
	return m.join(op, left, right)
}

// adjacent joins words that stand side by side; near1 has no order.
func (m *importer) adjacent(op lexeme, left, right node) (node, *Error) {
	from, _ := left.span()
	_, to := right.span()
	at := place{from, to}
	orders := [][2][]node{{alternatives(left), alternatives(right)}}
	if op.kind == kindNear && !op.ordered {
		orders = append(orders, [2][]node{alternatives(right), alternatives(left)})
	}
	var all []node
	for _, order := range orders {
		for _, a := range order[0] {
			for _, b := range order[1] {
				one, ok := a.(*term)
				two, also := b.(*term)
				if !ok || !also || !one.besides() || !two.besides() || len(all) == maxDistance {
					return nil, m.fault(at.pos, at.end, "Only words, phrases and short OR groups can stand side by side.",
						"Join them with AND, or with adj2 for at most one word in between.")
				}
				n, err := m.make(lexeme{place: at, kind: kindTerm, style: phrase, text: one.text + " " + two.text})
				if err != nil {
					return nil, err
				}
				all = append(all, n)
			}
		}
	}
	if len(all) == 1 {
		return all[0], nil
	}
	return &anyOf{at, all}, nil
}

// besides holds for terms that can be part of a phrase.
func (t *term) besides() bool {
	return t.slop == 0 && (t.style == word || t.style == phrase || t.style == exact && acronym(t.text))
}

// operand parses what an operator joins.
func (m *importer) operand() (node, *Error) {
	t := m.tok
	if m.depth++; m.depth > maxNesting {
		return nil, m.fault(t.pos, t.end, "The rule is nested more than 32 deep.", "Remove parentheses that are not needed.")
	}
	defer func() { m.depth-- }()
	switch t.kind {
	case kindTerm:
		n, err := m.make(t)
		if err != nil {
			return nil, err
		}
		if err := m.advance(); err != nil {
			return nil, err
		}
		return m.leading(n)
	case kindPlus:
		if err := m.operator(t); err != nil {
			return nil, err
		}
		return m.operand()
	case kindNot:
		if err := m.operator(t); err != nil {
			return nil, err
		}
		kid, err := m.operand()
		if err != nil {
			return nil, err
		}
		_, end := kid.span()
		return &not{place{t.pos, end}, kid}, nil
	case kindOpen:
		n, err := m.bracketed()
		if err != nil {
			return nil, err
		}
		return m.leading(n)
	case kindField:
		return m.field(t)
	case kindCount:
		return m.often(t)
	case kindLength:
		return &length{t.place, Op(t.text), t.n}, m.advance()
	case kindAnd, kindOr, kindNear, kindClose, kindComma, kindCompare, kindEnd, kindAtLeast, kindThreshold:
	}
	if t.kind == kindEnd && len(m.open) > 0 {
		return nil, m.unclosed()
	}
	return nil, m.misplaced(t)
}

func (m *importer) bracketed() (node, *Error) {
	if err := m.enter(m.tok, false); err != nil {
		return nil, err
	}
	n, err := m.level()
	if err != nil {
		return nil, err
	}
	_, err = m.leave()
	if err != nil {
		return nil, err
	}
	return n, nil
}

// leading puts n in the lead if /F50/ follows it.
func (m *importer) leading(n node) (node, *Error) {
	if m.tok.kind != kindCompare {
		return n, nil
	}
	t := m.tok
	t.text = "lead"
	m.note("%s became lead:, which is the title and the 60 words after it.", m.src[t.pos:t.end])
	if err := m.scoped(t, n); err != nil {
		return nil, err
	}
	pos, _ := n.span()
	return &scope{place{pos, t.end}, t.text, n}, m.advance()
}

// field parses what stands in a field.
func (m *importer) field(t lexeme) (node, *Error) {
	if err := m.advance(); err != nil {
		return nil, err
	}
	if m.strength(m.tok.kind) < bindAnd || m.tok.kind == kindAnd || m.tok.kind == kindOr || m.tok.kind == kindNear {
		return nil, m.fault(t.pos, t.end, "Nothing follows "+m.src[t.pos:t.end]+".", example(t.text))
	}
	kid, err := m.operand()
	if m.dialect == Factiva && err == nil {
		for m.strength(m.tok.kind) == sideBySide && m.tok.kind == kindTerm && err == nil {
			var next node
			if next, err = m.operand(); err == nil {
				kid, err = m.adjacent(lexeme{}, kid, next)
			}
		}
	}
	if err != nil {
		return nil, err
	}
	if t.text == "lang" {
		m.languages(kid)
	}
	if err := m.scoped(t, kid); err != nil {
		return nil, err
	}
	_, end := kid.span()
	return &scope{place{t.pos, end}, t.text, kid}, nil
}

// languages puts codes where other products take the names of languages.
func (m *importer) languages(n node) {
	if t, ok := n.(*term); ok {
		if code := languageCode(t.text); code != "" {
			t.text, t.style = code, word
		}
	}
	for _, kid := range children(n) {
		m.languages(kid)
	}
}

// often parses what must be there t.n times.
func (m *importer) often(t lexeme) (node, *Error) {
	if err := m.advance(); err != nil {
		return nil, err
	}
	kid, err := m.operand()
	if err != nil {
		return nil, err
	}
	_, end := kid.span()
	at := place{t.pos, end}
	field, scoped := kid.(*scope)
	if scoped {
		kid = field.kid
	}
	if err := m.positional(kid, "count"); err != nil {
		return nil, err
	}
	n := &count{at, kid, t.n}
	switch {
	case !scoped:
		return n, nil
	case field.field == "lang":
		return nil, m.fault(t.pos, end, "How often a language occurs cannot be asked.", example("lang"))
	}
	return &scope{at, field.field, n}, nil
}

// make makes what a term stands for.
func (m *importer) make(t lexeme) (node, *Error) {
	words := strings.Fields(t.text)
	if t.style != pattern {
		t.text = strings.Join(words, " ") // as our own quotations are read
	}
	if t.style == phrase && t.n > 0 {
		if len(words) == 2 || t.loose {
			return m.close(t, words)
		}
		m.note("%s~%d wants its words in this order.", quoted(t.text), t.n)
	}
	if t.style == word {
		l := lexer{src: t.text}
		x, err := l.next()
		if err != nil || x.kind != kindTerm || x.style != word || x.text != t.text || l.at != len(t.text) {
			t.style = phrase // in quotes it is no operator and no preset
		}
	}
	return m.spell(t)
}

// close makes a NEAR of the words of t.
func (m *importer) close(t lexeme, words []string) (node, *Error) {
	var all node
	for i, text := range words {
		style := word
		if acronym(text) {
			style = phrase
		}
		n, err := m.make(lexeme{place: t.place, kind: kindTerm, style: style, text: text})
		if err != nil {
			return nil, err
		}
		if all == nil {
			all = n
			continue
		}
		if i > 1 {
			m.note("Each of %s is wanted at most %d words from those before it.", quoted(t.text), t.n)
		}
		if all, err = m.join(lexeme{place: t.place, kind: kindNear, n: t.n}, all, n); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// clauses parses a level as Lucene does: AND makes what is on both sides of it
// required, and what is neither required nor prohibited only ranks, unless
// nothing is required.
func (m *importer) clauses() (node, *Error) {
	var must, should, never []node
	last := &should // where the clause before went
	for m.tok.kind != kindClose && m.tok.kind != kindEnd {
		conj := m.tok
		if conj.kind == kindAnd || conj.kind == kindOr {
			if len(must)+len(should)+len(never) == 0 {
				return nil, m.misplaced(conj)
			}
			if err := m.operator(conj); err != nil {
				return nil, err
			}
		}
		if conj.kind == kindAnd && last == &should {
			must = append(must, should[len(should)-1])
			should = should[:len(should)-1]
		}
		required := m.tok.kind == kindPlus
		n, err := m.operand()
		if err != nil {
			return nil, err
		}
		last = &should
		if _, prohibited := n.(*not); prohibited {
			last = &never
		} else if required || conj.kind == kindAnd {
			last = &must
		}
		*last = append(*last, n)
	}
	return m.boolean(must, should, never)
}

// boolean joins clauses as Lucene's BooleanQuery does.
func (m *importer) boolean(must, should, never []node) (node, *Error) {
	all := must
	if len(must) > 0 {
		for _, n := range should {
			m.note("%s only ranks beside what must be there, and is left out; write parentheses if it is an alternative.", canonical(n))
		}
	} else if len(should) > 0 {
		all = []node{should[0]}
		for _, n := range should[1:] {
			or, err := m.join(lexeme{kind: kindOr}, all[0], n)
			if err != nil {
				return nil, err
			}
			all[0] = or
		}
	}
	all = append(slices.Clip(all), never...)
	if len(all) == 0 {
		return nil, m.misplaced(m.tok)
	}
	root := all[0]
	for _, n := range all[1:] {
		and, err := m.join(lexeme{kind: kindAnd}, root, n)
		if err != nil {
			return nil, err
		}
		root = and
	}
	return root, nil
}
