package feeds

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"vedette/feeds/fetch"
	"vedette/story"
)

// parsers bounds how many documents are parsed at once. A hostile one takes
// 150 MiB to parse, a usual one ten milliseconds: taking turns costs little.
const parsers = 1

// A Shelf keeps what polls bring.
type Shelf interface {
	// FeedState returns what the next poll of the feed must know. A feed never
	// polled has the zero state with its name.
	FeedState(ctx context.Context, feed story.FeedName) (story.FeedState, error)
	// NewItems reports for each of items whether the feed has not had it.
	NewItems(ctx context.Context, feed story.FeedName, items []story.Item) ([]bool, error)
	// SavePoll saves items, validators, next due time, the request, what the
	// operators should hear, and the job to judge the new items in one
	// transaction. An item sharing a key with a stored item of that feed is
	// that item, edited if its text changed. The items of a seed, and those
	// that are of the past, are stored as already judged.
	SavePoll(ctx context.Context, p story.Poll) (story.Saved, error)
}

// Subscriptions keep what hubs push. A Shelf keeps what there is between its
// calls: neither undoes what the other has saved.
type Subscriptions interface {
	// SavePush saves items, what they tell of the feed, and the job to judge the
	// new ones in one transaction. It leaves all of the state alone that only
	// polls can tell.
	SavePush(ctx context.Context, b story.Brought) (story.Saved, error)
	// ChangePush changes what is known of a feed's subscription, and no more.
	ChangePush(ctx context.Context, feed story.FeedName, change func(story.Push) story.Push) error
}

// Options set a Poller up.
type Options struct {
	Client *fetch.Client
	Shelf  Shelf
	Now    func() time.Time
	Log    *slog.Logger
	Limits Limits

	// Callback is the public address at which hubs reach the handler that
	// Poller.Callback returns, without a slash at the end. If it is "", no hub is
	// asked, and Subscriptions may be nil.
	Callback      string
	Subscriptions Subscriptions
}

// A Poller polls feeds. It is safe for concurrent use.
type Poller struct {
	opts      Options
	feeds     atomic.Pointer[map[story.FeedName]story.Feed]
	lanes     atomic.Pointer[map[string]story.FeedName] // by the digits that begin their tokens
	operators atomic.Pointer[[]story.RoomName]
	network   *network
	parsing   chan struct{}
	asking    chan struct{}

	mu      sync.Mutex // guards polling
	polling map[story.FeedName]bool
}

// New returns a Poller of no feeds yet.
func New(opts Options) *Poller {
	if opts.Limits.Every <= 0 {
		opts.Limits.Every = 5 * time.Minute
	}
	p := &Poller{opts: opts, network: newNetwork(), parsing: make(chan struct{}, parsers), asking: make(chan struct{}, asks), polling: map[story.FeedName]bool{}}
	p.SetFeeds(nil)
	p.SetOperators(nil)
	return p
}

// SetFeeds makes list the feeds that are polled. A poll under way ends as it
// began.
func (p *Poller) SetFeeds(list []story.Feed) {
	feeds := make(map[story.FeedName]story.Feed, len(list))
	lanes := make(map[string]story.FeedName, len(list))
	for _, feed := range list {
		if feed.Every <= 0 {
			feed.Every, feed.Adapt = p.opts.Limits.Every, true
		}
		feeds[feed.Name], lanes[lane(feed.Name)] = feed, feed.Name
	}
	p.lanes.Store(&lanes)
	p.feeds.Store(&feeds)
}

// Polls reports whether the feed is polled.
func (p *Poller) Polls(name story.FeedName) bool {
	_, ok := (*p.feeds.Load())[name]
	return ok
}

// SetOperators makes rooms those that hear of the feeds' health.
func (p *Poller) SetOperators(rooms []story.RoomName) { p.operators.Store(&rooms) }

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
	if state.Source != feed.URL {
		state = feed.Declared(state, now, 1)
	}
	if now.Before(state.NextDue) {
		return nil
	}
	v := visit{poller: p, feed: &feed, old: state, started: now, poll: story.Poll{State: state, After: state.Polls}}
	if err := v.make(ctx); err != nil {
		return fmt.Errorf("poll %s: %w", name, err)
	}
	if v.heard.MayAsk {
		defer p.endAsk()
	}
	saved, err := p.opts.Shelf.SavePoll(ctx, v.poll)
	if err != nil {
		return fmt.Errorf("poll %s: %w", name, err)
	}
	v.log(ctx, saved)
	if v.heard.MayAsk {
		if err := p.ask(ctx, name, v.heard.At); err != nil {
			return fmt.Errorf("subscribe to %s: %w", name, err)
		}
	}
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
