package fetch_test

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vedette/feeds/fetch"
)

func TestValidatorsAreEchoedByteForByteToTheirURLOnly(t *testing.T) {
	const etag, modified = `W/"a b'c" x`, "yesterday, about noon"
	var asked []string
	mux := http.NewServeMux()
	note := func(r *http.Request) {
		asked = append(asked, r.URL.Path+" "+r.Header.Get("If-None-Match")+" "+r.Header.Get("If-Modified-Since"))
	}
	mux.HandleFunc("/old", func(w http.ResponseWriter, r *http.Request) {
		note(r)
		http.Redirect(w, r, "/new", http.StatusMovedPermanently)
	})
	mux.HandleFunc("/new", func(w http.ResponseWriter, r *http.Request) {
		note(r)
		w.Header()["ETag"] = []string{etag}
		w.Header().Set("Last-Modified", modified)
		if r.Header.Get("If-None-Match") == etag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		fmt.Fprint(w, "feed")
	})
	server := serve(t, mux.ServeHTTP)
	c := client(t, fetch.Options{})
	one, err := c.Get(t.Context(), fetch.Request{URL: server.URL + "/old"})
	if err != nil || one.NotModified || one.ETag != etag || one.LastModified != modified {
		t.Fatalf("first Get = %+v, %v; want the validators as sent", one, err)
	}
	two, err := c.Get(t.Context(), fetch.Request{URL: server.URL + "/old", ETag: one.ETag, LastModified: one.LastModified, ValidFor: one.URL})
	if err != nil || !two.NotModified || two.Body != nil {
		t.Errorf("second Get = %+v, %v; want not modified", two, err)
	}
	want := []string{"/old  ", "/new  ", "/old  ", "/new " + etag + " " + modified}
	if diff := cmp.Diff(want, asked); diff != "" {
		t.Errorf("validators sent (-want +got):\n%s", diff)
	}
}

func TestUnaskedForNotModifiedIsNoSuccess(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotModified) })
	resp, err := client(t, fetch.Options{}).Get(t.Context(), fetch.Request{URL: server.URL})
	if err != nil || resp.NotModified || resp.Body != nil {
		t.Errorf("Get = %+v, %v; want neither a body nor NotModified", resp, err)
	}
}

func TestValidatorsThatCannotBeEchoedAreDropped(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("ETag", `"`+strings.Repeat("x", 10_000)+`"`)
	})
	resp, err := client(t, fetch.Options{}).Get(t.Context(), fetch.Request{URL: server.URL})
	if err != nil || resp.ETag != "" {
		t.Errorf("Get = a validator of %d bytes, %v; want none", len(resp.ETag), err)
	}
}

func TestRequestsSayWhoAsksAndNothingElse(t *testing.T) {
	var got http.Header
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r.Header
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "b"})
	})
	c := client(t, fetch.Options{UserAgent: "vedette/1 (+https://desk.example)"})
	for range 2 {
		if _, err := c.Get(t.Context(), fetch.Request{URL: server.URL}); err != nil {
			t.Fatal(err)
		}
	}
	want := http.Header{
		"Accept":          {"application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.1"},
		"Accept-Encoding": {"gzip"},
		"User-Agent":      {"vedette/1 (+https://desk.example)"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
}

func TestRetryAfterIsReadWhereItIsSaid(t *testing.T) {
	now := time.Date(2026, 8, 13, 12, 0, 0, 0, time.UTC)
	tests := map[string]struct {
		status int
		said   string
		want   time.Duration
	}{
		"Seconds":       {429, "120", 2 * time.Minute},
		"Date":          {503, "Thu, 13 Aug 2026 13:00:00 GMT", time.Hour},
		"Forbidden":     {403, "60", time.Minute},
		"Accepted":      {202, "60", time.Minute},
		"NotFound":      {404, "60", 0},
		"Fine":          {200, "60", 0},
		"DateLongGone":  {503, "Thu, 13 Aug 2020 13:00:00 GMT", 0},
		"Negative":      {429, "-1", 0},
		"Garbage":       {429, "9e99", 0},
		"Unsaid":        {429, "", 0},
		"Forever":       {429, "99999999999", 24 * time.Hour},
		"TwoDays":       {429, "172800", 24 * time.Hour},
		"DateNextMonth": {503, "Sun, 13 Sep 2026 13:00:00 GMT", 24 * time.Hour},
	}
	c := client(t, fetch.Options{Now: func() time.Time { return now }})
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", test.said)
				w.WriteHeader(test.status)
			})
			resp, err := c.Get(t.Context(), fetch.Request{URL: server.URL})
			if err != nil || resp.Status != test.status || resp.RetryAfter != test.want {
				t.Errorf("Get = %d, %v, %v; want %d, %v", resp.Status, resp.RetryAfter, err, test.status, test.want)
			}
		})
	}
}

