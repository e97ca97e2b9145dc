package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"vedette/internal/store"
)

const (
	// diskSize is how large the disk is that is filled up, in MiB: for the
	// database, its log, the reserve, and as much again twice, without which the
	// disk does not count as having room.
	diskSize = 72

	diskWithin = time.Minute // for operators to be told, and for feeds to be read again

	diskIsFull, diskHasRoom = "The disk is full", "The disk has room again" // what operators hear
)

// A tank is a disk in memory that can be filled up. It is there as long as a
// process is whose mount namespace has it; the binary enters that, and this
// process looks at it through /proc.
type tank struct {
	s      *site
	holder *exec.Cmd
	enter  []string // what wraps the binary
}

// newTank makes the disk of the data folder.
func newTank(ctx context.Context, s *site) (*tank, error) {
	if err := os.Mkdir(s.data(), 0o700); err != nil {
		return nil, err
	}
	mount := fmt.Sprintf(`mount -t tmpfs -o size=%dm none "$1" && touch "$1/ballast" && exec sleep infinity`, diskSize)
	t := &tank{s: s, holder: exec.CommandContext(ctx, "unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount, "sh", s.data())}
	t.holder.Stderr = s.log
	t.holder.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := t.holder.Start(); err != nil {
		return nil, err
	}
	pid := fmt.Sprint(t.holder.Process.Pid)
	s.looksAt = filepath.Join("/proc", pid, "root", s.data())
	t.enter = []string{"nsenter", "--target", pid, "--user", "--mount", "--preserve-credentials", "sh", "-c", `cd "$1" && shift && exec "$@"`, "sh", s.dir}
	for start := time.Now(); ; pause(ctx, 10*time.Millisecond) {
		if _, err := os.Stat(t.ballast()); err == nil {
			return t, nil
		}
		if time.Since(start) > 10*time.Second {
			t.close()
			return nil, fmt.Errorf("there is no disk to fill up\n%s", s.tail())
		}
	}
}

// close lets the disk go, with all that is on it.
func (t *tank) close() {
	_ = t.holder.Process.Kill() // it may have ended
	_ = t.holder.Wait()
}

func (t *tank) ballast() string { return filepath.Join(t.s.looksAt, "ballast") }

// start begins a life on the disk.
func (t *tank) start(ctx context.Context) error { return t.s.start(ctx, "", t.enter...) }

// fill has the ballast take all that is left.
func (t *tank) fill() error {
	f, err := os.OpenFile(t.ballast(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // what was not written is as well
	for chunk := make([]byte, 64<<10); len(chunk) > 0; {
		switch _, err := f.Write(chunk); {
		case errors.Is(err, syscall.ENOSPC):
			chunk = chunk[:len(chunk)/2]
		case err != nil:
			return err
		}
	}
	return nil
}

// full lets the disk run full under the binary while news comes in: beside a
// neighbour that then stops, beside one that takes whatever is given up, with a
// kill and without, and before a start. Each time the disk is freed after a
// while.
func (s *site) full(ctx context.Context, f *figures) (*ledger, error) {
	s.ops = "C0123456799"
	if err := s.declare(); err != nil {
		return nil, err
	}
	t, err := newTank(ctx, s)
	if err != nil {
		return nil, err
	}
	defer t.close()
	if err := t.start(ctx); err != nil {
		return nil, err
	}
	if err := s.seeded(ctx); err != nil {
		return nil, err
	}
	s.origin.publish([]string{"north", "south"})
	if err := s.drain(ctx); err != nil {
		return nil, err
	}
	spells := []func(context.Context, *figures) error{t.stops, t.eats, t.eatsOn, t.before}
	for _, spell := range spells {
		if err := spell(ctx, f); err != nil {
			return nil, err
		}
		if err := t.free(ctx, f); err != nil {
			return nil, err
		}
	}
	if s.logged("disk is full") {
		f.seen.note("the database said that the disk is full")
	}
	l, err := s.count(ctx) // before the disk is gone
	if err != nil {
		return nil, err
	}
	for what, n := range map[string]int{diskIsFull: s.heard(diskIsFull), diskHasRoom: s.heard(diskHasRoom)} {
		if n != len(spells) {
			l.Unexpected++
			l.blame("operators heard %d times %q, and the disk was full %d times", n, what, len(spells))
		}
	}
	return l, s.stop()
}

// stops fills the disk up once, while the rooms are still owed what was taken.
// It kills the binary, which goes on with what is left of the reserve.
func (t *tank) stops(ctx context.Context, f *figures) error {
	s := t.s
	for range 6 {
		s.origin.publish([]string{"north", "south"})
	}
	for start := time.Now(); s.origin.untaken() > 0 && time.Since(start) < drainWithin; {
		pause(ctx, 50*time.Millisecond)
	}
	if err := t.fill(); err != nil {
		return err
	}
	owed := s.missing()
	start := time.Now()
	s.origin.publish([]string{"north", "south"}) // which cannot be taken
	if err := t.notice(ctx, f, start); err != nil {
		return err
	}
	for start := time.Now(); s.open() > s.unread() && time.Since(start) < drainWithin; {
		if s.life.dead() {
			return fmt.Errorf("with a full disk: %w", s.ended())
		}
		pause(ctx, 100*time.Millisecond)
	}
	if len(owed) > 0 && s.open() == s.unread() {
		f.seen.note("what was taken was told while the disk was full")
	}
	s.kill()
	f.seen.note("it was killed while the disk was full")
	if err := t.start(ctx); err != nil {
		return err
	}
	s.origin.publish([]string{"north", "south"})
	return t.waits(ctx, f, 6*time.Second, func() error { return nil })
}

// eats fills the disk up again and again, whatever is given up: for longer than
// River tries to record how a job ended.
func (t *tank) eats(ctx context.Context, f *figures) error {
	s := t.s
	for range 4 {
		s.origin.publish([]string{"north", "south"})
	}
	pause(ctx, s.between(0, 2*time.Second))
	if err := t.waits(ctx, f, 12*time.Second, t.fill); err != nil {
		return err
	}
	f.seen.note("a neighbour took what was given up")
	return nil
}

// eatsOn does so and kills the binary meanwhile. The next one starts, or says
// why it cannot.
func (t *tank) eatsOn(ctx context.Context, f *figures) error {
	s := t.s
	s.origin.publish([]string{"north", "south"})
	if err := t.waits(ctx, f, s.between(time.Second, 4*time.Second), t.fill); err != nil {
		return err
	}
	s.kill()
	if err := t.start(ctx); err != nil {
		return err
	}
	for start := time.Now(); !s.life.dead() && time.Since(start) < 4*time.Second; pause(ctx, 50*time.Millisecond) {
		if err := t.fill(); err != nil {
			return err
		}
	}
	if s.life.dead() && !strings.Contains(s.tail(), store.ErrFull.Error()) {
		return fmt.Errorf("it did not say that the disk is full: %w", s.ended())
	}
	return nil
}

// before has the disk full before a start, with the reserve whole.
func (t *tank) before(ctx context.Context, f *figures) error {
	s := t.s
	if err := s.stop(); err != nil {
		return err
	}
	s.origin.publish([]string{"north", "south"})
	if err := t.fill(); err != nil {
		return err
	}
	start := time.Now()
	if err := t.start(ctx); err != nil {
		return err
	}
	if err := t.notice(ctx, f, start); err != nil {
		return err
	}
	f.seen.note("a start found the disk full")
	return t.waits(ctx, f, 3*time.Second, func() error { return nil })
}

// notice waits until the operators have heard, once more than before, that the
// disk is full since start.
func (t *tank) notice(ctx context.Context, f *figures, start time.Time) error {
	before := t.s.heard(diskHasRoom)
	for t.s.heard(diskIsFull) == before {
		switch {
		case t.s.life.dead():
			return fmt.Errorf("with a full disk: %w", t.s.ended())
		case time.Since(start) > 2*diskWithin:
			return fmt.Errorf("the operators do not know that the disk is full\n%s", t.s.tail())
		}
		pause(ctx, 20*time.Millisecond)
	}
	f.noticed = append(f.noticed, time.Since(start))
	return nil
}

// waits has news come in for as long, and does each in between.
func (t *tank) waits(ctx context.Context, f *figures, d time.Duration, each func() error) error {
	s := t.s
	for n, end := 0, time.Now().Add(d); time.Now().Before(end); n++ {
		if err := each(); err != nil {
			return err
		}
		if n%20 == 0 && s.open() < 12 {
			s.origin.publish(s.watches())
		}
		pause(ctx, 50*time.Millisecond)
		if s.life.dead() {
			return fmt.Errorf("with a full disk: %w", s.ended())
		}
	}
	if s.unread() > 0 {
		f.seen.note("news came in while the disk was full")
	}
	return nil
}

// free takes the ballast away and waits until all that was published
// meanwhile is read, told, and the operators know.
func (t *tank) free(ctx context.Context, f *figures) error {
	s := t.s
	if err := os.Remove(t.ballast()); err != nil {
		return err
	}
	start := time.Now()
	if s.life.dead() {
		if err := t.start(ctx); err != nil {
			return err
		}
	}
	for s.origin.untaken() > 0 && time.Since(start) < drainWithin {
		s.moves(ctx, 50*time.Millisecond)
	}
	f.regained = append(f.regained, time.Since(start))
	for s.heard(diskHasRoom) < s.heard(diskIsFull) && time.Since(start) < drainWithin {
		pause(ctx, 50*time.Millisecond)
	}
	err := s.drain(ctx)
	f.resumed["disk freed"] = max(f.resumed["disk freed"], time.Since(start))
	return err
}

// heard returns how many messages of the operators' room say what.
func (s *site) heard(what string) (n int) {
	for _, p := range s.slack.Posts(s.ops) {
		if strings.Contains(p.Posted, what) {
			n++
		}
	}
	return n
}

// unread returns how many obligations are of reports that were not taken.
func (s *site) unread() (n int) {
	s.origin.mu.Lock()
	defer s.origin.mu.Unlock()
	for _, r := range s.rooms {
		for _, t := range s.origin.tales {
			for _, it := range t.items {
				if hears(r, t) && it.feed.taken < it.version {
					n++
				}
			}
		}
	}
	return n
}
