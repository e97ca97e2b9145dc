// Package desk takes new items through the watches to stories and notices.
//
// What comes in are the items that no one has judged, from a [Docket]; what
// goes out is a [story.Judgement] for each: the watches that accept it, the
// story that it belongs to, and the notice that rooms are owed. The package
// decides nothing itself: package watch matches, package signal reads what an
// item claims, package group finds its story and what it shows of others,
// package level judges how far the watches have escalated. It never sends
// anything. What it remembers between two calls, the open stories and the watches' pasts, is only what was saved,
// and is read anew after a start or an error.
package desk

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"runtime/debug"
	"slices"
	"sync/atomic"
	"time"

	"vedette/story"
	"vedette/story/level"
	"vedette/story/signal"
	"vedette/watch"
)

// A Docket holds the items that wait to be judged, and what was decided.
type Docket interface {
	// Unjudged returns at most limit items that wait, oldest first.
	Unjudged(ctx context.Context, limit int) ([]story.Pending, error)

	// Recent returns the stories that changed since, with all their reports,
	// the last to change last.
	Recent(ctx context.Context, since time.Time) ([]story.Story, error)

	// Story returns a story with all its reports.
	Story(ctx context.Context, id story.ID) (story.Story, error)

	// Readings gives what the matched items claim to each, in the order in
	// which it was saved, beginning after the one that bears seq.
	Readings(ctx context.Context, seq int64, each func(story.Reading) error) error

	// Standings returns where the watches stand that were ever judged.
	Standings(ctx context.Context) (map[story.WatchName]story.Standing, error)

	// ReviewDue reports whether the levels are to be reviewed at now, and
	// SaveReview saves what that found, and when the next is due. A bulletin
	// whose key its watch has had is left out.
	ReviewDue(ctx context.Context, now time.Time) (bool, error)
	SaveReview(ctx context.Context, bs []story.Bulletin, next time.Time) error

	// SaveJudgements saves judgements, moves, notices, deliveries and the jobs
	// to deliver them in one transaction. An item that was edited after it was
	// read stays unjudged.
	SaveJudgements(ctx context.Context, js []story.Judgement) error
}

const (
	batch  = 100            // items judged in one call: a transaction stays short
	memory = 72 * time.Hour // how long a story stays open to further reports
)

// A Desk judges items.
type Desk struct {
	docket Docket
	reader *signal.Reader
	now    func() time.Time
	log    *slog.Logger
	orders atomic.Pointer[orders] // swapped whole by SetWatches
	stand  atomic.Pointer[map[story.WatchName]level.Judgement]
	forget atomic.Bool // what is remembered before the next Judge

	// What follows belongs to Judge, which is not called twice at a time.
	open     openStories
	gauge    *gauge  // nil: nothing is remembered yet
	gaugeOf  *orders // by which it was made
	reviewed *orders // by which the levels were last reviewed
}

// orders are the watches in force.
type orders struct {
	set   *watch.Set
	names []story.WatchName // in the order of the desk file
	level map[story.WatchName]level.Params
	rooms map[story.WatchName][]story.RoomName
	asks  map[story.WatchName][]watch.Threshold // of the story, before its rooms are told
}

// New returns a desk without watches.
func New(docket Docket, reader *signal.Reader, now func() time.Time, log *slog.Logger) *Desk {
	d := &Desk{docket: docket, reader: reader, now: now, log: log}
	d.orders.Store(&orders{set: new(watch.Set)})
	return d
}

// SetWatches puts set and the rooms of ws in force for the items judged from
// here on. The two must have been made from the same watches; levels holds the
// parameters of those whose levels are not judged by the common ones.
func (d *Desk) SetWatches(set *watch.Set, ws []story.Watch, levels map[story.WatchName]level.Params) {
	o := &orders{set: set, asks: set.Thresholds(), level: levels, rooms: make(map[story.WatchName][]story.RoomName)}
	for _, w := range ws {
		o.names = append(o.names, w.Name)
		o.rooms[w.Name] = w.Rooms
	}
	d.orders.Store(o)
}

// Forget has the next Judge read anew how things stand, and Standing know
// nothing until then: another process has judged, or does from here on. It may
// be called from any goroutine.
func (d *Desk) Forget() {
	d.forget.Store(true)
	d.stand.Store(nil)
}

// params returns the parameters that the levels of a watch are judged by.
func (o *orders) params(w story.WatchName) level.Params {
	if p, ok := o.level[w]; ok {
		return p
	}
	return level.Default()
}

