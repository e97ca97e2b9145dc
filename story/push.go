package story

import (
	"fmt"
	"io"
	"log/slog"
	"slices"
	"time"
)

// A Secret is used and never shown: whatever prints or logs it gets "[secret]",
// or nothing if it is empty. The store alone encodes it as it is.
type Secret string

// Reveal returns the secret itself, for the request that needs it.
func (s Secret) Reveal() string { return string(s) }

// String returns a stand-in for the secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "[secret]"
}

// Format writes the stand-in, whatever the verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// LogValue returns the stand-in for a log line.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// A Push is a feed's subscription to a hub (WebSub), which pushes what the feed
// publishes. It is never more than a shortcut: polls go on, and tell whether
// the hub is to be trusted. The zero Push is that of a feed that names no hub.
type Push struct {
	Callback string   // the public address that hubs are told of
	Topic    string   // what is subscribed to: the feed's address, as it names it
	Hubs     []string // that the feed names
	Hub      string   // the one of them that is asked
	Token    Secret   // ends the address that the hub calls: nobody else knows it
	Secret   Secret   // the hub signs with it what it pushes

	Asked   time.Time // when a hub was last asked
	Tries   int       // how often since one last agreed
	NextAsk time.Time // not asked before this
	From    time.Time // since when a hub's promise has held without a gap, or zero
	Ends    time.Time // when it ends
	Trouble string    // with the hub, in plain words, or ""

	Last    time.Time // when something new was last pushed
	Pushed  int       // how many pushes came that the hub had signed
	Refused int       // how many came to its address that were not taken
	Refusal string    // why the last of them was not, in plain words
	Beats   int       // how many brought an item before a poll did, since the last lapse

	Owed      []string  // a key of each item that a poll found and no push has brought
	OwedSince time.Time // or zero
	Lapsed    time.Time // when it was last distrusted, or zero
	LapsedWhy string    // in plain words
}

// What it takes to be trusted, and how a hub is asked.
const (
	proofs    = 3               // pushes that come before polls
	grace     = 2 * time.Minute // a push may come so long after a poll
	distrust  = 24 * time.Hour  // lasts at least so long
	mostOwed  = 20              // items that are remembered
	AskLease  = 10 * 24 * time.Hour
	maxLease  = 30 * 24 * time.Hour
	firstAsk  = 10 * time.Minute // between two tries, doubling
	maxAsk    = 24 * time.Hour
	triesEach = 3 // of one hub, before the next is asked
)

// A Heard is what a poll tells a feed's subscription.
type Heard struct {
	At       time.Time
	Since    time.Time // the last poll before that succeeded, or zero
	Callback string    // the public address that hubs may call; "" if there is none
	Read     bool      // a document was read, and what follows is what it says
	Topic    string
	Hubs     []string // the best first
	Token    Secret   // for a subscription that begins with this poll
	Secret   Secret
	MayAsk   bool // a hub may be asked after this poll
}

// Polled returns p after a poll which found missed, the items that are new by
// it. If a hub is to be asked now, Asked is h.At: it is recorded before it is
// done, so that a crash in between costs one wait and no storm.
func (p Push) Polled(h Heard, missed []Item) Push {
	if h.Callback == "" {
		return Push{}
	}
	if !h.Read {
		h.Topic, h.Hubs = p.Topic, p.Hubs
	}
	switch {
	case len(h.Hubs) == 0:
		return Push{}
	case h.Topic != p.Topic, h.Callback != p.Callback, !slices.Contains(h.Hubs, p.Hub):
		p = Push{Callback: h.Callback, Topic: h.Topic, Hub: h.Hubs[0], Token: h.Token, Secret: h.Secret, NextAsk: h.At}
	}
	p.Hubs = h.Hubs
	p = p.reckon(h.At)
	if len(missed) > 0 && !p.From.IsZero() && p.From.Before(h.Since) && h.At.Before(p.Ends) {
		p = p.owe(missed, h.At)
	}
	if h.MayAsk && p.Token != "" && !h.At.Before(p.NextAsk) {
		p = p.ask(h.At)
	}
	return p
}

// owe takes down what the hub should have pushed.
func (p Push) owe(missed []Item, at time.Time) Push {
	if p.OwedSince.IsZero() {
		p.OwedSince = at
	}
	p.Owed = slices.Clone(p.Owed)
	for i := range missed {
		if len(missed[i].Keys) > 0 && len(p.Owed) < mostOwed {
			p.Owed = append(p.Owed, missed[i].Keys[0])
		}
	}
	return p
}

// reckon distrusts a hub that has not pushed in time what a poll had found.
func (p Push) reckon(at time.Time) Push {
	if p.OwedSince.IsZero() || at.Sub(p.OwedSince) <= grace {
		return p
	}
	p.Lapsed, p.Beats = at, 0
	p.LapsedWhy = fmt.Sprintf("a poll found an item at %s UTC that no push had brought two minutes later", p.OwedSince.UTC().Format("15:04 on 2 Jan"))
	p.Owed, p.OwedSince = nil, time.Time{}
	return p
}

