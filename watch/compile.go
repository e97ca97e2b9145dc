package watch

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"
	"strings"
)

const (
	pairFrom   = 8   // a leaf with more rules than this is paired
	sharedFrom = 256 // a group with this many members, times its rules, is found once an item
)

// A compiler makes an index. It goes through the rules twice: to number the
// leaves and to count what uses them, and to file the rules by these counts.
type compiler struct {
	ix        *index
	share     func(word string) float64 // of the items that hold a word, or nil
	words     map[string]uint32
	spelt     []string // the words by number
	texts     []string // of the leaves
	patterns  map[string]uint32
	numbers   map[leafKey]uint32
	alike     map[sharedKey]uint32 // of terms whose spellings many rules share
	known     []numbered           // the leaves of the rules' terms as they were counted
	at        int                  // in known
	groups    map[string]uint32
	keys      []keyedBy
	bigrams   []bigram
	ups       []keyedBy // spelled is the leaf that stands for a group
	cost      []float64 // by leaf; while counting, the number of its uses
	shared    []int     // by group, the number of its uses
	stands    []uint32  // by group, the leaf that stands for it, or 0
	code      []uint32  // with groups
	codeFrom  []uint32
	members   []uint32 // of the groups
	groupFrom []uint32
	buf       []byte
	needing   []need
	costs     []float64
}

type leafKey struct {
	text, spelling string
	style          style
	mask           mask
	slop           int
}

// A sharedKey tells leaves apart as far as terms share their spellings: to look
// at where these are is quicker than to look at what they say.
type sharedKey struct {
	spellings *[]part
	style     style
	mask      mask
	slop      int
}

type numbered struct {
	term *term
	mask mask
	leaf uint32
}

type keyedBy struct {
	key uint32
	keyed
}

type bigram struct {
	words uint64
	size  uint32
	keyed
}

// inLang is the field of the item's language, in which nothing has a place.
const inLang mask = 1 << 15

// compile makes an index of rules. If share is not nil it says which part of
// all items holds a folded word; otherwise a word is taken to be as common in
// items as it is in rules.
func newIndex(rules []node, labels []label, share func(word string) float64) *index {
	c := compiler{
		ix:    &index{leaves: make([]leaf, 1), spelled: make([]spelling, 1), exacts: make([]string, 1), langs: make(map[string][]uint32)},
		spelt: make([]string, 1), texts: make([]string, 1),
		share: share, words: make(map[string]uint32), patterns: make(map[string]uint32),
		numbers: make(map[leafKey]uint32), alike: make(map[sharedKey]uint32), groups: make(map[string]uint32), cost: make([]float64, 1),
	}
	c.groupFrom = make([]uint32, 1, 2)
	c.known = make([]numbered, 0, 8*len(rules)) // a guess
	from := make([]int, 0, len(rules))
	for _, n := range rules {
		from = append(from, len(c.known))
		c.count(n, inText)
	}
	c.weigh()
	for i, n := range rules {
		c.at = from[i]
		c.rule(n)
	}
	c.codeFrom = append(c.codeFrom, u32(len(c.code)))
	c.standIns()
	c.spellOut()
	c.file(labels)
	c.finish()
	return c.ix
}

// count numbers the leaves of n and counts their uses.
func (c *compiler) count(n node, in mask) {
	switch n := n.(type) {
	case *term:
		leaf := c.number(n, in)
		c.known = append(c.known, numbered{n, in, leaf})
		c.cost[leaf]++
	case *scope:
		c.count(n.kid, maskOf(n.field))
	default:
		for _, kid := range children(n) {
			c.count(kid, in)
		}
	}
}

// isQuiet holds for fields that are no text of the item, and so no evidence.
func isQuiet(in mask) bool { return in&^(inText|inLead) != 0 }

func maskOf(field string) mask {
	if field == "lang" {
		return inLang
	}
	return fieldMask(field)
}

// leaf returns what number does, without looking it up if the terms of the
// rule come in the order in which they were counted.
func (c *compiler) leaf(t *term, in mask) uint32 {
	if c.at < len(c.known) {
		if k := &c.known[c.at]; k.term == t && k.mask == in {
			c.at++
			return k.leaf
		}
	}
	return c.number(t, in)
}

// number returns the number of the leaf that t is in the given fields.
func (c *compiler) number(t *term, in mask) uint32 {
	if len(t.spellings) == 0 {
		return c.numberOf(t, in)
	}
	key := sharedKey{&t.spellings[0], t.style, in, t.slop}
	n, ok := c.alike[key]
	if !ok || c.texts[n] != t.text {
		n = c.numberOf(t, in)
		c.alike[key] = n
	}
	return n
}

