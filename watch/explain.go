package watch

import (
	"fmt"
	"strings"

	"vedette/story"
)

// A Clause is one thing that a rule asks of an item, and what came of it.
type Clause struct {
	Text  string // as the canonical form writes it
	Held  bool
	Where []story.Evidence // the words that made it hold or, for what must be absent, that are there
	Why   string           // what kept it from holding, or ""
	Later bool             // it is asked of the story; an item neither holds nor fails it
	Parts []Clause         // of an OR or a list: each of its branches; else nil
}

// Explain says of each thing that the rule asks of an item, in the order of
// the canonical form, whether it held and on which words. The rule accepts
// the item if every clause held that is not for later.
func (r *Rule) Explain(it *story.Item) []Clause {
	pg := newPage(it)
	clauses := make([]Clause, 0, 1+len(r.asked))
	for _, n := range conjuncts(r.root) {
		clauses = append(clauses, pg.explain(n, inText, ""))
	}
	for _, t := range r.asked {
		clauses = append(clauses, Clause{Text: t.String(), Later: true})
	}
	return clauses
}

// explain says what came of n. The field is the one that n stands in.
func (pg *page) explain(n node, where mask, field string) Clause {
	c := Clause{Text: canonical(n)}
	c.Where, c.Held = pg.prove(n, where)
	if no, ok := n.(*not); ok {
		c.Where, _ = pg.prove(no.kid, where)
	}
	if !c.Held {
		c.Why = strings.Join(pg.misses(n, where, field), "; ")
	}
	c.Parts = pg.parts(n, where, field)
	return c
}

// parts explains the branches of n, if it has any that can hold apart.
func (pg *page) parts(n node, where mask, field string) []Clause {
	var kids []node
	switch n := n.(type) {
	case *scope:
		if n.field == "lang" {
			return nil
		}
		return pg.parts(n.kid, fieldMask(n.field), n.field)
	case *not:
		return pg.parts(n.kid, where, field)
	case *allOf, *anyOf, *atLeast:
		kids = children(n)
	}
	var parts []Clause
	for _, kid := range kids {
		parts = append(parts, pg.explain(kid, where, field))
	}
	return parts
}

// Failed returns the clauses that kept a rule from accepting an item.
func Failed(clauses []Clause) []Clause {
	var failed []Clause
	for _, c := range clauses {
		if !c.Held && !c.Later {
			failed = append(failed, c)
		}
	}
	return failed
}

// String returns the clause, and what came of it, on one line.
func (c Clause) String() string {
	switch {
	case c.Later:
		return "· " + c.Text + ": asked of the story, once it is known"
	case !c.Held && strings.HasPrefix(c.Why, c.Text):
		return "✗ " + c.Why
	case !c.Held:
		return "✗ " + c.Text + ": " + c.Why
	case len(c.Where) == 0:
		return "✓ " + c.Text
	}
	found := make([]string, 0, 3)
	for i, e := range c.Where {
		if i == 2 && len(c.Where) > 3 {
			found = append(found, fmt.Sprintf("and %d times more", len(c.Where)-i))
			break
		}
		found = append(found, curly(e.Text)+" in the "+string(e.Field))
	}
	return "✓ " + c.Text + ": " + strings.Join(found, ", ")
}
