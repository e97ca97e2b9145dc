package watch

import (
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
	kindThreshold
	kindCompare // a comparison after count( )
)

// A lexeme is one word of the rule language.
type lexeme struct {
	place
	kind    kind
	style   style  // of a term
	text    string // of a term or field; the operator of a comparison
	of      Quantity
	n       int
	ordered bool
	loose   bool // of a phrase: its words may stand in any order, n words apart
}

// A lexer parts a rule into lexemes.
type lexer struct {
	src string
	at  int
}

func isWordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return isPlain(r) || strings.IndexByte("_*?'-.@#&+/", byte(r)) >= 0 // #nosec G115 -- ASCII
	}
	return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.Is(unicode.M, r) ||
		strings.ContainsRune("’‘ʼ‐‑׳״־\u00ad\u200c\u200d", r)
}

// isPlain holds for what most words are written with.
func isPlain(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
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
	if isPlain(r) {
		return l.word()
	}
	after, _ := l.peek(pos + size)
	if k := bracket(r); k != kindEnd {
		return l.take(k, pos+size), nil
	}
	touches := after != 0 && !unicode.IsSpace(after)
	switch {
	case r == '|' || r == '｜':
		return l.bar(r, after)
	case r == '&' && after == '&':
		return l.take(kindAnd, pos+2), nil
	case r == '&' && !touches, r == '+' && !touches:
		return l.take(kindAnd, pos+1), nil
	case r == '!' || r == '！', isDash(r) && touches:
		return l.take(kindNot, pos+size), nil
	case r == '+':
		return l.take(kindPlus, pos+1), nil
	case closers(r) != "":
		return l.phrase()
	case r == '=':
		return l.exact()
	case r == '/':
		return l.regex()
	case strings.HasPrefix(l.src[pos:], "<@"), strings.HasPrefix(l.src[pos:], "<#"), strings.HasPrefix(l.src[pos:], "<!"):
		return lexeme{}, l.mention(pos)
	case strings.ContainsRune("<>≤≥＜＞", r):
		return l.number(kindCompare, pos)
	case r == '#':
		return l.preset()
	case r == '~':
		return lexeme{}, l.fault(pos, pos+1, "~ must follow a phrase directly.", `Example: "observation post"~3`)
	case !isWordRune(r):
		return lexeme{}, l.stranger(r, pos, pos+size)
	}
	return l.word()
}

// bar reads | or ||.
func (l *lexer) bar(r, after rune) (lexeme, *Error) {
	pos, size := l.at, utf8.RuneLen(r)
	if after != r {
		return l.take(kindOr, pos+size), nil
	}
	if end := l.spoiler(pos); end > 0 {
		return lexeme{}, l.fault(pos, end, "This is how Discord hides text.",
			"Remove the ||, or write OR between what may stand for each other.")
	}
	return l.take(kindOr, pos+2*size), nil
}

// bracket returns what a sign is that is a lexeme by itself, or kindEnd.
func bracket(r rune) kind {
	switch r {
	case '(', '[', '（', '【', '［':
		return kindOpen
	case ')', ']', '）', '】', '］':
		return kindClose
	case ',', '،', '，', '、', ';', '؛', '；':
		return kindComma
	}
	return kindEnd
}

// touching is said of a dash by itself.
const touching = "To leave something out, - must touch it: idlib -football"

// stranger says what is wrong with a character that no lexeme begins with.
func (l *lexer) stranger(r rune, pos, end int) *Error {
	hint := "Remove it: only words are compared, not signs."
	switch r {
	case '{', '}':
		hint = "For capitals as typed write =Word; for a group write (a OR b)."
	case '\\':
		hint = `Remove it; inside quotes \" is a quote.`
	case '`':
		hint = "Remove the backquotes round the rule."
	case '^':
		hint = "All words weigh the same; remove it and the number after it."
	case '–', '—', '−':
		hint = touching
	case ':', '：':
		hint = "A colon follows the name of a field directly: title:ceasefire"
	}
	name := strconv.QuoteRune(r)
	if unicode.IsPrint(r) {
		name = "'" + string(r) + "'"
	}
	return l.fault(pos, end, name+" is not part of the rule language.", hint)
}

