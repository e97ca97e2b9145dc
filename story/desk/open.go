package desk

import (
	"context"
	"time"

	"vedette/story"
	"vedette/story/group"
)

// openStories are the stories that a report may still belong to, as far as
// this process knows them.
type openStories struct {
	grouper *group.Grouper
	seen    time.Time // when the last story changed that is known
	forgot  time.Time // when closed stories were last forgotten
}

// forgetEvery is how often closed stories are forgotten: it costs as much as
// knowing the others anew.
const forgetEvery = time.Hour

// known returns the grouper, with what this process or another has saved
// since it was last asked for.
func (s *openStories) known(ctx context.Context, docket Docket, now time.Time) (*group.Grouper, error) {
	if s.grouper == nil {
		s.grouper, s.seen, s.forgot = group.New(group.Defaults()), now.Add(-memory), now
	}
	if now.Sub(s.forgot) >= forgetEvery {
		s.grouper.Forget(now.Add(-memory))
		s.forgot = now
	}
	recent, err := docket.Recent(ctx, s.seen)
	if err != nil {
		return nil, err
	}
	for i := range recent {
		for _, r := range recent[i].Reports {
			s.grouper.Add(recent[i].ID, r)
		}
		if recent[i].Changed.After(s.seen) {
			s.seen = recent[i].Changed
		}
	}
	return s.grouper, nil
}

// joined notes what was saved of p, if it joined a story without changing
// it: such a story is not among the recent ones.
func (s *openStories) joined(p *story.Pending, j *story.Judgement) {
	if s.grouper != nil && j.Story != 0 && j.Kind == "" {
		s.grouper.Add(j.Story, story.Report{Item: p.Item, Relation: j.Relation, CopyOf: j.CopyOf})
	}
}
