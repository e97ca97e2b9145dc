package watch

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

type kind uint8

const (
	kindEnd kind = iota
	kindTerm
	kindOpen
	kindClose
	kindComma
	kindAnd
	kindPlus // a + that touches what follows
	kindOr
	kindNot
	kindNear
	kindAtLeast
	kindCount
	kindField
	kindLength
	kindCompare // a comparison after count( )
)

// A lexeme is one word of the rule language.
type lexeme struct {
	place
	kind    kind
	style   style  // of a term
	text    string // of a term or field; the operator of a length
	n       int
	ordered bool
}

// A lexer parts a rule into lexemes.
type lexer struct {
	src string
	at  int
}

func isWordRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.Is(unicode.M, r) ||
		strings.ContainsRune("_*?'’‘ʼ-‐‑.@#&+/׳״\u00ad\u200c\u200d", r)
}

// closers returns the marks that end a quotation begun by r, or "". Phones
// and languages differ in which they use.
func closers(r rune) string {
	switch r {
	case '"', '“', '”', '„', '‟', '＂':
		return "\"“”‟＂"
	case '«':
		return "»"
	case '「':
		return "」"
	case '『':
		return "』"
	}
	return ""
}

func (l *lexer) fault(pos, end int, msg, hint string) *Error {
	return &Error{Src: l.src, Pos: pos, End: end, Msg: msg, Hint: hint}
}

// peek returns the character at a byte offset, or 0 at the end.
func (l *lexer) peek(at int) (rune, int) {
	if at >= len(l.src) {
		return 0, 0
	}
	return utf8.DecodeRuneInString(l.src[at:])
}

// next returns the next lexeme.
func (l *lexer) next() (lexeme, *Error) {
	r, size := l.peek(l.at)
	for size > 0 && (unicode.IsSpace(r) || r == 0xFEFF || r == 0x200B || unicode.Is(unicode.Bidi_Control, r)) {
		l.at += size
		r, size = l.peek(l.at)
	}
	pos := l.at
	if size == 0 {
		return l.take(kindEnd, pos), nil
	}
	after, _ := l.peek(pos + size)
	touches := after != 0 && !unicode.IsSpace(after)
	switch {
	case strings.ContainsRune("([（【［", r):
		return l.take(kindOpen, pos+size), nil
	case strings.ContainsRune(")]）】］", r):
		return l.take(kindClose, pos+size), nil
	case strings.ContainsRune(",،，、;؛；", r):
		return l.take(kindComma, pos+size), nil
	case r == '|' || r == '｜':
		if after == r {
			size *= 2
		}
		return l.take(kindOr, pos+size), nil
	case r == '&' && after == '&':
		return l.take(kindAnd, pos+2), nil
	case r == '&' && !touches:
		return l.take(kindAnd, pos+1), nil
	case r == '!' || r == '！', strings.ContainsRune("-−–—", r) && touches:
		return l.take(kindNot, pos+size), nil
	case r == '+' && touches:
		return l.take(kindPlus, pos+1), nil
	case r == '+':
		return l.take(kindAnd, pos+1), nil
	case closers(r) != "":
		return l.phrase()
	case r == '=':
		return l.exact()
	case r == '/':
		return l.regex()
	case r == '>' || r == '<':
		return l.number(kindCompare, pos)
	case r == '#':
		return l.preset()
	case r == '~':
		return lexeme{}, l.fault(pos, pos+1, "~ must follow a phrase directly.", `Example: "observation post"~3`)
	case !isWordRune(r):
		return lexeme{}, l.fault(pos, pos+size, fmt.Sprintf("%q is not part of the rule language.", r),
			"Put it inside quotes if you mean the character itself.")
	}
	return l.word()
}

func (l *lexer) take(k kind, end int) lexeme {
	x := lexeme{kind: k, place: place{l.at, end}}
	l.at = end
	return x
}

