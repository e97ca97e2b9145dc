package desk

import (
	"context"
	"fmt"
	"slices"
	"time"

	"vedette/story"
	"vedette/story/signal"
	"vedette/watch"
)

// An Archive is the past, for watches that were not there in it.
type Archive interface {
	// Items gives the items whose effective time is since or later to each.
	Items(ctx context.Context, since time.Time, each func(story.Item) error) error

	// SavePast saves matches and signals of items that were judged before.
	// Nothing is told.
	SavePast(ctx context.Context, js []story.Judgement) error
}

// saved is how many items are saved in one transaction: few enough for news
// to go first.
const saved = 200

// Backfill gives the named watches of set a past: what they accept of the
// items since, and what these claim, counts for their levels and is told to
// nobody. It returns how many items they accept. What was saved before an
// error stays, and may be saved again.
func Backfill(ctx context.Context, a Archive, set *watch.Set, reader *signal.Reader, names []story.WatchName, since time.Time) (n int, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("backfill: %w", err)
		}
	}()
	var js []story.Judgement
	flush := func() error {
		n += len(js)
		err := a.SavePast(ctx, js)
		js = js[:0]
		return err
	}
	matcher := set.Matcher()
	err = a.Items(ctx, since, func(it story.Item) error {
		ms := slices.DeleteFunc(matcher.Match(&it, nil), func(m story.Match) bool { return !slices.Contains(names, m.Watch) })
		if len(ms) == 0 {
			return nil
		}
		js = append(js, story.Judgement{Item: it.ID, Revision: it.Revision, Matches: ms, Signals: reader.Read(&it)})
		if len(js) < saved {
			return nil
		}
		return flush()
	})
	if err != nil {
		return n, err
	}
	return n, flush()
}
