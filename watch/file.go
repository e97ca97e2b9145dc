package watch

import (
	"cmp"
	"math/bits"
	"slices"
)

// standIns makes leaves that stand for the groups that many rules share, so
// that an item finds such a group once, and a rule is filed under it once.
func (c *compiler) standIns() {
	ix := c.ix
	c.stands = make([]uint32, len(c.shared))
	ix.standing = u32(len(ix.leaves))
	ix.groupFrom = append(ix.groupFrom, 0)
	for g, uses := range c.shared {
		members := c.members[c.groupFrom[g]:c.groupFrom[g+1]]
		if uses == 1 || uses*len(members) < sharedFrom {
			continue
		}
		n := u32(len(ix.leaves))
		c.stands[g] = n
		ix.leaves = append(ix.leaves, leaf{quiet: true})
		ix.members = append(ix.members, members...)
		ix.groupFrom = append(ix.groupFrom, u32(len(ix.members)))
		for _, member := range members {
			c.ups = append(c.ups, keyedBy{member, keyed{leaf: n}})
		}
	}
}

// spellOut makes the index's code of the compiler's: a group becomes the leaf
// that stands for it, or its leaves.
func (c *compiler) spellOut() {
	ix := c.ix
	ix.shelves = make([]shelf, len(ix.leaves))
	ix.codeFrom = make([]uint32, 0, len(c.codeFrom))
	ix.code = make([]uint32, 0, len(c.code)+len(c.members))
	for r := range len(c.codeFrom) - 1 {
		ix.codeFrom = append(ix.codeFrom, u32(len(ix.code)))
		code := c.code[c.codeFrom[r]:c.codeFrom[r+1]]
		head, must := code[0], int(code[0]&(1<<headNots-1))
		clauses := code[1:]
		ix.code = append(ix.code, head)
		if head&headTree != 0 {
			ix.code = append(ix.code, code[1])
			clauses = code[2:]
		}
		for i, cl := range clauses {
			from := len(ix.code)
			ix.code = c.appendClause(ix.code, cl)
			if _, leaves, _ := cut(ix.code[from:]); i >= must {
				for _, n := range leaves {
					ix.shelves[n&clauseID].negated = true
				}
			}
		}
	}
	ix.codeFrom = append(ix.codeFrom, u32(len(ix.code)))
}

func (c *compiler) appendClause(code []uint32, cl uint32) []uint32 {
	if cl&clauseList == 0 {
		return append(code, cl)
	}
	g, rank := cl&clauseID, cl&^clauseList&^clauseID
	if n := c.stands[g]; n != 0 {
		return append(code, n|rank)
	}
	members := c.members[c.groupFrom[g]:c.groupFrom[g+1]]
	return append(append(code, u32(len(members))|rank|clauseList), members...)
}

// must returns the code of the clauses that must hold if a rule does, how many
// there are, and how a rule is filed of which nothing else is left to check.
func (ix *index) must(rule int) (clauses []uint32, n uint32, done entry) {
	code := ix.code[ix.codeFrom[rule]:]
	switch head := code[0]; {
	case head&headTree != 0:
		return code[2:], head &^ uint32(headTree), 0
	case head>>headNots != 0:
		return code[1:], head & (1<<headNots - 1), entryUnless
	default:
		return code[1:], head, entryDone
	}
}

type filed struct {
	under uint64
	entry entry
}

// file files the rules.
func (c *compiler) file(labels []label) {
	ix := c.ix
	load := make([]int, len(ix.leaves))
	for r := range labels {
		if must, n, _ := ix.must(r); n > 0 {
			_, under, _ := cut(must)
			for _, n := range under {
				load[n&clauseID]++
			}
		}
	}
	flat := make([]filed, 0, len(labels))
	paired := make([]filed, 0, 4*len(labels))
	for r, name := range labels {
		must, n, done := ix.must(r)
		e := entry(r)<<entryRule | entry(name) // #nosec G115 -- far fewer rules than 2^32
		if n == 0 {
			ix.always = append(ix.always, e)
			continue
		}
		// A rule is filed in one way under all leaves of its clause: then
		// the combinations in which it comes are all that there are.
		_, under, rest := cut(must)
		if n == 1 || !slices.ContainsFunc(under, func(n uint32) bool { return load[n&clauseID] > pairFrom }) {
			if n == 1 {
				e |= done
			}
			for _, n := range under {
				flat = append(flat, filed{uint64(n & clauseID), e})
			}
			continue
		}
		if n == 2 {
			e |= done
		}
		_, second, _ := cut(rest)
		for _, n := range under {
			for _, m := range second {
				paired = append(paired, filed{pairOf(n&clauseID, m&clauseID), e})
			}
		}
	}
	ix.entries = make([]entry, 1, 1+len(flat)+len(paired))
	ix.fileFlat(flat)
	ix.filePaired(paired)
}

