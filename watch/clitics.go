package watch

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Some languages write small words and endings together with a name. A rule
// lists these forms when it is read, so that no word of an item need be taken
// apart: وادي, بيروت and לוד begin with such letters and are left alone.

// prefixed returns the forms of a folded word with the small words that its
// script writes before it. The text is what it was written as. Before other
// words, as in قطاع غزة or רצועת עזה, it takes no article.
func prefixed(word, text string, before bool) []string {
	first, _ := utf8.DecodeRuneInString(word)
	letters := utf8.RuneCountInString(word)
	switch {
	case letters < 3 && !before: // لد with a prefix is ولد, a boy, or بلد, a country
		return nil
	case unicode.Is(unicode.Arabic, first):
		if strings.ContainsAny(text, "یکہھےگچپژٹڈڑںڤڕڵۆێەۇۋ") {
			return nil // Persian, Urdu, Kurdish
		}
		return arabic(word, before)
	case unicode.Is(unicode.Hebrew, first):
		acronym := strings.ContainsAny(text, "\"״") // רמטכ"ל has an article, before its one word
		return hebrew(word, letters, before && !acronym)
	}
	return nil
}

// arabic returns word with conjunctions, prepositions and the article.
func arabic(word string, before bool) []string {
	if stem, has := strings.CutPrefix(word, "ال"); has && utf8.RuneCountInString(stem) > 1 {
		return joined(stem, "وال", "بال", "كال", "فال", "لل", "ولل", "وبال", "فلل")
	}
	forms := joined(word, "و", "ف", "ب", "ك", "ل", "وب", "ول")
	if !before {
		forms = append(forms, joined(word, "ال", "وال", "بال", "كال", "فال", "لل", "ولل", "وبال")...)
	}
	return forms
}

// hebrew returns word with its prefixes. The article of a word that has one
// is swallowed by ב, כ and ל: הגליל, בגליל.
func hebrew(word string, letters int, before bool) []string {
	forms := joined(word, "ו", "ב", "ל", "מ", "ש", "כ", "וב", "ול", "ומ", "וש", "שב", "שמ", "כש")
	if !before {
		forms = append(forms, joined(word, "ה", "וה", "שה", "מה")...)
	}
	if stem, has := strings.CutPrefix(word, "ה"); has && letters > 3 {
		forms = append(forms, joined(stem, "ב", "ל", "כ", "וב", "ול", "שב")...)
	}
	return forms
}

func joined(stem string, prefixes ...string) []string {
	forms := make([]string, len(prefixes))
	for i, p := range prefixes {
		forms[i] = p + stem
	}
	return forms
}

// suffixed returns the forms of a folded name with the Turkish endings of
// place, origin, possession and direction, as written by who leaves out the
// apostrophe. Folding has made ı i, ö o and ü u, so that after these either
// row of endings may follow.
func suffixed(name string) []string {
	if len(name) < 4 || strings.ContainsAny(name, "qwx") {
		return nil
	}
	last := byte(0)
	for i := range len(name) {
		switch c := name[i]; {
		case strings.IndexByte("aeiou", c) >= 0:
			last = c
		case c < 'a' || c > 'z':
			return nil
		}
	}
	if last == 0 {
		return nil
	}
	open, possessive := "ae", "in"
	switch last {
	case 'a':
		open = "a"
	case 'e':
		open = "e"
	case 'o', 'u':
		possessive = "un"
	}
	end := name[len(name)-1]
	d := "d"
	if strings.IndexByte("fstkchp", end) >= 0 {
		d = "t"
	}
	toward := ""
	if strings.IndexByte("aeiou", end) >= 0 {
		toward, possessive = "y", "n"+possessive
	}
	forms := []string{name + possessive}
	for _, v := range open {
		in := name + d + string(v)
		forms = append(forms, in, in+"n", in+"ki")
		if len(name) > 4 || toward != "" {
			forms = append(forms, name+toward+string(v))
		}
	}
	return forms
}

// compounded returns the endings of the last word of a Turkish compound such
// as Gazze Şeridi or Kuzey Irak Yönetimi, which has an ending already.
func compounded(word string) []string {
	if !strings.HasSuffix(word, "i") && !strings.HasSuffix(word, "u") {
		return nil
	}
	var forms []string
	for ending := range strings.FieldsSeq("nin nun nde nda nden ndan ndeki ndaki ne na") {
		forms = append(forms, word+ending)
	}
	return forms
}

// turkish holds for a name spelled with a letter that Turkish has and its
// neighbours lack.
func turkish(text string) bool { return strings.ContainsAny(text, "İıŞşĞğÇçÖöÜü") }
