package level_test

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"vedette/story"
	"vedette/story/level"
)

// start is the first day of the invented histories.
var start = time.Date(2031, 3, 1, 0, 0, 0, 0, time.UTC)

// on returns a moment of the given day, counted from start.
func on(day, hour int) time.Time {
	return start.AddDate(0, 0, day).Add(time.Duration(hour) * time.Hour)
}

// A pen writes readings: each call is one story of its own.
type pen struct {
	story story.ItemID
	item  story.ItemID
}

// tell has each of the origins report the signals, a minute apart. An origin
// "agency@odria" is controlled by the state odria; "channel!" is unvetted.
func (p *pen) tell(at time.Time, signals []story.Signal, origins ...string) []level.Reading {
	p.story++
	var rs []level.Reading
	for i, origin := range origins {
		p.item++
		r := level.Reading{At: at.Add(time.Duration(i) * time.Minute), Item: p.item, Story: p.story, Tier: 2}
		r.Origin, r.State, _ = strings.Cut(origin, "@")
		if strings.HasSuffix(origin, "!") {
			r.Tier = 4
		}
		r.Outlet = r.Origin
		for _, r.Signal = range signals {
			rs = append(rs, r)
		}
	}
	return rs
}

// of returns signals of the kinds.
func of(kinds ...story.SignalKind) (signals []story.Signal) {
	for _, k := range kinds {
		signals = append(signals, story.Signal{Kind: k})
	}
	return signals
}

// dead returns the signal that n people, such as "fishermen", were killed.
func dead(n int, whom string) []story.Signal {
	return []story.Signal{{Kind: story.Killed, Target: whom, Count: story.Count{Low: n, High: n}}}
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
	n, least := 0, math.Exp(-mean)
	for p := d.float(); p > least; p *= d.float() {
		n++
	}
	return n
}

// flat returns days on which nothing changes but by chance: rate stories a
// day on average, of the usual kinds, each by one to three of four origins.
func flat(d *dice, p *pen, days int, rate float64) (rs []level.Reading) {
	origins := []string{"coast", "wire", "herald", "gazette"}
	kinds := [][]story.Signal{
		of(story.Clash), of(story.Clash), of(story.Shelling), of(story.Shelling), of(story.Threat), of(story.Mobilisation),
		of(story.Talks), of(level.Unread), of(level.Unread),
	}
	for day := range days {
		for range d.poisson(rate) {
			signals := kinds[int(d.float()*float64(len(kinds)))]
			if d.float() < 0.2 {
				signals = dead(1+min(d.poisson(2), 8), "people")
			}
			first := int(d.float() * 4)
			by := slices.Concat(origins, origins)[first : first+1+int(d.float()*2.2)]
			rs = append(rs, p.tell(on(day, int(d.float()*23)), signals, by...)...)
		}
	}
	return rs
}

// quiet returns days of little: talks every third day, shots now and then.
func quiet(p *pen, from, to int) (rs []level.Reading) {
	for day := from; day < to; day += 3 {
		rs = append(rs, p.tell(on(day, 9), of(story.Talks), "wire")...)
		if day%9 == 0 {
			rs = append(rs, p.tell(on(day, 15), of(story.Clash), "coast", "wire")...)
		}
	}
	return rs
}

// warm returns a history of 60 quiet days, and the pen that wrote it.
func warm(params level.Params) (*level.History, *pen) {
	h, p := level.New(params, start), new(pen)
	h.Add(quiet(p, 0, 60)...)
	return h, p
}

// said returns a judgement's explanation.
func said(t *testing.T, j level.Judgement) string {
	t.Helper()
	var text strings.Builder
	if err := j.Explain(&text); err != nil {
		t.Fatal(err)
	}
	return text.String()
}