func TestHostsAreAskedOneAtATimeAndApart(t *testing.T) {
	const gap = 50 * time.Millisecond
	var (
		mu     sync.Mutex
		starts []time.Time
		inside atomic.Int64
		conns  sync.Map
	)
	server := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		if inside.Add(1) > 1 {
			t.Error("two requests at once")
		}
		defer inside.Add(-1)
		mu.Lock()
		defer mu.Unlock()
		starts = append(starts, time.Now())
		conns.Store(r.RemoteAddr, true)
	})
	c := client(t, fetch.Options{HostGap: gap})
	var wg sync.WaitGroup
	for range 5 {
		wg.Go(func() {
			if _, err := c.Get(t.Context(), fetch.Request{URL: server.URL}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for i := 1; i < len(starts); i++ {
		if apart := starts[i].Sub(starts[i-1]); apart < gap-10*time.Millisecond {
			t.Errorf("requests %d and %d are %v apart, want %v", i-1, i, apart, gap)
		}
	}
	n := 0
	conns.Range(func(any, any) bool { n++; return true })
	if len(starts) != 5 || n > 2 {
		t.Errorf("%d requests over %d connections, want 5 over 2 at most", len(starts), n)
	}
}

func TestTwentyFeedsOfAHostShareAConnection(t *testing.T) {
	var conns, versions sync.Map
	answer := func(w http.ResponseWriter, r *http.Request) {
		conns.Store(r.RemoteAddr, true)
		versions.Store(r.Proto, true)
		fmt.Fprint(w, "feed")
	}
	secure := httptest.NewUnstartedServer(http.HandlerFunc(answer))
	secure.EnableHTTP2 = true
	secure.StartTLS()
	t.Cleanup(secure.Close)
	roots := x509.NewCertPool()
	roots.AddCert(secure.Certificate())
	for _, url := range []string{serve(t, answer).URL, secure.URL} {
		conns.Clear()
		c := client(t, fetch.Options{Roots: roots, HostGap: time.Millisecond})
		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() {
				if _, err := c.Get(t.Context(), fetch.Request{URL: fmt.Sprintf("%s/%d", url, i)}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		n := 0
		conns.Range(func(any, any) bool { n++; return true })
		if n > 2 {
			t.Errorf("%s: twenty feeds took %d connections, want 2 at most", url, n)
		}
	}
	if _, ok := versions.Load("HTTP/2.0"); !ok {
		t.Error("a server that speaks HTTP/2 is not spoken to in it")
	}
}

// A forgetful listener's newest connection loses, once it is lost, all that the
// other side writes, as behind a firewall that has forgotten it.
type forgetful struct {
	net.Listener

	newest atomic.Pointer[atomic.Bool]
}

func (l *forgetful) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	lost := new(atomic.Bool)
	l.newest.Store(lost)
	return forgotten{c, lost}, err
}

type forgotten struct {
	net.Conn

	lost *atomic.Bool
}

func (c forgotten) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	for c.lost.Load() && err == nil {
		n, err = c.Conn.Read(p)
	}
	return n, err
}

// TestALineThatIsLostIsLeft loses the one connection to a host: what waits for
// an answer on it waits in vain, and a later poll has a connection of its own.
func TestALineThatIsLostIsLeft(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	listener := &forgetful{Listener: server.Listener}
	server.Listener, server.EnableHTTP2 = listener, true
	server.StartTLS()
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	c := client(t, fetch.Options{Roots: roots, Timeout: 400 * time.Millisecond})
	for range 2 {
		answered := false
		for try := 0; !answered && try < 50; try++ {
			_, err := c.Get(t.Context(), fetch.Request{URL: server.URL})
			answered = err == nil
		}
		if !answered {
			t.Fatal("a line that is lost is used again and again")
		}
		listener.newest.Load().Store(true)
	}
}

func TestWaitingEndsWithTheContext(t *testing.T) {
	server := serve(t, func(http.ResponseWriter, *http.Request) {})
	c := client(t, fetch.Options{HostGap: time.Hour})
	if _, err := c.Get(t.Context(), fetch.Request{URL: server.URL}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := c.Get(ctx, fetch.Request{URL: server.URL}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Get = %v, want the context's end", err)
	}
}

func TestDeadServersAreNamedPlainly(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	c := client(t, fetch.Options{})
	_, err := c.Get(t.Context(), fetch.Request{URL: server.URL + "/?key=SECRET"})
	if err == nil || !strings.Contains(err.Error(), "refuses connections") || strings.Contains(err.Error(), "SECRET") {
		t.Errorf("Get = %v, want a refused connection without the url's secret", err)
	}
}

func ExampleClient_Get() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("ETag", `"1"`)
		fmt.Fprint(w, "<rss/>")
	}))
	defer server.Close()
	c := fetch.New(fetch.Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	defer c.Close()

	resp, err := c.Get(context.Background(), fetch.Request{URL: server.URL})
	fmt.Println(resp.Status, resp.ETag, string(resp.Body), err)
	// Output: 200 "1" <rss/> <nil>
}
