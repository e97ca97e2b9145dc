package desk_test

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"vedette/story"
	"vedette/story/desk"
	"vedette/watch"
)

// A docket is a memory that counts how often the whole past is read, and that
// gives what an item said before its latest edit once.
type docket struct {
	*desk.Memory
	whole int
	said  string
	fresh bool // no edit takes the place of a reading
}

func (d *docket) Readings(ctx context.Context, seq int64, each func(story.Reading) error) error {
	if seq == 0 {
		d.whole++
	}
	return d.Memory.Readings(ctx, seq, func(r story.Reading) error {
		r.Edited = r.Edited && !d.fresh // as the store has it: nothing of the item was there before
		return each(r)
	})
}

func (d *docket) Unjudged(ctx context.Context, limit int) ([]story.Pending, error) {
	ps, err := d.Memory.Unjudged(ctx, limit)
	if d.said != "" && len(ps) > 0 {
		ps[0].Item.Title, ps[0].Item.Revision = d.said, ps[0].Item.Revision-1
		d.said = ""
	}
	return ps, err
}

func on(b *bench) *docket {
	b.t.Helper()
	d := &docket{Memory: b.memory}
	b.desk = desk.New(d, reader(b.t), func() time.Time { return b.now }, slog.New(slog.DiscardHandler))
	ws := []story.Watch{{Name: "front", Rule: "oldbridge", Rooms: []story.RoomName{"desk"}}}
	set, err := watch.NewSet(ws, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	b.desk.SetWatches(set, ws, nil)
	return d
}

// edited is p as it reads after an edit, in the story that it joined.
func edited(p story.Pending, id story.ID, text string) story.Pending {
	p.Item.Revision, p.Item.Title, p.Story, p.Watches = 2, text, id, []story.WatchName{"front"}
	return p
}

func TestOneEditDoesNotHaveTheWholePastReadForever(t *testing.T) {
	b := newBench(t)
	d := on(b)
	b.judge(b.report("Wire", "Oldbridge council meets"))
	p := b.report("Wire", dead)
	b.judge(p)
	b.judge(edited(p, 2, dead+" on Monday"))
	before := d.whole
	b.pass(2)
	if d.whole > before+1 {
		t.Errorf("the whole past was read %d times in two quiet days after an edit, want once at the most", d.whole-before)
	}
}

func TestAnEditThatNoWatchAcceptsTakesItsClaimsBack(t *testing.T) {
	b := newBench(t)
	b.judge(b.report("Wire", "Oldbridge council meets"))
	first, second := b.report("Wire", dead), b.report("Paper", again)
	b.judge(first, second)
	b.want("level calm elevated")
	b.judge(edited(first, 2, "Correction: nobody was hurt"))
	b.judge(edited(second, 2, "Nobody was hurt after all, the governor says"))
	b.pass(1)
	b.want("level calm elevated", "level elevated calm")
}

func TestWhatARetractedReportClaimedRaisesNothing(t *testing.T) {
	b := newBench(t)
	b.judge(b.report("Wire", "Oldbridge council meets"))
	first := b.report("Wire", dead)
	b.judge(first)
	b.judge(edited(first, 2, "Nobody was hurt at Oldbridge, the general staff says"), b.report("Paper", again))
	b.want() // one origin says it, and the other has taken it back
}

func TestWhatWasJudgedAndNotSavedIsForgotten(t *testing.T) {
	b := newBench(t)
	d := on(b)
	b.judge(b.report("Wire", "Oldbridge council meets"))
	p := b.report("Wire", "No army soldiers were hurt by shelling at Oldbridge, the general staff said")
	p.Item.Revision = 2
	d.fresh = true
	d.said = dead // read before a poll saved the second revision
	b.judge(p)
	b.judge()
	b.judge(b.report("Paper", again))
	b.want() // one origin says it, and the other has taken it back
}

func TestOneUltimatumIsOneDeadline(t *testing.T) {
	b := newBench(t)
	b.judge(b.report("Wire", "Oldbridge council meets"))
	for _, outlet := range []string{"Wire", "Paper", "Radio", "Courier"} {
		b.judge(b.report(outlet, "The north gave Oldbridge an ultimatum: withdraw the troops within 72 hours or be driven out"))
		b.now = b.now.Add(20 * time.Minute)
	}
	b.pass(5)
	told := slices.DeleteFunc(b.told(), func(line string) bool { return !strings.HasPrefix(line, "deadline") })
	if len(told) > 2 {
		t.Errorf("a room hears of one ultimatum %d times, want at most twice: that it nears, and that it passed", len(told))
	}
}

func TestADeadlineThatPassedBeforeAFeedWasReadIsNoNews(t *testing.T) {
	b := newBench(t)
	p := b.report("Wire", "The north gave Oldbridge an ultimatum: withdraw the troops within 24 hours or be driven out")
	p.Seed, p.Item.Effective = true, b.now.Add(-48*time.Hour)
	b.judge(p)
	b.want()
}

func TestWhatAWatchIsGivenOfThePastIsNoNewsWhateverComesNext(t *testing.T) {
	b := newBench(t)
	var seeds []story.Pending
	for i := range 100 { // a whole batch: no review comes between it and the next
		p := b.report("Wire", dead)
		if i%2 == 1 {
			p = b.report("Paper", again)
		}
		p.Seed = true
		seeds = append(seeds, p)
	}
	b.judge(append(seeds, b.report("Radio", "Oldbridge council meets"))...)
	b.want()
}

func TestALateEditDoesNotTakeTheLevelFromItsStory(t *testing.T) {
	b := newBench(t)
	p := b.report("Wire", "Oldbridge council meets")
	b.judge(p)
	b.pass(5) // the story is closed to further reports
	b.judge(edited(p, 1, "Council meets"))
	if got := b.memory.Judged[len(b.memory.Judged)-1].Level; got != story.Calm {
		t.Errorf("the story's root says %q after the edit, want calm", got)
	}
}

func TestAnUltimatumOfManyOriginsLiftsTheLevelWhicheverMinuteTheyReportIt(t *testing.T) {
	texts := []string{
		"The north gave Oldbridge an ultimatum: withdraw the troops within 72 hours or be driven out",
		"An ultimatum for Oldbridge: the northern command wants its troops gone within 72 hours",
		"Leave within 72 hours, the north tells troops at Oldbridge in an ultimatum broadcast on radio",
	}
	for name, apart := range map[string]time.Duration{"AtOnce": 0, "TwentyMinutesApart": 20 * time.Minute} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.judge(b.report("Wire", "Oldbridge council meets"))
			for i, text := range texts {
				b.judge(b.report([]string{"Wire", "Paper", "Radio"}[i], text))
				b.now = b.now.Add(apart)
			}
			b.pass(3)
			if told := b.told(); !slices.Contains(told, "level guarded elevated") {
				t.Errorf("told %q as the end nears and passes, want that the level rises", told)
			}
		})
	}
}
