//go:build !fault

package fault

import "time"

// Point is where what the environment asks for happens: before and after each
// durable step, and each request. Its name is a constant.
func Point(string) {}

// Skew returns by how much the wall clock is off: not at all.
func Skew() time.Duration { return 0 }
