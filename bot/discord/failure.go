package discord

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/bwmarrin/discordgo"

	"vedette/bot"
)

// A refusal is a call that did not return what it made.
type refusal struct {
	exchange *bot.Exchange
	paced    bool          // it was not sent, to keep within a limit
	answers  bool          // it named a message that may be gone
	json     bool          // the answer was JSON, as all of Discord's own are
	code     int           // Discord's, or 0
	wait     time.Duration // as it asked
}

// harmful are the codes of messages that a filter of the server or of
// Discord's refused for what they say. They come with any status.
func harmful(code int) bool { return slices.Contains([]int{200000, 200001, 240000}, code) }

// failure says what is known.
func (r *refusal) failure() *bot.Failure {
	switch s := r.exchange.Status; {
	case s == http.StatusUnauthorized && !harmful(r.code):
		return &bot.Failure{Kind: bot.Barred, Wait: r.wait, Why: "Discord does not accept the token" + r.named() + ": set VEDETTE_DISCORD_TOKEN to the bot's token"}
	case r.paced:
		return &bot.Failure{Kind: bot.NotSent, Wait: r.wait, Why: "Discord's rate limit leaves no room yet"}
	case s == 0 && !r.exchange.Left():
		return &bot.Failure{Kind: bot.NotSent, Why: "Discord was not reached"}
	case s == 0:
		return &bot.Failure{Kind: bot.Ambiguous, Why: "Discord's answer was lost"}
	case r.answers && s >= 400 && s < 500 && r.code == discordgo.ErrCodeUnknownMessage:
		return &bot.Failure{Kind: bot.RootMissing, Why: "the message is not in the channel any more" + r.named()}
	case r.answers && s >= 400 && s < 500 && r.code == discordgo.ErrCodeCannotEditFromAnotherUser:
		return &bot.Failure{Kind: bot.Unedited, Why: "the message is another bot's to edit" + r.named()}
	case r.answers && s >= 400 && s < 500 && r.code == discordgo.ErrCodeMaximumNumberOfEditsToMessagesOlderThanOneHourReached:
		return &bot.Failure{Kind: bot.Unedited, Wait: max(r.wait, oldEvery), Why: "Discord takes few edits at once of messages that are older than an hour" + r.named()}
	case s == http.StatusTooManyRequests:
		return &bot.Failure{Kind: bot.NotSent, Wait: r.wait, Why: "Discord is busy" + r.named()}
	case s >= 500, s == http.StatusRequestTimeout:
		return &bot.Failure{Kind: bot.Ambiguous, Why: "Discord stumbled" + r.named()}
	case s < 300:
		return &bot.Failure{Kind: bot.Ambiguous, Why: "Discord's answer was not understood" + r.named()}
	}
	if why := r.shut(); why != "" {
		return &bot.Failure{Kind: bot.RoomShut, Why: why}
	}
	return &bot.Failure{Kind: bot.Unfit, Why: r.unfit() + r.named()}
}

// oldEvery is how long no old message of a channel is edited after Discord has
// refused it: messages are told meanwhile.
const oldEvery = 20 * time.Second

// shut says why nothing can be told in the channel, and what an operator can
// do about it, or "".
func (r *refusal) shut() string {
	var why, cure string
	switch s := r.exchange.Status; {
	case harmful(r.code):
		return ""
	case r.code == discordgo.ErrCodeUnknownChannel:
		why, cure = "there is no such channel", "check the channel's id in the desk file"
	case r.code == discordgo.ErrCodeUnknownGuild:
		why, cure = "the channel's server is gone", "invite the bot to the server, and check the channel's id in the desk file"
	case r.code == discordgo.ErrCodeMissingAccess:
		why, cure = "the bot does not see the channel", "invite it to the server, and give it View Channel and Send Messages there"
	case r.code == discordgo.ErrCodeMissingPermissions:
		why, cure = "the bot lacks a right in the channel", "give it View Channel, Send Messages, Embed Links, Read Message History, Create Public Threads and Send Messages in Threads"
	case r.code == discordgo.ErrCodeCannotExecuteActionOnThisChannelType, r.code == discordgo.ErrCodeCannotSendMessagesInVoiceChannel:
		why, cure = "messages cannot be posted in a channel of this type", "name a text channel in the desk file"
	case r.code == discordgo.ErrCodePerformedOperationOnArchivedThread, r.code == discordgo.ErrCodeThreadIsLocked:
		why, cure = "the thread is closed", "open it, or name another channel in the desk file"
	case s == http.StatusForbidden && r.json:
		why, cure = "Discord does not let the bot do that", "check its rights in the channel, and its account at discord.com/developers"
	case r.code == discordgo.ErrCodeUnknownMessage, s == http.StatusRequestEntityTooLarge:
		return ""
	case !r.json, s == http.StatusNotFound && r.code == 0, s == http.StatusMethodNotAllowed:
		why, cure = "what answers is not Discord's API", "check VEDETTE_DISCORD_API, and the proxy if there is one"
	default:
		return ""
	}
	return why + r.named() + ": " + cure
}

// unfit says why the message will never stand there.
func (r *refusal) unfit() string {
	switch {
	case harmful(r.code):
		return "a filter of the server refused the message"
	case r.code == discordgo.ErrCodeUnknownMessage: // Discord knows the nonce
		return "the message stood there, and somebody deleted it"
	}
	return "Discord refused the message"
}

// named names what Discord answered.
func (r *refusal) named() string {
	if r.code != 0 {
		return fmt.Sprintf(" (code %d)", r.code)
	}
	return fmt.Sprintf(" (HTTP %d)", r.exchange.Status)
}

// definite reports whether Discord looked at the call and said no.
func (r *refusal) definite() bool {
	s := r.exchange.Status
	return s >= 400 && s < 500 && s != http.StatusTooManyRequests && s != http.StatusRequestTimeout
}

// unrelated reports whether it is that the message names another which Discord
// does not take.
func (r *refusal) unrelated() bool {
	return r.definite() && slices.Contains([]int{
		160002, // no reply without the right to read the history
		160009, // no reference without it
		160010, // the channel of the other is for adults
	}, r.code)
}

// threadless reports whether it is the thread that does not take a message;
// the channel may.
func (r *refusal) threadless() bool {
	return r.definite() && (r.exchange.Status == http.StatusForbidden && !harmful(r.code) || slices.Contains([]int{
		discordgo.ErrCodeUnknownChannel,
		discordgo.ErrCodeMissingAccess,
		discordgo.ErrCodeMissingPermissions,
		discordgo.ErrCodeMaximumNumberOfThreadParticipantsReached,
		discordgo.ErrCodeCannotExecuteActionOnThisChannelType,
		discordgo.ErrCodePerformedOperationOnArchivedThread,
		discordgo.ErrCodeThreadIsLocked,
		discordgo.ErrCodeMaximumNumberOfActiveThreadsReached,
	}, r.code))
}