// fileFlat makes lists of what is filed under one leaf.
func (ix *index) fileFlat(flat []filed) {
	leaf := func(f *filed) uint32 { return uint32(f.under) } // #nosec G115 -- a leaf
	ix.list(sorted(flat, len(ix.leaves), leaf), func(leaf uint64, at uint32) { ix.shelves[leaf].rules = at })
}

// list adds what was filed to the entries, what is under the same as one list,
// and calls begins for each list.
func (ix *index) list(all []filed, begins func(under uint64, at uint32)) {
	for i, f := range all {
		if i == 0 || all[i-1].under != f.under {
			begins(f.under, u32(len(ix.entries)))
		}
		if i+1 == len(all) || all[i+1].under != f.under {
			f.entry |= entryLast
		}
		ix.entries = append(ix.entries, f.entry)
	}
}

// sorted returns what was filed in the order of its leaves. What is filed
// under one leaf keeps its order.
func sorted(all []filed, leaves int, leaf func(*filed) uint32) []filed {
	next := offsets(leaves, len(all), func(i int) uint32 { return leaf(&all[i]) })
	out := make([]filed, len(all))
	for i := range all {
		n := leaf(&all[i])
		out[next[n]] = all[i]
		next[n]++
	}
	return out
}

// filePaired makes lists of what is filed under two leaves.
func (ix *index) filePaired(paired []filed) {
	ix.rank(paired)
	for i := range paired {
		paired[i].under = pairOf(ix.hosts(uint32(paired[i].under>>32), uint32(paired[i].under))) // #nosec G115 -- two leaves
	}
	paired = sorted(paired, len(ix.leaves), func(f *filed) uint32 { return uint32(f.under) }) // #nosec G115 -- the second leaf
	paired = sorted(paired, len(ix.leaves), func(f *filed) uint32 { return uint32(f.under >> 32) })
	paired = slices.Compact(paired) // a rule may be filed under two leaves in both ways
	size := uint32(0)
	ix.companies = make([]company, 1)
	for i := 0; i < len(paired); {
		leaf, partners := paired[i].under>>32, uint32(0)
		for ; i < len(paired) && paired[i].under>>32 == leaf; i++ {
			if i == 0 || paired[i-1].under != paired[i].under {
				partners++
			}
		}
		ix.shelves[leaf].company = u32(len(ix.companies))
		p := company{from: size, mask: 1<<bits.Len32(partners+partners/2) - 1}
		ix.companies = append(ix.companies, p)
		size += p.mask + 1
	}
	ix.partners = make([]partner, size)
	ix.list(paired, func(under uint64, at uint32) {
		p, n := &ix.companies[ix.shelves[under>>32].company], uint32(under) // #nosec G115 -- the second leaf
		p.filter |= ix.shelves[n].sign()
		*ix.slot(p, n) = partner{n, at}
	})
}

// rank ranks the leaves by how common they are in pairs. The most common have
// a sign of their own.
func (ix *index) rank(paired []filed) {
	uses := make([]int, len(ix.leaves))
	for _, f := range paired {
		uses[f.under>>32]++
		uses[uint32(f.under)]++ // #nosec G115 -- the second leaf
	}
	order := make([]uint32, len(ix.leaves))
	for n := range order {
		order[n] = u32(n)
	}
	slices.SortStableFunc(order, func(a, b uint32) int { return uses[b] - uses[a] })
	for rank, n := range order {
		ix.shelves[n].rank = uint8(min(rank, 63)) // #nosec G115 -- at most 63
	}
}

