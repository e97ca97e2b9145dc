package terminal_test

import (
	"strings"
	"testing"

	"vedette/bot/terminal"
	"vedette/bot/words/wordstest"
	"vedette/story"
)

// TestNoFixedWordGoesPastTheCatalogue prints all that a terminal is told in a
// language whose words stand out.
func TestNoFixedWordGoesPastTheCatalogue(t *testing.T) {
	for _, m := range wordstest.Messages(t, wordstest.Pseudo(t)) {
		var out strings.Builder
		r := terminal.New(&out, terminal.Options{})
		m.Calls = story.Mention{Kind: story.Here}
		root, err := r.Post(t.Context(), "k", m.Message)
		if err == nil {
			_, err = r.Reply(t.Context(), root, "k", m.Message)
		}
		m.Origins++
		if err == nil {
			err = r.Edit(t.Context(), root, "k", m.Message)
		}
		if err != nil {
			t.Fatal(err)
		}
		if stray := wordstest.Stray(strings.Join(strings.Fields(out.String()), " "), "here", "other"); len(stray) > 0 {
			t.Errorf("%s has the words %q:\n%s", m.Kind, stray, out.String())
		}
	}
}
