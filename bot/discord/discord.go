package discord

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bwmarrin/discordgo"

	"vedette/bot"
	"vedette/story"
)

// Options set an account up.
type Options struct {
	Token     string            // of the bot, without "Bot " before it; required
	API       string            // base URL, such as http://127.0.0.1:4004/api/v10; "" is Discord's own
	PublicKey string            // of the application, in hexadecimal digits; "" for none
	PublicURL string            // where Discord is to send commands and buttons; "" if it is to send them over the gateway
	Transport http.RoundTripper // nil is [bot.Transport]; another one calls the hooks of [net/http/httptrace]
}

// discordAPI is the base URL of Discord's own API.
const discordAPI = "https://discord.com/api/v10"

// An Account is what one token opens: one session and one pace for all of
// its rooms. Its methods may be called from several goroutines.
type Account struct {
	session *discordgo.Session
	pace    *pace

	publicKey, publicURL string // as in Options

	skew atomic.Int64 // nanoseconds: how far Discord's clock was last seen after ours

	mu      sync.Mutex           // guards what follows; held for no call
	threads map[branch]bool      // those that a reply went to or may go to; their id is their root's
	guilds  map[string]string    // by the id of a channel: where it is
	silent  map[string]time.Time // by the id of a channel: when Discord would not say where it is
	parents map[string]string    // by the id of a channel or thread: the channel

	stopped    map[string]string    // the looks that were stopped, and after which id
	threadsNot map[string]time.Time // by the id of a channel: when it let the bot have no thread
}

// New returns the account that o describes. It sends nothing.
func New(o Options) (*Account, error) {
	if o.Token == "" {
		return nil, errors.New("discord: no token")
	}
	if o.API == "" {
		o.API = discordAPI
	}
	base, err := url.Parse(strings.TrimRight(o.API, "/"))
	if err != nil || base.Scheme != "http" && base.Scheme != "https" || base.Host == "" {
		return nil, errors.New("discord: the API is not an http or https URL")
	}
	if o.Transport == nil {
		o.Transport = bot.Transport()
	}
	session, err := discordgo.New("Bot " + o.Token)
	if err != nil {
		return nil, errors.New("discord: the client library does not take the token")
	}
	session.LogLevel = discordgo.LogError - 1 // it writes past our logger
	session.MaxRestRetries = 0
	session.ShouldRetryOnRateLimit = false
	session.Client = &http.Client{
		Transport: wire{base: base, next: bot.Recorder{Base: o.Transport}},
		// A redirect that keeps the method would send a message twice.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return &Account{
		session: session, pace: newPace(session.Ratelimiter), threads: make(map[branch]bool), guilds: make(map[string]string), silent: make(map[string]time.Time),
		parents: make(map[string]string), stopped: make(map[string]string), threadsNot: make(map[string]time.Time), publicKey: o.PublicKey, publicURL: o.PublicURL,
	}, nil
}

// Room returns the channel with the id, which need not be open: that shows
// when something is told.
func (a *Account) Room(channel string) *Room { return &Room{account: a, channel: channel} }

// A Room is a channel. It implements [bot.Room]; a message's remote is its
// id.
type Room struct {
	account *Account
	channel string
}

// Post tells m as a message of its own. The key becomes its nonce: Discord
// makes two posts with one key one for some minutes.
func (r *Room) Post(ctx context.Context, key string, m *bot.Message) (story.Remote, error) {
	return remote(r.account.send(ctx, r.post(), root(m).once(key)))
}

// Reply tells m in the thread of root, which it opens if there is none and
// calls by m's title: the root's own is not at hand. Where no thread can be
// had, m answers root in the channel, and where that takes a right that the bot
// lacks, it stands there by itself.
func (r *Room) Reply(ctx context.Context, root story.Remote, key string, m *bot.Message) (story.Remote, error) {
	if !snowflake(string(root)) {
		return "", foreign()
	}
	f := reply(m).once(key)
	open, failure := r.thread(ctx, string(root), m)
	if failure != nil {
		return "", failure
	}
	if open {
		id, no := r.account.send(ctx, r.in(string(root)), f)
		if no == nil || !no.threadless() {
			return remote(id, no)
		}
		r.account.forget(r.branch(string(root)))
		r.account.note(r.channel, no)
	}
	id, no := r.account.send(ctx, r.post(), f.answering(string(root)))
	if no != nil && no.unrelated() {
		id, no = r.account.send(ctx, r.post(), f)
	}
	return remote(id, no)
}

