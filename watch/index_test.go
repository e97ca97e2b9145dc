package watch

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"vedette/story"
)

// plainly returns what the evaluator says of each rule on its own: the oracle
// of the index.
func plainly(rules []*Rule, names []story.WatchName, it *story.Item) []story.Match {
	var all []story.Match
	pg := newPage(it)
	for i, r := range rules {
		if evidence, ok := pg.match(r.root); ok {
			all = append(all, story.Match{Watch: names[i], Evidence: evidence})
		}
	}
	return all
}

// The words that random rules and items are made of: few, so that they meet.
var (
	lexicon = []string{
		"a", "b", "A", "c", "ab", "abc", "İdlib", "idlib", "IDLIB", "Idleb", "إدلب", "ادلب", "停火", "停", "火", "Łódź", "lodz", "й", "ß", "ss",
		"Идлиб", "ガザ", "צה\"ל", "U.S.", "US", "us", "l'Ukraine", "ｶﾞ", "c\u0301", "x", "y", "missiles", "missile", "reuters", "uk", "pt",
		"ceasefire", "وقف إطلاق النار", "Kyiv", "kyiv", "Києва", "airstrike", "غارة", "بإدلب", "observation", "post",
	}
	rarities = []string{"a*", "*b", "?b", "idl?b", "Идл*", "mis*les", "=US", "=Łódź", `="a b"`, `="A"`, "/a+b?/", "/id.*/", `"a b"`, `"a b c"`, `"b a"~2`, `"a x"~1`, `"a * b"`, `"idlib x"`, `"a idlib"`, "停*", `"a a"`, `"x b*"~1`}
	aliases  = Names{"idlib": {"Idleb", "إدلب", "Идлиб", "a b"}, "停火": {"truce", "a", "x y"}, "missile": {"missiles", "b c"}}
)

// preset is a group of words, of which two are in the lexicon. It is large
// enough for a leaf to stand for it where ten rules have it.
func preset(n int) string {
	group := []string{lexicon[n], lexicon[n+1]}
	for i := range 30 {
		group = append(group, fmt.Sprintf("p%d", i))
	}
	return "(" + strings.Join(group, " OR ") + ")"
}

func randomTerm(t *rapid.T) string {
	if rapid.IntRange(0, 3).Draw(t, "kind") == 0 {
		return rapid.SampledFrom(rarities).Draw(t, "rarity")
	}
	w := rapid.SampledFrom(lexicon).Draw(t, "word")
	if strings.ContainsAny(w, `"`) {
		return "«" + w + "»"
	}
	return w
}

func randomPlaced(t *rapid.T, depth int) string {
	switch n := rapid.IntRange(0, 7).Draw(t, "placed"); {
	case depth <= 0 || n < 4:
		return randomTerm(t)
	case n < 6:
		return "(" + randomPlaced(t, depth-1) + " OR " + randomPlaced(t, depth-1) + ")"
	}
	op := rapid.SampledFrom([]string{"NEAR/1", "NEAR/3", "ONEAR/2", "NEAR"}).Draw(t, "near")
	return "(" + randomPlaced(t, depth-1) + " " + op + " " + randomPlaced(t, depth-1) + ")"
}

func randomRule(t *rapid.T, depth int) string {
	kid := func() string { return randomRule(t, depth-1) }
	n := rapid.IntRange(0, 22).Draw(t, "node")
	switch {
	case depth <= 0 || n < 3:
		return randomTerm(t)
	case n == 3:
		return preset(rapid.SampledFrom([]int{0, 7, 29}).Draw(t, "preset"))
	case n < 7:
		return kid() + " " + kid()
	case n < 10:
		return "(" + kid() + " OR " + kid() + ")"
	case n < 12:
		return kid() + " NOT (" + kid() + ")"
	case n < 14:
		return randomPlaced(t, 2)
	case n == 14:
		return fmt.Sprintf("ATLEAST/%d(%s, %s, %s)", rapid.IntRange(1, 3).Draw(t, "n"), kid(), kid(), kid())
	case n == 15:
		return fmt.Sprintf("count(%s)>=%d", randomPlaced(t, 1), rapid.IntRange(1, 3).Draw(t, "n"))
	case n == 16:
		field := rapid.SampledFrom([]string{"title", "summary", "body", "text", "lead", "source", "author", "url", "tag"}).Draw(t, "field")
		return field + ":(" + kid() + ")"
	case n == 17:
		return kid() + " " + rapid.SampledFrom([]string{"lang:pt", "lang:(uk OR pt-br)", "NOT lang:uk", "lang:(pt AND NOT uk)", "lang:ATLEAST/1(uk, PT)"}).Draw(t, "lang")
	case n == 18:
		op := rapid.SampledFrom([]string{">", ">=", "<", "<=", "="}).Draw(t, "op")
		return kid() + fmt.Sprintf(" words%s%d", op, rapid.IntRange(1, 20).Draw(t, "n"))
	case n == 19:
		return fmt.Sprintf("strict:(%s NEAR/%d %s)", randomTerm(t), rapid.IntRange(1, 9).Draw(t, "n"), randomTerm(t))
	case n == 20:
		return kid() + rapid.SampledFrom([]string{" ", " NOT "}).Draw(t, "join") + `strict:"` + rapid.SampledFrom([]string{"a b", "b a", "observation post"}).Draw(t, "phrase") + `"`
	case n == 21:
		return rapid.SampledFrom([]string{"place:idlib", "#ceasefire", "title:place:kyiv", "#strike"}).Draw(t, "name")
	}
	return "(" + kid() + ")"
}

