package level_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vedette/story"
	"vedette/story/level"
)

func TestHardFactsCallForALevel(t *testing.T) {
	toll := dead(60, "people")
	toll[0].Count.Total = true
	for name, c := range map[string]struct {
		signals []story.Signal
		origins []string
		want    story.Level
	}{
		"SevenDead":               {dead(7, "fishermen"), []string{"wire", "coast"}, story.Calm},
		"NineDead":                {dead(9, "fishermen"), []string{"wire", "coast"}, story.Guarded},
		"TenDead":                 {dead(10, "fishermen"), []string{"wire", "coast"}, story.Elevated},
		"FiftyDead":               {dead(50, "fishermen"), []string{"wire", "coast"}, story.High},
		"TwoHundredDead":          {dead(200, "fishermen"), []string{"wire", "coast"}, story.Critical},
		"TwoHundredByOneOrigin":   {dead(200, "fishermen"), []string{"wire"}, story.Calm},
		"TwoHundredByTwoStates":   {dead(200, "fishermen"), []string{"a@odria", "b@kest"}, story.High},
		"TwoHundredByAChannel":    {dead(200, "fishermen"), []string{"ch1!", "ch2!"}, story.Elevated},
		"ASoldier":                {dead(1, "Odrian soldiers"), []string{"wire", "coast"}, story.Elevated},
		"FiveSoldiers":            {dead(5, "Odrian soldiers"), []string{"wire", "coast"}, story.High},
		"FiveOfAMilitia":          {dead(5, "militiamen"), []string{"wire", "coast"}, story.Calm},
		"TwentyTroopsInAnyTongue": {dead(20, "военнослужащих"), []string{"wire", "coast"}, story.Critical},
		"ATollOfTheWarSoFar":      {toll, []string{"wire", "coast"}, story.Calm},
	} {
		t.Run(name, func(t *testing.T) {
			h, p := warm(level.Default())
			h.Add(p.tell(on(60, 9), c.signals, c.origins...)...)
			if j := h.Judge(on(60, 23)); j.Level != c.want {
				t.Errorf("it is %v, want %v:\n%s", j.Level, c.want, said(t, j))
			}
		})
	}
}

func TestOnlyTheNumberThatTwoOriginsReportIsAFact(t *testing.T) {
	h, p := warm(level.Default())
	rs := p.tell(on(60, 9), dead(4, "people"), "wire", "coast")
	rs[1].Signal.Count = story.Count{Low: 300, High: 300}
	h.Add(rs...)
	if j := h.Judge(on(60, 23)); j.Level > story.Guarded {
		t.Errorf("4 dead by one and 300 by another make it %v:\n%s", j.Level, said(t, j))
	}
}

func TestAFactThatIsUsualCallsForNothing(t *testing.T) {
	h, p := level.New(level.Default(), start), new(pen)
	for day := range 100 {
		h.Add(p.tell(on(day, 9), dead(12, "people"), "wire", "coast")...)
	}
	days := h.Days(on(100, 0))
	if first, last := days[10].Level, days[99].Level; first != story.Elevated || last != story.Calm {
		t.Errorf("12 dead a day make it %v on day 10 and %v on day 99; want elevated, then calm", first, last)
	}
}

func TestAColdStartSaysSo(t *testing.T) {
	h, p := level.New(level.Default(), start), new(pen)
	for day := range 3 {
		for range 10 {
			h.Add(p.tell(on(day, 9), of(story.Strike, story.Threat), "wire", "coast", "herald")...)
		}
	}
	j := h.Judge(on(2, 23))
	text := said(t, j)
	if !j.Cold || j.Level != story.Guarded || !strings.Contains(text, "cold start: 2 days of past, 21 tell") || !strings.Contains(text, "held at guarded, as the score of a cold watch") {
		t.Errorf("three days in it is %v, cold %v, and says\n%s", j.Level, j.Cold, text)
	}
	if h, _ := warm(level.Default()); h.Judge(on(60, 0)).Cold {
		t.Error("after 60 days it is still cold")
	}
	none := level.New(level.Default(), time.Time{}).Judge(on(0, 0))
	if !none.Cold || none.Level != story.Calm {
		t.Errorf("without a reading it is %v, cold %v", none.Level, none.Cold)
	}
}

