package watch

import (
	"strconv"
	"strings"
	"unicode"
)

// lexeme reads the next lexeme of another product's rule.
func (m *importer) lexeme() (lexeme, *Error) {
	m.at = m.blank(m.at)
	pos := m.at
	r, size := m.peek(pos)
	if size == 0 {
		return m.take(kindEnd, pos), nil
	}
	after, _ := m.peek(pos + size)
	touches := after != 0 && !unicode.IsSpace(after)
	switch {
	case r == '(' || r == ')' || r == ',':
		return m.take(bracket(r), pos+size), nil
	case r == '[' || r == '{' && m.dialect == Lucene:
		return lexeme{}, m.fault(pos, pos+size, "A range cannot be said.", "Leave it out; for the length of a report: words>80")
	case r == '{' && m.dialect == Meltwater:
		return m.braced()
	case closers(r) != "":
		return m.phrased()
	case r == '|', r == '&' && after == '&':
		if after == r {
			size *= 2
		}
		k := kindOr
		if r == '&' {
			k = kindAnd
		}
		return m.take(k, pos+size), nil
	case r == '-' && touches && m.dialect != Factiva, r == '!' && m.dialect == Lucene:
		return m.take(kindNot, pos+size), nil
	case r == '+' && after == '+' && m.dialect == Meltwater:
		return m.cased(pos+2, m.wordEnd(pos+2), pos)
	case r == '+' && touches:
		return m.take(kindPlus, pos+size), nil
	case r == '/' && m.dialect == Lucene:
		return m.regex()
	case r == '/' && m.dialect == Factiva:
		return m.slashed()
	case r == '~':
		return lexeme{}, m.fault(pos, pos+1, "Words that sound or look alike cannot be asked for.", "List the spellings: (idlib OR idleb), or write idl*")
	case r == '$':
		return lexeme{}, m.fault(pos, pos+1, "$ cannot be said.", "Use * for any letters or ? for one.")
	case !isWordRune(r) && r != '\\':
		return lexeme{}, m.stranger(r, pos, pos+size)
	}
	return m.name()
}

func (m *importer) blank(at int) int {
	for at < len(m.src) {
		r, size := m.peek(at)
		if !unicode.IsSpace(r) {
			break
		}
		at += size
	}
	return at
}

// braced reads {Word}, which keeps capitals.
func (m *importer) braced() (lexeme, *Error) {
	pos := m.at
	n := strings.IndexByte(m.src[pos:], '}')
	if n < 0 {
		return lexeme{}, m.fault(pos, pos+1, "This { is never closed.", "Add } after the word.")
	}
	x, err := m.cased(pos+1, pos+n, pos)
	m.at = pos + n + 1
	return x, err
}

// cased returns the text between two offsets as an exact term.
func (m *importer) cased(from, to, pos int) (lexeme, *Error) {
	text := strings.Trim(m.src[from:to], ` "`)
	if text == "" {
		return lexeme{}, m.fault(pos, max(to, pos+1), "A word is missing here.", "Example: {Wagner}, ++Wagner or raw:Wagner")
	}
	x := m.take(kindTerm, to)
	x.pos, x.style, x.text = pos, exact, text
	return x, nil
}

// phrased reads a phrase, and the boost after it.
func (m *importer) phrased() (lexeme, *Error) {
	x, err := m.phrase()
	if err == nil {
		m.boost()
	}
	return x, err
}

// boost passes over ^2, which only ranks.
func (m *importer) boost() {
	if r, _ := m.peek(m.at); r != '^' || m.dialect != Lucene {
		return
	}
	end := m.at + 1
	for end < len(m.src) && strings.IndexByte("0123456789.", m.src[end]) >= 0 {
		end++
	}
	m.note("%s only ranks, and is left out.", m.src[m.at:end])
	m.at = end
}

// slashed reads Factiva's /5n/ and /F50/.
func (m *importer) slashed() (lexeme, *Error) {
	n, near, size := slashes(m.src[m.at:])
	switch {
	case size == 0:
		return lexeme{}, m.fault(m.at, m.at+1, "This / is no operator.", "Examples: idlib /5n/ ceasefire, idlib /F50/")
	case near:
		return m.distance(n, false, m.at+size)
	}
	return m.take(kindCompare, m.at+size), nil
}

