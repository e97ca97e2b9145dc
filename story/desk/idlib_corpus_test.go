package desk_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
	"time"

	"vedette/internal/corpus"
	"vedette/story"
	"vedette/story/group"
)

// headline returns the title that the address of a report holds.
func headline(t *testing.T, address string) string {
	t.Helper()
	page, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	last := strings.TrimSuffix(path.Base(page.Path), ".html")
	return strings.Join(strings.Fields(regexp.MustCompile(`\b\d{5,}\b|-`).ReplaceAllString(last, " ")), " ")
}

// The timeline has no texts, but most addresses hold their headlines.
func TestAnEventOfIdlibIsOneStoryAndTheNextAnother(t *testing.T) {
	raw, err := os.ReadFile(corpus.Path(t, "story-of-idlib", "timeline_2020-01-12_to_02-12.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	g := group.New(group.Defaults())
	stories := map[string]story.ID{} // by day and place in its list of sources
	n := story.ItemID(0)
	for line := range strings.Lines(string(raw)) {
		var day struct {
			Date    string
			Sources []string
		}
		if err := json.Unmarshal([]byte(line), &day); err != nil {
			t.Fatal(err)
		}
		at, err := time.Parse(time.DateOnly, day.Date)
		if err != nil {
			t.Fatal(err)
		}
		for i, source := range day.Sources {
			n++
			page, _ := url.Parse(source)
			it := story.Item{ID: n, Outlet: page.Host, Owner: page.Host, Title: headline(t, source), Canonical: source, Effective: at.Add(time.Duration(9+i) * time.Hour)}
			kin := g.Place(&it)
			if kin.Story == 0 {
				kin.Story = story.ID(n)
			}
			g.Add(kin.Story, story.Report{Item: it, Relation: kin.Relation})
			stories[fmt.Sprint(day.Date[5:], " ", i)] = kin.Story
		}
	}
	for what, at := range map[string][]string{
		"TheDemandOfTheThird":   {"02-03 1", "02-03 2"},
		"TheUltimatum":          {"02-05 0", "02-05 1", "02-05 3"},
		"TheAttackAtTaftanaz":   {"02-10 0", "02-10 1"},
		"TheFlightFromTheSouth": {"01-12 0", "01-27 0"}, // one page, listed twice
	} {
		for _, other := range at[1:] {
			if stories[other] != stories[at[0]] || stories[other] == 0 {
				t.Errorf("%s: %s is story %d, and %s story %d; want one", what, at[0], stories[at[0]], other, stories[other])
			}
		}
	}
	for what, at := range map[string][2]string{
		"TwoTollsAWeekApart":          {"02-03 0", "02-10 0"},
		"TheDemandAndTheUltimatum":    {"02-03 1", "02-05 1"},
		"TheTollAndTheDemandOfOneDay": {"02-03 0", "02-03 1"},
		"TheConvoyAndTheDelegation":   {"02-07 0", "02-07 1"},
		"TheHelicopterAndTheThreat":   {"02-11 1", "02-12 1"},
	} {
		if stories[at[0]] == stories[at[1]] {
			t.Errorf("%s: %s and %s are one story, want two", what, at[0], at[1])
		}
	}
}
