package main

import (
	"math"
	"testing"
)

func TestRougeCountsWhatTwoTextsShare(t *testing.T) {
	for name, tt := range map[string]struct {
		text, reference string
		want            rouge
	}{
		"Same":          {"The post fell.", "the POST fell", rouge{1, 1, 1}},
		"Nothing":       {"The post fell", "Rain today", rouge{}},
		"Empty":         {"", "Rain today", rouge{}},
		"Half":          {"the post fell early", "the post held", rouge{4.0 / 7, 2.0 / 5, 4.0 / 7}},
		"OtherOrder":    {"fell post the", "the post fell", rouge{1, 0, 1.0 / 3}},
		"RepeatsClip":   {"post post post", "the post", rouge{2.0 / 5, 0, 2.0 / 5}},
		"GapsAreNoHarm": {"a b c d", "a x b y d", rouge{6.0 / 9, 0, 6.0 / 9}},
	} {
		t.Run(name, func(t *testing.T) {
			got := rougeOf(rougeWords(tt.text), rougeWords(tt.reference))
			for _, d := range []float64{got.One - tt.want.One, got.Two - tt.want.Two, got.L - tt.want.L} {
				if math.Abs(d) > 1e-9 {
					t.Fatalf("rouge is %v, want %v", got, tt.want)
				}
			}
		})
	}
}
