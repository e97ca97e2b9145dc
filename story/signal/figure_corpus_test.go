package signal

import (
	"bufio"
	"os"
	"slices"
	"strings"
	"testing"

	"vedette/internal/corpus"
	"vedette/story"
)

func TestTheSeedArticlesFigures(t *testing.T) {
	data, err := os.ReadFile(corpus.Path(t, "story-of-idlib", "seed-article.txt"))
	if err != nil {
		t.Fatal(err)
	}
	title, body, _ := strings.Cut(string(data), "\n")
	r := newTestReader(t)
	found := map[int]story.Signal{}
	for _, s := range r.Read(&story.Item{Title: title, Body: body}) {
		counts := []story.SignalKind{story.Killed, story.Wounded, story.Captured, story.Displaced}
		if s.Count.Low > 0 && slices.Contains(counts, s.Kind) {
			found[s.Count.Low] = s
		}
	}
	if s := found[380]; !s.Count.Open || !s.Count.Total || s.Target != "civilians" || !strings.Contains(s.Source, "Observatory") {
		t.Errorf("380 civilians killed: heard %+v", s)
	}
	if s := found[14]; s.Count.Open || s.Target != "Turks" || s.Place != "Idlib" {
		t.Errorf("14 Turks killed: heard %+v", s)
	}
	if len(found) != 2 {
		t.Errorf("heard %d figures, want 2: %+v", len(found), found)
	}
}

// newsItems returns the items of the matching data.
func newsItems(tb testing.TB) (items []*story.Item) {
	tb.Helper()
	f, err := os.Open(corpus.Path(tb, "match", "news.tsv"))
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		if fields := strings.Split(lines.Text(), "\t"); len(fields) > 2 {
			items = append(items, &story.Item{Title: fields[1], Body: fields[2]})
		}
	}
	if lines.Err() != nil || len(items) == 0 {
		tb.Fatal("no items", lines.Err())
	}
	return items
}

func BenchmarkCounts(b *testing.B) {
	r, items := newTestReader(b), newsItems(b)
	var sentences [][]sentence
	size := 0
	for _, it := range items {
		size += len(it.Title) + len(it.Body)
		var ss []sentence
		for _, part := range fields(it) {
			for _, span := range story.Sentences(part.text) {
				ss = append(ss, newSentence(part.field, span, part.text[span.Start:span.End]))
			}
		}
		sentences = append(sentences, ss)
	}
	b.SetBytes(int64(size / len(items)))
	for i := 0; b.Loop(); i++ {
		n := i % len(items)
		c := r.figures.begin(items[n])
		for j := range sentences[n] {
			c.counts(c.line(&sentences[n][j]))
		}
	}
}

func BenchmarkRead(b *testing.B) {
	r, items := newTestReader(b), newsItems(b)
	for i := 0; b.Loop(); i++ {
		r.Read(items[i%len(items)])
	}
}

func BenchmarkNewReader(b *testing.B) {
	for b.Loop() {
		newTestReader(b)
	}
}
