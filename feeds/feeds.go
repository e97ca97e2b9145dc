package feeds

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"vedette/feeds/fetch"
	"vedette/feeds/parse"
	"vedette/story"
)

// parsers bounds how many documents are parsed at once. A hostile one takes
// 150 MiB to parse, a usual one ten milliseconds: taking turns costs little.
const parsers = 1

// maxError bounds a failure in words, in bytes.
const maxError = 300

// A Shelf keeps what polls bring.
type Shelf interface {
	// FeedState returns what the next poll of the feed must know. A feed never
	// polled has the zero state with its name.
	FeedState(ctx context.Context, feed story.FeedName) (story.FeedState, error)
	// SavePoll saves items, validators, next due time and the job to judge the
	// new items in one transaction. An item sharing a key with a stored item of
	// that feed is that item, edited if its text changed. The items of a seed
	// are stored as already judged.
	SavePoll(ctx context.Context, p story.Poll) (story.Saved, error)
}

// Options set a Poller up.
type Options struct {
	Client *fetch.Client
	Shelf  Shelf
	Now    func() time.Time
	Log    *slog.Logger
	Every  time.Duration // how often a feed is polled that does not say; 0 is 5 minutes
}

// A Poller polls feeds. It is safe for concurrent use.
type Poller struct {
	opts    Options
	feeds   atomic.Pointer[map[story.FeedName]story.Feed]
	parsing chan struct{}

	mu      sync.Mutex // guards polling
	polling map[story.FeedName]bool
}

// New returns a Poller of no feeds yet.
func New(opts Options) *Poller {
	if opts.Every <= 0 {
		opts.Every = 5 * time.Minute
	}
	p := &Poller{opts: opts, parsing: make(chan struct{}, parsers), polling: map[story.FeedName]bool{}}
	p.SetFeeds(nil)
	return p
}

// SetFeeds makes list the feeds that are polled. A poll under way ends as it
// began.
func (p *Poller) SetFeeds(list []story.Feed) {
	feeds := make(map[story.FeedName]story.Feed, len(list))
	for _, feed := range list {
		feeds[feed.Name] = feed
	}
	p.feeds.Store(&feeds)
}

// Poll polls a feed once, if it is due, declared, and not being polled
// already. What goes wrong with the feed is recorded in its state; only what
// goes wrong with the shelf, and the end of ctx, is returned.
func (p *Poller) Poll(ctx context.Context, name story.FeedName) error {
	feed, ok := (*p.feeds.Load())[name]
	if !ok || !p.begin(name) {
		return nil
	}
	defer p.finish(name)
	state, err := p.opts.Shelf.FeedState(ctx, name)
	if err != nil {
		return fmt.Errorf("poll %s: %w", name, err)
	}
	now := p.opts.Now().UTC()
	if now.Before(state.NextDue) {
		return nil
	}
	state.Feed = name
	v := visit{poller: p, feed: feed, old: state, started: now, poll: story.Poll{State: state}}
	if err := v.make(ctx); err != nil {
		return fmt.Errorf("poll %s: %w", name, err)
	}
	saved, err := p.opts.Shelf.SavePoll(ctx, v.poll)
	if err != nil {
		return fmt.Errorf("poll %s: %w", name, err)
	}
	v.log(ctx, saved)
	return nil
}

func (p *Poller) begin(name story.FeedName) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.polling[name] {
		return false
	}
	p.polling[name] = true
	return true
}

func (p *Poller) finish(name story.FeedName) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.polling, name)
}

// A visit is one poll on its way.
type visit struct {
	poller  *Poller
	feed    story.Feed
	old     story.FeedState
	started time.Time
	resp    fetch.Response
	poll    story.Poll
	partial bool
	why     reason
}

