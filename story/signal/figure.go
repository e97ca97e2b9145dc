package signal

import "vedette/story"

// figures reads how many people a sentence counts.
type figures struct{}

func newFigures() (*figures, error) { return &figures{}, nil }

// counts returns the killed, wounded, captured and displaced of s, a sentence
// of it.
func (f *figures) counts(it *story.Item, s *sentence) []story.Signal { return nil }
