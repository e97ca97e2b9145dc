package group

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/kljensen/snowball/english"
	"github.com/kljensen/snowball/french"
	"github.com/kljensen/snowball/russian"
	"github.com/kljensen/snowball/spanish"
	"golang.org/x/text/unicode/norm"
)

// A word is a word or a number of a text.
type word struct {
	raw, low string // as it stands there, and folded
	first    bool   // of a sentence, where a capital says nothing
	capital  bool
}

// number reports whether w is written in digits.
func (w word) number() bool { return isNumber(w.low) }

func isNumber(s string) bool { return s != "" && '0' <= s[0] && s[0] <= '9' }

// wordsOf returns the first most words of text.
func wordsOf(text string, most int) []word {
	var words []word
	first, start := true, -1
	end := func(at int) {
		if start < 0 {
			return
		}
		raw := text[start:at]
		if low := fold(raw); low != "" {
			r, _ := utf8.DecodeRuneInString(raw)
			words = append(words, word{raw, low, first, unicode.IsUpper(r)})
			first = false
		}
		start = -1
	}
	for i, r := range text {
		if len(words) == most {
			return words
		}
		if unicode.In(r, unicode.L, unicode.M, unicode.Nd) {
			if start < 0 {
				start = i
			}
			continue
		}
		grouped := r == ',' && start >= 0 && isNumber(text[start:i]) && i+1 < len(text) && isNumber(text[i+1:])
		if grouped {
			continue
		}
		end(i)
		if strings.ContainsRune(".!?:\n؟。", r) {
			first = true
		}
	}
	if len(words) < most {
		end(len(text))
	}
	return words
}

// fold makes case, accents, width and the commas of numbers not matter.
func fold(raw string) string {
	plain := true
	for i := range len(raw) {
		plain = plain && raw[i] < utf8.RuneSelf && (raw[i] < 'A' || raw[i] > 'Z') && raw[i] != ','
	}
	if plain {
		return raw
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == ',' || unicode.Is(unicode.Mn, r) && !keptMark(r):
			return -1
		case r == 'ı':
			return 'i'
		case unicode.Is(unicode.Nd, r):
			return digit(r)
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(raw))
}

// keptMark reports whether r is a vowel sign that makes another word.
func keptMark(r rune) bool { return unicode.In(r, unicode.Devanagari, unicode.Bengali, unicode.Thai) }

// digit returns the ASCII digit of any decimal digit.
func digit(r rune) rune {
	zero := r
	for unicode.Is(unicode.Nd, zero-1) && r-zero < 9 {
		zero--
	}
	return '0' + (r - zero)
}

// A script is what a text is mostly written in.
type script byte

// The scripts that are told apart; each is the one that decides a word.
const (
	otherScript script = iota
	latin
	cyrillic
	arabic
)

func scriptOf(words []word) script {
	var count [arabic + 1]int
	for _, w := range words {
		if !w.number() {
			count[wordScript(w.low)]++
		}
	}
	best := otherScript
	for s, n := range count {
		if n > count[best] {
			best = script(s)
		}
	}
	return best
}

func wordScript(low string) script {
	r, _ := utf8.DecodeRuneInString(low)
	switch {
	case unicode.Is(unicode.Latin, r):
		return latin
	case unicode.Is(unicode.Cyrillic, r):
		return cyrillic
	case unicode.Is(unicode.Arabic, r):
		return arabic
	}
	return otherScript
}

// stem returns what the forms of a word share.
func stem(low, lang string, s script) string {
	lang, _, _ = strings.Cut(lang, "-")
	switch {
	case s == latin && (lang == "en" || lang == ""):
		return english.Stem(low, false)
	case lang == "fr":
		return french.Stem(low, false)
	case lang == "es":
		return spanish.Stem(low, false)
	case s == cyrillic && (lang == "ru" || lang == ""):
		return russian.Stem(low, false)
	case s == arabic:
		low = bare(low)
	}
	if n := 0; utf8.RuneCountInString(low) > longest {
		for i := range low {
			if n == longest {
				return low[:i]
			}
			n++
		}
	}
	return low
}

// longest is how many letters stand for a word where nothing better is known.
const longest = 6

// bare returns an Arabic word without the article and what is written together
// with it.
func bare(low string) string {
	for _, prefix := range []string{"وال", "بال", "لل", "ال"} {
		if rest, ok := strings.CutPrefix(low, prefix); ok && utf8.RuneCountInString(rest) > 2 {
			return rest
		}
	}
	return low
}

// sound returns the consonants of a name as they are heard in most languages:
// the same for Manbij and Menbej, Idlib and Идлиб and إدلب. It is "" for what
// has fewer than two.
func sound(low string) string {
	var consonants []byte
	for _, r := range bare(low) {
		c := heardAs(r)
		if c == 0 || len(consonants) > 0 && consonants[len(consonants)-1] == c {
			continue
		}
		consonants = append(consonants, c)
	}
	if len(consonants) < 2 {
		return ""
	}
	return heard + string(consonants)
}

// heard begins what is known by its sound, so that it is no other word.
const heard = "~"

// heardAs returns the consonant that r stands for, or 0.
func heardAs(r rune) byte {
	for i, group := range []string{
		"bvwбвب", "pfпфفپ", "dдدضذ", "tтطتثθ", "gjгжґجغگژ", "kqcкقكхخک", "szсзшщчцسزصشظ", "lлل", "mмم", "nнن", "rрر",
	} {
		if strings.ContainsRune(group, r) {
			return "bpdtgkslmnr"[i]
		}
	}
	return 0
}
