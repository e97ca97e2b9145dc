package fault_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestEachSabotageHasItsTag holds the list, the files and the build that has
// none of them together: a sabotage that no build makes proves nothing.
func TestEachSabotageHasItsTag(t *testing.T) {
	read := func(file string) string {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	listed := regexp.MustCompile(`(?m)^\t(\w+) +// (sabotage_\w+):`).FindAllStringSubmatch(read("sabotage.go"), -1)
	if len(listed) != 16 {
		t.Errorf("%d sabotages are listed, want 16", len(listed))
	}
	without := read("sabotage_none.go")
	for _, s := range listed {
		own := read(s[2] + ".go")
		if !strings.HasPrefix(own, "//go:build "+s[2]+"\n") || !strings.Contains(own, "const Sabotaged = "+s[1]+"\n") {
			t.Errorf("%s.go makes another sabotage than %s, or by another tag", s[2], s[1])
		}
		if !regexp.MustCompile(`\b` + s[2] + `\b`).MatchString(without) {
			t.Errorf("sabotage_none.go does not leave %s out", s[2])
		}
	}
	files, err := filepath.Glob("sabotage_*.go")
	if err != nil || len(files) != len(listed)+2 { // none, and this one
		t.Errorf("%d files of sabotages, %v; want one for each of the %d and one for none", len(files)-1, err, len(listed))
	}
}
