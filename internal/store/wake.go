package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"

	"vedette/story"
)

// The queues.
const (
	PollQueue    = "poll"
	JudgeQueue   = "judge"
	DeliverQueue = "deliver"
)

// PollArgs asks for one poll of a feed.
type PollArgs struct {
	Feed story.FeedName `json:"feed"`
}

// Kind names the job.
func (PollArgs) Kind() string { return PollQueue }

// InsertOpts keeps the job single: a feed is polled once at a time.
func (PollArgs) InsertOpts() river.InsertOpts { return single(PollQueue) }

// JudgeArgs asks for the items that wait to be judged.
type JudgeArgs struct{}

// Kind names the job.
func (JudgeArgs) Kind() string { return JudgeQueue }

// InsertOpts keeps the job single: two items of one event must not be judged
// side by side.
func (JudgeArgs) InsertOpts() river.InsertOpts { return single(JudgeQueue) }

// DeliverArgs asks for all that is due in a room.
type DeliverArgs struct {
	Room story.RoomName `json:"room"`
}

// Kind names the job.
func (DeliverArgs) Kind() string { return DeliverQueue }

// InsertOpts keeps the job single: what a room hears has an order.
func (DeliverArgs) InsertOpts() river.InsertOpts { return single(DeliverQueue) }

// attempts is how often a job is tried: without end, in effect, since giving
// up a call to look at rows would gain nothing.
const attempts = 10_000

// single returns the options of a job that is inserted only if its like is
// not waiting or running.
func single(queue string) river.InsertOpts {
	return river.InsertOpts{Queue: queue, MaxAttempts: attempts, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: openStates()}}
}

// enqueue inserts jobs with what tx saves.
func (s *Store) enqueue(ctx context.Context, tx *sql.Tx, jobs []river.JobArgs) error {
	if len(jobs) == 0 {
		return nil
	}
	params := make([]river.InsertManyParams, len(jobs))
	for i, args := range jobs {
		params[i].Args = args
	}
	_, err := s.jobs.InsertManyTx(ctx, tx, params)
	return err
}

// due is what waits to be done at a time.
type due struct {
	feeds []story.FeedName
	desk  bool // an item is unjudged, or the levels are to be reviewed
	rooms []story.RoomName
}

func (s *Store) due(ctx context.Context, now time.Time) (w due, err error) {
	rows, err := s.read.QueryContext(ctx, `SELECT name FROM feeds WHERE declared = 1 AND next_due <= ? ORDER BY next_due, name`, micros(now))
	if w.feeds, err = collect(rows, err, scanOne[story.FeedName]); err != nil {
		return w, err
	}
	err = s.read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM items WHERE judged IS NULL) OR EXISTS (SELECT 1 FROM agenda WHERE what = ? AND due <= ?)`,
		levels, micros(now)).Scan(&w.desk)
	if err != nil {
		return w, err
	}
	rows, err = s.read.QueryContext(ctx, `
		SELECT o.room FROM (SELECT DISTINCT room FROM deliveries WHERE state = 'owed') o WHERE`+receptive(`o.room`)+` AND EXISTS (SELECT 1 FROM deliveries d WHERE d.room = o.room AND`+claimable+`)
		UNION SELECT d.room FROM deliveries d WHERE`+doubtful+`
		UNION SELECT d.room FROM deliveries d WHERE`+moot+`
		UNION SELECT r.room FROM roots r WHERE `+stale+`
		UNION SELECT room FROM digests WHERE`+occasioned+`
		UNION SELECT room FROM mutes WHERE ended = '' AND due <= ?1
		UNION SELECT room FROM shifts WHERE due <= ?1
		UNION SELECT room FROM alarms WHERE ended = '' AND due <= ?1
		UNION SELECT b.room FROM boards b WHERE `+unseen, micros(now)) // #nosec G202 -- all of it is ours
	w.rooms, err = collect(rows, err, scanOne[story.RoomName])
	return w, err
}

func scanOne[T ~string](r *sql.Rows) (T, error) {
	var v T
	err := r.Scan(&v)
	return v, err
}

// Wake inserts a job for whatever is due at now and has none, and returns
// when the next feed is due, or the zero time if none is. It writes only if
// there is something, so that an idle desk leaves the disk alone. While the disk
// is full, no feed is polled.
func (s *Store) Wake(ctx context.Context, now time.Time) (next time.Time, err error) {
	defer wrap(&err, "wake")
	if err := s.takeOver(ctx); err != nil {
		return next, err
	}
	w, err := s.due(ctx, now)
	if err != nil {
		return next, err
	}
	var us sql.NullInt64
	if err := s.read.QueryRowContext(ctx, `SELECT min(next_due) FROM feeds WHERE declared = 1 AND next_due > ?`, micros(now)).Scan(&us); err != nil {
		return next, err
	}
	next = timeOf(us.Int64)
	var jobs []river.JobArgs
	if !s.FullSince().IsZero() {
		w.feeds = nil // what they brought could not be saved
	}
	for _, f := range w.feeds {
		jobs = append(jobs, PollArgs{Feed: f})
	}
	if w.desk {
		jobs = append(jobs, JudgeArgs{})
	}
	for _, r := range w.rooms {
		jobs = append(jobs, DeliverArgs{Room: r})
	}
	if len(jobs) == 0 {
		return next, nil
	}
	return next, s.tx(ctx, func(tx *sql.Tx) error { return s.enqueue(ctx, tx, jobs) })
}

// Idle reports whether nothing is due at now and nothing is being sent.
func (s *Store) Idle(ctx context.Context, now time.Time) (_ bool, err error) {
	defer wrap(&err, "idle")
	w, err := s.due(ctx, now)
	if err != nil || len(w.feeds) > 0 || w.desk || len(w.rooms) > 0 {
		return false, err
	}
	var sending bool
	err = s.read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM deliveries WHERE state = 'sending')`).Scan(&sending)
	return !sending, err
}

