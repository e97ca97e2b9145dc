package wordstest

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"vedette/bot"
	"vedette/bot/words"
	"vedette/story"
)

// A Told is a message as a room is told it.
type Told struct {
	Kind  string
	Reply bool // in a thread
	*bot.Message
}

// Noon is when the messages are told.
func Noon() time.Time { return time.Date(2031, 3, 9, 12, 0, 0, 0, time.UTC) }

// Strangers are those whose words stand in messages: outlets, people of the
// team, whoever made a watch, and a model. The zero Strangers write Greek.
type Strangers struct {
	Say  func(greek string) string // what they write instead
	Page string                    // where their links lead
}

// says returns what they write where others write Greek.
func (s *Strangers) says(greek string) string {
	if s.Say == nil {
		return greek
	}
	return s.Say(greek)
}

// page returns where a link of theirs leads.
func (s *Strangers) page(n int) string {
	return cmp.Or(s.Page, fmt.Sprintf("https://news.example/%d", n))
}

// Ada has stories.
func (s *Strangers) Ada() story.Person { return story.Person{ID: "slack:U1", Name: s.says("Άντα")} }

// Story returns a story of which the reports claim all that can be claimed.
func (s *Strangers) Story() story.Story {
	at := Noon().Add(-2 * time.Hour)
	claims := []story.Signal{
		{Kind: story.Killed, Target: s.says("στρατιώτες"), Source: s.says("Αθήνα"), Count: story.Count{Low: 1400, High: 1400}},
		{Kind: story.Killed, Target: s.says("στρατιώτες"), Source: s.says("Ρόδος"), Count: story.Count{Low: 8, High: 12}},
		{Kind: story.Wounded, Count: story.Count{Low: 3, High: 3, Open: true}},
		{Kind: story.Captured, Count: story.Count{Low: 2, High: 2}},
		{Kind: story.Displaced, Count: story.Count{Low: 900, High: 900}},
		{Kind: story.Killed},
		{Kind: story.Wounded},
		{Kind: story.Captured},
		{Kind: story.Displaced},
		{Kind: story.Ultimatum, Deadline: Noon().Add(40 * time.Hour)},
	}
	for _, k := range []story.SignalKind{
		story.Threat, story.Mobilisation, story.Strike, story.Shelling, story.Clash, story.Encirclement, story.Ceasefire, story.Violation, story.Talks,
		story.Agreement, story.Withdrawal, story.AidAccess,
	} {
		claims = append(claims, story.Signal{Kind: k})
	}
	report := func(id int64, outlet string, r story.Relation, gs []story.Signal) story.Report {
		return story.Report{Item: story.Item{
			ID: story.ItemID(id), Title: s.says("Βομβαρδισμός στο φυλάκιο"), Summary: s.says("Το φυλάκιο βομβαρδίστηκε την αυγή, λένε αξιωματούχοι."), Outlet: s.says(outlet), Owner: outlet,
			Link: s.page(1), Effective: at.Add(-time.Duration(20-id) * time.Hour),
		}, Relation: r, Signals: gs, Seq: id, Matches: []story.Match{{Watch: "front", Evidence: []story.Evidence{{Term: "φυλάκιο", Text: s.says("φυλακίου"), Field: story.Title}}}}}
	}
	return story.Story{
		ID: 1234, Level: story.High, Opened: at, Changed: Noon().Add(-time.Hour), Watches: []story.WatchName{"front"},
		Reports: []story.Report{report(1, "Βήμα", story.Opens, claims), report(2, "Αυγή", story.Copies, nil), report(3, "Νέα", story.Reports, nil)},
	}
}

// reason returns a sentence of the record.
func (s *Strangers) reason() string { return s.says("δύο πηγές το λένε") }

