package signal

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// A term is what the words of a deadline say, each part zero if they do not.
type term struct {
	month, day, year, count int
	weekday                 int // 1 is Sunday
	clock                   time.Duration
	timed                   bool // clock is said
	words                   []string
}

// says reports whether a word of heading was among the words.
func (t *term) says(heading string) bool { return slices.Contains(t.words, heading) }

// span is how many words a deadline may have.
const span = 8

// deadline returns when the time ends that text, from byte from on, sets, as
// its words are to be understood at when: "until the end of the month", "by
// Friday", "within 48 hours". A day ends with its last second, in UTC. It
// reports false if no time is set.
func (ps *patterns) deadline(text string, ts []token, from int, when time.Time) (time.Time, bool) {
	if when.IsZero() {
		return time.Time{}, false
	}
	when = when.UTC()
	r := ps.reading(text, ts, true)
	for _, h := range ps.hits(r, true) {
		heading, behind := strings.CutSuffix(h.means, " behind")
		if !behind && r.words[h.start].start < from {
			continue
		}
		start, end := h.start, min(h.end+span, len(r.words))
		if behind {
			start, end = h.start, h.end
			for start > max(0, h.start-span+2) && !r.parts(start-1) {
				start--
			}
		}
		t := ps.term(r, start, end)
		switch heading {
		case "until":
			if at, ok := t.until(when); ok {
				return at, true
			}
		case "within":
			if at, ok := t.within(when); ok {
				return at, true
			}
		}
	}
	return time.Time{}, false
}

// term reads the words of r from start to before end.
func (ps *patterns) term(r *reading, start, end int) (t term) {
	for i := start; i < end; i++ {
		if r.parts(i) {
			break
		}
		w := &r.words[i]
		if ps.is(r, i, "capital") && !w.capital {
			continue
		}
		for heading := range ps.sets {
			if heading != "capital" && ps.is(r, i, heading) {
				t.note(heading)
			}
		}
		t.digits(r, i)
	}
	for _, h := range ps.hits(r, true) {
		if (h.means == "end of" || h.means == "middle of") && h.start >= start && h.end <= end {
			t.words = append(t.words, h.means)
		}
	}
	return t
}

// parts reports whether word at is a mark that no date has.
func (r *reading) parts(at int) bool {
	return r.words[at].mark && !strings.Contains(",.:", r.words[at].low)
}

// note takes in a word of heading, the first of its kind.
func (t *term) note(heading string) {
	name, number, _ := strings.Cut(heading, " ")
	n, err := strconv.Atoi(number)
	switch {
	case err != nil:
		t.words = append(t.words, heading)
	case name == "month" && t.month == 0:
		t.month = n
	case name == "weekday" && t.weekday == 0:
		t.weekday = n + 1
	case name == "number" && t.count <= 1: // "a 48-hour deadline"
		t.count = n
	}
}

// digits takes in the number that begins word at of r: of a day, a year, a
// count or a clock.
func (t *term) digits(r *reading, at int) {
	w := r.words[at].low
	cut := strings.IndexFunc(w, func(c rune) bool { return c < '0' || c > '9' })
	if cut < 0 {
		cut = len(w)
	}
	n, err := strconv.Atoi(w[:cut])
	if err != nil {
		return
	}
	after := ""
	if at+1 < len(r.words) {
		after = r.words[at+1].low
	}
	half := w[cut:]
	if half == "" {
		half = after
	}
	switch {
	case n <= 24 && after == ":" && at+2 < len(r.words):
		minute, _ := strconv.Atoi(r.words[at+2].low)
		t.at(n, minute)
	case n <= 12 && (half == "pm" || half == "p.m"):
		t.at(n%12+12, 0)
	case n <= 12 && (half == "am" || half == "a.m"):
		t.at(n%12, 0)
	case cut == 4 && (after == "gmt" || after == "utc"):
		t.at(n/100, n%100)
	case cut == 4 && t.year == 0 && n >= 1900:
		t.year = n
	case at > 1 && r.words[at-1].low == ":":
	case n >= 1 && n <= 31 && t.day == 0:
		t.day = n
		fallthrough
	default:
		if t.count <= 1 {
			t.count = n
		}
	}
}

func (t *term) at(hour, minute int) {
	if !t.timed || hour != 0 {
		t.clock, t.timed = time.Duration(hour)*time.Hour+time.Duration(minute)*time.Minute, true
	}
}

// within returns when the count of hours, days, weeks or months is over.
func (t *term) within(when time.Time) (time.Time, bool) {
	n := max(t.count, 1)
	switch {
	case t.says("hour"):
		return when.Add(time.Duration(n) * time.Hour), true
	case t.says("day"):
		return when.AddDate(0, 0, n), true
	case t.says("week"):
		return when.AddDate(0, 0, 7*n), true
	case t.says("month"):
		return when.AddDate(0, n, 0), true
	}
	return time.Time{}, false
}

// until returns when the day or hour ends that is named.
func (t *term) until(when time.Time) (time.Time, bool) {
	y, m, d := when.Date()
	next := 0
	if t.says("next") {
		next = 1
	}
	switch {
	case t.month != 0:
		return t.inMonth(when), true
	case t.weekday != 0:
		days := (t.weekday - 1 - int(when.Weekday()) + 7) % 7
		if days == 0 && next == 1 {
			days = 7
		}
		return t.on(y, m, d+days), true
	case t.says("end of") && t.says("month"):
		return t.on(y, m+time.Month(next)+1, 0), true
	case t.says("end of") && t.says("year"):
		return t.on(y+next, 13, 0), true
	case (t.says("end of") || next == 1) && t.says("week"):
		return t.on(y, m, d+7*next+(7-int(when.Weekday()))%7), true
	case t.says("tomorrow"):
		return t.on(y, m, d+1), true
	case t.says("today"), t.says("end of") && t.says("day"), t.says("midnight"):
		return t.on(y, m, d), true
	case t.says("noon"), t.timed:
		at := t.on(y, m, d)
		if !at.After(when) {
			at = t.on(y, m, d+1)
		}
		return at, true
	case next == 1 && t.says("month"):
		return t.on(y, m+2, 0), true
	}
	return time.Time{}, false
}

// inMonth returns the end of the named day of the named month: of the year
// that is named, or else the next that comes. A month by itself ends the time
// where it begins.
func (t *term) inMonth(when time.Time) time.Time {
	year := t.year
	if year == 0 {
		year = when.Year()
		if time.Month(t.month) < when.Month() {
			year++
		}
	}
	switch m := time.Month(t.month); {
	case t.says("end of"):
		return t.on(year, m+1, 0)
	case t.says("middle of"):
		return t.on(year, m, 15)
	case t.day != 0:
		return t.on(year, m, t.day)
	default:
		return t.on(year, m, 0)
	}
}

// on returns the hour of t on a day, or the day's last second.
func (t *term) on(year int, month time.Month, day int) time.Time {
	start := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	switch {
	case t.says("noon"):
		return start.Add(12 * time.Hour)
	case t.timed && !t.says("midnight"):
		return start.Add(t.clock)
	}
	return start.Add(24*time.Hour - time.Second)
}
