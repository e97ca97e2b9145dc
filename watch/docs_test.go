package watch

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vedette/story"
)

// A page of examples is read block by block. What can be computed is written
// anew and must be what stands there; UPDATE_GOLDEN=1 puts it there.
//
//	rule    a rule; "= " the same in words; "+ " a headline that it accepts, "- " one that it does not
//	long    a rule as Format breaks it
//	wrong   a rule and what is said of it
//	google  (or another dialect) a rule; "→ " in our spelling; "note: " what is not quite the same, or the error
type examples struct {
	t     *testing.T
	names Names
	tried int
}

func TestDocsAreTrue(t *testing.T) {
	t.Parallel()
	path := filepath.Join("..", "docs", "watches.md")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	ex := &examples{t: t, names: Names{"idlib": {"Idleb", "İdlib", "إدلب", "Идлиб", "אידליב", "伊德利卜"}}}
	blocks := strings.Split(string(data), "```")
	for i := 1; i < len(blocks); i += 2 {
		kind, body, _ := strings.Cut(blocks[i], "\n")
		blocks[i] = kind + "\n" + ex.block(kind, body)
	}
	text := strings.Join(blocks, "```")
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	} else if diff := cmp.Diff(string(data), text); diff != "" {
		t.Errorf("docs/watches.md (-is +should be):\n%s", diff)
	}
	if ex.tried < 80 {
		t.Errorf("%d examples tried, want 80 or more", ex.tried)
	}
}

// block returns what should stand in a block.
func (ex *examples) block(kind, body string) string {
	switch kind {
	case "rule":
		return ex.rules(body)
	case "long":
		ex.tried++
		lines, err := Format(body)
		if err != nil {
			ex.t.Error(err)
		}
		return lines + "\n"
	case "wrong":
		ex.tried++
		src, _, _ := strings.Cut(body, "\n")
		_, err := Parse(src, ex.names)
		if err == nil {
			ex.t.Errorf("%s: accepted", src)
			return body
		}
		return err.Error() + "\n"
	}
	for _, d := range Dialects() {
		if kind == string(d) {
			return ex.imports(d, body)
		}
	}
	return body
}

func (ex *examples) rules(body string) string {
	var b strings.Builder
	var rule *Rule
	for line := range strings.Lines(body) {
		line = strings.TrimSpace(line)
		title, wanted := strings.CutPrefix(line, "+ ")
		other, unwanted := strings.CutPrefix(line, "- ")
		switch {
		case line == "=", strings.HasPrefix(line, "= "):
			line = "= " + rule.Words()
		case wanted || unwanted:
			if unwanted {
				title = other
			}
			ex.tried++
			if _, ok := rule.Match(&story.Item{Title: title, Lang: "uk", Outlet: "Reuters"}); ok != wanted {
				ex.t.Errorf("%s: %q: matched %v", rule, title, ok)
			}
		case line != "":
			ex.tried++
			rule = mustParse(ex.t, line, ex.names)
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}

func (ex *examples) imports(d Dialect, body string) string {
	var b strings.Builder
	for line := range strings.Lines(body) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "→ ") || strings.HasPrefix(line, "note: ") {
			continue
		}
		ex.tried++
		b.WriteString(line + "\n")
		rule, notes, err := Import(d, line)
		if err != nil {
			ex.t.Error(err)
			continue
		}
		b.WriteString("→ " + rule + "\n")
		for _, note := range notes {
			b.WriteString("note: " + note + "\n")
		}
	}
	return b.String()
}
