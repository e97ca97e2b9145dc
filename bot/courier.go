package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"vedette/bot/words"
	"vedette/internal/fault"
	"vedette/story"
)

// An Outbox remembers what each room is due.
type Outbox interface {
	// Claim takes the next act that is due in room at now, and has it on the
	// record that it is being sent. Only one caller has it.
	Claim(ctx context.Context, room story.RoomName, now time.Time) (story.Dispatch, bool, error)

	// Hold returns a context in which what was claimed may be sent, to be given
	// back with done, or an error if it may not: whoever was frozen for long, or
	// is cut off, may have been given up.
	Hold(ctx context.Context, d *story.Dispatch) (held context.Context, done func(), err error)

	// Settle records how a claimed act ended. A crash before it leaves the
	// act ambiguous: it is claimed again as a look-up.
	Settle(ctx context.Context, o story.Outcome) error

	// Advance is Settle, and then Claim for the same room, at once or not at
	// all.
	Advance(ctx context.Context, o story.Outcome, now time.Time) (story.Dispatch, bool, error)
}

// A Seat is a room and how it wants to be told.
type Seat struct {
	Room   Room
	Zone   *time.Location             // required
	Titles map[story.WatchName]string // what watches are called in it
	Words  words.Words                // that it reads
	Policy Policy

	Watches []story.WatchName // whose rooms it is among, for its board
	// Patience is how long a message that does not get through is tried,
	// counted from when it was owed; 0 is without end.
	Patience time.Duration
}

// A Rephraser tells a brief in other words, or says why it stands as it is:
// one of text and why is "". It returns within seconds, and what it returns
// says nothing that the sentences do not say.
type Rephraser interface {
	Rephrase(ctx context.Context, sentences []string) (text, why string)
}

// A Courier carries what rooms are due: recorded, told, recorded.
type Courier struct {
	box   Outbox
	now   func() time.Time
	log   *slog.Logger
	seats atomic.Pointer[map[story.RoomName]Seat] // swapped whole by SetRooms

	operators atomic.Pointer[[]story.RoomName] // that hear of rooms and messages that fail

	calendar Calendar // nil: there are no digests and no escalations
	boards   Boards   // nil: there are no boards

	words    Rephraser                                                                                  // nil: briefs stand as they are
	seal     *Seal                                                                                      // nil: messages have no buttons that ask for something
	handover func(ctx context.Context, room story.RoomName, from, to time.Time) ([]story.Saying, error) // nil: there are none
	spoken   phrases

	mu         sync.Mutex                       // guards what follows
	unrecorded map[story.RoomName]story.Outcome // how acts ended, which the store could not take: it must before the room is told more
}

// NewCourier returns a courier that knows no rooms yet.
func NewCourier(box Outbox, now func() time.Time, log *slog.Logger) *Courier {
	c := &Courier{box: box, now: now, log: log, unrecorded: make(map[story.RoomName]story.Outcome)}
	c.seats.Store(new(map[story.RoomName]Seat))
	c.SetOperators(nil)
	return c
}

// SetRephraser has the briefs of root messages told in other words. It must
// be called before the first Drain.
func (c *Courier) SetRephraser(r Rephraser) { c.words = r }

// SetSeal has root messages bear buttons that s seals. It must be called
// before the first Drain.
func (c *Courier) SetSeal(s *Seal) { c.seal = s }

// SetRooms puts seats in force for what is claimed from here on.
func (c *Courier) SetRooms(seats map[story.RoomName]Seat) { c.seats.Store(&seats) }

// Knows reports whether it has the room.
func (c *Courier) Knows(room story.RoomName) bool {
	_, ok := (*c.seats.Load())[room]
	return ok
}

// SetOperators makes rooms those that hear of rooms and messages that fail.
func (c *Courier) SetOperators(rooms []story.RoomName) { c.operators.Store(&rooms) }

// sendWithin bounds one act, pauses that a platform's pace asks for included.
// It is far below the time after which a job counts as stuck.
const sendWithin = 45 * time.Second

// Drain tells room all that it is due, and returns when nothing is left or
// ctx ends. What it has begun to send it sends and records, even if ctx ends
// meanwhile.
func (c *Courier) Drain(ctx context.Context, room story.RoomName) error {
	if err := c.keep(context.WithoutCancel(ctx), room); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err := c.catchUp(ctx, room); err != nil {
		return err
	}
	d, ok, err := c.box.Claim(ctx, room, c.now())
	for ok && err == nil {
		d, ok, err = c.next(ctx, d)
	}
	if err == nil && ctx.Err() == nil {
		err = c.show(context.WithoutCancel(ctx), room)
	}
	return cmp.Or(err, ctx.Err())
}

