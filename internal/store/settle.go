package store

import (
	"context"
	"database/sql"
	"fmt"

	"vedette/story"
)

// Settle records how a claimed act ended. Once it has returned nil, the act
// is not claimed again unless the outcome is Owed.
func (s *Store) Settle(ctx context.Context, o story.Outcome) (err error) {
	defer wrap(&err, fmt.Sprintf("settle %s in room %s", o.Dispatch.Act, o.Dispatch.Room))
	return s.tx(ctx, func(tx *sql.Tx) error { return s.settle(ctx, tx, &o) })
}

// settle is Settle in tx.
func (s *Store) settle(ctx context.Context, tx *sql.Tx, o *story.Outcome) error {
	if err := settleRoom(ctx, tx, o); err != nil {
		return err
	}
	if o.Alarm != nil {
		if err := s.owe(ctx, tx, o.Alarm); err != nil {
			return err
		}
	}
	if o.Dispatch.Act == story.Edit {
		return settleEdit(ctx, tx, o)
	}
	return s.settleMessage(ctx, tx, o)
}

// settleRoom records what the outcome says of the room as a whole.
func settleRoom(ctx context.Context, tx *sql.Tx, o *story.Outcome) error {
	room := o.Dispatch.Room
	if o.Rest {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO rests (room, until, shut) VALUES (?, ?, ?)
			ON CONFLICT (room) DO UPDATE SET until = CASE WHEN rests.until > excluded.until THEN rests.until ELSE excluded.until END, shut = excluded.shut`,
			room, micros(o.NotBefore), o.Shut)
		return err
	}
	if o.State == story.Delivered && o.Dispatch.Shut > 0 {
		_, err := tx.ExecContext(ctx, `UPDATE rests SET shut = 0 WHERE room = ?`, room)
		return err
	}
	return nil
}

// settleMessage records how a message ended. One that was not tried for as long
// as others wait for it begins anew.
func (s *Store) settleMessage(ctx context.Context, tx *sql.Tx, o *story.Outcome) error {
	d := &o.Dispatch
	res, err := tx.ExecContext(ctx, `
		UPDATE deliveries SET state = ?1, remote = ?2, why = ?3, not_before = ?4, changed = ?5, looked = ?6, doubt = CASE ?1 WHEN 'ambiguous' THEN doubt ELSE 0 END, owner = '', deadline = 0,
			began = CASE WHEN ?1 = 'owed' AND doubt > 0 AND doubt + `+stuckAfter+` <= ?5 THEN 0 ELSE began END
		WHERE id = ?7 AND attempt = ?8 AND owner = ?9 AND (state = 'sending' OR state = 'ambiguous' AND owner <> '')`,
		o.State, o.Remote, o.Why, micros(o.NotBefore), micros(o.At), micros(o.Looked), d.Delivery, d.Attempt, s.replica)
	if err != nil {
		return err
	}
	if n, _ := res.RowsAffected(); n == 0 {
		return fmt.Errorf("delivery %d, attempt %d: %w", d.Delivery, d.Attempt, story.ErrNotSending)
	}
	if o.State == story.Owed { // its report may have moved meanwhile
		if err := rehome(ctx, tx, 0, d.Delivery); err != nil {
			return err
		}
	}
	if o.RootGone {
		// By where it stood: the story may go on in another, which has its own.
		_, err = tx.ExecContext(ctx, `UPDATE roots SET gone = 1 WHERE room = ? AND remote = ?`, d.Room, d.Root)
		return err
	}
	switch {
	case o.State != story.Delivered || d.Story.ID == 0:
		return nil
	case d.Act == story.LookUp && d.Root == "":
		return found(ctx, tx, o)
	case d.Act == story.Post:
		return posted(ctx, tx, o)
	}
	return nil
}

// found records that a message without a root was found, or was sent again
// under its key: it is the story's root. Which version it shows is not known,
// so that it is edited.
func found(ctx context.Context, tx *sql.Tx, o *story.Outcome) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO roots (room, story, remote, key, shown, latest) SELECT ?1, id, ?3, ?4, 0, version FROM stories WHERE id = ?2
		ON CONFLICT (room, story) DO UPDATE SET remote = excluded.remote, key = excluded.key, shown = 0, gone = 0, not_before = 0, attempt = 0`,
		o.Dispatch.Room, o.Dispatch.Notice.Story, o.Remote, o.Dispatch.Key)
	return err
}

