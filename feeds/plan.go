package feeds

import (
	"fmt"
	"hash/fnv"
	"net/http"
	"time"

	"vedette/story"
)

// How long a feed that fails is left alone.
const (
	firstWait   = time.Minute
	limitedWait = 15 * time.Minute // told to slow down, without saying for how long
	maxWait     = time.Hour        // trouble on the way, or at the server
	maxLimited  = 4 * time.Hour
	maxRefused  = 6 * time.Hour // the server, or our own guard, says no
)

// A reason says why a feed's next poll is when it is.
type reason string

const (
	onInterval reason = "interval"
	backingOff reason = "back-off"
	sentAway   reason = "retry-after"
)

// An end says how a poll ended.
type end uint8

const (
	fine    end = iota // nothing went wrong
	trouble            // the network or the server failed, or sent no feed
	refused            // the document is not to be had: 4xx, or not to be asked for
	limited            // we ask too often
)

// A report is what plan decides on.
type report struct {
	feed       story.FeedName
	started    time.Time
	ended      time.Time
	every      time.Duration
	end        end
	failures   int           // in a row, this one included
	retryAfter time.Duration // as the server asked; 0 if it did not
}

// plan returns when the feed is next due, and why. A feed that is well is due
// one interval after the start of this poll, exactly: whatever is added here
// would add to how late news is.
func plan(r report) (due time.Time, why reason) {
	due, why = r.started.Add(r.every), onInterval
	if r.end != fine {
		due, why = r.ended.Add(backoff(r)), backingOff
	}
	if r.retryAfter > 0 {
		// Never less than asked; a little more, so that not all come back at once.
		floor := r.ended.Add(r.retryAfter + spread(r, r.retryAfter/10))
		if floor.After(due) {
			due, why = floor, sentAway
		}
	}
	return due, why
}

// backoff doubles from the first wait with each failure, a fifth more or less.
func backoff(r report) time.Duration {
	wait, most := min(firstWait, r.every), maxWait
	switch r.end {
	case refused:
		most = maxRefused
	case limited:
		wait, most = limitedWait, maxLimited
	case fine, trouble:
	}
	for range min(max(r.failures, 1)-1, 30) {
		wait = min(2*wait, most)
	}
	jittered := wait - wait/5 + spread(r, 2*wait/5)
	if r.end == limited {
		jittered = max(jittered, limitedWait)
	}
	return jittered
}

// spread returns a share of most that differs between feeds and failures, and
// is the same whenever it is asked for.
func spread(r report, most time.Duration) time.Duration {
	sum := fnv.New64a()
	fmt.Fprintf(sum, "%s %d", r.feed, r.failures)
	return time.Duration(float64(most) * float64(sum.Sum64()>>11) / (1 << 53))
}

// endOf classes a status that brought no document, and puts it in words.
func endOf(status int) (end, string) {
	words := fmt.Sprintf("the server answers %d %s", status, http.StatusText(status))
	if http.StatusText(status) == "" {
		words = fmt.Sprintf("the server answers %d", status)
	}
	switch {
	case status == http.StatusTooManyRequests:
		return limited, words
	case status == http.StatusRequestTimeout, status == http.StatusTooEarly:
		return trouble, words
	case status >= 400 && status < 500:
		return refused, words
	}
	return trouble, words
}
