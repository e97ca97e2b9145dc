package watch

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"vedette/story"
)

// An Op is how a comparison is written: > >= < <= or =.
type Op string

// holds says whether got is what the comparison with want asks for.
func (op Op) holds(got, want int) bool {
	switch op {
	case ">":
		return got > want
	case ">=":
		return got >= want
	case "<":
		return got < want
	case "<=":
		return got <= want
	}
	return got == want
}

// comparing returns where the operator stands that makes name, which ends at
// end, one side of a comparison, or -1. Before < and > there may be space;
// = after a space begins an exact word, unless a number follows.
func (l *lexer) comparing(name string, end int) int {
	at := l.spaces(end)
	r, size := l.peek(at)
	touches := at == end
	_, known := quantities(name)
	known = known || name == "words"
	switch r {
	case '<', '>', '≤', '≥', '＜', '＞':
		if known && !strings.HasPrefix(l.src[at:], "<@") || touches {
			return at
		}
	case '=':
		next, _ := l.peek(l.spaces(at + size))
		if touches || known && unicode.IsDigit(next) {
			return at
		}
	}
	return -1
}

// comparison reads words>80 or outlets>=2. The name before it ends at end,
// its operator stands at at.
func (l *lexer) comparison(name string, end, at int) (lexeme, *Error) {
	pos := l.at
	of, known := quantities(name)
	switch {
	case known:
		return l.threshold(of, at)
	case name == "words":
		return l.number(kindLength, at)
	case name == "count":
		return lexeme{}, l.fault(pos, end, "count needs what to count in parentheses.", "Example: count(shelling)>=3")
	}
	if r, _ := l.peek(at); r != '=' {
		if _, plural := quantities(name + "s"); plural {
			return lexeme{}, l.fault(pos, end, "There is no number "+quoted(name)+".", "Did you mean "+name+"s ?")
		}
	}
	hint := "Numbers: words, outlets, origins, casualties, age, level, score. For how often a word occurs: count(shelling)>=3"
	if field := renamed(name); field != "" || isField(name) {
		if field == "" {
			field = name
		}
		return lexeme{}, l.fault(pos, at+1, "A field takes a colon.", "Did you mean "+field+": ?")
	}
	switch name {
	case "deaths", "dead", "killed", "deadcount", "wounded":
		hint = "Did you mean casualties ?"
	case "wc", "wordcount", "length":
		hint = "Did you mean words ?"
	default:
		if near := nearestOf(name, "words", "outlets", "sources", "origins", "casualties", "level", "score"); near != "" {
			hint = "Did you mean " + near + " ?"
		}
	}
	return lexeme{}, l.fault(pos, end, fmt.Sprintf("%s cannot be compared with a number.", l.src[pos:end]), hint)
}

// operator reads the comparison that stands at at, and returns where it ends.
func (l *lexer) operator(at int) (Op, int) {
	r, size := l.peek(at)
	end := at + size
	op := Op(l.src[at:end])
	switch r {
	case '≤':
		return "<=", end
	case '≥':
		return ">=", end
	case '＜':
		op = "<"
	case '＞':
		op = ">"
	}
	if r != '=' && end < len(l.src) && l.src[end] == '=' {
		return op + "=", end + 1
	}
	return op, end
}

func (l *lexer) spaces(at int) int {
	for at < len(l.src) && l.src[at] == ' ' {
		at++
	}
	return at
}

// number reads the operator at at and the number after it.
func (l *lexer) number(k kind, at int) (lexeme, *Error) {
	op, stop := l.operator(at)
	first := l.spaces(stop)
	n, last, ok := l.integer(first)
	if !ok {
		msg, hint := "A number up to 1,000,000 is missing here.", "Example: words>80 or count(shelling)>=3"
		if k == kindCompare && last == first {
			msg = "This compares numbers, and there is none on its right."
		}
		return lexeme{}, l.fault(at, max(stop, last), msg, hint)
	}
	if err := l.digitsOnly(first, last); err != nil {
		return lexeme{}, err
	}
	x := l.take(k, last)
	x.text, x.n = string(op), n
	return x, nil
}

// integer reads the number at at, with commas between thousands or without,
// and where it ends. It is false if it is none, or too large.
func (l *lexer) integer(at int) (n, end int, ok bool) {
	end = l.digits(at)
	text := l.src[at:end]
	for end < len(l.src) && l.src[end] == ',' && len(text) > 0 && l.digits(end+1) == end+4 {
		text += l.src[end+1 : end+4]
		end += 4
	}
	n, err := strconv.Atoi(text)
	return n, end, err == nil && n <= maxNumber
}

// digitsOnly refuses 10k and 1 000, the rest of which would be a word.
func (l *lexer) digitsOnly(from, end int) *Error {
	last := l.wordEnd(end)
	if last == end {
		if last = l.digits(l.spaces(end)); last != l.spaces(end)+3 || l.spaces(end) == end || l.wordEnd(last) != last {
			return nil
		}
	}
	hint := "Write it in digits alone: 10000"
	if whole := strings.ReplaceAll(l.src[from:last], " ", ""); strings.Trim(whole, "0123456789") == "" {
		hint = "Write it without the space: " + whole
	}
	return l.fault(from, last, "This is not a whole number.", hint)
}

// threshold reads the operator at at and the amount of a quantity after it.
func (l *lexer) threshold(of Quantity, at int) (lexeme, *Error) {
	op, stop := l.operator(at)
	first := l.spaces(stop)
	last := l.wordEnd(first)
	if of == Level {
		name := strings.ToLower(l.src[first:last])
		n := slices.Index(levelNames(), name)
		if n < 0 {
			hint := "Levels: calm, guarded, elevated, high, critical. Example: level>=high"
			if near := nearestOf(name, levelNames()...); near != "" {
				hint = "Did you mean " + near + " ?"
			}
			return lexeme{}, l.fault(first, max(last, first), "The name of a level is missing here.", hint)
		}
		x := l.take(kindThreshold, last)
		x.text, x.of, x.n = string(op), of, n+int(story.Calm)
		return x, nil
	}
	n, end, ok := l.integer(first)
	if !ok {
		return lexeme{}, l.fault(at, max(stop, end), "A number up to 1,000,000 is missing here.",
			"Example: "+of.String()+">="+of.sample())
	}
	if of == Age {
		var hours int
		if hours, end = l.unit(end); hours == 0 {
			return lexeme{}, l.fault(first, max(last, end), "An age needs its unit: h for hours or d for days.", "Example: age<48h or age<2d")
		}
		n *= hours
	} else if err := l.digitsOnly(first, end); err != nil {
		return lexeme{}, err
	}
	x := l.take(kindThreshold, end)
	x.text, x.of, x.n = string(op), of, n
	return x, nil
}

// unit reads h, hours, d or days at at and returns how many hours it has, and
// where it ends. It is 0 hours if there is none.
func (l *lexer) unit(at int) (hours, end int) {
	from := l.spaces(at)
	end = l.wordEnd(from)
	switch strings.ToLower(l.src[from:end]) {
	case "h", "hour", "hours":
		return 1, end
	case "d", "day", "days":
		return 24, end
	}
	return 0, at
}

func levelNames() []string {
	var names []string
	for l := story.Calm; l <= story.Critical; l++ {
		names = append(names, l.String())
	}
	return names
}
