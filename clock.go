package main

import (
	"time"

	"vedette/internal/fault"
)

// leastStep is what a clock that is merely kept right does not reach between
// two looks.
const leastStep = 5 * time.Second

// A wallClock knows by how much the wall clock was set, and how long the
// machine slept: what the wall clock shows and the monotonic one does not.
// The zero wallClock has not been looked at.
type wallClock struct {
	last time.Time // with its monotonic reading
	wall time.Time // without
}

// step returns by how much the clock was set since the last call, or 0. It is
// for one caller at a time.
func (c *wallClock) step() time.Duration {
	now := time.Now()
	return c.since(now, now.Round(0).Add(fault.Skew()))
}

// since compares how far the monotonic reading of now has gone with how far
// the wall's has.
func (c *wallClock) since(now, wall time.Time) time.Duration {
	was := *c
	c.last, c.wall = now, wall
	by := wall.Sub(was.wall) - now.Sub(was.last)
	if was.last.IsZero() || by.Abs() < leastStep {
		return 0
	}
	return by
}
