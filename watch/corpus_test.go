package watch

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"vedette/internal/corpus"
	"vedette/story"
)

// shared returns a file of the data kept beside the repository.
func shared(tb testing.TB, name string) []string {
	tb.Helper()
	data, err := os.ReadFile(corpus.Path(tb, "match", name))
	if err != nil {
		tb.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(data)), "\n")
}

func news(tb testing.TB, n int) []story.Item {
	tb.Helper()
	return articles(tb, "news", n)
}

// articles returns the first n items of a file.
func articles(tb testing.TB, file string, n int) []story.Item {
	tb.Helper()
	var items []story.Item
	for _, line := range shared(tb, file+".tsv") {
		if cols := strings.SplitN(line, "\t", 3); len(cols) == 3 && len(items) < n {
			items = append(items, story.Item{Title: cols[1], Summary: cols[2]})
		}
	}
	return items
}

// infix rewrites (& a (| b "c d") (! e)) as a rule.
func infix(s string) string {
	s = strings.TrimSpace(s)
	if !strings.HasPrefix(s, "(") {
		return s
	}
	op, rest := s[1], s[2:len(s)-1]
	var kids []string
	depth, from, quote := 0, 0, false
	for i, r := range rest + " " {
		switch {
		case r == '"':
			quote = !quote
		case quote:
		case r == '(':
			depth++
		case r == ')':
			depth--
		}
		if r == ' ' && depth == 0 && !quote {
			if kid := strings.TrimSpace(rest[from:i]); kid != "" {
				kids = append(kids, infix(kid))
			}
			from = i
		}
	}
	switch op {
	case '|':
		return "(" + strings.Join(kids, " OR ") + ")"
	case '!':
		return "NOT (" + strings.Join(kids, " OR ") + ")"
	}
	return "(" + strings.Join(kids, " AND ") + ")"
}

func corpusSet(tb testing.TB, file string) *Set {
	tb.Helper()
	var ws []story.Watch
	for i, line := range shared(tb, file) {
		ws = append(ws, story.Watch{Name: story.WatchName(fmt.Sprintf("w%06d", i)), Rule: infix(line)})
	}
	s, err := NewSet(ws, nil)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

func TestSetAgreesWithTheCorpusCounts(t *testing.T) {
	n, file := 200, "rules_z10000.txt"
	if os.Getenv("VEDETTE_WHOLE_CORPUS") != "" {
		n = 1 << 30
	}
	set, total := corpusSet(t, file), 0
	items := news(t, n)
	for i := range items {
		matches := set.Match(&items[i])
		total += len(matches)
		for _, m := range matches {
			checkEvidence(t, &items[i], m.Evidence)
		}
	}
	mean := float64(total) / float64(len(items))
	t.Logf("%.3f matches an item, %d items, %d rules", mean, len(items), len(set.watches))
	if mean < 9 || mean > 14 {
		t.Errorf("%.3f matches an item, want about 11.3", mean)
	}
}

func BenchmarkNewPage(b *testing.B) {
	items := news(b, 200)
	i := 0
	for b.Loop() {
		newPage(&items[i%len(items)])
		i++
	}
}

func BenchmarkSetMatch(b *testing.B) {
	for _, rules := range []string{"100", "1000", "10000"} {
		b.Run(rules, func(b *testing.B) {
			set, items := corpusSet(b, "rules_z"+rules+".txt"), news(b, 200)
			i := 0
			for b.Loop() {
				set.Match(&items[i%len(items)])
				i++
			}
		})
	}
}
