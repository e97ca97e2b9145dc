package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"os"
	"slices"

	"github.com/jackc/pgx/v5"

	"vedette/internal/fault"
	"vedette/story"
)

// ErrNotEmpty says that a database holds something already.
var ErrNotEmpty = errors.New("the database is not empty")

// A Copied says how many rows of a table were copied.
type Copied struct {
	Table string
	Rows  int
}

// Copy copies every row of the SQLite database at from, which no process may
// have open, into the empty Postgres database at to, reads both again and
// compares them, and saves the copy only if they are equal: all or nothing.
// Jobs are not copied: they are calls to look at rows, and whoever runs next
// makes them anew. The file stays as it is, but that what was being sent when
// it was last in use is ambiguous, there and in the copy. The error wraps
// [ErrLocked] or [ErrNotEmpty] where one of them is the reason.
func Copy(ctx context.Context, from, to string, opts Options) (done []Copied, err error) {
	defer wrap(&err, "copy "+from+" to "+DisplayName(to))
	if !IsPostgres(to) {
		return nil, errors.New("the copy goes into a Postgres database: postgres://…")
	}
	if _, err := os.Stat(from); errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	source, err := Open(ctx, from, opts)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	target := &Store{path: to, log: opts.Log, fold: opts.Fold}
	if err := newPostgres(target, to); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, target.Close()) }()
	if err := target.dialect.(*postgres).fit(ctx); err != nil {
		return nil, err
	}
	if err := target.vacant(ctx); err != nil {
		return nil, err
	}
	if err := target.migrate(ctx); err != nil {
		return nil, err
	}
	conn, err := target.write.Conn(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	err = conn.Raw(func(driver any) error {
		c := &copier{from: source, there: target, to: driver.(*connection).Conn.Conn()}
		done, err = c.all(ctx)
		return err
	})
	return done, err
}

// vacant reports whether nothing is in the database.
func (s *Store) vacant(ctx context.Context) error {
	var others int
	err := s.read.QueryRowContext(ctx, `
		SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND NOT EXISTS (SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'goose_db_version')`).Scan(&others)
	if err != nil {
		return err
	}
	if others > 0 {
		return fmt.Errorf("%w: it has %d tables of something else", ErrNotEmpty, others)
	}
	return nil
}

// A copier copies into one transaction.
type copier struct {
	from  *Store
	there *Store
	to    *pgx.Conn // one of there's
}

func (c *copier) all(ctx context.Context) (done []Copied, err error) {
	tx, err := c.to.Begin(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }() // of nothing, once it is saved
	if _, err := tx.Exec(ctx, `SET LOCAL idle_in_transaction_session_timeout = 0; SET CONSTRAINTS ALL DEFERRED`); err != nil {
		return nil, err
	}
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, writeLock); err != nil {
		return nil, err
	}
	tables, err := c.tables(ctx)
	if err != nil {
		return nil, err
	}
	for i := range tables {
		t := &tables[i]
		n, err := c.table(ctx, tx, t)
		if err != nil {
			return nil, fmt.Errorf("table %s: %w", t.name, err)
		}
		done = append(done, Copied{t.name, n})
	}
	if err := c.words(ctx, tx); err != nil {
		return nil, fmt.Errorf("the search: %w", err)
	}
	fault.Point("copy.committing")
	err = tx.Commit(ctx)
	fault.Point("copy.committed")
	return done, err
}

// tables returns the tables that both databases have, as Postgres describes
// them.
func (c *copier) tables(ctx context.Context) ([]table, error) {
	here, err := tablesOf(ctx, c.from.read, sqliteCatalogue)
	if err != nil {
		return nil, err
	}
	there, err := tablesOf(ctx, c.there.read, postgresCatalogue)
	if err != nil {
		return nil, err
	}
	same := func(a, b table) bool { return a.name == b.name && a.names() == b.names() }
	if !slices.EqualFunc(here, there, same) {
		return nil, errors.New("the two have not the same tables: this is a fault in vedette")
	}
	return there, nil
}

