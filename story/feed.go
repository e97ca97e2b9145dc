package story

import "time"

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
	Every  time.Duration // how often it is polled
}

// A FeedState is what the next poll of a feed must know, and what the last
// polls left behind. The zero FeedState is that of a feed never polled.
type FeedState struct {
	Feed         FeedName
	URL          string    // the URL that the validators belong to, after redirects
	ETag         string    // opaque, byte for byte as received
	LastModified string    // opaque, byte for byte as received
	BodyHash     string    // of the last document that was taken in
	Seeded       bool      // a first document was taken in, silently
	NextDue      time.Time // never polled before this
	LastPoll     time.Time
	LastSuccess  time.Time
	Failures     int    // in a row
	LastError    string // of the last failure, in plain words, without secrets
}

// A Poll is what one poll of a feed brought: its items, and the state that
// the feed is left in. The two are saved together or not at all.
type Poll struct {
	State FeedState
	Items []Item // as parsed: without ID and Revision
	Seed  bool   // the items are the feed's past: kept, and never told
	At    time.Time
}

// Saved counts what a poll's items turned out to be.
type Saved struct {
	New, Edited, Known int
}
