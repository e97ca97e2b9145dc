package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"vedette/internal/store"
	"vedette/story"
)

// A newsroom publishes feeds of which every other one names a hub, and is that
// hub.
type newsroom struct {
	url    string
	caller http.Client

	mu    sync.Mutex // guards desks
	desks []newsdesk
}

// A newsdesk is what a newsroom knows of one feed.
type newsdesk struct {
	editions  []time.Time // when each was published
	callback  string
	secret    string
	confirmed bool
	acked     []time.Duration // from published until the push of it was answered
}

// push runs the real binary on n feeds of which half are pushed and all are
// polled every so often, and prints how long after it was published each report
// stood in the database.
func push(ctx context.Context, out io.Writer, n int, every, lasting time.Duration) (err error) {
	dir, err := os.MkdirTemp("", "vedette-push-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	binary, err := build(ctx, dir)
	if err != nil {
		return err
	}
	room := &newsroom{desks: make([]newsdesk, n)}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	room.url = "http://" + l.Addr().String()
	server := &http.Server{Handler: room.handler(ctx), ReadHeaderTimeout: time.Minute}
	defer func() { _ = server.Close() }()
	go func() { _ = server.Serve(l) }() // an error is that it was closed
	var urls []string
	for i := range n { // each at an address of its own, so that none waits for another's turn
		l, err := new(net.ListenConfig).Listen(ctx, "tcp", fmt.Sprintf("127.8.%d.%d:0", i/200, i%200+1))
		if err != nil {
			return err
		}
		go func() { _ = server.Serve(l) }()
		urls = append(urls, fmt.Sprintf("http://%s/%d", l.Addr(), i))
	}
	here, err := free(ctx)
	if err != nil {
		return err
	}
	run, err := start(ctx, dir, binary, urls, every, "VEDETTE_PUBLIC_URL=http://"+here, "VEDETTE_LISTEN="+here)
	if err != nil {
		return err
	}
	if err := room.settled(ctx, every); err != nil {
		return errors.Join(err, run.Process.Kill(), run.Wait())
	}
	used := cpu(run.Process.Pid)
	room.publish(ctx, lasting)
	used = cpu(run.Process.Pid) - used
	if err := wait(ctx, every+10*time.Second); err != nil { // what was published last is polled
		return err
	}
	if err := run.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	if err := run.Wait(); err != nil {
		return fmt.Errorf("vedette run: %w", err)
	}
	return room.report(ctx, out, dir, every, lasting, used)
}

// free returns an address that was free a moment ago.
func free(ctx context.Context) (string, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

func (r *newsroom) handler(ctx context.Context) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, q *http.Request) {
		i := 0
		if _, err := fmt.Sscanf(q.URL.Path, "/%d", &i); err != nil || i >= len(r.desks) {
			http.NotFound(w, q)
			return
		}
		r.mu.Lock()
		edition := len(r.desks[i].editions)
		r.mu.Unlock()
		if i%2 == 0 {
			w.Header().Set("Link", fmt.Sprintf(`<%s/hub/%d>; rel="hub"`, r.url, i))
		}
		_, _ = w.Write(document(i, edition)) // who goes away, goes away
	})
	mux.HandleFunc("/hub/", func(w http.ResponseWriter, q *http.Request) {
		i := 0
		if _, err := fmt.Sscanf(q.URL.Path, "/hub/%d", &i); err != nil || i >= len(r.desks) || q.ParseForm() != nil {
			http.NotFound(w, q)
			return
		}
		w.WriteHeader(http.StatusAccepted)
		go r.verify(ctx, i, q.PostForm)
	})
	return mux
}

