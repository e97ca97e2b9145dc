package parse

import (
	"net/url"
	"slices"
	"strings"

	htmltext "golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// A Candidate is where a site's feed may be.
type Candidate struct {
	URL   string
	Title string // as the page says, or ""
	Said  bool   // the page says that it is a feed; otherwise its address looks like one's
}

// maxCandidates bounds what a page can make us ask for.
const maxCandidates = 12

// Discover returns where the feeds of a page may be: those that it names in
// its head, then links that look like feeds, then where sites usually have
// them.
func Discover(doc Document) []Candidate {
	base, err := url.Parse(doc.URL)
	if err != nil {
		return nil
	}
	text, _ := decode(doc.Body, doc.ContentType)
	var said, seen []Candidate
	tokens := htmltext.NewTokenizer(strings.NewReader(string(text)))
	tokens.SetMaxBuf(maxTagBytes)
	for kind := tokens.Next(); kind != htmltext.ErrorToken; kind = tokens.Next() {
		if kind != htmltext.StartTagToken && kind != htmltext.SelfClosingTagToken {
			continue
		}
		switch t := tokens.Token(); t.DataAtom {
		case atom.Base:
			if u, err := base.Parse(attribute(t, "href")); err == nil {
				base = u
			}
		case atom.Link:
			if names(attribute(t, "rel"), "alternate") && feedType(attribute(t, "type")) {
				said = append(said, Candidate{URL: link(attribute(t, "href"), base), Title: plainLine(attribute(t, "title"), maxTitle), Said: true})
			}
		case atom.A:
			if to := link(attribute(t, "href"), base); looksLikeFeed(to) {
				seen = append(seen, Candidate{URL: to})
			}
		}
	}
	for _, usual := range []string{"/feed", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml"} {
		seen = append(seen, Candidate{URL: link(usual, base)})
	}
	all := make([]Candidate, 0, maxCandidates)
	for _, c := range append(said, seen...) {
		if c.URL != "" && len(all) < maxCandidates && !slices.ContainsFunc(all, func(o Candidate) bool { return o.URL == c.URL }) {
			all = append(all, c)
		}
	}
	return all
}

func attribute(t htmltext.Token, name string) string {
	for _, a := range t.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// names reports whether word is among the words of list.
func names(list, word string) bool {
	return slices.ContainsFunc(strings.Fields(list), func(w string) bool { return strings.EqualFold(w, word) })
}

func feedType(mediaType string) bool {
	mediaType, _, _ = strings.Cut(strings.ToLower(mediaType), ";")
	switch strings.TrimSpace(mediaType) {
	case "application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml":
		return true
	}
	return false
}

// looksLikeFeed reports whether the last part of an address is what feeds are
// called.
func looksLikeFeed(to string) bool {
	u, err := url.Parse(to)
	if err != nil || to == "" {
		return false
	}
	path := strings.ToLower(strings.TrimSuffix(u.Path, "/"))
	last := path[strings.LastIndexByte(path, '/')+1:]
	switch last {
	case "feed", "rss", "atom", "rss2", "rss.xml", "feed.xml", "atom.xml", "index.xml", "feed.json", "index.rdf", "rss.php":
		return true
	}
	return strings.HasSuffix(last, ".rss") || strings.HasSuffix(last, ".atom")
}
