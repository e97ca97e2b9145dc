package watch

import (
	"strings"

	"golang.org/x/text/language"
)

// scope parses a field and what must be in it.
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
	if t.text == "place" {
		return kid, nil
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
	if err := p.listed(t, kid); err != nil {
		return nil, err
	}
	return &scope{place{t.pos, end}, t.text, kid}, nil
}

// example shows how a field is used.
func example(field string) string {
	switch field {
	case "strict":
		return `Example: strict:"observation post" or strict:(drone NEAR/20 hit)`
	case "place":
		return "Example: place:idlib or place:(idlib OR aleppo)"
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
		n.strict = n.style != pattern && len(partsOf(n.text, false)) > 1
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
		switch t.text {
		case "lang":
			return p.code(n)
		case "source":
			return p.host(n)
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

// listed refuses title:a,b and title:a|b, of which only a would be in the
// title.
func (p *parser) listed(t lexeme, kid node) *Error {
	pos, end := kid.span()
	sign, size := p.peek(end)
	if _, ok := kid.(*term); !ok || size == 0 || bracket(sign) != kindComma && sign != '|' && sign != '｜' {
		return nil
	}
	if bracket(sign) == kindComma && p.inList() {
		return nil
	}
	from := end + size
	next, size := p.peek(from)
	if next == sign {
		from += size
		next, _ = p.peek(from)
	}
	to := p.wordEnd(from)
	if closers(next) != "" {
		_, stop, err := p.quotation(from)
		if err != nil {
			return err
		}
		to = stop
	}
	if to == from {
		return nil
	}
	return p.fault(pos, to, "Only the first of these would be in "+t.text+":.",
		"Write "+t.text+":("+p.src[pos:end]+" OR "+p.src[from:to]+")")
}

// code sees that n is the code of a language as reports give it: uk, pt-BR.
func (p *parser) code(n *term) *Error {
	head, _, _ := strings.Cut(strings.ToLower(n.text), "-")
	base, err := language.ParseBase(head)
	if err == nil && base.String() == head && n.style != pattern && n.slop == 0 {
		return nil
	}
	hint := example("lang")
	meant := languageCode(n.text)
	switch {
	case err == nil:
		meant = base.String()
	case meant == "":
		meant = spokenIn(head)
	}
	if meant != "" {
		hint = "Did you mean lang:" + meant + " ?"
	}
	return p.fault(n.pos, n.end, "lang: takes a language code.", hint)
}

// spokenIn returns the language of the country whose code was typed, where it
// is the code of no language.
func spokenIn(country string) string {
	switch country {
	case "ua":
		return "uk"
	case "il":
		return "he"
	case "ir":
		return "fa"
	case "sy", "iq", "eg", "jo", "ye", "ly", "lb", "sd":
		return "ar"
	case "cn", "tw":
		return "zh"
	case "jp":
		return "ja"
	case "gr":
		return "el"
	case "us", "gb":
		return "en"
	}
	return ""
}

// host sees that n is the name of a source, not a page of it.
func (p *parser) host(n *term) *Error {
	_, rest, scheme := strings.Cut(n.text, "://")
	if !scheme {
		rest = n.text
	}
	name, _, page := strings.Cut(rest, "/")
	if !scheme && !page {
		return nil
	}
	return p.fault(n.pos, n.end, "source: takes the name of a feed, an outlet or a host, not an address.",
		"Write source:"+strings.TrimPrefix(name, "www.")+", or url: for words of the link.")
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
