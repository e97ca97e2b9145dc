package feeds

import (
	"testing"
	"time"

	"vedette/story"
)

// noon is a Thursday.
var noon = time.Date(2026, 8, 13, 12, 0, 0, 0, time.UTC)

func fiveMinutes(name story.FeedName) *story.Feed {
	return &story.Feed{Name: name, Every: 5 * time.Minute, Adapt: true}
}

// arrivals are remembered of a feed at the most.
const arrivals = 21

// paced returns the pace of a feed that has brought an item every gap until
// before ago.
func paced(gap, ago time.Duration) story.Pace {
	var p story.Pace
	for i := arrivals; i > 0; i-- {
		p.Arrive(noon.Add(-ago - time.Duration(i-1)*gap))
	}
	return p
}

// TestNextPollIsWhenItsReasonSays holds the decision about the next poll: each
// case is what is known of a feed, and what `vedette feeds` says of it.
func TestNextPollIsWhenItsReasonSays(t *testing.T) {
	limits := Limits{Every: 5 * time.Minute, Most: 30 * time.Minute}
	lively := paced(4*time.Minute, 0)
	hourly := story.Hints{Period: time.Hour, PeriodWhy: "hourly"}
	tests := map[string]struct {
		state   story.FeedState
		fixed   time.Duration // as the desk file says
		limits  *Limits
		overrun bool
		ran     time.Duration // how long the poll took
		retry   time.Duration
		want    time.Duration
		because string
	}{
		"NothingKnown":         {want: 5 * time.Minute, because: "every 5m"},
		"FromTheStartOfAPoll":  {ran: 8 * time.Second, want: 5 * time.Minute, because: "every 5m"},
		"FixedByTheDesk":       {fixed: time.Minute, state: story.FeedState{Pace: paced(time.Hour, 0)}, want: time.Minute, because: "every 1m"},
		"HalfItsGap":           {state: story.FeedState{Pace: paced(40*time.Minute, 0)}, want: 20 * time.Minute, because: "half of the 40m between its items"},
		"AtMostTheLimit":       {state: story.FeedState{Pace: paced(5*time.Hour, 0)}, want: 30 * time.Minute, because: "half of the 5h between its items"},
		"FastButDear":          {state: story.FeedState{Pace: lively}, want: 5 * time.Minute, because: "every 5m: its items come faster"},
		"FastAndCheap":         {state: story.FeedState{Pace: lively, Cheap: true}, want: 2 * time.Minute, because: "half of the 4m between its items"},
		"FastestAndCheap":      {state: story.FeedState{Pace: paced(time.Minute, 0), Cheap: true}, want: time.Minute, because: "every 1m: its items come faster"},
		"CheapByItsMaxAge":     {state: story.FeedState{Pace: lively, Hints: story.Hints{Fresh: time.Minute, FreshWhy: "max-age 60"}}, want: 2 * time.Minute, because: "half of the 4m between its items"},
		"TooFewItemsToTell":    {state: story.FeedState{Pace: story.Pace{Arrivals: lively.Arrivals[:5], LastNew: noon}}, want: 5 * time.Minute, because: "every 5m"},
		"ShortDocument":        {state: story.FeedState{Pace: windowed(paced(time.Hour, 0), 40*time.Minute)}, want: 10 * time.Minute, because: "a quarter of the 40m that its document goes back"},
		"IdleForAWeek":         {state: story.FeedState{Pace: paced(time.Hour, 8*24*time.Hour)}, want: time.Hour, because: "nothing new for 7 days"},
		"IdleForAMonth":        {state: story.FeedState{Pace: paced(time.Hour, 31*24*time.Hour)}, want: 6 * time.Hour, because: "nothing new for 30 days"},
		"NoneAdapts":           {limits: &Limits{Every: 5 * time.Minute}, state: story.FeedState{Pace: paced(time.Hour, 31*24*time.Hour)}, want: 5 * time.Minute, because: "every 5m"},
		"Overrun":              {overrun: true, want: 150 * time.Second, because: "its document was overrun"},
		"MaxAge":               {state: story.FeedState{Hints: story.Hints{Fresh: 7 * time.Minute, FreshWhy: "max-age 420"}}, want: 7 * time.Minute, because: "max-age 420"},
		"MaxAgeCountsFromHere": {ran: 8 * time.Second, state: story.FeedState{Hints: story.Hints{Fresh: 7 * time.Minute, FreshWhy: "max-age 420"}}, want: 7*time.Minute + 8*time.Second, because: "max-age 420"},
		"ShortMaxAge":          {state: story.FeedState{Hints: story.Hints{Fresh: time.Minute, FreshWhy: "max-age 60"}}, want: 5 * time.Minute, because: "every 5m"},
		"MaxAgeOverTheDesk":    {fixed: time.Minute, state: story.FeedState{Hints: story.Hints{Fresh: 7 * time.Minute, FreshWhy: "max-age 420"}}, want: 7 * time.Minute, because: "max-age 420"},
		"HintsAreCapped":       {state: story.FeedState{Hints: story.Hints{Fresh: 24 * time.Hour, FreshWhy: "max-age 86400"}}, want: time.Hour, because: "max-age 86400, of which 1h are heeded"},
		"CapOfTheOperator":     {limits: &Limits{Every: time.Minute, Hints: 2 * time.Minute}, fixed: time.Minute, state: story.FeedState{Hints: story.Hints{Fresh: time.Hour, FreshWhy: "max-age 3600"}}, want: 2 * time.Minute, because: "max-age 3600, of which 2m are heeded"},
		"TTL":                  {state: story.FeedState{Hints: story.Hints{Period: 15 * time.Minute, PeriodWhy: "ttl 15"}}, want: 15 * time.Minute, because: "ttl 15"},
		"HourlyByHabit":        {state: story.FeedState{Pace: paced(12*time.Minute, 0), Hints: hourly}, want: 6 * time.Minute, because: "half of the 12m between its items"},
		"HourlyBorneOut":       {state: story.FeedState{Pace: paced(3*time.Hour, 0), Hints: hourly}, want: time.Hour, because: "hourly"},
		"HourlyNotYetKnown":    {state: story.FeedState{Hints: hourly}, want: 30 * time.Minute, because: "hourly, of which 30m are heeded"},
		"HourlyAgainstTheDesk": {fixed: time.Minute, state: story.FeedState{Pace: paced(3*time.Hour, 0), Hints: hourly}, want: time.Minute, because: "every 1m"},
		"LongestHintWins":      {state: story.FeedState{Hints: story.Hints{Fresh: 7 * time.Minute, FreshWhy: "max-age 420", Period: 15 * time.Minute, PeriodWhy: "ttl 15"}}, want: 15 * time.Minute, because: "ttl 15"},
		"SkipHours":            {state: story.FeedState{Hints: story.Hints{SkipHours: 1<<12 | 1<<13}}, want: 2 * time.Hour, because: "skipHours, skipDays"},
		"SkipHoursOverDay":     {state: story.FeedState{Hints: story.Hints{SkipHours: 1<<24 - 1 - 1<<2 - 1<<3 - 1<<4 - 1<<5}}, want: 14 * time.Hour, because: "skipHours, skipDays"},
		"SkipAlmostAll":        {state: story.FeedState{Hints: story.Hints{SkipHours: 1<<24 - 1 - 1<<2}}, want: 5 * time.Minute, because: "every 5m"},
		"SkipDays":             {state: story.FeedState{Hints: story.Hints{SkipDays: 1<<time.Thursday | 1<<time.Friday}}, want: 36 * time.Hour, because: "skipHours, skipDays"},
		"SkipAllDays":          {state: story.FeedState{Hints: story.Hints{SkipDays: 127}}, want: 5 * time.Minute, because: "every 5m"},
		"RetryAfterWhenWell":   {retry: 10 * time.Hour, want: 10 * time.Hour, because: "its server asked for 10h"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			feed, l := fiveMinutes("f"), limits
			if test.fixed > 0 {
				feed.Every, feed.Adapt = test.fixed, false
			}
			if test.limits != nil {
				l = *test.limits
			}
			due, because := plan(report{feed: feed, state: &test.state, limits: l, started: noon, ended: noon.Add(test.ran), end: fine, retryAfter: test.retry, overrun: test.overrun})
			got := due.Sub(noon)
			if test.retry > 0 && got > test.want && got <= test.want*11/10 {
				got = test.want
			}
			if got != test.want || because != test.because {
				t.Errorf("next poll in %v: %s; want in %v: %s", due.Sub(noon), because, test.want, test.because)
			}
		})
	}
}

