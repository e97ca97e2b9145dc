package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/riverqueue/river"

	"vedette/story"
)

// DeclareFeeds makes fs the feeds that are polled: a new one is due at now,
// one that is not among them is never due, one whose URL changed loses its
// validators.
func (s *Store) DeclareFeeds(ctx context.Context, fs []story.Feed, now time.Time) (err error) {
	defer wrap(&err, "declare feeds")
	return s.tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `UPDATE feeds SET declared = 0`); err != nil {
			return err
		}
		for _, f := range fs {
			_, err := tx.ExecContext(ctx, `
				INSERT INTO feeds (name, url, declared, next_due) VALUES (?1, ?2, 1, ?3)
				ON CONFLICT (name) DO UPDATE SET declared = 1, url = excluded.url,
					etag          = CASE WHEN url = excluded.url THEN etag ELSE '' END,
					last_modified = CASE WHEN url = excluded.url THEN last_modified ELSE '' END,
					body_hash     = CASE WHEN url = excluded.url THEN body_hash ELSE '' END,
					next_due      = CASE WHEN url = excluded.url THEN next_due ELSE excluded.next_due END`,
				f.Name, f.URL, micros(now))
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// FeedState returns what the next poll of the feed must know: the zero state
// with its name for a feed that was never polled.
func (s *Store) FeedState(ctx context.Context, feed story.FeedName) (st story.FeedState, err error) {
	defer wrap(&err, "feed state of "+string(feed))
	st, err = scanFeed(s.read.QueryRowContext(ctx, feedColumns+` WHERE name = ?`, feed).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return story.FeedState{Feed: feed}, nil
	}
	return st, err
}

// Feeds returns the states of the feeds that are polled, by name.
func (s *Store) Feeds(ctx context.Context) (_ []story.FeedState, err error) {
	defer wrap(&err, "feeds")
	rows, err := s.read.QueryContext(ctx, feedColumns+` WHERE declared = 1 ORDER BY name`)
	return collect(rows, err, func(r *sql.Rows) (story.FeedState, error) { return scanFeed(r.Scan) })
}

const feedColumns = `SELECT name, validated_url, etag, last_modified, body_hash, seeded, next_due, last_poll, last_success, failures, last_error FROM feeds`

func scanFeed(scan func(...any) error) (story.FeedState, error) {
	var st story.FeedState
	var due, poll, success int64
	err := scan(&st.Feed, &st.URL, &st.ETag, &st.LastModified, &st.BodyHash, &st.Seeded, &due, &poll, &success, &st.Failures, &st.LastError)
	st.NextDue, st.LastPoll, st.LastSuccess = timeOf(due), timeOf(poll), timeOf(success)
	return st, err
}

// SavePoll saves what a poll brought and the state that it leaves the feed
// in, in one transaction: never the validators without the items, so that a
// crash in between costs one more request and no item. An item that shares a
// key with one of the same feed is that item: if its title or text differs it
// is edited, and waits to be judged again.
func (s *Store) SavePoll(ctx context.Context, p story.Poll) (saved story.Saved, err error) {
	defer wrap(&err, "save poll of "+string(p.State.Feed))
	err = s.tx(ctx, func(tx *sql.Tx) error {
		saved = story.Saved{}
		if err := saveFeed(ctx, tx, p.State); err != nil {
			return err
		}
		for i := range p.Items {
			if err := s.saveItem(ctx, tx, &p, &p.Items[i], &saved); err != nil {
				return err
			}
		}
		if saved.New+saved.Edited == 0 {
			return nil
		}
		return s.enqueue(ctx, tx, []river.JobArgs{JudgeArgs{}})
	})
	return saved, err
}

func saveFeed(ctx context.Context, tx *sql.Tx, st story.FeedState) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO feeds (name, url, declared, validated_url, etag, last_modified, body_hash, seeded, next_due, last_poll, last_success, failures, last_error)
		VALUES (?1, ?2, 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
		ON CONFLICT (name) DO UPDATE SET validated_url = excluded.validated_url, etag = excluded.etag, last_modified = excluded.last_modified,
			body_hash = excluded.body_hash, seeded = excluded.seeded, next_due = excluded.next_due, last_poll = excluded.last_poll,
			last_success = excluded.last_success, failures = excluded.failures, last_error = excluded.last_error`,
		st.Feed, st.URL, st.ETag, st.LastModified, st.BodyHash, st.Seeded, micros(st.NextDue), micros(st.LastPoll), micros(st.LastSuccess), st.Failures, st.LastError)
	return err
}

// saveItem inserts it, updates the item that it is, or leaves that as it is.
func (s *Store) saveItem(ctx context.Context, tx *sql.Tx, p *story.Poll, it *story.Item, saved *story.Saved) error {
	id, err := itemWithKeys(ctx, tx, p.State.Feed, it.Keys)
	if err != nil {
		return err
	}
	if id == 0 {
		saved.New++
		if id, err = insertItem(ctx, tx, p, it); err != nil {
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
		if _, err := tx.ExecContext(ctx, `INSERT INTO item_keys (feed, key, item) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, p.State.Feed, key, id); err != nil {
			return err
		}
	}
	return nil
}

// itemWithKeys returns the oldest item of feed that has one of keys, or 0.
func itemWithKeys(ctx context.Context, tx *sql.Tx, feed story.FeedName, keys []string) (id int64, err error) {
	if len(keys) == 0 {
		return 0, nil
	}
	args := []any{feed}
	for _, k := range keys {
		args = append(args, k)
	}
	var found sql.NullInt64
	err = tx.QueryRowContext(ctx, `SELECT min(item) FROM item_keys WHERE feed = ? AND key IN (?`+strings.Repeat(", ?", len(keys)-1)+`)`, args...).Scan(&found)
	return found.Int64, err
}

func insertItem(ctx context.Context, tx *sql.Tx, p *story.Poll, it *story.Item) (int64, error) {
	tags, err := json.Marshal(it.Tags)
	if err != nil {
		return 0, err
	}
	res, err := tx.ExecContext(ctx, `
		INSERT INTO items (feed, outlet, owner, tier, state, guid, link, canonical, title, summary, body, author, tags, lang, published, first_seen, effective, revision, seed)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?)`,
		p.State.Feed, it.Outlet, it.Owner, it.Tier, it.State, it.GUID, it.Link, it.Canonical, it.Title, it.Summary, it.Body, it.Author, string(tags), it.Lang,
		micros(it.Published), micros(it.FirstSeen), micros(it.Effective), p.Seed)
	if err != nil {
		return 0, err
	}
	return res.LastInsertId()
}
