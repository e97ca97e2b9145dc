package store

import (
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

// levels is what the agenda calls the review of the watches' levels.
const levels = "levels"

// Readings returns what the matched items claim, in the order in which it was
// saved, beginning after the one that bears seq; 0 begins with the first. An
// item that was edited is read anew.
func (s *Store) Readings(ctx context.Context, seq int64, each func(story.Reading) error) (err error) {
	defer wrap(&err, "readings")
	rows, err := s.read.QueryContext(ctx, `
		SELECT g.seq, g.edited, g.signals, i.id, i.outlet, i.owner, i.tier, i.state, i.title, i.link, i.effective, coalesce((SELECT f.item FROM reports f WHERE f.story = r.story AND f.relation = 'opens' LIMIT 1), i.id),
			coalesce((SELECT o.owner FROM items o WHERE o.id = nullif(r.copy_of, 0)), ''),
			g.watches
		FROM readings g JOIN items i ON i.id = g.item LEFT JOIN reports r ON r.item = g.item
		WHERE g.seq > ? ORDER BY g.seq`, seq)
	_, err = collect(rows, err, func(r *sql.Rows) (struct{}, error) {
		var g story.Reading
		var signals, watches string
		var at int64
		it := &g.Item
		err := r.Scan(&g.Seq, &g.Edited, &signals, &it.ID, &it.Outlet, &it.Owner, &it.Tier, &it.State, &it.Title, &it.Link, &at, &g.Opener, &g.CopyOf, &watches)
		if err != nil {
			return struct{}{}, err
		}
		it.Effective = timeOf(at)
		if err := json.Unmarshal([]byte(signals), &g.Signals); err != nil {
			return struct{}{}, err
		}
		if err := json.Unmarshal([]byte(watches), &g.Watches); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, each(g)
	})
	return err
}

// SavePast saves matches and signals of items that were judged before, as the
// past of watches that were not there then. Nothing is told, and an item that
// has been edited meanwhile is left out: it is judged anew. While the disk is
// full it ends with [ErrFull].
func (s *Store) SavePast(ctx context.Context, js []story.Judgement) (err error) {
	defer wrap(&err, "save the past")
	if len(js) == 0 {
		return nil
	}
	return s.take(ctx, func(tx *sql.Tx) error {
		for i := range js {
			if err := savePast(ctx, tx, &js[i]); err != nil {
				return fmt.Errorf("item %d: %w", js[i].Item, err)
			}
		}
		return nil
	})
}

func savePast(ctx context.Context, tx *sql.Tx, j *story.Judgement) error {
	var accepted string
	err := tx.QueryRowContext(ctx, `
		SELECT coalesce((SELECT watches FROM readings g WHERE g.item = i.id), '[]') FROM items i WHERE id = ? AND revision = ? AND judged IS NOT NULL`,
		j.Item, j.Revision).Scan(&accepted)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	var watches []story.WatchName
	if err == nil {
		err = json.Unmarshal([]byte(accepted), &watches)
	}
	if err != nil {
		return err
	}
	for _, m := range j.Matches {
		if !slices.Contains(watches, m.Watch) {
			watches = append(watches, m.Watch)
		}
	}
	if err := saveMatches(ctx, tx, j); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM readings WHERE item = ?`, j.Item); err != nil {
		return err
	}
	return insertReading(ctx, tx, j, watches, false)
}

// Standings returns where the watches stand that were ever judged.
func (s *Store) Standings(ctx context.Context) (_ map[story.WatchName]story.Standing, err error) {
	defer wrap(&err, "standings")
	all := make(map[story.WatchName]story.Standing)
	rows, err := s.read.QueryContext(ctx, `
		SELECT said, n FROM (
			SELECT said, count(*) OVER (PARTITION BY watch) AS n, row_number() OVER (PARTITION BY watch ORDER BY id DESC) AS back FROM bulletins WHERE kind = ?) AS latest
		WHERE back = 1`, story.LevelChange)
	_, err = collect(rows, err, func(r *sql.Rows) (struct{}, error) {
		var said string
		var changes int
		var b story.Bulletin
		if err := r.Scan(&said, &changes); err != nil {
			return struct{}{}, err
		}
		err := json.Unmarshal([]byte(said), &b)
		all[b.Watch] = story.Standing{Level: b.To, Since: b.At, Changes: changes}
		return struct{}{}, err
	})
	return all, err
}

// SaveReview saves what a review of the levels has found, a delivery for each
// room that is owed a bulletin, and when the next review is due, in one
// transaction. A bulletin whose key its watch has had is left out.
func (s *Store) SaveReview(ctx context.Context, bs []story.Bulletin, next time.Time) (err error) {
	defer wrap(&err, "save review")
	return s.tx(ctx, func(tx *sql.Tx) error {
		if err := s.judging(ctx, tx); err != nil {
			return err
		}
		rooms := make(map[story.RoomName]bool)
		for i := range bs {
			if err := saveBulletin(ctx, tx, &bs[i], rooms); err != nil {
				return fmt.Errorf("watch %s: %w", bs[i].Watch, err)
			}
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO agenda (what, due) VALUES (?, ?) ON CONFLICT (what) DO UPDATE SET due = excluded.due`, levels, micros(next)); err != nil {
			return err
		}
		var jobs []river.JobArgs
		for room := range rooms {
			jobs = append(jobs, DeliverArgs{Room: room})
		}
		return s.enqueue(ctx, tx, jobs)
	})
}

func saveBulletin(ctx context.Context, tx *sql.Tx, b *story.Bulletin, rooms map[story.RoomName]bool) error {
	said, err := json.Marshal(b)
	if err != nil {
		return err
	}
	var id int64
	err = tx.QueryRowContext(ctx, `INSERT INTO bulletins (watch, kind, key, at, level, said) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id`, b.Watch, b.Kind, b.Key, micros(b.At), b.To, string(said)).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil // it was told before
	}
	if err != nil {
		return err
	}
	if err := riseWith(ctx, tx, b, rooms); err != nil {
		return err
	}
	return saveNotice(ctx, tx, &story.Notice{Kind: b.Kind, At: b.At}, id, b.Rooms, rooms)
}

// riseWith lifts the stories that the rise of a watch rests on, where a room
// was not told of them.
func riseWith(ctx context.Context, tx *sql.Tx, b *story.Bulletin, rooms map[story.RoomName]bool) error {
	if b.To <= b.From {
		return nil
	}
	for _, w := range b.Evidence {
		var id story.ID
		err := tx.QueryRowContext(ctx, `SELECT story FROM reports WHERE item = ?`, w.Item).Scan(&id)
		if errors.Is(err, sql.ErrNoRows) {
			continue // told by no story, such as the past of a feed
		}
		if err == nil {
			err = rise(ctx, tx, id, b.To, b.At, rooms)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// ReviewDue reports whether the levels are to be reviewed at now.
func (s *Store) ReviewDue(ctx context.Context, now time.Time) (due bool, err error) {
	defer wrap(&err, "review due")
	err = s.read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM agenda WHERE what = ? AND due <= ?)`, levels, micros(now)).Scan(&due)
	return due, err
}
