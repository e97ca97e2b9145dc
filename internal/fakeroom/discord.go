package fakeroom

import (
	"encoding/json"
	"fmt"
	"maps"
	"mime"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// discordBase is where Discord's paths begin.
const discordBase = "/api/v10"

// discordEpoch is the millisecond that Discord's IDs count from.
const discordEpoch = 1_420_070_400_000

// Who the bot is, and where its channels are.
const (
	discordUser  = "100000000000000001"
	discordGuild = "100000000000000002"
)

// snowflake is the shape of a Discord id.
var snowflake = regexp.MustCompile(`^[1-9][0-9]{16,19}$`)

// A Discord answers as Discord's REST API v10 does.
type Discord struct {
	*server

	// NonceWindow is how long an enforced nonce makes one message of two. It
	// may be set before the first request.
	NonceWindow time.Duration

	// PerChannel limits each method and path of a channel, or of a thread, and
	// PerAccount all that is asked for. They may be set before the first
	// request.
	PerChannel, PerAccount Limit

	token   string
	schemas schemas
	nonces  map[string]*message // the first of its nonce, in the window
	threads map[string]*thread  // by ID, which is its root's

	gate    gate
	people  map[string]*discordPerson // by ID
	guilds  map[string]string         // by the ID of a channel that is not in discordGuild
	asked   map[string]*interaction   // by token
	signing *signing                  // nil: interactions go over the gateway
	opened  []Opening
	command []object // as they are registered
	puts    int      // registrations ever

	denied      map[string]int64 // permissions that the bot lacks, by channel
	types       map[string]int   // of channels that hold no text
	application object
	silent      time.Time // until when the bot is in time-out
}

// NewDiscord starts a server for the bot with the token. Its channels are all
// those whose id has the shape of one. If openapiPath is not "", each body is
// also held against Discord's OpenAPI document in that file.
func NewDiscord(token, openapiPath string) (*Discord, error) {
	return NewDiscordOn(nil, token, openapiPath)
}

// NewDiscordOn is [NewDiscord] on a listener, such as one in memory; nil is one
// on loopback.
func NewDiscordOn(l net.Listener, token, openapiPath string) (*Discord, error) {
	d := &Discord{
		NonceWindow: 5 * time.Minute, token: token,
		nonces: make(map[string]*message), threads: make(map[string]*thread),
		gate:   gate{every: discordBeat, sessions: make(map[string]*gateSession), left: 1000},
		people: make(map[string]*discordPerson), guilds: make(map[string]string), asked: make(map[string]*interaction),
		denied: make(map[string]int64), types: make(map[string]int), application: discordApp(),
	}
	routes := map[string]func(*call) answer{
		"GET /users/@me":                                      d.me,
		"GET /applications/@me":                               d.app,
		"GET /guilds/{guild}":                                 d.guild,
		"GET /guilds/{guild}/members/{user}":                  d.guildMember,
		"GET /channels/{channel}":                             d.channel,
		"GET /channels/{channel}/messages":                    d.list,
		"POST /channels/{channel}/messages":                   d.post,
		"GET /channels/{channel}/messages/{message}":          d.get,
		"PATCH /channels/{channel}/messages/{message}":        d.edit,
		"PUT /channels/{channel}/messages/pins/{message}":     d.pin,
		"POST /channels/{channel}/messages/{message}/threads": d.startThread,

		"GET /gateway/bot": d.gatewayBot,
		"GET /applications/{application_id}/commands":                      d.commands,
		"PUT /applications/{application_id}/commands":                      d.putCommands,
		"POST /interactions/{interaction_id}/{interaction_token}/callback": d.callback,
		"GET /webhooks/{webhook_id}/{webhook_token}/messages/@original":    d.original,
		"PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original":  d.editOriginal,
		"DELETE /webhooks/{webhook_id}/{webhook_token}/messages/@original": d.deleteOriginal,
		"POST /webhooks/{webhook_id}/{webhook_token}":                      d.followUp,
	}
	var err error
	if d.schemas, err = readSchemas(openapiPath, routes); err != nil {
		return nil, fmt.Errorf("fakeroom: %w", err)
	}
	mux := http.NewServeMux()
	for name, act := range routes {
		method, path, _ := strings.Cut(name, " ")
		mux.HandleFunc(method+" "+discordBase+path, func(w http.ResponseWriter, r *http.Request) {
			d.serve(w, r, name, d.limited(d.admitted(act)))
		})
	}
	mux.HandleFunc(gatePath, d.accept)
	mux.HandleFunc(gateResume, d.accept)
	mux.HandleFunc(gateResume+"/", d.accept)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		name := r.Method + " " + strings.TrimPrefix(r.URL.Path, discordBase)
		d.serve(w, r, name, d.limited(d.admitted(func(c *call) answer { return d.refuse(c, http.StatusNotFound, 0, "404: Not Found") })))
	})
	d.server = start(l, mux)
	d.begin()
	return d, nil
}

