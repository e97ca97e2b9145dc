package fakeroom

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// What is delivered to an app, in the words of Socket Mode.
const (
	slackSlash    = "slash_commands"
	slackInteract = "interactive"
	slackEvents   = "events_api"
)

// slackApp is the app's ID.
const slackApp = "A0FAKEROOM"

// people is what a Slack knows of those who talk to the app. The server's lock
// guards it.
type people struct {
	names    map[string]string // by user
	groups   map[string][]string
	private  map[string][]*message // what only one user sees
	modals   map[string]*modal     // that a user has open
	hooks    map[string]*hook      // by their path
	triggers map[string]*trigger

	address, secret string // where signed requests go, or ""
	client          *http.Client
}

// A trigger opens a modal once.
type trigger struct {
	user string
	at   time.Time
}

// Join makes the user somebody who is called so.
func (s *Slack) Join(user, name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.people.names[user] = name
}

// Group makes those the members of the user group with the id.
func (s *Slack) Group(id string, members ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.people.groups[id] = members
}

// Sign has what people do sent as requests to the address, such as
// https://vedette.example/slack, signed with the secret, and not to sockets.
func (s *Slack) Sign(address, secret string, client *http.Client) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.people.address, s.people.secret, s.people.client = address, secret, client
}

// Private returns what only the user sees, in order of arrival.
func (s *Slack) Private(user string) []Post {
	s.mu.Lock()
	defer s.mu.Unlock()
	return posts(s.people.private[user])
}

// Command has a user type /vedette and the words in a channel.
func (s *Slack) Command(user, channel, words string) {
	s.mu.Lock()
	payload := map[string]string{
		"token": "verification", "team_id": slackTeam, "team_domain": "fakeroom", "channel_id": channel, "channel_name": "desk",
		"user_id": user, "user_name": s.people.names[user], "command": "/vedette", "text": escaped(words), "api_app_id": slackApp,
		"is_enterprise_install": "false", "response_url": s.hookFor(user, channel), "trigger_id": s.triggerFor(user),
	}
	s.mu.Unlock()
	s.deliver(slackSlash, user, payload)
}

// escaped returns words as Slack passes them on.
func escaped(words string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(words)
}

// Mention has a user name the bot in a channel, before the words, in a thread
// unless that is "". It returns the message's ID. The words are Slack's
// markup.
func (s *Slack) Mention(user, channel, thread, words string) string {
	s.mu.Lock()
	id := s.next(time.Now().UnixMicro())
	m := &message{post: Post{Channel: channel, ID: fmt.Sprintf("%d.%06d", id/1e6, id%1e6), Thread: thread}}
	m.body = object{"type": "message", "user": user, "team": slackTeam, "ts": m.post.ID, "text": "<@" + slackUser + "> " + words}
	m.show(slackFace(m.body, args{}), nil)
	s.add(m)
	event := object{
		"type": "app_mention", "user": user, "team": slackTeam, "text": m.body["text"], "ts": m.post.ID,
		"channel": channel, "event_ts": m.post.ID,
	}
	if thread != "" {
		event["thread_ts"] = thread
	}
	s.mu.Unlock()
	s.deliver(slackEvents, user, object{
		"token": "verification", "team_id": slackTeam, "api_app_id": slackApp, "type": "event_callback", "event": event,
		"event_id": fmt.Sprintf("Ev%d", id), "event_time": id / 1e6, "is_ext_shared_channel": false,
		"authorizations": []object{{"team_id": slackTeam, "user_id": slackUser, "is_bot": true}},
	})
	return m.post.ID
}

// Press has a user press the button with the label, in the message with the id
// that stands in the channel or that only the user sees. It reports whether
// there is one.
func (s *Slack) Press(user, channel, id, label string) bool {
	s.mu.Lock()
	m := s.find(channel, id)
	private := m == nil
	for _, seen := range s.people.private[user] {
		if private && seen.post.ID == id {
			m = seen
		}
	}
	if m == nil {
		s.mu.Unlock()
		return false
	}
	button := pressable(objects(list(m.body, "blocks")), label)
	if button == nil {
		s.mu.Unlock()
		return false
	}
	container := object{"type": "message", "message_ts": id, "channel_id": channel, "is_ephemeral": private}
	if m.post.Thread != "" {
		container["thread_ts"] = m.post.Thread
	} else if s.told(m, args{})["thread_ts"] != nil && !private {
		container["thread_ts"] = id
	}
	payload := s.interaction("block_actions", user)
	payload["container"], payload["channel"] = container, object{"id": channel, "name": "desk"}
	payload["message"] = slackMessage(m, false)
	payload["state"] = object{"values": object{}}
	payload["response_url"], payload["actions"] = s.hookFor(user, channel), []object{button}
	s.mu.Unlock()
	s.deliver(slackInteract, user, payload)
	return true
}

// interaction returns what all interactions have.
func (s *Slack) interaction(kind, user string) object {
	return object{
		"type": kind, "token": "verification", "api_app_id": slackApp, "trigger_id": s.triggerFor(user),
		"team": object{"id": slackTeam, "domain": "fakeroom"}, "enterprise": nil, "is_enterprise_install": false,
		"user": object{"id": user, "username": s.people.names[user], "name": s.people.names[user], "team_id": slackTeam},
	}
}

