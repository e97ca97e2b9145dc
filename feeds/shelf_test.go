package feeds_test

import (
	"context"
	"errors"
	"slices"
	"sync"

	"vedette/story"
)

var errShelf = errors.New("the shelf is broken")

// A shelf keeps what polls bring as the store promises to, in memory.
type shelf struct {
	mu     sync.Mutex
	states map[story.FeedName]story.FeedState
	items  map[story.FeedName][]*story.Item
	told   map[story.FeedName]story.Saved // in all, seeds aside
	polls  map[story.FeedName][]story.Poll
	broken bool
}

func newShelf() *shelf {
	return &shelf{
		states: map[story.FeedName]story.FeedState{}, items: map[story.FeedName][]*story.Item{},
		told: map[story.FeedName]story.Saved{}, polls: map[story.FeedName][]story.Poll{},
	}
}

// FeedState returns the state saved last.
func (s *shelf) FeedState(_ context.Context, feed story.FeedName) (story.FeedState, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken {
		return story.FeedState{}, errShelf
	}
	state := s.states[feed]
	state.Feed = feed
	return state, nil
}

// SavePoll saves p: an item that shares a key with one that is kept is that
// one.
func (s *shelf) SavePoll(_ context.Context, p story.Poll) (story.Saved, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	feed := p.State.Feed
	s.states[feed] = p.State
	s.polls[feed] = append(s.polls[feed], p)
	var saved story.Saved
	for _, it := range p.Items {
		kept := s.find(feed, it.Keys)
		switch {
		case kept == nil:
			saved.New++
			s.items[feed] = append(s.items[feed], &it)
		case kept.Title != it.Title || kept.Summary != it.Summary || kept.Body != it.Body:
			saved.Edited++
			kept.Title, kept.Summary, kept.Body = it.Title, it.Summary, it.Body
			kept.Keys = append(kept.Keys, it.Keys...)
		default:
			saved.Known++
			kept.Keys = append(kept.Keys, it.Keys...)
		}
	}
	if !p.Seed {
		told := s.told[feed]
		s.told[feed] = story.Saved{New: told.New + saved.New, Edited: told.Edited + saved.Edited, Known: told.Known + saved.Known}
	}
	return saved, nil
}

func (s *shelf) find(feed story.FeedName, keys []string) *story.Item {
	for _, kept := range s.items[feed] {
		if slices.ContainsFunc(keys, func(key string) bool { return slices.Contains(kept.Keys, key) }) {
			return kept
		}
	}
	return nil
}
