package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"vedette/story"
)

// DeclareShifts says when the shift ends that is worked in each room. One that
// was begun goes on; a room that is not named has none any more.
func (s *Store) DeclareShifts(ctx context.Context, next map[story.RoomName]time.Time, now time.Time) (err error) {
	defer wrap(&err, "declare shifts")
	return s.tx(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT room FROM shifts`)
		known, err := collect(rows, err, scanOne[story.RoomName])
		if err != nil {
			return err
		}
		for _, room := range known {
			if _, stays := next[room]; !stays {
				if _, err := tx.ExecContext(ctx, `DELETE FROM shifts WHERE room = ?`, room); err != nil {
					return err
				}
			}
		}
		for room, due := range next {
			_, err := tx.ExecContext(ctx, `
				INSERT INTO shifts (room, began, due) VALUES (?1, ?2, ?3)
				ON CONFLICT (room) DO UPDATE SET due = CASE WHEN shifts.due <= ?2 THEN shifts.due ELSE excluded.due END`, room, micros(now), micros(due))
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// Shift reports whether a shift has ended in room at now, and when it began.
func (s *Store) Shift(ctx context.Context, room story.RoomName, now time.Time) (from time.Time, ended bool, err error) {
	defer wrap(&err, "shift in room "+string(room))
	var began int64
	err = s.read.QueryRowContext(ctx, `SELECT began FROM shifts WHERE room = ? AND due <= ?`, room, micros(now)).Scan(&began)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, false, nil
	}
	return timeOf(began), err == nil, err
}

// SaveHandover owes the room what the next shift must know, and says when that
// ends, in one transaction. A shift that was handed over before is left out.
func (s *Store) SaveHandover(ctx context.Context, sh story.Shift, lines []story.Saying) (err error) {
	defer wrap(&err, "hand over in room "+string(sh.Room))
	return s.tx(ctx, func(tx *sql.Tx) error {
		query, args := `UPDATE shifts SET began = ?2, due = ?3 WHERE room = ?1 AND began = ?4`, []any{sh.Room, micros(sh.To), micros(sh.Next), micros(sh.From)}
		if sh.Next.IsZero() {
			query, args = `DELETE FROM shifts WHERE room = ?1 AND began = ?2`, []any{sh.Room, micros(sh.From)}
		}
		res, err := tx.ExecContext(ctx, query, args...)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); n == 0 || err != nil {
			return err
		}
		return s.owe(ctx, tx, &story.Bulletin{
			Kind: story.ShiftEnd, Key: fmt.Sprintf("handover %s %s", sh.Room, sh.To.UTC().Format(time.RFC3339Nano)), At: sh.To, Rooms: []story.RoomName{sh.Room},
			Reasons: []string{"What the next shift must know"}, Lines: lines,
		})
	})
}
