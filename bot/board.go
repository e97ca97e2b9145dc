package bot

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"time"

	"vedette/bot/words"
	"vedette/story"
)

// Boards remember what stands on the boards of rooms.
type Boards interface {
	// Board returns the board of room, if it is to be looked at at now.
	Board(ctx context.Context, room story.RoomName, now time.Time) (b story.Board, due bool, err error)

	// SaveBoard saves what became of it.
	SaveBoard(ctx context.Context, b *story.Board) error

	// Stands returns how watches stand at now, with the stories that changed
	// since as those that are open.
	Stands(ctx context.Context, watches []story.WatchName, now, since time.Time) ([]story.Stand, error)
}

// A Pinner is a room in which a message can be pinned.
type Pinner interface {
	// Pin pins a message of ours. It may be repeated.
	Pin(ctx context.Context, message story.Remote) error
}

// SetBoards has rooms show how their watches stand. It must be called before
// the first Drain.
func (c *Courier) SetBoards(b Boards) { c.boards = b }

const (
	boardEvery = time.Minute    // between two edits of a board
	boardLook  = time.Hour      // after which it is looked at though nothing has happened: weeks pass
	boardOpen  = 72 * time.Hour // how long a story that does not change is open
)

// show makes the board of room say how its watches stand, if that has changed.
// That it is posted is on record before: after a crash it is looked for.
func (c *Courier) show(ctx context.Context, room story.RoomName) error {
	seat, ok := (*c.seats.Load())[room]
	if c.boards == nil || !ok {
		return nil
	}
	now := c.now()
	b, due, err := c.boards.Board(ctx, room, now)
	if err != nil || !due {
		return err
	}
	stands, err := c.boards.Stands(ctx, seat.Watches, now, now.Add(-boardOpen))
	if err != nil {
		return err
	}
	b.NotBefore, b.Stale = now, now.Add(boardLook)
	if b.Remote == "" && slices.ContainsFunc(stands, func(s story.Stand) bool { return s.Level == story.Unjudged }) {
		return c.boards.SaveBoard(ctx, &b) // nobody has looked at the watches yet
	}
	sending, cancel := context.WithTimeout(ctx, sendWithin)
	defer cancel()
	sending, done, err := c.box.Hold(sending, &story.Dispatch{Room: room, Act: story.Edit})
	if err != nil {
		return err
	}
	defer done()
	if b.Remote == "" && !b.Doubt.IsZero() && !c.seek(sending, &b, &seat) {
		return c.boards.SaveBoard(ctx, &b)
	}
	if b.Remote == "" && b.Doubt.IsZero() {
		marked := b
		marked.Doubt, marked.Mark = now, ""
		if err := c.boards.SaveBoard(ctx, &marked); err != nil {
			return err
		}
		b.Doubt = now
	}
	m := c.pressable(BoardMessage(stands, now.In(seat.Zone), seat.Titles, seat.Words), 0)
	if says := shown(m); b.Remote == "" || says != b.Shown {
		b.NotBefore = now.Add(boardEvery)
		c.put(sending, &b, &seat, m, says)
	}
	if b.Remote != "" && !b.Pinned {
		c.pin(sending, &b, &seat)
	}
	return c.boards.SaveBoard(ctx, &b)
}

// boardShown is how long after a board was posted it is sure to be seen if it
// stands: it was on its way for no longer than an act may take.
const boardShown = sendWithin + visible

// seek looks for a board that may stand in the room, and reports whether that
// is known now, or need not be. One that does not stand there is in doubt no
// more: the next is looked for where it is posted.
func (c *Courier) seek(ctx context.Context, b *story.Board, seat *Seat) bool {
	at, stands, err := seat.Room.Find(ctx, Trace{Key: b.Key, Since: b.Doubt, Age: c.now().Sub(b.Doubt)})
	if stands {
		b.Remote, b.Shown = at, "" // whatever it says
		return true
	}
	f := failureOf(err)
	switch age := c.now().Sub(b.Doubt); {
	case err == nil && age >= boardShown:
		b.Doubt = time.Time{}
		return true
	case err != nil && f.Kind == Repeatable && f.Within == 0:
		return true
	}
	b.Mark, b.NotBefore = "", c.now().Add(visible)
	if err != nil {
		b.Attempt++
		b.NotBefore = c.now().Add(max(f.Wait, backoff(RoomShut, b.Attempt, 0)))
		c.log.LogAttrs(ctx, slog.LevelWarn, "board is not found", slog.String("room", string(b.Room)), slog.String("why", f.Why), slog.Time("not_before", b.NotBefore))
	}
	return false
}

