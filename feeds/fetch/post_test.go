package fetch_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"vedette/feeds/fetch"
)

func TestAFormIsPostedAsItIsAndFollowsWhatKeepsIt(t *testing.T) {
	for name, test := range map[string]struct {
		code, status int
		arrived      bool
	}{
		"Taken":     {0, 202, true},
		"Temporary": {307, 202, true},
		"Permanent": {308, 202, true},
		"SeeOther":  {303, 303, false},
		"Found":     {302, 302, false},
	} {
		t.Run(name, func(t *testing.T) {
			got := ""
			mux := http.NewServeMux()
			take := func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				got = r.Method + " " + r.Header.Get("Content-Type") + " " + string(body) + " " + r.UserAgent()
				w.WriteHeader(http.StatusAccepted)
				_, _ = io.WriteString(w, strings.Repeat("thanks ", 100_000))
			}
			mux.HandleFunc("/hub", take)
			mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
				if test.code == 0 {
					take(w, r)
					return
				}
				http.Redirect(w, r, "/hub", test.code)
			})
			s := httptest.NewServer(mux)
			t.Cleanup(s.Close)
			status, err := client(t, fetch.Options{UserAgent: "sentry"}).Post(t.Context(), s.URL, url.Values{"a b": {"c&d"}})
			if err != nil || status != test.status {
				t.Errorf("Post = %d, %v; want %d", status, err, test.status)
			}
			if want := "POST application/x-www-form-urlencoded a+b=c%26d sentry"; (got == want) != test.arrived {
				t.Errorf("arrived %q, want it %v", got, test.arrived)
			}
		})
	}
}

func TestAPostIsBoundAsAGetIs(t *testing.T) {
	stuck := make(chan struct{})
	mux := http.NewServeMux()
	mux.HandleFunc("/circle", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/circle", http.StatusTemporaryRedirect)
	})
	mux.HandleFunc("/inside", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://169.254.169.254/", http.StatusTemporaryRedirect)
	})
	mux.HandleFunc("/file", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "file:///etc/passwd")
		w.WriteHeader(http.StatusTemporaryRedirect)
	})
	mux.HandleFunc("/slow", func(http.ResponseWriter, *http.Request) { <-stuck })
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	t.Cleanup(func() { close(stuck) })
	c := client(t, fetch.Options{Timeout: 300 * time.Millisecond})
	for path, want := range map[string]string{
		s.URL + "/circle":        "too many redirects",
		s.URL + "/inside":        "refused: address 169.254.169.254 is not public",
		s.URL + "/file":          "refused: the url is neither http nor https",
		s.URL + "/slow":          "the answer took too long",
		"http://10.0.0.1/secret": "refused: address 10.0.0.1 is not public",
		"ftp://hub.example/":     "refused: the url is neither http nor https",
	} {
		_, err := c.Post(t.Context(), path, url.Values{"hub.secret": {"canary"}})
		if err == nil || !strings.HasSuffix(err.Error(), want) || strings.Contains(err.Error(), "canary") || strings.Contains(err.Error(), "secret") {
			t.Errorf("Post(%s) = %v, want %s", path, err, want)
		}
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	over := errors.New("over")
	cancel(over)
	if _, err := c.Post(ctx, s.URL+"/slow", nil); !errors.Is(err, over) {
		t.Errorf("Post = %v after its context ended, want its cause", err)
	}
}
