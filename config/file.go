package config

import "github.com/goccy/go-yaml/ast"

// The desk file as people write it. These structures are what the file may
// hold: the reading, the suggestions for misspelt keys and the schema for
// editors all come from them.

type deskFile struct {
	Feeds     sequence[feedFile] `json:"feeds" jsonschema_description:"The feeds to read."`
	Aliases   table[words]       `json:"aliases,omitempty" jsonschema_description:"Other names of a word, in any script. A rule that holds the word matches them all."`
	Watches   table[watchFile]   `json:"watches" jsonschema_description:"The watches by name: what to look for, and which rooms to tell."`
	Rooms     table[roomFile]    `json:"rooms" jsonschema_description:"The rooms by name: where messages are told."`
	People    peopleFile         `json:"people,omitempty" jsonschema_description:"Who may do what in the rooms."`
	Operators words              `json:"operators,omitempty" jsonschema_description:"The rooms that hear, once each, of what those who run vedette can mend: feeds that fall ill, rooms that take no messages, messages that are given up, a full disk."`
}

type peopleFile struct {
	At     spot  `json:"-"`
	Act    words `json:"act,omitempty" jsonschema_description:"Who may acknowledge, assign and mute, such as slack:S0123ABCD (a user group) or discord:123456789012345678 (a role or a person). Everybody if left out."`
	Manage words `json:"manage,omitempty" jsonschema_description:"Who may change watches and feeds and take data out, besides all that act allows. Nobody if left out."`
}

type feedFile struct {
	Name   text   `json:"name" jsonschema:"minLength=1,maxLength=64" jsonschema_description:"A short name that no other feed has."`
	URL    text   `json:"url" jsonschema:"pattern=^https?://" jsonschema_description:"Where the feed is: http or https, without user and password."`
	Owner  text   `json:"owner,omitempty" jsonschema_description:"Who owns the outlet: copies of one owner's text count as one origin. The feed's name if left out."`
	Tier   number `json:"tier,omitempty" jsonschema:"minimum=1,maximum=4" jsonschema_description:"How far it is trusted: 1 official or wire … 4 unvetted. 4 if left out."`
	State  text   `json:"state,omitempty" jsonschema_description:"The state that controls the outlet, if one does. Such outlets alone never make a watch critical."`
	Outlet text   `json:"outlet,omitempty" jsonschema_description:"The outlet as rooms read it. The feed's name if left out."`
	Every  text   `json:"every,omitempty" jsonschema_description:"How often it is polled, such as 2m. If left out, its own pace decides, beginning with VEDETTE_POLL_EVERY."`
	Folder text   `json:"folder,omitempty" jsonschema_description:"Where a reader of feeds keeps it; for lists that come and go as OPML."`
}

type watchFile struct {
	Title text  `json:"title,omitempty" jsonschema_description:"The watch as rooms read it. The watch's name if left out."`
	Rule  text  `json:"rule" jsonschema:"minLength=1" jsonschema_description:"What an item must say, such as: idlib AND (ceasefire OR \"observation post\")."`
	Rooms words `json:"rooms" jsonschema:"minItems=1" jsonschema_description:"The rooms that hear of its matches."`

	Level levelFile `json:"level,omitempty" jsonschema_description:"How its level is judged, where not as usual; see docs/judgement.md."`
}

type levelFile struct {
	At       spot          `json:"-"`
	Rise     table[number] `json:"rise,omitempty" jsonschema_description:"How far above what is usual a level begins, such as guarded: 3."`
	Dead     table[number] `json:"dead,omitempty" jsonschema_description:"How many dead in one story call for a level, such as high: 50."`
	Army     table[number] `json:"army,omitempty" jsonschema_description:"How many dead of a state's army call for a level, such as high: 5."`
	Baseline number        `json:"baseline,omitempty" jsonschema:"minimum=14,maximum=1098" jsonschema_description:"How many days tell what is usual."`
	Dwell    number        `json:"dwell,omitempty" jsonschema:"minimum=1,maximum=30" jsonschema_description:"After how many days without a reason the level falls."`
	Threats  text          `json:"threats,omitempty" jsonschema_description:"After how long a threat counts half, such as 5d."`
	Acts     text          `json:"acts,omitempty" jsonschema_description:"After how long an act counts half, such as 3d."`
}