// slashes returns the number and the size of the /5n/ (near) or /F50/ that
// text begins with; the size is 0 if it does not.
func slashes(text string) (n int, near bool, size int) {
	inner, _, ok := strings.Cut(strings.TrimPrefix(text, "/"), "/")
	if !ok || len(inner) < 2 || text[0] != '/' {
		return 0, false, 0
	}
	if n, err := strconv.Atoi(inner[:len(inner)-1]); err == nil && strings.EqualFold(inner[len(inner)-1:], "n") {
		return n, true, len(inner) + 2
	}
	if n, err := strconv.Atoi(inner[1:]); err == nil && strings.EqualFold(inner[:1], "f") {
		return n, false, len(inner) + 2
	}
	return 0, false, 0
}

// distance makes a NEAR of Factiva's distance, which is one more than the
// words between.
func (m *importer) distance(n int, ordered bool, end int) (lexeme, *Error) {
	if n < 1 || n > maxDistance+1 {
		return lexeme{}, m.fault(m.at, end, "A distance must be from 1 to 101.", "Example: adj3")
	}
	x := m.take(kindNear, end)
	x.n, x.ordered = n-1, ordered
	return x, nil
}

// text returns the word at at, with its escapes undone, and where it ends.
func (m *importer) text(at int) (string, int) {
	var b strings.Builder
	for at < len(m.src) {
		end := m.wordEnd(at)
		if m.dialect == Factiva {
			if i := strings.IndexByte(m.src[at:end], '/'); i > 0 {
				if _, _, size := slashes(m.src[at+i:]); size > 0 {
					end = at + i // a word before /5n/
				}
			}
		}
		b.WriteString(m.src[at:end])
		at = end
		if r, _ := m.peek(at); r != '\\' || at+1 >= len(m.src) {
			break
		}
		_, size := m.peek(at + 1)
		b.WriteString(m.src[at+1 : at+1+size])
		at += 1 + size
	}
	return b.String(), at
}

// pairing holds for w/5 and its like.
func pairing(text string) bool {
	head, _, _ := strings.Cut(strings.ToLower(text), "/")
	return head == "w" || head == "pre" || head == "near" || head == "onear"
}

// name reads a word, an operator or a field.
func (m *importer) name() (lexeme, *Error) {
	pos := m.at
	text, end := m.text(pos)
	lower := strings.ToLower(m.src[pos:end])
	after, size := m.peek(end)
	switch {
	case text == "":
		return lexeme{}, m.fault(pos, pos+1, "A character is missing after this.", "Remove it.")
	case after == ':', after == '=' && m.dialect == Factiva:
		return m.fieldName(lower, end+size)
	case lower == "wc" && m.dialect == Factiva:
		if after == '>' || after == '<' {
			return m.number(kindLength, end)
		}
	}
	if x, ok, err := m.operation(lower, end); ok || err != nil {
		return x, err
	}
	x := m.take(kindTerm, end)
	x.text = text
	if r, _ := m.peek(end); r == '~' {
		return lexeme{}, m.fault(pos, m.digits(end+1), "Words that look alike cannot be asked for.", "List the spellings: (idlib OR idleb), or write idl*")
	}
	m.boost()
	return x, nil
}

// operation reads an operator, if name is one.
func (m *importer) operation(name string, end int) (lexeme, bool, *Error) {
	pos := m.at
	k := kindEnd
	switch name {
	case "and":
		k = kindAnd
	case "or":
		k = kindOr
	case "not":
		k = kindNot
	}
	if k != kindEnd {
		if typed := m.src[pos:end]; typed != strings.ToUpper(typed) && (m.dialect == Google || m.dialect == Lucene) {
			m.note("%s was taken as %s; if it is a word, put it in quotes.", typed, strings.ToUpper(typed))
		}
		return m.take(k, end), true, nil
	}
	head, digits := splitNumber(strings.TrimSuffix(name, "f"))
	n, err := strconv.Atoi(digits)
	if err != nil || head == name {
		n = -1
	}
	x, fault := m.nearness(head, name, n, end)
	return x, x.kind != kindEnd || fault != nil, fault
}

