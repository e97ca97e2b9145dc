package watch

import (
	"slices"
	"unicode/utf8"
)

// A tokenCache keeps, for words that were seen, which patterns they fit, so
// that wildcards and expressions are tried once on each different word. When
// it is full it is emptied, at the beginning of an item.
type tokenCache struct {
	slots []cached
	used  int
	text  []byte   // of the words
	keys  []uint32 // that they fit
}

type cached struct {
	hash     uint64
	lo, hi   uint32 // of the word in text
	from, to uint32 // of its patterns in keys
}

// The bounds of a token cache, in words and in bytes.
const (
	cacheWords = 1 << 16
	cacheBytes = 1 << 21
)

// begin makes room for the words of an item.
func (c *tokenCache) begin(words int) {
	if c.used > cacheWords || len(c.text) > cacheBytes || len(c.keys) > cacheBytes {
		clear(c.slots)
		c.used, c.text, c.keys = 0, c.text[:0], c.keys[:0]
	}
	if need := 2 * (c.used + words); need > len(c.slots) {
		old := c.slots
		size := 1024
		for size < 2*need {
			size *= 2
		}
		c.slots = make([]cached, size)
		for _, s := range old {
			if s.hi > 0 {
				*c.free(s.hash) = s
			}
		}
	}
}

func (c *tokenCache) free(hash uint64) *cached {
	top := uint64(len(c.slots) - 1) // #nosec G115 -- there is room for an item
	for i := hash & top; ; i = (i + 1) & top {
		if c.slots[i].hi == 0 {
			return &c.slots[i]
		}
	}
}

// resolve returns the keys of the patterns that word i of the item fits.
func (c *tokenCache) resolve(m *Matcher, i int) []uint32 {
	w := &m.words[i]
	top := uint64(len(c.slots) - 1) // #nosec G115 -- there is room for an item
	at := w.hash & top
	for c.slots[at].hi > 0 {
		s := &c.slots[at]
		if s.hash == w.hash && m.spelt(w, c.text[s.lo:s.hi]) {
			return c.keys[s.from:s.to]
		}
		at = (at + 1) & top
	}
	s := &c.slots[at]
	c.used++
	s.hash, s.lo = w.hash, u32(len(c.text))
	c.text = m.appendFolded(c.text, w)
	s.hi = u32(len(c.text)) // not 0, which marks a slot that is empty: no word is
	s.from = u32(len(c.keys))
	folded := c.text[s.lo:s.hi]
	first, _ := utf8.DecodeRune(folded)
	for n := range m.ix.patterns {
		p := &m.ix.patterns[n]
		if (p.first == 0 || p.first == first) && p.fits(folded) {
			c.keys = append(c.keys, u32(n)|patternKey)
		}
	}
	s.to = u32(len(c.keys))
	return c.keys[s.from:s.to]
}

func (p *matcherOf) fits(folded []byte) bool {
	if p.re != nil {
		return len(folded) <= maxToken && p.re.Match(folded)
	}
	return globbed(p.glob, string(folded))
}

// appendFolded adds the folded form of a word.
func (s *scanner) appendFolded(dst []byte, w *scanned) []byte {
	if w.hi > 0 {
		return append(dst, s.folded[w.lo:w.hi]...)
	}
	from := len(dst)
	dst = append(dst, s.text[w.start:w.end]...)
	for i := from; i < len(dst); i++ {
		dst[i] |= 0x20
	}
	return dst
}

// spelt says whether the folded form of a word is form.
func (s *scanner) spelt(w *scanned, form []byte) bool {
	if w.hi > 0 {
		return slices.Equal(s.folded[w.lo:w.hi], form)
	}
	text := s.text[w.start:w.end]
	if len(text) != len(form) {
		return false
	}
	for i, c := range text {
		if c|0x20 != form[i] {
			return false
		}
	}
	return true
}
