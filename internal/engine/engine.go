// Package engine runs the stages' verbs as River's workers: poll a feed,
// judge what waits, deliver what a room is owed.
//
// Jobs come in from the store, which inserted them with the rows that they
// are about; calls to the stages go out. A job is only a call to look at the
// rows, so one that is run twice, or late, does no harm. The engine knows no
// feed, no watch and no room; the stages know no River.
package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"vedette/internal/store"
	"vedette/story"
)

// A Poller polls one feed and saves what came of it.
type Poller interface {
	Poll(ctx context.Context, feed story.FeedName) error

	// Polls reports whether it has the feed. Poll does nothing with one that it
	// has not.
	Polls(feed story.FeedName) bool
}

// A Desk judges items that wait, and reports whether more may be waiting.
type Desk interface {
	Judge(ctx context.Context) (more bool, err error)

	// Forget has the next Judge read anew how things stand: another replica
	// has judged meanwhile.
	Forget()
}

// A Courier delivers all that is due in a room.
type Courier interface {
	Drain(ctx context.Context, room story.RoomName) error

	// Knows reports whether it has the room. What one that it has not is owed
	// it gives up.
	Knows(room story.RoomName) bool
}

// Config holds the parts; all fields but Shift, Look and Step are required.
type Config struct {
	Store   *store.Store
	Poller  Poller
	Desk    Desk
	Courier Courier
	Now     func() time.Time // decides what is due
	Tick    time.Duration    // how often it looks for what has become due, at the least
	Shift   time.Duration    // how long a job works on what does not end before it lets another begin; a minute if 0
	Look    time.Duration    // how soon a queue is looked at if nobody calls; a tenth of a second on SQLite, and two on Postgres, if 0

	// Step returns by how much the wall clock was set since it was last asked:
	// what is due is moved with it. Nil if the clock that Now tells is never set.
	Step func() time.Duration

	Log *slog.Logger
}

// Limits of the work under way.
const (
	polls      = 128 // feeds polled at once; most wait for their host's turn, and few are fetched
	deliveries = 256 // rooms told at once; most wait for their platform's pace

	jobTimeout  = 2 * time.Minute // a stage's own limits end far below it
	rescueAfter = 3 * time.Minute // what neither the start nor the store's look for dead replicas has taken up
	leaseFor    = 5 * time.Second // and a third of it: how long nobody judges after a replica was killed that did
	stopWithin  = 20 * time.Second
	fetchEvery  = 10 * time.Millisecond  // how soon after the last a worker takes up its next job
	keepJobs    = 10 * time.Minute       // ended ones, for who looks at the table
	leastWait   = 5 * time.Millisecond   // between two looks at what is due
	attention   = 100 * time.Millisecond // how soon a queue is looked at: SQLite calls nobody when a job is inserted
	unheard     = 2 * time.Second        // the same on Postgres, which calls, if the call is lost

	elsewhereFor = time.Hour   // how long what a room is owed that this replica does not know is left to those that may: while a new version, or a new desk file, is brought in
	elsewhere    = time.Second // how soon it is looked at again, and so is a feed
)

// An Engine runs the stages.
type Engine struct {
	cfg Config
}

// New returns an engine that does not run yet.
func New(cfg Config) *Engine { return &Engine{cfg: cfg} }

// Run works until ctx ends, then lets the work in hand finish, for at most 20
// seconds. It returns nil if it ended because ctx did.
func (e *Engine) Run(ctx context.Context) error {
	workers := river.NewWorkers()
	river.AddWorker(workers, &pollWorker{e: e})
	stint := func(of context.Context) (context.Context, context.CancelFunc) {
		of, cancel := context.WithTimeout(of, e.shift())
		stop := context.AfterFunc(ctx, cancel)
		return of, func() { stop(); cancel() }
	}
	river.AddWorker(workers, &judgeWorker{e: e, stint: stint})
	river.AddWorker(workers, &deliverWorker{e: e, stint: stint})
	look := attention
	if e.cfg.Store.Shared() {
		look = unheard
	}
	queues := map[string]river.QueueConfig{
		store.PollQueue:    {MaxWorkers: polls},
		store.DeliverQueue: {MaxWorkers: deliveries},
	}
	if !e.cfg.Store.Shared() { // there is nobody else to judge
		queues[store.JudgeQueue] = river.QueueConfig{MaxWorkers: 1}
	}
	client, err := e.cfg.Store.NewClient(&river.Config{
		Workers:                     workers,
		Queues:                      queues,
		Logger:                      e.cfg.Log,
		FetchCooldown:               fetchEvery,
		FetchPollInterval:           cmp.Or(e.cfg.Look, look),
		JobTimeout:                  jobTimeout,
		RescueStuckJobsAfter:        rescueAfter,
		CompletedJobRetentionPeriod: keepJobs,
		CancelledJobRetentionPeriod: keepJobs,
		SoftStopTimeout:             stopWithin,
		RetryPolicy:                 soon{},
	})
	if err != nil {
		return fmt.Errorf("engine: %w", err)
	}
	// It is alive before it has a job, and until it has none.
	alive, die := context.WithCancel(context.WithoutCancel(ctx))
	var living sync.WaitGroup
	defer living.Wait()
	defer die()
	if e.cfg.Store.Shared() {
		e.sayAlive(alive)
		living.Go(func() { e.live(alive) })
	}
	if err := e.start(ctx, client.Start); err != nil {
		return fmt.Errorf("engine: %w", err)
	}
	var wg sync.WaitGroup
	defer wg.Wait()
	stopped := make(chan struct{})
	defer close(stopped)
	wg.Go(func() { e.tick(ctx) })
	if e.cfg.Store.Shared() {
		wg.Go(func() { e.judgeAlone(ctx, client.Queues(), stopped) })
	}
	<-ctx.Done()
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin+5*time.Second)
	defer cancel()
	if err := client.Stop(stopping); err != nil {
		return errors.Join(fmt.Errorf("engine: stop: %w", err), client.StopAndCancel(stopping))
	}
	return nil
}

