package discord

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"vedette/bot"
	"vedette/story"
)

// nonceHolds is how long after a message was given to Discord another with its
// nonce is certain to make none: far less than the few minutes of which
// Discord speaks. It must have been given to Discord by then, so that it may
// wait for Discord's pace no longer.
const nonceHolds = 20 * time.Second

// Find looks for the message in root's thread and in the channel, by the key
// that its buttons carry. Within some seconds there is no need: Discord makes
// two posts with one key one.
func (r *Room) Find(ctx context.Context, t bot.Trace) (story.Remote, bool, error) {
	if t.Age >= 0 && t.Age < nonceHolds {
		return "", false, &bot.Failure{Kind: bot.Repeatable, Within: nonceHolds - t.Age, Why: "Discord's answer was lost"}
	}
	places := []string{r.channel}
	if snowflake(string(t.Root)) {
		places = []string{string(t.Root), r.channel}
	}
	read := false
	for _, place := range places {
		id, some, no := r.search(ctx, place, &t, place == places[0])
		read = read || some
		switch {
		case no != nil && place != r.channel && no.threadless(): // there is no such thread
		case no != nil && no.failure().Kind == bot.Unfit:
			return "", false, &bot.Failure{Kind: bot.RoomShut, Why: no.failure().Why + " that asks what stands in the channel: look there, and update vedette"}
		case no != nil:
			return "", false, no.failure()
		case id != "":
			return story.Remote(id), true, nil
		}
	}
	if !read {
		if sees, failure := r.sees(ctx); !sees {
			return "", false, failure
		}
	}
	return "", false, nil
}

// A written is a message as far as it is read.
type written struct {
	ID         string `json:"id"`
	Components []struct {
		Components []struct {
			ID string `json:"custom_id"`
		} `json:"components"`
	} `json:"components"`
}

// bears reports whether a button of the message carries the key.
func (m *written) bears(key string) bool {
	for _, row := range m.Components {
		for _, c := range row.Components {
			if strings.HasSuffix(c.ID, ":"+key) {
				return true
			}
		}
	}
	return false
}

// mostRead is how many messages Discord tells at once.
const mostRead = 100

// search returns the message in place, a channel or a thread, that bears t's
// key, or "", and whether there was anything to read. It reads from before the message was given to Discord until after
// it was taken, by whichever clock is the slower, and the faster. What begins a
// look is not waited for; what goes on with one is, or it would never come to an
// end.
func (r *Room) search(ctx context.Context, place string, t *bot.Trace, begins bool) (id string, some bool, no *refusal) {
	for from, until := t.Span(r.account.skew.Load()); ; {
		id, some, no = r.read(ctx, place, idAt(from), idAt(until), t.Key, begins)
		earlier, later := t.Span(r.account.skew.Load())
		if id != "" || no != nil || !earlier.Before(from) && !later.After(until) {
			return id, some, no
		}
		from, until, begins = earlier, later, false
	}
}

// read reads what stands in place after an id, and a page at a time until
// another. It goes on where it was stopped: there may be more than one look has
// time for.
func (r *Room) read(ctx context.Context, place, after, until, key string, begins bool) (id string, some bool, no *refusal) {
	mark := strings.Join([]string{key, place, after, until}, " ")
	if stopped := r.account.resume(mark); stopped != "" {
		after, some = stopped, true
	}
	for ; ; begins = false {
		page, no := r.page(ctx, place, "?limit="+strconv.Itoa(mostRead)+"&after="+after, begins)
		if no != nil {
			if some && !no.definite() {
				r.account.stop(mark, after)
			}
			return "", some, no
		}
		some = some || len(page) > 0
		last := after
		for i := range page {
			if page[i].bears(key) {
				return page[i].ID, some, nil
			}
			if older(last, page[i].ID) {
				last = page[i].ID
			}
		}
		if len(page) < mostRead || last == after || older(until, last) {
			return "", some, nil
		}
		after = last
	}
}

// mostStopped is how many looks that were stopped are remembered; one that is
// forgotten begins anew.
const mostStopped = 1_000

// resume returns the id after which the look was stopped that mark names, or
// "", and forgets it.
func (a *Account) resume(mark string) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	after := a.stopped[mark]
	delete(a.stopped, mark)
	return after
}

// stop remembers that the look that mark names was stopped after an id.
func (a *Account) stop(mark, after string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.stopped) >= mostStopped {
		clear(a.stopped)
	}
	a.stopped[mark] = after
}

// page reads messages of place. It is not waited for if it can be read later.
func (r *Room) page(ctx context.Context, place, query string, later bool) (page []written, no *refusal) {
	bucket := r.path("messages", "read")
	if place != r.channel {
		bucket = r.path("threads", "read")
	}
	no = r.account.exchange(ctx, call{method: http.MethodGet, path: "channels/" + place + "/messages" + query, bucket: bucket, later: later}, func(body []byte) bool {
		return json.Unmarshal(body, &page) == nil
	})
	return page, no
}

// sees reports whether it says anything that nothing was read in the channel: to
// a bot that may not read its history Discord shows an empty one.
func (r *Room) sees(ctx context.Context) (bool, *bot.Failure) {
	page, no := r.page(ctx, r.channel, "?limit=1", false)
	if no != nil {
		return false, no.failure()
	}
	if len(page) > 0 {
		return true, nil
	}
	var said struct {
		Last *string `json:"last_message_id"`
	}
	if no := r.account.get(ctx, "channels/"+r.channel, &said); no != nil {
		return false, no.failure()
	}
	if said.Last == nil {
		return true, nil
	}
	return false, &bot.Failure{Kind: bot.RoomShut, Why: "the bot does not see what stands in the channel: give it Read Message History"}
}

// idAt returns an id that is older than those of messages written at t.
func idAt(t time.Time) string {
	const (
		epoch = 1_420_070_400_000 // milliseconds: from which Discord's ids count
		last  = 1<<41 - 1         // for which they have room: a clock that is far off must not make an old one
	)
	return strconv.FormatInt(min(max(t.UnixMilli()-epoch, 0), last)<<22, 10)
}

// older reports whether the id a was made before b.
func older(a, b string) bool { return len(a) < len(b) || len(a) == len(b) && a < b }
