// Package wordstest has a language in which a fixed word that somebody forgot
// stands out, and messages to say in it.
//
// In that language each fixed piece stands between ⟦ and ⟧ and is longer by a
// third; the strangers of its messages write Greek. Whatever Latin letter is
// left is a word that went past the catalogue. It is for tests alone.
package wordstest
