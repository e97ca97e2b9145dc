package brief

import (
	"strconv"
	"strings"
	"unicode"
)

// A token is a word, a number or a mark of a sentence, as the check compares
// it.
type token struct {
	word   string
	number bool
}

// tokens takes a sentence apart. Words are in lower case and without the "'s"
// of the owner, numbers in digits, and words that mean the same are one.
func tokens(sentence string) []token {
	var words []string
	for field := range strings.FieldsSeq(sentence) {
		words = append(words, apart(field)...)
	}
	var ts []token
	for i := 0; i < len(words); {
		if value, end, ok := numeral(words, i); ok {
			ts = append(ts, token{strconv.FormatFloat(value, 'f', -1, 64), true})
			i = end
			continue
		}
		word, n := sameAs(words[i:])
		ts = append(ts, token{word: word})
		i += n
	}
	for len(ts) > 0 && strings.Contains(".,;", ts[len(ts)-1].word) {
		ts = ts[:len(ts)-1]
	}
	return ts
}

// apart splits what stands between two spaces into words and marks.
func apart(field string) (words []string) {
	if strings.Trim(field, `.,;:"“”()`) == "US" {
		field = strings.Replace(field, "US", "U.S.", 1)
	}
	field = strings.ToLower(strings.NewReplacer("’", "'", "“", `"`, "”", `"`, "«", `"`, "»", `"`, "–", "-", "—", "-").Replace(field))
	rs := []rune(field)
	start := -1
	flush := func(end int) {
		if start >= 0 {
			words = append(words, expand(string(rs[start:end]))...)
		}
		start = -1
	}
	for i, r := range rs {
		inner := i > 0 && i+1 < len(rs) && (unicode.IsLetter(rs[i-1]) && unicode.IsLetter(rs[i+1]) || unicode.IsDigit(rs[i-1]) && unicode.IsDigit(rs[i+1]))
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r) || inner && strings.ContainsRune(".,'/:", r):
			if start < 0 {
				start = i
			}
		case r == '\'' && i == 0: // a quote; at the end it may be the owner's
			words = append(words, `"`)
		case r == '.' && i+1 == len(rs) || r == '\'' || r == '-':
			flush(i)
		default:
			flush(i)
			words = append(words, string(r))
		}
	}
	flush(len(rs))
	return words
}

// expand undoes what an apostrophe hides.
func expand(w string) []string {
	switch {
	case w == "won't":
		return []string{"will", "not"}
	case w == "cannot" || w == "can't":
		return []string{"can", "not"}
	case strings.HasSuffix(w, "n't"):
		return []string{strings.TrimSuffix(w, "n't"), "not"}
	}
	return []string{strings.TrimSuffix(w, "'s")}
}

// numeral reads the number that begins at word at: "14", "1,200", "twenty
// five", "1.5 million", "a dozen".
func numeral(words []string, at int) (value float64, end int, ok bool) {
	value, ok = figure(words[at])
	if !ok {
		return 0, at, false
	}
	for end = at + 1; end < len(words); end++ {
		next, ok := figure(words[end])
		_, named := numberWord(words[end])
		switch {
		case ok && named && next >= 100 || ok && next == 12 && words[end] == "dozen":
			value *= next
		case ok && named && value >= 20 && value < 100 && int(value)%10 == 0 && next < 10:
			value += next
		default:
			return value, end, true
		}
	}
	return value, end, true
}

// figure returns the value of one word. "Dozens" and the like are no numbers
// but words that must stay.
func figure(w string) (float64, bool) {
	if n, ok := numberWord(w); ok {
		return n, !strings.HasSuffix(w, "s") || n == 6 || n == 7
	}
	if w == "" || !unicode.IsDigit([]rune(w)[0]) {
		return 0, false
	}
	n, err := strconv.ParseFloat(strings.ReplaceAll(w, ",", ""), 64)
	return n, err == nil
}

// sameAs returns the word that stands for the first of words and for all that
// mean exactly the same, and how many words it is.
func sameAs(words []string) (word string, n int) {
	two := words[0]
	if len(words) > 1 {
		two += " " + words[1]
	}
	switch two {
	case "according to":
		return "say", 2
	case "per cent":
		return "percent", 2
	case "close to":
		return "near", 2
	case "united states":
		return "u.s", 2
	}
	if len(words) > 2 && two == "no fewer" && words[2] == "than" {
		return "at least", 3
	}
	if two == "at least" {
		return "at least", 2
	}
	switch w := words[0]; w {
	case "said", "says", "say", "stated", "states":
		return "say", 1
	case "%":
		return "percent", 1
	case "were":
		return "was", 1
	case "are":
		return "is", 1
	case "injured", "hurt":
		return "wounded", 1
	case "following":
		return "after", 1
	case "around", "roughly", "approximately":
		return "about", 1
	case "started":
		return "began", 1
	case "whilst":
		return "while", 1
	case "which", "who":
		return "which", 1
	default:
		return w, 1
	}
}
