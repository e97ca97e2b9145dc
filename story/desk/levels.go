package desk

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"vedette/story"
	"vedette/story/level"
)

const (
	reviewEvery = 15 * time.Minute // how late a fall or a deadline is noticed at the most
	toldReasons = 4                // of a change of level
	toldReports = 8                // as evidence of it
)

// A gauge is what the desk remembers of the watches' pasts, as far as they
// were saved. It can be dropped at any time, and is read anew.
type gauge struct {
	seq     int64 // of the last reading that was read
	edited  bool  // something in the pasts has been taken back
	pasts   map[story.WatchName]*level.History
	stands  map[story.WatchName]story.Standing
	reports map[story.ItemID]story.Witness // of what is remembered
	judged  map[story.WatchName]level.Judgement
	moved   bool // judged has changed since it was made known
}

// recall reads on where the gauge stopped: what this process or another has
// saved since.
func (d *Desk) recall(ctx context.Context, o *orders) (news bool, err error) {
	if d.gauge == nil {
		return true, d.renew(ctx, o, 0, nil)
	}
	g := d.gauge
	err = d.docket.Readings(ctx, g.seq, func(r story.Reading) error {
		news = true
		g.edited = g.edited || r.Edited
		g.read(o, &r)
		return nil
	})
	if err != nil {
		return false, err
	}
	g.stands, err = d.docket.Standings(ctx)
	return news, err
}

// renew reads the whole past anew, without what was taken back and without
// what is saved of one item, which is about to be judged again. The items in
// openers are about to be in the stories that those opened.
func (d *Desk) renew(ctx context.Context, o *orders, but story.ItemID, openers map[story.ItemID]story.ItemID) (err error) {
	g := &gauge{pasts: make(map[story.WatchName]*level.History), reports: make(map[story.ItemID]story.Witness), judged: make(map[story.WatchName]level.Judgement)}
	err = d.docket.Readings(ctx, 0, func(r story.Reading) error {
		if r.Item.ID == but {
			r.Watches = nil
		}
		if opener, moves := openers[r.Item.ID]; moves {
			r.Opener = opener
		}
		g.read(o, &r)
		return nil
	})
	if err != nil {
		return err
	}
	if g.stands, err = d.docket.Standings(ctx); err == nil {
		d.gauge = g
	}
	return err
}

// read takes a saved reading into the pasts of the watches that accept it.
func (g *gauge) read(o *orders, r *story.Reading) {
	g.seq = r.Seq
	for _, w := range r.Watches {
		if _, known := o.rooms[w]; known { // it is in the desk file still
			g.add(o, w, r)
		}
	}
}

// add takes a reading into the past of a watch. One that is there already
// changes nothing.
func (g *gauge) add(o *orders, w story.WatchName, r *story.Reading) {
	it := &r.Item
	g.reports[it.ID] = story.Witness{Item: it.ID, Outlet: it.Outlet, Title: it.Title, Link: it.Link, At: it.Effective}
	g.past(o, w).Add(level.ReadingsOf(r)...)
}

// past returns the past of a watch, which may hold nothing yet.
func (g *gauge) past(o *orders, w story.WatchName) *level.History {
	past := g.pasts[w]
	if past == nil {
		past = level.New(o.params(w), time.Time{})
		g.pasts[w] = past
	}
	return past
}

// count takes what the item claims into the pasts of the watches that accept
// it, before it is saved: what is saved is then there already.
func (g *gauge) count(o *orders, p *story.Pending, before *story.Story, j *story.Judgement) {
	r := story.Reading{Item: p.Item, Opener: p.Item.ID, Signals: j.Signals}
	if len(before.Reports) > 0 {
		r.Opener = before.Reports[0].Item.ID
	}
	for i := range before.Reports {
		if from := &before.Reports[i].Item; from.ID == j.CopyOf {
			r.CopyOf = from.Owner
		}
	}
	for _, m := range j.Matches {
		g.add(o, m.Watch, &r)
	}
	// What an earlier revision claimed is in the pasts still.
	g.edited = g.edited || p.Item.Revision > 1
}

// raise counts what the item claims, says where that leaves its story, and
// what rooms hear of the watches that accept it. Where reports move, the pasts
// count what they claim for the stories that they were in; no level changes by
// that.
func (d *Desk) raise(ctx context.Context, o *orders, p *story.Pending, before *story.Story, openers map[story.ItemID]story.ItemID, j *story.Judgement) error {
	for _, m := range j.Matches {
		if _, known := d.gauge.stands[m.Watch]; !known { // where it stood before is no news
			j.Bulletins = append(j.Bulletins, d.bulletins(o, m.Watch, j.At)...)
		}
	}
	d.gauge.count(o, p, before, j)
	d.gauge.edited = d.gauge.edited || openers != nil
	for _, m := range j.Matches {
		if d.gauge.edited && d.gauge.past(o, m.Watch).Judge(j.At).Level != d.gauge.stands[m.Watch].Level {
			stands := d.gauge.stands
			if err := d.renew(ctx, o, p.Item.ID, openers); err != nil {
				return err
			}
			d.gauge.stands = stands // some of them are about to be saved
			d.gauge.count(o, p, before, j)
			d.gauge.edited = false
		}
		j.Bulletins = append(j.Bulletins, d.bulletins(o, m.Watch, j.At)...)
	}
	d.gauge.level(before, j)
	return nil
}