// make asks for the document, takes it in, and leaves in v.poll what is to be
// saved. The error is only that ctx ended.
func (v *visit) make(ctx context.Context) error {
	resp, err := v.poller.opts.Client.Get(ctx, fetch.Request{
		URL: v.feed.URL, ETag: v.old.ETag, LastModified: v.old.LastModified, ValidFor: v.old.URL,
	})
	v.resp = resp
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	switch {
	case errors.Is(err, fetch.ErrBlocked):
		v.fail(refused, err.Error())
	case err != nil:
		v.fail(trouble, err.Error())
	case resp.NotModified:
		v.keepValidators(true)
		v.succeed()
	case resp.Body == nil:
		v.fail(endOf(resp.Status))
	case hashOf(resp.Body) == v.old.BodyHash && v.old.Seeded:
		v.keepValidators(false)
		v.succeed()
	default:
		return v.takeIn(ctx)
	}
	return nil
}

// takeIn parses a document that is not the last one again.
func (v *visit) takeIn(ctx context.Context) error {
	select {
	case v.poller.parsing <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	doc := parse.Document{Body: v.resp.Body, ContentType: v.resp.ContentType, URL: v.resp.URL, Now: v.started}
	result, err := parse.Parse(doc, v.feed)
	<-v.poller.parsing
	if err != nil {
		v.fail(trouble, err.Error())
		return nil
	}
	v.partial = result.Partial
	v.poll.Items = result.Items
	v.poll.Seed = !v.old.Seeded
	v.poll.State.Seeded = true
	// What may be missing items must come again whole: its validators would
	// say that there is nothing more to have.
	if !result.Partial && len(result.Items) > 0 {
		v.keepValidators(false)
		v.poll.State.BodyHash = hashOf(v.resp.Body)
	}
	v.succeed()
	return nil
}

// keepValidators takes over the validators of the answer: of a 304, which may
// leave them out, only those that it has.
func (v *visit) keepValidators(sparse bool) {
	state := &v.poll.State
	state.URL = v.resp.URL
	if !sparse || v.resp.ETag != "" {
		state.ETag = v.resp.ETag
	}
	if !sparse || v.resp.LastModified != "" {
		state.LastModified = v.resp.LastModified
	}
}

func (v *visit) succeed() {
	state := &v.poll.State
	state.Failures, state.LastError = 0, ""
	v.close(fine)
	state.LastSuccess = v.poll.At
}

func (v *visit) fail(how end, words string) {
	state := &v.poll.State
	state.Failures++
	state.LastError = strings.ToValidUTF8(words[:min(len(words), maxError)], "")
	v.close(how)
}

// close settles when the feed is next due.
func (v *visit) close(how end) {
	state := &v.poll.State
	v.poll.At = v.poller.opts.Now().UTC()
	state.LastPoll = v.started
	every := v.feed.Every
	if every <= 0 {
		every = v.poller.opts.Every
	}
	state.NextDue, v.why = plan(report{
		feed: v.feed.Name, started: v.started, ended: v.poll.At, every: every,
		end: how, failures: state.Failures, retryAfter: v.resp.RetryAfter,
	})
}

// log tells of every poll, so that whoever runs the desk can prove how often
// a server was asked, and why.
func (v *visit) log(ctx context.Context, saved story.Saved) {
	state := v.poll.State
	attrs := []slog.Attr{
		slog.String("feed", string(v.feed.Name)),
		slog.Int("status", v.resp.Status),
		slog.Int("bytes", len(v.resp.Body)),
		slog.Int("items", len(v.poll.Items)),
		slog.Int("new", saved.New),
		slog.Int("edited", saved.Edited),
		slog.Bool("partial", v.partial),
		slog.Time("next_due", state.NextDue),
		slog.String("due_because", string(v.why)),
	}
	if state.Failures > 0 {
		attrs = append(attrs, slog.Int("failures", state.Failures), slog.String("error", state.LastError))
		v.poller.opts.Log.LogAttrs(ctx, slog.LevelWarn, "feed failed", attrs...)
		return
	}
	v.poller.opts.Log.LogAttrs(ctx, slog.LevelInfo, "feed polled", attrs...)
}

func hashOf(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}
