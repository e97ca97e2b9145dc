package guess_test

import (
	"testing"

	"vedette/internal/guess"
)

func TestMeant(t *testing.T) {
	t.Parallel()
	known := []string{"status", "search", "watch add", "mute"}
	for word, want := range map[string]string{
		"staus": "status", "STATUS": "status", "serach": "search", "watch ad": "watch add", "mut": "mute", "zebra": "", "": "", "x": "",
	} {
		if got := guess.Meant(word, known); got != want {
			t.Errorf("%q is taken for %q, want %q", word, got, want)
		}
	}
}