// API returns what the URL of each request begins with, without a slash at its
// end.
func (d *Discord) API() string { return d.http.URL + discordBase }

// admitted returns act for those that bring the token and say who they are.
func (d *Discord) admitted(act func(*call) answer) func(*call) answer {
	return func(c *call) answer {
		if ua := c.UserAgent(); !strings.HasPrefix(ua, "DiscordBot (") {
			d.blame(c, "the User-Agent is %q, want DiscordBot (…", ua)
		}
		if c.Header.Get("Authorization") == "Bot "+d.token || strings.Contains(c.name, "_token}") { // which stands in the path
			return act(c)
		}
		return d.refuse(c, http.StatusUnauthorized, 0, "401: Unauthorized")
	}
}

// refuse answers as Discord does when it does not do what c asks for, and
// writes that down.
func (d *Discord) refuse(c *call, status, code int, message string, faults ...bodyFault) answer {
	a := gone(status, code, message)
	if len(faults) == 0 {
		d.blame(c, "%d: %s", code, message)
		return a
	}
	all := make(object)
	for _, f := range faults {
		d.blame(c, "%d: %s: %s", code, f.at, f.why)
		f.tell(all)
	}
	a.body.(object)["errors"] = all
	return a
}

// gone answers that something is not as c thinks, and does not hold it
// against the client: a person may have changed it, or an earlier answer was
// lost.
func gone(status, code int, message string) answer {
	return answer{status: status, body: object{"code": code, "message": message}}
}

// me is GET /users/@me.
func (d *Discord) me(*call) answer {
	return answer{status: http.StatusOK, body: discordAuthor()}
}

// discordAuthor returns the bot as a user.
func discordAuthor() object {
	return object{"id": discordUser, "username": "vedette", "discriminator": "0", "global_name": nil, "avatar": nil, "bot": true}
}

// A place is where a call's channel leads: a channel, or a thread of it.
type place struct {
	channel string
	thread  *thread // nil for the channel itself
}

// root returns the thread's, or "".
func (p place) root() string {
	if p.thread == nil {
		return ""
	}
	return p.thread.id
}

// place returns where c wants to go, or false and the answer that it is not
// there.
func (d *Discord) place(c *call) (p place, refused answer, ok bool) {
	id := c.PathValue("channel")
	if t := d.threads[id]; t != nil && !d.archived[t.channel] {
		return place{channel: t.channel, thread: t}, answer{}, true
	}
	switch {
	case c.Method == http.MethodGet && d.threadless(id): // who looks for an answer does not know whether there is one
		return place{}, gone(http.StatusNotFound, 10003, "Unknown Channel"), false
	case !snowflake.MatchString(id):
		return place{}, d.refuse(c, http.StatusNotFound, 10003, "Unknown Channel"), false
	case d.archived[id] || d.threads[id] != nil:
		return place{}, gone(http.StatusNotFound, 10003, "Unknown Channel"), false
	case !d.may(id, ViewChannel):
		return place{}, unseen(), false
	}
	return place{channel: id}, answer{}, true
}

// threadless reports whether id is that of a message without a thread.
func (d *Discord) threadless(id string) bool {
	for channel := range d.standing {
		if d.find(channel, id) != nil {
			return true
		}
	}
	return false
}

// post is POST /channels/{channel}/messages.
func (d *Discord) post(c *call) answer {
	p, refused, ok := d.place(c)
	if !ok {
		return refused
	}
	fields, refused, ok := d.fields(c)
	if !ok {
		return refused
	}
	d.habits(c, fields)
	n, refused, ok := d.valid(c, fields)
	if !ok {
		return refused
	}
	if no, ok := d.posts(p, fields); !ok {
		return no
	}
	if first := d.nonces[n.nonce()]; first != nil && n.EnforceNonce && time.Since(first.post.At) < d.NonceWindow {
		if d.deleted[first.post.ID] {
			return gone(http.StatusNotFound, 10008, "Unknown Message")
		}
		return answer{status: http.StatusOK, body: d.told(first)}
	}
	if p.thread != nil {
		delete(d.archived, p.thread.id) // a post opens a thread again
	}
	m := d.made(c.PathValue("channel"), p, fields, n, c.body)
	m.post.Key = n.nonce()
	d.add(m)
	if m.post.Key != "" {
		d.nonces[m.post.Key] = m
	}
	said := d.told(m)
	said["nonce"] = fields["nonce"]
	return answer{status: http.StatusOK, body: said}
}

