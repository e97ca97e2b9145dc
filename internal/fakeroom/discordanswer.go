package fakeroom

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"
)

// Times of an interaction: until its first answer, and as long as its token
// holds.
const (
	discordFirst = 3 * time.Second
	discordToken = 15 * time.Minute
)

// ephemeral is the flag of what one person sees.
const ephemeral = 1 << 6

// An interaction is what a person did, and what came of it.
type interaction struct {
	id, token string
	kind      int // 2 a command, 3 a press, 4 what may be typed, 5 a form
	person    string
	place     place
	room      string // ID of the channel or thread
	at        time.Time
	answered  bool
	waiting   bool // the original is a promise
	hidden    bool // one person sees the original
	gone      bool // the original was deleted
	original  *message
}

// An Opening is the first answer to an interaction.
type Opening struct {
	Interaction string
	Type        int
	After       time.Duration
}

// Openings returns the first answers so far.
func (d *Discord) Openings() []Opening {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.opened)
}

// callback is POST /interactions/{interaction_id}/{interaction_token}/callback.
func (d *Discord) callback(c *call) answer {
	i := d.asked[c.PathValue("interaction_token")]
	switch {
	case i == nil || i.id != c.PathValue("interaction_id"):
		return d.refuse(c, http.StatusNotFound, 10062, "Unknown interaction")
	case i.answered:
		return gone(http.StatusBadRequest, 40060, "Interaction has already been acknowledged.")
	case time.Since(i.at) > discordFirst:
		return d.refuse(c, http.StatusNotFound, 10062, "Unknown interaction")
	}
	fields, refused, ok := d.fields(c)
	if !ok {
		return refused
	}
	if refused, ok = d.take(c, i, fields); !ok {
		return refused
	}
	return answer{status: http.StatusNoContent}
}

// take does what the first answer to an interaction says.
func (d *Discord) take(c *call, i *interaction, fields object) (refused answer, ok bool) {
	kind, _ := fields["type"].(float64)
	data := inner(fields, "data")
	bad := func(at, why string) (answer, bool) {
		return d.refuse(c, http.StatusBadRequest, 50035, "Invalid Form Body", bodyFault{at, "UNKNOWN_HERE", why}), false
	}
	switch kind {
	case 4:
		m, refused, ok := d.replied(c, i, data)
		if !ok {
			return refused, false
		}
		i.original, i.hidden = m, flags(data["flags"])&ephemeral != 0
		d.stand(i, m, i.hidden)
	case 5:
		i.waiting, i.hidden = true, flags(data["flags"])&ephemeral != 0
	case 8:
		if i.kind != 4 {
			return bad("type", "Nothing was being typed.")
		}
		all := objects(list(data, "choices"))
		if len(all) > 25 {
			return bad("data/choices", "Must be 25 or fewer.")
		}
		d.people[i.person].choices = nil
		for at, o := range all {
			if n, v := count(text(o, "name")), count(text(o, "value")); n < 1 || n > 100 || v > 100 {
				return bad(fmt.Sprintf("data/choices/%d", at), "Must be between 1 and 100 in length.")
			}
			d.people[i.person].choices = append(d.people[i.person].choices, Suggestion{text(o, "name"), text(o, "value")})
		}
	case 9:
		if i.kind == 5 || i.kind == 4 {
			return bad("type", "A form cannot be answered by a form.")
		}
		if why := modalFault(data); why != "" {
			return bad("data", why)
		}
		d.people[i.person].modal, d.people[i.person].modalIn = data, i
	default:
		return bad("type", fmt.Sprintf("An answer of type %v is not known here.", kind))
	}
	if i.kind == 4 && kind != 8 {
		return bad("type", "What is being typed is answered with choices.")
	}
	i.answered = true
	d.opened = append(d.opened, Opening{Interaction: i.id, Type: int(kind), After: time.Since(i.at)})
	return answer{}, true
}

