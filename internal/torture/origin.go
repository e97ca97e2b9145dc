package main

import (
	"context"
	"encoding/xml"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// An item is a report that the origin publishes. What rooms must hear of it
// is settled when it is made, by construction: its words are its tale's.
type item struct {
	tag     string // a word that no other item has; the title begins with it
	tale    *tale
	feed    *feed
	seq     int  // within its tale, from 0
	after   bool // published when all reports of its tale before it were taken
	version int  // of the feed's document that had it first
	title   string
	summary string
	link    string
	at      time.Time
}

// A tale is one story: a report that opens it, and reports that go on with it
// in the words that only this tale has.
type tale struct {
	watches []string // whose keyword its reports have; none for what nobody must hear
	words   []string
	items   []*item
}

// A feed is one publisher, at an address of its own.
type feed struct {
	name  string
	url   string
	items []*item // oldest first

	version  int               // of the document, from 1: its ETag
	taken    int               // the newest version whose ETag came back: it was saved
	came     map[int]time.Time // when each version was first known to be saved
	lost     int               // how often an older ETag came back than before
	asked    bool
	notAnew  int // 304 as the first answer after a kill
	requests int
}

// window is how many items a document lists.
const window = 60

// An origin publishes tales in feeds, and knows by their validators what was
// taken.
type origin struct {
	progress func() // called for each request

	mu      sync.Mutex // guards what follows
	rng     *rand.Rand
	feeds   []*feed
	tales   []*tale
	used    map[string]bool          // words
	hidden  map[string]chan struct{} // from whom, by the contact that they give, nothing is heard; closed when it is again
	servers []*http.Server
}

// newOrigin starts n feeds, each with a few items that were there before
// anybody subscribed: nobody must hear of them.
func newOrigin(ctx context.Context, rng *rand.Rand, n int, progress func()) (*origin, error) {
	o := &origin{rng: rng, progress: progress, used: make(map[string]bool), hidden: make(map[string]chan struct{})}
	for i := range n {
		l, err := new(net.ListenConfig).Listen(ctx, "tcp", fmt.Sprintf("127.0.0.%d:0", i+2))
		if err != nil {
			o.close()
			return nil, err
		}
		f := &feed{came: make(map[int]time.Time), name: fmt.Sprintf("feed%d", i), url: "http://" + l.Addr().String() + "/rss"}
		o.feeds = append(o.feeds, f)
		for range 6 {
			o.add(f, o.tell(nil))
		}
		srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { o.serve(w, r, f) }), ReadHeaderTimeout: time.Second}
		o.servers = append(o.servers, srv)
		go func() { _ = srv.Serve(l) }() // ends with close, with nothing to say
	}
	return o, nil
}

func (o *origin) close() {
	for _, s := range o.servers {
		_ = s.Close()
	}
}

// tell begins a tale of words that nobody has used.
func (o *origin) tell(watches []string) *tale {
	t := &tale{watches: watches}
	for range 10 {
		t.words = append(t.words, o.word())
	}
	o.tales = append(o.tales, t)
	return t
}

// word returns one that was never returned before, and is like no other.
func (o *origin) word() string {
	const consonants, vowels = "bdfgklmnprstvz", "aeiou"
	for {
		var b strings.Builder
		for range 4 {
			b.WriteByte(consonants[o.rng.IntN(len(consonants))])
			b.WriteByte(vowels[o.rng.IntN(len(vowels))])
		}
		b.WriteByte(consonants[o.rng.IntN(len(consonants))])
		if w := b.String(); !o.used[w] {
			o.used[w] = true
			return w
		}
	}
}

// add publishes the next report of t in f.
func (o *origin) add(f *feed, t *tale) *item {
	f.version++
	it := &item{after: taken(t), tag: strings.ToUpper(o.word()), tale: t, feed: f, seq: len(t.items), version: f.version, at: time.Now()}
	words := make([]string, len(t.words))
	for i, at := range o.rng.Perm(len(t.words)) {
		words[i] = t.words[at]
	}
	it.title = fmt.Sprintf("%s %s %s", it.tag, strings.Join(words[:4], " "), keywords(t.watches))
	it.summary = fmt.Sprintf("%s %s %s.", words[4], o.word(), strings.Join(words[5:], " "))
	it.link = fmt.Sprintf("%s/%s", strings.TrimSuffix(f.url, "/rss"), strings.ToLower(it.tag))
	t.items = append(t.items, it)
	f.items = append(f.items, it)
	return it
}

