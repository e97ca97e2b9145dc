package main

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"time"

	"vedette/internal/store"
	"vedette/story"
	"vedette/watch"
)

// sector is what a disk writes whole, if it writes it at all.
const sector = 512

// power records what the binary writes to its database's files, and builds of
// it what could be on the disk had the power been cut after each write: all
// that was synced and nothing else, all that was written, and some of what was
// not synced, torn at a sector. Each image is opened by the store, checked, and
// held against what had left the process by then: a message that stands in a
// room must be on record, a validator that was sent must have its reports.
func (r *run) power(ctx context.Context) error {
	return r.one(ctx, "power", true, func(s *site) (*ledger, error) {
		if err := s.watched(ctx); err != nil {
			return nil, err
		}
		if err := s.seeded(ctx); err != nil {
			return nil, err
		}
		for end := time.Now().Add(r.set.lasting); time.Now().Before(end); {
			if s.open() < 8 {
				s.origin.publish(s.watches())
			}
			pause(ctx, time.Second)
		}
		l, err := s.finish(ctx)
		if err != nil {
			return nil, err
		}
		writes, err := readWrites(s.writes())
		if err != nil {
			return nil, err
		}
		return l, s.images(ctx, r, writes, l)
	})
}

// databaseFiles are what the database is made of, without their folder.
// A new one is made beside its place.
func databaseFiles() (all []string) {
	for _, end := range []string{"", "-wal", "-journal", "-new", "-new-wal", "-new-journal"} {
		all = append(all, databaseFile+end)
	}
	return all
}

// writes is where what a recorded life writes is written down.
func (s *site) writes() string { return filepath.Join(s.dir, "strace") }

// watched begins a life whose writes to its database are written down.
func (s *site) watched(ctx context.Context) error {
	return s.traced(ctx, append(recording(), s.ofDatabase()...)...)
}

// traced begins a life under strace, which does what the options say.
func (s *site) traced(ctx context.Context, options ...string) error {
	return s.under(ctx, "", options...)
}

// under begins one in which, besides, what orders say happens at the points.
func (s *site) under(ctx context.Context, orders string, options ...string) error {
	err := s.start(ctx, orders, append([]string{"strace", "-f", "-y", "-o", s.writes()}, options...)...)
	s.life.traced = true
	return err
}

// recording are the options by which strace writes down what is written.
func recording() []string {
	return []string{"--seccomp-bpf", "-ttt", "-xx", "-s", "1000000", "-e", "trace=pwrite64,write,fsync,fdatasync,ftruncate,unlink,unlinkat,rename,renameat,renameat2"}
}

// ofDatabase are the options by which strace keeps to the database's files.
func (s *site) ofDatabase() []string {
	all := []string{"-P", s.data()}
	for _, name := range databaseFiles() {
		all = append(all, "-P", filepath.Join(s.data(), name))
	}
	return all
}

// cuts cuts the power, as often as most says, and goes on with what is on the
// disk then: the process is killed, and of what it wrote and did not sync, all
// is lost, or some of it. What it cost shows in the rooms.
func (s *site) cuts(ctx context.Context, most int) (*ledger, error) {
	d := newDisk(s.rng)
	return s.mishaps(ctx, most, func() error { return s.watched(ctx) }, func() error {
		s.kill()
		all, err := readWrites(s.writes())
		if err != nil {
			return err
		}
		for _, w := range all {
			d.apply(w)
		}
		if d.unsynced() > 0 {
			s.seen.note("the power was cut and writes were lost")
		}
		d.synced = d.image([]string{"synced", "torn"}[s.rng.IntN(2)])
		d.waiting = nil
		return s.put(d.synced)
	})
}

// files returns what the database's files hold.
func (s *site) files() (map[string][]byte, error) {
	all := make(map[string][]byte)
	for _, name := range databaseFiles() {
		content, err := os.ReadFile(filepath.Join(s.data(), name))
		if err == nil {
			all[name] = content
		} else if !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
	}
	return all, nil
}

