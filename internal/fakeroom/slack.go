package fakeroom

import (
	"encoding/json"
	"fmt"
	"math"
	"mime"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// A Slack answers as Slack's Web API does, and delivers what people do to an
// app: over its sockets, or signed to its address.
type Slack struct {
	*server

	// Lag is how long a message stands before the reading methods tell of it.
	// It may be set before the first request.
	Lag time.Duration

	// PerChannel limits the messages that are posted to a channel. It may be set
	// before the first request.
	PerChannel Limit

	token  string
	link   link
	people people
	files  files

	scopes    []string // of the bot's token
	appToken  string
	appScopes []string
	left      map[string]bool // channels that the bot is not in
}

// Limits of a message's text: a post that is longer is cut off, an edit is
// refused.
const (
	slackMostText = 40_000
	slackMostEdit = 4_000
)

// NewSlack starts a server for the bot with the token. Its channels are those
// whose id looks like one: C…, G… or D….
func NewSlack(token string) *Slack { return NewSlackOn(nil, token) }

// NewSlackOn is [NewSlack] on a listener, such as one in memory; nil is one on
// loopback.
func NewSlackOn(l net.Listener, token string) *Slack {
	s := &Slack{ //nolint:gosec // a token that opens nothing but this
		token:  token,
		link:   link{tickets: make(map[string]bool)},
		files:  files{byID: make(map[string]*file)},
		scopes: slackScopes(), left: make(map[string]bool),
		appToken: "xapp-1-A0FAKEROOM-1-canary", appScopes: []string{"connections:write"},
		people: people{
			names: make(map[string]string), groups: make(map[string][]string), private: make(map[string][]*message),
			modals: make(map[string]*modal), hooks: make(map[string]*hook), triggers: make(map[string]*trigger),
		},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/link/", s.accept)
	mux.HandleFunc("/hooks/", func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, "response_url", s.hooked) })
	mux.HandleFunc("/upload/", func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, "upload_url", s.uploaded) })
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.serve(w, r, strings.TrimPrefix(r.URL.Path, "/api/"), s.act)
	})
	s.server = start(l, mux)
	s.begin()
	return s
}

// Close ends the server, its sockets, and requests that are held back. The
// transcript stays.
func (s *Slack) Close() {
	s.server.Close()
	s.hangUp()
	s.link.reading.Wait()
}

// API returns what the URL of each method begins with, without a slash at its
// end.
func (s *Slack) API() string { return s.http.URL + "/api" }

// act does what c asks for.
func (s *Slack) act(c *call) answer {
	a, err := arguments(c)
	var said object
	switch {
	case err != nil:
		said = s.refuse(c, "invalid_json", err.Error())
	case c.name == "apps.connections.open":
		return answer{status: http.StatusOK, body: s.open(c, a)}
	case !s.admits(c, a):
		said = s.refuse(c, "invalid_auth")
	case c.name == "chat.postMessage" && s.PerChannel.Most > 0:
		if _, after, ok := s.meter.take(a.text("channel"), s.PerChannel); !ok {
			return answer{status: http.StatusTooManyRequests, header: http.Header{"Retry-After": {strconv.Itoa(int(math.Ceil(after.Seconds())))}}, body: object{"ok": false, "error": "ratelimited"}}
		}
		said = s.dispatch(c, a)
	default:
		said = s.dispatch(c, a)
	}
	return answer{status: http.StatusOK, header: s.headers(), body: said}
}

// dispatch calls the method.
func (s *Slack) dispatch(c *call, a args) object {
	method := map[string]func(*call, args) object{
		"chat.postMessage": s.post, "chat.update": s.update, "chat.postEphemeral": s.whispered,
		"conversations.history": s.history, "conversations.replies": s.replies, "pins.add": s.pin,
		"conversations.info": s.info,
	}[c.name]
	elsewhere := map[string]func(*call, args) object{
		"auth.test": s.whoami, "users.info": s.userInfo, "usergroups.users.list": s.groupMembers, "conversations.open": s.converse,
		"views.open": s.viewOpen, "views.update": s.viewUpdate,
		"files.getUploadURLExternal": s.uploadURL, "files.completeUploadExternal": s.uploadDone,
	}[c.name]
	switch {
	case elsewhere != nil:
		return elsewhere(c, a)
	case method == nil:
		return s.refuse(c, "unknown_method")
	case !regexp.MustCompile(`^[CGD][A-Z0-9]+$`).MatchString(a.text("channel")):
		return s.refuse(c, "channel_not_found", fmt.Sprintf("%q is no channel", a.text("channel")))
	}
	if no := s.denied(c, a); no != nil {
		return no
	}
	return method(c, a)
}