func randomText(t *rapid.T, name string, most int) string {
	sep := rapid.SampledFrom([]string{"", " ", " ", ". ", "-"}).Draw(t, name+" separator")
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom(lexicon), 0, most).Draw(t, name), sep)
}

func randomItem(t *rapid.T) *story.Item {
	it := &story.Item{
		Title: randomText(t, "title", 8), Summary: randomText(t, "summary", 20), Body: randomText(t, "body", 80), Author: randomText(t, "author", 3),
		Outlet: randomText(t, "outlet", 2), Feed: story.FeedName(rapid.SampledFrom([]string{"", "reuters", "a-b"}).Draw(t, "feed")),
		Link: rapid.SampledFrom([]string{"", "https://reuters.com/a/b", "http://a.b:80/x?y=%41", "::"}).Draw(t, "link"),
		Lang: rapid.SampledFrom([]string{"", "pt", "pt-BR", "uk", "PT", "p"}).Draw(t, "lang"),
	}
	for i := range rapid.IntRange(0, 2).Draw(t, "tags") {
		it.Tags = append(it.Tags, randomText(t, fmt.Sprintf("tag %d", i), 3))
	}
	return it
}

// TestIndexAgreesWithTheEvaluator makes about 20 rules a check; with
// -rapid.checks=5000 that is 100,000.
func TestIndexAgreesWithTheEvaluator(t *testing.T) {
	t.Parallel()
	total, matched := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		var names Names
		if rapid.Bool().Draw(t, "aliases") {
			names = aliases
		}
		var ws []story.Watch
		var rules []*Rule
		var ids []story.WatchName
		for range rapid.IntRange(1, 40).Draw(t, "rules") {
			src := randomRule(t, 3)
			r, err := Parse(src, names)
			if err != nil {
				continue
			}
			// Some rules are many, so that there are pairs and shared groups.
			for range rapid.SampledFrom([]int{1, 1, 1, 10}).Draw(t, "copies") {
				id := story.WatchName(fmt.Sprintf("w%04d", len(ws)))
				ws, rules, ids = append(ws, story.Watch{Name: id, Rule: src}), append(rules, r), append(ids, id)
			}
		}
		total += len(ws)
		set, err := NewSet(ws, names)
		if err != nil {
			t.Fatal(err)
		}
		m := set.Matcher()
		var buf []story.Match
		for range 3 {
			it := randomItem(t)
			want := plainly(rules, ids, it)
			matched += len(want)
			buf = m.Match(it, buf[:0])
			for _, got := range [][]story.Match{set.Match(it), buf} {
				if len(got) == 0 && len(want) == 0 {
					continue
				}
				if diff := cmp.Diff(want, got); diff != "" {
					for _, w := range ws {
						t.Logf("%s: %s", w.Name, w.Rule)
					}
					t.Fatalf("%+v (-evaluator +index):\n%s", it, diff)
				}
			}
		}
	})
	t.Logf("%d rules, %d matches", total, matched)
}

