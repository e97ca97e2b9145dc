// Package bot tells rooms what the desk decided.
//
// What comes in are the acts that a room is due, from an [Outbox]; what goes
// out is a [Message] to the [Room], and to the outbox how that ended. The
// message is neutral: it knows the story's words and no platform's. Packages
// slack, discord and terminal translate it, and say of each refusal what is
// known: not sent, refused for good, or [Ambiguous].
//
// The package never decides what is told, and never sends a message again
// whose fate it does not know. It keeps nothing between two calls but the
// rooms themselves.
package bot
