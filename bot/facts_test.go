package bot_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vedette/bot"
	"vedette/bot/words"
	"vedette/story"
)

func TestRootShowsWhatTheReportsClaim(t *testing.T) {
	s := told()
	s.Reports[0].Signals = []story.Signal{
		{Kind: story.Shelling},
		{Kind: story.Killed, Count: story.Count{Low: 2, High: 2, Open: true}, Target: "soldiers", Source: "the ministry"},
	}
	s.Reports[2].Signals = []story.Signal{
		{Kind: story.Killed, Count: story.Count{Low: 3, High: 3}, Target: "soldiers"},
		{Kind: story.Wounded, Count: story.Count{Low: 5, High: 9}},
		{Kind: story.Shelling},
		{Kind: story.Ultimatum, Deadline: time.Date(2020, 2, 29, 21, 0, 0, 0, time.UTC)},
		{Kind: story.Ultimatum, Deadline: time.Date(2020, 2, 1, 0, 0, 0, 0, time.UTC)}, // past
		{Kind: story.Ultimatum, Deadline: time.Date(2021, 2, 1, 0, 0, 0, 0, time.UTC)},
		{Kind: story.Ultimatum, Deadline: time.Date(2022, 2, 1, 0, 0, 0, 0, time.UTC)}, // one too many
	}
	want := []bot.Fact{
		{Name: "Killed", Text: "3 soldiers (Monitor); at least 2 (the ministry)"},
		{Name: "Wounded", Text: "5 to 9 (Monitor)"},
		{Name: "Deadline", Text: "1 Mar 2020 00:00 +03"},
		{Name: "Deadline", Text: "1 Feb 2021 03:00 +03"},
		{Name: "Signals", Text: "shelling · ultimatum"},
		{Name: "Latest", Text: "Toll rises to three (Monitor, 12:00)"},
	}
	if diff := cmp.Diff(want, bot.Root(&s, time.FixedZone("+03", 3*3600), nil, words.Words{}).Facts); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
}
