package fakeroom

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A discordPerson is somebody in a server.
type discordPerson struct {
	id, name string
	roles    []string
	private  []*message // that nobody else sees
	choices  []Suggestion
	modal    object // the form that is open, or nil
	modalIn  *interaction
}

// A Suggestion is a value that may be picked.
type Suggestion struct{ Name, Value string }

// A signing is how interactions are delivered by signed requests.
type signing struct {
	address string
	key     ed25519.PrivateKey
	client  *http.Client
}

// Join has a person in the servers, with the roles.
func (d *Discord) Join(id, name string, roles ...string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.people[id] = &discordPerson{id: id, name: name, roles: roles}
}

// Move has a channel in another server; "" makes it a direct message.
func (d *Discord) Move(channel, guild string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.guilds[channel] = guild
}

// home returns the server that a channel is in.
func (d *Discord) home(channel string) string {
	if g, moved := d.guilds[channel]; moved {
		return g
	}
	return discordGuild
}

// Sign has interactions delivered by requests to the address that are signed
// with the key; a nil key sends them over the gateway again.
func (d *Discord) Sign(address string, key ed25519.PrivateKey, client *http.Client) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.signing = nil
	if key != nil {
		d.signing = &signing{address, key, client}
	}
}

// Private returns what only the person sees, in order of arrival.
func (d *Discord) Private(person string) []Post {
	d.mu.Lock()
	defer d.mu.Unlock()
	return posts(d.people[person].private)
}

// Suggested returns the values that a person may pick from.
func (d *Discord) Suggested(person string) []Suggestion {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.people[person].choices)
}

// Waiting returns how many answers are promised and not there.
func (d *Discord) Waiting() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := 0
	for _, i := range d.asked {
		if i.waiting {
			n++
		}
	}
	return n
}

// Command has a person give a command of /vedette with the arguments, and
// returns the interaction's ID. It goes nowhere if there is no such command.
func (d *Discord) Command(person, channel, name string, args map[string]string) string {
	d.mu.Lock()
	leaf := d.registered(name)
	if leaf == nil {
		d.violations = append(d.violations, "a person finds no command "+name)
		d.mu.Unlock()
		return ""
	}
	data := d.called(name, leaf, args, "", "")
	return d.interact(person, channel, 2, data)
}

// TypeAt has a person type at an argument of a command.
func (d *Discord) TypeAt(person, channel, name, param, typed string) string {
	d.mu.Lock()
	leaf := d.registered(name)
	if leaf == nil {
		d.violations = append(d.violations, "a person finds no command "+name)
		d.mu.Unlock()
		return ""
	}
	d.people[person].choices = nil
	return d.interact(person, channel, 4, d.called(name, leaf, nil, param, typed))
}

// registered returns the command of a name of up to two words, or nil.
func (d *Discord) registered(name string) object {
	for _, o := range d.command {
		found := o
		for word := range strings.FieldsSeq(name) {
			at := slices.IndexFunc(objects(list(found, "options")), func(o object) bool { return text(o, "name") == word })
			if at < 0 {
				found = nil
				break
			}
			found = objects(list(found, "options"))[at]
		}
		if found != nil && flags(found["type"]) == 1 {
			return found
		}
	}
	return nil
}

// called returns the data of a command.
func (d *Discord) called(name string, leaf object, args map[string]string, focused, typed string) object {
	given := []any{}
	users, members := make(object), make(object)
	for _, o := range objects(list(leaf, "options")) {
		v, ok := args[text(o, "name")]
		said := object{"name": o["name"], "type": o["type"], "value": v}
		switch kind := flags(o["type"]); {
		case text(o, "name") == focused && focused != "":
			said["value"], said["focused"] = typed, true
		case !ok:
			continue
		case kind == 5:
			said["value"] = v == "true"
		case kind == 6:
			if p := d.people[v]; p != nil {
				users[v], members[v] = p.user(), object{"nick": nil, "roles": p.roles, "joined_at": "2020-01-01T00:00:00Z", "permissions": "0", "flags": 0, "pending": false, "deaf": false, "mute": false}
			}
		}
		given = append(given, said)
	}
	for _, word := range slices.Backward(strings.Fields(name)) {
		kind := 1
		if word != strings.Fields(name)[len(strings.Fields(name))-1] {
			kind = 2
		}
		given = []any{object{"name": word, "type": kind, "options": given}}
	}
	return object{"id": "200000000000000000", "name": "vedette", "type": 1, "options": given, "resolved": object{"users": users, "members": members}}
}

