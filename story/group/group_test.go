package group_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"vedette/story"
	"vedette/story/group"
)

var noon = time.Date(2020, 2, 3, 12, 0, 0, 0, time.UTC)

func report(id story.ItemID, outlet, title, summary string) story.Item {
	return story.Item{ID: id, Outlet: outlet, Owner: outlet, Title: title, Summary: summary, Effective: noon}
}

const wire = "Syrian government shelling killed four Turkish soldiers near Saraqib in Idlib early on Monday, the defence ministry in Ankara said. " +
	"Turkish artillery returned fire at once."

// open returns a grouper that knows two stories.
func open() *group.Grouper {
	g := group.New(group.Defaults())
	first := report(1, "Wire", "Four Turkish soldiers killed by shelling in Idlib", wire)
	first.Canonical = "wire.example/a/1"
	g.Add(7, story.Report{Relation: story.Opens, Item: first})
	g.Add(8, story.Report{Relation: story.Opens, Item: report(2, "Monitor", "Tens of thousands flee Maarat al-Numan",
		"Families left the town of Maarat al-Numan in lorries on Monday as the front came nearer, the monitor said.")})
	return g
}

func TestPlace(t *testing.T) {
	late := report(3, "Paper", "Four Turkish soldiers killed by shelling in Idlib", "Turkish soldiers died near Saraqib, the defence ministry said.")
	late.Effective = noon.Add(72 * time.Hour)
	for name, tt := range map[string]struct {
		it   story.Item
		want story.ID
		rel  story.Relation
	}{
		"TheSameTextUnderAnotherHeadlineIsACopy": {report(3, "Paper", "Ankara hit back after deaths", wire), 7, story.Copies},
		"ATruncatedTextIsACopy":                  {report(3, "Paper", "Four Turkish soldiers killed", wire[:110]), 7, story.Copies},
		"TheSamePageIsACopy": {
			story.Item{ID: 3, Outlet: "Paper", Title: "Something else", Canonical: "wire.example/a/1", Effective: noon}, 7, story.Copies,
		},
		"ARisenTollIsAReport": {
			report(3, "Wire", "Six Turkish soldiers killed by shelling in Idlib", strings.Replace(wire, "four", "six", 1)), 7, story.Reports,
		},
		"OtherWordsForTheSameEventAreAReport": {
			report(3, "Agency", "Turkish soldiers killed in shelling near Saraqib",
				"Shelling by the Syrian government killed Turkish soldiers near Saraqib on Monday; Turkish artillery fired back, the agency reports."), 7, story.Reports,
		},
		"AnotherTownIsAnotherStory": {
			report(3, "Monitor", "Air strike hits market in Ariha", "Warplanes struck a market in Ariha on Monday, rescuers said."), 0, story.Opens,
		},
		"DaysApartAreTwoEvents": {late, 0, story.Opens},
	} {
		t.Run(name, func(t *testing.T) {
			kin := open().Place(&tt.it)
			if kin.Story != tt.want || kin.Relation != tt.rel || kin.Reason == "" {
				t.Errorf("got story %d, %s (%s); want story %d, %s", kin.Story, kin.Relation, kin.Reason, tt.want, tt.rel)
			}
		})
	}
}

func TestAddingAgainChangesNothing(t *testing.T) {
	once, twice := open(), open()
	again := report(2, "Monitor", "Tens of thousands flee Maarat al-Numan",
		"Families left the town of Maarat al-Numan in lorries on Monday as the front came nearer, the monitor said.")
	twice.Add(8, story.Report{Relation: story.Opens, Item: again})
	it := report(3, "Agency", "Families flee Maarat al-Numan", "Families left the town of Maarat al-Numan, an agency said.")
	if a, b := once.Place(&it), twice.Place(&it); a != b || a.Story != 8 {
		t.Errorf("placed %+v, and after adding again %+v; want story 8 for both", a, b)
	}
}

func TestForgottenStoriesAreNotJoined(t *testing.T) {
	g := open()
	g.Forget(noon.Add(time.Hour))
	it := report(3, "Paper", "Ankara hit back after deaths", wire)
	if kin := g.Place(&it); kin.Relation != story.Opens || g.Open() != 0 {
		t.Errorf("got %+v with %d stories open, want a story of its own and none", kin, g.Open())
	}
}

func TestAReportThatFitsTwoStoriesMergesThem(t *testing.T) {
	g := group.New(group.Defaults())
	text := "Rebels blew up the Derwin bridge at Oskar village before dawn, Colonel Matis said."
	g.Add(1, story.Report{Item: report(1, "A", "Derwin bridge blown up", text)})
	g.Add(2, story.Report{Item: report(2, "B", "Oskar village loses its bridge", "The Derwin bridge at Oskar village was blown up by rebels, said Colonel Matis.")})
	g.Add(1, story.Report{Item: report(3, "C", "Rebels blow up Derwin bridge at Oskar", "Colonel Matis said that rebels blew the bridge up.")})
	moves := g.Review(3)
	if len(moves) != 1 || !moves[0].Whole || moves[0].Into != 1 || moves[0].Reason == "" {
		t.Fatalf("got %+v, want story 2 to merge into story 1", moves)
	}
	g.Apply(moves[0], moves[0].Into)
	if s := g.StoryOf(2); s != 1 || g.Open() != 1 {
		t.Errorf("report 2 is in story %d of %d, want story 1 alone", s, g.Open())
	}
}

