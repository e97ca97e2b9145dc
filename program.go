package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"vedette/bot"
	"vedette/bot/command"
	"vedette/bot/discord"
	"vedette/bot/slack"
	"vedette/bot/terminal"
	"vedette/bot/webhook"
	"vedette/bot/words"
	"vedette/config"
	"vedette/feeds"
	"vedette/feeds/fetch"
	"vedette/internal/engine"
	"vedette/internal/rephrase"
	"vedette/internal/store"
	"vedette/internal/wire"
	"vedette/story"
	"vedette/story/desk"
	"vedette/story/signal"
	"vedette/watch"
)

// database is the name of the database in the data folder.
const database = "vedette.db"

// databaseOf returns the name of the database, as the store takes it.
func databaseOf(set *config.Settings) string {
	if address := set.DatabaseURL.Reveal(); address != "" {
		return address
	}
	return filepath.Join(set.Data, database)
}

// A program is every part, wired.
type program struct {
	set      *config.Settings
	now      func() time.Time
	log      *slog.Logger
	listen   func(story.RoomName, bot.Room) bot.Room  // for tests: hears what a room is told
	ask      func(context.Context, wire.Asking) error // for tests: asks as a person would
	slack    *slack.Workspace                         // nil without a token
	discord  *discord.Account                         // nil without a token
	terminal *terminal.Room
	store    *store.Store
	poller   *feeds.Poller
	reader   *signal.Reader
	desk     *desk.Desk
	courier  *bot.Courier
	engine   *engine.Engine
	core     *command.Core // answers what people ask
	auditor  *auditor
	charter  atomic.Pointer[charter] // what the auditor holds the deliveries to

	languages *words.Catalogue

	applying sync.Mutex   // one desk file is put in force at a time; guards declared and awaited
	declared *config.Desk // the desk file in force
	awaited  *config.Desk // the one that is to be, and was not taken by the database; or nil
	inForce  atomic.Pointer[effective]
	taken    atomic.Int64 // the last change from a chat that is in force
}

// build wires the parts on the database in the data folder. A clock other
// than the system's makes it a replay: hosts are not spared and ticks are
// short, since everything it talks to is its own.
func build(ctx context.Context, p *process, set *config.Settings, now func() time.Time, replay bool) (*program, error) {
	log := p.logger(set)
	if set.DatabaseURL == "" {
		if err := os.MkdirAll(set.Data, 0o700); err != nil {
			return nil, err
		}
	}
	languages, err := words.New()
	if err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, databaseOf(set), storeOptions(log, replay))
	if err != nil {
		return nil, err
	}
	step := new(wallClock).step
	tick, gap, limits := time.Second, time.Second, feeds.Limits{Every: set.PollEvery, Most: set.PollMost, Hints: set.PollHints}
	callback := strings.TrimSuffix(set.PublicURL, "/")
	if replay {
		tick, gap, limits.Most, step, callback = 10*time.Millisecond, 0, 0, nil, ""
	}
	client := fetch.New(fetch.Options{Allow: set.AllowAddresses, UserAgent: userAgent(set.Contact), HostGap: gap})
	pr := &program{set: set, now: now, log: log, languages: languages, store: db, terminal: terminal.New(p.stdout, terminal.Options{Colour: p.colour})}
	if err := pr.platforms(); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	seal, err := sealOf(ctx, db)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	pr.poller = feeds.New(feeds.Options{Client: client, Shelf: db, Limits: limits, Now: now, Log: log, Callback: callback, Subscriptions: db})
	if pr.reader, err = signal.NewReader(); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	pr.desk = desk.New(db, pr.reader, now, log)
	pr.courier = bot.NewCourier(db, now, log)
	pr.courier.SetSeal(seal)
	pr.courier.SetCalendar(db)
	pr.courier.SetHandover(func(ctx context.Context, room story.RoomName, from, to time.Time) ([]story.Saying, error) {
		return pr.core.Shift(ctx, room, from, to)
	})
	pr.courier.SetBoards(db)
	db.SetRule(pr.courier.Weigh)
	if set.LLMURL != "" {
		model, err := rephrase.New(rephrase.Settings{URL: set.LLMURL, Model: set.LLMModel, Key: set.LLMToken.Reveal()})
		if err != nil {
			return nil, errors.Join(err, db.Close())
		}
		pr.courier.SetRephraser(model)
	}
	q := &inquiry{db: db, seal: seal, desk: pr.inForce.Load, seats: pr.places, now: now, log: log, live: pr.desk.Standing, reload: pr.again}
	pr.core = q.answerer()
	pr.auditor = &auditor{db: db, now: now, log: log, owed: func() (*charter, []story.RoomName) { return pr.charter.Load(), pr.inForce.Load().Operators }}
	if set.HeartbeatURL != "" {
		pr.auditor.clean = heartbeat(set.HeartbeatURL.Reveal())
	}
	pr.engine = engine.New(engine.Config{Store: db, Poller: pr.poller, Desk: pr.desk, Courier: pr.courier, Now: now, Tick: tick, Step: step, Log: slog.New(aboveInfo{log.Handler()})})
	return pr, nil
}