// verify asks a subscriber back.
func (r *newsroom) verify(ctx context.Context, i int, asked url.Values) {
	q := url.Values{"hub.mode": {"subscribe"}, "hub.topic": {asked.Get("hub.topic")}, "hub.challenge": {"7"}, "hub.lease_seconds": {"864000"}}
	ask, err := http.NewRequestWithContext(ctx, http.MethodGet, asked.Get("hub.callback")+"?"+q.Encode(), nil)
	if err != nil {
		return
	}
	got, err := r.caller.Do(ask)
	if err != nil {
		return
	}
	_ = got.Body.Close()
	if got.StatusCode != http.StatusOK {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	d := &r.desks[i]
	d.callback, d.secret, d.confirmed = asked.Get("hub.callback"), asked.Get("hub.secret"), true
}

// settled waits until the feeds have been polled and all hubs have their
// subscriber: one is asked a second, since all are at one address.
func (r *newsroom) settled(ctx context.Context, every time.Duration) error {
	for range 120 + 2*len(r.desks) {
		if err := wait(ctx, time.Second); err != nil {
			return err
		}
		r.mu.Lock()
		left := 0
		for i := 0; i < len(r.desks); i += 2 {
			if !r.desks[i].confirmed {
				left++
			}
		}
		r.mu.Unlock()
		if left == 0 {
			return wait(ctx, every) // the others have been polled, and are in their slots
		}
	}
	return errors.New("not all subscriptions came about, at one a second")
}

// publish has feeds publish at random, each about every six seconds, and pushes
// what those publish that have a hub.
func (r *newsroom) publish(ctx context.Context, lasting time.Duration) {
	var pushes sync.WaitGroup
	defer pushes.Wait()
	for end := time.Now().Add(lasting); time.Now().Before(end); {
		if wait(ctx, time.Duration(rand.ExpFloat64()*float64(6*time.Second)/float64(len(r.desks)))) != nil {
			return
		}
		i, now := rand.IntN(len(r.desks)), time.Now()
		r.mu.Lock()
		r.desks[i].editions = append(r.desks[i].editions, now)
		edition := len(r.desks[i].editions)
		r.mu.Unlock()
		if i%2 == 0 {
			pushes.Go(func() { r.deliver(ctx, i, edition, now) })
		}
	}
}

// deliver pushes an edition to the feed's subscriber.
func (r *newsroom) deliver(ctx context.Context, i, edition int, published time.Time) {
	r.mu.Lock()
	to, secret := r.desks[i].callback, r.desks[i].secret
	r.mu.Unlock()
	body := document(i, edition)
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = mac.Write(body)
	ask, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return
	}
	ask.Header.Set("Content-Type", "application/rss+xml")
	ask.Header.Set("X-Hub-Signature", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	got, err := r.caller.Do(ask)
	if err != nil {
		fmt.Fprintln(os.Stderr, "push:", err)
		return
	}
	_ = got.Body.Close()
	r.mu.Lock()
	defer r.mu.Unlock()
	if got.StatusCode/100 == 2 {
		r.desks[i].acked = append(r.desks[i].acked, time.Since(published))
	}
}

// report compares when reports were published with when they were seen: for a
// poll, when it began, as the database has it; for a push, when it was answered,
// since it is answered once it is saved.
func (r *newsroom) report(ctx context.Context, out io.Writer, dir string, every, lasting, used time.Duration) error {
	db, err := store.OpenArchive(ctx, filepath.Join(dir, "data", "vedette.db"))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }() // it was only read
	var pushed, polled []time.Duration
	reports, missing := 0, 0
	for i := range r.desks {
		d := &r.desks[i]
		reports += len(d.editions)
		pushed = append(pushed, d.acked...)
		if i%2 == 0 {
			missing += len(d.editions) - len(d.acked)
			continue
		}
		requests, err := db.Requests(ctx, story.FeedName(fmt.Sprint("f", i)), 1000)
		if err != nil {
			return err
		}
		slices.Reverse(requests)
		for _, at := range d.editions {
			if j := slices.IndexFunc(requests, func(q story.Request) bool { return q.At.After(at) }); j >= 0 {
				polled = append(polled, requests[j].At.Sub(at))
			} else {
				missing++
			}
		}
	}
	if len(pushed) == 0 || len(polled) == 0 {
		return errors.New("nothing was published")
	}
	load, _ := os.ReadFile("/proc/loadavg")
	return printAll(out,
		metric{"feeds", float64(len(r.desks)), fmt.Sprintf("half of them pushed, all polled every %v, for %v; load %s", every, lasting, strings.Join(strings.Fields(string(load))[:1], ""))},
		metric{"reports", float64(reports), "published"},
		metric{"missing", float64(missing), "of them"},
		metric{"pushed_published_to_seen_p50", quantile(pushed, .50), "ms"},
		metric{"pushed_published_to_seen_p95", quantile(pushed, .95), "ms"},
		metric{"pushed_published_to_seen_p99", quantile(pushed, .99), "ms"},
		metric{"pushed_published_to_seen_max", quantile(pushed, 1), "ms"},
		metric{"polled_published_to_seen_p50", quantile(polled, .50) / 1000, "s"},
		metric{"polled_published_to_seen_p95", quantile(polled, .95) / 1000, "s"},
		metric{"polled_published_to_seen_p99", quantile(polled, .99) / 1000, "s"},
		metric{"processor", 100 * used.Seconds() / lasting.Seconds(), "% of one core"})
}
