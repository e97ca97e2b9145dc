package bot

import (
	"context"
	"fmt"
	"time"

	"vedette/story"
)

// A Room is a place where messages are told. Its methods may be called from
// several goroutines. An error that is not a [*Failure] is Ambiguous.
type Room interface {
	// Post tells m as a message of its own. If the platform refuses its form,
	// it is told as plain text: form never costs an alert. The key names the
	// delivery, the same at each attempt; a platform that can uses it to make
	// two posts one.
	Post(ctx context.Context, key string, m *Message) (story.Remote, error)

	// Reply tells m in the thread of the message root.
	Reply(ctx context.Context, root story.Remote, key string, m *Message) (story.Remote, error)

	// Edit makes the message root show m. It may be repeated. The key is that
	// of the delivery that root is, which it goes on to bear.
	Edit(ctx context.Context, root story.Remote, key string, m *Message) error

	// Find looks for the message that t tells of, and reports whether it
	// stands in the room. It tells nothing. Its error says that it cannot be
	// known, for now (NotSent, Ambiguous) or until somebody changes something
	// (RoomShut), or that it need not be: Repeatable.
	Find(ctx context.Context, t Trace) (remote story.Remote, stands bool, err error)

	// Link returns the address at which a member reads the message, or "" if
	// there is none or it is not to be had. Nothing is told by it.
	Link(ctx context.Context, remote story.Remote) string
}

// A Trace is what is known of a message whose answer was lost.
type Trace struct {
	Key   string
	Root  story.Remote  // that it may have answered, or ""
	Since time.Time     // when it was given to the platform, by our clock
	Until time.Time     // when it may have been given to it at the latest, if that is later than Since
	Age   time.Duration // how long ago that is; negative if our clock was set
}

// What a clock and a network may do to a message.
const (
	clockSlack = 5 * time.Minute // how far apart two clocks may be that nobody has compared
	arrival    = 5 * time.Minute // how long after it was given away a message may have been taken: it is sent for less than one, and no line holds it for long
)

// Span returns between which times the message was taken, if it was, by a
// platform whose clock was last seen so far after ours; that it has been so all
// the while is not relied on. After an outage there is much to look for, and all
// that was told since would have to be read for each. The times are whole
// minutes: a look that goes on where it was stopped must have the same, and what
// was given away together is looked for together.
func (t *Trace) Span(ahead int64) (from, until time.Time) {
	off := time.Duration(ahead).Truncate(time.Minute)
	from = t.Since.Add(min(off, 0) - clockSlack).Truncate(time.Minute)
	last := t.Since
	if t.Until.After(last) {
		last = t.Until
	}
	until = last.Add(max(off, 0) + clockSlack + arrival + time.Minute).Truncate(time.Minute)
	return from, until
}

// An Addressed room is one that a person can be sent to.
type Addressed interface {
	// Tenant returns the ID of the workspace or guild that the room is in,
	// which is asked of the platform once.
	Tenant(ctx context.Context) (string, error)

	// Link is that of [Room].
	Link(ctx context.Context, remote story.Remote) string
}

// A Kind says what is known of a message that a platform did not take.
type Kind uint8

// The kinds of failure. What is not known to be another is Ambiguous.
const (
	Ambiguous   Kind = iota // it may stand in the room or not: nobody can tell from the answer
	NotSent                 // it does not stand there; the platform was not reached, or is busy: try again after Wait
	RoomShut                // it does not stand there, nor would any other: no such channel, no rights
	Barred                  // it does not stand there, nor would any in another room: the platform does not accept the token
	Unfit                   // it does not stand there, and never will: refused in every form
	RootMissing             // it does not stand there: the message that it edits or answers is gone
	Repeatable              // it may stand there or not, and another with its key does not make two, Within some time: try again after Wait
	Unedited                // an edit: the message stands as it did and can be answered; try again after Wait, or never if that is 0
)

// String returns the kind in plain words.
func (k Kind) String() string {
	switch k {
	case Ambiguous:
		return "ambiguous"
	case NotSent:
		return "not sent"
	case RoomShut:
		return "room shut"
	case Barred:
		return "platform shut"
	case Unfit:
		return "refused"
	case RootMissing:
		return "root message missing"
	case Repeatable:
		return "may be repeated"
	case Unedited:
		return "not edited"
	}
	return fmt.Sprintf("kind %d", k)
}

// BarredFor is how long a platform is left alone that does not accept the
// token: each question with it is one that the platform may ban for.
const BarredFor = 5 * time.Minute

// A Failure is the error of a room: what is known, and why in plain words.
// It never holds a token, a URL with a secret, or the text of a feed.
type Failure struct { //nolint:errname // a room fails; the word is the product's
	Kind   Kind
	Wait   time.Duration // how long the platform asks to be left alone, or 0
	Within time.Duration // of a look that is Repeatable: for how long, or 0 if it is for ever
	Why    string
}

// Error returns what is known and why.
func (f *Failure) Error() string { return f.Kind.String() + ": " + f.Why }
