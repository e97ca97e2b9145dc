package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"vedette/bot/chart"
	"vedette/bot/command"
	"vedette/bot/words"
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
	of := command.Chart(w.Title, pasts[w.Name], paramsOf(d, w.Name), utcNow(), chartDays, words.Words{})
	of.Dark = !c.Light
	picture, err := chart.Draw(of, format)
	if err != nil {
		return err
	}
	if err := os.WriteFile(out, picture, 0o600); err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "%s shows %s, the last %d days\n", out, c.Watch, chartDays)
	return nil
}
