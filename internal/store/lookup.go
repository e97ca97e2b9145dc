package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"vedette/story"
)

// Stories returns the stories that q asks for with all their reports, the
// last to change first. Each has a report, unless q asks also for those that
// have none any more.
func (s *Store) Stories(ctx context.Context, q story.Query) (_ []story.Story, err error) {
	defer wrap(&err, "stories")
	rows, err := s.read.QueryContext(ctx, `
		SELECT s.id FROM stories s
		WHERE s.changed >= ?1
			AND (?2 = '' OR EXISTS (SELECT 1 FROM reports r JOIN matches m ON m.item = r.item AND m.watch = ?2 WHERE r.story = s.id))
			AND (NOT ?3 OR NOT EXISTS (SELECT 1 FROM cares c WHERE c.story = s.id AND c.state = 'resolved'))
			AND (?5 OR s.merged IS NULL)
		ORDER BY s.changed DESC, s.id DESC LIMIT ?4`, micros(q.Since), q.Watch, q.Unseen, q.Limit, q.Merged)
	ids, err := collect(rows, err, func(r *sql.Rows) (id story.ID, err error) { return id, r.Scan(&id) })
	if err != nil {
		return nil, err
	}
	all := make([]story.Story, 0, len(ids))
	for _, id := range ids {
		found, err := stories(ctx, s.read, `?`, id)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// ItemsAt returns the items with the link, or with the canonical one, the
// newest first; at most limit.
func (s *Store) ItemsAt(ctx context.Context, link, canonical string, limit int) (_ []story.Item, err error) {
	defer wrap(&err, "items at a link")
	rows, err := s.read.QueryContext(ctx, `SELECT `+itemColumns+` FROM items i WHERE i.link = ?1 OR (?2 <> '' AND i.canonical = ?2) ORDER BY i.id DESC LIMIT ?3`, link, canonical, limit)
	return collect(rows, err, func(r *sql.Rows) (it story.Item, err error) { return it, scanItem(r, &it) })
}

// StoryOf returns the story that an item belongs to, or [story.ErrNone].
func (s *Store) StoryOf(ctx context.Context, item story.ItemID) (id story.ID, err error) {
	defer wrap(&err, fmt.Sprintf("story of item %d", item))
	err = none(s.read.QueryRowContext(ctx, `SELECT story FROM reports WHERE item = ?`, item).Scan(&id))
	return id, err
}

// Told returns the deliveries of a story in the order in which they were owed.
func (s *Store) Told(ctx context.Context, id story.ID) (_ []story.Told, err error) {
	defer wrap(&err, fmt.Sprintf("what was told of story %d", id))
	rows, err := s.read.QueryContext(ctx, `
		SELECT d.room, d.kind, coalesce(n.item, 0), n.reason, d.state, d.why, d.remote, d.attempt, n.at, d.changed
		FROM deliveries d JOIN notices n ON n.id = d.notice WHERE d.story = ? ORDER BY d.id`, id)
	return collect(rows, err, func(r *sql.Rows) (t story.Told, err error) {
		var at, changed int64
		err = r.Scan(&t.Room, &t.Kind, &t.Item, &t.Reason, &t.State, &t.Why, &t.Remote, &t.Attempt, &at, &changed)
		t.At, t.Changed = timeOf(at), timeOf(changed)
		return t, err
	})
}

// Roots returns where the root messages of a story stand.
func (s *Store) Roots(ctx context.Context, id story.ID) (_ map[story.RoomName]story.Remote, err error) {
	defer wrap(&err, fmt.Sprintf("messages of story %d", id))
	roots := make(map[story.RoomName]story.Remote)
	rows, err := s.read.QueryContext(ctx, `SELECT room, remote FROM roots WHERE story = ? AND gone = 0`, id)
	_, err = collect(rows, err, func(r *sql.Rows) (struct{}, error) {
		var room story.RoomName
		var remote story.Remote
		err := r.Scan(&room, &remote)
		roots[room] = remote
		return struct{}{}, err
	})
	return roots, err
}

// Bulletins returns the changes of a watch's level and its deadlines since, or
// those of all watches if it is "", the newest first.
func (s *Store) Bulletins(ctx context.Context, watch story.WatchName, since time.Time, limit int) (_ []story.Bulletin, err error) {
	defer wrap(&err, "bulletins")
	rows, err := s.read.QueryContext(ctx, `SELECT said FROM bulletins WHERE kind IN ('level', 'deadline') AND at >= ?1 AND (?2 = '' OR watch = ?2) ORDER BY id DESC LIMIT ?3`, micros(since), watch, limit)
	return collect(rows, err, func(r *sql.Rows) (b story.Bulletin, err error) {
		var said string
		if err := r.Scan(&said); err != nil {
			return b, err
		}
		return b, json.Unmarshal([]byte(said), &b)
	})
}

// Waiting counts the deliveries that have waited since before, by room.
func (s *Store) Waiting(ctx context.Context, before time.Time) (_ map[story.RoomName]int, err error) {
	defer wrap(&err, "what waits")
	counts := make(map[story.RoomName]int)
	rows, err := s.read.QueryContext(ctx, `
		SELECT room, count(*) FROM (SELECT room, changed FROM deliveries WHERE state = 'owed' UNION ALL SELECT room, changed FROM deliveries WHERE state = 'sending'
			UNION ALL SELECT room, changed FROM deliveries WHERE state = 'ambiguous') AS waiting WHERE changed < ? GROUP BY room`, micros(before))
	_, err = collect(rows, err, func(r *sql.Rows) (struct{}, error) {
		var room story.RoomName
		var n int
		err := r.Scan(&room, &n)
		counts[room] = n
		return struct{}{}, err
	})
	return counts, err
}

// Newest returns the effective time of the newest item of each feed.
func (s *Store) Newest(ctx context.Context) (_ map[story.FeedName]time.Time, err error) {
	defer wrap(&err, "newest items")
	newest := make(map[story.FeedName]time.Time)
	rows, err := s.read.QueryContext(ctx, `SELECT name FROM feeds WHERE declared = 1`)
	names, err := collect(rows, err, scanOne[story.FeedName])
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		var at int64
		err := s.read.QueryRowContext(ctx, `SELECT effective FROM items WHERE feed = ? ORDER BY id DESC LIMIT 1`, name).Scan(&at)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return nil, err
		}
		newest[name] = timeOf(at)
	}
	return newest, nil
}