// Edit makes the message root show m. Its buttons carry the key on.
func (r *Room) Edit(ctx context.Context, id story.Remote, key string, m *bot.Message) error {
	if !snowflake(string(id)) {
		return foreign()
	}
	c := call{
		method: http.MethodPatch, path: r.path("messages", string(id)),
		bucket: r.path("messages", "edit"), answers: true,
	}
	_, err := remote(r.account.send(ctx, c, edited(m).bearing(key)))
	return err
}

// Link returns the address of a message, or "" while Discord does not say where
// the channel is: it is asked now and then.
func (r *Room) Link(ctx context.Context, id story.Remote) string {
	if !snowflake(string(id)) {
		return "" // it never stood in Discord
	}
	guild := r.account.guildOf(ctx, r.channel)
	if guild == "" {
		return ""
	}
	return "https://discord.com/channels/" + guild + "/" + r.channel + "/" + string(id)
}

// silentFor is how long Discord is not asked again where a channel is, after it
// would not say: every answer would wait for it.
const silentFor = 30 * time.Second

// guildOf returns the server that a channel is of, or "".
func (a *Account) guildOf(ctx context.Context, channel string) string {
	a.mu.Lock()
	guild, asked := a.guilds[channel], a.silent[channel]
	a.mu.Unlock()
	if guild != "" || !asked.IsZero() && time.Since(asked) < silentFor {
		return guild
	}
	var said channelInfo
	no := a.get(ctx, "channels/"+channel, &said)
	a.mu.Lock()
	defer a.mu.Unlock()
	if no != nil || !snowflake(said.Guild) {
		a.silent[channel] = time.Now()
		return ""
	}
	delete(a.silent, channel)
	a.guilds[channel] = said.Guild
	return said.Guild
}

// Pin pins a message of the channel, which takes a right of its own. A message
// that is pinned stays so.
func (r *Room) Pin(ctx context.Context, message story.Remote) error {
	if !snowflake(string(message)) {
		return foreign()
	}
	_, no := r.account.do(ctx, call{
		method: http.MethodPut, path: r.path("messages", "pins", string(message)),
		bucket: r.path("messages", "pins"), answers: true, silent: true,
	})
	if no == nil {
		return nil
	}
	f := no.failure()
	if no.definite() && no.code == discordgo.ErrCodeMissingPermissions {
		f.Why = "the bot lacks a right (50013): let its role pin messages in the channel"
	}
	return f
}

// post is the call that posts in the channel.
func (r *Room) post() call {
	return call{method: http.MethodPost, path: r.path("messages"), bucket: r.path("messages")}
}

// in is the call that posts in the thread. Discord gives each thread a limit
// of its own; one for all of a channel's is stricter and does not grow.
func (r *Room) in(thread string) call {
	return call{method: http.MethodPost, path: "channels/" + thread + "/messages", bucket: r.path("threads", "messages")}
}

// path returns the path of a part of the channel.
func (r *Room) path(parts ...string) string {
	return "channels/" + r.channel + "/" + strings.Join(parts, "/")
}

// send carries c out with f. What Discord refuses for a reason that is not
// known to lie elsewhere may lie in its form, and goes out once more without
// it, and then without anything to press.
func (a *Account) send(ctx context.Context, c call, f face) (string, *refusal) {
	c.body = f.rich
	id, no := a.do(ctx, c)
	for _, form := range f.simpler() {
		if no == nil || no.failure().Kind != bot.Unfit {
			break
		}
		c.body = form
		id, no = a.do(ctx, c)
	}
	return id, no
}

// remote returns what a room answers.
func remote(id string, no *refusal) (story.Remote, error) {
	if no != nil {
		return "", no.failure()
	}
	return story.Remote(id), nil
}

// snowflake reports whether id looks like one of Discord's.
func snowflake(id string) bool {
	return id != "" && len(id) <= 20 && strings.Trim(id, "0123456789") == ""
}

// foreign is the failure of an act on a message that never stood in Discord:
// the room did not always stand there.
func foreign() *bot.Failure {
	return &bot.Failure{Kind: bot.RootMissing, Why: "the message does not stand in Discord"}
}
