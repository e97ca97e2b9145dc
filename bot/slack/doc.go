// Package slack tells rooms that are Slack channels.
//
// What comes in is a [bot.Message]; what goes out is one call of Slack's Web
// API, paced, and the message's timestamp or a [*bot.Failure] that says what
// is known of it. A form that Slack refuses goes out once more as plain text.
//
// The package never sends again what may stand in the channel already, never
// lets a feed's words ping anyone or make a link of their own, and never puts
// a token, a URL or a feed's words into an error. It keeps nothing but the
// pace.
package slack