// modalFault says why Discord does not take a form, or "".
func modalFault(data object) string {
	rows := objects(list(data, "components"))
	if n := count(text(data, "title")); n < 1 || n > 45 {
		return "the title is from 1 to 45 in length"
	}
	if n := count(text(data, "custom_id")); n < 1 || n > 100 {
		return "the custom id is from 1 to 100 in length"
	}
	if len(rows) < 1 || len(rows) > 5 {
		return "a form has from 1 to 5 rows"
	}
	seen := make(map[string]bool)
	for _, r := range rows {
		in := objects(list(r, "components"))
		if flags(r["type"]) != 1 || len(in) != 1 || flags(in[0]["type"]) != 4 {
			return "a row holds one text input"
		}
		f := in[0]
		most := flags(f["max_length"])
		switch id := text(f, "custom_id"); {
		case count(id) < 1 || count(id) > 100 || seen[id]:
			return "the custom id of a field is from 1 to 100 in length, and its own"
		case count(text(f, "label")) < 1 || count(text(f, "label")) > 45:
			return "a label is from 1 to 45 in length"
		case count(text(f, "placeholder")) > 100:
			return "a placeholder is up to 100 in length"
		case most < 0 || most > 4000 || most > 0 && units(text(f, "value")) > most || units(text(f, "value")) > 4000:
			return "a value is longer than it may be"
		default:
			seen[id] = true
		}
	}
	return ""
}

// replied returns a message that answers an interaction, if Discord takes it.
func (d *Discord) replied(c *call, i *interaction, fields object) (m *message, refused answer, ok bool) {
	d.habits(c, fields)
	n, refused, ok := d.valid(c, fields)
	if !ok {
		return nil, refused, false
	}
	m = d.made(i.room, i.place, fields, n, c.body)
	m.body["interaction_metadata"] = object{"id": i.id, "type": i.kind, "user": d.people[i.person].user(), "authorizing_integration_owners": object{"0": discordGuild}}
	m.post.At = time.Now()
	return m, answer{}, true
}

// stand shows a message to all, or to who did i.
func (d *Discord) stand(i *interaction, m *message, hidden bool) {
	if !hidden {
		d.add(m)
		return
	}
	m.body["flags"] = flags(m.body["flags"]) | ephemeral
	p := d.people[i.person]
	p.private = append(p.private, m)
}

// holder returns the interaction of a token that still holds.
func (d *Discord) holder(c *call) (i *interaction, refused answer, ok bool) {
	i = d.asked[c.PathValue("webhook_token")]
	switch {
	case i != nil && !i.answered && d.signing != nil: // the answer to the request is still on its way
		return nil, gone(http.StatusNotFound, 10015, "Unknown Webhook"), false
	case i == nil || c.PathValue("webhook_id") != discordUser || !i.answered:
		return nil, d.refuse(c, http.StatusNotFound, 10015, "Unknown Webhook"), false
	case time.Since(i.at) > discordToken:
		return nil, d.refuse(c, http.StatusUnauthorized, 50027, "Invalid Webhook Token"), false
	}
	return i, answer{}, true
}

// original is GET /webhooks/{webhook_id}/{webhook_token}/messages/@original.
func (d *Discord) original(c *call) answer {
	i, refused, ok := d.holder(c)
	switch {
	case !ok:
		return refused
	case i.original == nil:
		return gone(http.StatusNotFound, 10008, "Unknown Message")
	}
	return answer{status: http.StatusOK, body: d.told(i.original)}
}

// editOriginal is PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original.
func (d *Discord) editOriginal(c *call) answer {
	i, refused, ok := d.holder(c)
	if !ok {
		return refused
	}
	if i.gone || !i.waiting && i.original == nil {
		return d.refuse(c, http.StatusNotFound, 10008, "Unknown Message")
	}
	fields, refused, ok := d.fields(c)
	if !ok {
		return refused
	}
	if i.original == nil {
		m, refused, ok := d.replied(c, i, fields)
		if !ok {
			return refused
		}
		i.original, i.waiting = m, false
		d.stand(i, m, i.hidden)
		return answer{status: http.StatusOK, body: d.told(m)}
	}
	d.habits(c, fields)
	merged := make(object)
	for _, name := range laid() {
		merged[name] = i.original.body[name]
	}
	maps.Copy(merged, fields)
	n, refused, ok := d.valid(c, merged)
	if !ok {
		return refused
	}
	i.original.lay(fields, n)
	i.original.show(discordFace(n), compact(c.body))
	i.original.post.Edits++
	return answer{status: http.StatusOK, body: d.told(i.original)}
}

