package fetch_test

import (
	"bytes"
	"compress/gzip"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"vedette/feeds/fetch"
)

// client returns a Client that may dial 127.0.0.1 only.
func client(t *testing.T, opts fetch.Options) *fetch.Client {
	t.Helper()
	if opts.Allow == nil {
		opts.Allow = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
	}
	c := fetch.New(opts)
	t.Cleanup(c.Close)
	return c
}

func serve(t *testing.T, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server
}

// canary listens on an address that must never be dialled.
func canary(t *testing.T) (port int, touched *atomic.Int64) {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	touched = new(atomic.Int64)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			touched.Add(1)
			conn.Close()
		}
	}()
	t.Cleanup(func() { listener.Close(); <-done })
	return listener.Addr().(*net.TCPAddr).Port, touched
}

func pack(t *testing.T, body []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestNoSpellingOfAPrivateAddressIsDialled(t *testing.T) {
	port, touched := canary(t)
	t.Setenv("HTTP_PROXY", fmt.Sprintf("http://127.0.0.1:%d", port))
	t.Setenv("http_proxy", fmt.Sprintf("http://127.0.0.1:%d", port))
	c := client(t, fetch.Options{Allow: []netip.Prefix{}, Timeout: 2 * time.Second})
	literal := []string{
		"http://127.0.0.1:%d/f", "http://127.255.255.254:%d/f", "http://0.0.0.0:%d/f", "http://[::]:%d/f", "http://[::1]:%d/f",
		"http://[::1%%25lo]:%d/f", "http://[::ffff:127.0.0.1]:%d/f", "http://[::ffff:7f00:1]:%d/f", "http://[::127.0.0.1]:%d/f",
		"http://localhost:%d/f", "http://①②⑦.⓪.⓪.①:%d/f", "http://１２７。0。0。1:%d/f", "http://ｌｏｃａｌｈｏｓｔ:%d/f",
		"http://good.example@127.0.0.1:%d/f", "http://user:pass@localhost:%d/f", "http://127.0.0.1:%d\\@good.example/f",
	}
	for _, form := range literal {
		raw := fmt.Sprintf(form, port)
		if _, err := c.Get(t.Context(), fetch.Request{URL: raw}); !errors.Is(err, fetch.ErrBlocked) {
			t.Errorf("Get(%s) = %v, want ErrBlocked", raw, err)
		}
	}
	// Whether these spellings resolve is the resolver's business.
	for _, form := range []string{"http://2130706433:%d/f", "http://0x7f000001:%d/f", "http://127.1:%d/f", "http://0177.0.0.1:%d/f", "http://0:%d/"} {
		if resp, err := c.Get(t.Context(), fetch.Request{URL: fmt.Sprintf(form, port)}); err == nil {
			t.Errorf("Get("+form+") = %d, want an error", port, resp.Status)
		}
	}
	for _, raw := range []string{"http://192.0.0.192/", "http://[64:ff9b::a9fe:a9fe]/", "http://169.254.169.254/latest/meta-data/", "http://[2002:7f00:1::]/"} {
		if _, err := c.Get(t.Context(), fetch.Request{URL: raw}); !errors.Is(err, fetch.ErrBlocked) {
			t.Errorf("Get(%s) = %v, want ErrBlocked", raw, err)
		}
	}
	if n := touched.Load(); n != 0 {
		t.Errorf("the canary was dialled %d times, want never", n)
	}
}

func TestURLsThatAreNoFeedsAreRefused(t *testing.T) {
	c := client(t, fetch.Options{})
	for _, raw := range []string{
		"", "http://", "file:///etc/passwd", "gopher://127.0.0.1:6379/_FLUSHALL", "ftp://good.example/f", "unix:///var/run/docker.sock",
		"data:text/xml,<rss/>", "feed://127.0.0.1/", "http://good.example/\nHost: evil", "http://u@good.example/",
		"https://good.example/" + strings.Repeat("a", 20_000),
	} {
		if _, err := c.Get(t.Context(), fetch.Request{URL: raw}); !errors.Is(err, fetch.ErrBlocked) {
			t.Errorf("Get(%.60q) = %v, want ErrBlocked", raw, err)
		}
	}
}

func TestRedirectsAreFollowedWithinBounds(t *testing.T) {
	port, touched := canary(t)
	mux := http.NewServeMux()
	to := func(path string, status int, target string) {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", target)
			w.WriteHeader(status)
		})
	}
	mux.HandleFunc("/feed", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "ok") })
	to("/once", 302, "/feed")
	to("/moved", 301, "/once308")
	to("/once308", 308, "/feed")
	to("/mixed", 301, "/once")
	to("/loop", 302, "/loop2")
	to("/loop2", 302, "/loop")
	for i := range 10 {
		to(fmt.Sprintf("/hop%d", i), 302, fmt.Sprintf("/hop%d", i+1))
	}
	to("/hop10", 302, "/feed")
	to("/private", 302, fmt.Sprintf("http://127.0.0.2:%d/", port))
	to("/mapped", 301, fmt.Sprintf("http://[::ffff:127.0.0.2]:%d/", port))
	to("/bare", 302, fmt.Sprintf("//127.0.0.3:%d/", port))
	to("/file", 302, "file:///etc/passwd")
	to("/user", 302, "http://a:b@127.0.0.1/")
	to("/bad", 302, "http://[::1")
	server := serve(t, mux.ServeHTTP)
	tests := map[string]struct {
		path      string
		permanent bool
		blocked   bool
		words     string
	}{
		"None":         {path: "/feed"},
		"Temporary":    {path: "/once"},
		"Permanent":    {path: "/moved", permanent: true},
		"PartlyMoved":  {path: "/mixed"},
		"FiveHops":     {path: "/hop6"},
		"SixHops":      {path: "/hop5", words: "too many redirects"},
		"Loop":         {path: "/loop", words: "in a circle"},
		"Private":      {path: "/private", blocked: true, words: "127.0.0.2 is not public"},
		"Mapped":       {path: "/mapped", blocked: true, words: "not public"},
		"SchemeLess":   {path: "/bare", blocked: true, words: "127.0.0.3 is not public"},
		"OtherScheme":  {path: "/file", blocked: true, words: "neither http nor https"},
		"Credentials":  {path: "/user", blocked: true, words: "credentials"},
		"MalformedURL": {path: "/bad", blocked: true, words: "malformed"},
	}
	c := client(t, fetch.Options{})
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			resp, err := c.Get(t.Context(), fetch.Request{URL: server.URL + test.path})
			if test.words != "" {
				if err == nil || !strings.Contains(err.Error(), test.words) || errors.Is(err, fetch.ErrBlocked) != test.blocked {
					t.Fatalf("Get = %v, want an error with %q, blocked %v", err, test.words, test.blocked)
				}
				return
			}
			if err != nil || string(resp.Body) != "ok" || resp.URL != server.URL+"/feed" || resp.Permanent != test.permanent {
				t.Errorf("Get = %+v, %v; want the feed, permanent %v", resp, err, test.permanent)
			}
		})
	}
	if n := touched.Load(); n != 0 {
		t.Errorf("the canary was dialled %d times, want never", n)
	}
}

