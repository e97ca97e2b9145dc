package parse

import (
	"strconv"
	"strings"
	"time"
	"unicode"
)

// What a date may be trusted with.
const (
	maxAge     = 7 * 24 * time.Hour
	maxSkew    = 10 * time.Minute // more is no clock that runs a little fast
	oldestYear = 1990
	maxDate    = 100 // bytes
)

// effective holds published between a week before firstSeen and firstSeen.
func effective(published, firstSeen time.Time) time.Time {
	switch oldest := firstSeen.Add(-maxAge); {
	case published.IsZero(), published.After(firstSeen):
		return firstSeen
	case published.Before(oldest):
		return oldest
	}
	return published
}

// date reads a date in any of the forms that feeds use, and more than one
// language. israel settles what IST stands for. The zero time means that it
// says nothing usable.
func date(raw string, israel bool) time.Time {
	raw = asciiDigits(strings.TrimSpace(raw))
	if raw == "" || len(raw) > maxDate {
		return time.Time{}
	}
	var t time.Time
	if raw[0] >= '0' && raw[0] <= '9' {
		if t = epoch(raw); t.IsZero() {
			t = isoDate(raw)
		}
	} else if usual, err := time.Parse(time.RFC1123Z, raw); err == nil {
		t = usual
	} else if gmt, ok := strings.CutSuffix(raw, "GMT"); ok {
		t, _ = time.Parse(time.RFC1123Z, gmt+"+0000")
	}
	if t.IsZero() {
		t = looseDate(raw, israel)
	}
	if t.Year() < oldestYear || t.Year() > 9000 {
		return time.Time{}
	}
	return t.UTC()
}

// asciiDigits turns Arabic and Persian digits into ours.
func asciiDigits(s string) string {
	if isASCII(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '٠' && r <= '٩':
			return '0' + r - '٠'
		case r >= '۰' && r <= '۹':
			return '0' + r - '۰'
		}
		return r
	}, s)
}

// epoch reads seconds or milliseconds.
func epoch(raw string) time.Time {
	n, err := strconv.ParseInt(raw, 10, 64)
	switch {
	case err != nil:
		return time.Time{}
	case len(raw) == 10:
		return time.Unix(n, 0)
	case len(raw) == 13:
		return time.UnixMilli(n)
	}
	return time.Time{}
}

func isoDate(raw string) time.Time {
	raw = strings.Replace(raw, ",", ".", 1)
	for _, layout := range []string{
		"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05Z07", "2006-01-02T15:04Z07:00", "2006-01-02T15:04Z0700",
		"2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 Z07:00", "2006-01-02 15:04:05 Z0700",
		"2006-01-02 15:04:05 Z07", "2006-01-02 15:04:05Z07", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02", "20060102T150405Z07:00",
		"20060102T150405Z0700", "20060102T150405", "20060102150405", "20060102", "2006/01/02 15:04:05", "2006/01/02 15:04", "2006/01/02",
	} {
		if t, err := time.Parse(layout, raw); err == nil {
			return t
		}
	}
	return time.Time{}
}

// A calendar gathers what the words of a date say, in whatever order.
type calendar struct {
	day, month, year     int
	hour, minute, second int
	offset               int // east of Greenwich, in seconds
	clock, afternoon     bool
	forenoon             bool
	early                bool // the month came before the day
}

// looseDate reads dates in words: "Thu, 13 Aug 2026 04:24:12 MSK",
// "13 августа 2026, 04:24", "August 13, 2026 4:24 pm GMT+3".
func looseDate(raw string, israel bool) time.Time {
	var c calendar
	for _, word := range strings.FieldsFunc(raw, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",،();|", r) }) {
		c.take(word, israel)
	}
	switch {
	case c.day < 1 || c.day > 31 || c.month == 0 || c.year == 0 || c.hour > 24 || c.minute > 59 || c.second > 60:
		return time.Time{}
	case c.afternoon && c.hour < 12:
		c.hour += 12
	case c.forenoon && c.hour == 12:
		c.hour = 0
	}
	t := time.Date(c.year, time.Month(c.month), c.day, c.hour, c.minute, c.second, 0, time.UTC)
	return t.Add(-time.Duration(c.offset) * time.Second)
}

