package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"

	"vedette/internal/fakeroom"
)

// A feed is a source that knows when it published each report, and when that
// was first fetched.
type feed struct {
	server *httptest.Server
	random *rand.Rand

	mu      sync.Mutex // guards reports
	reports []report
}

// A report is an invented one, about an event of its own.
type report struct {
	title              string
	published, fetched time.Time
}

func newFeed() *feed {
	f := &feed{random: rand.New(rand.NewPCG(1, 2))}
	f.server = httptest.NewServer(http.HandlerFunc(f.serve))
	return f
}

func (f *feed) url() string { return f.server.URL + "/rss" }
func (f *feed) close()      { f.server.Close() }

// publish adds a report whose words no other has.
func (f *feed) publish() {
	f.mu.Lock()
	defer f.mu.Unlock()
	words := make([]string, 6)
	for i := range words {
		var w strings.Builder
		for range 4 {
			w.WriteByte("bdfgklmnprstvz"[f.random.IntN(14)])
			w.WriteByte("aeiou"[f.random.IntN(5)])
		}
		words[i] = w.String()
	}
	f.reports = append(f.reports, report{title: "Idlib ceasefire " + strings.Join(words, " "), published: time.Now()})
}

// flow publishes so many reports a second until stop is called.
func (f *feed) flow(each int) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		for wait(ctx, time.Second/time.Duration(each)) == nil {
			f.publish()
		}
	})
	return func() { cancel(); wg.Wait() }
}

// serve shows the newest thirty reports.
func (f *feed) serve(w http.ResponseWriter, _ *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := time.Now()
	fmt.Fprint(w, `<?xml version="1.0"?><rss version="2.0"><channel><title>wire</title><item><title>Hello</title><guid>0</guid></item>`)
	for i := max(0, len(f.reports)-30); i < len(f.reports); i++ {
		r := &f.reports[i]
		if r.fetched.IsZero() {
			r.fetched = now
		}
		fmt.Fprintf(w, `<item><title>%s</title><guid>g%d</guid><link>https://wire.example/%d</link><pubDate>%s</pubDate></item>`,
			r.title, i, i, r.published.UTC().Format(time.RFC1123Z))
	}
	fmt.Fprint(w, `</channel></rss>`)
}

// report prints how long the reports were under way to the last of rooms,
// and fails if one of them is not in a room exactly once.
func (f *feed) report(w io.Writer, rooms [][]fakeroom.Post) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	var sincePublished, sinceFetched []time.Duration
	for _, r := range f.reports {
		var last time.Time
		for i, posts := range rooms {
			n := 0
			for _, p := range posts {
				if strings.Contains(p.Text, r.title) {
					n++
					if p.At.After(last) {
						last = p.At
					}
				}
			}
			if n != 1 {
				return fmt.Errorf("%q stands %d times in room %d", r.title, n, i)
			}
		}
		sincePublished = append(sincePublished, last.Sub(r.published))
		sinceFetched = append(sinceFetched, last.Sub(r.fetched))
	}
	return printAll(w,
		metric{"reports", float64(len(f.reports)), "in both rooms, once each"},
		metric{"fetched_to_rooms_p50", quantile(sinceFetched, .50), "ms"},
		metric{"fetched_to_rooms_p99", quantile(sinceFetched, .99), "ms"},
		metric{"published_to_rooms_p50", quantile(sincePublished, .50), "ms, polled every second"},
		metric{"published_to_rooms_p99", quantile(sincePublished, .99), "ms, polled every second"})
}
