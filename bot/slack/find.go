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
	if timestamp(t.Root) {
		ts, code, failure := r.search(ctx, &t, string(t.Root), r.replies(t.Root))
		if ts != "" || failure != nil && code != "thread_not_found" && code != "message_not_found" {
			return story.Remote(ts), ts != "", errorOf(failure)
		}
	}
	ts, _, failure := r.search(ctx, &t, r.channel, r.history)
	return story.Remote(ts), ts != "", errorOf(failure)
}

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
	next     string // the cursor of the next, or ""
}

// A reader returns an excerpt of what was written since oldest.
type reader func(ctx context.Context, oldest, cursor string) (excerpt, error)

// mostRead is how many messages Slack is asked for at once.
const mostRead = 200

// history reads the channel, without its threads.
func (r *Room) history(ctx context.Context, oldest, cursor string) (excerpt, error) {
	said, err := r.workspace.client.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{
		ChannelID: r.channel, Oldest: oldest, Cursor: cursor, Limit: mostRead, IncludeAllMetadata: true,
	})
	if err != nil {
		return excerpt{}, err
	}
	return excerpt{said.Messages, said.ResponseMetaData.NextCursor}, nil
}

// replies returns what reads the thread of root.
func (r *Room) replies(root story.Remote) reader {
	return func(ctx context.Context, oldest, cursor string) (excerpt, error) {
		all, _, next, err := r.workspace.client.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{
			ChannelID: r.channel, Timestamp: string(root), Oldest: oldest, Cursor: cursor, Limit: mostRead, IncludeAllMetadata: true,
		})
		return excerpt{all, next}, err
	}
}

// search returns the ts of the message that t tells of, or "" and, if that is
// not known, Slack's code and why. It reads from before the message was given
// to Slack, by whichever clock is the slower.
func (r *Room) search(ctx context.Context, t *bot.Trace, place string, read reader) (ts, refused string, failure *bot.Failure) {
	for from := t.From(r.workspace.skew.Load()); ; {
		ts, refused, failure = r.readAll(ctx, t.Key, place, from, read)
		again := t.From(r.workspace.skew.Load())
		if ts != "" || failure != nil || !again.Before(from) {
			return ts, refused, failure
		}
		from = again
	}
}

// readAll is search from a time on. Where Slack lets little be read at a time
// it goes on from where it was stopped.
func (r *Room) readAll(ctx context.Context, key, place string, from time.Time, read reader) (ts, refused string, failure *bot.Failure) {
	oldest := strconv.FormatInt(max(from.Unix(), 0), 10) + ".000000"
	mark := key + " " + place + " " + oldest
	for cursor := r.workspace.resume(mark); ; {
		if failure = r.workspace.shut(); failure != nil {
			return "", "", failure
		}
		if wait := r.workspace.mayRead(ctx); wait > 0 {
			r.workspace.stop(mark, cursor)
			return "", "", &bot.Failure{Kind: bot.NotSent, Wait: wait, Why: "Slack's pace leaves no room for a look yet"}
		}
		var x bot.Exchange
		found, err := read(bot.WithExchange(ctx, &x), oldest, cursor)
		r.workspace.skew.Store(int64(x.Ahead))
		if err != nil {
			refused = code(err)
			r.workspace.bar(&x, failed(&x, refused, true))
			if failure = unread(failed(&x, refused, true), refused); failure.Kind == bot.NotSent {
				r.workspace.stop(mark, cursor)
			}
			return "", refused, failure
		}
		for i := range found.messages {
			if deliveryOf(&found.messages[i]) == key {
				return found.messages[i].Timestamp, "", nil
			}
		}
		if cursor = found.next; cursor == "" {
			return "", "", nil
		}
	}
}

// mostPause is the longest wait for a look that is sat out: meanwhile the room
// is told nothing, and after an outage there is much to look for. A look that
// has to wait longer is asked for again after lookEvery at the soonest.
const (
	mostPause = 2 * time.Second
	lookEvery = 5 * time.Second
)

// mayRead waits until a look may be made, or returns how long none may.
func (w *Workspace) mayRead(ctx context.Context) time.Duration {
	turn := w.reads.Reserve()
	if wait := turn.Delay(); wait > mostPause || !bot.Pause(ctx, wait) {
		turn.Cancel()
		return max(wait, lookEvery)
	}
	return 0
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
