package desk

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"vedette/story"
	"vedette/story/group"
)

// unsaved is what the grouper calls the story that an item opens, until it is
// saved: the newest of all.
const unsaved story.ID = math.MaxInt64

// A shift is what an item changes in stories besides joining one: reports
// move that it has shown to belong elsewhere.
type shift struct {
	docket  Docket
	home    story.ID // that the item joins; 0 if it opens one, below 0 if a move makes it
	moves   []story.Move
	into    []story.ID                // where each move leads; what is made has an id below 0
	before  map[story.ID]story.Story  // as they are saved
	stories map[story.ID]*story.Story // as they stand after the moves, without the item
}

func newShift(docket Docket, home story.ID) *shift {
	return &shift{docket: docket, home: home, before: make(map[story.ID]story.Story), stories: make(map[story.ID]*story.Story)}
}

// regroup finds what moves now that p has joined a story by kin. Where p itself
// belongs elsewhere, kin is changed: nobody has heard of it yet, so it does
// not move.
func (d *Desk) regroup(ctx context.Context, grouper *group.Grouper, p *story.Pending, kin *story.Kinship) (*shift, error) {
	s := newShift(d.docket, kin.Story)
	grouper.Add(cmp.Or(kin.Story, unsaved), story.Report{Item: p.Item, Relation: kin.Relation, CopyOf: kin.CopyOf})
	return s, s.plan(ctx, p.Item.ID, kin, grouper.Review(p.Item.ID))
}

// plan takes in the moves that an item has brought about by joining a story.
func (s *shift) plan(ctx context.Context, item story.ItemID, kin *story.Kinship, moves []group.Move) error {
	for _, m := range moves {
		into, err := s.carry(ctx, &m)
		if err != nil {
			return err
		}
		switch {
		case into == 0:
		case slices.Contains(m.Reports, item):
			s.home, kin.Relation, kin.Reason = into, story.Reports, m.Reason
		case m.Into == unsaved:
			s.home, kin.Relation, kin.Reason = into, story.Reports, "shows that reports of another story tell of this event"
		case m.Into == s.home: // or what is made in its place
			s.home = into
		}
	}
	if s.home != 0 {
		home, err := s.story(ctx, s.home)
		if err != nil {
			return err
		}
		if len(home.Reports) == 0 { // it goes on where its reports went
			s.home, kin.Relation, kin.Reason = 0, story.Opens, "what it was told with belongs to another story"
		}
	}
	kin.Story = max(s.home, 0)
	for i := range s.moves {
		s.moves[i].Joined = s.home < 0 && s.into[i] == s.home
	}
	return nil
}

// carry carries a move out, of the reports that are saved, and returns where
// it leads: 0 if to nothing but the item that is judged.
func (s *shift) carry(ctx context.Context, m *group.Move) (story.ID, error) {
	move := story.Move{Reason: m.Reason}
	var gone []story.Report
	for _, id := range m.From {
		if id == unsaved {
			continue
		}
		from, err := s.story(ctx, id)
		if err != nil {
			return 0, err
		}
		if parted := from.Part(withCopies(from, m.Reports)); len(parted) > 0 {
			move.From = append(move.From, story.Left{Story: id})
			gone = append(gone, parted...)
			move.Opened = later(move.Opened, from.Opened)
		}
	}
	into, err := s.destination(ctx, m.Into)
	if err != nil || len(gone) == 0 {
		return into, err
	}
	if into == 0 {
		into = -story.ID(len(s.moves) + 1)
		s.stories[into] = &story.Story{Parted: move.From[0].Story, Why: m.Reason}
	}
	to, err := s.story(ctx, into)
	if err != nil {
		return 0, err
	}
	to.Take(gone)
	if move.Into = into; into < 0 {
		move.Into, move.Opened = 0, later(move.Opened, to.Lead().Item.FirstSeen)
		to.Opened = move.Opened
	} else {
		move.Opened = time.Time{}
	}
	slices.SortFunc(gone, func(a, b story.Report) int { return cmp.Compare(a.Seq, b.Seq) })
	for i := range gone {
		move.Items = append(move.Items, gone[i].Item.ID)
	}
	s.moves, s.into = append(s.moves, move), append(s.into, into)
	return into, nil
}

