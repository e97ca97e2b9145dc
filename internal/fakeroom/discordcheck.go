package fakeroom

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Limits of a message, from Discord's documentation of it.
const (
	discordMostContent = 2_000 // the OpenAPI document allows what people with Nitro have
	discordMostEmbeds  = 10
	discordMostInAll   = 6_000 // of all embeds of a message together
	discordMostFields  = 25
	discordMostRows    = 5
	discordMostButtons = 5
	discordMostNonce   = 25

	noEmbeds     = 1 << 2  // the flag that hides embeds
	componentsV2 = 1 << 15 // the flag that changes what a message is made of
)

// A note is a message as a client writes it.
type note struct {
	Content      string     `json:"content"`
	Embeds       []embed    `json:"embeds"`
	Components   []row      `json:"components"`
	Flags        int        `json:"flags"`
	Nonce        any        `json:"nonce"`
	EnforceNonce bool       `json:"enforce_nonce"`
	Mentions     *permitted `json:"allowed_mentions"`
	Attachments  any        `json:"attachments"`
}

type embed struct {
	Title       string `json:"title"`
	Description string `json:"description"`
	URL         string `json:"url"`
	Image       struct {
		URL string `json:"url"`
	} `json:"image"`
	Author struct {
		Name string `json:"name"`
		URL  string `json:"url"`
	} `json:"author"`
	Footer struct {
		Text string `json:"text"`
	} `json:"footer"`
	Fields []struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	} `json:"fields"`
}

type row struct {
	Type       int      `json:"type"`
	Components []button `json:"components"`
}

type button struct {
	Type     int     `json:"type"`
	Style    int     `json:"style"`
	Label    string  `json:"label"`
	CustomID *string `json:"custom_id"`
	URL      *string `json:"url"`
	Emoji    object  `json:"emoji"`
}

type permitted struct {
	Parse []string `json:"parse"`
	Users []string `json:"users"`
	Roles []string `json:"roles"`
}

// A bodyFault is why Discord refuses a body, and where in it.
type bodyFault struct {
	at        string // such as embeds/0/title
	code, why string
}

// tell adds f to what Discord calls errors: a tree of the body's shape.
func (f bodyFault) tell(errs object) {
	for name := range strings.SplitSeq(f.at, "/") {
		next := inner(errs, name)
		if next == nil {
			next = make(object)
			errs[name] = next
		}
		errs = next
	}
	errs["_errors"] = append(list(errs, "_errors"), object{"code": f.code, "message": f.why})
}

// tooLong returns the fault of what has n where least to most are wanted.
func tooLong(at string, n, least, most int) bodyFault {
	return bodyFault{at, "BASE_TYPE_BAD_LENGTH", fmt.Sprintf("Must be between %d and %d in length. (It is %d.)", least, most, n)}
}

// nonce returns what n is told by, or "".
func (n *note) nonce() string {
	switch v := n.Nonce.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}

// empty reports whether there is nothing to be seen of n.
func (n *note) empty() bool {
	return strings.TrimSpace(n.Content) == "" && len(n.Components) == 0 && len(n.files()) == 0 &&
		!slices.ContainsFunc(n.Embeds, func(e embed) bool {
			return e.length() > 0 || e.Image.URL != "" || e.URL != ""
		})
}

// files returns the files that go with n.
func (n *note) files() []object {
	all, _ := n.Attachments.([]any)
	return objects(all)
}

// length counts what counts towards the limit of all embeds.
func (e *embed) length() int {
	n := count(e.Title) + count(e.Description) + count(e.Author.Name) + count(e.Footer.Text)
	for _, f := range e.Fields {
		n += count(f.Name) + count(f.Value)
	}
	return n
}

// count counts as Discord does: code points, without the space around.
func count(s string) int { return utf8.RuneCountInString(strings.TrimSpace(s)) }

// habits writes down what Discord takes and this project must not send.
func (d *Discord) habits(c *call, fields object) {
	mentions, ok := fields["allowed_mentions"].(object)
	parse, given := mentions["parse"].([]any)
	switch {
	case !ok:
		d.blame(c, "no allowed_mentions: everything in the text would ping")
	case !given:
		d.blame(c, `allowed_mentions has no "parse": [] but %v`, mentions["parse"])
	case len(parse) > 0 && !called(c, fields, parse):
		d.blame(c, `allowed_mentions has "parse": %v, want [], or "everyone" for a post that begins with it`, parse)
	}
	urls := make(map[any]bool)
	for _, e := range objects(list(fields, "embeds")) {
		if u := text(e, "url"); u != "" && urls[u] {
			d.blame(c, "two embeds have the URL %s: Discord shows one of them", u)
		} else {
			urls[u] = true
		}
	}
}

// called reports whether a post calls those who are there, or everyone, once,
// with its first word, and lets nothing else ping.
func called(c *call, fields object, parse []any) bool {
	content := text(fields, "content")
	first, _, _ := strings.Cut(content, " ")
	return c.Method == http.MethodPost && len(parse) == 1 && parse[0] == "everyone" && (first == "@here" || first == "@everyone") &&
		strings.Count(content, "@here")+strings.Count(content, "@everyone") == 1
}

