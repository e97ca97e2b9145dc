package feeds

import (
	"testing"
	"time"

	"vedette/story"
)

func TestBackoffDoublesToItsBoundAndEndsNever(t *testing.T) {
	start := time.Date(2026, 8, 13, 12, 0, 0, 0, time.UTC)
	tests := map[string]struct {
		end      end
		every    time.Duration
		failures int
		want     time.Duration // give or take a fifth
	}{
		"FirstTrouble":   {trouble, 5 * time.Minute, 1, time.Minute},
		"SecondTrouble":  {trouble, 5 * time.Minute, 2, 2 * time.Minute},
		"FifthTrouble":   {trouble, 5 * time.Minute, 5, 16 * time.Minute},
		"EndlessTrouble": {trouble, 5 * time.Minute, 5000, time.Hour},
		"FirstRefusal":   {refused, 5 * time.Minute, 1, time.Minute},
		"EndlessRefusal": {refused, 5 * time.Minute, 5000, 6 * time.Hour},
		"SecondLimit":    {limited, 5 * time.Minute, 2, 30 * time.Minute},
		"EndlessLimit":   {limited, 5 * time.Minute, 5000, 4 * time.Hour},
		"Impatient":      {trouble, time.Second, 1, time.Second},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			seen := map[time.Duration]bool{}
			for _, feed := range []story.FeedName{"a", "b", "c", "d"} {
				r := report{feed: feed, started: start, ended: start, every: test.every, end: test.end, failures: test.failures}
				due, why := plan(r)
				wait := due.Sub(start)
				if wait < test.want*4/5 || wait > test.want*6/5 || why != backingOff {
					t.Errorf("plan(%s) = %v because of %s, want %v give or take a fifth", feed, wait, why, test.want)
				}
				if again, _ := plan(r); !again.Equal(due) {
					t.Errorf("plan(%s) = %v, then %v; want the same", feed, due, again)
				}
				seen[wait] = true
			}
			if len(seen) < 3 {
				t.Errorf("four feeds wait %d different times, want them apart", len(seen))
			}
		})
	}
}

func TestLimitIsKeptForAQuarterOfAnHourAtLeast(t *testing.T) {
	start := time.Date(2026, 8, 13, 12, 0, 0, 0, time.UTC)
	for _, feed := range []story.FeedName{"a", "b", "c", "d", "e", "f"} {
		due, _ := plan(report{feed: feed, started: start, ended: start, every: time.Minute, end: limited, failures: 1})
		if wait := due.Sub(start); wait < 15*time.Minute {
			t.Errorf("plan(%s) waits %v, want 15m or more", feed, wait)
		}
	}
}

func TestRetryAfterIsAFloorAndNoCeiling(t *testing.T) {
	start := time.Date(2026, 8, 13, 12, 0, 0, 0, time.UTC)
	due, why := plan(report{started: start, ended: start, every: time.Minute, end: limited, failures: 1, retryAfter: 10 * time.Second})
	if due.Sub(start) < 15*time.Minute || why != backingOff {
		t.Errorf("plan = %v because of %s, want the longer back-off", due.Sub(start), why)
	}
	due, why = plan(report{started: start, ended: start, every: time.Minute, end: trouble, failures: 1, retryAfter: 20 * time.Hour})
	if wait := due.Sub(start); wait < 20*time.Hour || wait > 22*time.Hour || why != sentAway {
		t.Errorf("plan = %v because of %s, want 20h to 22h because of retry-after", wait, why)
	}
}
