package chart

import (
	"github.com/go-analyze/charts"

	"vedette/story"
)

// An ink is the colours that a chart is drawn in.
type ink struct {
	dark                                                       bool
	ground, words, faint, grid, threats, acts, deadline, white charts.Color
}

// paper returns the ink for a light or a dark ground. The grounds are near to
// those of the chats, and the lines keep their difference for the
// colour-blind: one is blue, the other orange.
func paper(dark bool) ink {
	if dark {
		return ink{
			dark: true, ground: charts.ColorRGB(27, 29, 33), words: charts.ColorRGB(232, 233, 235), faint: charts.ColorRGB(160, 164, 171),
			grid: charts.ColorRGB(70, 74, 81), threats: charts.ColorRGB(96, 176, 255), acts: charts.ColorRGB(255, 176, 64),
			deadline: charts.ColorRGB(255, 120, 200), white: charts.ColorRGB(255, 255, 255),
		}
	}
	return ink{
		ground: charts.ColorRGB(255, 255, 255), words: charts.ColorRGB(29, 28, 29), faint: charts.ColorRGB(97, 96, 97),
		grid: charts.ColorRGB(222, 222, 224), threats: charts.ColorRGB(18, 92, 196), acts: charts.ColorRGB(190, 82, 0),
		deadline: charts.ColorRGB(170, 0, 110), white: charts.ColorRGB(255, 255, 255),
	}
}

// level returns a level's own colour.
func (k ink) level(l story.Level) charts.Color {
	switch l {
	case story.Calm:
		return charts.ColorRGB(64, 145, 108)
	case story.Guarded:
		return charts.ColorRGB(233, 196, 58)
	case story.Elevated:
		return charts.ColorRGB(240, 140, 40)
	case story.High:
		return charts.ColorRGB(214, 58, 48)
	case story.Critical:
		return charts.ColorRGB(122, 18, 94)
	case story.Unjudged:
	}
	return k.grid
}

// badge returns the colour of words on a level's own.
func (k ink) badge(l story.Level) charts.Color {
	if l == story.Guarded || l == story.Elevated {
		return charts.ColorRGB(29, 28, 29)
	}
	return k.white
}

// band returns a level's colour as a ground that lines can be read on.
func (k ink) band(l story.Level) charts.Color {
	share := 0.16
	if k.dark {
		share = 0.30
	}
	c := k.level(l)
	mix := func(a, b uint8) uint8 { return uint8(float64(a)*share + float64(b)*(1-share)) }
	return charts.ColorRGB(mix(c.R, k.ground.R), mix(c.G, k.ground.G), mix(c.B, k.ground.B))
}
