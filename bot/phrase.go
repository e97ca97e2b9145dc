package bot

import (
	"context"
	"log/slog"
	"sync"

	"vedette/story"
)

// mostPhrases is how many stories' briefs are kept in other words: as many as
// change within an hour on a bad day.
const mostPhrases = 256

// phrases are the briefs that were told in other words, so that all rooms
// read the same and a model is asked once for a version of a story.
type phrases struct {
	mu   sync.Mutex // guards said, and is held while a model is asked
	said map[story.ID]phrase
}

// A phrase is a story's brief in other words, or "" if it stands.
type phrase struct {
	version int
	text    string
}

// root returns the root message of s, its brief in other words if there is a
// rephraser and it finds any.
func (c *Courier) root(ctx context.Context, s *story.Story, seat *Seat) *Message {
	m := Root(s, seat.Zone, seat.Titles)
	if c.words == nil || len(m.Brief) == 0 {
		return m
	}
	if text := c.phrase(ctx, s, m.Brief); text != "" {
		m.Brief = []story.Sentence{{Text: text}}
		m.Facts = append(m.Facts, Fact{Name: "Brief", Text: "in a model's words, checked against the reports"})
	}
	return m
}

// phrase returns the brief of s in other words, or "".
func (c *Courier) phrase(ctx context.Context, s *story.Story, brief []story.Sentence) string {
	c.spoken.mu.Lock()
	defer c.spoken.mu.Unlock()
	if p, ok := c.spoken.said[s.ID]; ok && p.version == s.Version {
		return p.text
	}
	sentences := make([]string, len(brief))
	for i := range brief {
		sentences[i] = brief[i].Text
	}
	text, why := c.words.Rephrase(ctx, sentences)
	if why != "" {
		c.log.LogAttrs(ctx, slog.LevelInfo, "the brief stands as it is", slog.Int64("story", int64(s.ID)), slog.String("why", why))
	}
	if len(c.spoken.said) >= mostPhrases || c.spoken.said == nil {
		c.spoken.said = make(map[story.ID]phrase)
	}
	c.spoken.said[s.ID] = phrase{s.Version, text}
	return text
}
