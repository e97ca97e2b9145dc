package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"

	"vedette/internal/store"
	"vedette/watch"
)

type moveCmd struct {
	To string `help:"Address of the empty database. What VEDETTE_DATABASE_URL says if left out: a password on a command line can be read by others." placeholder:"postgres://…"`
}

// Run copies the SQLite database into a Postgres one, and says what it did.
func (c *moveCmd) Run(ctx context.Context, p *process) error {
	set, err := p.settings()
	if err != nil {
		return err
	}
	from, to := filepath.Join(set.Data, database), cmp.Or(c.To, set.DatabaseURL.Reveal())
	if to == "" {
		return errors.New("say with --to or VEDETTE_DATABASE_URL which database the copy goes into")
	}
	done, err := store.Copy(ctx, from, to, store.Options{Log: slog.New(slog.DiscardHandler), Fold: watch.Fold})
	if err != nil {
		return err
	}
	rows := 0
	for _, t := range done {
		if t.Rows > 0 {
			fmt.Fprintf(p.stdout, "%-12s %8d\n", t.Table, t.Rows)
		}
		rows += t.Rows
	}
	fmt.Fprintf(p.stdout, "%s of %s stand in %s: read again, counted and compared.\n", plural(rows, "row"), from, store.DisplayName(to))
	fmt.Fprintf(p.stdout, "Set VEDETTE_DATABASE_URL and start vedette there. %s is not used any more: keep it until you trust the other, and never start vedette on both.\n", from)
	return nil
}
