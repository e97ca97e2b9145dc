package store

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"slices"
)

// The catalogues, for the test that compares them.
const (
	SQLiteCatalogue   = sqliteCatalogue
	PostgresCatalogue = postgresCatalogue
)

// ToldKinds lists the kinds of notice that are told.
const ToldKinds = toldKinds

// Describe returns our tables in words that are the same for both databases,
// if the tables are.
func Describe(ctx context.Context, db *sql.DB, catalogue string) (all []string, err error) {
	tables, err := tablesOf(ctx, db, catalogue)
	for _, t := range tables {
		for _, c := range t.columns {
			kind := map[string]string{"boolean": "integer", "bigint": "integer", "bytea": "blob"}[c.kind]
			if kind == "" {
				kind = c.kind
			}
			all = append(all, fmt.Sprintf("%s.%s %s, never NULL %v, key %d", t.name, c.name, kind, c.needed, c.key))
		}
	}
	return all, err
}

// PlanOfLanguages returns how SQLite goes about [Store.Languages].
func (s *Store) PlanOfLanguages(ctx context.Context) ([]string, error) {
	return s.plan(ctx, languages, 0)
}

// PlanOfAudit returns how SQLite goes about what [Store.Audit] asks of reports.
func (s *Store) PlanOfAudit(ctx context.Context) ([]string, error) {
	judged, err := s.plan(ctx, judgedSince, 0)
	if err != nil {
		return nil, err
	}
	told, err := s.plan(ctx, toldOf, 0)
	return append(judged, told...), err
}

// PlanOfEdits returns how SQLite goes about what messages are to be edited.
func (s *Store) PlanOfEdits(ctx context.Context) ([]string, error) {
	rooms, err := s.plan(ctx, `SELECT r.room FROM roots r WHERE `+stale, 0)
	if err != nil {
		return nil, err
	}
	next, err := s.plan(ctx, nextEdit, 0, "desk")
	if err != nil {
		return nil, err
	}
	merged, err := s.plan(ctx, orphan, "desk")
	return slices.Concat(rooms, next, merged), err
}

// plan returns how SQLite goes about a query.
func (s *Store) plan(ctx context.Context, query string, args ...any) ([]string, error) {
	rows, err := s.read.QueryContext(ctx, `EXPLAIN QUERY PLAN `+query, args...)
	return collect(rows, err, func(r *sql.Rows) (step string, err error) {
		var ignored int
		return step, r.Scan(&ignored, &ignored, &ignored, &step)
	})
}

// Looked returns how many reports the searches of s have looked at, by the
// server's count.
func (s *Store) Looked(ctx context.Context) (n int, err error) {
	if _, err := s.read.ExecContext(ctx, `SELECT pg_stat_force_next_flush()`); err != nil { // else it counts when it has time
		return 0, err
	}
	err = s.read.QueryRowContext(ctx, `SELECT coalesce(idx_tup_fetch, 0) + seq_tup_read FROM pg_stat_user_tables WHERE relname = 'words'`).Scan(&n)
	return n, err
}

// Confine has the file grow to so many pages and no further, as on a disk that
// is full; 0 is as many as it has.
func (s *Store) Confine(ctx context.Context, pages int) error {
	if pages == 0 {
		if err := s.write.QueryRowContext(ctx, `PRAGMA page_count`).Scan(&pages); err != nil {
			return err
		}
	}
	return s.write.QueryRowContext(ctx, fmt.Sprintf(`PRAGMA max_page_count(%d)`, pages)).Scan(&pages)
}

// Tx runs do as the store runs what it saves.
func (s *Store) Tx(ctx context.Context, do func(tx *sql.Tx) error) error { return s.tx(ctx, do) }

// Engine begins a transaction on a connection of River's.
func (s *Store) Engine(ctx context.Context) (*sql.Tx, error) {
	return s.dialect.(*postgres).work.BeginTx(ctx, nil)
}

// Unasked returns a store of the Postgres database at address, of which nothing
// was asked.
func Unasked(address string) (*Store, error) {
	s := &Store{log: slog.New(slog.DiscardHandler)}
	return s, newPostgres(s, address)
}

// AskAll has s ask all its servers, and reports whether one is the primary.
func (s *Store) AskAll(ctx context.Context) bool {
	p := s.dialect.(*postgres).primary
	p.askAll(ctx)
	return p.first != nil
}
