package watch

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A piece is one word of a text: its folded form is buf[lo:hi] of the folder,
// its spelling text[start:end].
type piece struct {
	lo, hi     int
	start, end int
}

// A folder parts texts into folded words.
type folder struct {
	buf    []byte
	pieces []piece

	begin      int // of the open word in buf
	start, end int // of the open word in the text
	solo       bool
}

// fold adds the words of text. If wild, * and ? count as letters.
func (f *folder) fold(text string, wild bool) {
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			f.ascii(c, i, wild)
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		r, size = compose(r, size, text[i:])
		f.rune(r, i, i+size)
		i += size
	}
	f.flush()
}

func (f *folder) ascii(c byte, at int, wild bool) {
	switch {
	case 'A' <= c && c <= 'Z':
		c += 'a' - 'A'
	case 'a' <= c && c <= 'z', '0' <= c && c <= '9':
	case wild && (c == '*' || c == '?'):
	default:
		f.flush()
		return
	}
	if f.solo {
		f.flush()
	}
	f.open(at)
	f.buf = append(f.buf, c)
	f.end = at + 1
}

func (f *folder) rune(r rune, start, end int) {
	switch classOf(r) {
	case gap:
		f.flush()
	case dropped:
		if len(f.buf) > f.begin && unicode.Is(unicode.Mn, r) {
			f.end = end
		}
	case attached:
		if len(f.buf) > f.begin {
			f.buf = utf8.AppendRune(f.buf, r)
			f.end = end
		}
	case letter:
		if f.solo {
			f.flush()
		}
		f.open(start)
		f.buf = appendFolded(f.buf, r)
		f.end = end
	case alone:
		f.flush()
		f.open(start)
		f.buf = appendFolded(f.buf, r)
		f.end = end
		f.solo = true
	}
}

func (f *folder) open(at int) {
	if len(f.buf) == f.begin {
		f.start = at
	}
}

func (f *folder) flush() {
	if len(f.buf) > f.begin {
		f.pieces = append(f.pieces, piece{lo: f.begin, hi: len(f.buf), start: f.start, end: f.end})
	}
	f.begin, f.solo = len(f.buf), false
}

// compose joins r, which begins text, with a mark after it if the two are one
// letter: й, ї and が typed or published in two pieces.
func compose(r rune, size int, text string) (rune, int) {
	if r < 0x370 || size >= len(text) || text[size] < utf8.RuneSelf {
		return r, size
	}
	mark, more := utf8.DecodeRuneInString(text[size:])
	if !joins(mark) {
		return r, size
	}
	both := norm.NFKC.String(text[:size+more])
	if one, n := utf8.DecodeRuneInString(both); n == len(both) {
		return one, size + more
	}
	return r, size
}

// joins holds for the marks that may be one letter with what is before them.
func joins(r rune) bool {
	return r >= 0x300 && r <= 0x36F || r == 0x3099 || r == 0x309A || r == 0xFF9E || r == 0xFF9F
}

// A class says what a character does to the words around it.
type class uint8

const (
	gap      class = iota // parts words
	letter                // belongs to a word
	alone                 // is a word, with the marks attached to it
	attached              // a mark that tells words apart
	dropped               // leaves no trace
)

func classOf(r rune) class {
	switch {
	case r == 'ʼ', r == 'ʻ', r == 'ʹ', r == 'ˈ':
		return gap
	case isDropped(r):
		return dropped
	case isAlone(r) && (unicode.IsLetter(r) || unicode.IsNumber(r)):
		return alone
	case unicode.IsLetter(r), unicode.IsNumber(r):
		return letter
	case unicode.Is(unicode.Me, r):
		return dropped
	case unicode.Is(unicode.Mn, r):
		if unicode.In(r, unicode.Inherited, unicode.Arabic, unicode.Hebrew, unicode.Syriac, unicode.Cyrillic) &&
			r != 0x3099 && r != 0x309A {
			return dropped
		}
		return attached
	case unicode.Is(unicode.Mc, r):
		return attached
	}
	return gap
}

// isDropped holds for what is inside words and not part of their spelling:
// tatweel, joiners, soft hyphens, byte order marks, bidirectional controls,
// the half rings of transliterated Arabic.
func isDropped(r rune) bool {
	switch {
	case r == 0xAD, r == 0x2BE, r == 0x2BF, r == 0x61C, r == 0x640, r == 0x180E, r == 0xFEFF:
		return true
	case r >= 0x200C && r <= 0x200F, r >= 0x202A && r <= 0x202E, r >= 0x2060 && r <= 0x206F:
		return true
	}
	return false
}