func windowed(p story.Pace, window time.Duration) story.Pace {
	p.Window = window
	return p
}

func TestBackoffDoublesToItsBoundAndEndsNever(t *testing.T) {
	tests := map[string]struct {
		end      end
		every    time.Duration
		failures int
		goners   int
		want     time.Duration // give or take a fifth
	}{
		"FirstTrouble":   {trouble, 5 * time.Minute, 1, 0, time.Minute},
		"SecondTrouble":  {trouble, 5 * time.Minute, 2, 0, 2 * time.Minute},
		"FifthTrouble":   {trouble, 5 * time.Minute, 5, 0, 16 * time.Minute},
		"EndlessTrouble": {trouble, 5 * time.Minute, 5000, 0, time.Hour},
		"FirstRefusal":   {refused, 5 * time.Minute, 1, 0, time.Minute},
		"EndlessRefusal": {refused, 5 * time.Minute, 5000, 0, 6 * time.Hour},
		"SecondLimit":    {limited, 5 * time.Minute, 2, 0, 30 * time.Minute},
		"EndlessLimit":   {limited, 5 * time.Minute, 5000, 0, 4 * time.Hour},
		"Impatient":      {trouble, time.Second, 1, 0, time.Second},
		"GoneOnce":       {ended, 5 * time.Minute, 1, 1, time.Hour},
		"GoneTwice":      {ended, 5 * time.Minute, 2, 2, 7 * 24 * time.Hour},
		"CutOff":         {cutOff, 5 * time.Minute, 5000, 0, time.Minute},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			seen := map[time.Duration]bool{}
			for _, name := range []story.FeedName{"a", "b", "c", "d"} {
				feed := &story.Feed{Name: name, Every: test.every}
				r := report{feed: feed, state: &story.FeedState{Failures: test.failures, Goners: test.goners}, started: noon, ended: noon, end: test.end}
				due, because := plan(r)
				wait := due.Sub(noon)
				if wait < test.want*4/5 || wait > test.want*6/5 || because == "" {
					t.Errorf("plan(%s) = %v because %s, want %v give or take a fifth", name, wait, because, test.want)
				}
				if again, _ := plan(r); !again.Equal(due) {
					t.Errorf("plan(%s) = %v, then %v; want the same", name, due, again)
				}
				seen[wait] = true
			}
			if len(seen) < 3 {
				t.Errorf("four feeds wait %d different times, want them apart", len(seen))
			}
		})
	}
}

