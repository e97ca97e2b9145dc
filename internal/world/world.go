// Package world plays a scenario: feeds speak, time passes, rooms hear.
//
// A script of package wire comes in; its feeds are served over real HTTP, to
// the real program, on a clock that is set to each minute at which something
// is said. The demo and the scenario tests are played by this one player, so
// what a newcomer watches is what the tests hold. The package never judges
// what was heard: it writes it down.
package world

import (
	"context"
	"fmt"
	"sync"
	"time"

	"vedette/internal/wire"
)

// A Clock tells the time of the story. Its zero value tells the zero time.
type Clock struct {
	mu sync.Mutex // guards at
	at time.Time
}

// Now returns the time of the story, in UTC.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Set moves the story to at; it never goes back.
func (c *Clock) Set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at.After(c.at) {
		c.at = at.UTC()
	}
}

// A Stage is where a script is played: all fields but Asked, Ask, Next and Pause are required.
type Stage struct {
	Wire  *wire.Service
	Clock *Clock
	Every time.Duration // how often the feeds are polled: what is said is fetched this much later

	// Idle reports whether the program has nothing left to do at the time
	// that the clock tells.
	Idle func(ctx context.Context) (bool, error)

	// Asked is what people ask, in order, and Ask puts it to the program; what
	// that brings about is done before the story goes on.
	Asked []wire.Asking
	Ask   func(ctx context.Context, a wire.Asking) error

	// Next, if given, returns when the program has something to do of its own
	// accord after now, or the zero time. The story's time stops there.
	Next func(ctx context.Context, now time.Time) (time.Time, error)

	// Pause, if given, lets a person read before the story goes on; gap is
	// how much of the story's time passes.
	Pause func(ctx context.Context, gap time.Duration) error
}

// stepEvery is the longest time that passes in one step.
const stepEvery = 6 * time.Hour

// lookEvery is how often the player looks whether the program is idle: much
// shorter than what any step of it takes.
const lookEvery = 5 * time.Millisecond

// Open sets the clock to an hour before the story's first minute, for the
// program to be started at.
func (s *Stage) Open() {
	if first, ok := s.Wire.Next(); ok {
		s.Clock.Set(first.Add(-time.Hour))
	}
}

// Play tells the story from its first minute to its last: at each it
// publishes what is said, moves the clock to when it is polled, and waits
// until the program has done all there is to do.
func (s *Stage) Play(ctx context.Context) error {
	if err := s.settle(ctx); err != nil { // the feeds' past is taken in
		return err
	}
	for {
		next, ok := s.Wire.Next()
		if len(s.Asked) > 0 && (!ok || s.Asked[0].At.Before(next)) {
			if err := s.ask(ctx); err != nil {
				return err
			}
			continue
		}
		if !ok {
			return nil
		}
		before := s.Clock.Now()
		if err := s.pass(ctx, next); err != nil {
			return err
		}
		s.Wire.Advance(next)
		s.Clock.Set(next.Add(s.Every))
		if s.Pause != nil {
			if err := s.Pause(ctx, s.Clock.Now().Sub(before)); err != nil {
				return err
			}
		}
		if err := s.settle(ctx); err != nil {
			return fmt.Errorf("play %s: %w", next.Format("2006-01-02 15:04"), err)
		}
	}
}

// ask has the next person ask.
func (s *Stage) ask(ctx context.Context) error {
	a := s.Asked[0]
	s.Asked = s.Asked[1:]
	if err := s.pass(ctx, a.At); err != nil {
		return err
	}
	s.Clock.Set(a.At)
	if err := s.settle(ctx); err != nil {
		return err
	}
	if err := s.Ask(ctx, a); err != nil {
		return fmt.Errorf("line %d: %w", a.Line, err)
	}
	return s.settle(ctx)
}

// pass lets the time up to next go by in steps: where nothing is said, levels
// fall, deadlines pass, and quiet hours end.
func (s *Stage) pass(ctx context.Context, next time.Time) error {
	for {
		at, err := s.step(ctx)
		if err != nil || !at.Before(next) {
			return err
		}
		s.Clock.Set(at)
		if err := s.settle(ctx); err != nil {
			return fmt.Errorf("pass %s: %w", at.Format("2006-01-02 15:04"), err)
		}
	}
}

// step returns where the time stops next.
func (s *Stage) step(ctx context.Context) (time.Time, error) {
	at := s.Clock.Now().Add(stepEvery)
	if s.Next == nil {
		return at, nil
	}
	next, err := s.Next(ctx, s.Clock.Now())
	if !next.IsZero() && next.Before(at) {
		at = next
	}
	return at, err
}

// settle waits until the program is idle.
func (s *Stage) settle(ctx context.Context) error {
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for {
		idle, err := s.Idle(ctx)
		if idle || err != nil {
			return err
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
