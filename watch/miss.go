package watch

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"vedette/story"
)

// Nearness returns the share of what the rule asks for that the item has, from
// 0 to 1; it is 1 if the rule accepts the item.
func (r *Rule) Nearness(it *story.Item) float64 {
	return newPage(it).nearness(r.root, inText)
}

// misses explains why n does not hold. The field is the one n stands in.
func (pg *page) misses(n node, where mask, field string) []string {
	if pg.holds(n, where) {
		return nil
	}
	switch n := n.(type) {
	case *allOf:
		var all []string
		for _, kid := range n.kids {
			all = append(all, pg.misses(kid, where, field)...)
		}
		return all
	case *anyOf:
		return pg.anyMisses(n, where, field)
	case *not:
		return []string{canonical(n) + ": " + pg.present(n.kid, where)}
	case *near:
		return pg.nearMisses(n, where, field)
	case *scope:
		if n.field == "lang" {
			return []string{canonical(n) + ": the language is " + orUnknown(pg.lang)}
		}
		return pg.misses(n.kid, fieldMask(n.field), n.field)
	case *atLeast:
		return []string{fmt.Sprintf("%s: only %d of the list", canonical(n), pg.tally(n, where))}
	case *count:
		return []string{canonical(n) + ": it is there " + seldom(len(pg.places(n.kid, where)))}
	case *length:
		return []string{canonical(n) + ": it has " + plural(pg.words, "word")}
	}
	return []string{canonical(n) + missing(field) + pg.akin(n, where)}
}

// akin names a word that is there and begins with n, which is absent: whoever
// wrote strike may not know that strikes is another word.
func (pg *page) akin(n node, where mask) string {
	t, ok := n.(*term)
	if !ok || t.style != word || len(t.spellings[0]) != 1 {
		return ""
	}
	stem := t.spellings[0][0].folded
	if utf8.RuneCountInString(stem) < 4 {
		return ""
	}
	for i := range pg.tokens {
		tok := &pg.tokens[i]
		rest, begins := strings.CutPrefix(tok.folded, stem)
		if begins && tok.where&where != 0 && utf8.RuneCountInString(rest) <= 3 {
			return fmt.Sprintf(", though %s is there: %s* would take it", curly(pg.text(i, i)), t.text)
		}
	}
	return ""
}

// seldom says how often something is there that should be there more often.
func seldom(n int) string {
	if n == 0 {
		return "not at all"
	}
	return "only " + times(n)
}

func missing(field string) string {
	if field == "" || field == "text" {
		return " is absent"
	}
	return " is not in the " + field
}

func orUnknown(lang string) string {
	if lang == "" {
		return "unknown"
	}
	return lang
}

// anyMisses explains why none of several holds: by naming them if they are
// terms, else by the one that lacks least.
func (pg *page) anyMisses(n *anyOf, where mask, field string) []string {
	var best []string
	plain, akin := true, ""
	for _, kid := range n.kids {
		_, isTerm := kid.(*term)
		plain = plain && isTerm
		if akin == "" {
			akin = pg.akin(kid, where)
		}
		if why := pg.misses(kid, where, field); best == nil || len(why) < len(best) {
			best = why
		}
	}
	if plain {
		return []string{canonical(n) + missing(field) + akin}
	}
	return best
}

// nearMisses explains why two things are not near each other.
func (pg *page) nearMisses(n *near, where mask, field string) []string {
	left, right := pg.places(n.left, where), pg.places(n.right, where)
	if len(left) == 0 || len(right) == 0 {
		var why []string
		if len(left) == 0 {
			why = pg.misses(n.left, where, field)
		}
		if len(right) == 0 {
			why = append(why, pg.misses(n.right, where, field)...)
		}
		return why
	}
	least, reversed := -1, false
	for _, a := range left {
		for _, b := range right[:min(len(right), maxEvidence)] {
			gap, ok := pg.between(a, b, n.ordered)
			if !ok {
				_, other := pg.between(a, b, false)
				reversed = reversed || other
			} else if least < 0 || gap < least {
				least = gap
			}
		}
	}
	both := operand(n.left) + " and " + operand(n.right)
	switch {
	case n.strict && least >= 0 && least <= n.n:
		return []string{both + " are near each other, but not in one sentence"}
	case least >= 0:
		return []string{both + " have " + plural(least, "word") + " between them, " + n.operator() + " wants " + strconv.Itoa(n.n)}
	case reversed:
		return []string{both + " stand the other way round, " + n.operator() + " wants this order"}
	}
	return []string{both + " are never in one field, " + n.operator() + " wants them near each other"}
}

// present says where something unwanted stands.
func (pg *page) present(n node, where mask) string {
	why := "this holds"
	done := false
	pg.gather(n, where, func(_ *term, r run) {
		if !done {
			done = true
			why = fmt.Sprintf("%s is in the %s", quoted(strings.Join(strings.Fields(pg.text(r.lo, r.hi)), " ")), pg.segments[pg.tokens[r.lo].segment].field)
		}
	})
	return why
}

// nearness returns the share of n that holds. What must be absent counts only
// if it is there.
func (pg *page) nearness(n node, where mask) float64 {
	if pg.holds(n, where) {
		return 1
	}
	switch n := n.(type) {
	case *allOf:
		sum, clauses := 0.0, 0
		for _, kid := range n.kids {
			if _, negative := kid.(*not); negative && pg.holds(kid, where) {
				continue
			}
			clauses++
			sum += pg.nearness(kid, where)
		}
		return sum / float64(clauses)
	case *anyOf:
		best := 0.0
		for _, kid := range n.kids {
			best = max(best, pg.nearness(kid, where))
		}
		return best
	case *scope:
		if n.field != "lang" {
			return pg.nearness(n.kid, fieldMask(n.field))
		}
	case *near:
		return (pg.nearness(n.left, where) + pg.nearness(n.right, where)) / 3
	case *atLeast:
		return float64(pg.tally(n, where)) / float64(n.n)
	case *count:
		return float64(len(pg.places(n.kid, where))) / float64(n.n+1)
	}
	return 0
}
