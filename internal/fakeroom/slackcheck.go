package fakeroom

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// Limits of blocks, from the documentation that comes with @slack/types;
// slackMostBlockText is not documented, but met in slackapi/bolt-js#2509.
const (
	slackMostBlocks    = 50
	slackMostBlockText = 13_200
	slackMostID        = 255
	slackMostHeader    = 150
	slackMostSection   = 3_000
	slackMostFields    = 10
	slackMostField     = 2_000
	slackMostContext   = 10
	slackMostActions   = 25
	slackMostButton    = 75
	slackMostURL       = 3_000
	slackMostValue     = 2_000
	slackMostAlt       = 2_000
	noMost             = 1 << 30
)

// habits writes down what Slack takes and this project must not send: what
// lets a stranger's text ping or unfurl. An edit has no say in unfurling.
func (s *Slack) habits(c *call, a args) {
	if a.yes("link_names") {
		s.blame(c, "link_names is on: names in the text would ping")
	}
	if p := a.text("parse"); p != "" && p != "none" {
		s.blame(c, "parse is %q: names in the text would ping", p)
	}
	for _, name := range []string{"unfurl_links", "unfurl_media"} {
		if v := a.text(name); (c.name == "chat.postMessage" || c.name == "response_url") && v != "false" && v != "0" {
			s.blame(c, "%s is %q, want false", name, v)
		}
	}
}

// checkSlack returns the code that Slack refuses a message with and why, or "".
func checkSlack(a args) (code string, why []string) {
	for _, name := range []string{"attachments", "markdown_text", "file_ids"} {
		if _, ok := a[name]; ok {
			return "invalid_arguments", []string{name + " is not known here"}
		}
	}
	if code := checkMetadata(a); code != "" {
		return code, []string{"metadata wants an event_type and an event_payload, an object"}
	}
	v, err := a.value("blocks")
	blocks, ok := v.([]any)
	switch {
	case err != nil, v != nil && !ok:
		return "invalid_blocks_format", []string{"blocks is no JSON array"}
	case len(blocks) == 0 && strings.TrimSpace(a.text("text")) == "":
		return "no_text", []string{"neither text nor blocks"}
	}
	return checkBlocks(blocks)
}

// checkMetadata returns the code that Slack refuses the metadata with, or "".
// An empty object takes a message's metadata away.
func checkMetadata(a args) string {
	v, err := a.value("metadata")
	if v == nil && err == nil {
		return ""
	}
	o, ok := v.(object)
	_, payload := o["event_payload"].(object)
	if err != nil || !ok || len(o) > 0 && (text(o, "event_type") == "" || !payload) {
		return "invalid_metadata_format"
	}
	return ""
}

// checkBlocks returns the code that Slack refuses blocks with and why, or "".
func checkBlocks(blocks []any) (code string, why []string) {
	c := &blockCheck{ids: make(map[string]bool)}
	if len(blocks) > slackMostBlocks {
		c.wrong("/blocks", "%d blocks, most are %d", len(blocks), slackMostBlocks)
	}
	c.each("/blocks", blocks, noMost, c.block)
	switch {
	case len(c.faults) > 0:
		return "invalid_blocks", c.faults
	case c.chars > slackMostBlockText:
		return "msg_blocks_too_long", []string{fmt.Sprintf("%d characters in all blocks, most are %d", c.chars, slackMostBlockText)}
	}
	return "", nil
}

// A blockCheck looks for what Slack refuses in the blocks of one message.
type blockCheck struct {
	faults []string
	chars  int             // of all texts so far
	ids    map[string]bool // of blocks, and of actions within a block
	modal  bool            // the blocks are those of one
}

// wrong writes a fault down, and where it is.
func (c *blockCheck) wrong(at, format string, args ...any) {
	c.faults = append(c.faults, fmt.Sprintf(format, args...)+" [json-pointer:"+at+"]")
}

