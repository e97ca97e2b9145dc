package watch

import (
	"fmt"
	"strings"
)

// The limits of a rule.
const (
	maxBytes    = 4000
	maxNesting  = 32
	maxTerms    = 500
	maxDistance = 100
	maxNumber   = 1_000_000
	maxChain    = 8    // things joined by NEAR
	maxCount    = 1000 // in count( )>=n
)

// A parser is a Pratt parser over the lexemes of a rule.
type parser struct {
	lexer
	names *spellings
	tok   lexeme
	open  []opening
	depth int
	terms int
	notes []string

	inPlace bool // terms are names of places
}

// An opening is a parenthesis that is not closed yet.
type opening struct {
	pos  int
	list bool // commas part its items
}

// advance reads the next lexeme. Outside lists a comma says nothing.
func (p *parser) advance() *Error {
	for {
		tok, err := p.next()
		if err != nil {
			return err
		}
		if tok.kind == kindComma && (len(p.open) == 0 || !p.open[len(p.open)-1].list) {
			continue
		}
		p.tok = tok
		return nil
	}
}

// rule parses a whole rule.
func (p *parser) rule() (node, *Error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.tok.kind == kindEnd {
		return nil, p.fault(0, 0, "The rule is empty.", `Try: idlib AND (ceasefire OR "observation post")`)
	}
	n, err := p.expr(bindNone)
	if err != nil {
		return nil, err
	}
	if p.tok.kind != kindEnd {
		return nil, p.misplaced(p.tok)
	}
	if bad := unbounded(n); bad != nil {
		pos, end := bad.span()
		return nil, p.fault(pos, end, "This would match almost everything.",
			"Add a word or phrase that must be there, in every branch of an OR.")
	}
	return n, nil
}

// power returns how strongly a lexeme binds what is left of it. What begins
// an operand binds as the AND that is not written.
func (k kind) power() int {
	switch k {
	case kindOr:
		return bindOr
	case kindAnd, kindPlus, kindTerm, kindOpen, kindNot, kindAtLeast, kindCount, kindField, kindLength:
		return bindAnd
	case kindNear:
		return bindNear
	case kindEnd, kindClose, kindComma, kindCompare:
	}
	return bindNone
}

// expr parses what binds more strongly than least.
func (p *parser) expr(least int) (node, *Error) {
	left, err := p.unary()
	for err == nil && p.tok.kind.power() > least {
		op := p.tok
		if op.kind == kindOr || op.kind == kindAnd || op.kind == kindPlus || op.kind == kindNear {
			if err = p.operator(op); err != nil {
				break
			}
		}
		var right node
		if right, err = p.expr(op.kind.power()); err == nil {
			left, err = p.join(op, left, right)
		}
	}
	if err != nil {
		return nil, err
	}
	return left, nil
}

// operator passes over op and sees that an operand follows.
func (p *parser) operator(op lexeme) *Error {
	if err := p.advance(); err != nil {
		return err
	}
	switch p.tok.kind {
	case kindEnd, kindClose, kindComma:
		return p.fault(op.pos, op.end, "Nothing follows "+strings.ToUpper(p.src[op.pos:op.end])+".",
			"Add a word or a (group) after it, or remove it.")
	case kindAnd, kindOr, kindNear:
		return p.fault(p.tok.pos, p.tok.end, "Two operators in a row.", "Remove one, or put the word in quotes to search for it.")
	case kindTerm, kindOpen, kindPlus, kindNot, kindAtLeast, kindCount, kindField, kindLength, kindCompare:
	}
	return nil
}

func (p *parser) join(op lexeme, left, right node) (node, *Error) {
	from, _ := left.span()
	_, to := right.span()
	at := place{from, to}
	if op.kind == kindOr {
		return &anyOf{at, append(alternatives(left), alternatives(right)...)}, nil
	}
	if op.kind == kindNear {
		for _, side := range [...]node{left, right} {
			if err := p.positional(side, "NEAR"); err != nil {
				return nil, err
			}
		}
		n := &near{place: at, left: left, right: right, n: op.n, ordered: op.ordered}
		if chain(n) > maxChain {
			return nil, p.fault(op.pos, op.end, "NEAR joins more than 8 things here.", "Join fewer, or write ATLEAST/5(a, b, c, d, e, f).")
		}
		return n, nil
	}
	return &allOf{at, append(conjuncts(left), conjuncts(right)...)}, nil
}

