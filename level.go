package main

import (
	"context"
	"fmt"
	"time"

	"vedette/config"
	"vedette/story"
	"vedette/story/level"
)

type levelCmd struct {
	Watch   string `arg:"" optional:"" help:"The watch; all of them if left out."`
	Explain bool   `help:"Show the arithmetic: signals, reports, thresholds."`
	JSON    bool   `help:"Print one object a watch."`
}

// Run judges the levels anew from the archive, by the code that judges live;
// it may run beside vedette run.
func (c *levelCmd) Run(ctx context.Context, p *process) error {
	_, d, err := p.desk()
	if err != nil {
		return err
	}
	watches, err := watchesOf(d, c.Watch)
	if err != nil {
		return err
	}
	pasts, stands, err := p.pasts(ctx, d)
	if err != nil {
		return err
	}
	for _, w := range watches {
		j := pasts[w.Name].Judge(utcNow())
		if err := c.print(p, w.Name, &j, stands[w.Name]); err != nil {
			return err
		}
	}
	return nil
}

// pasts reads the past of each watch of d, and where it stands.
func (p *process) pasts(ctx context.Context, d *config.Desk) (map[story.WatchName]*level.History, map[story.WatchName]story.Standing, error) {
	db, _, err := p.archive(ctx)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = db.Close() }() // it was only read
	pasts := make(map[story.WatchName]*level.History)
	for _, w := range d.Watches {
		pasts[w.Name] = level.New(paramsOf(d, w.Name), time.Time{})
	}
	err = db.Readings(ctx, 0, func(r story.Reading) error {
		for _, w := range r.Watches {
			if past := pasts[w]; past != nil {
				past.Add(level.ReadingsOf(&r)...)
			}
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	stands, err := db.Standings(ctx)
	return pasts, stands, err
}

func (c *levelCmd) print(p *process, w story.WatchName, j *level.Judgement, st story.Standing) error {
	since := ""
	if st.Changes > 0 && st.Level == j.Level {
		since = ", since " + st.Since.Format("2 Jan 2006 15:04 UTC")
	}
	switch {
	case c.JSON:
		reasons := make([]string, len(j.Reasons))
		for i, r := range j.Reasons {
			reasons[i] = r.String()
		}
		return printJSON(p.stdout, map[string]any{
			"watch": w, "level": j.Level.String(), "trend": j.Trend, "cold": j.Cold, "threats": j.Threats.Value, "acts": j.Acts.Value, "reasons": reasons,
		})
	case c.Explain:
		fmt.Fprintf(p.stdout, "%s%s\n", w, since)
		return j.Explain(p.stdout)
	}
	cold := ""
	if j.Cold {
		cold = " (cold start)"
	}
	_, err := fmt.Fprintf(p.stdout, "%-20s %-9s %-8s%s%s\n", w, j.Level, j.Trend, cold, since)
	return err
}
