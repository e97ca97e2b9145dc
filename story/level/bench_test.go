package level_test

import (
	"testing"

	"vedette/story"
	"vedette/story/level"
)

// years is a history of three years, some ten stories a day.
func years() (*level.History, *pen) {
	d, p := dice(1), new(pen)
	h := level.New(level.Default(), start)
	h.Add(flat(&d, p, 1096, 10)...)
	h.Judge(on(1096, 0))
	return h, p
}

// BenchmarkReading is the cost of one reading and the judgement after it.
func BenchmarkReading(b *testing.B) {
	h, p := years()
	readings := p.tell(on(1096, 1), of(story.Clash), "wire")
	for b.Loop() {
		readings[0].Story++
		readings[0].At = readings[0].At.Add(1e6)
		h.Add(readings...)
	}
}

// BenchmarkJudgement is the cost of asking for the level, with all reasons.
func BenchmarkJudgement(b *testing.B) {
	h, p := years()
	for hour := range 10 {
		h.Add(p.tell(on(1096, hour), of(story.Clash, story.Threat), "wire", "coast")...)
	}
	for b.Loop() {
		h.Judge(on(1096, 12))
	}
}

// BenchmarkHistory is the cost of taking three years in and judging each day.
func BenchmarkHistory(b *testing.B) {
	d := dice(1)
	readings := flat(&d, new(pen), 1096, 10)
	for b.Loop() {
		h := level.New(level.Default(), start)
		h.Add(readings...)
		h.Judge(on(1096, 0))
	}
	b.ReportMetric(float64(len(readings)), "readings")
}