// destination returns where a move into a story leads: to it, or to one that is
// to be made, which is 0, if it is not saved or has lost its reports.
func (s *shift) destination(ctx context.Context, into story.ID) (story.ID, error) {
	if into == unsaved || into == 0 {
		return 0, nil
	}
	to, err := s.story(ctx, into)
	if err != nil || len(to.Reports) == 0 {
		return 0, err
	}
	return into, nil
}

// withCopies returns the items and those that copy one of them in from.
func withCopies(from *story.Story, items []story.ItemID) []story.ItemID {
	all := slices.Clone(items)
	for i := range from.Reports {
		if r := &from.Reports[i]; r.Relation == story.Copies && slices.Contains(items, r.CopyOf) {
			all = append(all, r.Item.ID)
		}
	}
	return all
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// story returns a story as it stands after the moves so far.
func (s *shift) story(ctx context.Context, id story.ID) (*story.Story, error) {
	if st, ok := s.stories[id]; ok {
		return st, nil
	}
	st, err := s.docket.Story(ctx, id)
	if err != nil {
		return nil, err
	}
	s.before[id], s.stories[id] = st, &st
	return &st, nil
}

// joined returns the story that the item joins, as it stands before it does.
func (s *shift) joined(now time.Time) story.Story {
	if s.home == 0 {
		return story.Story{Opened: now}
	}
	return *s.stories[s.home]
}

// openers returns the opening item of each report whose story has changed.
func (s *shift) openers() map[story.ItemID]story.ItemID {
	if len(s.moves) == 0 {
		return nil
	}
	openers := make(map[story.ItemID]story.ItemID)
	for _, st := range s.stories {
		for i := range st.Reports {
			openers[st.Reports[i].Item.ID] = st.Lead().Item.ID
		}
	}
	return openers
}

// owe gives each move the levels of its stories, and the rooms that are owed
// the story that it leads to. Those that know one of the stories see its root
// message edited.
func (s *shift) owe(o *orders, stands map[story.WatchName]story.Standing, j *story.Judgement) {
	level := func(st *story.Story) (l story.Level) {
		for _, w := range st.Watches {
			l = max(l, stands[w].Level)
		}
		return l
	}
	for i := range s.moves {
		m := &s.moves[i]
		for k := range m.From {
			m.From[k].Level = level(s.stories[m.From[k].Story])
		}
		to := s.stories[s.into[i]]
		m.Level = level(to)
		to.Level = m.Level
		m.Rooms = s.newly(o, m, to, j.At)
	}
	j.Moves = s.moves
}

// newly returns the rooms that are owed to as a story that is new to them: of
// a story that was parted all of its own, of another those that asked for more
// than any of its parts had.
func (s *shift) newly(o *orders, m *story.Move, to *story.Story, now time.Time) (rooms []story.RoomName) {
	var told []story.RoomName
	if m.Into != 0 {
		parts := []story.Story{s.before[m.Into]}
		for _, from := range m.From {
			parts = append(parts, s.before[from.Story])
		}
		for i := range parts {
			told = append(told, o.roomsOf(&parts[i], now)...)
		}
	}
	return slices.DeleteFunc(o.roomsOf(to, now), func(r story.RoomName) bool { return slices.Contains(told, r) })
}

// roomsOf returns the rooms of the watches that accept a report of s and whose
// thresholds it meets, each once.
func (o *orders) roomsOf(s *story.Story, now time.Time) (rooms []story.RoomName) {
	for _, w := range s.Watches {
		if !o.meets(w, s, now) {
			continue
		}
		for _, room := range o.rooms[w] {
			if !slices.Contains(rooms, room) {
				rooms = append(rooms, room)
			}
		}
	}
	return rooms
}