// publish publishes a report: the first of a tale that the watches must hear,
// or now and then the next one of a tale all of whose reports were taken. So
// the order in which a room must hear them is beyond doubt.
func (o *origin) publish(watches []string) *item {
	o.mu.Lock()
	defer o.mu.Unlock()
	f := o.feeds[o.rng.IntN(len(o.feeds))]
	if o.rng.IntN(3) == 0 {
		for range 10 {
			t := o.tales[o.rng.IntN(len(o.tales))]
			if n := len(t.items); len(t.watches) > 0 && n < 5 && taken(t) {
				return o.add(f, t)
			}
		}
	}
	return o.add(f, o.tell(watches))
}

// goOn publishes the next report of t, in another feed than its last.
func (o *origin) goOn(t *tale) *item {
	o.mu.Lock()
	defer o.mu.Unlock()
	for {
		if f := o.feeds[o.rng.IntN(len(o.feeds))]; f != t.items[len(t.items)-1].feed {
			return o.add(f, t)
		}
	}
}

// taken reports whether all reports of t were.
func taken(t *tale) bool {
	for _, it := range t.items {
		if it.feed.taken < it.version {
			return false
		}
	}
	return true
}

// untaken returns how many reports were not taken yet.
func (o *origin) untaken() (n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, f := range o.feeds {
		n += f.version - f.taken
	}
	return n
}

// killed notes that whoever asked before was killed.
func (o *origin) killed() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, f := range o.feeds {
		f.asked = false
	}
}

type rssItem struct {
	Title string `xml:"title"`
	Link  string `xml:"link"`
	GUID  string `xml:"guid"`
	Date  string `xml:"pubDate"`
	Text  string `xml:"description"`
}

type rss struct {
	XMLName xml.Name  `xml:"rss"`
	Version string    `xml:"version,attr"`
	Title   string    `xml:"channel>title"`
	Link    string    `xml:"channel>link"`
	Items   []rssItem `xml:"channel>item"`
}

// serve answers with the document as it is, or that nothing has changed.
func (o *origin) serve(w http.ResponseWriter, r *http.Request, f *feed) {
	taken, reached := o.reached(r, f)
	if !reached {
		return
	}
	o.progress()
	o.mu.Lock()
	defer o.mu.Unlock()
	f.requests++
	if had, err := strconv.Atoi(strings.Trim(r.Header.Get("If-None-Match"), `"`)); err == nil {
		if had < taken {
			f.lost++
		}
		for v := f.taken + 1; v <= had; v++ {
			f.came[v] = time.Now()
		}
		f.taken = max(f.taken, had)
		if had == f.version {
			if !f.asked {
				f.notAnew++
			}
			f.asked = true
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	f.asked = true
	doc := rss{Version: "2.0", Title: f.name, Link: f.url}
	for i := len(f.items) - 1; i >= 0 && len(doc.Items) < window; i-- {
		it := f.items[i]
		doc.Items = append(doc.Items, rssItem{it.title, it.link, it.link, it.at.UTC().Format(time.RFC1123Z), it.summary})
	}
	w.Header().Set("ETag", fmt.Sprintf(`"%d"`, f.version))
	w.Header().Set("Content-Type", "application/rss+xml; charset=utf-8")
	_ = xml.NewEncoder(w).Encode(doc) // a client that has gone hears nothing
}

// hide has whoever gives the contact not be heard until show. A feed's address
// is the same for all replicas, so that no relay of one's own can stand before
// it.
func (o *origin) hide(contact string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.hidden[contact] == nil {
		o.hidden[contact] = make(chan struct{})
	}
}

// show has whoever gives the contact be heard again.
func (o *origin) show(contact string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if again := o.hidden[contact]; again != nil {
		close(again)
		delete(o.hidden, contact)
	}
}

// reached waits until whoever asks is heard. It returns what was taken of f when
// that was sent, and whether anybody still waits for an answer.
func (o *origin) reached(r *http.Request, f *feed) (taken int, is bool) {
	_, contact, _ := strings.Cut(strings.TrimSuffix(r.UserAgent(), ")"), "(+")
	o.mu.Lock()
	again := o.hidden[contact]
	taken = f.taken
	o.mu.Unlock()
	if again == nil {
		return taken, true
	}
	select {
	case <-again:
		return taken, true
	case <-r.Context().Done():
		return taken, false
	}
}

// keywords returns what a report of the watches has.
func keywords(watches []string) string {
	var all []string
	for _, w := range watches {
		all = append(all, keyword(w))
	}
	return strings.Join(all, " ")
}
