package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/riverqueue/river"

	"vedette/internal/fault"
	"vedette/story"
)

// mostRecent is how many stories Recent returns at the most, the newest: a
// desk that has more open within its memory is flooded.
const mostRecent = 10_000

// Unjudged returns at most limit items that wait to be judged, oldest first.
func (s *Store) Unjudged(ctx context.Context, limit int) (_ []story.Pending, err error) {
	defer wrap(&err, "unjudged items")
	rows, err := s.read.QueryContext(ctx, `
		SELECT `+itemColumns+`, i.seed AND i.revision = 1, coalesce(r.story, 0), coalesce((SELECT string_agg(watch, '
') FROM matches m WHERE m.item = i.id), '')
		FROM items i LEFT JOIN reports r ON r.item = i.id
		WHERE i.judged IS NULL ORDER BY i.first_seen, i.id LIMIT ?`, limit)
	return collect(rows, err, func(r *sql.Rows) (story.Pending, error) {
		var p story.Pending
		var watches string
		err := scanItem(r, &p.Item, &p.Seed, &p.Story, &watches)
		for w := range strings.SplitSeq(watches, "\n") {
			if w != "" {
				p.Watches = append(p.Watches, story.WatchName(w))
			}
		}
		return p, err
	})
}

// Recent returns the stories that changed since, oldest first, with all that
// was reported of them. One that goes on in another is not among them.
func (s *Store) Recent(ctx context.Context, since time.Time) (_ []story.Story, err error) {
	defer wrap(&err, "recent stories")
	return stories(ctx, s.read, `SELECT id FROM stories WHERE changed >= ? AND merged IS NULL ORDER BY changed DESC, id DESC LIMIT ?`, micros(since), mostRecent)
}

// Story returns a story with all that was reported of it, or [story.ErrNone].
func (s *Store) Story(ctx context.Context, id story.ID) (_ story.Story, err error) {
	defer wrap(&err, fmt.Sprintf("story %d", id))
	found, err := stories(ctx, s.read, `?`, id)
	if err == nil && len(found) == 0 {
		err = story.ErrNone
	}
	if err != nil {
		return story.Story{}, err
	}
	return found[0], nil
}

// SaveJudgements saves what was decided, carries its moves out, and saves the
// notices, a delivery for each room that is owed one, and the jobs to deliver
// them, in one transaction. A judgement of a revision that is no longer the
// newest is left out, and its item goes on waiting.
func (s *Store) SaveJudgements(ctx context.Context, js []story.Judgement) (err error) {
	defer wrap(&err, "save judgements")
	if len(js) == 0 {
		return nil
	}
	if fault.Sabotaged == fault.OutboxLater {
		err := s.tx(ctx, func(tx *sql.Tx) error {
			_, err := markJudged(ctx, tx, &js[len(js)-1])
			return err
		})
		if err != nil {
			return err
		}
	}
	return s.tx(ctx, func(tx *sql.Tx) error {
		if err := s.judging(ctx, tx); err != nil {
			return err
		}
		rooms := make(map[story.RoomName]bool)
		for i := range js {
			if err := saveJudgement(ctx, tx, &js[i], rooms); err != nil {
				return fmt.Errorf("item %d: %w", js[i].Item, err)
			}
		}
		var jobs []river.JobArgs
		for room := range rooms {
			jobs = append(jobs, DeliverArgs{Room: room})
		}
		return s.enqueue(ctx, tx, jobs)
	})
}

func saveJudgement(ctx context.Context, tx *sql.Tx, j *story.Judgement, rooms map[story.RoomName]bool) error {
	if fits, err := markJudged(ctx, tx, j); !fits || err != nil {
		return err
	}
	if err := saveMatches(ctx, tx, j); err != nil {
		return err
	}
	if err := saveMoves(ctx, tx, j, rooms); err != nil {
		return err
	}
	if err := saveReading(ctx, tx, j); err != nil {
		return err
	}
	if err := saveTelling(ctx, tx, j, rooms); err != nil {
		return err
	}
	for i := range j.Bulletins { // in the rooms after the report that brought them about
		if err := saveBulletin(ctx, tx, &j.Bulletins[i], rooms); err != nil {
			return err
		}
	}
	return nil
}

