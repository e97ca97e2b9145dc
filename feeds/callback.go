package feeds

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"

	"golang.org/x/time/rate"

	"vedette/story"
)

// Bounds on what is taken from hubs.
const (
	maxPush      = 8 << 20 // bytes of a push, as of a document that is polled
	maxChallenge = 2 << 10
	maxReason    = 200
	callsAMin    = 60 // about one feed, in the long run
	callsAtOnce  = 30 // about one feed, after a while without
	bodies       = 4  // pushes held in memory at once, of all feeds
	bodyWait     = 3 * time.Second
	maxSigned    = 256 // of a signature's header
)

// A callback takes what hubs say. It answers 2xx to a push once its items are
// saved: what was not, the hub sends again. What it does not take, it does not
// tell apart: whoever guesses at addresses learns nothing.
type callback struct {
	poller *Poller
	bodies chan struct{}

	mu     sync.Mutex // guards limits
	limits map[story.FeedName]*rate.Limiter
}

// Callback returns the handler of what hubs say, at CallbackPath.
func (p *Poller) Callback() http.Handler {
	return &callback{poller: p, bodies: make(chan struct{}, bodies), limits: map[story.FeedName]*rate.Limiter{}}
}

// ServeHTTP answers one call.
func (c *callback) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	feed, st, err := c.find(r.Context(), strings.TrimPrefix(r.URL.Path, CallbackPath))
	switch {
	case err != nil:
		c.unable(w, r, feed, err)
	case feed == nil:
		http.NotFound(w, r)
	case !c.limit(feed.Name).AllowN(c.poller.opts.Now(), 1):
		later(w, http.StatusTooManyRequests)
	case r.Method == http.MethodGet:
		c.confirm(w, r, feed, st)
	case r.Method == http.MethodPost:
		c.push(w, r, feed, st)
	default:
		w.Header().Set("Allow", "GET, POST")
		http.Error(w, "", http.StatusMethodNotAllowed)
	}
}

// find returns the feed whose subscription has the token, or nil.
func (c *callback) find(ctx context.Context, token string) (*story.Feed, *story.FeedState, error) {
	if len(token) < laneDigits {
		return nil, nil, nil
	}
	name, ok := (*c.poller.lanes.Load())[token[:laneDigits]]
	feed, declared := (*c.poller.feeds.Load())[name]
	if !ok || !declared {
		return nil, nil, nil
	}
	st, err := c.poller.opts.Shelf.FeedState(ctx, name)
	if err != nil {
		return &feed, nil, err
	}
	mine := st.Push.Token.Reveal()
	if mine == "" || st.Source != feed.URL || st.Push.Callback != c.poller.opts.Callback || subtle.ConstantTimeCompare([]byte(mine), []byte(token)) != 1 {
		return nil, nil, nil
	}
	return &feed, &st, nil
}

// confirm answers a hub that asks whether we want a subscription, or says that
// it gives none.
func (c *callback) confirm(w http.ResponseWriter, r *http.Request, feed *story.Feed, st *story.FeedState) {
	q, now := r.URL.Query(), c.poller.opts.Now().UTC()
	challenge := q.Get("hub.challenge")
	asked := !st.Push.Asked.IsZero() && q.Get("hub.topic") == st.Push.Topic
	var change func(story.Push) story.Push
	switch mode := q.Get("hub.mode"); {
	case asked && mode == "subscribe" && challenge != "" && len(challenge) <= maxChallenge:
		lease := leaseOf(q.Get("hub.lease_seconds"))
		change = func(p story.Push) story.Push { return p.Agreed(now, lease) }
	case asked && mode == "denied":
		challenge = ""
		reason := legible(q.Get("hub.reason"))
		change = func(p story.Push) story.Push { return p.Denied(now, reason) }
	default:
		http.NotFound(w, r) // nor do we ever ask for an end
		return
	}
	if err := c.poller.opts.Subscriptions.ChangePush(r.Context(), feed.Name, same(st.Push.Token, change)); err != nil {
		c.unable(w, r, feed, err)
		return
	}
	c.poller.opts.Log.LogAttrs(r.Context(), slog.LevelInfo, "hub answered", slog.String("feed", string(feed.Name)), slog.Bool("agreed", challenge != ""))
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, challenge) //nolint:gosec // it is plain text to whoever reads it, and a hub that is gone asks again
}

