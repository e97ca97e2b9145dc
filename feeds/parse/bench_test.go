package parse_test

import (
	"os"
	"path/filepath"
	"testing"

	"vedette/feeds/parse"
	"vedette/internal/corpus"
	"vedette/story"
)

// BenchmarkParse reads one document of each real feed; internal/bench/poll
// compares with others.
func BenchmarkParse(b *testing.B) {
	files, err := filepath.Glob(filepath.Join(corpus.Path(b, "feeds", "history"), "*", "*0.*.xml"))
	more, _ := filepath.Glob(filepath.Join(corpus.Path(b, "feeds", "history"), "*", "20260813T042412Z*.xml"))
	files = append(files, more...)
	if err != nil || len(files) == 0 {
		b.Fatal("no documents", err)
	}
	var bodies [][]byte
	size := 0
	for _, f := range files {
		body, err := os.ReadFile(f)
		if err != nil {
			b.Fatal(err)
		}
		bodies = append(bodies, body)
		size += len(body)
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		for _, body := range bodies {
			if _, err := parse.Parse(parse.Document{Body: body, URL: "https://e.example/", Now: now()}, story.Feed{}); err != nil {
				b.Fatal(err)
			}
		}
	}
}