// whoami is auth.test.
func (s *Slack) whoami(*call, args) object {
	return object{
		"ok": true, "url": "https://fakeroom.slack.com/", "team": "fakeroom", "user": "vedette",
		"team_id": slackTeam, "user_id": slackUser, "bot_id": slackBot, "is_enterprise_install": false,
	}
}

// Who the bot is.
const (
	slackTeam = "T0FAKEROOM"
	slackUser = "U0FAKEROOM"
	slackBot  = "B0FAKEROOM"
)

// admits reports whether c brings the token, in its header or its form, and
// brings no other.
func (s *Slack) admits(c *call, a args) bool {
	header, form := strings.TrimPrefix(c.Header.Get("Authorization"), "Bearer "), a.text("token")
	return (header == s.token || header == "") && (form == s.token || form == "") && header+form != ""
}

// refuse answers as Slack does when it does not do what c asks for, and writes
// that down.
func (s *Slack) refuse(c *call, code string, why ...string) object {
	s.blame(c, "%s", strings.Join(append([]string{code}, why...), ": "))
	o := object{"ok": false, "error": code}
	if len(why) > 0 {
		messages := make([]string, len(why))
		for i, w := range why {
			messages[i] = "[ERROR] " + w
		}
		o["response_metadata"] = object{"messages": messages}
	}
	return o
}

// shut answers that a person has changed something that c did not know of.
func shut(code string) object { return object{"ok": false, "error": code} }

// post is chat.postMessage.
func (s *Slack) post(c *call, a args) object {
	channel, thread := a.text("channel"), a.text("thread_ts")
	root := s.find(channel, thread)
	switch {
	case s.archived[channel]:
		return shut("is_archived")
	case thread != "" && s.deleted[thread]:
		return shut("thread_not_found")
	case thread != "" && root == nil:
		return s.refuse(c, "thread_not_found", fmt.Sprintf("no message of the channel has the ts %q", thread))
	case root != nil && root.post.Thread != "":
		return s.refuse(c, "cannot_reply_to_message", fmt.Sprintf("%s is a reply, not a thread's root", thread))
	}
	s.habits(c, a)
	if code, why := checkSlack(a); code != "" {
		return s.refuse(c, code, why...)
	}
	m, warned := s.stand(c, a, channel, thread)
	said := object{"ok": true, "channel": channel, "ts": m.post.ID, "message": slackMessage(m, true)}
	if warned {
		said["response_metadata"] = object{"warnings": []string{"message_truncated"}}
	}
	return said
}

// stand makes what a says stand in the channel, and reports whether text was
// lost.
func (s *Slack) stand(c *call, a args, channel, thread string) (m *message, cut bool) {
	id := s.next(time.Now().UnixMicro())
	m = &message{
		post: Post{Channel: channel, ID: fmt.Sprintf("%d.%06d", id/1e6, id%1e6), Thread: thread},
		body: object{"type": "message", "user": slackUser, "bot_id": slackBot, "team": slackTeam},
	}
	m.body["ts"] = m.post.ID
	if thread != "" {
		m.body["thread_ts"] = thread
	}
	cut = s.lay(c, a, m)
	s.add(m)
	return m, cut
}

