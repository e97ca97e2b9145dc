package bot_test

import (
	"strings"
	"testing"

	"vedette/bot"
	"vedette/bot/words/wordstest"
)

// TestNoFixedWordOfAMessageGoesPastTheCatalogue says each kind of message in a
// language whose words stand out.
func TestNoFixedWordOfAMessageGoesPastTheCatalogue(t *testing.T) {
	t.Parallel()
	kinds := make(map[string]bool)
	for _, m := range wordstest.Messages(t, wordstest.Pseudo(t)) {
		kinds[m.Kind] = true
		said := bot.Plain(m.Message, 1<<20, func(s string) string { return s }, func(s string) int { return len(s) })
		pieces := []string{said, m.Reason, m.Outlet, m.Head()}
		for _, b := range m.Buttons {
			pieces = append(pieces, b.Label)
		}
		if words := wordstest.Stray(strings.Join(pieces, "\n"), "other"); len(words) > 0 { // the name of a watch
			t.Errorf("%s has the words %q:\n%s", m.Kind, words, strings.Join(pieces, "\n"))
		}
	}
	if len(kinds) < 19 {
		t.Errorf("only %v were told", kinds)
	}
}
