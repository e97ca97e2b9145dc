package watch

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// The tables of declension hold a line for each ending of a name: the ending,
// how many of its letters are dropped, and the endings of genitive, dative,
// accusative, instrumental and prepositional. In a column / parts what may be
// either, = is the name itself and 0 no ending. The first line that fits is
// taken, so longer endings stand first.
//
// Endings are of folded words: ё is е. Columns that hold for one of several
// classes of nouns with one ending hold all of them (Казань and Ярославль): a
// form that no one writes costs nothing.
const (
	russianAdjectives = `
ский 2 ого ому = им ом
кий 2 ого ому = им ом
гий 2 ого ому = им ом
хий 2 ого ому = им ом
ний 2 его ему = им ем
щий 2 его ему = им ем
ый 2 ого ому = ым ом
ой 2 ого ому = ым/им ом
яя 2 ей ей юю ей ей
ая 2 ой ой ую ой ой
ое 2 ого ому = ым/им ом
ее 2 его ему = им ем
ые 2 ых ым = ыми ых
кие 2 их им = ими их
ние 2 их им = ими их`
	russianNouns = `
ия 1 и и ю ей и
ка 1 и е у ой е
га 1 и е у ой е
ха 1 и е у ой е
жа 1 и е у ей/ой е
ша 1 и е у ей/ой е
ча 1 и е у ей/ой е
ща 1 и е у ей/ой е
а 1 ы е у ой е
я 1 и е ю ей е
сть 1 и и = ью и
ь 1 я/и ю/и = ем/ью е/и
ий 1 я ю = ем и
й 1 я ю = ем е
лец 2 ьца ьцу = ьцом/ьцем ьце
ец 2 ца цу = цом/цем це
ов 0 а у = ом/ым е
ев 0 а у = ом/ым е
ин 0 а у = ом/ым е
ын 0 а у = ом/ым е
ово 1 а у = ом е
ево 1 а у = ом е
ино 1 а у = ом е
ыно 1 а у = ом е
море 1 я ю = ем е
поле 1 я ю = ем е
ство 1 а у = ом е
ье 1 я ю = ем е
ие 1 я ю = ем и
цы 1 ев ам = ами ах
ы 1 0/ов ам = ами ах
ки 1 0/ов ам = ами ах`
	ukrainianAdjectives = `
ній 2 ього ьому = ім ьому
ий 2 ого ому = им ому
ня 1 ьої ій ю ьою ій
а 1 ої ій у ою ій
е 1 ого ому = им ому
і 1 их им = ими их`
	ukrainianNouns = `
ріг 3 рогу рогу = рогом розі
ія 1 ї ї ю єю ї
ка 2 ки ці ку кою ці
га 2 ги зі гу гою зі
ха 2 хи сі ху хою сі
ча 1 і і у ею і
жа 1 і і у ею і
ша 1 і і у ею і
ща 1 і і у ею і
жжя 1 я ю = ям і
ття 1 я ю = ям і
ння 1 я ю = ям і
лля 1 я ю = ям і
ччя 1 я ю = ям і
сся 1 я ю = ям і
а 1 и і у ою і
я 1 і і ю ею і
ів 2 ова/ева ову/еву = овом/евом ові/еві
їв 2 єва єву = євом єві
піль 3 оля олю = олем олі
ець 3 ця цю = цем ці
сть 1 і і = ю і
нь 1 я/і ю/і = ем/ню і
дь 1 я/і ю/і = ем/дю і
зь 1 я/і ю/і = ем/зю і
ль 1 я/і ю/і = ем/лю і
сь 1 я/і ю/і = ем/сю і
ть 1 я/і ю/і = ем/тю і
ь 1 я/і ю/і = ем/ю і
ін 0 а/у у/ові = ом/им і/у
їн 0 а/у у/ові = ом/им і/у
ов 0 а у/ові = ом/им і/у
ев 0 а у/ові = ом/им і/у
єв 0 а у/ові = ом/им і/у
ий 2 ого ому = им ому
й 1 я ю = єм ї/ю
море 1 я ю = ем і/ю
поле 1 я ю = ем і
е 1 ого ому = им ому
о 1 а у = ом і
ці 1 ів ям = ями ях
и 1 0/ів ам = ами ах
ж 0 а/у у = ем і
ч 0 а/і у/і = ем/ю і
ш 0 а/і у/і = ем/ю і`
	afterConsonant   = "бвгґджзклмнпрстфхцчшщ"
	russianPlain     = "а у = ом/ем е"
	ukrainianPlain   = "а/у у = ом і/у"
	ukrainianLetters = "іїєґ"
	russianLetters   = "ыэъ"
	bothLetters      = "абвгджзийклмнопрстуфхцчшщьюяе"
)

// maxName is the number of words in the longest name that has cases:
// Демократическая Республика Конго has three.
const maxName = 5

// maxNouns is the number of words from which on nouns before the last are left
// as they are, since the forms would multiply.
const maxNouns = 4

