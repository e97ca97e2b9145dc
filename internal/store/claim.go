package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"vedette/internal/fault"
	"vedette/story"
)

// toldKinds are the kinds of notice that are told. Of another, a newer program
// knows how it is told: it is left alone.
const toldKinds = `'new', 'update', 'moved', 'level', 'deadline', 'health', 'room', 'digest', 'handover', 'mute', 'escalation'`

// claimable selects, of the deliveries d, those that may be sent at ?1 to a
// room that is receptive: a new story or an update that is due, with nothing
// of its story, or of its watch, before it there. A refresh is never sent by
// itself: the edit of the root covers it.
const claimable = `
	d.state = 'owed' AND d.kind IN (` + toldKinds + `) AND d.not_before <= ?1
	AND NOT EXISTS (
		SELECT 1 FROM deliveries e
		WHERE e.story = d.story AND e.room = d.room AND e.id < d.id AND (e.state IN ('owed', 'sending') OR e.state = 'ambiguous' AND e.doubt + ` + stuckAfter + ` > ?1)
			AND e.kind <> 'refresh' AND (d.story <> 0 OR (` + watchOf + `e.notice) = (` + watchOf + `d.notice)))`

// watchOf selects the watch of the bulletin that a notice tells: bulletins have
// no story, and come in order for each watch.
const watchOf = `SELECT b.watch FROM notices n JOIN bulletins b ON b.id = n.bulletin WHERE n.id = `

// receptive says of a room, which is written so, that messages may be given
// to it at ?1: it does not rest. It is asked once and not of each message of a
// backlog.
//
// A room in which several messages are ambiguous, and are soon looked for, is
// on a platform that stumbles: it is told no more until one of them is found
// or known not to stand there, so that an outage does not make all of a
// backlog ambiguous. One alone delays its own story only.
func receptive(room string) string {
	return ` NOT EXISTS (SELECT 1 FROM rests WHERE rests.room = ` + room + ` AND rests.until > ?1)
		AND (SELECT count(*) FROM deliveries e WHERE e.room = ` + room + ` AND e.state = 'ambiguous' AND e.doubt + ` + stuckAfter + ` > ?1 AND e.not_before - ` + soonLooked + ` < ?1) < 3`
}

// What these count in, in microseconds: [story.StuckAfter], and how soon
// the next look at a message is of which a look may tell.
const (
	stuckAfter = `900000000`
	soonLooked = `300000000`
)

// doubtful selects, of the deliveries d, those that are to be looked for at
// ?1. Where the root message of its story is looked for too, as after a restore,
// a reply may stand in a thread of which nobody knows yet.
const doubtful = `
	d.state = 'ambiguous' AND d.kind IN (` + toldKinds + `) AND d.not_before <= ?1
	AND NOT EXISTS (SELECT 1 FROM rests WHERE rests.room = d.room AND rests.until > ?1)
	AND (d.story = 0 OR EXISTS (SELECT 1 FROM roots r WHERE r.room = d.room AND r.story = d.story AND r.gone = 0)
		OR NOT EXISTS (SELECT 1 FROM deliveries e WHERE e.room = d.room AND e.story = d.story AND e.id < d.id AND e.state = 'ambiguous' AND e.kind IN (` + toldKinds + `)))`

// stale selects, of the roots r, those that show less than their story says and
// may be edited at ?1.
const stale = `r.gone = 0 AND r.shown < r.latest AND r.not_before <= ?1
	AND NOT EXISTS (SELECT 1 FROM rests WHERE rests.room = r.room AND rests.until > ?1)`

// moot selects, of the deliveries d, refreshes that no edit covers: no message
// of their story stands in the room, or will unless the story rises. What is
// held goes into the digest with them.
const moot = `
	d.state = 'owed' AND d.kind = 'refresh'
	AND NOT EXISTS (SELECT 1 FROM roots r WHERE r.room = d.room AND r.story = d.story AND r.gone = 0)
	AND NOT EXISTS (SELECT 1 FROM deliveries e WHERE e.story = d.story AND e.room = d.room AND e.state IN ('owed', 'sending', 'ambiguous', 'held') AND e.kind <> 'refresh')`

