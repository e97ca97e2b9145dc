package command

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"vedette/bot"
	"vedette/bot/words"
	"vedette/story"
	"vedette/story/level"
	"vedette/watch"
)

// A Record holds all that was fetched, judged, told and done. Look-ups of
// what is not there return [story.ErrNone].
type Record interface {
	Story(ctx context.Context, id story.ID) (story.Story, error)
	Stories(ctx context.Context, q story.Query) ([]story.Story, error)
	StoryOf(ctx context.Context, item story.ItemID) (story.ID, error)
	ItemsAt(ctx context.Context, link, canonical string, limit int) ([]story.Item, error)
	Find(ctx context.Context, groups [][]story.Phrase, since time.Time, before story.ItemID, each func(story.Item) bool) error
	Told(ctx context.Context, id story.ID) ([]story.Told, error)
	Roots(ctx context.Context, id story.ID) (map[story.RoomName]story.Remote, error)
	Standings(ctx context.Context) (map[story.WatchName]story.Standing, error)
	Bulletins(ctx context.Context, watch story.WatchName, since time.Time, limit int) ([]story.Bulletin, error)
	Feeds(ctx context.Context) ([]story.FeedState, error)
	Newest(ctx context.Context) (map[story.FeedName]time.Time, error)
	Waiting(ctx context.Context, before time.Time) (map[story.RoomName]int, error)
	Deeds(ctx context.Context, subject string, since time.Time, limit int) ([]story.Deed, error)
	Changes(ctx context.Context, what story.Changed, name string, limit int) ([]story.Change, error)
	Draft(ctx context.Context, id int64) (person, call string, err error)

	Mutes(ctx context.Context) ([]story.Mute, error)

	Mute(ctx context.Context, d story.Deed, ms []story.Mute) (heard bool, err error)
	Unmute(ctx context.Context, d story.Deed, watch story.WatchName, id story.ID, rooms []story.RoomName) (ended int, heard bool, err error)
	Tend(ctx context.Context, d story.Deed, id story.ID, decide func(story.Care) (story.Care, string)) (now story.Care, heard bool, err error)
	Record(ctx context.Context, d story.Deed) (heard bool, err error)
	SaveChange(ctx context.Context, d story.Deed, c story.Change) (heard bool, err error)
	SaveDraft(ctx context.Context, person, call string, at time.Time) (int64, error)
}

// A Desk is what is in force. It is never changed once it was handed over.
type Desk struct {
	Watches []story.Watch
	Feeds   []story.Feed
	Chat    map[string]bool // "watch NAME" and "feed NAME" of what was added in a chat; the rest is the desk file's
	Names   watch.Names
	Rooms   []Seat
	Rights  Rights
}

// A Seat is a room as people find it.
type Seat struct {
	Name     story.RoomName
	Platform Platform // "" for one that is on no platform
	Tenant   string
	Channel  string
	Zone     *time.Location
	Words    words.Words
	Link     func(ctx context.Context, m story.Remote) string // nil: its messages have no address
}

// Rights says who may do what: IDs of persons, groups and roles with their
// platform before them, as in "slack:S0123ABCD". Everybody may read; if Act is
// empty, everybody may act. The command line may do everything.
type Rights struct {
	Act, Manage []string
}

// of returns what the person of c may do.
func (r Rights) of(c *Call) Right {
	named := func(list []string) bool {
		return slices.ContainsFunc(append([]string{c.From.ID}, c.From.Roles...), func(id string) bool {
			return slices.Contains(list, string(c.Where.Platform)+":"+id)
		})
	}
	switch {
	case c.Where.Platform == CLI, named(r.Manage):
		return Manage
	case len(r.Act) == 0, named(r.Act):
		return Act
	}
	return Read
}

// A Trial is what a watch would have told.
type Trial struct {
	Since   time.Time
	Items   int // that its rule accepts
	Stories int
	Updates int
	Rises   int // of its level
	Pings   int // of its rooms, at the most: they keep a rate
	Samples []story.Item
	Newest  int      // how many reports that match were tried, the newest; 0 if all were
	Notes   []string // what its author should know, as the language of rules says it
}

// Options are the parts that a Core is made of; all are required.
type Options struct {
	Record Record
	Desk   func() *Desk
	Seal   *bot.Seal
	Now    func() time.Time
	Log    *slog.Logger

	// Level says how far a watch has escalated now. Past is what is known of it.
	Level func(ctx context.Context, w story.WatchName) (level.Judgement, error)
	Past  func(ctx context.Context, w story.WatchName) (*level.History, level.Params, error)

	// Try says what a watch would have told since.
	Try func(ctx context.Context, w story.Watch, since time.Time) (*Trial, error)

	// Reload puts what was changed in force.
	Reload func(ctx context.Context) error

	// Canonical returns what a link identifies.
	Canonical func(link string) string
}

// A Core answers what people ask. It implements [Answerer].
type Core struct {
	Options

	mu    sync.Mutex // guards paces
	paces map[string]*rate.Limiter
}