// Working reports whether a job waits or runs, though it may find nothing left
// to do.
func (s *Store) Working(ctx context.Context) (working bool, err error) {
	defer wrap(&err, "working")
	list, err := json.Marshal(openStates())
	if err != nil {
		return false, err
	}
	err = s.read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM river_job WHERE CAST(state AS TEXT) IN (SELECT value FROM json_each(?)))`, string(list)).Scan(&working)
	return working, err
}

// FinishPoll completes the job if its feed is not due at now, and reports
// whether it is. River itself completes jobs in batches, and until then no
// other job for the feed can be inserted.
func (s *Store) FinishPoll(ctx context.Context, job *river.Job[PollArgs], now time.Time) (more bool, err error) {
	defer wrap(&err, "finish polling "+string(job.Args.Feed))
	return finish(ctx, s, job, `SELECT EXISTS (SELECT 1 FROM feeds WHERE name = ? AND declared = 1 AND next_due <= ?)`, job.Args.Feed, micros(now))
}

// FinishJudge completes the job if no item waits any more, and reports
// whether one does. An item that is saved while the job runs inserts no job
// of its own; so the look and the end of the job are one transaction.
func (s *Store) FinishJudge(ctx context.Context, job *river.Job[JudgeArgs]) (more bool, err error) {
	defer wrap(&err, "finish judging")
	return finish(ctx, s, job, `SELECT EXISTS (SELECT 1 FROM items WHERE judged IS NULL)`)
}

// FinishDeliver completes the job if nothing is due in its room at now, and
// reports whether something is.
func (s *Store) FinishDeliver(ctx context.Context, job *river.Job[DeliverArgs], now time.Time) (more bool, err error) {
	defer wrap(&err, "finish delivering to "+string(job.Args.Room))
	return finish(ctx, s, job, `SELECT EXISTS (SELECT 1 FROM deliveries d WHERE d.room = ?2 AND`+claimable+` AND`+receptive(`?2`)+`)
		OR EXISTS (SELECT 1 FROM deliveries d WHERE d.room = ?2 AND`+doubtful+`)
		OR EXISTS (SELECT 1 FROM roots r WHERE r.room = ?2 AND `+stale+`)`, micros(now), job.Args.Room)
}

// finish completes job in one transaction with finding that nothing is left.
func finish[T river.JobArgs](ctx context.Context, s *Store, job *river.Job[T], left string, args ...any) (more bool, err error) {
	err = s.tx(ctx, func(tx *sql.Tx) error {
		if err := tx.QueryRowContext(ctx, left, args...).Scan(&more); err != nil || more {
			return err
		}
		_, err := river.JobCompleteTx[riverdriver.Driver[*sql.Tx]](ctx, tx, job)
		return err
	})
	return more, err
}

// openStates are the states of a job that is not over.
func openStates() []rivertype.JobState {
	return []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateRunning, rivertype.JobStateScheduled,
	}
}
