package slack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
	"golang.org/x/time/rate"

	"vedette/bot"
	"vedette/bot/command"
	"vedette/bot/words"
)

// InboxOptions say how people of a workspace are heard. At least one of
// AppToken and SigningSecret is set.
type InboxOptions struct {
	Answerer      command.Answerer // required
	AppToken      string           // xapp-…, of the app; "" does without Socket Mode
	SigningSecret string           // of the app; "" refuses signed requests
	Groups        func() []string  // IDs of the user groups that are roles, as of when it is called; nil is none
	Log           *slog.Logger     // required

	// Dial connects Socket Mode; nil is the network, through the proxy that
	// the environment names.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// An Inbox hears what people of a workspace ask and answers them. Each
// delivery is acknowledged before anything is done about it, and acts once
// however often it comes.
type Inbox struct {
	workspace *Workspace
	answerer  command.Answerer
	groups    func() []string
	log       *slog.Logger
	people    people
	queue     *command.Queue
	hooks     *http.Client // for response URLs: it has no token

	secret string         // that signs requests
	forged rate.Sometimes // has a request that is not signed logged
	app    *slack.Client  // asks for sockets; nil without an app token
	dialer *websocket.Dialer

	mu  sync.Mutex // guards who
	who identity   // while the queue is open
}

const (
	answerWithin = 30 * time.Second // one call
	workWithin   = 20 * time.Second // of it: what comes of it must still be told
)

// busyWords is the sentence of a call that is not worked on.
const busyWords words.Text = "Your last requests are still being answered. Ask again in a moment."

// Inbox returns the inbox of the workspace. Nothing is heard until it runs.
func (w *Workspace) Inbox(o InboxOptions) (*Inbox, error) {
	switch {
	case o.AppToken == "" && o.SigningSecret == "":
		return nil, errors.New("slack: neither an app token nor a signing secret")
	case o.AppToken != "" && !strings.HasPrefix(o.AppToken, "xapp-"):
		return nil, errors.New("slack: the app token is none: it begins with xapp-")
	}
	in := &Inbox{
		workspace: w, answerer: o.Answerer, groups: o.Groups, log: o.Log, secret: o.SigningSecret,
		people: people{client: w.client, log: o.Log, groups: make(map[string]known[[]string]), names: make(map[string]known[string])},
		hooks:  w.httpClient(""),
		queue:  command.NewQueue(), forged: rate.Sometimes{Interval: time.Minute},
	}
	if in.groups == nil {
		in.groups = func() []string { return nil }
	}
	if o.AppToken != "" {
		in.app = slack.New("", slack.OptionAppLevelToken(o.AppToken), slack.OptionAPIURL(w.api), slack.OptionHTTPClient(w.httpClient(o.AppToken)))
		// One buffer holds a whole acknowledgement: Slack does not put frames
		// together again.
		in.dialer = &websocket.Dialer{Proxy: http.ProxyFromEnvironment, HandshakeTimeout: connectWithin, WriteBufferSize: 32 << 10, NetDialContext: o.Dial}
		if o.Dial != nil {
			in.dialer.Proxy = nil
		}
	}
	return in, nil
}

// Run hears and answers until ctx ends, and then finishes what is under way.
// It returns an error, which says what to change, if Slack does not let the
// app listen; what cannot be reached it asks for again.
func (in *Inbox) Run(ctx context.Context) error {
	who, err := in.introduce(ctx)
	if err != nil || ctx.Err() != nil {
		return err
	}
	in.mu.Lock()
	in.who = who
	in.mu.Unlock()
	in.queue.Open()
	defer in.queue.Close()
	if in.app == nil {
		<-ctx.Done()
		return nil
	}
	return in.listen(ctx)
}

// introduce asks Slack who the bot is until it is told or ctx ends.
func (in *Inbox) introduce(ctx context.Context) (identity, error) {
	for tries := 1; ; tries++ {
		asking, cancel := context.WithTimeout(ctx, connectWithin)
		who, refused, f := in.workspace.identity(asking)
		cancel()
		switch {
		case f == nil:
			return who, nil
		case refused != "" && (f.Kind == bot.RoomShut || f.Kind == bot.Barred):
			return identity{}, fmt.Errorf("slack: %s", f.Why)
		}
		in.log.LogAttrs(ctx, slog.LevelWarn, "Slack does not say who the bot is", slog.String("why", f.Why), slog.Int("tries", tries))
		if !bot.Pause(ctx, max(f.Wait, bot.Again(tries))) {
			return identity{}, nil
		}
	}
}

// A delivery is what came over either transport.
type delivery struct {
	kind     kind
	envelope string // of Socket Mode, or ""
	payload  []byte
}

// What comes of a delivery: what is said with its acknowledgement, and what is
// to be done after that; either may be nil.
type receipt struct {
	say   any
	begin func(ctx context.Context)
}

// Errors of receive: the delivery is to be refused where the transport can.
var (
	errGarbled  = errors.New("not understood")
	errStranger = errors.New("another workspace's")
)

// refused logs why a delivery comes to nothing.
func (in *Inbox) refused(ctx context.Context, k kind, err error) {
	in.log.LogAttrs(ctx, slog.LevelWarn, "a delivery was refused", slog.String("kind", word(string(k))), slog.String("why", err.Error()))
}

// receive reads a delivery. It does nothing about it yet.
func (in *Inbox) receive(d delivery) (receipt, error) {
	h, err := decode(d.kind, d.payload)
	if errors.Is(err, errForeign) {
		return receipt{}, nil
	}
	if err != nil {
		return receipt{}, errGarbled
	}
	in.mu.Lock()
	who := in.who
	in.mu.Unlock()
	for _, t := range h.teams {
		if t != who.team {
			return receipt{}, errStranger
		}
	}
	if h.mention && h.From.ID == who.user || !in.queue.First(d.envelope, h.Key) {
		return receipt{}, nil
	}
	h.Where.Tenant = who.team
	if h.mention {
		h.Words = addressed(h.Words, who.user)
	}
	h.words = in.answerer.Words(h.Where)
	if !in.queue.Begin(h.From.ID) {
		in.log.LogAttrs(context.Background(), slog.LevelWarn, "a call was not taken: too many are under way", slog.String("person", h.From.ID))
		return receipt{say: h.busy(), begin: in.excuse(h)}, nil
	}
	return receipt{say: h.wait(), begin: func(ctx context.Context) { go in.work(context.WithoutCancel(ctx), h) }}, nil
}

// busy returns what is said with the acknowledgement of a call that is not
// taken, or nil where nothing can be.
func (h *heard) busy() any {
	switch {
	case h.sent:
		return map[string]any{"response_action": "update", "view": wordsView(busyWords, h)}
	case h.do == "" && !h.mention:
		return map[string]any{"response_type": slack.ResponseTypeEphemeral, "text": h.words.Say(busyWords)}
	}
	return nil
}

// excuses stands for a person in the queue: a few calls that are not taken are
// told so at a time.
const excuses = "excuses"

// excuse returns what tells of a call that is not taken where that cannot be
// said with its acknowledgement: who presses Acknowledge must not believe that
// it was done. It is nil where it can be, or where too many are told already.
func (in *Inbox) excuse(h *heard) func(ctx context.Context) {
	if h.busy() != nil || !in.queue.Begin(excuses) {
		return nil
	}
	return func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), answerWithin)
		go func() {
			defer in.queue.End(excuses)
			defer cancel()
			in.tell(ctx, h, &command.Answer{Words: h.words, Lines: []command.Line{command.Text(h.words.Say(busyWords))}})
		}()
	}
}

