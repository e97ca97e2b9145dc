package config

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // a room's zone means the same on a machine without a zone database

	"vedette/story"
)

func (r *reader) rooms(f *deskFile) []Room {
	rooms := make([]Room, 0, len(f.Rooms.items))
	channels := make(map[string]int)
	for i, key := range f.Rooms.names {
		file := &f.Rooms.items[i]
		r.name(key, "the room")
		room := Room{Name: story.RoomName(key.value), Zone: time.UTC}
		r.platform(&room, file, key, channels)
		if file.Zone.value != "" {
			room.Zone = r.zone(file.Zone)
		}
		r.policies(&room, file, key)
		rooms = append(rooms, room)
	}
	return rooms
}

// platform reads where the room is: in exactly one place.
func (r *reader) platform(room *Room, file *roomFile, key text, channels map[string]int) {
	what := "the room " + r.quote(key.value)
	var there []string
	if file.Slack.At.there() {
		there = append(there, "slack")
		room.Slack = r.channel(file.Slack.Channel, file.Slack.At, slackPattern, "a Slack channel ID such as C0123456789: a capital C, G or D, then capitals and digits", channels)
	}
	if file.Discord.At.there() {
		there = append(there, "discord")
		room.Discord = r.channel(file.Discord.Channel, file.Discord.At, discordPattern, `a Discord channel ID in quotation marks, such as "123456789012345678"`, channels)
	}
	if file.Webhook.At.there() {
		there = append(there, "webhook")
		room.Webhook = r.webhook(&file.Webhook)
	}
	if file.Terminal.At.there() {
		there = append(there, "terminal")
		room.Terminal = true
	}
	switch len(there) {
	case 0:
		r.fault(key.spot, what+" is nowhere", "one of slack: {channel: …}, discord: {channel: …}, webhook: {url: …, secret: …} and terminal: {}")
	case 1:
	default:
		r.fault(key.spot, what+" is in "+strings.Join(there, " and in "), "one of them; a watch can tell several rooms")
	}
}

// channel reads the ID of a channel that no other room has.
func (r *reader) channel(t text, owner spot, pattern *regexp.Regexp, want string, channels map[string]int) string {
	if !r.needed(t, owner, "the room", "channel") {
		return ""
	}
	if !pattern.MatchString(t.value) {
		r.fault(t.spot, "the channel is "+r.quote(t.value), want)
		return ""
	}
	r.once(channels, t.value, t.spot, "this channel")
	return t.value
}

// secretPattern is what a variable is called that the desk file may name.
var secretPattern = regexp.MustCompile(`^` + roomSecret + `[A-Z0-9_]+$`)

// webhook reads a program that is called. A value that is not the name of a
// variable may be the secret itself, and is not repeated.
func (r *reader) webhook(file *webhookFile) Webhook {
	hook := Webhook{URL: file.URL.value, Secret: file.Secret.value, Format: or(file.Format, "vedette")}
	if r.needed(file.URL, file.At, "the webhook", "url") && !isReceiver(hook.URL) {
		r.fault(file.URL.spot, "this cannot be the url of a webhook", "an https URL, or an http one on loopback, without user, fragment and secrets, such as https://example.org/hooks/vedette")
	}
	if r.needed(file.Secret, file.At, "the webhook", "secret") && !secretPattern.MatchString(hook.Secret) {
		r.fault(file.Secret.spot, "the secret is not the name of a variable that holds one", "a name such as VEDETTE_SECRET_DUTY, and in the environment VEDETTE_SECRET_DUTY=the secret")
	}
	if known := []string{"vedette", "pagerduty", "opsgenie"}; !slices.Contains(known, hook.Format) {
		r.fault(file.Format.spot, "there is no format "+r.quote(hook.Format)+didYouMean(hook.Format, known), "one of "+strings.Join(known, ", "))
	}
	return hook
}

// isReceiver reports whether text can be the URL of a webhook. One with a
// secret in it would have the desk file hold it.
func isReceiver(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.RawQuery == "" {
		return isBase(text)
	}
	u.RawQuery = ""
	return isBase(u.String()) && !secretQuery.MatchString(text)
}

