package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAProvinceIsKnownByItsLabel(t *testing.T) {
	for name, label := range map[string]string{
		"aleppo": "Aleppo Governorate", "daraa": "Daraa Governorate", "raqqa": "Ar Raqqah Governorate",
		"hama": "Hamah Governorate", "suwayda": "As Suwayda Governorate", "hasakah": "Al Hasakah Governorate",
	} {
		for _, other := range []string{"aleppo", "daraa", "raqqa", "hama", "suwayda", "hasakah", "homs"} {
			if got := (province{name: other}).named(label); got != (other == name) {
				t.Errorf("%s names %s: %v", label, other, got)
			}
		}
	}
}

func TestRanksAndWhatIsMadeOfThem(t *testing.T) {
	if diff := cmp.Diff([]float64{1.5, 0, 1.5, 3}, ranks([]float64{2, 1, 2, 9})); diff != "" {
		t.Errorf("ranks (-want +got):\n%s", diff)
	}
	up, down := []float64{1, 2, 4, 8}, []float64{9, 5, 3, 0}
	if same, turned := spearman(up, up), spearman(up, down); same < 0.999 || turned > -0.999 {
		t.Errorf("a series with itself %v, turned round %v; want 1 and -1", same, turned)
	}
	if diff := cmp.Diff([]float64{10, -2.5}, trends([]float64{0, 0, 0, 0, 10, 0})); diff != "" {
		t.Errorf("trends (-want +got):\n%s", diff)
	}
	weeks := make([]float64, 20)
	weeks[3], weeks[7] = 5, 4
	other := make([]float64, 20)
	other[3], other[8] = 5, 4
	if got := topShare(weeks, other); got != 0.5 {
		t.Errorf("of two top weeks one is found: %v", got)
	}
}
