package main

import (
	"testing"
	"time"
)

func TestOnlyAClockThatIsSetIsSeenAsSet(t *testing.T) {
	start := time.Now()
	for by, want := range map[time.Duration]time.Duration{0: 0, 4 * time.Second: 0, 2 * time.Hour: 2 * time.Hour, -2 * time.Hour: -2 * time.Hour} {
		var c wallClock
		if got := c.since(start, start.Round(0)); got != 0 {
			t.Errorf("at the first look it was set by %v", got)
		}
		later := start.Add(time.Minute)
		if got := c.since(later, later.Round(0).Add(by)); got != want {
			t.Errorf("set by %v, seen as %v; want %v", by, got, want)
		}
		last := later.Add(time.Minute)
		if got := c.since(last, last.Round(0).Add(by)); got != 0 {
			t.Errorf("steady after it was set by %v, seen as set by %v", by, got)
		}
	}
}
