package bot

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"vedette/story"
)

// A Calendar holds what falls due in rooms at its own time.
type Calendar interface {
	// Occasion reports whether room is due a digest at now, and since when.
	Occasion(ctx context.Context, room story.RoomName, now time.Time) (since time.Time, due bool, err error)

	// SaveDigest owes the room a digest of what was held for it, and says when
	// the next is due. It owes none that would say nothing.
	SaveDigest(ctx context.Context, o story.Occasion) error

	// Alarms returns the critical stories of room that are to be looked at.
	Alarms(ctx context.Context, room story.RoomName, now time.Time) ([]story.Alarm, error)

	// EndMutes ends the mutes of room whose time has come, and owes the room
	// what they held back; of those that are about to end it owes a word.
	EndMutes(ctx context.Context, room story.RoomName, now time.Time) error

	// Shift reports whether a shift has ended in room at now, and when it began.
	Shift(ctx context.Context, room story.RoomName, now time.Time) (from time.Time, ended bool, err error)

	// SaveHandover owes the room what the next shift must know, and says when
	// that ends. A handover that was saved before is left out.
	SaveHandover(ctx context.Context, s story.Shift, lines []story.Saying) error

	// Climb saves what becomes of one, and owes its next rung the story. A
	// step that was saved before is left out.
	Climb(ctx context.Context, s story.Step) error
}

// SetCalendar has rooms get digests and escalations. It must be called before
// the first Drain.
func (c *Courier) SetCalendar(cal Calendar) { c.calendar = cal }

// SetHandover has rooms get a handover when a shift ends: tell returns what the
// next one must know. It must be called before the first Drain.
func (c *Courier) SetHandover(tell func(ctx context.Context, room story.RoomName, from, to time.Time) ([]story.Saying, error)) {
	c.handover = tell
}

// handOver owes room a handover if a shift has ended there.
func (c *Courier) handOver(ctx context.Context, room story.RoomName, seat *Seat, now time.Time) error {
	from, ended, err := c.calendar.Shift(ctx, room, now)
	if err != nil || !ended || c.handover == nil {
		return err
	}
	lines, err := c.handedOver(ctx, room, seat, from, now)
	if err != nil {
		return err
	}
	return c.calendar.SaveHandover(ctx, story.Shift{Room: room, From: from, To: now, Next: seat.Policy.NextShift(now.In(seat.Zone))}, lines)
}

// handedOver returns what the next shift must know. One that cannot be put
// together for a fault of vedette's own says so: whatever else the room is due
// must not wait for it.
func (c *Courier) handedOver(ctx context.Context, room story.RoomName, seat *Seat, from, to time.Time) (lines []story.Saying, err error) {
	defer func() {
		if p := recover(); p != nil {
			c.log.LogAttrs(ctx, slog.LevelError, "a handover ended in a panic", slog.String("room", string(room)), slog.Any("panic", p), slog.String("stack", string(debug.Stack())))
			lines, err = []story.Saying{{Text: seat.Words.Say("That went wrong inside vedette. Its log says more.")}}, nil
		}
	}()
	return c.handover(ctx, room, from, to)
}

// Weigh decides by the policies of the delivery's room. A room that is not
// there any more refuses nothing: what it is owed is parked.
func (c *Courier) Weigh(d *story.Due) story.Verdict {
	seat, ok := (*c.seats.Load())[d.Room]
	if !ok {
		return story.Verdict{State: story.Owed}
	}
	return seat.Policy.Weigh(d, seat.Zone)
}

// keep owes room what its calendar says is due.
func (c *Courier) keep(ctx context.Context, room story.RoomName) error {
	if c.calendar == nil {
		return nil
	}
	seat, ok := (*c.seats.Load())[room]
	if !ok {
		seat.Zone = time.UTC
	}
	now := c.now().In(seat.Zone)
	since, due, err := c.calendar.Occasion(ctx, room, now)
	if err == nil && due {
		set := seat.Policy.NextSet(since.In(seat.Zone).Add(-time.Nanosecond))
		err = c.calendar.SaveDigest(ctx, story.Occasion{
			Room: room, At: now, From: seat.Policy.From, Next: seat.Policy.Next(now), Changed: !set.IsZero() && !set.After(now),
		})
	}
	if err != nil {
		return fmt.Errorf("courier: %w", err)
	}
	if err := c.calendar.EndMutes(ctx, room, now); err != nil {
		return fmt.Errorf("courier: %w", err)
	}
	if err := c.handOver(ctx, room, &seat, now); err != nil {
		return fmt.Errorf("courier: %w", err)
	}
	alarms, err := c.calendar.Alarms(ctx, room, now)
	if err != nil {
		return fmt.Errorf("courier: %w", err)
	}
	for i := range alarms {
		step := seat.Policy.Climb(&alarms[i], now)
		if err := c.calendar.Climb(ctx, step); err != nil {
			return fmt.Errorf("courier: %w", err)
		}
		if step.To != "" {
			c.log.LogAttrs(ctx, slog.LevelWarn, "escalation", slog.Int64("story", int64(step.Alarm.Story)), slog.String("room", string(room)),
				slog.String("to", string(step.To)), slog.String("calls", step.Calls.String()), slog.String("why", step.Reason))
		}
	}
	return nil
}
