package bot_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"vedette/bot"
	"vedette/internal/fakeroom"
)

func TestExchangeTellsWhetherARequestLeft(t *testing.T) {
	answers := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "1.5")
		w.WriteHeader(http.StatusTooManyRequests)
	}))
	defer answers.Close()
	cuts := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	defer cuts.Close()
	nobody, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody.Close()
	for name, tt := range map[string]struct {
		url    string
		status int
		wait   time.Duration
		left   bool
	}{
		"Answered":           {answers.URL, http.StatusTooManyRequests, 1500 * time.Millisecond, true},
		"CutOff":             {cuts.URL, 0, 0, true},
		"NobodyListens":      {"http://" + nobody.Addr().String(), 0, 0, false},
		"NoHandshakeNoBytes": {"https://" + answers.Listener.Addr().String(), 0, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			var x bot.Exchange
			req, err := http.NewRequestWithContext(bot.WithExchange(t.Context(), &x), http.MethodPost, tt.url, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			res, err := (&http.Client{Transport: bot.Recorder{Base: bot.Transport()}}).Do(req)
			if err == nil {
				res.Body.Close()
			}
			if x.Status != tt.status || x.RetryAfter != tt.wait || x.Left() != tt.left {
				t.Errorf("status %d, wait %v, left %v; want %d, %v, %v (%v)", x.Status, x.RetryAfter, x.Left(), tt.status, tt.wait, tt.left, err)
			}
		})
	}
}

// TestAWaitThatMakesNoSenseIsNone holds that no Retry-After becomes an outage, nor
// one that is too large for a number no wait at all.
func TestAWaitThatMakesNoSenseIsNone(t *testing.T) {
	for said, want := range map[string]time.Duration{
		"": 0, "soon": 0, "-5": 0, "NaN": 0, "-Inf": 0, "1e999": 0, "0": 0, "Mon, 03 Feb 2020 12:00:00 GMT": 0,
		"1.5": 1500 * time.Millisecond, "1e6": 24 * time.Hour, "99999999999": 24 * time.Hour, "1e300": 24 * time.Hour, "Inf": 24 * time.Hour,
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Retry-After", said) }))
		var x bot.Exchange
		req, err := http.NewRequestWithContext(bot.WithExchange(t.Context(), &x), http.MethodGet, s.URL, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		res, err := (&http.Client{Transport: bot.Recorder{Base: http.DefaultTransport}}).Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		s.Close()
		if x.RetryAfter != want {
			t.Errorf("Retry-After: %s is %v, want %v", said, x.RetryAfter, want)
		}
	}
}

// A lossy connection loses, from a moment on, all that is written to it, and
// nobody is told.
type lossy struct {
	net.Conn

	lost *atomic.Bool
}

func (c lossy) Write(p []byte) (int, error) {
	if c.lost.Load() {
		return len(p), nil
	}
	return c.Conn.Write(p)
}

// TestALineThatIsLostIsLeft loses the packets of the one connection to a
// platform, as a firewall does that forgets it: the first request waits for an
// answer in vain, and the next has a connection of its own.
func TestALineThatIsLostIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pipes := fakeroom.NewPipes()
		platform := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
		platform.Listener.Close()
		platform.Listener, platform.EnableHTTP2 = pipes, true
		platform.StartTLS()
		defer func() { time.Sleep(time.Minute) }() // what was closed ends
		defer platform.Close()
		transport := bot.Transport()
		defer transport.CloseIdleConnections()
		transport.TLSClientConfig = platform.Client().Transport.(*http.Transport).TLSClientConfig
		var newest *atomic.Bool
		transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			newest = new(atomic.Bool)
			c, err := pipes.Dial(ctx, network, address)
			return lossy{c, newest}, err
		}
		ask := func() error {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, platform.URL, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			res, err := transport.RoundTrip(req)
			if err == nil {
				if res.ProtoMajor != 2 {
					t.Errorf("it speaks %s, want HTTP/2", res.Proto)
				}
				res.Body.Close()
			}
			return err
		}
		if err := ask(); err != nil {
			t.Fatal(err)
		}
		newest.Store(true)
		if err := ask(); err == nil {
			t.Error("what was lost was answered")
		}
		if err := ask(); err != nil {
			t.Errorf("the line was lost, and is used again: %v", err)
		}
	})
}

// TestWhatIsGivenUpIsTakenBack has a platform find a connection reset on which
// a request was given up, and not ended in good order after the request.
func TestWhatIsGivenUpIsTakenBack(t *testing.T) {
	platform, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer platform.Close()
	ended := make(chan error, 1)
	ctx, giveUp := context.WithCancel(t.Context())
	go func() {
		c, err := platform.Accept()
		if err == nil {
			defer c.Close()
			_, err = c.Read(make([]byte, 1))
			giveUp()
		}
		if err == nil {
			_, err = io.Copy(io.Discard, c)
		}
		ended <- err
	}()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+platform.Addr().String(), http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if res, err := bot.Transport().RoundTrip(req); err == nil {
		res.Body.Close()
		t.Error("it was answered")
	}
	if err := <-ended; !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the platform sees %v, want that the connection is reset", err)
	}
}
