package parse

import (
	"bytes"
	"fmt"
	"net/url"
	"time"

	"vedette/story"
)

// A Document is a feed as it was fetched.
type Document struct {
	Body        []byte   // decompressed
	ContentType string   // as the server said
	URL         string   // that answered, after redirects; relative links are relative to it
	Links       []string // the Link headers that came with it, if any
	Now         time.Time
}

// A Result is what a document holds.
type Result struct {
	Items   []story.Item // in the document's order, each identity once
	Partial bool         // the document's end was missing: its validators must not be kept
	Title   string       // of the feed, or ""
	Lang    string       // of the feed, BCP 47, or ""
	Hints   story.Hints  // when to ask again, as the document says
	Earlier string       // the URL of the page before this one (RFC 5005), or ""
	Topic   string       // the URL under which hubs know the feed
	Hubs    []string     // the URLs of the hubs that push it (WebSub), at most 4
	Skewed  int          // items dated more than ten minutes ahead of Now
	Charset string       // that it was in
	Repairs []string     // what had to be mended to read it, in plain words
}

// Parse returns the items of doc, published by feed. The error wraps
// ErrNotFeed if doc is something else than a feed.
func Parse(doc Document, feed story.Feed) (Result, error) {
	src, charset := decode(doc.Body, doc.ContentType)
	sheet, whole, err := open(src)
	if err != nil {
		return Result{}, fmt.Errorf("parse feed: %w", err)
	}
	base, err := url.Parse(doc.URL)
	if err != nil {
		base = &url.URL{}
	}
	r := Result{Partial: whole.partial, Charset: charset, Repairs: whole.repairs, Title: plainLine(sheet.title, maxTitle), Lang: languageOf(sheet.lang, "")}
	maker := maker{doc: doc, base: base, feed: feed, lang: r.Lang, items: make([]story.Item, 0, len(sheet.entries))}
	for i := range sheet.entries {
		maker.add(&sheet.entries[i])
	}
	r.Items = maker.finish()
	r.Hints, r.Earlier, r.Skewed = sheet.hints, earlier(sheet.links, base), maker.skewed
	r.Topic, r.Hubs = hubs(doc.Links, sheet.links, base)
	return r, nil
}

// open brings a document into a form in which its entries can be read.
func open(src []byte) (sheet, normal, error) {
	src = bytes.TrimPrefix(bytes.TrimSpace(src), []byte("\uFEFF"))
	switch {
	case len(src) == 0:
		return sheet{}, normal{}, fmt.Errorf("%w: nothing at all", ErrNotFeed)
	case src[0] == '{' || src[0] == '[':
		s, err := readJSON(src)
		return s, normal{}, err
	}
	whole, err := normalise(src)
	if err != nil {
		return sheet{}, normal{}, err
	}
	s, err := read(whole)
	return s, whole, err
}
