package watch

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vedette/story"
)

// The blocks of docs/watches.md hold rules. Under a rule, lines that begin
// with "+ " are headlines that it accepts and "- " those that it does not.
func TestDocsAreTrue(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join("..", "docs", "watches.md"))
	if err != nil {
		t.Fatal(err)
	}
	names := Names{"idlib": {"Idleb", "İdlib", "إدلب", "Идлиб", "אידליב", "伊德利卜"}}
	tried := 0
	for i, block := range strings.Split(string(data), "```") {
		rules, isRule := strings.CutPrefix(block, "rule\n")
		if i%2 == 0 || !isRule {
			continue
		}
		var rule *Rule
		for line := range strings.Lines(rules) {
			line = strings.TrimSpace(line)
			title, wanted := strings.CutPrefix(line, "+ ")
			other, unwanted := strings.CutPrefix(line, "- ")
			switch {
			case line == "":
			case wanted || unwanted:
				if unwanted {
					title = other
				}
				tried++
				if _, ok := rule.Match(&story.Item{Title: title, Lang: "uk", Outlet: "Reuters"}); ok != wanted {
					t.Errorf("%s: %q: matched %v", rule, title, ok)
				}
			default:
				rule = mustParse(t, line, names)
			}
		}
	}
	if tried < 30 {
		t.Errorf("%d headlines tried, want 30 or more", tried)
	}
}