// storeOptions returns how the database is opened: a replay's is thrown away,
// and a full disk ends it.
func storeOptions(log *slog.Logger, replay bool) store.Options {
	opts := store.Options{Log: slog.New(aboveInfo{log.Handler()}), Fold: watch.Fold}
	if !replay {
		opts.Reserve = reserve
	}
	return opts
}

// platforms opens the platforms that there are tokens for, once: a reload of
// the desk file forgets neither a pace nor a limit.
func (pr *program) platforms() (err error) {
	if token := pr.set.SlackToken; token != "" {
		if pr.slack, err = slack.New(slack.Options{Token: token.Reveal(), AppToken: pr.set.SlackAppToken.Reveal(), API: pr.set.SlackAPI}); err != nil {
			return err
		}
	}
	if token := pr.set.DiscordToken; token != "" {
		o := discord.Options{Token: token.Reveal(), API: pr.set.DiscordAPI, PublicKey: pr.set.DiscordPublicKey}
		if o.PublicKey != "" { // without it a call could not be told from a forgery, and the gateway brings them
			o.PublicURL = pr.set.PublicURL
		}
		if pr.discord, err = discord.New(o); err != nil {
			return err
		}
	}
	return nil
}

// apply puts d in force, with what was added in chats: all of it or, if it
// returns an error, nothing that lasts. If that is the database's, heed tries
// again.
func (pr *program) apply(ctx context.Context, d *config.Desk) error {
	pr.applying.Lock()
	defer pr.applying.Unlock()
	return pr.put(ctx, d)
}

// put is apply for who holds the lock.
func (pr *program) put(ctx context.Context, d *config.Desk) (err error) {
	faulty := false // d itself
	defer func() {
		if err != nil && !faulty {
			pr.awaited = d
		}
	}()
	changes, last, err := pr.store.Stand(ctx)
	if err != nil {
		return err
	}
	e, notes := effect(d, changes, pr.set.PollEvery)
	for _, n := range notes {
		pr.log.LogAttrs(ctx, slog.LevelWarn, "added in a chat", slog.Any("error", n))
	}
	set, seats, err := pr.open(e.Desk)
	if err != nil {
		faulty = true
		return err
	}
	if err := pr.enforce(ctx, e, set, seats); err != nil {
		return err
	}
	pr.inForce.Store(e)
	pr.taken.Store(last)
	if d != pr.declared { // else two replicas with two desk files would answer one another without end
		saved, err := seen(ctx, pr.store, d, changes, pr.now())
		if err != nil {
			return err
		}
		// They are in force: not to be heeded as if they were another's.
		if now, err := pr.store.LastChange(ctx); err == nil && now == last+saved {
			pr.taken.Store(now)
		}
	}
	pr.declared, pr.awaited = d, nil
	return nil
}