// pressable returns the button with the label as an action, or nil.
func pressable(blocks []object, label string) object {
	for _, b := range blocks {
		all := objects(list(b, "elements"))
		if text(b, "type") == "section" {
			all = objects([]any{b["accessory"]})
		}
		for _, e := range all {
			if text(e, "type") != "button" || text(inner(e, "text"), "text") != label {
				continue
			}
			action := object{
				"type": "button", "action_id": e["action_id"], "block_id": b["block_id"], "text": e["text"],
				"action_ts": "1582984800.000001",
			}
			for _, k := range []string{"value", "url"} {
				if v, ok := e[k]; ok {
					action[k] = v
				}
			}
			return action
		}
	}
	return nil
}

// hookFor returns a new response URL.
func (s *Slack) hookFor(user, channel string) string {
	path := fmt.Sprintf("/hooks/%d", s.next(time.Now().UnixMicro()))
	s.people.hooks[path] = &hook{user: user, channel: channel, at: time.Now()}
	return s.http.URL + path
}

// triggerFor returns a new trigger ID.
func (s *Slack) triggerFor(user string) string {
	id := fmt.Sprintf("%d.fakeroom", s.next(time.Now().UnixMicro()))
	s.people.triggers[id] = &trigger{user: user, at: time.Now()}
	return id
}

// Deliver delivers a payload of a kind, such as slash_commands, as it is.
func (s *Slack) Deliver(kind string, payload any) { s.deliver(kind, "", payload) }

// deliver tells the app what a person did, over the transport that it has.
func (s *Slack) deliver(kind, user string, payload any) {
	s.mu.Lock()
	address, client := s.people.address, s.people.client
	s.mu.Unlock()
	if address == "" {
		s.push(kind, user, payload)
		return
	}
	body, where := slackBody(kind, payload)
	req, err := http.NewRequest(http.MethodPost, address+where, bytes.NewReader(body)) //nolint:noctx // as long as the test
	if err != nil {
		panic(err) // a test named no address
	}
	if req.Header.Set("Content-Type", "application/x-www-form-urlencoded"); kind == slackEvents {
		req.Header.Set("Content-Type", "application/json")
	}
	maps.Copy(req.Header, SlackSignature(s.people.secret, time.Now(), body))
	asked := time.Now()
	res, err := client.Do(req)
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &call{name: where}
	if err != nil {
		s.blame(c, "the app does not answer: %v", err)
		return
	}
	defer func() { _ = res.Body.Close() }()
	said, err := io.ReadAll(io.LimitReader(res.Body, mostBody))
	after := time.Since(asked)
	switch {
	case err != nil || res.StatusCode != http.StatusOK:
		s.blame(c, "the app answers %s: %v", res.Status, err)
		return
	case after > slackAckWithin:
		s.blame(c, "the app answers after %v", after)
	}
	s.link.acks = append(s.link.acks, Ack{Kind: kind, Payload: said, After: after})
	if len(said) > 0 {
		s.responded(c, kind, user, said)
	}
}

// slackBody returns a payload as the body of a request, and where below the
// address it goes.
func slackBody(kind string, payload any) (body []byte, where string) {
	raw, err := json.Marshal(payload)
	if err != nil {
		panic(err) // it is made of strings
	}
	switch kind {
	case slackEvents:
		return raw, "/events"
	case slackInteract:
		return []byte(url.Values{"payload": {string(raw)}}.Encode()), "/interactivity"
	}
	form := make(url.Values)
	if fields, ok := payload.(map[string]string); ok {
		for k, v := range fields {
			form.Set(k, v)
		}
	}
	return []byte(form.Encode()), "/commands"
}

// SlackSignature returns the headers by which Slack signs a body.
func SlackSignature(secret string, at time.Time, body []byte) http.Header {
	stamp := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "v0:%s:%s", stamp, body)
	return http.Header{
		"X-Slack-Request-Timestamp": {stamp},
		"X-Slack-Signature":         {"v0=" + hex.EncodeToString(mac.Sum(nil))},
	}
}

// responded takes what an app says with its acknowledgement.
func (s *Slack) responded(c *call, kind, user string, raw json.RawMessage) {
	var said object
	if len(raw) == 0 || json.Unmarshal(raw, &said) == nil && len(said) == 0 {
		return
	}
	switch {
	case said == nil:
		s.blame(c, "%s is answered with %s", kind, raw)
	case kind == slackSlash:
		m := s.whisper(user, "", "")
		s.lay(c, args(said), m)
	case kind == slackInteract && s.people.modals[user] != nil:
		s.submitted(c, user, said)
	default:
		s.blame(c, "%s takes no answer, got %s", kind, raw)
	}
}

// whisper adds a message that only the user sees.
func (s *Slack) whisper(user, channel, thread string) *message {
	id := s.next(time.Now().UnixMicro())
	m := &message{
		post: Post{Channel: channel, ID: fmt.Sprintf("%d.%06d", id/1e6, id%1e6), Thread: thread, At: time.Now()},
		body: object{"type": "message", "user": slackUser, "bot_id": slackBot, "team": slackTeam},
	}
	m.body["ts"] = m.post.ID
	s.people.private[user] = append(s.people.private[user], m)
	return m
}

// whispered is chat.postEphemeral.
func (s *Slack) whispered(c *call, a args) object {
	user := a.text("user")
	if s.archived[a.text("channel")] {
		return shut("is_archived")
	}
	if _, known := s.people.names[user]; !known {
		return s.refuse(c, "user_not_in_channel", fmt.Sprintf("%q is nobody", user))
	}
	s.habits(c, a)
	if code, why := checkSlack(a); code != "" {
		return s.refuse(c, code, why...)
	}
	m := s.whisper(user, a.text("channel"), a.text("thread_ts"))
	s.lay(c, a, m)
	return object{"ok": true, "message_ts": m.post.ID}
}
