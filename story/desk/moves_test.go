package desk_test

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"vedette/story"
	"vedette/story/desk"
	"vedette/watch"
)

// twoThatAreOne are headlines of one event, of which the fourth shows that the
// first and the two after it are told of one.
func twoThatAreOne() []string {
	return []string{
		"Explosion damages Derwin viaduct in Oldbridge",
		"Trains halted near Lindgate outside Oldbridge after bomb found",
		"Derwin viaduct explosion halts trains near Lindgate, Oldbridge bomb squad says",
		"Bomb squad at Derwin viaduct after explosion halts trains, Oldbridge",
		"Derwin viaduct closed for a month after explosion, trains halted at Oldbridge",
	}
}

// oneThatIsTwo are headlines of two events, of which the first tells of both
// and the seventh shows that they are two.
func oneThatIsTwo() []string {
	return []string{
		"Oldbridge evening summary: shells hit market, ferry capsizes in storm",
		"Oldbridge ferry capsizes in storm on the Wend",
		"Shells hit Oldbridge market",
		"Oldbridge ferry capsizes on the Wend, captain missing, divers search hull",
		"Oldbridge market shells: traders count the dead among fruit stalls",
		"Divers search hull of capsized Oldbridge ferry on the Wend for captain",
		"Fruit stalls burn at Oldbridge market after shells, traders dead",
		"Captain of capsized Oldbridge ferry found by divers in hull on the Wend",
	}
}

// follow brings headlines of as many outlets, ten minutes apart.
func (b *bench) follow(titles ...string) {
	b.t.Helper()
	for _, title := range titles {
		b.judge(b.report(fmt.Sprint("Outlet ", b.items), title))
		b.now = b.now.Add(10 * time.Minute)
	}
}

