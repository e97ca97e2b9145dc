package desk

import (
	"cmp"
	"context"
	"slices"
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
	anew := s.grouper == nil
	if anew {
		s.grouper, s.seen, s.forgot = group.New(group.Defaults()), now.Add(-memory), now
	}
	if now.Sub(s.forgot) >= forgetEvery {
		s.grouper.Forget(now.Add(-memory))
		s.forgot = now
	}
	if s.seen.After(now) { // the clock was set back
		s.seen = now
	}
	recent, err := docket.Recent(ctx, s.seen)
	if err != nil {
		return nil, err
	}
	type place struct {
		in     story.ID
		report *story.Report
	}
	var all []place
	for i := range recent {
		for k := range recent[i].Reports {
			all = append(all, place{recent[i].ID, &recent[i].Reports[k]})
		}
		if at := recent[i].Changed; at.After(s.seen) && !at.After(now) { // what is saved next may not have changed later than one of a clock that was ahead
			s.seen = at
		}
	}
	// In the order in which they came: by what came before it a word weighs.
	slices.SortStableFunc(all, func(a, b place) int { return cmp.Compare(a.report.Seq, b.report.Seq) })
	for _, p := range all {
		if anew {
			ask(s.grouper, p.report.Matches)
		}
		s.grouper.Add(p.in, *p.report)
	}
	return s.grouper, nil
}

// ask tells the grouper what watches asked for.
func ask(grouper *group.Grouper, matches []story.Match) {
	for _, m := range matches {
		for _, e := range m.Evidence {
			grouper.Ask(e.Text)
		}
	}
}