// Claim takes the next act that is due in room at now. A message is recorded
// as being sent before Claim returns, so that a crash from here until Settle
// leaves it ambiguous: it is neither sent twice nor forgotten. What is
// ambiguous is looked for first. Messages come in the order in which they are
// owed, within a story without exception, but those of critical stories and watches first;
// when none is left, a root message that shows less than its story says is
// edited, which may be done again after a crash.
func (s *Store) Claim(ctx context.Context, room story.RoomName, now time.Time) (d story.Dispatch, ok bool, err error) {
	defer wrap(&err, "claim for room "+string(room))
	for more := true; more && err == nil; {
		err = s.tx(ctx, func(tx *sql.Tx) (err error) {
			d, ok, more, err = s.claim(ctx, tx, room, now)
			return err
		})
	}
	return d, ok, err
}

// Advance is Settle of o and then Claim for the same room, in one transaction:
// a commit is most of what a message costs. If it fails, neither was done, or
// Settle of o says that it was.
func (s *Store) Advance(ctx context.Context, o story.Outcome, now time.Time) (d story.Dispatch, ok bool, err error) {
	defer wrap(&err, fmt.Sprintf("settle %s in room %s and go on", o.Dispatch.Act, o.Dispatch.Room))
	var more bool
	err = s.tx(ctx, func(tx *sql.Tx) (err error) {
		if err := s.settle(ctx, tx, &o); err != nil {
			return err
		}
		d, ok, more, err = s.claim(ctx, tx, o.Dispatch.Room, now)
		return err
	})
	if more && err == nil {
		return s.Claim(ctx, o.Dispatch.Room, now)
	}
	return d, ok, err
}

// claim is Claim in tx. It reports whether more is to be looked at, in a
// transaction of its own, before it is known what is next.
func (s *Store) claim(ctx context.Context, tx *sql.Tx, room story.RoomName, now time.Time) (d story.Dispatch, ok, more bool, err error) {
	d.Room = room
	if err := s.lapse(ctx, tx, room); err != nil {
		return d, false, false, err
	}
	if err := adopt(ctx, tx, room); err != nil {
		return d, false, false, err
	}
	if err := expire(ctx, tx, room, now); err != nil {
		return d, false, false, err
	}
	for _, next := range []func(context.Context, *sql.Tx, *story.Dispatch, time.Time) error{s.claimDoubt, s.claimMessage, claimEdit} {
		if err := next(ctx, tx, &d, now); errors.Is(err, errPutBy) {
			return d, false, true, nil
		} else if !errors.Is(err, sql.ErrNoRows) {
			return d, err == nil, false, err
		}
	}
	return d, false, false, nil
}

// adopt makes the root messages of stories that were merged those of the ones
// that they go on in, where these have none: a room that knows one of the two
// goes on in its thread. It comes before the edit that says where the story goes
// on, so that those that were edited are not asked.
func adopt(ctx context.Context, tx *sql.Tx, room story.RoomName) error {
	for {
		res, err := tx.ExecContext(ctx, `
			UPDATE roots AS r SET shown = 0, story = (SELECT merged FROM stories WHERE id = r.story),
				latest = (SELECT g.version FROM stories s JOIN stories g ON g.id = s.merged WHERE s.id = r.story)
			WHERE room = ?1 AND story = (`+orphan+`)`, room)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); n == 0 || err != nil {
			return err
		}
	}
}

// orphan selects the first of such a room's stories.
const orphan = `
	SELECT min(b.story) FROM roots b CROSS JOIN stories s
	WHERE s.id = b.story AND b.room = ?1 AND b.gone = 0 AND b.shown < b.latest AND s.merged IS NOT NULL
		AND NOT EXISTS (SELECT 1 FROM roots a WHERE a.room = ?1 AND a.story = s.merged)`

