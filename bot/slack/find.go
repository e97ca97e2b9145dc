package slack

import (
	"context"
	"strconv"
	"time"

	"github.com/slack-go/slack"

	"vedette/bot"
	"vedette/internal/fault"
	"vedette/story"
)

// Find looks for the message in root's thread and in the channel, by the
// delivery_id in its metadata. Slack may not show for some seconds what it
// took.
func (r *Room) Find(ctx context.Context, t bot.Trace) (story.Remote, bool, error) {
	if fault.Sabotaged == fault.NoLookup {
		return "", false, nil
	}
	thread := markOf(&t)
	if timestamp(t.Root) && r.workspace.resume(thread) == "" {
		ts, code, failure := r.search(ctx, &t, string(t.Root), r.replies(t.Root))
		if ts != "" || failure != nil && code != "thread_not_found" && code != "message_not_found" {
			return story.Remote(ts), ts != "", errorOf(failure)
		}
	}
	ts, _, failure := r.search(ctx, &t, r.channel, r.history)
	if timestamp(t.Root) && failure != nil && failure.Kind == bot.NotSent { // who had to read the thread anew might never come to the channel
		r.workspace.stop(thread, "read")
	}
	return story.Remote(ts), ts != "", errorOf(failure)
}

// markOf names the part of a look that is made in the thread.
func markOf(t *bot.Trace) string { return t.Key + " " + string(t.Root) }

// errorOf returns f as an error, which nil is not.
func errorOf(f *bot.Failure) error {
	if f == nil {
		return nil
	}
	return f
}

// An excerpt is what Slack tells at once of a channel or a thread.
type excerpt struct {
	messages []slack.Message
	more     bool   // there is a next
	next     string // its cursor, or ""
}

// odd reports whether e, which was read at a cursor, cannot be all that there is
// to know there: no message counts as absent for it.
func (e *excerpt) odd(cursor string) bool {
	return e.messages == nil || e.more && e.next == "" || e.next != "" && e.next == cursor
}

// A span is the ts between which is read.
type span struct{ oldest, latest string }

// A reader returns an excerpt of what was written in a span.
type reader func(ctx context.Context, in span, cursor string) (excerpt, error)

// mostRead is how many messages Slack is asked for at once.
const mostRead = 200

// history reads the channel, without its threads.
func (r *Room) history(ctx context.Context, in span, cursor string) (excerpt, error) {
	said, err := r.workspace.client.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{
		ChannelID: r.channel, Oldest: in.oldest, Latest: in.latest, Cursor: cursor, Limit: mostRead, IncludeAllMetadata: true,
	})
	if err != nil {
		return excerpt{}, err
	}
	return excerpt{said.Messages, said.HasMore, said.ResponseMetaData.NextCursor}, nil
}

// replies returns what reads the thread of root.
func (r *Room) replies(root story.Remote) reader {
	return func(ctx context.Context, in span, cursor string) (excerpt, error) {
		all, more, next, err := r.workspace.client.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{
			ChannelID: r.channel, Timestamp: string(root), Oldest: in.oldest, Latest: in.latest, Cursor: cursor, Limit: mostRead, IncludeAllMetadata: true,
		})
		return excerpt{all, more, next}, err
	}
}

// search returns the ts of the message that t tells of, or "" and, if that is
// not known, Slack's code and why. It reads from before the message was given
// to Slack until after it was taken, by whichever clock is the slower, and the
// faster.
func (r *Room) search(ctx context.Context, t *bot.Trace, place string, read reader) (ts, refused string, failure *bot.Failure) {
	for from, until := t.Span(r.workspace.skew.Load()); ; {
		ts, refused, failure = r.readAll(ctx, t, place, span{tsAt(from), tsAt(until)}, read)
		earlier, later := t.Span(r.workspace.skew.Load())
		if ts != "" || failure != nil || !earlier.Before(from) && !later.After(until) {
			return ts, refused, failure
		}
		from, until = earlier, later
	}
}

// tsAt returns the ts of a message of that time.
func tsAt(t time.Time) string { return strconv.FormatInt(max(t.Unix(), 0), 10) + ".000000" }

// A sheet is what was read at once: which deliveries stand there, and where.
type sheet struct {
	at   time.Time // when it was asked for
	ts   map[string]string
	next string // the cursor of the next, or ""
}

