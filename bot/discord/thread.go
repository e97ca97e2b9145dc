package discord

import (
	"context"
	"net/http"
	"time"

	"github.com/bwmarrin/discordgo"

	"vedette/bot"
)

const (
	dayOfSilence = 1440   // minutes after which Discord puts a thread away; a post brings it back
	mostThreads  = 10_000 // that are remembered; one that is forgotten is found again by one call

	withoutThreads = 10 * time.Minute // for which a channel is asked for none that let the bot have none
)

// A threadForm is the body of the call that opens a thread.
type threadForm struct {
	Name    string `json:"name"`
	Archive int    `json:"auto_archive_duration"`
}

// thread reports whether there is a thread of root that can be posted in,
// and opens one if it knows of none. It returns a failure if nothing can be
// told anywhere: whether a thread was opened is never worth not knowing
// whether a message stands.
func (r *Room) thread(ctx context.Context, root string, m *bot.Message) (bool, *bot.Failure) {
	if r.account.knows(r.branch(root)) {
		return true, nil
	}
	if r.account.threadless(r.channel) {
		return false, nil
	}
	_, no := r.account.do(ctx, call{
		method: http.MethodPost, path: r.path("messages", root, "threads"),
		bucket: r.path("threads"), answers: true,
		body: threadForm{Name: threadName(m), Archive: dayOfSilence},
	})
	if no == nil || no.definite() && no.code == discordgo.ErrCodeThreadAlreadyCreatedForThisMessage {
		r.account.remember(r.branch(root))
		return true, nil
	}
	r.account.note(r.channel, no)
	f := no.failure()
	switch f.Kind {
	case bot.Unfit, bot.RoomShut: // the channel has the last word
		return false, nil
	case bot.Ambiguous: // opening it again is harmless
		f.Kind = bot.NotSent
	case bot.NotSent, bot.Barred, bot.RootMissing, bot.Repeatable, bot.Unedited:
	}
	return false, f
}

// note keeps that the bot lacks a right to the channel's threads, if no says so.
// Each refusal counts towards a ban, and the room would have one for each reply.
func (a *Account) note(channel string, no *refusal) {
	if !no.definite() || no.exchange.Status != http.StatusForbidden || no.code != discordgo.ErrCodeMissingPermissions && no.code != discordgo.ErrCodeMissingAccess {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.threadsNot[channel] = time.Now()
}

// threadless reports whether the channel let the bot have no thread just now.
func (a *Account) threadless(channel string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	at, ok := a.threadsNot[channel]
	return ok && time.Since(at) < withoutThreads
}

// A branch is a thread as a channel's: a room that has moved to another channel
// is not told in the threads of the one before.
type branch struct{ channel, root string }

// branch returns the thread of root.
func (r *Room) branch(root string) branch { return branch{r.channel, root} }

// knows reports whether the thread is known.
func (a *Account) knows(b branch) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.threads[b]
}

// remember keeps that there is the thread.
func (a *Account) remember(b branch) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.threads) >= mostThreads {
		clear(a.threads)
	}
	a.threads[b] = true
}

// forget is the opposite of remember.
func (a *Account) forget(b branch) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.threads, b)
}
