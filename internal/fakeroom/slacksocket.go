package fakeroom

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

// Times of Socket Mode: within which an envelope is to be acknowledged, after
// which a socket ends that was warned, and between two pings.
const (
	slackAckWithin = 3 * time.Second
	slackWarning   = 10 * time.Second
	slackPingEvery = 10 * time.Second
	slackMostAck   = 20 << 10 // bytes; Slack drops a longer one without a word
)

// An Ack is an acknowledgement of an envelope.
type Ack struct {
	Envelope string
	Kind     string          // of the envelope, such as slash_commands
	Payload  json.RawMessage // or nil
	After    time.Duration   // since the envelope was sent last
}

// A socket is a connection of Socket Mode.
type socket struct {
	conn    *websocket.Conn
	writing sync.Mutex  // one writes at a time
	deaf    atomic.Bool // what is said on it is lost
	frozen  atomic.Bool // nothing passes any more
}

// An envelope is a delivery that is not acknowledged yet.
type envelope struct {
	id      string
	kind    string
	payload any
	person  string // who did it
	socket  *socket
	at      time.Time
	tries   int
}

// A link is the Socket Mode side of a Slack. The server's lock guards it.
type link struct {
	tickets map[string]bool
	sockets []*socket // open, in order of arrival
	sent    []*envelope
	acks    []Ack
	opened  int // sockets ever
	turn    int // whose the next envelope is
	reading sync.WaitGroup
}

// AppToken returns the token that opens sockets.
func (s *Slack) AppToken() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.appToken
}

// Sockets returns how many are open and how many ever were.
func (s *Slack) Sockets() (open, ever int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.link.sockets), s.link.opened
}

// Acks returns the acknowledgements so far.
func (s *Slack) Acks() []Ack {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.link.acks)
}

// open is apps.connections.open. Slack takes the token from the header alone.
func (s *Slack) open(c *call, a args) object {
	switch {
	case a.text("token") != "":
		return s.refuse(c, "invalid_arguments", "the app token is a parameter, not in the header")
	case s.appToken == "" || c.Header.Get("Authorization") != "Bearer "+s.appToken:
		return s.refuse(c, "invalid_auth")
	case !slices.Contains(s.appScopes, "connections:write"):
		return object{"ok": false, "error": "missing_scope", "needed": "connections:write", "provided": strings.Join(s.appScopes, ",")}
	}
	ticket := fmt.Sprint(s.next(time.Now().UnixMicro()))
	s.link.tickets[ticket] = true
	return object{"ok": true, "url": "ws" + strings.TrimPrefix(s.http.URL, "http") + "/link/?ticket=" + ticket + "&app_id=A0FAKEROOM"}
}

// accept serves a socket until it ends.
func (s *Slack) accept(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	ticket := r.URL.Query().Get("ticket")
	known := s.link.tickets[ticket]
	delete(s.link.tickets, ticket)
	if known {
		s.link.reading.Add(1)
	}
	s.mu.Unlock()
	if !known {
		http.Error(w, "no such ticket", http.StatusForbidden)
		return
	}
	defer s.link.reading.Done()
	conn, err := (&websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}).Upgrade(w, r, nil)
	if err != nil {
		return
	}
	k := &socket{conn: conn}
	conn.SetPingHandler(func(words string) error {
		if !k.frozen.Load() {
			_ = conn.WriteControl(websocket.PongMessage, []byte(words), time.Now().Add(time.Second))
		}
		return nil
	})
	var pinging sync.WaitGroup
	gone := make(chan struct{})
	pinging.Go(func() { k.ping(gone) })
	s.greet(k)
	for {
		_, raw, err := conn.ReadMessage()
		if err != nil {
			break
		}
		if !k.deaf.Load() && !k.frozen.Load() {
			s.acknowledged(raw)
		}
	}
	close(gone)
	pinging.Wait()
	_ = conn.Close()
	s.lost(k)
}

// ping pings until gone.
func (k *socket) ping(gone <-chan struct{}) {
	t := time.NewTicker(slackPingEvery)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			if k.frozen.Load() {
				continue
			}
			// Whoever does not read it is found out by reading.
			_ = k.conn.WriteControl(websocket.PingMessage, []byte("Ping from fakeroom"), time.Now().Add(time.Second))
		case <-gone:
			return
		}
	}
}

// write sends v, and closes the socket if that does not work.
func (k *socket) write(v any) {
	if k.frozen.Load() {
		return
	}
	k.writing.Lock()
	defer k.writing.Unlock()
	_ = k.conn.SetWriteDeadline(time.Now().Add(time.Second))
	if k.conn.WriteJSON(v) != nil {
		_ = k.conn.Close()
	}
}

