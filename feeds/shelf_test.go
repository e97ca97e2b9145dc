package feeds_test

import (
	"context"
	"errors"
	"sync"

	"vedette/story"
)

var errShelf = errors.New("the shelf is broken")

// A shelf keeps what polls bring as the store promises to, in memory.
type shelf struct {
	mu     sync.Mutex
	states map[story.FeedName]story.FeedState
	items  map[story.FeedName][]*story.Item
	keys   map[story.FeedName]map[string]*story.Item
	told   map[story.FeedName]story.Saved // in all, seeds aside
	polls  map[story.FeedName][]story.Poll
	pushes []story.Brought
	broken bool
}

func newShelf() *shelf {
	return &shelf{
		states: map[story.FeedName]story.FeedState{}, items: map[story.FeedName][]*story.Item{},
		keys: map[story.FeedName]map[string]*story.Item{},
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

// NewItems reports which items share no key with one that is kept.
func (s *shelf) NewItems(_ context.Context, feed story.FeedName, items []story.Item) ([]bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fresh := make([]bool, len(items))
	for i := range items {
		fresh[i] = s.find(feed, items[i].Keys) == nil
	}
	return fresh, nil
}

// SavePoll saves p: an item that shares a key with one that is kept is that
// one.
func (s *shelf) SavePoll(_ context.Context, p story.Poll) (story.Saved, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	feed := p.State.Feed
	saved, news := s.take(feed, p.Items, func(i int) bool { return p.Seed || p.Past != nil && p.Past[i] })
	p.State.Push = s.states[feed].Push
	if p.Heard != nil {
		p.State.Push = p.State.Push.Polled(*p.Heard, news)
	}
	s.states[feed] = p.State
	s.polls[feed] = append(s.polls[feed], p)
	if !p.Seed {
		told := s.told[feed]
		s.told[feed] = story.Saved{New: told.New + saved.New, Edited: told.Edited + saved.Edited, Known: told.Known + saved.Known}
	}
	return saved, nil
}

// SavePush saves b in the same way.
func (s *shelf) SavePush(_ context.Context, b story.Brought) (story.Saved, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken {
		return story.Saved{}, errShelf
	}
	saved, news := s.take(b.Feed, b.Items, func(i int) bool { return b.Past != nil && b.Past[i] })
	s.states[b.Feed] = s.states[b.Feed].Taken(&b, news)
	s.pushes = append(s.pushes, b)
	told := s.told[b.Feed]
	s.told[b.Feed] = story.Saved{New: told.New + saved.New, Edited: told.Edited + saved.Edited, Known: told.Known + saved.Known}
	return saved, nil
}

// ChangePush changes what is known of a subscription.
func (s *shelf) ChangePush(_ context.Context, feed story.FeedName, change func(story.Push) story.Push) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken {
		return errShelf
	}
	st := s.states[feed]
	st.Push = change(st.Push)
	s.states[feed] = st
	return nil
}

// take keeps items, and returns those that are new and not of the past.
func (s *shelf) take(feed story.FeedName, items []story.Item, past func(i int) bool) (saved story.Saved, news []story.Item) {
	if s.keys[feed] == nil {
		s.keys[feed] = map[string]*story.Item{}
	}
	for i, it := range items {
		kept := s.find(feed, it.Keys)
		switch {
		case kept == nil:
			saved.New++
			if !past(i) {
				news = append(news, it)
			}
			kept = &it
			s.items[feed] = append(s.items[feed], kept)
		case kept.Title != it.Title || kept.Summary != it.Summary || kept.Body != it.Body:
			saved.Edited++
			kept.Title, kept.Summary, kept.Body = it.Title, it.Summary, it.Body
		default:
			saved.Known++
		}
		for _, key := range it.Keys {
			if s.keys[feed][key] == nil {
				s.keys[feed][key] = kept
			}
		}
	}
	return saved, news
}

func (s *shelf) find(feed story.FeedName, keys []string) *story.Item {
	for _, key := range keys {
		if kept := s.keys[feed][key]; kept != nil {
			return kept
		}
	}
	return nil
}