// posted records that the story's root message stands in the room.
func posted(ctx context.Context, tx *sql.Tx, o *story.Outcome) error {
	d := &o.Dispatch
	_, err := tx.ExecContext(ctx, `
		INSERT INTO roots (room, story, remote, key, shown, latest) SELECT ?1, id, ?3, ?4, ?5, version FROM stories WHERE id = ?2
		ON CONFLICT (room, story) DO UPDATE SET remote = excluded.remote, key = excluded.key, shown = excluded.shown, gone = 0, not_before = 0, attempt = 0`,
		d.Room, d.Story.ID, o.Remote, d.Key, d.Story.Version)
	if err != nil {
		return err
	}
	// What was merged into it is to lead here.
	_, err = tx.ExecContext(ctx, `UPDATE roots SET shown = 0 WHERE room = ? AND gone = 0 AND story IN (SELECT id FROM stories WHERE merged = ?)`, d.Room, d.Story.ID)
	if err != nil {
		return err
	}
	return merge(ctx, tx, o)
}

// outdate has the root messages of a story, and of those that go on in it, know
// which version they are to show. It is called after each change of a version: to
// ask the stories of all messages that there ever were would take longer from
// year to year.
func outdate(ctx context.Context, tx *sql.Tx, id story.ID) error {
	_, err := tx.ExecContext(ctx, `UPDATE roots SET latest = (SELECT version FROM stories WHERE id = roots.story) WHERE story IN (SELECT id FROM stories WHERE id = ?1 OR merged = ?1)`, id)
	return err
}

// settleEdit records how an edit ended. One of a version that is older than
// what the message showed meanwhile, by another replica's edit, may have come
// last: the message is edited once more.
func settleEdit(ctx context.Context, tx *sql.Tx, o *story.Outcome) error {
	d := &o.Dispatch
	id, version := d.Shown()
	var err error
	switch o.State {
	case story.Delivered:
		_, err = tx.ExecContext(ctx, `UPDATE roots SET shown = CASE WHEN shown > ?1 THEN 0 ELSE ?1 END, not_before = 0, attempt = 0 WHERE room = ?2 AND story = ?3`, version, d.Room, id)
		if err == nil && d.Merged == nil {
			err = merge(ctx, tx, o)
		}
	case story.Owed, story.Ambiguous: // an edit may be made again
		_, err = tx.ExecContext(ctx, `UPDATE roots SET shown = CASE WHEN shown > ?4 THEN 0 ELSE shown END, not_before = ?1, attempt = attempt + 1 WHERE room = ?2 AND story = ?3`, micros(o.NotBefore), d.Room, id, version)
	case story.Parked, story.Expired, story.Sending, story.Merged, story.Muted, story.Below, story.Held, story.Digested:
		if o.State == story.Expired && !o.RootGone { // it stands, and shows what it did
			return unshown(ctx, tx, o)
		}
		_, err = tx.ExecContext(ctx, `UPDATE roots SET gone = 1 WHERE room = ? AND story = ?`, d.Room, id)
	}
	return err
}

// unshown records that the root message is not edited any more. Its thread
// goes on; what only an edit would have shown has ended.
func unshown(ctx context.Context, tx *sql.Tx, o *story.Outcome) error {
	d := &o.Dispatch
	id, version := d.Shown()
	_, err := tx.ExecContext(ctx, `UPDATE roots SET shown = max(shown, ?), not_before = 0, attempt = 0 WHERE room = ? AND story = ?`, version, d.Room, id)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE deliveries SET state = 'expired', changed = ?, why = ? WHERE story = ? AND room = ? AND kind = 'refresh' AND state = 'owed' AND version <= ?`,
		micros(o.At), o.Why, id, d.Room, version)
	return err
}

// merge ends the refreshes that the root message covers, now that it shows
// the story's version, and what the room was not told while the story stood
// below its level.
func merge(ctx context.Context, tx *sql.Tx, o *story.Outcome) error {
	d := &o.Dispatch
	_, err := tx.ExecContext(ctx, `
		UPDATE deliveries SET state = 'merged', changed = ?
		WHERE story = ? AND room = ? AND (kind = 'refresh' AND state = 'owed' OR state = 'below') AND version <= ?`,
		micros(o.At), d.Story.ID, d.Room, d.Story.Version)
	return err
}
