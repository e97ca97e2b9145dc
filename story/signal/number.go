package signal

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"vedette/story"
)

// mostPeople is the largest number of people that is believed.
const mostPeople = 10_000_000_000

// number reads the count that begins at unit at: "more than a dozen", "between
// 10 and 15", "1.2 million". Its end is the unit after it; there is none if ok
// is false. What names, dates or measures is no count.
func (l *line) number(at int) (c story.Count, end int, ok bool) {
	ranged, least, most, i := false, false, false, at
	for ; i < len(l.units) && l.units[i].role&(atLeast|atMost|about|between|other) != 0 && !l.counts(i); i++ {
		r := l.units[i].role
		least, most, ranged = least || r&atLeast != 0, most || r&atMost != 0, ranged || r&between != 0
	}
	n, end, ok := l.figure(i)
	if !ok || i == at && l.names(i) || l.dates(i, end, i > at) {
		return c, at, false
	}
	c = story.Count{Low: n, High: n, Open: l.units[i].role&vague != 0 || least}
	if most {
		c.Low, c.Open = 0, false
	}
	if high, after, ok := l.upTo(end, ranged); ok && high > n {
		c.High, end = high, after
	}
	if end < len(l.units) && l.units[end].role&orMore != 0 {
		c.Open, end = true, end+1
	}
	return c, end, !l.ages(end) && !l.measured(end)
}

// upTo reads the upper end of a range from the words between the two on.
func (l *line) upTo(at int, ranged bool) (n, end int, ok bool) {
	if at >= len(l.units) || l.units[at].role&rangeTo == 0 || !ranged && l.units[at].role&conjunction != 0 && l.units[at].value == 0 {
		return 0, at, false
	}
	return l.figure(at + 1)
}

// figure reads a plain number: digits, words, or both with their scale.
func (l *line) figure(at int) (n, end int, ok bool) {
	if at >= len(l.units) {
		return 0, at, false
	}
	u := &l.units[at]
	switch {
	case u.role&vague != 0:
		return u.value, at + 1, true
	case u.role&article != 0 && at+1 < len(l.units) && l.units[at+1].role&scale != 0:
		return l.scaled(1, at+1)
	case u.digits:
		return l.digits(at)
	case u.role&number != 0:
		return l.scaled(float64(u.value), at+1)
	case u.role&scale != 0:
		return l.scaled(1, at)
	}
	return 0, at, false
}

// digits reads a number that begins with the digits at unit at.
func (l *line) digits(at int) (n, end int, ok bool) {
	text := l.text(at)
	end = at + 1
	for end < len(l.units) && l.units[end].digits && len(l.text(end)) == 3 && len(text) <= 3 && l.gap(end) == 1 {
		text, end = text+l.text(end), end+1 // "12 000"
	}
	value, ok := parseDigits(text)
	if !ok {
		return 0, at, false
	}
	n, end, ok = l.scaled(value, end)
	if ok && value != math.Trunc(value) && n == int(value) {
		return 0, at, false // "2.5" of nothing
	}
	return n, end, ok
}

// scaled multiplies value by the scales from unit at on, and adds the smaller
// numbers that follow: "two hundred and fifty", "twenty-five".
func (l *line) scaled(value float64, at int) (n, end int, ok bool) {
	total, part, last := 0.0, value, value
	for end = at; end < len(l.units); {
		u := &l.units[end]
		next := end
		if !u.digits && u.role&(number|scale) == 0 {
			next++ // "-" or "and"
			if joins := l.text(end) == "-" || u.role&conjunction != 0 && last >= 100; !joins || next >= len(l.units) {
				break
			}
			u = &l.units[next]
		}
		switch {
		case u.digits:
			return int(min(total+part, mostPeople)), end, true
		case u.role&scale != 0 && next == end:
			if part *= float64(u.value); u.value >= 1000 {
				total, part = total+part, 0
			}
			last = float64(u.value)
		case u.role&number != 0 && float64(u.value) < last && tens(last, u.value):
			part, last = part+float64(u.value), float64(u.value)
		default:
			return int(min(total+part, mostPeople)), end, true
		}
		end = next + 1
	}
	return int(min(total+part, mostPeople)), end, true
}

// tens reports whether a number of that many may follow last: "twenty five",
// "hundred twelve", and not "ten five".
func tens(last float64, value int) bool {
	return last >= 100 || last >= 20 && value < 10
}

// names reports whether what stands before a number at unit at makes it a name:
// "Battalion 46", "M-16".
func (l *line) names(at int) bool {
	if at == 0 {
		return false
	}
	before := &l.units[at-1]
	if before.role&(label|month) != 0 && (l.gap(at) > 0 || before.role&month != 0) {
		return l.units[at].digits
	}
	if mark := l.text(at - 1); (mark == "-" || mark == "/" || mark == "#" || mark == "." || mark == "№") && l.gap(at) == 0 && at > 1 && l.gap(at-1) == 0 && mark != "." {
		return !l.units[at-2].digits
	}
	return false
}

// dates reports whether the number from unit at to before end dates something.
func (l *line) dates(at, end int, qualified bool) bool {
	if !l.units[at].digits {
		return false
	}
	if end < len(l.units) && l.units[end].role&month != 0 {
		return true
	}
	if at > 1 && l.units[at-1].role&month != 0 || at > 2 && l.text(at-1) == "," && l.units[at-2].role&month != 0 {
		return true
	}
	if end+1 < len(l.units) && l.text(end) == ":" && l.units[end+1].digits && l.gap(end) == 0 {
		return true
	}
	if end+1 < len(l.units) && l.text(end) == "/" {
		return true
	}
	return !qualified && l.year(at) && (at == 0 || l.units[at-1].role&(preposition|month|since|rangeTo|past) != 0 || l.units[at-1].digits)
}

// year reports whether unit at is written as a year of our time.
func (l *line) year(at int) bool {
	text := l.text(at)
	return len(text) == 4 && (strings.HasPrefix(text, "19") || strings.HasPrefix(text, "20")) && l.units[at].digits
}

// ages reports whether what ends before unit end is an age: "14-year-old".
func (l *line) ages(end int) bool {
	if end+2 < len(l.units) && l.text(end) == "-" && l.gap(end) == 0 {
		return l.units[end+1].role&unit != 0 || !l.units[end+1].digits && l.gap(end+1) == 0
	}
	return false
}

// measured reports whether a unit of measure or a sign follows a number.
func (l *line) measured(end int) bool {
	if end >= len(l.units) {
		return false
	}
	if l.units[end].role&unit != 0 || l.text(end) == "%" || l.text(end) == "°" {
		return true
	}
	return l.text(end) == "." && l.gap(end) == 0 && end+1 < len(l.units) && l.units[end+1].digits
}

// parseDigits returns the value of digits, Arabic ones too, with commas, stops or
// spaces between the thousands.
func parseDigits(text string) (value float64, ok bool) {
	text = strings.TrimLeft(text, joinedTo)
	plain := strings.Map(func(r rune) rune {
		switch {
		case r >= '٠' && r <= '٩':
			return '0' + r - '٠'
		case r >= '۰' && r <= '۹':
			return '0' + r - '۰'
		case r == ',' || r == '٬':
			return -1
		}
		return r
	}, text)
	if at := strings.LastIndexByte(plain, '.'); at >= 0 && len(plain)-at == 4 && at <= 3 && plain[0] != '0' {
		plain = strings.ReplaceAll(plain, ".", "") // "1.200"
	}
	if utf8.RuneCountInString(plain) > 12 {
		return 0, false
	}
	value, err := strconv.ParseFloat(plain, 64)
	return value, err == nil && value < mostPeople
}
