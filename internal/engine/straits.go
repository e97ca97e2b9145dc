package engine

import (
	"context"
	"log/slog"
	"slices"
	"sync"

	"github.com/riverqueue/river/rivertype"
)

// An underWay knows which jobs this process works on.
type underWay struct {
	mu   sync.Mutex // guards jobs
	jobs map[string]int64
}

// begin notes that job is worked on until end is called, and reports whether
// no other of its like is. One that was taken for stuck and had only ended
// unrecorded may have been followed by another.
func (u *underWay) begin(job *rivertype.JobRow) (begun bool, end func()) {
	like := job.Kind + string(job.EncodedArgs)
	u.mu.Lock()
	defer u.mu.Unlock()
	if _, taken := u.jobs[like]; taken {
		return false, func() {}
	}
	u.jobs[like] = job.ID
	return true, func() {
		u.mu.Lock()
		defer u.mu.Unlock()
		delete(u.jobs, like)
	}
}

// without returns those of ids that are not worked on.
func (u *underWay) without(ids []int64) (idle []int64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	worked := make(map[int64]bool)
	for _, id := range u.jobs {
		worked[id] = true
	}
	return slices.DeleteFunc(ids, func(id int64) bool { return worked[id] })
}

// A straits looks after the jobs while the disk is full, and until none is
// stuck any more. River gives up after some seconds to record how a job ended,
// and takes a job that failed often up after a minute: neither may outlast the
// full disk.
type straits struct {
	e    *Engine
	full bool    // at the last look
	idle []int64 // on record as running at the last look, and not worked on
}

// look has jobs run again that were idle at two looks.
func (s *straits) look(ctx context.Context) {
	was := s.full
	if s.full = !s.e.cfg.Store.FullSince().IsZero(); !s.full && !was && len(s.idle) == 0 {
		return
	}
	running, err := s.e.cfg.Store.Running(ctx)
	if err == nil {
		before := s.idle
		s.idle = s.e.work.without(running)
		stuck := slices.DeleteFunc(slices.Clone(s.idle), func(id int64) bool { return !slices.Contains(before, id) })
		_, err = s.e.cfg.Store.Revive(ctx, stuck, !s.full)
	}
	if err != nil && ctx.Err() == nil {
		s.full = s.full || was // to look again
		s.e.cfg.Log.LogAttrs(ctx, slog.LevelWarn, "jobs wait that a full disk has stopped", slog.Any("error", err))
	}
}
