// Package store keeps what each stage leaves for the next: items, matches,
// stories, notices, deliveries, and River's jobs, inserted in the same
// transactions as the rows that they are about. It holds the program's only
// SQL.
//
// The rows are the truth, and a job is only a call to look at them: a job
// that runs twice finds nothing left to do. What a method says is saved is
// on the disk when it returns (SQLite: WAL, synchronous=FULL; PostgreSQL:
// refused without fsync and synchronous_commit); a crash before that leaves no
// trace of it. Of several processes on one PostgreSQL database one writes at a
// time, and what one sends or judges no other does. The package never decides what is told, to whom or
// when, never sends anything, and never makes a database anew in the place
// of one that it cannot read.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/riverqueue/river"

	"vedette/internal/fault"
	"vedette/story"
)

// The reasons for which Open refuses a database.
var (
	ErrLocked   = errors.New("another vedette has this database open")
	ErrNewer    = errors.New("the database was written by a newer vedette")
	ErrDamaged  = errors.New("the database is damaged; restore a backup, or move it away to begin anew")
	ErrReadOnly = errors.New("the database cannot be written")
)

// A Store is an open database. Its methods may be called from any goroutine.
type Store struct {
	path  string  // or the address of a Postgres database
	write *sql.DB // one connection, shared with River; transactions begin immediate
	read  *sql.DB // never used while a transaction of write is held by the same goroutine
	jobs  *river.Client[*sql.Tx]
	log   *slog.Logger
	lock  *lock
	disk  *guard // of what write writes to; nil on Postgres
	fold  func(string) string
	rule  story.Rule // nil: all that is due is told

	reserve *reserve // nil: a full disk is an error like any other
	dialect dialect
	term    atomic.Int64 // in which it judges
	replica string       // this process among those that share the database; "" if there are no others
}

// SetRule has rule asked before a message is given out. It must be called
// before the first Claim.
func (s *Store) SetRule(rule story.Rule) { s.rule = rule }

// Options set a Store up.
type Options struct {
	Log *slog.Logger // River's warnings go here; required

	// Fold returns the words of a text as they are searched for, parted by
	// spaces; nil leaves them as they are. All who open a database must have
	// the same one.
	Fold func(text string) string

	// Reserve is how many bytes of the disk are kept for what is left to do
	// when it is full, beside a SQLite file that [Open] opens; 0 is none.
	Reserve int64
}

// Shared reports whether other processes may work on the same database.
func (s *Store) Shared() bool { return s.replica != "" }

// Close waits for the calls under way and closes the database.
func (s *Store) Close() error {
	errs := s.closePools()
	if p, ok := s.dialect.(*postgres); ok {
		errs = append(errs, p.close())
	}
	if s.lock != nil {
		errs = append(errs, s.lock.release())
	}
	return errors.Join(errs...)
}

func (s *Store) closePools() (errs []error) {
	if s.read != nil {
		errs = append(errs, s.read.Close())
	}
	if s.write != nil && s.write != s.read {
		errs = append(errs, s.write.Close())
	}
	return errs
}

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	var one int
	return s.read.QueryRowContext(ctx, "SELECT 1").Scan(&one)
}

// NewClient returns a River client that works the jobs of this database.
func (s *Store) NewClient(cfg *river.Config) (*river.Client[*sql.Tx], error) {
	cfg.ID = s.replica
	return river.NewClient(s.dialect.driver(), cfg)
}

// tx runs do in one transaction, which is saved if do returns nil. It runs it
// once more if the disk proves to be full, when the reserve has been given up.
func (s *Store) tx(ctx context.Context, do func(tx *sql.Tx) error) error {
	err := s.once(ctx, do)
	if !s.full(err) {
		return err
	}
	s.reserve.giveUp()
	if err = s.once(ctx, do); s.full(err) {
		return outOf(err)
	}
	return err
}

// take is tx for what brings in something new: while the disk is full, it ends
// with [ErrFull].
func (s *Store) take(ctx context.Context, do func(tx *sql.Tx) error) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		if !s.FullSince().IsZero() {
			return ErrFull
		}
		return do(tx)
	})
}

// once is tx without a second try.
func (s *Store) once(ctx context.Context, do func(tx *sql.Tx) error) error {
	done, err := s.dialect.alone(ctx)
	if err != nil {
		return err
	}
	defer done()
	fault.Point("tx.beginning")
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	number, err := s.dialect.begin(ctx, tx)
	if err != nil {
		return err
	}
	if err := do(tx); err != nil {
		return err
	}
	fault.Point("tx.committing")
	err = tx.Commit()
	fault.Point("tx.committed")
	return s.dialect.outcome(ctx, number, err)
}

// wrap names the operation that failed, at the exported edge.
func wrap(err *error, operation string) {
	if *err != nil {
		*err = fmt.Errorf("store: %s: %w", operation, *err)
	}
}

// micros returns t as the database keeps it.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// timeOf is the inverse of micros.
func timeOf(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// A querier is a pool or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// collect reads all rows with scan.
func collect[T any](rows *sql.Rows, err error, scan func(*sql.Rows) (T, error)) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, rows.Err()
}
