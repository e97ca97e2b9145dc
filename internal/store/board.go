package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"vedette/story"
)

// mark says how far the record is, as far as a board shows it.
const mark = `((SELECT coalesce(max(id), 0) FROM notices) || ' ' || (SELECT coalesce(max(id), 0) FROM bulletins) || ' ' || (SELECT coalesce(max(changed), 0) FROM cares))`

// unseen selects, of the boards b, those that are to be looked at at ?1.
const unseen = `b.not_before <= ?1 AND (b.mark <> ` + mark + ` OR b.stale <= ?1)
	AND NOT EXISTS (SELECT 1 FROM rests WHERE rests.room = b.room AND rests.until > ?1)`

// DeclareBoards says which rooms have a board. One that stands in another
// stays there as it is.
func (s *Store) DeclareBoards(ctx context.Context, rooms []story.RoomName) (err error) {
	defer wrap(&err, "declare boards")
	list, err := json.Marshal(append([]story.RoomName{}, rooms...)) // a list, though it may be empty
	if err != nil {
		return err
	}
	return s.tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM boards WHERE room NOT IN (SELECT value FROM json_each(?))`, string(list)); err != nil {
			return err
		}
		for _, room := range rooms {
			if _, err := tx.ExecContext(ctx, `INSERT INTO boards (room, key) VALUES (?, ?) ON CONFLICT DO NOTHING`, room, newKey()); err != nil {
				return err
			}
		}
		return nil
	})
}

// Board returns the board of room, if it is to be looked at at now. Its Mark
// says how far the record is.
func (s *Store) Board(ctx context.Context, room story.RoomName, now time.Time) (b story.Board, due bool, err error) {
	defer wrap(&err, "board of room "+string(room))
	var doubt int64
	err = s.read.QueryRowContext(ctx, `SELECT b.room, b.key, b.remote, b.pinned, b.shown, `+mark+`, b.attempt, b.doubt FROM boards b WHERE b.room = ?2 AND `+unseen, micros(now), room).
		Scan(&b.Room, &b.Key, &b.Remote, &b.Pinned, &b.Shown, &b.Mark, &b.Attempt, &doubt)
	b.Doubt = timeOf(doubt)
	if errors.Is(err, sql.ErrNoRows) {
		return story.Board{}, false, nil
	}
	return b, err == nil, err
}

// SaveBoard saves what became of a board. One that does not stand in its room
// any more has another key from here on.
func (s *Store) SaveBoard(ctx context.Context, b *story.Board) (err error) {
	defer wrap(&err, "save board of room "+string(b.Room))
	return s.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `
			UPDATE boards SET key = CASE WHEN remote <> '' AND ?2 = '' THEN ?3 ELSE key END,
				remote = ?2, pinned = ?4, shown = ?5, mark = ?6, attempt = ?7, not_before = ?8, stale = ?9, doubt = ?10 WHERE room = ?1`,
			b.Room, b.Remote, newKey(), b.Pinned, b.Shown, b.Mark, b.Attempt, micros(b.NotBefore), micros(b.Stale), micros(b.Doubt))
		return err
	})
}

const (
	week    = 7 * 24 * time.Hour  // what a board's trend compares
	longAgo = 92 * 24 * time.Hour // a change before it is not looked for: a watch that nothing matches would cost all stories
)

// Stands returns how the watches stand at now, in their order. A story is open
// if it changed since and nobody has resolved it.
func (s *Store) Stands(ctx context.Context, watches []story.WatchName, now, since time.Time) (_ []story.Stand, err error) {
	defer wrap(&err, "how watches stand")
	levels, err := s.Standings(ctx)
	if err != nil {
		return nil, err
	}
	all := make([]story.Stand, len(watches))
	for i, w := range watches {
		st := &all[i]
		st.Watch, st.Level, st.Since = w, levels[w].Level, levels[w].Since
		if err := s.stories(ctx, st, now, since); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// stories counts the stories of st's watch.
func (s *Store) stories(ctx context.Context, st *story.Stand, now, since time.Time) error {
	const of = `EXISTS (SELECT 1 FROM reports r JOIN matches m ON m.item = r.item WHERE r.story = s.id AND m.watch = ?1)`
	err := s.read.QueryRowContext(ctx, `
		SELECT count(*) FILTER (WHERE s.opened > ?2), count(*) FILTER (WHERE s.opened <= ?2 AND s.opened > ?3) FROM stories s WHERE s.changed > ?3 AND `+of,
		st.Watch, micros(now.Add(-week)), micros(now.Add(-2*week))).Scan(&st.Week, &st.LastWeek)
	if err != nil {
		return err
	}
	var changed int64
	err = s.read.QueryRowContext(ctx, `
		SELECT s.changed, i.title, i.link FROM stories s JOIN reports l ON l.story = s.id AND l.relation = 'opens' JOIN items i ON i.id = l.item
		WHERE s.changed > ?2 AND `+of+` ORDER BY s.changed DESC, s.id DESC LIMIT 1`, st.Watch, micros(now.Add(-longAgo))).Scan(&changed, &st.Title, &st.Link)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	st.Changed = timeOf(changed)
	rows, err := s.read.QueryContext(ctx, `
		SELECT coalesce(c.owner_name, '') FROM stories s LEFT JOIN cares c ON c.story = s.id
		WHERE s.changed > ?2 AND coalesce(c.state, 'open') <> 'resolved' AND `+of+` ORDER BY s.changed DESC, s.id DESC`, st.Watch, micros(since))
	st.Owners, err = collect(rows, err, func(r *sql.Rows) (owner string, err error) { return owner, r.Scan(&owner) })
	st.Open = len(st.Owners)
	return err
}
