package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"vedette/bot/chart"
	"vedette/story"
	"vedette/story/level"
)

type chartCmd struct {
	Watch string `arg:"" help:"The watch."`
	Out   string `placeholder:"FILE" help:"Where to draw it: a name that ends in .png or .svg; WATCH.png if left out."`
	Light bool   `help:"For rooms with a light ground."`
}

// chartDays is how much of a watch's past a chart shows.
const chartDays = 90

// Run draws how a watch's level went. It may run beside vedette run.
func (c *chartCmd) Run(ctx context.Context, p *process) error {
	_, d, err := p.desk()
	if err != nil {
		return err
	}
	w, err := watchOf(d, c.Watch)
	if err != nil {
		return err
	}
	out := cmp.Or(c.Out, c.Watch+".png")
	format, ok := map[string]chart.Format{".png": chart.PNG, ".svg": chart.SVG}[strings.ToLower(filepath.Ext(out))]
	if !ok {
		return fmt.Errorf("--out %s: want a name that ends in .png or .svg", out)
	}
	pasts, _, err := p.pasts(ctx, d)
	if err != nil {
		return err
	}
	picture, err := chart.Draw(drawn(&w, pasts[w.Name], paramsOf(d, w.Name), utcNow(), !c.Light), format)
	if err != nil {
		return err
	}
	if err := os.WriteFile(out, picture, 0o600); err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "%s shows %s, the last %d days\n", out, c.Watch, chartDays)
	return nil
}

// drawn is the chart of a watch at now: its days, the changes of its level,
// and the deadlines that it knows.
func drawn(w *story.Watch, past *level.History, params level.Params, now time.Time, dark bool) chart.Chart {
	c := chart.Chart{Title: w.Title, Days: past.Days(now), Rise: params.Rise, Dark: dark}
	j := past.Judge(now)
	c.Days = append(c.Days, level.Day{Date: now.UTC().Truncate(24 * time.Hour), Level: j.Level, Threats: j.Threats, Acts: j.Acts, Easing: j.Easing, Cold: j.Cold})
	c.Days = c.Days[max(0, len(c.Days)-chartDays):]
	for _, change := range past.Changes(now) {
		c.Marks = append(c.Marks, chart.Mark{At: change.At, Text: fmt.Sprintf("%s to %s", change.From, change.To)})
	}
	for _, dl := range j.Deadlines {
		c.Deadlines = append(c.Deadlines, dl.Ends)
	}
	return c
}
