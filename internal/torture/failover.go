package main

import (
	"context"
	"strings"
	"syscall"
	"time"
)

// failover kills the Postgres server that several replicas share, has its
// synchronous stand-by take its place, and makes a new stand-by of what was
// killed, as often as times says. Now and then what was killed first comes back
// for some seconds as the primary that it was. News comes in all the while.
func (s *site) failover(ctx context.Context, n, times int, f *figures) (*ledger, error) {
	pg, err := serve(ctx, 2)
	if err != nil {
		return nil, err
	}
	defer pg.close()
	s.address = pg.address()
	primary, other := pg.all[0], pg.all[1]
	if err := other.follow(ctx, primary); err != nil {
		return nil, err
	}
	if err := primary.insist(ctx); err != nil {
		return nil, err
	}
	lives, err := s.replicate(ctx, n)
	defer s.killAll(lives)
	if err != nil {
		return nil, err
	}
	if err := s.seeded(ctx); err != nil {
		return nil, err
	}
	for range times {
		s.news(ctx, s.between(200*time.Millisecond, 3*time.Second))
		took, err := s.failOver(ctx, primary, other, lives, f)
		if err != nil {
			return nil, err
		}
		primary, other = other, primary
		f.failovers = append(f.failovers, took)
	}
	return s.finishAll(ctx, lives)
}

// failOver kills the primary, and returns how long it was until what was
// published right after that stood in a room.
func (s *site) failOver(ctx context.Context, primary, other *server, lives []*life, f *figures) (time.Duration, error) {
	if s.open() > 0 {
		s.seen.note("a primary was killed while something was owed")
	}
	how := syscall.SIGKILL
	if s.rng.IntN(2) == 0 {
		how = syscall.SIGQUIT // as pg_ctl stop -m immediate
	}
	primary.kill(how)
	begun, it := time.Now(), s.origin.publish([]string{"north", "south"})
	s.news(ctx, s.between(100*time.Millisecond, 4*time.Second))
	if err := other.promote(ctx); err != nil {
		return 0, err
	}
	if s.rng.IntN(2) == 0 {
		s.seen.note("commits waited for the next stand-by")
	} else if err := other.relent(ctx); err != nil {
		return 0, err
	}
	if s.rng.IntN(3) == 0 {
		wrote, err := s.haunt(ctx, primary, other)
		if err != nil {
			return 0, err
		}
		f.haunted++
		f.misled += wrote
	}
	if err := primary.follow(ctx, other); err != nil {
		return 0, err
	}
	if err := other.insist(ctx); err != nil {
		return 0, err
	}
	told, err := s.resumes(ctx, lives, it)
	return told.Sub(begun), err
}

// haunt has the old primary come back as one for some seconds, and connections
// to the new one be cut meanwhile. It returns how many transactions were written
// to the old.
func (s *site) haunt(ctx context.Context, old, primary *server) (int, error) {
	if err := old.rise(ctx); err != nil {
		return 0, err
	}
	defer old.kill(syscall.SIGQUIT)
	before, err := old.transactions(ctx)
	if err != nil {
		return 0, err
	}
	if s.open() > 0 {
		s.seen.note(hauntedOwing)
	}
	if _, err := primary.sever(ctx); err != nil {
		return 0, err
	}
	s.news(ctx, s.between(2*time.Second, 5*time.Second))
	after, err := old.transactions(ctx)
	return after - before, err
}

// hauntedOwing is noted of an old primary.
const hauntedOwing = "an old primary came back as one while something was owed"

// news publishes something now and then, for d.
func (s *site) news(ctx context.Context, d time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end) && ctx.Err() == nil; {
		if s.open() < 16 {
			s.origin.publish(s.watches())
		}
		pause(ctx, min(time.Until(end), s.between(50*time.Millisecond, 500*time.Millisecond)))
	}
}

// resumes waits until the report stands in a room, and returns when it was put
// there. It fails if one of the lives has ended.
func (s *site) resumes(ctx context.Context, lives []*life, it *item) (time.Time, error) {
	for start := time.Now(); time.Since(start) < drainWithin && ctx.Err() == nil; s.moves(ctx, 50*time.Millisecond) {
		for _, s.life = range lives {
			if s.life.dead() {
				return time.Time{}, s.ended()
			}
		}
		if at, stands := s.stood(it); stands {
			return at, nil
		}
	}
	return time.Now(), nil // the ledger says what became of it
}

// stood returns when the report was first put in a room, and whether it was.
func (s *site) stood(it *item) (at time.Time, stands bool) {
	for _, r := range s.rooms {
		for _, p := range s.posts(r) {
			if strings.Contains(p.Posted, it.tag) && (!stands || p.At.Before(at)) {
				at, stands = p.At, true
			}
		}
	}
	return at, stands
}