// chain counts the things that NEAR joins in n.
func chain(n node) int {
	switch n := n.(type) {
	case *near:
		return chain(n.left) + chain(n.right)
	case *anyOf:
		widest := 0
		for _, kid := range n.kids {
			widest = max(widest, chain(kid))
		}
		return widest
	}
	return 1
}

func alternatives(n node) []node {
	if or, ok := n.(*anyOf); ok {
		return or.kids
	}
	return []node{n}
}

func conjuncts(n node) []node {
	if and, ok := n.(*allOf); ok {
		return and.kids
	}
	return []node{n}
}

// positional sees that n stands somewhere in a text: a term, a NEAR, or a
// group of these with OR.
func (p *parser) positional(n node, name string) *Error {
	pos, end := n.span()
	switch n := n.(type) {
	case *term:
		return nil
	case *near:
		return nil
	case *anyOf:
		for _, kid := range n.kids {
			if err := p.positional(kid, name); err != nil {
				return err
			}
		}
		return nil
	case *not:
		return p.fault(pos, end, name+" cannot take NOT: what is absent is nowhere.",
			"Put NOT outside: (idlib NEAR/5 ceasefire) AND NOT football")
	}
	hint := "Write (a OR b) NEAR/5 (c OR d), and put AND and fields outside."
	if name == "count" {
		hint = "Write count(a OR b)>=3, and put AND and fields outside."
	}
	return p.fault(pos, end, name+" takes words, phrases and OR groups, not this.", hint)
}

// unary parses an operand.
func (p *parser) unary() (node, *Error) {
	t := p.tok
	if p.depth++; p.depth > maxNesting {
		return nil, p.fault(t.pos, t.end, "The rule is nested more than 32 deep.", "Remove parentheses that are not needed, or split the rule in two watches.")
	}
	defer func() { p.depth-- }()
	switch t.kind {
	case kindTerm:
		return p.term(t)
	case kindPlus:
		if err := p.operator(t); err != nil {
			return nil, err
		}
		return p.unary()
	case kindLength:
		return &length{t.place, t.text, t.n}, p.advance()
	case kindNot:
		if err := p.operator(t); err != nil {
			return nil, err
		}
		kid, err := p.unary()
		if err != nil {
			return nil, err
		}
		_, end := kid.span()
		return &not{place{t.pos, end}, kid}, nil
	case kindField:
		return p.scope(t)
	case kindAtLeast:
		return p.atLeast(t)
	case kindCount:
		return p.count(t)
	case kindOpen:
		return p.group(t)
	case kindEnd, kindClose, kindComma, kindCompare, kindAnd, kindOr, kindNear:
	}
	return nil, p.misplaced(t)
}

// misplaced says why t cannot stand where it does.
func (p *parser) misplaced(t lexeme) *Error {
	switch k := t.kind; {
	case k == kindClose && len(p.open) == 0:
		return p.fault(t.pos, t.end, "This ) has no matching (.", "Remove it, or add ( before the group.")
	case k == kindAnd, k == kindOr, k == kindNear:
		return p.fault(t.pos, t.end, "An operator cannot come first here.",
			`Start with a word, a "phrase" or a (group); put the word in quotes to search for it.`)
	case k == kindEnd && len(p.open) > 0:
		return p.unclosed()
	}
	return p.fault(t.pos, t.end, "Something is missing before this.", "Add a word or a (group), or remove this.")
}

func (p *parser) unclosed() *Error {
	pos := p.open[len(p.open)-1].pos
	_, size := p.peek(pos)
	return p.fault(pos, pos+size, "This ( is never closed.", "Add ) at the end of the group.")
}

// enter passes over an opening parenthesis.
func (p *parser) enter(t lexeme, list bool) *Error {
	p.open = append(p.open, opening{t.pos, list})
	if err := p.advance(); err != nil {
		return err
	}
	if p.tok.kind == kindClose {
		return p.fault(t.pos, p.tok.end, "There is nothing in these parentheses.", "Write something in them, or remove them.")
	}
	return nil
}

// leave passes over a closing parenthesis, and returns where it ends.
func (p *parser) leave() (int, *Error) {
	if p.tok.kind == kindEnd {
		return 0, p.unclosed()
	}
	if p.tok.kind != kindClose {
		return 0, p.misplaced(p.tok)
	}
	end := p.tok.end
	p.open = p.open[:len(p.open)-1]
	return end, p.advance()
}

func (p *parser) group(t lexeme) (node, *Error) {
	if err := p.enter(t, false); err != nil {
		return nil, err
	}
	n, err := p.expr(bindNone)
	if err != nil {
		return nil, err
	}
	if _, err := p.leave(); err != nil {
		return nil, err
	}
	return n, nil
}