// next carries d, records how that ended, and claims what is next unless ctx
// has ended meanwhile.
func (c *Courier) next(ctx context.Context, d story.Dispatch) (next story.Dispatch, ok bool, err error) {
	o, ended, err := c.carry(context.WithoutCancel(ctx), &d)
	switch {
	case err != nil:
		return next, false, err
	case ended && ctx.Err() != nil:
		return next, false, c.settle(ctx, o)
	case ctx.Err() != nil:
		return next, false, nil
	case !ended:
		return c.box.Claim(ctx, d.Room, c.now())
	}
	// The record must not share the deadline that sending may have used up.
	recording, done := context.WithTimeout(context.WithoutCancel(ctx), sendWithin)
	defer done()
	if next, ok, err = c.box.Advance(recording, o, c.now()); err != nil { // what is next must not keep what ended off the record
		return next, false, errors.Join(fmt.Errorf("courier: %w", err), c.settle(ctx, o))
	}
	return next, ok, nil
}

// settle records how an act ended, or keeps it until that can be recorded: it
// is known, and a look for the message would cost time. A process that ends
// before leaves it ambiguous.
func (c *Courier) settle(ctx context.Context, o story.Outcome) error {
	recording, done := context.WithTimeout(context.WithoutCancel(ctx), sendWithin)
	defer done()
	err := c.box.Settle(recording, o)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err == nil || errors.Is(err, story.ErrNotSending) {
		delete(c.unrecorded, o.Dispatch.Room)
	} else {
		c.unrecorded[o.Dispatch.Room] = o
	}
	if err != nil {
		return fmt.Errorf("courier: %w", err)
	}
	return nil
}

// catchUp records how the last act in room ended, if that could not be
// recorded. What another replica has taken up meanwhile is its own.
func (c *Courier) catchUp(ctx context.Context, room story.RoomName) error {
	c.mu.Lock()
	o, left := c.unrecorded[room]
	c.mu.Unlock()
	if !left {
		return nil
	}
	if err := c.settle(ctx, o); err != nil && !errors.Is(err, story.ErrNotSending) {
		return err
	}
	return nil
}

// carry sends d and returns how that ended, which is to be recorded, unless
// that is done: ended is then false.
func (c *Courier) carry(ctx context.Context, d *story.Dispatch) (o story.Outcome, ended bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, sendWithin)
	defer cancel()
	o = story.Outcome{Dispatch: *d, State: story.Delivered}
	seat, ok := (*c.seats.Load())[d.Room]
	defer func() {
		if p := recover(); p != nil {
			c.stumble(ctx, &o, p, seat.Patience)
			ended, err = true, nil
		}
	}()
	if fault.Sabotaged == fault.MarkedFirst && ok {
		o.At = c.now()
		err := c.box.Settle(ctx, o)
		_, _ = c.send(ctx, d, &seat)
		return o, false, err
	}
	if ok {
		if asked, err := c.reword(ctx, d, &seat); asked || err != nil {
			return o, false, err
		}
	}
	if !ok {
		o.State, o.Why = story.Parked, "the room is not in the desk file"
	} else if d.Act == story.LookUp {
		c.lookUp(ctx, &o, &seat)
	} else if remote, err := c.send(ctx, d, &seat); err == nil {
		o.Remote = remote
	} else {
		c.judge(&o, err, seat.Patience)
		if fault.Sabotaged == fault.GivesUp && o.State == story.Owed && d.Attempt >= 5 {
			o.State, o.Rest = story.Expired, false
		}
	}
	o.At = c.now()
	if ok { // nobody misses what a room was owed that was taken out
		c.alarm(&o)
	}
	c.report(ctx, &o)
	return o, true, nil
}

// stumble has an act that ended in a panic in doubt: what one message cannot be
// made of must not keep the others from the room, nor stay on record as being
// sent.
func (c *Courier) stumble(ctx context.Context, o *story.Outcome, p any, patience time.Duration) {
	c.judge(o, &Failure{Kind: Ambiguous, Why: "vedette stumbled over it, which is a fault of its own: see its log"}, patience)
	o.At = c.now()
	c.log.LogAttrs(ctx, slog.LevelError, "a message ended in a panic", slog.Any("panic", p), slog.String("stack", string(debug.Stack())))
	c.report(ctx, o)
}

