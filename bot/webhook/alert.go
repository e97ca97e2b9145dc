package webhook

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"time"

	"vedette/bot"
	"vedette/story"
)

// Both services know an alert by a name: what comes with the name of an open
// one joins it and calls nobody again. The name is that of the story's root
// message. Once somebody sees to the story, so do they: the edit that tells it
// acknowledges the alert, or closes it. Any other edit calls nobody in any
// room, and is not sent to them: sent with the name of an alert that somebody
// has closed, it would open another.

// about returns the watches of m in one line.
func about(c *Content) string {
	if len(c.Watches) == 0 {
		return "vedette"
	}
	return strings.Join(c.Watches, " + ")
}

// A pager writes events of PagerDuty's Events API v2.
type pager struct {
	key string
}

// newPager returns a pager with the routing key.
func newPager(key string) (*pager, error) {
	if !regexp.MustCompile(`^[A-Za-z0-9]{32}$`).MatchString(key) {
		return nil, errors.New("webhook: the secret is not a PagerDuty routing key: 32 letters and digits, the integration key of an Events API v2 integration")
	}
	return &pager{key}, nil
}

// pagerEvent is an event as PagerDuty documents it.
type pagerEvent struct {
	RoutingKey  string        `json:"routing_key"`
	EventAction string        `json:"event_action"`
	DedupKey    string        `json:"dedup_key"`
	Client      string        `json:"client"`
	Payload     *pagerPayload `json:"payload,omitempty"`
	Links       []pagerLink   `json:"links,omitempty"`
}

type pagerPayload struct {
	Summary   string    `json:"summary"` // at most 1,024 characters
	Source    string    `json:"source"`
	Severity  string    `json:"severity"`
	Timestamp time.Time `json:"timestamp"`
	Component string    `json:"component,omitempty"`
	Details   Content   `json:"custom_details"`
}

type pagerLink struct {
	Href string `json:"href"`
	Text string `json:"text"`
}

// write returns the event that tells m.
func (p *pager) write(act story.Act, id, root story.Remote, m *bot.Message) (letter, error) {
	if act == story.Edit {
		return p.follow(root, m.Care)
	}
	c := content(m)
	c.ID, c.Root = string(id), string(root)
	e := pagerEvent{
		RoutingKey: p.key, EventAction: "trigger", DedupKey: string(cmp.Or(root, id)), Client: "vedette",
		Payload: &pagerPayload{
			Summary: short(c.Title, mostTitle), Source: short(about(&c), mostName), Severity: severity(m),
			Timestamp: m.At.UTC(), Component: c.Outlet, Details: c,
		},
	}
	if c.Link != "" {
		e.Links = []pagerLink{{Href: c.Link, Text: m.Words.Say("Open report")}}
	}
	body, err := json.Marshal(e)
	return letter{body: body}, err
}

// follow returns the event that has the alert stand as the story does.
func (p *pager) follow(root story.Remote, care story.CareState) (letter, error) {
	action := ""
	switch care {
	case story.Acknowledged:
		action = "acknowledge"
	case story.Resolved:
		action = "resolve"
	case story.Open:
	}
	if action == "" {
		return letter{}, nil
	}
	body, err := json.Marshal(pagerEvent{RoutingKey: p.key, EventAction: action, DedupKey: string(root), Client: "vedette"})
	return letter{body: body}, err
}

// severity returns what a message's level is to PagerDuty. What nobody has
// judged, such as a reply, is not harmless for that; a list wakes nobody.
func severity(m *bot.Message) string {
	if len(m.Lines) > 0 {
		return "info"
	}
	switch m.Level {
	case story.Critical:
		return "critical"
	case story.High:
		return "error"
	case story.Elevated, story.Unjudged:
		return "warning"
	case story.Calm, story.Guarded:
	}
	return "info"
}

// A genie writes alerts of Opsgenie's Alert API.
type genie struct {
	key string
}

// newGenie returns a genie with the API key.
func newGenie(key string) (*genie, error) {
	if !regexp.MustCompile(`^[A-Za-z0-9-]{16,128}$`).MatchString(key) {
		return nil, errors.New("webhook: the secret is not an Opsgenie API key: letters, digits and -, of an API integration")
	}
	return &genie{key}, nil
}

// genieAlert is an alert as Opsgenie documents it.
type genieAlert struct {
	Message     string            `json:"message"`           // at most 130 characters
	Alias       string            `json:"alias"`             // at most 512
	Description string            `json:"description"`       // at most 15,000
	Tags        []string          `json:"tags,omitempty"`    // at most 20, of 50 characters each
	Details     map[string]string `json:"details,omitempty"` // at most 8,000 characters in all
	Entity      string            `json:"entity"`            // at most 512
	Source      string            `json:"source"`            // at most 100
	Priority    string            `json:"priority"`
}

// Limits of an alert, in bytes, which are never fewer than characters.
const (
	mostMessage = 130
	mostTags    = 20
	mostTag     = 50
	mostEntity  = 512
)

// write returns the alert that tells m.
func (g *genie) write(act story.Act, id, root story.Remote, m *bot.Message) (letter, error) {
	if act == story.Edit {
		return g.follow(root, m.Care)
	}
	c := content(m)
	a := genieAlert{
		Message: short(c.Title, mostMessage), Alias: string(cmp.Or(root, id)), Description: c.Text, Entity: short(about(&c), mostEntity),
		Source: "vedette", Priority: priority(m), Details: map[string]string{"id": string(id)},
		Tags: bot.Keep(c.Watches, mostTags, func(w string) (string, bool) { return short(w, mostTag), true }),
	}
	if c.Link != "" {
		a.Details["link"] = c.Link
	}
	body, err := json.Marshal(a)
	return letter{body: body, head: g.head()}, err
}

// head returns the header that bears the key.
func (g *genie) head() http.Header { return http.Header{"Authorization": {"GenieKey " + g.key}} }

// follow returns the call that has the alert stand as the story does.
func (g *genie) follow(root story.Remote, care story.CareState) (letter, error) {
	action := ""
	switch care {
	case story.Acknowledged:
		action = "acknowledge"
	case story.Resolved:
		action = "close"
	case story.Open:
	}
	if action == "" {
		return letter{}, nil
	}
	return letter{body: []byte(`{"source":"vedette"}`), head: g.head(), path: []string{string(root), action}, ask: "identifierType=alias"}, nil
}

// priority returns what a message's level is to Opsgenie.
func priority(m *bot.Message) string {
	if len(m.Lines) > 0 {
		return "P5"
	}
	switch m.Level {
	case story.Critical:
		return "P1"
	case story.High:
		return "P2"
	case story.Elevated, story.Unjudged:
		return "P3"
	case story.Guarded:
		return "P4"
	case story.Calm:
	}
	return "P5"
}
