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
	pause(ctx, underWay-time.Since(begun))
	if err := asleep.signal(syscall.SIGCONT); err != nil {
		return nil, err
	}
	return s.finishAll(ctx, lives)
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
