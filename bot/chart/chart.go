package chart

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/go-analyze/charts"

	"vedette/bot"
	"vedette/bot/words"
	"vedette/story"
	"vedette/story/level"
)

// A Chart is what is drawn of a watch.
type Chart struct {
	Title     string // the watch's, as a room reads it
	Days      []level.Day
	Rise      [4]float64 // how many scales above the usual each level from guarded on begins, as in level.Params
	Marks     []Mark
	Deadlines []time.Time // in order; those outside the days are left out, but for the next two weeks
	Dark      bool        // for rooms with a dark ground
	Words     words.Words // that it is lettered in
}

// A Mark is something to be seen at its time, such as a change of level.
type Mark struct {
	At   time.Time
	Text string // a few words
}

// A Format is a kind of picture.
type Format string

// The formats.
const (
	PNG Format = charts.ChartOutputPNG
	SVG Format = charts.ChartOutputSVG
)

// The picture's sizes, in its own points. A chat shows it about half as large
// on a desk and a third on a phone, so that the letters must be large.
const (
	width, height = 1000, 500
	left, right   = 100, 28 // of the plot
	top, bottom   = 118, 414
	strip         = 16 // the height of the row of levels under the plot
	ahead         = 14 // days after the last that may show a deadline
	large, small  = 23, 15
)

// Draw returns the picture of c.
func Draw(c Chart, format Format) ([]byte, error) {
	p := charts.NewPainter(charts.PainterOptions{OutputFormat: string(format), Width: width, Height: height})
	d := drawing{Chart: c, Painter: p, ink: paper(c.Dark)}
	d.FilledRect(0, 0, width, height, d.ink.ground, d.ink.ground, 0)
	d.head()
	d.bands()
	if len(c.Days) > 0 {
		d.first = c.Days[0].Date
		d.count = len(c.Days) + d.room()
		d.dates()
		d.levels()
		d.deadlines()
		d.line(level.Threats, d.ink.threats)
		d.line(level.Acts, d.ink.acts)
		d.marks()
	}
	bytes, err := p.Bytes()
	if err != nil {
		return nil, fmt.Errorf("draw chart of %s: %w", c.Title, err)
	}
	return bytes, nil
}

// A drawing is a chart on its way to paper.
type drawing struct {
	Chart
	*charts.Painter
	ink   ink
	first time.Time // when the first day begins
	count int       // days from the left edge to the right one
}

// room returns how many days after the last one are shown for a deadline.
func (d *drawing) room() int {
	last := d.Days[len(d.Days)-1].Date
	room := 0
	for _, at := range d.Deadlines {
		if n := int(at.Sub(last).Hours()/24) + 1; n <= ahead {
			room = max(room, n)
		}
	}
	return room
}

// x returns where a moment lies.
func (d *drawing) x(at time.Time) int {
	share := at.Sub(d.first).Hours() / 24 / float64(d.count)
	return left + int(share*float64(width-left-right)+0.5)
}

// y returns where a score lies that is so many scales above the usual. Each
// level has a band of the same height, whatever its limits.
func (d *drawing) y(above float64) int {
	const bands = 5
	low, at := -d.Rise[0], 0.0 // calm begins as far below the usual as it ends above it
	for i, limit := range append(d.Rise[:], 2*d.Rise[3]-d.Rise[2]) {
		at = float64(i) + max(0, (above-low)/(limit-low))
		if above < limit {
			break
		}
		at, low = float64(i+1), limit
	}
	return bottom - int(min(at, bands)/bands*(bottom-top)+0.5)
}

// head writes the title, the level, the legend and what the axis means.
func (d *drawing) head() {
	d.text(plain(d.Title), 24, 42, large, true, d.ink.words)
	under := d.Words.Say("scales above what is usual for this watch")
	if n := len(d.Days); n > 0 {
		under += ", " + d.Words.Say("by day (UTC) until %s", d.Days[n-1].Date.UTC().Format(d.Words.Say("2 January 2006")))
		l := d.Days[n-1].Level
		name := d.Words.Upper(bot.LevelName(l, d.Words))
		w := d.measure(name, small+2, true) + 28
		d.FilledRect(width-right-w, 20, width-right, 52, d.ink.level(l), d.ink.level(l), 0)
		d.text(name, width-right-w+14, 43, small+2, true, d.ink.badge(l))
	}
	d.text(under, 24, 68, small, false, d.ink.faint)
	x := width - right
	for _, s := range []struct {
		name string
		ink  charts.Color
	}{{d.Words.Say("acts"), d.ink.acts}, {d.Words.Say("threats"), d.ink.threats}} {
		x -= d.measure(s.name, small, false)
		d.text(s.name, x, 82, small, false, d.ink.words)
		d.LineStroke([]charts.Point{{X: x - 34, Y: 77}, {X: x - 8, Y: 77}}, s.ink, 4)
		x -= 56
	}
}