// bulletins returns what rooms hear beside stories.
func (s *Strangers) bulletins() map[string]*story.Bulletin {
	at, reason := Noon(), s.reason()
	change := func(from, to story.Level) *story.Bulletin {
		return &story.Bulletin{
			Watch: "front", Kind: story.LevelChange, From: from, To: to, Reasons: []string{reason}, At: at,
			Evidence: []story.Witness{{Item: 1, Outlet: s.says("Βήμα"), Title: s.says("Βομβαρδισμός"), Link: s.page(1), At: at.Add(-30 * time.Hour)}},
		}
	}
	rise := change(story.Guarded, story.Critical)
	lines := []story.Line{
		{Level: story.Elevated, Title: s.says("Βομβαρδισμός"), Link: s.Page, Watches: []story.WatchName{"front"}, Origins: 1, Outlets: 2, Changed: at, Care: story.Care{State: story.Resolved, Owner: s.Ada(), Changed: at}},
		{Level: story.Calm, Title: s.says("Εκεχειρία"), Origins: 2, Outlets: 1, Changed: at.Add(-50 * time.Hour)},
	}
	health := story.Bulletin{Kind: story.FeedHealth, Reasons: []string{reason, reason}, At: at}
	room := story.Bulletin{Kind: story.RoomHealth, Reasons: []string{reason}, At: at}
	over := story.Bulletin{Kind: story.MuteEnd, Reasons: []string{reason}, At: at, Digest: &story.Digest{Held: 2, Lines: lines, Bulletins: []story.Bulletin{*rise}}}
	return map[string]*story.Bulletin{
		"Rise": rise, "Fall": change(story.High, story.Elevated), "Calm": change(story.High, story.Calm),
		"Deadline": {Watch: "front", Kind: story.Deadline, Reasons: []string{reason}, At: at}, "Health": &health, "Room": &room, "MuteEnd": &over,
		"Handover":        {Kind: story.ShiftEnd, Reasons: []string{reason}, At: at, Lines: []story.Saying{{Text: s.says("Βομβαρδισμός"), Link: s.Page, Note: s.says("Άντα")}}},
		"Digest":          {Kind: story.DigestKind, At: at, Digest: &story.Digest{Held: 1, Below: 3, Lines: lines, Bulletins: []story.Bulletin{*rise, over, health}}},
		"DigestOfStories": {Kind: story.DigestKind, At: at, Digest: &story.Digest{Since: at.Add(-24 * time.Hour), Below: 1, Held: 2, Lines: lines[:1]}},
		"DigestOfWatches": {Kind: story.DigestKind, At: at, Digest: &story.Digest{Since: at.Add(-time.Hour), Bulletins: []story.Bulletin{*rise}}},
	}
}

// Dispatches returns what a courier carries so that a room is told each kind of
// message, with the strangers' words in it.
func (s *Strangers) Dispatches() map[string]story.Dispatch {
	reason := s.reason()
	told := func(act story.Act, kind story.NoticeKind, care story.CareState) story.Dispatch {
		d := story.Dispatch{Act: act, Root: "1", Key: "k", Story: s.Story(), Notice: story.Notice{Kind: kind, Item: 3, Reason: reason, At: Noon()}}
		d.Story.Care = story.Care{State: care, Owner: s.Ada(), Changed: Noon().Add(-72 * time.Hour)}
		return d
	}
	all := map[string]story.Dispatch{
		"New": told(story.Post, story.NewStory, ""), "Had": told(story.Edit, "", story.Acknowledged), "Resolved": told(story.Edit, "", story.Resolved),
		"Update": told(story.Reply, story.Update, ""), "Escalation": told(story.Post, story.Escalation, ""), "Rung": told(story.Reply, story.Escalation, ""),
		"Merged": told(story.Edit, "", ""), "Parted": told(story.Edit, "", ""),
	}
	aside := &story.Aside{Story: 7, Lead: story.Witness{Title: s.says("Εκεχειρία"), Outlet: s.says("Βήμα"), Link: s.page(2)}, Why: reason, See: "2"}
	d := all["Merged"]
	d.Merged = aside
	all["Merged"] = d
	d = all["Parted"]
	d.Parted = aside
	all["Parted"] = d
	for kind, b := range s.bulletins() {
		all[kind] = story.Dispatch{Act: story.Post, Key: "k", Notice: story.Notice{Kind: b.Kind, Bulletin: b, At: Noon()}}
	}
	return all
}

// Messages returns each kind of message as a room hears it that reads w, made by
// the courier that tells real rooms.
func Messages(tb testing.TB, w words.Words) []Told {
	tb.Helper()
	var all []Told
	s := new(Strangers)
	for kind, d := range s.Dispatches() {
		e := &ear{kind: kind}
		s.Tell(tb, kind, &d, bot.Seat{Room: e, Words: w})
		all = append(all, e.heard...)
	}
	return all
}

