package fetch_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"vedette/feeds/fetch"
)

func noise(n int) []byte {
	random := rand.New(rand.NewPCG(1, 2))
	out := make([]byte, n)
	for i := range out {
		out[i] = byte(random.Uint32())
	}
	return out
}

func TestBodiesAreDecodedWholeOrRefused(t *testing.T) {
	feed := []byte("<rss>" + strings.Repeat("news and more news ", 1000) + "</rss>")
	send := func(label string, body []byte) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			if label != "" {
				w.Header().Set("Content-Encoding", label)
			}
			w.Write(body)
		}
	}
	packed := pack(t, feed)
	tests := map[string]struct {
		serve http.HandlerFunc
		want  []byte
		words string
	}{
		"Plain":              {serve: send("", feed), want: feed},
		"Identity":           {serve: send("identity", feed), want: feed},
		"Gzip":               {serve: send("gzip", packed), want: feed},
		"GzipOldName":        {serve: send("x-gzip", packed), want: feed},
		"GzipUnlabelled":     {serve: send("", packed), want: feed},
		"GzipEmpty":          {serve: send("gzip", nil), want: []byte{}},
		"OneByte":            {serve: send("", []byte("x")), want: []byte("x")},
		"GzipTwice":          {serve: send("gzip", pack(t, packed)), want: packed},
		"GzipInNameOnly":     {serve: send("gzip", feed), words: "not compressed as the server says"},
		"GzipDamaged":        {serve: send("gzip", append(bytes.Clone(packed[:len(packed)-8]), 1, 2, 3, 4, 5, 6, 7, 8)), words: "damaged"},
		"GzipCut":            {serve: send("gzip", packed[:len(packed)/2]), words: "ended before the document did"},
		"Brotli":             {serve: send("br", feed), words: "not asked for"},
		"Deflate":            {serve: send("deflate", feed), words: "not asked for"},
		"LargestPlain":       {serve: send("", bytes.Repeat([]byte("x"), 8<<20)), want: bytes.Repeat([]byte("x"), 8<<20)},
		"TooLargePlain":      {serve: send("", bytes.Repeat([]byte("x"), 8<<20+1)), words: "too large"},
		"TooLargePacked":     {serve: send("gzip", pack(t, noise(2<<20+1))), words: "too large"},
		"TooLargeUnlabelled": {serve: send("", pack(t, noise(2<<20+1))), words: "too large"},
		"Bomb":               {serve: send("gzip", pack(t, make([]byte, 64<<20))), words: "packed too tightly"},
		"TightButSmall":      {serve: send("gzip", pack(t, make([]byte, 1<<20))), want: make([]byte, 1<<20)},
		"CutShort": {serve: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			w.Write(feed[:500])
		}, words: "ended before the document did"},
		"TenGigabytesSaid": {serve: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "10000000000")
			w.Write(feed)
		}, words: "too large"},
		"Endless": {serve: func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				w.Write(feed)
			}
		}, words: "too large"},
		"HeadersTooLarge": {serve: func(w http.ResponseWriter, _ *http.Request) {
			for i := range 10_000 {
				w.Header().Add("Set-Cookie", fmt.Sprintf("c%d=%d", i, i))
			}
		}, words: "connection failed"},
	}
	c := client(t, fetch.Options{})
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			resp, err := c.Get(t.Context(), fetch.Request{URL: serve(t, test.serve).URL + "/?token=SECRET"})
			switch {
			case test.words == "" && (err != nil || !bytes.Equal(resp.Body, test.want)):
				t.Errorf("Get = %d bytes, %v; want %d bytes", len(resp.Body), err, len(test.want))
			case test.words != "" && (err == nil || !strings.Contains(err.Error(), test.words)):
				t.Errorf("Get = %d bytes, %v; want an error with %q", len(resp.Body), err, test.words)
			case err != nil && strings.Contains(err.Error(), "SECRET"):
				t.Errorf("the error tells a secret: %v", err)
			}
		})
	}
}

func TestSlowAnswersEndInTime(t *testing.T) {
	hold := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	stall := func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "<rss>")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}
	drip := func(w http.ResponseWriter, r *http.Request) {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				fmt.Fprint(w, "x")
				w.(http.Flusher).Flush()
			case <-r.Context().Done():
				return
			}
		}
	}
	tests := map[string]struct {
		serve http.HandlerFunc
		words string
	}{
		"NoHeaders": {hold, "took too long"},
		"Stalled":   {stall, "stopped coming"},
		"Drip":      {drip, "took too long"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := client(t, fetch.Options{Timeout: 400 * time.Millisecond})
			start := time.Now()
			_, err := c.Get(t.Context(), fetch.Request{URL: serve(t, test.serve).URL})
			if err == nil || !strings.Contains(err.Error(), test.words) {
				t.Errorf("Get = %v, want an error with %q", err, test.words)
			}
			if took := time.Since(start); took > 10*time.Second { // the server never ends
				t.Errorf("Get took %v, want some 400ms", took)
			}
		})
	}
}