// expire ends the refreshes that have become moot.
func expire(ctx context.Context, tx *sql.Tx, room story.RoomName, now time.Time) error {
	const below = `EXISTS (SELECT 1 FROM deliveries e WHERE e.story = d.story AND e.room = d.room AND e.state = 'below')`
	_, err := tx.ExecContext(ctx, `
		UPDATE deliveries AS d SET state = CASE WHEN `+below+` THEN 'below' ELSE 'expired' END, changed = ?1,
			why = CASE WHEN `+below+` THEN 'the room was not told of the story' ELSE 'no message of the story stands in the room' END
		WHERE d.room = ?2 AND`+moot, micros(now), room)
	return err
}

// mostPutBy is how many messages of a backlog are put by in one transaction:
// meanwhile nobody else writes, and one that takes longer than a job may would
// be begun again without end.
const mostPutBy = 100

// errPutBy says that so many were.
var errPutBy = errors.New("more may be put by")

// claimMessage fills d in with the next message that the room's policies let
// through, or returns sql.ErrNoRows, or errPutBy. What they do not let through
// ends, or is held, in the same transaction: nothing is on record as being sent
// that is not.
func (s *Store) claimMessage(ctx context.Context, tx *sql.Tx, d *story.Dispatch, now time.Time) error {
	orders, err := ordersOf(ctx, tx, d.Room)
	if err != nil {
		return err
	}
	for range mostPutBy {
		*d = story.Dispatch{Room: d.Room}
		if err := nextMessage(ctx, tx, d, now, &orders); err != nil {
			return err
		}
		v, err := s.weigh(ctx, tx, d, now)
		if err != nil {
			return err
		}
		for i := range v.Ends {
			if err := s.endMute(ctx, tx, &v.Ends[i].Mute, v.Ends[i].Why, now); err != nil {
				return err
			}
		}
		if v.State == story.Owed {
			return s.giveOut(ctx, tx, d, &v, now)
		}
		if err := putBy(ctx, tx, d, &v, now); err != nil {
			return err
		}
	}
	return errPutBy
}

// putBy records that d is not told now. What is held has an occasion at which
// it is told, whatever the room's others are.
func putBy(ctx context.Context, tx *sql.Tx, d *story.Dispatch, v *story.Verdict, now time.Time) error {
	_, err := tx.ExecContext(ctx, `UPDATE deliveries SET state = ?, why = ?, changed = ?, mute = ? WHERE id = ?`, v.State, v.Why, micros(now), v.Mute, d.Delivery)
	if err != nil || v.State != story.Held {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO digests (room, due, told) VALUES (?, ?, ?) ON CONFLICT (room) DO UPDATE SET due = CASE WHEN digests.due < excluded.due THEN digests.due ELSE excluded.due END`, d.Room, micros(v.Until), micros(now))
	return err
}

// giveOut records that d is being sent, and whom it pings.
func (s *Store) giveOut(ctx context.Context, tx *sql.Tx, d *story.Dispatch, v *story.Verdict, now time.Time) error {
	again := d.Calls == v.Calls
	d.Calls, d.Why = v.Calls, v.Why
	_, err := tx.ExecContext(ctx, `
		UPDATE deliveries SET state = 'sending', attempt = ?2, changed = ?3, began = CASE began WHEN 0 THEN ?3 ELSE began END, doubt = ?3, looked = 0, calls = ?4,
			owner = ?5, deadline = ?6 + `+s.dialect.clock()+` WHERE id = ?1`, // #nosec G202 -- the clock is ours
		d.Delivery, d.Attempt, micros(now), d.Calls.String(), s.replica, sendingFor.Microseconds())
	if err != nil || again {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO pings (room, at, level) VALUES (?, ?, ?) ON CONFLICT (room) DO UPDATE SET at = excluded.at, level = excluded.level`, d.Room, micros(now), v.Level)
	return err
}

