package watch

import (
	_ "embed" // how common words are
	"fmt"
	"iter"
	"math"
	"slices"
	"strconv"
	"strings"

	"vedette/story"
)

// Broad is the share of all news from which on a rule is too broad to be told
// to people: of every thirty reports, one.
const Broad = 0.03

// A Breadth is how much of the news a rule accepts, and which part of the rule
// that is owed to.
type Breadth struct {
	Share       float64 // of all items, from 0 to 1
	Clause      string  // what lets most of them in, as the canonical form writes it
	ClauseShare float64 // of all items that have it
	Lang        string  // in news of which language it was reckoned; "" if it was measured
}

// Estimate reckons how much of the news the rule is likely to accept, in the
// language of which it would accept most, from how common words are. It knows
// the few hundred words that are common in all news, and takes all others for
// rare: a rule that it finds broad is, and one that it does not find broad may
// be broad for feeds that tell of little else.
func (r *Rule) Estimate() Breadth {
	var widest Breadth
	for lang, words := range commonWords() {
		e := estimate{lang: lang, words: words}
		if b := breadth(r.root, e.share); b.Share > widest.Share {
			b.Lang = lang
			widest = b
		}
	}
	return widest
}

// Measure says how much of the items the rule accepts.
func (r *Rule) Measure(items iter.Seq[*story.Item]) Breadth {
	held, total := make(map[node]int), 0
	for it := range items {
		total++
		tally(newPage(it), r.root, inText, held)
	}
	if total == 0 {
		return Breadth{}
	}
	return breadth(r.root, func(n node) float64 { return float64(held[n]) / float64(total) })
}

// tally counts for n, and for what it joins, that it held.
func tally(pg *page, n node, where mask, held map[node]int) {
	if !pg.holds(n, where) {
		if _, ok := n.(*allOf); !ok {
			return // nor did a branch of it, or what did is of no account
		}
	} else {
		held[n]++
	}
	switch n := n.(type) {
	case *allOf, *anyOf:
		for _, kid := range children(n) {
			tally(pg, kid, where, held)
		}
	}
}

// Broad reports whether people should be warned of the rule.
func (b Breadth) Broad() bool { return b.Share >= Broad }

// Advice says what to tighten.
func (b Breadth) Advice() string {
	clause := []rune(b.Clause)
	if len(clause) > 60 {
		clause = append(clause[:60], '…')
	}
	return fmt.Sprintf("Most comes in by %s, which %s of them have: ask for more beside it, such as a place or a second word, or for something rarer.",
		string(clause), Percent(b.ClauseShare))
}

// String says how broad the rule is and what to tighten.
func (b Breadth) String() string {
	if b.Lang == "" {
		return fmt.Sprintf("It matches %s of all reports. %s", Percent(b.Share), b.Advice())
	}
	return fmt.Sprintf("It is likely to match some %s of all news in %s. %s", Percent(b.Share), languageName(b.Lang), b.Advice())
}

// Percent writes a share for people: 12%, 3.4%, 0.02%.
func Percent(share float64) string {
	p := 100 * share
	switch {
	case p >= 9.95 || p == 0:
		return strconv.FormatFloat(p, 'f', 0, 64) + "%"
	case p >= 0.095:
		return strconv.FormatFloat(p, 'f', 1, 64) + "%"
	}
	return strconv.FormatFloat(p, 'g', 1, 64) + "%"
}

// breadth returns the breadth of a rule whose parts have these shares.
func breadth(root node, share func(node) float64) Breadth {
	b := Breadth{Share: share(root)}
	n := widest(root, share)
	b.Clause, b.ClauseShare = canonical(n), share(n)
	return b
}

// widest returns the part of n that lets most in. What must be there together
// is as rare as the rarest of it, and of branches the most common counts,
// unless it is one of many that count as much.
func widest(n node, share func(node) float64) node {
	switch n := n.(type) {
	case *allOf:
		var rarest node
		for _, kid := range n.kids {
			if _, no := kid.(*not); !no && !attribute(kid) && (rarest == nil || share(kid) < share(rarest)) {
				rarest = kid
			}
		}
		if rarest != nil {
			return widest(rarest, share)
		}
	case *anyOf:
		most := slices.MaxFunc(n.kids, func(a, b node) int { return int(math.Copysign(1, share(a)-share(b))) })
		if share(most) >= share(n)/2 {
			return widest(most, share)
		}
	}
	return n
}