// phrase reads a quotation and the ~n after it.
func (l *lexer) phrase() (lexeme, *Error) {
	pos := l.at
	text, end, err := l.quotation(pos)
	if err != nil {
		return lexeme{}, err
	}
	slop := 0
	if r, _ := l.peek(end); r == '~' {
		digits := l.digits(end + 1)
		n, bad := strconv.Atoi(l.src[end+1 : digits])
		if bad != nil || n > maxDistance {
			return lexeme{}, l.fault(end, digits, "~ after a phrase needs a number up to 100.",
				`"observation post"~3 allows up to 3 other words inside.`)
		}
		slop, end = n, digits
	}
	x := l.take(kindTerm, end)
	x.pos, x.style, x.text, x.n = pos, phrase, text, slop
	return x, nil
}

// quotation returns the text of the quotation at pos, its spaces made one.
func (l *lexer) quotation(pos int) (text string, end int, err *Error) {
	opener, size := l.peek(pos)
	var b strings.Builder
	for i := pos + size; i < len(l.src); {
		r, n := l.peek(i)
		if r == '\\' && i+1 < len(l.src) {
			i++
			r, n = l.peek(i)
		} else if strings.ContainsRune(closers(opener), r) {
			text = strings.Join(strings.Fields(b.String()), " ")
			if text == "" {
				return "", 0, l.fault(pos, i+n, "There is nothing between these quotes.", "Write a word or a phrase in them, or remove them.")
			}
			return text, i + n, nil
		}
		b.WriteRune(r)
		i += n
	}
	return "", 0, l.fault(pos, pos+size, "This quote is never closed.", `Add a closing " after the phrase.`)
}

// preset reads #name.
func (l *lexer) preset() (lexeme, *Error) {
	pos, end := l.at, l.wordEnd(l.at)
	x := l.take(kindTerm, end)
	x.style, x.text = named, strings.ToLower(l.src[pos:end])
	return x, nil
}

func (l *lexer) exact() (lexeme, *Error) {
	pos := l.at
	r, _ := l.peek(pos + 1)
	end := l.wordEnd(pos + 1)
	text := l.src[pos+1 : end]
	if closers(r) != "" {
		var err *Error
		if text, end, err = l.quotation(pos + 1); err != nil {
			return lexeme{}, err
		}
	}
	if text == "" {
		return lexeme{}, l.fault(pos, pos+1, "Nothing follows =.", `=SAM or ="Wagner Group" keeps capitals and accents as typed.`)
	}
	x := l.take(kindTerm, end)
	x.style, x.text = exact, text
	return x, nil
}

func (l *lexer) regex() (lexeme, *Error) {
	pos := l.at
	for i := pos + 1; i < len(l.src); i++ {
		switch l.src[i] {
		case '\\':
			i++
		case '/':
			x := l.take(kindTerm, i+1)
			x.style, x.text = pattern, l.src[pos+1:i]
			return x, nil
		}
	}
	return lexeme{}, l.fault(pos, pos+1, "This /regular expression/ is never closed.", "Add a closing /, or put the text in quotes.")
}

// wordEnd returns where the run of word characters at pos ends. A URL is one
// word.
func (l *lexer) wordEnd(pos int) int {
	for pos < len(l.src) {
		r, size := l.peek(pos)
		if !isWordRune(r) && !strings.HasPrefix(l.src[pos:], "://") {
			break
		}
		pos += size
	}
	return pos
}

func (l *lexer) digits(pos int) int {
	for pos < len(l.src) && l.src[pos] >= '0' && l.src[pos] <= '9' {
		pos++
	}
	return pos
}