// readAll is search in a span. Where Slack lets little be read at a time it
// goes on from where it was stopped.
func (r *Room) readAll(ctx context.Context, t *bot.Trace, place string, in span, read reader) (ts, refused string, failure *bot.Failure) {
	where := place + " " + in.oldest + " " + in.latest
	mark := t.Key + " " + where
	for cursor := r.workspace.resume(mark); ; {
		if failure = r.workspace.shut(); failure != nil {
			return "", "", failure
		}
		p, known := r.workspace.recent(r.channel + " " + where + " " + cursor)
		if !known || t.Age < agedAfter {
			if wait := r.workspace.mayRead(ctx); wait > 0 {
				r.workspace.stop(mark, cursor)
				return "", "", &bot.Failure{Kind: bot.NotSent, Wait: wait, Why: "Slack's pace leaves no room for a look yet"}
			}
			var x bot.Exchange
			p.at = time.Now()
			found, err := read(bot.WithExchange(ctx, &x), in, cursor)
			r.workspace.skew.Store(int64(x.Ahead))
			if err != nil {
				refused = code(err)
				r.workspace.bar(&x, failed(&x, refused, true))
				if failure = unread(failed(&x, refused, true), refused); failure.Kind == bot.NotSent {
					r.workspace.stop(mark, cursor)
				}
				return "", refused, failure
			}
			if found.odd(cursor) {
				return "", "", failed(&x, "", true)
			}
			p.next, p.ts = found.next, make(map[string]string)
			for i := range found.messages {
				p.ts[deliveryOf(&found.messages[i])] = found.messages[i].Timestamp
			}
			r.workspace.keep(r.channel+" "+where+" "+cursor, p)
		}
		if ts = p.ts[t.Key]; ts != "" {
			return ts, "", nil
		}
		if cursor = p.next; cursor == "" {
			return "", "", nil
		}
	}
}

// What was read tells of all that was given to Slack about then and is long
// taken, if it was: for a moment, which is far less than lies between the two
// looks that say that a message is not there.
const (
	agedAfter  = time.Minute
	recently   = time.Second
	mostRecent = 100
)

// recent returns what was just read there.
func (w *Workspace) recent(where string) (sheet, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	p, ok := w.sheets[where]
	return p, ok && time.Since(p.at) <= recently
}

// keep keeps what was just read there.
func (w *Workspace) keep(where string, p sheet) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.sheets) >= mostRecent {
		clear(w.sheets)
	}
	w.sheets[where] = p
}

// mayRead waits until a look may be made, or returns how long none may.
func (w *Workspace) mayRead(ctx context.Context) time.Duration {
	if w.reads.Allow() {
		return 0
	}
	wait := time.Duration((1 - w.reads.Tokens()) / float64(w.reads.Limit()) * float64(time.Second))
	if wait <= bot.LookPause && bot.Pause(ctx, wait) && w.reads.Allow() {
		return 0
	}
	return max(wait, bot.LookEvery)
}

// deliveryOf returns the delivery that a message is, or "".
func deliveryOf(m *slack.Message) string {
	id, _ := m.Metadata.EventPayload["delivery_id"].(string)
	return id
}

// unread says of a look that was refused what can be done about it.
func unread(f *bot.Failure, code string) *bot.Failure {
	switch {
	case code == "missing_scope":
		f.Why = "the app may not read what stands in the channel (missing_scope): give its bot token the scopes channels:history and groups:history, and install it again"
	case code == "invalid_cursor": // of a look that was stopped too long ago: it begins anew
		f.Kind = bot.Ambiguous
	case f.Kind == bot.Unfit:
		f.Kind = bot.RoomShut
	}
	return f
}

// mostStopped is how many looks that were stopped are remembered; one that is
// forgotten begins anew.
const mostStopped = 1_000

// resume returns the cursor at which the look was stopped that mark names, or
// "", and forgets it.
func (w *Workspace) resume(mark string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	cursor := w.stopped[mark]
	delete(w.stopped, mark)
	return cursor
}

// stop remembers that the look that mark names was stopped at cursor.
func (w *Workspace) stop(mark, cursor string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.stopped) >= mostStopped {
		clear(w.stopped)
	}
	if cursor != "" {
		w.stopped[mark] = cursor
	}
}
