package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/riverqueue/river"

	"vedette/internal/fault"
	"vedette/story"
)

// keepRequests is for how long the log of requests goes back.
const keepRequests = 7 * 24 * time.Hour

// DeclareFeeds makes fs the feeds that are polled: a new one is due at now or
// in its slot after it, one that is not among them is never due, one whose URL
// changed loses its validators.
func (s *Store) DeclareFeeds(ctx context.Context, fs []story.Feed, now time.Time) (err error) {
	defer wrap(&err, "declare feeds")
	return s.tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `UPDATE feeds SET declared = 0`); err != nil {
			return err
		}
		for i := range fs {
			st, err := feedState(ctx, tx, fs[i].Name)
			if err != nil {
				return err
			}
			if err := saveFeed(ctx, tx, fs[i].Declared(st, now, len(fs))); err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, `UPDATE feeds SET declared = 1 WHERE name = ?`, fs[i].Name); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM requests WHERE at < ?`, micros(now.Add(-keepRequests)))
		return err
	})
}

// FeedState returns what the next poll of the feed must know: the zero state
// with its name for a feed that was never polled.
func (s *Store) FeedState(ctx context.Context, feed story.FeedName) (st story.FeedState, err error) {
	defer wrap(&err, "feed state of "+string(feed))
	return feedState(ctx, s.read, feed)
}

func feedState(ctx context.Context, q querier, feed story.FeedName) (story.FeedState, error) {
	st, err := scanFeed(q.QueryRowContext(ctx, `SELECT state FROM feeds WHERE name = ?`, feed).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return story.FeedState{Feed: feed}, nil
	}
	return st, err
}

// Feeds returns the states of the feeds that are polled, by name.
func (s *Store) Feeds(ctx context.Context) (_ []story.FeedState, err error) {
	defer wrap(&err, "feeds")
	rows, err := s.read.QueryContext(ctx, `SELECT state FROM feeds WHERE declared = 1 ORDER BY name`)
	return collect(rows, err, func(r *sql.Rows) (story.FeedState, error) { return scanFeed(r.Scan) })
}

func scanFeed(scan func(...any) error) (st story.FeedState, err error) {
	var state []byte
	if err := scan(&state); err != nil {
		return st, err
	}
	return st, json.Unmarshal(state, &st)
}

// saveFeed saves st; it neither declares a feed nor the contrary.
func saveFeed(ctx context.Context, tx *sql.Tx, st story.FeedState) error {
	state, err := json.Marshal(st)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `
		INSERT INTO feeds (name, declared, next_due, state) VALUES (?, 1, ?, ?)
		ON CONFLICT (name) DO UPDATE SET next_due = excluded.next_due, state = excluded.state`, st.Feed, micros(st.NextDue), string(state))
	return err
}

// ShiftFeeds moves all that is due by as much as the wall clock was set, which
// was noticed at now, so that a step of it neither asks all feeds at once nor
// none for hours. If it was set back, what rooms wait for is tried at once: it
// was to be soon, by the clock as it was. So are the levels reviewed.
func (s *Store) ShiftFeeds(ctx context.Context, by time.Duration, now time.Time) (err error) {
	defer wrap(&err, "shift feeds")
	return s.tx(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT state FROM feeds WHERE declared = 1`)
		all, err := collect(rows, err, func(r *sql.Rows) (story.FeedState, error) { return scanFeed(r.Scan) })
		if err != nil {
			return err
		}
		for _, st := range all {
			if err := saveFeed(ctx, tx, st.Shifted(by, now)); err != nil {
				return err
			}
		}
		if by > 0 {
			return nil
		}
		return setBack(ctx, tx, now)
	})
}

// setBack has what rooms wait for tried at once, ladders climbed and the levels
// reviewed, since the clock that says when was set back to now.
func setBack(ctx context.Context, tx *sql.Tx, now time.Time) error {
	for _, waits := range []string{
		`rests SET until = ?1 WHERE until > ?1`, `deliveries SET not_before = ?1 WHERE state IN ('owed', 'ambiguous') AND not_before > ?1`,
		`roots SET not_before = ?1 WHERE not_before > ?1`, `boards SET not_before = ?1 WHERE not_before > ?1`,
		`alarms SET due = due - since + ?1, since = ?1 WHERE ended = '' AND since > ?1`, `agenda SET due = ?1 WHERE what = '` + levels + `' AND due > ?1`,
	} {
		if _, err := tx.ExecContext(ctx, `UPDATE `+waits, micros(now)); err != nil { // #nosec G202 -- all of it is ours
			return err
		}
	}
	return nil
}

// unlike is how far two replicas' clocks differ at the most that are kept right.
const unlike = time.Minute

