package wire

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"vedette/story"
)

// window is how many items a feed shows: the newest.
const window = 30

// A Service tells a script over HTTP. Its methods may be called at any time
// from any goroutine.
type Service struct {
	mu       sync.Mutex
	script   *Script
	next     int // index in script.Said
	channels map[story.FeedName]*channel
}

// A channel is a feed as it stands.
type channel struct {
	feed    Feed
	items   []*entry // newest first
	changed time.Time
}

// An entry is an item as it stands in its feed.
type entry struct {
	Saying

	edited time.Time // when it was last said
}

// New returns a service at the moment before the script begins: each feed
// shows its past, or one old item of no interest if the script gives it none.
func New(s *Script) *Service {
	sv := &Service{script: s, channels: make(map[story.FeedName]*channel)}
	for _, f := range s.Feeds {
		sv.channels[f.Name] = &channel{feed: f}
	}
	for i := range s.Past {
		sv.channels[s.Past[i].Feed].take(&s.Past[i])
	}
	for _, c := range sv.channels {
		if len(c.items) == 0 {
			c.take(seed(c.feed, s.Begin().AddDate(0, 0, -2)))
		}
	}
	return sv
}

// seed is the past of a feed without one.
func seed(f Feed, at time.Time) *Saying {
	link := f.Site + "/about"
	return &Saying{At: at, Feed: f.Name, Title: "About " + string(f.Name), Summary: "Who we are and how to reach us.", Link: link, GUID: link, Key: link, Published: at, Act: Say}
}

// Next returns the minute at which the next thing is said; ok is false if all
// is said.
func (sv *Service) Next() (at time.Time, ok bool) {
	sv.mu.Lock()
	defer sv.mu.Unlock()
	if sv.next == len(sv.script.Said) {
		return time.Time{}, false
	}
	return sv.script.Said[sv.next].At, true
}

// Advance says all that is said up to and at the minute to, and returns the
// feeds that changed, each once, in the order in which they spoke.
func (sv *Service) Advance(to time.Time) (published []story.FeedName) {
	sv.mu.Lock()
	defer sv.mu.Unlock()
	for ; sv.next < len(sv.script.Said); sv.next++ {
		s := &sv.script.Said[sv.next]
		if s.At.After(to) {
			break
		}
		sv.channels[s.Feed].take(s)
		if !slices.Contains(published, s.Feed) {
			published = append(published, s.Feed)
		}
	}
	return published
}

// take does to the channel what s says.
func (c *channel) take(s *Saying) {
	c.changed = s.At
	i := slices.IndexFunc(c.items, func(e *entry) bool { return e.Key == s.Key })
	switch {
	case s.Act == Drop && i >= 0:
		c.items = slices.Delete(c.items, i, i+1)
	case s.Act == Drop:
	case i >= 0:
		c.items[i] = &entry{*s, s.At}
	default:
		c.items = slices.Insert(c.items, 0, &entry{*s, s.At})
	}
}

// Handler serves each feed at /NAME. It answers conditional requests with 304
// if the feed has not changed.
func (sv *Service) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{feed}", sv.serve)
	return mux
}

func (sv *Service) serve(w http.ResponseWriter, r *http.Request) {
	body, kind, changed, err := sv.document(story.FeedName(r.PathValue("feed")), "http://"+r.Host+r.URL.Path)
	switch {
	case err != nil:
		http.Error(w, "the feed cannot be written", http.StatusInternalServerError)
	case body == nil:
		http.NotFound(w, r)
	default:
		sum := sha256.Sum256(body)
		w.Header().Set("ETag", `"`+hex.EncodeToString(sum[:8])+`"`)
		w.Header().Set("Content-Type", kind)
		http.ServeContent(w, r, "", changed, bytes.NewReader(body))
	}
}

// document writes a feed as it stands; body is nil if there is no such feed.
func (sv *Service) document(name story.FeedName, self string) (body []byte, kind string, changed time.Time, err error) {
	sv.mu.Lock()
	defer sv.mu.Unlock()
	c, ok := sv.channels[name]
	if !ok {
		return nil, "", time.Time{}, nil
	}
	items := c.items[:min(len(c.items), window)]
	switch c.feed.Format {
	case Atom:
		body, err = atomDocument(c, items, self)
		kind = "application/atom+xml; charset=utf-8"
	case JSON:
		body, err = jsonDocument(c, items, self)
		kind = "application/feed+json"
	case RSS:
		body, err = rssDocument(c, items)
		kind = "application/rss+xml; charset=utf-8"
	}
	return body, kind, c.changed, err
}

// title is how the feed calls itself.
func (c *channel) title() string {
	return strings.TrimPrefix(strings.TrimPrefix(c.feed.Site, "https://"), "http://")
}
