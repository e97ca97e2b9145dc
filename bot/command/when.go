package command

import (
	"strconv"
	"strings"
	"time"

	"vedette/bot/words"
)

// longest is how far a length of time may reach.
const longest = 10 * 366 * 24 * time.Hour

// length reads how long something is: a number and m, h, d or w.
func length(text string) (time.Duration, error) {
	bad := faultf("%q is no length of time. Write a number with m, h, d or w: 30m, 12h, 7d, 2w.", text)
	text = strings.ToLower(strings.TrimSpace(text))
	if text == "" {
		return 0, bad
	}
	unit, ok := map[byte]time.Duration{'m': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour}[text[len(text)-1]]
	n, err := strconv.ParseFloat(text[:len(text)-1], 64)
	if !ok || err != nil || !(n > 0) || n*float64(unit) > float64(longest) {
		return 0, bad
	}
	return time.Duration(n * float64(unit)), nil
}

// moment reads until when something is, from now on: a length, a time of the
// day, a date, or a date and a time, each in zone. A time of the day that is
// past is tomorrow's.
func moment(text string, now time.Time, zone *time.Location) (time.Time, error) {
	if d, err := length(text); err == nil {
		return now.Add(d), nil
	}
	for _, layout := range []string{"2006-01-02 15:04", "2006-01-02T15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil {
			if !t.After(now) {
				return t, faultf("%s is past.", text)
			}
			return t, nil
		}
	}
	if t, err := time.Parse("15:04", text); err == nil {
		day := now.In(zone)
		at := time.Date(day.Year(), day.Month(), day.Day(), t.Hour(), t.Minute(), 0, 0, zone)
		if !at.After(now) {
			at = time.Date(day.Year(), day.Month(), day.Day()+1, t.Hour(), t.Minute(), 0, 0, zone)
		}
		return at, nil
	}
	return time.Time{}, faultf("%q is no time. Write how long (2h, 3d), until when (18:00), or a date (2026-03-01).", text)
}

// span says how long d is, roughly.
func span(d time.Duration, w words.Words) string {
	switch {
	case d < time.Minute:
		return w.Say("less than a minute")
	case d < time.Hour:
		return w.Say("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return w.Say("%d h", int(d.Hours()))
	}
	return w.Count(int(d.Hours()/24), "%d day", "%d days")
}
