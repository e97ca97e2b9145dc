package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"
	"golang.org/x/time/rate"

	"vedette/bot"
	"vedette/internal/fault"
)

// Times of the gateway.
const (
	connectWithin = 20 * time.Second
	writeWithin   = 10 * time.Second
	steady        = time.Minute // that a line lives which is no fault
	leastBeat     = time.Second // between two heartbeats
	mostResumes   = 5           // tries in a row to take a session up
)

// Discord takes 1,000 new sessions a day and then resets the token: a session
// is taken up again where that is possible, and new ones are begun sparingly,
// 730 in a day at the most.
const (
	beginEvery = 2 * time.Minute
	beginBurst = 10
)

// mostFrame is the size of an event, in bytes.
const mostFrame = 16 << 20

// hears are the events that are asked for besides interactions: messages of
// servers. Discord shows the words of those alone that name the bot, as no
// privileged intent is asked for.
const hears = discordgo.IntentGuildMessages

// Operations of the gateway.
const (
	opEvent     = 0
	opHeartbeat = 1
	opIdentify  = 2
	opResume    = 6
	opReconnect = 7
	opInvalid   = 9
	opHello     = 10
	opAck       = 11
)

// leaving is the code that a line is closed with which is to be taken up
// again: the usual ones end the session.
const leaving = 4900

// A session is what Discord keeps of a line that broke, and sends what was
// missed meanwhile. The zero session is none.
type session struct {
	id       string
	resume   string // URL
	sequence int64
	me       string // ID of the bot
}

// A frame is what comes over the gateway.
type frame struct {
	Op       int             `json:"op"`
	Sequence int64           `json:"s"`
	Event    string          `json:"t"`
	Data     json.RawMessage `json:"d"`
}

// A broken is why a line ended.
type broken struct {
	code  int // of the close, or 0
	why   string
	fresh bool // the session is over
	wait  time.Duration
}

func (b *broken) Error() string { return b.why }

// listen hears by the gateway until ctx ends.
//
// The client library's own gateway is not used: it takes five heartbeats to
// notice that a line is dead and closes it in a way that ends the session,
// takes a session up where it may not be, and tries for ever what Discord
// refused for good.
func (in *Inbox) listen(ctx context.Context) error {
	var s session
	begins := rate.NewLimiter(rate.Every(beginEvery), beginBurst)
	for tries := 0; ; {
		began := time.Now()
		err := in.line(ctx, &s, begins)
		b, ok := errors.AsType[*broken](err)
		if !ok {
			return err
		}
		if why := barred(b.code); why != "" {
			return errors.New("discord: " + why)
		}
		tries++
		if time.Since(began) >= steady {
			tries = 0
		}
		if b.fresh || tries > mostResumes {
			s = session{}
		}
		in.log.LogAttrs(ctx, slog.LevelInfo, "the line to Discord's gateway ended", slog.String("why", b.why), slog.Int("code", b.code), slog.Int("tries", tries))
		if !bot.Pause(ctx, max(b.wait, bot.Again(tries))) {
			return nil
		}
	}
}

// barred says why Discord will not let the bot listen however often it tries,
// and what to change, or "".
func barred(code int) string {
	switch code {
	case 4004:
		return "Discord does not accept the token (4004): set VEDETTE_DISCORD_TOKEN to the bot's token"
	case 4010, 4011:
		return fmt.Sprintf("Discord wants the bot to listen in shards (%d), which vedette does not: take it out of servers, or hear by signed requests with VEDETTE_DISCORD_PUBLIC_KEY", code)
	case 4012:
		return "Discord does not speak this version of its gateway any more (4012): install a newer vedette"
	case 4013:
		return "Discord does not know what was asked to be heard (4013): install a newer vedette"
	case 4014:
		return "Discord does not let the bot hear messages (4014): look at its intents at discord.com/developers"
	}
	return ""
}

// A line is a connection to the gateway.
type line struct {
	conn    *websocket.Conn
	writing sync.Mutex // one writes at a time

	mu       sync.Mutex // guards what follows
	sequence int64
	sent     time.Time // the heartbeat that was not acknowledged, or the zero time
}

