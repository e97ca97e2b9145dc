package discord

import (
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"vedette/bot"
	"vedette/bot/command"
	"vedette/bot/words"
)

// InboxOptions say how people of a bot's servers are heard: by the gateway, by
// signed requests if the account has a public key, or by both.
type InboxOptions struct {
	Answerer command.Answerer // required
	Gateway  bool             // hear by the gateway, which mentions need
	Log      *slog.Logger     // required

	// Channels returns the IDs of the channels that are rooms of the desk, as
	// of when it is called: who is in a server that has none of them is
	// refused. Required.
	Channels func() []string

	// Dial connects the gateway; nil is the network, through the proxy that
	// the environment names.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// An Inbox hears what people of a bot's servers ask and answers them. Each
// interaction is acknowledged within moments, and acts once however often it
// comes.
type Inbox struct {
	account  *Account
	answerer command.Answerer
	channels func() []string
	log      *slog.Logger
	queue    *command.Queue

	key    ed25519.PublicKey // that verifies requests, or nil
	dialer *websocket.Dialer // nil without the gateway

	excuses chan struct{} // has room for those that are told that they are too many
}

const (
	answerWithin = 30 * time.Second // one call
	workWithin   = 20 * time.Second // of it: what comes of it must still be told
	mostExcuses  = 16               // at once
)

// Inbox returns the inbox of the account. Nothing is heard until it runs.
func (a *Account) Inbox(o InboxOptions) (*Inbox, error) {
	in := &Inbox{
		account: a, answerer: o.Answerer, channels: o.Channels, log: o.Log,
		queue: command.NewQueue(), excuses: make(chan struct{}, mostExcuses),
	}
	switch key, err := hex.DecodeString(a.publicKey); {
	case !o.Gateway && a.publicKey == "":
		return nil, errors.New("discord: neither the gateway nor a public key")
	case err != nil, a.publicKey != "" && len(key) != ed25519.PublicKeySize:
		return nil, fmt.Errorf("discord: the public key is none: it has %d hexadecimal digits, and stands on the app's page", 2*ed25519.PublicKeySize)
	case a.publicKey != "":
		in.key = key
	}
	if o.Gateway {
		in.dialer = &websocket.Dialer{Proxy: http.ProxyFromEnvironment, HandshakeTimeout: connectWithin, NetDialContext: o.Dial}
		if o.Dial != nil {
			in.dialer.Proxy = nil
		}
	}
	return in, nil
}

// Run hears and answers until ctx ends, and then finishes what is under way.
// It returns an error, which says what to change, if Discord does not let the
// bot listen; what cannot be reached it asks for again. Sending to rooms does
// not need it.
func (in *Inbox) Run(ctx context.Context) error {
	app, err := in.introduce(ctx)
	if err != nil || ctx.Err() != nil {
		return err
	}
	in.queue.Open()
	ctx, stop := context.WithCancel(ctx)
	var beside sync.WaitGroup
	defer in.queue.Close()
	defer beside.Wait()
	defer stop()
	beside.Go(func() {
		in.home(ctx, "") // so that nobody waits for it later
		in.register(ctx, app)
	})
	if in.dialer == nil {
		<-ctx.Done()
		return nil
	}
	return in.listen(ctx)
}

// introduce asks Discord for the app's ID until it is told or ctx ends.
func (in *Inbox) introduce(ctx context.Context) (app string, err error) {
	for tries := 1; ; tries++ {
		app, err := in.account.Application(ctx)
		if err == nil && snowflake(app) {
			return app, nil
		}
		f, ok := errors.AsType[*bot.Failure](err)
		if !ok {
			f = &bot.Failure{Why: "Discord's answer was not understood"}
		}
		if f.Kind == bot.RoomShut || f.Kind == bot.Barred {
			return "", fmt.Errorf("discord: %s", f.Why)
		}
		in.log.LogAttrs(ctx, slog.LevelWarn, "Discord does not say which app this is", slog.String("why", f.Why))
		if !bot.Pause(ctx, max(f.Wait, bot.Again(tries))) {
			return "", nil
		}
	}
}

// home reports whether a room of the desk stands in the server. It asks where
// rooms stand of which that is not known yet.
func (in *Inbox) home(ctx context.Context, guild string) bool {
	for _, c := range in.channels() {
		if g := in.account.guildOf(ctx, c); g == guild && g != "" {
			return true
		}
	}
	return false
}

// What comes of a delivery.
type receipt uint8

// The receipts.
const (
	nothing receipt = iota // it is not for vedette, or was heard before
	taken                  // it is worked on, and the queue is told when that ends
	flooded                // it is not worked on: too many are
)

// receive takes h, if it is the first time that it comes and there is room.
func (in *Inbox) receive(h *heard) receipt {
	if !in.queue.First(h.Key) {
		return nothing
	}
	if !in.queue.Begin(h.From.ID) {
		in.log.LogAttrs(context.Background(), slog.LevelWarn, "a call was not taken: too many are under way", slog.String("person", h.From.ID))
		return flooded
	}
	return taken
}

// say returns an answer of one sentence that only who asked sees.
func say(t words.Text, w words.Words) *command.Answer {
	return &command.Answer{Words: w, Lines: []command.Line{command.Text(w.Say(t))}}
}

// Sentences of ours.
const (
	busyWords   words.Text = "Your last requests are still being answered. Ask again in a moment."
	brokeWords  words.Text = "That went wrong inside vedette. Its log says more."
	directWords words.Text = "I answer in the channels of a server, not in direct messages."
	alienWords  words.Text = "No room of my desk file stands in this server, so I tell nothing here."
)

// answer works out the answer to h.
func (in *Inbox) answer(ctx context.Context, h *heard) (a *command.Answer) {
	ctx, cancel := context.WithTimeout(ctx, workWithin)
	defer cancel()
	end, ok := in.queue.Turn(ctx)
	if !ok {
		return say(busyWords, in.answerer.Words(h.Where))
	}
	defer end()
	defer func() { // a fault in an answer must not end what tells the rooms
		if fault := recover(); fault != nil {
			in.log.LogAttrs(ctx, slog.LevelError, "answering broke down", slog.Any("fault", fault), slog.String("stack", string(debug.Stack())))
			a = say(brokeWords, in.answerer.Words(h.Where))
		}
	}()
	switch {
	case h.Where.Tenant == "":
		return say(directWords, in.answerer.Words(h.Where))
	case !in.home(ctx, h.Where.Tenant):
		return say(alienWords, in.answerer.Words(h.Where))
	case h.kind == 0:
		h.Where.Channel = in.account.parent(ctx, h.room)
	}
	if h.do != "" {
		return in.answerer.Press(ctx, &h.Call, h.do)
	}
	return in.answerer.Do(ctx, &h.Call)
}

// suggest works out what may be typed, or nothing if that is refused.
func (in *Inbox) suggest(ctx context.Context, h *heard) (all []command.Choice) {
	end, ok := in.queue.Turn(ctx)
	if !ok {
		return nil
	}
	defer end()
	defer func() {
		if fault := recover(); fault != nil {
			in.log.LogAttrs(ctx, slog.LevelError, "suggesting broke down", slog.Any("fault", fault), slog.String("stack", string(debug.Stack())))
			all = nil
		}
	}()
	if h.Where.Tenant == "" || !in.home(ctx, h.Where.Tenant) {
		return nil
	}
	return in.answerer.Suggest(ctx, &h.Call, h.param, h.typed)
}
