package feeds

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"vedette/feeds/parse"
	"vedette/story"
)

// How pushes and polls share the work.
const (
	fewer   = 12        // times fewer polls while a hub proves itself
	slowest = time.Hour // that a feed is polled for being pushed
	asks    = 8         // hubs asked at once, of all feeds: a thousand that name one hub are no storm
)

// askWithin is how long a hub may keep a feed from its next poll, the wait for
// its turn among other feeds included.
const askWithin = 30 * time.Second

var errTurn = errors.New("others were asked first")

// CallbackPath is where below the public address hubs call.
const CallbackPath = "/websub/"

// hear takes into v.poll what the poll tells the feed's subscription, and
// whether a hub is to be asked after it.
func (v *visit) hear() {
	h := &v.heard
	h.At, h.Since, h.Callback = v.poll.At, v.old.LastSuccess, v.poller.opts.Callback
	v.poll.Heard = h
	if h.Callback == "" && v.old.Push.Hub == "" {
		v.poll.Heard = nil
		return
	}
	h.Token, h.Secret = story.Secret(lane(v.feed.Name)+drawn(16)), story.Secret(drawn(32))
	h.MayAsk = v.down.since.IsZero() // else the hub is out of our reach too
	push := v.old.Push.Polled(*h, v.missed)
	if h.MayAsk = push.Asked.Equal(h.At) && v.poller.beginAsk(); !h.MayAsk {
		push = v.old.Push.Polled(*h, v.missed)
	}
	v.poll.State.Push = push
}

// named takes in which hubs a document names.
func (v *visit) named(result *parse.Result) {
	if result.Partial {
		return
	}
	v.heard.Read, v.heard.Topic, v.heard.Hubs = true, result.Topic, result.Hubs
}

// miss takes down which items are news by this poll, and so by no push.
func (v *visit) miss(fresh []bool) {
	if v.poll.Seed {
		return
	}
	for i, is := range fresh {
		if is && (v.poll.Past == nil || !v.poll.Past[i]) {
			v.missed = append(v.missed, v.poll.Items[i])
		}
	}
}

// lane returns the digits that begin the tokens of a feed, so that a guess at
// one costs no look through all feeds. They are no secret.
func lane(feed story.FeedName) string {
	sum := sha256.Sum256([]byte(feed))
	return hex.EncodeToString(sum[:laneDigits/2])
}

const laneDigits = 16

// drawn returns so many random bytes as digits.
func drawn(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // it never fails
	return hex.EncodeToString(b)
}

// beginAsk reports whether a hub may be asked; endAsk lets another be.
func (p *Poller) beginAsk() bool {
	select {
	case p.asking <- struct{}{}:
		return true
	default:
		return false
	}
}

func (p *Poller) endAsk() { <-p.asking }

// ask asks the hub of a feed for the subscription, if at is when it was taken
// down to be asked. What the hub will do it says later, by calling us.
func (p *Poller) ask(ctx context.Context, feed story.FeedName, at time.Time) error {
	st, err := p.opts.Shelf.FeedState(ctx, feed)
	if err != nil || !st.Push.Asked.Equal(at) {
		return err
	}
	push := st.Push
	brief, cancel := context.WithTimeoutCause(ctx, askWithin, errTurn)
	defer cancel()
	status, err := p.opts.Client.Post(brief, push.Hub, url.Values{
		"hub.mode":          {"subscribe"},
		"hub.topic":         {push.Topic},
		"hub.callback":      {push.Callback + CallbackPath + push.Token.Reveal()},
		"hub.secret":        {push.Secret.Reveal()},
		"hub.lease_seconds": {strconv.Itoa(int(story.AskLease / time.Second))},
	})
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	trouble := ""
	switch {
	case err != nil:
		trouble = "it could not be asked: " + err.Error()
	case status < 200 || status > 299:
		trouble = fmt.Sprintf("it answers %d %s", status, http.StatusText(status))
	}
	level := slog.LevelInfo
	if trouble != "" {
		level = slog.LevelWarn
	}
	p.opts.Log.LogAttrs(ctx, level, "hub asked", slog.String("feed", string(feed)), slog.String("hub", hostOf(push.Hub)), slog.String("trouble", trouble))
	return p.opts.Subscriptions.ChangePush(ctx, feed, same(push.Token, func(now story.Push) story.Push { return now.Answered(trouble) }))
}

// same returns change for the subscription that has token, and leaves any that
// has taken its place as it is.
func same(token story.Secret, change func(story.Push) story.Push) func(story.Push) story.Push {
	return func(p story.Push) story.Push {
		if p.Token != token {
			return p
		}
		return change(p)
	}
}

// slowed returns how long after a poll the next is due, where wait was planned
// for why, and the feed's hub may be relied on. The operator's limits hold: an
// interval of the desk file's, and the longest wait. It is soon enough to renew
// the subscription, and to miss nothing if the hub falls silent.
func slowed(r report, wait time.Duration, why string) (time.Duration, string) {
	p := &r.state.Push
	if trusted, _ := p.Standing(r.ended); !trusted || !r.feed.Adapt || r.overrun {
		return wait, why
	}
	slow := min(fewer*wait, slowest, r.limits.Most, p.NextAsk.Sub(r.started))
	if window := r.state.Pace.Window; window > 0 {
		slow = min(slow, window/4)
	}
	if slow <= wait {
		return wait, why
	}
	return slow, "its hub pushes what is new"
}

// takePush takes in a document that the feed's hub has pushed and signed.
func (p *Poller) takePush(ctx context.Context, feed *story.Feed, st *story.FeedState, body []byte, contentType string) error {
	v := visit{poller: p, feed: feed, old: *st, started: p.opts.Now().UTC(), poll: story.Poll{State: *st}}
	b := story.Brought{Feed: feed.Name, At: v.started}
	result, err := v.parse(ctx, parse.Document{Body: body, ContentType: contentType, URL: st.Push.Topic})
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil:
		reason := "what it pushed is no feed: " + err.Error()
		return p.opts.Subscriptions.ChangePush(ctx, feed.Name, same(st.Push.Token, func(now story.Push) story.Push { return now.Turned(reason) }))
	case !st.Seeded:
		return nil // its first document says what is its past; a poll brings it
	}
	fresh, err := p.opts.Shelf.NewItems(ctx, feed.Name, result.Items)
	if err != nil {
		return err
	}
	v.fresh = count(fresh)
	v.flood(result.Items, fresh, 0)
	b.Items, b.Past, b.Tell, b.Flooded = result.Items, v.poll.Past, v.poll.Tell, v.poll.Past != nil
	saved, err := p.opts.Subscriptions.SavePush(ctx, b)
	if err == nil {
		p.opts.Log.LogAttrs(ctx, slog.LevelInfo, "feed pushed", slog.String("feed", string(feed.Name)), slog.Int("bytes", len(body)),
			slog.Int("items", len(b.Items)), slog.Int("new", saved.New), slog.Int("edited", saved.Edited))
	}
	return err
}
