package signal

import (
	"strings"
	"testing"

	"vedette/story"
)

func coder(tb testing.TB) *Coder {
	tb.Helper()
	c, err := NewCoder()
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// standing returns where words stand in text.
func standing(text, words string) story.Span {
	at := strings.Index(text, words)
	return story.Span{Start: at, End: at + len(words)}
}

func TestASentenceIsCodedByWhatTheSourceDoesToTheTarget(t *testing.T) {
	c := coder(t)
	for _, tt := range []struct {
		text, source, target string
		want                 Root
	}{
		{"Norland agreed to lift its embargo on Sudmark.", "Norland", "Sudmark", Agree},
		{"Norland will send doctors to Sudmark.", "Norland", "Sudmark", Agree},
		{"Norland's minister met Sudmark's in Velna.", "Norland's minister", "Sudmark's", Consult},
		{"Norland praised Sudmark for its restraint.", "Norland", "Sudmark", Support},
		{"Norland shared intelligence with Sudmark.", "Norland", "Sudmark", Cooperate},
		{"Norland donated blankets to Sudmark.", "Norland", "Sudmark", Aid},
		{"Norland released two prisoners from Sudmark.", "Norland", "two prisoners", Yield},
		{"Norland urged Sudmark to release the crew.", "Norland", "Sudmark", Request},
		{"Norland accused Sudmark of shelling a village.", "Norland", "Sudmark", Accuse},
		{"Norland refused to meet Sudmark.", "Norland", "Sudmark", Reject},
		{"Norland did not agree with Sudmark.", "Norland", "Sudmark", Reject},
		{"Norland threatened to sanction Sudmark.", "Norland", "Sudmark", Threaten},
		{"Norland will bomb Sudmark.", "Norland", "Sudmark", Threaten},
		{"Students marched against the junta.", "Students", "the junta", Protest},
		{"Norland suspended aid to Sudmark.", "Norland", "Sudmark", Sanction},
		{"Norland massed tanks along the border with Sudmark.", "Norland", "Sudmark", Mobilize},
		{"Police arrested the editor.", "Police", "the editor", Coerce},
		{"Norland bombed Sudmark.", "Norland", "Sudmark", Assault},
		{"The editor was arrested by police after he praised a protest.", "police", "The editor", Coerce},
		{"Sudmark was condemned by Norland for bombing a bridge.", "Norland", "Sudmark", Accuse},
		{"Norland and Sudmark held talks after the attack.", "Norland", "Sudmark", Consult},
		{"The lake is blue.", "", "", ""},
	} {
		got := c.Code(tt.text, standing(tt.text, tt.source), standing(tt.text, tt.target))
		if got.Root != tt.want {
			t.Errorf("%q is coded %q for %q, want %q", tt.text, got.Root, tt.text[got.Words.Start:got.Words.End], tt.want)
		}
	}
}

func TestWithoutActorsTheFirstDeedIsMeant(t *testing.T) {
	text := "Norland denounced the bombing of Velna."
	if got := coder(t).Code(text, story.Span{}, story.Span{}); got.Root != Accuse || text[got.Words.Start:got.Words.End] != "denounced" {
		t.Errorf("coded %+v", got)
	}
}

func TestEachClassHasAQuad(t *testing.T) {
	for root, want := range map[Root]Quad{
		Agree: VerbalCooperation, Yield: MaterialCooperation, Threaten: VerbalConflict, Assault: MaterialConflict, "": 0, "ELSE": 0,
	} {
		if got := root.Quad(); got != want {
			t.Errorf("quad of %q is %d, want %d", root, got, want)
		}
	}
}

func FuzzCode(f *testing.F) {
	c := coder(f)
	f.Add("Norland threatened to sanction Sudmark.", 0, 7, 31, 38)
	f.Fuzz(func(t *testing.T, text string, a, b, d, e int) {
		got := c.Code(text, story.Span{Start: a, End: b}, story.Span{Start: d, End: e})
		if got.Words.Start < 0 || got.Words.End > len(text) || got.Words.Start > got.Words.End {
			t.Fatalf("%q: coded %+v", text, got)
		}
	})
}
