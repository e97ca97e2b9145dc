package watch

import (
	_ "embed" // the pairs
	"unicode/utf8"
)

// The simplified characters of OpenCC (see NOTICE) are made by
//
//	npm pack opencc-js@1.4.2 && tar -xzf opencc-js-1.4.2.tgz
//	go test ./watch -run TestHanPairs -update-han "$PWD/package/dist/esm-lib/dict/TSCharacters.js"
//
// after which the fold table must be generated again, and the gazetteer's
// index. Only what has three bytes is kept, which is all that news is written
// with.

// hanVariants has a line for each traditional character that is written
// otherwise in simplified Chinese: the two and a line feed. It is sorted.
//
//go:embed han.txt
var hanVariants string

const hanLine = 3 + 3 + 1

// simplified returns the simplified form of a Han character, or "" if that is
// the character itself.
func simplified(r rune) string {
	if r < 0x3400 || r > 0xFAFF {
		return ""
	}
	lo, hi := 0, len(hanVariants)/hanLine
	for lo < hi {
		mid := (lo + hi) / 2
		line := hanVariants[mid*hanLine:][:hanLine]
		switch old, _ := utf8.DecodeRuneInString(line); {
		case old == r:
			return line[3:6]
		case old < r:
			lo = mid + 1
		default:
			hi = mid
		}
	}
	return ""
}
