// Package level judges how far a watch has escalated, and why.
//
// The signals of a watch's stories go in, each with its time and with how many
// independent origins report it; a level comes out, with the items, signals
// and thresholds that made it. The same history gives the same level.
//
// Nothing here does input or output, reads the clock or keeps state.
package level
