package bot_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vedette/bot"
	"vedette/bot/words"
	"vedette/story"
)

// told returns a story of three reports: one, its copy, and another's own.
func told() story.Story {
	at := func(hour int) time.Time { return time.Date(2020, 2, 3, hour, 0, 0, 0, time.UTC) }
	return story.Story{
		ID: 1, Version: 3, Opened: at(6), Changed: at(9), Watches: []story.WatchName{"idlib", "talks"},
		Reports: []story.Report{
			{
				Item: story.Item{
					ID: 1, Outlet: "Wire", Owner: "wire", Title: "Post shelled in Idleb", Link: "https://wire.example/1", Effective: at(6),
					Summary: "An observation post was shelled at dawn, officials said. Two were hurt.",
				},
				Relation: story.Opens,
				Matches: []story.Match{{Watch: "idlib", Evidence: []story.Evidence{
					{Term: "idlib", Field: story.Title, Text: "Idleb", Start: 16, End: 21},
					{Term: `"observation post"`, Field: story.Summary, Text: "observation post", Start: 3, End: 19},
				}}},
			},
			{Item: story.Item{ID: 3, Outlet: "Paper", Owner: "paper", Title: "Post shelled", Effective: at(7)}, Relation: story.Copies, CopyOf: 1},
			{Item: story.Item{ID: 2, Outlet: "Monitor", Owner: "monitor", Title: "Toll rises to three", Link: "https://monitor.example/2", Effective: at(9), Summary: "A third died."}, Relation: story.Reports},
		},
	}
}

