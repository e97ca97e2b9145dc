package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"time"

	"vedette/bot"
	"vedette/bot/command"
	"vedette/bot/terminal"
	"vedette/bot/words"
	"vedette/config"
	"vedette/feeds/parse"
	"vedette/internal/store"
	"vedette/story"
	"vedette/story/level"
	"vedette/watch"
)

// An effective desk is what the desk file says and what people have added in
// chats.
type effective struct {
	*config.Desk

	chat map[string]bool // "watch NAME" and "feed NAME" of what was added
}

// effect returns d with what was added in chats. What the file declares has
// precedence; what does not fit any more is left out, and why is said.
func effect(d *config.Desk, changes []story.Change, every time.Duration) (e *effective, notes []error) {
	merged := *d
	merged.Watches, merged.Feeds = slices.Clone(d.Watches), slices.Clone(d.Feeds)
	e = &effective{Desk: &merged, chat: make(map[string]bool)}
	for i := range changes {
		c := &changes[i]
		if c.By.ID == "" || c.After == "" {
			continue
		}
		var err error
		switch c.What {
		case story.AWatch:
			err = e.addWatch(c)
		case story.AFeed:
			err = e.addFeed(c, every)
		}
		if err != nil {
			notes = append(notes, fmt.Errorf("%s %s, which %s added, is not in force: %w", c.What, c.Name, cmp.Or(c.By.Name, c.By.ID), err))
		}
	}
	return e, notes
}

func (e *effective) addWatch(c *story.Change) error {
	w, _, err := command.WatchOf(c)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(e.Watches, func(o story.Watch) bool { return o.Name == w.Name }) {
		return errors.New("the desk file has one of this name")
	}
	if _, err := watch.Parse(w.Rule, e.Aliases); err != nil {
		return err
	}
	w.Rooms = slices.DeleteFunc(w.Rooms, func(r story.RoomName) bool {
		return !slices.ContainsFunc(e.Rooms, func(o config.Room) bool { return o.Name == r })
	})
	if len(w.Rooms) == 0 {
		return errors.New("its rooms are not in the desk file any more")
	}
	e.Watches = append(e.Watches, w)
	e.chat["watch "+c.Name] = true
	return nil
}

func (e *effective) addFeed(c *story.Change, every time.Duration) error {
	f, _, err := command.FeedOf(c)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(e.Feeds, func(o story.Feed) bool { return o.Name == f.Name || o.URL == f.URL }) {
		return errors.New("the desk file has it, or one of this name")
	}
	f.Every = every
	e.Feeds = append(e.Feeds, f)
	e.chat["feed "+c.Name] = true
	return nil
}

// seen has it on the record what a desk file that was read says of its watches,
// so that the history of a watch is whole. What another replica has put there
// meanwhile is left. It returns how many changes it saved.
func seen(ctx context.Context, db *store.Store, d *config.Desk, changes []story.Change, now time.Time) (saved int64, err error) {
	stands := make(map[string]story.Change)
	for _, c := range changes {
		if c.What == story.AWatch {
			stands[c.Name] = c
		}
	}
	save := func(name, after string) {
		if stands[name].After != after {
			_, e := db.SaveChange(ctx, story.Deed{}, story.Change{What: story.AWatch, Name: name, Before: stands[name].After, After: after, At: now})
			switch {
			case e == nil:
				saved++
			case !errors.Is(e, story.ErrNone):
				err = errors.Join(err, e)
			}
		}
	}
	declared := make(map[string]bool)
	for i := range d.Watches {
		declared[string(d.Watches[i].Name)] = true
		save(string(d.Watches[i].Name), command.WatchVersion(&d.Watches[i]))
	}
	for name, c := range stands {
		if !declared[name] && c.By.ID == "" {
			save(name, "")
		}
	}
	return saved, err
}

// An inquiry answers what people ask of one database.
type inquiry struct {
	db     *store.Store
	seal   *bot.Seal
	desk   func() *effective
	seats  func() []command.Seat
	now    func() time.Time
	log    *slog.Logger
	live   func(story.WatchName) (level.Judgement, bool) // what the running desk knows; nil if none runs
	reload func(context.Context) error
}

