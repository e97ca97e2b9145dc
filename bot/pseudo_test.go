package bot_test

import (
	"strings"
	"testing"

	"vedette/bot"
	"vedette/bot/words"
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
		if stray := wordstest.Stray(strings.Join(pieces, "\n"), "other"); len(stray) > 0 { // the name of a watch
			t.Errorf("%s has the words %q:\n%s", m.Kind, stray, strings.Join(pieces, "\n"))
		}
	}
	if len(kinds) < 19 {
		t.Errorf("only %v were told", kinds)
	}
}

// TestWhatAPolicyDecidedIsSaidAgain says reasons as databases hold them.
func TestWhatAPolicyDecidedIsSaidAgain(t *testing.T) {
	t.Parallel()
	w := wordstest.Pseudo(t)
	for _, why := range []string{
		"front is muted by Άντα until 9 Mar 12:00 UTC", "story #1234 is muted by Άντα until 9 Mar 12:00 CET", "the story was acknowledged in time", "escalation",
		"calm, and the room is told from high", "quiet hours until 28 Mar 06:00 CEST", "pings as it did before",
		"no ping: neither new nor higher nor confirmed for the first time", "no ping: the last was 9m0s ago at guarded, and the room wants 10m0s between two",
		"pings here: the level rises", "pings here: a new story", "pings here: an independent source confirms",
		"critical, and nobody has acknowledged it in desk for 40 min", "critical, and nobody has acknowledged it in desk for 2 h 5 min",
	} {
		got := bot.Reason(why, w)
		if stray := wordstest.Stray(got, "front", "desk", "here", "9m0s", "10m0s"); len(stray) > 0 {
			t.Errorf("%q is said as %q, with %q", why, got, stray)
		}
		if got := bot.Reason(why, words.Words{}); got != why {
			t.Errorf("%q is said as %q in English", why, got)
		}
	}
	for why, want := range map[string]string{
		"tells of the same event as Βήμα": "tells of the same event as Βήμα", // a judgement's
		"007 is muted by 12 until 1":      "007 ⟦is muted byéééé⟧ 12 ⟦untiléé⟧ 1",
	} {
		if got := bot.Reason(why, w); got != want {
			t.Errorf("%q is said as %q, want %q", why, got, want)
		}
	}
}