// each checks the elements of an array of most at most.
func (c *blockCheck) each(at string, all []any, most int, check func(at string, o object)) {
	if len(all) > most {
		c.wrong(at, "%d elements, most are %d", len(all), most)
	}
	for i, v := range all {
		at := fmt.Sprintf("%s/%d", at, i)
		if o, ok := v.(object); ok {
			check(at, o)
		} else {
			c.wrong(at, "no object")
		}
	}
}

// some is each for an array that may not be empty.
func (c *blockCheck) some(at string, o object, name string, most int, check func(at string, o object)) {
	all := list(o, name)
	if len(all) == 0 {
		c.wrong(at, "no %s", name)
	}
	c.each(at+"/"+name, all, most, check)
}

// keys refuses what an object of the type does not have.
func (c *blockCheck) keys(at string, o object, known ...string) {
	for k := range o {
		if k != "type" && !slices.Contains(known, k) {
			c.wrong(at, "invalid additional property: %s", k)
		}
	}
}

// length refuses what is empty or too long. Only text that is read counts
// towards the sum.
func (c *blockCheck) length(at, s string, most int) {
	if n := units(s); n == 0 || n > most {
		c.wrong(at, "%d characters, want 1 to %d", n, most)
	}
}

// id refuses an ID that is too long or not the only one of its kind. Slack
// makes up those that are missing.
func (c *blockCheck) id(at string, o object, name, within string) {
	id, ok := o[name]
	if !ok {
		return
	}
	s, _ := id.(string)
	c.length(at+"/"+name, s, slackMostID)
	if key := within + " " + name + " " + s; c.ids[key] {
		c.wrong(at, "%s %q is there twice", name, s)
	} else {
		c.ids[key] = true
	}
}

// block checks a block.
func (c *blockCheck) block(at string, b object) {
	c.id(at, b, "block_id", "")
	switch text(b, "type") {
	case "header":
		c.keys(at, b, "block_id", "text")
		c.text(at+"/text", b["text"], slackMostHeader, "plain_text")
	case "section":
		c.section(at, b)
	case "context":
		c.keys(at, b, "block_id", "elements")
		c.some(at, b, "elements", slackMostContext, func(at string, o object) {
			if text(o, "type") == "image" {
				c.image(at, o)
			} else {
				c.text(at, o, slackMostSection, "plain_text", "mrkdwn")
			}
		})
	case "actions":
		c.keys(at, b, "block_id", "elements")
		c.some(at, b, "elements", slackMostActions, func(pos string, o object) { c.button(pos, o, at) })
	case "divider":
		c.keys(at, b, "block_id")
	case "image":
		c.image(at, b)
	case "input":
		c.input(at, b)
	case "rich_text":
		c.keys(at, b, "block_id", "elements")
		c.some(at, b, "elements", noMost, c.rich)
	default:
		c.wrong(at, "a block of type %q is not known here", text(b, "type"))
	}
}

// text checks a text object of one of the types.
func (c *blockCheck) text(at string, v any, most int, types ...string) {
	o, _ := v.(object)
	if !slices.Contains(types, text(o, "type")) {
		c.wrong(at, "no text of type %s", strings.Join(types, " or "))
		return
	}
	only := "emoji"
	if text(o, "type") == "mrkdwn" {
		only = "verbatim"
	}
	c.keys(at, o, "text", only)
	c.length(at+"/text", text(o, "text"), most)
	c.chars += units(text(o, "text"))
}

// section checks a section.
func (c *blockCheck) section(at string, b object) {
	c.keys(at, b, "block_id", "text", "fields", "accessory", "expand")
	_, fields := b["fields"]
	if t, ok := b["text"]; ok || !fields {
		c.text(at+"/text", t, slackMostSection, "plain_text", "mrkdwn")
	}
	if fields {
		c.some(at, b, "fields", slackMostFields, func(at string, o object) {
			c.text(at, o, slackMostField, "plain_text", "mrkdwn")
		})
	}
	if v, ok := b["accessory"]; ok {
		c.each(at+"/accessory", []any{v}, 1, func(pos string, o object) {
			if text(o, "type") == "image" {
				c.image(pos, o)
			} else {
				c.button(pos, o, at)
			}
		})
	}
}