// weigh asks the rule about d.
func (s *Store) weigh(ctx context.Context, tx *sql.Tx, d *story.Dispatch, now time.Time) (story.Verdict, error) {
	if s.rule == nil {
		return story.Verdict{State: story.Owed, Calls: d.Calls}, nil
	}
	due := story.Due{Dispatch: *d, Now: now}
	var at int64
	err := tx.QueryRowContext(ctx, `SELECT at, level FROM pings WHERE room = ?`, d.Room).Scan(&at, &due.LastPing.Level)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return story.Verdict{}, err
	}
	due.LastPing.At = timeOf(at)
	if due.Mutes, err = mutes(ctx, tx, `room = ? AND ended = ''`, d.Room); err != nil {
		return story.Verdict{}, err
	}
	if due.Acknowledged, err = acknowledged(ctx, tx, d.Story.ID); err != nil {
		return story.Verdict{}, err
	}
	return s.rule(&due), nil
}

// acknowledged reports whether somebody has taken up the story.
func acknowledged(ctx context.Context, q querier, id story.ID) (taken bool, err error) {
	err = q.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM cares WHERE story = ? AND state IN ('acknowledged', 'resolved'))`, id).Scan(&taken)
	return taken, err
}

// claimDoubt fills d in with the ambiguous message that is to be looked for,
// or returns sql.ErrNoRows. It is on record as being sent, since whoever looks
// may find that it can be sent again at once; its doubt stays.
func (s *Store) claimDoubt(ctx context.Context, tx *sql.Tx, d *story.Dispatch, now time.Time) error {
	*d = story.Dispatch{Room: d.Room}
	if err := readMessage(ctx, tx, d, now, doubtful+` ORDER BY d.id`); err != nil {
		return err
	}
	d.Act = story.LookUp
	_, err := tx.ExecContext(ctx, `UPDATE deliveries SET state = 'sending', attempt = ?, changed = ?, owner = ?, deadline = ? + `+s.dialect.clock()+` WHERE id = ?`, // #nosec G202 -- the clock is ours
		d.Attempt, micros(now), s.replica, sendingFor.Microseconds(), d.Delivery)
	return err
}

// An order is what a message must be to come before those of the next order, and
// by what the first of its own is known.
type order struct{ which, by string }

// ordersOf returns in which order messages are given to a room. Where the last
// one found the room shut, one comes that has tried less often: it may have been
// for what that one says.
func ordersOf(ctx context.Context, tx *sql.Tx, room story.RoomName) ([]order, error) {
	var shut bool
	if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM rests WHERE room = ? AND shut > 0)`, room).Scan(&shut); err != nil {
		return nil, err
	}
	by := "d.id"
	if fault.Sabotaged == fault.Unordered {
		by = "d.key"
	}
	if !shut {
		return []order{{urgent + ` AND`, by}, {``, by}}, nil
	}
	return []order{{urgent + ` AND d.attempt = 0 AND`, by}, {` d.attempt = 0 AND`, by}, {``, `d.attempt, d.id`}}, nil
}