// line listens on one connection until it or ctx ends, and keeps in s where
// the next goes on. Its error is a *broken, or says what to change.
func (in *Inbox) line(ctx context.Context, s *session, begins *rate.Limiter) error {
	address, err := in.address(ctx, s, begins)
	if err != nil {
		return err
	}
	dialing, cancel := context.WithTimeout(ctx, connectWithin)
	defer cancel()
	fault.Point("gateway.dialling")
	conn, res, err := in.dialer.DialContext(dialing, address, nil)
	fault.Point("gateway.dialled")
	if res != nil {
		_ = res.Body.Close() // a copy that the dialer read
	}
	if err != nil {
		return &broken{why: "the gateway was not reached", fresh: s.resume != "" && res != nil}
	}
	conn.SetReadLimit(mostFrame)
	l := &line{conn: conn, sequence: s.sequence}
	ctx, stop := context.WithCancel(ctx)
	var beating sync.WaitGroup
	defer beating.Wait()
	defer stop()
	hangUp := context.AfterFunc(ctx, func() { l.close() })
	defer hangUp()
	defer l.close()
	every, err := l.hello()
	if err != nil {
		return err
	}
	beating.Go(func() { l.beat(ctx, every) })
	if err := l.write(in.greeting(s)); err != nil {
		return &broken{why: "the line broke"}
	}
	return in.hear(ctx, l, s)
}

// address returns where to connect. To begin a session it waits until one may
// be begun.
func (in *Inbox) address(ctx context.Context, s *session, begins *rate.Limiter) (string, error) {
	where := s.resume
	if s.id == "" {
		raw, no := in.account.ask(ctx, http.MethodGet, "gateway/bot", nil, "")
		var said discordgo.GatewayBotResponse
		switch {
		case no != nil && (no.failure().Kind == bot.RoomShut || no.failure().Kind == bot.Barred):
			return "", errors.New("discord: " + no.failure().Why)
		case no != nil:
			return "", &broken{why: no.failure().Why, wait: no.failure().Wait}
		case json.Unmarshal(raw, &said) != nil || said.URL == "":
			return "", &broken{why: "Discord does not say where its gateway is"}
		case said.SessionStartLimit.Total > 0 && said.SessionStartLimit.Remaining <= 0:
			return "", &broken{why: "Discord takes no more new sessions for a while", wait: min(time.Duration(said.SessionStartLimit.ResetAfter)*time.Millisecond, mostWait)}
		case begins.Wait(ctx) != nil:
			return "", &broken{why: "stopped"}
		}
		where = said.URL
	}
	u, err := url.Parse(where)
	if err != nil || u.Scheme != "wss" && (u.Scheme != "ws" || !loopback(u.Hostname())) {
		return "", &broken{why: "Discord named a gateway that is not safe to use", fresh: true}
	}
	u.RawQuery = "v=10&encoding=json"
	if u.Path == "" {
		u.Path = "/"
	}
	return u.String(), nil
}

// loopback reports whether the host is this machine by its address.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// greeting returns what begins a session, or takes one up.
func (in *Inbox) greeting(s *session) any {
	token := strings.TrimPrefix(in.account.session.Token, "Bot ")
	if s.id != "" {
		return map[string]any{"op": opResume, "d": map[string]any{"token": token, "session_id": s.id, "seq": s.sequence}}
	}
	return map[string]any{"op": opIdentify, "d": map[string]any{
		"token": token, "intents": hears,
		"properties": map[string]string{"os": "linux", "browser": "vedette", "device": "vedette"},
	}}
}

// hello reads how often Discord wants a heartbeat.
func (l *line) hello() (time.Duration, error) {
	_ = l.conn.SetReadDeadline(time.Now().Add(connectWithin))
	var f frame
	var d struct {
		Every float64 `json:"heartbeat_interval"`
	}
	if err := l.conn.ReadJSON(&f); err != nil {
		return 0, ended(err)
	}
	if f.Op != opHello || json.Unmarshal(f.Data, &d) != nil || !(d.Every > 0) {
		return 0, &broken{why: "Discord did not greet the line"}
	}
	_ = l.conn.SetReadDeadline(time.Time{})
	return max(time.Duration(min(d.Every, 1e9)*float64(time.Millisecond)), leastBeat), nil
}

// ended returns why a line cannot be read any more.
func ended(err error) *broken {
	if c, ok := errors.AsType[*websocket.CloseError](err); ok {
		// Those that end a session: it is not known, or another was begun.
		return &broken{code: c.Code, why: "Discord closed it", fresh: c.Code == 4003 || c.Code == 4007 || c.Code == 4009}
	}
	return &broken{why: "the line broke"}
}

// beat keeps the line alive until ctx ends. It hangs up if a heartbeat is not
// acknowledged within half of the time between two.
func (l *line) beat(ctx context.Context, every time.Duration) {
	wait := rand.N(every) //nolint:gosec // nobody gains by guessing it
	for bot.Pause(ctx, wait) {
		l.heartbeat()
		if !bot.Pause(ctx, every/2) {
			return
		}
		l.mu.Lock()
		dead := !l.sent.IsZero() && time.Since(l.sent) >= every/2
		l.mu.Unlock()
		if dead {
			l.close()
			return
		}
		wait = every - every/2
	}
}

