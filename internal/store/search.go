package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"vedette/story"
)

// index takes the words of an item, or of its newest version, into the search.
func (s *Store) index(ctx context.Context, tx *sql.Tx, id int64, it *story.Item) error {
	title, rest := s.searched(it)
	return s.dialect.index(ctx, tx, id, title, rest)
}

// searched returns the words of an item. What stands between two fields is no
// word, so that no phrase spans them.
func (s *Store) searched(it *story.Item) (title, rest string) {
	fold := s.fold
	if fold == nil {
		fold = func(text string) string { return text }
	}
	return fold(it.Title), fold(it.Summary) + " \u001f " + fold(it.Body)
}

// Find gives the items that for each group have one of its phrases to each,
// the newest first, until that returns false. No groups is every item. Those
// whose effective time is before since, and those whose ID is not below
// before, are left out; before 0 leaves out none.
func (s *Store) Find(ctx context.Context, groups [][]story.Phrase, since time.Time, before story.ItemID, each func(story.Item) bool) (err error) {
	defer wrap(&err, "find")
	if len(groups) > 0 && s.Shared() {
		return s.findBySpans(ctx, groups, since, before, each)
	}
	query, args := `SELECT `+itemColumns+` FROM items i WHERE i.effective >= ?1 AND (i.id < ?2 OR ?2 = 0) ORDER BY i.id DESC`, []any{micros(since), before}
	if len(groups) > 0 {
		condition, bound := s.dialect.matching(groups)
		query = `
			SELECT ` + itemColumns + ` FROM words w JOIN items i ON i.id = w.rowid
			WHERE ` + condition + ` AND i.effective >= ?1 AND (w.rowid < ?2 OR ?2 = 0) ORDER BY w.rowid DESC`
		args = append(args, bound...)
	}
	_, err = s.found(ctx, query, args, each)
	return err
}

// found gives the items that a query selects to each, and reports whether that
// wants more.
func (s *Store) found(ctx context.Context, query string, args []any, each func(story.Item) bool) (more bool, err error) {
	rows, err := s.read.QueryContext(ctx, query, args...)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	for rows.Next() {
		var it story.Item
		if err := scanItem(rows, &it); err != nil {
			return false, err
		}
		if !each(it) {
			return false, nil
		}
	}
	return true, rows.Err()
}

// How a search goes back through the archive on a server, which would find and
// sort all that a common word is in before it showed the first: a span of the
// newest items, then one ten times as long. Those that a span has are read by
// pages, each twice as long as the one before: most people want the first few,
// and a trial a thousand.
const (
	firstSpan = 2_000
	widening  = 10
	firstPage = 50
	mostPage  = 2_000
)

// findBySpans is Find for a server.
//
// A span is asked for all that it has, and for no more than their IDs. Were it
// asked for the newest few, the server would expect them to be near its end,
// and would go back from there report by report: to the beginning, if the
// words are in none.
func (s *Store) findBySpans(ctx context.Context, groups [][]story.Phrase, since time.Time, before story.ItemID, each func(story.Item) bool) error {
	condition, bound := s.dialect.matching(groups)
	query := `SELECT w.rowid FROM words w WHERE w.rowid >= ?1 AND w.rowid < ?2 AND ` + condition + ` ORDER BY w.rowid DESC` // #nosec G202 -- the words are bound
	if before == 0 {
		if err := s.read.QueryRowContext(ctx, `SELECT coalesce(max(rowid), 0) + 1 FROM words`).Scan(&before); err != nil {
			return err
		}
	}
	page := firstPage
	for span := story.ItemID(firstSpan); before > 0; span *= widening {
		from := max(before-span, 0)
		rows, err := s.read.QueryContext(ctx, query, append([]any{from, before}, bound...)...)
		ids, err := collect(rows, err, func(r *sql.Rows) (id int64, err error) { return id, r.Scan(&id) })
		if err != nil {
			return err
		}
		for len(ids) > 0 {
			some := ids[:min(page, len(ids))]
			more, err := s.found(ctx, `SELECT `+itemColumns+` FROM items i WHERE i.id = ANY(?1) AND i.effective >= ?2 ORDER BY i.id DESC`, []any{some, micros(since)}, each)
			if err != nil || !more {
				return err
			}
			ids, page = ids[len(some):], min(2*page, mostPage)
		}
		before = from
	}
	return nil
}