// declined returns the other cases of a name in Russian or Ukrainian, as
// folded words. Of several words the last is declined, and the adjectives
// before it with it; of Ростов-на-Дону the first.
func declined(words []string) [][]string {
	text := strings.Join(words, "")
	if len(words) > maxName {
		return nil // no name, and the forms of its words multiply
	}
	if strings.Trim(text, bothLetters+ukrainianLetters+russianLetters) != "" {
		return nil // another language, or another script
	}
	ukrainian := strings.ContainsAny(text, ukrainianLetters) ||
		slices.ContainsFunc(words, func(w string) bool {
			return strings.HasSuffix(w, "ськ") || strings.HasSuffix(w, "цьк") || strings.HasSuffix(w, "зьк")
		})
	russian := strings.ContainsAny(text, russianLetters)
	var forms [][]string
	if !ukrainian {
		forms = phraseCases(words, russianAdjectives, russianAdjectives+russianNouns, russianPlain)
	}
	if !russian {
		forms = append(forms, phraseCases(words, ukrainianAdjectives, ukrainianNouns, ukrainianPlain)...)
	}
	return forms
}

// phraseCases returns the cases of words: of its head by the table of nouns,
// of the words before by that of adjectives. A noun before the head may stand
// in the same case (Владимира Путина) and then the head may stay as it is
// (сектора Газа).
func phraseCases(words []string, adjectives, nouns, plain string) [][]string {
	head := len(words) - 1
	if i := slices.Index(words, "на"); i > 0 {
		head = i - 1
	}
	if utf8.RuneCountInString(words[head]) < 3 {
		return nil
	}
	var forms [][]string
	columns := wordCases(words[head], nouns, plain)
	before, named := make([][][]string, head), false
	for i, w := range words[:head] {
		if utf8.RuneCountInString(w) < 4 {
			continue
		}
		before[i] = wordCases(w, adjectives, "")
		if len(words) < maxNouns && (before[i] == nil || !surelyAdjective(w)) {
			if forms := wordCases(w, nouns, plain); forms != nil {
				before[i], named = withItself(both(before[i], forms), w), true
			}
		}
	}
	if named || head > 0 && (columns == nil || utf8.RuneCountInString(words[head]) < 5) { // АЭС and Конго have no cases
		columns = withItself(columns, words[head])
	}
	for c, column := range columns {
		all := [][]string{slices.Clone(words)}
		for i, agreeing := range before {
			if agreeing != nil {
				all = agreed(all, i, agreeing[c])
			}
		}
		forms = append(forms, agreed(all, head, column)...)
	}
	return forms
}

// surelyAdjective holds for an ending that nouns do not have.
func surelyAdjective(word string) bool {
	for _, ending := range [...]string{
		"ий", "ій", "ый", "ой", "ая", "яя", "ое", "ее", "ые", "ие",
		"ська", "цька", "зька", "ське", "цьке", "зьке", "ські", "цькі", "зькі", "на", "не", "ні",
	} {
		if strings.HasSuffix(word, ending) {
			return true
		}
	}
	return false
}

// both joins the forms of each case.
func both(a, b [][]string) [][]string {
	all := make([][]string, cases)
	for c := range all {
		if a != nil {
			all[c] = append(all[c], a[c]...)
		}
		all[c] = append(all[c], b[c]...)
	}
	return all
}

// cases is how many columns the tables have.
const cases = 5

// withItself adds to the forms of each case the word as it is. A word that has
// no forms is the same in all cases.
func withItself(columns [][]string, word string) [][]string {
	all := make([][]string, cases)
	for c := range all {
		if columns != nil {
			all[c] = slices.Clone(columns[c])
		}
		all[c] = append(all[c], word)
	}
	return all
}

// agreed returns each of the rows with each of the forms at i.
func agreed(rows [][]string, i int, forms []string) [][]string {
	all := make([][]string, 0, len(rows)*len(forms))
	for _, form := range forms {
		for _, row := range rows {
			row = slices.Clone(row)
			row[i] = form
			all = append(all, row)
		}
	}
	return all
}

// wordCases returns the forms of one word in each case, or nil if no line of
// the table fits. A word that ends in a consonant takes the plain endings.
func wordCases(word, table, plain string) [][]string {
	for line := range strings.Lines(table) {
		ending, _, _ := strings.Cut(line, " ")
		if ending == "\n" || !strings.HasSuffix(word, ending) || word == ending && utf8.RuneCountInString(ending) < 3 {
			continue
		}
		cols := strings.Fields(line)
		stem := word
		for range cols[1][0] - '0' {
			_, size := utf8.DecodeLastRuneInString(stem)
			stem = stem[:len(stem)-size]
		}
		return endings(word, stem, cols[2:])
	}
	last, _ := utf8.DecodeLastRuneInString(word)
	if plain != "" && strings.ContainsRune(afterConsonant, last) {
		return endings(word, word, strings.Fields(plain))
	}
	return nil
}

func endings(word, stem string, cases []string) [][]string {
	forms := make([][]string, len(cases))
	for i, column := range cases {
		for ending := range strings.SplitSeq(column, "/") {
			switch ending {
			case "=":
				forms[i] = append(forms[i], word)
			case "0":
				if utf8.RuneCountInString(stem) > 3 {
					forms[i] = append(forms[i], stem)
				}
			default:
				forms[i] = append(forms[i], stem+ending)
			}
		}
	}
	return forms
}
