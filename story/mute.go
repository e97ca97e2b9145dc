package story

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Mute silences a watch or a story in one room for a while. It ends before
// its time if something changes that nobody knew of when it began.
type Mute struct {
	ID      int64
	Room    RoomName
	Watch   WatchName // or ""
	Story   ID        // or 0
	By      Person
	At      time.Time
	Until   time.Time
	Level   Level    // what was known when it began: of the watch or the story
	Origins []string // the owners that had told of it
	Places  []string // that reports had named, folded
}

// A Break ends a mute before its time.
type Break struct {
	Mute Mute
	Why  string // in plain words
}

// Silence says which of ms keeps a delivery from its room, and which end with
// it. A story of several watches is kept back if all of them are muted.
func Silence(ms []Mute, d *Due) (by *Mute, broken []Break) {
	var watches []WatchName
	for i := range ms {
		m := &ms[i]
		if !m.concerns(d) {
			continue
		}
		if why := m.news(d); why != "" {
			broken = append(broken, Break{*m, why})
			continue
		}
		if m.Story != 0 || d.Notice.Bulletin != nil {
			by = m
		} else if watches = append(watches, m.Watch); by == nil && all(d.Story.Watches, watches) {
			by = m
		}
	}
	return by, broken
}

// all reports whether each of ws is among muted.
func all(ws, muted []WatchName) bool {
	return !slices.ContainsFunc(ws, func(w WatchName) bool { return !slices.Contains(muted, w) })
}

// concerns reports whether the mute is about what d tells.
func (m *Mute) concerns(d *Due) bool {
	switch b := d.Notice.Bulletin; {
	case d.Notice.Kind == Escalation || !d.Now.Before(m.Until):
		return false
	case b != nil:
		return m.Watch != "" && b.Watch == m.Watch && (b.Kind == LevelChange || b.Kind == Deadline)
	case m.Story != 0:
		return d.Story.ID == m.Story
	}
	return slices.Contains(d.Story.Watches, m.Watch)
}

// news says what d tells that was not known when the mute began, or "".
func (m *Mute) news(d *Due) string {
	level := d.Story.Level
	if b := d.Notice.Bulletin; b != nil {
		level = b.To
	}
	if level > m.Level {
		return "it has risen to " + level.String()
	}
	for i := range d.Story.Reports {
		r := &d.Story.Reports[i]
		if r.Relation == Copies {
			continue
		}
		if !slices.Contains(m.Origins, r.Item.Owner) {
			return "an independent origin tells of it that had not: " + r.Item.Outlet
		}
		for _, g := range r.Signals {
			if g.Place != "" && !slices.Contains(m.Places, place(g.Place)) {
				return fmt.Sprintf("a place is named that was not: %s (%s)", g.Place, r.Item.Outlet)
			}
		}
	}
	return ""
}

// place returns the name of a place as two spellings of it are compared.
func place(name string) string { return strings.ToLower(strings.Join(strings.Fields(name), " ")) }

// Know takes what a story tells into what is known as the mute begins.
func (m *Mute) Know(s *Story) {
	m.Level = max(m.Level, s.Level)
	for i := range s.Reports {
		r := &s.Reports[i]
		if !slices.Contains(m.Origins, r.Item.Owner) {
			m.Origins = append(m.Origins, r.Item.Owner)
		}
		for _, g := range r.Signals {
			if p := place(g.Place); p != "" && !slices.Contains(m.Places, p) {
				m.Places = append(m.Places, p)
			}
		}
	}
}

// Subject returns what is muted, for a person.
func (m *Mute) Subject() string {
	if m.Story != 0 {
		return fmt.Sprintf("story #%d", m.Story)
	}
	return string(m.Watch)
}

// Notice before a mute ends, of those that last longer than an hour.
const muteNotice = 15 * time.Minute

// Warn returns when people are told that the mute is about to end, or the zero
// time if they are not.
func (m *Mute) Warn() time.Time {
	if m.Until.Sub(m.At) <= time.Hour {
		return time.Time{}
	}
	return m.Until.Add(-muteNotice)
}

// Ending returns what the room hears shortly before the mute ends.
func (m *Mute) Ending(now time.Time) Bulletin {
	return Bulletin{
		Watch: m.Watch, Kind: MuteEnd, Key: fmt.Sprintf("mute %d is about to end", m.ID), At: now, Rooms: []RoomName{m.Room}, Digest: new(Digest),
		Reasons: []string{fmt.Sprintf("The mute of %s by %s ends in %d minutes", m.Subject(), m.By.Name, int(m.Until.Sub(now).Minutes()+0.5))},
	}
}

// Ended returns what the room hears as the mute ends: why, and what it held
// back, which d lists.
func (m *Mute) Ended(why string, d *Digest, now time.Time) Bulletin {
	return Bulletin{
		Watch: m.Watch, Kind: MuteEnd, Key: fmt.Sprintf("mute %d has ended", m.ID), At: now, Rooms: []RoomName{m.Room}, Digest: d,
		Reasons: []string{fmt.Sprintf("The mute of %s by %s has ended: %s", m.Subject(), m.By.Name, why)},
	}
}
