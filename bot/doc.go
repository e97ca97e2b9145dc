// Package bot tells rooms what the desk decided.
//
// What comes in are the acts that a room is due, from an [Outbox]; what goes
// out is a [Message] to the [Room], and to the outbox how that ended. The
// message is neutral: it knows the story's words and no platform's. Packages
// slack, discord and terminal translate it, and say of each refusal what is
// known: not sent, refused for good, or [Ambiguous].
//
// A room's [Policy] says of each delivery whether it is told now, held or not
// told at all, and whom it pings; the outbox asks it. The package never decides
// what there is to tell, and never sends a message again whose fate it does not
// know. It keeps nothing between two calls but the rooms themselves.
package bot
