// Package signal reads the signals off an item: what it claims to have
// happened, to be threatened or to be agreed, who says so, and how many people
// it counts.
//
// An item goes in; its signals come out in reading order, each with the
// sentence that makes it as evidence. What is denied, supposed, long past or
// only remembered is no signal. The words that it knows are data: the files of
// folder lexicon, which a native speaker can read and mend.
//
// Nothing here does input or output, reads the clock or keeps state.
package signal