// sealOf returns the seal of the database's own buttons.
func sealOf(ctx context.Context, db *store.Store) (*bot.Seal, error) {
	key, err := db.Secret(ctx, "seal")
	return bot.NewSeal(key), err
}

// answerer returns the core that answers.
func (q *inquiry) answerer() *command.Core {
	return command.New(command.Options{
		Record: q.db, Desk: q.inForce, Seal: q.seal, Now: q.now, Log: q.log,
		Level: q.level, Past: q.past, Try: q.try, Reload: q.reload, Canonical: parse.Canonical,
	})
}

// inForce returns the desk as people see it.
func (q *inquiry) inForce() *command.Desk {
	e := q.desk()
	return &command.Desk{
		Watches: e.Watches, Feeds: e.Feeds, Chat: e.chat, Names: e.Aliases, Rooms: q.seats(),
		Rights: command.Rights{Act: e.People.Act, Manage: e.People.Manage},
	}
}

// level says how far a watch has escalated.
func (q *inquiry) level(ctx context.Context, w story.WatchName) (level.Judgement, error) {
	if q.live != nil {
		if j, ok := q.live(w); ok {
			return j, nil
		}
	}
	past, _, err := q.past(ctx, w)
	if err != nil {
		return level.Judgement{}, err
	}
	return past.Judge(q.now()), nil
}

// past reads the past of a watch.
func (q *inquiry) past(ctx context.Context, w story.WatchName) (*level.History, level.Params, error) {
	params := paramsOf(q.desk().Desk, w)
	past := level.New(params, time.Time{})
	err := q.db.Readings(ctx, 0, func(r story.Reading) error {
		if slices.Contains(r.Watches, w) {
			past.Add(level.ReadingsOf(&r)...)
		}
		return nil
	})
	return past, params, err
}

// mostRehearsed is how many reports a trial judges, the newest: each costs
// about a third of a millisecond, and people wait.
const mostRehearsed = 1_500

// try says what a watch would have told since.
func (q *inquiry) try(ctx context.Context, w story.Watch, since time.Time) (*command.Trial, error) {
	rule, err := watch.Parse(w.Rule, q.desk().Aliases)
	if err != nil {
		return nil, err
	}
	t := &command.Trial{Since: since, Notes: rule.Notes()}
	var items []story.Item
	err = q.db.Find(ctx, rule.Query().Groups, since.Add(-trialPast), 0, func(it story.Item) bool {
		if _, ok := rule.Match(&it); ok {
			items = append(items, it)
		}
		return len(items) < mostRehearsed
	})
	if err != nil {
		return nil, err
	}
	if len(items) == mostRehearsed {
		t.Newest = mostRehearsed
		t.Since = later(since, items[len(items)-1].Effective)
	}
	for i := range items {
		if !items[i].Effective.Before(t.Since) {
			t.Items++
		}
	}
	t.Samples = items[:min(len(items), samples, t.Items)]
	t.Samples = slices.Clone(t.Samples)
	slices.Reverse(items)
	w.Name = "tried"
	tried := *q.desk().Desk
	tried.Watches, tried.Judging = []story.Watch{w}, nil
	all, err := rehearse(ctx, &tried, slices.Values(items), t.Since, q.now())
	if err != nil {
		return nil, err
	}
	for i := range all {
		if calls(tried.Rooms, w.Rooms, &all[i]) {
			t.Pings++
		}
		switch all[i].Kind {
		case story.NewStory:
			t.Stories++
		case story.Update:
			t.Updates++
		case story.LevelChange:
			if all[i].rises {
				t.Rises++
			}
		case story.Refresh, story.Moved, story.Deadline, story.DigestKind, story.MuteEnd, story.ShiftEnd, story.Escalation, story.FeedHealth, story.RoomHealth:
		}
	}
	if b := rule.Estimate(); b.Broad() {
		t.Notes = append(t.Notes, b.String())
	}
	langs, err := q.db.Languages(ctx, q.now().Add(-lately))
	t.Notes = append(t.Notes, news{langs: langs}.deaf(rule)...)
	return t, err
}

