package terminal

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"

	"vedette/bot"
	"vedette/story"
)

// Options set a room up. The zero Options print without colour.
type Options struct {
	Colour bool
}

// A Room prints messages. It implements [bot.Room].
type Room struct {
	style style

	mu    sync.Mutex // guards what follows, and keeps a message's lines together
	out   io.Writer
	roots map[story.Remote]*root
}

// A root is a message that stands above.
type root struct {
	number int
	shown  string // what an edit said last
}

// New returns a room that prints to out.
func New(out io.Writer, o Options) *Room {
	return &Room{style: style(o.Colour), out: out, roots: make(map[story.Remote]*root)}
}

// Post prints m as a block of its own.
func (r *Room) Post(_ context.Context, key string, m *bot.Message) (story.Remote, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	remote := story.Remote(key)
	at := r.root(remote)
	at.shown = state(m)
	return remote, r.print(r.block(at.number, m))
}

// Reply prints m under the number of its root.
func (r *Room) Reply(_ context.Context, to story.Remote, key string, m *bot.Message) (story.Remote, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return story.Remote(key), r.print(r.reply(r.root(to).number, m))
}

// Edit prints one line that says what the root message would show, unless
// that is what was said last.
func (r *Room) Edit(_ context.Context, at story.Remote, _ string, m *bot.Message) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	top := r.root(at)
	now := state(m)
	if now == top.shown {
		return nil
	}
	top.shown = now
	return r.print(r.style.dim(fmt.Sprintf("  ~ [%d] %s", top.number, bot.Clean(now))) + "\n\n")
}

// Find says that the message does not stand there: what an earlier process
// printed is not seen, and a line that comes twice is better than none.
func (r *Room) Find(context.Context, bot.Trace) (story.Remote, bool, error) { return "", false, nil }

// Link returns "": nothing leads to a line of a terminal.
func (r *Room) Link(context.Context, story.Remote) string { return "" }

// root returns the root with the remote, numbered when it is first heard of:
// one that an earlier process printed is new to the person who reads here.
func (r *Room) root(remote story.Remote) *root {
	if r.roots[remote] == nil {
		r.roots[remote] = &root{number: len(r.roots) + 1}
	}
	return r.roots[remote]
}

// print writes text whole. A terminal that is gone is a room that is shut:
// the story goes on in the others.
func (r *Room) print(text string) error {
	if _, err := io.WriteString(r.out, text); err != nil {
		return &bot.Failure{Kind: bot.RoomShut, Why: "the terminal cannot be written"}
	}
	return nil
}

// state says in a few words how the story stands.
func state(m *bot.Message) string {
	if m.Outlets == 0 && len(m.Facts) > 0 { // it goes on elsewhere
		return m.Facts[0].Name + ": " + m.Facts[0].Text + " · " + m.Title.Text
	}
	if len(m.Lines) > 0 { // a board
		lines := make([]string, len(m.Lines))
		for i, l := range m.Lines {
			lines[i] = l.String()
		}
		return m.Title.Text + ": " + strings.Join(lines, " / ")
	}
	now := m.Words.Say("now %s", m.Counts())
	if m.Level != story.Unjudged {
		now = bot.LevelName(m.Level, m.Words) + ", " + now
	}
	return now + " · " + m.Title.Text
}
