package fakeroom

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// The channels of a [Webhook], which are also its methods.
const (
	Hook      = "hook"      // takes documents, signed by the rules of Standard Webhooks
	PagerDuty = "pagerduty" // takes events as PagerDuty's Events API v2 does
	Opsgenie  = "opsgenie"  // takes alerts as Opsgenie's Alert API does
)

// A Webhook is a receiver of calls. Under each name it takes one document, or
// opens one alert: what comes again changes nothing, or joins what is open. A
// post's ID is that name.
type Webhook struct {
	*server

	secret string
	calls  map[string]int // by name: how often it came
}

// NewWebhook starts a receiver. Its secret is whsec_ and base64, or the key
// of one of the services.
func NewWebhook(secret string) *Webhook {
	w := &Webhook{secret: secret, calls: make(map[string]int)}
	mux := http.NewServeMux()
	for path, act := range map[string]func(*call) answer{
		Hook: w.hook, PagerDuty: w.page, Opsgenie: w.alert, Opsgenie + "/{alias}/{action}": w.follow,
	} {
		mux.HandleFunc("POST /"+path, func(rw http.ResponseWriter, r *http.Request) { w.serve(rw, r, path, act) })
	}
	w.server = start(nil, mux)
	w.begin()
	return w
}

// URL returns the address of a channel.
func (w *Webhook) URL(channel string) string { return w.http.URL + "/" + channel }

// Calls returns how often a document of the name came, or an alert.
func (w *Webhook) Calls(name string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.calls[name]
}

// no answers that a call cannot be taken, and writes that down.
func (w *Webhook) no(c *call, status int, why string) answer {
	w.blame(c, "%s", why)
	return answer{status: status, body: object{"status": "refused", "message": why}}
}

// hook takes a document.
func (w *Webhook) hook(c *call) answer {
	if why := w.forged(c); why != "" {
		return w.no(c, http.StatusUnauthorized, why)
	}
	var d struct {
		Type string
		Data struct{ ID, Root, Text string }
	}
	id := c.Header.Get("Webhook-Id")
	if err := json.Unmarshal(c.body, &d); err != nil || d.Data.ID != id {
		return w.no(c, http.StatusBadRequest, "the body is no document, or bears another name")
	}
	w.calls[id]++
	taken := answer{status: http.StatusOK, body: object{}}
	if w.calls[id] > 1 {
		return taken
	}
	root := w.find(Hook, d.Data.Root)
	switch {
	case d.Type == "message.edited" && root != nil:
		root.post.Edits++
		root.post.Changed = time.Now()
		root.show(&face{lines: strings.Split(d.Data.Text, "\n")}, compact(c.body))
	case d.Type == "message.posted" && d.Data.Root == "", d.Type == "message.replied" && root != nil:
		m := &message{post: Post{Channel: Hook, ID: id, Thread: d.Data.Root, Key: id}}
		m.show(&face{lines: strings.Split(d.Data.Text, "\n")}, compact(c.body))
		w.add(m)
	default:
		return w.no(c, http.StatusBadRequest, fmt.Sprintf("%s of %q makes no sense", d.Type, d.Data.Root))
	}
	return taken
}

// forged says why a call cannot be trusted, or "". It follows the rules of
// Standard Webhooks by itself, so that client and fake do not err together.
func (w *Webhook) forged(c *call) string {
	id, at := c.Header.Get("Webhook-Id"), c.Header.Get("Webhook-Timestamp")
	sent, err := strconv.ParseInt(at, 10, 64)
	if id == "" || err != nil || math.Abs(time.Since(time.Unix(sent, 0)).Minutes()) > 5 {
		return "the name or the time is missing or stale"
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(w.secret, "whsec_"))
	if err != nil {
		return "the fake's own secret is none"
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + at + "."))
	mac.Write(c.body)
	want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	if !slices.Contains(strings.Fields(c.Header.Get("Webhook-Signature")), want) {
		return "the signature is another's"
	}
	return ""
}

