package signal

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"vedette/internal/corpus"
	"vedette/story"
)

// A figured day is what people wrote down of a day of Idlib: what was counted,
// and according to whom.
type figuredDay struct {
	Date    string
	Figures []figureRow
}

type figureRow struct {
	Who, Kind    string
	N            int
	AttributedTo string `json:"attributed_to"`
	Status       string
}

// timeline returns the days of the story of Idlib.
func timeline(t *testing.T) (days []figuredDay) {
	t.Helper()
	raw, err := os.ReadFile(corpus.Path(t, "story-of-idlib", "timeline_2020-01-12_to_02-12.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(raw)) {
		var d figuredDay
		if err := json.Unmarshal([]byte(line), &d); err != nil {
			t.Fatal(err)
		}
		days = append(days, d)
	}
	return days
}

// by returns who says so and what they say of the number besides: "since 15
// Jan", "almost".
func (f figureRow) by() (who, note string) {
	who, note, _ = strings.Cut(strings.TrimSuffix(f.AttributedTo, ")"), " (")
	return who, note
}

// wordings returns the figure as reports word one.
func (f figureRow) wordings() []string {
	who, note := f.by()
	n, since := fmt.Sprint(f.N), ""
	if note == "almost" {
		n = "almost " + n
	}
	if _, day, ok := strings.Cut(note, "since "); ok {
		since = " since " + day
	}
	were, whom := "were", f.Who
	if f.N == 1 {
		were = "was"
	}
	return []string{
		fmt.Sprintf("%s %s %s %s%s, %s said.", n, whom, were, f.Kind, since, who),
		fmt.Sprintf("According to %s, %s %s %s %s%s.", who, n, whom, were, f.Kind, since),
		fmt.Sprintf("%s said that %s %s %s %s%s.", who, n, whom, were, f.Kind, since),
		fmt.Sprintf("%s %s %s%s: %s", n, whom, f.Kind, since, who),
	}
}

// ofPeople reports whether a kind, as the timeline names it, counts people.
func ofPeople(kind string) bool {
	return slices.Contains([]story.SignalKind{story.Killed, story.Wounded, story.Displaced}, story.SignalKind(kind))
}

func TestEveryFigureOfTheDaysOfIdlibIsReadWithWhoSaysSo(t *testing.T) {
	r := newTestReader(t)
	rows := 0
	for _, day := range timeline(t) {
		for _, f := range day.Figures {
			if !ofPeople(f.Kind) {
				continue
			}
			rows++
			at, err := time.Parse(time.DateOnly, day.Date)
			if err != nil {
				t.Fatal(err)
			}
			who, note := f.by()
			for _, text := range f.wordings() {
				var heard []story.Signal
				for _, s := range r.Read(&story.Item{Title: text, Effective: at, Lang: "en"}) {
					if s.Count.High > 0 {
						heard = append(heard, s)
					}
				}
				if len(heard) != 1 {
					t.Errorf("%s: %q counts %+v, want one figure", day.Date, text, heard)
					continue
				}
				s := heard[0]
				if string(s.Kind) != f.Kind || s.Count.Low != f.N || s.Count.High != f.N || s.Target != f.Who || strings.TrimPrefix(s.Source, "the ") != who {
					t.Errorf("%s: %q is %d to %d %s %s by %q", day.Date, text, s.Count.Low, s.Count.High, s.Target, s.Kind, s.Source)
				}
				if s.Count.Total != strings.Contains(note, "since") {
					t.Errorf("%s: %q is a toll up to now: %v", day.Date, text, s.Count.Total)
				}
			}
		}
	}
	if rows < 10 {
		t.Errorf("%d figures of people, want them all", rows)
	}
}

// What is counted and is nobody never shows as people.
func TestPostsAndVehiclesOfIdlibAreNobody(t *testing.T) {
	r := newTestReader(t)
	rows := 0
	for _, day := range timeline(t) {
		for _, f := range day.Figures {
			if ofPeople(f.Kind) {
				continue
			}
			rows++
			who, _ := f.by()
			for _, text := range []string{
				fmt.Sprintf("%d %s were surrounded, %s said.", f.N, f.Who, who),
				fmt.Sprintf("%s lost %d %s, and %d %s were captured or destroyed.", who, f.N, f.Who, f.N, f.Who),
				fmt.Sprintf("A column of %d %s was hit, %s said.", f.N, f.Who, who),
			} {
				for _, s := range r.Read(&story.Item{Title: text, Lang: "en"}) {
					if s.Count.High > 0 {
						t.Errorf("%s: %q counts %d %s %s", day.Date, text, s.Count.High, s.Target, s.Kind)
					}
				}
			}
		}
	}
	if rows == 0 {
		t.Error("nothing is counted but people")
	}
}

// On 3 February the toll rose within the day, and one side's claim was denied:
// the last figure of the ministry leads, and both sides stand.
func TestTheTollOfTheThirdOfFebruary(t *testing.T) {
	r := newTestReader(t)
	var s story.Story
	for _, day := range timeline(t) {
		if day.Date != "2020-02-03" {
			continue
		}
		for i, f := range day.Figures {
			at := time.Date(2020, 2, 3, 8+i, 0, 0, 0, time.UTC)
			it := story.Item{ID: story.ItemID(i + 1), Outlet: "agency", Tier: 2, Title: f.wordings()[0], Effective: at, FirstSeen: at}
			s.Reports = append(s.Reports, story.Report{Relation: story.Reports, Item: it, Signals: r.Read(&it)})
		}
	}
	leads := map[string]int{}
	for _, f := range s.Figures() {
		leads[string(f.Kind)+" "+f.Whom] = f.Claims[0].Count.High
	}
	for whom, n := range map[string]int{
		"killed Turkish soldiers": 7, "wounded Turkish soldiers": 9, "killed Turkish civilian contractor": 1, "killed Syrian troops": 76,
	} {
		if leads[whom] != n {
			t.Errorf("%s are %d, want %d; all: %v", whom, leads[whom], n, leads)
		}
	}
}
