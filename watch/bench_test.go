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