// Items gives the items whose effective time is since or later to each,
// oldest first, until that returns an error.
func (s *Store) Items(ctx context.Context, since time.Time, each func(story.Item) error) (err error) {
	defer wrap(&err, "items")
	rows, err := s.read.QueryContext(ctx, `SELECT `+itemColumns+` FROM items i WHERE i.effective >= ? ORDER BY i.effective, i.id`, micros(since))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var it story.Item
		if err := scanItem(rows, &it); err != nil {
			return err
		}
		if err := each(it); err != nil {
			return err
		}
	}
	return rows.Err()
}

// languages first takes what is recent: to have it in order by feed, SQLite
// would go through the whole archive.
const languages = `
	WITH recent AS MATERIALIZED (SELECT feed, lang FROM items WHERE effective >= ? AND lang <> '')
	SELECT feed, lang FROM recent GROUP BY feed, lang ORDER BY count(*), lang`

// Languages returns the language that most items of each feed are in, as BCP
// 47 has it, counting those whose effective time is since or later. A feed
// whose language is not known is left out.
func (s *Store) Languages(ctx context.Context, since time.Time) (_ map[story.FeedName]string, err error) {
	defer wrap(&err, "languages")
	langs := make(map[story.FeedName]string)
	rows, err := s.read.QueryContext(ctx, languages, micros(since))
	_, err = collect(rows, err, func(r *sql.Rows) (struct{}, error) {
		var feed story.FeedName
		var lang string
		err := r.Scan(&feed, &lang)
		langs[feed] = lang // the most frequent comes last
		return struct{}{}, err
	})
	return langs, err
}

// Deliveries counts the deliveries by state.
func (s *Store) Deliveries(ctx context.Context) (_ map[story.DeliveryState]int, err error) {
	defer wrap(&err, "deliveries")
	counts := make(map[story.DeliveryState]int)
	rows, err := s.read.QueryContext(ctx, `SELECT state, count(*) FROM deliveries GROUP BY state`)
	_, err = collect(rows, err, func(r *sql.Rows) (struct{}, error) {
		var state story.DeliveryState
		var n int
		err := r.Scan(&state, &n)
		counts[state] = n
		return struct{}{}, err
	})
	return counts, err
}

// Unaccounted counts the deliveries that a notice owes and that are not
// there, those in a state that is none, and those that went into a digest
// which is not there. It is 0, always.
func (s *Store) Unaccounted(ctx context.Context) (n int, err error) {
	defer wrap(&err, "unaccounted deliveries")
	return unaccounted(ctx, s.read)
}

func unaccounted(ctx context.Context, q querier) (n int, err error) {
	err = q.QueryRowContext(ctx, `
		SELECT (SELECT coalesce(sum(abs(n.owed - (SELECT count(*) FROM deliveries d WHERE d.notice = n.id))), 0) FROM notices n)
			+ (SELECT count(*) FROM deliveries WHERE (state = 'digested') <> (digest IS NOT NULL))
			+ (SELECT count(*) FROM deliveries WHERE state NOT IN
				('owed', 'sending', 'ambiguous', 'delivered', 'merged', 'muted', 'below', 'held', 'digested', 'expired', 'parked'))`).Scan(&n)
	return n, err
}

// Backup writes a whole and consistent copy of the database to path, where
// nothing must be yet. It may run beside a process that writes.
func (s *Store) Backup(ctx context.Context, path string) (err error) {
	defer wrap(&err, "back up to "+path)
	if IsPostgres(s.path) {
		return errors.New("this database is Postgres: pg_dump makes a whole copy of it while vedette runs")
	}
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(fmt.Errorf("a file of this name: %w", fs.ErrExist), err)
	}
	db, err := pool(s.path, "", 1) // VACUUM INTO is refused on a connection that only reads
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, `VACUUM INTO ?`, path)
	return errors.Join(err, db.Close())
}
