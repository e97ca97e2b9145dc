// Package brief tells a story in a few lines: whole sentences that are taken
// from its reports, each traceable to the report that it stands in.
//
// Nothing here does input or output, reads the clock or keeps state.
package brief