// table copies the rows of t, and compares them with what they were copied from.
func (c *copier) table(ctx context.Context, tx pgx.Tx, t *table) (n int, err error) {
	var held bool
	if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM `+t.name+`)`).Scan(&held); err != nil {
		return 0, err
	}
	if held {
		return 0, ErrNotEmpty
	}
	in := &reading{of: t, sum: sha256.New()}
	query := `SELECT ` + t.names() + ` FROM ` + t.name + ` ORDER BY ` + t.order() // #nosec G202 -- the names are ours
	if in.rows, err = c.from.read.QueryContext(ctx, query); err != nil {          //nolint:rowserrcheck // the reading asks for it
		return 0, err
	}
	defer in.rows.Close()
	var names []string
	for _, col := range t.columns {
		names = append(names, col.name)
	}
	copied, err := tx.CopyFrom(ctx, pgx.Identifier{t.name}, names, in)
	if err != nil {
		return 0, err
	}
	if err := c.compare(ctx, tx, query, in); err != nil {
		return 0, err
	}
	return int(copied), c.number(ctx, tx, t)
}

// compare asks the copy what in was asked, and reports how it differs from what in has read.
func (c *copier) compare(ctx context.Context, tx pgx.Tx, query string, in *reading) error {
	rows, err := tx.Query(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	n, sum := 0, sha256.New()
	for rows.Next() {
		values, err := rows.Values()
		if err != nil {
			return err
		}
		n++
		note(sum, values)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if n != in.n || !slices.Equal(sum.Sum(nil), in.sum.Sum(nil)) {
		return fmt.Errorf("%d rows were read and %d stand in the copy, or they differ", in.n, n)
	}
	return nil
}

// number has the next row of t be numbered after the last that ever was, not
// only of those that are there.
func (c *copier) number(ctx context.Context, tx pgx.Tx, t *table) error {
	key := t.columns[0].name // as a number is, wherever there is one
	var sequence *string
	if err := tx.QueryRow(ctx, `SELECT pg_get_serial_sequence($1, $2)`, t.name, key).Scan(&sequence); err != nil || sequence == nil {
		return err
	}
	var last int64
	err := c.from.read.QueryRowContext(ctx, `SELECT max(coalesce((SELECT max(`+key+`) FROM `+t.name+`), 0), coalesce((SELECT seq FROM sqlite_sequence WHERE name = ?), 0))`, t.name).Scan(&last)
	if err == nil && last > 0 {
		_, err = tx.Exec(ctx, `SELECT setval($1, $2)`, *sequence, last)
	}
	return err
}

// words makes the search of the copy anew: it cannot be read from the file.
func (c *copier) words(ctx context.Context, tx pgx.Tx) error {
	var batch pgx.Batch
	send := func() error {
		defer func() { batch = pgx.Batch{} }()
		return tx.SendBatch(ctx, &batch).Close()
	}
	err := c.from.Items(ctx, timeOf(0), func(it story.Item) error {
		title, rest := c.there.searched(&it)
		said, whole := lexemes(title, rest)
		batch.Queue(`INSERT INTO words (rowid, said, whole) VALUES ($1, CAST(CAST($2 AS TEXT) AS TSVECTOR), $3)`, it.ID, said, whole)
		if batch.Len() < 500 {
			return nil
		}
		return send()
	})
	if err != nil {
		return err
	}
	return send()
}

// A reading gives the rows of a file to Postgres, and keeps a sum of them.
type reading struct {
	rows *sql.Rows
	of   *table
	n    int
	sum  hash.Hash

	values []any
	err    error
}

// Next implements [pgx.CopyFromSource].
func (r *reading) Next() bool {
	if r.err != nil || !r.rows.Next() {
		return false
	}
	r.values = make([]any, len(r.of.columns))
	to := make([]any, len(r.values))
	for i := range to {
		to[i] = &r.values[i]
	}
	if r.err = r.rows.Scan(to...); r.err != nil {
		return false
	}
	for i, c := range r.of.columns {
		r.values[i] = kept(r.values[i], c.kind)
	}
	r.n++
	note(r.sum, r.values)
	return true
}

// Values implements [pgx.CopyFromSource].
func (r *reading) Values() ([]any, error) { return r.values, nil }

// Err implements [pgx.CopyFromSource].
func (r *reading) Err() error { return errors.Join(r.err, r.rows.Err()) }

// kept returns a value of SQLite's as a column of that kind holds it.
func kept(v any, kind string) any {
	switch v := v.(type) {
	case int64:
		if kind == "boolean" {
			return v != 0
		}
	case string:
		return storable(v)
	}
	return v
}

// note adds a row to a sum.
func note(sum hash.Hash, values []any) {
	for _, v := range values {
		fmt.Fprintf(sum, "%T %v\x00", v, v)
	}
	fmt.Fprint(sum, "\x01")
}