// setBackSince is setBack if an audit was made at a time that is not yet.
func setBackSince(ctx context.Context, tx *sql.Tx, now time.Time) error {
	var ahead bool
	if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM agenda WHERE what = 'audit' AND due > ?)`, micros(now.Add(unlike))).Scan(&ahead); err != nil || !ahead {
		return err
	}
	return setBack(ctx, tx, now)
}

// Requests returns the newest requests for a feed, the newest first.
func (s *Store) Requests(ctx context.Context, feed story.FeedName, limit int) (_ []story.Request, err error) {
	defer wrap(&err, "requests for "+string(feed))
	rows, err := s.read.QueryContext(ctx, `
		SELECT at, status, bytes, took, new, failure, next_due, due_because FROM requests WHERE feed = ? ORDER BY at DESC LIMIT ?`, feed, limit)
	return collect(rows, err, func(r *sql.Rows) (story.Request, error) {
		q := story.Request{Feed: feed}
		var at, took, due int64
		err := r.Scan(&at, &q.Status, &q.Bytes, &took, &q.New, &q.Failure, &due, &q.DueBecause)
		q.At, q.Took, q.NextDue = timeOf(at), time.Duration(took)*time.Microsecond, timeOf(due)
		return q, err
	})
}

func saveRequest(ctx context.Context, tx *sql.Tx, q *story.Request) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO requests (feed, at, status, bytes, took, new, failure, next_due, due_because) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		q.Feed, micros(q.At), q.Status, q.Bytes, q.Took.Microseconds(), q.New, q.Failure, micros(q.NextDue), q.DueBecause)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM requests WHERE feed = ? AND at < ?`, q.Feed, micros(q.At.Add(-keepRequests)))
	return err
}

// NewItems reports for each of items whether the feed has not had it: none of
// its keys is known. They are not saved by it.
func (s *Store) NewItems(ctx context.Context, feed story.FeedName, items []story.Item) (fresh []bool, err error) {
	defer wrap(&err, "new items of "+string(feed))
	fresh = make([]bool, len(items))
	for i := range items {
		id, err := itemWithKeys(ctx, s.read, feed, items[i].Keys)
		if err != nil {
			return nil, err
		}
		fresh[i] = id == 0
	}
	return fresh, nil
}

// SavePoll saves what a poll brought, the state that it leaves the feed in,
// the request and what the operators should hear, in one transaction: never
// the validators without the items, so that a crash in between costs one more
// request and no item. An item that shares a key with one of the same feed is
// that item: if its title or text differs it is edited, and waits to be judged
// again. While the disk is full it ends with [ErrFull], and all stays as it was.
func (s *Store) SavePoll(ctx context.Context, p story.Poll) (saved story.Saved, err error) {
	defer wrap(&err, "save poll of "+string(p.State.Feed))
	if fault.Sabotaged == fault.ValidatorsFirst {
		if err := s.tx(ctx, func(tx *sql.Tx) error { return saveFeed(ctx, tx, p.State) }); err != nil {
			return saved, err
		}
	}
	err = s.take(ctx, func(tx *sql.Tx) error {
		saved = story.Saved{}
		was, err := feedState(ctx, tx, p.State.Feed)
		if err != nil {
			return err
		}
		seeded := p.Seed && was.Seeded
		news, err := s.saveItems(ctx, tx, p.State.Feed, p.Items, p.Seed && !seeded, p.Past, &saved)
		if err != nil {
			return err
		}
		st, tell := p.State, p.Tell
		if seeded || p.After > 0 && was.Polls != p.After { // by a replica that was not cut off meanwhile, and knows more
			st, tell = was, nil
		}
		// What pushes and the hub said while the poll was on its way stands.
		if st.Push = was.Push; was.Source != st.Source {
			st.Push = story.Push{}
		}
		if p.Heard != nil {
			st.Push = st.Push.Polled(*p.Heard, news)
		}
		if err := saveFeed(ctx, tx, st); err != nil {
			return err
		}
		if p.Request != nil {
			if err := saveRequest(ctx, tx, p.Request); err != nil {
				return err
			}
		}
		return s.follow(ctx, tx, tell, &saved)
	})
	return saved, err
}

// SavePush saves what a push brought, what it tells of the feed's pace and hub,
// and the job to judge the new items, in one transaction. A poll that is under
// way meanwhile neither undoes it nor is undone. While the disk is full it ends
// with [ErrFull].
func (s *Store) SavePush(ctx context.Context, b story.Brought) (saved story.Saved, err error) {
	defer wrap(&err, "save push of "+string(b.Feed))
	err = s.take(ctx, func(tx *sql.Tx) error {
		saved = story.Saved{}
		news, err := s.saveItems(ctx, tx, b.Feed, b.Items, false, b.Past, &saved)
		if err != nil {
			return err
		}
		st, err := feedState(ctx, tx, b.Feed)
		if err != nil {
			return err
		}
		if err := saveFeed(ctx, tx, st.Taken(&b, news)); err != nil {
			return err
		}
		return s.follow(ctx, tx, b.Tell, &saved)
	})
	return saved, err
}

