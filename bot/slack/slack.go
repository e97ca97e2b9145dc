package slack

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/slack-go/slack"
	"golang.org/x/time/rate"

	"vedette/bot"
	"vedette/story"
)

// Options set a workspace up.
type Options struct {
	Token     string            // of the app's bot user, required
	AppToken  string            // of the app as a whole, for Socket Mode; "" for none
	API       string            // base URL, such as http://127.0.0.1:4003/api; "" is Slack's own
	Transport http.RoundTripper // nil is [bot.Transport]; another one calls the hooks of [net/http/httptrace]
}

// A Workspace is what one token opens: one client and one pace for all of
// its rooms. Its methods may be called from several goroutines.
type Workspace struct {
	client    *slack.Client
	app       bool   // there is an app-level token
	api       string // base URL of the methods, with a slash at its end
	transport http.RoundTripper
	edits     *rate.Limiter
	reads     *rate.Limiter
	skew      atomic.Int64 // nanoseconds: how far Slack's clock was last seen after ours

	mu      sync.Mutex // guards what follows
	posts   map[string]*rate.Limiter
	sheets  map[string]sheet  // that were just read
	stopped map[string]string // cursors of looks that Slack's pace stopped
	barred  bot.Failure       // of the call after which nothing is tried
	until   time.Time         // nothing is before

	asking chan struct{} // holds one while Slack is asked who the bot is; guards what follows
	known  identity
	silent time.Time // when Slack would not say it
}

// Slack may not store what comes faster than a message a second in a channel,
// and takes 50 edits and 50 looks at a channel a minute. Messages that leave evenly do not arrive
// evenly: hence a twentieth of a second of air between posts, in which Slack's
// burst has room, and a long backlog is told in little more than its least
// time. The edits' burst and what follows it within a minute are 50 together.
const (
	postEvery = 1050 * time.Millisecond
	editBurst = 5
	editEvery = time.Minute / (50 - editBurst)
)

// New returns the workspace that o describes. It sends nothing.
func New(o Options) (*Workspace, error) {
	if o.Token == "" {
		return nil, errors.New("slack: no token")
	}
	api := slack.APIURL
	if o.API != "" {
		u, err := url.Parse(o.API)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
			return nil, errors.New("slack: the API is not an http or https URL")
		}
		api = strings.TrimRight(o.API, "/") + "/"
	}
	if o.Transport == nil {
		o.Transport = bot.Transport()
	}
	w := &Workspace{
		app:       o.AppToken != "",
		api:       api,
		transport: bot.Recorder{Base: o.Transport},
		edits:     rate.NewLimiter(rate.Every(editEvery), editBurst),
		reads:     rate.NewLimiter(rate.Every(editEvery), editBurst),
		posts:     make(map[string]*rate.Limiter), stopped: make(map[string]string), sheets: make(map[string]sheet),
		asking: make(chan struct{}, 1),
	}
	w.client = slack.New(o.Token, slack.OptionAPIURL(api), slack.OptionHTTPClient(w.httpClient(o.Token)), slack.OptionAppLevelToken(o.AppToken))
	return w, nil
}

// httpClient returns a client whose requests bear the token, or none if it is
// "".
func (w *Workspace) httpClient(token string) *http.Client {
	c := &http.Client{
		Transport: w.transport,
		// A redirect that keeps the method would send a message twice.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	if token != "" {
		c.Transport = bearer{token: token, base: w.transport}
	}
	return c
}

// bearer adds the token to the header where there is none. The client library
// has it in the form only, which some servers that speak Slack's API do not
// read; what it calls with the app-level token has that one in the header.
type bearer struct {
	token string
	base  http.RoundTripper
}

// RoundTrip sends a copy of req.
func (b bearer) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	if req.Header.Get("Authorization") == "" {
		req.Header.Set("Authorization", "Bearer "+b.token)
	}
	return b.base.RoundTrip(req)
}

// Room returns the channel with the id, which need not be open: that shows
// when something is told.
func (w *Workspace) Room(channel string) *Room {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.posts[channel] == nil {
		w.posts[channel] = rate.NewLimiter(rate.Every(postEvery), 1)
	}
	return &Room{workspace: w, channel: channel, posts: w.posts[channel]}
}

// A Room is a channel. It implements [bot.Room]; a message's remote is its
// timestamp.
type Room struct {
	workspace *Workspace
	channel   string
	posts     *rate.Limiter // of the channel, shared by all of its rooms
}

// Post tells m as a message of its own. The key becomes the delivery_id in
// the message's metadata, which all apps of the workspace can read. Slack
// does not make two posts with one key one.
func (r *Room) Post(ctx context.Context, key string, m *bot.Message) (story.Remote, error) {
	return r.post(ctx, "", key, root(m, key))
}

// Reply tells m in the thread of root. If somebody has deleted root, Slack
// may take m as a message of its own.
func (r *Room) Reply(ctx context.Context, root story.Remote, key string, m *bot.Message) (story.Remote, error) {
	if !timestamp(root) {
		return "", foreign()
	}
	return r.post(ctx, root, key, reply(m, key))
}

