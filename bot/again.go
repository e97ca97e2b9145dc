package bot

import (
	"context"
	"math/rand/v2"
	"time"
)

// mostAgain is the longest between two tries of what cannot be reached.
const mostAgain = time.Minute

// Again returns how long to wait after so many tries in a row that came to
// nothing: none after none, a minute at most, and never as long as others do.
func Again(tries int) time.Duration {
	if tries == 0 {
		return 0
	}
	most := min(time.Second<<min(tries-1, 10), mostAgain)
	return most/2 + rand.N(most/2) //nolint:gosec // nobody gains by guessing it
}

// Pause waits, and reports whether ctx still goes on.
func Pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