// numberOf returns what number does, by what the term says.
func (c *compiler) numberOf(t *term, in mask) uint32 {
	key := leafKey{text: t.text, style: t.style, mask: in, slop: t.slop, spelling: c.spelling(t)}
	if n, ok := c.numbers[key]; ok {
		return n
	}
	n := u32(len(c.ix.leaves))
	c.numbers[key] = n
	c.cost = append(c.cost, 0)
	c.texts = append(c.texts, "")
	c.ix.leaves = append(c.ix.leaves, leaf{mask: in, quiet: isQuiet(in)})
	c.ix.fields |= in
	if in == inLang {
		lang := strings.ToLower(t.text)
		c.ix.langs[lang] = append(c.ix.langs[lang], n)
		return n
	}
	for _, parts := range t.spellings {
		c.spell(n, parts, t.slop)
	}
	c.texts[n] = t.text
	return n
}

// spelling returns what tells the spellings of two terms apart.
func (c *compiler) spelling(t *term) string {
	if len(t.spellings) == 1 && len(t.spellings[0]) == 1 && t.spellings[0][0].folded != "" {
		return t.spellings[0][0].folded
	}
	c.buf = c.buf[:0]
	for _, parts := range t.spellings {
		for i := range parts {
			p := &parts[i]
			c.buf = append(append(append(append(c.buf, p.folded...), 0), p.exact...), 0)
			c.buf = append(c.buf, patternName(p)...)
			c.buf = append(c.buf, 1)
		}
		c.buf = append(c.buf, 2)
	}
	return string(c.buf)
}

func patternName(p *part) string {
	switch {
	case p.glob != nil:
		return "*" + string(p.glob)
	case p.re != nil:
		return "/" + p.re.String()
	}
	return ""
}

// spell adds the keys of one spelling of a leaf.
func (c *compiler) spell(n uint32, parts []part, slop int) {
	plain := true
	c.needing = c.needing[:0]
	for i := range parts {
		p := &parts[i]
		nd := need{key: c.key(p)}
		if p.exact != "" {
			nd.exact = u32(len(c.ix.exacts))
			c.ix.exacts = append(c.ix.exacts, strings.Clone(p.exact))
		}
		plain = plain && nd.key&patternKey == 0 && nd.exact == 0
		c.needing = append(c.needing, nd)
	}
	if plain = plain && slop == 0; plain && len(parts) == 1 {
		c.keys = append(c.keys, keyedBy{c.needing[0].key, keyed{n, 0, c.ix.leaves[n].mask}})
		return
	}
	k := keyed{n, u32(len(c.ix.spelled)), c.ix.leaves[n].mask}
	from := u32(len(c.ix.needs))
	c.ix.needs = append(c.ix.needs, c.needing...)
	c.ix.spelled = append(c.ix.spelled, spelling{from: from, to: u32(len(c.ix.needs)), slop: i32(slop)})
	if plain {
		c.bigrams = append(c.bigrams, bigram{pairOf(c.needing[0].key, c.needing[1].key), u32(len(parts)), k})
		return
	}
	c.keys = append(c.keys, keyedBy{c.needing[0].key, k})
}

// key returns the number of the word or pattern that p is.
func (c *compiler) key(p *part) uint32 {
	if p.folded != "" {
		n, ok := c.words[p.folded]
		if !ok {
			n = u32(len(c.spelt))
			c.words[p.folded] = n
			c.spelt = append(c.spelt, p.folded)
		}
		return n
	}
	name := patternName(p)
	n, ok := c.patterns[name]
	if !ok {
		n = u32(len(c.ix.patterns)) | patternKey
		c.patterns[name] = n
		m := matcherOf{glob: p.glob, re: p.re}
		if len(p.glob) > 0 && p.glob[0] != '*' && p.glob[0] != '?' {
			m.first = p.glob[0]
		}
		c.ix.patterns = append(c.ix.patterns, m)
	}
	return n
}

// weigh turns the uses of leaves into the cost of filing under them.
func (c *compiler) weigh() {
	if c.share != nil {
		clear(c.cost)
		for _, k := range c.keys {
			c.cost[k.leaf] += c.commonness(k.key, k.spelled)
		}
		for _, b := range c.bigrams {
			c.cost[b.leaf] += c.commonness(uint32(b.words>>32), b.spelled)
		}
	}
	for n := range c.cost {
		switch in := c.ix.leaves[n].mask; {
		case in == inLang:
			c.cost[n] = math.MaxFloat32
		case in&inText == 0 && in != inLead:
			c.cost[n] += 1e6 // an outlet or a tag may be that of every tenth item
		}
	}
}

// commonness returns the share of items that hold the rarest word of a
// spelling; a phrase is rarer still.
func (c *compiler) commonness(key, spelling uint32) float64 {
	if spelling == 0 {
		return c.share(c.spelt[key])
	}
	least := 1.0
	sp := c.ix.spelled[spelling]
	for _, nd := range c.ix.needs[sp.from:sp.to] {
		if nd.key&patternKey == 0 {
			least = min(least, c.share(c.spelt[nd.key])/2)
		}
	}
	return least
}

