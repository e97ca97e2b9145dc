package watch

import (
	"cmp"
	"slices"
	"strings"

	"vedette/story"
)

// A Matcher matches one item after another against a [Set] and reuses what it
// needs for that, so that an item costs no allocation. It must not be used by
// two goroutines at once; each may have its own.
type Matcher struct {
	set *Set
	ix  *index
	scanner
	cache tokenCache

	item *story.Item // that is being matched
	page *page       // the item, once a rule is left to the evaluator

	ids  []uint32 // by word of the item: its number in the dictionary, or 0
	hits []found  // the words that are keys, in order

	bit      []uint64 // by leaf: what stands for it in signatures if it is there, else 0
	trails   []trail  // by leaf that is there: its spots
	present  []uint32
	marked   int // the leaves of present that do not stand for groups
	spots    []spot
	ties     uint64 // the leaves that stand where another leaf stands
	done     entry  // what says of an entry that its rule is true
	meetings []meeting
	lists    []list
	tries    []try
	passed   []passed // of the tries
	accepted accepted

	runs     []run
	seats    []seat
	apart    []apart // the rules whose evidence no slot has
	gathered []gathered
	evidence []story.Evidence
	memo     memo
}

// found is a key that is word at of the item.
type found struct {
	at  int32
	key uint32
}

// A spot is where a leaf stands: words lo to hi, both included.
type spot struct {
	lo, hi int32
	next   int32 // the leaf's next, or none
	leaf   uint32
	bit    uint64 // of the leaf if this is evidence for it
	area   int32
	piece  int32 // the number of the evidence that it is already, from 1, or 0
}

// A trail is the spots of one leaf.
type trail struct{ first, last, n int32 }

// gathered is a leaf that makes a rule true, and where.
type gathered struct {
	run
	leaf uint32
}

// crowd is the bit of all leaves after the first 63.
const crowd = 1 << 63

// Matcher returns a matcher of the set.
func (s *Set) Matcher() *Matcher {
	m := &Matcher{set: s, ix: s.index}
	if m.ix == nil {
		return m
	}
	m.bit = make([]uint64, len(m.ix.leaves))
	m.trails = make([]trail, len(m.ix.leaves))
	m.accepted = newAccepted(&s.names)
	return m
}

// Match adds to dst the watches that accept the item, sorted by name, and
// returns it. The evidence is the matcher's, is shared by watches that match
// on the same words, and is good until the next call.
func (m *Matcher) Match(it *story.Item, dst []story.Match) []story.Match {
	m.evidence = m.evidence[:0]
	return m.match(it, dst)
}

func (m *Matcher) match(it *story.Item, dst []story.Match) []story.Match {
	if m.ix == nil {
		return dst
	}
	m.item = it
	defer func() { m.item, m.page = nil, nil }()
	m.find(it)
	m.candidates()
	return m.tellAll(dst)
}

// Words returns how many words the title, summary and body of the item have.
// It takes the time that matching takes before any rule is looked at.
func (m *Matcher) Words(it *story.Item) int {
	m.read(it, inText)
	return m.spoken
}

// find finds the leaves that are in the item.
func (m *Matcher) find(it *story.Item) {
	for _, n := range m.present {
		m.bit[n] = 0
	}
	m.present, m.spots, m.ties = m.present[:0], m.spots[:0], 0
	m.marked, m.done = 0, entryDone|entryUnless
	m.memo.reset()
	m.read(it, m.ix.fields)
	m.look()
	m.place()
	if len(m.ix.langs) > 0 {
		m.speak(it.Lang)
	}
}

// speak finds the leaves of the item's language: pt-BR is also pt.
func (m *Matcher) speak(lang string) {
	lang = strings.ToLower(lang)
	for end := len(lang); end > 0; end = strings.LastIndexByte(lang[:end], '-') {
		for _, n := range m.ix.langs[lang[:end]] {
			m.mark(n)
		}
	}
}

