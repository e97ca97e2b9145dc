package command

import (
	"testing"
	"time"

	"vedette/bot/words"
	"vedette/story"
	"vedette/story/level"
)

func TestAChartSaysTheLevelOfNow(t *testing.T) {
	now := time.Date(2031, 3, 20, 14, 0, 0, 0, time.UTC)
	past := level.New(level.Default(), now.AddDate(0, 0, -10))
	for i, owner := range []string{"wire", "paper"} {
		past.Add(level.Reading{
			At: now.Add(-time.Hour), Item: story.ItemID(i + 1), Story: 1, Outlet: owner, Origin: owner, Tier: 1,
			Signal: story.Signal{Kind: story.Killed, Target: "soldiers", Count: story.Count{Low: 6, High: 6}},
		})
	}
	want := past.Judge(now).Level
	c := Chart("Front", past, level.Default(), now, 90, words.Words{})
	if got := c.Days[len(c.Days)-1].Level; want != story.High || got != want {
		t.Errorf("the chart's badge is %v, and the watch stands at %v", got, want)
	}
}
