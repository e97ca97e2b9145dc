package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// hosts is how many addresses the feeds are spread over.
const hosts = 1000

// newsShare is how many of a feed's polls find something new.
const newsShare = 0.05

// A press publishes feeds: each when it likes, and says when it was asked.
type press struct {
	servers []net.Listener
	server  *http.Server
	every   time.Duration

	mu    sync.Mutex // guards feeds
	feeds []feed
}

// A feed is what a press knows of one.
type feed struct {
	edition   int
	next      time.Time // when it publishes
	published time.Time // the edition, if nobody has seen it
	asked     []time.Time
	unchanged []bool          // what it answered
	waits     []time.Duration // from published to seen
}

// newPress returns a press of n feeds on addresses of the loopback network,
// and their URLs.
func newPress(ctx context.Context, n int, every time.Duration) (*press, []string, error) {
	p := &press{every: every, feeds: make([]feed, n)}
	p.server = &http.Server{Handler: http.HandlerFunc(p.serve), ReadHeaderTimeout: time.Minute}
	var urls []string
	for i := range min(n, hosts) {
		l, err := new(net.ListenConfig).Listen(ctx, "tcp", fmt.Sprintf("127.7.%d.%d:0", i/200, i%200+1))
		if err != nil {
			return nil, nil, errors.Join(err, p.server.Close())
		}
		p.servers = append(p.servers, l)
		go func() { _ = p.server.Serve(l) }() // an error is that it was closed
	}
	for i := range n {
		p.feeds[i].next = time.Now().Add(p.gap())
		urls = append(urls, fmt.Sprintf("http://%s/%d", p.servers[i%len(p.servers)].Addr(), i))
	}
	return p, urls, nil
}

func (p *press) close() { _ = p.server.Close() }

// gap returns how long a feed is silent: without memory, so that news falls
// anywhere between two polls.
func (p *press) gap() time.Duration {
	return time.Duration(rand.ExpFloat64() * float64(p.every) / newsShare)
}

func (p *press) serve(w http.ResponseWriter, r *http.Request) {
	now := time.Now()
	i := 0
	if _, err := fmt.Sscanf(r.URL.Path, "/%d", &i); err != nil || i >= len(p.feeds) {
		http.NotFound(w, r)
		return
	}
	p.mu.Lock()
	f := &p.feeds[i]
	f.asked = append(f.asked, now)
	for !f.next.After(now) {
		f.edition++
		f.published = f.next
		f.next = f.next.Add(p.gap())
	}
	if !f.published.IsZero() {
		f.waits = append(f.waits, now.Sub(f.published))
		f.published = time.Time{}
	}
	edition := f.edition
	tag := fmt.Sprintf(`"%d"`, edition)
	unchanged := r.Header.Get("If-None-Match") == tag
	f.unchanged = append(f.unchanged, unchanged)
	p.mu.Unlock()
	w.Header().Set("ETag", tag)
	if unchanged {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	_, _ = w.Write(document(i, edition)) // who goes away, goes away
}

// document is a feed's edition: thirty reports of some twenty kilobytes.
func document(feed, edition int) []byte {
	var out strings.Builder
	fmt.Fprintf(&out, `<?xml version="1.0"?><rss version="2.0"><channel><title>Feed %d</title>`, feed)
	for e := edition; e > edition-30; e-- {
		fmt.Fprintf(&out, `<item><title>Report %d of feed %d: something has happened somewhere</title><link>https://f%d.example/%d</link><guid>f%d-%d</guid><description>%s</description></item>`,
			e, feed, feed, e, feed, e, strings.Repeat("It was said that more is to come, and that nobody knows when. ", 8))
	}
	out.WriteString(`</channel></rss>`)
	return []byte(out.String())
}
