package fakeroom

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"
)

// mostBody is what Discord takes as a request; Slack says nothing of its own.
const mostBody = 25 << 20

// A server is what both platforms have in common: a listener, faults, and the
// transcript.
type server struct {
	http  *httptest.Server
	close func()
	ended chan struct{} // closed when the server is, to end delays

	mu         sync.Mutex // guards what follows, and is held while a request takes effect
	faults     []Fault
	violations []string
	archived   map[string]bool // channels, and Discord's threads
	refused    []time.Time     // when what counts towards a ban was answered
	meter      meter           // of the limits that are set
	transcript
}

// A call is a request on its way through a server.
type call struct {
	*http.Request
	name string // as in [Fault.Method]
	body []byte
}

// An answer is what the platform says.
type answer struct {
	status int
	header http.Header
	body   any
}

// start returns a server that h answers for, on l, or on loopback if that is
// nil. It takes no request before begin.
func start(l net.Listener, h http.Handler) *server {
	s := &server{ended: make(chan struct{}), archived: make(map[string]bool), meter: make(meter)}
	s.standing, s.deleted = make(map[string][]*message), make(map[string]bool)
	s.http = httptest.NewUnstartedServer(h)
	if l != nil {
		_ = s.http.Listener.Close() // one that was never used
		s.http.Listener = l
	}
	s.close = sync.OnceFunc(func() {
		close(s.ended)
		s.http.Close()
	})
	return s
}

// begin takes requests from here on: whoever answers them is whole.
func (s *server) begin() { s.http.Start() }

// Close ends the server, and requests that are held back with it. The
// transcript stays.
func (s *server) Close() { s.close() }

// serve answers a request with what act does, or with what a fault makes of
// it. It calls act with the lock held.
func (s *server) serve(w http.ResponseWriter, r *http.Request, name string, act func(*call) answer) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, mostBody))
	if err != nil {
		panic(http.ErrAbortHandler) // the client left, or is not worth an answer
	}
	settle := func() answer {
		s.mu.Lock()
		defer s.mu.Unlock()
		return act(&call{Request: r, name: name, body: body})
	}
	var a answer
	f := s.fault(name)
	if f.Commit {
		a = settle()
	}
	if f.Delay > 0 && !s.wait(r.Context(), f.Delay) || f.Cut {
		panic(http.ErrAbortHandler) // net/http's way to close the connection without a word
	}
	switch {
	case f.spoils():
		s.answered(f.Status)
		f.write(w)
		return
	case !f.Commit:
		a = settle()
	}
	s.answered(a.status)
	a.write(w)
}

// wait reports whether d passed before the client left or the server ended.
func (s *server) wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
	case <-s.ended:
	}
	return false
}

// blame writes down what was wrong with a call.
func (s *server) blame(c *call, format string, args ...any) {
	s.violations = append(s.violations, c.name+": "+fmt.Sprintf(format, args...))
}

// write sends a as JSON.
func (a answer) write(w http.ResponseWriter) {
	maps.Copy(w.Header(), a.header)
	if a.status == http.StatusNoContent {
		w.WriteHeader(a.status)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(a.status)
	if a.status == http.StatusNoContent {
		return
	}
	// A client that has gone hears nothing, which is all that can be done.
	_ = json.NewEncoder(w).Encode(a.body)
}