// word reads a word, an operator, a field or a comparison.
func (l *lexer) word() (lexeme, *Error) {
	pos, end := l.at, l.wordEnd(l.at)
	text := l.src[pos:end]
	after, size := l.peek(end)
	name := strings.ToLower(text)
	if after == ':' || after == '：' {
		return l.field(name, end+size)
	}
	if after == '>' || after == '<' || after == '=' {
		return l.comparison(name, end)
	}
	switch name {
	case "and":
		return l.take(kindAnd, end), nil
	case "or":
		return l.take(kindOr, end), nil
	case "not":
		return l.take(kindNot, end), nil
	case "count":
		if after == '(' || after == '（' {
			return l.take(kindCount, end), nil
		}
	}
	head, number, slash := strings.Cut(name, "/")
	switch {
	case head == "near", head == "onear", head == "w" && slash:
		n, ok := distance(number, slash, 10)
		if !ok {
			return lexeme{}, l.fault(pos, end, strings.ToUpper(head)+"/ needs a number from 1 to 100.",
				`idlib NEAR/5 ceasefire allows up to 5 words in between; for none, write the phrase "idlib ceasefire".`)
		}
		x := l.take(kindNear, end)
		x.n, x.ordered = n, head == "onear"
		return x, nil
	case head == "atleast":
		n, ok := distance(number, slash, 2)
		if !ok {
			return lexeme{}, l.fault(pos, end, "ATLEAST/ needs a number from 1 to 100.", "Example: ATLEAST/2(shelling, drone, casualties)")
		}
		x := l.take(kindAtLeast, end)
		x.n = n
		return x, nil
	}
	x := l.take(kindTerm, end)
	x.text = text
	return x, nil
}

func distance(number string, given bool, def int) (int, bool) {
	if !given {
		return def, true
	}
	n, err := strconv.Atoi(number)
	return n, err == nil && n >= 1 && n <= maxDistance
}

// comparison reads words>80. The name before it ends at end.
func (l *lexer) comparison(name string, end int) (lexeme, *Error) {
	pos := l.at
	switch name {
	case "words":
	case "score", "sources", "casualties", "deaths", "age":
		return lexeme{}, l.fault(pos, end, fmt.Sprintf("A rule cannot ask for %s: it sees one item, and only its words.", name),
			"Levels and thresholds belong to the desk; leave this out of the rule.")
	default:
		return lexeme{}, l.fault(end, end+1, "Only words can be compared with a number.", `Example: words>80. For how often a word occurs: count(shelling)>=3`)
	}
	return l.number(kindLength, end)
}

// number reads the operator at at and the number after it.
func (l *lexer) number(k kind, at int) (lexeme, *Error) {
	stop := at + 1
	if l.src[at] != '=' && stop < len(l.src) && l.src[stop] == '=' {
		stop++
	}
	first := stop
	for first < len(l.src) && l.src[first] == ' ' {
		first++
	}
	last := l.digits(first)
	n, err := strconv.Atoi(l.src[first:last])
	if err != nil || n > maxNumber {
		return lexeme{}, l.fault(at, stop, "A number up to 1,000,000 is missing here.", "Example: words>80 or count(shelling)>=3")
	}
	x := l.take(k, last)
	x.text, x.n = l.src[at:stop], n
	return x, nil
}

// field reads the name before a colon that ends at end.
func (l *lexer) field(name string, end int) (lexeme, *Error) {
	pos := l.at
	var hint string
	switch name {
	case "title", "summary", "body", "text", "lead", "lang", "source", "author", "url", "tag", "place":
		x := l.take(kindField, end)
		x.text = name
		return x, nil
	case "country", "type":
		return lexeme{}, l.fault(pos, end, fmt.Sprintf("There is no field %q: a rule sees one item, and only its words.", name),
			"For a place in every spelling write place:syria.")
	case "intitle", "headline", "hd", "hed":
		hint = "title"
	case "site", "domain", "outlet", "feed":
		hint = "source"
	case "language", "la":
		hint = "lang"
	case "by", "byline":
		hint = "author"
	case "link", "inurl":
		hint = "url"
	default:
		hint = nearestField(name)
	}
	if hint != "" {
		hint = "Did you mean " + hint + ": ?"
	} else {
		hint = "Fields: title, summary, body, text, lead, lang, source, author, url, tag, place. For a word with a colon, use quotes."
	}
	return lexeme{}, l.fault(pos, end, fmt.Sprintf("There is no field %q.", name), hint)
}

// nearestField returns the field whose name is at most two edits away.
func nearestField(name string) string {
	best, least := "", 3
	for _, field := range [...]string{"title", "summary", "body", "text", "lead", "lang", "source", "author", "url", "tag", "place"} {
		if d := edits(name, field); d < least && d < len(field)-1 && len(name) < 20 {
			best, least = field, d
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
