package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"vedette/internal/store"
)

// A blow is what becomes of a system call of the binary, by strace.
type blow struct {
	what    string // "a write to the database"
	calls   string // as strace calls them
	most    int    // the call that it falls on is drawn from the first 1, 2, 4 … most, so that early ones come often
	sockets bool   // it falls on a write to a socket, else on the database's files
	how     string // what becomes of it, if not a kill
	closing bool   // the call is made as the process ends
	only    string // it falls on this file alone
}

// blows are the calls in which the binary is killed while it works.
func blows() []blow {
	return []blow{
		{what: "a write to its log", calls: "pwrite64", most: 128},
		{what: "a sync of its log", calls: "fsync,fdatasync", most: 16},
		{what: "a write to a socket", calls: "write", most: 16, sockets: true},
		{what: "a log's truncation", calls: "ftruncate", most: 1},
		{what: "a log's removal", calls: "unlink,unlinkat", most: 1, closing: true},
		{what: "a checkpoint's write", calls: "pwrite64", most: 16, only: "vedette.db", closing: true},
		{what: "a checkpoint's sync", calls: "fsync,fdatasync", most: 2, only: "vedette.db", closing: true},
	}
}

// makings are those in which it is killed while it makes its database.
func makings() []blow {
	return []blow{
		{what: "a removal before the database was made", calls: "unlink,unlinkat", most: 4},
		{what: "the renaming of a database that was made", calls: "rename,renameat,renameat2", most: 1},
		{what: "a write to a database that was being made", calls: "pwrite64", most: 64},
		{what: "a sync of a database that was being made", calls: "fsync,fdatasync", most: 16},
	}
}

// failures are the calls that fail, as they do on a disk that is broken.
func failures() []blow {
	return []blow{
		{what: "a sync failed", calls: "fsync,fdatasync", how: "error=EIO", most: 64},
		{what: "a write failed", calls: "pwrite64", how: "error=EIO", most: 256},
		{what: "a write was cut short", calls: "pwrite64", how: "retval=0", most: 256},
	}
}

// struck has a system call at which the binary was killed.
var struck = regexp.MustCompile(`^\d+ +[\d.]+ (\w+)\((?:AT_FDCWD<[^>]*>, )?(?:\d+)?[<"]([^>"]*).*\) += \?`)

// syscalls kills the binary in a system call of its database's files, or of a
// socket, life after life, as often as most says; now and then a call fails
// instead. What that cost is counted after each, by a life that is left alone.
func (s *site) syscalls(ctx context.Context, most int, f *figures) (*ledger, error) {
	if _, err := exec.LookPath("strace"); err != nil {
		return nil, errors.New("no strace here: install Debian's strace")
	}
	if err := s.unmade(ctx, f); err != nil {
		return nil, err
	}
	if err := s.start(ctx, ""); err != nil {
		return nil, err
	}
	if err := s.seeded(ctx); err != nil {
		return nil, err
	}
	s.work(ctx)
	if err := s.stop(); err != nil {
		return nil, err
	}
	for n := 0; f.inCalls < most && ctx.Err() == nil; n++ {
		for range 1 + s.rng.IntN(4)/3 {
			s.origin.publish(s.watches())
		}
		var err error
		if kinds := blows(); n%(len(kinds)+1) < len(kinds) {
			err = s.strike(ctx, kinds[n%(len(kinds)+1)], f)
		} else {
			err = s.fails(ctx, failures()[n/(len(kinds)+1)%len(failures())], f)
		}
		if err != nil {
			return nil, err
		}
		if l, err := s.recovers(ctx, f); err != nil || len(l.Faults) > 0 {
			return l, err
		}
	}
	return s.rest(ctx)
}

// unmade kills the binary while it makes its database, until it has.
func (s *site) unmade(ctx context.Context, f *figures) error {
	for n := range 5 * len(makings()) {
		if _, err := os.Stat(filepath.Join(s.data(), "vedette.db")); err == nil {
			return nil
		}
		if err := s.strike(ctx, makings()[n%len(makings())], f); err != nil {
			return err
		}
	}
	return nil
}

