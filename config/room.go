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
		room.Language = r.language(file.Language)
		r.policies(&room, file, f)
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

// language reads one that there are words in.
func (r *reader) language(t text) string {
	known := r.opt.Languages
	if known == nil {
		known = []string{"en"}
	}
	if t.value != "" && !slices.Contains(known, t.value) {
		r.fault(t.spot, "there are no words in the language "+r.quote(t.value)+didYouMean(t.value, known), "one of "+strings.Join(known, ", "))
	}
	return t.value
}

// policies reads what the room asks of those who tell it things.
func (r *reader) policies(room *Room, file *roomFile, f *deskFile) {
	room.Tell = r.tell(&file.Tell, room)
	room.Quiet = r.quiet(&file.Quiet)
	room.Digest = r.times(&file.Digest, "the digest")
	room.Handover = r.times(&file.Handover, "the handover")
	for i := range file.Escalate.items {
		room.Escalate = append(room.Escalate, r.rung(&file.Escalate.items[i], room, f))
	}
	if room.Board = file.Board.value; room.Board && file.Webhook.At.there() {
		r.fault(file.Board.spot, "a webhook shows no board", "a board where people read: in slack, discord or terminal")
	}
}

func (r *reader) tell(file *tellFile, room *Room) Tell {
	tell := Tell{From: r.level(file.From), Rate: r.duration(file.Rate, "rate", "10m"), Backlog: r.duration(file.Backlog, "backlog", "2h")}
	for i, key := range file.Ping.names {
		if tell.Ping == nil {
			tell.Ping = make(map[story.Level]story.Mention)
		}
		tell.Ping[r.level(key)] = r.mention(file.Ping.items[i], room)
	}
	return tell
}

// mention reads whom to call, in the terms of the room's platform.
func (r *reader) mention(t text, room *Room) story.Mention {
	m, ok := story.ParseMention(t.value)
	foreign := m.ID != "" && (room.Slack != "" && m.InDiscord() || room.Discord != "" && !m.InDiscord())
	if t.value != "" && (!ok || foreign) {
		r.fault(t.spot, "nobody can be called by "+r.quote(t.value), mentions(room))
	}
	return m
}

// mentions says how people are called in a room.
func mentions(room *Room) string {
	switch {
	case room.Slack != "":
		return `here, everyone, a user group such as "@S0123456789" or a person such as "@U0123456789": Slack shows the ID in the group's or the profile's menu`
	case room.Discord != "":
		return `here, everyone, a role such as "@&123456789012345678" or a person such as "@123456789012345678": developer mode, then Copy ID`
	}
	return `here, everyone, or an ID of Slack's or Discord's such as "@U0123456789"`
}

func (r *reader) quiet(file *quietFile) Quiet {
	quiet := Quiet{Except: r.level(file.Except), Days: r.days(&file.Days)}
	if !file.At.there() || !r.needed(file.Hours, file.At, "quiet", "hours") {
		return quiet
	}
	from, to, _ := strings.Cut(file.Hours.value, "-")
	var fromOK, toOK bool
	quiet.From, fromOK = clock(strings.TrimSpace(from))
	quiet.To, toOK = clock(strings.TrimSpace(to))
	if !fromOK || !toOK || quiet.From == quiet.To {
		r.fault(file.Hours.spot, "the quiet hours are "+r.quote(file.Hours.value), `two times of the day in quotation marks, such as "22:00-06:00"`)
	} else if !file.Except.there() {
		r.note(file.At, "the quiet hours have no except: what is critical waits for their end too")
	}
	return quiet
}

// days reads days of the week by their first three letters.
func (r *reader) days(file *words) (days []time.Weekday) {
	var known []string
	for d := time.Sunday; d <= time.Saturday; d++ {
		known = append(known, strings.ToLower(d.String()[:3]))
	}
	seen := make(map[string]int)
	for _, t := range file.items {
		at := slices.Index(known, t.value)
		if at < 0 && t.value != "" {
			r.fault(t.spot, "there is no day "+r.quote(t.value)+didYouMean(t.value, known), "some of mon, tue, wed, thu, fri, sat, sun: those on which the quiet hours begin")
			continue
		}
		r.once(seen, t.value, t.spot, t.value)
		days = append(days, time.Weekday(at))
	}
	return days
}

func (r *reader) rung(file *escalateFile, room *Room, f *deskFile) (rung Rung) {
	if r.needed(file.Unacknowledged, file.At, "escalate", "unacknowledged") {
		rung.Unacknowledged = r.duration(file.Unacknowledged, "unacknowledged", "10m")
	}
	if !r.needed(file.To, file.At, "escalate", "to") {
		return rung
	}
	to := file.To.value
	if _, ok := story.ParseMention(to); ok || strings.HasPrefix(to, "@") {
		rung.Calls = r.mention(file.To, room)
		return rung
	}
	var known []string
	for _, name := range f.Rooms.names {
		known = append(known, name.value)
	}
	switch {
	case !slices.Contains(known, to):
		r.fault(file.To.spot, "there is no room "+r.quote(to)+didYouMean(to, known), "a name from rooms, or "+mentions(room))
	case to == string(room.Name):
		r.fault(file.To.spot, "the room escalates to itself", "another room, or "+mentions(room))
	}
	rung.Room = story.RoomName(to)
	return rung
}

// duration reads a time that passes; the zero text is 0.
func (r *reader) duration(t text, what, such string) time.Duration {
	if t.value == "" {
		return 0
	}
	d, err := time.ParseDuration(t.value)
	if err != nil || d <= 0 {
		r.fault(t.spot, what+" is "+r.quote(t.value), "a duration such as "+such)
	}
	return d
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

// times reads times of the day, each once.
func (r *reader) times(list *words, what string) (all []time.Duration) {
	seen := make(map[string]int)
	for _, t := range list.items {
		if at, ok := clock(t.value); ok {
			r.once(seen, t.value, t.spot, what+" at "+t.value)
			all = append(all, at)
		} else if t.value != "" {
			r.fault(t.spot, what+" is at "+r.quote(t.value), `a time of the day in quotation marks, such as "07:30"`)
		}
	}
	return all
}
