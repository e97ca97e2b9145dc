package watch

import (
	"encoding/binary"
	"math/bits"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"vedette/story"
)

// A scanner parts an item into folded words as a folder does, many times
// faster: it looks at 64 bytes at a time, and asks tables rather than x/text.
// The folder is the reference; a test holds the two together.
type scanner struct {
	text   []byte // the segments, each with slack after it
	folded []byte // of the words that are not ASCII
	words  []scanned
	rows   []bounds
	areas  []area
	spoken int // words of title, summary and body
	lead   int // of these, the words of the lead
}

// A scanned word has its spelling at text[start:end] and its folded form at
// folded[lo:hi]; if hi is 0 its letters are ASCII, and their small letters
// are the folded form.
type scanned struct {
	hash       uint64
	start, end int32
	lo, hi     int32
}

// bounds are the ends of a row of bytes between ASCII gaps.
type bounds struct{ start, end int32 }

// An area is a segment as scanned: words[from:to] are its words.
type area struct {
	field    story.Field // "" for what is no text of the item
	text     string
	base     int32 // of its text in the scanner's
	from, to int32
	where    mask
}

// block is how many bytes are looked at together, and with lanes the slack
// that must follow a text so that reading over its end is harmless.
const (
	block = 64
	slack = block + 16
)

// u32 converts what is far below 4 billion: lengths, offsets, identifiers.
func u32(n int) uint32 {
	return uint32(n) // #nosec G115 -- an item and a set are far smaller
}

func i32(n int) int32 {
	return int32(n) // #nosec G115 -- an item is far smaller than 2 GB
}

// read scans the fields of the item that any of the masks in want asks for.
func (s *scanner) read(it *story.Item, want mask) {
	s.text, s.folded, s.words, s.areas = s.text[:0], s.folded[:0], s.words[:0], s.areas[:0]
	s.add(inTitle, story.Title, it.Title)
	title := len(s.words)
	s.add(inSummary, story.Summary, it.Summary)
	s.add(inBody, story.Body, it.Body)
	s.spoken = len(s.words)
	s.lead = min(s.spoken, title+leadWords)
	if want&inSource != 0 {
		s.add(inSource, "", string(it.Feed))
		s.add(inSource, "", it.Outlet)
		s.add(inSource, "", hostOf(it.Link))
	}
	if want&inAuthor != 0 {
		s.add(inAuthor, "", it.Author)
	}
	if want&inURL != 0 {
		s.add(inURL, "", it.Link)
	}
	if want&inTag != 0 {
		for _, tag := range it.Tags {
			s.add(inTag, "", tag)
		}
	}
}

func (s *scanner) add(where mask, field story.Field, text string) {
	if text == "" {
		return
	}
	base, from := len(s.text), len(s.words)
	s.text = append(s.text, text...)
	s.text = append(s.text, make([]byte, slack)...)
	s.scan(base, base+len(text))
	s.areas = append(s.areas, area{
		field: field, text: text, base: i32(base), from: i32(from), to: i32(len(s.words)), where: where,
	})
}

// hostOf returns the host of a link as net/url reads it, without its
// allocations where the link is plain.
func hostOf(link string) string {
	rest, ok := strings.CutPrefix(link, "https://")
	if !ok {
		rest, ok = strings.CutPrefix(link, "http://")
	}
	end := 0
	for ; ok && end < len(rest) && (rest[end]|0x20 >= 'a' && rest[end]|0x20 <= 'z' || rest[end] >= '0' && rest[end] <= '9' || rest[end] == '.' || rest[end] == '-'); end++ {
	}
	plain := ok && end > 0 && (end == len(rest) || rest[end] == '/')
	for i := end; plain && i < len(rest); i++ {
		plain = rest[i] > ' ' && rest[i] < 0x7F && rest[i] != '%'
	}
	if plain {
		return rest[:end]
	}
	if u, err := url.Parse(link); err == nil {
		return u.Hostname()
	}
	return ""
}

const (
	low7 = 0x7F7F7F7F7F7F7F7F
	high = 0x8080808080808080
	caps = 0x2020202020202020 // the bit that tells small letters from capitals; digits have it
	ones = 0x0101010101010101
)

