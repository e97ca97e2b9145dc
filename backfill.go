package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"

	"vedette/internal/store"
	"vedette/story"
	"vedette/story/desk"
	"vedette/story/signal"
	"vedette/watch"
)

type backfillCmd struct {
	Watch string `arg:"" optional:"" help:"The watch; all of them if left out."`
	Since string `default:"1096d" help:"How far back to look: 90d, 12h."`
}

// Run gives watches the past that they would have, had their rules always
// been what they are. A new watch gets its past by itself; what an older rule
// accepted stays counted.
func (c *backfillCmd) Run(ctx context.Context, p *process) (err error) {
	back, err := ago(c.Since)
	if err != nil {
		return err
	}
	set, d, err := p.desk()
	if err != nil {
		return err
	}
	watches, err := watchesOf(d, c.Watch)
	if err != nil {
		return err
	}
	names := make([]story.WatchName, len(watches))
	for i, w := range watches {
		names[i] = w.Name
	}
	rules, err := watch.NewSet(d.Watches, d.Aliases)
	if err != nil {
		return err
	}
	reader, err := signal.NewReader()
	if err != nil {
		return err
	}
	file := databaseOf(set)
	if _, err := os.Stat(file); !store.IsPostgres(file) && errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("open %s: there is no database yet: vedette run makes it", file)
	}
	db, err := store.Open(ctx, file, store.Options{Log: slog.New(aboveInfo{p.logger(set).Handler()}), Fold: watch.Fold})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	n, err := desk.Backfill(ctx, db, rules, reader, names, utcNow().Add(-back))
	fmt.Fprintf(p.stdout, "%s of the archive count for %s\n", plural(n, "item"), plural(len(names), "watch"))
	return err
}