// wait returns what is said with the acknowledgement of a call that is taken:
// a form stays open for what comes of it.
func (h *heard) wait() any {
	if h.sent {
		return map[string]any{"response_action": "update", "view": wordsView("One moment…", h)}
	}
	return nil
}

// work answers h, whose turn was counted by receive.
func (in *Inbox) work(ctx context.Context, h *heard) {
	defer in.queue.End(h.From.ID)
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	working, stop := context.WithTimeout(ctx, workWithin)
	defer stop()
	end, ok := in.queue.Turn(working)
	if !ok {
		in.log.LogAttrs(ctx, slog.LevelWarn, "a call had no turn in time", slog.String("person", h.From.ID))
		in.tell(ctx, h, &command.Answer{Words: h.words, Lines: []command.Line{command.Text(h.words.Say(busyWords))}})
		return
	}
	defer end()
	defer func() { // a fault in an answer must not end what tells the rooms
		if fault := recover(); fault != nil {
			in.log.LogAttrs(ctx, slog.LevelError, "answering broke down", slog.Any("fault", fault), slog.String("stack", string(debug.Stack())))
			in.say(ctx, h, newPage(h.words.Say("That went wrong inside vedette. Its log says more."), h.words).face(nil), false)
		}
	}()
	if h.From.Name == "" {
		h.From.Name = in.people.name(working, h.From.ID)
	}
	h.Words = named(h.Words, func(user string) string { return in.people.name(working, user) })
	h.From.Roles = in.people.roles(working, h.From.ID, in.groups())
	if h.do != "" {
		in.tell(ctx, h, in.answerer.Press(working, &h.Call, h.do))
	} else {
		in.tell(ctx, h, in.answerer.Do(working, &h.Call))
	}
}

// hook returns the response URL u, or "" if what answers there is not Slack.
func (in *Inbox) hook(u string) string {
	parsed, err := url.Parse(u)
	if err != nil || parsed.User != nil {
		return ""
	}
	api, err := url.Parse(in.workspace.api)
	ours := err == nil && loopback(api.Hostname()) && parsed.Host == api.Host && parsed.Scheme == api.Scheme
	if ours || parsed.Scheme == "https" && parsed.Host == "hooks.slack.com" {
		return u
	}
	return ""
}

// loopback reports whether the host is this machine by its address.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
