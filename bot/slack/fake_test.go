package slack_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"vedette/bot/slack"
)

const (
	token   = "xoxb-1-canary"
	channel = "C0123456789"
)

// An answer is what a server says once instead of what Slack would. The zero
// answer is Slack's.
type answer struct {
	status int
	header http.Header
	body   string
	commit bool // the message stands, whatever is answered
	cut    bool // the connection breaks instead of an answer
}

// A server answers as Slack does, or as it is told, and keeps what stands.
type server struct {
	t         *testing.T
	transport *http.Transport

	mu       sync.Mutex
	answers  []answer
	calls    []url.Values // with the method as "method"
	standing []url.Values
}

// serve starts a server that can be reached by its transport alone: real
// connections in memory, so that it may stand in a synctest bubble.
func serve(t *testing.T, answers ...answer) *server {
	t.Helper()
	s := &server{t: t, answers: answers}
	calls := newPipes()
	srv := &http.Server{Handler: s}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		srv.Serve(calls)
	}()
	s.transport = &http.Transport{DialContext: calls.dial}
	t.Cleanup(func() {
		s.transport.CloseIdleConnections()
		srv.Close()
		<-ended
	})
	return s
}

// pipes is a listener whose connections are in memory.
type pipes struct {
	calls chan net.Conn
	ended chan struct{}
	close func()
}

func newPipes() *pipes {
	p := &pipes{calls: make(chan net.Conn), ended: make(chan struct{})}
	p.close = sync.OnceFunc(func() { close(p.ended) })
	return p
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.calls:
		return c, nil
	case <-p.ended:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { p.close(); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80} }

// dial connects to whoever accepts.
func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	one, other := net.Pipe()
	mine, theirs := buffer(one), buffer(other)
	select {
	case p.calls <- theirs:
		return mine, nil
	case <-p.ended:
	case <-ctx.Done():
	}
	mine.Close()
	theirs.Close()
	return nil, net.ErrClosed
}

// A buffered is one side of a connection that holds what is written until it
// is read, as a network does: two that write at once do not wait for each
// other.
type buffered struct {
	net.Conn
	out    chan []byte
	closed chan struct{}
	close  func()
}

func buffer(c net.Conn) *buffered {
	b := &buffered{Conn: c, out: make(chan []byte, 1000), closed: make(chan struct{})}
	b.close = sync.OnceFunc(func() { close(b.closed) })
	go b.carry()
	return b
}

// carry carries what is written to the other side, the last of it for a second
// after the connection is closed.
func (b *buffered) carry() {
	defer b.Conn.Close()
	for {
		select {
		case p := <-b.out:
			if _, err := b.Conn.Write(p); err != nil {
				return
			}
			continue
		case <-b.closed:
		}
		for len(b.out) > 0 {
			if _, err := b.Conn.Write(<-b.out); err != nil {
				return
			}
		}
		return
	}
}

func (b *buffered) Write(p []byte) (int, error) {
	select {
	case <-b.closed:
		return 0, net.ErrClosed
	case b.out <- bytes.Clone(p):
		return len(p), nil
	}
}

func (b *buffered) SetDeadline(t time.Time) error    { return b.SetReadDeadline(t) }
func (b *buffered) SetWriteDeadline(time.Time) error { return nil }

func (b *buffered) Close() error {
	b.close()
	b.Conn.SetWriteDeadline(time.Now().Add(time.Second))
	return b.SetReadDeadline(time.Unix(1, 0))
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := r.ParseForm(); err != nil {
		s.t.Error(err)
	}
	form := r.PostForm
	form.Set("method", strings.TrimPrefix(r.URL.Path, "/api/"))
	if r.Header.Get("Authorization") != "Bearer "+token || form.Get("token") != token {
		s.t.Errorf("%s came without its token", r.URL)
	}
	s.calls = append(s.calls, form)
	a := answer{commit: true}
	if len(s.answers) > 0 {
		a, s.answers = s.answers[0], s.answers[1:]
	}
	if a.commit && form.Get("method") == "chat.postMessage" {
		s.standing = append(s.standing, form)
	}
	if a.body == "" && a.status == 0 {
		a.body = fmt.Sprintf(`{"ok":true,"channel":%q,"ts":"1582984800.%06d"}`, form.Get("channel"), len(s.standing))
	}
	maps.Copy(w.Header(), a.header)
	if a.cut {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			s.t.Error(err)
			return
		}
		conn.Close()
		return
	}
	w.WriteHeader(max(a.status, http.StatusOK))
	fmt.Fprint(w, a.body)
}

// sent returns the calls so far.
func (s *server) sent() []url.Values {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls
}

// room returns a room of a workspace of its own, whose pace is fresh.
func (s *server) room(t *testing.T) *slack.Room {
	t.Helper()
	w, err := slack.New(slack.Options{Token: token, API: "http://slack.test/api", Transport: s.transport})
	if err != nil {
		t.Fatal(err)
	}
	return w.Room(channel)
}

// body returns s as the body of an answer.
func body(s string) io.ReadCloser { return io.NopCloser(strings.NewReader(s)) }
