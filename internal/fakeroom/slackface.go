package fakeroom

import (
	"cmp"
	"html"
	"regexp"
	"slices"
	"strings"
)

// What Slack makes of text: <…> that pings or links, and what names ping where
// the client asks for it.
var (
	slackPing  = regexp.MustCompile(`<(!(?:channel|here|everyone|group)|@[UW][A-Z0-9]+|!subteam\^[A-Z0-9]+)(?:\|[^<>]*)?>`)
	slackLink  = regexp.MustCompile(`<([a-z][a-z0-9+.-]*:[^<>|]+)(?:\|([^<>]*))?>`)
	slackName  = regexp.MustCompile(`(?:^|\s)(@[a-z0-9._-]+)`)
	slackOther = regexp.MustCompile(`<[!#@][^<>|]*\|([^<>]*)>`)
	bareURL    = regexp.MustCompile("https?://[^\\s<>|`\"]+")
)

// slackFace returns what a person sees of a message. Its text is read where
// there are no blocks; it pings in either case.
func slackFace(body object, a args) *face {
	f := new(face)
	words, blocks := text(body, "text"), objects(list(body, "blocks"))
	linkify := a.text("parse") != "none" && a.text("mrkdwn") != "false"
	if len(blocks) == 0 {
		f.mrkdwn(words, linkify)
	} else {
		f.pings(words)
	}
	if a.yes("link_names") || a.text("parse") == "full" {
		for _, m := range slackName.FindAllStringSubmatch(words, -1) {
			f.mentions = append(f.mentions, m[1])
		}
	}
	for _, b := range blocks {
		f.block(b)
	}
	return f
}

// pings finds whom s pings.
func (f *face) pings(s string) {
	for _, m := range slackPing.FindAllStringSubmatch(s, -1) {
		f.mentions = append(f.mentions, "<"+m[1]+">")
	}
}

// mrkdwn reads s as Slack's markup, in which bare URLs may be links.
func (f *face) mrkdwn(s string, linkify bool) {
	f.pings(s)
	for _, m := range slackLink.FindAllStringSubmatch(s, -1) {
		f.links = append(f.links, html.UnescapeString(m[1]))
	}
	rest := slackLink.ReplaceAllString(s, " ")
	if linkify {
		for _, u := range bareURL.FindAllString(rest, -1) {
			f.links = append(f.links, html.UnescapeString(strings.TrimRight(u, ".,;:!?)")))
		}
	}
	s = slackLink.ReplaceAllStringFunc(s, func(link string) string {
		m := slackLink.FindStringSubmatch(link)
		if m[2] != "" {
			return m[2]
		}
		return m[1]
	})
	s = slackOther.ReplaceAllString(s, "$1")
	f.lines = append(f.lines, html.UnescapeString(s))
}

// text reads a text object. The plain ones are what they say.
func (f *face) text(o object) {
	if text(o, "type") == "mrkdwn" {
		f.mrkdwn(text(o, "text"), o["verbatim"] != true)
		return
	}
	f.lines = append(f.lines, text(o, "text"))
}

// block reads a block.
func (f *face) block(b object) {
	switch text(b, "type") {
	case "header":
		f.text(inner(b, "text"))
	case "section":
		f.text(inner(b, "text"))
		for _, o := range objects(list(b, "fields")) {
			f.text(o)
		}
		f.elements(objects([]any{b["accessory"]}))
	case "image":
		f.elements([]object{b})
	case "input":
		e := inner(b, "element")
		f.lines = append(f.lines, strings.TrimSpace(text(inner(b, "label"), "text")+": "+text(e, "initial_value")))
	case "context", "actions":
		f.elements(objects(list(b, "elements")))
	case "rich_text":
		for _, o := range objects(list(b, "elements")) {
			f.rich(o)
		}
	}
}

// elements reads what stands in one row.
func (f *face) elements(all []object) {
	start := len(f.lines)
	for _, o := range all {
		switch text(o, "type") {
		case "button":
			f.lines = append(f.lines, "["+text(inner(o, "text"), "text")+"]")
			if u := text(o, "url"); u != "" {
				f.links = append(f.links, u)
			}
		case "image":
			f.text(inner(o, "title"))
			f.lines = append(f.lines, text(o, "alt_text"))
		default:
			f.text(o)
		}
	}
	row := strings.TrimSpace(strings.Join(slices.DeleteFunc(slices.Clone(f.lines[start:]), func(s string) bool { return s == "" }), " "))
	f.lines = append(f.lines[:start], row)
}

// rich reads a part of rich text, a line of its own.
func (f *face) rich(o object) {
	if text(o, "type") == "rich_text_list" {
		for _, item := range objects(list(o, "elements")) {
			f.rich(item)
		}
		return
	}
	var line strings.Builder
	for _, e := range objects(list(o, "elements")) {
		switch text(e, "type") {
		case "text":
			line.WriteString(text(e, "text"))
		case "link":
			f.links = append(f.links, text(e, "url"))
			line.WriteString(cmp.Or(text(e, "text"), text(e, "url")))
		case "emoji":
			line.WriteString(":" + text(e, "name") + ":")
		case "channel":
			line.WriteString("<#" + text(e, "channel_id") + ">")
		default:
			ping := "<" + map[string]string{"user": "@", "usergroup": "!subteam^", "broadcast": "!"}[text(e, "type")] +
				text(e, "user_id") + text(e, "usergroup_id") + text(e, "range") + ">"
			f.mentions = append(f.mentions, ping)
			line.WriteString(ping)
		}
	}
	f.lines = append(f.lines, line.String())
}
