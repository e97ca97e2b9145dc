package story_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"vedette/internal/corpus"
	"vedette/story"
)

var noon = time.Date(2020, 2, 3, 12, 0, 0, 0, time.UTC)

func report(id story.ItemID, outlet, title, summary string) story.Item {
	return story.Item{ID: id, Outlet: outlet, Owner: outlet, Title: title, Summary: summary, Effective: noon}
}

func TestRelate(t *testing.T) {
	const wire = "Syrian government shelling killed four Turkish soldiers near Saraqib in Idlib early on Monday, the defence ministry in Ankara said. " +
		"Turkish artillery returned fire at once."
	first := report(1, "Wire", "Four Turkish soldiers killed by shelling in Idlib", wire)
	first.Canonical = "wire.example/a/1"
	open := []story.Story{
		{ID: 7, Reports: []story.Report{{Relation: story.Opens, Item: first}}},
		{ID: 8, Reports: []story.Report{{Relation: story.Opens, Item: report(2, "Monitor", "Tens of thousands flee Maarat al-Numan",
			"Families left the town of Maarat al-Numan in lorries on Monday as the front came nearer, the monitor said.")}}},
	}
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
			kin := story.Relate(&tt.it, open)
			if kin.Story != tt.want || kin.Relation != tt.rel || kin.Reason == "" {
				t.Errorf("got story %d, %s (%s); want story %d, %s", kin.Story, kin.Relation, kin.Reason, tt.want, tt.rel)
			}
		})
	}
}

// A wrong join hides an event in a thread, so precision has the higher bar.
func TestRelateSeldomJoinsTwoEvents(t *testing.T) {
	f, err := os.Open(corpus.Path(t, "stories", "ecbplus_train_dev.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	gold := make(map[story.ItemID]string)
	got := make(map[story.ItemID]story.ID)
	var open []story.Story
	for in := bufio.NewScanner(f); in.Scan() && len(gold) < 250; {
		var doc struct {
			Story     string
			Sentences []string
		}
		if err := json.Unmarshal(in.Bytes(), &doc); err != nil {
			t.Fatal(err)
		}
		it := report(story.ItemID(len(gold)+1), "", doc.Sentences[0], strings.Join(doc.Sentences[1:], "\n"))
		kin := story.Relate(&it, open)
		if kin.Relation == story.Opens {
			kin.Story = story.ID(len(open) + 1)
			open = append(open, story.Story{ID: kin.Story})
		}
		s := &open[kin.Story-1]
		s.Reports = append(s.Reports, story.Report{Item: it, Relation: kin.Relation})
		gold[it.ID], got[it.ID] = doc.Story, kin.Story
	}
	precision, recall := bCubed(gold, got)
	t.Logf("%d reports: B-cubed precision %.3f, recall %.3f, F1 %.3f", len(gold), precision, recall, 2*precision*recall/(precision+recall))
	if precision < 0.95 || recall < 0.65 {
		t.Errorf("precision %.3f, recall %.3f; want at least 0.95 and 0.65", precision, recall)
	}
}

// bCubed averages over the items how pure and how whole each one's story is.
func bCubed(gold map[story.ItemID]string, got map[story.ItemID]story.ID) (precision, recall float64) {
	for a := range gold {
		var both, mine, theirs float64
		for b := range gold {
			same, told := gold[a] == gold[b], got[a] == got[b]
			if same && told {
				both++
			}
			if told {
				mine++
			}
			if same {
				theirs++
			}
		}
		precision += both / mine
		recall += both / theirs
	}
	return precision / float64(len(gold)), recall / float64(len(gold))
}

func ExampleRelate() {
	open := []story.Story{{ID: 1, Reports: []story.Report{{Relation: story.Opens, Item: report(1, "Wire",
		"Helicopter shot down near Nayrab", "A government helicopter was shot down near Nayrab on Tuesday, the monitor said.")}}}}
	it := report(2, "Paper", "Copter lost over Idlib", "A government helicopter was shot down near Nayrab on Tuesday, the monitor said.")
	kin := story.Relate(&it, open)
	fmt.Println(kin.Relation, kin.Story, "-", kin.Reason)
	// Output: copies 1 - same text as Wire
}
