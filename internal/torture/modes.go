package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"vedette/internal/fakeroom"
)

// drainWithin is how long a site may take to tell all that is owed: Slack
// takes a message a second, and a platform that failed is left alone for up to
// a minute.
const drainWithin = 150 * time.Second

// drain waits until all that was published stands in its rooms or, by
// vedette's own word, nothing is left to do; and then a moment longer, for
// what might be said twice.
func (s *site) drain(ctx context.Context) error {
	for start := time.Now(); time.Since(start) < drainWithin; { // the ledger says what is missing after that
		done, err := s.quiet(ctx)
		if err != nil {
			return err
		}
		if done {
			break
		}
		if s.life.dead() {
			return s.ended()
		}
	}
	pause(ctx, time.Second)
	return nil
}

// quiet waits a little, and reports whether all that was published stands in
// its rooms or, by vedette's own word, nothing is left to do.
func (s *site) quiet(ctx context.Context) (bool, error) {
	if s.moves(ctx, 200*time.Millisecond) || s.origin.untaken() > 0 {
		return s.origin.untaken() == 0 && len(s.missing()) == 0, nil
	}
	missing := len(s.missing())
	if missing == 0 || s.life.dead() {
		return missing == 0, nil
	}
	for range 3 { // what is judged is owed a moment later
		waits, err := s.waits(ctx)
		if waits || err != nil {
			return false, err
		}
		pause(ctx, 100*time.Millisecond)
	}
	s.holes = len(s.missing())
	return true, nil
}

// open returns how many obligations vedette can still be expected to meet.
func (s *site) open() int { return len(s.missing()) - s.holes }

// ended says that the life ended unasked.
func (s *site) ended() error {
	return fmt.Errorf("vedette ended by itself: %v\n%s", s.life.cmd.ProcessState, s.tail())
}

// seeded waits until what was there before the subscription was taken: what is
// published from then on is news.
func (s *site) seeded(ctx context.Context) error {
	for start := time.Now(); s.origin.untaken() > 0; {
		if s.life.dead() {
			return s.ended()
		}
		if time.Since(start) > 30*time.Second {
			return errors.New("the feeds were not taken in 30 s")
		}
		s.moves(ctx, 50*time.Millisecond)
	}
	return nil
}

// finish lets the site come to rest and counts.
func (s *site) finish(ctx context.Context) (*ledger, error) {
	if s.life.dead() {
		if err := s.start(ctx, ""); err != nil {
			return nil, err
		}
	}
	if err := s.drain(ctx); err != nil {
		return nil, err
	}
	if err := s.stop(); err != nil {
		return nil, err
	}
	return s.count(ctx)
}

// moves waits until something comes from the binary, the life ends or d has
// passed; it reports whether something came.
func (s *site) moves(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-s.progress:
		return true
	case <-s.life.over:
	case <-t.C:
	case <-ctx.Done():
	}
	return false
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// between returns a duration from least to most.
func (s *site) between(least, most time.Duration) time.Duration {
	return least + time.Duration(s.rng.Int64N(int64(most-least)))
}

// watches returns whose news the next tale is.
func (s *site) watches() []string {
	return [][]string{{"north"}, {"south"}, {"north", "south"}}[s.rng.IntN(3)]
}

// random kills the binary 5 to 120 ms after it started or did something, as
// often as kills says.
func (s *site) random(ctx context.Context, kills int) (*ledger, error) {
	return s.mishaps(ctx, kills, func() error { return s.start(ctx, "") }, func() error { s.kill(); return nil })
}

// mishaps begins lives, and ends each 5 to 120 ms after it started or did
// something, as often as most says.
func (s *site) mishaps(ctx context.Context, most int, begin, end func() error) (*ledger, error) {
	if err := begin(); err != nil {
		return nil, err
	}
	if err := s.seeded(ctx); err != nil {
		return nil, err
	}
	for s.kills < most && ctx.Err() == nil {
		open := s.open()
		for range s.rng.IntN(3) {
			if open < 16 {
				s.origin.publish(s.watches())
			}
		}
		if open > 10 {
			s.seen.note("a backlog of ten and more at a kill")
		}
		// Most lives last until they have done something; some do not.
		for range s.rng.IntN(12) - 3 {
			if !s.moves(ctx, time.Second) && s.life.dead() {
				return nil, s.ended()
			}
		}
		pause(ctx, s.between(5*time.Millisecond, 120*time.Millisecond))
		if err := end(); err != nil {
			return nil, err
		}
		if err := begin(); err != nil {
			return nil, err
		}
	}
	return s.finish(ctx)
}

