package arch

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// tests returns the names of all tests of the tree, and of the cases that
// tables of tests name.
func tests(t *testing.T) map[string]bool {
	t.Helper()
	all := make(map[string]bool)
	named := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(|^\s*\{?"([A-Z]\w+)"[,:]`)
	err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".go" {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range named.FindAllStringSubmatch(string(text), -1) {
			all[m[1]+m[2]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestEachRequirementOfPollingNamesATestThatIsThere holds docs/polling.md to
// the tree: all 55 are listed, and what a line names exists.
func TestEachRequirementOfPollingNamesATestThatIsThere(t *testing.T) {
	there, listed := tests(t), make(map[int]bool)
	for line := range strings.Lines(read(t, "../../docs/polling.md")) {
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
			if !there[m[1]] {
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

// TestEachPromiseSaysWhatHoldsIt holds the first table of docs/promises.md to
// the tree: each line leads to a test or names a mode of torture, and the tests
// that documents and decisions name exist.
func TestEachPromiseSaysWhatHoldsIt(t *testing.T) {
	page := read(t, "../../docs/promises.md")
	table, _, _ := strings.Cut(page, "\n## ")
	n := 0
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) != 4 || strings.HasPrefix(cells[1], "---") || cells[1] == " What " {
			continue
		}
		n++
		if !regexp.MustCompile("\\]\\(|`Test|the mode \\w+ of torture|the tests that it names").MatchString(cells[2]) {
			t.Errorf("nothing is named that holds %q", cells[1])
		}
	}
	if n < 40 {
		t.Errorf("%d promises were read off docs/promises.md, which lists more", n)
	}
	there := tests(t)
	sentence := regexp.MustCompile("`((?:Test|Fuzz)\\w+|[A-Z][a-z]*(?:[A-Z][a-z]*){2,}[a-z]\\w*)(?:/\\w+)?`") // as the names of tests and their cases are
	for _, f := range pages(t) {
		for _, m := range sentence.FindAllStringSubmatch(read(t, f), -1) {
			if !there[m[1]] {
				t.Errorf("%s names %s, which is not there", f, m[1])
			}
		}
	}
}

// TestCommandsInDocumentsCanBeGiven holds that the flags of the measurements
// that documents name are theirs, and that their tests are there.
func TestCommandsInDocumentsCanBeGiven(t *testing.T) {
	there := tests(t)
	flags := regexp.MustCompile(`\s-([a-z]+)`)
	for _, f := range append(pages(t), "../../.ci/run", "../../internal/torture/main.go", "../../internal/bench/main.go") {
		text := read(t, f)
		for _, m := range regexp.MustCompile(`go run (\./internal/[\w/]+)([^`+"`#\n"+`]*)`).FindAllStringSubmatch(text, -1) {
			for _, given := range flags.FindAllStringSubmatch(m[2], -1) {
				if !takes(t, filepath.Join("../..", m[1]), given[1]) {
					t.Errorf("%s: %s takes no -%s", f, m[1], given[1])
				}
			}
		}
		for _, m := range regexp.MustCompile(`go test [^`+"`#\n"+`]*-run '?([^'`+"`"+`\s]+)`).FindAllStringSubmatch(text, -1) {
			for one := range strings.SplitSeq(strings.ReplaceAll(m[1], `\|`, "|"), "|") {
				if name := regexp.MustCompile(one); one != "^$" && !slices.ContainsFunc(slices.Collect(maps.Keys(there)), name.MatchString) {
					t.Errorf("%s: no test is called %s", f, one)
				}
			}
		}
	}
}

// takes reports whether the program in the folder has the flag.
func takes(t *testing.T, folder, name string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	defined := regexp.MustCompile(`\.\w+\((&[\w.]+, )?"` + name + `", `)
	return slices.ContainsFunc(files, func(f string) bool { return defined.MatchString(read(t, f)) })
}

func TestLinksInDocumentsLead(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:]*)(?:#([^)]*))?\)`)
	for _, f := range pages(t) {
		for _, m := range link.FindAllStringSubmatch(read(t, f), -1) {
			to := filepath.Join(filepath.Dir(f), m[1])
			if m[1] == "" {
				to = f
			}
			if _, err := os.Stat(to); err != nil {
				t.Errorf("%s links to %s, which is not there", f, m[1])
			} else if m[2] != "" && !slices.Contains(anchors(read(t, to)), m[2]) {
				t.Errorf("%s links to %s#%s, a heading that is not there", f, m[1], m[2])
			}
		}
	}
}

// anchors returns by what the headings of a page can be linked to.
func anchors(page string) (all []string) {
	for _, m := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(page, -1) {
		kept := regexp.MustCompile(`[^\pL\pN _-]`).ReplaceAllString(strings.ToLower(m[1]), "")
		all = append(all, strings.ReplaceAll(kept, " ", "-"))
	}
	return all
}

// pages returns the documents.
func pages(t *testing.T) (all []string) {
	t.Helper()
	for _, glob := range []string{"*.md", "docs/*.md", "docs/adr/*.md", "deploy/*.md", "story/signal/lexicon/*.md"} {
		files, err := filepath.Glob(filepath.Join("../..", glob))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, files...)
	}
	return all
}

func read(t *testing.T, file string) string {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
