package feeds

import (
	"time"

	"vedette/feeds/fetch"
	"vedette/story"
)

// What it takes to believe that a feed has moved.
const (
	movedTimes = 3
	movedFor   = 24 * time.Hour
)

// follow takes into st.Move where resp came from, asked being the URL that was
// asked. A redirect that is permanent on every hop, seen three times over a
// day, is adopted if what is there is the feed: shares says that it has an
// item that is known. It reports whether the feed has moved by this. A
// temporary redirect never moves it.
func follow(st *story.FeedState, asked string, resp *fetch.Response, shares bool, now time.Time) (adopted bool) {
	m := &st.Move
	switch {
	case !resp.Permanent || resp.URL == asked:
		m.To, m.Since, m.Seen = "", time.Time{}, 0
		return false
	case m.To != resp.URL:
		m.To, m.Since, m.Seen = resp.URL, now, 1
		return false
	}
	m.Seen++
	if m.Seen < movedTimes || now.Sub(m.Since) < movedFor || !shares {
		return false
	}
	st.Move = story.FeedMove{URL: resp.URL}
	return true
}
