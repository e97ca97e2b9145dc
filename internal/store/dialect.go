package store

import (
	"context"
	"database/sql"

	"github.com/riverqueue/river/riverdriver"

	"vedette/story"
)

// A dialect is what the two databases do differently. All else is one text of
// SQL for both: what Postgres calls otherwise its schema defines, and its
// connections write placeholders as it wants them.
type dialect interface {
	// alone returns when no other transaction of this process writes. None does
	// until done is called.
	alone(ctx context.Context) (done func(), err error)

	// begin makes the transaction the only one that writes, until it ends, and
	// returns a number by which its outcome can be asked for.
	begin(ctx context.Context, tx *sql.Tx) (number int64, err error)

	// outcome returns how the transaction ended whose commit returned err.
	outcome(ctx context.Context, number int64, err error) error

	// index takes the words of an item into the search.
	index(ctx context.Context, tx *sql.Tx, item int64, title, rest string) error

	// matching returns the condition that selects, of the words w, those of
	// items that for each group have one of its phrases, with what is bound
	// from ?3 on.
	matching(groups [][]story.Phrase) (condition string, args []any)

	// clock is the expression of the time by the database's clock, in
	// microseconds; "0" where nothing depends on it.
	clock() string

	// driver returns River's driver for the jobs.
	driver() riverdriver.Driver[*sql.Tx]
}
