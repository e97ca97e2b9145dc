// Package parse turns the bytes of a feed into items. A document comes in as
// it was fetched; items in plain text with their identities go out, in the
// document's order, each once.
//
// It dials nothing, resolves no entity, expands nothing, and refuses a
// document whose structure could exhaust the process before a parser sees it.
// What the document says is never trusted to be well formed, dated, encoded
// or labelled as it claims.
package parse
