// Package wire is a news wire on the loopback: its feeds say what a script
// says, each item at its minute.
//
// A [Script] comes in, one file that a person can read and write: a promise,
// a desk file, what feeds said and when, and what rooms should have heard.
// A [Service] goes out: an http.Handler with one document per feed, as RSS,
// Atom or JSON Feed, with validators, a window of the newest items and a past
// from before the story begins. Time is what the caller tells Advance. The
// package reads no clock, opens no socket and never checks what it is given
// to say: that feeds say hostile things is part of some stories.
package wire
