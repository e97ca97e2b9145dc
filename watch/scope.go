package watch

import "strings"

// scope parses a field and what must be in it.
func (p *parser) scope(t lexeme) (node, *Error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	if k := p.tok.kind; k.power() != bindAnd || k == kindAnd {
		return nil, p.fault(t.pos, t.end, "Nothing follows "+t.text+":.", example(t.text))
	}
	noted := len(p.notes)
	kid, err := p.unary()
	if err != nil {
		return nil, err
	}
	if t.text == "lang" {
		p.notes = p.notes[:noted] // IT is a code here, no acronym
		plain(kid)
	}
	if t.text == "strict" {
		if !restrict(kid) {
			return nil, p.fault(t.pos, t.end, "strict: keeps a phrase or a NEAR within one sentence; there is none after it.", example("strict"))
		}
		return kid, nil
	}
	if err := p.scoped(t, kid); err != nil {
		return nil, err
	}
	_, end := kid.span()
	return &scope{place{t.pos, end}, t.text, kid}, nil
}

// example shows how a field is used.
func example(field string) string {
	switch field {
	case "strict":
		return `Example: strict:"observation post" or strict:(drone NEAR/20 hit)`
	case "lang":
		return "Example: lang:uk or lang:(uk OR ru)"
	}
	return "Example: " + field + ":ceasefire or " + field + ":(ceasefire OR truce)"
}

// restrict keeps the phrases and the NEARs of n within one sentence, and says
// whether it has any.
func restrict(n node) bool {
	some := false
	switch n := n.(type) {
	case *near:
		n.strict, some = true, true
	case *term:
		n.strict = len(n.spellings[0]) > 1
		return n.strict
	}
	for _, kid := range children(n) {
		some = restrict(kid) || some
	}
	return some
}

// plain takes the codes of languages as words, whatever their capitals are.
func plain(n node) {
	if t, ok := n.(*term); ok && acronym(t.text) {
		t.style = word
	}
	for _, kid := range children(n) {
		plain(kid)
	}
}

// scoped sees that n can stand in the field t.
func (p *parser) scoped(t lexeme, n node) *Error {
	pos, end := n.span()
	switch n := n.(type) {
	case *scope:
		return p.fault(pos, end, "A field cannot stand inside another field.", "Write title:a AND body:b.")
	case *length:
		return p.fault(pos, end, "words counts the whole item, not a field.", "Put it outside: title:a AND words>80")
	case *threshold:
		return p.outOfPlace(n, n)
	case *term:
		if t.text == "lang" && !isCode(n) {
			hint := example("lang")
			if code := languageCode(n.text); code != "" {
				hint = "Did you mean lang:" + code + " ?"
			}
			return p.fault(pos, end, "lang: takes a language code.", hint)
		}
		return nil
	case *near:
		if t.text == "lang" {
			return p.fault(pos, end, "lang: takes a language code.", example("lang"))
		}
	}
	for _, kid := range children(n) {
		if err := p.scoped(t, kid); err != nil {
			return err
		}
	}
	return nil
}

// isCode says whether n can be the code of a language, such as uk or pt-BR.
func isCode(n *term) bool {
	head, _, _ := strings.Cut(n.text, "-")
	return n.style != pattern && n.slop == 0 && len(head) >= 2 && len(head) <= 3 &&
		!strings.ContainsFunc(head, func(r rune) bool { return r < 'A' || r > 'Z' && r < 'a' || r > 'z' })
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