// send carries d out in the room of seat.
func (c *Courier) send(ctx context.Context, d *story.Dispatch, seat *Seat) (story.Remote, error) {
	m := c.message(ctx, d, seat)
	ctx, done, err := c.box.Hold(ctx, d)
	if err != nil {
		return "", &Failure{Kind: NotSent, Why: "it took so long that it may have been given up; nothing was sent"}
	}
	defer done()
	switch d.Act {
	case story.Post:
		return seat.Room.Post(ctx, d.Key, m)
	case story.Reply:
		return seat.Room.Reply(ctx, d.Root, d.Key, m)
	case story.Edit:
		return d.Root, seat.Room.Edit(ctx, d.Root, d.Key, m)
	case story.LookUp: // it tells nothing
	}
	return "", &Failure{Kind: Unfit, Why: fmt.Sprintf("unknown act %q", d.Act)}
}

// root returns the root message that d tells.
func (c *Courier) root(ctx context.Context, d *story.Dispatch, seat *Seat) *Message {
	switch {
	case d.Merged != nil:
		return c.pressable(Onward(&d.Story, d.Merged, c.link(ctx, d.Merged.See, seat), seat.Zone, seat.Titles, seat.Words), d.Story.ID)
	case d.Parted != nil:
		return Apart(c.reworded(&d.Story, seat), d.Parted, c.link(ctx, d.Parted.See, seat))
	}
	return c.reworded(&d.Story, seat)
}

// linkWithin bounds the search for a link: it must leave time to tell the
// message that it would stand in.
const linkWithin = 5 * time.Second

// link returns a link to a message of the room, or "" if there is none or it
// is not to be had: no message waits for it.
func (c *Courier) link(ctx context.Context, to story.Remote, seat *Seat) string {
	if to == "" {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, linkWithin)
	defer cancel()
	return seat.Room.Link(ctx, to)
}

// message returns what d tells by itself, and whom it pings; of an edit, what
// the root message says from then on.
func (c *Courier) message(ctx context.Context, d *story.Dispatch, seat *Seat) (m *Message) {
	switch b := d.Notice.Bulletin; {
	case d.Act == story.Edit: // which never pings
		return c.root(ctx, d, seat)
	case b != nil && b.Kind == story.ShiftEnd:
		m = Handover(b, seat.Zone, seat.Words)
	case b != nil && b.Kind == story.MuteEnd:
		m = MuteOver(b, seat.Zone, seat.Titles, seat.Words)
	case b != nil && b.Kind == story.DigestKind:
		m = Digest(c.linked(ctx, b, seat), seat.Zone, seat.Titles, seat.Words)
	case b != nil:
		m = Bulletin(b, seat.Zone, seat.Titles, seat.Words)
	case d.Notice.Kind == story.Escalation:
		m = escalated(c.reworded(&d.Story, seat), &d.Notice)
	case d.Act == story.Reply:
		m = Update(&d.Story, &d.Notice, seat.Zone, seat.Words)
	default:
		m = c.root(ctx, d, seat)
	}
	m.Calls = d.Calls
	return c.pressable(m, d.Story.ID)
}

// linked returns b, a digest, with its lines leading to the stories' messages
// in the room, where these stand.
func (c *Courier) linked(ctx context.Context, b *story.Bulletin, seat *Seat) *story.Bulletin {
	told, digest := *b, *b.Digest
	told.Digest, digest.Lines = &digest, slices.Clone(b.Digest.Lines)
	for i := range digest.Lines {
		l := &digest.Lines[i]
		if l.Root == "" {
			continue
		}
		link := c.link(ctx, l.Root, seat)
		if link == "" {
			break // nor are the others to be had
		}
		l.Link = link
	}
	return &told
}

