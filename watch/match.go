package watch

import (
	"slices"
	"strings"

	"vedette/story"
)

// maxEvidence bounds the evidence of one match.
const maxEvidence = 200

// match evaluates a rule and gathers its evidence.
func (pg *page) match(n node) ([]story.Evidence, bool) { return pg.prove(n, inText) }

// prove evaluates n in the fields of where and gathers its evidence.
func (pg *page) prove(n node, where mask) ([]story.Evidence, bool) {
	if !pg.holds(n, where) {
		return nil, false
	}
	var hits []hit
	pg.gather(n, where, func(t *term, r run) { hits = append(hits, hit{r, t}) })
	slices.SortStableFunc(hits, func(a, b hit) int {
		if a.lo != b.lo {
			return a.lo - b.lo
		}
		return a.hi - b.hi
	})
	var evidence []story.Evidence
	for i, h := range hits {
		if i > 0 && h.run == hits[i-1].run && h.term.text == hits[i-1].term.text {
			continue
		}
		if len(evidence) == maxEvidence {
			break
		}
		first := &pg.tokens[h.lo]
		evidence = append(evidence, story.Evidence{
			Term:  h.term.text,
			Field: pg.segments[first.segment].field,
			Text:  pg.text(h.lo, h.hi),
			Start: int(first.start),
			End:   int(pg.tokens[h.hi].end),
		})
	}
	return evidence, true
}

// A hit is a term and where it stands.
type hit struct {
	run
	term *term
}

// fieldMask returns the fields that a name in a rule stands for.
func fieldMask(field string) mask {
	switch field {
	case "title":
		return inTitle
	case "summary":
		return inSummary
	case "body":
		return inBody
	case "lead":
		return inLead
	case "source":
		return inSource
	case "author":
		return inAuthor
	case "url":
		return inURL
	case "tag":
		return inTag
	}
	return inText
}

// holds says whether n is true of the item, its terms being looked for in
// where.
func (pg *page) holds(n node, where mask) bool {
	switch n := n.(type) {
	case *term:
		return len(pg.stands(n, where, 1)) > 0
	case *allOf:
		for _, kid := range n.kids {
			if !pg.holds(kid, where) {
				return false
			}
		}
		return true
	case *anyOf:
		return slices.ContainsFunc(n.kids, func(kid node) bool { return pg.holds(kid, where) })
	case *not:
		return !pg.holds(n.kid, where)
	case *near:
		return len(pg.places(n, where)) > 0
	case *scope:
		if n.field == "lang" {
			return pg.speaks(n.kid)
		}
		return pg.holds(n.kid, fieldMask(n.field))
	case *atLeast:
		return pg.tally(n, where) >= n.n
	case *count:
		return len(pg.places(n.kid, where)) >= n.n
	case *length:
		return n.accepts(pg.words)
	}
	return false
}

// tally counts the items of the list that hold.
func (pg *page) tally(n *atLeast, where mask) int {
	found := 0
	for _, kid := range n.kids {
		if pg.holds(kid, where) {
			found++
		}
	}
	return found
}

func (n *length) accepts(words int) bool { return n.op.holds(words, n.n) }

// speaks says whether the item's language is what n asks for: lang:pt takes
// pt-BR, lang:pt-BR does not take pt.
func (pg *page) speaks(n node) bool {
	switch n := n.(type) {
	case *term:
		want := strings.ToLower(n.text)
		return pg.lang == want || strings.HasPrefix(pg.lang, want+"-")
	case *anyOf:
		return slices.ContainsFunc(n.kids, pg.speaks)
	case *allOf:
		return !slices.ContainsFunc(n.kids, func(kid node) bool { return !pg.speaks(kid) })
	case *not:
		return !pg.speaks(n.kid)
	case *atLeast:
		found := 0
		for _, kid := range n.kids {
			if pg.speaks(kid) {
				found++
			}
		}
		return found >= n.n
	}
	return false
}

// places returns where a positional node stands, in order.
func (pg *page) places(n node, where mask) []run {
	switch n := n.(type) {
	case *term:
		return pg.stands(n, where, maxRuns)
	case *anyOf:
		var found []run
		for _, kid := range n.kids {
			found = append(found, pg.places(kid, where)...)
		}
		return ordered(found)
	case *near:
		if n.strict {
			return pg.unbroken(pg.pairs(n, where))
		}
		return pg.pairs(n, where)
	}
	return nil
}

// pairs returns the stretches from one side of n to the other.
func (pg *page) pairs(n *near, where mask) []run {
	left := pg.places(n.left, where)
	if len(left) == 0 {
		return nil
	}
	right := pg.places(n.right, where)
	widest := 0
	for _, b := range right {
		widest = max(widest, b.hi-b.lo)
	}
	var found []run
	for _, a := range left {
		from, _ := slices.BinarySearchFunc(right, a.lo-n.n-1-widest, func(b run, lo int) int { return b.lo - lo })
		for _, b := range right[from:] {
			if b.lo > a.hi+n.n+1 {
				break
			}
			if len(found) == maxRuns {
				return ordered(found)
			}
			if gap, ok := pg.between(a, b, n.ordered); ok && gap <= n.n {
				found = append(found, run{min(a.lo, b.lo), max(a.hi, b.hi)})
			}
		}
	}
	return ordered(found)
}

// between counts the words between a and b. It is false if they overlap,
// stand in different fields, or stand in the wrong order.
func (pg *page) between(a, b run, inOrder bool) (int, bool) {
	if pg.tokens[a.lo].segment != pg.tokens[b.lo].segment {
		return 0, false
	}
	switch {
	case b.lo > a.hi:
		return b.lo - a.hi - 1, true
	case a.lo > b.hi && !inOrder:
		return a.lo - b.hi - 1, true
	}
	return 0, false
}

// gather calls found for each term that makes n true, and where it stands.
func (pg *page) gather(n node, where mask, found func(*term, run)) {
	switch n := n.(type) {
	case *term:
		if where&^(inText|inLead) != 0 {
			return
		}
		for _, r := range pg.stands(n, where, maxEvidence) {
			found(n, r)
		}
	case *allOf, *anyOf, *atLeast:
		for _, kid := range children(n) {
			if pg.holds(kid, where) {
				pg.gather(kid, where, found)
			}
		}
	case *near:
		pg.gatherNear(n, where, found)
	case *scope:
		if n.field != "lang" {
			pg.gather(n.kid, fieldMask(n.field), found)
		}
	case *count:
		pg.gather(n.kid, where, found)
	case *not, *length:
	}
}

// gatherNear calls found for the terms of n inside the stretches where n
// holds; elsewhere they prove nothing.
func (pg *page) gatherNear(n *near, where mask, found func(*term, run)) {
	stretches := pg.places(n, where)
	inside := func(t *term, r run) {
		for _, s := range stretches {
			if s.lo > r.lo {
				return
			}
			if r.hi <= s.hi {
				found(t, r)
				return
			}
		}
	}
	pg.gather(n.left, where, inside)
	pg.gather(n.right, where, inside)
}