// look finds the words of the item that are keys.
func (m *Matcher) look() {
	n := len(m.words) + 1 // a word that is none ends them
	m.ids = slices.Grow(m.ids[:0], n)[:n]
	clear(m.ids)
	if len(m.ix.patterns) > 0 {
		m.lookForPatterns()
		return
	}
	// The filter takes most words out without a branch to foresee; the few
	// that stay are then looked up.
	all := slices.Grow(m.hits[:0], n)[:n]
	filter := m.ix.dict.filter
	top := uint64(len(filter) - 1) // #nosec G115 -- never empty
	kept := 0
	for i := range m.words {
		h := m.words[i].hash
		all[kept].at = i32(i)
		kept += int(filter[h>>6&top] >> (h & 63) & 1) // #nosec G115 -- one bit
	}
	hits := all[:0]
	for _, hit := range all[:kept] {
		if id := m.number(&m.words[hit.at]); id != 0 {
			m.ids[hit.at] = id
			hits = append(hits, found{hit.at, id})
		}
	}
	m.hits = m.beginnings(hits)
}

// beginnings keeps the words that may begin something. Most do not: they only
// go on with a phrase.
func (m *Matcher) beginnings(hits []found) []found {
	kept := 0
	for _, hit := range hits {
		hits[kept] = hit
		kept += int(m.ix.roles[hit.key].begins(m.ids[hit.at+1]))
	}
	return hits[:kept]
}

// number returns the number of a word in the dictionary, or 0.
func (m *Matcher) number(w *scanned) uint32 {
	var word spelt
	if w.hi == 0 {
		word.a, word.b = lanes((*[16]byte)(m.text[w.start:]), w.end-w.start)
	} else {
		word = speltOf(m.folded[w.lo:w.hi], w.hash)
	}
	d := &m.ix.dict
	top := uint64(len(d.slots) - 1) // #nosec G115 -- never empty
	for i := w.hash & top; ; i = (i + 1) & top {
		slot := &d.slots[i]
		if slot.spelt == word && (word.b != long || m.is(w, d.word(slot.number))) || slot.number == 0 {
			return slot.number
		}
	}
}

// lookForPatterns is look where there are patterns: each word is also asked
// for in the cache of those that it fits.
func (m *Matcher) lookForPatterns() {
	m.cache.begin(len(m.words))
	m.hits = m.hits[:0]
	for i := range m.words {
		if id := m.number(&m.words[i]); id != 0 {
			m.ids[i] = id
			m.hits = append(m.hits, found{i32(i), id})
		}
		for _, key := range m.cache.resolve(m, i) {
			m.hits = append(m.hits, found{i32(i), key})
		}
	}
}

// place finds where leaves stand.
func (m *Matcher) place() {
	area := 0
	for i, hit := range m.hits {
		at := int(hit.at)
		for at >= int(m.areas[area].to) {
			area++
		}
		a := &m.areas[area]
		from := len(m.spots)
		m.begun(a, area, at, hit.key)
		if hit.key&patternKey == 0 && m.ix.roles[hit.key]&rolePair != 0 && at+1 < int(a.to) && m.ids[at+1] != 0 {
			m.phrases(a, area, at, pairOf(hit.key, m.ids[at+1]))
		}
		if i+1 < len(m.hits) && m.hits[i+1].at == hit.at {
			continue
		}
		for from > 0 && m.spots[from-1].lo == hit.at && m.spots[from-1].next == pending {
			from--
		}
		m.settle(from)
	}
}

// pending marks the spots of a word that are not in the trails yet.
const pending = -2

// begun finds the leaves that begin with a key that is word at.
func (m *Matcher) begun(a *area, area, at int, key uint32) {
	i := m.ix.keyAt(key)
	where := m.where(a, at)
	for _, k := range m.ix.keyed[m.ix.keyFrom[i]:m.ix.keyFrom[i+1]] {
		if where&k.mask == 0 {
			continue
		}
		hi := at
		if k.spelled != 0 {
			var ok bool
			if hi, ok = m.spelling(a, at, k.spelled, k.mask); !ok {
				continue
			}
		}
		m.spot(k, area, at, hi)
	}
}

