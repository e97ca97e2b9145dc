package fakeroom

import (
	"io"
	"maps"
	"net/http"
	"time"
)

// A Fault is what happens to the next requests that fit it. One that says
// nothing of the answer, by none of Status, Header, Body and Cut, leaves the
// true answer as it is: with a Delay and Commit that is a slow answer, with a
// Delay alone a slow request, which takes effect only if the client is still
// there at its end.
type Fault struct {
	Method string        // such as chat.postMessage or POST /channels/{channel}/messages; "" fits any
	Times  int           // how many requests; 0 is 1
	Status int           // of the answer; 0 is 200
	Header http.Header   // of the answer
	Body   string        // of the answer, verbatim
	Commit bool          // the request takes effect before the answer is spoiled: the answer is lost
	Cut    bool          // the connection is closed instead of an answer
	Delay  time.Duration // before the answer, unless the client leaves or the server is closed
}

// spoils reports whether f stands in for the true answer.
func (f Fault) spoils() bool {
	return f.Cut || f.Status != 0 || f.Body != "" || len(f.Header) > 0
}

// write answers as f says.
func (f Fault) write(w http.ResponseWriter) {
	maps.Copy(w.Header(), f.Header)
	if f.Status != 0 {
		w.WriteHeader(f.Status)
	}
	// A client that has gone hears nothing, which is all that can be done.
	_, _ = io.WriteString(w, f.Body)
}

// Fail lets f happen, after the faults that were asked for before and fit the
// same requests.
func (s *server) Fail(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f.Times = max(f.Times, 1)
	s.faults = append(s.faults, f)
}

// fault returns what happens to a request of the name, and counts it. The zero
// Fault is nothing.
func (s *server) fault(name string) Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, f := range s.faults {
		if f.Method != "" && f.Method != name {
			continue
		}
		if s.faults[i].Times--; s.faults[i].Times == 0 {
			s.faults = append(s.faults[:i], s.faults[i+1:]...)
		}
		return f
	}
	return Fault{}
}