// Judge judges the items that wait, up to a batch of them, and reports
// whether more may be waiting. Each item that belongs to a story is saved
// before the next is looked at, since the next may belong to the same one; a
// crash in between leaves the rest unjudged, and nothing told twice.
func (d *Desk) Judge(ctx context.Context) (more bool, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("judge: %w", err)
		}
	}()
	waiting, err := d.docket.Unjudged(ctx, batch)
	if err != nil {
		return false, err
	}
	if d.forget.Swap(false) {
		d.gauge, d.open = nil, openStories{}
	}
	o := d.orders.Load()
	if d.gaugeOf != o {
		d.gauge, d.gaugeOf = nil, o
	}
	defer func() {
		if err != nil { // they may remember what was not saved
			d.gauge, d.open = nil, openStories{}
		}
		d.stood()
	}()
	if _, err := d.recall(ctx, o); err != nil {
		return false, err
	}
	var js []story.Judgement
	var left error // of items that nothing can be said of
	for i := range waiting {
		j, err := d.judge(ctx, &waiting[i], o)
		if errors.Is(err, errPanic) {
			left = errors.Join(left, err)
			continue
		}
		if err != nil {
			return false, err
		}
		if js = append(js, j); j.Kind == "" && j.Relation == "" {
			continue
		}
		if err := d.docket.SaveJudgements(ctx, js); err != nil {
			return false, err
		}
		js = nil
	}
	if err := d.docket.SaveJudgements(ctx, js); err != nil || left != nil {
		return false, errors.Join(err, left)
	}
	if more = len(waiting) == batch; more {
		return true, nil
	}
	return false, d.reviewIfDue(ctx, o)
}

// judge judges one item, if need be plainly: all that is later would wait for
// one that makes a part of the desk panic, for ever.
func (d *Desk) judge(ctx context.Context, p *story.Pending, o *orders) (j story.Judgement, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			d.log.LogAttrs(ctx, slog.LevelError, "an item ended in a panic", slog.Int64("item", int64(p.Item.ID)), slog.Any("panic", fault), slog.String("stack", string(debug.Stack())))
			j, err = d.judgePlainly(ctx, p, o)
		}
	}()
	j = story.Judgement{Item: p.Item.ID, Revision: p.Item.Revision, Matches: o.set.Match(&p.Item), At: d.now()}
	if len(j.Matches) > 0 {
		j.Signals = d.reader.Read(&p.Item)
	}
	if p.Story != 0 || !p.Seed && news(p.Watches, j.Matches) {
		err = d.place(ctx, p, o, &j)
	} else if len(j.Matches) > 0 {
		d.gauge.count(o, p, new(story.Story), &j)
	}
	return j, err
}

// errPanic is why an item goes on waiting.
var errPanic = errors.New("it ended in a panic")

// judgePlainly judges an item by the watches alone. What it claims is not read,
// and it opens a story of its own, unless it is in one: what rooms are owed is
// told.
func (d *Desk) judgePlainly(ctx context.Context, p *story.Pending, o *orders) (j story.Judgement, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("item %d: %w: %v", p.Item.ID, errPanic, fault)
		}
	}()
	d.gauge, d.open = nil, openStories{} // they may remember what is not saved
	if _, err := d.recall(ctx, o); err != nil {
		return j, err
	}
	j = story.Judgement{Item: p.Item.ID, Revision: p.Item.Revision, Matches: o.set.Match(&p.Item), At: d.now()}
	before := story.Story{Opened: j.At}
	switch {
	case p.Story != 0:
		if before, err = d.docket.Story(ctx, p.Story); err != nil {
			return j, err
		}
		edited(p, &j)
	case p.Seed || !news(p.Watches, j.Matches):
		return j, nil
	default:
		j.Relation, j.Kind, j.Reason = story.Opens, story.NewStory, "it could not be compared with other reports"
	}
	d.gauge.level(&before, &j)
	o.owe(&j, before, p)
	return j, nil
}

// reviewIfDue reviews the levels if it is time, if the watches have changed, or if
// something was saved that they were not judged by yet: the past of a new
// feed, say.
func (d *Desk) reviewIfDue(ctx context.Context, o *orders) error {
	news, err := d.recall(ctx, o)
	if err != nil {
		return err
	}
	due, err := d.docket.ReviewDue(ctx, d.now())
	if err != nil || !news && !due && d.reviewed == o {
		return err
	}
	d.reviewed = o
	return d.review(ctx, o)
}

// Standing returns how a watch stood when it was last judged, at most a
// quarter of an hour ago, or false if it was not since the start. It may be
// called from any goroutine.
func (d *Desk) Standing(w story.WatchName) (level.Judgement, bool) {
	all := d.stand.Load()
	if all == nil {
		return level.Judgement{}, false
	}
	j, ok := (*all)[w]
	return j, ok
}

// stood makes known how the watches were last judged.
func (d *Desk) stood() {
	if d.gauge != nil && d.gauge.moved {
		all := maps.Clone(d.gauge.judged)
		d.stand.Store(&all)
		d.gauge.moved = false
	}
}

