package store

import (
	"context"
	"database/sql"

	"vedette/story"
)

// Repeat has what is ambiguous in the rooms sent again, under its key. It is
// for rooms that take two messages with one key once, and for no others.
func (s *Store) Repeat(ctx context.Context, rooms []story.RoomName) (err error) {
	defer wrap(&err, "repeat")
	return s.tx(ctx, func(tx *sql.Tx) error {
		for _, room := range rooms {
			if _, err := tx.ExecContext(ctx, `UPDATE deliveries SET state = 'owed', not_before = 0 WHERE room = ? AND state = 'ambiguous'`, room); err != nil {
				return err
			}
		}
		return nil
	})
}
