package brief_test

import (
	"testing"

	"vedette/story/brief"
)

func TestWhoSaysItCannotBeLeftOutWhateverTheVerb(t *testing.T) {
	for _, tt := range []struct{ sentence, text string }{
		{"Troops entered Oldbridge, Governor Hale fears.", "Troops entered Oldbridge."},
		{"Troops entered Oldbridge, officials believe.", "Troops entered Oldbridge."},
		{"Troops entered Oldbridge, the ministry tweeted.", "Troops entered Oldbridge."},
		{"Troops entered Oldbridge, a rumour has it.", "Troops entered Oldbridge."},
		{"The north, Hale suggests, shelled Oldbridge.", "The north shelled Oldbridge."},
		{"The convoy, falsely, was called an army.", "The convoy was called an army."},
		{"Shells hit the market, wounding Governor Hale.", "Shells hit the market."},
	} {
		if brief.Check([]string{tt.sentence}, tt.text) == "" {
			t.Errorf("%q passes for %q", tt.text, tt.sentence)
		}
	}
}
