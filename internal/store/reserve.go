package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"vedette/internal/fault"
	"vedette/story"
)

// ErrFull says that the disk of the database is full. What was to be saved is
// not, and can be once there is room; nothing new is taken until then.
var ErrFull = errors.New("the disk of the database is full")

// A reserve is a file beside the database that holds nothing. When a write
// finds the disk full, the room that it takes is given up, so that what was
// taken before can be judged and told, and people be told that nothing new is
// read. An empty one says that this was done, and since when: also to the next
// process, without a byte that would have to be written.
type reserve struct {
	path string
	size int64 // when it is whole
	log  *slog.Logger

	since atomic.Int64 // when it was given up, in microseconds; 0: it was not
	mu    sync.Mutex   // guards what stands at path, and whole
	whole bool
	again time.Time // before which it is not made anew; Regain's own
}

// regainEvery is how soon a reserve is filled again that proved to have no room:
// each time writes all of what there is.
const regainEvery = 15 * time.Second

// openReserve looks at what stands at path, makes nothing, and takes away what a
// kill has left beside it: a full disk has need of that room.
func openReserve(path string, size int64, log *slog.Logger) *reserve {
	r := &reserve{path: path, size: size, log: log}
	_ = gone(r.beside()) // fill writes over it
	if info, err := os.Stat(path); err == nil {
		r.whole = info.Size() >= size // or it was copied in part, and is made anew
		if info.Size() == 0 {
			r.since.Store(micros(info.ModTime()))
		}
	}
	return r
}

// holds reports whether there is room to be given up, if it is not all.
func (r *reserve) holds() bool {
	info, err := os.Stat(r.path)
	return err == nil && info.Size() > 0
}

// giveUp gives the room of the reserve back to the disk, if that was not done.
// A crash at any point of it leaves the reserve whole or given up.
func (r *reserve) giveUp() {
	if r.since.Load() != 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.since.Load() != 0 {
		return
	}
	fault.Point("reserve.giving")
	whole := r.whole
	r.whole = false
	since := time.Now()
	f, err := empty(r.path)
	if err != nil { // it may be somebody else's; the folder is ours
		if err = gone(r.path); err == nil {
			f, err = empty(r.path)
		}
	}
	if err == nil {
		if info, err := f.Stat(); err == nil {
			since = info.ModTime()
		}
		err = errors.Join(f.Sync(), f.Close()) // some file systems part with the room only then
	}
	r.since.Store(micros(since))
	fault.Point("reserve.given")
	attrs := []slog.Attr{slog.Bool("reserve", whole)}
	if err != nil {
		attrs = append(attrs, slog.Any("error", err))
	}
	r.log.LogAttrs(context.Background(), slog.LevelError, "the disk is full: nothing new is taken until there is room", attrs...)
}

// fill makes a whole reserve beside the place of the one that there is, or
// nothing. It is made of noise, which no file system compresses to less room.
func (r *reserve) fill() (err error) {
	fault.Point("reserve.filling")
	f, err := empty(r.beside())
	if err != nil {
		return err
	}
	_, err = io.CopyN(f, rand.Reader, r.size)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, gone(r.beside()))
	}
	fault.Point("reserve.filled")
	return nil
}

// empty returns a file that holds nothing, for what it is to hold.
func empty(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
}

func (r *reserve) beside() string { return r.path + "-new" }

// put puts what fill has made in its place.
func (r *reserve) put() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := os.Rename(r.beside(), r.path); err != nil {
		return errors.Join(err, gone(r.beside()))
	}
	r.whole = true
	r.since.Store(0)
	fault.Point("reserve.put")
	return syncDir(filepath.Dir(r.path))
}

// first makes the reserve of a database that has none.
func (r *reserve) first() error {
	if r.whole || r.since.Load() != 0 {
		return nil
	}
	if err := r.fill(); err != nil {
		return err
	}
	return r.put()
}