// Edit makes the message root show m. The metadata that it was posted with
// stays, and its buttons carry the key on.
func (r *Room) Edit(ctx context.Context, root story.Remote, key string, m *bot.Message) error {
	if !timestamp(root) {
		return foreign()
	}
	f := edited(m, key)
	_, err := r.tell(ctx, act{pace: r.workspace.edits, answers: true, send: func(ctx context.Context, form form) (string, error) {
		// No blocks at all would leave the old ones standing on some servers.
		blocks := slack.MsgOptionBlocks()
		if form == rich {
			blocks = slack.MsgOptionBlocks(f.blocks...)
		}
		_, ts, _, err := r.workspace.client.UpdateMessageContext(ctx, r.channel, string(root), f.words(), blocks)
		return ts, err
	}})
	return err
}

// timestamp reports whether remote looks like one of Slack's.
func timestamp(remote story.Remote) bool {
	return regexp.MustCompile(`^\d+\.\d+$`).MatchString(string(remote))
}

// foreign is the failure of an act on a message that never stood in Slack: the
// room did not always stand there.
func foreign() *bot.Failure {
	return &bot.Failure{Kind: bot.RootMissing, Why: "the message does not stand in Slack"}
}

// Pin pins a message of the channel. A message that is pinned stays so.
func (r *Room) Pin(ctx context.Context, message story.Remote) error {
	_, code, failure := r.try(ctx, act{pace: r.workspace.edits, answers: true, send: func(ctx context.Context, _ form) (string, error) {
		item := slack.NewRefToMessage(r.channel, string(message))
		return string(message), r.workspace.client.AddPinContext(ctx, r.channel, item)
	}}, rich)
	if failure == nil || code == "already_pinned" {
		return nil
	}
	if code == "missing_scope" {
		failure.Why = "the app lacks a right (missing_scope): give its bot token the scope pins:write, and install it again"
	}
	return failure
}

// post sends f as a message, in the thread of root if that is not "".
func (r *Room) post(ctx context.Context, root story.Remote, key string, f face) (story.Remote, error) {
	metadata := slack.MsgOptionMetadata(slack.SlackMetadata{
		EventType:    "vedette_delivery",
		EventPayload: map[string]any{"delivery_id": key},
	})
	return r.tell(ctx, act{pace: r.posts, answers: root != "", send: func(ctx context.Context, form form) (string, error) {
		options := []slack.MsgOption{f.words(), slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl()}
		if root != "" {
			options = append(options, slack.MsgOptionTS(string(root)))
		}
		if form == rich {
			options = append(options, slack.MsgOptionBlocks(f.blocks...))
		} else {
			options = append(options, slack.MsgOptionDisableMarkdown())
		}
		if form != bare {
			options = append(options, metadata)
		}
		_, ts, err := r.workspace.client.PostMessageContext(ctx, r.channel, options...)
		return ts, err
	}})
}

// A form is what a message goes out as.
type form uint8

// The forms, in the order in which they are tried.
const (
	rich  form = iota // blocks
	plain             // text
	bare              // text, and nothing that names the delivery
)

// An act is a call of the API, in each of its forms.
type act struct {
	pace    *rate.Limiter
	answers bool // it names another message, which may be gone
	send    func(context.Context, form) (string, error)
}

// tell carries a out. What Slack refuses for a reason that is not known to
// lie elsewhere may lie in its form, and goes out once more without it.
func (r *Room) tell(ctx context.Context, a act) (story.Remote, error) {
	ts, refused, failure := r.try(ctx, a, rich)
	if failure != nil && failure.Kind == bot.Unfit {
		next := plain
		if strings.Contains(refused, "metadata") {
			next = bare
		}
		ts, _, failure = r.try(ctx, a, next)
	}
	if failure != nil {
		return "", failure
	}
	return story.Remote(ts), nil
}

// try sends a once in one form. If that fails it returns Slack's code, if it
// gave one, and what is known.
func (r *Room) try(ctx context.Context, a act, form form) (ts, refused string, failure *bot.Failure) {
	if failure = r.workspace.shut(); failure != nil {
		return "", "", failure
	}
	if err := a.pace.Wait(ctx); err != nil {
		return "", "", &bot.Failure{Kind: bot.NotSent, Why: "there was no time left to keep Slack's pace"}
	}
	var x bot.Exchange
	ts, err := a.send(bot.WithExchange(ctx, &x), form)
	if err == nil && ts != "" {
		return ts, "", nil
	}
	refused = code(err)
	failure = failed(&x, refused, a.answers)
	// Slack says why it refuses a message. Of a page that does not it may be the
	// form, but not of two.
	if form != rich && refused == "" && failure.Kind == bot.Unfit && x.Status != http.StatusRequestEntityTooLarge {
		failure = elsewhere(x.Status)
	}
	r.workspace.bar(&x, failure)
	return "", refused, failure
}

// bar notes that the token is not accepted, if failure says so, or that what
// answers asks for patience without saying for how long, as Slack itself always
// does: a proxy, for all rooms.
func (w *Workspace) bar(x *bot.Exchange, failure *bot.Failure) {
	wait := failure.Wait
	switch {
	case failure.Kind == bot.Barred:
	case x.Status == http.StatusTooManyRequests && x.RetryAfter == 0:
		wait = time.Minute
	default:
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.barred, w.until = *failure, time.Now().Add(wait)
}

// shut returns the failure of what is not tried, or nil.
func (w *Workspace) shut() *bot.Failure {
	w.mu.Lock()
	defer w.mu.Unlock()
	if wait := time.Until(w.until); wait > 0 {
		return &bot.Failure{Kind: w.barred.Kind, Wait: wait, Why: w.barred.Why}
	}
	return nil
}
