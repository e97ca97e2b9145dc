package level_test

import (
	"bufio"
	"encoding/json"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"vedette/internal/corpus"
	"vedette/story"
	"vedette/story/level"
)

// A dated is a day of the timeline, as people wrote it down.
type dated struct {
	Date    string
	Figures []struct {
		Who, Kind, Status string
		N                 int
		AttributedTo      string `json:"attributed_to"`
	}
	Signals, Sources []string
	Trend            string `json:"expected_trend"`
}

func TestTheTrendOfEachDayOfTheStoryOfIdlib(t *testing.T) {
	f, err := os.Open(corpus.Path(t, "story-of-idlib", "timeline_2020-01-12_to_02-12.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	h := level.New(level.Default(), time.Time{})
	trends := map[string]level.Trend{"up": level.Rising, "down": level.Falling}
	for lines, n := bufio.NewScanner(f), story.ItemID(1); lines.Scan(); n++ {
		var d dated
		if err := json.Unmarshal(lines.Bytes(), &d); err != nil {
			t.Fatal(err)
		}
		at, err := time.Parse(time.DateOnly, d.Date)
		if err != nil {
			t.Fatal(err)
		}
		h.Add(d.readings(t, n, at.Add(12*time.Hour))...)
		j := h.Judge(at.Add(23 * time.Hour))
		if j.Trend != trends[d.Trend] {
			t.Errorf("%s: %s, want %s:\n%s", d.Date, j.Trend, d.Trend, said(t, j))
		}
		if len(j.Deadlines) > 0 && j.Deadlines[0].Ends.Format(time.DateOnly) != "2020-03-01" {
			t.Errorf("%s: deadline %v, want the end of February", d.Date, j.Deadlines[0].Ends)
		}
	}
	if d := h.Deadlines(time.Date(2020, 2, 12, 23, 0, 0, 0, time.UTC)); len(d) != 1 || len(d[0].By) < 4 {
		t.Errorf("the deadlines are %v, want one with its reports", d)
	}
}

// readings has each source of the day report all that the day holds.
func (d dated) readings(t *testing.T, n story.ItemID, at time.Time) (rs []level.Reading) {
	t.Helper()
	kinds := map[string]story.SignalKind{
		"ceasefire": story.Ceasefire, "ceasefire_violation": story.Violation, "encirclement": story.Encirclement,
		"threat_of_force": story.Threat, "ultimatum": story.Ultimatum, "reinforcement": story.Mobilisation,
		"talks": story.Talks, "talks_announced": story.Talks, "retaliation": story.Shelling,
		"first_direct_clash": story.Clash, "aircraft_shot_down": story.Clash,
		"killed": story.Killed, "wounded": story.Wounded, "displaced": story.Displaced,
	}
	var signals []story.Signal
	for _, name := range d.Signals {
		name, rest, _ := strings.Cut(name, "(")
		s := story.Signal{Kind: kinds[name]}
		if ends, ok := strings.CutPrefix(strings.TrimSuffix(rest, ")"), "deadline="); ok {
			day, err := time.Parse(time.DateOnly, ends)
			if err != nil {
				t.Fatal(err)
			}
			s.Deadline = day.AddDate(0, 0, 1)
		}
		signals = append(signals, s)
	}
	for _, f := range d.Figures {
		total := strings.Contains(f.AttributedTo, "cumulative") || strings.Contains(f.AttributedTo, "since")
		signals = append(signals, story.Signal{
			Kind: kinds[f.Kind], Target: f.Who, Source: f.AttributedTo, Count: story.Count{Low: f.N, High: f.N, Total: total},
		})
	}
	for i, source := range d.Sources {
		page, err := url.Parse(source)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range signals {
			rs = append(rs, level.Reading{At: at, Item: story.ItemID(int(n)*10 + i), Story: n, Origin: page.Host, Tier: 2, Signal: s})
		}
	}
	return rs
}