// readNote returns fields as a message, and why Discord refuses it.
func readNote(fields object) (*note, []bodyFault) {
	raw, err := json.Marshal(fields)
	if err != nil {
		return nil, []bodyFault{{"body", "BASE_TYPE_REQUIRED", err.Error()}}
	}
	n := new(note)
	if err := json.Unmarshal(raw, n); err != nil {
		at := "body"
		if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			at = strings.ReplaceAll(wrong.Field, ".", "/")
		}
		return nil, []bodyFault{{at, "BASE_TYPE_BAD_TYPE", err.Error()}}
	}
	c := new(noteCheck)
	c.length("content", n.Content, 0, discordMostContent)
	c.length("nonce", n.nonce(), 0, discordMostNonce)
	if n.Flags&componentsV2 != 0 {
		c.wrong("flags", "UNKNOWN_HERE", "Components V2 are not known here.")
	}
	c.embeds(n.Embeds)
	c.rows(n.Components)
	c.number("attachments", len(n.files()), 0, 10)
	for i, a := range n.files() {
		c.length(fmt.Sprintf("attachments/%d/description", i), text(a, "description"), 0, 1024)
	}
	return n, c.faults
}

// A noteCheck looks for what Discord refuses in a message.
type noteCheck struct{ faults []bodyFault }

// wrong writes a fault down.
func (c *noteCheck) wrong(at, code, why string) {
	c.faults = append(c.faults, bodyFault{at, code, why})
}

// length refuses what is too short or too long.
func (c *noteCheck) length(at, s string, least, most int) {
	if n := count(s); n < least || n > most {
		c.faults = append(c.faults, tooLong(at, n, least, most))
	}
}

// number refuses too few or too many.
func (c *noteCheck) number(at string, n, least, most int) {
	if n < least || n > most {
		c.faults = append(c.faults, tooLong(at, n, least, most))
	}
}

// url refuses what is not a link to the web.
func (c *noteCheck) url(at, s string, most int) {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		c.wrong(at, "URL_TYPE_INVALID_URL", fmt.Sprintf("Not a well formed URL: %q.", s))
	}
	c.length(at, s, 1, most)
}

// embeds checks all embeds.
func (c *noteCheck) embeds(all []embed) {
	c.number("embeds", len(all), 0, discordMostEmbeds)
	sum := 0
	for i := range all {
		e, at := &all[i], fmt.Sprintf("embeds/%d", i)
		sum += e.length()
		c.length(at+"/title", e.Title, 0, 256)
		c.length(at+"/description", e.Description, 0, 4096)
		c.length(at+"/footer/text", e.Footer.Text, 0, 2048)
		c.length(at+"/author/name", e.Author.Name, 0, 256)
		for name, u := range map[string]string{"/url": e.URL, "/author/url": e.Author.URL} {
			if u != "" {
				c.url(at+name, u, 2048)
			}
		}
		c.number(at+"/fields", len(e.Fields), 0, discordMostFields)
		for j, f := range e.Fields {
			at := fmt.Sprintf("%s/fields/%d", at, j)
			c.length(at+"/name", f.Name, 1, 256)
			c.length(at+"/value", f.Value, 1, 1024)
		}
	}
	if sum > discordMostInAll {
		c.wrong("embeds", "MAX_EMBED_SIZE_EXCEEDED", fmt.Sprintf("Embed size exceeds maximum size of %d. (It is %d.)", discordMostInAll, sum))
	}
}

// rows checks all rows of buttons.
func (c *noteCheck) rows(all []row) {
	c.number("components", len(all), 0, discordMostRows)
	ids := make(map[string]bool)
	for i, r := range all {
		at := fmt.Sprintf("components/%d", i)
		if r.Type != 1 {
			c.wrong(at+"/type", "UNKNOWN_HERE", fmt.Sprintf("A component of type %d is not known here.", r.Type))
			continue
		}
		c.number(at+"/components", len(r.Components), 1, discordMostButtons)
		for j, b := range r.Components {
			c.button(fmt.Sprintf("%s/components/%d", at, j), b, ids)
		}
	}
}

// button checks a button. ids are those of the message so far.
func (c *noteCheck) button(at string, b button, ids map[string]bool) {
	if b.Type != 2 || b.Style < 1 || b.Style > 5 {
		c.wrong(at+"/type", "UNKNOWN_HERE", fmt.Sprintf("A component of type %d and style %d is not known here.", b.Type, b.Style))
		return
	}
	if b.Emoji == nil || b.Label != "" {
		c.length(at+"/label", b.Label, 1, 80)
	}
	link := b.Style == 5
	switch {
	case link && b.CustomID != nil, !link && b.URL != nil:
		c.wrong(at, "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", "A custom id and url cannot both be specified, nor the wrong one of them.")
	case link && b.URL == nil:
		c.wrong(at+"/url", "BASE_TYPE_REQUIRED", "A url is required.")
	case link:
		c.url(at+"/url", *b.URL, 512)
	case b.CustomID == nil:
		c.wrong(at+"/custom_id", "BASE_TYPE_REQUIRED", "A custom id is required.")
	default:
		c.length(at+"/custom_id", *b.CustomID, 1, 100)
		if ids[*b.CustomID] {
			c.wrong(at+"/custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated.")
		}
		ids[*b.CustomID] = true
	}
}