// update is chat.update.
func (s *Slack) update(c *call, a args) object {
	channel, ts := a.text("channel"), a.text("ts")
	m := s.find(channel, ts)
	switch {
	case s.archived[channel]:
		return shut("is_archived")
	case s.deleted[ts]:
		return shut("message_not_found")
	case m == nil:
		return s.refuse(c, "message_not_found", fmt.Sprintf("no message of the channel has the ts %q", ts))
	}
	s.habits(c, a)
	if n := units(a.text("text")); n > slackMostEdit {
		return s.refuse(c, "msg_too_long", fmt.Sprintf("text has %d characters, most for an edit are %d", n, slackMostEdit))
	}
	if code, why := checkSlack(a); code != "" {
		return s.refuse(c, code, why...)
	}
	s.lay(c, a, m)
	m.post.Edits++
	m.post.Changed = time.Now()
	at := m.post.Changed.UnixMicro()
	m.body["edited"] = object{"user": slackUser, "ts": fmt.Sprintf("%d.%06d", at/1e6, at%1e6)}
	return object{"ok": true, "channel": channel, "ts": ts, "text": m.body["text"], "message": slackMessage(m, true)}
}

// pin is pins.add.
func (s *Slack) pin(c *call, a args) object {
	ts := a.text("timestamp")
	m := s.find(a.text("channel"), ts)
	switch {
	case s.archived[a.text("channel")]:
		return shut("is_archived")
	case s.deleted[ts]:
		return shut("message_not_found")
	case m == nil:
		return s.refuse(c, "message_not_found", fmt.Sprintf("no message of the channel has the ts %q", ts))
	case m.post.Pinned:
		return shut("already_pinned")
	}
	m.post.Pinned = true
	return object{"ok": true}
}

// lay makes m what a says. What an edit does not name stays as it is: Slack
// documents that of blocks and metadata. lay reports whether text was lost.
func (s *Slack) lay(c *call, a args, m *message) (cut bool) {
	raw := a.raw() // before the blocks get IDs
	if _, named := a["text"]; named {
		m.body["text"] = a.text("text")
		if t := []rune(a.text("text")); len(t) > slackMostText {
			s.blame(c, "text has %d characters, Slack cuts it off after %d", len(t), slackMostText)
			m.body["text"], cut = string(t[:slackMostText]), true
		}
	}
	for _, name := range []string{"blocks", "metadata"} {
		if v, err := a.value(name); v != nil && err == nil {
			m.body[name] = v
		}
	}
	for i, b := range objects(list(m.body, "blocks")) {
		if text(b, "block_id") == "" {
			b["block_id"] = fmt.Sprintf("b%d", i) // Slack makes one up, too
		}
	}
	m.post.Key = text(inner(inner(m.body, "metadata"), "event_payload"), "delivery_id")
	m.show(slackFace(m.body, a), raw)
	return cut
}

// args are what a method is called with.
type args map[string]any

// arguments reads them from c's form or JSON, and from its query.
func arguments(c *call) (args, error) {
	a := make(args)
	kind, _, _ := mime.ParseMediaType(c.Header.Get("Content-Type"))
	if kind == "application/json" && len(c.body) > 0 {
		if err := json.Unmarshal(c.body, &a); err != nil {
			return nil, err
		}
		return a, nil
	}
	form, err := url.ParseQuery(string(c.body))
	if err != nil {
		return nil, err
	}
	for _, values := range []url.Values{c.URL.Query(), form} {
		for name := range values {
			a[name] = values.Get(name)
		}
	}
	return a, nil
}

// text returns the argument as a form would have it.
func (a args) text(name string) string {
	switch v := a[name].(type) {
	case nil:
		return ""
	case string:
		return v
	default:
		return fmt.Sprint(v)
	}
}

// yes reports whether the argument is true.
func (a args) yes(name string) bool { return a.text(name) == "true" || a.text(name) == "1" }

// value returns the argument as the JSON that it is or holds, nil if it is not
// there.
func (a args) value(name string) (any, error) {
	s, ok := a[name].(string)
	if !ok {
		return a[name], nil
	}
	var v any
	err := json.Unmarshal([]byte(s), &v)
	return v, err
}

// raw returns the arguments as one object.
func (a args) raw() json.RawMessage {
	o := make(object, len(a))
	for name, v := range a {
		if name == "blocks" || name == "metadata" || name == "attachments" {
			if parsed, err := a.value(name); err == nil {
				v = parsed
			}
		}
		o[name] = v
	}
	delete(o, "token")
	raw, err := json.Marshal(o)
	if err != nil {
		return nil // what came as JSON goes as JSON
	}
	return raw
}
