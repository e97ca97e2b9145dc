package level

import (
	"math"
	"slices"
)

// A Usual is what scores are compared with: their middle, and how far they
// commonly lie from it.
type Usual struct {
	Median, Scale float64
}

// usual returns what is usual for a side after past scores, blended with its
// prior while there are few of them.
func (p Params) usual(past []float64, side Side) Usual {
	prior := p.ActsPrior
	if side == Threats {
		prior = p.ThreatsPrior
	}
	median := medianOf(past)
	away := make([]float64, len(past))
	for i, s := range past {
		away[i] = math.Abs(s - median)
	}
	// 1.4826 makes the median deviation of a normal series its standard deviation.
	scale := 1.4826 * medianOf(away)
	own := min(1, float64(len(past))/float64(p.ColdDays))
	u := Usual{own*median + (1-own)*prior.Median, own*scale + (1-own)*prior.Scale}
	u.Scale = max(u.Scale, prior.Scale, p.Noise*math.Sqrt(u.Median), p.Share*u.Median)
	return u
}

// medianOf returns the median of values, which it leaves as they are; 0 of none.
func medianOf(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	mid := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[mid]
	}
	return (sorted[mid-1] + sorted[mid]) / 2
}

// above returns how many scales score lies above what is usual.
func (u Usual) above(score float64) float64 { return (score - u.Median) / u.Scale }
