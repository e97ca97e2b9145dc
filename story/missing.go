package story

import "errors"

// ErrNone is the error of a look-up of what is not there.
var ErrNone = errors.New("there is none")

// ErrNotSending says of how a delivery ended that it is not being sent, or not
// at that attempt any more: how it ended is on record.
var ErrNotSending = errors.New("it is not being sent at this attempt")