// level sets the level of the story that an item joins: that of the highest of
// its watches.
func (g *gauge) level(before *story.Story, j *story.Judgement) {
	for _, w := range before.Watches {
		j.Level = max(j.Level, g.stands[w].Level)
	}
	for _, m := range j.Matches {
		j.Level = max(j.Level, g.stands[m.Watch].Level)
	}
}

// review judges all watches at now, without anything new: levels fall, and
// deadlines near and pass.
func (d *Desk) review(ctx context.Context, o *orders) error {
	if d.gauge.edited {
		if err := d.renew(ctx, o, 0, nil); err != nil {
			return err
		}
	}
	now := d.now()
	var bs []story.Bulletin
	for _, w := range o.names {
		bs = append(bs, d.bulletins(o, w, now)...)
	}
	return d.docket.SaveReview(ctx, bs, now.Add(reviewEvery))
}

// bulletins returns what rooms hear of a watch at now, and remembers where it
// stands. What is found of a watch that never stood anywhere is no news.
func (d *Desk) bulletins(o *orders, w story.WatchName, now time.Time) (bs []story.Bulletin) {
	j := d.gauge.past(o, w).Judge(now)
	d.gauge.judged[w], d.gauge.moved = j, true
	st, known := d.gauge.stands[w]
	st.Level = max(st.Level, story.Calm)
	var told []time.Time // the ends of ultimatums that the change of level is told with
	if j.Level != st.Level || !known {
		b := story.Bulletin{Watch: w, Kind: story.LevelChange, Key: fmt.Sprintf("level %d", st.Changes+1), From: st.Level, To: j.Level, At: now}
		b.Reasons, b.Evidence = d.reasons(&j)
		if known {
			b.Rooms = o.rooms[w]
			told = rising(&j, b.From)
		}
		bs = append(bs, b)
		d.gauge.stands[w] = story.Standing{Level: j.Level, Since: now, Changes: st.Changes + 1}
	}
	for _, dl := range j.Deadlines {
		if dl.State == level.Ahead || now.Sub(dl.Ends) > deadlineStale || !vouched(dl.By) {
			continue
		}
		b := story.Bulletin{
			Watch: w, Kind: story.Deadline, Key: fmt.Sprintf("deadline %s %s", dl.Ends.Format(time.RFC3339), dl.State), From: j.Level, To: j.Level, At: now,
			Reasons: []string{deadline(dl)}, Evidence: d.witnesses(dl.By),
		}
		if known && !slices.ContainsFunc(told, dl.Ends.Equal) {
			b.Rooms = o.rooms[w]
		}
		bs = append(bs, b)
	}
	return bs
}

// rising returns the ends of the ultimatums that lift a watch above from.
func rising(j *level.Judgement, from story.Level) (ends []time.Time) {
	for _, r := range j.Reasons {
		if r.Rule == level.ByUltimatum && j.Level > from && r.Level == j.Level {
			ends = append(ends, r.Ends)
		}
	}
	return ends
}

// vouched reports whether a deadline is worth a message: two origins name it,
// or an official body, a wire or a vetted outlet does. One feed of a stranger
// could name any number.
func vouched(by []level.Reading) bool {
	return slices.ContainsFunc(by, func(r level.Reading) bool { return r.Tier >= 1 && r.Tier <= 2 || r.Origin != by[0].Origin })
}

// deadlineStale is how long after its end a deadline is still worth a word.
const deadlineStale = 48 * time.Hour

func deadline(dl level.Deadline) string {
	ends := dl.Ends.Format("2 January 2006 15:04 UTC")
	if dl.State == level.Passed {
		return "an ultimatum ended on " + ends
	}
	return "an ultimatum ends on " + ends
}

// reasons returns why the level is what it is, the weightiest reason first,
// and the reports that it rests on, the latest first.
func (d *Desk) reasons(j *level.Judgement) (lines []string, evidence []story.Witness) {
	var rs []level.Reading
	for _, r := range j.Reasons {
		if r.Level < j.Level {
			continue // it alone would not have made it so
		}
		lines = append(lines, r.What())
		rs = append(rs, r.Evidence...)
	}
	if len(lines) == 0 {
		lines = append(lines, "nothing lifts it higher any more")
	}
	if j.Cold && j.Level > story.Calm {
		lines = append(lines[:min(len(lines), toldReasons-1)], coldStart(j.Known))
	}
	return lines[:min(len(lines), toldReasons)], d.witnesses(rs)
}

func coldStart(days int) string {
	if days == 1 {
		return "cold start: 1 day of past tells what is usual so far"
	}
	return fmt.Sprintf("cold start: %d days of past tell what is usual so far", days)
}

// witnesses returns the reports behind readings, each once, the latest first.
func (d *Desk) witnesses(rs []level.Reading) (ws []story.Witness) {
	for _, r := range rs {
		w, ok := d.gauge.reports[r.Item]
		if ok && !slices.ContainsFunc(ws, func(o story.Witness) bool { return o.Item == w.Item }) {
			ws = append(ws, w)
		}
	}
	slices.SortStableFunc(ws, func(a, b story.Witness) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Item, b.Item)) })
	return ws[:min(len(ws), toldReports)]
}
