package parse_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vedette/feeds/parse"
	"vedette/story"
)

const atomLinks = ` xmlns:atom="http://www.w3.org/2005/Atom"`

// TestHubsAreFoundWhereverAFeedNamesThem holds what is read of the hubs that
// push a feed, and of the address under which they know it.
func TestHubsAreFoundWhereverAFeedNamesThem(t *testing.T) {
	rss := func(links string) string {
		return `<rss version="2.0"` + atomLinks + `><channel><title>t</title>` + links + `<item><title>a</title><link>https://e.example/a</link><atom:link rel="hub" href="https://item.example/"/></item></channel></rss>`
	}
	for name, test := range map[string]struct {
		url, body string
		headers   []string
		topic     string
		hubs      []string
	}{
		"None":           {"https://e.example/feed", rss(""), nil, "https://e.example/feed", nil},
		"RSS":            {"https://e.example/feed", rss(`<atom:link rel="self" href="https://e.example/rss"/><atom:link rel="hub" href="https://hub.example/"/>`), nil, "https://e.example/rss", []string{"https://hub.example/"}},
		"Several":        {"https://e.example/feed", rss(`<atom:link rel="hub" href="https://a.example/"/><atom:link rel="hub" href="https://b.example/"/><atom:link rel="hub" href="https://a.example/"/>`), nil, "https://e.example/feed", []string{"https://a.example/", "https://b.example/"}},
		"Atom":           {"https://e.example/feed", `<feed xmlns="http://www.w3.org/2005/Atom"><link rel="hub" href="https://a.example/"/><link rel="hub" href="/b"/><link rel="self" href="/self"/></feed>`, nil, "https://e.example/self", []string{"https://a.example/", "https://e.example/b"}},
		"JSON":           {"https://e.example/feed", `{"version":"https://jsonfeed.org/version/1.1","feed_url":"https://e.example/json","hubs":[{"type":"rssCloud","url":"https://no.example/"},{"type":"WebSub","url":"https://hub.example/"}],"items":[]}`, nil, "https://e.example/json", []string{"https://hub.example/"}},
		"Headers":        {"https://e.example/feed", rss(`<atom:link rel="self" href="https://e.example/rss"/><atom:link rel="hub" href="https://b.example/"/>`), []string{`<https://a.example/?x=1,2;3>; title="a, \"; b"; rel="hub"`, `</topic>;rel=self, <https://e.example/2>; rel="next"`}, "https://e.example/topic", []string{"https://a.example/?x=1,2;3", "https://b.example/"}},
		"TwoRels":        {"https://e.example/feed", rss(""), []string{`<https://a.example/> ; REL="alternate HUB"`}, "https://e.example/feed", []string{"https://a.example/"}},
		"FirstRelCounts": {"https://e.example/feed", rss(""), []string{`<https://a.example/>; rel=next; rel=hub`}, "https://e.example/feed", nil},
		"Malformed":      {"https://e.example/feed", rss(""), []string{`https://a.example/; rel=hub`, `<https://b.example/`, `rel=hub`}, "https://e.example/feed", nil},
		"Unusable":       {"https://e.example/feed", rss(`<atom:link rel="hub" href="javascript:alert(1)"/><atom:link rel="hub" href="https://u:p@hub.example/"/><atom:link rel="hub" href=""/>`), nil, "https://e.example/feed", nil},
		"InTheClear":     {"https://e.example/feed", rss(`<atom:link rel="hub" href="http://hub.example/"/>`), nil, "https://e.example/feed", nil},
		"AllInTheClear":  {"http://e.example/feed", rss(`<atom:link rel="hub" href="http://hub.example/"/>`), nil, "http://e.example/feed", []string{"http://hub.example/"}},
		"TooMany":        {"https://e.example/feed", rss(""), []string{strings.Repeat(`<https://a.example/>; rel=hub, `, 1000)}, "https://e.example/feed", nil},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := parse.Parse(parse.Document{Body: []byte(test.body), URL: test.url, Links: test.headers, Now: now()}, story.Feed{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.hubs, r.Hubs); diff != "" || r.Topic != test.topic {
				t.Errorf("topic %s, want %s; hubs (-want +got):\n%s", r.Topic, test.topic, diff)
			}
		})
	}
}

// FuzzHubs holds that a stranger's Link headers cost little and name nothing
// that must not be asked.
func FuzzHubs(f *testing.F) {
	for _, seed := range []string{`<https://a.example/>; rel="hub"`, `<a>;;;=,"`, `<>;rel=`, `<http://x/>; rel="hub`, strings.Repeat("<a>;b", 100)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		began := time.Now()
		r, err := parse.Parse(parse.Document{
			Body: []byte(`{"version":"https://jsonfeed.org/version/1","items":[]}`), URL: "https://e.example/", Links: []string{header}, Now: now(),
		}, story.Feed{})
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Hubs) > 4 || time.Since(began) > time.Second {
			t.Errorf("%d hubs after %v", len(r.Hubs), time.Since(began))
		}
		for _, hub := range r.Hubs {
			if !strings.HasPrefix(hub, "https://") {
				t.Errorf("hub %q", hub)
			}
		}
	})
}