// judge turns the error of a room into the delivery's state.
func (c *Courier) judge(o *story.Outcome, err error, patience time.Duration) {
	f := failureOf(err)
	o.Why = f.Why
	if f.Kind == RoomShut && o.Dispatch.Shut == 0 && c.alone(o) {
		return
	}
	switch f.Kind {
	case NotSent, RoomShut, Barred, Repeatable:
		o.State, o.Rest, o.Shut = story.Owed, true, o.Dispatch.Shut
		tries := o.Dispatch.Attempt
		o.Barred = f.Kind == Barred
		if f.Kind == RoomShut {
			o.Shut++
			tries = o.Shut
		}
		o.NotBefore = c.now().Add(max(f.Wait, backoff(f.Kind, tries, patience)))
		if patience > 0 && o.NotBefore.Sub(o.Dispatch.Owed) > patience {
			o.State, o.Rest, o.Why = story.Parked, false, fmt.Sprintf("given up after %v: %s", patience, f.Why)
		}
	case Unedited:
		o.State, o.NotBefore = story.Owed, c.now().Add(max(f.Wait, backoff(NotSent, o.Dispatch.Attempt, patience)))
		if f.Wait == 0 {
			o.State = story.Expired
		}
	case RootMissing:
		o.RootGone = true
		if o.Dispatch.Act == story.Edit {
			o.State = story.Expired
		} else { // told as a message of its own
			o.State, o.NotBefore = story.Owed, c.now()
		}
	case Unfit:
		o.State = story.Parked
	case Ambiguous: // an edit may be made again, and a message is looked for
		o.State, o.NotBefore = story.Ambiguous, c.now().Add(max(f.Wait, backoff(NotSent, o.Dispatch.Attempt, patience)))
		if o.Dispatch.Act == story.Edit {
			o.State = story.Owed
		}
	}
	if o.State == story.Parked && o.Dispatch.Act == story.Edit { // the message stands as it did: what follows is told below it
		o.State = story.Expired
	}
}

// alone reports whether it is the act of o alone that finds its room shut, which
// took others just before: for what it says, as something on the way may have
// it. Nobody else must wait for it. An edit leaves the message as it stands.
func (c *Courier) alone(o *story.Outcome) bool {
	d := &o.Dispatch
	switch {
	case d.Act == story.Edit && d.Attempt > shutTimes:
		o.State = story.Expired
	case d.Act != story.Edit && d.Stuck:
		o.State, o.Why = story.Parked, fmt.Sprintf("given up: it did not get through for %v, and others did: %s", story.StuckAfter, o.Why)
	default:
		return false
	}
	return true
}

// shutTimes is how often in a row a room is found shut before the operators
// hear of it, and it is asked once an hour from then on.
const shutTimes = 3

// backoff returns how long a room rests after so many attempts: a platform
// that stumbles is back in seconds, a room that is shut when somebody opens
// it. Neither is ever given up. Where there is patience for it, whoever is
// not back in some minutes is asked every quarter of an hour.
func backoff(k Kind, attempt int, patience time.Duration) time.Duration {
	const quarter = 15 * time.Minute
	first, most := time.Second, time.Minute
	switch {
	case k == RoomShut && attempt >= shutTimes && patience == 0:
		return time.Hour
	case k == Barred:
		first, most = time.Minute, BarredFor
	case k == RoomShut:
		first, most = time.Minute, quarter
	case patience > 0:
		most = quarter
	}
	return min(first<<min(max(attempt-1, 0), 10), most)
}

// report logs what an operator must see.
func (c *Courier) report(ctx context.Context, o *story.Outcome) {
	level := slog.LevelError // parked: nobody will send it again
	switch o.State {
	case story.Delivered:
		level = slog.LevelInfo
	case story.Owed, story.Ambiguous, story.Expired:
		level = slog.LevelWarn
	case story.Parked, story.Sending, story.Merged, story.Muted, story.Below, story.Held, story.Digested:
	}
	attrs := []slog.Attr{
		slog.String("state", string(o.State)),
		slog.String("room", string(o.Dispatch.Room)), slog.String("act", string(o.Dispatch.Act)),
		slog.Int64("story", int64(o.Dispatch.Story.ID)), slog.Int64("delivery", int64(o.Dispatch.Delivery)), slog.Int("attempt", o.Dispatch.Attempt),
	}
	if o.Why != "" {
		attrs = append(attrs, slog.String("why", o.Why))
	}
	if o.Dispatch.Why != "" {
		attrs = append(attrs, slog.String("ping", o.Dispatch.Why))
	}
	if o.State == story.Owed || o.State == story.Ambiguous {
		attrs = append(attrs, slog.Time("not_before", o.NotBefore))
	}
	c.log.LogAttrs(ctx, level, "delivery", attrs...)
}
