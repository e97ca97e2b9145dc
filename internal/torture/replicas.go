package main

import (
	"context"
	"errors"
	"syscall"
	"time"
)

// replicas runs several processes on one Postgres database. Each is killed or
// frozen now and then, while the others go on; one is frozen for longer than a
// message may be under way.
func (s *site) replicas(ctx context.Context, n, kills int, f *figures) (*ledger, error) {
	if n < 2 {
		return nil, errors.New("the mode replicas wants two -replicas or more")
	}
	lives, err := s.replicate(ctx, n)
	defer s.killAll(lives)
	if err != nil {
		return nil, err
	}
	if err := s.seeded(ctx); err != nil {
		return nil, err
	}
	asleep := lives[0]
	if err := asleep.signal(syscall.SIGSTOP); err != nil {
		return nil, err
	}
	f.freezes++
	begun := time.Now()
	for s.kills < kills && ctx.Err() == nil {
		if s.open() < 16 {
			s.origin.publish(s.watches())
		}
		pause(ctx, s.between(100*time.Millisecond, 1500*time.Millisecond))
		i := 1 + s.rng.IntN(n-1)
		s.life = lives[i]
		if s.rng.IntN(5) == 0 {
			if err := s.freeze(ctx, s.between(100*time.Millisecond, 2*time.Second)); err != nil {
				return nil, err
			}
			f.freezes++
			continue
		}
		s.kill()
		if err := s.start(ctx, ""); err != nil {
			return nil, err
		}
		lives[i] = s.life
	}
	for range widows {
		took, err := s.widow(ctx, lives[1:])
		if err != nil {
			return nil, err
		}
		f.widowed = append(f.widowed, took)
	}
	pause(ctx, underWay-time.Since(begun))
	if err := asleep.signal(syscall.SIGCONT); err != nil {
		return nil, err
	}
	return s.finishAll(ctx, lives)
}

// widows is how often all replicas but one are killed at once.
const widows = 6

// widow kills all lives but one while messages are under way, and returns how
// long it was until all that was owed stood in the rooms; nothing else is
// published meanwhile. Then the others begin again.
func (s *site) widow(ctx context.Context, lives []*life) (time.Duration, error) {
	left := s.rng.IntN(len(lives))
	s.life = lives[left]
	if err := s.drain(ctx); err != nil {
		return 0, err
	}
	for range 4 {
		s.origin.publish([]string{"north", "south"})
	}
	for told, before := false, s.told(); !told && ctx.Err() == nil && !s.life.dead(); told = s.told() > before {
		s.moves(ctx, 10*time.Millisecond)
	}
	pause(ctx, s.between(time.Millisecond, 50*time.Millisecond))
	begun := time.Now()
	for i := range lives {
		if s.life = lives[i]; i != left {
			s.kill()
		}
	}
	s.life = lives[left]
	for len(s.missing()) > 0 && time.Since(begun) < drainWithin && ctx.Err() == nil { // the ledger says what is missing after that
		if s.life.dead() {
			return 0, s.ended()
		}
		s.moves(ctx, 50*time.Millisecond)
	}
	took := time.Since(begun)
	for i := range lives {
		if i == left {
			continue
		}
		if err := s.start(ctx, ""); err != nil {
			return 0, err
		}
		lives[i] = s.life
	}
	return took, nil
}

// told returns how many messages stand in the rooms.
func (s *site) told() (n int) {
	for _, r := range s.rooms {
		n += len(s.posts(r))
	}
	return n
}

// replicate starts n lives at once.
func (s *site) replicate(ctx context.Context, n int) (lives []*life, err error) {
	for range n {
		if err := s.start(ctx, ""); err != nil {
			return lives, err
		}
		lives = append(lives, s.life)
	}
	return lives, nil
}

// killAll kills those that have not ended.
func (s *site) killAll(lives []*life) {
	for _, s.life = range lives {
		s.kill()
	}
}

// finishAll lets the site come to rest, stops all lives and counts.
func (s *site) finishAll(ctx context.Context, lives []*life) (*ledger, error) {
	s.life = lives[len(lives)-1]
	if err := s.drain(ctx); err != nil {
		return nil, err
	}
	for _, s.life = range lives {
		if err := s.stop(); err != nil {
			return nil, err
		}
	}
	return s.count(ctx)
}

// underWay is longer than a message may be under way at a replica.
const underWay = 105 * time.Second

// freeze stops the life for d.
func (s *site) freeze(ctx context.Context, d time.Duration) error {
	if err := s.life.signal(syscall.SIGSTOP); err != nil {
		return err
	}
	pause(ctx, d)
	return s.life.signal(syscall.SIGCONT)
}

// signal sends the life a signal.
func (l *life) signal(what syscall.Signal) error { return syscall.Kill(l.cmd.Process.Pid, what) }
