package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"vedette/story"
)

// Mute silences what m says from here on, in place of a mute of the same thing
// in the same room, with the deed on the record. It reports whether the deed
// was heard before: then nothing changes.
func (s *Store) Mute(ctx context.Context, d story.Deed, ms []story.Mute) (heard bool, err error) {
	defer wrap(&err, "mute")
	err = s.tx(ctx, func(tx *sql.Tx) error {
		if heard, err = saveDeed(ctx, tx, &d); heard || err != nil {
			return err
		}
		for i := range ms {
			m := &ms[i]
			before, err := mutes(ctx, tx, `room = ? AND watch = ? AND story = ? AND ended = ''`, m.Room, m.Watch, m.Story)
			if err != nil {
				return err
			}
			for j := range before {
				if err := s.endMute(ctx, tx, &before[j], m.By.Name+" muted it anew", d.At); err != nil {
					return err
				}
			}
			if err := saveMute(ctx, tx, m); err != nil {
				return err
			}
		}
		return nil
	})
	return heard, err
}

func saveMute(ctx context.Context, tx *sql.Tx, m *story.Mute) error {
	said, err := json.Marshal(m)
	if err != nil {
		return err
	}
	due := m.Until
	if warn := m.Warn(); !warn.IsZero() {
		due = warn
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO mutes (room, watch, story, until, due, said) VALUES (?, ?, ?, ?, ?, ?)`, m.Room, m.Watch, m.Story, micros(m.Until), micros(due), string(said))
	return err
}

// Unmute ends the mutes of a watch or a story in the rooms, with the deed on
// the record, and returns how many there were.
func (s *Store) Unmute(ctx context.Context, d story.Deed, watch story.WatchName, id story.ID, rooms []story.RoomName) (ended int, heard bool, err error) {
	defer wrap(&err, "unmute")
	err = s.tx(ctx, func(tx *sql.Tx) error {
		ended = 0
		if heard, err = saveDeed(ctx, tx, &d); heard || err != nil {
			return err
		}
		for _, room := range rooms {
			ms, err := mutes(ctx, tx, `room = ? AND watch = ? AND story = ? AND ended = ''`, room, watch, id)
			if err != nil {
				return err
			}
			for i := range ms {
				if err := s.endMute(ctx, tx, &ms[i], d.By.Name+" ended it", d.At); err != nil {
					return err
				}
				ended++
			}
		}
		return nil
	})
	return ended, heard, err
}

// Mutes returns the mutes that are in force.
func (s *Store) Mutes(ctx context.Context) (_ []story.Mute, err error) {
	defer wrap(&err, "mutes")
	return mutes(ctx, s.read, `ended = ''`)
}

// EndMutes ends the mutes of room whose time has come, and owes the room what
// they held back; of those that are about to end it owes a word.
func (s *Store) EndMutes(ctx context.Context, room story.RoomName, now time.Time) (err error) {
	defer wrap(&err, "end mutes of room "+string(room))
	const due = `room = ? AND ended = '' AND due <= ?`
	if ms, err := mutes(ctx, s.read, due, room, micros(now)); len(ms) == 0 || err != nil {
		return err
	}
	return s.tx(ctx, func(tx *sql.Tx) error {
		ms, err := mutes(ctx, tx, due, room, micros(now))
		if err != nil {
			return err
		}
		for i := range ms {
			m := &ms[i]
			if !now.Before(m.Until) {
				err = s.endMute(ctx, tx, m, "its time is over", now)
			} else {
				err = s.warnOf(ctx, tx, m, now)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// warnOf owes the room of m a word that it is about to end.
func (s *Store) warnOf(ctx context.Context, tx *sql.Tx, m *story.Mute, now time.Time) error {
	b := m.Ending(now)
	if err := s.owe(ctx, tx, &b); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `UPDATE mutes SET due = until WHERE id = ?`, m.ID)
	return err
}

// owe saves a bulletin and has its rooms told.
func (s *Store) owe(ctx context.Context, tx *sql.Tx, b *story.Bulletin) error {
	rooms := make(map[story.RoomName]bool)
	if err := saveBulletin(ctx, tx, b, rooms); err != nil {
		return err
	}
	var jobs []river.JobArgs
	for room := range rooms {
		jobs = append(jobs, DeliverArgs{Room: room})
	}
	return s.enqueue(ctx, tx, jobs)
}

// endMute ends m. What it held back is told by the lines of one bulletin.
func (s *Store) endMute(ctx context.Context, tx *sql.Tx, m *story.Mute, why string, now time.Time) error {
	res, err := tx.ExecContext(ctx, `UPDATE mutes SET ended = ? WHERE id = ? AND ended = ''`, why, m.ID)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); n == 0 || err != nil {
		return err // another delivery has broken it already
	}
	d, err := heldBack(ctx, tx, m)
	if err != nil {
		return err
	}
	b := m.Ended(why, d, now)
	if err := s.owe(ctx, tx, &b); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `
		UPDATE deliveries SET state = 'digested', changed = ?1, digest = o.id, why = why || '; told in delivery ' || o.id
		FROM (SELECT d.id FROM deliveries d JOIN notices n ON n.id = d.notice JOIN bulletins b ON b.id = n.bulletin WHERE b.watch = ?2 AND b.key = ?3 AND d.room = ?4) AS o
		WHERE deliveries.state = 'muted' AND deliveries.mute = ?5`, micros(now), b.Watch, b.Key, m.Room, m.ID)
	return err
}

// heldBack lists what m kept from its room.
func heldBack(ctx context.Context, tx *sql.Tx, m *story.Mute) (*story.Digest, error) {
	d := new(story.Digest)
	if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM deliveries WHERE state = 'muted' AND mute = ?`, m.ID).Scan(&d.Held); err != nil {
		return nil, err
	}
	found, err := stories(ctx, tx, `SELECT story FROM deliveries WHERE state = 'muted' AND mute = ? AND story <> 0`, m.ID)
	if err != nil {
		return nil, err
	}
	for i := range found {
		if len(found[i].Reports) > 0 { // else it goes on in another
			d.Lines = append(d.Lines, lineOf(&found[i]))
		}
	}
	rows, err := tx.QueryContext(ctx, `SELECT b.said FROM deliveries d JOIN notices n ON n.id = d.notice JOIN bulletins b ON b.id = n.bulletin WHERE d.state = 'muted' AND d.mute = ? ORDER BY b.id`, m.ID)
	d.Bulletins, err = collect(rows, err, func(r *sql.Rows) (b story.Bulletin, err error) {
		var said string
		if err := r.Scan(&said); err != nil {
			return b, err
		}
		return b, json.Unmarshal([]byte(said), &b)
	})
	return d, err
}

// mutes returns the mutes that where selects.
func mutes(ctx context.Context, q querier, where string, args ...any) ([]story.Mute, error) {
	rows, err := q.QueryContext(ctx, fmt.Sprintf(`SELECT id, said FROM mutes WHERE %s ORDER BY id`, where), args...) // #nosec G201 -- where is ours
	return collect(rows, err, func(r *sql.Rows) (m story.Mute, err error) {
		var id int64
		var said string
		if err := r.Scan(&id, &said); err != nil {
			return m, err
		}
		err = json.Unmarshal([]byte(said), &m)
		m.ID = id
		return m, err
	})
}