// take reads one word of a date; what it does not know it passes over.
func (c *calendar) take(word string, israel bool) {
	lower := strings.ToLower(strings.Trim(word, "."))
	switch {
	case lower == "":
	case c.clock && (lower[0] == '+' || lower[0] == '-'):
		c.offset, _ = offset(lower)
	case strings.Contains(lower, ":") && lower[0] >= '0' && lower[0] <= '9':
		c.takeClock(lower)
	case strings.Count(lower, ".") == 2 || strings.Count(lower, "-") == 2 || strings.Count(lower, "/") == 2:
		c.takeDate(strings.FieldsFunc(lower, func(r rune) bool { return r == '.' || r == '-' || r == '/' }))
	case lower[0] >= '0' && lower[0] <= '9':
		c.takeNumber(lower)
	case lower == "pm" || lower == "p.m":
		c.afternoon = true
	case lower == "am" || lower == "a.m":
		c.forenoon = true
	case (c.month == 0 || c.early) && monthOf(lower) > 0:
		// A month before the day may be the name of a weekday: "Mar, 13 Aoû".
		c.month, c.early = monthOf(lower), c.day == 0
	default:
		if seconds, ok := zone(strings.ToUpper(lower), israel); ok {
			c.offset = seconds
		}
	}
}

// takeClock reads "4:24", "04:24:12.5+03:00", "4:24pm".
func (c *calendar) takeClock(word string) {
	c.clock = true
	if i := strings.IndexAny(word, "+-"); i > 0 {
		c.offset, _ = offset(word[i:])
		word = word[:i]
	}
	c.afternoon = c.afternoon || strings.HasSuffix(word, "pm")
	c.forenoon = c.forenoon || strings.HasSuffix(word, "am")
	word, _, _ = strings.Cut(strings.TrimRight(word, "apmz"), ".")
	for i, part := range strings.Split(word, ":") {
		n, err := strconv.Atoi(part)
		if err != nil || n < 0 {
			c.hour = 25 // no such time
			return
		}
		switch i {
		case 0:
			c.hour = n
		case 1:
			c.minute = n
		case 2:
			c.second = n
		}
	}
}

// takeDate reads "13-Aug-2026", "2026-08-13", "13.08.2026", and "13/08/2026"
// unless only the month can come first.
func (c *calendar) takeDate(parts []string) {
	if len(parts) != 3 {
		return
	}
	if len(parts[0]) == 4 {
		parts[0], parts[2] = parts[2], parts[0]
	}
	day, err := strconv.Atoi(parts[0])
	if err != nil {
		return
	}
	c.day, c.month = day, monthOf(parts[1])
	if n, err := strconv.Atoi(parts[1]); err == nil && n >= 1 {
		if n > 12 && day <= 12 {
			c.day, n = n, day
		}
		if n <= 12 {
			c.month = n
		}
	}
	c.year = yearOf(parts[2])
}

// takeNumber reads a day or a year, whichever is missing and fits.
func (c *calendar) takeNumber(word string) {
	digits := strings.TrimRightFunc(word, func(r rune) bool { return r < '0' || r > '9' }) // "13th"
	n, err := strconv.Atoi(digits)
	switch {
	case err != nil:
	case c.day == 0 && n >= 1 && n <= 31 && len(digits) <= 2:
		c.day = n
	case c.year == 0 && (len(digits) == 4 || len(digits) == 2 && c.month > 0):
		c.year = yearOf(digits)
	}
}

func yearOf(digits string) int {
	n, err := strconv.Atoi(digits)
	switch {
	case err != nil || n < 0:
		return 0
	case len(digits) == 2 && n < 70:
		return 2000 + n
	case len(digits) == 2:
		return 1900 + n
	}
	return n
}
