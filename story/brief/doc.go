// Package brief tells a story in a few lines: whole sentences that are taken
// from its reports, each with the place in the report that it stands in.
//
// A story goes in, with the evidence of its matches and the signals read off
// it; the lines of its brief come out, at most so many bytes in all. [Of] tells
// the story as it stands, the newest facts first; [News] tells what a further
// report adds; [Background] tells what went before, in the order of events.
// Numbers, speakers and hedges are kept because sentences are: no word is
// added, and only a sentence that is by itself longer than the room for it is
// cut short.
//
// [Check] judges what somebody else made of a brief: it passes a text only if
// all that it says is said by the sentences that it was made from.
//
// Nothing here does input or output, reads the clock or keeps state.
package brief
