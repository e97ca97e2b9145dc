package slack

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/url"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"vedette/bot"
	"vedette/internal/fault"
)

// Times of a socket. Slack ends one every few hours, and says so some ten
// seconds before.
const (
	connectWithin = 20 * time.Second
	silence       = 30 * time.Second // after which a socket is dead
	pingEvery     = 10 * time.Second
	writeWithin   = 10 * time.Second
	linger        = 30 * time.Second // that one is still read that Slack wants replaced
	steady        = time.Minute      // that one lives which is no fault
)

// mostFrame is the size of a delivery, in bytes. A form has at most 60 kB of
// values, and a press brings its message.
const mostFrame = 4 << 20

// listen hears by Socket Mode until ctx ends. It opens a socket before the one
// that Slack wants to end is gone, and reads both meanwhile: what is delivered
// to either is heard, and what is delivered to both acts once.
func (in *Inbox) listen(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	var reading sync.WaitGroup
	defer reading.Wait()
	defer stop()
	for tries := 0; ; {
		s, err := in.connect(ctx)
		var wait time.Duration
		switch {
		case ctx.Err() != nil:
			if s != nil {
				s.close()
			}
			return nil
		case err == nil:
			began := time.Now()
			in.log.LogAttrs(ctx, slog.LevelInfo, "a socket of Slack's is open", slog.Int("tries", tries))
			reading.Go(func() { in.read(ctx, s) })
			end := <-s.over
			if why := barred(end); why != "" {
				return errors.New("slack: " + why)
			}
			if time.Since(began) >= steady {
				tries = 0
			} else {
				tries++
			}
			in.log.LogAttrs(ctx, slog.LevelInfo, "a socket of Slack's ends", slog.String("why", word(end)), slog.Int("tries", tries))
		default:
			f, _ := errors.AsType[*bot.Failure](err)
			if f == nil {
				return err
			}
			tries++
			wait = f.Wait
			in.log.LogAttrs(ctx, slog.LevelWarn, "Slack gives no socket", slog.String("why", f.Why), slog.Int("tries", tries))
		}
		if !bot.Pause(ctx, max(wait, bot.Again(tries))) {
			return nil
		}
	}
}

// barred says why Slack will not let the app listen however often it tries,
// and what to change, or "". Its codes are those of apps.connections.open and
// the reasons of a disconnect.
func barred(code string) string {
	switch code {
	case "link_disabled", "socket_mode_disabled":
		return "Socket Mode is off (" + code + "): turn it on in the app's settings, or unset VEDETTE_SLACK_APP_TOKEN and set VEDETTE_SLACK_SIGNING_SECRET"
	case "invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive":
		return "Slack does not accept the app token (" + code + "): set VEDETTE_SLACK_APP_TOKEN to an app-level token of the app, which begins with xapp-"
	case "missing_scope", "not_allowed_token_type", "no_permission":
		return "the app token lacks a right (" + code + "): give VEDETTE_SLACK_APP_TOKEN an app-level token with the scope connections:write"
	case "forbidden_team", "team_disabled", "access_denied", "user_removed_from_team":
		return "the workspace does not let the app listen (" + code + "): ask its admins to allow it"
	}
	return ""
}

// A socket is a connection of Socket Mode.
type socket struct {
	conn *websocket.Conn
	over chan string // gets, once, why another socket is to be opened
	once sync.Once
}

// end says why another socket is to be opened, the first time.
func (s *socket) end(why string) { s.once.Do(func() { s.over <- why }) }

// close ends the connection.
func (s *socket) close() {
	// Whoever is gone does not hear it, which is all that can be done.
	_ = s.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(time.Second))
	_ = s.conn.Close()
}

