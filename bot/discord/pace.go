package discord

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"
	"golang.org/x/time/rate"

	"vedette/bot"
)

// mostPause is the longest wait for a limit that is sat out; a longer one is
// the room's to rest.
const mostPause = 5 * time.Second

// A pace keeps calls within Discord's limits. The client library's limiter
// knows each bucket's, but waits for it without a context, and lets itself be
// asked only while nobody else uses the bucket: hence one call at a time.
type pace struct {
	limiter *discordgo.RateLimiter
	account *rate.Limiter // all buckets together, of which no answer tells before it is too late

	mu      sync.Mutex // guards what follows; held for no wait
	gates   map[string]chan struct{}
	until   time.Time       // nothing is sent before
	bar     time.Time       // the token is not tried before
	invalid []time.Time     // when Discord refused what counts towards a ban, in the last ten minutes
	refused map[string]bool // the buckets whose last call was one of these
	wary    time.Time       // none of them is tried before
}

// Discord takes 50 requests a second of an account: no second, wherever it
// begins, has more than these together.
const (
	perSecond = 40
	burst     = 10
)

// Discord bans an address for 10,000 requests in ten minutes that it answers
// with 401, 403 or 429. From mostInvalid on nothing is sent until some of them
// are ten minutes old. From mostRefused on, nothing is where Discord refused the
// last: rooms that are shut must not use up what others need.
const (
	mostInvalid   = 90
	mostRefused   = 60
	invalidWithin = 10 * time.Minute
)

// heard notes the status of an answer to a call that used bucket, or none if
// it is "".
func (p *pace) heard(bucket string, status int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests:
	case 0:
		return
	default:
		delete(p.refused, bucket)
		return
	}
	if bucket != "" {
		p.refused[bucket] = true
	}
	now := time.Now()
	p.invalid = slices.DeleteFunc(p.invalid, func(at time.Time) bool { return now.Sub(at) >= invalidWithin })
	p.invalid = append(p.invalid, now)
	until := p.invalid[0].Add(invalidWithin)
	if len(p.invalid) >= mostRefused {
		p.wary = until
	}
	if len(p.invalid) >= mostInvalid && until.After(p.until) {
		p.until = until
	}
}

// refuse has the token left alone for a while: it is not accepted.
func (p *pace) refuse() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bar = time.Now().Add(bot.BarredFor)
}

// barred returns how long the token is not tried.
func (p *pace) barred() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Until(p.bar)
}

// newPace returns a pace that knows no limit yet.
func newPace(limiter *discordgo.RateLimiter) *pace {
	return &pace{limiter: limiter, account: rate.NewLimiter(perSecond, burst), gates: make(map[string]chan struct{}), refused: make(map[string]bool)}
}

// enter waits until a call may use bucket, and returns what must be called
// after it. If it may not within most, or not before ctx ends, enter returns nil
// and how long not.
func (p *pace) enter(ctx context.Context, bucket string, most time.Duration) (leave func(), wait time.Duration) {
	gate := p.gate(bucket)
	select {
	case gate <- struct{}{}:
	case <-ctx.Done():
		return nil, 0
	}
	leave = func() { <-gate }
	for {
		if wait = p.wait(bucket); wait <= 0 {
			break
		}
		if wait > most || !pause(ctx, wait) {
			leave()
			return nil, wait
		}
	}
	if p.account.Wait(ctx) != nil {
		leave()
		return nil, 0
	}
	return leave, 0
}

// gate returns what lets one call at a time through to bucket.
func (p *pace) gate(bucket string) chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gates[bucket] == nil {
		p.gates[bucket] = make(chan struct{}, 1)
	}
	return p.gates[bucket]
}

// wait returns how long bucket is closed.
func (p *pace) wait(bucket string) time.Duration {
	p.mu.Lock()
	rest := time.Until(p.until)
	if p.refused[bucket] {
		rest = max(rest, time.Until(p.wary))
	}
	p.mu.Unlock()
	return max(rest, p.limiter.GetWaitTime(p.limiter.GetBucket(bucket), 1))
}

// rest closes all buckets.
func (p *pace) rest(wait time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if until := time.Now().Add(wait); until.After(p.until) {
		p.until = until
	}
}

// pause waits, and reports whether it did: not for long, and not for what
// comes too late.
func pause(ctx context.Context, wait time.Duration) bool {
	if end, ok := ctx.Deadline(); wait > mostPause || ok && time.Until(end) < wait {
		return false
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
