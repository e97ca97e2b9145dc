package brief_test

import (
	"cmp"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	gocmp "github.com/google/go-cmp/cmp"

	"vedette/story"
	"vedette/story/brief"
)

func texts(lines []brief.Line) []string {
	var all []string
	for _, s := range lines {
		all = append(all, s.Text)
	}
	return all
}

func TestABriefTakesWholeSentences(t *testing.T) {
	for name, tt := range map[string]struct {
		title, summary string
		most           int
		want           []string
	}{
		"RanksAndInitialsDoNotEndOne": {
			summary: "Gen. A. Hassan said the post held. U.S. troops were not there.", most: 400,
			want: []string{"Gen. A. Hassan said the post held.", "U.S. troops were not there."},
		},
		"NumbersStayWhole": {
			summary: "Some 3.5 million fled. The toll rose to 1,200.", most: 400,
			want: []string{"Some 3.5 million fled.", "The toll rose to 1,200."},
		},
		"QuotesStayClosed": {
			summary: `"We will control the field." He left.`, most: 400,
			want: []string{`"We will control the field."`, "He left."},
		},
		"TheTitleIsNotRepeated": {
			title: "Post shelled in Idlib", summary: "Post shelled in Idlib. Two were hurt.", most: 400,
			want: []string{"Two were hurt."},
		},
		"OtherScripts": {
			summary: "قال الجيش إنه تقدم. هل توقف القصف؟ لا.", most: 400,
			want: []string{"قال الجيش إنه تقدم.", "هل توقف القصف؟", "لا."},
		},
		"TooLongIsLeftOut": {
			summary: "Short one. Long " + strings.Repeat("long ", 40) + "end.", most: 60,
			want: []string{"Short one."},
		},
		"AtMostThree": {
			summary: "One went. Two went. Three went. Four went.", most: 400,
			want: []string{"One went.", "Two went.", "Three went."},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := texts(brief.Item(&story.Item{Title: tt.title, Summary: tt.summary}, nil, tt.most))
			if diff := gocmp.Diff(tt.want, got); diff != "" {
				t.Errorf("brief of %q (-want +got):\n%s", tt.summary, diff)
			}
		})
	}
}

func TestABriefPrefersWhatTheRoomAskedFor(t *testing.T) {
	it := story.Item{Summary: "It rained. It was cold. It was late. The ceasefire in Idlib ended."}
	at := strings.Index(it.Summary, "ceasefire")
	lines := brief.Item(&it, []story.Evidence{{Term: "ceasefire", Field: story.Summary, Text: "ceasefire", Start: at, End: at + 9}}, 45)
	if len(lines) == 0 || !strings.Contains(lines[len(lines)-1].Text, "ceasefire") {
		t.Fatalf("brief is %q, want the sentence that matched in it", texts(lines))
	}
	last := lines[len(lines)-1]
	if got := last.Text[last.Marks[0].Start:last.Marks[0].End]; got != "ceasefire" {
		t.Errorf("marked %q, want ceasefire", got)
	}
}

func TestABriefNeverCutsAWord(t *testing.T) {
	it := story.Item{Summary: strings.Repeat("observation ", 30)}
	lines := brief.Item(&it, nil, 50)
	if want := []string{"observation observation observation observation…"}; !gocmp.Equal(want, texts(lines)) {
		t.Errorf("brief is %q, want %q", texts(lines), want)
	}
}