// bands draws the levels behind the plot, with their names.
func (d *drawing) bands() {
	const each = (bottom - top) / 5
	for l := story.Calm; l <= story.Critical; l++ {
		i := int(l - story.Calm)
		low := bottom - i*(bottom-top)/5
		high := bottom - (i+1)*(bottom-top)/5
		d.FilledRect(left, high, width-right, low, d.ink.band(l), d.ink.band(l), 0)
		name := bot.LevelName(l, d.Words)
		d.text(name, left-12-d.measure(name, small, false), low-each/2+6, small, false, d.ink.words)
	}
}

// dates writes the months' and weeks' beginnings under the plot.
func (d *drawing) dates() {
	step := max(7, (d.count+9)/10)
	for n := 0; n < d.count; n += step {
		day := d.first.AddDate(0, 0, n)
		x := d.x(day)
		d.LineStroke([]charts.Point{{X: x, Y: top}, {X: x, Y: bottom + strip + 10}}, d.ink.grid, 1)
		d.text(day.UTC().Format(d.Words.Say("2 Jan")), x+4, bottom+strip+28, small, false, d.ink.faint)
	}
}

// levels draws the level of each day as a row of colours under the plot.
func (d *drawing) levels() {
	y := bottom + 4
	name := d.Words.Say("level")
	d.text(name, left-12-d.measure(name, small, true), y+strip-2, small, true, d.ink.words)
	for i := 0; i < len(d.Days); {
		end := i
		for end < len(d.Days) && d.Days[end].Level == d.Days[i].Level {
			end++
		}
		last := d.Days[end-1].Date.AddDate(0, 0, 1)
		c := d.ink.level(d.Days[i].Level)
		d.FilledRect(d.x(d.Days[i].Date), y, d.x(last), y+strip, c, c, 0)
		i = end
	}
}

// line draws how a side's score went.
func (d *drawing) line(side level.Side, c charts.Color) {
	var points []charts.Point
	for _, day := range d.Days {
		s := day.Acts
		if side == level.Threats {
			s = day.Threats
		}
		points = append(points, charts.Point{X: d.x(day.Date.Add(12 * time.Hour)), Y: d.y(s.Above())})
	}
	d.LineStroke(points, d.ink.ground, 6) // sets it off from the bands and the other line
	d.LineStroke(points, c, 3)
}

// deadlines draws when ultimatums end.
func (d *drawing) deadlines() {
	end := d.first.AddDate(0, 0, d.count)
	free := 0 // from where on no label stands
	for _, at := range d.Deadlines {
		if at.Before(d.first) || at.After(end) {
			continue
		}
		x := d.x(at)
		d.DashedLineStroke([]charts.Point{{X: x, Y: top - 6}, {X: x, Y: bottom + strip + 4}}, d.ink.deadline, 2.5, []float64{7, 5})
		// A label that would leave the picture ends at its edge; one that would
		// lie on another is left out.
		day := at.UTC().Format(d.Words.Say("2 Jan"))
		if at.UTC().Hour() != 0 || at.UTC().Minute() != 0 {
			day += at.UTC().Format(" 15:04")
		}
		name := d.Words.Say("deadline %s", day)
		w := d.measure(name, small, true)
		if from := min(x-w/2, width-right-w); from >= free {
			d.text(name, from, top-12, small, true, d.ink.deadline)
			free = from + w + 12
		}
	}
}

// marks numbers the marks on the plot and says below what they are, as far as
// there is room.
func (d *drawing) marks() {
	x := left
	for i, m := range d.Marks {
		if m.At.Before(d.first) || !m.At.Before(d.first.AddDate(0, 0, d.count)) {
			continue
		}
		number := fmt.Sprint(i + 1)
		at := d.x(m.At)
		d.Circle(11, at, top+14, d.ink.words, d.ink.ground, 2)
		d.text(number, at-d.measure(number, small-2, true)/2, top+19, small-2, true, d.ink.ground)
		words := number + " " + plain(m.Text)
		if w := d.measure(words, small, false); x+w <= width-right {
			d.text(words, x, height-16, small, false, d.ink.words)
			x += w + 22
		}
	}
}

func (d *drawing) text(words string, x, y int, size float64, bold bool, c charts.Color) {
	d.Text(words, x, y, 0, d.font(size, bold, c))
}

// measure returns how wide words are.
func (d *drawing) measure(words string, size float64, bold bool) int {
	return d.MeasureText(words, 0, d.font(size, bold, d.ink.words)).Width()
}

func (d *drawing) font(size float64, bold bool, c charts.Color) charts.FontStyle {
	family := charts.FontFamilyNotoSans
	if bold {
		family = charts.FontFamilyNotoSansBold
	}
	return charts.FontStyle{FontSize: size * 0.75, FontColor: c, Font: charts.GetFont(family)}
}

// plain returns text in one line, without what cannot be seen.
func plain(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }), " ")
}
