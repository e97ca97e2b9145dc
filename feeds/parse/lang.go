package parse

import (
	"strings"
	"unicode"

	"golang.org/x/text/language"
)

// languageOf returns the language of text, BCP 47: what the feed declares, unless
// text is plainly in another script; else what its script suggests, or "".
func languageOf(declared, text string) string {
	guess := guessLanguage(text)
	tag, err := language.Parse(strings.ReplaceAll(strings.TrimSpace(declared), "_", "-"))
	if err != nil || tag == language.Und || len(declared) > 35 {
		return guess
	}
	if guess == "" {
		return tag.String()
	}
	theirs, _ := tag.Script()
	if ours, _ := language.Make(guess).Script(); ours != theirs {
		return guess
	}
	return tag.String()
}

// guessLanguage names the commonest language of text's script, where a script
// says anything.
func guessLanguage(text string) string {
	var counts [scripts]int
	letters := 0
	for _, r := range text {
		if unicode.IsLetter(r) {
			letters++
			counts[scriptOf(r)]++
		}
		if letters == 400 {
			break
		}
	}
	best := other
	for s, n := range counts {
		if n > counts[best] {
			best = s
		}
	}
	if best == other || 2*counts[best] < letters {
		return ""
	}
	return commonest(best, text)
}

// The scripts that suggest a language.
const (
	other = iota
	arabic
	cyrillic
	hebrew
	han
	kana
	hangul
	greek
	devanagari
	bengali
	thai
	scripts // how many there are
)

func scriptOf(r rune) int {
	switch {
	case r < 0x370:
		return other
	case unicode.Is(unicode.Arabic, r):
		return arabic
	case unicode.Is(unicode.Cyrillic, r):
		return cyrillic
	case unicode.Is(unicode.Hebrew, r):
		return hebrew
	case unicode.Is(unicode.Han, r):
		return han
	case unicode.In(r, unicode.Hiragana, unicode.Katakana):
		return kana
	case unicode.Is(unicode.Hangul, r):
		return hangul
	case unicode.Is(unicode.Greek, r):
		return greek
	case unicode.Is(unicode.Devanagari, r):
		return devanagari
	case unicode.Is(unicode.Bengali, r):
		return bengali
	case unicode.Is(unicode.Thai, r):
		return thai
	}
	return other
}

func commonest(script int, text string) string {
	switch script {
	case arabic:
		if strings.ContainsAny(text, "پچژگک") {
			return "fa"
		}
		return "ar"
	case cyrillic:
		if strings.ContainsAny(text, "іїєґІЇЄҐ") {
			return "uk"
		}
		return "ru"
	case han:
		if strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Hiragana, r) }) {
			return "ja"
		}
		return "zh"
	}
	return [scripts]string{hebrew: "he", kana: "ja", hangul: "ko", greek: "el", devanagari: "hi", bengali: "bn", thai: "th"}[script]
}
