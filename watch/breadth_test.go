package watch

import (
	"slices"
	"strings"
	"testing"

	"vedette/story"
)

// What is as broad as this would bring a room something every few minutes;
// what a team asks for must not be called so.
func TestBroadRulesAreToldFromOthers(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		src    string
		clause string // "" if the rule is not broad
		lang   string
	}{
		"OneCommonWord":     {"killed", "killed", "en"},
		"Either":            {"idlib OR government", "government", "en"},
		"TheNarrowerOfTwo":  {"said killed", "killed", "en"},
		"Wildcard":          {"govern*", "govern*", "en"},
		"Arabic":            {"الحكومة", "الحكومة", "ar"},
		"Russian":           {"футбол OR россия", "россия", "ru"},
		"Chinese":           {"中国", "中国", "zh"},
		"OnlyInOneLanguage": {"wedding OR ve", "ve", "tr"},
		"NotWhatIsCommon":   {"said -government", "said", "en"},
		"ManyAlike":         {"killed OR war OR army OR police OR attack", "killed OR war OR army OR police OR attack", "en"},
		"Place":             {"place:idlib", "", ""},
		"PlaceAndThing":     {"place:gaza #ceasefire", "", ""},
		"UsersOwn":          {`idlib (ceasefire OR "observation post")`, "", ""},
		"Phrase":            {`"prime minister of malta"`, "", ""},
		"CommonButNear":     {"minister NEAR/3 resigns", "", ""},
		"OtherLanguage":     {"ve lang:fr idlib", "", ""},
		"RareList":          {"idlib OR aleppo OR homs OR hama OR raqqa OR daraa OR afrin", "", ""},
		"TitleOnly":         {"title:minister idlib", "", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := mustParse(t, tt.src, nil).Estimate()
			if b.Broad() != (tt.clause != "") || b.Broad() && (b.Clause != tt.clause || b.Lang != tt.lang) {
				t.Errorf("%s: %+v, want the clause %q in %q", tt.src, b, tt.clause, tt.lang)
			}
		})
	}
}

func TestPresetsAreNotBroadInThemselves(t *testing.T) {
	t.Parallel()
	for _, preset := range Presets() {
		if b := mustParse(t, "place:idlib #"+preset, nil).Estimate(); b.Broad() {
			t.Errorf("#%s with a place: %v", preset, b)
		}
	}
}

func TestMeasuredBreadthNamesWhatLetsMostIn(t *testing.T) {
	t.Parallel()
	var items []*story.Item
	for i := range 100 {
		it := &story.Item{Title: "Markets fall"}
		switch {
		case i < 8:
			it.Title = "War in Oldbridge"
		case i < 10:
			it.Title = "War and football in Oldbridge"
		case i < 60:
			it.Title = "War elsewhere"
		}
		items = append(items, it)
	}
	b := mustParse(t, `war (oldbridge OR newbridge) -football`, nil).Measure(slices.Values(items))
	if b.Share != 0.08 || b.Clause != "oldbridge" || b.ClauseShare != 0.10 || !b.Broad() {
		t.Errorf("%+v, want 8 of 100, by oldbridge with 10", b)
	}
	if got := b.String(); !strings.Contains(got, "8.0% of all reports") || !strings.Contains(got, "oldbridge, which 10% of them have") {
		t.Errorf("it says %q", got)
	}
	if b := mustParse(t, "war", nil).Measure(slices.Values(items[:0])); b != (Breadth{}) {
		t.Errorf("no items: %+v", b)
	}
}

func TestPercentIsReadable(t *testing.T) {
	t.Parallel()
	for share, want := range map[float64]string{0: "0%", 1: "100%", 0.123: "12%", 0.0345: "3.5%", 0.001: "0.1%", 0.00021: "0.02%"} {
		if got := Percent(share); got != want {
			t.Errorf("Percent(%v) = %s, want %s", share, got, want)
		}
	}
}