// user returns the person as Discord tells it.
func (p *discordPerson) user() object {
	return object{"id": p.id, "username": strings.ToLower(p.name), "global_name": p.name, "discriminator": "0", "avatar": nil, "bot": false, "public_flags": 0}
}

// Press has a person press a button of a message that stands in a channel, or
// that only the person sees.
func (d *Discord) Press(person, channel, id, label string) string {
	d.mu.Lock()
	m := d.find(channel, id)
	for _, p := range d.people[person].private {
		if p.post.ID == id {
			m = p
		}
	}
	if m != nil {
		for _, row := range objects(list(m.body, "components")) {
			for _, b := range objects(list(row, "components")) {
				if text(b, "label") == label && text(b, "custom_id") != "" {
					return d.interact(person, channel, 3, object{"custom_id": b["custom_id"], "component_type": 2}, d.told(m))
				}
			}
		}
	}
	d.violations = append(d.violations, "a person finds no button "+label)
	d.mu.Unlock()
	return ""
}

// PressID has a person press a button that bears the ID, wherever that is from.
func (d *Discord) PressID(person, channel, id string) string {
	d.mu.Lock()
	return d.interact(person, channel, 3, object{"custom_id": id, "component_type": 2}, object{"id": "300000000000000001", "channel_id": channel, "content": "", "type": 0})
}

// Form returns the title and the labels of the form that is open for a
// person, or "".
func (d *Discord) Form(person string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	p := d.people[person]
	if p.modal == nil {
		return ""
	}
	lines := []string{text(p.modal, "title")}
	for _, r := range objects(list(p.modal, "components")) {
		for _, in := range objects(list(r, "components")) {
			lines = append(lines, text(in, "label")+": "+text(in, "value"))
		}
	}
	return strings.Join(lines, "\n")
}

// Submit has a person fill in the form that is open, field by field, and send
// it.
func (d *Discord) Submit(person string, values ...string) string {
	d.mu.Lock()
	p := d.people[person]
	if p.modal == nil {
		d.violations = append(d.violations, "a person finds no form")
		d.mu.Unlock()
		return ""
	}
	var rows []any
	for n, r := range objects(list(p.modal, "components")) {
		in := objects(list(r, "components"))[0]
		v := text(in, "value")
		if n < len(values) {
			v = values[n]
		}
		rows = append(rows, object{"type": 1, "components": []any{object{"type": 4, "custom_id": in["custom_id"], "value": v}}})
	}
	data := object{"custom_id": p.modal["custom_id"], "components": rows}
	channel := p.modalIn.room
	p.modal, p.modalIn = nil, nil
	return d.interact(person, channel, 5, data)
}

// Mention has a person write words in a channel, after the bot's name.
func (d *Discord) Mention(person, channel, words string) string {
	return d.Say(person, channel, "<@"+discordUser+"> "+words, discordUser)
}

// Say has a person write words in a channel, which mention those named. The
// bot reads words only where it is mentioned.
func (d *Discord) Say(person, channel, words string, mentions ...string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	p := d.people[person]
	id := strconv.FormatInt(d.next((time.Now().UnixMilli()-discordEpoch)<<22), 10)
	named := []any{}
	for _, m := range mentions {
		named = append(named, object{"id": m, "username": "vedette", "discriminator": "0", "avatar": nil, "bot": m == discordUser})
	}
	if !slices.Contains(mentions, discordUser) {
		words = ""
	}
	e := object{
		"id": id, "channel_id": channel, "type": 0, "author": p.user(), "content": words, "mentions": named, "mention_roles": []any{},
		"mention_everyone": false, "embeds": []any{}, "attachments": []any{}, "components": []any{}, "pinned": false, "tts": false,
		"timestamp": time.Now().UTC().Format(time.RFC3339Nano), "edited_timestamp": nil, "flags": 0,
	}
	root := channel
	if t := d.threads[channel]; t != nil {
		root = t.channel
	}
	if g := d.home(root); g != "" {
		e["guild_id"], e["member"] = g, p.member()
	}
	d.event("MESSAGE_CREATE", e)
	return id
}