// greet says hello on a socket, and sends what waited for one.
func (s *Slack) greet(k *socket) {
	s.mu.Lock()
	s.link.sockets = append(s.link.sockets, k)
	s.link.opened++
	n := len(s.link.sockets)
	s.mu.Unlock()
	k.write(object{
		"type": "hello", "num_connections": n, "connection_info": object{"app_id": slackApp},
		"debug_info": object{"host": "fakeroom", "build_number": 1, "approximate_connection_time": 18060},
	})
	s.flush()
}

// lost forgets a socket. What it did not acknowledge is sent on another.
func (s *Slack) lost(k *socket) {
	s.mu.Lock()
	for i, o := range s.link.sockets {
		if o == k {
			s.link.sockets = append(s.link.sockets[:i:i], s.link.sockets[i+1:]...)
			break
		}
	}
	for _, e := range s.link.sent {
		if e.socket == k {
			e.socket = nil
		}
	}
	s.mu.Unlock()
	s.flush()
}

// flush sends each envelope that is on no socket on one of those that are
// open, in turn.
func (s *Slack) flush() {
	for {
		s.mu.Lock()
		var e *envelope
		for _, waiting := range s.link.sent {
			if waiting.socket == nil {
				e = waiting
				break
			}
		}
		if e == nil || len(s.link.sockets) == 0 {
			s.mu.Unlock()
			return
		}
		k := s.link.sockets[s.link.turn%len(s.link.sockets)]
		s.link.turn++
		frame := object{
			"envelope_id": e.id, "type": e.kind, "payload": e.payload,
			"accepts_response_payload": e.kind != slackEvents,
		}
		if e.kind == slackEvents {
			frame["retry_attempt"], frame["retry_reason"] = e.tries, ""
		}
		e.socket, e.at = k, time.Now()
		e.tries++
		s.mu.Unlock()
		k.write(frame)
	}
}

// push delivers what a person did.
func (s *Slack) push(kind, person string, payload any) {
	s.mu.Lock()
	s.link.sent = append(s.link.sent, &envelope{
		id: fmt.Sprintf("e-%d", s.next(time.Now().UnixMicro())), kind: kind, payload: payload, person: person,
	})
	s.mu.Unlock()
	s.flush()
}

// acknowledged takes what an app says on a socket.
func (s *Slack) acknowledged(raw []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &call{name: "socket"}
	var ack struct {
		ID      string          `json:"envelope_id"`
		Payload json.RawMessage `json:"payload"`
	}
	if err := json.Unmarshal(raw, &ack); err != nil {
		s.blame(c, "what an app says is no JSON: %v", err)
		return
	}
	for i, e := range s.link.sent {
		if e.id != ack.ID || e.socket == nil {
			continue
		}
		s.link.sent = append(s.link.sent[:i:i], s.link.sent[i+1:]...)
		after := time.Since(e.at)
		s.link.acks = append(s.link.acks, Ack{Envelope: e.id, Kind: e.kind, Payload: ack.Payload, After: after})
		if after > slackAckWithin {
			s.blame(c, "%s was acknowledged after %v", e.kind, after)
		}
		if len(raw) >= slackMostAck {
			s.blame(c, "an acknowledgement of %d bytes is dropped", len(raw))
			return
		}
		s.responded(c, e.kind, e.person, ack.Payload)
		return
	}
	s.blame(c, "%q is acknowledged, which is no envelope that waits for it", ack.ID)
}

// Disconnect tells the sockets that are open that they end, as Slack does:
// with the reason "warning" after a while, with another at once. With none
// they end without a word.
func (s *Slack) Disconnect(reason string) {
	s.each(func(k *socket) {
		if reason != "" {
			k.write(object{"type": "disconnect", "reason": reason, "debug_info": object{"host": "fakeroom"}})
		}
		if reason != "warning" {
			_ = k.conn.Close()
			return
		}
		s.link.reading.Go(func() {
			if s.wait(context.Background(), slackWarning) {
				_ = k.conn.Close()
			}
		})
	})
}

// Deafen loses what is said on the sockets that are open.
func (s *Slack) Deafen() { s.each(func(k *socket) { k.deaf.Store(true) }) }

// Freeze lets nothing pass on the sockets that are open, as on a line that is
// cut where neither side sees it.
func (s *Slack) Freeze() { s.each(func(k *socket) { k.frozen.Store(true) }) }

// Frame sends a frame, whatever is in it, on the sockets that are open.
func (s *Slack) Frame(text string) {
	s.each(func(k *socket) {
		k.writing.Lock()
		defer k.writing.Unlock()
		_ = k.conn.WriteMessage(websocket.TextMessage, []byte(text)) // whose loss is found out by reading
	})
}

// each calls do with each socket that is open.
func (s *Slack) each(do func(*socket)) {
	s.mu.Lock()
	open := slices.Clone(s.link.sockets)
	s.mu.Unlock()
	for _, k := range open {
		do(k)
	}
}

// hangUp ends all sockets.
func (s *Slack) hangUp() { s.each(func(k *socket) { _ = k.conn.Close() }) }
