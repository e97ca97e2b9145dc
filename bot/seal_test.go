package bot_test

import (
	"slices"
	"strings"
	"testing"

	"vedette/bot"
)

// TestOnlyWhatWasSealedOpens is hostile cases H50 and I20: a button's name that was
// changed, copied from another database or made up stands for nothing.
func TestOnlyWhatWasSealedOpens(t *testing.T) {
	t.Parallel()
	seal := bot.NewSeal([]byte(strings.Repeat("k", 32)))
	name := seal.Make("ack", "123")
	if words, ok := seal.Open(name); !ok || !slices.Equal(words, []string{"ack", "123"}) {
		t.Errorf("%s opens as %q, %v", name, words, ok)
	}
	if len(name) != len("ack-123")+17 {
		t.Errorf("%s has %d bytes", name, len(name))
	}
	other := bot.NewSeal([]byte(strings.Repeat("l", 32)))
	for _, forged := range []string{strings.Replace(name, "123", "124", 1), other.Make("ack", "123"), "ack-123", "ack-123-", "", "-", name + "a", strings.ToUpper(name)} {
		if words, ok := seal.Open(forged); ok {
			t.Errorf("%q opens as %q", forged, words)
		}
	}
}