// nextMessage fills d in with the message that is next, or returns
// sql.ErrNoRows. It is found by its ID alone: a backlog is long, and all else
// is read of one. What comes first are those of the first of orders; it takes
// one off that has none any more.
func nextMessage(ctx context.Context, tx *sql.Tx, d *story.Dispatch, now time.Time, orders *[]order) error {
	err := sql.ErrNoRows
	for ; len(*orders) > 0; *orders = (*orders)[1:] {
		var id story.DeliveryID
		err = tx.QueryRowContext(ctx, `SELECT d.id FROM deliveries d WHERE d.room = ?2 AND `+(*orders)[0].which+claimable+` AND`+receptive(`?2`)+` ORDER BY `+(*orders)[0].by+` LIMIT 1`, micros(now), d.Room).Scan(&id)
		if err == nil {
			return readMessage(ctx, tx, d, now, ` d.id = ?3`, id)
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
	}
	return err
}

// urgent says of a delivery d that it overtakes a backlog: its story or its
// watch is critical.
const urgent = `(d.kind = 'escalation' OR d.story IN (SELECT id FROM stories WHERE level >= 5)
	OR d.kind = 'level' AND EXISTS (SELECT 1 FROM notices n JOIN bulletins b ON b.id = n.bulletin WHERE n.id = d.notice AND b.level >= 5))`

// readMessage fills d in with the first message that which selects, with what
// it asks for beside the time and the room, or returns sql.ErrNoRows.
func readMessage(ctx context.Context, tx *sql.Tx, d *story.Dispatch, now time.Time, which string, more ...any) error {
	var at, owed, doubt, until, looked int64
	var bulletin, calls string
	n := &d.Notice
	err := tx.QueryRowContext(ctx, `
		SELECT d.id, d.key, d.attempt + 1, d.calls, n.id, d.story, d.version, n.kind, coalesce(n.item, 0),
			coalesce((SELECT why FROM stories s WHERE s.id = n.story AND s.merged = d.story AND n.item IS NOT NULL), n.reason), n.at,
			coalesce((SELECT said FROM bulletins b WHERE b.id = n.bulletin), ''), coalesce((SELECT remote FROM roots r WHERE r.room = d.room AND r.story = d.story AND r.gone = 0), `+adopted+`, ''),
			CASE WHEN d.risen > n.at THEN d.risen ELSE n.at END, d.doubt, d.looked, `+untilBegun+`, `+stuck+`, coalesce((SELECT shut FROM rests WHERE rests.room = d.room), 0)
		FROM deliveries d JOIN notices n ON n.id = d.notice
		WHERE d.room = ?2 AND`+which+` LIMIT 1`, append([]any{micros(now), d.Room}, more...)...).
		Scan(&d.Delivery, &d.Key, &d.Attempt, &calls, &n.ID, &n.Story, &n.Version, &n.Kind, &n.Item, &n.Reason, &at, &bulletin, &d.Root, &owed, &doubt, &looked, &until, &d.Stuck, &d.Shut)
	if err != nil {
		return err
	}
	d.Owed, d.Tried, d.Until, d.Looked = timeOf(owed), timeOf(doubt), timeOf(until), timeOf(looked)
	if bulletin != "" {
		if err := json.Unmarshal([]byte(bulletin), &n.Bulletin); err != nil {
			return err
		}
	}
	d.Calls, _ = story.ParseMention(calls)
	n.At, d.Act = timeOf(at), story.Post
	if d.Root != "" {
		d.Act = story.Reply
	}
	if n.Story == 0 {
		return nil // a bulletin
	}
	return tell(ctx, tx, d, n.Story)
}

// stuck says of a delivery d that its room took others a while ago, at ?1, and
// that it did not get through before or since: after a long outage, which may
// leave many in doubt, the first that gets through does not end the others. One
// in doubt that was not tried since did not fail to get through: to look for many
// takes its time.
const stuck = `CASE WHEN d.began = 0 OR d.began + ` + stuckAfter + ` > ?1 THEN 0 WHEN EXISTS (
	SELECT 1 FROM deliveries e WHERE e.room = d.room AND e.id <> d.id AND e.state = 'delivered' AND e.changed > d.began AND (d.doubt = 0 OR e.changed < d.doubt) AND e.changed + ` + stuckAfter + ` <= ?1) THEN 1 ELSE 0 END`

// adopted says of a delivery d in doubt, whose story goes on in another, where
// its story's root message is if the other has it now: the thread is the same.
const adopted = `(SELECT r.remote FROM stories g JOIN roots r ON r.story = g.merged JOIN deliveries k ON k.key = r.key
	WHERE d.state = 'ambiguous' AND g.id = d.story AND r.room = d.room AND r.gone = 0 AND k.story = d.story)`

// untilBegun says of a delivery d that was in doubt before the database was put
// back from a backup, or is for that reason, when vedette was started on it:
// whoever had the database meanwhile may have told it until then, however long
// after the backup was made.
const untilBegun = `coalesce((SELECT max(begun) FROM restored WHERE d.doubt > 0 AND since >= d.doubt), 0)`

// tell fills in what d tells: its story, or the one that this goes on in, and
// the other side of a merge or a split.
func tell(ctx context.Context, tx *sql.Tx, d *story.Dispatch, id story.ID) error {
	found, err := stories(ctx, tx, `?`, id)
	if err != nil {
		return err
	}
	d.Story = found[0]
	if was := &found[0]; was.Merged != 0 {
		if found, err = stories(ctx, tx, `?`, was.Merged); err != nil {
			return err
		}
		d.Story = found[0]
		d.Merged = &story.Aside{Story: was.ID, Version: was.Version, Why: was.Why}
		return aside(ctx, tx, d.Merged, d.Room, d.Story.ID, `r.moved_from = ?1`)
	}
	if d.Story.Parted != 0 && d.Act != story.Reply {
		d.Parted = &story.Aside{Why: d.Story.Why}
		row := tx.QueryRowContext(ctx, `SELECT coalesce(merged, id) FROM stories WHERE id = ?`, d.Story.Parted)
		if err := row.Scan(&d.Parted.Story); err != nil {
			return err
		}
		return aside(ctx, tx, d.Parted, d.Room, d.Parted.Story, `r.story = ?1 AND r.relation = 'opens'`)
	}
	return nil
}

// aside fills in the first report that which selects for a's story, and the
// message in the room that tells the story at.
func aside(ctx context.Context, tx *sql.Tx, a *story.Aside, room story.RoomName, at story.ID, which string) error {
	var effective int64
	w := &a.Lead
	err := tx.QueryRowContext(ctx, `
		SELECT i.id, i.outlet, i.title, i.link, i.effective, coalesce((SELECT remote FROM roots WHERE room = ?2 AND story = ?3 AND gone = 0), '')
		FROM reports r JOIN items i ON i.id = r.item WHERE `+which+` ORDER BY r.relation = 'copies', r.seq LIMIT 1`, a.Story, room, at).
		Scan(&w.Item, &w.Outlet, &w.Title, &w.Link, &effective, &a.See)
	w.At = timeOf(effective)
	if errors.Is(err, sql.ErrNoRows) {
		return nil // the message says less; that it is told matters more
	}
	return err
}

// nextEdit selects the root message that is edited next, of those of room ?2. The
// stories are asked for after them: by the time of their change, they would be
// all that there ever were.
const nextEdit = `
	SELECT r.story, r.remote, r.key, r.attempt + 1, coalesce((SELECT shut FROM rests WHERE rests.room = r.room), 0)
	FROM roots r CROSS JOIN stories s
	WHERE s.id = r.story AND r.room = ?2 AND ` + stale + ` ORDER BY s.changed, s.id LIMIT 1`

// claimEdit fills d in with the next edit, or returns sql.ErrNoRows.
func claimEdit(ctx context.Context, tx *sql.Tx, d *story.Dispatch, now time.Time) error {
	*d = story.Dispatch{Room: d.Room, Act: story.Edit}
	var id story.ID
	err := tx.QueryRowContext(ctx, nextEdit, micros(now), d.Room).
		Scan(&id, &d.Root, &d.Key, &d.Attempt, &d.Shut)
	if err == nil {
		err = tell(ctx, tx, d, id)
	}
	if d.Owed = d.Story.Changed; d.Story.Care.Changed.After(d.Owed) { // somebody sees to a story of long ago
		d.Owed = d.Story.Care.Changed
	}
	return err
}
