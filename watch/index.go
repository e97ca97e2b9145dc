package watch

import (
	"encoding/binary"
	"regexp"
	"strings"
)

// An index is many rules compiled to be matched at once. It is a snapshot: it
// never changes, and what matching writes is in a [Matcher].
//
// A leaf is a thing that is looked for: the words of one term in one set of
// fields. A leaf is found through its keys, the words and patterns that may
// begin it; however many spellings a term has, it is one leaf. A rule is a
// list of clauses, each a leaf or a group of leaves one of which must be
// there. It is filed under the leaves of its rarest clause, or where a leaf
// has many rules, under that leaf together with one of the next clause, so
// that an item meets few rules that it does not match.
type index struct {
	fields mask // that any leaf looks at

	dict     dictionary
	patterns []matcherOf // by pattern - 1
	keyFrom  []uint32    // by key, into keyed
	keyed    []keyed
	roles    []role // by word
	bigrams  pairs  // two words, into phrases
	phrases  []keyed
	spelled  []spelling
	needs    []need
	exacts   []string
	langs    map[string][]uint32

	leaves []leaf
	ups    []uint32 // leaves that stand for groups, in lists that 0 ends

	standing  uint32   // the first leaf that stands for a group
	groupFrom []uint32 // by leaf from standing on, into members
	members   []uint32

	shelves   []shelf // by leaf
	entries   []entry // in lists
	companies []company
	partners  []partner
	always    []entry

	codeFrom []uint32 // by rule, into code
	code     []uint32
	steps    []step
	kids     []uint32
	plain    []node // rules that the evaluator judges: those that ask where sentences end
}

// A leaf is what one term looks for in some fields. Its text, for evidence, is
// the dictionary's text[from:to].
type leaf struct {
	from, to uint32
	mask     mask
	quiet    bool // gives no evidence
}

// A role is what a word may begin.
type role uint8

const (
	roleKey  role = 1 << iota // it is the key of a leaf
	rolePair                  // the first of a bigram
)

// begins returns 1 if a word may begin something that has the word next after
// it, else 0. There is no branch to foresee.
func (r role) begins(next uint32) uint32 {
	known := (next | -next) >> 31 // 1 if next is not 0
	return uint32(r)&1 | uint32(r)>>1&known
}

// A keyed leaf may begin where its key stands, in the fields of mask; spelled
// is 0 if it is all there.
type keyed struct {
	leaf, spelled uint32
	mask          mask
}

// A spelling of a leaf has its words at needs[from:to].
type spelling struct {
	from, to uint32
	slop     int32
}

// A need is what one word must be: a key, and the exact spelling if exact is
// not 0.
type need struct{ key, exact uint32 }

// patternKey marks the keys that are patterns, not words.
const patternKey = 1 << 31

// A matcherOf is a wildcard or an expression.
type matcherOf struct {
	glob  []rune
	re    *regexp.Regexp
	first rune // that every word it is true of begins with, or 0
}

// An entry is a rule as filed: its number, the label of its name, whether
// nothing is left to check, or nothing if the item has no leaf that any rule
// forbids, and whether it is the last of its list. With the label at hand, a
// rule that matches takes no way to a place in memory of its own.
type entry uint64

const (
	entryDone entry = 1 << iota
	entryUnless
	entryLast
	entryRule = 32 // the number's place; the label's bits are below
)

func (e entry) rule() uint32 { return uint32(e >> entryRule) }

func (e entry) label() label { return label(e) } // #nosec G115 -- the low half

// A rule's code is a head, the clauses that must hold, rarest first, and
// those that must not. The head holds how many there are of each. The code of
// a rule that is more than clauses has headTree, its step, and for filing
// only the clauses that hold wherever it does.
//
// A clause is a leaf, or the number of its leaves with clauseList and then the
// leaves. With it stands its rank, its place in the rule as written. While
// rules are compiled a clause may also be a group.
const (
	headTree   = 1 << 31
	headNots   = 16 // the place of the number of clauses that must not hold
	maxClauses = 31

	clauseList = 1 << 31
	clauseRank = 26 // the place of the rank
	clauseID   = 1<<clauseRank - 1
)

// cut returns the leaves of the first clause of code, and what follows it.
func cut(code []uint32) (rank uint32, leaves, rest []uint32) {
	rank = code[0] &^ clauseList >> clauseRank
	if code[0]&clauseList == 0 {
		return rank, code[:1], code[1:]
	}
	n := 1 + code[0]&clauseID
	return rank, code[1:n], code[n:]
}

// A dictionary numbers words, from 1.
type dictionary struct {
	filter []uint64 // a bit for each hash: most words of an item are of no rule
	slots  []wordSlot
	text   string   // of the words, one after the other
	ends   []uint32 // of words, in text
}

// A wordSlot is one place of the hash table. If number is 0 it is empty.
type wordSlot struct {
	spelt
	number uint32
}

