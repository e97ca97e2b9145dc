package story

import (
	"strings"
	"time"
)

// An ItemID identifies an item in one database.
type ItemID int64

// An Item is one report as published. Its texts are plain: no markup, no
// entities, no bidirectional controls, NFC.
type Item struct {
	ID        ItemID
	Feed      FeedName
	Outlet    string
	Owner     string
	Tier      int      // of its feed: 1 official or wire … 4 unvetted; 0 if nobody said
	State     string   // that controls the outlet, or ""
	GUID      string   // as published, or ""
	Link      string   // http or https, as a reader would open it, or ""
	Canonical string   // Link without what does not identify: scheme, "www.", fragment, tracking
	Keys      []string // its identities within the feed, never empty: an item that shares one is the same item
	Title     string   // never empty: the first words of the text if the feed gives none
	Summary   string   // the feed's description, or ""
	Body      string   // the feed's full content where it differs from the summary, or ""
	Author    string
	Tags      []string
	Lang      string    // BCP 47, or "" if unknown
	Published time.Time // as the feed says; zero if it says nothing usable
	FirstSeen time.Time // when a poll first brought it
	Effective time.Time // Published, held between a week before FirstSeen and FirstSeen
	Revision  int       // 1 at first; counts the edits of title or text
}

// Text returns the item's title, summary and body in reading order.
func (it *Item) Text() string {
	var text strings.Builder
	text.WriteString(it.Title)
	for _, more := range []string{it.Summary, it.Body} {
		if more != "" {
			text.WriteString("\n" + more)
		}
	}
	return text.String()
}
