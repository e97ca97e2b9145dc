package story

import "errors"

// ErrNone is the error of a look-up of what is not there.
var ErrNone = errors.New("there is none")
