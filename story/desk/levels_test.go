package desk_test

import (
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"vedette/story"
	"vedette/story/desk"
	"vedette/watch"
)

// A bench is a desk with one watch, its memory, and a clock to move.
type bench struct {
	t      *testing.T
	desk   *desk.Desk
	memory *desk.Memory
	now    time.Time
	items  int
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{t: t, memory: new(desk.Memory), now: noon}
	b.desk = desk.New(b.memory, reader(t), func() time.Time { return b.now }, slog.New(slog.DiscardHandler))
	ws := []story.Watch{{Name: "front", Rule: "oldbridge", Rooms: []story.RoomName{"desk"}}}
	set, err := watch.NewSet(ws, nil)
	if err != nil {
		t.Fatal(err)
	}
	b.desk.SetWatches(set, ws, nil)
	return b
}

// report brings a report of an outlet at the bench's time.
func (b *bench) report(outlet, text string) story.Pending {
	b.items++
	return story.Pending{Item: story.Item{ID: story.ItemID(b.items), Revision: 1, Outlet: outlet, Owner: outlet, Tier: 1, Title: text, Effective: b.now, FirstSeen: b.now}}
}

func (b *bench) judge(ps ...story.Pending) {
	b.t.Helper()
	for _, p := range ps {
		b.memory.Bring(p)
	}
	for more := true; more; {
		var err error
		if more, err = b.desk.Judge(b.t.Context()); err != nil {
			b.t.Fatal(err)
		}
	}
}

// pass lets days go by, six hours at a time.
func (b *bench) pass(days int) {
	b.t.Helper()
	for range 4 * days {
		b.now = b.now.Add(6 * time.Hour)
		b.judge()
	}
}

// told lists the bulletins that a room hears.
func (b *bench) told() (all []string) {
	for _, n := range b.memory.Bulletins {
		if len(n.Rooms) > 0 {
			all = append(all, string(n.Kind)+" "+n.From.String()+" "+n.To.String())
		}
	}
	return all
}

func (b *bench) want(want ...string) {
	b.t.Helper()
	if got := b.told(); !slices.Equal(got, want) {
		b.t.Errorf("told %q, want %q", got, want)
	}
}

const (
	dead  = "Shelling killed three army soldiers in Oldbridge, the general staff said"
	again = "Three army soldiers were killed by shelling at Oldbridge, says the governor"
)

func TestTheFirstStandingIsNoNews(t *testing.T) {
	b := newBench(t)
	seed, more := b.report("Wire", dead), b.report("Paper", again)
	seed.Seed, more.Seed = true, true
	b.judge(seed, more)
	b.want()
	if n := len(b.memory.Bulletins); n != 1 {
		t.Errorf("bulletins are %+v, want one that nobody is told", b.memory.Bulletins)
	}
}

func TestALevelRisesOnceAndFalls(t *testing.T) {
	b := newBench(t)
	b.judge(b.report("Wire", "Market day in Oldbridge draws farmers from the whole valley, the council reports"))
	b.now = b.now.Add(time.Hour)
	b.judge(b.report("Wire", dead))
	b.want()
	b.judge(b.report("Paper", again))
	b.want("level calm elevated")
	rise := b.memory.Bulletins[len(b.memory.Bulletins)-1]
	if len(rise.Evidence) != 2 || !strings.Contains(rise.Reasons[0], "dead of a state's army") {
		t.Errorf("the rise rests on %+v because %q", rise.Evidence, rise.Reasons)
	}
	if last := b.memory.Judged[len(b.memory.Judged)-1]; last.Level != story.Elevated {
		t.Errorf("the story is saved as %v, want elevated", last.Level)
	}
	b.judge()
	b.pass(14)
	b.want("level calm elevated", "level elevated guarded", "level guarded calm")
}