func TestMatchesOfASetOutliveTheNext(t *testing.T) {
	t.Parallel()
	set, err := NewSet([]story.Watch{{Name: "one", Rule: "idlib"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	first := set.Match(&story.Item{Title: "idlib"})
	set.Match(&story.Item{Title: "far away from Idlib"})
	if got := first[0].Evidence[0].Text; got != "idlib" {
		t.Errorf("the first item's evidence became %q", got)
	}
}

func TestIndexAgreesOnCrowdedItems(t *testing.T) {
	t.Parallel()
	var many strings.Builder
	many.WriteString(strings.Repeat("a b x A idlib a c ", 700))
	var ws []story.Watch
	var rules []*Rule
	var ids []story.WatchName
	all := []string{"a", "a A", "a OR A OR b", "a NEAR/1 b", "count(a)>=1000", "count(a OR b)>=1000", "idlib a", `"a b"`, "(a NEAR/2 x) NEAR/3 c", "ATLEAST/2(a, b, z)", "a NEAR/1 q", "lead:b2", "lead:b3", `lead:"b2 b3"`, "lead:b b4"}
	for i := range 70 {
		all = append(all, fmt.Sprintf("w%d OR zz%d", i, i))
	}
	for i, src := range all {
		id := story.WatchName(fmt.Sprintf("w%02d", i))
		ws, rules, ids = append(ws, story.Watch{Name: id, Rule: src}), append(rules, mustParse(t, src, aliases)), append(ids, id)
	}
	set, err := NewSet(ws, aliases)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 70 {
		fmt.Fprintf(&many, " w%d", i)
	}
	for _, it := range []*story.Item{
		{Title: "a", Summary: many.String()},
		{Title: many.String()[len(many.String())-400:] + " a idlib"},
		{Title: strings.Repeat("a ", 202) + "a q"},
		{Title: "x x", Body: strings.Repeat("b ", 59) + "b2 b3 b4"},
	} {
		if diff := cmp.Diff(plainly(rules, ids, it), set.Match(it)); diff != "" {
			t.Errorf("(-evaluator +index):\n%s", diff[:min(len(diff), 3000)])
		}
	}
}

// So many rules match in so many ways that neither all signatures have a slot
// nor all words of the set are written at once.
func TestIndexAgreesOnManyMatches(t *testing.T) {
	t.Parallel()
	var ws []story.Watch
	var rules []*Rule
	var ids []story.WatchName
	var text []string
	for i := range 50 {
		text = append(text, fmt.Sprintf("w%d", i))
		for j := range i {
			src := fmt.Sprintf("w%d w%d", i, j)
			id := story.WatchName(fmt.Sprintf("%s %02d %02d", strings.Repeat("long ", i), i, j))
			ws = append(ws, story.Watch{Name: id, Rule: src})
		}
	}
	slices.SortFunc(ws, func(a, b story.Watch) int { return strings.Compare(string(a.Name), string(b.Name)) })
	for _, w := range ws {
		rules, ids = append(rules, mustParse(t, w.Rule, nil)), append(ids, w.Name)
	}
	set, err := NewSet(ws, nil)
	if err != nil {
		t.Fatal(err)
	}
	m := set.Matcher()
	var buf []story.Match
	for _, n := range []int{50, 3, 40, 17} {
		it := &story.Item{Title: strings.Join(text[:n], " ")}
		buf = m.Match(it, buf[:0])
		if diff := cmp.Diff(plainly(rules, ids, it), buf); diff != "" {
			t.Errorf("%d words (-evaluator +index):\n%s", n, diff[:min(len(diff), 3000)])
		}
	}
}

func TestNewSetRefusesANameThatIsTooLong(t *testing.T) {
	t.Parallel()
	for size, ok := range map[int]bool{longestName: true, longestName + 1: false} {
		_, err := NewSet([]story.Watch{{Name: story.WatchName(strings.Repeat("a", size)), Rule: "idlib"}}, nil)
		if (err == nil) != ok {
			t.Errorf("a name of %d bytes: %v", size, err)
		}
	}
}

func TestCorpusMatchesAgreeWithTheEvaluator(t *testing.T) {
	t.Parallel()
	file, n := "rules_z10000.txt", 12
	set := corpusSet(t, file)
	var rules []*Rule
	var ids []story.WatchName
	for _, w := range corpusWatches(t, file) {
		rules, ids = append(rules, mustParse(t, w.Rule, nil)), append(ids, w.Name)
	}
	for _, it := range slices.Concat(news(t, n), articles(t, "ml_ru", n), articles(t, "short", n)) {
		want := plainly(rules, ids, &it)
		if diff := cmp.Diff(want, set.Match(&it)); diff != "" && len(want) > 0 {
			t.Fatalf("%s (-evaluator +index):\n%s", it.Title, diff)
		}
	}
}

// Random words seldom end a sentence, so what asks for one is held here.
func TestSetKeepsToOneSentence(t *testing.T) {
	set, err := NewSet([]story.Watch{
		{Name: "near", Rule: "strict:(drone NEAR/9 hit)"},
		{Name: "phrase", Rule: `strict:"peace talks"`},
		{Name: "without", Rule: `peace NOT strict:"peace talks"`},
		{Name: "loose", Rule: `"peace talks"`},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for summary, want := range map[string]string{
		"They want peace. Talks resume. A drone was seen. Nothing was Hit": "loose without",
		"Peace talks resume":            "loose phrase",
		"A depot was hit by a drone":    "near",
		"A drone was seen. Hit by fire": "",
	} {
		var got []string
		for _, m := range set.Match(&story.Item{Title: "x", Summary: summary}) {
			got = append(got, string(m.Watch))
			if len(m.Evidence) == 0 {
				t.Errorf("%q: %s matches without evidence", summary, m.Watch)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q matches %q, want %q", summary, got, want)
		}
	}
}
