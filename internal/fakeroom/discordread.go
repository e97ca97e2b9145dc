package fakeroom

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// A thread hangs on a message, whose ID it has.
type thread struct {
	id, channel, name string
	minutes           int // until it is archived, were it left alone
	made              time.Time
}

// channel is GET /channels/{channel}.
func (d *Discord) channel(c *call) answer {
	p, refused, ok := d.place(c)
	if !ok {
		return refused
	}
	if p.thread != nil {
		return answer{status: http.StatusOK, body: d.thread(p.thread)}
	}
	var last any
	if inside := d.inside(p); len(inside) > 0 {
		last = inside[len(inside)-1].post.ID
	}
	return answer{status: http.StatusOK, body: object{
		"id": p.channel, "type": d.types[p.channel], "guild_id": d.home(p.channel), "name": "fakeroom", "position": 0, "parent_id": nil,
		"topic": nil, "nsfw": false, "permission_overwrites": d.overwrites(p.channel), "rate_limit_per_user": 0, "last_message_id": last,
	}}
}

// startThread is POST /channels/{channel}/messages/{message}/threads.
func (d *Discord) startThread(c *call) answer {
	p, refused, ok := d.place(c)
	if !ok {
		return refused
	}
	id := c.PathValue("message")
	switch m := d.find(p.channel, id); {
	case d.deleted[id]:
		return gone(http.StatusNotFound, 10008, "Unknown Message")
	case m == nil || m.post.Thread != p.root():
		return d.refuse(c, http.StatusNotFound, 10008, "Unknown Message")
	case p.thread != nil:
		return d.refuse(c, http.StatusBadRequest, 50024, "Cannot execute action on this channel type")
	case !d.may(p.channel, CreatePublicThreads):
		return powerless()
	case d.threads[id] != nil:
		return gone(http.StatusBadRequest, 160004, "A thread has already been created for this message")
	}
	fields, refused, ok := d.fields(c)
	if !ok {
		return refused
	}
	t := &thread{id: id, channel: p.channel, name: text(fields, "name"), minutes: 1440, made: time.Now()}
	if v, named := fields["auto_archive_duration"].(float64); named {
		t.minutes = int(v)
	}
	var faults []bodyFault
	if n := utf8.RuneCountInString(strings.TrimSpace(t.name)); n < 1 || n > 100 {
		faults = append(faults, tooLong("name", n, 1, 100))
	}
	if !slices.Contains([]int{60, 1440, 4320, 10080}, t.minutes) {
		faults = append(faults, bodyFault{"auto_archive_duration", "BASE_TYPE_CHOICES", "Value must be one of {60, 1440, 4320, 10080}."})
	}
	if len(faults) > 0 {
		return d.refuse(c, http.StatusBadRequest, 50035, "Invalid Form Body", faults...)
	}
	d.threads[id] = t
	return answer{status: http.StatusCreated, body: d.thread(t)}
}

// thread returns t as Discord tells it.
func (d *Discord) thread(t *thread) object {
	inside := d.inside(place{channel: t.channel, thread: t})
	var last any
	if len(inside) > 0 {
		last = inside[len(inside)-1].post.ID
	}
	at := t.made.UTC().Format(time.RFC3339Nano)
	return object{
		"id": t.id, "type": 11, "guild_id": discordGuild, "parent_id": t.channel, "owner_id": discordUser, "name": t.name,
		"last_message_id": last, "message_count": len(inside), "total_message_sent": len(inside), "member_count": 1,
		"rate_limit_per_user": 0, "flags": 0,
		"thread_metadata": object{
			"archived": d.archived[t.id], "locked": false, "auto_archive_duration": t.minutes,
			"archive_timestamp": at, "create_timestamp": at,
		},
	}
}

// told returns m as Discord tells it. A root brings its thread. Discord does
// not say the nonce again.
func (d *Discord) told(m *message) object {
	o := maps.Clone(m.body)
	if t := d.threads[m.post.ID]; t != nil {
		o["thread"], o["flags"] = d.thread(t), flags(o["flags"])|1<<5
	}
	return o
}

// flags returns the number that came as JSON's, or as ours.
func flags(v any) int {
	switch n := v.(type) {
	case float64:
		return int(n)
	case int:
		return n
	}
	return 0
}

// inside returns the messages of a channel without its threads, or of one of
// them, in order of arrival.
func (d *Discord) inside(p place) []*message {
	var all []*message
	for _, m := range d.standing[p.channel] {
		if m.post.Thread == p.root() {
			all = append(all, m)
		}
	}
	return all
}

// get is GET /channels/{channel}/messages/{message}.
func (d *Discord) get(c *call) answer {
	p, refused, ok := d.place(c)
	if !ok {
		return refused
	}
	m := d.find(p.channel, c.PathValue("message"))
	if m == nil || m.post.Thread != p.root() {
		return gone(http.StatusNotFound, 10008, "Unknown Message") // an answer to a question
	}
	return answer{status: http.StatusOK, body: d.told(m)}
}

// list is GET /channels/{channel}/messages: the newest first, and none to a bot
// that may not read the history.
func (d *Discord) list(c *call) answer {
	p, refused, ok := d.place(c)
	if !ok {
		return refused
	}
	limit, all, q := 50, d.inside(p), c.URL.Query()
	if !d.may(p.channel, ReadMessageHistory) {
		all = nil
	}
	if given := q.Get("limit"); given != "" {
		n, err := strconv.Atoi(given)
		if err != nil || n < 1 || n > 100 {
			return d.refuse(c, http.StatusBadRequest, 50035, "Invalid Form Body",
				bodyFault{"limit", "NUMBER_TYPE_MAX", "int value should be from 1 to 100."})
		}
		limit = n
	}
	for _, way := range []string{"around", "before", "after"} {
		if !q.Has(way) {
			continue
		}
		id, err := strconv.ParseInt(q.Get(way), 10, 64)
		if err != nil {
			return d.refuse(c, http.StatusBadRequest, 50035, "Invalid Form Body",
				bodyFault{way, "NUMBER_TYPE_COERCE", "Value is not snowflake."})
		}
		all = cut(all, way, id, limit)
		break
	}
	all = all[max(len(all)-limit, 0):]
	said := make([]object, 0, len(all))
	for _, m := range slices.Backward(all) {
		said = append(said, d.told(m))
	}
	return answer{status: http.StatusOK, body: said}
}

// cut returns the part of all that lies around, before or after an ID, of
// which there need not be a message.
func cut(all []*message, way string, id int64, limit int) []*message {
	at, found := slices.BinarySearchFunc(all, id, func(m *message, id int64) int {
		n, _ := json.Number(m.post.ID).Int64()
		return int(min(max(n-id, -1), 1))
	})
	switch way {
	case "before":
		return all[:at]
	case "after":
		if found {
			at++
		}
		return all[at:min(at+limit, len(all))]
	}
	first := max(at-limit/2, 0)
	return all[first:min(first+limit, len(all))]
}
