package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"vedette/story"
)

// mostFaults is how many faults an audit names; it counts them all.
const mostFaults = 20

// An auditor gathers what an audit finds.
type auditor struct {
	tx    *sql.Tx
	found story.Audit
}

// fault notes n faults that are one thing.
func (a *auditor) fault(n int, format string, args ...any) {
	a.found.Unaccounted += n
	if len(a.found.Faults) < mostFaults {
		a.found.Faults = append(a.found.Faults, fmt.Sprintf(format, args...))
	}
}

// Audit derives anew what rooms were owed and compares it with the deliveries:
// what a notice owed, when it was saved, with those that there are, and, for
// the items that were judged since, the rooms of the watches that accepted
// them with those that were told. rooms are the rooms of the watches that were
// in force all the while; one that is not in it is not compared. It reads one
// state of the database.
func (s *Store) Audit(ctx context.Context, rooms map[story.WatchName][]story.RoomName, since, now time.Time) (_ story.Audit, err error) {
	defer wrap(&err, "audit")
	tx, err := s.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return story.Audit{}, err
	}
	defer tx.Rollback()
	a := &auditor{tx: tx, found: story.Audit{At: now}}
	if err := a.counts(ctx); err != nil {
		return story.Audit{}, err
	}
	if err := a.derive(ctx, rooms, since); err != nil {
		return story.Audit{}, err
	}
	if err := a.latest(ctx, since); err != nil {
		return story.Audit{}, err
	}
	return a.found, a.waits(ctx, now)
}

// counts compares the deliveries with what each notice owed.
func (a *auditor) counts(ctx context.Context) error {
	n, err := unaccounted(ctx, a.tx)
	if n > 0 {
		a.fault(n, "%d deliveries that notices owe are not on record, or stand in no state", n)
	}
	return err
}

// A judged item as an audit sees it: one that a watch accepted.
type audited struct {
	item     story.ItemID
	watch    story.WatchName
	relation string // "" if it is in no story
	edited   bool   // was there before, and may be of the watch's past: kept, and never told
}

// What an audit asks for, of an index each: it is made every few minutes, over
// years of reports.
const (
	judgedSince = `
		SELECT i.id, m.watch, coalesce(r.relation, ''), i.revision > 1 AND i.first_seen < ?1 FROM items i JOIN matches m ON m.item = i.id LEFT JOIN reports r ON r.item = i.id
		WHERE i.judged >= ?1 AND NOT i.seed`
	toldOf = `SELECT DISTINCT d.room FROM notices n JOIN deliveries d ON d.notice = n.id WHERE n.item = ?1`
)

// derive compares the items that were judged since with who was told.
func (a *auditor) derive(ctx context.Context, rooms map[story.WatchName][]story.RoomName, since time.Time) error {
	rows, err := a.tx.QueryContext(ctx, judgedSince, micros(since))
	all, err := collect(rows, err, func(r *sql.Rows) (j audited, err error) {
		return j, r.Scan(&j.item, &j.watch, &j.relation, &j.edited)
	})
	if err != nil {
		return err
	}
	slices.SortFunc(all, func(a, b audited) int { return cmp.Or(cmp.Compare(a.item, b.item), cmp.Compare(a.watch, b.watch)) })
	for _, j := range all {
		owed, known := rooms[j.watch]
		switch {
		case !known:
			continue
		case j.relation == "" && j.edited:
			continue
		case j.relation == "":
			a.fault(1, "item %d, which %s accepts, is in no story", j.item, j.watch)
			continue
		case j.relation == string(story.Copies): // it may change no message
			continue
		}
		told, err := a.told(ctx, j.item)
		if err != nil {
			return err
		}
		for _, room := range owed {
			a.found.Owed++
			if !slices.Contains(told, room) {
				a.fault(1, "room %s was to be told of item %d, which %s accepts", room, j.item, j.watch)
			}
		}
	}
	return nil
}

// told returns the rooms that have a delivery of a notice that the item caused.
func (a *auditor) told(ctx context.Context, item story.ItemID) ([]story.RoomName, error) {
	rows, err := a.tx.QueryContext(ctx, toldOf, item)
	return collect(rows, err, scanOne[story.RoomName])
}

// latest looks, for the stories that changed since, whether their messages know
// which version they are to show: one that does not would not be edited.
func (a *auditor) latest(ctx context.Context, since time.Time) error {
	var n int
	err := a.tx.QueryRowContext(ctx, `SELECT count(*) FROM stories s JOIN roots r ON r.story = s.id WHERE s.changed >= ? AND r.latest <> s.version`, micros(since)).Scan(&n)
	if n > 0 {
		a.fault(n, "%d messages do not know how their stories stand", n)
	}
	return err
}

// judgedWithin is how long an item may wait to be judged.
const judgedWithin = 10 * time.Minute

// waits looks for items that nobody judges.
func (a *auditor) waits(ctx context.Context, now time.Time) error {
	var n int
	err := a.tx.QueryRowContext(ctx, `SELECT count(*) FROM items WHERE judged IS NULL AND first_seen < ?`, micros(now.Add(-judgedWithin))).Scan(&n)
	if n > 0 {
		a.found.Waiting = n
	}
	return err
}

// Audited has it on record that an audit was made at now. Its error says that
// the database can be written no more, however well it is read.
func (s *Store) Audited(ctx context.Context, now time.Time) (err error) {
	defer wrap(&err, "audited")
	return s.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO agenda (what, due) VALUES ('audit', ?) ON CONFLICT (what) DO UPDATE SET due = excluded.due`, micros(now))
		return err
	})
}

// Announce saves a bulletin and has its rooms told, unless its key was told
// before.
func (s *Store) Announce(ctx context.Context, b *story.Bulletin) (err error) {
	defer wrap(&err, "announce")
	return s.tx(ctx, func(tx *sql.Tx) error { return s.owe(ctx, tx, b) })
}

// Ledger returns the deliveries that q asks for in the order in which they
// were owed, the last ones if there are more than its limit.
func (s *Store) Ledger(ctx context.Context, q story.LedgerQuery) (_ []story.Entry, err error) {
	defer wrap(&err, "ledger")
	rows, err := s.read.QueryContext(ctx, `
		SELECT d.id, d.story, coalesce(i.title, ''), d.room, d.kind, coalesce(n.item, 0), n.reason, d.state, d.why, d.remote, d.attempt, n.at, d.changed
		FROM deliveries d JOIN notices n ON n.id = d.notice LEFT JOIN items i ON i.id = n.item
		WHERE (?1 = 0 OR d.story = ?1) AND (?2 = 0 OR n.item = ?2) AND (?3 = '' OR d.room = ?3) AND (?4 = '' OR d.state = ?4) AND n.at >= ?5
		ORDER BY d.id DESC LIMIT ?6`, q.Story, q.Item, q.Room, q.State, micros(q.Since), q.Limit)
	all, err := collect(rows, err, func(r *sql.Rows) (e story.Entry, err error) {
		var at, changed int64
		err = r.Scan(&e.Delivery, &e.Story, &e.Title, &e.Room, &e.Kind, &e.Item, &e.Reason, &e.State, &e.Why, &e.Remote, &e.Attempt, &at, &changed)
		e.At, e.Changed = timeOf(at), timeOf(changed)
		return e, err
	})
	slices.Reverse(all)
	return all, err
}