// put makes the database's files what an image says.
func (s *site) put(image map[string][]byte) error {
	for _, end := range []string{"-shm", "-new-shm"} { // memory, though it has a name
		if err := os.Remove(filepath.Join(s.data(), databaseFile+end)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	for _, name := range databaseFiles() {
		file := filepath.Join(s.data(), name)
		content, there := image[name]
		if !there {
			if err := os.Remove(file); err != nil && !errors.Is(err, os.ErrNotExist) {
				return err
			}
		} else if err := os.WriteFile(file, content, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// images builds the images and looks at each.
func (s *site) images(ctx context.Context, r *run, writes []write, l *ledger) error {
	dir, err := os.MkdirTemp("", "torture-image-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }() // which lies in the system's folder for such
	stride := max(1, len(writes)*3/max(1, r.set.images))
	d := newDisk(s.rng)
	said := s.said()
	for i, w := range writes {
		d.apply(w)
		if i%stride != 0 && i != len(writes)-1 {
			continue
		}
		for _, kind := range []string{"synced", "written", "torn"} {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			r.f.images++
			faults, err := look(ctx, dir, d.image(kind), before(said, w.at))
			if err != nil {
				r.f.corrupt++
				l.blame("image %d, %s: %v", i, kind, err)
			}
			for _, f := range faults {
				l.Forgotten++
				l.blame("image %d, %s: %s", i, kind, f)
			}
		}
		if i == 0 {
			r.f.seen.note("the power was cut at the first write")
		}
		if d.unsynced() > 1 {
			r.f.seen.note("the power was cut with writes that were not synced")
		}
	}
	return nil
}

// A word is something that has left the process, and when.
type word struct {
	at   time.Time
	room string // "" for a validator
	tag  string
}

// said returns what has left the process: messages that stand, and reports
// whose validators came back.
func (s *site) said() (all []word) {
	for _, r := range s.rooms {
		told := make(map[string]bool)
		for _, p := range s.posts(r) {
			tag := subject(p, told)
			told[tag] = true
			all = append(all, word{p.At, r.name, tag})
		}
	}
	s.origin.mu.Lock()
	defer s.origin.mu.Unlock()
	for _, f := range s.origin.feeds {
		for _, it := range f.items {
			if at, ok := f.came[it.version]; ok {
				all = append(all, word{at: at, tag: it.tag})
			}
		}
	}
	return all
}

// before returns the words that were said before at.
func before(all []word, at time.Time) (some []word) {
	for _, w := range all {
		if w.at.Before(at) {
			some = append(some, w)
		}
	}
	return some
}

// look opens an image as vedette does when it starts, and returns what of the
// words it does not know. Its error is that the image is no sound database.
func look(ctx context.Context, dir string, image map[string][]byte, words []word) (faults []string, err error) {
	data := filepath.Join(dir, "data")
	if err := errors.Join(os.RemoveAll(data), os.Mkdir(data, 0o700)); err != nil {
		return nil, err
	}
	for name, content := range image {
		if err := os.WriteFile(filepath.Join(data, name), content, 0o600); err != nil {
			return nil, err
		}
	}
	file := filepath.Join(data, databaseFile)
	db, err := store.Open(ctx, file, store.Options{Log: slog.New(slog.DiscardHandler), Fold: watch.Fold})
	if err != nil {
		return nil, err
	}
	record, seen, err := recordOf(ctx, db)
	if n, unaccounted := db.Unaccounted(ctx); n > 0 || unaccounted != nil {
		err = errors.Join(err, unaccounted, fmt.Errorf("%d deliveries are unaccounted for", n))
	}
	if err = errors.Join(err, db.Close(), sound(ctx, file)); err != nil {
		return nil, err
	}
	for _, w := range words {
		told, known := record[w.room+" "+w.tag]
		switch {
		case w.room == "" && !seen[w.tag]:
			faults = append(faults, w.tag+": its validators were sent, and it is not there")
		case w.room != "" && (!known || told.State == story.Owed):
			faults = append(faults, fmt.Sprintf("%s: %s stands there, and would be sent again", w.room, w.tag))
		}
	}
	return faults, nil
}

// sound has SQLite check every page.
func sound(ctx context.Context, file string) error {
	db, err := sql.Open("sqlite", file)
	if err != nil {
		return err
	}
	var said string
	err = db.QueryRowContext(ctx, `PRAGMA integrity_check`).Scan(&said)
	if err == nil && said != "ok" {
		err = errors.New(said)
	}
	return errors.Join(err, db.Close())
}

// A disk is what the database's files hold, and what of it is synced.
type disk struct {
	rng     *rand.Rand
	synced  map[string][]byte
	waiting []write // in their order
}

func newDisk(rng *rand.Rand) *disk { return &disk{rng: rng, synced: make(map[string][]byte)} }

// waits reports whether something was written to the file that is not synced.
func (d *disk) waits(file string) bool {
	return slices.ContainsFunc(d.waiting, func(w write) bool { return w.file == file })
}

func (d *disk) unsynced() int { return len(d.waiting) }

// apply takes in a write, or syncs a file. What a sync fails to write never
// gets to the disk: the kernel takes it for written.
func (d *disk) apply(w write) {
	if w.kind == fails {
		d.waiting = slices.DeleteFunc(d.waiting, func(old write) bool { return old.file == w.file })
		return
	}
	if w.kind != syncs {
		d.waiting = append(d.waiting, w)
		return
	}
	var rest []write
	for _, old := range d.waiting {
		if old.file == w.file || old.kind == removes || old.kind == renames && w.file == dataFolder {
			old.on(d.synced)
		} else {
			rest = append(rest, old)
		}
	}
	d.waiting = rest
}

// image returns what could be on the disk now.
func (d *disk) image(kind string) map[string][]byte {
	files := make(map[string][]byte)
	for name, content := range d.synced {
		files[name] = append([]byte(nil), content...)
	}
	if kind == "synced" {
		return files
	}
	for _, w := range d.waiting {
		if kind == "torn" && w.kind == writes {
			if d.rng.IntN(2) == 0 {
				continue
			}
			if d.rng.IntN(3) == 0 {
				w.content = w.content[:d.rng.IntN(len(w.content)/sector+1)*sector]
			}
		}
		w.on(files)
	}
	return files
}

// The kinds of writes.
const (
	writes = iota
	truncates
	removes
	renames
	syncs
	fails // to be synced
)

// A write is one change of a file, or that it is synced.
type write struct {
	at      time.Time
	kind    int
	file    string // without its folder
	offset  int64  // or its length from then on
	content []byte
	to      string // its name from then on
}

// on carries w out.
func (w *write) on(files map[string][]byte) {
	switch w.kind {
	case writes:
		f := files[w.file]
		if need := int(w.offset) + len(w.content); need > len(f) {
			f = append(f, make([]byte, need-len(f))...)
		}
		copy(f[w.offset:], w.content)
		files[w.file] = f
	case truncates:
		f := files[w.file]
		if int(w.offset) <= len(f) {
			files[w.file] = f[:w.offset]
		} else {
			files[w.file] = append(f, make([]byte, int(w.offset)-len(f))...)
		}
	case renames:
		files[w.to] = files[w.file]
		delete(files, w.file)
	case removes:
		delete(files, w.file)
	}
}

// readWrites reads what strace has written.
func readWrites(file string) (all []write, err error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	begun := make(map[string]string)
	for in := bufio.NewReader(f); ; {
		line, err := in.ReadString('\n')
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		w, ok, err := parseWrite(joined(line, begun))
		if err != nil {
			return nil, err
		}
		if ok {
			all = append(all, w)
		}
	}
}
