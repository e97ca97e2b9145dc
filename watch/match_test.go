package watch

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"vedette/story"
)

func mustParse(tb testing.TB, src string, names Names) *Rule {
	tb.Helper()
	r, err := Parse(src, names)
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

func TestRuleMatchesEverySpelling(t *testing.T) {
	t.Parallel()
	for _, c := range [][2]string{
		{"idlib", "Idlib"},
		{"idlib", "IDLIB"},
		{"idlib", "İdlib"},
		{"idlib", "ıdlib"},
		{"İDLİB", "idlib"},
		{"idlib", "İdlib'de"},
		{"idlib", "Idlib’s"},
		{"idlib", "(Idlib),"},
		{"idlib", "north-Idlib"},
		{"idlib", "id\u00adlib"},
		{"idlib", "ｉｄｌｉｂ"},
		{"idlib", "𝐢𝐝𝐥𝐢𝐛"},
		{"idlib", "Idlib\u200bnorth"},
		{"idlib", "\ufeffidlib"},
		{"idlib", "#Idlib"},
		{"إدلب", "ادلب"},
		{"ادلب", "أدلب"},
		{"ادلب", "إِدْلِب"},
		{"ادلب", "إدلـــب"},
		{"ادلب", "ﺇﺩﻟﺐ"},
		{"غزة", "غزه"},
		{"علی", "على"},
		{"علي", "علی"},
		{"كييف", "کی\u200cیف"},
		{"کییف", "كييف"},
		{"مسئول", "مسيول"},
		{"2024", "٢٠٢٤"},
		{"2024", "۲۰۲۴"},
		{"آب", "اب"},
		{"حلب", "\u2067حلب\u2069"},
		{"חלב", "חָלַב"},
		{"שלום", "שלומ"},
		{`"צה״ל"`, "צה\"ל"},
		{"רפיח", "רפיח."},
		{"כנען", "כנענ"},
		{"Идлиб", "идлиб"},
		{"елка", "Ёлка"},
		{"йод", "Йод"},
		{"йод", "и\u0306од"},
		{"Київ", "КИЇВ"},
		{"Слов'янськ", "Слов’янськ"},
		{"Слов’янськ", "Словʼянськ"},
		{"Идлиб", "Идли\u0301б"},
		{"lodz", "Łódź"},
		{"Łódź", "lodz"},
		{"agri", "Ağrı"},
		{"kyiv", "Kyïv"},
		{"strasse", "Straße"},
		{"straße", "STRASSE"},
		{"aero", "Ærø"},
		{"Djibouti", "DJIBOUTI"},
		{"donetsk", "Donetśk"},
		{"homs", "Ḥomṣ"},
		{"ayn", "ʿAyn"},
		{"sao tome", "São Tomé"},
		{"office", "oﬃce"},
		{"ha noi", "Hà Nội"},
		{"phúc", "Phuc"},
		{"αθηνα", "Αθήνα"},
		{"ΛΟΓΟΣ", "λόγος"},
		{"停火", "宣布停火协议"},
		{"停火", "停火"},
		{"伊德利卜", "叙利亚伊德利卜省"},
		{"ガザ", "ｶﾞｻﾞ"},
		{"ガザ", "ガザ地区"},
		{"東京", "東京都"},
		{"서울", "서울"},
		{"إد\u200fلب", "إدلب"},
		{"=\"إد\u200fلب\"", "إدلب"},
		{"ㄳㅏ", "ﾣￂ"},
		{"ไทย", "ประเทศไทย"},
		{"दिल्ली", "नई दिल्ली"},
		{"U.S.", "U.S. troops"},
		{"COVID-19", "covid 19"},
		{"l'Ukraine", "de l’Ukraine"},
		{`"observation post"`, "observation-post"},
		{`"a b"~2`, "a x y b"},
		{"missil*", "missiles"},
		{"*stan", "Afghanistan"},
		{"wom?n", "women"},
		{"m*le", "missile"},
		{"停火*", "停火"},
		{`"air * strike"`, "air force strike"},
		{"=SAM", "a SAM site"},
		{"US", "the US said"},
		{"us", "US"},
		{`="Wagner Group"`, "the Wagner Group"},
		{`="Wagner Group"~1`, "Wagner and Group"},
		{"/ka-?50|ka52/", "Ka52"},
		{"/drones?/", "Drones"},
		{"a NEAR/3 b", "b x x x a"},
		{"a ONEAR/3 b", "a x x x b"},
		{"a NEAR/2 b NEAR/2 c", "a x b x c"},
		{`(a OR z) NEAR "b c"`, "b c a"},
		{"ATLEAST/2(a, b, c)", "c a"},
		{"count(a)>=3", "a a a"},
		{"a words>2", "a b c"},
		{"a words=3", "a b c"},
		{"a -b", "a c"},
		{"a OR b", "b"},
		{"title:a", "a"},
		{"text:a", "a"},
		{"lead:a", "a"},
	} {
		if _, ok := mustParse(t, c[0], nil).Match(&story.Item{Title: c[1]}); !ok {
			t.Errorf("%s does not match %q", c[0], c[1])
		}
	}
}

func TestRuleRejectsTraps(t *testing.T) {
	t.Parallel()
	for _, c := range [][2]string{
		{"idlib", "Idlibi"},
		{"idlib", "midlib"},
		{"idlib", "id lib"},
		{"idlib", ""},
		{"car", "scar"},
		{"war", "warning"},
		{"iran", "Tirana"},
		{"oman", "woman"},
		{"rafah", "Rafahs"},
		{"mali", "Somalia"},
		{"niger", "Nigeria"},
		{"guinea", "guineapig"},
		{"chad", "Chadian"},
		{"gaza", "gazette"},
		{"йод", "иод"},
		{"Київ", "Киів"},
		{"їв", "ів"},
		{"ґанок", "ганок"},
		{"єдність", "едність"},
		{"и", "й"},
		{"идлиб", "Идлиба"},
		{"ادلب", "ادلبي"},
		{"حلب", "حلبي"},
		{"غزة", "غزو"},
		{"كييف", "كيف"},
		{"حلب", "سحلب"},
		{"חלב", "חלבי"},
		{"רפיח", "הרפיחי"},
		{"עזה", "עז"},
		{"停火", "停 战 火"},
		{"停火", "火停"},
		{"停火", "停战"},
		{"加沙", "加薩"},
		{"ガザ", "カサ"},
		{"か", "が"},
		{"कि", "कु"},
		{"U.S.", "us"},
		{"U.S.", "U x S"},
		{"COVID-19", "covid 2019"},
		{`"a b"`, "b a"},
		{`"a b"`, "a x b"},
		{`"a b"~1`, "a x x b"},
		{`"a b"~2`, "b x a"},
		{"US", "join us"},
		{"WHO", "the man who"},
		{"IT", "it is"},
		{"=SAM", "Sam"},
		{"=SAM", "sam"},
		{`="Wagner Group"`, "wagner group"},
		{`="Wagner Group"~1`, "Wagner and group"},
		{"=Łódź", "Lodz"},
		{"UN", "un homme"},
		{"missil*", "dismissal"},
		{"wom?n", "womn"},
		{"wom?n", "womaan"},
		{"*stan", "standard"},
		{"/drones?/", "dronesque"},
		{"/ka50/", "ka500"},
		{"a NEAR/3 b", "a x x x x b"},
		{"a ONEAR/3 b", "b a"},
		{"a NEAR/2 b NEAR/2 c", "c x x x a b"},
		{"a NEAR a", "a"},
		{`"a b" NEAR b`, "a b"},
		{"ATLEAST/2(a, b, c)", "a a"},
		{"count(a)>=3", "a a"},
		{"a words>3", "a b c"},
		{"a words<3", "a b c"},
		{"a -b", "a b"},
		{"a b", "a"},
		{"(a OR b) c", "a b"},
		{"body:a", "a"},
		{"summary:a", "a"},
		{"a lang:uk", "a"},
		{"a source:x", "a x"},
		{"tag:a", "a"},
		{"author:a", "a"},
		{"url:a", "a"},
	} {
		if ev, ok := mustParse(t, c[0], nil).Match(&story.Item{Title: c[1]}); ok {
			t.Errorf("%s matches %q at %v", c[0], c[1], ev)
		}
	}
}

func report() *story.Item {
	return &story.Item{
		Feed: "reuters-world", Outlet: "Reuters News", Link: "https://www.reuters.com/world/idlib-truce", Lang: "pt-BR",
		Title: "Shelling in Idlib", Summary: "An observation post near Idlib was hit.",
		Body: strings.Repeat("filler ", 70) + "ceasefire", Author: "Jane Doe", Tags: []string{"Syria", "Middle East"},
	}
}

func TestFieldsScopeWhatIsInThem(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		src  string
		want bool
	}{
		"Title":              {`title:idlib`, true},
		"NotInTitle":         {`title:ceasefire`, false},
		"Summary":            {`summary:"observation post"`, true},
		"Body":               {`body:ceasefire`, true},
		"BeyondTheLead":      {`lead:ceasefire`, false},
		"InTheLead":          {`lead:observation`, true},
		"PhraseAcrossFields": {`"idlib an observation"`, false},
		"NearAcrossFields":   {`shelling NEAR/20 observation`, false},
		"AndAcrossFields":    {`shelling ceasefire`, true},
		"Lang":               {`idlib lang:pt`, true},
		"LangRegion":         {`idlib lang:pt-br`, true},
		"OtherLang":          {`idlib lang:(uk OR pl)`, false},
		"SourceHost":         {`idlib source:reuters.com`, true},
		"SourceOutlet":       {`idlib source:"reuters news"`, true},
		"SourceFeed":         {`idlib source:reuters-world`, true},
		"NotSource":          {`idlib -source:reuters`, false},
		"Author":             {`author:"jane doe"`, true},
		"URL":                {`url:idlib-truce`, true},
		"Tag":                {`tag:syria`, true},
		"TagsAreApart":       {`tag:"syria middle"`, false},
		"MetadataIsNoText":   {`jane OR reuters`, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, ok := mustParse(t, tt.src, nil).Match(report()); ok != tt.want {
				t.Errorf("%s: matched %v, want %v", tt.src, ok, tt.want)
			}
		})
	}
}

