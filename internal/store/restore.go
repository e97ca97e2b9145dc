package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"vedette/story"
)

// Restore puts the backup at from in the place of the database at path, which
// no process may have open, and marks it as restored. What stood there is kept
// under the name that Restore returns, with its write-ahead log; "" if nothing
// did. The backup itself is only read. A crash on the way leaves the one or
// the other at path, never neither; the error wraps [ErrLocked], [ErrNewer] or
// [ErrDamaged] where one of them is the reason, and nothing is replaced then.
func Restore(ctx context.Context, from, path string, now time.Time, opts Options) (kept string, err error) {
	defer wrap(&err, "restore "+from)
	l, err := acquire(path + "-lock")
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, l.release()) }()
	fresh := path + "-restoring"
	// Of a restore that crashed, whose journal would be read into this copy.
	if err := errors.Join(gone(fresh), gone(fresh+"-journal"), gone(fresh+"-wal"), gone(fresh+"-shm")); err != nil {
		return "", err
	}
	if err := duplicate(fresh, from); err != nil { // the disk may be full of it
		return "", errors.Join(err, gone(fresh))
	}
	if err := prepare(ctx, fresh, opts); err != nil {
		return "", errors.Join(err, gone(fresh))
	}
	if kept, err = setAside(path, now); err != nil {
		return "", err
	}
	if err := os.Rename(fresh, path); err != nil {
		return kept, err
	}
	return kept, syncDir(filepath.Dir(path))
}

// duplicate copies a file, and returns when it is on the disk.
func duplicate(to, from string) (err error) {
	if _, err := os.Stat(from + "-wal"); err == nil {
		return fmt.Errorf("%s has a write-ahead log beside it: it is a database in use, or a copy by hand; make one with vedette backup", from)
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }() // it was only read
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}

// prepare checks the copy of a backup through and through, brings its schema
// up to date and marks it as restored.
func prepare(ctx context.Context, path string, opts Options) (err error) {
	if err := inspect(path); err != nil {
		return err
	}
	s := &Store{path: path, log: opts.Log, fold: opts.Fold}
	if s.write, err = pool(path, "_txlock=immediate&_pragma=journal_mode(DELETE)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)", 1); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	s.dialect = sqlite{s.write}
	var said string
	if err := s.write.QueryRowContext(ctx, `PRAGMA integrity_check(1)`).Scan(&said); err != nil {
		return damaged(err)
	}
	if said != "ok" {
		return fmt.Errorf("%w: %s", ErrDamaged, said)
	}
	if err := s.migrate(ctx); err != nil {
		return err
	}
	return s.tx(ctx, func(tx *sql.Tx) error { return markRestored(ctx, tx) })
}

// markRestored has the next start know that what is owed may have been told,
// since a time that the backup knows.
func markRestored(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO restored (since, begun) SELECT coalesce((SELECT max(changed) FROM deliveries), 0), 0 WHERE NOT EXISTS (SELECT 1 FROM restored WHERE begun = 0)`)
	return err
}

// perhapsTold is why a restored database looks for a message before it sends
// it.
const perhapsTold = `it may have been told before the database was put back from a backup`

// Begin is to be called before the first Claim. If the database was put back
// from a backup, by Restore or, as restored says, by other means, what rooms
// are owed may have been told after the backup was made: it is ambiguous, and
// so is what is judged anew from here on and is older than now. It is looked
// for in the rooms before it is sent. Begin returns whether that is so. If the
// clock was set back since the last audit, what rooms wait for is tried at once.
func (s *Store) Begin(ctx context.Context, restored bool, now time.Time) (so bool, err error) {
	defer wrap(&err, "begin")
	err = s.tx(ctx, func(tx *sql.Tx) error {
		if err := setBackSince(ctx, tx, now); err != nil {
			return err
		}
		if restored {
			if err := markRestored(ctx, tx); err != nil {
				return err
			}
		}
		res, err := tx.ExecContext(ctx, `UPDATE restored SET begun = ? WHERE begun = 0`, micros(now))
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); n == 0 || err != nil {
			return err
		}
		so = true
		_, err = tx.ExecContext(ctx, `
			UPDATE deliveries SET state = 'ambiguous', why = ?1, doubt = (SELECT max(since) FROM restored), looked = (SELECT max(since) FROM restored)
			WHERE state = 'owed' AND kind <> 'refresh'`, perhapsTold)
		return err
	})
	return so, err
}

// How long after a restored database was begun with a notice may be one that
// rooms heard before: of a report of before for as long as feeds may show it
// for the first time again, of anything else for as long as it takes to judge
// what was missed.
const (
	reportsAgain = 24 * time.Hour
	allAgain     = time.Hour
)

// unlessTold returns in which state rooms are owed n: looked for first, since
// the time that is returned, if it may have been told before the database was
// put back from a backup.
func unlessTold(ctx context.Context, tx *sql.Tx, n *story.Notice) (state story.DeliveryState, doubt int64, why string, err error) {
	var begun int64
	err = tx.QueryRowContext(ctx, `SELECT since, begun FROM restored WHERE begun > 0 ORDER BY begun DESC LIMIT 1`).Scan(&doubt, &begun)
	since := n.At.Sub(timeOf(begun))
	// What fails from here on was not told before, and may be that nobody can
	// look, in the operators' room too.
	fails := n.Kind == story.RoomHealth && since > 0
	if errors.Is(err, sql.ErrNoRows) || err == nil && (n.Kind == story.Refresh || fails || since > reportsAgain) {
		return story.Owed, 0, "", nil
	}
	if err != nil {
		return "", 0, "", err
	}
	if since > allAgain {
		var old bool
		if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM items WHERE id = ? AND effective <= ?)`, n.Item, begun).Scan(&old); err != nil || !old {
			return story.Owed, 0, "", err
		}
	}
	return story.Ambiguous, doubt, perhapsTold, nil
}

// setAside gives the database at path another name beside its own, and takes
// its log, which would be read into whatever comes in its place.
func setAside(path string, now time.Time) (kept string, err error) {
	kept = path + ".replaced-" + now.UTC().Format("20060102T150405Z")
	if err := os.Link(path, kept); errors.Is(err, fs.ErrNotExist) {
		kept = ""
	} else if err != nil {
		return "", err
	}
	if kept == "" {
		return "", gone(path + "-wal") // of nothing
	}
	if err := os.Rename(path+"-wal", kept+"-wal"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	return kept, gone(path + "-shm")
}

// gone removes a file that need not be there.
func gone(path string) error {
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// syncDir has the names in a folder on the disk.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
