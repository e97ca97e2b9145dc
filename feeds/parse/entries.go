package parse

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/mmcdole/gofeed/atom"
	ext "github.com/mmcdole/gofeed/extensions"
	gojson "github.com/mmcdole/gofeed/json"
	"github.com/mmcdole/gofeed/rss"

	"vedette/story"
)

// An entry is an item as the document has it: nothing cleaned, decided or
// bounded yet.
type entry struct {
	guid      string
	permalink bool     // the guid is a link if it looks like one
	links     []string // the best first
	title     string
	summary   string
	content   string
	authors   []string
	tags      []string
	dates     []string // the best first
	lang      string
}

// A sheet is a document's entries and what it says of itself.
type sheet struct {
	title, lang string
	hints       story.Hints
	links       map[string][]string // of the whole, by their relation
	entries     []entry
}

// read parses a document in normal form. A parser that gives up loudly costs
// one document.
func read(doc normal) (s sheet, err error) {
	defer func() {
		if r := recover(); r != nil {
			s, err = sheet{}, errors.New("the document breaks the parser")
		}
	}()
	if doc.root == "feed" {
		feed, err := (&atom.Parser{}).Parse(bytes.NewReader(doc.src))
		if err != nil {
			return sheet{}, errors.New("malformed atom")
		}
		return fromAtom(feed), nil
	}
	feed, err := (&rss.Parser{}).Parse(bytes.NewReader(doc.src))
	if err != nil {
		return sheet{}, errors.New("malformed rss")
	}
	return fromRSS(feed), nil
}

func fromRSS(feed *rss.Feed) sheet {
	s := sheet{title: feed.Title, lang: feed.Language, hints: hintsOf(feed), links: linksOf(feed.Extensions)}
	if dc := feed.DublinCoreExt; dc != nil && s.lang == "" {
		s.lang = first(dc.Language)
	}
	s.entries = make([]entry, 0, len(feed.Items))
	for _, it := range feed.Items {
		e := entry{
			title: it.Title, summary: it.Description, content: it.Content, permalink: true,
			links: append([]string{it.Link}, it.Links...), dates: []string{it.PubDate}, authors: []string{it.Author},
		}
		if it.GUID != nil {
			e.guid, e.permalink = it.GUID.Value, it.GUID.IsPermalink != "false"
		}
		for _, c := range it.Categories {
			e.tags = append(e.tags, c.Value)
		}
		if dc := it.DublinCoreExt; dc != nil {
			e.dates = append(e.dates, dc.Date...)
			e.authors = append(append(e.authors, dc.Creator...), dc.Author...)
			e.tags = append(e.tags, dc.Subject...)
			e.lang = first(dc.Language)
			e.guid = orElse(e.guid, first(dc.Identifier))
			e.title = orElse(e.title, first(dc.Title))
			e.summary = orElse(e.summary, first(dc.Description))
		}
		e.fromExtensions(it.Extensions)
		s.entries = append(s.entries, e)
	}
	return s
}

// fromExtensions takes what RSS items borrow from Atom.
func (e *entry) fromExtensions(extensions ext.Extensions) {
	for _, prefix := range []string{"atom", "atom10", "a10"} {
		for _, link := range extensions[prefix]["link"] {
			if rel := link.Attrs["rel"]; rel == "" || rel == "alternate" {
				e.links = append(e.links, link.Attrs["href"])
			}
		}
		for _, date := range append(extensions[prefix]["published"], extensions[prefix]["updated"]...) {
			e.dates = append(e.dates, date.Value)
		}
	}
}

func fromAtom(feed *atom.Feed) sheet {
	s := sheet{title: feed.Title, lang: feed.Language, links: make(map[string][]string)}
	for _, l := range feed.Links {
		s.links[l.Rel] = append(s.links[l.Rel], l.Href)
	}
	s.entries = make([]entry, 0, len(feed.Entries))
	for _, it := range feed.Entries {
		e := entry{title: it.Title, summary: it.Summary, guid: it.ID, permalink: true, dates: []string{it.Published, it.Updated}}
		for _, rel := range []string{"alternate", "", "self"} {
			for _, link := range it.Links {
				if link.Rel == rel {
					e.links = append(e.links, link.Href)
				}
			}
		}
		if it.Content != nil {
			e.content = it.Content.Value
			e.links = append(e.links, it.Content.Src)
		}
		for _, a := range it.Authors {
			e.authors = append(e.authors, a.Name)
		}
		for _, c := range it.Categories {
			e.tags = append(e.tags, orElse(c.Label, c.Term))
		}
		s.entries = append(s.entries, e)
	}
	return s
}

// readJSON parses a JSON feed. An object that does not say that it is one, by
// its version or a list of items, is something else: an error, most often.
func readJSON(src []byte) (s sheet, err error) {
	defer func() {
		if r := recover(); r != nil {
			s, err = sheet{}, errors.New("the document breaks the parser")
		}
	}()
	if err := guardJSON(src); err != nil {
		return sheet{}, fmt.Errorf("unsafe document: %w", err)
	}
	var look struct {
		Items []json.RawMessage `json:"items"`
		Hubs  []struct {
			Type string `json:"type"`
			URL  string `json:"url"`
		} `json:"hubs"`
	}
	switch err := json.Unmarshal(src, &look); {
	case err != nil, look.Items == nil:
		return sheet{}, fmt.Errorf("%w: json, but no json feed", ErrNotFeed)
	case len(look.Items) > maxItems:
		return sheet{}, fmt.Errorf("unsafe document: more than %d items", maxItems)
	}
	feed, err := (&gojson.Parser{}).Parse(bytes.NewReader(src))
	if err != nil {
		return sheet{}, errors.New("malformed json feed")
	}
	s = fromJSON(feed)
	for _, h := range look.Hubs {
		if strings.EqualFold(h.Type, "WebSub") {
			s.links["hub"] = append(s.links["hub"], h.URL)
		}
	}
	return s, nil
}

func fromJSON(feed *gojson.Feed) sheet {
	s := sheet{title: feed.Title, lang: feed.Language, links: map[string][]string{"next": {feed.NextURL}, "self": {feed.FeedURL}}}
	for _, it := range feed.Items {
		if it == nil {
			continue
		}
		e := entry{
			guid: it.ID, permalink: true, links: []string{it.URL, it.ExternalURL}, title: it.Title, summary: it.Summary,
			content: orElse(it.ContentHTML, it.ContentText), tags: it.Tags, lang: it.Language,
			dates: []string{it.DatePublished, it.DateModified},
		}
		for _, a := range append(it.Authors, it.Author) {
			if a != nil {
				e.authors = append(e.authors, a.Name)
			}
		}
		s.entries = append(s.entries, e)
	}
	return s
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

func orElse(text, other string) string {
	if text == "" {
		return other
	}
	return text
}
