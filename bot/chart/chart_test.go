package chart_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vedette/bot/chart"
	"vedette/story"
	"vedette/story/level"
)

// crisis returns the chart of a rise and fall.
func crisis(dark bool) chart.Chart {
	start := time.Date(2031, 3, 1, 0, 0, 0, 0, time.UTC)
	on := func(day int) time.Time { return start.AddDate(0, 0, day).Add(10 * time.Hour) }
	h := level.New(level.Default(), start)
	item := story.ItemID(0)
	tell := func(day int, signals ...story.Signal) {
		for i, origin := range []string{"wire", "coast", "herald"} {
			item++
			for _, s := range signals {
				h.Add(level.Reading{At: on(day).Add(time.Duration(i) * time.Minute), Item: item, Story: story.ID(item) - story.ID(i), Origin: origin, Tier: 2, Signal: s})
			}
		}
	}
	of := func(k story.SignalKind) story.Signal { return story.Signal{Kind: k} }
	dead := func(n int) story.Signal { return story.Signal{Kind: story.Killed, Count: story.Count{Low: n, High: n}} }
	for day := 0; day < 140; day += 3 {
		tell(day, of(story.Talks))
		if day%9 == 0 {
			tell(day, of(story.Clash))
		}
	}
	tell(60, of(story.Threat))
	tell(62, of(story.Mobilisation), of(story.Threat))
	tell(70, story.Signal{Kind: story.Ultimatum, Deadline: on(76).Truncate(24 * time.Hour)}, of(story.Threat), of(story.Mobilisation))
	tell(78, of(story.Strike), dead(12))
	for day := 80; day < 84; day++ {
		tell(day, of(story.Strike), of(story.Clash), dead(60))
	}
	tell(90, story.Signal{Kind: story.Ultimatum, Deadline: on(140)})
	days := h.Days(on(134))
	c := chart.Chart{Title: "Northern strait · Odria and Kest", Days: slices.Clone(days[len(days)-90:]), Rise: level.Default().Rise, Dark: dark}
	for _, d := range h.Deadlines(on(134)) {
		c.Deadlines = append(c.Deadlines, d.Ends)
	}
	c.Marks = []chart.Mark{{At: on(60), Text: "fleet sails"}, {At: on(78), Text: "strike on the port"}, {At: on(84), Text: "ceasefire"}}
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