// phrases finds the phrases that begin with two words.
func (m *Matcher) phrases(a *area, area, at int, words uint64) {
	i, ok := m.ix.bigrams.find(words)
	if !ok {
		return
	}
	where := m.where(a, at)
	for ; m.ix.phrases[i].leaf != 0; i++ {
		k := m.ix.phrases[i]
		if where&k.mask == 0 {
			continue
		}
		if hi, ok := m.spelling(a, at, k.spelled, k.mask); ok {
			m.spot(k, area, at, hi)
		}
	}
}

// spelling returns the last word of a spelling that stands from word at on.
// Taking each word where it comes first leaves the most room for the rest.
func (m *Matcher) spelling(a *area, at int, spelling uint32, in mask) (int, bool) {
	sp := &m.ix.spelled[spelling]
	slop := sp.slop
	for k, nd := range m.ix.needs[sp.from:sp.to] {
		if k > 0 {
			at++
		}
		for {
			if at >= int(a.to) || m.where(a, at)&in == 0 {
				return 0, false
			}
			if m.fits(nd, at) {
				break
			}
			if slop--; slop < 0 || k == 0 {
				return 0, false
			}
			at++
		}
	}
	return at, true
}

// fits says whether word at is what is needed.
func (m *Matcher) fits(nd need, at int) bool {
	if nd.key&patternKey != 0 {
		return slices.Contains(m.cache.resolve(m, at), nd.key)
	}
	if m.ids[at] != nd.key {
		return false
	}
	w := &m.words[at]
	return nd.exact == 0 || string(m.text[w.start:w.end]) == m.ix.exacts[nd.exact]
}

func (m *Matcher) spot(k keyed, area, lo, hi int) {
	n := len(m.spots)
	m.spots = slices.Grow(m.spots, 1)[:n+1]
	s := &m.spots[n]
	s.lo, s.hi, s.next, s.leaf, s.area, s.piece = i32(lo), i32(hi), pending, k.leaf, i32(area), 0
	s.bit = 0
	if !isQuiet(k.mask) {
		s.bit = 1
	}
}

// settle puts the spots of one word in order and into their trails.
func (m *Matcher) settle(from int) {
	if len(m.spots)-from > 1 {
		slices.SortFunc(m.spots[from:], func(a, b spot) int {
			return cmp.Or(cmp.Compare(a.hi, b.hi), cmp.Compare(a.leaf, b.leaf))
		})
		same := slices.CompactFunc(m.spots[from:], func(a, b spot) bool { return a.hi == b.hi && a.leaf == b.leaf })
		m.spots = m.spots[:from+len(same)]
	}
	kept := from
	for i := from; i < len(m.spots); i++ {
		s := &m.spots[i]
		bit := m.mark(s.leaf)
		c := &m.trails[s.leaf]
		if c.n == maxRuns {
			continue
		}
		s.next = none
		if s.bit != 0 && c.n < maxEvidence {
			s.bit = bit
		} else {
			s.bit = 0
		}
		if c.n == 0 {
			c.first = i32(kept)
		} else {
			m.spots[c.last].next = i32(kept)
		}
		c.last = i32(kept)
		c.n++
		if kept > from && m.spots[kept-1].hi == s.hi {
			m.ties |= m.bit[m.spots[kept-1].leaf] | bit
		}
		if kept != i {
			m.spots[kept] = *s
		}
		kept++
	}
	m.spots = m.spots[:kept]
}

// mark says that a leaf is there, and the leaves that stand for its groups.
func (m *Matcher) mark(n uint32) uint64 {
	if b := m.bit[n]; b != 0 {
		return b
	}
	b := uint64(1) << min(m.marked, 63)
	m.marked++
	m.bit[n] = b
	m.trails[n] = trail{first: none}
	m.present = append(m.present, n)
	sh := &m.ix.shelves[n]
	if sh.negated {
		m.done = entryDone
	}
	for i := sh.ups; m.ix.ups[i] != 0; i++ {
		up := m.ix.ups[i]
		if m.bit[up] == 0 {
			m.present = append(m.present, up)
		}
		if m.ix.shelves[up].negated {
			m.done = entryDone
		}
		m.bit[up] |= b
	}
	return b
}