// spared reports whether the disk has room for the reserve and as much again:
// with less, it would be full again in a moment.
func (r *reserve) spared() bool {
	var disk syscall.Statfs_t
	if err := syscall.Statfs(filepath.Dir(r.path), &disk); err != nil {
		return true // filling it shows
	}
	return room(&disk, os.Geteuid() == 0) >= 2*uint64(r.size) // #nosec G115 -- it is not negative
}

// room returns how many bytes may be written to the disk: some of what is free
// may be root's alone.
func room(disk *syscall.Statfs_t, root bool) uint64 {
	free := disk.Bavail
	if root {
		free = disk.Bfree
	}
	return free * uint64(disk.Bsize) // #nosec G115 -- it is not negative
}

// tight reports whether the disk takes not even a little more: SQLite calls
// some of what comes of that an error of input or output.
func (r *reserve) tight() bool {
	probe := r.path + "-probe"
	err := os.WriteFile(probe, make([]byte, 64<<10), 0o600)
	_ = gone(probe) // it is written over the next time
	return noRoom(err)
}

// noRoom reports whether err says that a disk, or one's share of it, is full.
func noRoom(err error) bool { return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) }

// full reports whether err came of a full disk. Without a reserve, nobody asks.
func (s *Store) full(err error) bool {
	if err == nil || s.reserve == nil {
		return false
	}
	var said interface{ Code() int }
	if !errors.As(err, &said) {
		return noRoom(err)
	}
	const ioErr, full, cantOpen = 10, 13, 14
	switch said.Code() & 0xff {
	case full:
		return true
	case ioErr, cantOpen:
		return s.reserve.tight()
	}
	return false
}

// Explain returns err, of a job's or of River's own, as one that wraps
// [ErrFull] if it came of a full disk. The reserve is then given up.
func (s *Store) Explain(err error) error {
	if !s.full(err) || errors.Is(err, ErrFull) {
		return err
	}
	s.reserve.giveUp()
	return outOf(err)
}

// FullSince returns since when the disk is full, or the zero time if it is
// not: from the first write that failed for it until [Store.Regain], also over
// a restart. Meanwhile what brings in something new ends with [ErrFull].
func (s *Store) FullSince() time.Time {
	if s.reserve == nil {
		return time.Time{}
	}
	return timeOf(s.reserve.since.Load())
}

// Regain ends what [Store.FullSince] tells of, once the disk has room for the
// reserve and as much again; otherwise over is false. Jobs that failed run again
// at once. The rooms of say are told once, however often Regain is called for the same: a crash on the way leaves
// the disk counted as full. It is for one caller at a time.
func (s *Store) Regain(ctx context.Context, say *story.Bulletin) (over bool, err error) {
	defer wrap(&err, "regain the reserve")
	r := s.reserve
	if s.FullSince().IsZero() || time.Now().Before(r.again) || !r.spared() {
		return false, nil
	}
	if err := r.fill(); noRoom(err) { // somebody was faster, or it is our share that is used up
		r.again = time.Now().Add(regainEvery)
		return false, nil
	} else if err != nil {
		return false, err
	}
	err = s.tx(ctx, func(tx *sql.Tx) error {
		if len(say.Rooms) > 0 {
			if err := s.owe(ctx, tx, say); err != nil {
				return err
			}
		}
		// What failed for want of room is not to wait for its turn, up to a minute.
		_, err := tx.ExecContext(ctx, `UPDATE river_job SET state = 'available', scheduled_at = created_at WHERE state = 'retryable'`)
		return err
	})
	if err != nil {
		return false, errors.Join(err, gone(r.beside()))
	}
	if err := r.put(); err != nil {
		return false, err
	}
	s.log.LogAttrs(ctx, slog.LevelWarn, "the disk has room again", slog.String("reserve", r.path))
	return true, nil
}

// outOf wraps an error that came of a full disk.
func outOf(err error) error { return fmt.Errorf("%w: %w", ErrFull, err) }
