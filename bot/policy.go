package bot

import (
	"fmt"
	"slices"
	"time"

	"vedette/bot/words"
	"vedette/story"
)

// A Policy is what a room asks of those who tell it things. The zero Policy
// is told everything at all hours, and never pinged.
type Policy struct {
	From     story.Level                   // from which it is told
	Ping     map[story.Level]story.Mention // from each level up to the next that is named
	Rate     time.Duration                 // between two pings, unless the level rises; [PingRate] if 0
	Backlog  time.Duration                 // what has waited longer comes in a digest, unless it is critical; 0: nothing does
	Quiet    Quiet
	Digests  []time.Duration // times of the day, since midnight
	Shifts   []time.Duration // times of the day, since midnight, at which a shift ends
	Escalate []Rung          // the ladder that an unacknowledged critical story climbs
}

// PingRate is the time between two pings of a room that does not set its own.
const PingRate = 10 * time.Minute

// gathering is how long the digest of a backlog waits for more: after an outage
// much is looked for first, a little at a time.
const gathering = 5 * time.Minute

// Quiet is when a room is left alone: from From to To, each a time of the
// day, over midnight unless From comes first. The zero Quiet is never.
type Quiet struct {
	From, To time.Duration
	Days     []time.Weekday // on which it begins; none is each
	Except   story.Level    // told all the same; Unjudged is none
}

// A Rung is who is told next, after nobody has acknowledged for so long.
type Rung struct {
	After time.Duration // since the rung before, or since the room was owed the story
	Room  story.RoomName
	Calls story.Mention // instead of another room, in the room itself
}

// Weigh says what becomes of a delivery that is due, in a room that keeps
// zone.
func (p *Policy) Weigh(d *story.Due, zone *time.Location) story.Verdict {
	by, broken := story.Silence(d.Mutes, d)
	if by != nil && len(broken) == 0 {
		return story.Verdict{State: story.Muted, Mute: by.ID, Why: kept(becauseMuted, by.Subject(), by.By.Name, by.Until.In(zone).Format(keptTime))}
	}
	v := p.weigh(d, zone)
	v.Ends = broken
	return v
}

// weigh is Weigh for what is not muted.
func (p *Policy) weigh(d *story.Due, zone *time.Location) story.Verdict {
	level := levelOf(&d.Notice, &d.Story)
	until := p.Quiet.Until(d.Now.In(zone))
	switch {
	case d.Notice.Kind == story.DigestKind, d.Notice.Kind == story.ShiftEnd, d.Notice.Kind == story.MuteEnd && until.IsZero():
		return story.Verdict{State: story.Owed}
	case d.Notice.Kind == story.Escalation && d.Acknowledged:
		return story.Verdict{State: story.Expired, Why: kept(becauseInTime)}
	case d.Notice.Kind == story.Escalation:
		v := story.Verdict{State: story.Owed, Calls: d.Calls, Level: level, Why: kept(becauseEscalation)}
		if v.Calls.Kind == story.Nobody {
			v.Calls = p.Calls(level)
		}
		return v
	case level < p.From && d.Notice.Kind != story.MuteEnd && d.Notice.Kind != story.FeedHealth && d.Notice.Kind != story.RoomHealth:
		return story.Verdict{State: story.Below, Why: kept(becauseBelow, level, p.From)}
	}
	if !until.IsZero() && (p.Quiet.Except == story.Unjudged || level < p.Quiet.Except) {
		return story.Verdict{State: story.Held, Until: until, Why: kept(becauseQuiet, until.Format(keptTime))}
	}
	if p.Backlog > 0 && level < story.Critical && d.Now.Sub(d.Owed) > p.Backlog {
		return story.Verdict{State: story.Held, Until: d.Now.Add(gathering), Why: kept(becauseLate, minutes(p.Backlog))}
	}
	return p.ping(d, level)
}

// levelOf returns the level that a notice is told at. A fall is told to who
// was told of the height.
func levelOf(n *story.Notice, s *story.Story) story.Level {
	if b := n.Bulletin; b != nil {
		return max(b.From, b.To)
	}
	return s.Level
}

// ping says whether a delivery that is told now also pings, and why.
func (p *Policy) ping(d *story.Due, level story.Level) story.Verdict {
	v := story.Verdict{State: story.Owed, Level: level, Calls: d.Calls, Why: kept(becauseBefore)}
	if d.Calls.Kind != story.Nobody { // the attempt before was not sent
		return v
	}
	rate := p.Rate
	if rate == 0 {
		rate = PingRate
	}
	cause, since := cause(d), d.Now.Sub(d.LastPing.At)
	v.Calls = p.Calls(level)
	switch {
	case v.Calls.Kind == story.Nobody:
		v.Why = ""
	case cause == "":
		v.Calls, v.Why = story.Mention{}, kept(becauseNoCause)
	case d.LastPing.At.IsZero() || since >= rate || level > d.LastPing.Level:
		v.Why = kept(cause, v.Calls)
	default:
		v.Calls, v.Why = story.Mention{}, kept(becauseRate, since.Round(time.Second), d.LastPing.Level, rate)
	}
	return v
}

