package watch

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"vedette/story"
)

// has reports whether the folded fields of an item have the query, by the
// plainest reading of its comment.
func has(it *story.Item, q Query) bool {
	fields := []string{" " + Fold(it.Title) + " ", " " + Fold(it.Summary) + " ", " " + Fold(it.Body) + " "}
	for _, group := range q.Groups {
		if !slices.ContainsFunc(group, func(p story.Phrase) bool {
			want := " " + strings.Join(p.Words, " ")
			if !p.Prefix {
				want += " "
			}
			return slices.ContainsFunc(fields, func(f string) bool { return strings.Contains(f, want) })
		}) {
			return false
		}
	}
	return true
}

// TestWhatARuleAcceptsHasItsQuery holds that a search misses nothing.
func TestWhatARuleAcceptsHasItsQuery(t *testing.T) {
	t.Parallel()
	accepted, asked := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		r, err := Parse(randomRule(t, 3), aliases)
		if err != nil {
			t.Skip(err)
		}
		q := r.Query()
		if len(q.Groups) > 0 {
			asked++
		}
		for range 5 {
			it := randomItem(t)
			if _, ok := r.Match(it); ok {
				accepted++
				if !has(it, q) {
					t.Fatalf("%s accepts %+v, which does not have %+v", r, it, q)
				}
			}
		}
	})
	if accepted == 0 || asked == 0 {
		t.Errorf("%d items were accepted, %d rules ask for something: nothing was tried", accepted, asked)
	}
}

func TestQuery(t *testing.T) {
	t.Parallel()
	phrase := func(words ...string) story.Phrase { return story.Phrase{Words: words} }
	for src, want := range map[string][][]story.Phrase{
		`Idlib ceasefire`:             {{phrase("idlib")}, {phrase("ceasefire")}},
		`idlib (a OR "b c")`:          {{phrase("idlib")}, {phrase("a"), phrase("b", "c")}},
		`missil* -football`:           {{{Words: []string{"missil"}, Prefix: true}}},
		`"big missil*" NEAR/3 x`:      {{{Words: []string{"big", "missil"}, Prefix: true}}, {phrase("x")}},
		`"observation post"~2`:        {{phrase("observation")}},
		`lang:uk x`:                   {{phrase("x")}},
		`url:idlib x`:                 {{phrase("x")}},
		`x OR /a.b/`:                  nil,
		`ATLEAST/2(a, b, c) words>80`: {{phrase("a"), phrase("b"), phrase("c")}},
	} {
		r, err := Parse(src, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Query().Groups; !slices.EqualFunc(got, want, func(a, b []story.Phrase) bool {
			return slices.EqualFunc(a, b, func(p, q story.Phrase) bool { return slices.Equal(p.Words, q.Words) && p.Prefix == q.Prefix })
		}) {
			t.Errorf("%s asks for %v, want %v", src, got, want)
		}
	}
}