// Tell has a courier tell the room of the seat a dispatch of a kind; with the
// kind Calm, it is told its board as well.
func (s *Strangers) Tell(tb testing.TB, kind string, d *story.Dispatch, seat bot.Seat) {
	tb.Helper()
	c := bot.NewCourier(&box{due: []story.Dispatch{*d}}, Noon, slog.New(slog.DiscardHandler))
	c.SetSeal(bot.NewSeal([]byte("a key")))
	c.SetRephraser(model{s})
	if kind == "Calm" {
		c.SetBoards(board{s, "board" + d.Key})
	}
	seat.Zone, seat.Titles = time.UTC, map[story.WatchName]string{"front": s.says("Μέτωπο")}
	c.SetRooms(map[story.RoomName]bot.Seat{"desk": seat})
	for range 2 { // a model's words cost a turn
		if err := c.Drain(tb.Context(), "desk"); err != nil {
			tb.Fatal(err)
		}
	}
}

// A model tells a brief in other words.
type model struct{ *Strangers }

// Rephrase says the same of every brief.
func (m model) Rephrase(context.Context, []string) (text, why string) {
	return m.says("Φυλάκιο."), ""
}

// A box gives out acts, and again what was put off.
type box struct{ due []story.Dispatch }

// Hold says that it may be told.
func (b *box) Hold(ctx context.Context, _ *story.Dispatch) (context.Context, func(), error) {
	return ctx, func() {}, nil
}

// Claim gives out the next.
func (b *box) Claim(context.Context, story.RoomName, time.Time) (story.Dispatch, bool, error) {
	if len(b.due) == 0 {
		return story.Dispatch{}, false, nil
	}
	d := b.due[0]
	d.Room, b.due = "desk", b.due[1:]
	return d, true, nil
}

// Settle takes back what was put off.
func (b *box) Settle(_ context.Context, o story.Outcome) error {
	if o.State == story.Owed {
		b.due = append(b.due, o.Dispatch)
	}
	return nil
}

// Advance is both.
func (b *box) Advance(ctx context.Context, o story.Outcome, now time.Time) (story.Dispatch, bool, error) {
	if err := b.Settle(ctx, o); err != nil {
		return story.Dispatch{}, false, err
	}
	return b.Claim(ctx, o.Dispatch.Room, now)
}

// An ear is a room that keeps what it is told.
type ear struct {
	kind  string
	heard []Told
}

// Post keeps a message.
func (e *ear) Post(_ context.Context, key string, m *bot.Message) (story.Remote, error) {
	kind := e.kind
	if strings.HasPrefix(key, "board") {
		kind = "Board"
	}
	e.heard = append(e.heard, Told{Kind: kind, Message: m})
	return "1", nil
}

// Reply keeps a message of a thread.
func (e *ear) Reply(_ context.Context, _ story.Remote, _ string, m *bot.Message) (story.Remote, error) {
	e.heard = append(e.heard, Told{Kind: e.kind, Reply: true, Message: m})
	return "2", nil
}

// Edit keeps what a message looks like then.
func (e *ear) Edit(_ context.Context, _ story.Remote, _ string, m *bot.Message) error {
	e.heard = append(e.heard, Told{Kind: e.kind, Message: m})
	return nil
}

// Find finds nothing.
func (e *ear) Find(context.Context, bot.Trace) (story.Remote, bool, error) { return "", false, nil }

// Link leads to a message.
func (e *ear) Link(context.Context, story.Remote) string { return "https://chat.example/2" }

// A board is due once.
type board struct {
	*Strangers

	key string
}

// Board returns one that stands nowhere yet.
func (b board) Board(_ context.Context, room story.RoomName, _ time.Time) (_ story.Board, due bool, err error) {
	return story.Board{Room: room, Key: b.key}, true, nil
}

// SaveBoard forgets it.
func (board) SaveBoard(context.Context, *story.Board) error { return nil }

// Stands returns how two watches stand.
func (b board) Stands(context.Context, []story.WatchName, time.Time, time.Time) ([]story.Stand, error) {
	at := Noon().Add(-100 * time.Hour)
	return []story.Stand{
		{Watch: "front", Level: story.Elevated, Since: at, Week: 1, LastWeek: 3, Changed: at, Title: b.says("Εκεχειρία"), Link: b.Page, Open: 3, Owners: []string{b.says("Άντα"), "", ""}},
		{Watch: "other", Level: story.Guarded, Week: 4},
	}, nil
}