// recovers has SQLite check the database, and a life that is left alone tell
// what is owed; it counts what there is then.
func (s *site) recovers(ctx context.Context, f *figures) (*ledger, error) {
	if err := s.check(ctx, f); err != nil {
		return nil, err
	}
	if err := s.start(ctx, ""); err != nil {
		return nil, err
	}
	s.work(ctx)
	for begun := time.Now(); time.Since(begun) < drainWithin; {
		if done, err := s.quiet(ctx); err != nil || done {
			if err != nil {
				return nil, err
			}
			break
		}
		if s.life.dead() {
			return nil, s.ended()
		}
	}
	if err := s.stop(); err != nil {
		return nil, err
	}
	return s.count(ctx)
}

// check has SQLite check every page of a copy of the database's files.
func (s *site) check(ctx context.Context, f *figures) error {
	to := filepath.Join(s.dir, "checked")
	if err := errors.Join(os.RemoveAll(to), os.CopyFS(to, os.DirFS(s.data()))); err != nil {
		return err
	}
	f.checked++
	if err := sound(ctx, filepath.Join(to, "vedette.db")); err != nil {
		f.corrupt++
		return fmt.Errorf("the database is not sound: %w", err)
	}
	return nil
}

// nth returns the call that a blow falls on.
func (s *site) nth(b blow) int {
	within := 1
	for within < b.most && s.rng.IntN(8) > 0 {
		within *= 2
	}
	return 1 + s.rng.IntN(within)
}

// struckAt begins a life in which strace does what how says to the n-th call.
// It counts the calls of each of Go's threads for itself, so there are few of those.
func (s *site) struckAt(ctx context.Context, b blow, how string, options ...string) error {
	options = append(options, "-E", "GOMAXPROCS=1", "-e", fmt.Sprintf("inject=%s:%s:when=%d", b.calls, how, s.nth(b)))
	if b.sockets {
		return s.traced(ctx, append(options, "-E", "FAULT_TRACE")...) // which is written to at each point
	}
	if b.only != "" {
		return s.traced(ctx, append(options, "-P", filepath.Join(s.data(), b.only))...)
	}
	return s.traced(ctx, append(options, s.ofDatabase()...)...)
}

// works reports whether the life has asked a feed.
func (l *life) works() bool {
	return slices.ContainsFunc(l.hits(), func(h string) bool { return strings.HasPrefix(h, "feed.answered") })
}

// work waits until the life works: only then it can be told to end.
func (s *site) work(ctx context.Context) {
	for !s.life.works() && !s.life.dead() && ctx.Err() == nil {
		s.moves(ctx, 20*time.Millisecond)
	}
}

// dies waits until the life has ended, for so long; one that is to be killed
// as it ends is told to once it works. It reports whether it has ended.
func (s *site) dies(ctx context.Context, b blow, within time.Duration) (bool, error) {
	for end := time.Now().Add(within); time.Now().Before(end) && !s.life.dead() && ctx.Err() == nil; {
		s.moves(ctx, 50*time.Millisecond)
		if b.closing && s.life.works() {
			return true, s.stop()
		}
	}
	return s.life.dead(), nil
}

// liveFor is how long a life waits for the call that it is to be killed in.
const liveFor = 2 * time.Second

// strike lives a life that is killed in a call.
func (s *site) strike(ctx context.Context, b blow, f *figures) error {
	if err := s.struckAt(ctx, b, "signal=KILL", "-ttt", "-e", "trace="+b.calls); err != nil { // which seccomp would keep strace from

		return err
	}
	dead, err := s.dies(ctx, b, liveFor)
	if err != nil {
		return err
	}
	if !dead {
		s.kill()
		return nil
	}
	if !s.life.killed() {
		if b.closing { // it had nothing to remove
			return nil
		}
		return s.ended()
	}
	call, file, err := lastCall(s.writes())
	if err != nil {
		return err
	}
	s.life.in = fmt.Sprintf("%s of %s", call, file)
	s.fell()
	if b.sockets == (file == "socket") {
		f.inCalls++
		s.seen.note("killed in " + b.what)
	}
	return nil
}

