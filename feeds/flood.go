package feeds

import (
	"fmt"
	"time"

	"vedette/story"
)

const (
	manyNew      = 20 // in one poll
	manyVanished = 50
	oldFrom      = 48 * time.Hour
)

// flood marks what a flood brings of the past: a publisher who gives all
// items new addresses, or puts an archive into the feed, has no news by it.
// What a flood brings that is recent or undated is news all the same. So many
// items that were there have vanished.
func (v *visit) flood(items []story.Item, fresh []bool, vanished int) {
	pace := &v.poll.State.Pace
	if v.fresh <= manyNew && (10*v.fresh <= 6*len(items) || vanished < manyVanished) {
		return
	}
	past := make([]bool, len(items))
	for i := range items {
		past[i] = fresh[i] && !items[i].Published.IsZero() && v.started.Sub(items[i].Published) > oldFrom
	}
	old := count(past)
	if old == 0 {
		return
	}
	v.poll.Past = past
	told := pace.Flooded
	pace.Flooded = v.started
	if rooms := *v.poller.operators.Load(); len(rooms) > 0 && v.started.Sub(told) > 24*time.Hour {
		v.poll.Tell = append(v.poll.Tell, story.Bulletin{
			Kind: story.FeedHealth, Key: fmt.Sprintf("%s flood %d", v.feed.Name, v.started.Unix()), At: v.started, Rooms: rooms,
			Reasons: []string{
				fmt.Sprintf("%s brought %d items at once", called(v.feed), v.fresh),
				fmt.Sprintf("%d are dated more than two days ago: kept, and not told; vedette search finds them", old),
				fmt.Sprintf("%d are told as usual", v.fresh-old),
			},
		})
	}
}
