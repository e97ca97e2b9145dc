package fetch

import (
	"context"
	"sync"
	"time"
)

// hosts lets one request at a time go to each host, gap apart from the last.
// The zero gap lets all pass.
type hosts struct {
	gap   time.Duration
	mu    sync.Mutex
	turns map[string]*turn
}

// A turn is held by whoever asks its host.
type turn struct {
	held  chan struct{}
	start time.Time // of the last request; guarded by held
}

// enter waits for the host's turn; leave gives it back.
func (h *hosts) enter(ctx context.Context, host string) (leave func(), err error) {
	if h.gap <= 0 {
		return func() {}, nil
	}
	t := h.turn(host)
	select {
	case t.held <- struct{}{}:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	// The monotonic clock: a stepped wall clock must not stall a host.
	wait := time.NewTimer(max(0, h.gap-time.Since(t.start)))
	defer wait.Stop()
	select {
	case <-wait.C:
	case <-ctx.Done():
		<-t.held
		return nil, context.Cause(ctx)
	}
	t.start = time.Now()
	return func() { <-t.held }, nil
}

func (h *hosts) turn(host string) *turn {
	h.mu.Lock()
	defer h.mu.Unlock()
	t, ok := h.turns[host]
	if !ok {
		t = &turn{held: make(chan struct{}, 1)}
		h.turns[host] = t
	}
	return t
}