// put posts the board, or edits it.
func (c *Courier) put(ctx context.Context, b *story.Board, seat *Seat, m *Message, says string) {
	at := b.Remote
	var err error
	if b.Remote == "" {
		at, err = seat.Room.Post(ctx, b.Key, m)
	} else {
		err = seat.Room.Edit(ctx, b.Remote, b.Key, m)
	}
	if err == nil {
		b.Pinned = b.Pinned && b.Remote != ""
		b.Remote, b.Shown, b.Attempt, b.Doubt = at, says, 0, time.Time{}
		return
	}
	f := failureOf(err)
	remade := f.Kind == Unedited && f.Wait == 0
	if f.Kind == RootMissing || remade { // made anew
		b.Remote = ""
	}
	if f.Kind != Ambiguous && f.Kind != Repeatable {
		b.Doubt = time.Time{}
	}
	kind := f.Kind
	if kind == Unfit { // until it says something else
		kind = RoomShut
	}
	b.Attempt++
	b.Mark = "" // it is to be looked at again
	b.NotBefore = c.now().Add(max(f.Wait, backoff(kind, b.Attempt, 0)))
	if remade { // not each time that it would say something else
		b.NotBefore = c.now().Add(boardLook)
	}
	c.log.LogAttrs(ctx, slog.LevelWarn, "board", slog.String("room", string(b.Room)), slog.String("why", f.Why), slog.Time("not_before", b.NotBefore))
}

// pin pins the board, where that can be. What cannot is tried again when the
// board is next looked at.
func (c *Courier) pin(ctx context.Context, b *story.Board, seat *Seat) {
	room, ok := seat.Room.(Pinner)
	if !ok {
		b.Pinned = true
		return
	}
	if err := room.Pin(ctx, b.Remote); err != nil {
		c.log.LogAttrs(ctx, slog.LevelWarn, "board is not pinned", slog.String("room", string(b.Room)), slog.String("why", failureOf(err).Why))
		return
	}
	b.Pinned = true
}

// failureOf returns what is known of err.
func failureOf(err error) *Failure {
	var f *Failure
	if !errors.As(err, &f) {
		f = &Failure{Kind: Ambiguous, Why: "the answer was not understood"}
	}
	return f
}

// shown returns what m says, but for the time.
func shown(m *Message) string {
	rows := make([]string, len(m.Lines))
	for i, l := range m.Lines {
		rows[i] = l.String() + " " + l.Link
	}
	return strings.Join(rows, "\n")
}

// BoardMessage returns the message that tells how watches stand at now, which
// is in the room's zone: level, trend, last change, and who has the open
// stories.
func BoardMessage(stands []story.Stand, now time.Time, titles map[story.WatchName]string, w words.Words) *Message {
	m := &Message{Watches: []string{w.Say("Board")}, Title: story.Sentence{Text: w.Say("How the watches stand")}, At: now, Words: w}
	day := w.Say("2 Jan 15:04")
	for i := range stands {
		s := &stands[i]
		m.Level = max(m.Level, s.Level)
		level := LevelName(s.Level, w)
		if !s.Since.IsZero() {
			level = w.Say("%s since %s", level, s.Since.In(now.Location()).Format(day))
		}
		m.Lines = append(m.Lines, Line{Level: s.Level, Text: cmp.Or(titles[s.Watch], string(s.Watch)), Note: level + " · " + trend(s, w)})
		if s.Title != "" {
			title := story.Shorten(story.Sentence{Text: s.Title}, lineSize).Text
			m.Lines = append(m.Lines, Line{Text: title, Link: s.Link, Note: w.Say("the last change, %s", s.Changed.In(now.Location()).Format(day))})
		}
		if s.Open > 0 {
			m.Lines = append(m.Lines, Line{Text: w.Say("Open: %s", owners(s.Owners, w))})
		}
	}
	return m
}

// trend compares this week's stories with those of the week before.
func trend(s *story.Stand, w words.Words) string {
	arrow := "→"
	switch {
	case s.Week > s.LastWeek:
		arrow = "↗"
	case s.Week < s.LastWeek:
		arrow = "↘"
	}
	return arrow + " " + w.Count(s.Week, "%d story this week, %d the week before", "%d stories this week, %d the week before", s.LastWeek)
}

// owners counts the open stories by who has them, "" for nobody.
func owners(all []string, w words.Words) string {
	var names, parts []string
	counts := make(map[string]int)
	for _, name := range all {
		if counts[name]++; counts[name] == 1 {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		if name == "" {
			parts = append(parts, w.Count(counts[name], "%d story with nobody", "%d stories with nobody"))
		} else {
			parts = append(parts, w.Count(counts[name], "%d story with %s", "%d stories with %s", Clean(name)))
		}
	}
	return strings.Join(parts, ", ")
}
