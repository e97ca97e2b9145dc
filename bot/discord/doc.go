// Package discord tells rooms that are Discord channels.
//
// What comes in is a [bot.Message]; what goes out is a call of Discord's API,
// within the limits that it announces, and the message's id or a
// [*bot.Failure] that says what is known of it. A form that Discord refuses
// goes out once more as plain text, and a reply that cannot have a thread as
// an answer in the channel.
//
// An [Inbox] hears what people ask, by Discord's gateway or by signed
// requests, and gives them the answers of [command.Answerer]: each interaction
// is acknowledged within 300 milliseconds, acts once however often it comes,
// and is answered to who asked unless the answer is shared. Who is in a server
// in which no room stands, or asks in a direct message, is refused. The gateway
// is spoken to without the client library's own, and what becomes of it never
// holds up what rooms are told.
//
// The package never sends again what may stand in the channel already, never
// lets a feed's words ping anyone, unfold a preview or make a link of their
// own, and never puts a token, a URL or a feed's words into an error. It
// keeps nothing but the pace, which threads it has found, where channels are,
// and what it heard within the last half of an hour.
package discord