// deleteOriginal is DELETE /webhooks/{webhook_id}/{webhook_token}/messages/@original.
func (d *Discord) deleteOriginal(c *call) answer {
	i, refused, ok := d.holder(c)
	switch {
	case !ok:
		return refused
	case i.gone || !i.waiting && i.original == nil:
		return gone(http.StatusNotFound, 10008, "Unknown Message")
	}
	i.gone, i.waiting = true, false
	if m := i.original; m != nil {
		away := func(o *message) bool { return o == m }
		d.standing[m.post.Channel] = slices.DeleteFunc(d.standing[m.post.Channel], away)
		d.people[i.person].private = slices.DeleteFunc(d.people[i.person].private, away)
	}
	return answer{status: http.StatusNoContent}
}

// followUp is POST /webhooks/{webhook_id}/{webhook_token}. The first after a
// promise stands in its place, and is seen by whom that is seen by.
func (d *Discord) followUp(c *call) answer {
	i, refused, ok := d.holder(c)
	if !ok {
		return refused
	}
	fields, refused, ok := d.fields(c)
	if !ok {
		return refused
	}
	m, refused, ok := d.replied(c, i, fields)
	if !ok {
		return refused
	}
	hidden := flags(fields["flags"])&ephemeral != 0
	if i.waiting {
		d.blame(c, "a further message comes before the promised one")
		i.waiting, i.original, hidden = false, m, i.hidden
	}
	d.stand(i, m, hidden)
	return answer{status: http.StatusOK, body: d.told(m)}
}

// commands is GET /applications/{application_id}/commands.
func (d *Discord) commands(c *call) answer {
	if c.PathValue("application_id") != discordUser {
		return d.refuse(c, http.StatusForbidden, 20012, "You are not authorized to perform this action on this application")
	}
	all := slices.Clone(d.command)
	if all == nil {
		all = []object{}
	}
	return answer{status: http.StatusOK, body: all}
}

// putCommands is PUT /applications/{application_id}/commands.
func (d *Discord) putCommands(c *call) answer {
	if c.PathValue("application_id") != discordUser {
		return d.refuse(c, http.StatusForbidden, 20012, "You are not authorized to perform this action on this application")
	}
	var all []object
	if json.Unmarshal(c.body, &all) != nil {
		return d.refuse(c, http.StatusBadRequest, 50109, "The request body contains invalid JSON.")
	}
	d.schemas.check(c, d.blame)
	for n, o := range all {
		if why := commandFault(o); why != "" {
			return d.refuse(c, http.StatusBadRequest, 50035, "Invalid Form Body", bodyFault{fmt.Sprint(n), "UNKNOWN_HERE", why})
		}
		o["id"], o["application_id"], o["version"] = fmt.Sprintf("20000000000000000%d", n), discordUser, "1"
		o["default_member_permissions"], o["nsfw"] = nil, false
	}
	d.command = all
	d.puts++
	return answer{status: http.StatusOK, body: all}
}

// commandFault says why Discord does not take a command, or "".
func commandFault(o object) string {
	total, why := 0, ""
	var look func(o object, depth int)
	look = func(o object, depth int) {
		name, help := text(o, "name"), text(o, "description")
		total += count(name) + count(help)
		options := objects(list(o, "options"))
		optional := false
		seen := make(map[string]bool)
		for _, p := range options {
			required, _ := p["required"].(bool)
			if optional && required {
				why = "a required option follows one that is not: " + text(p, "name")
			}
			optional = optional || !required
			if seen[text(p, "name")] {
				why = "an option is there twice: " + text(p, "name")
			}
			seen[text(p, "name")] = true
			look(p, depth+1)
		}
		for _, ch := range objects(list(o, "choices")) {
			total += count(text(ch, "name")) + count(text(ch, "value"))
		}
		suggests, _ := o["autocomplete"].(bool)
		switch {
		case count(name) < 1 || count(name) > 32 || count(help) < 1 || count(help) > 100:
			why = "a name is up to 32 in length, a description up to 100: " + name
		case len(options) > 25 || len(list(o, "choices")) > 25 || depth > 3:
			why = "there are too many options: " + name
		case suggests && len(list(o, "choices")) > 0:
			why = "it has choices and suggests others: " + name
		}
	}
	look(o, 0)
	if total > 8000 {
		why = fmt.Sprintf("the command has %d letters in all, of 8,000", total)
	}
	return why
}

// Commands returns what is registered, and how often that was done.
func (d *Discord) Commands() (all []json.RawMessage, puts int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, o := range d.command {
		raw, err := json.Marshal(o)
		if err == nil {
			all = append(all, raw)
		}
	}
	return all, d.puts
}