// wordBits returns which of 64 bytes are ASCII letters and digits or belong to
// other characters. Bit n stands for byte n.
func wordBits(b *[block]byte) uint64 {
	var set uint64
	for i := 0; i < block; i += 8 {
		v := binary.LittleEndian.Uint64(b[i:])
		u := v & low7
		l := u | caps
		m := (l+0x1F*ones)&^(l+0x05*ones) | (u+0x50*ones)&^(u+0x46*ones) | v
		set |= ((m & high) >> 7 * 0x0102040810204080) >> 56 << i
	}
	return set
}

// scan adds the words of text[from:to]. It first finds the rows of bytes that
// ASCII gaps part, then hashes them: two short loops keep their values in
// registers, one long loop does not. Words are written field by field, since
// the compiler would otherwise build each on the stack and wait for it there.
func (s *scanner) scan(from, to int) {
	s.part(from, to)
	n := len(s.words)
	words := slices.Grow(s.words, len(s.rows))
	words = words[:cap(words)]
	for i, row := range s.rows {
		size := row.end - row.start
		a, b := lanes((*[16]byte)(s.text[row.start:]), size)
		if (a|b)&high != 0 || size > 16 {
			s.words = words[:n]
			s.row(int(row.start), int(row.end))
			n = len(s.words)
			words = slices.Grow(s.words, len(s.rows)-i)
			words = words[:cap(words)]
			continue
		}
		w := &words[n]
		w.hash = mix(a^seed0, b^seed1)
		w.start, w.end = row.start, row.end
		w.lo, w.hi = 0, 0
		n++
	}
	s.words = words[:n]
}

// part finds the rows of text[from:to].
func (s *scanner) part(from, to int) {
	rows := slices.Grow(s.rows[:0], (to-from)/2+1)[:(to-from)/2+1]
	n := 0
	var carry uint64
	for at := from; at <= to; at += block {
		set := wordBits((*[block]byte)(s.text[at:]))
		before := set<<1 | carry
		starts, ends := set&^before, before&^set
		k := n + int(carry) // #nosec G115 -- 1 if a row of the block before goes on
		carry = set >> 63
		for ; starts != 0; starts &= starts - 1 {
			rows[k].start = i32(at + bits.TrailingZeros64(starts))
			k++
		}
		for ; ends != 0; ends &= ends - 1 {
			rows[n].end = i32(at + bits.TrailingZeros64(ends))
			n++
		}
	}
	s.rows = rows[:n]
}

// lanes returns the first n of 16 bytes, their letters made small if they are
// ASCII letters and digits, and zeros after them.
func lanes(p *[16]byte, n int32) (a, b uint64) {
	part := ^uint64(0) >> (uint32(-8*n) & 63) // #nosec G115 -- a count of bits, made positive
	long := uint64(int64(8-n) >> 63)          // #nosec G115 -- all ones or none
	return (binary.LittleEndian.Uint64(p[:8]) | caps) & (part | long), (binary.LittleEndian.Uint64(p[8:]) | caps) & part & long
}

const (
	seed0 = 0x9E3779B97F4A7C15
	seed1 = 0xD1B54A32D192ED03
)

func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// hashOf returns the hash of a folded word. 16 bytes may be read after it.
func hashOf(word []byte) uint64 {
	h := uint64(seed0)
	n := len(word)
	for i := 0; i < n; i += 16 {
		lanes := word[i : i+16 : cap(word)]
		a := binary.LittleEndian.Uint64(lanes)
		b := binary.LittleEndian.Uint64(lanes[8:])
		if rest := n - i; rest < 16 {
			a &= 1<<(8*rest) - 1
			b &= ^uint64(0) >> (8 * uint(16-rest)) // #nosec G115 -- a shift by more than 63 gives 0, as it should
		}
		h = mix(h^a, b^seed1)
	}
	return h
}

// An open is the word that a row of characters is adding to.
type open struct {
	begin, start, end int
	solo              bool
}

