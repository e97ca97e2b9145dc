package main

import (
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestThePromisesTellOfAllModesAndMistakes holds docs/promises.md to what there
// is: a mode that is not in it is run by nobody.
func TestThePromisesTellOfAllModesAndMistakes(t *testing.T) {
	raw, err := os.ReadFile("../../docs/promises.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(raw)
	table := regexp.MustCompile(`(?s)\| mode \| what is done \|\n\|---\|---\|\n(.*?)\n\n`).FindStringSubmatch(page)
	if table == nil {
		t.Fatal("the page has no table of modes")
	}
	var told []string
	for _, m := range regexp.MustCompile(`(?m)^\| (\w+) \|`).FindAllStringSubmatch(table[1], -1) {
		told = append(told, m[1])
	}
	if diff := cmp.Diff(allModes(), told); diff != "" {
		t.Errorf("modes (-there +told):\n%s", diff)
	}
	for _, m := range regexp.MustCompile(`modes? (\w+)(?:, (\w+))* of torture`).FindAllStringSubmatch(page, -1) {
		for _, mode := range m[1:] {
			if mode != "" && !slices.Contains(allModes(), mode) {
				t.Errorf("there is no mode %s", mode)
			}
		}
	}
	seen := regexp.MustCompile(`(?s)by a mode of torture (.*?)\. `).FindString(page)
	for _, s := range sabotages() {
		if !regexp.MustCompile("`" + s.tag + "`").MatchString(seen) {
			t.Errorf("it is not told what sees %s", s.tag)
		}
	}
}