func (p *parser) scope(t lexeme) (node, *Error) {
	if p.inPlace {
		return nil, p.fault(t.pos, t.end, "A field cannot stand inside another field.", "Write title:place:idlib, or place:idlib AND title:a.")
	}
	p.inPlace = t.text == "place"
	defer func() { p.inPlace = false }()
	if err := p.advance(); err != nil {
		return nil, err
	}
	if k := p.tok.kind; k.power() != bindAnd || k == kindAnd {
		example := "Example: " + t.text + ":ceasefire or " + t.text + ":(ceasefire OR truce)"
		if p.inPlace {
			example = "Example: place:idlib or place:(idlib OR aleppo)"
		}
		return nil, p.fault(t.pos, t.end, "Nothing follows "+t.text+":.", example)
	}
	kid, err := p.unary()
	if err != nil {
		return nil, err
	}
	if err := p.scoped(t, kid); err != nil {
		return nil, err
	}
	if t.text == "place" {
		return kid, nil
	}
	_, end := kid.span()
	return &scope{place{t.pos, end}, t.text, kid}, nil
}

// scoped sees that n can stand in the field t.
func (p *parser) scoped(t lexeme, n node) *Error {
	pos, end := n.span()
	switch n := n.(type) {
	case *scope:
		return p.fault(pos, end, "A field cannot stand inside another field.", "Write title:a AND body:b.")
	case *length:
		return p.fault(pos, end, "words counts the whole item, not a field.", "Put it outside: title:a AND words>80")
	case *term:
		if t.text == "lang" && (n.style == pattern || n.style == named || n.slop > 0) {
			return p.fault(pos, end, "lang: takes a language code.", "Example: lang:uk or lang:(uk OR ru)")
		}
		return nil
	case *near:
		if t.text == "lang" {
			return p.fault(pos, end, "lang: takes a language code.", "Example: lang:uk or lang:(uk OR ru)")
		}
	}
	for _, kid := range children(n) {
		if err := p.scoped(t, kid); err != nil {
			return err
		}
	}
	return nil
}

// children returns the nodes below n.
func children(n node) []node {
	switch n := n.(type) {
	case *allOf:
		return n.kids
	case *anyOf:
		return n.kids
	case *atLeast:
		return n.kids
	case *not:
		return []node{n.kid}
	case *scope:
		return []node{n.kid}
	case *count:
		return []node{n.kid}
	case *near:
		return []node{n.left, n.right}
	}
	return nil
}

func (p *parser) atLeast(t lexeme) (node, *Error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.tok.kind != kindOpen {
		return nil, p.fault(t.pos, t.end, "ATLEAST needs a list in parentheses.",
			"ATLEAST/2(shelling, drone, casualties) matches when 2 of the 3 are there.")
	}
	if err := p.enter(p.tok, true); err != nil {
		return nil, err
	}
	n := &atLeast{n: t.n}
	for p.tok.kind != kindClose && p.tok.kind != kindEnd {
		kid, err := p.expr(bindOr)
		if err != nil {
			return nil, err
		}
		n.kids = append(n.kids, kid)
		if p.tok.kind == kindComma || p.tok.kind == kindOr {
			if err := p.advance(); err != nil {
				return nil, err
			}
		}
	}
	end, err := p.leave()
	if err != nil {
		return nil, err
	}
	n.place = place{t.pos, end}
	if n.n > len(n.kids) {
		return nil, p.fault(t.pos, end, fmt.Sprintf("ATLEAST/%d has a list of %d.", n.n, len(n.kids)),
			"Put commas between the items of the list, or ask for fewer.")
	}
	return n, nil
}

func (p *parser) count(t lexeme) (node, *Error) {
	const hint = "Example: count(shelling)>=3. For fewer, write NOT count(shelling)>=3."
	if err := p.advance(); err != nil {
		return nil, err
	}
	kid, err := p.group(p.tok)
	if err != nil {
		return nil, err
	}
	if err := p.positional(kid, "count"); err != nil {
		return nil, err
	}
	op := p.tok
	least := op.n
	if op.text == ">" {
		least++
	}
	if op.kind != kindCompare || op.text[0] != '>' || least < 1 || least > maxCount {
		return nil, p.fault(t.pos, max(t.end, op.end), "count( ) needs >= and a number from 1 to 1,000 after it.", hint)
	}
	return &count{place{t.pos, op.end}, kid, least}, p.advance()
}
