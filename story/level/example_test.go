package level_test

import (
	"os"
	"time"

	"vedette/story"
	"vedette/story/level"
)

// Two agencies report that Odria threatens Kest with force.
func ExampleHistory_Judge() {
	noon := time.Date(2031, 6, 1, 12, 0, 0, 0, time.UTC)
	h := level.New(level.Default(), noon.AddDate(0, -2, 0)) // two months without a report
	for i, origin := range []string{"Coast News", "Herald"} {
		for _, kind := range []story.SignalKind{story.Threat, story.Mobilisation} {
			h.Add(level.Reading{At: noon, Item: story.ItemID(7 + i), Story: 3, Origin: origin, Tier: 2, Signal: story.Signal{Kind: kind}})
		}
	}
	_ = h.Judge(noon).Explain(os.Stdout)
	// Output:
	// guarded, rising · 2031-06-01 12:00 UTC
	// guarded: threats 4.2 scales above what is usual here; guarded begins at 2.5; evidence: 2 origins: Coast News #7, Herald #8
	// threats 21.0 = 21.0 told today + 0.0 left of the days before; usual 0.0, scale 5.0: 4.2 scales above
	//   +10.5 mobilisation, story of #3 (weight 7): 2 origins: Coast News #7, Herald #8
	//   +10.5 threat of force, story of #3 (weight 7): 2 origins: Coast News #7, Herald #8
	// acts 15.8 = 15.8 told today + 0.0 left of the days before; usual 0.0, scale 25.0: 0.6 scales above
	//   +15.8 reports, whatever they claim (weight 10 a doubling)
	// trend: threats and acts less easing make 4.8 scales; 0.0 on average in the week before
}
