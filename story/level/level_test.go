package level

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vedette/story"
)

// start is the first day of the invented histories.
var start = time.Date(2031, 3, 1, 0, 0, 0, 0, time.UTC)

// on returns a moment of the given day, counted from start.
func on(day, hour int) time.Time {
	return start.AddDate(0, 0, day).Add(time.Duration(hour) * time.Hour)
}

// A pen writes readings: each call is one story of its own.
type pen struct {
	story story.ID
	item  story.ItemID
}

// tell has each of the origins report the signal in a story of its own.
func (p *pen) tell(at time.Time, s story.Signal, origins ...string) []Reading {
	p.story++
	var rs []Reading
	for i, origin := range origins {
		p.item++
		r := Reading{At: at.Add(time.Duration(i) * time.Minute), Item: p.item, Story: p.story, Outlet: origin, Origin: origin, Tier: 2, Signal: s}
		r.Origin, r.State, _ = strings.Cut(origin, "@")
		rs = append(rs, r)
	}
	return rs
}

func of(kind story.SignalKind) story.Signal { return story.Signal{Kind: kind} }

func dead(n int) story.Signal {
	return story.Signal{Kind: story.Killed, Count: story.Count{Low: n, High: n}}
}

// A dice draws the same numbers in each run (splitmix64).
type dice uint64

func (d *dice) float() float64 {
	*d += 0x9e3779b97f4a7c15
	z := uint64(*d)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return float64((z^z>>31)>>11) / (1 << 53)
}

func (d *dice) poisson(mean float64) int {
	n, p, least := 0, d.float(), math.Exp(-mean)
	for p > least {
		n++
		p *= d.float()
	}
	return n
}

func (d *dice) pick(from ...string) string { return from[int(d.float()*float64(len(from)))] }

// flat returns days on which nothing changes but by chance: about rate
// reports a day, of the usual kinds, by one to three of a few origins.
func flat(d *dice, p *pen, from, to int, rate float64) (rs []Reading) {
	for day := from; day < to; day++ {
		for range d.poisson(rate) {
			var origins []string
			for range 1 + int(d.float()*2.2) {
				origins = append(origins, d.pick("coast", "wire", "herald", "gazette"))
			}
			rs = append(rs, p.tell(on(day, int(d.float()*23)), d.signal(), origins...)...)
		}
	}
	return rs
}

func (d *dice) signal() story.Signal {
	switch x := d.float(); {
	case x < 0.2:
		return dead(1 + d.poisson(2))
	case x < 0.4:
		return of(story.Clash)
	case x < 0.6:
		return of(story.Shelling)
	case x < 0.7:
		return of(story.Threat)
	case x < 0.75:
		return of(story.Mobilisation)
	case x < 0.85:
		return of(story.Talks)
	}
	return of(Unread)
}

func TestTryFlat(t *testing.T) {
	for _, rate := range []float64{0.05, 0.2, 0.5, 1, 3, 10, 30} {
		var over, days, crit, guarded, two, total int
		for seed := range 20 {
			d := dice(seed + 1)
			h := New(Default(), start)
			h.Add(flat(&d, new(pen), 0, 400, rate)...)
			for _, day := range h.Days(on(400, 0)) {
				days++
				if day.Level >= story.Guarded {
					guarded++
				}
				if day.Level >= story.Elevated {
					over++
				}
				if day.Level >= story.High {
					crit++
				}
			}
			months := map[int]int{}
			for _, c := range h.Changes(on(400, 0)) {
				if c.To > c.From && c.From == story.Calm {
					months[int(c.At.Sub(start).Hours())/24/30]++
					total++
				}
			}
			for _, n := range months {
				if n > 1 {
					two++
				}
			}
		}
		t.Log(fmt.Sprintf("rate %v: %d days, guarded+ %d elevated+ %d high+ %d total %d months with two rises from calm %d of 260", rate, days, guarded, over, crit, total, two))
	}
	_ = cmp.Diff
}
