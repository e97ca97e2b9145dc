package main

import (
	"context"
	"fmt"
	"os"
	"time"
)

// clocks sets the wall clock, while the binary runs and while it does not, and
// holds that news is told as soon as ever. What a room is told when is decided
// by this clock; the engine's own timers have the machine's.
func (s *site) clocks(ctx context.Context, f *figures) (*ledger, error) {
	if err := s.start(ctx, ""); err != nil {
		return nil, err
	}
	if err := s.seeded(ctx); err != nil {
		return nil, err
	}
	year := 365 * 24 * time.Hour
	for _, restart := range []bool{false, true} {
		for _, by := range []time.Duration{time.Hour, 0, -time.Hour, 0, year, 0, -year, 0, -time.Since(time.Unix(0, 0)), 0} {
			if err := s.set(ctx, by, restart); err != nil {
				return nil, err
			}
			for range 2 {
				s.origin.publish([]string{"north"})
			}
			name := fmt.Sprintf("clock set by %v", by.Round(time.Hour))
			if restart {
				name += " before a start"
			}
			start := time.Now()
			for quiet := false; !quiet; {
				var err error
				if quiet, err = s.quiet(ctx); err != nil {
					return nil, err
				}
				if s.life.dead() {
					return nil, s.ended()
				}
				if time.Since(start) > 30*time.Second {
					return nil, fmt.Errorf("%s: news was not told in 30 s", name)
				}
			}
			f.resumed[name] = max(f.resumed[name], time.Since(start))
		}
	}
	if s.logged("the clock was set") {
		f.seen.note("the engine saw that the clock was set")
	}
	return s.finish(ctx)
}

// set sets the clock.
func (s *site) set(ctx context.Context, by time.Duration, restart bool) error {
	if restart {
		if err := s.stop(); err != nil {
			return err
		}
	}
	if err := os.WriteFile(s.clock(), []byte(by.String()), 0o600); err != nil {
		return err
	}
	if restart {
		return s.start(ctx, "")
	}
	pause(ctx, 100*time.Millisecond)
	return nil
}
