package slack_test

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"vedette/bot/slack"
	"vedette/internal/fakeroom"
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
	calls := fakeroom.NewPipes()
	srv := &http.Server{Handler: s}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		srv.Serve(calls)
	}()
	s.transport = &http.Transport{DialContext: calls.Dial}
	t.Cleanup(func() {
		s.transport.CloseIdleConnections()
		srv.Close()
		<-ended
	})
	return s
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
