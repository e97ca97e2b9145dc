package feeds

import (
	"fmt"
	"net/http"
	"strings"
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
	firstGone   = time.Hour     // between the first word that a feed is gone and the second
	maxGone     = 7 * 24 * time.Hour
)

// Limits are the operator's.
type Limits struct {
	Every time.Duration // how often a feed is polled that does not say; 0 is 5 minutes
	Most  time.Duration // how seldom a feed is polled that adapts; 0: none adapts
	Hints time.Duration // how long at the most a feed's own hints put a poll off; 0 is an hour
}

// An end says how a poll ended.
type end uint8

const (
	fine    end = iota // nothing went wrong
	trouble            // the network or the server failed, or sent no feed
	refused            // the document is not to be had: 4xx, or not to be asked for
	limited            // we ask too often
	ended              // 410: its publisher has ended it
	cutOff             // our own network is down: no fault of the feed's
)

// A report is what plan decides on.
type report struct {
	feed       *story.Feed
	state      *story.FeedState // as it is after the poll, its next due time aside
	limits     Limits
	started    time.Time
	ended      time.Time
	end        end
	retryAfter time.Duration // as the server asked; 0 if it did not
	overrun    bool          // its document had no item in common with the one before
}

// plan returns when the feed is next due, and why, in a few words. A feed that
// is well is due one interval after the start of this poll, exactly: whatever
// is added here would add to how late news is. What the feed itself says of
// when to come again puts that off, and what its server asks of us is obeyed
// whatever it is.
func plan(r report) (due time.Time, because string) {
	if r.end == fine {
		wait, why := interval(r.feed, r.state, r.limits, r.started)
		wait, why = slowed(r, wait, why)
		if half := max(wait/2, fastest); r.overrun && half < wait {
			wait, why = half, "its document was overrun"
		}
		due, because = hinted(r, r.started.Add(wait), why)
	} else {
		wait, why := backoff(r)
		due, because = r.ended.Add(wait), why
	}
	if r.retryAfter > 0 {
		// Never less than asked; a little more, so that not all come back at once.
		floor := r.ended.Add(r.retryAfter + spread(r, r.retryAfter/10))
		if floor.After(due) {
			due, because = floor, "its server asked for "+short(r.retryAfter)
		}
	}
	return due, because
}

// hinted puts due off to when the feed says that it changes. What its server
// says of its cache is heeded up to the operator's cap: before that, the answer
// would be the same. What the document says is heeded as far as its own items
// bear it out: publishing software writes "hourly" into feeds that change every
// minute.
func hinted(r report, due time.Time, because string) (time.Time, string) {
	most := r.limits.Hints
	if most <= 0 {
		most = time.Hour
	}
	h := &r.state.Hints
	for _, hint := range []struct {
		from time.Time
		wait time.Duration
		why  string
		most time.Duration
	}{
		{r.ended, h.Fresh, h.FreshWhy, most},
		{r.started, h.Period, h.PeriodWhy, min(most, borneOut(r.feed, r.state, r.limits))},
	} {
		at, why := hint.from.Add(hint.wait), hint.why
		if hint.wait > hint.most {
			at, why = hint.from.Add(hint.most), fmt.Sprintf("%s, of which %s are heeded", hint.why, short(hint.most))
		}
		if hint.wait > 0 && at.After(due) {
			due, because = at, why
		}
	}
	if open := skip(due, h); open.After(due) {
		return open, "skipHours, skipDays"
	}
	return due, because
}

// borneOut returns how far what a document says of its period is believed: as
// far as half of the usual time between its items, or up to the operator's
// limit while that is not known. An interval of the desk file's is the
// operator's word.
func borneOut(f *story.Feed, st *story.FeedState, l Limits) time.Duration {
	if !f.Adapt {
		return f.Every
	}
	if gap, known := st.Pace.Usual(); known {
		return max(gap/2, f.Every)
	}
	return max(l.Most, f.Every)
}

// maxSkipped is for how many hours a day a feed may ask not to be polled; one
// that asks for more is not believed.
const maxSkipped = 20

// skip returns the first time from due on, which is in UTC, in an hour and on a
// day at which the feed may be polled.
func skip(due time.Time, h *story.Hints) time.Time {
	hours, days := 0, 0
	for i := range 24 {
		hours += int(h.SkipHours >> i & 1)
	}
	for i := range 7 {
		days += int(h.SkipDays >> i & 1)
	}
	at := due
	if days < 7 {
		for h.SkipDays>>at.Weekday()&1 == 1 {
			at = at.Truncate(24 * time.Hour).Add(24 * time.Hour)
		}
	}
	if hours <= maxSkipped {
		for h.SkipHours>>at.Hour()&1 == 1 {
			at = at.Truncate(time.Hour).Add(time.Hour)
		}
	}
	return at
}

// backoff doubles from the first wait with each failure, a fifth more or less.
func backoff(r report) (time.Duration, string) {
	wait, most := min(firstWait, r.feed.Every), maxWait
	switch r.end {
	case refused:
		most = maxRefused
	case limited:
		wait, most = limitedWait, maxLimited
	case ended:
		if r.state.Goners > 1 {
			return maxGone + spread(r, maxGone/10), "it is gone, and asked for once a week"
		}
		return firstGone + spread(r, firstGone/10), "it is said to be gone, and asked once more"
	case cutOff:
		return wait + spread(r, wait/5), "our own network is down"
	case fine, trouble:
	}
	failures := max(r.state.Failures, 1)
	for range min(failures-1, 30) {
		wait = min(2*wait, most)
	}
	jittered := wait - wait/5 + spread(r, 2*wait/5)
	if r.end == limited {
		jittered = max(jittered, limitedWait)
	}
	if failures == 1 {
		return jittered, "it has failed once"
	}
	return jittered, fmt.Sprintf("it has failed %d times in a row", failures)
}

// short returns d without the units that say nothing: "5m", not "5m0s".
func short(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// spread returns a share of most that differs between feeds and failures, and
// is the same whenever it is asked for.
func spread(r report, most time.Duration) time.Duration {
	return time.Duration(float64(most) * story.Spread(fmt.Sprintf("%s %d", r.feed.Name, r.state.Failures)))
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
	case status == http.StatusGone:
		return ended, words
	case status == http.StatusRequestTimeout, status == http.StatusTooEarly:
		return trouble, words
	case status >= 400 && status < 500:
		return refused, words
	}
	return trouble, words
}