func TestRootTellsTheStoryAndWhatChangedLast(t *testing.T) {
	s := told()
	zone := time.FixedZone("+03", 3*3600)
	m := bot.Root(&s, zone, map[story.WatchName]string{"idlib": "Idlib front"}, words.Words{})
	if got, want := m.Head(), "Idlib front + talks · 2 origins · 3 outlets · 3 Feb 12:00 +03"; got != want {
		t.Errorf("head is %q, want %q", got, want)
	}
	if diff := cmp.Diff([]string{"idlib (Idleb)", `"observation post"`}, m.Matched); diff != "" {
		t.Errorf("matched (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]bot.Fact{{Name: "Latest", Text: "Toll rises to three (Monitor, 12:00)"}}, m.Facts); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]bot.Source{{Outlet: "Wire", Link: "https://wire.example/1"}, {Outlet: "Paper", Copy: true}, {Outlet: "Monitor", Link: "https://monitor.example/2"}}, m.Sources); diff != "" {
		t.Errorf("sources (-want +got):\n%s", diff)
	}
	if len(m.Brief) != 3 || m.Brief[0].Text != "A third died." {
		t.Fatalf("brief is %q, want the newest fact first", fmt.Sprint(m.Brief))
	}
	if mark := m.Brief[1].Marks[0]; m.Brief[1].Text[mark.Start:mark.End] != "observation post" {
		t.Errorf("brief marks %q", m.Brief[1].Text[mark.Start:mark.End])
	}
}

func TestRootOfOneReportHasNoLatest(t *testing.T) {
	s := told()
	s.Reports = s.Reports[:2]
	if m := bot.Root(&s, time.UTC, nil, words.Words{}); len(m.Facts) != 0 || m.Origins != 1 || m.Outlets != 2 {
		t.Errorf("facts %v, %d origins, %d outlets; want none, 1 and 2", m.Facts, m.Origins, m.Outlets)
	}
}

func TestUpdateTellsTheReportThatCausedIt(t *testing.T) {
	s := told()
	m := bot.Update(&s, &story.Notice{Item: 2, Reason: "tells of the same event", At: s.Changed}, time.UTC, words.Words{})
	if m.Title.Text != "Toll rises to three" || m.Outlet != "Monitor" || m.Reason != "tells of the same event" || m.Origins != 0 {
		t.Errorf("update is %+v", m)
	}
}

func TestHeadSaysTheLevelOnlyIfItWasJudged(t *testing.T) {
	s := told()
	for level, want := range map[story.Level]bool{story.Unjudged: false, story.Calm: true, story.Critical: true} {
		s.Level = level
		if got := strings.Contains(bot.Root(&s, time.UTC, nil, words.Words{}).Head(), strings.ToUpper(level.String())); got != want {
			t.Errorf("level %v: shown %v, want %v", level, got, want)
		}
	}
}

func TestManyTermsAreCutShort(t *testing.T) {
	s := told()
	var es []story.Evidence
	for i := range 20 {
		es = append(es, story.Evidence{Term: fmt.Sprint("t", i), Text: fmt.Sprint("t", i)})
	}
	s.Reports[0].Matches[0].Evidence = es
	if got := bot.Root(&s, time.UTC, nil, words.Words{}).Matched; len(got) != 9 || got[8] != "…" {
		t.Errorf("matched is %q, want eight and an ellipsis", got)
	}
}

func TestPlainLeavesOutWholeLines(t *testing.T) {
	s := told()
	m := bot.Root(&s, time.UTC, nil, words.Words{})
	same := func(s string) string { return s }
	size := func(s string) int { return len(s) }
	whole := bot.Plain(m, 2000, same, size)
	for most := 2000; most > 0; most -= 37 {
		got := bot.Plain(m, most, same, size)
		if !strings.HasPrefix(whole+"\n", got+"\n") {
			t.Errorf("at most %d: %q is not whole lines of %q", most, got, whole)
		}
		if len(got) > most && strings.Contains(got, "\n") {
			t.Errorf("at most %d: %d bytes", most, len(got))
		}
	}
}

func ExampleRoot() {
	s := told()
	m := bot.Root(&s, time.UTC, map[story.WatchName]string{"idlib": "Idlib front", "talks": "Talks"}, words.Words{})
	fmt.Println(m.Head())
	fmt.Println(m.Title.Text)
	// Output:
	// Idlib front + Talks · 2 origins · 3 outlets · 3 Feb 09:00 UTC
	// Post shelled in Idleb
}

func TestPartsTakesMarksAsTheyAreMeant(t *testing.T) {
	for name, tt := range map[string]struct {
		text  string
		marks []story.Span
		want  []bot.Part
	}{
		"None":             {"a b", nil, []bot.Part{{Text: "a b"}}},
		"SpaceIsNotMarked": {"a b c", []story.Span{{Start: 1, End: 4}}, []bot.Part{{Text: "a "}, {Text: "b", Marked: true}, {Text: " c"}}},
		"TouchingIsOne":    {"abc", []story.Span{{Start: 0, End: 1}, {Start: 1, End: 2}}, []bot.Part{{Text: "ab", Marked: true}, {Text: "c"}}},
		"OverlapIsNone":    {"abc", []story.Span{{Start: 0, End: 2}, {Start: 1, End: 3}}, []bot.Part{{Text: "ab", Marked: true}, {Text: "c"}}},
		"SplitLetter":      {"é", []story.Span{{Start: 0, End: 1}}, []bot.Part{{Text: "é"}}},
		"Beyond":           {"ab", []story.Span{{Start: 1, End: 9}, {Start: -1, End: 1}}, []bot.Part{{Text: "ab"}}},
		"Reversed":         {"ab", []story.Span{{Start: 2, End: 1}}, []bot.Part{{Text: "ab"}}},
		"Empty":            {"", nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, bot.Parts(story.Sentence{Text: tt.text, Marks: tt.marks})); diff != "" {
				t.Errorf("parts of %q (-want +got):\n%s", tt.text, diff)
			}
		})
	}
}

func TestLinkLeadsWhereItSaysOrNowhere(t *testing.T) {
	for link, want := range map[string]string{
		"https://wire.example/a?b=c#d":                     "https://wire.example/a?b=c#d",
		" http://wire.example ":                            "http://wire.example",
		"javascript:alert(1)":                              "",
		"https://bank.example@evil.example":                "",
		"https://аpple.com/":                               "https://xn--pple-43d.com/",
		"https://wire.example/<a>|b`":                      "https://wire.example/%3Ca%3E%7Cb%60",
		"https://[::1]/":                                   "",
		"//wire.example":                                   "",
		"https://wire.example/" + strings.Repeat("a", 300): "",
	} {
		if got := bot.Link(link, 200); got != want {
			t.Errorf("link %q is %q, want %q", link, got, want)
		}
	}
}