// row adds the words of a row that holds more than ASCII, or is long.
func (s *scanner) row(from, to int) {
	w := open{begin: len(s.folded)}
	for i := from; i < to; {
		c := s.text[i]
		if c < utf8.RuneSelf {
			if w.solo {
				s.flush(&w)
			}
			s.begin(&w, i)
			s.folded = append(s.folded, c|0x20)
			i++
			w.end = i
			continue
		}
		r, size := rune(c&0x1F)<<6|rune(s.text[i+1]&0x3F), 2
		if c < 0xC2 || c > 0xDF || s.text[i+1]&0xC0 != 0x80 {
			r, size = utf8.DecodeRune(s.text[i:to])
		}
		if next := s.text[i+size]; r >= 0x370 && (next == 0xCC || next == 0xCD || next == 0xE3 || next == 0xEF) {
			r, size = s.composed(r, size, i, to)
		}
		if r < tableEnd {
			s.character(&w, tableEntry(r), r, i, i+size)
		} else {
			s.rare(&w, classOf(r), r, i, i+size)
		}
		i += size
	}
	s.flush(&w)
}

// composed joins r with a mark after it, if one is there.
func (s *scanner) composed(r rune, size, at, to int) (rune, int) {
	mark, more := utf8.DecodeRune(s.text[at+size : to])
	if !joins(mark) {
		return r, size
	}
	return compose(r, size, string(s.text[at:at+size+more]))
}

func (s *scanner) begin(w *open, at int) {
	if len(s.folded) == w.begin {
		w.start = at
	}
}

// character adds a character of the table.
func (s *scanner) character(w *open, e uint32, r rune, start, end int) {
	switch kind := e >> entryClass & 7; kind {
	case entryLetter:
		if w.solo {
			s.flush(w)
		}
		s.begin(w, start)
	case entryAlone:
		s.flush(w)
		s.begin(w, start)
		w.solo = true
	case entryAttached:
		if len(s.folded) == w.begin {
			return
		}
	case entryGap:
		s.flush(w)
		return
	case entryDropped:
		return
	case entryMark:
		if len(s.folded) > w.begin {
			w.end = end
		}
		return
	default:
		s.rare(w, classOf(r), r, start, end)
		return
	}
	w.end = end
	if size := int(e >> entrySize); size > 0 {
		n := len(s.folded) + size
		s.folded = append(s.folded, byte(e), byte(e>>8), byte(e>>16))[:n] // #nosec G115 -- its bytes
		return
	}
	s.folded = utf8.AppendRune(s.folded, r)
}

// rare adds a character as a folder does.
func (s *scanner) rare(w *open, c class, r rune, start, end int) {
	switch c {
	case gap:
		s.flush(w)
	case dropped:
		if len(s.folded) > w.begin && unicode.Is(unicode.Mn, r) {
			w.end = end
		}
	case attached:
		if len(s.folded) > w.begin {
			s.folded = utf8.AppendRune(s.folded, r)
			w.end = end
		}
	case letter, alone:
		if w.solo || c == alone {
			s.flush(w)
		}
		s.begin(w, start)
		s.folded = appendFolded(s.folded, r)
		w.end = end
		w.solo = c == alone
	}
}

func (s *scanner) flush(w *open) {
	n := len(s.folded)
	if n > w.begin {
		s.folded = slices.Grow(s.folded, 32)
		s.words = slices.Grow(s.words, 1)[:len(s.words)+1]
		d := &s.words[len(s.words)-1]
		d.hash = hashOf(s.folded[w.begin:n])
		d.start, d.end, d.lo, d.hi = i32(w.start), i32(w.end), i32(w.begin), i32(n)
	}
	w.begin, w.solo = n, false
}

// is says whether the folded form of a word is term.
func (s *scanner) is(w *scanned, term string) bool {
	if w.hi > 0 {
		return string(s.folded[w.lo:w.hi]) == term
	}
	text := s.text[w.start:w.end]
	if len(text) != len(term) {
		return false
	}
	for i, c := range text {
		if c|0x20 != term[i] {
			return false
		}
	}
	return true
}

// where returns the fields that word i, which is in area a, belongs to.
func (s *scanner) where(a *area, i int) mask {
	if i < s.lead {
		return a.where | inLead
	}
	return a.where
}