type roomFile struct {
	Slack    slackFile    `json:"slack,omitempty" jsonschema_description:"The room is a Slack channel."`
	Discord  discordFile  `json:"discord,omitempty" jsonschema_description:"The room is a Discord channel."`
	Webhook  webhookFile  `json:"webhook,omitempty" jsonschema_description:"The room is a program of yours, or an alerting service, which is called."`
	Terminal terminalFile `json:"terminal,omitempty" jsonschema_description:"The room is the terminal that the program runs in: terminal: {}."`
	Zone     text         `json:"zone,omitempty" jsonschema_description:"The time zone of its people, such as Europe/Istanbul. UTC if left out."`
	Language text         `json:"language,omitempty" jsonschema:"pattern=^[A-Za-z0-9-]+$" jsonschema_description:"The language of the fixed words that it is told and answered in, such as en. en if left out."`
	Tell     tellFile     `json:"tell,omitempty" jsonschema_description:"What the room is told."`
	Quiet    quietFile    `json:"quiet,omitempty" jsonschema_description:"When the room is left alone."`
	Handover words        `json:"handover,omitempty" jsonschema_description:"The times of the day at which a shift ends and is handed over to the next, such as 07:00, 15:00 and 23:00."`
	Digest   words        `json:"digest,omitempty" jsonschema_description:"The times of the day at which the room gets a digest, such as 07:30."`
	Escalate ladder       `json:"escalate,omitempty" jsonschema_description:"What happens if nobody acknowledges a critical story: one rung, or a list of them."`
	Board    yes          `json:"board,omitempty" jsonschema_description:"Whether a pinned message shows how the room's watches stand."`
}

type slackFile struct {
	At      spot `json:"-"`
	Channel text `json:"channel" jsonschema:"pattern=^[CGD][A-Z0-9]{8}[A-Z0-9]*$" jsonschema_description:"The channel's ID, which stands at the end of the channel's details."`
}

type discordFile struct {
	At      spot `json:"-"`
	Channel text `json:"channel" jsonschema:"pattern=^[0-9]{17}[0-9]?[0-9]?[0-9]?$" jsonschema_description:"The channel's ID in quotation marks: developer mode, then Copy Channel ID."`
}

type webhookFile struct {
	At     spot `json:"-"`
	URL    text `json:"url" jsonschema:"pattern=^https?://" jsonschema_description:"What is called: https, or http on loopback, without user, password or a secret in it."`
	Secret text `json:"secret" jsonschema:"pattern=^VEDETTE_SECRET_[A-Z0-9_]+$" jsonschema_description:"The environment variable that holds its secret: VEDETTE_SECRET_ and a name. The secret itself has no place here."`
	Format text `json:"format,omitempty" jsonschema:"enum=vedette,enum=pagerduty,enum=opsgenie" jsonschema_description:"What it understands: vedette (if left out; see vedette schema --webhook), pagerduty or opsgenie."`
}

type terminalFile struct {
	At spot `json:"-"`
}

type tellFile struct {
	At      spot        `json:"-"`
	From    text        `json:"from,omitempty" jsonschema:"enum=calm,enum=guarded,enum=elevated,enum=high,enum=critical" jsonschema_description:"The level from which the room is told."`
	Ping    table[text] `json:"ping,omitempty" jsonschema_description:"Whom a level and those above it ping, such as high: here."`
	Rate    text        `json:"rate,omitempty" jsonschema_description:"The least time between two pings unless the level rises, such as 10m, which is what it is if left out."`
	Backlog text        `json:"backlog,omitempty" jsonschema_description:"How long a message may wait, as while the platform is down, before it is told in a digest, such as 2h. Critical ones are told one by one. If left out, all are."`
}

type quietFile struct {
	At     spot  `json:"-"`
	Hours  text  `json:"hours" jsonschema:"pattern=^[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]$" jsonschema_description:"From when to when, in the room's zone, such as 22:00-06:00."`
	Days   words `json:"days,omitempty" jsonschema_description:"The days on which they begin, such as [fri, sat]. Each if left out."`
	Except text  `json:"except,omitempty" jsonschema:"enum=calm,enum=guarded,enum=elevated,enum=high,enum=critical" jsonschema_description:"The level from which it is told all the same."`
}

type escalateFile struct {
	At             spot `json:"-"`
	Unacknowledged text `json:"unacknowledged" jsonschema_description:"How long after the rung before nobody may have acknowledged, such as 10m."`
	To             text `json:"to" jsonschema_description:"Who is told then: a room, or whom to call in this one, such as here."`
}

// A ladder is a list of rungs, or one rung.
type ladder struct {
	sequence[escalateFile]
}

func (l *ladder) decode(r *reader, n ast.Node, at spot, what string) {
	if _, one := n.(*ast.MappingNode); one {
		l.spot, l.items, l.spots = at, make([]escalateFile, 1), []spot{at}
		r.decode(&l.items[0], n, what)
		return
	}
	l.sequence.decode(r, n, at, what)
}
