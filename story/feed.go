package story

import (
	"math"
	"slices"
	"time"
)

// A FeedName names a feed in the desk file.
type FeedName string

// A Feed is a URL that publishes items.
type Feed struct {
	Name   FeedName
	URL    string        // http or https
	Outlet string        // who publishes, as a room reads it: "Al Jazeera"
	Owner  string        // copies of one owner's text count as one origin
	Tier   int           // 1 official or wire … 4 unvetted
	State  string        // the state that controls the outlet, or ""
	Folder string        // where a reader keeps it, or "": it means nothing here
	Every  time.Duration // how often it is polled
	Adapt  bool          // Every is only where it begins: its own pace says how often
}

// A FeedState is what the next poll of a feed must know, and what the last
// polls left behind. The zero FeedState is that of a feed never polled.
type FeedState struct {
	Feed         FeedName
	Source       string    // the desk file's URL that all this was learnt from
	URL          string    // the URL that the validators belong to, after redirects
	ETag         string    // opaque, byte for byte as received
	LastModified string    // opaque, byte for byte as received
	BodyHash     string    // of the last document that was taken in
	Whole        time.Time // when the server last sent a document and not "not modified"
	Lies         bool      // its validators said "not modified" when there was news: they are not sent any more
	Cheap        bool      // it has answered "not modified": asking costs it little
	Seeded       bool      // a first document was taken in, silently
	Hints        Hints
	Pace         Pace
	Move         FeedMove

	Polls       int       // made so far; a clock that is set does not move it
	NextDue     time.Time // never polled before this
	DueBecause  string    // in a few words: "max-age 420"
	Rest        time.Time // the server asked not to be asked before this; nobody may
	LastPoll    time.Time
	LastSuccess time.Time
	LastStatus  int       // of HTTP, or 0 if nobody answered
	Failures    int       // in a row
	FailingFrom time.Time // the first of them, or zero
	LastError   string    // of the last failure, in plain words, without secrets
	Empty       time.Time // since when the document holds nothing, where it used to; or zero
	Gone        time.Time // when it was first said to be gone for good, in a row; or zero
	Goners      int       // how often this was said, at least an hour apart

	Health Health
	Push   Push
}

// Hints are what a feed says about when to ask again. Zero hints say nothing.
type Hints struct {
	Fresh     time.Duration // after an answer, its server calls it fresh for this long
	FreshWhy  string        // as said: "max-age 420"
	Period    time.Duration // the document says that it changes this often
	PeriodWhy string        // as said: "ttl 15"
	SkipHours uint32        // bit h is set: not between h:00 and h:59 GMT
	SkipDays  uint8         // bit d is set: not on time.Weekday(d), GMT
}

// A Pace is how a feed publishes, learnt from what it brought.
type Pace struct {
	Arrivals []time.Time   // of the last items, the oldest first, at most 21, at least a minute apart
	LastNew  time.Time     // when the newest item came
	Longest  time.Duration // the longest silence in the last weeks; halves in two
	Listed   int           // items in the last document that held any
	Window   time.Duration // from the oldest of them to the newest, if dated
	Overruns int           // how often two documents in a row had no item in common: some may be missing
	Skewed   int           // how many items were dated in the future
	Flooded  time.Time     // when it last brought a flood
}

// fewestGaps are needed to tell what is usual.
const fewestGaps = 5

// Usual returns the median time between arrivals; known is false if there are
// too few.
func (p *Pace) Usual() (gap time.Duration, known bool) {
	if len(p.Arrivals) <= fewestGaps {
		return 0, false
	}
	gaps := make([]time.Duration, 0, len(p.Arrivals))
	for i := 1; i < len(p.Arrivals); i++ {
		gaps = append(gaps, p.Arrivals[i].Sub(p.Arrivals[i-1]))
	}
	slices.Sort(gaps)
	return gaps[len(gaps)/2], true
}

// What is learnt of a feed's pace.
const (
	mostArrivals = 21 // twenty gaps
	oneBatch     = time.Minute
	halfLife     = 14 * 24 * time.Hour // of the longest silence
)

// Arrive takes one arrival into p. Items of one batch count once; one that
// comes late says nothing of the pace.
func (p *Pace) Arrive(at time.Time) {
	if n := len(p.Arrivals); n > 0 {
		gap := at.Sub(p.Arrivals[n-1])
		if gap < oneBatch {
			return
		}
		p.Longest = max(time.Duration(float64(p.Longest)*math.Exp2(-float64(gap)/float64(halfLife))), gap)
	}
	p.Arrivals = append(p.Arrivals, at)
	p.Arrivals = slices.Clone(p.Arrivals[max(0, len(p.Arrivals)-mostArrivals):])
	if at.After(p.LastNew) {
		p.LastNew = at
	}
}

// A FeedMove is a feed's permanent redirect.
type FeedMove struct {
	To    string    // seen, and not adopted: the evidence is gathered
	Since time.Time // first seen
	Seen  int       // how often, in a row
	URL   string    // adopted: asked instead of Source; or ""
}

// A HealthState is how well a feed is.
type HealthState string

// The states of health.
const (
	HealthOK    HealthState = "ok"    // it answers, and brings news as usual
	HealthLate  HealthState = "late"  // the last poll failed, not for long yet
	HealthStale HealthState = "stale" // it answers, and has been silent for longer than is normal for it
	HealthBlind HealthState = "blind" // nothing was got from it for too long
	HealthGone  HealthState = "gone"  // its publisher has ended it
)

// A Health is a feed's state of health. The zero Health is that of a feed
// never polled.
type Health struct {
	State HealthState
	Since time.Time
	Why   string      // in plain words
	Told  HealthState // what the operators were last told, or "" if that it is well
	From  time.Time   // since when, of what they were told
}

// A Request is one request for a feed, as the log keeps it.
type Request struct {
	Feed       FeedName
	At         time.Time
	Status     int // of HTTP, or 0 if nobody answered
	Bytes      int // of the document, decoded
	Took       time.Duration
	New        int
	Failure    string // in plain words, or ""
	NextDue    time.Time
	DueBecause string
}

// A Poll is what one poll of a feed brought: its items, and the state that
// the feed is left in. The two are saved together or not at all.
type Poll struct {
	State   FeedState
	After   int    // [FeedState.Polls] as it knew the feed: what it says of it is not saved if there was one since. Not asked if 0
	Items   []Item // as parsed: without ID and Revision
	Seed    bool   // the items are the feed's past: kept, and never told
	Past    []bool // which of Items are its past, if only some are; or nil
	At      time.Time
	Heard   *Heard     // what it tells the feed's subscription, or nil if nothing
	Request *Request   // that was made, or nil
	Tell    []Bulletin // what the operators should hear
}

// Saved counts what a poll's items turned out to be.
type Saved struct {
	New, Edited, Known int
}
