//go:build race

package feeds_test

// raceFactor is how much more memory the race detector takes.
const raceFactor = 4