func TestAliasesStandForEachOther(t *testing.T) {
	t.Parallel()
	names := Names{"idlib": {"Idleb", "إدلب", "Ідліб"}, "observation post": {"OP-7"}}
	for _, src := range []string{"Idlib", "idleb", "ادلب", `"IDLIB"`} {
		for _, title := range []string{"in Idlib", "in Idleb", "ادلب اليوم", "ідліб"} {
			if _, ok := mustParse(t, src, names).Match(&story.Item{Title: title}); !ok {
				t.Errorf("%s does not match %q", src, title)
			}
		}
	}
	ev, ok := mustParse(t, `"observation post" NEAR/2 idlib`, names).Match(&story.Item{Title: "OP-7 at Idleb"})
	want := []story.Evidence{
		{Term: "observation post", Field: story.Title, Text: "OP-7", Start: 0, End: 4},
		{Term: "idlib", Field: story.Title, Text: "Idleb", Start: 8, End: 13},
	}
	if diff := cmp.Diff(want, ev); !ok || diff != "" {
		t.Errorf("evidence (-want +got):\n%s", diff)
	}
	if _, ok := mustParse(t, "=idlib", names).Match(&story.Item{Title: "Idleb"}); ok {
		t.Error("an exact word matches its alias")
	}
}

func TestEvidenceIsInReadingOrder(t *testing.T) {
	t.Parallel()
	ev, _ := mustParse(t, `ceasefire idlib -football`, nil).Match(report())
	var got []string
	for _, e := range ev {
		got = append(got, string(e.Field)+" "+e.Text)
	}
	want := []string{"title Idlib", "summary Idlib", "body ceasefire"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("evidence (-want +got):\n%s", diff)
	}
}

