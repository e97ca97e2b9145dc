package story

import "strings"

// A Mention is whom a message pings.
type Mention struct {
	Kind MentionKind
	ID   string // of the group or user on its platform
}

// A MentionKind says who is called. The zero kind is nobody.
type MentionKind uint8

// The kinds of mention.
const (
	Nobody   MentionKind = iota
	Here                 // those of the room's people who are there
	Everyone             // all of them
	Group                // a Slack user group, a Discord role
	User
)

// ParseMention reads a mention as the desk file writes it: here, everyone,
// Slack's @S0123456789 (a user group) and @U0123456789 (a user), Discord's
// @&123456789012345678 (a role) and @123456789012345678 (a user). What it
// accepts can be put into a platform's markup as it is.
func ParseMention(text string) (Mention, bool) {
	switch text {
	case "here":
		return Mention{Kind: Here}, true
	case "everyone":
		return Mention{Kind: Everyone}, true
	}
	id, ok := strings.CutPrefix(text, "@")
	role, isRole := strings.CutPrefix(id, "&")
	switch {
	case !ok:
		return Mention{}, false
	case isRole:
		return Mention{Group, role}, snowflake(role)
	case snowflake(id):
		return Mention{User, id}, true
	case len(id) < 9 || len(id) > 21 || strings.Trim(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "":
		return Mention{}, false
	case id[0] == 'S':
		return Mention{Group, id}, true
	}
	return Mention{User, id}, id[0] == 'U' || id[0] == 'W'
}

// snowflake reports whether id looks like one of Discord's.
func snowflake(id string) bool {
	return len(id) >= 17 && len(id) <= 20 && strings.Trim(id, "0123456789") == ""
}

// InDiscord reports whether the mention is one of Discord's IDs.
func (m Mention) InDiscord() bool { return snowflake(m.ID) }

// String is the inverse of ParseMention; nobody is "".
func (m Mention) String() string {
	switch {
	case m.Kind == Nobody:
		return ""
	case m.Kind == Here:
		return "here"
	case m.Kind == Everyone:
		return "everyone"
	case m.Kind == Group && m.InDiscord():
		return "@&" + m.ID
	}
	return "@" + m.ID
}
