// Package webhook tells rooms that are somebody's own program: it calls their
// address, by the rules of Standard Webhooks, or as PagerDuty and Opsgenie
// want an alert.
//
// What comes in is a [bot.Message]; what goes out is one signed POST of a
// [Document], or of an alert, and the message's name or a [*bot.Failure] that
// says what is known of it. The name stays the same however often the message
// is sent, and the receiver takes it once: so a lost answer is
// [bot.Repeatable], never ambiguous.
//
// The package never follows a redirect, reads no answer but its status, and
// never puts the address, the secret or a feed's words into an error. It
// guards no address: the operators chose it. It keeps nothing but whether the
// receiver said that it is gone.
package webhook