// calls reports whether what is told calls somebody in one of the rooms to, if
// the rate that these keep allows it.
func calls(rooms []config.Room, to []story.RoomName, t *told) bool {
	if t.Kind != story.NewStory && !t.rises {
		return false
	}
	return slices.ContainsFunc(rooms, func(r config.Room) bool {
		p := policy(&r)
		return slices.Contains(to, r.Name) && p.Calls(t.level).Kind != story.Nobody
	})
}

// trialPast is what a trial knows of the time before.
const trialPast = 60 * 24 * time.Hour

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

type askCmd struct {
	Room  string   `help:"The room that you speak in, as far as it matters: whom a mute or a new watch is for. All rooms if left out." placeholder:"NAME"`
	Words []string `arg:"" passthrough:"" help:"What you would write after /vedette: status, search QUERY, ack 12, mute idlib 2h, help."`
}

// Run answers as a room would be answered; it may run beside vedette run.
func (c *askCmd) Run(ctx context.Context, p *process) (err error) {
	set, d, err := p.desk()
	if err != nil {
		return err
	}
	if c.Room != "" && !slices.ContainsFunc(d.Rooms, func(r config.Room) bool { return string(r.Name) == c.Room }) {
		return fmt.Errorf("there is no room %q in the desk file", c.Room) // all of them would be meant
	}
	db, err := store.OpenBeside(ctx, databaseOf(set), store.Options{Log: slog.New(slog.DiscardHandler), Fold: watch.Fold})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	stands, _, err := db.Stand(ctx)
	if err != nil {
		return err
	}
	e, notes := effect(d, stands, set.PollEvery)
	for _, n := range notes {
		fmt.Fprintln(p.stderr, "note:", n)
	}
	languages, err := words.New()
	if err != nil {
		return err
	}
	q := &inquiry{
		db: db, desk: func() *effective { return e }, seats: func() []command.Seat { return seatsOf(d, languages) }, now: utcNow, log: p.logger(set),
		reload: func(context.Context) error { return nil }, // a running vedette sees it by itself
	}
	if q.seal, err = sealOf(ctx, db); err != nil {
		return err
	}
	core := q.answerer()
	typed := c.Words
	if len(typed) > 0 && typed[0] == "--" {
		typed = typed[1:]
	}
	vars := config.Environ(p.environ, nil)
	who := cmp.Or(vars["USER"], vars["LOGNAME"], "somebody")
	call := &command.Call{From: command.Person{ID: who, Name: who}, Where: command.Place{Platform: command.CLI, Channel: c.Room}}
	if do, ok := strings.CutPrefix(strings.Join(typed, " "), "press "); ok {
		return p.answer(core.Press(ctx, call, do))
	}
	call.Words = strings.Join(typed, " ")
	return p.answer(core.Do(ctx, call))
}

// seatsOf returns the rooms of d, as far as a person at the command line
// needs to know them.
func seatsOf(d *config.Desk, languages *words.Catalogue) []command.Seat {
	seats := make([]command.Seat, 0, len(d.Rooms))
	for _, r := range d.Rooms {
		s := command.Seat{Name: r.Name, Zone: r.Zone, Words: languages.In(r.Language)}
		switch {
		case r.Slack != "":
			s.Platform, s.Channel = command.Slack, r.Slack
		case r.Discord != "":
			s.Platform, s.Channel = command.Discord, r.Discord
		}
		seats = append(seats, s)
	}
	return seats
}

// answer prints an answer, and writes its file beside.
func (p *process) answer(a *command.Answer) error {
	if a.Form != nil {
		fmt.Fprintf(p.stdout, "%s: give its %s on the command line.\n", a.Form.Name, a.Form.Fields[len(a.Form.Fields)-1].Param)
		return errTold
	}
	if err := terminal.Answer(p.stdout, a, p.colour); err != nil {
		return err
	}
	if a.File != nil {
		return p.save(a.File)
	}
	return nil
}

// save writes a file that an answer hands over beside whoever asks; it never
// writes over another.
func (p *process) save(f *command.File) error {
	to, err := os.OpenFile(f.Name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = to.Write(f.Data)
	if err = errors.Join(err, to.Close()); err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "%s holds it\n", f.Name)
	return nil
}