// connect opens a socket, up to Slack's greeting. Its error is a
// [*bot.Failure], or says what to change.
func (in *Inbox) connect(ctx context.Context) (*socket, error) {
	ctx, cancel := context.WithTimeout(ctx, connectWithin)
	defer cancel()
	var x bot.Exchange
	_, address, err := in.app.StartSocketModeContext(bot.WithExchange(ctx, &x))
	if err != nil {
		if why := barred(code(err)); why != "" {
			return nil, errors.New("slack: " + why)
		}
		return nil, failed(&x, code(err), false)
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "wss" && (u.Scheme != "ws" || !loopback(u.Hostname())) {
		return nil, &bot.Failure{Kind: bot.NotSent, Why: "Slack named a socket that is not safe to use"}
	}
	fault.Point("socket.dialling")
	conn, res, err := in.dialer.DialContext(ctx, address, nil)
	fault.Point("socket.dialled")
	if res != nil {
		_ = res.Body.Close() // a copy that the dialer read
	}
	if err != nil { // it holds the ticket
		return nil, &bot.Failure{Kind: bot.NotSent, Why: "the socket that Slack named was not reached"}
	}
	conn.SetReadLimit(mostFrame)
	s := &socket{conn: conn, over: make(chan string, 1)}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	var hello envelope
	if err := conn.ReadJSON(&hello); err != nil || hello.Type != "hello" {
		s.close()
		if why := barred(hello.Reason); why != "" {
			return nil, errors.New("slack: " + why)
		}
		return nil, &bot.Failure{Kind: bot.NotSent, Why: "Slack did not greet the socket"}
	}
	return s, nil
}

// An envelope is what comes over a socket.
type envelope struct {
	Type    kind            `json:"type"` // or hello, or disconnect
	Reason  string          `json:"reason"`
	ID      string          `json:"envelope_id"`
	Payload json.RawMessage `json:"payload"`
}

// read hears what s brings until it or ctx ends. Each delivery is acknowledged
// before the next is read.
func (in *Inbox) read(ctx context.Context, s *socket) {
	ended := make(chan struct{})
	var pinging sync.WaitGroup
	pinging.Go(func() { s.ping(ctx, ended) })
	defer pinging.Wait()
	defer close(ended)
	defer s.end("closed")
	leaving := false
	alive := func(string) error {
		if leaving {
			return nil
		}
		return s.conn.SetReadDeadline(time.Now().Add(silence))
	}
	s.conn.SetPongHandler(alive)
	s.conn.SetPingHandler(func(words string) error {
		_ = s.conn.WriteControl(websocket.PongMessage, []byte(words), time.Now().Add(writeWithin))
		return alive("")
	})
	_ = alive("")
	for {
		_, raw, err := s.conn.ReadMessage()
		if err != nil {
			return
		}
		_ = alive("")
		var e envelope
		if json.Unmarshal(raw, &e) != nil {
			in.log.LogAttrs(ctx, slog.LevelWarn, "a frame of Slack's was not understood", slog.Int("bytes", len(raw)))
			continue
		}
		switch {
		case e.Type == "disconnect":
			s.end(e.Reason)
			leaving = true
			_ = s.conn.SetReadDeadline(time.Now().Add(linger))
		case e.ID != "":
			in.hear(ctx, s, &e)
		}
	}
}

// ping keeps the socket awake, and closes it when it or ctx has ended.
func (s *socket) ping(ctx context.Context, ended <-chan struct{}) {
	defer s.close()
	t := time.NewTicker(pingEvery)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			// If it is dead, the reader finds out.
			_ = s.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeWithin))
		case <-ended:
			return
		case <-ctx.Done():
			return
		}
	}
}

// hear acknowledges a delivery and then has it answered. If the
// acknowledgement is lost Slack delivers it again, which is then known.
func (in *Inbox) hear(ctx context.Context, s *socket, e *envelope) {
	got, err := in.receive(delivery{kind: e.Type, envelope: e.ID, payload: e.Payload})
	if err != nil {
		in.refused(ctx, e.Type, err)
	}
	ack := struct {
		ID      string `json:"envelope_id"`
		Payload any    `json:"payload,omitempty"`
	}{e.ID, got.say}
	_ = s.conn.SetWriteDeadline(time.Now().Add(writeWithin))
	if err := s.conn.WriteJSON(ack); err != nil {
		in.log.LogAttrs(ctx, slog.LevelWarn, "an acknowledgement did not leave", slog.String("kind", word(string(e.Type))))
	}
	if got.begin != nil {
		got.begin(ctx)
	}
}