// again puts in force what people have changed since the desk file was read.
func (pr *program) again(ctx context.Context) error {
	pr.applying.Lock()
	defer pr.applying.Unlock()
	if pr.awaited != nil {
		return pr.put(ctx, pr.awaited)
	}
	return pr.put(ctx, pr.declared)
}

// waits reports whether a desk file is to be put in force when the database
// takes it.
func (pr *program) waits() bool {
	pr.applying.Lock()
	defer pr.applying.Unlock()
	return pr.awaited != nil
}

// heed takes up what was changed by another process, such as vedette ask, and a
// desk file that the database did not take.
func (pr *program) heed(ctx context.Context) {
	look := time.NewTicker(2 * time.Second)
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		}
		last, err := pr.store.LastChange(ctx)
		if waits := pr.waits(); err == nil && (waits || last > pr.taken.Load()) {
			if err = pr.again(ctx); err == nil && waits {
				pr.log.LogAttrs(ctx, slog.LevelInfo, "desk file reloaded at last")
			}
		}
		if err != nil && ctx.Err() == nil {
			pr.log.LogAttrs(ctx, slog.LevelError, "what was changed is not in force", slog.Any("error", err))
		}
	}
}

// open makes of d what can be put in force. Its error is the desk file's.
func (pr *program) open(d *config.Desk) (*watch.Set, map[story.RoomName]bot.Seat, error) {
	set, err := watch.NewSet(d.Watches, d.Aliases)
	if err != nil {
		return nil, nil, err
	}
	seats, err := pr.seats(d)
	return set, seats, err
}

// enforce puts e in force, with what open made of it.
func (pr *program) enforce(ctx context.Context, e *effective, set *watch.Set, seats map[story.RoomName]bot.Seat) error {
	d := e.Desk
	stands, err := pr.store.Standings(ctx)
	if err != nil {
		return err
	}
	asked := pr.now()
	if err := pr.backfill(ctx, set, d.Watches, stands, asked.AddDate(0, 0, -pastDays)); err != nil {
		return err
	}
	if err := pr.store.DeclareFeeds(ctx, d.Feeds, pr.now()); err != nil {
		return err
	}
	occasion := func(p *bot.Policy, now time.Time) time.Time { return p.Next(now) }
	shift := func(p *bot.Policy, now time.Time) time.Time { return p.NextShift(now) }
	if err := pr.store.DeclareShifts(ctx, due(seats, shift, pr.now()), pr.now()); err != nil {
		return err
	}
	if err := pr.store.DeclareRooms(ctx, due(seats, occasion, pr.now()), pr.now()); err != nil {
		return err
	}
	if err := pr.store.DeclareBoards(ctx, boards(d)); err != nil {
		return err
	}
	pr.poller.SetFeeds(d.Feeds)
	pr.poller.SetOperators(d.Operators)
	pr.courier.SetRooms(seats)
	pr.courier.SetOperators(d.Operators)
	pr.desk.SetWatches(set, d.Watches, levels(d))
	// What was judged by the old watches meanwhile. An item counts at the
	// earliest for a week before it was first seen.
	err = pr.backfill(ctx, set, d.Watches, stands, asked.AddDate(0, 0, -8))
	pr.charter.Store(charterOf(set, d.Watches, pr.now()))
	return err
}

// pastDays is how far back a new watch looks: as far as the records that a
// level is compared with.
const pastDays = 1096

