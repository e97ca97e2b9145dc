package chart_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vedette/bot/chart"
	"vedette/story"
	"vedette/story/level"
)

// crisis returns the chart of a rise and fall that nobody judged: threats on
// day 20 and 30, acts on day 42, a deadline within and one after it.
func crisis(dark bool) chart.Chart {
	start := time.Date(2031, 3, 1, 0, 0, 0, 0, time.UTC)
	on := func(day int) time.Time { return start.AddDate(0, 0, day) }
	after := func(day, from int, high float64) float64 {
		if day < from {
			return 0
		}
		return high * math.Exp2(float64(from-day)/4)
	}
	c := chart.Chart{Title: "Northern strait · Odria and Kest", Rise: [4]float64{2.5, 6, 9, 13}, Dark: dark}
	for day := range 90 {
		threats := after(day, 20, 5) + after(day, 30, 8)
		acts := 0.3*float64(day%7) + after(day, 42, 6) + after(day, 44, 14)
		d := level.Day{Date: on(day), Level: story.Calm, Threats: level.Score{Value: threats, Usual: level.Usual{Scale: 1}}, Acts: level.Score{Value: acts, Usual: level.Usual{Scale: 1}}}
		for l, limit := range c.Rise {
			if max(threats, acts) >= limit {
				d.Level = story.Guarded + story.Level(l)
			}
		}
		c.Days = append(c.Days, d)
	}
	c.Deadlines = []time.Time{on(38), on(39), on(96).Add(10 * time.Hour)}
	c.Marks = []chart.Mark{{At: on(20), Text: "fleet sails"}, {At: on(42), Text: "strike on the port"}, {At: on(52), Text: "ceasefire"}}
	return c
}

var update = flag.Bool("update", false, "write the golden pictures")

// The words of a picture, its colours and where everything lies are held; a
// PNG is drawn by the same strokes.
func TestTheSVGIsAsItWasLookedAt(t *testing.T) {
	for name, dark := range map[string]bool{"light.svg": false, "dark.svg": true} {
		got, err := chart.Draw(crisis(dark), chart.SVG)
		if err != nil {
			t.Fatal(err)
		}
		golden := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(golden, got, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		lines := func(b []byte) []string {
			return strings.Split(string(bytes.ReplaceAll(b, []byte("><"), []byte(">\n<"))), "\n")
		}
		if diff := cmp.Diff(lines(want), lines(got)); diff != "" {
			t.Errorf("%s, look at it and run with -update (-want +got):\n%s", name, diff)
		}
	}
}

func TestThePNGIsOneAndLargeEnough(t *testing.T) {
	raw, err := chart.Draw(crisis(true), chart.PNG)
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	if size := picture.Bounds().Size(); size.X < 800 || size.Y < 400 || len(raw) > 200_000 {
		t.Errorf("it has %v points and %d bytes; want 800 by 400 or more in 200,000 bytes", size, len(raw))
	}
}

func TestAStrangersWordsAreNoMarkup(t *testing.T) {
	c := crisis(false)
	c.Title = "</text><script>alert(1)</script>&\u202e\x00\n"
	c.Marks[0].Text = `"><image href="https://example.org/x"/>`
	raw, err := chart.Draw(c, chart.SVG)
	if err != nil {
		t.Fatal(err)
	}
	for dec := xml.NewDecoder(bytes.NewReader(raw)); ; {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("the picture is no XML: %v", err)
		}
		if e, ok := token.(xml.StartElement); ok && (e.Name.Local == "script" || e.Name.Local == "image") {
			t.Errorf("the picture holds <%s>", e.Name.Local)
		}
	}
}

func TestAWatchWithoutAPastHasAChart(t *testing.T) {
	for n := range 3 {
		c := crisis(false)
		c.Days, c.Deadlines = c.Days[:n], nil
		if _, err := chart.Draw(c, chart.PNG); err != nil {
			t.Errorf("%d days: %v", n, err)
		}
	}
}

func BenchmarkPNG(b *testing.B) {
	c := crisis(true)
	for b.Loop() {
		if _, err := chart.Draw(c, chart.PNG); err != nil {
			b.Fatal(err)
		}
	}
}
