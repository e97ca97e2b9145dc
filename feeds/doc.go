// Package feeds brings items from the web: it polls each feed when it is due,
// and leaves what came, with what the next poll must know, on a shelf.
//
// What goes wrong with a feed is recorded in the feed's state and never ends
// its polling: a feed that fails is asked later, not never. A poll does not
// judge items, decide what is new, or schedule itself: the shelf compares, and
// whoever owns the clock calls Poll.
package feeds
