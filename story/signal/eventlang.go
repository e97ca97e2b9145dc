package signal

import (
	"strings"
	"unicode"

	"vedette/story"
)

// language returns the language that it is in, of those that e knows: as it
// says, or else by its letters, and by its little words where letters do not
// tell.
func (e *events) language(it *story.Item) string {
	lang, _, _ := strings.Cut(strings.ToLower(it.Lang), "-")
	if _, ok := e.all[lang]; ok || lang != "" {
		return lang
	}
	text := it.Text()
	text = text[:min(len(text), 600)]
	for _, r := range text {
		switch {
		case unicode.Is(unicode.Arabic, r):
			return "ar"
		case unicode.Is(unicode.Cyrillic, r):
			if strings.ContainsAny(text, "іїєґІЇЄҐ") {
				return "uk"
			}
			return "ru"
		case strings.ContainsRune("ğışİĞŞ", r):
			return "tr"
		}
	}
	if e.all["fr"].claims.littleWords(text) > e.all["en"].claims.littleWords(text) {
		return "fr"
	}
	return "en"
}

// littleWords counts the words of text that are of (stop) or (article).
func (ps *patterns) littleWords(text string) (n int) {
	r := ps.reading(text, tokens(text), false)
	for i := range r.words {
		if ps.is(r, i, "stop") || ps.is(r, i, "article") {
			n++
		}
	}
	return n
}