func TestEvidenceOfNearIsWhereItHolds(t *testing.T) {
	t.Parallel()
	ev, _ := mustParse(t, `a NEAR/1 b`, nil).Match(&story.Item{Title: "a x x x a b x x x b"})
	var got []int
	for _, e := range ev {
		got = append(got, e.Start)
	}
	if diff := cmp.Diff([]int{8, 10}, got); diff != "" {
		t.Errorf("starts (-want +got):\n%s", diff)
	}
}

// missesOf says what kept a rule from accepting an item; nil if it does.
func missesOf(r *Rule, it *story.Item) []string { return newPage(it).misses(r.root, inText, "") }

func TestMissesExplain(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		src, title string
		want       []string
	}{
		"Or":       {`idlib (ceasefire OR "observation post")`, "Idlib", []string{`ceasefire OR "observation post" is absent`}},
		"Near":     {`idlib NEAR/2 ceasefire`, "idlib x x x ceasefire", []string{`idlib and ceasefire have 3 words between them, NEAR/2 wants 2`}},
		"NearHalf": {`idlib NEAR/2 ceasefire`, "idlib", []string{`ceasefire is absent`}},
		"Order":    {`idlib ONEAR/2 ceasefire`, "ceasefire idlib", []string{`idlib and ceasefire stand the other way round, ONEAR/2 wants this order`}},
		"Not":      {`idlib NOT football`, "Idlib Football", []string{`NOT football: "Football" is in the title`}},
		"Field":    {`body:idlib`, "idlib", []string{`idlib is not in the body`}},
		"AtLeast":  {`ATLEAST/2(a, b)`, "a", []string{`ATLEAST/2(a, b): only 1 of the list`}},
		"Count":    {`count(a)>=2`, "a", []string{`count(a)>=2: it is there only once`}},
		"Words":    {`a words>5`, "a", []string{`words>5: it has 1 word`}},
		"Lang":     {`a lang:uk`, "a", []string{`lang:uk: the language is unknown`}},
		"Strict":   {`strict:(idlib NEAR/2 truce)`, "In Idlib. Truce", []string{`idlib and truce are near each other, but not in one sentence`}},
		"Akin":     {`strike OR truce`, "Air strikes hit", []string{"strike OR truce is absent, though “strikes” is there: strike* would take it"}},
		"FarOff":   {`port`, "portfolios rise", []string{"port is absent"}},
		"Exact":    {`=Strike`, "Strikes", []string{"=Strike is absent"}},
		"Match":    {`a`, "a", nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := missesOf(mustParse(t, tt.src, nil), &story.Item{Title: tt.title})
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("misses (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNearnessRanksMisses(t *testing.T) {
	t.Parallel()
	r := mustParse(t, `a b c NOT d`, nil)
	last := -1.0
	for _, title := range []string{"x", "a", "a b", "a b c d", "a b c"} {
		got := r.Nearness(&story.Item{Title: title})
		if got <= last || got > 1 {
			t.Errorf("%q: nearness %v after %v", title, got, last)
		}
		last = got
	}
	if last != 1 {
		t.Errorf("a match has nearness %v", last)
	}
}

func TestSetMatchesInOrderOfNames(t *testing.T) {
	t.Parallel()
	s, err := NewSet([]story.Watch{{Name: "z", Rule: "idlib"}, {Name: "a", Rule: "shelling"}, {Name: "m", Rule: "football"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range s.Match(report()) {
		got = append(got, string(m.Watch))
	}
	if diff := cmp.Diff([]string{"a", "z"}, got); diff != "" {
		t.Errorf("watches (-want +got):\n%s", diff)
	}
	if got := new(Set).Match(report()); got != nil {
		t.Errorf("the zero set matches %v", got)
	}
}

func TestNewSetNamesEveryBrokenWatch(t *testing.T) {
	t.Parallel()
	_, err := NewSet([]story.Watch{{Name: "one", Rule: "("}, {Name: "two", Rule: "fine"}, {Name: "three", Rule: ""}}, nil)
	if err == nil || !strings.Contains(err.Error(), "watch one:") || !strings.Contains(err.Error(), "watch three:") {
		t.Errorf("error %v, want watches one and three", err)
	}
}

// checkEvidence fails unless every piece of evidence is in the item, in
// reading order.
func checkEvidence(t interface{ Fatalf(string, ...any) }, it *story.Item, ev []story.Evidence) {
	rank := map[story.Field]int{story.Title: 0, story.Summary: 1, story.Body: 2}
	texts := []string{it.Title, it.Summary, it.Body}
	for i, e := range ev {
		if texts[rank[e.Field]][e.Start:e.End] != e.Text || e.Text == "" {
			t.Fatalf("evidence %+v is not in the %s", e, e.Field)
		}
		if i > 0 && (rank[ev[i-1].Field] > rank[e.Field] || ev[i-1].Field == e.Field && ev[i-1].Start > e.Start) {
			t.Fatalf("evidence %+v after %+v", e, ev[i-1])
		}
	}
}

func TestEvidenceIsTextOfTheItem(t *testing.T) {
	t.Parallel()
	words := []string{"a", "B", "İdlib", "إِدلب", "停火", "Łódź", "й", "ß", "'", " ", "-", "\u200c", "🔥", "ｶﾞ", "c\u0301"}
	rules := []string{"a", "a b", "a OR idlib OR ادلب OR 停火", "a NEAR/3 (b OR lodz)", `"a b"~2`, "ss OR й OR ガ OR c", "count(a)>=2", "ATLEAST/2(a, b, 停, idl*)", "title:a body:b"}
	rapid.Check(t, func(t *rapid.T) {
		text := func(name string) string {
			return strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 0, 20).Draw(t, name), rapid.SampledFrom([]string{"", " "}).Draw(t, "sep"))
		}
		it := &story.Item{Title: text("title"), Summary: text("summary"), Body: text("body")}
		r, err := Parse(rapid.SampledFrom(rules).Draw(t, "rule"), nil)
		if err != nil {
			t.Fatal(err)
		}
		ev, ok := r.Match(it)
		checkEvidence(t, it, ev)
		if ok != (len(ev) > 0) || ok != (missesOf(r, it) == nil) || ok != (r.Nearness(it) == 1) {
			t.Fatalf("match %v, evidence %v, misses %v, nearness %v", ok, ev, missesOf(r, it), r.Nearness(it))
		}
	})
}

func TestFoldingTwiceIsFoldingOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		once := foldedKey(text)
		if twice := foldedKey(once); twice != once {
			t.Fatalf("%q folds to %q, then to %q", text, once, twice)
		}
	})
}
