package level_test

import (
	"math"
	"strings"
	"testing"

	"vedette/story"
	"vedette/story/level"
)

// A roundup is one report of clashes, four dead and a threat, whose claims are
// made of the given places.
func roundup(places ...string) *story.Reading {
	four := story.Count{Low: 4, High: 4}
	signals := []story.Signal{{Kind: story.Clash}, {Kind: story.Killed, Count: four}, {Kind: story.Threat}}
	for i, p := range places {
		signals[i].Place = p
	}
	return &story.Reading{Item: story.Item{ID: 1, Outlet: "wire", Tier: 1, Effective: on(0, 9)}, Opener: 1, Signals: signals}
}

func TestASentenceOfTwoPlacesCountsHalfForEach(t *testing.T) {
	fresh := func(r *story.Reading) (acts, threats float64, said string) {
		h := level.New(level.Default(), start)
		h.Add(level.ReadingsOf(r)...)
		j := h.Judge(on(0, 23))
		var text strings.Builder
		if err := j.Explain(&text); err != nil {
			t.Fatal(err)
		}
		return j.Acts.Fresh - j.Acts.Volume, j.Threats.Fresh, text.String()
	}
	whole, threats, text := fresh(roundup("Velna", "Velna", ""))
	if strings.Contains(text, "shared") {
		t.Errorf("one place shares nothing:\n%s", text)
	}
	for name, r := range map[string]*story.Reading{
		"TwoPlaces":          roundup("Velna", "Korin", ""),
		"AThreatSaysNoPlace": roundup("Velna", "Korin", "Norland"),
	} {
		acts, other, text := fresh(r)
		if math.Abs(acts-whole/2) > 0.01 || other != threats {
			t.Errorf("%s: acts %v and threats %v, want half of %v and %v", name, acts, other, whole, threats)
		}
		if !strings.Contains(text, "(weight 10, shared by 2 places)") {
			t.Errorf("%s: the arithmetic does not say so:\n%s", name, text)
		}
	}
	apart := roundup("Velna", "Korin", "")
	apart.Signals[1].Sentence = story.Span{Start: 40, End: 80}
	if acts, _, _ := fresh(apart); acts != whole {
		t.Errorf("two sentences count %v, want %v", acts, whole)
	}
}

// The dead are a hard fact, however many places a sentence names.
func TestPlacesDoNotShareTheDead(t *testing.T) {
	h := level.New(level.Default(), start)
	for i, origin := range []string{"wire", "coast"} {
		r := roundup("Velna", "Korin", "")
		r.Item.ID, r.Item.Outlet = story.ItemID(i+1), origin
		r.Signals[1].Count = story.Count{Low: 60, High: 60}
		h.Add(level.ReadingsOf(r)...)
	}
	if j := h.Judge(on(0, 23)); j.Level != story.High || j.Reasons[0].Rule != level.ByDead {
		t.Errorf("60 dead are %v, want high by the dead:\n%s", j.Level, said(t, j))
	}
}
