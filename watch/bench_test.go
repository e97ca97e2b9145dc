package watch

import (
	"math"
	"syscall"
	"testing"
	"time"

	"vedette/story"
)

// spent returns the processor time that the process has used: others may be
// using the machine too.
func spent(tb testing.TB) time.Duration {
	tb.Helper()
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}

// perItem runs f over all items b.N times and reports the least processor
// time an item of any round.
func perItem(b *testing.B, items []story.Item, f func(*story.Item)) {
	b.Helper()
	best := math.Inf(1)
	b.ReportAllocs()
	for b.Loop() {
		from := spent(b)
		for i := range items {
			f(&items[i])
		}
		best = min(best, float64((spent(b)-from).Nanoseconds())/float64(len(items)))
	}
	b.ReportMetric(best, "cpu-ns/item")
	size := 0
	for i := range items {
		size += len(items[i].Title) + len(items[i].Summary) + len(items[i].Body)
	}
	b.ReportMetric(best*float64(len(items))/float64(size), "cpu-ns/byte")
}

func BenchmarkScan(b *testing.B) {
	for _, file := range []string{"news", "short", "ml_ar", "ml_fa", "ml_he", "ml_ru", "ml_tr", "ml_uk", "ml_zh"} {
		b.Run(file, func(b *testing.B) {
			items := articles(b, file, 2000)
			var s scanner
			perItem(b, items, func(it *story.Item) { s.read(it, inText) })
		})
	}
}

// BenchmarkPlainly is the evaluator without an index.
func BenchmarkPlainly(b *testing.B) {
	items := articles(b, "news", 50)
	for _, rules := range []string{"z100", "z1000", "z10000"} {
		b.Run(rules, func(b *testing.B) {
			var all []*Rule
			var ids []story.WatchName
			for _, w := range corpusWatches(b, "rules_"+rules+".txt") {
				all, ids = append(all, mustParse(b, w.Rule, nil)), append(ids, w.Name)
			}
			b.ResetTimer()
			perItem(b, items, func(it *story.Item) { plainly(all, ids, it) })
		})
	}
}

func BenchmarkMatcher(b *testing.B) {
	items := articles(b, "news", 2000)
	for _, rules := range []string{"z100", "z1000", "z10000", "z100000", "u10000"} {
		b.Run(rules, func(b *testing.B) {
			m := corpusSet(b, "rules_"+rules+".txt").Matcher()
			var matches []story.Match
			b.ResetTimer()
			perItem(b, items, func(it *story.Item) { matches = m.Match(it, matches[:0]) })
		})
	}
}

func BenchmarkNewSet(b *testing.B) {
	for _, rules := range []string{"z10000", "z100000"} {
		b.Run(rules, func(b *testing.B) {
			ws := corpusWatches(b, "rules_"+rules+".txt")
			best := math.Inf(1)
			for b.Loop() {
				from := spent(b)
				if _, err := NewSet(ws, nil); err != nil {
					b.Fatal(err)
				}
				best = min(best, float64((spent(b) - from).Milliseconds()))
			}
			b.ReportMetric(best, "cpu-ms/op")
		})
	}
}

func TestMatcherAllocatesNothing(t *testing.T) {
	items := news(t, 300)
	m := corpusSet(t, "rules_z10000.txt").Matcher()
	var matches []story.Match
	all := func() {
		for i := range items {
			matches = m.Match(&items[i], matches[:0])
		}
	}
	all()
	if n := testing.AllocsPerRun(3, all); n > 0 {
		t.Errorf("%v allocations in %d items", n, len(items))
	}
}