// Outlets cut and turn what a wire wrote; that it is the wire's they say.
func TestAWireCreditMakesALooserCopy(t *testing.T) {
	g := group.New(group.Defaults())
	g.Add(1, story.Report{Item: report(1, "Reuters", "Sailors hurt as tanker burns off Odra",
		"A tanker caught fire off the port of Odra, the coast guard said, and sailors were taken ashore by helicopter.")})
	const turned = "A tanker caught fire off the port of Odra, the coast guard said. Smoke could be seen from the pier all morning while families waited for news."
	plain := report(2, "Paper", "Tanker burns off Odra", turned)
	credited := report(2, "Paper", "Tanker burns off Odra", "ODRA (Reuters) - "+turned)
	if kin := g.Place(&plain); kin.Relation != story.Reports {
		t.Errorf("without a credit it %s (%s), want a report in its own words", kin.Relation, kin.Reason)
	}
	if kin := g.Place(&credited); kin.Relation != story.Copies {
		t.Errorf("with a credit it %s (%s), want a copy", kin.Relation, kin.Reason)
	}
}

func TestTwoRaidsInTwoTownsStayTwo(t *testing.T) {
	g := group.New(group.Defaults())
	g.Add(1, story.Report{Item: report(1, "Monitor", "Air raid kills nine in Ariha", "Warplanes struck a market in Ariha on Monday, killing nine, rescuers said.")})
	it := report(2, "Monitor", "Air raid kills four in Saraqib", "Jets bombed a bakery in Saraqib, and four died, doctors said.")
	if kin := g.Place(&it); kin.Relation != story.Opens {
		t.Errorf("got %+v, want a story of its own", kin)
	}
}

func TestNamesAndNumbersCarryBetweenScripts(t *testing.T) {
	g := group.New(group.Defaults())
	g.Add(1, story.Report{Item: report(1, "Wire", "Shelling of Saraqib kills 14", "The shelling hit Saraqib in Idlib province; 14 died, said officials in Ankara.")})
	it := report(2, "Vestnik", "Обстрел города Саракиб: 14 погибших", "В провинции Идлиб обстрелян Саракиб, погибли 14 человек, заявили в городе Анкара.")
	it.Lang = "ru"
	if kin := g.Place(&it); kin.Story != 1 {
		t.Errorf("got %+v, want story 1", kin)
	}
}

// The cost of a report must not grow with the number of open stories.
func BenchmarkPlace(b *testing.B) {
	for _, stories := range []int{100, 1_000, 10_000, 100_000} {
		b.Run(fmt.Sprint(stories), func(b *testing.B) {
			g := group.New(group.Defaults())
			for i := range stories {
				g.Add(story.ID(i+1), story.Report{Item: invented(i)})
			}
			var next [256]story.Item
			for i := range next {
				next[i] = invented(stories + i)
			}
			n := 0
			for b.Loop() {
				g.Place(&next[n%len(next)])
				n++
			}
		})
	}
}

// invented makes a report of 60 words, a tenth of them rare, as news has them.
func invented(n int) story.Item {
	var text strings.Builder
	x := uint32(n)*2654435761 + 1
	for range 60 {
		x = x*1664525 + 1013904223
		r := float64(x>>8) / (1 << 24)
		fmt.Fprintf(&text, "w%dq ", int(30000*r*r*r))
	}
	words := text.String()
	it := report(story.ItemID(n+1), "Wire", words[:60], words[60:])
	it.Effective = noon.Add(time.Duration(n%1000) * time.Minute)
	return it
}

func TestWhatAWatchAsksForDoesNotMakeOneEvent(t *testing.T) {
	g := group.New(group.Defaults())
	g.Add(1, story.Report{Relation: story.Opens, Item: report(1, "Wire", "Market day in Oldbridge draws farmers from the whole valley", "")})
	raid := report(2, "Wire", "Shelling killed three army soldiers in Oldbridge, the general staff said", "")
	if kin := g.Place(&raid); kin.Story != 1 {
		t.Errorf("without being told, it opens a story of its own: there is nothing to tell it: %s", kin.Reason)
	}
	g.Ask("Oldbridge")
	if kin := g.Place(&raid); kin.Story != 0 {
		t.Errorf("joins story %d: %s", kin.Story, kin.Reason)
	}
	again := report(3, "Paper", "Three army soldiers killed as shells hit Oldbridge", "")
	g.Add(2, story.Report{Relation: story.Opens, Item: raid})
	if kin := g.Place(&again); kin.Story != 2 {
		t.Errorf("the raid told again goes to story %d: %s", kin.Story, kin.Reason)
	}
}
