package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"vedette/internal/store"
	"vedette/story"
	"vedette/watch"
)

type searchCmd struct {
	Words []string `arg:"" help:"Words that all must occur, or a rule in the language of watches."`
	Limit int      `default:"20" help:"How many items at the most, newest first."`
	JSON  bool     `help:"Print one object an item."`
}

// Run searches the archive; it may run beside vedette run.
func (c *searchCmd) Run(ctx context.Context, p *process) error {
	db, _, err := p.archive(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }() // it was only read
	var names watch.Names             // those of the desk file, if there is one that can be read
	if _, d, err := p.desk(); err == nil {
		names = d.Aliases
	}
	rule, err := watch.Parse(strings.Join(c.Words, " "), names)
	if err != nil {
		return err
	}
	var items []story.Item
	err = db.Find(ctx, rule.Query().Groups, time.Time{}, 0, func(it story.Item) bool {
		if _, ok := rule.Match(&it); ok {
			items = append(items, it)
		}
		return len(items) < c.Limit
	})
	if err != nil {
		return err
	}
	for i := range items {
		it := &items[i]
		if c.JSON {
			if err := printJSON(p.stdout, map[string]any{"link": it.Link, "title": it.Title, "feed": it.Feed, "outlet": it.Outlet, "at": it.Effective}); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintf(p.stdout, "%s  %s\n    %s  %s\n", it.Effective.Format("2006-01-02 15:04"), it.Title, it.Outlet, it.Link)
	}
	if len(items) == 0 && !c.JSON {
		fmt.Fprintln(p.stdout, "Nothing in the archive matches.")
	}
	return nil
}

// archive opens the database for looking things up, and returns its path.
func (p *process) archive(ctx context.Context) (db *store.Store, path string, err error) {
	set, err := p.settings()
	if err != nil {
		return nil, "", err
	}
	db, err = store.OpenArchive(ctx, databaseOf(set))
	return db, store.DisplayName(databaseOf(set)), err
}

type backupCmd struct {
	File string `arg:"" help:"The file to write; it must not exist."`
}

// Run writes a copy of the database; it may run beside vedette run.
func (c *backupCmd) Run(ctx context.Context, p *process) error {
	db, path, err := p.archive(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }() // it was only read
	if err := db.Backup(ctx, c.File); err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "%s holds a whole copy of %s. To restore it, stop vedette and say: vedette restore %s\n", c.File, path, c.File)
	return nil
}

type restoreCmd struct {
	File string `arg:"" help:"The file that vedette backup wrote." type:"existingfile"`
}

// Run puts a backup in place of the database, which nobody may have open.
func (c *restoreCmd) Run(ctx context.Context, p *process) error {
	set, err := p.settings()
	if err != nil {
		return err
	}
	if set.DatabaseURL != "" {
		return errors.New("VEDETTE_DATABASE_URL is set: what pg_dump wrote of a Postgres database is put back with pg_restore")
	}
	if err := os.MkdirAll(set.Data, 0o700); err != nil {
		return err
	}
	path := filepath.Join(set.Data, database)
	kept, err := store.Restore(ctx, c.File, path, utcNow(), store.Options{Log: slog.New(slog.DiscardHandler), Fold: watch.Fold})
	if err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "%s is what %s holds.\n", path, c.File)
	if kept != "" {
		fmt.Fprintf(p.stdout, "What it was is kept as %s; remove it when you need it no more.\n", kept)
	}
	return nil
}