// offsets returns, for n lists, where each begins if size things are put into
// the lists that list names, one list after the other.
func offsets(n, size int, list func(i int) uint32) []uint32 {
	from := make([]uint32, n+1)
	for i := range size {
		from[list(i)+1]++
	}
	for i := range n {
		from[i+1] += from[i]
	}
	return from
}

// keyAt returns the place of a key among the words and then the patterns.
func (ix *index) keyAt(key uint32) uint32 {
	if key&patternKey != 0 {
		return u32(len(ix.dict.ends)) + key&^patternKey
	}
	return key
}

// finish lays out the tables that lead from words to leaves.
func (c *compiler) finish() {
	ix := c.ix
	c.write()
	n := len(ix.dict.ends) + len(ix.patterns)
	ix.keyFrom = offsets(n, len(c.keys), func(i int) uint32 { return ix.keyAt(c.keys[i].key) })
	ix.keyed = make([]keyed, len(c.keys))
	ix.roles = make([]role, len(ix.dict.ends))
	next := slices.Clone(ix.keyFrom)
	for _, k := range c.keys {
		at := ix.keyAt(k.key)
		ix.keyed[next[at]] = k.keyed
		next[at]++
		if k.key&patternKey == 0 {
			ix.roles[k.key] |= roleKey
		}
	}

	ix.ups = make([]uint32, 1, 1+2*len(c.ups))
	slices.SortStableFunc(c.ups, func(a, b keyedBy) int { return cmp.Compare(a.key, b.key) })
	for i, up := range c.ups {
		if i == 0 || c.ups[i-1].key != up.key {
			ix.ups = append(ix.ups, 0)
			ix.shelves[up.key].ups = u32(len(ix.ups))
		}
		ix.ups = append(ix.ups, up.leaf)
	}
	ix.ups = append(ix.ups, 0)

	slices.SortStableFunc(c.bigrams, func(a, b bigram) int {
		return cmp.Or(cmp.Compare(a.words, b.words), cmp.Compare(a.size, b.size))
	})
	ix.bigrams = newPairs(len(c.bigrams))
	for i, b := range c.bigrams {
		if i == 0 || c.bigrams[i-1].words != b.words {
			ix.roles[b.words>>32] |= rolePair
			if i > 0 {
				ix.phrases = append(ix.phrases, keyed{})
			}
			ix.bigrams.put(b.words, u32(len(ix.phrases)))
		}
		ix.phrases = append(ix.phrases, b.keyed)
	}
	ix.phrases = append(ix.phrases, keyed{})
	c.clip()
}

// write writes the words and the texts of leaves that are no words into one
// text: what stays must not hold the rules' sources in memory.
func (c *compiler) write() {
	ix := c.ix
	others := make(map[string]uint32)
	var list []string
	for _, text := range c.texts {
		if _, known := others[text]; !known && c.words[text] == 0 {
			others[text] = 0
			list = append(list, text)
		}
	}
	ix.dict = newDictionary(c.spelt, list)
	end := ix.dict.ends[len(ix.dict.ends)-1]
	for _, text := range list {
		others[text] = end
		end += u32(len(text))
	}
	for n, text := range c.texts {
		from := others[text]
		if word := c.words[text]; word != 0 {
			from = ix.dict.ends[word-1]
		}
		ix.leaves[n].from, ix.leaves[n].to = from, from+u32(len(text))
	}
}

// clip gives back what appending reserved.
func (c *compiler) clip() {
	ix := c.ix
	ix.code, ix.members, ix.groupFrom = shrunk(ix.code), shrunk(ix.members), shrunk(ix.groupFrom)
	ix.leaves, ix.needs, ix.spelled, ix.phrases = shrunk(ix.leaves), shrunk(ix.needs), shrunk(ix.spelled), shrunk(ix.phrases)
	ix.steps, ix.kids, ix.exacts, ix.ups, ix.companies = shrunk(ix.steps), shrunk(ix.kids), shrunk(ix.exacts), shrunk(ix.ups), shrunk(ix.companies)
}

func shrunk[S ~[]E, E any](s S) S {
	if cap(s) == len(s) {
		return s
	}
	return append(make(S, 0, len(s)), s...)
}
