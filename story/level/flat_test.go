package level_test

import (
	"testing"

	"vedette/story"
	"vedette/story/level"
)

// A flat series may hold a cluster that anybody would take for one: in 140
// series of 90 days one alert is allowed, and few months in which a watch
// leaves calm twice.
func TestAFlatSeriesGivesNoAlert(t *testing.T) {
	var alerts, months, flapping int
	for _, rate := range []float64{0.05, 0.2, 0.5, 1, 3, 10, 30} {
		for seed := range 20 {
			d := dice(seed + 1)
			h := level.New(level.Default(), start)
			h.Add(flat(&d, new(pen), 90, rate)...)
			rises := map[int]int{}
			for _, c := range h.Changes(on(90, 0)) {
				if c.To > c.From {
					rises[int(c.At.Sub(start).Hours()/24/30)]++
				}
				if c.To > c.From && c.To > story.Guarded {
					alerts++
					t.Logf("%v stories a day, seed %d:\n%s", rate, seed, said(t, c.Judgement))
				}
			}
			months += 3
			for _, n := range rises {
				if n > 1 {
					flapping++
				}
			}
		}
	}
	if alerts > 1 || flapping > months/50 {
		t.Errorf("%d alerts, and %d of %d months with two rises; want 1 at most, and %d", alerts, flapping, months, months/50)
	}
}