// backfill gives the watches that stand nowhere yet a past, of what is in the
// archive since.
func (pr *program) backfill(ctx context.Context, set *watch.Set, watches []story.Watch, stands map[story.WatchName]story.Standing, since time.Time) error {
	var names []story.WatchName
	for _, w := range watches {
		if stands[w.Name].Changes == 0 {
			names = append(names, w.Name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	n, err := desk.Backfill(ctx, pr.store, set, pr.reader, names, since)
	if errors.Is(err, store.ErrFull) { // it is made up for when there is room
		pr.log.LogAttrs(ctx, slog.LevelWarn, "new watches have no past yet: the disk is full", slog.Any("watches", names))
		return nil
	}
	if n > 0 {
		pr.log.LogAttrs(ctx, slog.LevelInfo, "new watches have a past", slog.Any("watches", names), slog.Int("items", n))
	}
	return err
}

// seats opens the rooms of d.
func (pr *program) seats(d *config.Desk) (map[story.RoomName]bot.Seat, error) {
	titles := make(map[story.WatchName]string)
	for _, w := range d.Watches {
		titles[w.Name] = w.Title
	}
	var errs []error
	seats := make(map[story.RoomName]bot.Seat)
	for _, r := range d.Rooms {
		room, err := pr.room(r)
		if err != nil {
			errs = append(errs, fmt.Errorf("room %s: %w", r.Name, err))
			continue
		}
		if pr.listen != nil {
			room = pr.listen(r.Name, room)
		}
		seat := bot.Seat{Room: room, Zone: r.Zone, Titles: titles, Words: pr.languages.In(r.Language), Policy: policy(&r), Watches: telling(d, r.Name)}
		if r.Webhook.URL != "" {
			seat.Patience = webhook.Patience
		}
		seats[r.Name] = seat
	}
	return seats, errors.Join(errs...)
}

// policy returns what a room asks of those who tell it things.
func policy(r *config.Room) bot.Policy {
	p := bot.Policy{From: r.Tell.From, Ping: r.Tell.Ping, Rate: r.Tell.Rate, Backlog: r.Tell.Backlog, Quiet: bot.Quiet(r.Quiet), Digests: r.Digest, Shifts: r.Handover}
	for _, rung := range r.Escalate {
		p.Escalate = append(p.Escalate, bot.Rung{After: rung.Unacknowledged, Room: rung.Room, Calls: rung.Calls})
	}
	return p
}

// telling returns the watches that tell a room, in the order of the file.
func telling(d *config.Desk, room story.RoomName) (names []story.WatchName) {
	for _, w := range d.Watches {
		if slices.Contains(w.Rooms, room) {
			names = append(names, w.Name)
		}
	}
	return names
}

// boards returns the rooms that ask for a board.
func boards(d *config.Desk) (names []story.RoomName) {
	for _, r := range d.Rooms {
		if r.Board {
			names = append(names, r.Name)
		}
	}
	return names
}

// due returns when something falls due next in each room, of those in which it
// does.
func due(seats map[story.RoomName]bot.Seat, at func(p *bot.Policy, now time.Time) time.Time, now time.Time) map[story.RoomName]time.Time {
	next := make(map[story.RoomName]time.Time)
	for name, seat := range seats {
		if t := at(&seat.Policy, now.In(seat.Zone)); !t.IsZero() {
			next[name] = t
		}
	}
	return next
}

// room opens one room.
func (pr *program) room(r config.Room) (bot.Room, error) {
	switch {
	case r.Slack != "" && pr.slack == nil:
		return nil, errors.New("it stands in Slack, and VEDETTE_SLACK_TOKEN is not set")
	case r.Slack != "":
		return pr.slack.Room(r.Slack), nil
	case r.Discord != "" && pr.discord == nil:
		return nil, errors.New("it stands in Discord, and VEDETTE_DISCORD_TOKEN is not set")
	case r.Discord != "":
		return pr.discord.Room(r.Discord), nil
	case r.Webhook.URL != "":
		secret, ok := pr.set.RoomSecrets[r.Webhook.Secret]
		if !ok {
			return nil, fmt.Errorf("its webhook needs a secret, and %s is not set", r.Webhook.Secret)
		}
		return webhook.New(webhook.Options{URL: r.Webhook.URL, Secret: secret.Reveal(), Format: webhook.Format(r.Webhook.Format)})
	}
	return pr.terminal, nil
}

// userAgent says who asks, and how to reach them.
func userAgent(contact string) string {
	if contact == "" {
		return "vedette/" + version()
	}
	return "vedette/" + version() + " (+" + strings.TrimPrefix(contact, "+") + ")"
}