// nearness reads an operator that says how near things stand or how often
// they occur. The number n after its head is -1 if there is none.
func (m *importer) nearness(head, name string, n, end int) (lexeme, *Error) {
	forward := strings.HasSuffix(name, "f") && n >= 0
	switch head {
	case "near/", "onear/", "near", "onear":
		ordered := head[0] == 'o' || forward
		if m.dialect == Factiva {
			return m.distance(max(n, 1), ordered, end)
		}
		if n < 0 && m.dialect == Meltwater {
			n = 4
		}
		if n >= 0 || m.src[m.at:end] == strings.ToUpper(name) {
			return m.between(n, ordered, end)
		}
	case "adj", "w/", "pre/":
		if m.dialect == Factiva && (n >= 0 || name == "adj") {
			return m.distance(max(n, 1), true, end)
		}
		if n >= 0 && head != "adj" {
			return m.between(n, head == "pre/", end)
		}
		if n >= 0 {
			return m.between(n, true, end)
		}
	case "atleast":
		if n > 0 && n <= maxCount {
			x := m.take(kindCount, end)
			x.n = n
			return x, nil
		}
	case "around":
		if number, rest, ok := strings.Cut(m.src[end:], ")"); ok && m.dialect == Google && strings.HasPrefix(number, "(") {
			k, err := strconv.Atoi(strings.TrimSpace(number[1:]))
			if err == nil {
				return m.between(k, false, len(m.src)-len(rest))
			}
		}
	case "same":
		if m.dialect == Factiva {
			return lexeme{}, m.fault(m.at, end, "same asks for one paragraph, which is not kept.", "Write near50, or make it and.")
		}
	}
	if m.dialect == Factiva && pairing(name) && strings.Contains(name, "/") {
		return lexeme{}, m.fault(m.at, end, "One sentence or paragraph cannot be asked for in this way.", "Write near20; in our language also strict:(a NEAR/20 b).")
	}
	return lexeme{}, nil
}

// between makes a NEAR of the words between two things.
func (m *importer) between(n int, ordered bool, end int) (lexeme, *Error) {
	if n < 0 {
		n = 10
	}
	if n < 1 || n > maxDistance {
		return lexeme{}, m.fault(m.at, end, "NEAR needs a number from 1 to 100.", "For no words in between, write a phrase.")
	}
	x := m.take(kindNear, end)
	x.n, x.ordered = n, ordered
	return x, nil
}

// fieldName reads the name of a field, with what follows it up to end.
func (m *importer) fieldName(name string, end int) (lexeme, *Error) {
	head, digits := splitNumber(name)
	n, err := strconv.Atoi(digits)
	numbered := err == nil && n > 0 && n <= maxDistance
	r, _ := m.peek(end)
	switch {
	case head == "near" && numbered && closers(r) != "":
		pos := m.at
		m.at = end
		x, err := m.phrase()
		x.pos, x.n, x.loose = pos, n, true
		return x, err
	case head == "repeat" && numbered:
		x := m.take(kindCount, end)
		x.n = n
		return x, nil
	case name == "raw" && m.dialect == Meltwater:
		pos := m.at
		if closers(r) == "" {
			return m.cased(end, m.wordEnd(end), pos)
		}
		text, stop, err := m.quotation(end)
		if err != nil {
			return lexeme{}, err
		}
		x := m.take(kindTerm, stop)
		x.style, x.text = exact, text
		return x, nil
	case name == "allintitle", name == "allinurl", name == "allintext":
		return lexeme{}, m.fault(m.at, end, "What this reaches is not clear.", "Write "+name[3:]+": before each word, or before a (group).")
	case name == "strict":
		return lexeme{}, m.fault(m.at, end, "There is no such field in that language.", "")
	}
	if own := renamed(name); own != "" {
		name = own
	}
	return m.lexer.field(name, end)
}

// languageCode returns the code of a language that other products call by its
// English name, or "".
func languageCode(name string) string {
	for _, code := range [...]string{"ar", "de", "en", "es", "fa", "fr", "he", "ku", "pt", "ru", "tr", "uk", "zh"} {
		if strings.EqualFold(name, languageName(code)) {
			return code
		}
	}
	return ""
}
