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
	read  func() (lexeme, *Error) // in place of the lexer, for another language
	names *spellings
	tok   lexeme
	open  []opening
	depth int
	terms int
	notes []string

	inPlace bool // terms are names of places
	asks    bool // something was asked of the story
}

// An opening is a parenthesis that is not closed yet.
type opening struct {
	pos  int
	list bool // commas part its items
}

// inList says whether commas part items here.
func (p *parser) inList() bool { return len(p.open) > 0 && p.open[len(p.open)-1].list }

// advance reads the next lexeme. Outside lists a comma says nothing.
func (p *parser) advance() *Error {
	read := p.read
	if read == nil {
		read = p.next
	}
	for {
		tok, err := read()
		if err != nil {
			return err
		}
		if tok.kind == kindComma && !p.inList() {
			continue
		}
		p.tok = tok
		return nil
	}
}

// rule parses a whole rule: its text, and what it asks of the story.
func (p *parser) rule() (node, []Threshold, *Error) {
	if err := p.advance(); err != nil {
		return nil, nil, err
	}
	if p.tok.kind == kindEnd {
		return nil, nil, p.fault(0, 0, "The rule is empty.", `Try: idlib AND (ceasefire OR "observation post")`)
	}
	n, err := p.expr(bindNone)
	if err != nil {
		return nil, nil, err
	}
	if p.tok.kind != kindEnd {
		return nil, nil, p.misplaced(p.tok)
	}
	return p.finish(n)
}

// finish sees that the tree of a whole rule asks for something.
func (p *parser) finish(n node) (node, []Threshold, *Error) {
	root, asked, err := p.thresholds(n)
	if err != nil {
		return nil, nil, err
	}
	if bad := unbounded(root); bad != nil {
		pos, end := bad.span()
		return nil, nil, p.fault(pos, end, "This would match almost everything.",
			"Add a word or phrase that must be there, in every branch of an OR.")
	}
	if bad := contradiction(root); bad != nil {
		pos, end := bad.span()
		return nil, nil, p.fault(pos, end, "This can never match: the same is wanted elsewhere in the rule.", "Remove it, or what is wanted.")
	}
	return root, asked, nil
}

// contradiction returns what must be absent though it must be there, or nil.
func contradiction(root node) *not {
	kids := conjuncts(root)
	for _, kid := range kids {
		no, ok := kid.(*not)
		if !ok {
			continue
		}
		for _, other := range kids {
			if same(other, no.kid) {
				return no
			}
		}
	}
	return nil
}

// same says whether a and b are written alike.
func same(a, b node) bool {
	one, isTerm := a.(*term)
	two, also := b.(*term)
	if isTerm || also {
		return isTerm && also && one.text == two.text && one.String() == two.String() && one.strict == two.strict
	}
	return canonical(a) == canonical(b)
}

// power returns how strongly a lexeme binds what is left of it. What begins
// an operand binds as the AND that is not written.
func (k kind) power() int {
	switch k {
	case kindOr:
		return bindOr
	case kindAnd, kindPlus, kindTerm, kindOpen, kindNot, kindAtLeast, kindCount, kindField, kindLength, kindThreshold:
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
	case kindTerm, kindOpen, kindPlus, kindNot, kindAtLeast, kindCount, kindField, kindLength, kindThreshold, kindCompare:
	}
	return nil
}

func (p *parser) join(op lexeme, left, right node) (node, *Error) {
	from, _ := left.span()
	_, to := right.span()
	at := place{from, to}
	if op.kind == kindOr {
		if or, ok := left.(*anyOf); ok { // most lists are longer than two
			or.place, or.kids = at, append(or.kids, alternatives(right)...)
			return or, nil
		}
		return &anyOf{at, append([]node{left}, alternatives(right)...)}, nil
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
	if and, ok := left.(*allOf); ok {
		and.place, and.kids = at, append(and.kids, conjuncts(right)...)
		return and, nil
	}
	return &allOf{at, append([]node{left}, conjuncts(right)...)}, nil
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
	case *threshold:
		return p.outOfPlace(n, n)
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
		return &length{t.place, Op(t.text), t.n}, p.advance()
	case kindThreshold:
		p.asks = true
		return &threshold{t.place, Threshold{t.of, Op(t.text), t.n}}, p.advance()
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
	case k == kindNear:
		return p.fault(t.pos, t.end, "NEAR cannot come first here: it stands between two things.",
			"Example: idlib NEAR/5 ceasefire. To search for the word, put it in quotes.")
	case k == kindCompare:
		return p.fault(t.pos, t.end, "There is no number on the left of this.",
			"Write words>80, outlets>=2 or, with no space before the parenthesis, count(shelling)>=3.")
	case k == kindAnd, k == kindOr:
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
	if first, ok := n.kids[0].(*term); ok && strings.Trim(first.text, "0123456789") == "" && len(first.text) < 3 {
		return nil, p.fault(t.pos, first.end, "The number of ATLEAST stands before the list.", "Write ATLEAST/"+first.text+"(shelling, drone, casualties)")
	}
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