// A clause is the leaves of which one must be there.
type clause []uint32

func (c *compiler) costOf(cl clause) float64 {
	sum := 0.0
	for _, n := range cl {
		sum += c.cost[n]
	}
	return sum
}

// rule adds the code of a rule.
func (c *compiler) rule(n node) {
	c.codeFrom = append(c.codeFrom, u32(len(c.code)))
	var must, mustNot []clause
	if !asksSentences(n) && c.clauses(n, inText, &must, &mustNot) && len(must) <= maxClauses && len(mustNot) <= maxClauses {
		c.code = append(c.code, u32(len(must))|u32(len(mustNot))<<headNots)
		c.add(must)
		for _, cl := range mustNot {
			c.code = append(c.code, c.clause(cl, 0))
		}
		return
	}
	must = c.required(n, inText)
	must = must[:min(len(must), maxClauses)]
	root := c.root(n)
	c.code = append(c.code, headTree|u32(len(must)), root)
	c.add(must)
}

// add adds clauses that must hold, the rarest first.
func (c *compiler) add(must []clause) {
	from := len(c.code)
	c.costs = c.costs[:0]
	for i, cl := range must {
		code, cost := c.clause(cl, u32(i)), c.costOf(cl)
		at := i
		for at > 0 && c.costs[at-1] > cost {
			at--
		}
		c.costs = slices.Insert(c.costs, at, cost)
		c.code = slices.Insert(c.code, from+at, code)
	}
}

// clause returns the code of one clause: leaves that many rules share are one
// group.
func (c *compiler) clause(cl clause, rank uint32) uint32 {
	if len(cl) == 1 {
		return cl[0] | rank<<clauseRank
	}
	c.buf = c.buf[:0]
	for _, n := range cl {
		c.buf = binary.LittleEndian.AppendUint32(c.buf, n)
	}
	n, ok := c.groups[string(c.buf)]
	if !ok {
		n = u32(len(c.shared))
		c.groups[string(c.buf)] = n
		c.shared = append(c.shared, 0)
		c.members = append(c.members, cl...)
		c.groupFrom = append(c.groupFrom, u32(len(c.members)))
	}
	c.shared[n]++
	return n | rank<<clauseRank | clauseList
}

// clauses adds the clauses that n is, and reports whether it is nothing else.
func (c *compiler) clauses(n node, in mask, must, mustNot *[]clause) bool {
	switch n := n.(type) {
	case *allOf:
		for _, kid := range n.kids {
			if !c.clauses(kid, in, must, mustNot) {
				return false
			}
		}
		return true
	case *scope:
		if _, plain := n.kid.(*allOf); plain {
			return c.clauses(n.kid, maskOf(n.field), must, mustNot)
		}
	case *not:
		cl, ok := c.either(nil, n.kid, in)
		*mustNot = append(*mustNot, cl)
		return ok
	}
	cl, ok := c.either(nil, n, in)
	*must = append(*must, cl)
	return ok
}

// either adds the leaves of a term or of terms that OR joins.
func (c *compiler) either(cl clause, n node, in mask) (clause, bool) {
	switch n := n.(type) {
	case *term:
		return append(cl, c.leaf(n, in)), true
	case *scope:
		return c.either(cl, n.kid, maskOf(n.field))
	case *anyOf:
		for _, kid := range n.kids {
			var ok bool
			if cl, ok = c.either(cl, kid, in); !ok {
				return nil, false
			}
		}
		return cl, true
	}
	return nil, false
}

// required returns clauses that hold wherever n does.
func (c *compiler) required(n node, in mask) []clause {
	switch n := n.(type) {
	case *term:
		return []clause{{c.leaf(n, in)}}
	case *scope:
		return c.required(n.kid, maskOf(n.field))
	case *count:
		return c.required(n.kid, in)
	case *allOf, *near:
		var all []clause
		for _, kid := range children(n) {
			all = append(all, c.required(kid, in)...)
		}
		return all
	case *anyOf:
		return c.oneOf(n.kids, 1, in)
	case *atLeast:
		return c.oneOf(n.kids, n.n, in)
	}
	return nil
}

// oneOf returns a clause that holds where n of the kids do: of all but n-1 of
// them one must hold. It leaves out the most common.
func (c *compiler) oneOf(kids []node, n int, in mask) []clause {
	var best []clause
	free := 0
	for _, kid := range kids {
		if all := c.required(kid, in); len(all) > 0 {
			best = append(best, slices.MinFunc(all, func(a, b clause) int { return cmp.Compare(c.costOf(a), c.costOf(b)) }))
		} else {
			free++
		}
	}
	if free >= n {
		return nil
	}
	slices.SortStableFunc(best, func(a, b clause) int { return cmp.Compare(c.costOf(a), c.costOf(b)) })
	return []clause{slices.Concat(best[:len(kids)-n+1]...)}
}
