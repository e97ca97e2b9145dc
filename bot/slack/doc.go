// Package slack tells rooms that are Slack channels, and hears what people of
// the workspace ask.
//
// What comes in is a [bot.Message]; what goes out is one call of Slack's Web
// API, paced, and the message's timestamp or a [*bot.Failure] that says what
// is known of it. A form that Slack refuses goes out once more as plain text.
//
// An [Inbox] takes what people type, press and fill in, by Socket Mode or as
// requests that Slack signed, and hands it over as a [command.Call]. The
// answer is seen by who asked alone unless it is shared. Socket Mode is our
// own: the client library's closes a socket before it opens the next, goes on
// for ever where Slack has turned the app off, and reads a delivery whole
// before it acknowledges it.
//
// The package never sends again what may stand in the channel already, never
// lets a stranger's words ping anyone or make a link of their own, never
// answers another workspace or at an address that is not Slack's, and never
// puts a token, a URL or a feed's words into an error. It keeps the pace, what
// it heard within the hour, and for minutes who is in which user group.
package slack