func (r *reader) zone(t text) *time.Location {
	zone, err := time.LoadLocation(t.value)
	if err != nil || t.value == "Local" {
		r.fault(t.spot, "there is no time zone "+r.quote(t.value), "a name from the IANA list, such as Europe/Istanbul or UTC")
		return time.UTC
	}
	return zone
}

// policies reads what this version checks and does not obey, and notes that
// it does not: a team that trusts its quiet hours must not find out at night.
func (r *reader) policies(room *Room, file *roomFile, key text) {
	warn := func(at spot, policy, so string) {
		if at.there() {
			r.note(at, "rooms."+r.shown(key.value)+"."+policy+" is not obeyed by this version: "+so)
		}
	}
	room.Tell = r.tell(&file.Tell)
	warn(file.Tell.At, "tell", "the room is told everything, and nobody is pinged")
	room.Quiet = r.quiet(&file.Quiet)
	warn(file.Quiet.At, "quiet", "the room is told at all hours")
	for _, t := range file.Digest.items {
		if at, ok := clock(t.value); ok {
			room.Digest = append(room.Digest, at)
		} else if t.value != "" {
			r.fault(t.spot, "the digest is at "+r.quote(t.value), `a time of the day in quotation marks, such as "07:30"`)
		}
	}
	warn(file.Digest.spot, "digest", "there are no digests")
	room.Escalate = r.escalate(&file.Escalate)
	warn(file.Escalate.At, "escalate", "nobody else is told")
}

func (r *reader) tell(file *tellFile) Tell {
	tell := Tell{From: r.level(file.From)}
	for i, key := range file.Ping.names {
		if tell.Ping == nil {
			tell.Ping = make(map[story.Level]string)
		}
		tell.Ping[r.level(key)] = file.Ping.items[i].value
	}
	return tell
}

func (r *reader) quiet(file *quietFile) Quiet {
	quiet := Quiet{Except: r.level(file.Except)}
	if !file.At.there() || !r.needed(file.Hours, file.At, "quiet", "hours") {
		return quiet
	}
	from, to, _ := strings.Cut(file.Hours.value, "-")
	var fromOK, toOK bool
	quiet.From, fromOK = clock(strings.TrimSpace(from))
	quiet.To, toOK = clock(strings.TrimSpace(to))
	if !fromOK || !toOK || quiet.From == quiet.To {
		r.fault(file.Hours.spot, "the quiet hours are "+r.quote(file.Hours.value), `two times of the day in quotation marks, such as "22:00-06:00"`)
	}
	return quiet
}

func (r *reader) escalate(file *escalateFile) Escalate {
	if !file.At.there() {
		return Escalate{}
	}
	e := Escalate{To: file.To.value}
	r.needed(file.To, file.At, "escalate", "to")
	if r.needed(file.Unacknowledged, file.At, "escalate", "unacknowledged") {
		d, err := time.ParseDuration(file.Unacknowledged.value)
		if err != nil || d <= 0 {
			r.fault(file.Unacknowledged.spot, "unacknowledged is "+r.quote(file.Unacknowledged.value), "a duration such as 10m")
		}
		e.Unacknowledged = d
	}
	return e
}

// level reads the name of a level; the zero text is Unjudged.
func (r *reader) level(t text) story.Level {
	if t.value == "" {
		return story.Unjudged
	}
	var known []string
	for l := story.Calm; l <= story.Critical; l++ {
		if l.String() == t.value {
			return l
		}
		known = append(known, l.String())
	}
	r.fault(t.spot, "there is no level "+r.quote(t.value)+didYouMean(t.value, known), "one of "+strings.Join(known, ", "))
	return story.Unjudged
}

// clock reads a time of the day as HH:MM.
func clock(text string) (time.Duration, bool) {
	t, err := time.Parse("15:04", text)
	if err != nil || len(text) != len("15:04") {
		return 0, false
	}
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, true
}
