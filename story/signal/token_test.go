package signal

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTokens(t *testing.T) {
	for text, want := range map[string][]string{
		"":                                   nil,
		"At least 1,200 people, 2.5 million": {"At", "least", "1,200", "people", ",", "2.5", "million"},
		"Turkey's U.S. envoy":                {"Turkey's", "U.S", ".", "envoy"},
		"a 14-year-old ’boy’":                {"a", "14", "-", "year", "-", "old", "’", "boy", "’"},
		"قُتل ثلاثة":                         {"قُتل", "ثلاثة"},
		"cut \xff off":                       {"cut", "\xff", "off"},
	} {
		var got []string
		for _, tok := range tokens(text) {
			got = append(got, tok.text)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

func FuzzTokens(f *testing.F) {
	f.Add("Turkey’s 1,200 men, U.S. aid: \xff")
	f.Fuzz(func(t *testing.T, text string) {
		at := 0
		for _, tok := range tokens(text) {
			if tok.start < at || tok.end <= tok.start || text[tok.start:tok.end] != tok.text {
				t.Fatalf("%q: token %+v after %d", text, tok, at)
			}
			at = tok.end
		}
	})
}