// page takes an event.
func (w *Webhook) page(c *call) answer {
	var e struct {
		RoutingKey  string `json:"routing_key"`
		EventAction string `json:"event_action"`
		DedupKey    string `json:"dedup_key"`
		Payload     struct{ Summary, Source, Severity, Timestamp string }
	}
	err := json.Unmarshal(c.body, &e)
	_, odd := time.Parse(time.RFC3339, e.Payload.Timestamp)
	taken := answer{status: http.StatusAccepted, body: object{"status": "success", "message": "Event processed", "dedup_key": e.DedupKey}}
	switch {
	case err == nil && e.RoutingKey == w.secret && e.DedupKey != "" && (e.EventAction == "acknowledge" || e.EventAction == "resolve"):
		w.stand(PagerDuty, e.DedupKey, e.EventAction)
		return taken
	case err != nil || len(c.body) > 512_000 || e.EventAction != "trigger" || e.DedupKey == "" || len(e.DedupKey) > 255,
		e.Payload.Summary == "" || utf8.RuneCountInString(e.Payload.Summary) > 1024 || e.Payload.Source == "" || odd != nil,
		!slices.Contains([]string{"critical", "error", "warning", "info"}, e.Payload.Severity):
		return w.no(c, http.StatusBadRequest, "Event object is invalid")
	case e.RoutingKey != w.secret:
		return w.no(c, http.StatusBadRequest, "Invalid routing key")
	}
	w.join(c, PagerDuty, e.DedupKey, e.Payload.Severity+" "+e.Payload.Summary)
	return taken
}

// alert takes an alert.
func (w *Webhook) alert(c *call) answer {
	var a struct {
		Message, Alias, Description, Entity, Source, Priority string

		Tags    []string
		Details map[string]string
	}
	err := json.Unmarshal(c.body, &a)
	details := 0
	for k, v := range a.Details {
		details += utf8.RuneCountInString(k + v)
	}
	long := func(s string, most int) bool { return utf8.RuneCountInString(s) > most }
	switch {
	case c.Header.Get("Authorization") != "GenieKey "+w.secret:
		return w.no(c, http.StatusUnauthorized, "Could not authenticate")
	case err != nil, a.Message == "", long(a.Message, 130), long(a.Alias, 512), long(a.Description, 15_000), long(a.Entity, 512), long(a.Source, 100),
		len(a.Tags) > 20 || slices.ContainsFunc(a.Tags, func(t string) bool { return long(t, 50) }), details > 8_000,
		!regexp.MustCompile(`^P[1-5]$`).MatchString(a.Priority):
		return w.no(c, http.StatusUnprocessableEntity, "Request body is not processable")
	}
	w.join(c, Opsgenie, a.Alias, a.Priority+" "+a.Message)
	return answer{status: http.StatusAccepted, body: object{"result": "Request will be processed", "took": 0.1, "requestId": "1"}}
}

// follow acknowledges or closes an alert of Opsgenie's.
func (w *Webhook) follow(c *call) answer {
	action := c.PathValue("action")
	if c.Header.Get("Authorization") != "GenieKey "+w.secret {
		return w.no(c, http.StatusUnauthorized, "Could not authenticate")
	}
	if !slices.Contains([]string{"acknowledge", "close"}, action) || c.URL.Query().Get("identifierType") != "alias" || !json.Valid(c.body) {
		return w.no(c, http.StatusUnprocessableEntity, "Request is not processable")
	}
	w.stand(Opsgenie, c.PathValue("alias"), action)
	return answer{status: http.StatusAccepted, body: object{"result": "Request will be processed", "took": 0.1, "requestId": "1"}}
}

// stand has the alert of the name acknowledged or closed. One that is not
// there stays away.
func (w *Webhook) stand(channel, name, action string) {
	w.calls[name]++
	if m := w.find(channel, name); m != nil {
		m.post.Text = strings.TrimSuffix(m.post.Text, "\n") + "\n" + action
		m.post.Changed = time.Now()
	}
}

// join opens an alert, or adds to the one that is open under the name.
func (w *Webhook) join(c *call, channel, name, text string) {
	w.calls[name]++
	m := w.find(channel, name)
	if m == nil {
		m = &message{post: Post{Channel: channel, ID: name, Key: name}}
		w.add(m)
	} else {
		m.post.Edits++
	}
	m.show(&face{lines: []string{text}}, compact(c.body))
}
