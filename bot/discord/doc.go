// Package discord tells rooms that are Discord channels.
//
// What comes in is a [bot.Message]; what goes out is a call of Discord's API,
// within the limits that it announces, and the message's id or a
// [*bot.Failure] that says what is known of it. A form that Discord refuses
// goes out once more as plain text, and a reply that cannot have a thread as
// an answer in the channel.
//
// The package never sends again what may stand in the channel already, never
// lets a feed's words ping anyone, unfold a preview or make a link of their
// own, and never puts a token, a URL or a feed's words into an error. It
// keeps nothing but the pace, and which threads it has found.
package discord
