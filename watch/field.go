package watch

import (
	"fmt"
	"strconv"
)

// field reads the name before a colon that ends at end.
func (l *lexer) field(name string, end int) (lexeme, *Error) {
	pos := l.at
	var hint string
	if isField(name) {
		x := l.take(kindField, end)
		x.text = name
		return x, nil
	}
	switch name {
	case "country":
		return lexeme{}, l.fault(pos, end, "There is no field \"country\": a report does not say which country it is about.",
			"Write place:syria, the country's name in every spelling, or source: with the feeds of that country.")
	case "type":
		return lexeme{}, l.fault(pos, end, "There is no field \"type\": a report does not say what kind of event it tells.",
			"Write the words for it: (strike* OR shelling OR airstrike*)")
	case "before", "after", "since", "until", "when":
		return lexeme{}, l.fault(pos, end, "There is no field \""+name+"\": a watch sees reports as they come in.",
			"Leave it out. For how long a story may have been told: age<2d")
	case "http", "https":
		return lexeme{}, l.fault(pos, end, "This is not a web address that could be read.", "Write url: before it and put it in quotes.")
	case "words", "outlets", "sources", "origins", "casualties", "level", "score", "age":
		return lexeme{}, l.fault(pos, end, name+" is a number, not a field.", "Compare it: words>80, outlets>=2, level>=high, age<2d")
	case "near", "onear", "atleast", "w":
		return lexeme{}, l.fault(pos, end, "A number follows "+name+" after a slash, not a colon.", `Example: idlib NEAR/5 ceasefire`)
	default:
		hint = meantField(name)
	}
	if hint != "" {
		hint = "Did you mean " + hint + ": ?"
	} else {
		hint = "Fields: title, summary, body, text, lead, lang, source, author, url, tag, place, strict. For a word with a colon, use quotes."
	}
	return lexeme{}, l.fault(pos, end, fmt.Sprintf("There is no field %q.", name), hint)
}

// isField says whether a rule may ask for the field name.
func isField(name string) bool {
	switch name {
	case "title", "summary", "body", "text", "lead", "lang", "source", "author", "url", "tag", "strict", "place":
		return true
	}
	return false
}

// meantField returns the field that another product calls name, or that name
// is a slip of, or "".
func meantField(name string) string {
	if field := renamed(name); field != "" {
		return field
	}
	return nearestOf(name, "title", "summary", "body", "text", "lead", "lang", "source", "author", "url", "tag", "strict", "place")
}

// renamed returns the field that another product calls name, or "".
func renamed(name string) string {
	switch name {
	case "intitle", "headline", "hd", "hed", "allintitle", "entrytitle":
		return "title"
	case "ingress", "leadparagraph", "hlp", "lp", "intro":
		return "lead"
	case "intext", "content", "fulltext", "td", "hcontent":
		return "text"
	case "description", "snippet", "abstract":
		return "summary"
	case "site", "domain", "outlet", "feed", "publisher", "sn", "from", "media":
		return "source"
	case "language", "la", "sourcelang", "lg":
		return "lang"
	case "by", "byline":
		return "author"
	case "link", "inurl":
		return "url"
	case "category", "keyword", "topic", "tags":
		return "tag"
	case "sentence", "same":
		return "strict"
	}
	return ""
}

// nearestOf returns the name that is at most two edits away, or "".
func nearestOf(name string, names ...string) string {
	best, least := "", 3
	for _, other := range names {
		if d := edits(name, other); d < least && d < len(other)-1 && len(name) < 20 {
			best, least = other, d
		}
	}
	return best
}

func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// foreign refuses the operators of other products that would be read as
// words, and so would quietly ask for something else.
func (l *lexer) foreign(name string, end int) *Error {
	if name == "and/or" {
		return l.fault(l.at, end, "This is neither AND nor OR.", "Write OR: it takes both together as well.")
	}
	head, n := splitNumber(name)
	if n == "" {
		return nil
	}
	between := n
	if k, err := strconv.Atoi(n); err == nil {
		between = strconv.Itoa(max(1, k-1))
	}
	var hint string
	switch head {
	case "adj", "pre/":
		hint = "ONEAR/" + between + " is at most " + between + " words in between, in this order; for none, a phrase."
	case "within/":
		hint = "NEAR/" + n + " is at most " + n + " words in between."
	case "near", "onear":
		hint = "NEAR/" + between + " is at most " + between + " words in between, as Factiva's " + head + n + " is."
	case "atleast":
		hint = "count(shelling)>=" + n + " is one thing often, ATLEAST/" + n + "(a, b, c) several of a list."
	default:
		return nil
	}
	return l.fault(l.at, end, l.src[l.at:end]+" is an operator elsewhere, and would be a word here.",
		hint+" If you mean the word, put it in quotes.")
}

// splitNumber parts the digits at the end of name from what is before.
func splitNumber(name string) (head, digits string) {
	i := len(name)
	for i > 0 && name[i-1] >= '0' && name[i-1] <= '9' {
		i--
	}
	return name[:i], name[i:]
}