// leaseOf reads a lease; 0 if nothing sensible is said.
func leaseOf(seconds string) time.Duration {
	n, err := strconv.ParseInt(seconds, 10, 32)
	if err != nil || n < 0 {
		return 0
	}
	return time.Duration(n) * time.Second
}

// legible returns what can be read of a stranger's words.
func legible(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsGraphic(r) && r != unicode.ReplacementChar {
			return r
		}
		return -1
	}, text)
	return strings.ToValidUTF8(text[:min(len(text), maxReason)], "")
}

// push takes what a hub pushes, if its signature is ours.
func (c *callback) push(w http.ResponseWriter, r *http.Request, feed *story.Feed, st *story.FeedState) {
	ctx := r.Context()
	wait := time.NewTimer(bodyWait)
	defer wait.Stop()
	select {
	case c.bodies <- struct{}{}:
		defer func() { <-c.bodies }()
	case <-wait.C:
		later(w, http.StatusServiceUnavailable)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxPush))
	if large := (*http.MaxBytesError)(nil); errors.As(err, &large) {
		http.Error(w, "", http.StatusRequestEntityTooLarge)
		return
	}
	if err != nil {
		return // the hub has gone away
	}
	if reason := unsigned(r.Header, body, st.Push.Secret); reason != "" {
		err = c.poller.opts.Subscriptions.ChangePush(ctx, feed.Name, same(st.Push.Token, func(p story.Push) story.Push { return p.Turned(reason) }))
		c.poller.opts.Log.LogAttrs(ctx, slog.LevelWarn, "push refused", slog.String("feed", string(feed.Name)), slog.String("reason", reason))
	} else {
		err = c.poller.takePush(ctx, feed, st, body, r.Header.Get("Content-Type"))
	}
	if err != nil {
		c.unable(w, r, feed, err)
		return
	}
	w.WriteHeader(http.StatusAccepted) // to a forgery too: it shall not learn that it is one
}

// limit returns what bounds the calls about a feed.
func (c *callback) limit(feed story.FeedName) *rate.Limiter {
	c.mu.Lock()
	defer c.mu.Unlock()
	l, ok := c.limits[feed]
	if !ok {
		l = rate.NewLimiter(rate.Every(time.Minute/callsAMin), callsAtOnce)
		c.limits[feed] = l
	}
	return l
}

// unsigned returns why body is not signed with secret, in plain words, or "".
// SHA-1 is not taken: a secret that is ours to choose deserves a hash that is
// not on its way out, and a hub that has no other costs its feed the pushes
// alone.
func unsigned(h http.Header, body []byte, secret story.Secret) string {
	said := h.Get("X-Hub-Signature")
	method, digits, ok := strings.Cut(said, "=")
	if !ok || len(said) > maxSigned {
		return "what it pushed was not signed"
	}
	hashes := map[string]func() hash.Hash{"sha256": sha256.New, "sha384": sha512.New384, "sha512": sha512.New}
	algorithm, ok := hashes[strings.ToLower(strings.TrimSpace(method))]
	if !ok {
		return "what it pushed was signed in a way that is not taken; sha256, sha384 and sha512 are"
	}
	sum, err := hex.DecodeString(strings.TrimSpace(digits))
	mac := hmac.New(algorithm, []byte(secret.Reveal()))
	mac.Write(body)
	if err != nil || !hmac.Equal(sum, mac.Sum(nil)) {
		return "what it pushed was signed with another secret"
	}
	return ""
}

// later sends a hub away for a minute; it comes again, and polls go on.
func later(w http.ResponseWriter, status int) {
	w.Header().Set("Retry-After", "60")
	http.Error(w, "", status)
}

// unable answers that nothing could be saved, so that the hub comes again.
func (c *callback) unable(w http.ResponseWriter, r *http.Request, feed *story.Feed, err error) {
	c.poller.opts.Log.LogAttrs(r.Context(), slog.LevelError, "what a hub said is not saved", slog.String("feed", string(feed.Name)), slog.Any("error", err))
	later(w, http.StatusServiceUnavailable)
}
