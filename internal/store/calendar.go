package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/riverqueue/river"

	"vedette/story"
)

// DeclareRooms says when each room that gets digests gets its next. One that
// is due already stays so, and so does one that something is held for. For a room that gets none any more, what is held is
// due at once: nothing else would end it. A room that was found shut is tried at
// once, since what was wrong may be mended.
func (s *Store) DeclareRooms(ctx context.Context, next map[story.RoomName]time.Time, now time.Time) (err error) {
	defer wrap(&err, "declare rooms")
	return s.tx(ctx, func(tx *sql.Tx) error {
		const shut = ` > ?1 AND room IN (SELECT room FROM rests WHERE shut > 0)`
		for _, again := range []string{`deliveries SET not_before = ?1 WHERE state = 'owed' AND not_before` + shut, `roots SET not_before = ?1 WHERE not_before` + shut, `rests SET until = ?1 WHERE until` + shut} {
			if _, err := tx.ExecContext(ctx, `UPDATE `+again, micros(now)); err != nil { // #nosec G202 -- all of it is ours
				return err
			}
		}
		rows, err := tx.QueryContext(ctx, `SELECT room FROM digests UNION SELECT room FROM deliveries WHERE state = 'held'`)
		known, err := collect(rows, err, scanOne[story.RoomName])
		if err != nil {
			return err
		}
		for _, room := range known {
			if _, stays := next[room]; stays {
				continue
			}
			if _, err := tx.ExecContext(ctx, `DELETE FROM digests WHERE room = ?`, room); err != nil {
				return err
			}
			_, err := tx.ExecContext(ctx, `INSERT INTO digests (room, due, told) SELECT ?1, ?2, ?2 WHERE EXISTS (SELECT 1 FROM deliveries WHERE room = ?1 AND state = 'held')`, room, micros(now))
			if err != nil {
				return err
			}
		}
		for room, due := range next {
			_, err := tx.ExecContext(ctx, `
				INSERT INTO digests (room, due, told) VALUES (?1, ?2, ?3)
				ON CONFLICT (room) DO UPDATE SET due = CASE WHEN digests.due <= ?3
					OR digests.due < excluded.due AND EXISTS (SELECT 1 FROM deliveries WHERE room = ?1 AND state = 'held') THEN digests.due ELSE excluded.due END`, room, micros(due), micros(now))
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// occasioned says of a row of digests that its room is due one at ?1. One that
// has not got through is waited for: the next has all that came since, however
// long the platform is down. One that is in doubt, and not soon looked for, is
// not for long: it may be for ever, where nobody may look.
const occasioned = ` due <= ?1 AND NOT EXISTS (
	SELECT 1 FROM deliveries d WHERE d.story = 0 AND d.room = digests.room AND d.kind = 'digest' AND (d.state IN ('owed', 'sending') OR d.state = 'ambiguous' AND (d.doubt + ` + stuckAfter + ` > ?1 OR d.not_before - ` + soonLooked + ` < ?1)))`

// Occasion reports whether room is due a digest at now, and since when.
func (s *Store) Occasion(ctx context.Context, room story.RoomName, now time.Time) (since time.Time, due bool, err error) {
	defer wrap(&err, "occasion in room "+string(room))
	var at int64
	err = s.read.QueryRowContext(ctx, `SELECT due FROM digests WHERE room = ?2 AND`+occasioned, micros(now), room).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, false, nil
	}
	return timeOf(at), err == nil, err
}

// SaveDigest saves what the occasion tells, as a notice that the room is owed,
// with which what was held for it ends, and when the next occasion is, in one
// transaction. If there is nothing to tell, nothing is told.
func (s *Store) SaveDigest(ctx context.Context, o story.Occasion) (err error) {
	defer wrap(&err, "save digest for room "+string(o.Room))
	return s.tx(ctx, func(tx *sql.Tx) error {
		var told int64
		if err := tx.QueryRowContext(ctx, `SELECT told FROM digests WHERE room = ?`, o.Room).Scan(&told); err != nil {
			return err
		}
		d, err := gather(ctx, tx, &o, timeOf(told))
		if err != nil {
			return err
		}
		if len(d.Lines)+len(d.Bulletins) > 0 {
			if err := s.saveDigest(ctx, tx, &o, d); err != nil {
				return err
			}
		}
		if o.Changed {
			told = micros(o.At)
		}
		if o.Next.IsZero() {
			_, err = tx.ExecContext(ctx, `DELETE FROM digests WHERE room = ?`, o.Room)
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE digests SET due = ?, told = ? WHERE room = ?`, micros(o.Next), told, o.Room)
		return err
	})
}

// saveDigest saves d and ends what was held with it.
func (s *Store) saveDigest(ctx context.Context, tx *sql.Tx, o *story.Occasion, d *story.Digest) error {
	b := story.Bulletin{
		Kind: story.DigestKind, Key: fmt.Sprintf("digest %s %s", o.Room, o.At.UTC().Format(time.RFC3339Nano)),
		At: o.At, Rooms: []story.RoomName{o.Room}, Digest: d,
	}
	rooms := make(map[story.RoomName]bool)
	if err := saveBulletin(ctx, tx, &b, rooms); err != nil {
		return err
	}
	var id story.DeliveryID
	err := tx.QueryRowContext(ctx, `SELECT d.id FROM deliveries d JOIN notices n ON n.id = d.notice JOIN bulletins b ON b.id = n.bulletin WHERE b.key = ? AND d.room = ?`, b.Key, o.Room).Scan(&id)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `
		UPDATE deliveries AS d SET state = 'digested', changed = ?1, digest = ?3, why = 'told in the digest that is delivery ' || CAST(?3 AS BIGINT)
		WHERE d.room = ?2 AND (d.state = 'held' OR d.state = 'owed' AND d.kind = 'refresh'
			AND NOT EXISTS (SELECT 1 FROM roots r WHERE r.room = d.room AND r.story = d.story AND r.gone = 0)
			AND EXISTS (SELECT 1 FROM deliveries e WHERE e.room = d.room AND e.story = d.story AND e.state = 'held'))`, micros(o.At), o.Room, id)
	if err != nil {
		return err
	}
	return s.enqueue(ctx, tx, []river.JobArgs{DeliverArgs{Room: o.Room}})
}

// gather returns what the occasion tells: what is held, and if it is a set
// time, what has changed since told.
func gather(ctx context.Context, tx *sql.Tx, o *story.Occasion, told time.Time) (*story.Digest, error) {
	d := new(story.Digest)
	held, err := heldStories(ctx, tx, o.Room, d)
	if err != nil {
		return nil, err
	}
	ids := held
	if o.Changed {
		d.Since = told
		rows, err := tx.QueryContext(ctx, `
			SELECT id FROM stories s WHERE changed > ?1 AND EXISTS (
				SELECT 1 FROM deliveries d JOIN notices n ON n.id = d.notice WHERE d.story = s.id AND d.room = ?2 AND n.at > ?1 AND d.state <> 'muted')`, micros(told), o.Room)
		changed, err := collect(rows, err, func(r *sql.Rows) (id story.ID, err error) { return id, r.Scan(&id) })
		if err != nil {
			return nil, err
		}
		ids = slices.Concat(held, changed)
	}
	list, err := json.Marshal(append([]story.ID{}, ids...)) // a list, though it may be empty
	if err != nil {
		return nil, err
	}
	all, err := stories(ctx, tx, `SELECT CAST(value AS BIGINT) FROM json_each(?)`, string(list))
	if err != nil {
		return nil, err
	}
	for i := range all {
		st := &all[i]
		if len(st.Reports) == 0 {
			continue // it goes on in another
		}
		if l := lineOf(st); slices.Contains(held, st.ID) {
			l.Held = true
			d.Lines = append(d.Lines, l)
		} else if st.Level >= o.From {
			d.Lines = append(d.Lines, l)
		} else {
			d.Below++
		}
	}
	for i := range d.Lines {
		l := &d.Lines[i]
		err := tx.QueryRowContext(ctx, `SELECT remote FROM roots WHERE room = ? AND story = ? AND gone = 0`, o.Room, l.Story).Scan(&l.Root)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return nil, err
		}
	}
	slices.SortStableFunc(d.Lines, func(a, b story.Line) int { return cmp.Or(cmp.Compare(b.Level, a.Level), b.Changed.Compare(a.Changed)) })
	return d, bulletinsFor(ctx, tx, o, d)
}

// heldStories counts what is held for the room and returns the stories among it.
func heldStories(ctx context.Context, tx *sql.Tx, room story.RoomName, d *story.Digest) (ids []story.ID, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT story, count(*) FROM deliveries WHERE room = ? AND state = 'held' GROUP BY story ORDER BY story`, room)
	_, err = collect(rows, err, func(r *sql.Rows) (struct{}, error) {
		var id story.ID
		var n int
		err := r.Scan(&id, &n)
		d.Held += n
		if id != 0 {
			ids = append(ids, id)
		}
		return struct{}{}, err
	})
	if err != nil {
		return nil, err
	}
	rows, err = tx.QueryContext(ctx, `SELECT DISTINCT why FROM deliveries WHERE room = ? AND state = 'held' ORDER BY why`, room)
	d.Why, err = collect(rows, err, scanOne[string])
	return ids, err
}

// bulletinsFor adds the bulletins that d tells again, or at last.
func bulletinsFor(ctx context.Context, tx *sql.Tx, o *story.Occasion, d *story.Digest) error {
	since := d.Since
	if !o.Changed {
		since = o.At // none
	}
	rows, err := tx.QueryContext(ctx, `
		SELECT b.said FROM bulletins b JOIN notices n ON n.bulletin = b.id JOIN deliveries d ON d.notice = n.id
		WHERE d.room = ?1 AND (d.state = 'held' OR b.kind IN ('level', 'deadline') AND b.at > ?2 AND d.state NOT IN ('below', 'muted')) ORDER BY b.at, b.id`, o.Room, micros(since))
	d.Bulletins, err = collect(rows, err, func(r *sql.Rows) (b story.Bulletin, err error) {
		var said string
		if err := r.Scan(&said); err != nil {
			return b, err
		}
		return b, json.Unmarshal([]byte(said), &b)
	})
	return err
}

// lineOf returns s in a line.
func lineOf(s *story.Story) story.Line {
	lead := s.Lead()
	return story.Line{
		Story: s.ID, Level: s.Level, Title: lead.Item.Title, Link: lead.Item.Link, Watches: s.Watches,
		Origins: s.Origins(), Outlets: len(s.Outlets()), Changed: s.Changed, Care: s.Care,
	}
}

// Alarms returns the alarms of room that are to be looked at at now.
func (s *Store) Alarms(ctx context.Context, room story.RoomName, now time.Time) (_ []story.Alarm, err error) {
	defer wrap(&err, "alarms of room "+string(room))
	rows, err := s.read.QueryContext(ctx, `SELECT a.story, a.room, a.since, a.rung, s.level FROM alarms a JOIN stories s ON s.id = a.story WHERE a.ended = '' AND a.due <= ? AND a.room = ? ORDER BY a.due, a.story`, micros(now), room)
	all, err := collect(rows, err, func(r *sql.Rows) (a story.Alarm, err error) {
		var since int64
		err = r.Scan(&a.Story, &a.Room, &since, &a.Rung, &a.Level)
		a.Since = timeOf(since)
		return a, err
	})
	for i := range all {
		if err == nil {
			all[i].Taken, err = acknowledged(ctx, s.read, all[i].Story)
		}
	}
	return all, err
}

// Climb saves what becomes of an alarm, and the notice that its next rung is
// owed, in one transaction. An alarm that another replica has led further
// stays as it is, and so does one that somebody has acknowledged meanwhile. An
// alarm that ends because its story fell, or is seen to, is forgotten: it may
// begin anew.
func (s *Store) Climb(ctx context.Context, st story.Step) (err error) {
	defer wrap(&err, fmt.Sprintf("climb the ladder of room %s for story %d", st.Alarm.Room, st.Alarm.Story))
	a := &st.Alarm
	return s.tx(ctx, func(tx *sql.Tx) error {
		before := a.Rung
		if st.To != "" {
			before--
			if taken, err := acknowledged(ctx, tx, a.Story); err != nil || taken {
				return err // it is due still, and ends at the next look
			}
		}
		res, err := tx.ExecContext(ctx, `UPDATE alarms SET rung = ?, due = ?, ended = ? WHERE story = ? AND room = ? AND rung = ? AND ended = ''`,
			a.Rung, micros(st.Next), st.Why, a.Story, a.Room, before)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); n == 0 || err != nil {
			return err
		}
		if st.To == "" && st.Why != "" && (a.Taken || a.Level < story.Critical) {
			_, err := tx.ExecContext(ctx, `DELETE FROM alarms WHERE story = ? AND room = ?`, a.Story, a.Room)
			return err
		}
		if st.To == "" {
			return nil
		}
		return s.escalate(ctx, tx, &st)
	})
}

// escalate owes the next rung the story.
func (s *Store) escalate(ctx context.Context, tx *sql.Tx, st *story.Step) error {
	n := story.Notice{Story: st.Alarm.Story, Kind: story.Escalation, Reason: st.Reason, At: st.At}
	if err := tx.QueryRowContext(ctx, `SELECT version FROM stories WHERE id = ?`, n.Story).Scan(&n.Version); err != nil {
		return err
	}
	rooms := make(map[story.RoomName]bool)
	if err := saveNotice(ctx, tx, &n, 0, []story.RoomName{st.To}, rooms); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `UPDATE deliveries SET calls = ? WHERE id = (SELECT max(id) FROM deliveries WHERE story = ? AND room = ? AND kind = ?)`, st.Calls.String(), n.Story, st.To, n.Kind)
	if err != nil {
		return err
	}
	return s.enqueue(ctx, tx, []river.JobArgs{DeliverArgs{Room: st.To}})
}

// alarm begins to wait for somebody to acknowledge the story in a room, unless
// it was begun before.
func alarm(ctx context.Context, tx *sql.Tx, id story.ID, room story.RoomName, at time.Time) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO alarms (story, room, since, due) VALUES (?1, ?2, ?3, ?3) ON CONFLICT DO NOTHING`, id, room, micros(at))
	return err
}

// forgetAlarms has alarms of the story begin anew that have ended. One whose last
// rung was told is remembered until the story falls or somebody sees to it, so
// that no further report calls everybody again.
func forgetAlarms(ctx context.Context, tx *sql.Tx, id story.ID) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM alarms WHERE story = ? AND ended <> ''`, id)
	return err
}

// rise owes again what rooms were not told of a story while it stood lower
// than level, and adds them to rooms: the oldest delivery of each, whose
// message tells all. The story stands at level then.
func rise(ctx context.Context, tx *sql.Tx, id story.ID, level story.Level, at time.Time, rooms map[story.RoomName]bool) error {
	var lower bool
	if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM stories WHERE id = ? AND level < ?)`, id, level).Scan(&lower); err != nil || !lower {
		return err
	}
	owed, err := oweAgain(ctx, tx, id, level, at, rooms)
	if err != nil || !owed {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE stories SET level = ? WHERE id = ?`, level, id)
	return err
}

