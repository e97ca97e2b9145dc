package story_test

import (
	"testing"

	"vedette/story"
)

func counted(claims ...story.Signal) *story.Story {
	s := new(story.Story)
	for i, c := range claims {
		c.Kind = story.Killed
		it := story.Item{ID: story.ItemID(i + 1), Outlet: "Wire", Tier: 1}
		s.Reports = append(s.Reports, story.Report{Item: it, Relation: story.Reports, Signals: []story.Signal{c}})
	}
	return s
}

func TestATollUpToNowIsNotTheDeadOfThisStory(t *testing.T) {
	s := counted(story.Signal{Target: "soldiers", Count: story.Count{Low: 1400, High: 1400, Total: true}}, story.Signal{Target: "soldiers", Source: "the mayor", Count: story.Count{Low: 2, High: 2}})
	if got := s.Casualties(); got != 2 {
		t.Errorf("%d casualties, want the 2 of this event: casualties>=100 would be told", got)
	}
}

func TestTheSameDeadInOtherWordsAreCountedOnce(t *testing.T) {
	s := counted(
		story.Signal{Target: "soldiers", Source: "the mayor", Count: story.Count{Low: 6, High: 6}},
		story.Signal{Target: "troops", Source: "the governor", Count: story.Count{Low: 6, High: 6}},
		story.Signal{Target: "servicemen", Source: "the ministry", Count: story.Count{Low: 6, High: 6}},
	)
	if got := s.Casualties(); got != 6 {
		t.Errorf("%d casualties, want 6: casualties>=15 would be told", got)
	}
}
