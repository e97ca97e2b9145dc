package watch

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vedette/story"
)

func TestThresholdsAreKeptApartFromTheText(t *testing.T) {
	t.Parallel()
	r := mustParse(t, `outlets>=3 idlib (truce casualties>10) age<2d level>=high origins=1 score<60`, nil)
	want := []Threshold{{Outlets, ">=", 3}, {Casualties, ">", 10}, {Age, "<", 48}, {Level, ">=", int(story.High)}, {Origins, "=", 1}, {Score, "<", 60}}
	if diff := cmp.Diff(want, r.Thresholds()); diff != "" {
		t.Errorf("thresholds (-want +got):\n%s", diff)
	}
	if _, ok := r.Match(&story.Item{Title: "Truce in Idlib"}); !ok {
		t.Error("an item is refused for what only its story can tell")
	}
	if got := mustParse(t, `idlib`, nil).Thresholds(); got != nil {
		t.Errorf("a rule without thresholds has %v", got)
	}
}

func TestThresholdsJudgeTheFactsOfAStory(t *testing.T) {
	t.Parallel()
	facts := Facts{Outlets: 2, Origins: 1, Casualties: 12, Score: 59, Age: 47*time.Hour + 59*time.Minute, Level: story.High}
	for src, want := range map[string]bool{
		"outlets>=2": true, "outlets>2": false, "sources=2": true, "origins<=1": true, "origins<1": false,
		"casualties>10": true, "casualties>12": false, "score>=60": false, "score<60": true,
		"age<2d": true, "age<47h": false, "age<=47h": true, "age>=48h": false, "level>=high": true, "level>high": false, "level=critical": false, "level<critical": true,
	} {
		if got := mustParse(t, "idlib "+src, nil).Thresholds()[0].Holds(facts); got != want {
			t.Errorf("%s: %v, want %v", src, got, want)
		}
	}
}

func TestStrictKeepsWithinOneSentence(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		src, body string
		want      bool
	}{
		{`"peace talks"`, "They want peace. Talks go on.", true},
		{`strict:"peace talks"`, "They want peace. Talks go on.", false},
		{`strict:"peace talks"`, "They want peace. Talks go on: peace, talks.", true},
		{`strict:"gen smith"`, "Then Gen. Smith left.", true},
		{`strict:U.S.`, "The U.S. Army left.", true},
		{`strict:"停火 协议"`, "宣布停火。协议", false},
		{`strict:"هل انتهت"`, "هل؟ انتهت", false},
		{`drone NEAR/5 hit`, "A drone came. Nothing was hit.", true},
		{`strict:(drone NEAR/5 hit)`, "A drone came. Nothing was hit.", false},
		{`strict:(drone NEAR/5 hit)`, "A drone came.\nIt hit a drone.", true},
		{`count(strict:"aa bb")>=2`, "Aa bb. Aa. Bb. Aa, bb.", true},
		{`count(strict:"aa bb")>=3`, "Aa bb. Aa. Bb. Aa, bb.", false},
		{`title:strict:"a b"`, "a b", false},
		{`aa NOT strict:"aa bb"`, "Aa. Bb.", true},
	} {
		it := &story.Item{Body: c.body}
		r := mustParse(t, c.src, nil)
		ev, ok := r.Match(it)
		if ok != c.want {
			t.Errorf("%s: %q: matched %v", c.src, c.body, ok)
		}
		checkEvidence(t, it, ev)
	}
}