//go:embed common.txt
var commonText string

// commonWords returns for each language how much of its news has a word, by
// the folded word or phrase.
func commonWords() iter.Seq2[string, map[string]float64] {
	return func(yield func(string, map[string]float64) bool) {
		for section := range strings.SplitSeq(commonText, "\n[") {
			lang, rest, ok := strings.Cut(section, "] ")
			if !ok {
				continue // the comment before the first
			}
			words := make(map[string]float64)
			for line := range strings.Lines(rest) {
				head, list, ok := strings.Cut(line, "% ")
				share, err := strconv.ParseFloat(head, 64)
				if !ok || err != nil {
					continue // a header or an empty line
				}
				for word := range strings.FieldsSeq(list) {
					words[foldedKey(word)] = share / 100
				}
				words[foldedKey(list)] = share / 100
			}
			if !yield(lang, words) {
				return
			}
		}
	}
}

// An estimate reckons shares for the news of one language.
type estimate struct {
	lang  string
	words map[string]float64
}

// What is assumed of what is not known.
const (
	rare      = 0.0002 // a word that is not common
	inOrder   = 0.3    // of the items that have its words, those that have the phrase
	closeBy   = 0.4    // of those that have two things, those that have them near each other
	fromThere = 0.3    // the news of one source, author or kind
)

// share returns how much of the news n accepts.
func (e *estimate) share(n node) float64 {
	switch n := n.(type) {
	case *allOf:
		return together(e.shares(n.kids))
	case *anyOf:
		return either(e.shares(n.kids))
	case *not:
		return 1 - e.share(n.kid)
	case *near:
		return closeBy * together([]float64{e.share(n.left), e.share(n.right)})
	case *atLeast:
		all := e.shares(n.kids)
		slices.SortFunc(all, func(a, b float64) int { return int(math.Copysign(1, b-a)) })
		return min(1, together(all[:n.n])*float64(1+len(all)-n.n))
	case *count:
		return e.share(n.kid) / float64(n.n)
	case *scope:
		return e.scoped(n)
	case *term:
		return e.term(n)
	}
	return 1
}

func (e *estimate) shares(kids []node) []float64 {
	all := make([]float64, len(kids))
	for i, kid := range kids {
		all[i] = e.share(kid)
	}
	return all
}

// scoped returns the share of what stands in a field.
func (e *estimate) scoped(n *scope) float64 {
	switch n.field {
	case "lang":
		pg := page{lang: e.lang}
		if pg.speaks(n.kid) {
			return 1
		}
		return 0
	case "title":
		return e.share(n.kid) / 4
	case "summary", "lead":
		return e.share(n.kid) / 2
	case "source", "author", "url", "tag":
		return fromThere
	}
	return e.share(n.kid)
}

// term returns the share of a word, phrase, wildcard or expression.
func (e *estimate) term(n *term) float64 {
	found := []float64{rare}
	for _, parts := range n.spellings {
		if share := e.spelling(parts); share > 0 {
			found = append(found, share)
		}
	}
	share := either(found)
	if n.style == exact {
		share /= 2
	}
	return share
}

// spelling returns the share of one spelling, or 0 if it is not known to be
// common.
func (e *estimate) spelling(parts []part) float64 {
	if share, ok := e.words[partsKey(parts)]; ok {
		return share
	}
	var all []float64
	for _, p := range parts {
		if p.folded != "" {
			all = append(all, e.words[p.folded])
			continue
		}
		var fits []float64
		for word, share := range e.words {
			if p.glob != nil && globbed(p.glob, word) || p.re != nil && p.re.MatchString(word) {
				fits = append(fits, share)
			}
		}
		slices.Sort(fits)
		all = append(all, either(fits))
	}
	share := slices.Min(all)
	if len(parts) > 1 {
		share *= inOrder
	}
	return share
}

// together returns the share of items that have all of several things. Things
// that are told of together are not independent of each other: the rarest
// counts, the others less and less.
func together(shares []float64) float64 {
	sorted := slices.Sorted(slices.Values(shares))
	all, weight := 1.0, 1.0
	for _, s := range sorted {
		all *= math.Pow(s, weight)
		weight /= 2
	}
	return all
}

// either returns the share of items that have any of several things.
func either(shares []float64) float64 {
	none := 1.0
	for _, s := range shares {
		none *= 1 - s
	}
	return 1 - none
}
