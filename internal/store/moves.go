package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"

	"vedette/story"
)

// saveMoves carries j's moves out, and has j's item join the story that one of
// them makes, if it is to. The deliveries that rooms are still owed of the
// reports go with them: each is told, once, in the story where it is.
func saveMoves(ctx context.Context, tx *sql.Tx, j *story.Judgement, rooms map[story.RoomName]bool) error {
	for i := range j.Moves {
		m := &j.Moves[i]
		into, err := destination(ctx, tx, j, m)
		if err != nil {
			return fmt.Errorf("move into story %d: %w", m.Into, err)
		}
		if err := carry(ctx, tx, j, m, into); err != nil {
			return fmt.Errorf("move into story %d: %w", into, err)
		}
		// Whom its parts did not reach may be reached by the whole; the rooms' rules say whether.
		if _, err := oweAgain(ctx, tx, into, m.Level, j.At, rooms); err != nil {
			return fmt.Errorf("move into story %d: %w", into, err)
		}
		if err := saveMoved(ctx, tx, j, m, into, rooms); err != nil {
			return err
		}
		if m.Joined {
			j.Story = into
		}
	}
	return nil
}

// destination returns the story that m leads to, in a new version, and makes
// it if there is none.
func destination(ctx context.Context, tx *sql.Tx, j *story.Judgement, m *story.Move) (into story.ID, err error) {
	query, args := `UPDATE stories SET version = version + 1, changed = max(changed, ?1), level = ?2 WHERE id = (SELECT coalesce(merged, id) FROM stories WHERE id = ?3) RETURNING id`, []any{micros(j.At), m.Level, m.Into}
	if m.Into == 0 {
		query = `INSERT INTO stories (version, level, opened, changed, parted, why) VALUES (1, ?2, ?4, ?1, ?3, ?5) RETURNING id`
		args = []any{micros(j.At), m.Level, m.From[0].Story, micros(m.Opened), m.Reason}
	}
	err = tx.QueryRowContext(ctx, query, args...).Scan(&into)
	return into, err
}

// carry moves the reports, and leaves the stories that they were in in order.
func carry(ctx context.Context, tx *sql.Tx, j *story.Judgement, m *story.Move, into story.ID) error {
	items, err := json.Marshal(m.Items)
	if err != nil {
		return err
	}
	for _, from := range m.From {
		_, err := tx.ExecContext(ctx, `
			UPDATE reports SET story = ?1, moved_from = coalesce(moved_from, ?2), relation = CASE relation WHEN 'opens' THEN 'reports' ELSE relation END
			WHERE story = ?2 AND item IN (SELECT CAST(value AS BIGINT) FROM json_each(?3))`, into, from.Story, string(items))
		if err != nil {
			return err
		}
		if err := leave(ctx, tx, j, m, from, into); err != nil {
			return err
		}
		if err := outdate(ctx, tx, from.Story); err != nil {
			return err
		}
		if err := rehome(ctx, tx, from.Story, 0); err != nil {
			return err
		}
	}
	if err := outdate(ctx, tx, into); err != nil {
		return err
	}
	if err := lead(ctx, tx, into); err != nil {
		return err
	}
	return reread(ctx, tx, string(items))
}

