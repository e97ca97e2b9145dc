package command

import (
	"context"
	"time"

	"vedette/bot"
	"vedette/bot/words"
	"vedette/story"
)

// effect says what a change of a watch does to the last seven days.
func (a *ask) effect(ctx context.Context, c *story.Change) (e effect, err error) {
	if c.What != story.AWatch {
		return effect{}, nil
	}
	count := func(version string) (int, error) {
		w, ok, err := WatchOf(&story.Change{Name: c.Name, After: version})
		if err != nil || !ok {
			return nothing, err
		}
		t, err := a.Try(ctx, w, a.now.Add(-7*24*time.Hour))
		if err != nil {
			return 0, err
		}
		return t.Stories, nil
	}
	e.known = true
	if e.before, err = count(c.Before); err != nil {
		return effect{}, err
	}
	e.after, err = count(c.After)
	return e, err
}

// An effect is how many stories of the last seven days a watch would have told
// before a change of it and after.
type effect struct {
	known         bool
	before, after int // nothing, if there was no watch
}

// nothing is what no watch tells.
const nothing = -1

// in says what the effect is, or "" if there is none.
func (e effect) in(w words.Words) string {
	if !e.known {
		return ""
	}
	count := func(n int) string {
		if n == nothing {
			return w.Say("nothing")
		}
		return bot.Stories(n, w)
	}
	return w.Say("Of the last seven days it would have told %s; before, %s.", count(e.after), count(e.before))
}
