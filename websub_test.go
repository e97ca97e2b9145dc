package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// A publisher serves a feed that names a hub, and is that hub: it knows no more
// of who subscribes than the Recommendation has a hub know.
type publisher struct {
	t   *testing.T
	url string

	mu         sync.Mutex // guards what follows
	items      []string
	polls      int
	subscriber url.Values // what it was asked
	confirmed  bool
}

func newPublisher(t *testing.T) *publisher {
	t.Helper()
	p := &publisher{t: t, items: []string{"Harbour reopens"}}
	mux := http.NewServeMux()
	mux.HandleFunc("/feed", func(w http.ResponseWriter, _ *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.polls++
		_, _ = io.WriteString(w, p.document(p.items...))
	})
	mux.HandleFunc("/hub", func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		w.WriteHeader(http.StatusAccepted)
		p.mu.Lock()
		defer p.mu.Unlock()
		p.subscriber = r.PostForm
		go p.verify(r.PostForm)
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	p.url = s.URL
	return p
}

func (p *publisher) document(titles ...string) string {
	var out strings.Builder
	fmt.Fprintf(&out, `<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>Wire</title><atom:link rel="hub" href="%s/hub"/><atom:link rel="self" href="%s/feed"/>`, p.url, p.url)
	for _, title := range titles {
		fmt.Fprintf(&out, `<item><title>%s</title><link>https://wire.example/%s</link></item>`, title, url.PathEscape(title))
	}
	return out.String() + "</channel></rss>"
}

// verify asks the subscriber back, as a hub must before it pushes anything.
func (p *publisher) verify(asked url.Values) {
	q := url.Values{"hub.mode": {"subscribe"}, "hub.topic": {asked.Get("hub.topic")}, "hub.challenge": {"7x7"}, "hub.lease_seconds": {"86400"}}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, asked.Get("hub.callback")+"?"+q.Encode(), nil)
	if err != nil {
		p.t.Error(err)
		return
	}
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		p.t.Error(err)
		return
	}
	defer got.Body.Close()
	said, err := io.ReadAll(got.Body)
	if err != nil || got.StatusCode != http.StatusOK || string(said) != "7x7" {
		p.t.Errorf("asked back, the subscriber says %d %q, %v", got.StatusCode, said, err)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.confirmed = true
}

// subscribed reports whether it has a subscriber who means it.
func (p *publisher) subscribed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.confirmed
}

// publish pushes a report, signed with the secret and what is added to it.
func (p *publisher) publish(title, added string) {
	p.t.Helper()
	p.mu.Lock()
	to, secret := p.subscriber.Get("hub.callback"), p.subscriber.Get("hub.secret")+added
	p.mu.Unlock()
	body := []byte(p.document(title))
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = mac.Write(body)
	r, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/rss+xml")
	r.Header.Set("X-Hub-Signature", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	_ = got.Body.Close()
	if got.StatusCode/100 != 2 {
		p.t.Fatalf("the push of %q is answered %d", title, got.StatusCode)
	}
}

// TestAPushIsToldAtOnceWithoutAPoll runs the program on a feed with a hub: a
// push is told within a second, a forged one never, neither costs a poll, and
// what was promised holds over a restart.
func TestAPushIsToldAtOnceWithoutAPoll(t *testing.T) {
	t.Chdir(t.TempDir())
	p := newPublisher(t)
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String() // free, a moment ago
	_ = l.Close()
	desk := strings.Replace(smallDesk, "https://127.0.0.1:1/rss", p.url+"/feed", 1)
	if err := os.WriteFile("vedette.yaml", []byte(desk), 0o600); err != nil {
		t.Fatal(err)
	}
	env := []string{"VEDETTE_ALLOW_ADDRESSES=127.0.0.0/8", "VEDETTE_PUBLIC_URL=http://" + address, "VEDETTE_LISTEN=" + address}
	start := func() (out, log *sink, stop func()) {
		ctx, cancel := context.WithCancel(t.Context())
		out, log = new(sink), new(sink)
		done := make(chan int, 1)
		go func() { done <- run(ctx, &process{args: []string{"run"}, environ: env, stdout: out, stderr: log}) }()
		return out, log, func() {
			cancel()
			if code := <-done; code != exitOK {
				t.Errorf("exit code %d\n%s", code, log.String())
			}
		}
	}
	soon := func(out *sink, words string) time.Duration {
		t.Helper()
		began := time.Now()
		look := time.NewTicker(5 * time.Millisecond)
		defer look.Stop()
		for !strings.Contains(out.String(), words) {
			if <-look.C; time.Since(began) > 20*time.Second {
				t.Fatalf("%q is not told:\n%s", words, out.String())
			}
		}
		return time.Since(began)
	}

	out, log, stop := start()
	eventually(t, 20*time.Second, p.subscribed)
	p.publish("Idlib ceasefire is forged", "x")
	p.publish("Idlib ceasefire breaks", "")
	took := soon(out, "Idlib ceasefire breaks")
	t.Logf("told %v after the push was answered", took.Round(time.Millisecond))
	if took > 5*time.Second { // a second, for a machine that builds and tests besides
		t.Errorf("told %v after the push was answered, want at once", took)
	}
	p.mu.Lock()
	polls, secret, callback := p.polls, p.subscriber.Get("hub.secret"), p.subscriber.Get("hub.callback")
	p.mu.Unlock()
	if polls != 1 {
		t.Errorf("the feed was polled %d times, want once", polls)
	}
	stop()
	token := callback[strings.LastIndex(callback, "/")+1:]
	var shown sink
	if code := run(t.Context(), &process{args: []string{"feeds", "wire"}, environ: env, stdout: &shown, stderr: log}); code != exitOK {
		t.Errorf("vedette feeds ends with %d", code)
	}
	for _, want := range []string{"its hub is on trial: 1 of 3 pushes have come before a poll", "1 time; of the last, what it pushed was signed with another secret", "promised for"} {
		if !strings.Contains(shown.String(), want) {
			t.Errorf("vedette feeds wire does not say %q:\n%s", want, shown.String())
		}
	}

	again, log2, stop := start()
	eventually(t, 20*time.Second, func() bool { return strings.Contains(log2.String(), "on watch") })
	p.publish("Idlib ceasefire holds again", "")
	soon(again, "Idlib ceasefire holds again")
	stop()
	for _, text := range []string{out.String(), log.String(), shown.String(), again.String(), log2.String()} {
		if strings.Contains(text, "forged") || strings.Contains(text, secret) || strings.Contains(text, token) {
			t.Errorf("what was forged, or a secret, is shown:\n%s", text)
		}
	}
}
