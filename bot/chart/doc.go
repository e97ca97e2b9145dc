// Package chart draws how a watch's level went, for a person at a night
// desk: a PNG to post in a chat, an SVG for the web board.
//
// The days of a watch go in, with what is to be marked on them; the bytes of
// a picture come out, the same for the same days. Dates are in UTC, as the
// days are. Nothing that a stranger wrote becomes markup, and the package
// reads no clock and asks nobody.
package chart
