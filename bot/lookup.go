package bot

import (
	"context"
	"fmt"
	"time"

	"vedette/story"
)

// visible is how long after a message was looked for in vain it is looked for
// again, before it counts as not there: Slack may not show for 3 seconds what
// it took.
const visible = 5 * time.Second

// A look that would have to wait for a platform's limit is made later: no room
// waits for it, and after an outage there is much to look for.
const (
	LookPause = 250 * time.Millisecond // the longest wait that is sat out
	LookEvery = 5 * time.Second        // how soon it is made instead, at the soonest
)

// unreadable is how long a room is left alone whose messages cannot be looked
// for until somebody changes something.
const unreadable = time.Hour

// lookUp looks for the message of o's dispatch, which is ambiguous. It ends
// delivered, or owed again if it is certain not to stand there, or is looked
// for again later: it is never sent while that is not known, but where sending
// it again does not make two of it.
func (c *Courier) lookUp(ctx context.Context, o *story.Outcome, seat *Seat) {
	d := &o.Dispatch
	at, stands, err := seat.Room.Find(ctx, Trace{Key: d.Key, Root: d.Root, Since: d.Tried, Until: d.Until, Age: c.now().Sub(d.Tried)})
	if f := failureOf(err); err != nil && f.Kind == Repeatable {
		at, err = c.again(ctx, d, seat, f.Within)
		stands = err == nil
	}
	switch {
	case err != nil:
		c.unseen(o, failureOf(err))
	case stands:
		o.Remote = at
	case d.Looked.IsZero() || c.now().Sub(d.Looked) < visible:
		o.State, o.Looked, o.NotBefore, o.Why = story.Ambiguous, c.now(), c.now().Add(visible), "it is not seen in the room, where it may yet appear"
	case d.Stuck:
		o.State, o.Why = story.Parked, fmt.Sprintf("given up: it did not get through for %v, and others did", story.StuckAfter)
	default:
		o.State, o.NotBefore, o.Why = story.Owed, c.now(), "it does not stand in the room"
	}
}

// again sends d once more under its key, within a time if that is not 0: what
// has to wait for the platform's pace any longer is looked for after all.
func (c *Courier) again(ctx context.Context, d *story.Dispatch, seat *Seat, within time.Duration) (story.Remote, error) {
	if within > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, within)
		defer cancel()
	}
	same := *d
	same.Act = story.Post
	if d.Root != "" {
		same.Act = story.Reply
	}
	return c.send(ctx, &same, seat)
}

// unseen records that a look told nothing. What was refused when it was sent
// again under its key does not stand there, or somebody has deleted it.
func (c *Courier) unseen(o *story.Outcome, f *Failure) {
	d := &o.Dispatch
	o.State, o.Why, o.Looked = story.Ambiguous, f.Why, d.Looked
	wait := f.Wait
	if wait == 0 {
		wait = backoff(NotSent, d.Attempt, 0)
	}
	switch f.Kind {
	case Unfit:
		o.State = story.Parked
	case RoomShut:
		wait = unreadable
	case Barred:
		o.Barred = true
		wait = max(f.Wait, backoff(Barred, d.Attempt, 0))
	case Ambiguous, NotSent, Repeatable, Unedited, RootMissing:
	}
	o.NotBefore = c.now().Add(wait)
}

// alarm has the operators hear of what they can mend: with the record of it,
// so that they hear it once.
func (c *Courier) alarm(o *story.Outcome) {
	d := &o.Dispatch
	rooms := *c.operators.Load()
	day := o.At.UTC().Format(time.DateOnly)
	b := story.Bulletin{Kind: story.RoomHealth, At: o.At, Rooms: rooms}
	tell := func(key string, reasons ...string) {
		b.Key, b.Reasons = key, reasons
		if len(rooms) > 0 {
			o.Alarm = &b
		}
	}
	switch {
	case o.Shut == shutTimes && d.Shut < shutTimes:
		tell(fmt.Sprintf("room %s shut %d", d.Room, o.At.Unix()), fmt.Sprintf("The room %s takes no messages", d.Room), o.Why,
			"What it is owed waits; it is tried once an hour.")
	case o.State == story.Delivered && d.Shut >= shutTimes:
		tell(fmt.Sprintf("room %s open %d", d.Room, o.At.Unix()), fmt.Sprintf("The room %s takes messages again", d.Room))
	case o.Barred:
		tell("platform "+day+" "+o.Why, "Nothing is sent to a platform any more", o.Why, "What its rooms are owed waits.")
	case o.State == story.Parked && d.Notice.Kind != story.RoomHealth:
		tell(fmt.Sprintf("room %s parked %s %s", d.Room, day, o.Why), fmt.Sprintf("A message to the room %s is given up", d.Room), o.Why)
	case o.State == story.Ambiguous && o.NotBefore.Sub(o.At) >= unreadable:
		tell(fmt.Sprintf("room %s unread %s", d.Room, day), fmt.Sprintf("A message may or may not stand in the room %s, and nobody can look", d.Room), o.Why)
	}
}