// member returns the person as one of a server.
func (p *discordPerson) member() object {
	roles := []any{}
	for _, r := range p.roles {
		roles = append(roles, r)
	}
	return object{"nick": nil, "roles": roles, "joined_at": "2020-01-01T00:00:00Z", "permissions": "0", "flags": 0, "pending": false, "deaf": false, "mute": false, "avatar": nil, "premium_since": nil}
}

// interact delivers what a person did and returns its ID. It is called with
// the lock held, and lets it go.
func (d *Discord) interact(person, channel string, kind int, data object, shown ...object) string {
	n := d.next((time.Now().UnixMilli() - discordEpoch) << 22)
	id := strconv.FormatInt(n, 10)
	p := d.people[person]
	i := &interaction{id: id, token: "aW50ZXJhY3Rpb24_" + id, kind: kind, person: person, room: channel, place: place{channel: channel}, at: time.Now()}
	in := object{"id": channel, "type": 0, "name": "fakeroom", "parent_id": nil, "permissions": "0"}
	if t := d.threads[channel]; t != nil {
		i.place = place{channel: t.channel, thread: t}
		in["type"], in["parent_id"] = 11, t.channel
	}
	d.asked[i.token] = i
	e := object{
		"id": id, "application_id": discordUser, "type": kind, "token": i.token, "version": 1, "channel_id": channel, "channel": in, "data": data,
		"locale": "en-US", "entitlements": []any{}, "authorizing_integration_owners": object{"0": discordGuild}, "attachment_size_limit": 10 << 20, "app_permissions": "0", "context": 0,
	}
	if g := d.home(i.place.channel); g != "" {
		m := p.member()
		m["user"] = p.user()
		e["guild_id"], e["guild_locale"], e["member"] = g, "en-US", m
		e["guild"] = object{"id": g, "locale": "en-US", "features": []any{}}
	} else {
		e["user"], e["context"] = p.user(), 1
	}
	if len(shown) > 0 {
		e["message"] = shown[0]
	}
	s := d.signing
	if s == nil {
		d.event("INTERACTION_CREATE", e)
		d.mu.Unlock()
		return id
	}
	d.mu.Unlock()
	d.deliver(s, i, e)
	return id
}

// deliver sends an interaction by a signed request, and takes the answer.
func (d *Discord) deliver(s *signing, i *interaction, e object) {
	body, err := json.Marshal(e)
	if err != nil {
		return // what is made of strings can be encoded
	}
	c := &call{name: "POST /interactions/{interaction_id}/{interaction_token}/callback"}
	res, err := s.send(body, time.Now())
	if err != nil {
		d.accuse(c, "a signed request is not answered: %v", err)
		return
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	d.mu.Lock()
	defer d.mu.Unlock()
	var fields object
	switch {
	case err != nil || res.StatusCode != http.StatusOK || json.Unmarshal(raw, &fields) != nil:
		d.blame(c, "a signed request is answered with %d %q", res.StatusCode, raw)
	case time.Since(i.at) > discordFirst:
		d.blame(c, "a signed request is answered too late")
	default:
		c.Request, c.body = res.Request, raw
		d.schemas.check(c, d.blame)
		d.take(c, i, fields)
	}
}

// send sends a body as Discord does at a time.
func (s *signing) send(body []byte, at time.Time) (*http.Response, error) {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, s.address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	stamp := strconv.FormatInt(at.Unix(), 10)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Signature-Timestamp", stamp)
	req.Header.Set("X-Signature-Ed25519", hex.EncodeToString(ed25519.Sign(s.key, append([]byte(stamp), body...))))
	return s.client.Do(req)
}