// ChangePush changes what is known of a feed's subscription, and nothing else
// of the feed.
func (s *Store) ChangePush(ctx context.Context, feed story.FeedName, change func(story.Push) story.Push) (err error) {
	defer wrap(&err, "change the subscription of "+string(feed))
	return s.tx(ctx, func(tx *sql.Tx) error {
		st, err := feedState(ctx, tx, feed)
		if err != nil {
			return err
		}
		st.Push = change(st.Push)
		return saveFeed(ctx, tx, st)
	})
}

// saveItems saves items and returns those that are new and not of the past.
func (s *Store) saveItems(ctx context.Context, tx *sql.Tx, feed story.FeedName, items []story.Item, seed bool, past []bool, saved *story.Saved) (news []story.Item, err error) {
	for i := range items {
		known, old := saved.New, seed || past != nil && past[i]
		if err := s.saveItem(ctx, tx, feed, &items[i], old, saved); err != nil {
			return nil, err
		}
		if saved.New > known && !old {
			news = append(news, items[i])
		}
	}
	return news, nil
}

// follow owes the operators what they should hear, and has what was saved
// judged.
func (s *Store) follow(ctx context.Context, tx *sql.Tx, tell []story.Bulletin, saved *story.Saved) error {
	rooms := make(map[story.RoomName]bool)
	for i := range tell {
		if err := saveBulletin(ctx, tx, &tell[i], rooms); err != nil {
			return err
		}
	}
	var jobs []river.JobArgs
	for room := range rooms {
		jobs = append(jobs, DeliverArgs{Room: room})
	}
	if saved.New+saved.Edited > 0 {
		jobs = append(jobs, JudgeArgs{})
	}
	return s.enqueue(ctx, tx, jobs)
}

// saveItem inserts it, updates the item that it is, or leaves that as it is.
func (s *Store) saveItem(ctx context.Context, tx *sql.Tx, feed story.FeedName, it *story.Item, past bool, saved *story.Saved) error {
	id, err := itemWithKeys(ctx, tx, feed, it.Keys)
	if err != nil {
		return err
	}
	if id == 0 {
		saved.New++
		if id, err = insertItem(ctx, tx, feed, it, past); err != nil {
			return err
		}
		if err := s.index(ctx, tx, id, it); err != nil {
			return err
		}
	} else {
		res, err := tx.ExecContext(ctx, `
			UPDATE items SET title = ?2, summary = ?3, body = ?4, link = ?5, canonical = ?6, revision = revision + 1, judged = NULL
			WHERE id = ?1 AND (title, summary, body) <> (?2, ?3, ?4)`, id, it.Title, it.Summary, it.Body, it.Link, it.Canonical)
		if err != nil {
			return err
		}
		if n, _ := res.RowsAffected(); n == 1 {
			saved.Edited++
			if err := s.index(ctx, tx, id, it); err != nil {
				return err
			}
		} else {
			saved.Known++
		}
	}
	for _, key := range it.Keys {
		if _, err := tx.ExecContext(ctx, `INSERT INTO item_keys (feed, key, item) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, feed, key, id); err != nil {
			return err
		}
	}
	return nil
}

// itemWithKeys returns the oldest item of feed that has one of keys, or 0.
func itemWithKeys(ctx context.Context, q querier, feed story.FeedName, keys []string) (id int64, err error) {
	if len(keys) == 0 {
		return 0, nil
	}
	args := []any{feed}
	for _, k := range keys {
		args = append(args, k)
	}
	var found sql.NullInt64
	err = q.QueryRowContext(ctx, `SELECT min(item) FROM item_keys WHERE feed = ? AND key IN (?`+strings.Repeat(", ?", len(keys)-1)+`)`, args...).Scan(&found)
	return found.Int64, err
}

func insertItem(ctx context.Context, tx *sql.Tx, feed story.FeedName, it *story.Item, past bool) (int64, error) {
	tags, err := json.Marshal(it.Tags)
	if err != nil {
		return 0, err
	}
	var id int64
	err = tx.QueryRowContext(ctx, `
		INSERT INTO items (feed, outlet, owner, tier, state, guid, link, canonical, title, summary, body, author, tags, lang, published, first_seen, effective, revision, seed)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?) RETURNING id`,
		feed, it.Outlet, it.Owner, it.Tier, it.State, it.GUID, it.Link, it.Canonical, it.Title, it.Summary, it.Body, it.Author, string(tags), it.Lang,
		micros(it.Published), micros(it.FirstSeen), micros(it.Effective), past).Scan(&id)
	return id, err
}
