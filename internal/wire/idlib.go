package wire

import _ "embed" // for the story below

//go:embed idlib.txtar
var idlib []byte

// Idlib returns the story that the demo tells: a month of the war in Idlib
// in 2020, by five outlets that do not exist.
func Idlib() (*Script, error) { return Parse("idlib.txtar", idlib) }
