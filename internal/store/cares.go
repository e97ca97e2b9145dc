package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"vedette/story"
)

// Tend changes who sees to a story to what decide makes of how it stands, and
// has the deed on the record with the outcome that decide returns, in one
// transaction: of two people at once, the second decides by what the first
// has done. All rooms that show the story are to show it anew. If the deed was
// heard before, nothing changes, and heard is true. Who sees to a story that
// goes on in another sees to that one: its alarms are there.
func (s *Store) Tend(ctx context.Context, d story.Deed, id story.ID, decide func(story.Care) (story.Care, string)) (now story.Care, heard bool, err error) {
	defer wrap(&err, fmt.Sprintf("tend story %d", id))
	err = s.tx(ctx, func(tx *sql.Tx) error {
		if err := tx.QueryRowContext(ctx, `SELECT coalesce(merged, id) FROM stories WHERE id = ?`, id).Scan(&id); err != nil {
			return none(err)
		}
		before, err := careOf(ctx, tx, id)
		if err != nil {
			return err
		}
		now = before
		after, outcome := decide(before)
		d.Outcome = outcome
		if heard, err = saveDeed(ctx, tx, &d); heard || err != nil || after == before {
			return err
		}
		now = after
		return s.saveCare(ctx, tx, id, after)
	})
	return now, heard, err
}

// careOf returns who sees to a story, or [story.ErrNone] if it is not there.
func careOf(ctx context.Context, tx *sql.Tx, id story.ID) (c story.Care, err error) {
	var changed int64
	err = tx.QueryRowContext(ctx, `
		SELECT coalesce(c.state, ''), coalesce(c.owner, ''), coalesce(c.owner_name, ''), coalesce(c.changed, 0)
		FROM stories s LEFT JOIN cares c ON c.story = s.id WHERE s.id = ?`, id).Scan(&c.State, &c.Owner.ID, &c.Owner.Name, &changed)
	c.Changed = timeOf(changed)
	return c, none(err)
}

// none returns err in the words of package story.
func none(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return story.ErrNone
	}
	return err
}

// saveCare saves c, and has the rooms' root messages edited.
func (s *Store) saveCare(ctx context.Context, tx *sql.Tx, id story.ID, c story.Care) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO cares (story, state, owner, owner_name, changed) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (story) DO UPDATE SET state = excluded.state, owner = excluded.owner, owner_name = excluded.owner_name, changed = excluded.changed`,
		id, c.Stands(), c.Owner.ID, c.Owner.Name, micros(c.Changed))
	if err != nil {
		return err
	}
	if err := forgetAlarms(ctx, tx, id); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `UPDATE stories SET version = version + 1 WHERE id = ?`, id); err != nil {
		return err
	}
	if err := outdate(ctx, tx, id); err != nil {
		return err
	}
	rows, err := tx.QueryContext(ctx, `SELECT room FROM roots WHERE story = ? AND gone = 0`, id)
	rooms, err := collect(rows, err, scanOne[story.RoomName])
	if err != nil {
		return err
	}
	var jobs []river.JobArgs
	for _, room := range rooms {
		jobs = append(jobs, DeliverArgs{Room: room})
	}
	return s.enqueue(ctx, tx, jobs)
}

// reopen ends that a story is resolved: a report has come.
func reopen(ctx context.Context, tx *sql.Tx, id story.ID, at time.Time) error {
	_, err := tx.ExecContext(ctx, `UPDATE cares SET state = 'open', owner = '', owner_name = '', changed = ? WHERE story = ? AND state = 'resolved'`, micros(at), id)
	return err
}

// Record has a deed on the record that changes nothing else. It reports
// whether it was there already.
func (s *Store) Record(ctx context.Context, d story.Deed) (heard bool, err error) {
	defer wrap(&err, "record "+d.Verb)
	err = s.tx(ctx, func(tx *sql.Tx) error {
		heard, err = saveDeed(ctx, tx, &d)
		return err
	})
	return heard, err
}

func saveDeed(ctx context.Context, tx *sql.Tx, d *story.Deed) (heard bool, err error) {
	res, err := tx.ExecContext(ctx, `
		INSERT INTO deeds (key, person, name, tenant, channel, verb, subject, detail, outcome, at) VALUES (nullif(?, ''), ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		d.Key, d.By.ID, d.By.Name, d.Tenant, d.Channel, d.Verb, d.Subject, d.Detail, d.Outcome, micros(d.At))
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 0, err
}

// Deeds returns what was done to subject since, or to anything if it is "",
// the newest first.
func (s *Store) Deeds(ctx context.Context, subject string, since time.Time, limit int) (_ []story.Deed, err error) {
	defer wrap(&err, "deeds")
	const columns = `SELECT id, coalesce(key, ''), person, name, tenant, channel, verb, subject, detail, outcome, at FROM deeds `
	query, args := columns+`WHERE at >= ?1 ORDER BY id DESC LIMIT ?2`, []any{micros(since), limit}
	if subject != "" {
		query, args = columns+`WHERE subject = ?3 AND at >= ?1 ORDER BY id DESC LIMIT ?2`, append(args, subject)
	}
	rows, err := s.read.QueryContext(ctx, query, args...)
	return collect(rows, err, func(r *sql.Rows) (d story.Deed, err error) {
		var at int64
		err = r.Scan(&d.ID, &d.Key, &d.By.ID, &d.By.Name, &d.Tenant, &d.Channel, &d.Verb, &d.Subject, &d.Detail, &d.Outcome, &at)
		d.At = timeOf(at)
		return d, err
	})
}