// ask takes down that a hub is asked: each in turn, and less and less often.
func (p Push) ask(at time.Time) Push {
	if p.Tries > 0 && p.Tries%triesEach == 0 {
		p.Hub = p.Hubs[(slices.Index(p.Hubs, p.Hub)+1)%len(p.Hubs)]
	}
	wait := firstAsk
	for range min(p.Tries, 30) {
		wait = min(2*wait, maxAsk)
	}
	p.Tries++
	p.Asked, p.NextAsk = at, at.Add(p.jittered(wait))
	return p
}

// jittered returns wait or up to a tenth less, the same whenever it is asked for.
func (p Push) jittered(wait time.Duration) time.Duration {
	return wait - time.Duration(float64(wait/10)*Spread(fmt.Sprintf("%s %d", p.Token.Reveal(), p.Tries)))
}

// Answered returns p after a hub was asked: trouble says in plain words what
// went wrong, and is "" if the hub took the request and will look at it.
func (p Push) Answered(trouble string) Push {
	p.Trouble = trouble
	return p
}

// Agreed returns p after its hub confirmed it for a lease, or without a word
// about one if lease is 0. It is renewed after two thirds of it.
func (p Push) Agreed(at time.Time, lease time.Duration) Push {
	if lease <= 0 {
		lease = AskLease
	}
	lease = min(lease, maxLease)
	if !at.Before(p.Ends) {
		p.From, p.Owed, p.OwedSince = at, nil, time.Time{} // nothing was promised before
	}
	p.Ends, p.Tries, p.Trouble = at.Add(lease), 0, ""
	p.NextAsk = at.Add(max(p.jittered(lease*2/3), firstAsk))
	return p
}

// Denied returns p after its hub denied it, for a reason in plain words or "".
// The next hub is asked, or this one again a day later.
func (p Push) Denied(at time.Time, reason string) Push {
	p.From, p.Ends, p.Trouble = time.Time{}, time.Time{}, "the hub has denied it"
	if reason != "" {
		p.Trouble += ": " + reason
	}
	p.Hub = p.Hubs[(slices.Index(p.Hubs, p.Hub)+1)%len(p.Hubs)]
	p.Tries, p.NextAsk = 0, at.Add(p.jittered(maxAsk))
	return p
}

// Brought returns p after a push of items, of which so many were new.
func (p Push) Brought(at time.Time, items []Item, news int) Push {
	p.Pushed++
	owed := slices.Clone(p.Owed)
	for i := range items {
		owed = slices.DeleteFunc(owed, func(key string) bool { return slices.Contains(items[i].Keys, key) })
	}
	if len(owed) == 0 {
		owed, p.OwedSince = nil, time.Time{}
	}
	p.Owed = owed
	p = p.reckon(at)
	if news > 0 {
		p.Last, p.Beats = at, p.Beats+1
	}
	return p
}

// Turned returns p after something came to its address that was not taken, for
// a reason in plain words.
func (p Push) Turned(reason string) Push {
	p.Refused++
	p.Refusal = reason
	return p
}

// Standing reports whether the hub may be relied on at now, so that polls can
// be fewer, and how it stands in plain words; these are "" if there is no hub.
func (p *Push) Standing(now time.Time) (trusted bool, why string) {
	switch {
	case p.Hub == "":
		return false, ""
	case p.From.IsZero():
		return false, "its hub has not confirmed a subscription"
	case !now.Before(p.Ends):
		return false, "its hub's promise has run out"
	case !p.OwedSince.IsZero():
		return false, "a poll has found what its hub has not pushed"
	case now.Sub(p.Lapsed) < distrust:
		return false, "its hub is distrusted: " + p.LapsedWhy
	case p.Beats < proofs:
		return false, fmt.Sprintf("its hub is on trial: %d of %d pushes have come before a poll", p.Beats, proofs)
	}
	return true, "its hub pushes, and comes before the polls"
}

// A Brought is what one push brought: items alone. They, and what they tell of
// the feed, are saved together or not at all.
type Brought struct {
	Feed    FeedName
	At      time.Time
	Items   []Item // as parsed: without ID and Revision
	Past    []bool // which of Items are its past, if only some are; or nil
	Flooded bool   // it brought many at once, and some of the past
	Tell    []Bulletin
}

// Taken returns st after a push which brought news, the items of b that are
// new and not of the past. It changes what is learnt of the feed's pace and
// hub; a push holds but the new end of a document, so nothing else of a poll
// can be told by it.
func (st FeedState) Taken(b *Brought, news []Item) FeedState {
	st.Push = st.Push.Brought(b.At, b.Items, len(news))
	for _, at := range arrivals(news) {
		st.Pace.Arrive(at)
	}
	if len(news) > 0 {
		st.Pace.LastNew = b.At
	}
	if b.Flooded {
		st.Pace.Flooded = b.At
	}
	return st
}

// arrivals returns when items came, the first first.
func arrivals(items []Item) (times []time.Time) {
	for i := range items {
		times = append(times, items[i].Effective)
	}
	slices.SortFunc(times, time.Time.Compare)
	return times
}
