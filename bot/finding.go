package bot

import (
	"unicode"
	"unicode/utf8"
)

// A Grade says how much a finding matters.
type Grade uint8

// The grades, the worst last.
const (
	Well    Grade = iota // as it should be
	Lacking              // messages are told, and something else does not work
	Broken               // messages are not told, or not all of them
)

// A Finding is what a look at a platform found: one thing, in one sentence.
// It never holds a token.
type Finding struct {
	Grade   Grade
	Channel string // that it is about, or "" for the account as a whole
	Says    string // such as "The bot is not in the channel."
	Cure    string // what an operator can do about it; "" if all is well
}

// Sentence returns why as a sentence of its own.
func Sentence(why string) string {
	first, size := utf8.DecodeRuneInString(why)
	return string(unicode.ToUpper(first)) + why[size:] + "."
}
