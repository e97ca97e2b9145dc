// Package arch holds the program's shape as tests: what may import what,
// which imports only some packages may have, and how packages look from outside.
//
// It reads source and runs the go command. It exports nothing and never
// becomes part of the binary.
package arch
