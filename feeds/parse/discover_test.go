package parse_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vedette/feeds/parse"
)

func TestTheFeedsOfAPageAreFound(t *testing.T) {
	const page = `<!doctype html><html><head><base href="https://cdn.example/x/">
<link rel="stylesheet" href="/a.css"><link rel="ALTERNATE home" type="application/rss+xml; charset=utf-8" title="News &amp; more" href="../rss?a=1&amp;b=2">
<link rel=alternate type=application/atom+xml href="https://e.example/atom"><link rel="alternate" hreflang="fr" href="/fr"><link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">
</head><body><a href="/blog/feed/">Feed</a><a href="/about">About</a><a href="https://e.example/atom">again</a><a href="/world.rss">World</a><script>var a='<link rel="alternate" type="application/rss+xml" href="/no">'</script></body>`
	got := parse.Discover(parse.Document{Body: []byte(page), URL: "https://e.example/news"})
	want := []parse.Candidate{
		{"https://cdn.example/rss?a=1&b=2", "News & more", true},
		{"https://e.example/atom", "", true},
		{"https://cdn.example/blog/feed/", "", false},
		{"https://cdn.example/world.rss", "", false},
		{"https://cdn.example/feed", "", false},
		{"https://cdn.example/rss", "", false},
		{"https://cdn.example/rss.xml", "", false},
		{"https://cdn.example/feed.xml", "", false},
		{"https://cdn.example/atom.xml", "", false},
		{"https://cdn.example/index.xml", "", false},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Discover (-want +got):\n%s", diff)
	}
	const many = `<link rel="alternate" type="application/rss+xml" href="/`
	var endless strings.Builder
	for range 5000 {
		endless.WriteString(many + strings.Repeat("x", endless.Len()%50) + `"><a href="/feed/` + strings.Repeat("y", endless.Len()%40) + `/rss">`)
	}
	if got := parse.Discover(parse.Document{Body: []byte(endless.String()), URL: "https://e.example/"}); len(got) > 12 {
		t.Errorf("a page made us ask for %d addresses, want 12 at most", len(got))
	}
}
