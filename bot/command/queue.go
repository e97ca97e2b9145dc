package command

import (
	"context"
	"sync"
	"time"
)

// Bounds of what is under way at once. What waits costs little; more than a
// few calls of one person are a flood.
const (
	mostCalls    = 500
	mostOfPerson = 5
	mostAtOnce   = 16
)

// What was heard is remembered for half an hour or more, less in a flood: what
// platforms deliver again is minutes old, and a signature holds for five.
const (
	keepHeard = 30 * time.Minute
	mostHeard = 50_000
)

// A Queue has the calls of one platform under way: each once, a few of one
// person at a time, and some of all worked on at once. Its methods may be
// called from several goroutines. It forgets everything with the process:
// what acts is saved once by its key, whoever hears it again.
type Queue struct {
	mu     sync.Mutex // guards what follows
	open   bool
	calls  map[string]int // under way, by who asks
	all    int            // of calls
	heard  map[string]bool
	before map[string]bool // those that were heard before turned
	turned time.Time

	done  sync.WaitGroup // of calls; Add is called while open only
	turns chan struct{}  // has room for the calls that are worked on
}

// NewQueue returns a queue that takes no calls yet.
func NewQueue() *Queue {
	return &Queue{calls: make(map[string]int), turns: make(chan struct{}, mostAtOnce)}
}

// Open has calls taken from here on.
func (q *Queue) Open() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.open = true
}

// Close has no further calls taken, and waits for those that are under way.
func (q *Queue) Close() {
	q.mu.Lock()
	q.open = false
	q.mu.Unlock()
	q.done.Wait()
}

// Takes reports whether calls are taken.
func (q *Queue) Takes() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.open
}

// First reports whether none of keys was heard lately; they have been then. A
// key that is "" is none.
func (q *Queue) First(keys ...string) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if now := time.Now(); q.heard == nil || now.Sub(q.turned) >= keepHeard || len(q.heard) >= mostHeard {
		q.before, q.heard, q.turned = q.heard, make(map[string]bool), now
	}
	first := true
	for _, k := range keys {
		if k == "" {
			continue
		}
		first = first && !q.heard[k] && !q.before[k]
		q.heard[k] = true
	}
	return first
}

// Begin takes a call of a person, if the queue is open and not too many are
// under way. End is to be called after it, if it was taken.
func (q *Queue) Begin(person string) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.open || q.all >= mostCalls || q.calls[person] >= mostOfPerson {
		return false
	}
	q.all++
	q.calls[person]++
	q.done.Add(1)
	return true
}

// End ends a call of a person.
func (q *Queue) End(person string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.all--
	if q.calls[person]--; q.calls[person] == 0 {
		delete(q.calls, person)
	}
	q.done.Done()
}

// Turn waits until a call may be worked on, and reports whether it may: not if
// ctx ends first. End is to be called after that.
func (q *Queue) Turn(ctx context.Context) (end func(), ok bool) {
	select {
	case q.turns <- struct{}{}:
		return func() { <-q.turns }, true
	case <-ctx.Done():
		return nil, false
	}
}

// Go does something beside the calls, which Close waits for. The queue must be
// open.
func (q *Queue) Go(do func()) { q.done.Go(do) }