func FuzzItem(f *testing.F) {
	f.Add("Gen. X said. Then 3.5 left…", 3, 9, 40)
	f.Add("👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 0, 4, 30)
	f.Fuzz(func(t *testing.T, text string, start, end, most int) {
		if !utf8.ValidString(text) || start < 0 || end < start || end > len(text) || most < 0 {
			return
		}
		total := 0
		for _, s := range brief.Item(&story.Item{Summary: text}, []story.Evidence{{Field: story.Summary, Start: start, End: end}}, most) {
			if whole := strings.TrimSuffix(s.Text, "…"); !utf8.ValidString(s.Text) || !strings.Contains(text, whole) {
				t.Errorf("sentence %q is not taken from %q", s.Text, text)
			}
			for _, m := range s.Marks {
				if m.Start < 0 || m.End > len(s.Text) || m.Start > m.End {
					t.Errorf("mark %v lies outside %q", m, s.Text)
				}
			}
			total += len(s.Text)
		}
		if total > max(most, len("…")) {
			t.Errorf("brief has %d bytes, want at most %d", total, most)
		}
	})
}

func ExampleItem() {
	it := story.Item{
		Title:   "Turkey threatens force over Idlib ceasefire",
		Summary: "Turkey threatens force over Idlib ceasefire. Three of its 12 posts are encircled, Gen. Akar said. It was cold.",
	}
	for _, s := range brief.Item(&it, nil, 60) {
		fmt.Println(s.Text)
	}
	// Output: Three of its 12 posts are encircled, Gen. Akar said.
}

// reported returns a story of reports, the oldest first, an hour apart.
func reported(reports ...story.Report) *story.Story {
	s := &story.Story{ID: 1, Reports: reports}
	for i := range s.Reports {
		r := &s.Reports[i]
		r.Item.ID = story.ItemID(i + 1)
		r.Relation = cmp.Or(r.Relation, story.Reports)
	}
	return s
}

func report(outlet, title, summary string) story.Report {
	return story.Report{Item: story.Item{Outlet: outlet, Title: title, Summary: summary}}
}

func TestAStoryIsToldNewestFirstAndOnce(t *testing.T) {
	for name, tt := range map[string]struct {
		reports []story.Report
		want    []string
	}{
		"NewestFirst": {
			[]story.Report{
				report("Wire", "Bridge hit", "A missile hit the bridge at Oldbridge."),
				report("Post", "Road shut", "The road to Upton was shut by the army."),
			},
			[]string{"The road to Upton was shut by the army.", "A missile hit the bridge at Oldbridge."},
		},
		"TheSameFactOnce": {
			[]story.Report{
				report("Wire", "Bridge hit", "A missile hit the bridge at Oldbridge, the mayor said."),
				report("Post", "Bridge struck", "A missile hit the bridge at Oldbridge on Monday, the mayor said. The road is shut."),
			},
			[]string{"A missile hit the bridge at Oldbridge on Monday, the mayor said.", "The road is shut."},
		},
		"ANewerFigureTakesTheOldOnesPlace": {
			[]story.Report{
				report("Wire", "Market shelled", "Three people were killed in the market of Oldbridge, the mayor said."),
				report("Post", "Toll rises", "Nine people were killed in the market of Oldbridge, the mayor said."),
			},
			[]string{"Nine people were killed in the market of Oldbridge, the mayor said."},
		},
		"CopiesSayNothing": {
			[]story.Report{
				report("Wire", "Bridge hit", "A missile hit the bridge at Oldbridge."),
				{Item: story.Item{Outlet: "Copy", Title: "Strike", Summary: "A missile struck the Oldbridge bridge. Read more."}, Relation: story.Copies},
			},
			[]string{"A missile hit the bridge at Oldbridge."},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := gocmp.Diff(tt.want, texts(brief.Of(reported(tt.reports...), 400))); diff != "" {
				t.Errorf("brief (-want +got):\n%s", diff)
			}
		})
	}
}

func TestATollIsOutdatedByANewerOneOfThePeopleItCounts(t *testing.T) {
	toll := func(r story.Report, n int, whom, by string) story.Report {
		r.Signals = []story.Signal{{Kind: story.Killed, Field: story.Summary, Sentence: story.Span{Start: 0, End: len(r.Item.Summary)}, Count: story.Count{Low: n, High: n}, Target: whom, Source: by}}
		return r
	}
	first := toll(report("Wire", "Clash", "The ministry put the army's losses at 14 soldiers."), 14, "soldiers", "the ministry")
	for name, tt := range map[string]struct {
		later story.Report
		lines int
	}{
		"Higher":         {toll(report("Post", "Losses", "Sixteen soldiers had died, a doctor told us."), 16, "soldiers", "a doctor"), 1},
		"SameSpeaker":    {toll(report("Post", "Losses", "It was 12 soldiers who fell, officials corrected."), 12, "soldiers", "the ministry"), 1},
		"Contradiction":  {toll(report("Post", "Losses", "No more than 8 soldiers fell, rebels maintain."), 8, "soldiers", "rebels"), 2},
		"OfOthers":       {toll(report("Post", "Losses", "A hospital counted 20 dead shepherds."), 20, "shepherds", "a hospital"), 2},
		"TheSameAnother": {toll(report("Post", "Losses", "Fourteen soldiers died, the rebels concede."), 14, "soldiers", "rebels"), 2},
	} {
		t.Run(name, func(t *testing.T) {
			if got := texts(brief.Of(reported(first, tt.later), 400)); len(got) != tt.lines || got[0] != tt.later.Item.Summary {
				t.Errorf("brief is %q, want %d lines and the later first", got, tt.lines)
			}
		})
	}
}