// Calls returns whom a level calls.
func (p *Policy) Calls(level story.Level) story.Mention {
	for l := level; l > story.Unjudged; l-- {
		if m, named := p.Ping[l]; named {
			return m
		}
	}
	return story.Mention{}
}

// cause says whom a delivery pings, and what makes it worth it; or "".
func cause(d *story.Due) words.Text {
	b := d.Notice.Bulletin
	switch {
	case b != nil && b.Kind == story.LevelChange && b.To > b.From:
		return becauseRise
	case b != nil && b.Kind == story.Deadline:
		return ""
	case b == nil && d.Act == story.Post:
		return becauseNew
	case b == nil && confirms(&d.Story, d.Notice.Item):
		return becauseConfirmed
	}
	return ""
}

// confirms reports whether the report is the first of an owner other than the
// one that alone had told the story in its own words.
func confirms(s *story.Story, report story.ItemID) bool {
	var owners []string
	for i := range s.Reports {
		r := &s.Reports[i]
		if r.Relation == story.Copies {
			continue
		}
		other := !slices.Contains(owners, r.Item.Owner)
		if r.Item.ID == report {
			return other && len(owners) == 1
		}
		if other {
			owners = append(owners, r.Item.Owner)
		}
	}
	return false
}

// Until returns when the quiet hours end that now lies in, or the zero time.
// The hours are those of a clock on the wall of now's location: a night in
// which the clocks change is shorter or longer.
func (q *Quiet) Until(now time.Time) time.Time {
	for back := range 2 {
		if from, to := q.on(now, -back); !now.Before(from) && now.Before(to) {
			return to
		}
	}
	return time.Time{}
}

// on returns the quiet hours that begin so many days after now, or zero times.
func (q *Quiet) on(now time.Time, days int) (from, to time.Time) {
	from = clock(now, days, q.From)
	if q.From == q.To || len(q.Days) > 0 && !slices.Contains(q.Days, clock(now, days, 12*time.Hour).Weekday()) {
		return time.Time{}, time.Time{}
	}
	if q.To <= q.From {
		days++
	}
	return from, clock(now, days, q.To)
}

// clock returns when a clock on the wall shows the time of the day, so many
// days after now.
func clock(now time.Time, days int, day time.Duration) time.Time {
	y, m, d := now.Date()
	return time.Date(y, m, d+days, int(day/time.Hour), int(day%time.Hour/time.Minute), 0, 0, now.Location())
}

// daysAhead is how far ahead an occasion is looked for: every day of the week
// comes by.
const daysAhead = 8

// Next returns the first occasion for a digest after now, a set time or the
// end of quiet hours, or the zero time if there is none. A set time within
// quiet hours is at their end.
func (p *Policy) Next(now time.Time) (next time.Time) {
	add := func(at time.Time) {
		if at.After(now) && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	for days := -1; days <= daysAhead; days++ {
		if _, to := p.Quiet.on(now, days); !to.IsZero() {
			add(to)
		}
	}
	if set := p.NextSet(now); !set.IsZero() {
		add(set)
	}
	return next
}

// NextSet returns the first set time for a digest after now, or the zero time.
func (p *Policy) NextSet(now time.Time) (next time.Time) {
	for days := -1; days <= 1; days++ {
		for _, day := range p.Digests {
			at := clock(now, days, day)
			if until := p.Quiet.Until(at); !until.IsZero() {
				at = until
			}
			if at.After(now) && (next.IsZero() || at.Before(next)) {
				next = at
			}
		}
	}
	return next
}

// NextShift returns when the next shift after now ends, or the zero time.
func (p *Policy) NextShift(now time.Time) (next time.Time) {
	for days := range 2 {
		for _, day := range p.Shifts {
			if at := clock(now, days, day); at.After(now) && (next.IsZero() || at.Before(next)) {
				next = at
			}
		}
	}
	return next
}

// Climb says what becomes of an alarm at now, of a room whose ladder it is on.
func (p *Policy) Climb(a *story.Alarm, now time.Time) story.Step {
	s := story.Step{Alarm: *a, At: now}
	switch {
	case a.Taken:
		s.Why = "the story was acknowledged"
	case a.Level < story.Critical:
		s.Why = fmt.Sprintf("the story is %s", a.Level)
	case a.Rung >= len(p.Escalate):
		s.Why = "there are no further rungs"
	}
	if s.Why != "" {
		return s
	}
	if due := a.Since.Add(p.Escalate[0].After); a.Rung == 0 && now.Before(due) {
		s.Next = due
		return s
	}
	rung := p.Escalate[a.Rung]
	s.To, s.Calls = rung.Room, rung.Calls
	if s.To == "" {
		s.To = a.Room
	}
	s.Reason = kept(becauseNobody, a.Level, a.Room, minutes(now.Sub(a.Since)))
	s.Alarm.Rung++
	if s.Alarm.Rung < len(p.Escalate) {
		s.Next = now.Add(p.Escalate[s.Alarm.Rung].After)
	} else {
		s.Why = "the last rung was told"
	}
	return s
}

// minutes returns d for a person.
func minutes(d time.Duration) string {
	d = d.Round(time.Minute)
	if h := d / time.Hour; h > 0 {
		return kept(hoursMinutes, int64(h), int64(d%time.Hour/time.Minute))
	}
	return kept(minutesAlone, int64(d/time.Minute))
}
