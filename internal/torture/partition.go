package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// links are those of one replica to all that it talks to. Each can be clogged
// and cut by itself.
type links struct {
	name                     string // the contact that it gives to publishers
	database, slack, discord *relay
	origin                   *origin
}

// linked returns links of one more replica.
func (s *site) linked(ctx context.Context, n int) (l *links, err error) {
	l = &links{name: fmt.Sprintf("replica%d@example.org", n), origin: s.origin}
	if l.database, err = s.relay(ctx, s.address); err != nil {
		return nil, err
	}
	if l.slack, err = s.relay(ctx, s.slack.API()); err != nil {
		return nil, err
	}
	l.discord, err = s.relay(ctx, s.discord.API())
	return l, err
}

// A link is one of them.
type link struct {
	database bool
	clog     func() error
	mend     func(ctx context.Context) error
}

// each returns the links.
func (l *links) each() []link {
	all := []link{{clog: func() error { l.origin.hide(l.name); return nil }, mend: func(context.Context) error { l.origin.show(l.name); return nil }}}
	for _, r := range []*relay{l.database, l.slack, l.discord} {
		all = append(all, link{r == l.database, func() error { return r.clog(there, back) }, r.mend})
	}
	return all
}

// mend has all links pass all again.
func (l *links) mend(ctx context.Context) (err error) {
	for _, one := range l.each() {
		err = errors.Join(err, one.mend(ctx))
	}
	return err
}

func (l *links) close() {
	for _, r := range []*relay{l.database, l.slack, l.discord} {
		r.close()
	}
}

// A separation is a way in which a replica is off from what it talks to.
type separation struct {
	what string
	most bool // all of those that could be are, and not one
	over bool // others must take over
	long bool // it lasts for longer than an answer is waited for
	part func(l *links) error
}

func separations() []separation {
	chat := func(l *links, ways ...way) error { return errors.Join(l.slack.clog(ways...), l.discord.clog(ways...)) }
	return []separation{
		{what: "a replica was off from the database", over: true, part: func(l *links) error { return l.database.clog(there, back) }},
		{what: "a replica's connections to the database were reset", over: true, part: func(l *links) error { return l.database.cut() }},
		{what: "a replica was off from chat", part: func(l *links) error { return chat(l, there, back) }},
		{what: "a replica's connections to chat were reset", part: func(l *links) error { return errors.Join(l.slack.cut(), l.discord.cut()) }},
		{what: "a replica was off from the database and chat", over: true, part: func(l *links) error { return errors.Join(l.database.clog(there, back), chat(l, there, back)) }},
		{what: "a replica was off from all", over: true, part: func(l *links) error {
			l.origin.hide(l.name)
			return errors.Join(l.database.clog(there, back), chat(l, there, back))
		}},
		{what: "what a replica said came to the database, and no answer back", over: true, part: func(l *links) error { return l.database.clog(back) }},
		{what: "what the database said came to a replica, and nothing back", over: true, part: func(l *links) error { return l.database.clog(there) }},
		{what: "what a replica said came to chat, and no answer back", part: func(l *links) error { return chat(l, back) }},
		{what: "a replica was off from chat for longer than it waits for an answer", long: true, part: func(l *links) error { return chat(l, there, back) }},
		{what: "no replica with a database reached chat", most: true, part: func(l *links) error { return chat(l, there, back) }},
	}
}

// swizzled is what is noted of the other part of the mode.
const (
	longOff     = "a replica was off from the database for longer than a message may be under way"
	swizzled    = "links were clogged one after the other, and mended in another order"
	cutOffOwing = "a replica was cut off while something was owed"
)

// An absence is when a replica was cut off from the database, and what was
// published right then.
type absence struct {
	from time.Time
	it   *item // nil: nobody needs to take over
}

// A parting is a run of the mode.
type parting struct {
	*site

	lives    []*life
	links    []*links
	absences []absence
}

// partition cuts replicas that share a Postgres database off from it, from the
// platforms, from publishers, from several of them, or in one direction, and
// swizzle-clogs them, as FoundationDB does: their links are clogged one after
// the other in a random order, and mended in another. News comes in all the
// while, and each replica is whole at the end.
func (s *site) partition(ctx context.Context, n int, lasting time.Duration, f *figures) (*ledger, error) {
	if n < 3 {
		return nil, errors.New("the mode partition wants three -replicas or more")
	}
	pg, err := serve(ctx, 1)
	if err != nil {
		return nil, err
	}
	defer pg.close()
	s.address = pg.address()
	p := &parting{site: s}
	defer func() {
		s.killAll(p.lives)
		for _, l := range p.links {
			l.close()
		}
	}()
	if err := p.begin(ctx, n); err != nil {
		return nil, err
	}
	if f.returned, err = p.inTurn(ctx); err != nil {
		return nil, err
	}
	for end := time.Now().Add(lasting); time.Now().Before(end) && ctx.Err() == nil; {
		if err := p.swizzle(ctx); err != nil {
			return nil, err
		}
	}
	mended := time.Now()
	l, err := s.finishAll(ctx, p.lives)
	f.resumed["partition"] = time.Since(mended)
	f.takeovers = p.takeovers()
	return l, err
}