// heartbeat sends one. If the line is dead, the reader finds out.
func (l *line) heartbeat() {
	l.mu.Lock()
	if l.sent.IsZero() {
		l.sent = time.Now()
	}
	var last any
	if l.sequence > 0 {
		last = l.sequence
	}
	l.mu.Unlock()
	_ = l.write(map[string]any{"op": opHeartbeat, "d": last})
}

// write sends v.
func (l *line) write(v any) error {
	l.writing.Lock()
	defer l.writing.Unlock()
	_ = l.conn.SetWriteDeadline(time.Now().Add(writeWithin))
	return l.conn.WriteJSON(v)
}

// close ends the connection, and leaves the session as it is.
func (l *line) close() {
	// Whoever is gone does not hear it, which is all that can be done.
	_ = l.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(leaving, ""), time.Now().Add(time.Second))
	_ = l.conn.Close()
}

// hear reads what the line brings until it ends.
func (in *Inbox) hear(ctx context.Context, l *line, s *session) error {
	for {
		_, raw, err := l.conn.ReadMessage()
		if err != nil {
			return ended(err)
		}
		var f frame
		if json.Unmarshal(raw, &f) != nil {
			in.log.LogAttrs(ctx, slog.LevelWarn, "a frame of Discord's was not understood", slog.Int("bytes", len(raw)))
			continue
		}
		if f.Sequence > 0 {
			s.sequence = f.Sequence
		}
		l.mu.Lock()
		l.sequence = s.sequence
		if f.Op == opAck {
			l.sent = time.Time{}
		}
		l.mu.Unlock()
		switch f.Op {
		case opHeartbeat:
			l.heartbeat()
		case opReconnect:
			return &broken{why: "Discord asks for another line"}
		case opInvalid:
			if string(f.Data) == "true" {
				return &broken{why: "Discord asks to take the session up again"}
			}
			return &broken{why: "Discord does not know the session", fresh: true, wait: time.Second + rand.N(4*time.Second)} //nolint:gosec // nobody gains by guessing it
		case opEvent:
			in.happened(ctx, s, &f)
		}
	}
}

// happened takes an event. It does not wait for what comes of it.
func (in *Inbox) happened(ctx context.Context, s *session, f *frame) {
	var h *heard
	var err error
	switch f.Event {
	case "READY":
		err = s.ready(f.Data)
		in.log.LogAttrs(ctx, slog.LevelInfo, "Discord's gateway is open")
	case "RESUMED":
		in.log.LogAttrs(ctx, slog.LevelInfo, "Discord's gateway goes on")
	case "INTERACTION_CREATE":
		h, err = decodeInteraction(f.Data)
	case "MESSAGE_CREATE":
		h, err = decodeMessage(f.Data, s.me)
	}
	switch {
	case errors.Is(err, errForeign):
		return
	case err != nil:
		in.refused(ctx, err)
		return
	case h == nil:
		return
	}
	switch in.receive(h) {
	case nothing:
	case flooded:
		in.excuse(ctx, h)
	case taken:
		go in.meet(ctx, h) // which Run waits for
	}
}

// meet answers what came over the gateway, and was taken.
func (in *Inbox) meet(ctx context.Context, h *heard) {
	if h.kind == 0 {
		in.reply(ctx, h)
		return
	}
	first, rest := in.begin(ctx, h)
	rest(in.open(context.WithoutCancel(ctx), h, first))
}

// excuse tells who asked that there is too much to do, unless too many are
// told that already. Run is still there.
func (in *Inbox) excuse(ctx context.Context, h *heard) {
	select {
	case in.excuses <- struct{}{}:
	default:
		return
	}
	in.queue.Go(func() {
		defer func() { <-in.excuses }()
		if h.kind != 0 {
			in.open(context.WithoutCancel(ctx), h, in.flood(h))
		}
	})
}

// ready reads what Discord says of a new session.
func (s *session) ready(raw []byte) error {
	var d struct {
		ID     string `json:"session_id"`
		Resume string `json:"resume_gateway_url"`
		User   user   `json:"user"`
	}
	if json.Unmarshal(raw, &d) != nil || d.ID == "" || !snowflake(d.User.ID) {
		return errGarbled
	}
	s.id, s.resume, s.me = d.ID, d.Resume, d.User.ID
	return nil
}