// watches puts other watches in force.
func (b *bench) watches(ws ...story.Watch) {
	b.t.Helper()
	set, err := watch.NewSet(ws, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	b.desk.SetWatches(set, ws, nil)
}

// restart goes on with another desk, which knows what was saved.
func (b *bench) restart() {
	b.t.Helper()
	b.desk = desk.New(b.memory, reader(b.t), func() time.Time { return b.now }, slog.New(slog.DiscardHandler))
	b.watches(story.Watch{Name: "front", Rule: "oldbridge", Rooms: []story.RoomName{"desk"}})
}

func (b *bench) story(id story.ID) story.Story {
	b.t.Helper()
	s, err := b.memory.Story(b.t.Context(), id)
	if err != nil {
		b.t.Fatal(err)
	}
	return s
}

// moves returns all moves that were judged.
func (b *bench) moves() (all []story.Move) {
	for i := range b.memory.Judged {
		all = append(all, b.memory.Judged[i].Moves...)
	}
	return all
}

// in returns the items of a story.
func in(s story.Story) (items []story.ItemID) {
	for _, r := range s.Reports {
		items = append(items, r.Item.ID)
	}
	return items
}

func TestTwoStoriesThatProveToBeOneAreOne(t *testing.T) {
	b := newBench(t)
	b.follow(twoThatAreOne()...)
	if diff := cmp.Diff([]story.ItemID{1, 2, 3, 4, 5}, in(b.story(1))); diff != "" {
		t.Errorf("items of the story (-want +got):\n%s", diff)
	}
	if was := b.story(2); was.Merged != 1 || was.Why == "" || len(was.Reports) > 0 {
		t.Errorf("the other story is %+v, want it merged", was)
	}
	if moves := b.moves(); len(moves) != 1 || len(moves[0].Rooms) > 0 {
		t.Errorf("moves are %+v, want one that no room is owed a message for", moves)
	}
}

func TestAStoryThatProvesToBeTwoIsTwo(t *testing.T) {
	b := newBench(t)
	b.follow(oneThatIsTwo()...)
	if diff := cmp.Diff([]story.ItemID{1, 3, 5, 7}, in(b.story(1))); diff != "" {
		t.Errorf("items of the old story (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]story.ItemID{2, 4, 6, 8}, in(b.story(2))); diff != "" {
		t.Errorf("items of the new story (-want +got):\n%s", diff)
	}
	parted := b.story(2)
	if parted.Parted != 1 || parted.Why == "" || parted.Lead().Relation != story.Opens {
		t.Errorf("the new story is %+v, want it split from the old", parted)
	}
	if moves := b.moves(); len(moves) != 1 || !slices.Equal(moves[0].Rooms, []story.RoomName{"desk"}) {
		t.Errorf("moves are %+v, want one that the room is owed the new story for", moves)
	}
}

func TestASplitIsToldOnlyInRoomsThatWouldHaveHeardIt(t *testing.T) {
	b := newBench(t)
	b.watches(
		story.Watch{Name: "market", Rule: "market", Rooms: []story.RoomName{"traders"}},
		story.Watch{Name: "ferry", Rule: "ferry", Rooms: []story.RoomName{"harbour"}},
		story.Watch{Name: "many", Rule: "oldbridge outlets>=9", Rooms: []story.RoomName{"hq"}},
	)
	b.follow(oneThatIsTwo()...)
	if moves := b.moves(); len(moves) != 1 || !slices.Equal(moves[0].Rooms, []story.RoomName{"harbour"}) {
		t.Errorf("moves are %+v, want one that the harbour's room alone is owed the new story for", moves)
	}
}

func TestAStoryThatOnlyAMergeMakesLargeEnoughIsTold(t *testing.T) {
	b := newBench(t)
	b.watches(story.Watch{Name: "sure", Rule: "oldbridge outlets>=4", Rooms: []story.RoomName{"desk"}})
	b.follow(twoThatAreOne()[:4]...)
	last := b.memory.Judged[3]
	if len(last.Moves) != 1 || !slices.Equal(last.Rooms, []story.RoomName{"desk"}) {
		t.Errorf("judged %+v, want that the room is owed the story of four outlets", last)
	}
}

func TestARestartAtEachStepChangesNothing(t *testing.T) {
	var both []string
	for i, title := range oneThatIsTwo() {
		both = append(both, title)
		if i < len(twoThatAreOne()) {
			both = append(both, twoThatAreOne()[i])
		}
	}
	for name, titles := range map[string][]string{"Merge": twoThatAreOne(), "Split": oneThatIsTwo(), "Both": both} {
		t.Run(name, func(t *testing.T) {
			one, other := newBench(t), newBench(t)
			for _, title := range titles {
				one.follow(title)
				other.restart()
				other.follow(title)
			}
			// How rare a word is depends on when it was looked at, and the reason
			// says it: what is decided does not.
			reason := cmpopts.IgnoreFields(story.Judgement{}, "Reason")
			if diff := cmp.Diff(one.memory.Judged, other.memory.Judged, reason); diff != "" {
				t.Errorf("judged (-without +with restarts):\n%s", diff)
			}
			for id := range story.ID(2) {
				if diff := cmp.Diff(one.story(id+1), other.story(id+1)); diff != "" {
					t.Errorf("story %d (-without +with restarts):\n%s", id+1, diff)
				}
			}
		})
	}
}

// A story's dead count by its origins: two stories that are one have both.
func TestAMergeCountsOriginsOnceAndTogether(t *testing.T) {
	b := newBench(t)
	b.follow("Oldbridge council meets")
	titles := twoThatAreOne()
	b.follow(titles[0]+", killing three army soldiers", titles[1]+": 3 troops died")
	if len(b.story(3).Reports) != 1 {
		t.Fatal("the two are one story: nothing to test")
	}
	b.want() // each story has one origin
	b.follow(titles[2], titles[3], titles[4])
	if b.story(3).Merged == 0 && b.story(2).Merged == 0 {
		t.Fatalf("nothing merged: %v, %v", in(b.story(2)), in(b.story(3)))
	}
	b.want("level calm elevated")
	b.pass(30)
	b.want("level calm elevated", "level elevated guarded", "level guarded calm")
}

// Two origins of one story are evidence, and two of two stories are not.
func TestASplitTakesBackWhatTwoOriginsSaidTogether(t *testing.T) {
	b := newBench(t)
	titles := oneThatIsTwo()
	titles[3] += ", three army soldiers killed"
	titles[4] += ": 3 troops died"
	b.follow(titles[:5]...)
	b.want("level calm elevated")
	b.follow(titles[5:]...)
	if len(b.moves()) != 1 {
		t.Fatalf("moves are %+v: nothing to test", b.moves())
	}
	b.pass(1)
	b.want("level calm elevated", "level elevated calm")
}

// The item that shows that a story is two does not count for both.
func TestWhatShowsASplitRaisesNothing(t *testing.T) {
	b := newBench(t)
	titles := oneThatIsTwo()
	titles[3] += ", three army soldiers killed"
	titles[6] += ": 3 troops died"
	b.follow(titles...)
	if len(b.moves()) != 1 {
		t.Fatalf("moves are %+v: nothing to test", b.moves())
	}
	b.pass(1)
	b.want()
}

func TestCopiesGoWithWhatTheyCopy(t *testing.T) {
	b := newBench(t)
	titles := oneThatIsTwo()
	b.follow(titles[:4]...)
	b.follow(titles[3]) // in the same words
	b.follow(titles[4:]...)
	parted := b.story(2)
	at := slices.IndexFunc(parted.Reports, func(r story.Report) bool { return r.Item.ID == 5 })
	if at < 0 || parted.Reports[at].Relation != story.Copies || parted.Reports[at].From != 1 {
		t.Errorf("the new story has %v, want the copy of its second report in it", in(parted))
	}
}

func TestAReportOfAStoryThatWasNotSavedFindsOne(t *testing.T) {
	b := newBench(t)
	d := on(b)
	first, second := b.report("Wire", "Oldbridge ferry capsizes on the Wend"), b.report("Paper", "Ferry capsizes on the Wend at Oldbridge")
	first.Item.Revision = 2
	d.said = first.Item.Title + ", captain missing" // a poll saves the second revision before this is
	b.judge(first, second)
	b.judge()
	if s := b.story(1); len(s.Reports) != 2 {
		t.Errorf("the story has items %v, want both", in(s))
	}
}

// Whatever is reported, each report is in one story, which one report opened,
// and a story without reports says where it goes on.
func TestMovesLeaveAllStoriesInOrder(t *testing.T) {
	words := strings.Fields("market ferry school bridge shells storm divers captain teacher traders hull stalls classroom trains viaduct blast")
	for seed := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, 7))
		b := newBench(t)
		for range 80 {
			at := r.IntN(len(words)) // an event has neighbouring words
			var title strings.Builder
			title.WriteString("Oldbridge")
			for range 2 + r.IntN(5) {
				title.WriteString(" " + words[(at+r.IntN(5))%len(words)])
			}
			b.follow(title.String())
		}
		if err := disorder(b); err != nil {
			t.Errorf("after stream %d with %d moves: %v", seed, len(b.moves()), err)
		}
	}
}