func TestLimitIsKeptForAQuarterOfAnHourAtLeast(t *testing.T) {
	for _, name := range []story.FeedName{"a", "b", "c", "d", "e", "f"} {
		due, _ := plan(report{feed: fiveMinutes(name), state: &story.FeedState{Failures: 1}, started: noon, ended: noon, end: limited})
		if wait := due.Sub(noon); wait < 15*time.Minute {
			t.Errorf("plan(%s) waits %v, want 15m or more", name, wait)
		}
	}
}

func TestRetryAfterIsAFloorAndNoCeiling(t *testing.T) {
	state := &story.FeedState{Failures: 1}
	due, because := plan(report{feed: fiveMinutes("f"), state: state, started: noon, ended: noon, end: limited, retryAfter: 10 * time.Second})
	if due.Sub(noon) < 15*time.Minute || because != "it has failed once" {
		t.Errorf("plan = %v because %s, want the longer back-off", due.Sub(noon), because)
	}
	due, because = plan(report{feed: fiveMinutes("f"), state: state, started: noon, ended: noon, end: trouble, retryAfter: 20 * time.Hour})
	if wait := due.Sub(noon); wait < 20*time.Hour || wait > 22*time.Hour || because != "its server asked for 20h" {
		t.Errorf("plan = %v because %s, want 20h to 22h because its server asked", wait, because)
	}
}

func TestThePaceIsLearntFromWhatComes(t *testing.T) {
	at := func(minutes ...int) (items []story.Item, fresh []bool) {
		for _, m := range minutes {
			when := noon.Add(time.Duration(m) * time.Minute)
			items = append(items, story.Item{Published: when, Effective: when})
			fresh = append(fresh, true)
		}
		return items, fresh
	}
	var p story.Pace
	items, fresh := at(-10, -20, -30, -40, -50, -60, -70, -80, -90, -640)                                     // the page of a feed that was just added
	learn(&p, append(items, story.Item{Published: noon.Add(6 * time.Hour)}), append(fresh, true), true, noon) // the last dated ahead
	if gap, known := p.Usual(); !known || gap != 10*time.Minute {
		t.Errorf("usual gap %v (%v), want 10 minutes", gap, known)
	}
	if p.Window != 630*time.Minute || p.Listed != 11 || p.Longest < 9*time.Hour || !p.LastNew.Equal(noon.Add(-10*time.Minute)) {
		t.Errorf("pace = %+v; want a window of 630 minutes, a silence of 9 hours and news ten minutes old", p)
	}
	items, fresh = at(0, 0, 0, -700)
	fresh[3] = false
	learn(&p, items, fresh, false, noon)
	if gap, known := p.Usual(); !known || gap != 10*time.Minute || !p.LastNew.Equal(noon) {
		t.Errorf("usual gap %v (%v), news at %v; want 10 minutes and now: items of a batch count once", gap, known, p.LastNew)
	}
	silence, known := normalSilence(&p)
	if !known || silence < 13*time.Hour || silence > 14*time.Hour {
		t.Errorf("normal silence %v; want half as long again as the longest", silence)
	}
	for day := range 60 { // nine hours of silence are long past
		items, fresh = at(day * 24 * 60)
		learn(&p, items, fresh, false, noon.Add(time.Duration(day)*24*time.Hour))
	}
	if len(p.Arrivals) > arrivals || p.Longest != 24*time.Hour {
		t.Errorf("%d arrivals and a longest silence of %v; want %d at most and a day", len(p.Arrivals), p.Longest, arrivals)
	}
}