// mention says what is wrong with <@U012AB3CD>, as chat programs write it.
func (l *lexer) mention(pos int) *Error {
	end := len(l.src)
	if n := strings.IndexByte(l.src[pos:], '>'); n >= 0 {
		end = pos + n + 1
	}
	return l.fault(pos, end, "This is a mention of somebody or of a channel in the chat, not a word.",
		"Write the name as reports do, without @ or #.")
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
	slop, end, err := l.slop(end)
	if err != nil {
		return lexeme{}, err
	}
	x := l.take(kindTerm, end)
	x.pos, x.style, x.text, x.n = pos, phrase, text, slop
	return x, nil
}

// slop reads the ~n that may follow a quotation at at, and where it ends.
func (l *lexer) slop(at int) (n, end int, err *Error) {
	if r, _ := l.peek(at); r != '~' {
		return 0, at, nil
	}
	end = l.digits(at + 1)
	n, bad := strconv.Atoi(l.src[at+1 : end])
	if bad != nil || n > maxDistance {
		return 0, at, l.fault(at, max(end, at+1), "~ after a phrase needs a number up to 100.",
			`"observation post"~3 allows up to 3 other words inside.`)
	}
	return n, end, nil
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
		} else if strings.ContainsRune(closers(opener), r) && !l.gershayim(i) {
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
	text, slop := l.src[pos+1:end], 0
	if closers(r) != "" {
		var err *Error
		if text, end, err = l.quotation(pos + 1); err == nil {
			slop, end, err = l.slop(end)
		}
		if err != nil {
			return lexeme{}, err
		}
	}
	if text == "" {
		return lexeme{}, l.fault(pos, pos+1, "Nothing follows =.", `=SAM or ="Wagner Group" keeps capitals and accents as typed.`)
	}
	x := l.take(kindTerm, end)
	x.style, x.text, x.n = exact, text, slop
	return x, nil
}

func (l *lexer) regex() (lexeme, *Error) {
	pos := l.at
	for i := pos + 1; i < len(l.src); i++ {
		switch l.src[i] {
		case '\\':
			i++
		case '/':
			if end := l.wordEnd(i + 1); end > i+1 {
				return lexeme{}, l.fault(i+1, end, "Something touches the end of this /regular expression/.",
					"Flags are not needed, words are folded; if another word follows, put a space before it.")
			}
			x := l.take(kindTerm, i+1)
			x.style, x.text = pattern, l.src[pos+1:i]
			return x, nil
		}
	}
	return lexeme{}, l.fault(pos, pos+1, "This /regular expression/ is never closed.", "Add a closing /, or put the text in quotes.")
}

// wordEnd returns where the run of word characters at pos ends. A URL is one
// word, and so is what a long dash joins or what turns its direction.
func (l *lexer) wordEnd(pos int) int {
	for from := pos; pos < len(l.src); {
		if isPlain(rune(l.src[pos])) {
			pos++
			continue
		}
		r, size := l.peek(pos)
		if r == '&' && strings.HasPrefix(l.src[pos:], "&&") {
			break
		}
		if !isWordRune(r) && !strings.HasPrefix(l.src[pos:], "://") && !l.gershayim(pos) {
			next, _ := l.peek(pos + size)
			if pos == from || !isDash(r) && !isTurn(r) || !isWordRune(next) || strings.HasPrefix(l.src[pos+size:], "&&") {
				break
			}
		}
		pos += size
	}
	return pos
}

// gershayim says whether the mark at pos is typed for the one inside a Hebrew
// acronym: צה"ל.
func (l *lexer) gershayim(pos int) bool {
	mark, size := l.peek(pos)
	if !strings.ContainsRune("\"“”„", mark) {
		return false
	}
	before, _ := utf8.DecodeLastRuneInString(l.src[:pos])
	after, _ := l.peek(pos + size)
	return unicode.Is(unicode.Hebrew, before) && unicode.Is(unicode.Hebrew, after)
}

// isDash holds for the minus and for what phones make of it.
func isDash(r rune) bool { return r == '-' || r == '−' || r == '–' || r == '—' }

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
	if at := l.comparing(name, end); at >= 0 {
		return l.comparison(name, end, at)
	}
	if err := l.foreign(name, end); err != nil {
		return lexeme{}, err
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
