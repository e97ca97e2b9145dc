package desk

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"vedette/story"
)

// A Memory is a docket that forgets everything at the end: what was judged in
// it is told to nobody. Its zero value waits for items. It is not safe for
// concurrent use.
type Memory struct {
	Judged    []story.Judgement // with the story that an opening report got
	Bulletins []story.Bulletin

	waiting  []story.Pending
	titles   map[story.ItemID]string
	stories  []story.Story // in the order of their ids, from 1 on
	joined   int64         // reports that joined a story
	readings []story.Reading
	seq      int64     // of the last reading
	due      time.Time // of the next review
}

// Bring adds an item to those that wait.
func (m *Memory) Bring(p story.Pending) {
	if m.titles == nil {
		m.titles = make(map[story.ItemID]string)
	}
	m.titles[p.Item.ID] = p.Item.Title
	m.waiting = append(m.waiting, p)
}

// Title returns the title of an item that was brought.
func (m *Memory) Title(id story.ItemID) string { return m.titles[id] }

// Unjudged implements [Docket].
func (m *Memory) Unjudged(_ context.Context, limit int) ([]story.Pending, error) {
	return slices.Clone(m.waiting[:min(limit, len(m.waiting))]), nil
}

// Recent implements [Docket].
func (m *Memory) Recent(_ context.Context, since time.Time) ([]story.Story, error) {
	var all []story.Story
	for i := range m.stories {
		if s := &m.stories[i]; s.Merged == 0 && !s.Changed.Before(since) {
			all = append(all, m.stories[i])
		}
	}
	slices.SortStableFunc(all, func(a, b story.Story) int { return cmp.Or(a.Changed.Compare(b.Changed), cmp.Compare(a.ID, b.ID)) })
	return all, nil
}

// Story implements [Docket].
func (m *Memory) Story(_ context.Context, id story.ID) (story.Story, error) {
	if id < 1 || int(id) > len(m.stories) {
		return story.Story{}, fmt.Errorf("there is no story %d", id)
	}
	return m.stories[id-1], nil
}

// Readings implements [Docket].
func (m *Memory) Readings(_ context.Context, seq int64, each func(story.Reading) error) error {
	first, _ := slices.BinarySearchFunc(m.readings, seq+1, func(r story.Reading, seq int64) int { return cmp.Compare(r.Seq, seq) })
	for _, r := range m.readings[first:] {
		if err := each(r); err != nil {
			return err
		}
	}
	return nil
}

// Standings implements [Docket].
func (m *Memory) Standings(context.Context) (map[story.WatchName]story.Standing, error) {
	all := make(map[story.WatchName]story.Standing)
	for i := range m.Bulletins {
		if b := &m.Bulletins[i]; b.Kind == story.LevelChange {
			all[b.Watch] = story.Standing{Level: b.To, Since: b.At, Changes: all[b.Watch].Changes + 1}
		}
	}
	return all, nil
}

// ReviewDue implements [Docket].
func (m *Memory) ReviewDue(_ context.Context, now time.Time) (bool, error) {
	return !m.due.IsZero() && !now.Before(m.due), nil
}

// SaveReview implements [Docket].
func (m *Memory) SaveReview(_ context.Context, bs []story.Bulletin, next time.Time) error {
	m.tell(bs)
	m.due = next
	return nil
}

// tell keeps the bulletins whose key is new to their watch.
func (m *Memory) tell(bs []story.Bulletin) {
	for _, b := range bs {
		if !slices.ContainsFunc(m.Bulletins, func(o story.Bulletin) bool { return o.Watch == b.Watch && o.Key == b.Key }) {
			m.Bulletins = append(m.Bulletins, b)
		}
	}
}

// SaveJudgements implements [Docket].
func (m *Memory) SaveJudgements(_ context.Context, js []story.Judgement) error {
	for _, j := range js {
		at := slices.IndexFunc(m.waiting, func(p story.Pending) bool { return p.Item.ID == j.Item && p.Item.Revision == j.Revision })
		if at < 0 {
			continue
		}
		p := m.waiting[at]
		m.waiting = slices.Delete(m.waiting, at, at+1)
		for i := range j.Moves {
			m.move(&j, &j.Moves[i])
		}
		m.join(&p.Item, &j)
		m.read(&p.Item, &j)
		m.Judged = append(m.Judged, j)
		m.tell(j.Bulletins)
	}
	return nil
}