// oweAgain is rise for a story that stands at level, and reports whether a room
// is owed anything by it.
func oweAgain(ctx context.Context, tx *sql.Tx, id story.ID, level story.Level, at time.Time, rooms map[story.RoomName]bool) (again bool, err error) {
	rows, err := tx.QueryContext(ctx, `
		UPDATE deliveries SET state = 'owed', why = 'the story has risen', changed = ?2, risen = ?2
		WHERE id IN (SELECT min(id) FROM deliveries WHERE story = ?1 AND state = 'below' AND kind <> 'refresh' GROUP BY room) RETURNING room`, id, micros(at))
	owed, err := collect(rows, err, scanOne[story.RoomName])
	if err != nil {
		return false, err
	}
	for _, room := range owed {
		rooms[room] = true
		if level >= story.Critical {
			if err := alarm(ctx, tx, id, room, at); err != nil {
				return false, err
			}
		}
	}
	return len(owed) > 0, nil
}

// Next returns when the next thing is due after now that waits for its time in
// a room, or the zero time.
func (s *Store) Next(ctx context.Context, now time.Time) (_ time.Time, err error) {
	defer wrap(&err, "next")
	var us sql.NullInt64
	err = s.read.QueryRowContext(ctx, `
		SELECT min(due) FROM (
			SELECT due FROM digests UNION ALL SELECT due FROM alarms WHERE ended = ''
			UNION ALL SELECT due FROM mutes WHERE ended = '' UNION ALL SELECT due FROM shifts UNION ALL SELECT CASE WHEN mark <> `+mark+` THEN not_before ELSE stale END FROM boards) AS waiting
		WHERE due > ?`, micros(now)).Scan(&us)
	return timeOf(us.Int64), err
}
