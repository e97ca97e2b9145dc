package story_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"vedette/story"
)

// said is one report with one count.
func said(hour, tier int, outlet, source, whom string, n int) story.Report {
	return story.Report{
		Item:     story.Item{Outlet: outlet, Tier: tier, Effective: time.Date(2020, 2, 3, hour, 0, 0, 0, time.UTC)},
		Relation: story.Reports,
		Signals:  []story.Signal{{Kind: story.Killed, Count: story.Count{Low: n, High: n}, Target: whom, Source: source}},
	}
}

func TestFigures(t *testing.T) {
	copied := said(9, 1, "Paper", "the ministry", "soldiers", 99)
	copied.Relation = story.Copies
	for name, tt := range map[string]struct {
		reports []story.Report
		want    []story.Figure
	}{
		"NobodyCounts": {[]story.Report{{}}, nil},
		"ASpeakersLaterNumberTakesThePlaceOfItsEarlier": {
			[]story.Report{said(6, 1, "Wire", "the ministry", "soldiers", 4), said(8, 2, "Paper", "The Ministry", "Turkish soldiers", 7)},
			[]story.Figure{{Kind: story.Killed, Whom: "Turkish soldiers", Claims: []story.Claim{{Speaker: "The Ministry", Whom: "Turkish soldiers", Count: story.Count{Low: 7, High: 7}}}}},
		},
		"WhatDiffersStaysBesideTheBetterSource": {
			[]story.Report{said(6, 1, "Wire", "", "soldiers", 4), said(8, 3, "Blog", "", "soldiers", 11), said(9, 3, "Third", "", "soldiers", 4)},
			[]story.Figure{{Kind: story.Killed, Whom: "soldiers", Claims: []story.Claim{
				{Speaker: "Wire", Whom: "soldiers", Count: story.Count{Low: 4, High: 4}}, {Speaker: "Blog", Whom: "soldiers", Count: story.Count{Low: 11, High: 11}},
			}}},
		},
		"OfEqualSourcesTheLatestLeads": {
			[]story.Report{said(8, 2, "A", "", "", 9), said(6, 2, "B", "", "", 5)},
			[]story.Figure{{Kind: story.Killed, Claims: []story.Claim{{Speaker: "A", Count: story.Count{Low: 9, High: 9}}, {Speaker: "B", Count: story.Count{Low: 5, High: 5}}}}},
		},
		"PeopleAtLargeAreNotOneSidesDead": {
			[]story.Report{said(6, 2, "A", "", "Syrian troops", 76), said(7, 2, "A", "", "", 80)},
			[]story.Figure{
				{Kind: story.Killed, Whom: "Syrian troops", Claims: []story.Claim{{Speaker: "A", Whom: "Syrian troops", Count: story.Count{Low: 76, High: 76}}}},
				{Kind: story.Killed, Claims: []story.Claim{{Speaker: "A", Count: story.Count{Low: 80, High: 80}}}},
			},
		},
		"ANumberThatAReportAscribesIsNotAlsoItsOwn": {
			[]story.Report{{Item: story.Item{Outlet: "Wire"}, Relation: story.Opens, Signals: []story.Signal{
				{Kind: story.Killed, Count: story.Count{Low: 3, High: 3}}, {Kind: story.Killed, Count: story.Count{Low: 3, High: 3}, Target: "people", Source: "the mayor"},
			}}},
			[]story.Figure{{Kind: story.Killed, Whom: "people", Claims: []story.Claim{{Speaker: "the mayor", Whom: "people", Count: story.Count{Low: 3, High: 3}}}}},
		},
		"ACopySaysNothingOfItsOwn": {
			[]story.Report{said(6, 2, "Wire", "", "soldiers", 4), copied},
			[]story.Figure{{Kind: story.Killed, Whom: "soldiers", Claims: []story.Claim{{Speaker: "Wire", Whom: "soldiers", Count: story.Count{Low: 4, High: 4}}}}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := story.Story{Reports: tt.reports}
			if diff := cmp.Diff(tt.want, s.Figures(), cmpopts.IgnoreUnexported(story.Claim{}), cmpopts.IgnoreFields(story.Claim{}, "At")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestCountIsSaidAsAPersonWould(t *testing.T) {
	for want, c := range map[string]story.Count{
		"14": {Low: 14, High: 14}, "at least 14": {Low: 14, High: 14, Open: true}, "10 to 15": {Low: 10, High: 15}, "at least 24": {Low: 24, High: 99, Open: true}, "1,234,567": {Low: 1234567, High: 1234567}, "999": {Low: 999, High: 999},
	} {
		if got := c.String(); got != want {
			t.Errorf("%+v is %q, want %q", c, got, want)
		}
	}
}

func TestCasualtiesAddUpSidesAndNotTheirSum(t *testing.T) {
	s := story.Story{Reports: []story.Report{
		said(6, 2, "A", "", "Turkish soldiers", 7), said(6, 2, "A2", "", "civilians", 2), said(7, 2, "B", "", "", 8),
		{Relation: story.Reports, Signals: []story.Signal{{Kind: story.Wounded, Count: story.Count{Low: 12, High: 12, Open: true}}, {Kind: story.Displaced, Count: story.Count{Low: 900}}}},
	}}
	if got := s.Casualties(); got != 7+2+12 {
		t.Errorf("casualties are %d, want 21", got)
	}
}

func TestTheDeadWithoutANumberAreNoFigure(t *testing.T) {
	t.Parallel()
	s := story.Story{Reports: []story.Report{{Item: story.Item{ID: 1, Outlet: "Wire"}, Signals: []story.Signal{{Kind: story.Killed, Target: "traders"}}}}}
	if f := s.Figures(); len(f) != 0 || s.Casualties() != 0 {
		t.Errorf("figures are %+v, %d casualties, want none", f, s.Casualties())
	}
}