// join puts the item into its story, which it may open.
func (m *Memory) join(it *story.Item, j *story.Judgement) {
	if j.Relation == story.Opens {
		m.stories = append(m.stories, story.Story{ID: story.ID(len(m.stories) + 1), Opened: j.At, Changed: j.At})
		j.Story = story.ID(len(m.stories))
	}
	if j.Story < 1 || int(j.Story) > len(m.stories) || j.Relation == "" {
		return
	}
	s := &m.stories[j.Story-1]
	m.joined++
	s.Take([]story.Report{{Item: *it, Relation: j.Relation, CopyOf: j.CopyOf, Matches: j.Matches, Signals: j.Signals, Seq: m.joined}})
	if j.Kind != "" {
		s.Version, s.Changed, s.Level = s.Version+1, j.At, j.Level
	}
}

// move carries reports to another story, which it may make.
func (m *Memory) move(j *story.Judgement, mv *story.Move) {
	if mv.Into == 0 {
		m.stories = append(m.stories, story.Story{ID: story.ID(len(m.stories) + 1), Opened: mv.Opened, Parted: mv.From[0].Story, Why: mv.Reason})
		mv.Into = story.ID(len(m.stories))
		if mv.Joined {
			j.Story = mv.Into
		}
	}
	to := &m.stories[mv.Into-1]
	for _, left := range mv.From {
		from := &m.stories[left.Story-1]
		to.Take(from.Part(mv.Items))
		from.Version, from.Changed = from.Version+1, j.At
		if len(from.Reports) == 0 {
			m.merge(from, mv)
			continue
		}
		from.Level = left.Level
		m.reread(from)
	}
	to.Version, to.Changed, to.Level = to.Version+1, j.At, mv.Level
	m.reread(to)
}

// merge has a story without reports go on where those went, as do those that
// were merged into it before.
func (m *Memory) merge(from *story.Story, mv *story.Move) {
	from.Merged, from.Why = mv.Into, mv.Reason
	for i := range m.stories {
		if s := &m.stories[i]; s.Merged == from.ID {
			s.Merged, s.Version = mv.Into, s.Version+1
		}
	}
}

// reread saves the readings of s anew whose story another item opens now.
func (m *Memory) reread(s *story.Story) {
	var anew []story.Reading
	m.readings = slices.DeleteFunc(m.readings, func(r story.Reading) bool {
		in := slices.ContainsFunc(s.Reports, func(rep story.Report) bool { return rep.Item.ID == r.Item.ID })
		if !in || r.Opener == s.Lead().Item.ID {
			return false
		}
		r.Opener, r.Edited = s.Lead().Item.ID, true
		anew = append(anew, r)
		return true
	})
	for _, r := range anew {
		m.keep(r)
	}
}

// keep saves a reading.
func (m *Memory) keep(r story.Reading) {
	m.seq++
	r.Seq = m.seq
	m.readings = append(m.readings, r)
}

// read keeps what the item claims.
func (m *Memory) read(it *story.Item, j *story.Judgement) {
	edited := false
	if j.Revision > 1 {
		before := len(m.readings)
		m.readings = slices.DeleteFunc(m.readings, func(r story.Reading) bool { return r.Item.ID == it.ID })
		edited = len(m.readings) < before
	}
	if len(j.Matches) == 0 && !edited {
		return
	}
	r := story.Reading{Edited: edited, Item: *it, Opener: it.ID, Signals: j.Signals}
	for _, match := range j.Matches {
		r.Watches = append(r.Watches, match.Watch)
	}
	if j.Story > 0 && int(j.Story) <= len(m.stories) {
		reports := m.stories[j.Story-1].Reports
		r.Opener = reports[0].Item.ID
		for i := range reports {
			if from := &reports[i].Item; from.ID == j.CopyOf {
				r.CopyOf = from.Owner
			}
		}
	}
	m.keep(r)
}
