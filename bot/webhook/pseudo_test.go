package webhook

import (
	"testing"

	"vedette/bot/words/wordstest"
)

// TestNoFixedWordGoesPastTheCatalogue reads the lines that a receiver shows, in
// a language whose words stand out.
func TestNoFixedWordGoesPastTheCatalogue(t *testing.T) {
	for _, m := range wordstest.Messages(t, wordstest.Pseudo(t)) {
		if stray := wordstest.Stray(content(m.Message).Text, "other"); len(stray) > 0 {
			t.Errorf("%s has the words %q:\n%s", m.Kind, stray, content(m.Message).Text)
		}
	}
}
