package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/mmcdole/gofeed"

	"vedette/feeds/parse"
	"vedette/story"
)

const rounds = 9 // of each; the quickest counts

// A way is one way through a document; it reports whether it can be gone.
type way func(body []byte) bool

// parsing prints, for the real documents and for the small ones of the test
// suites, what our parse path costs as a ratio to gofeed alone and to a bare
// pass over the tokens, each document weighing the same.
func parsing(w io.Writer, dir string) error {
	now := time.Now()
	ways := []way{
		func(body []byte) bool {
			_, err := parse.Parse(parse.Document{Body: body, URL: "https://e.example/", Now: now}, story.Feed{})
			return err == nil
		},
		func(body []byte) bool {
			_, err := gofeed.NewParser().Parse(bytes.NewReader(body))
			return err == nil
		},
		tokens,
	}
	for _, part := range []string{"history", "suites", "odd"} {
		var took [3]time.Duration
		var logs [3]float64
		n, size := 0, 0
		err := filepath.WalkDir(filepath.Join(dir, part), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || filepath.Ext(path) != ".xml" {
				return err
			}
			body, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			if slices.ContainsFunc(ways, func(goes way) bool { return !goes(body) }) {
				return nil // one of them cannot read it: nothing to compare
			}
			n++
			size += len(body)
			quickest := race(ways, body)
			for i, d := range quickest {
				took[i] += d
				logs[i] += math.Log(float64(d))
			}
			return nil
		})
		if err != nil {
			return err
		}
		ratio := func(a, b int) float64 { return math.Exp((logs[a] - logs[b]) / float64(n)) }
		err = printAll(w,
			metric{part + "_documents", float64(n), fmt.Sprintf("of %d KiB in all, that all three read", size>>10)},
			metric{part + "_ours_to_gofeed", ratio(0, 1), "geometric mean of ratios"},
			metric{part + "_ours_to_tokens", ratio(0, 2), "geometric mean of ratios"},
			metric{part + "_gofeed_to_tokens", ratio(1, 2), "geometric mean of ratios"},
			metric{part + "_ours", float64(size) / 1e6 / took[0].Seconds(), "MB/s"})
		if err != nil {
			return err
		}
	}
	return nil
}

// race goes each way through body several times, in turns, and returns the
// quickest time of each.
func race(ways []way, body []byte) []time.Duration {
	quickest := make([]time.Duration, len(ways))
	for range rounds {
		for i, goes := range ways {
			began := time.Now()
			goes(body)
			if d := time.Since(began); quickest[i] == 0 || d < quickest[i] {
				quickest[i] = d
			}
		}
	}
	return quickest
}

// tokens passes over the tokens and looks at none.
func tokens(body []byte) bool {
	d := xml.NewDecoder(bytes.NewReader(body))
	d.Strict = false
	d.Entity = xml.HTMLEntity
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	for {
		if _, err := d.RawToken(); err != nil {
			return errors.Is(err, io.EOF)
		}
	}
}
