package watch

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"vedette/story"
)

func TestExplainSaysWhichClausesHeldAndWhere(t *testing.T) {
	t.Parallel()
	r := mustParse(t, `idlib (ceasefire OR "observation post") NOT football title:truce outlets>=2`, nil)
	got := r.Explain(&story.Item{Title: "Football in Idlib", Summary: "The observation post near Idlib"})
	post := []story.Evidence{{Term: "observation post", Field: story.Summary, Text: "observation post", Start: 4, End: 20}}
	want := []Clause{
		{Text: "idlib", Held: true, Where: []story.Evidence{
			{Term: "idlib", Field: story.Title, Text: "Idlib", Start: 12, End: 17},
			{Term: "idlib", Field: story.Summary, Text: "Idlib", Start: 26, End: 31},
		}},
		{Text: `ceasefire OR "observation post"`, Held: true, Where: post, Parts: []Clause{
			{Text: "ceasefire", Why: "ceasefire is absent"},
			{Text: `"observation post"`, Held: true, Where: post},
		}},
		{Text: "NOT football", Why: `NOT football: "Football" is in the title`, Where: []story.Evidence{
			{Term: "football", Field: story.Title, Text: "Football", Start: 0, End: 8},
		}},
		{Text: "title:truce", Why: "truce is not in the title"},
		{Text: "outlets>=2", Later: true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("clauses (-want +got):\n%s", diff)
	}
	var said []string
	for _, c := range got {
		said = append(said, c.String())
	}
	wantSaid := []string{
		`✓ idlib: “Idlib” in the title, “Idlib” in the summary`,
		`✓ ceasefire OR "observation post": “observation post” in the summary`,
		`✗ NOT football: "Football" is in the title`,
		`✗ title:truce: truce is not in the title`,
		`· outlets>=2: asked of the story, once it is known`,
	}
	if diff := cmp.Diff(wantSaid, said); diff != "" {
		t.Errorf("said (-want +got):\n%s", diff)
	}
	if got := Failed(got); len(got) != 2 || got[0].Text != "NOT football" {
		t.Errorf("failed %v", got)
	}
}

func TestExplainAgreesWithMatch(t *testing.T) {
	t.Parallel()
	words := []string{"idlib", "a", "b", "c", "x", "SAM", "observation post", "Wagner Group", "停火", "missiles", "women", "us", "U.S.", ". ", "пост", "or"}
	rapid.Check(t, func(t *rapid.T) {
		r, err := Parse(ruleMaker{t}.whole(), nil)
		if err != nil {
			return
		}
		text := func(name string) string {
			return strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 0, 12).Draw(t, name), " ")
		}
		it := &story.Item{Title: text("title"), Summary: text("summary"), Body: text("body"), Lang: "uk"}
		evidence, ok := r.Match(it)
		clauses := r.Explain(it)
		if (len(Failed(clauses)) == 0) != ok {
			t.Fatalf("%s: match %v, clauses %v", r, ok, clauses)
		}
		var where []story.Evidence
		for _, c := range clauses {
			if c.Held == (c.Why != "") && !c.Later {
				t.Fatalf("%s: clause %v held %v because %q", r, c, c.Held, c.Why)
			}
			if c.Held {
				where = append(where, c.Where...)
			}
		}
		for _, e := range evidence {
			if !slices.Contains(where, e) && len(evidence) < maxEvidence {
				t.Fatalf("%s: evidence %v is in no clause", r, e)
			}
		}
	})
}

func TestDiffCountsWhatAChangeAddsAndRemoves(t *testing.T) {
	t.Parallel()
	items := []story.Item{{Title: "a"}, {Title: "a b"}, {Title: "b"}, {Title: "c"}, {Title: "b c"}}
	for range 10 {
		items = append(items, story.Item{Title: "b d"})
	}
	seq := func(yield func(*story.Item) bool) {
		for i := range items {
			if !yield(&items[i]) {
				return
			}
		}
	}
	got := Diff(mustParse(t, "a", nil), mustParse(t, "b outlets>9", nil), seq)
	want := Change{Items: 15, Old: 2, New: 13, Added: 12, Removed: 1}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(Change{}, "AddedSamples", "RemovedSamples")); diff != "" {
		t.Errorf("change (-want +got):\n%s", diff)
	}
	removed := []Sample{{
		Item: items[0], Why: []string{"b is absent"},
		Evidence: []story.Evidence{{Term: "a", Field: story.Title, Text: "a", End: 1}},
	}}
	if diff := cmp.Diff(removed, got.RemovedSamples); diff != "" {
		t.Errorf("removed (-want +got):\n%s", diff)
	}
	if len(got.AddedSamples) != changeSamples || got.AddedSamples[0].Item.Title != "b" || got.AddedSamples[0].Why[0] != "a is absent" {
		t.Errorf("added %v", got.AddedSamples)
	}
}