// disorder says what is wrong with the stories of b.
func disorder(b *bench) error {
	seen := make(map[story.ItemID]story.ID)
	last := story.ID(0)
	for id := story.ID(1); ; id++ {
		s, err := b.memory.Story(b.t.Context(), id)
		if err != nil {
			break // there are no more
		}
		last = id
		opened := 0
		for _, r := range s.Reports {
			if other, twice := seen[r.Item.ID]; twice {
				return fmt.Errorf("item %d is in story %d and in story %d", r.Item.ID, other, id)
			}
			seen[r.Item.ID] = id
			if r.Relation == story.Opens {
				opened++
			}
		}
		switch {
		case len(s.Reports) == 0 && s.Merged == 0 || len(s.Reports) > 0 && s.Merged != 0:
			return fmt.Errorf("story %d has %d reports and goes on in story %d", id, len(s.Reports), s.Merged)
		case len(s.Reports) > 0 && (opened != 1 || s.Lead().Relation != story.Opens):
			return fmt.Errorf("story %d was opened %d times, and is led by a report that %s it", id, opened, s.Lead().Relation)
		}
	}
	if len(seen) != len(b.memory.Judged) {
		return fmt.Errorf("%d items are in %d stories, want %d", len(seen), last, len(b.memory.Judged))
	}
	for _, j := range b.memory.Judged {
		if seen[j.Item] == 0 {
			return fmt.Errorf("item %d is in no story", j.Item)
		}
	}
	return nil
}