// rest lets a life do all that is left to do, and counts.
func (s *site) rest(ctx context.Context) (*ledger, error) {
	if err := s.start(ctx, ""); err != nil {
		return nil, err
	}
	return s.finish(ctx)
}

// first kills the first life at the n-th point that it passes, and reports
// whether the feeds were taken without that. Something is published in any
// case.
func (s *site) first(ctx context.Context, n int) (over bool, err error) {
	if err := s.start(ctx, fmt.Sprintf("kill:*:%d", n)); err != nil {
		return false, err
	}
	for !s.life.dead() && s.origin.untaken() > 0 {
		s.moves(ctx, 100*time.Millisecond)
	}
	if over = !s.life.dead(); over {
		s.kill()
	} else {
		s.fell()
	}
	if err := s.start(ctx, ""); err != nil {
		return over, err
	}
	if err := s.seeded(ctx); err != nil {
		return over, err
	}
	s.origin.publish([]string{"north", "south"})
	return over, nil
}

// sweep kills the binary at the point that it passes as the from-th, in the
// next life at the one after it, and so on, until a life has told all that was owed without
// being killed, or most were killed.
func (s *site) sweep(ctx context.Context, from, most int) (*ledger, error) {
	if err := s.start(ctx, ""); err != nil {
		return nil, err
	}
	if err := s.seeded(ctx); err != nil {
		return nil, err
	}
	if err := s.stop(); err != nil {
		return nil, err
	}
	var last *item
	for n := from; ctx.Err() == nil && s.kills < most; n++ {
		if last == nil || n%2 == 0 {
			last = s.origin.publish([]string{"north", "south"})
		} else {
			s.origin.goOn(last.tale) // it may be taken before, with or after the first
			last = nil
		}
		if err := s.start(ctx, fmt.Sprintf("kill:*:%d", n)); err != nil {
			return nil, err
		}
		done := false
		for start := time.Now(); !done && !s.life.dead() && time.Since(start) < drainWithin; {
			if ok, err := s.quiet(ctx); err != nil && !s.life.dead() {
				return nil, err
			} else if ok {
				done = true
			}
		}
		switch {
		case s.life.dead() && s.life.killed():
			s.fell()
			// What the kill cost shows before anything else is published.
			if l, err := s.rest(ctx); err != nil || len(l.Faults) > 0 {
				return l, err
			}
		case s.life.dead():
			return nil, s.ended()
		default:
			err := s.stop()
			if s.life.killed() {
				s.fell() // while it ended
				continue
			}
			if err != nil {
				return nil, err
			}
			return s.finish(ctx)
		}
	}
	return s.finish(ctx)
}

// chat lets the platforms fail in every way that they have, for so long, and
// now and then kills the binary.
func (s *site) chat(ctx context.Context, lasting time.Duration, faults *int) (*ledger, error) {
	if err := s.start(ctx, ""); err != nil {
		return nil, err
	}
	if err := s.seeded(ctx); err != nil {
		return nil, err
	}
	end := time.Now().Add(lasting)
	all := stumbles()
	var turn []int
	for kill := time.Now().Add(5 * time.Second); time.Now().Before(end); {
		if s.open() < 12 {
			s.origin.publish(s.watches())
		}
		if len(turn) == 0 { // each in its turn, in another order every time
			turn = s.rng.Perm(len(all))
		}
		f := all[turn[0]]
		turn = turn[1:]
		if f.slack {
			s.slack.Fail(f.Fault)
		} else {
			s.discord.Fail(f.Fault)
		}
		*faults++
		s.seen.note(f.what)
		pause(ctx, s.between(100*time.Millisecond, 500*time.Millisecond))
		if time.Now().After(kill) {
			s.kill()
			if err := s.start(ctx, ""); err != nil {
				return nil, err
			}
			kill = time.Now().Add(s.between(3*time.Second, 10*time.Second))
		}
	}
	return s.finish(ctx)
}