// news reports whether a watch is among the matches that was not known to
// match before: an edit of an item that matched all along is none.
func news(known []story.WatchName, matches []story.Match) bool {
	return slices.ContainsFunc(matches, func(m story.Match) bool { return !slices.Contains(known, m.Watch) })
}

// place finds the story that p belongs to and what its rooms are owed.
func (d *Desk) place(ctx context.Context, p *story.Pending, o *orders, j *story.Judgement) error {
	s, err := d.find(ctx, p, j)
	if err != nil {
		return err
	}
	before := s.joined(d.now())
	if err := d.raise(ctx, o, p, &before, s.openers(), j); err != nil {
		return err
	}
	o.owe(j, before, p)
	s.owe(o, d.gauge.stands, j)
	for i := range j.Moves {
		m := &j.Moves[i]
		d.log.LogAttrs(ctx, slog.LevelInfo, "moved", slog.Any("items", m.Items), slog.Any("from", m.From), slog.Int64("story", int64(m.Into)), slog.String("reason", m.Reason))
	}
	d.log.LogAttrs(ctx, slog.LevelInfo, "judged", slog.Int64("item", int64(p.Item.ID)), slog.Int64("story", int64(j.Story)),
		slog.String("kind", string(j.Kind)), slog.String("reason", j.Reason), slog.Int("rooms", len(j.Rooms)))
	return nil
}

// find finds the story that p belongs to, and what of others it changes.
func (d *Desk) find(ctx context.Context, p *story.Pending, j *story.Judgement) (*shift, error) {
	if p.Story != 0 {
		edited(p, j)
		s := newShift(d.docket, p.Story)
		_, err := s.story(ctx, p.Story)
		return s, err
	}
	grouper, err := d.open.known(ctx, d.docket, d.now())
	if err != nil {
		return nil, err
	}
	ask(grouper, j.Matches)
	kin := grouper.Place(&p.Item)
	if kin.Story == unsaved { // of an item that was edited meanwhile, and is judged anew
		d.open = openStories{}
		if grouper, err = d.open.known(ctx, d.docket, d.now()); err != nil {
			return nil, err
		}
		kin = grouper.Place(&p.Item)
	}
	s, err := d.regroup(ctx, grouper, p, &kin)
	j.Story, j.Relation, j.CopyOf = kin.Story, kin.Relation, kin.CopyOf
	j.Kind, j.Reason = story.NoticeOf(kin.Relation), kin.Reason
	return s, err
}

// owe sets the rooms that are owed the notice: those of the watches that
// accept a report of the story, now that p has joined it, and whose thresholds
// it meets. A watch that is told of the story for the first time makes its
// rooms hear of it, whatever they would have heard of the report alone.
func (o *orders) owe(j *story.Judgement, before story.Story, p *story.Pending) {
	told := slices.Concat(p.Watches, before.Watches)
	after := before
	if j.Relation != "" {
		after.Reports = append(slices.Clip(before.Reports), story.Report{Item: p.Item, Relation: j.Relation, CopyOf: j.CopyOf, Signals: j.Signals})
	}
	after.Level = j.Level
	watches := slices.Clone(told)
	for _, m := range j.Matches {
		watches = append(watches, m.Watch)
	}
	slices.Sort(watches)
	for _, w := range slices.Compact(watches) {
		if !o.meets(w, &after, j.At) {
			continue
		}
		if first := !slices.Contains(told, w) || !o.meets(w, &before, j.At); first && j.Kind == story.Refresh {
			// Its rooms have no message of this story that could be refreshed.
			j.Kind, j.Reason = story.Update, fmt.Sprintf("%s; the first for %s", j.Reason, w)
		}
		for _, room := range o.rooms[w] {
			if !slices.Contains(j.Rooms, room) {
				j.Rooms = append(j.Rooms, room)
			}
		}
	}
	if j.Kind == story.Refresh && j.Relation == story.Copies && len(after.Outlets()) == len(before.Outlets()) {
		j.Kind, j.Rooms = "", nil // no message would look different
	}
}

// meets reports whether s is what the watch asks of a story at now.
func (o *orders) meets(w story.WatchName, s *story.Story, now time.Time) bool {
	facts := watch.Facts{Outlets: len(s.Outlets()), Origins: s.Origins(), Casualties: s.Casualties(), Age: now.Sub(s.Opened), Level: s.Level}
	return !slices.ContainsFunc(o.asks[w], func(t watch.Threshold) bool { return !t.Holds(facts) })
}

// edited says what rooms are owed when a report that they know was edited.
func edited(p *story.Pending, j *story.Judgement) {
	j.Story = p.Story
	j.Kind, j.Reason = story.Refresh, p.Item.Outlet+" edited its report"
}