// leave says of a story that reports have left how it stands, or that it goes
// on in another.
func leave(ctx context.Context, tx *sql.Tx, j *story.Judgement, m *story.Move, from story.Left, into story.ID) error {
	var left bool
	if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM reports WHERE story = ?)`, from.Story).Scan(&left); err != nil {
		return err
	}
	if left {
		_, err := tx.ExecContext(ctx, `UPDATE stories SET version = version + 1, changed = max(changed, ?), level = ? WHERE id = ?`, micros(j.At), from.Level, from.Story)
		if err != nil {
			return err
		}
		return lead(ctx, tx, from.Story)
	}
	// Who was to acknowledge it is to acknowledge the other.
	_, err := tx.ExecContext(ctx, `UPDATE alarms AS a SET story = ?1 WHERE story = ?2 AND ended = '' AND NOT EXISTS (SELECT 1 FROM alarms b WHERE b.story = ?1 AND b.room = a.room)`, into, from.Story)
	if err == nil {
		_, err = tx.ExecContext(ctx, `UPDATE alarms SET ended = 'it goes on in another story' WHERE story = ? AND ended = ''`, from.Story)
	}
	if err != nil {
		return err
	}
	// Who has it has the other, unless somebody has that. A mute stays what it
	// was: it must not silence what the room did not mute.
	_, err = tx.ExecContext(ctx, `
		INSERT INTO cares (story, state, owner, owner_name, changed) SELECT ?, state, owner, owner_name, changed FROM cares WHERE story = ? AND state = 'acknowledged'
		ON CONFLICT (story) DO UPDATE SET state = excluded.state, owner = excluded.owner, owner_name = excluded.owner_name, changed = excluded.changed WHERE cares.state <> 'acknowledged'`,
		into, from.Story)
	if err != nil {
		return err
	}
	// Those that were merged into it before go on where it does.
	_, err = tx.ExecContext(ctx, `
		UPDATE stories SET version = version + 1, changed = max(changed, ?1), merged = ?2, why = CASE id WHEN ?3 THEN ?4 ELSE why END
		WHERE id = ?3 OR merged = ?3`, micros(j.At), into, from.Story, m.Reason)
	return err
}

// lead has a story opened by the first of its reports in its own words, if the
// one that opened it is not in it any more. What the others claim counts for a
// story of another name from then on.
func lead(ctx context.Context, tx *sql.Tx, id story.ID) error {
	res, err := tx.ExecContext(ctx, `
		UPDATE reports SET relation = 'opens'
		WHERE seq = (SELECT seq FROM reports WHERE story = ?1 ORDER BY relation = 'copies', seq LIMIT 1)
			AND NOT EXISTS (SELECT 1 FROM reports WHERE story = ?1 AND relation = 'opens')`, id)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); n == 0 || err != nil {
		return err
	}
	rows, err := tx.QueryContext(ctx, `SELECT item FROM reports WHERE story = ?`, id)
	in, err := collect(rows, err, func(r *sql.Rows) (item story.ItemID, err error) { return item, r.Scan(&item) })
	if err != nil {
		return err
	}
	items, err := json.Marshal(in)
	if err != nil {
		return err
	}
	return reread(ctx, tx, string(items))
}

// reread gives the readings of items, a list in JSON, a new place, so that
// whoever holds the past in memory learns that they count otherwise.
func reread(ctx context.Context, tx *sql.Tx, items string) error {
	rows, err := tx.QueryContext(ctx, `
		DELETE FROM readings WHERE item IN (SELECT CAST(value AS BIGINT) FROM json_each(?)) RETURNING seq, item, watches, signals`, items)
	type reading struct {
		seq, item        int64
		watches, signals string
	}
	all, err := collect(rows, err, func(r *sql.Rows) (g reading, err error) {
		return g, r.Scan(&g.seq, &g.item, &g.watches, &g.signals)
	})
	if err != nil {
		return err
	}
	slices.SortFunc(all, func(a, b reading) int { return cmp.Compare(a.seq, b.seq) })
	for _, g := range all {
		if _, err := tx.ExecContext(ctx, `INSERT INTO readings (item, edited, watches, signals) VALUES (?, ?, ?, ?)`, g.item, true, g.watches, g.signals); err != nil {
			return err
		}
	}
	return nil
}

// rehome has what is owed of a story or held back, or a delivery, be of the
// story that its report is in, or if it is about no report, of the one that the
// story goes on in. What a platform was given already stays where it was told.
func rehome(ctx context.Context, tx *sql.Tx, of story.ID, or story.DeliveryID) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE deliveries AS d SET story = s.id, version = s.version
		FROM notices n, stories s
		WHERE n.id = d.notice AND d.story <> 0 AND d.story <> s.id AND d.state IN ('owed', 'held', 'below', 'muted') AND (d.story = ?1 OR d.id = ?2)
			AND s.id = CASE WHEN n.item IS NULL THEN (SELECT merged FROM stories WHERE id = d.story) ELSE (SELECT story FROM reports WHERE item = n.item) END`, of, or)
	return err
}

// saveMoved saves what rooms hear of a move. A room that is told the story
// anyway, or knows it, is owed an edit of its root message.
func saveMoved(ctx context.Context, tx *sql.Tx, j *story.Judgement, m *story.Move, into story.ID, rooms map[story.RoomName]bool) error {
	n := story.Notice{Story: into, Kind: story.Moved, Item: m.Items[0], Reason: m.Reason, At: j.At}
	if err := tx.QueryRowContext(ctx, `SELECT version FROM stories WHERE id = ?`, into).Scan(&n.Version); err != nil {
		return err
	}
	if err := saveNotice(ctx, tx, &n, 0, m.Rooms, rooms); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `
		UPDATE deliveries AS d SET kind = 'refresh' WHERE notice = (SELECT max(id) FROM notices) AND (
			EXISTS (SELECT 1 FROM deliveries e WHERE e.story = d.story AND e.room = d.room AND e.id < d.id AND e.state IN ('owed', 'sending', 'ambiguous') AND e.kind <> 'refresh')
			OR EXISTS (SELECT 1 FROM roots r JOIN stories s ON s.id = r.story WHERE r.room = d.room AND r.gone = 0 AND d.story IN (r.story, s.merged)))`)
	return err
}
