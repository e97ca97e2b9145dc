package story_test

import (
	"fmt"
	"testing"
	"time"

	"vedette/story"
)

var noon = time.Date(2026, 8, 13, 12, 0, 0, 0, time.UTC)

func TestManyNewFeedsAreSpreadOverTheirInterval(t *testing.T) {
	for feeds, want := range map[int]time.Duration{1: 0, 16: 0, 1000: 50 * time.Second, 10_000: 5 * time.Minute} {
		var quarters [4]int
		latest := time.Duration(0)
		for i := range feeds {
			f := story.Feed{Name: story.FeedName(fmt.Sprint("feed ", i)), URL: "u", Every: 5 * time.Minute}
			st := f.Declared(story.FeedState{Feed: f.Name}, noon, feeds)
			wait := st.NextDue.Sub(noon)
			if again := f.Declared(story.FeedState{Feed: f.Name}, noon, feeds); !again.NextDue.Equal(st.NextDue) {
				t.Fatalf("slot %v, then %v; want the same", st.NextDue, again.NextDue)
			}
			latest = max(latest, wait)
			if want > 0 {
				quarters[min(3, 4*wait/want)]++
			}
		}
		if latest > want || feeds >= 1000 && latest < want*9/10 {
			t.Errorf("%d feeds: the last is due after %v, want about %v", feeds, latest, want)
		}
		for i, n := range quarters {
			if want > 0 && (n < feeds/5 || n > feeds/3) {
				t.Errorf("%d feeds: %d in quarter %d, want them spread", feeds, n, i)
			}
		}
	}
}

func TestADeclaredFeedKeepsWhatItKnowsOfItsURL(t *testing.T) {
	f := story.Feed{Name: "f", URL: "https://new.example/", Every: 5 * time.Minute}
	known := story.FeedState{
		Feed: "f", Source: "https://new.example/", ETag: `"1"`, Seeded: true, Failures: 3, LastPoll: noon.Add(-time.Minute), NextDue: noon.Add(4 * time.Minute),
		Health: story.Health{State: story.HealthBlind, Told: story.HealthBlind},
	}
	old := known
	old.Source = "https://old.example/"
	late := known
	late.NextDue = noon.Add(-time.Hour)
	resting := late
	resting.Rest = noon.Add(3 * time.Hour)
	ahead := known
	ahead.LastPoll, ahead.NextDue = noon.Add(2*time.Hour), noon.Add(2*time.Hour+time.Minute)
	tests := map[string]struct {
		was  story.FeedState
		due  time.Duration
		etag string
	}{
		"Unchanged":           {known, 4 * time.Minute, `"1"`},
		"URLChanged":          {old, 0, ""},
		"OverdueAfterABreak":  {late, 0, `"1"`},
		"SentAwayByItsServer": {resting, 3 * time.Hour, `"1"`},
		"PolledInTheFuture":   {ahead, 0, `"1"`},
		"NeverHeardOf":        {story.FeedState{Feed: "f"}, 0, ""},
		"DueThisVeryMoment":   {story.FeedState{Feed: "f", Source: f.URL, NextDue: noon}, 0, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := f.Declared(test.was, noon, 1)
			if got.NextDue.Sub(noon) != test.due || got.ETag != test.etag || got.Source != f.URL || got.Health != test.was.Health {
				t.Errorf("Declared = %+v; want it due in %v with the validator %q and the health as it was told", got, test.due, test.etag)
			}
		})
	}
	for _, st := range []story.FeedState{old, {Feed: "f"}} {
		if got := f.Declared(st, noon, 1); got.Seeded || got.Failures != 0 {
			t.Errorf("Declared = %+v; want nothing kept of another URL", got)
		}
	}
}

func TestAStepOfTheClockMovesWhatIsDue(t *testing.T) {
	st := story.FeedState{Feed: "f", NextDue: noon, LastPoll: noon.Add(-time.Minute), Rest: noon.Add(time.Hour)}
	for _, by := range []time.Duration{2 * time.Hour, -2 * time.Hour} {
		got := st.Shifted(by, noon.Add(by))
		if got.NextDue.Sub(noon) != by || got.Rest.Sub(noon) != by+time.Hour || !got.Gone.IsZero() || got.LastPoll.Sub(noon) != by-time.Minute {
			t.Errorf("Shifted(%v) = %+v; want all that is set moved by it", by, got)
		}
	}
}

func TestAStepOfTheClockMovesWhatWasPlannedByTheOldOne(t *testing.T) {
	now := noon // when it is noticed
	for name, c := range map[string]struct {
		by, polled, want time.Duration // of now
	}{
		"SetOn":                 {by: time.Hour, polled: -time.Hour - time.Second, want: 0},
		"SetOnAndPolledSince":   {by: time.Hour, polled: -time.Second, want: 0},
		"SetOnAndNoticedLate":   {by: time.Hour, polled: -30 * time.Second, want: -29 * time.Second},
		"SetBack":               {by: -time.Hour, polled: time.Hour - time.Second, want: 0},
		"SetBackAndPolledSince": {by: -time.Hour, polled: -time.Second, want: 0},
		"LongPolled":            {by: -time.Hour, polled: 30 * time.Minute, want: -30*time.Minute + time.Second},
	} {
		st := story.FeedState{LastPoll: now.Add(c.polled)}
		st.NextDue = st.LastPoll.Add(time.Second)
		if got := st.Shifted(c.by, now).NextDue.Sub(now); got != c.want {
			t.Errorf("%s: it is due %v after now, want %v", name, got, c.want)
		}
	}
}