// New returns a core of o.
func New(o Options) *Core { return &Core{Options: o, paces: make(map[string]*rate.Limiter)} }

// How much one person may ask, and how many persons are remembered for it.
const (
	askBurst = 20
	askEvery = time.Second
	most     = 10_000
)

// hurried reports whether the person asks faster than anybody reads.
func (c *Core) hurried(call *Call) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	who := call.who().ID
	if c.paces[who] == nil {
		if len(c.paces) >= most {
			clear(c.paces)
		}
		c.paces[who] = rate.NewLimiter(rate.Every(askEvery), askBurst)
	}
	return !c.paces[who].AllowN(c.Now(), 1)
}

// who returns the person that asks, as the record has it.
func (c *Call) who() story.Person {
	return story.Person{ID: string(c.Where.Platform) + ":" + c.From.ID, Name: called(c.From.Name)}
}

// A fault is what a person should hear of a call that cannot be carried out.
type fault struct {
	text   words.Text
	values []any // a [words.Text] among them is said in the same words
}

// Error returns the fault in English.
func (f fault) Error() string { return f.in(words.Words{}) }

// in returns the fault in w.
func (f fault) in(w words.Words) string {
	values := make([]any, len(f.values))
	for i, v := range f.values {
		if t, fixed := v.(words.Text); fixed {
			v = w.Say(t)
		}
		values[i] = v
	}
	return w.Say(f.text, values...)
}

// called returns the name of a person, in a length that a message can hold.
func called(name string) string { return trimmed(name, 80) }

// trimmed returns what a person wrote as one line of at most so many bytes.
func trimmed(s string, most int) string {
	return story.Shorten(story.Sentence{Text: bot.Clean(s)}, most).Text
}

// faultf returns the fault that the arguments make.
func faultf(t words.Text, values ...any) fault { return fault{t, values} }

// misread returns the fault of a rule that cannot be read, as the language of
// rules says it.
func misread(err error) fault { return faultf("%s", err.Error()) }

// An ask is one call on its way to an answer.
type ask struct {
	*Core

	call  *Call
	spec  *Spec
	args  map[string]string
	desk  *Desk
	room  *Seat // in which it is asked, or nil
	zone  *time.Location
	words words.Words
	now   time.Time
	yes   bool   // the person has seen what it would do
	shown string // with it: what it would change, as it stood then
}

// Do carries c out.
func (c *Core) Do(ctx context.Context, call *Call) *Answer {
	a := c.ask(call)
	if c.hurried(call) {
		return a.say(faultf("That is faster than I can keep up with: wait a moment."))
	}
	spec, args, shared, err := read(call, a.desk)
	if err != nil {
		return a.failed(ctx, err)
	}
	a.spec, a.args = spec, args
	ans := a.carry(ctx)
	ans.Shared = shared && ans.Form == nil && spec.Share
	return ans
}

// Words returns those in which a person is answered who asks at a place.
func (c *Core) Words(at Place) words.Words { return c.ask(&Call{Where: at}).words }

// ask begins a call.
func (c *Core) ask(call *Call) *ask {
	a := &ask{Core: c, call: call, desk: c.Desk(), zone: time.UTC, now: c.Now()}
	for i := range a.desk.Rooms {
		r := &a.desk.Rooms[i]
		if call.in(r) {
			a.room = r
		}
	}
	switch {
	case a.room != nil:
		a.zone, a.words = a.room.Zone, a.room.Words
	case len(a.desk.Rooms) > 0:
		a.zone = a.desk.Rooms[0].Zone
	}
	return a
}

// in reports whether a call is made in the room. At the command line the name
// of a room stands for its channel.
func (c *Call) in(r *Seat) bool {
	w := c.Where
	if w.Platform == CLI {
		return string(r.Name) == w.Channel
	}
	return r.Platform == w.Platform && r.Channel == w.Channel && r.Channel != ""
}

// carry does what is asked, if the person may.
func (a *ask) carry(ctx context.Context) *Answer {
	if have := a.desk.Rights.of(a.call); have < a.spec.Right {
		a.refused(ctx, "refused: needs the right to "+a.spec.Right.String())
		return a.say(faultf("%s needs the right to %s, which the desk file gives: people: { %s: [...] }.", a.spec.Name, a.spec.Right, a.spec.Right))
	}
	ans, err := answers()[a.spec.Name](ctx, a)
	if err != nil {
		return a.failed(ctx, err)
	}
	ans.Words = a.words
	return ans
}

// answers are what the commands do.
func answers() map[string]func(context.Context, *ask) (*Answer, error) {
	return map[string]func(context.Context, *ask) (*Answer, error){
		"status": status, "search": search, "timeline": timeline, "story": oneStory, "why": why, "chart": drawn, "feeds": feeds, "help": help,
		"watch list": watchList, "watch show": watchShow, "watch add": watchAdd, "watch edit": watchEdit, "watch remove": watchRemove, "test": test,
		"feed add": feedAdd, "feed remove": feedRemove,
		"ack": ack, "assign": assign, "resolve": resolve, "note": note, "mute": mute, "unmute": unmute,
		"handover": handover, "digest": digest, "export": export, "history": history,
	}
}