// isAlone holds for the scripts that are written without spaces.
func isAlone(r rune) bool {
	switch {
	case r < 0xE00:
		return false
	case r <= 0xEFF, r >= 0x1000 && r <= 0x109F, r >= 0x1780 && r <= 0x17FF: // Thai, Lao, Burmese, Khmer
		return true
	case r >= 0x3005 && r <= 0x3007, r >= 0x3040 && r <= 0x30FF, r >= 0x31F0 && r <= 0x31FF:
		return true
	case r >= 0x3400 && r <= 0x9FFF, r >= 0xF900 && r <= 0xFAFF, r >= 0xFF66 && r <= 0xFF9F:
		return true
	}
	return r >= 0x20000 && r <= 0x3FFFF
}

// appendFolded adds the folded form of a letter or number.
func appendFolded(dst []byte, r rune) []byte {
	r = wholeJamo(r)
	if form := variant(r); form != "" {
		return append(dst, form...)
	}
	if !decomposes(r) {
		return appendPlain(dst, unicode.ToLower(r))
	}
	for _, d := range norm.NFKD.String(string(r)) {
		if c := classOf(d); d < utf8.RuneSelf && (unicode.IsLetter(d) || unicode.IsNumber(d)) || c == letter || c == alone {
			dst = appendPlain(dst, unicode.ToLower(d))
		}
	}
	return dst
}

// wholeJamo returns the full form of a half-width Korean letter. Taken apart
// further it would melt into the syllable before it.
func wholeJamo(r rune) rune {
	switch {
	case r < 0xFFA1 || r > 0xFFDC:
		return r
	case r <= 0xFFBE:
		return r - 0xFFA1 + 0x3131
	case r >= 0xFFC2 && r <= 0xFFC7:
		return r - 0xFFC2 + 0x314F
	case r >= 0xFFCA && r <= 0xFFCF:
		return r - 0xFFCA + 0x3155
	case r >= 0xFFD2 && r <= 0xFFD7:
		return r - 0xFFD2 + 0x315B
	case r >= 0xFFDA:
		return r - 0xFFDA + 0x3161
	}
	return r
}

func appendPlain(dst []byte, r rune) []byte {
	if form := variant(r); form != "" {
		return append(dst, form...)
	}
	return utf8.AppendRune(dst, r)
}

// decomposes holds for the letters that are their base letter with a mark, or
// another letter's width or shape. In Cyrillic and kana the mark makes another
// letter.
func decomposes(r rune) bool {
	switch {
	case r < 0x400, r >= 0x590 && r <= 0x77F, r >= 0x1E00 && r <= 0x1FFF:
		return true
	case r >= 0x2070 && r <= 0x24FF, r >= 0xF900 && r <= 0xFFEF, r >= 0x1D400 && r <= 0x1D7FF:
		return true
	}
	return false
}

// variant returns the form that the variants of a letter share, or "".
func variant(r rune) string {
	switch r {
	case 'ı':
		return "i"
	case 'ø', 'Ø':
		return "o"
	case 'ł', 'Ł':
		return "l"
	case 'đ', 'Đ', 'ð', 'Ð':
		return "d"
	case 'ħ', 'Ħ':
		return "h"
	case 'ß', 'ẞ':
		return "ss"
	case 'æ', 'Æ':
		return "ae"
	case 'œ', 'Œ':
		return "oe"
	case 'þ', 'Þ':
		return "th"
	case 'ς':
		return "σ"
	case 'ё', 'Ё':
		return "е"
	case 'ٱ':
		return "ا"
	case 'ى', 'ی', 'ې':
		return "ي"
	case 'ک', 'ڪ':
		return "ك"
	case 'ة', 'ۀ', 'ە', 'ہ', 'ھ', 'ۃ':
		return "ه"
	case 'ך':
		return "כ"
	case 'ם':
		return "מ"
	case 'ן':
		return "נ"
	case 'ף':
		return "פ"
	case 'ץ':
		return "צ"
	}
	for _, zero := range [...]rune{0x660, 0x6F0, 0x966, 0x9E6, 0xE50, 0x1040} {
		if r >= zero && r <= zero+9 {
			return "0123456789"[r-zero : r-zero+1]
		}
	}
	return simplified(r)
}