// lastCall returns the call in which strace says that the process was killed,
// and the file that it was about, without its folder.
func lastCall(file string) (call, about string, err error) {
	f, err := os.Open(file)
	if err != nil {
		return "", "", err
	}
	defer func() { _ = f.Close() }() // it was only read
	begun := make(map[string]string)
	call, about = "none", "nothing"
	for in := bufio.NewScanner(f); in.Scan(); {
		if m := struck.FindStringSubmatch(joined(in.Text(), begun)); m != nil {
			call, about = m[1], filepath.Base(m[2])
			if kind, _, ok := strings.Cut(m[2], ":["); ok { // no file
				about = kind
			}
		}
	}
	return call, about, nil
}

// endsWithin is how long a life may take to end by itself, so that the next one
// sends again within ten seconds.
const endsWithin = 5 * time.Second

// fails lives a life in which a call on the database's files fails once. Where
// what was written to the log could not be synced, the process must end by
// itself, and say why. If a sync failed, the next life goes on with what would
// be on the disk had the power been cut then: what that sync was to write is
// not.
func (s *site) fails(ctx context.Context, b blow, f *figures) error {
	before, err := s.files()
	if err != nil {
		return err
	}
	if err := s.struckAt(ctx, b, b.how, recording()...); err != nil {
		return err
	}
	if _, err := s.dies(ctx, b, liveFor); err != nil {
		return err
	}
	how, err := s.replay(before)
	if err != nil {
		return err
	}
	if how.unsaved {
		if _, err := s.dies(ctx, b, endsWithin); err != nil {
			return err
		}
	}
	switch dead := s.life.dead(); {
	case !dead && how.unsaved:
		return errors.New("what was written could not be synced, and vedette went on")
	case !dead:
		s.kill()
	case s.life.cmd.ProcessState.ExitCode() != 1:
		return s.ended()
	case how.unsaved && !strings.Contains(s.tail(), store.ErrUnsynced.Error()):
		return fmt.Errorf("vedette does not say why it ended\n%s", s.tail())
	case how.unsaved && time.Since(how.at) > endsWithin:
		return fmt.Errorf("vedette took %v to end after its disk failed", time.Since(how.at))
	case how.unsaved:
		s.seen.note("vedette ended since its disk failed")
	}
	if how, err = s.replay(before); err != nil || how.failed == 0 {
		return err
	}
	f.failed++
	s.seen.note(b.what)
	if how.unsynced == 0 {
		return nil
	}
	s.seen.note("what a failed sync was to write was gone")
	return s.put(how.disk.image([]string{"synced", "written"}[s.rng.IntN(2)]))
}

// A replayed is what a life has written to the database's files.
type replayed struct {
	disk     *disk
	failed   int       // calls that failed
	unsynced int       // of them, syncs
	unsaved  bool      // one of them was of what had been written to the log
	at       time.Time // when that was
}

// replay reads what strace has written of a life, which began with the files
// as they were before.
func (s *site) replay(before map[string][]byte) (r replayed, err error) {
	raw, err := os.ReadFile(s.writes())
	if err != nil {
		return r, err
	}
	all, err := readWrites(s.writes())
	if err != nil {
		return r, err
	}
	r.disk, r.failed = newDisk(s.rng), strings.Count(string(raw), "(INJECTED)")
	for name, content := range before {
		r.disk.synced[name] = slices.Clone(content)
	}
	for _, w := range all {
		if w.kind == fails {
			r.unsynced++
			if !r.unsaved && strings.HasSuffix(w.file, "-wal") && r.disk.waits(w.file) {
				r.unsaved, r.at = true, w.at
			}
		}
		r.disk.apply(w)
	}
	return r, nil
}