// failed answers that a call went wrong.
func (a *ask) failed(ctx context.Context, err error) *Answer {
	if f, ok := errors.AsType[fault](err); ok {
		return a.say(f)
	}
	a.Log.LogAttrs(ctx, slog.LevelError, "a command failed", slog.String("command", a.spec.Name), slog.Any("error", err))
	return a.say(faultf("That did not work, and it is not your doing: the log of vedette says why. Nothing was changed."))
}

// say answers with one sentence.
func (a *ask) say(f fault) *Answer {
	ans, text := &Answer{Words: a.words}, f.in(a.words)
	for line := range strings.SplitSeq(text, "\n") {
		ans.Lines = append(ans.Lines, Line{Spans: []Span{{Text: line}}, Fixed: strings.Contains(text, "\n")})
	}
	return ans
}

// refused has it on the record that somebody was refused something.
func (a *ask) refused(ctx context.Context, outcome string) {
	d := a.deed("", "")
	d.Outcome = outcome
	if _, err := a.Record.Record(ctx, d); err != nil {
		a.Log.LogAttrs(ctx, slog.LevelError, "a refusal is not on the record", slog.Any("error", err))
	}
}

// mostDetail is how many bytes of what was said with a deed are kept.
const mostDetail = 2_000

// deed returns the entry of the record that the call is.
func (a *ask) deed(subject, detail string) story.Deed {
	return story.Deed{
		Key: a.call.Key, By: a.call.who(), Tenant: a.call.Where.Tenant, Channel: a.call.Where.Channel,
		Verb: a.spec.Name, Subject: subject, Detail: trimmed(detail, mostDetail), At: a.now, Outcome: "done",
	}
}

// mine reports whether the person of the call may see that r exists: a room
// in another workspace or guild is none of theirs.
func (a *ask) mine(r *Seat) bool {
	w := a.call.Where
	return w.Platform == CLI || r.Platform == w.Platform && r.Tenant == w.Tenant
}

// at returns t as the person reads it.
func (a *ask) at(t time.Time) string {
	t = t.In(a.zone)
	now := a.now.In(a.zone)
	switch {
	case t.Format(time.DateOnly) == now.Format(time.DateOnly):
		return t.Format("15:04")
	case t.Year() == now.Year():
		return t.Format(a.words.Say("2 Jan 15:04"))
	}
	return t.Format(a.words.Say("2 Jan 2006 15:04"))
}

// watch returns the watch that an argument names.
func (a *ask) watch(name string) (*story.Watch, error) {
	for i := range a.desk.Watches {
		w := &a.desk.Watches[i]
		if strings.EqualFold(string(w.Name), name) || strings.EqualFold(w.Title, name) {
			return w, nil
		}
	}
	if len(a.desk.Watches) == 0 {
		return nil, faultf("There is no watch yet: watch add makes one.")
	}
	names := make([]string, 0, len(a.desk.Watches))
	for _, w := range a.desk.Watches {
		names = append(names, string(w.Name))
	}
	return nil, faultf("There is no watch %q. There are: %s.", name, a.listed(names))
}

// listed returns names as a list that ends before it is too long to read.
func (a *ask) listed(names []string) string {
	const shown = 15
	if len(names) > shown {
		return strings.Join(names[:shown], ", ") + " " + a.words.Say("and %d more", len(names)-shown)
	}
	return strings.Join(names, ", ")
}

// story returns the story that an argument names, or the one that it goes on
// in.
func (a *ask) story(ctx context.Context, arg string) (*story.Story, error) {
	id, ok := storyID(arg)
	if !ok {
		return nil, faultf("A story is named by its number, as in #12, and %q is none.", arg)
	}
	s, err := a.Record.Story(ctx, id)
	if err == nil && s.Merged != 0 {
		s, err = a.Record.Story(ctx, s.Merged)
	}
	if errors.Is(err, story.ErrNone) {
		return nil, faultf("There is no story #%d.", id)
	}
	if err != nil {
		return nil, err
	}
	return &s, nil
}

// storyID reads the number of a story.
func storyID(arg string) (story.ID, bool) {
	n, err := strconv.ParseInt(strings.TrimPrefix(arg, "#"), 10, 64)
	return story.ID(n), err == nil && n > 0
}

// watches returns the watches that the call is about: one, or all.
func (a *ask) watches() ([]story.Watch, error) {
	if a.args["watch"] == "" {
		return a.desk.Watches, nil
	}
	w, err := a.watch(a.args["watch"])
	if err != nil {
		return nil, err
	}
	return []story.Watch{*w}, nil
}

// since returns how far back the call looks, by default so far.
func (a *ask) since(usual time.Duration) (time.Time, error) {
	if a.args["since"] == "" {
		return a.now.Add(-usual), nil
	}
	back, err := length(a.args["since"])
	return a.now.Add(-back), err
}