// SaveDraft keeps a call that a person must say yes to, and returns its
// number. Drafts of more than a day ago are forgotten.
func (s *Store) SaveDraft(ctx context.Context, person, call string, at time.Time) (id int64, err error) {
	defer wrap(&err, "save draft")
	err = s.tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM drafts WHERE at < ?`, micros(at.AddDate(0, 0, -1))); err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, `INSERT INTO drafts (person, call, at) VALUES (?, ?, ?) RETURNING id`, person, call, micros(at)).Scan(&id)
	})
	return id, err
}

// Draft returns a call that was kept, and whose it is, or [story.ErrNone].
func (s *Store) Draft(ctx context.Context, id int64) (person, call string, err error) {
	defer wrap(&err, "draft")
	err = none(s.read.QueryRowContext(ctx, `SELECT person, call FROM drafts WHERE id = ?`, id).Scan(&person, &call))
	return person, call, err
}

// Secret returns 32 random bytes that are this database's own, the same for
// the same name.
func (s *Store) Secret(ctx context.Context, name string) (value []byte, err error) {
	defer wrap(&err, "secret")
	err = s.tx(ctx, func(tx *sql.Tx) error {
		value, err = secretOf(ctx, tx, name)
		return err
	})
	return value, err
}

func secretOf(ctx context.Context, tx *sql.Tx, name string) (value []byte, err error) {
	err = tx.QueryRowContext(ctx, `SELECT value FROM secrets WHERE name = ?`, name).Scan(&value)
	if !errors.Is(err, sql.ErrNoRows) {
		return value, err
	}
	value = make([]byte, 32)
	_, _ = rand.Read(value) // which never fails
	_, err = tx.ExecContext(ctx, `INSERT INTO secrets (name, value) VALUES (?, ?)`, name, value)
	return value, err
}

// SaveChange saves a version of a watch or a feed with the deed that it came
// of, in one transaction; a deed without a verb is left out. It reports
// whether the deed was heard before: then nothing changes. If the thing does
// not stand as c.Before says, the error is [story.ErrNone].
func (s *Store) SaveChange(ctx context.Context, d story.Deed, c story.Change) (heard bool, err error) {
	defer wrap(&err, fmt.Sprintf("save %s %s", c.What, c.Name))
	err = s.tx(ctx, func(tx *sql.Tx) error {
		if d.Verb != "" {
			if heard, err = saveDeed(ctx, tx, &d); heard || err != nil {
				return err
			}
		}
		var stands string
		err := tx.QueryRowContext(ctx, `SELECT after FROM changes WHERE what = ? AND name = ? ORDER BY id DESC LIMIT 1`, c.What, c.Name).Scan(&stands)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if stands != c.Before {
			return story.ErrNone
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO changes (what, name, before, after, person, by_name, at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			c.What, c.Name, c.Before, c.After, c.By.ID, c.By.Name, micros(c.At))
		return err
	})
	return heard, err
}

// Changes returns the versions of what is called name, or of all things of
// the kind if that is "", the newest first.
func (s *Store) Changes(ctx context.Context, what story.Changed, name string, limit int) (_ []story.Change, err error) {
	defer wrap(&err, "changes")
	rows, err := s.read.QueryContext(ctx, changeColumns+` WHERE what = ?1 AND (?2 = '' OR name = ?2) ORDER BY id DESC LIMIT ?3`, what, name, limit)
	return collect(rows, err, scanChange)
}

// Stand returns the newest version of every watch and feed that is on the
// record, those that are no more included, and the number of the last change.
func (s *Store) Stand(ctx context.Context) (cs []story.Change, last int64, err error) {
	defer wrap(&err, "what stands")
	rows, err := s.read.QueryContext(ctx, changeColumns+` WHERE id IN (SELECT max(id) FROM changes GROUP BY what, name) ORDER BY id`)
	cs, err = collect(rows, err, scanChange)
	for _, c := range cs {
		last = max(last, c.ID)
	}
	return cs, last, err
}

const changeColumns = `SELECT id, what, name, before, after, person, by_name, at FROM changes`

func scanChange(r *sql.Rows) (c story.Change, err error) {
	var at int64
	err = r.Scan(&c.ID, &c.What, &c.Name, &c.Before, &c.After, &c.By.ID, &c.By.Name, &at)
	c.At = timeOf(at)
	return c, err
}

// LastChange returns the number of the last change of a watch or a feed.
func (s *Store) LastChange(ctx context.Context) (last int64, err error) {
	defer wrap(&err, "last change")
	err = s.read.QueryRowContext(ctx, `SELECT coalesce(max(id), 0) FROM changes`).Scan(&last)
	return last, err
}