// A stumble is a way in which a platform fails.
type stumble struct {
	fakeroom.Fault

	what  string
	slack bool
}

func stumbles() (all []stumble) {
	const html = "<html><body><h1>502 Bad Gateway</h1></body></html>"
	for _, method := range []string{"chat.postMessage", "chat.update"} {
		for what, f := range map[string]fakeroom.Fault{
			"Slack's answer was lost":          {Commit: true, Cut: true},
			"Slack hung up before it took it":  {Cut: true},
			"Slack took it and said 500":       {Commit: true, Status: 500},
			"Slack said 503":                   {Status: 503, Body: html},
			"Slack took it and told in HTML":   {Commit: true, Body: html},
			"Slack's answer was cut off":       {Commit: true, Body: `{"ok":tr`},
			"Slack was busy (429)":             {Status: 429, Header: map[string][]string{"Retry-After": {"1"}}},
			"Slack was busy (ratelimited)":     {Header: map[string][]string{"Retry-After": {"1"}}, Body: `{"ok":false,"error":"ratelimited"}`},
			"Slack stumbled (internal_error)":  {Commit: true, Body: `{"ok":false,"error":"internal_error"}`},
			"Slack stumbled before it took it": {Body: `{"ok":false,"error":"fatal_error"}`},
			"Slack was slow":                   {Commit: true, Delay: 700 * time.Millisecond},
		} {
			f.Method = method
			all = append(all, stumble{f, what, true})
		}
	}
	for _, method := range []string{"POST /channels/{channel}/messages", "PATCH /channels/{channel}/messages/{message}"} {
		for what, f := range map[string]fakeroom.Fault{
			"Discord's answer was lost":         {Commit: true, Cut: true},
			"Discord hung up before it took it": {Cut: true},
			"Discord took it and said 500":      {Commit: true, Status: 500, Body: `{"message":"500: Internal Server Error","code":0}`},
			"Discord said 502":                  {Status: 502, Body: html},
			"Discord took it and said 504":      {Commit: true, Status: 504, Body: html},
			"Discord's answer was cut off":      {Commit: true, Body: `{"id":"12`},
			"Discord was busy (429)":            {Status: 429, Header: map[string][]string{"Retry-After": {"0.5"}}, Body: `{"message":"You are being rate limited.","retry_after":0.5,"global":false}`},
			"Discord was slow":                  {Commit: true, Delay: 700 * time.Millisecond},
		} {
			f.Method = method
			all = append(all, stumble{f, what, false})
		}
	}
	slices.SortFunc(all, func(a, b stumble) int { return strings.Compare(a.what+a.Method, b.what+b.Method) })
	return all
}

// outage shuts both platforms for so long while news comes in.
func (s *site) outage(ctx context.Context, lasting time.Duration) (*ledger, error) {
	if err := s.start(ctx, ""); err != nil {
		return nil, err
	}
	if err := s.seeded(ctx); err != nil {
		return nil, err
	}
	for _, r := range []*relay{s.relays.slack, s.relays.discord} {
		if err := r.cut(); err != nil {
			return nil, err
		}
	}
	for end := time.Now().Add(lasting); time.Now().Before(end); {
		if s.open() < 24 {
			s.origin.publish(s.watches())
		}
		pause(ctx, time.Second)
	}
	s.seen.note("both platforms were down")
	for _, r := range []*relay{s.relays.slack, s.relays.discord} {
		if err := r.mend(ctx); err != nil {
			return nil, err
		}
	}
	l, err := s.finish(ctx)
	if err == nil {
		if l.Unmet = l.Obligations - l.Delivered; l.Unmet > 0 {
			l.blame("%d messages were owed to rooms that were away for a while, and do not stand there", l.Unmet)
		}
	}
	return l, err
}
