package store

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"time"

	"vedette/internal/fault"
)

// Judging is the name of the lease that the one has who judges: the open
// stories are in its memory.
const Judging = "judging"

// ErrNotHeld says that another replica has judged since this one last read how
// things stand. Nothing of what it decided is saved.
var ErrNotHeld = errors.New("another replica judges")

// Lease takes, or keeps, what is called name for ttl by the database's clock,
// and reports whether this process has it: no other has it meanwhile. On
// SQLite there is no other.
func (s *Store) Lease(ctx context.Context, name string, ttl time.Duration) (held bool, err error) {
	defer wrap(&err, "lease "+name)
	if s.replica == "" {
		return true, nil
	}
	_, held, err = s.lease(ctx, name, ttl)
	return held, err
}

// lease returns also the term, which is another one if somebody else has had
// it since.
func (s *Store) lease(ctx context.Context, name string, ttl time.Duration) (term int64, held bool, err error) {
	clock := s.dialect.clock()
	fault.Point("lease.asking")
	err = s.shared().QueryRowContext(ctx, `
		INSERT INTO leases (name, holder, term, until) VALUES (?1, ?2, 1, CAST(?3 AS BIGINT) + `+clock+`)
		ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until, term = leases.term + CASE WHEN leases.holder = excluded.holder THEN 0 ELSE 1 END
		WHERE leases.holder = excluded.holder OR leases.until < `+clock+` RETURNING term`, name, s.replica, ttl.Microseconds()).Scan(&term)
	fault.Point("lease.asked")
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, nil
	}
	return term, err == nil, err
}

// Release lets another take what is called name at once.
func (s *Store) Release(ctx context.Context, name string) (err error) {
	defer wrap(&err, "release "+name)
	if s.replica == "" {
		return nil
	}
	fault.Point("lease.releasing")
	_, err = s.shared().ExecContext(ctx, `UPDATE leases SET until = 0 WHERE name = ? AND holder = ?`, name, s.replica)
	fault.Point("lease.released")
	return err
}

// judging fails if another replica has judged since this one has the lease,
// and keeps others from taking it until tx ends. Where nobody ever took it,
// there is but one.
func (s *Store) judging(ctx context.Context, tx *sql.Tx) error {
	if s.replica == "" {
		return nil
	}
	var holder string
	var term int64
	err := tx.QueryRowContext(ctx, `SELECT holder, term FROM leases WHERE name = ? FOR SHARE`, Judging).Scan(&holder, &term)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err == nil && (holder != s.replica || term != s.term.Load()) {
		return ErrNotHeld
	}
	return err
}

// shared returns connections that do not wait for the one that writes: a lease
// is a single row, and must not run out behind a long queue.
func (s *Store) shared() *sql.DB {
	if p, ok := s.dialect.(*postgres); ok {
		return p.work
	}
	return s.write
}

// WhileHeld does do for as long as this process holds what is called name, and
// again whenever it has it again, until ctx ends or do returns an error. The
// context that do has ends before the lease does. Another process does it at
// most ttl and a third of it after this one was killed, and at once after this
// one has returned.
func (s *Store) WhileHeld(ctx context.Context, name string, ttl time.Duration, do func(ctx context.Context) error) error {
	if s.replica == "" {
		return do(ctx)
	}
	look := time.NewTicker(ttl / 3)
	defer look.Stop()
	for {
		asked := time.Now()
		term, held, err := s.lease(ctx, name, ttl)
		if err != nil && ctx.Err() == nil {
			s.log.LogAttrs(ctx, slog.LevelWarn, "a lease was not to be had", slog.String("lease", name), slog.Any("error", err))
		}
		if held {
			h := holding{s: s, name: name, ttl: ttl, term: term, look: look.C}
			if err := h.run(ctx, asked, do); err != nil {
				return err
			}
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// A holding is the time for which this process has a lease.
type holding struct {
	s    *Store
	name string
	ttl  time.Duration
	term int64
	look <-chan time.Time // when it is to be kept

	until time.Time // it is surely held
}

// run does do for as long as the lease that was taken after asked is kept.
func (h *holding) run(ctx context.Context, asked time.Time, do func(ctx context.Context) error) error {
	h.s.log.LogAttrs(ctx, slog.LevelWarn, "this replica does it from here on", slog.String("lease", h.name))
	if h.name == Judging {
		h.s.term.Store(h.term)
	}
	doing, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- do(doing) }()
	h.until = asked.Add(h.sure())
	over := time.NewTimer(time.Until(h.until))
	defer over.Stop()
	for kept := true; kept; {
		select {
		case err := <-ended:
			return errors.Join(err, h.release(ctx))
		case <-h.look:
			kept = h.keep(ctx)
			over.Reset(time.Until(h.until))
		case <-over.C:
			kept = false
		case <-ctx.Done():
			kept = false
		}
	}
	stop()
	err := <-ended
	if ctx.Err() != nil {
		return errors.Join(err, h.release(ctx))
	}
	h.s.log.LogAttrs(ctx, slog.LevelWarn, "this replica does it no longer", slog.String("lease", h.name))
	return err
}

// sure returns how long after it was asked for the lease is surely held.
func (h *holding) sure() time.Duration { return h.ttl - h.ttl/5 }

// keep asks for the lease anew, and reports whether nobody else has had it
// meanwhile. Where no answer comes it may be held yet, until it has run out.
func (h *holding) keep(ctx context.Context) bool {
	asked := time.Now()
	ctx, cancel := context.WithDeadline(ctx, h.until)
	defer cancel()
	term, held, err := h.s.lease(ctx, h.name, h.ttl)
	if err != nil {
		return true
	}
	h.until = asked.Add(h.sure())
	return held && term == h.term
}

// release lets another take it. Longer than it has it by then nobody waits for
// that.
func (h *holding) release(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), h.ttl)
	defer cancel()
	return h.s.Release(ctx, h.name)
}
