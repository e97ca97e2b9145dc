package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"vedette/internal/fault"
	"vedette/story"
)

const (
	// sendingFor is how long whoever claimed a message may be sending it. It is
	// above what a courier takes, and what it then takes to record it.
	sendingFor = 100 * time.Second

	// aliveFor is how long a replica that says nothing is taken to be alive:
	// for so long its jobs wait after it was killed. One that is given up while
	// it lives, since it was frozen or its machine is busy, shares a job with
	// another for a while, and that costs no message: a delivery is its owner's
	// until the deadline, or until its process has ended, whatever becomes of the
	// job, and is sent in the time that [Store.Hold] gives; a poll is saved by the
	// keys of its items; who judges has a lease of its own, with a term.
	aliveFor = 5 * time.Second

	// AliveEvery is how often a replica says that it is alive: three times may
	// fail before it counts as gone.
	AliveEvery = aliveFor / 4

	// surelyAlive is how long after it said so a replica is surely taken to be
	// alive: it sends nothing that it has not said so for.
	surelyAlive = aliveFor - aliveFor/5
)

// A presence is how a replica shows that it lives. It says so again and again,
// on a connection that has a lock for as long as it is open. One that is silent
// and has its lock may be frozen, and send when it wakes: what it was sending is
// its own until the deadline. One that is silent and has not has ended, or was
// cut off, and then it knows: it sends nothing from before the others give it up.
type presence struct {
	db   *sql.DB // of one connection
	lock int64   // this replica's; others find it in the term of its lease

	mu    sync.Mutex                       // guards what follows
	until time.Time                        // others leave this replica what it sends; zero if it never said that it lives
	over  *time.Timer                      // rings then
	held  map[*context.CancelFunc]struct{} // what it sends
}

// The lock of a replica is two numbers: one for all replicas, and its own, of
// which the least says that there is none. Two that had the same would wait for
// one another's deadlines.
const (
	replicaLocks = 0x76656465
	noLock       = 1
)

func newPresence(db *sql.DB) *presence {
	lock := noLock + 1 + rand.Int64N(1<<31-noLock-1) //nolint:gosec // nobody gains by guessing it
	return &presence{db: db, lock: lock, held: make(map[*context.CancelFunc]struct{})}
}

// SayAlive says that this replica is alive: the others leave it its jobs, and
// what it is sending, for so long. It waits for nobody who writes.
func (s *Store) SayAlive(ctx context.Context) (err error) {
	defer wrap(&err, "say that this replica is alive")
	p, shared := s.dialect.(*postgres)
	if !shared {
		return nil
	}
	// To connect may take longer than there is time to say it in.
	if p.presence.db.Stats().OpenConnections == 0 {
		if err := p.presence.db.PingContext(ctx); err != nil {
			return err
		}
	}
	asked := time.Now()
	p.presence.perhaps(asked.Add(surelyAlive)) // its answer may be lost
	ctx, cancel := context.WithTimeout(ctx, aliveFor/2)
	defer cancel()
	fault.Point("lease.asking")
	// A session that has the lock has it once more.
	_, err = p.presence.db.ExecContext(ctx, `
		INSERT INTO leases (name, holder, term, until)
		SELECT ?1, ?2, CASE WHEN pg_try_advisory_lock(?3, CAST(?4 AS INTEGER)) THEN CAST(?4 AS BIGINT) ELSE ?5 END, CAST(?6 AS BIGINT) + `+s.dialect.clock()+`
		ON CONFLICT (name) DO UPDATE SET term = excluded.term, until = excluded.until`, // #nosec G202 -- the clock is ours
		alive+s.replica, s.replica, replicaLocks, p.presence.lock, noLock, aliveFor.Microseconds())
	fault.Point("lease.asked")
	if err == nil {
		p.presence.keep(asked.Add(surelyAlive))
	}
	return err
}

// alive begins the name of the lease that says that a replica is alive.
const alive = "replica "

// perhaps is keep for who never said that it lives, and says so now.
func (p *presence) perhaps(until time.Time) {
	p.mu.Lock()
	never := p.until.IsZero()
	p.mu.Unlock()
	if never {
		p.keep(until)
	}
}

// keep has the others leave this replica what it sends until the given time.
func (p *presence) keep(until time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.until = until
	if p.over == nil {
		p.over = time.AfterFunc(time.Until(until), p.lapse)
		return
	}
	p.over.Reset(time.Until(until))
}

// lapsed reports whether this replica was silent for too long.
func (p *presence) lapsed() bool { return !p.until.IsZero() && !time.Now().Before(p.until) }

// lapse ends what is being sent, unless this replica has said meanwhile that it
// lives.
func (p *presence) lapse() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.lapsed() {
		return
	}
	for end := range p.held {
		(*end)()
	}
}

// hold returns a context of ctx that ends when others may take up what this
// replica sends, and what ends it before. One that never said that it lives has
// until the deadline.
func (p *presence) hold(ctx context.Context) (held context.Context, done func()) {
	held, end := context.WithCancel(ctx)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.lapsed() {
		end()
	}
	p.held[&end] = struct{}{}
	return held, func() {
		end()
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.held, &end)
	}
}