// begin starts n replicas, each with links of its own.
func (p *parting) begin(ctx context.Context, n int) error {
	defer func() { p.via = nil }()
	for i := range n {
		l, err := p.linked(ctx, i)
		if err != nil {
			return err
		}
		p.links, p.via = append(p.links, l), l
		if err := p.start(ctx, ""); err != nil {
			return err
		}
		p.lives = append(p.lives, p.life)
	}
	return p.seeded(ctx)
}

// absent notes that a replica was cut off from the database, and publishes
// what the others must tell all the same.
func (p *parting) absent() {
	if p.open() > 0 {
		p.seen.note(cutOffOwing)
	}
	p.absences = append(p.absences, absence{time.Now(), p.origin.publish([]string{"north", "south"})})
}

// inTurn has one replica be off from the database for so long that others may
// look for what it was sending, and others in every way meanwhile. It returns how
// long it was until the first had an answer from the database again.
func (p *parting) inTurn(ctx context.Context) (returned time.Duration, err error) {
	order := p.rng.Perm(len(p.links))
	away, begun := p.links[order[0]].database, time.Now()
	if err := away.clog(there, back); err != nil {
		return 0, err
	}
	p.absent()
	p.seen.note(longOff)
	all := separations()
	for _, i := range p.rng.Perm(len(all)) {
		if err := p.separate(ctx, order[1:], &all[i]); err != nil {
			return 0, err
		}
	}
	p.news(ctx, underWay-time.Since(begun))
	before, mended := away.passed.Load(), time.Now()
	if err := away.mend(ctx); err != nil {
		return 0, err
	}
	for away.passed.Load() == before && time.Since(mended) < drainWithin && ctx.Err() == nil {
		p.news(ctx, 100*time.Millisecond)
	}
	return time.Since(mended), p.alive()
}

// separate has one of these replicas, or all, be off for some seconds, and for
// as long as it takes others to take over.
func (p *parting) separate(ctx context.Context, off []int, how *separation) error {
	if !how.most {
		off = []int{off[p.rng.IntN(len(off))]}
	}
	for _, i := range off {
		if err := how.part(p.links[i]); err != nil {
			return err
		}
	}
	p.seen.note(how.what)
	if how.over {
		p.absent()
	}
	lasting := p.between(2*time.Second, 7*time.Second)
	if how.long {
		lasting = p.between(30*time.Second, 40*time.Second)
	}
	p.news(ctx, lasting)
	for start := time.Now(); how.over && !p.tookOver() && time.Since(start) < drainWithin && ctx.Err() == nil; {
		p.moves(ctx, 50*time.Millisecond)
	}
	for _, i := range off {
		if err := p.links[i].mend(ctx); err != nil {
			return err
		}
	}
	if !how.over {
		p.hearAgain(ctx)
	}
	p.news(ctx, p.between(time.Second, 3*time.Second))
	return p.alive()
}

// hearAgain waits until all rooms hear again: while a replica that was off from
// chat waits for an answer, which it does for 20 seconds, nobody else tells its
// room anything, and that is no matter of who takes over.
func (p *parting) hearAgain(ctx context.Context) {
	it := p.origin.publish([]string{"north", "south"})
	heard := func() bool {
		return !slices.ContainsFunc(p.missing(), func(key string) bool { return strings.HasSuffix(key, it.tag) })
	}
	for start := time.Now(); !heard() && time.Since(start) < 30*time.Second && ctx.Err() == nil; {
		p.moves(ctx, 50*time.Millisecond)
	}
}

// alive fails if a replica has ended.
func (p *parting) alive() error {
	for _, p.life = range p.lives {
		if p.life.dead() {
			return p.ended()
		}
	}
	return nil
}

// swizzle clogs the links of some replicas, or of all, one after the other, and
// mends them in another order.
func (p *parting) swizzle(ctx context.Context) error {
	off := p.rng.Perm(len(p.links))[:1+p.rng.IntN(len(p.links))]
	whole := len(off) < len(p.links)
	if !whole {
		p.absences = append(p.absences, absence{from: time.Now()})
	}
	var all []link
	for _, i := range off {
		all = append(all, p.links[i].each()...)
	}
	for _, i := range p.rng.Perm(len(all)) {
		if err := all[i].clog(); err != nil {
			return err
		}
		if whole && all[i].database {
			p.absent()
		}
		p.news(ctx, p.between(100*time.Millisecond, 2*time.Second))
	}
	p.seen.note(swizzled)
	p.news(ctx, p.between(time.Second, 8*time.Second))
	for _, i := range p.rng.Perm(len(all)) {
		if err := all[i].mend(ctx); err != nil {
			return err
		}
		p.news(ctx, p.between(100*time.Millisecond, 2*time.Second))
	}
	return p.alive()
}

// tookOver reports whether what was published at the last absence stands in a
// room.
func (p *parting) tookOver() bool {
	_, stands := p.stood(p.absences[len(p.absences)-1].it)
	return stands
}

// takeovers returns how long it was from each absence until what was published
// right then stood in a room. Where another replica was cut off meanwhile, that
// absence counts.
func (p *parting) takeovers() (all []time.Duration) {
	for i, a := range p.absences {
		if a.it == nil {
			continue
		}
		at, stands := p.stood(a.it)
		if !stands {
			at = time.Now() // the ledger says what became of it
		}
		if i+1 == len(p.absences) || at.Before(p.absences[i+1].from) {
			all = append(all, at.Sub(a.from))
		}
	}
	return all
}
