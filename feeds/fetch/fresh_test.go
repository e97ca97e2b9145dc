package fetch_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vedette/feeds/fetch"
)

func TestFreshnessIsReadAsTheServerSaysIt(t *testing.T) {
	tests := map[string]struct {
		header map[string]string
		want   time.Duration
		why    string
		cached bool
	}{
		"MaxAge":        {map[string]string{"Cache-Control": "public, max-age=420"}, 7 * time.Minute, "max-age 420", true},
		"Quoted":        {map[string]string{"Cache-Control": `max-age="60"`}, time.Minute, "max-age 60", true},
		"Aged":          {map[string]string{"Cache-Control": "max-age=420", "Age": "400"}, 20 * time.Second, "max-age 420, age 400", true},
		"OlderThanMax":  {map[string]string{"Cache-Control": "max-age=60", "Age": "600"}, 0, "max-age 60, age 600", true},
		"AgeGarbage":    {map[string]string{"Cache-Control": "max-age=60", "Age": "-5"}, time.Minute, "max-age 60", true},
		"NoCache":       {map[string]string{"Cache-Control": "no-cache, max-age=420"}, 0, "", true},
		"Zero":          {map[string]string{"Cache-Control": "max-age=0", "Expires": "Thu, 13 Aug 2026 13:00:00 GMT"}, 0, "", true},
		"MaxAgeGarbage": {map[string]string{"Cache-Control": "max-age=soon"}, 0, "", true},
		"Expires":       {map[string]string{"Expires": "Thu, 13 Aug 2026 12:05:00 GMT", "Date": "Thu, 13 Aug 2026 12:00:00 GMT"}, 5 * time.Minute, "expires 5m0s after its date", true},
		"ExpiredBefore": {map[string]string{"Expires": "Thu, 13 Aug 2020 12:05:00 GMT", "Date": "Thu, 13 Aug 2026 12:00:00 GMT"}, 0, "", true},
		"ExpiresZero":   {map[string]string{"Expires": "0"}, 0, "", true},
		"SharedOnly":    {map[string]string{"Cache-Control": "s-maxage=900"}, 0, "", true},
		"Nothing":       {nil, 0, "", false},
	}
	c := client(t, fetch.Options{})
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				for name, value := range test.header {
					w.Header().Set(name, value)
				}
				fmt.Fprint(w, "feed")
			})
			resp, err := c.Get(t.Context(), fetch.Request{URL: server.URL})
			if err != nil || resp.Fresh != test.want || resp.FreshWhy != test.why || resp.Cached != test.cached {
				t.Errorf("Get = fresh for %v by %q (%v), %v; want %v by %q (%v)", resp.Fresh, resp.FreshWhy, resp.Cached, err, test.want, test.why, test.cached)
			}
		})
	}
}

func TestAWrongLabelIsAskedAgainOnceAsItIs(t *testing.T) {
	const feed = "<rss>a feed that is no shorter than a header</rss>"
	for _, label := range []string{"gzip", "br", "zstd"} {
		var asked []string
		server := serve(t, func(w http.ResponseWriter, r *http.Request) {
			asked = append(asked, r.Header.Get("Accept-Encoding"))
			if len(asked) == 1 {
				w.Header().Set("Content-Encoding", label)
			}
			fmt.Fprint(w, feed)
		})
		resp, err := client(t, fetch.Options{}).Get(t.Context(), fetch.Request{URL: server.URL})
		if err != nil || string(resp.Body) != feed || !cmp.Equal(asked, []string{"gzip", "identity"}) {
			t.Errorf("%s: Get = %q, %v after asking for %q; want the feed, asked for as it is the second time", label, resp.Body, err, asked)
		}
	}
}

func TestHopsAreAllNamed(t *testing.T) {
	mux := http.NewServeMux()
	mux.Handle("/old", http.RedirectHandler("/new", http.StatusMovedPermanently))
	mux.HandleFunc("/new", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "feed") })
	server := serve(t, mux.ServeHTTP)
	resp, err := client(t, fetch.Options{}).Get(t.Context(), fetch.Request{URL: server.URL + "/old"})
	if want := []fetch.Hop{{server.URL + "/old", 301}, {server.URL + "/new", 200}}; err != nil || !cmp.Equal(resp.Hops, want) {
		t.Errorf("Get = hops %v, %v; want %v", resp.Hops, err, want)
	}
}

func TestWhoCouldNotBeReachedIsToldFromWhoAnswersBadly(t *testing.T) {
	dead := httptest.NewServer(http.NotFoundHandler())
	dead.Close()
	hold := serve(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	c := client(t, fetch.Options{Timeout: 300 * time.Millisecond})
	for url, want := range map[string]bool{dead.URL: true, "http://nowhere.invalid/": true, hold.URL: false, "http://169.254.1.1/": false} {
		_, err := c.Get(t.Context(), fetch.Request{URL: url})
		if err == nil || errors.Is(err, fetch.ErrUnreached) != want || strings.HasSuffix(err.Error(), ": ") {
			t.Errorf("Get(%s) = %v, unreached %v; want %v", url, err, !want, want)
		}
	}
}