// markJudged takes the item off what waits, if the judgement is of its newest
// revision, and reports whether it is.
func markJudged(ctx context.Context, tx *sql.Tx, j *story.Judgement) (fits bool, err error) {
	res, err := tx.ExecContext(ctx, `UPDATE items SET judged = ? WHERE id = ? AND revision = ?`, micros(j.At), j.Item, j.Revision)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

func saveMatches(ctx context.Context, tx *sql.Tx, j *story.Judgement) error {
	for _, m := range j.Matches {
		evidence, err := json.Marshal(m.Evidence)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO matches (item, watch, evidence) VALUES (?, ?, ?) ON CONFLICT (item, watch) DO UPDATE SET evidence = excluded.evidence`, j.Item, m.Watch, string(evidence))
		if err != nil {
			return err
		}
	}
	return nil
}

// saveTelling puts the item into its story and saves what is told of it.
func saveTelling(ctx context.Context, tx *sql.Tx, j *story.Judgement, rooms map[story.RoomName]bool) error {
	if j.Kind == "" {
		return joinSilently(ctx, tx, j)
	}
	n := story.Notice{Story: j.Story, Kind: j.Kind, Item: j.Item, Reason: j.Reason, At: j.At}
	if err := rise(ctx, tx, j.Story, j.Level, j.At, rooms); err != nil {
		return err
	}
	if err := saveStory(ctx, tx, j, &n); err != nil {
		return err
	}
	if j.Kind == story.Update {
		if err := reopen(ctx, tx, n.Story, j.At); err != nil {
			return err
		}
	}
	if err := saveNotice(ctx, tx, &n, 0, j.Rooms, rooms); err != nil || j.Level < story.Critical || j.Kind == story.Refresh {
		return err
	}
	for _, room := range j.Rooms {
		if err := alarm(ctx, tx, n.Story, room, j.At); err != nil {
			return err
		}
	}
	return nil
}

// saveReading puts what the item claims now, for the watches that accept it
// now, in the place of what an earlier revision claimed. Where that is
// nothing, an empty row tells whoever holds the past in memory.
func saveReading(ctx context.Context, tx *sql.Tx, j *story.Judgement) error {
	res, err := tx.ExecContext(ctx, `DELETE FROM readings WHERE item = ?`, j.Item)
	if err != nil {
		return err
	}
	edited, _ := res.RowsAffected()
	if len(j.Matches) == 0 && edited == 0 {
		return nil
	}
	watches := make([]story.WatchName, len(j.Matches))
	for i, m := range j.Matches {
		watches[i] = m.Watch
	}
	return insertReading(ctx, tx, j, watches, edited == 1)
}

func insertReading(ctx context.Context, tx *sql.Tx, j *story.Judgement, watches []story.WatchName, edited bool) error {
	accept, err := json.Marshal(watches)
	if err != nil {
		return err
	}
	signals, err := json.Marshal(j.Signals)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO readings (item, edited, watches, signals) VALUES (?, ?, ?, ?)`, j.Item, edited, string(accept), string(signals))
	return err
}

// joinSilently puts an item into its story, if it has one, without a new
// version of the story: no message changes.
func joinSilently(ctx context.Context, tx *sql.Tx, j *story.Judgement) error {
	if j.Relation == "" {
		return nil
	}
	_, err := tx.ExecContext(ctx, `
		INSERT INTO reports (item, story, relation, copy_of) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`, j.Item, j.Story, j.Relation, j.CopyOf)
	return err
}

// saveStory opens the story or changes it, and sets the notice's story and
// version.
func saveStory(ctx context.Context, tx *sql.Tx, j *story.Judgement, n *story.Notice) error {
	query, args := `INSERT INTO stories (version, level, opened, changed) VALUES (1, ?2, ?1, ?1) RETURNING id, version`, []any{micros(j.At), j.Level}
	if j.Story != 0 {
		query, args = `UPDATE stories SET version = version + 1, changed = max(changed, ?1), level = ?2 WHERE id = ?3 RETURNING id, version`, append(args, j.Story)
	}
	row := tx.QueryRowContext(ctx, query, args...)
	if err := row.Scan(&n.Story, &n.Version); err != nil {
		return fmt.Errorf("story %d: %w", j.Story, err)
	}
	if j.Story != 0 {
		if err := outdate(ctx, tx, n.Story); err != nil {
			return err
		}
	}
	if j.Level < story.Critical {
		if err := forgetAlarms(ctx, tx, n.Story); err != nil {
			return err
		}
	}
	if j.Relation == "" {
		return nil
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO reports (item, story, relation, copy_of) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		j.Item, n.Story, j.Relation, j.CopyOf)
	return err
}

// saveNotice saves n and what each of the rooms in to is owed, and adds them
// to rooms. A bulletin's is about no story.
func saveNotice(ctx context.Context, tx *sql.Tx, n *story.Notice, bulletin int64, to []story.RoomName, rooms map[story.RoomName]bool) error {
	var id int64
	err := tx.QueryRowContext(ctx, `
		INSERT INTO notices (story, version, kind, item, bulletin, reason, at, owed) VALUES (nullif(?, 0), ?, ?, nullif(?, 0), nullif(?, 0), ?, ?, ?) RETURNING id`,
		n.Story, n.Version, n.Kind, n.Item, bulletin, n.Reason, micros(n.At), len(to)).Scan(&id)
	if err != nil {
		return err
	}
	about, err := subject(ctx, tx, n, bulletin)
	if err != nil {
		return err
	}
	for _, room := range to {
		rooms[room] = true
		if err := saveDelivery(ctx, tx, n, id, room, about); err != nil {
			return err
		}
	}
	return nil
}

const itemColumns = `i.id, i.feed, i.outlet, i.owner, i.tier, i.state, i.guid, i.link, i.canonical, i.title, i.summary, i.body, i.author, i.tags, i.lang, i.published, i.first_seen, i.effective, i.revision`

// scanItem reads itemColumns, and what follows them into more.
func scanItem(r *sql.Rows, it *story.Item, more ...any) error {
	var tags string
	var published, seen, effective int64
	to := append([]any{
		&it.ID, &it.Feed, &it.Outlet, &it.Owner, &it.Tier, &it.State, &it.GUID, &it.Link, &it.Canonical, &it.Title, &it.Summary, &it.Body,
		&it.Author, &tags, &it.Lang, &published, &seen, &effective, &it.Revision,
	}, more...)
	if err := r.Scan(to...); err != nil {
		return err
	}
	it.Published, it.FirstSeen, it.Effective = timeOf(published), timeOf(seen), timeOf(effective)
	if it.Tags = nil; tags == "null" { // as most are: an archive is long
		return nil
	}
	return json.Unmarshal([]byte(tags), &it.Tags)
}

// stories returns the stories whose ids the query selects, in the order in
// which they changed.
func stories(ctx context.Context, q querier, ids string, args ...any) ([]story.Story, error) {
	rows, err := q.QueryContext(ctx, `
		SELECT s.id, s.version, s.level, s.opened, s.changed, coalesce(s.merged, 0), coalesce(s.parted, 0), s.why,
			coalesce(c.state, ''), coalesce(c.owner, ''), coalesce(c.owner_name, ''), coalesce(c.changed, 0)
		FROM stories s LEFT JOIN cares c ON c.story = s.id WHERE s.id IN (`+ids+`) ORDER BY s.changed, s.id`, args...)
	all, err := collect(rows, err, func(r *sql.Rows) (story.Story, error) {
		var s story.Story
		var opened, changed, cared int64
		err := r.Scan(&s.ID, &s.Version, &s.Level, &opened, &changed, &s.Merged, &s.Parted, &s.Why, &s.Care.State, &s.Care.Owner.ID, &s.Care.Owner.Name, &cared)
		s.Opened, s.Changed, s.Care.Changed = timeOf(opened), timeOf(changed), timeOf(cared)
		return s, err
	})
	if err != nil || len(all) == 0 {
		return all, err
	}
	at := make(map[story.ID]*story.Story, len(all))
	for i := range all {
		at[all[i].ID] = &all[i]
	}
	matches, err := matchesOf(ctx, q, ids, args...)
	if err != nil {
		return nil, err
	}
	signals, err := signalsOf(ctx, q, ids, args...)
	if err != nil {
		return nil, err
	}
	rows, err = q.QueryContext(ctx, `SELECT `+itemColumns+`, r.story, r.relation, r.copy_of, r.seq, coalesce(r.moved_from, 0) FROM reports r JOIN items i ON i.id = r.item
		WHERE r.story IN (`+ids+`) ORDER BY r.story, r.relation <> 'opens', r.seq`, args...)
	_, err = collect(rows, err, func(r *sql.Rows) (struct{}, error) {
		var rep story.Report
		var of story.ID
		if err := scanItem(r, &rep.Item, &of, &rep.Relation, &rep.CopyOf, &rep.Seq, &rep.From); err != nil {
			return struct{}{}, err
		}
		rep.Matches, rep.Signals = matches[rep.Item.ID], signals[rep.Item.ID]
		s := at[of]
		s.Reports = append(s.Reports, rep)
		for _, m := range rep.Matches {
			if i, known := slices.BinarySearch(s.Watches, m.Watch); !known {
				s.Watches = slices.Insert(s.Watches, i, m.Watch)
			}
		}
		return struct{}{}, nil
	})
	return all, err
}

// matchesOf returns the matches of the items of the stories, by item.
func matchesOf(ctx context.Context, q querier, ids string, args ...any) (map[story.ItemID][]story.Match, error) {
	rows, err := q.QueryContext(ctx, `SELECT m.item, m.watch, m.evidence FROM reports r JOIN matches m ON m.item = r.item WHERE r.story IN (`+ids+`) ORDER BY m.item, m.watch`, args...)
	matches := make(map[story.ItemID][]story.Match)
	_, err = collect(rows, err, func(r *sql.Rows) (struct{}, error) {
		var id story.ItemID
		var m story.Match
		var evidence string
		if err := r.Scan(&id, &m.Watch, &evidence); err != nil {
			return struct{}{}, err
		}
		err := json.Unmarshal([]byte(evidence), &m.Evidence)
		matches[id] = append(matches[id], m)
		return struct{}{}, err
	})
	return matches, err
}

// signalsOf returns the signals of the items of the stories, by item.
func signalsOf(ctx context.Context, q querier, ids string, args ...any) (map[story.ItemID][]story.Signal, error) {
	rows, err := q.QueryContext(ctx, `SELECT g.item, g.signals FROM reports r JOIN readings g ON g.item = r.item WHERE r.story IN (`+ids+`)`, args...)
	signals := make(map[story.ItemID][]story.Signal)
	_, err = collect(rows, err, func(r *sql.Rows) (struct{}, error) {
		var id story.ItemID
		var said string
		if err := r.Scan(&id, &said); err != nil {
			return struct{}{}, err
		}
		var of []story.Signal
		err := json.Unmarshal([]byte(said), &of)
		signals[id] = of
		return struct{}{}, err
	})
	return signals, err
}
