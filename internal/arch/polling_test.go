package arch

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestEachRequirementOfPollingNamesATestThatIsThere holds docs/polling.md to
// the tree: all 55 are listed, and what a line names exists.
func TestEachRequirementOfPollingNamesATestThatIsThere(t *testing.T) {
	raw, err := os.ReadFile("../../docs/polling.md")
	if err != nil {
		t.Fatal(err)
	}
	tests := make(map[string]bool)
	named := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(|^\s*\{?"([A-Z]\w+)"[,:]`)
	err = filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".go" {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range named.FindAllStringSubmatch(string(text), -1) {
			tests[m[1]+m[2]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	listed := make(map[int]bool)
	for line := range strings.Lines(string(raw)) {
		cells := strings.Split(line, "|")
		if len(cells) != 5 {
			continue
		}
		for number := range strings.SplitSeq(cells[1], ",") {
			if n, err := strconv.Atoi(strings.TrimSpace(number)); err == nil {
				listed[n] = true
			}
		}
		for _, m := range regexp.MustCompile("`(?:\\w+\\.)?((?:Test|Fuzz|A|An|The|Requests|Items|Operators|Two)[A-Z]\\w+)(/\\w+)?`").FindAllStringSubmatch(cells[3], -1) {
			if !tests[m[1]] {
				t.Errorf("docs/polling.md names %s, which is not there", m[1])
			}
		}
	}
	for n := 1; n <= 55; n++ {
		if !listed[n] {
			t.Errorf("docs/polling.md does not list requirement %d", n)
		}
	}
}