// A spelt word is its 16 bytes, with zeros after it if it has fewer. One that
// has more is its hash and long, which no other word ends in: it is compared
// with what the hash leads to.
type spelt struct{ a, b uint64 }

const long = ^uint64(0)

// speltOf returns what a folded word is. 16 bytes may be read after it.
func speltOf(word []byte, hash uint64) spelt {
	n := len(word)
	if n > 16 {
		return spelt{hash, long}
	}
	w := word[:16]
	a, b := binary.LittleEndian.Uint64(w), binary.LittleEndian.Uint64(w[8:])
	if n <= 8 {
		return spelt{a & (1<<(8*n) - 1), 0}
	}
	return spelt{a, b & (1<<(8*(n-8)) - 1)}
}

// newDictionary numbers words[1:]. In its text others follow the words.
func newDictionary(words, others []string) dictionary {
	size, bits := 16, 64
	for 2*size < 3*len(words) {
		size *= 2
	}
	for bits < 32*len(words) && bits < 1<<19 {
		bits *= 2
	}
	d := dictionary{filter: make([]uint64, bits/64), slots: make([]wordSlot, size), ends: make([]uint32, len(words))}
	d.text = strings.Join(words, "") + strings.Join(others, "")
	var buf []byte
	for n := 1; n < len(words); n++ {
		buf = append(append(buf[:0], words[n]...), make([]byte, 16)...)
		word := buf[:len(words[n])]
		h := hashOf(word)
		d.filter[h>>6%uint64(len(d.filter))] |= 1 << (h & 63)
		d.ends[n] = d.ends[n-1] + u32(len(word))
		i := h % uint64(size)
		for d.slots[i].number != 0 {
			i = (i + 1) % uint64(size)
		}
		d.slots[i] = wordSlot{speltOf(word, h), u32(n)}
	}
	return d
}

// word returns a word by its number.
func (d *dictionary) word(n uint32) string { return d.text[d.ends[n-1]:d.ends[n]] }

// term returns the text of the term that a leaf is.
func (ix *index) term(n uint32) string { return ix.dict.text[ix.leaves[n].from:ix.leaves[n].to] }

// A pairs table leads from two numbers to an offset. The zero pairs is empty.
type pairs struct {
	keys []uint64
	at   []uint32
}

func newPairs(n int) pairs {
	size := 4
	for size*3 < n*4 {
		size *= 2
	}
	return pairs{keys: make([]uint64, size), at: make([]uint32, size)}
}

func pairOf(a, b uint32) uint64 { return uint64(a)<<32 | uint64(b) }

func (p *pairs) slot(key uint64) (int, bool) {
	mask := len(p.keys) - 1
	for i := int(key*seed0>>33) & mask; ; i = (i + 1) & mask { // #nosec G115 -- 31 bits
		if p.keys[i] == key {
			return i, true
		}
		if p.keys[i] == 0 {
			return i, false
		}
	}
}

func (p *pairs) put(key uint64, at uint32) {
	i, _ := p.slot(key)
	p.keys[i], p.at[i] = key, at
}

// find returns where the pair leads.
func (p *pairs) find(key uint64) (uint32, bool) {
	i, ok := p.slot(key)
	return p.at[i], ok
}

// A shelf is what there is under one leaf, most of it a place in some list; 0
// is none. It is small, so that looking at the shelves of an item's leaves
// stays in few lines of memory.
type shelf struct {
	rules   uint32 // that have no partner, in the index's entries
	company uint32
	ups     uint32 // the leaves that stand for its groups
	rank    uint8  // of the leaf among those that are partners
	negated bool   // some rule forbids the leaf
}

// sign returns what stands for the leaf in the filters of companies. The 63
// that are most often partners have one of their own.
func (h *shelf) sign() uint64 { return 1 << (h.rank & 63) }

// A company is the partners of a leaf. Rules of a leaf that has many are filed
// under it and a leaf of the next clause; of the two, the more common one is
// the partner, so that the filter says no as often as it can. The partners are
// a hash table of their own.
type company struct {
	filter uint64 // the signs of the partners
	from   uint32 // of the table in the index's partners
	mask   uint32 // of its size
}

// hosts returns which of two leaves has the other in its company.
func (ix *index) hosts(a, b uint32) (host, partner uint32) {
	one, two := ix.shelves[a].rank, ix.shelves[b].rank
	if one < two || one == two && a < b {
		return b, a
	}
	return a, b
}

// A partner leads to the rules that need both leaves, in the index's entries.
type partner struct{ leaf, rules uint32 }

// place returns where in the table of a company the partner n is, or after
// others that have the same place.
func (c *company) place(n uint32) uint32 { return n * 0x9E3779B1 >> 16 & c.mask }

// slot returns where in the index's partners the partner n of a company is or
// may be put.
func (ix *index) slot(c *company, n uint32) *partner {
	for i := c.place(n); ; i++ {
		p := &ix.partners[c.from+i&c.mask]
		if p.leaf == n || p.leaf == 0 {
			return p
		}
	}
}