func TestRedirectFromHTTPSToHTTPIsRefused(t *testing.T) {
	plain := serve(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "ok") })
	secure := httptest.NewTLSServer(http.RedirectHandler(plain.URL, http.StatusFound))
	t.Cleanup(secure.Close)
	roots := x509.NewCertPool()
	roots.AddCert(secure.Certificate())
	c := client(t, fetch.Options{Roots: roots})
	if _, err := c.Get(t.Context(), fetch.Request{URL: secure.URL}); !errors.Is(err, fetch.ErrBlocked) {
		t.Errorf("Get = %v, want ErrBlocked", err)
	}
}

func TestCertificatesAreCheckedAndFaultsNamed(t *testing.T) {
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	roots := x509.NewCertPool()
	roots.AddCert(secure.Certificate())
	tests := map[string]struct {
		roots *x509.CertPool
		url   string
		words string
	}{
		"UnknownSigner": {x509.NewCertPool(), secure.URL, "signed by nobody we know"},
		"WrongHost":     {roots, strings.Replace(secure.URL, "127.0.0.1", "localhost", 1), "for another host"},
		"NotSecure":     {roots, "", "no secure connection"},
	}
	plain := serve(t, http.NotFound)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			url := test.url
			if url == "" {
				url = strings.Replace(plain.URL, "http:", "https:", 1)
			}
			allow := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
			c := client(t, fetch.Options{Roots: test.roots, Allow: allow})
			if _, err := c.Get(t.Context(), fetch.Request{URL: url}); err == nil || !strings.Contains(err.Error(), test.words) {
				t.Errorf("Get = %v, want an error with %q", err, test.words)
			}
		})
	}
}