// image checks an image, which is a block or an element of one.
func (c *blockCheck) image(at string, o object) {
	c.keys(at, o, "block_id", "image_url", "alt_text", "title")
	c.url(at+"/image_url", text(o, "image_url"))
	c.length(at+"/alt_text", text(o, "alt_text"), slackMostAlt)
	if t, ok := o["title"]; ok {
		c.text(at+"/title", t, slackMostAlt, "plain_text")
	}
}

// button checks a button of the block.
func (c *blockCheck) button(at string, o object, block string) {
	if text(o, "type") != "button" {
		c.wrong(at, "an element of type %q is not known here", text(o, "type"))
		return
	}
	c.keys(at, o, "action_id", "text", "url", "value", "style", "confirm", "accessibility_label")
	c.id(at, o, "action_id", block)
	c.text(at+"/text", o["text"], slackMostButton, "plain_text")
	if u, ok := o["url"]; ok {
		s, _ := u.(string)
		c.url(at+"/url", s)
	}
	if v, ok := o["value"]; ok {
		s, _ := v.(string)
		c.length(at+"/value", s, slackMostValue)
	}
	if s, ok := o["style"]; ok && s != "primary" && s != "danger" {
		c.wrong(at+"/style", "%q is no style", s)
	}
}

// url refuses what is not a link to the web.
func (c *blockCheck) url(at, s string) {
	c.length(at, s, slackMostURL)
	if u, err := url.Parse(s); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		c.wrong(at, "%q is no URL", s)
	}
}

// rich checks a part of rich text.
func (c *blockCheck) rich(at string, o object) {
	switch text(o, "type") {
	case "rich_text_section":
		c.keys(at, o, "elements")
		c.some(at, o, "elements", noMost, c.span)
	case "rich_text_quote", "rich_text_preformatted":
		c.keys(at, o, "elements", "border", "language")
		c.some(at, o, "elements", noMost, c.span)
	case "rich_text_list":
		c.keys(at, o, "elements", "style", "indent", "offset", "border")
		if s := text(o, "style"); s != "bullet" && s != "ordered" {
			c.wrong(at+"/style", "%q is no style of a list", s)
		}
		c.some(at, o, "elements", noMost, func(at string, o object) {
			if text(o, "type") != "rich_text_section" {
				c.wrong(at, "a list holds %q", text(o, "type"))
				return
			}
			c.rich(at, o)
		})
	default:
		c.wrong(at, "rich text of type %q is not known here", text(o, "type"))
	}
}

// span checks an element of rich text.
func (c *blockCheck) span(at string, o object) {
	needs := map[string]string{
		"text": "text", "link": "url", "emoji": "name", "user": "user_id",
		"usergroup": "usergroup_id", "channel": "channel_id", "broadcast": "range",
	}[text(o, "type")]
	if needs == "" {
		c.wrong(at, "an element of type %q is not known here", text(o, "type"))
		return
	}
	c.keys(at, o, needs, "text", "style", "unsafe", "unicode", "skin_tone")
	c.length(at+"/"+needs, text(o, needs), noMost)
	if label, ok := o["text"]; ok {
		s, _ := label.(string)
		c.length(at+"/text", s, noMost)
		c.chars += units(s)
	} else {
		c.chars += units(text(o, needs)) // it is read as it is
	}
	if needs == "url" {
		c.url(at+"/url", text(o, "url"))
	}
}

// SlackRefuses returns why Slack refuses blocks, a JSON array, in a message.
func SlackRefuses(blocks []byte) []string {
	code, why := checkSlack(args{"text": "x", "blocks": string(blocks)})
	if code != "" && len(why) == 0 {
		return []string{code}
	}
	return why
}

// SlackRefusesView returns why Slack refuses a view, a JSON object.
func SlackRefusesView(view []byte) []string {
	_, why := slackView(args{"view": string(view)})
	return why
}