// close has others take this replica for one that has ended.
func (p *presence) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over != nil {
		p.over.Stop()
	}
	return p.db.Close()
}

// Hold returns a context in which what was claimed may be sent, and which must
// be given back with done. It ends when this replica may have been given up, and
// with the time that the message has: what it cannot say itself when it is
// frozen, the others see. It is asked for right before a message is given to the
// platform, and its error wraps [story.ErrNotSending] if another has the message,
// or may take it up already. An edit may be made twice, but not after it was given
// up: it could hide a newer one.
func (s *Store) Hold(ctx context.Context, d *story.Dispatch) (held context.Context, done func(), err error) {
	defer wrap(&err, fmt.Sprintf("hold delivery %d", d.Delivery))
	p, shared := s.dialect.(*postgres)
	if !shared || fault.Sabotaged == fault.NoLease {
		return ctx, func() {}, nil
	}
	held, release := p.presence.hold(ctx)
	if d.Act == story.Edit {
		return held, release, nil
	}
	asked := time.Now()
	mine := `SELECT deadline - ` + s.dialect.clock() + ` FROM deliveries WHERE id = ? AND attempt = ? AND owner = ? AND state = 'sending' AND NOT (` + s.overdue() + `)` // #nosec G202 -- the clock is ours
	var left int64
	err = s.read.QueryRowContext(held, mine, d.Delivery, d.Attempt, s.replica).Scan(&left)
	if errors.Is(err, sql.ErrNoRows) {
		err = story.ErrNotSending
	}
	if err != nil {
		release()
		return nil, nil, err
	}
	held, end := context.WithDeadline(held, asked.Add(time.Duration(left)*time.Microsecond))
	return held, func() { end(); release() }, nil
}

// overdue selects the deliveries that nobody is sending any more: their time is
// over, or their sender has ended.
func (s *Store) overdue() string {
	clock := s.dialect.clock()
	return `state = 'sending' AND (deadline < ` + clock + ` OR owner IN (
		SELECT l.holder FROM leases l WHERE l.name LIKE '` + alive + `%' AND l.until < ` + clock + ` AND l.term > ` + fmt.Sprint(noLock) + ` AND NOT EXISTS (
			SELECT 1 FROM pg_locks k WHERE k.locktype = 'advisory' AND k.classid = ` + fmt.Sprint(replicaLocks) + ` AND k.objid = CAST(l.term AS OID) AND k.objsubid = 2)))`
}

// lapse has what nobody is sending any more be ambiguous: it was given to a
// platform or it was not. It is not sent again for that alone. Of all rooms if
// room is "".
func (s *Store) lapse(ctx context.Context, tx *sql.Tx, room story.RoomName) error {
	if s.replica == "" {
		return nil // what another process was sending was taken over as the file was opened
	}
	query, args := `UPDATE deliveries SET state = 'ambiguous', why = 'the replica that was sending it is gone, and with it the platform''s answer' WHERE `+s.overdue(), []any(nil) // #nosec G202 -- the clock is ours
	if room != "" {
		query, args = query+` AND room = ?`, []any{room}
	}
	res, err := tx.ExecContext(ctx, query, args...)
	if err != nil {
		return err
	}
	if n, _ := res.RowsAffected(); n > 0 {
		s.log.LogAttrs(ctx, slog.LevelError, "deliveries are ambiguous: they may or may not stand in their rooms", slog.Int64("deliveries", n))
	}
	return nil
}

// takeOver takes up what those replicas had under way that are not alive.
func (s *Store) takeOver(ctx context.Context) error {
	if s.replica == "" {
		return nil
	}
	var overdue, orphans bool
	const orphaned = `state = 'running' AND NOT EXISTS (SELECT 1 FROM leases WHERE name = '` + alive + `' || attempted_by[cardinality(attempted_by)] AND until > `
	err := s.read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM deliveries WHERE `+s.overdue()+`), EXISTS (SELECT 1 FROM river_job WHERE `+orphaned+s.dialect.clock()+`))`).Scan(&overdue, &orphans)
	if err != nil || !overdue && !orphans {
		return err
	}
	return s.tx(ctx, func(tx *sql.Tx) error {
		if err := s.lapse(ctx, tx, ""); err != nil {
			return err
		}
		free := `UPDATE river_job SET state = 'available' WHERE ` + orphaned + s.dialect.clock() + `)` // #nosec G202 -- the clock is ours
		res, err := tx.ExecContext(ctx, free)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if n > 0 {
			s.log.LogAttrs(ctx, slog.LevelWarn, "a replica is gone; its jobs are taken over", slog.Int64("jobs", n))
		}
		if err == nil { // one whose message nobody may take up yet is asked after again
			_, err = tx.ExecContext(ctx, `DELETE FROM leases AS l WHERE (name LIKE '`+alive+`%' OR name LIKE 'saved by %') AND until < `+s.dialect.clock()+` AND NOT EXISTS (SELECT 1 FROM deliveries WHERE state = 'sending' AND owner = l.holder)`) // #nosec G202 -- the clock is ours
		}
		return err
	})
}