func TestWhatAnEditTakesBackDoesNotCount(t *testing.T) {
	b := newBench(t)
	b.judge(b.report("Wire", "Market day in Oldbridge draws farmers from the whole valley, the council reports"))
	first, second := b.report("Wire", dead), b.report("Paper", again)
	b.judge(first, second)
	b.want("level calm elevated")
	for _, p := range []story.Pending{first, second} {
		p.Item.Revision, p.Item.Title, p.Story, p.Watches = 2, "Nobody was hurt at Oldbridge, the governor says", 2, []story.WatchName{"front"}
		b.judge(p)
	}
	b.pass(1)
	b.want("level calm elevated", "level elevated calm")
}

func TestADeadlineIsToldOnceBeforeAndOnceAfter(t *testing.T) {
	b := newBench(t)
	b.judge(b.report("Wire", "Market day in Oldbridge draws farmers from the whole valley, the council reports"))
	// A lone origin lifts no level, and its deadline is told all the same.
	b.judge(b.report("Wire", "The north gave Oldbridge an ultimatum: withdraw the troops within 72 hours or be driven out"))
	b.pass(6)
	var deadlines []string
	for _, line := range b.told() {
		if strings.HasPrefix(line, "deadline") {
			deadlines = append(deadlines, line)
		}
	}
	if len(deadlines) != 2 {
		t.Errorf("told %q, want two deadlines", b.told())
	}
}

func TestAStrangersDeadlineIsNotTold(t *testing.T) {
	b := newBench(t)
	b.judge(b.report("Wire", "Oldbridge council meets"))
	p := b.report("Channel", "The north gave Oldbridge an ultimatum: withdraw the troops within 72 hours or be driven out")
	p.Item.Tier = 4
	b.judge(p)
	b.pass(6)
	b.want()
}

func TestADeadlineThatPassedLongAgoIsNoNews(t *testing.T) {
	b := newBench(t)
	b.judge(b.report("Wire", "Oldbridge council meets"))
	b.judge(b.report("Wire", "The north gave Oldbridge an ultimatum: withdraw the troops within 72 hours or be driven out"))
	b.now = b.now.Add(6 * 24 * time.Hour) // the program was down meanwhile
	b.judge()
	b.want()
}

func TestASilentCopyIsKnownToWhatComesNext(t *testing.T) {
	b := newBench(t)
	b.judge(b.report("Wire", dead))
	b.now = b.now.Add(time.Minute)
	b.judge(b.report("Wire", "Market day in Oldbridge draws farmers from the whole valley, the council reports"))
	silent := b.report("Wire", dead)
	silent.Item.Canonical = "wire.example/2"
	b.judge(silent)
	page := b.report("Paper", "What is known of the night at Oldbridge")
	page.Item.Canonical = silent.Item.Canonical
	b.judge(page)
	js := b.memory.Judged
	if got := js[2]; got.Kind != "" || got.Relation != story.Copies {
		t.Fatalf("the copy is %q, a %q; want a silent one", got.Relation, got.Kind)
	}
	if got := js[3]; got.Relation != story.Copies || got.Story != 1 {
		t.Errorf("the page of the copy %q story %d (%s), want a copy in story 1", got.Relation, got.Story, got.Reason)
	}
}

func TestAnotherDeskGoesOnFromWhatWasSaved(t *testing.T) {
	b := newBench(t)
	b.judge(b.report("Wire", "Market day in Oldbridge draws farmers from the whole valley, the council reports"))
	b.judge(b.report("Wire", dead))
	next := newBench(t)
	next.memory, next.items, next.now = b.memory, b.items, b.now
	next.desk = desk.New(b.memory, reader(t), func() time.Time { return next.now }, slog.New(slog.DiscardHandler))
	ws := []story.Watch{{Name: "front", Rule: "oldbridge", Rooms: []story.RoomName{"desk"}}}
	set, err := watch.NewSet(ws, nil)
	if err != nil {
		t.Fatal(err)
	}
	next.desk.SetWatches(set, ws, nil)
	next.judge(next.report("Paper", again))
	next.want("level calm elevated")
}
