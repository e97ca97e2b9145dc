// Package rephrase asks a language model to tell a brief more fluently.
//
// The sentences of an extractive brief go in; out comes the model's text if
// [brief.Check] finds nothing in it that the sentences do not say, or else why
// the extractive brief stands. It is never needed: a model that is slow, down,
// or talked into something costs at most the deadline and changes nothing.
//
// It speaks to the one endpoint that the operator configured, follows no
// redirect and tries once. The model has no tools and is sent no secret, no id
// and no link: a fixed instruction, and the sentences as JSON. The package
// keeps nothing between two calls and reads no environment.
package rephrase
