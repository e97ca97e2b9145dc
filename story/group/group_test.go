package group_test

import (
	"fmt"
	"reflect"
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

// One town can be hit twice in a day.
func TestTwoAttacksInOneTownStayTwo(t *testing.T) {
	g := group.New(group.Defaults())
	g.Add(1, story.Report{Item: report(1, "Monitor", "Car bomb kills nine at Odra market",
		"A car packed with explosives blew up beside fruit stalls in Odra on Monday morning, killing nine shoppers, the mayor said.")})
	evening := report(2, "Agency", "Sniper shoots two policemen in Odra",
		"A gunman on a rooftop in Odra shot dead two policemen at a checkpoint near the stadium on Monday evening, the ministry said.")
	if kin := g.Place(&evening); kin.Relation != story.Opens {
		t.Errorf("got %+v, want a story of its own", kin)
	}
	again := report(3, "Agency", "Nine dead as car bomb hits market in Odra",
		"Explosives hidden in a car killed nine shoppers at the fruit market in Odra on Monday morning.")
	if kin := g.Place(&again); kin.Story != 1 {
		t.Errorf("got %+v, want story 1", kin)
	}
}

// Each outlet has its own headline, cut and credit; there is one text.
func TestVersionsOfAWiresTextAreCopiesOfTheFirst(t *testing.T) {
	g := group.New(group.Defaults())
	const text = "The garrison of Odra laid down its arms at dawn after a siege of three weeks, officers said. " +
		"Some 400 men marched out along the river road under a white flag, and boats took the wounded to Sulin."
	g.Add(1, story.Report{Item: report(1, "Reuters", "Odra garrison surrenders", text)})
	for i, it := range []story.Item{
		report(2, "Daily", "Siege of Odra ends as soldiers give up", "ODRA (Reuters) - "+text),
		report(3, "Evening", "Odra garrison surrenders - officers", text[:len(text)/2]),
		report(4, "Radio", "Odra garrison surrenders", "(Reuters) "+text+" More follows."),
	} {
		kin := g.Place(&it)
		if kin.Story != 1 || kin.Relation != story.Copies || kin.CopyOf != 1 {
			t.Errorf("version %d: got %+v, want a copy of report 1", i+1, kin)
		}
		g.Add(kin.Story, story.Report{Item: it, Relation: kin.Relation, CopyOf: kin.CopyOf})
	}
}

// A room must not see reports go to and fro.
func TestAReportMovesOnce(t *testing.T) {
	g := group.New(group.Defaults())
	text := "Rebels blew up the Derwin bridge at Oskar village before dawn, Colonel Matis said."
	first := report(1, "A", "Derwin bridge blown up", text)
	g.Add(1, story.Report{Item: first})
	g.Add(2, story.Report{Item: report(2, "B", "Oskar village loses its bridge", "The Derwin bridge at Oskar village was blown up by rebels, said Colonel Matis.")})
	g.Apply(group.Move{Reports: []story.ItemID{1}, From: []story.ID{1}, Into: 3}, 3)
	first.Title = "Derwin bridge blown up by rebels"
	g.Add(3, story.Report{Item: first}) // nor after an edit
	if moves := g.Review(2); len(moves) > 0 {
		t.Errorf("got %+v, want report 1 to stay where it moved", moves)
	}
}

// Whoever keeps the stories says so after a restart.
func TestAReportThatIsKnownToHaveMovedStays(t *testing.T) {
	g := group.New(group.Defaults())
	text := "Rebels blew up the Derwin bridge at Oskar village before dawn, Colonel Matis said."
	g.Add(3, story.Report{Item: report(1, "A", "Derwin bridge blown up", text), From: 1})
	g.Add(2, story.Report{Item: report(2, "B", "Oskar village loses its bridge", "The Derwin bridge at Oskar village was blown up by rebels, said Colonel Matis.")})
	if moves := g.Review(2); len(moves) > 0 {
		t.Errorf("got %+v, want report 1 to stay where it moved", moves)
	}
}

// A story is compared by its newest reports, whenever they came into it.
func TestWhenAReportMovedMakesNoDifference(t *testing.T) {
	late, early := group.New(group.Defaults()), group.New(group.Defaults())
	first := report(1, "A", "Derwin bridge blown up", "Rebels blew up the Derwin bridge at Oskar village before dawn.")
	late.Add(2, story.Report{Item: first})
	early.Add(1, story.Report{Item: first, From: 2})
	for i := range 30 {
		r := story.Report{Item: report(story.ItemID(i+2), "B", fmt.Sprint("Oskar village mourns its bridge, day ", i), "The bridge at Oskar village is gone.")}
		late.Add(1, r)
		early.Add(1, r)
	}
	late.Add(1, story.Report{Item: first, From: 2})
	it := report(99, "C", "Rebels say they blew up the Derwin bridge", "Oskar village was asleep before dawn.")
	// How rare its words were when it came may differ, and the reason with it.
	if a, b := late.Place(&it), early.Place(&it); a.Story != b.Story || a.Relation != b.Relation || a.Story != 1 {
		t.Errorf("placed %+v, and had it moved before %+v", a, b)
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

func ExampleGrouper() {
	g := group.New(group.Defaults())
	next := story.ID(1)
	for i, title := range []string{
		"Ferry sinks off Sulin, nine missing",
		"Nine missing after ferry sinks near Sulin",
		"Parliament votes on new harbour tax",
	} {
		it := story.Item{ID: story.ItemID(i + 1), Title: title, Outlet: fmt.Sprintf("Outlet %d", i+1), Lang: "en"}
		kin := g.Place(&it)
		if kin.Relation == story.Opens {
			kin.Story = next
			next++
		}
		g.Add(kin.Story, story.Report{Item: it, Relation: kin.Relation, CopyOf: kin.CopyOf})
		fmt.Printf("story %d: %s\n", kin.Story, kin.Reason)
	}
	// Output:
	// story 1: no open story tells of it
	// story 1: tells of the same event as Outlet 1: Sulin, Ferry, sinks (likeness 0.83)
	// story 2: no open story tells of it
}

// FuzzPlace feeds two groupers the same strange reports: neither panics, both
// say the same, and every report is in a story afterwards.
func FuzzPlace(f *testing.F) {
	f.Add("Four killed in Idlib", "Shelling near Saraqib (Reuters) - four died.", "en", "Four killed in Idlib\nSix killed\n24 June 2017", 3)
	f.Add("", "", "", "\n\n", -1)
	f.Add("إدلب ٢٤", "\xff\xfe ((AFP", "ar", "Идлиб 24\n1,000,000\nI", 1<<40)
	f.Fuzz(func(t *testing.T, title, summary, lang, more string, hours int) {
		titles := append([]string{title, title + "!"}, strings.Split(more, "\n")...)
		one, two := group.New(group.Defaults()), group.New(group.Defaults())
		for i, title := range titles[:min(len(titles), 20)] {
			it := story.Item{ID: story.ItemID(i + 1), Title: title, Summary: summary, Lang: lang, Outlet: title, Author: lang}
			it.Effective = noon.Add(time.Duration(i*hours) * time.Hour)
			summary, lang = lang, summary
			kin := one.Place(&it)
			if again := two.Place(&it); again != kin {
				t.Fatalf("placed %+v, and again %+v", kin, again)
			}
			if kin.Story == 0 {
				kin.Story = story.ID(i + 1)
			}
			for _, g := range []*group.Grouper{one, two} {
				g.Add(kin.Story, story.Report{Item: it, Relation: kin.Relation, CopyOf: kin.CopyOf})
			}
			moves, again := one.Review(it.ID), two.Review(it.ID)
			if !reflect.DeepEqual(moves, again) {
				t.Fatalf("moves %+v, and again %+v", moves, again)
			}
			for _, m := range moves {
				into := m.Into
				if into == 0 {
					into = story.ID(100 + i)
				}
				one.Apply(m, into)
				two.Apply(m, into)
			}
			if one.StoryOf(it.ID) == 0 {
				t.Fatalf("report %d is in no story", it.ID)
			}
		}
		one.Forget(noon)
	})
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
	g.Add(1, story.Report{Relation: story.Opens, Item: report(1, "Wire", "Odra ceasefire welcomed by Norian church leaders", "")})
	talks := report(2, "Wire", "Odra ceasefire monitors want more cars", "")
	if kin := g.Place(&talks); kin.Story != 1 {
		t.Errorf("without being told, it opens a story of its own: there is nothing to tell it: %s", kin.Reason)
	}
	g.Ask("odra AND ceasefire")
	if kin := g.Place(&talks); kin.Story != 0 {
		t.Errorf("joins story %d: %s", kin.Story, kin.Reason)
	}
	g.Add(2, story.Report{Relation: story.Opens, Item: talks})
	again := report(3, "Paper", "Monitors of the Odra ceasefire ask for cars", "")
	if kin := g.Place(&again); kin.Story != 2 {
		t.Errorf("the same told again goes to story %d: %s", kin.Story, kin.Reason)
	}
}

// feed places reports one after another and returns the story of each.
func feed(g *group.Grouper, reports ...story.Item) (in []story.ID) {
	for i := range reports {
		it := &reports[i]
		it.ID = story.ItemID(i + 1)
		kin := g.Place(it)
		if kin.Story == 0 {
			kin.Story = story.ID(i + 1)
		}
		g.Add(kin.Story, story.Report{Item: *it, Relation: kin.Relation, CopyOf: kin.CopyOf})
		in = append(in, kin.Story)
	}
	return in
}

// What all reports around have is what they are about, and makes no event.
func TestTwoFightsOfOneChampionStayTwo(t *testing.T) {
	in := feed(group.New(group.Defaults()),
		report(0, "A", "Velin stops Orr to keep his heavyweight titles", "Champion Danko Velin kept his heavyweight titles by stopping Hasim Orr in the seventh round at the arena in Sulin on Saturday."),
		report(0, "B", "Velin keeps heavyweight titles against Orr", "Danko Velin, the heavyweight champion, stopped challenger Hasim Orr in round seven in Sulin on Saturday to keep his titles."),
		report(0, "C", "Heavyweight champion Velin beats Orr", "Hasim Orr went down in the seventh round at Sulin as Danko Velin kept his heavyweight titles on Saturday."),
		report(0, "D", "Danko Velin stops Hasim Orr in seven", "Heavyweight champion Danko Velin stopped Hasim Orr on Saturday at the Sulin arena and keeps his titles."),
		report(0, "E", "Orr no match for heavyweight champion Velin", "The titles stay with Danko Velin, who stopped Hasim Orr after seven rounds in Sulin."),
		report(0, "F", "Velin still champion", "Hasim Orr lasted seven rounds in Sulin before Danko Velin stopped him; the heavyweight titles do not change hands."),
		report(0, "G", "Orr stopped in Sulin", "In the seventh round Danko Velin stopped Hasim Orr, so the heavyweight champion has all his titles still."),
		report(0, "H", "Seven rounds are enough for Velin", "Heavyweight champion Danko Velin defended his titles in Sulin, where Hasim Orr was stopped in the seventh."),
		report(0, "I", "Left hook ends the night of Barr", "Tony Barr fell to a left hook in Marosh, and heavyweight champion Danko Velin has a sixteenth win in a row."),
		report(0, "J", "Sixteenth win for Velin as Barr falls", "A left hook was too much for Tony Barr in Marosh: heavyweight champion Danko Velin won for the sixteenth time."),
	)
	if want := []story.ID{1, 1, 1, 1, 1, 1, 1, 1, 9, 9}; !reflect.DeepEqual(in, want) {
		t.Errorf("stories %v, want %v", in, want)
	}
}

// Everybody writes of one event: its words stay its own.
func TestTheWordsOfALargeStoryStayItsOwn(t *testing.T) {
	var reports []story.Item
	for i := range 60 {
		reports = append(reports, report(0, fmt.Sprint("Outlet ", i), fmt.Sprintf("Sulin ferry sinks, says w%dq w%dq", 2*i, 2*i+1), ""))
	}
	for i, s := range feed(group.New(group.Defaults()), reports...) {
		if s != 1 {
			t.Fatalf("report %d opens story %d, want all in story 1", i+1, s)
		}
	}
}

// "Clashes continue" is told every day of a war.
func TestWordsOfEveryStoryMakeNoEvent(t *testing.T) {
	var reports []story.Item
	for i := range 1000 {
		reports = append(reports, report(0, "Monitor", fmt.Sprintf("Clashes continue in the countryside of Odra amid shelling of Village%c%c%c", 'a'+i%10, 'a'+i/10%10, 'a'+i/100), ""))
	}
	g := group.New(group.Defaults())
	for i := range reports {
		reports[i].ID = story.ItemID(i + 1)
		g.Add(story.ID(i+1), story.Report{Item: reports[i], Relation: story.Opens})
	}
	again := report(100, "Agency", "Shelling of the Odra countryside as clashes continue", "")
	if kin := g.Place(&again); kin.Relation != story.Opens {
		t.Errorf("%s (%s), want a story of its own", kin.Relation, kin.Reason)
	}
	again.Title = "Villagecba in the Odra countryside: shelling as clashes continue"
	if kin := g.Place(&again); kin.Story != 13 {
		t.Errorf("got story %d (%s), want 13, which names the village", kin.Story, kin.Reason)
	}
}
