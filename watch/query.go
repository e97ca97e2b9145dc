package watch

import (
	"cmp"
	"slices"
	"strings"

	"vedette/story"
)

// A Query is what an archive of folded words is asked for: every item that the
// rule accepts has it, and most of what has it the rule accepts. The zero
// Query is had by every item.
//
// It is a list of groups. An item has it if for each group it has one of its
// phrases, folded as [Fold] does it.
type Query struct {
	Groups [][]story.Phrase
}

// mostPhrases is how many phrases a group may have: looking up more costs
// more than trying the rule on what the other groups leave.
const mostPhrases = 2_000

// Query returns what an archive must be asked for to find all that the rule
// accepts. Letters that only [Rule.Match] can judge are left out of account.
func (r *Rule) Query() Query { return Query{Groups: needed(r.root)} }

// needed returns groups that every item has in which n holds: nil if nothing
// can be said.
func needed(n node) [][]story.Phrase {
	switch n := n.(type) {
	case *term:
		if g := phrasesOf(n); g != nil {
			return [][]story.Phrase{g}
		}
	case *allOf:
		var all [][]story.Phrase
		for _, kid := range n.kids {
			all = append(all, needed(kid)...)
		}
		return all
	case *near:
		return append(needed(n.left), needed(n.right)...)
	case *anyOf:
		return oneOf(n.kids)
	case *atLeast:
		return oneOf(n.kids)
	case *count:
		return needed(n.kid)
	case *scope:
		if maskOf(n.field)&^(inText|inLead) == 0 {
			return needed(n.kid)
		}
	}
	return nil // what must be absent, or is no word of the text
}

// oneOf returns the one group of which an item has a phrase if one of kids
// holds: of each kid the group with the fewest.
func oneOf(kids []node) [][]story.Phrase {
	var one []story.Phrase
	for _, kid := range kids {
		groups := needed(kid)
		if len(groups) == 0 {
			return nil
		}
		one = append(one, slices.MinFunc(groups, func(a, b []story.Phrase) int { return cmp.Compare(len(a), len(b)) })...)
	}
	if len(one) == 0 || len(one) > mostPhrases {
		return nil
	}
	return [][]story.Phrase{one}
}

// phrasesOf returns the phrases that a term may be found as, or nil if they
// cannot be listed.
func phrasesOf(t *term) []story.Phrase {
	if len(t.spellings) == 0 || len(t.spellings) > mostPhrases {
		return nil
	}
	var all []story.Phrase
	for _, spelling := range t.spellings {
		found := phrasesOfParts(spelling, t.slop > 0)
		if found == nil {
			return nil
		}
		all = append(all, found...)
	}
	return all
}

// phrasesOfParts returns the phrase that parts are, or where words may stand
// between them the longest of its words.
func phrasesOfParts(parts []part, loose bool) []story.Phrase {
	var run, best story.Phrase
	keep := func() {
		if extent(run) > extent(best) {
			best = run
		}
		run = story.Phrase{}
	}
	for _, p := range parts {
		switch {
		case p.folded != "":
			run.Words = append(run.Words, p.folded)
		case p.glob != nil:
			if head, rest, _ := strings.Cut(string(p.glob), "*"); head != "" && rest == "" && !strings.Contains(head, "?") {
				run = story.Phrase{Words: append(run.Words, head), Prefix: true}
			}
			keep()
		default:
			keep()
		}
		if loose {
			keep()
		}
	}
	keep()
	if len(best.Words) == 0 {
		return nil
	}
	return []story.Phrase{best}
}

// extent returns how many letters an item must have to have p.
func extent(p story.Phrase) (n int) {
	for _, w := range p.Words {
		n += len(w)
	}
	return n
}
