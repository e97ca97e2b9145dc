package fakeroom

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Permissions of Discord that the fake knows: the others let nobody do
// anything that it can do.
const (
	ViewChannel           = 1 << 10
	SendMessages          = 1 << 11
	EmbedLinks            = 1 << 14
	AttachFiles           = 1 << 15
	ReadMessageHistory    = 1 << 16
	CreatePublicThreads   = 1 << 35
	SendMessagesInThreads = 1 << 38
	PinMessages           = 1 << 51
)

// What people can take from a Discord bot. Nothing here is held against the
// client: it cannot know before it asks.

// Deny takes permissions from the bot in a channel.
func (d *Discord) Deny(channel string, permissions int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.denied[channel] = permissions
}

// Type makes a channel one of another type, such as 2 for voice.
func (d *Discord) Type(channel string, t int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.types[channel] = t
}

// SetApplication changes what the application says of itself.
func (d *Discord) SetApplication(fields map[string]any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	maps.Copy(d.application, fields)
}

// TimeOut silences the bot on the server until then.
func (d *Discord) TimeOut(until time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.silent = until
}

// may reports whether the bot has the permissions in the channel.
func (d *Discord) may(channel string, permissions int64) bool {
	return d.denied[channel]&permissions == 0 && (permissions&^(ViewChannel|ReadMessageHistory) == 0 || time.Now().After(d.silent))
}

// unseen answers that the bot does not see a channel, powerless that it lacks
// a permission there.
func unseen() answer    { return gone(http.StatusForbidden, 50001, "Missing Access") }
func powerless() answer { return gone(http.StatusForbidden, 50013, "Missing Permissions") }

// app is GET /applications/@me.
func (d *Discord) app(*call) answer {
	return answer{status: http.StatusOK, body: maps.Clone(d.application)}
}

// discordApp returns the application as it is made.
func discordApp() object {
	return object{
		"id": discordUser, "name": "vedette", "icon": nil, "description": "", "bot_public": true, "flags": 0,
		"verify_key": "3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29", "interactions_endpoint_url": nil,
	}
}

// The role that the bot has by its invitation.
const discordRole = "100000000000000003"

// guild is GET /guilds/{guild}.
func (d *Discord) guild(c *call) answer {
	if c.PathValue("guild") != discordGuild {
		return d.refuse(c, http.StatusNotFound, 10004, "Unknown Guild")
	}
	all := ViewChannel | SendMessages | EmbedLinks | AttachFiles | ReadMessageHistory | CreatePublicThreads | SendMessagesInThreads | PinMessages
	role := func(id, name string, position, permissions int) object {
		return object{"id": id, "name": name, "position": position, "permissions": strconv.Itoa(permissions), "color": 0, "hoist": false, "managed": false, "mentionable": false}
	}
	return answer{status: http.StatusOK, body: object{
		"id": discordGuild, "name": "fakeroom", "owner_id": "100000000000000004",
		"roles": []object{role(discordGuild, "@everyone", 0, ViewChannel), role(discordRole, "vedette", 1, all)},
	}}
}

// guildMember is GET /guilds/{guild}/members/{user}.
func (d *Discord) guildMember(c *call) answer {
	if c.PathValue("guild") != discordGuild || c.PathValue("user") != discordUser {
		return d.refuse(c, http.StatusNotFound, 10007, "Unknown Member")
	}
	m := object{"user": discordAuthor(), "roles": []string{discordRole}, "nick": nil, "communication_disabled_until": nil}
	if !d.silent.IsZero() {
		m["communication_disabled_until"] = d.silent.UTC().Format(time.RFC3339Nano)
	}
	return answer{status: http.StatusOK, body: m}
}

// overwrites returns those of a channel.
func (d *Discord) overwrites(channel string) []object {
	if d.denied[channel] == 0 {
		return []object{}
	}
	return []object{{"id": discordUser, "type": 1, "allow": "0", "deny": strconv.FormatInt(d.denied[channel], 10)}}
}

// posts returns why a message cannot be posted at a place, and whether it can.
func (d *Discord) posts(p place, fields object) (no answer, ok bool) {
	need := int64(SendMessages)
	if p.thread != nil {
		need = SendMessagesInThreads
	}
	if len(list(fields, "embeds")) > 0 {
		need |= EmbedLinks
	}
	if fields["message_reference"] != nil {
		need |= ReadMessageHistory
	}
	switch {
	case slices.Contains([]int{4, 14, 15, 16}, d.types[p.channel]):
		return gone(http.StatusBadRequest, 50024, "Cannot execute action on this channel type"), false
	case !d.may(p.channel, need):
		return powerless(), false
	}
	return answer{}, true
}
