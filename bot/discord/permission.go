package discord

import (
	"net/url"
	"strconv"

	"github.com/bwmarrin/discordgo"

	"vedette/bot"
)

// A permission is a right of the bot in a channel.
type permission struct {
	name    string // as Discord's settings have it
	bit     int64
	grade   bot.Grade // of its absence
	without string    // what does not work
}

// pinMessages was a part of Manage Messages until 2026; the client library
// does not know it yet.
const pinMessages = 1 << 51

// permissions lists what the bot is for: what the invitation asks for, and
// what a check looks for.
func permissions() []permission {
	return []permission{
		{"View Channel", discordgo.PermissionViewChannel, bot.Broken, "it does not see the channel"},
		{"Send Messages", discordgo.PermissionSendMessages, bot.Broken, "nothing can be told"},
		{"Embed Links", discordgo.PermissionEmbedLinks, bot.Broken, "messages are refused"},
		{"Read Message History", discordgo.PermissionReadMessageHistory, bot.Lacking, "a message cannot be answered, and one whose answer was lost cannot be looked up"},
		{"Create Public Threads", discordgo.PermissionCreatePublicThreads, bot.Lacking, "further reports stand in the channel and not in a thread"},
		{"Send Messages in Threads", discordgo.PermissionSendMessagesInThreads, bot.Lacking, "further reports stand in the channel and not in a thread"},
		{"Attach Files", discordgo.PermissionAttachFiles, bot.Lacking, "charts are not posted"},
		{"Pin Messages", pinMessages, bot.Lacking, "the board is not pinned"},
	}
}

// Invitation returns the link by which a server's managers let the bot of the
// application in, with all that it is for.
func Invitation(application string) string {
	var sum int64
	for _, p := range permissions() {
		sum |= p.bit
	}
	q := url.Values{
		"client_id": {application}, "scope": {"bot applications.commands"}, "permissions": {strconv.FormatInt(sum, 10)},
	}
	return "https://discord.com/oauth2/authorize?" + q.Encode()
}
