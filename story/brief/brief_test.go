package brief_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

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
			if diff := cmp.Diff(tt.want, got); diff != "" {
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
	if want := []string{"observation observation observation observation…"}; !cmp.Equal(want, texts(lines)) {
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