func TestNewsLeadsWithWhatWasNotKnown(t *testing.T) {
	s := reported(
		report("Wire", "Bridge hit", "A missile hit the bridge at Oldbridge, the mayor said. Two drivers were hurt."),
		report("Post", "Army blames rebels", "A missile hit the bridge at Oldbridge, the mayor said. The army blamed rebels from Upton. Talks were called off."),
		report("Echo", "Bridge hit", "Two drivers were hurt."),
	)
	if diff := gocmp.Diff([]string{"The army blamed rebels from Upton.", "Talks were called off."}, texts(brief.News(s, 2, 400))); diff != "" {
		t.Errorf("news (-want +got):\n%s", diff)
	}
	if diff := gocmp.Diff([]string{"Two drivers were hurt."}, texts(brief.News(s, 3, 400))); diff != "" {
		t.Errorf("news of a report that adds nothing (-want +got):\n%s", diff)
	}
	if got := brief.News(s, 9, 400); got != nil {
		t.Errorf("news of no report is %q", texts(got))
	}
}

func TestBackgroundKeepsTheOrderOfEventsAndTheirOpening(t *testing.T) {
	var reports []story.Report
	reports = append(reports, report("Wire", "War", "War broke out between Northland and Southland over Odra."))
	for i := range 6 {
		reports = append(reports, report("Wire", "Day", fmt.Sprintf("Northland and Southland fought at hill %d near Odra.", i)))
	}
	lines := brief.Background(reported(reports...).Reports, 220)
	got := texts(lines)
	if len(got) < 2 || got[0] != reports[0].Item.Summary || !strings.Contains(got[len(got)-1], "hill 5") {
		t.Errorf("background is %q, want the opening first and the latest last", got)
	}
	if size := len(strings.Join(got, "")); size > 250 {
		t.Errorf("background has %d bytes, want about 220", size)
	}
}

func TestEveryLineSaysWhereItStands(t *testing.T) {
	s := reported(
		story.Report{Item: story.Item{Title: "Bridge hit", Summary: "A missile hit the bridge.", Body: "It came at dawn. The mayor said two drivers were hurt."}},
		report("Post", "Road shut", "The road to Upton was shut by the army."),
	)
	for _, l := range brief.Of(s, 400) {
		it := s.Reports[l.Item-1].Item
		field := map[story.Field]string{story.Summary: it.Summary, story.Body: it.Body}[l.Field]
		if got := field[l.Span.Start:l.Span.End]; got != l.Text {
			t.Errorf("%q is said to stand where %q stands", l.Text, got)
		}
	}
}

func BenchmarkOf(b *testing.B) {
	var reports []story.Report
	for i := range 30 {
		var text strings.Builder
		for j := range 20 {
			fmt.Fprintf(&text, "Unit %d of the army of Northland shelled village number %d near the river on that day, the mayor of place %d said. ", i, j, i*j)
		}
		reports = append(reports, report("Wire", "Day", text.String()))
	}
	s := reported(reports...)
	for b.Loop() {
		brief.Of(s, 480)
	}
}

// Of two sentences that share as many words with the other reports, the one
// is taken that puts them together as those do.
func TestABriefSaysThingsAsTheReportsSayThem(t *testing.T) {
	const together = "Guards held the border post of Velna."
	var reports []story.Report
	for i, body := range []string{
		"Envoys left the border post of Velna at noon.",
		"The border post of Velna was quiet, envoys told us at noon.",
		"Nobody reached the border post of Velna at noon.",
		"Envoys of Velna at the post by noon. " + together,
	} {
		reports = append(reports, story.Report{Relation: story.Reports, Item: story.Item{ID: story.ItemID(i + 1), Body: body}})
	}
	if got := texts(brief.Background(reports, 40)); len(got) != 1 || got[0] != together {
		t.Errorf("the brief is %q, want %q", got, together)
	}
}
