package store

import (
	"context"
	"database/sql"
	"strings"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riversqlite"

	"vedette/story"
)

// sqlite is the dialect of a file that one process has open: its lock says
// that there are no replicas, and its one connection that writes are serial.
type sqlite struct {
	write *sql.DB
}

// alone need not wait: there is one connection, and nobody asks for outcomes.
func (sqlite) alone(context.Context) (done func(), err error) { return func() {}, nil }

func (sqlite) begin(context.Context, *sql.Tx) (int64, error) { return 0, nil }

// outcome returns err: a commit that is not known to have been made was not.
func (sqlite) outcome(_ context.Context, _ int64, err error) error { return err }

func (sqlite) clock() string { return "0" }

func (q sqlite) driver() riverdriver.Driver[*sql.Tx] { return riversqlite.New(q.write) }

func (sqlite) index(ctx context.Context, tx *sql.Tx, item int64, title, rest string) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM words WHERE rowid = ?`, item); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO words (rowid, title, rest) VALUES (?, ?, ?)`, item, title, rest)
	return err
}

// matching has every word quoted: none is an operator.
func (sqlite) matching(groups [][]story.Phrase) (condition string, args []any) {
	var all []string
	for _, group := range groups {
		var one []string
		for _, p := range group {
			phrase := `"` + strings.NewReplacer(`"`, `""`, "\x00", " ").Replace(strings.Join(p.Words, " ")) + `"`
			if p.Prefix {
				phrase += " *"
			}
			one = append(one, phrase)
		}
		all = append(all, "("+strings.Join(one, " OR ")+")")
	}
	return `words MATCH ?3`, []any{strings.Join(all, " AND ")}
}
