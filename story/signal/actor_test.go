package signal

import (
	"slices"
	"testing"

	"vedette/story"
)

func TestASignalNamesWhoDidItToWhomAndWhere(t *testing.T) {
	r := reader(t)
	for _, tt := range []struct{ text, actor, target, place string }{
		{"Norland on Thursday threatened to use force against Sudmark.", "Norland", "Sudmark", ""},
		{"Norland's warplanes bombed the hospital in Velna.", "Norland's warplanes", "hospital", "Velna"},
		{"The town of Saraq was shelled by government forces.", "government forces", "Saraq", "Saraq"},
		{"Prime Minister Ana Karel held talks with Sudmark officials in Korin.", "Prime Minister Ana Karel", "Sudmark officials", "Korin"},
		{"Talks between Norland and Sudmark resumed in Velna.", "Norland", "Sudmark", "Velna"},
		{"Orlov has given Sudmark until Friday to leave the port.", "Orlov", "Sudmark", ""},
		{"Rebels clashed with Norland soldiers near Upper Velna.", "Rebels", "Norland soldiers", "Upper Velna"},
		{"The minister flew to Korin and threatened Sudmark with war.", "minister", "Sudmark", ""},
		{"Norland sent reinforcements to the border.", "Norland", "", ""},
		{"Three of the posts were encircled by Orlov's forces.", "Orlov's forces", "posts", ""},
		{"An air strike killed four people in Velna.", "", "", "Velna"},
		{"Renewed shelling by Norland forces hit Upper Velna.", "Norland forces", "", ""},
		{"It was shelled again.", "", "", ""},
		{"Air strikes hit the northern countryside of Velna.", "", "", "Velna"},
		{"Shelling in northern Velna wounded two.", "", "", "Velna"},
		{"Shelling in al-Velna wounded two.", "", "", "al-Velna"},
	} {
		signals := claimed(r, "en", tt.text)
		if len(signals) == 0 {
			t.Errorf("%q claims nothing", tt.text)
			continue
		}
		s := signals[0]
		if s.Actor != tt.actor || s.Target != tt.target || s.Place != tt.place {
			t.Errorf("%q: got %q to %q in %q, want %q to %q in %q", tt.text, s.Actor, s.Target, s.Place, tt.actor, tt.target, tt.place)
		}
	}
}

func TestEachClaimOfASentenceHasItsPlace(t *testing.T) {
	r := reader(t)
	for text, want := range map[string][]string{
		"Clashes in the countryside of Velna and shelling on Korin city":        {"Velna", "Korin"},
		"Air strikes and shelling kill four in Velna":                           {"Velna", "Velna", "Velna"},
		"Rebels shelled Velna city, killing four people and wounding ten":       {"Velna", "Velna", "Velna"},
		"In Velna, four people were killed and ten wounded":                     {"Velna", "Velna"},
		"Four soldiers killed in Velna; air strikes in the suburbs of Korin":    {"Velna", "Korin"},
		"Shelling and clashes go on, army says":                                 {"", ""},
		"Velna clashes: Norland soldiers killed two in March":                   {"", ""},
		"Clashes near the Norland border city of Korin and in the Velna region": {"Korin"},
	} {
		var got []string
		for _, s := range r.Read(&story.Item{Title: text, Lang: "en", Effective: thursday()}) {
			got = append(got, s.Place)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: in %q, want %q", text, got, want)
		}
	}
}
