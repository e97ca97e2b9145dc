package main

import (
	"fmt"
	"strings"
	"testing"

	"vedette/story"
	"vedette/watch"
)

// What the archive tells goes before what is reckoned, once there is enough
// of it.
func TestARuleIsMeasuredOnTheArchive(t *testing.T) {
	const src = "oldbridge OR government"
	rule, err := watch.Parse(src, nil)
	if err != nil {
		t.Fatal(err)
	}
	var n news
	if got := n.broad(rule, src, nil); len(got) != 1 || !strings.Contains(got[0], "likely") || !strings.Contains(got[0], "government") {
		t.Errorf("without an archive it says %q", got)
	}
	for i := range enough {
		it := story.Item{Title: "Bakers win prize"}
		if i < 10 {
			it.Title = "Shelling in Oldbridge"
		}
		n.items = append(n.items, it)
	}
	want := "It would have matched 10 of the last 200 reports. Most comes in by oldbridge, which 5.0% of them have"
	if got := n.broad(rule, src, nil); len(got) != 1 || !strings.HasPrefix(got[0], want) {
		t.Errorf("it says %q, want %q", got, want)
	}
	for i := range 5 {
		n.items[i].Title = "Bakers strike"
	}
	if got := n.broad(rule, src, nil); got != nil {
		t.Errorf("5 in 200 is broad: %q", got)
	}
}

func TestManyDaysAreAddedUp(t *testing.T) {
	days := map[string]int{"2021-02-28": 1, "2021-03-01": 2, "2021-03-07": 3, "2021-03-08": 4}
	if got, want := fmt.Sprint(weeks(days)), "map[2021-02-22:1 2021-03-01:5 2021-03-08:4]"; got != want {
		t.Errorf("weeks %s, want %s", got, want)
	}
	if got, want := dated(days), "2021-02-28 1, 2021-03-01 2, 2021-03-07 3, 2021-03-08 4"; got != want {
		t.Errorf("days %q, want %q", got, want)
	}
	for i := range 9 {
		days[fmt.Sprintf("2021-04-0%d", i+1)] = 1
	}
	if got, want := dated(days), "13 days from 2021-02-28 to 2021-04-09, most on 2021-03-08: 4"; got != want {
		t.Errorf("days %q, want %q", got, want)
	}
}

func TestASparklineHasABarForEveryDayAndFitsTheScreen(t *testing.T) {
	days := map[string]int{"2021-03-01": 5, "2021-03-02": 9, "2021-03-03": 8}
	if got, want := sparkline(days, map[string]int{"2021-03-01": 1, "2021-03-03": 8}), "▁·█"; got != want {
		t.Errorf("sparkline %s, want %s", got, want)
	}
	for i := range 365 {
		days[fmt.Sprint(10000+i)] = 1
	}
	if got := len([]rune(sparkline(days, days))); got != widestLine {
		t.Errorf("a year has %d bars, want %d", got, widestLine)
	}
	if got := sparkline(nil, nil); got != "" {
		t.Errorf("no days: %q", got)
	}
}