// made returns a message of the bot as it is written to a channel, or a thread
// of it. It does not stand there yet.
func (d *Discord) made(channel string, p place, fields object, n *note, raw []byte) *message {
	now := time.Now()
	id := strconv.FormatInt(d.next((now.UnixMilli()-discordEpoch)<<22), 10)
	m := &message{
		post: Post{Channel: p.channel, ID: id, Thread: p.root()},
		body: object{
			"id": id, "channel_id": channel, "type": 0, "author": discordAuthor(), "content": "",
			"embeds": []any{}, "components": []any{}, "attachments": []any{}, "mentions": []any{}, "mention_roles": []any{},
			"mention_everyone": false, "pinned": false, "tts": false, "flags": 0, "edited_timestamp": nil,
			"timestamp": now.UTC().Format(time.RFC3339Nano),
		},
	}
	m.lay(fields, n)
	m.show(discordFace(n), compact(raw))
	return m
}

// edit is PATCH /channels/{channel}/messages/{message}.
func (d *Discord) edit(c *call) answer {
	p, refused, ok := d.place(c)
	if !ok {
		return refused
	}
	id := c.PathValue("message")
	m := d.find(p.channel, id)
	switch {
	case d.deleted[id]:
		return gone(http.StatusNotFound, 10008, "Unknown Message")
	case m == nil || m.post.Thread != p.root():
		return d.refuse(c, http.StatusNotFound, 10008, "Unknown Message")
	case p.thread != nil && d.archived[p.thread.id]:
		return gone(http.StatusBadRequest, 50083, "Thread is archived")
	}
	fields, refused, ok := d.fields(c)
	if !ok {
		return refused
	}
	d.habits(c, fields)
	merged := make(object)
	for _, name := range laid() {
		merged[name] = m.body[name]
	}
	maps.Copy(merged, fields)
	n, refused, ok := d.valid(c, merged)
	if !ok {
		return refused
	}
	m.lay(fields, n)
	m.show(discordFace(n), compact(c.body))
	m.post.Edits++
	m.post.Changed = time.Now()
	m.body["edited_timestamp"] = m.post.Changed.UTC().Format(time.RFC3339Nano)
	return answer{status: http.StatusOK, body: d.told(m)}
}

// pin is PUT /channels/{channel}/messages/pins/{message}.
func (d *Discord) pin(c *call) answer {
	p, refused, ok := d.place(c)
	if !ok {
		return refused
	}
	id := c.PathValue("message")
	m := d.find(p.channel, id)
	switch {
	case d.deleted[id]:
		return gone(http.StatusNotFound, 10008, "Unknown Message")
	case m == nil:
		return d.refuse(c, http.StatusNotFound, 10008, "Unknown Message")
	}
	m.post.Pinned = true
	return answer{status: http.StatusNoContent}
}

// laid returns the fields of a message that a client sets, and an edit may
// leave as they are.
func laid() []string { return []string{"content", "embeds", "components", "flags"} }

// lay makes the message what fields say. Null takes away what there was.
func (m *message) lay(fields object, n *note) {
	for _, name := range laid() {
		v, named := fields[name]
		switch {
		case !named:
		case v != nil:
			m.body[name] = v
		case name == "content":
			m.body[name] = ""
		case name == "flags":
			m.body[name] = 0
		default:
			m.body[name] = []any{}
		}
	}
	m.body["content"] = strings.TrimSpace(n.Content)
	for _, e := range objects(list(m.body, "embeds")) {
		e["type"] = "rich"
	}
}

// fields returns c's body as an object, if Discord can read it: as JSON, or
// beside files.
func (d *Discord) fields(c *call) (fields object, refused answer, ok bool) {
	var names map[string]string
	kind, more, _ := mime.ParseMediaType(c.Header.Get("Content-Type"))
	if kind == "multipart/form-data" {
		var fault string
		if c, names, fault = parted(c, more["boundary"]); fault != "" {
			return nil, d.refuse(c, http.StatusBadRequest, 50035, fault), false
		}
		kind = "application/json"
	}
	if kind != "application/json" || json.Unmarshal(c.body, &fields) != nil || fields == nil {
		return nil, d.refuse(c, http.StatusBadRequest, 50109, "The request body contains invalid JSON."), false
	}
	d.schemas.check(c, d.blame)
	of := fields
	if data := inner(fields, "data"); data != nil {
		of = data
	}
	for _, a := range objects(list(of, "attachments")) {
		if name := names[fmt.Sprint(a["id"])]; name != "" {
			a["filename"] = name // as the file is called that came
		}
	}
	return fields, answer{}, true
}

// valid returns fields as a message, if Discord takes it.
func (d *Discord) valid(c *call, fields object) (n *note, refused answer, ok bool) {
	n, faults := readNote(fields)
	switch {
	case len(faults) > 0:
		return nil, d.refuse(c, http.StatusBadRequest, 50035, "Invalid Form Body", faults...), false
	case n.empty():
		return nil, d.refuse(c, http.StatusBadRequest, 50006, "Cannot send an empty message"), false
	}
	return n, answer{}, true
}