func TestARecordHighCallsForALevel(t *testing.T) {
	h, p := level.New(level.Default(), start), new(pen)
	busy := func(from, to int) {
		for day := from; day < to; day++ {
			h.Add(p.tell(on(day, 9), of(story.Clash), "wire", "coast")...)
		}
	}
	busy(0, 1200)
	for day := 1200; day < 1202; day++ {
		for range 6 {
			h.Add(p.tell(on(day, 9), of(story.Shelling, story.Clash), "wire", "coast", "herald")...)
		}
	}
	j := h.Judge(on(1201, 23))
	rules := func(j level.Judgement) (rules []level.Rule) {
		for _, r := range j.Reasons {
			rules = append(rules, r.Rule)
		}
		return rules
	}
	if j.Level != story.High || j.Reasons[0].Rule != level.ByThreeYears || !slices.Contains(rules(j), level.ByYear) {
		t.Errorf("the highest of three years makes it %v by %v, want high:\n%s", j.Level, rules(j), said(t, j))
	}
}

func TestDeadlinesNearAndPass(t *testing.T) {
	ends := on(68, 0)
	h, p := warm(level.Default())
	h.Add(p.tell(on(61, 9), []story.Signal{{Kind: story.Ultimatum, Deadline: ends}}, "wire", "coast")...)
	h.Add(p.tell(on(61, 10), []story.Signal{{Kind: story.Ultimatum, Deadline: on(90, 0)}}, "wire")...)
	for _, c := range []struct {
		at    time.Time
		state level.DeadlineState
		want  story.Level
	}{
		{on(61, 23), level.Ahead, story.Guarded},
		{on(66, 23), level.Ahead, story.Guarded},
		{on(67, 0), level.Near, story.Elevated},
		{on(68, 0), level.Passed, story.High},
		{on(69, 23), level.Passed, story.High},
		{on(73, 0), level.Passed, story.Elevated},
		{on(79, 0), level.Passed, story.Calm},
	} {
		j := h.Judge(c.at)
		if j.Level != c.want || len(j.Deadlines) != 2 || j.Deadlines[0].State != c.state || !j.Deadlines[0].Ends.Equal(ends) || len(j.Deadlines[0].By) != 2 {
			t.Errorf("at %v: %v, want %v and the deadline %s:\n%s", c.at, j.Level, c.want, c.state, said(t, j))
		}
	}
	var at []time.Time
	for _, c := range h.Changes(on(69, 0)) {
		at = append(at, c.At)
	}
	if diff := cmp.Diff([]time.Time{on(61, 10), on(67, 0), ends}, at); diff != "" {
		t.Errorf("rises (-want +got):\n%s", diff)
	}
	if all := h.Deadlines(on(61, 8)); len(all) != 0 {
		t.Errorf("before it was told there are deadlines %v", all)
	}
}

func TestALoneOriginsUltimatumIsKeptButLiftsLittle(t *testing.T) {
	h, p := warm(level.Default())
	h.Add(p.tell(on(61, 9), []story.Signal{{Kind: story.Ultimatum, Deadline: on(68, 0)}}, "wire")...)
	if j := h.Judge(on(68, 1)); j.Level > story.Guarded || len(j.Deadlines) != 1 {
		t.Errorf("it is %v with deadlines %v", j.Level, j.Deadlines)
	}
}

func TestEasingLowersTheTrendAndHidesNoThreat(t *testing.T) {
	threatened := func(talks int) level.Judgement {
		h, p := warm(level.Default())
		for range talks {
			h.Add(p.tell(on(60, 8), of(story.Talks, story.Ceasefire), "wire", "coast", "herald")...)
		}
		h.Add(p.tell(on(60, 9), of(story.Threat, story.Ultimatum), "wire", "coast")...)
		return h.Judge(on(60, 23))
	}
	without, with := threatened(0), threatened(5)
	if with.Level != without.Level || with.Threats.Value != without.Threats.Value || with.Net >= without.Net || with.Trend != level.Falling || without.Trend != level.Rising {
		t.Errorf("with talks %v %v, without %v %v; want the level to be the same and the trend lower", with.Level, with.Trend, without.Level, without.Trend)
	}
}

func TestParamsAreChecked(t *testing.T) {
	if err := level.Default().Check(); err != nil {
		t.Errorf("the default: %v", err)
	}
	for want, spoil := range map[string]func(*level.Params){
		"half-life of acts":  func(p *level.Params) { p.ActsHalfLife = 0 },
		"rise":               func(p *level.Params) { p.Rise[1] = 100 },
		"or a level flaps":   func(p *level.Params) { p.Fall = 1 },
		"dwell of 0 days":    func(p *level.Params) { p.Dwell = 0 },
		"guard of 90 days":   func(p *level.Params) { p.Guard = 90 },
		"less than critical": func(p *level.Params) { p.StateOnly = story.Critical },
		"floor":              func(p *level.Params) { p.Floors = []level.Floor{{Level: story.Unjudged, Killed: 1}} },
		"level \"unjudged\"": func(p *level.Params) { p.Alone = story.Unjudged },
	} {
		p := level.Default()
		spoil(&p)
		if err := p.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want a fault with %q, got %v", want, err)
		}
	}
}