// start has River begin. While the disk is so full that it cannot, it is asked
// again, so that the process is there to say so and goes on by itself. It
// returns nil, too, if ctx ends meanwhile.
func (e *Engine) start(ctx context.Context, begin func(ctx context.Context) error) error {
	again := time.NewTicker(time.Second)
	defer again.Stop()
	for {
		// River stops when told, not when ctx ends: the work in hand is finished.
		err := e.cfg.Store.Explain(begin(context.WithoutCancel(ctx)))
		if !errors.Is(err, store.ErrFull) {
			return err
		}
		e.cfg.Log.LogAttrs(ctx, slog.LevelError, "no work is taken up; trying again", slog.Any("error", err))
		select {
		case <-again.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// live says again and again that this replica is alive, until ctx ends. It does
// so beside all else: one whose other work waits is not gone.
func (e *Engine) live(ctx context.Context) {
	again := time.NewTicker(store.AliveEvery)
	defer again.Stop()
	for {
		select {
		case <-again.C:
			e.sayAlive(ctx)
		case <-ctx.Done():
			return
		}
	}
}

func (e *Engine) sayAlive(ctx context.Context) {
	if err := e.cfg.Store.SayAlive(ctx); err != nil && ctx.Err() == nil {
		e.cfg.Log.LogAttrs(ctx, slog.LevelWarn, "the other replicas were not told that this one is alive", slog.Any("error", err))
	}
}

// judgeAlone has this replica judge while it holds the lease for it. Where the
// lease ends, the batch in hand is finished, or refused by the store. Where ctx
// ends, its queue stops with all the others, and the lease is let go when they
// have stopped: they would else wait for it. A database that stumbles as the
// lease is taken costs a second, and not the judging.
func (e *Engine) judgeAlone(ctx context.Context, queues *river.QueueBundle, stopped <-chan struct{}) {
	again := time.NewTicker(time.Second)
	defer again.Stop()
	for {
		err := e.cfg.Store.WhileHeld(ctx, store.Judging, leaseFor, func(held context.Context) error {
			return e.judge(held, queues, ctx.Done(), stopped)
		})
		if ctx.Err() != nil {
			return
		}
		e.cfg.Log.LogAttrs(ctx, slog.LevelError, "nothing is judged by this replica; it begins anew", slog.Any("error", err))
		select {
		case <-again.C:
		case <-ctx.Done():
			return
		}
	}
}

// judge works the judge's queue until ctx ends, or all queues have stopped after
// the engine's end.
func (e *Engine) judge(ctx context.Context, queues *river.QueueBundle, ending, stopped <-chan struct{}) error {
	e.cfg.Desk.Forget()
	defer e.cfg.Desk.Forget()
	err := queues.Add(store.JudgeQueue, river.QueueConfig{MaxWorkers: 1})
	if err == nil {
		<-ctx.Done()
	}
	select {
	case <-ending:
		<-stopped
		return err
	default:
	}
	finishing, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	return errors.Join(err, queues.Remove(finishing, store.JudgeQueue)) // also one that could not be started
}

// shift returns how long a job works at a stretch.
func (e *Engine) shift() time.Duration { return cmp.Or(e.cfg.Shift, time.Minute) }

// tick has jobs inserted for what has become due, until ctx ends. It looks
// again when the next feed is due, if that is before the next tick: a fixed
// tick of a second would poll a feed that is due every second every other.
func (e *Engine) tick(ctx context.Context) {
	t := time.NewTimer(0)
	defer t.Stop()
	<-t.C
	for {
		e.follow(ctx)
		next, err := e.cfg.Store.Wake(ctx, e.cfg.Now())
		if err != nil && ctx.Err() == nil {
			e.cfg.Log.LogAttrs(ctx, slog.LevelError, "what is due is not known; looking again at the next tick", slog.Any("error", err))
		}
		wait := e.cfg.Tick
		if !next.IsZero() {
			wait = min(wait, max(next.Sub(e.cfg.Now()), leastWait))
		}
		t.Reset(wait)
		select {
		case <-t.C:
		case <-ctx.Done():
			return
		}
	}
}

// follow moves what is due if the wall clock was set.
func (e *Engine) follow(ctx context.Context) {
	if e.cfg.Step == nil {
		return
	}
	by := e.cfg.Step()
	if by == 0 {
		return
	}
	e.cfg.Log.LogAttrs(ctx, slog.LevelWarn, "the clock was set; feeds are due as long after now as before", slog.Duration("by", by))
	if err := e.cfg.Store.ShiftFeeds(ctx, by, e.cfg.Now()); err != nil && ctx.Err() == nil {
		e.cfg.Log.LogAttrs(ctx, slog.LevelError, "feeds are due at the times of the clock as it was", slog.Any("error", err))
	}
}

// soon tries a failed job again after 1, 2, 4 … 60 seconds: what fails here
// is the database, since the stages keep a feed's or a platform's failures in
// their own rows.
type soon struct{}

// NextRetry returns when job is tried again.
func (soon) NextRetry(job *rivertype.JobRow) time.Time {
	wait := time.Minute
	if n := len(job.Errors); n < 6 {
		wait = time.Second << n
	}
	return time.Now().Add(wait)
}

type pollWorker struct {
	river.WorkerDefaults[store.PollArgs]

	e *Engine
}

// Work polls the job's feed until it is not due, or the disk is full: the feed
// stays due then, and is polled when there is room.
func (w *pollWorker) Work(ctx context.Context, job *river.Job[store.PollArgs]) error {
	for w.e.cfg.Store.FullSince().IsZero() {
		if err := w.e.cfg.Poller.Poll(ctx, job.Args.Feed); errors.Is(err, store.ErrFull) {
			return nil
		} else if err != nil {
			return err
		}
		if more, err := w.e.cfg.Store.FinishPoll(ctx, job, w.e.cfg.Now()); err != nil || !more {
			return err
		}
		if !w.e.cfg.Poller.Polls(job.Args.Feed) { // another replica does, or this one will
			return river.JobSnooze(elsewhere)
		}
	}
	return nil
}

// A stint returns a context that ends when a job has worked as long as it may
// at a stretch, or the engine stops: what is left of a long backlog waits.
type stint func(ctx context.Context) (context.Context, context.CancelFunc)

type judgeWorker struct {
	river.WorkerDefaults[store.JudgeArgs]

	e     *Engine
	stint stint
}

// Work judges until nothing waits, or its shift is over.
func (w *judgeWorker) Work(ctx context.Context, job *river.Job[store.JudgeArgs]) error {
	shift, cancel := w.stint(ctx)
	defer cancel()
	for {
		if shift.Err() != nil {
			return river.JobSnooze(0)
		}
		more, err := w.e.cfg.Desk.Judge(ctx)
		if err == nil && !more {
			more, err = w.e.cfg.Store.FinishJudge(ctx, job)
		}
		if err != nil || !more {
			return err
		}
	}
}

type deliverWorker struct {
	river.WorkerDefaults[store.DeliverArgs]

	e     *Engine
	stint stint
}

// Work delivers until nothing is due in the job's room, or its shift is over:
// a platform's pace makes a long backlog last longer than a job may.
func (w *deliverWorker) Work(ctx context.Context, job *river.Job[store.DeliverArgs]) error {
	if w.e.cfg.Store.Shared() && !w.e.cfg.Courier.Knows(job.Args.Room) && time.Since(job.CreatedAt) < elsewhereFor {
		return river.JobSnooze(elsewhere)
	}
	shift, cancel := w.stint(ctx)
	defer cancel()
	for {
		err := w.e.cfg.Courier.Drain(shift, job.Args.Room)
		if shift.Err() != nil && ctx.Err() == nil {
			return river.JobSnooze(0)
		}
		if err != nil {
			return err
		}
		if more, err := w.e.cfg.Store.FinishDeliver(ctx, job, w.e.cfg.Now()); err != nil || !more {
			return err
		}
	}
}
