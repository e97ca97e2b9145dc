package level_test

import (
	"slices"
	"strings"
	"testing"

	"vedette/story"
	"vedette/story/level"
)

// war returns three days of heavy fighting after the quiet days, as the
// origins tell it.
func war(p *pen, origins ...string) (rs []level.Reading) {
	for day := 60; day < 63; day++ {
		for hour := range 12 {
			rs = append(rs, p.tell(on(day, hour), slices.Concat(of(story.Strike, story.Clash, story.Threat), dead(60, "people")), origins...)...)
		}
	}
	return rs
}

func TestHowFarTheEvidenceLifts(t *testing.T) {
	for name, c := range map[string]struct {
		origins []string
		want    story.Level
	}{
		"TwoOrigins":                  {[]string{"wire", "coast"}, story.Critical},
		"OneOrigin":                   {[]string{"wire"}, story.Guarded},
		"OneStateOutlet":              {[]string{"agency@odria"}, story.Guarded},
		"StateOutletsOfTwoStates":     {[]string{"agency@odria", "pravda@kest"}, story.High},
		"StateOutletsAndAnother":      {[]string{"agency@odria", "pravda@kest", "wire"}, story.Critical},
		"UnvettedChannels":            {[]string{"ch1!", "ch2!", "ch3!"}, story.Elevated},
		"AnUnvettedChannelAndAnother": {[]string{"ch1!", "wire"}, story.Critical},
	} {
		t.Run(name, func(t *testing.T) {
			h, p := warm(level.Default())
			h.Add(war(p, c.origins...)...)
			if j := h.Judge(on(62, 23)); j.Level != c.want {
				t.Errorf("%v makes it %v, want %v:\n%s", c.origins, j.Level, c.want, said(t, j))
			}
		})
	}
}

func TestAStrayReportDoesNotOpenTheGateForOneOrigin(t *testing.T) {
	for origin, most := range map[string]story.Level{"wire": story.Guarded, "agency@odria": story.Guarded} {
		h, p := warm(level.Default())
		h.Add(war(p, origin)...)
		h.Add(p.tell(on(62, 12), of(story.Clash), "coast")...)
		if j := h.Judge(on(62, 23)); j.Level > most+1 {
			t.Errorf("%s and a report of one clash make it %v, want %v at most:\n%s", origin, j.Level, most+1, said(t, j))
		}
	}
}

func TestCopiesAddNothing(t *testing.T) {
	h, p := warm(level.Default())
	one := p.tell(on(60, 9), of(story.Strike), "wire", "coast")
	h.Add(one...)
	before := h.Judge(on(60, 23)).Acts.Value
	for range 40 {
		again := one[0]
		p.item++
		again.Item, again.Outlet, again.At = p.item, "a paper", again.At.Add(3600e9)
		h.Add(again)
	}
	if after := h.Judge(on(60, 23)).Acts.Value; after != before {
		t.Errorf("with 40 copies of one text the acts are %v, want %v as without", after, before)
	}
}

func TestEachFurtherOriginAddsLess(t *testing.T) {
	fresh := func(origins ...string) float64 {
		h, p := warm(level.Default())
		h.Add(p.tell(on(60, 9), of(story.Threat), origins...)...)
		return h.Judge(on(60, 23)).Threats.Fresh
	}
	one, two, three := fresh("a"), fresh("a", "b"), fresh("a", "b", "c")
	if one != 7 || two != 10.5 || three <= two || three-two >= two-one {
		t.Errorf("one, two and three origins give %v, %v, %v; want 7, 10.5 and a third of 7 more", one, two, three)
	}
}

func TestAWatchOfALoneSourceMayBeLetHigher(t *testing.T) {
	params := level.Default()
	params.Alone = story.High
	h, p := warm(params)
	h.Add(war(p, "wire")...)
	j := h.Judge(on(62, 23))
	if text := said(t, j); j.Level != story.Guarded || !strings.Contains(text, "calm without wire") {
		t.Errorf("it is %v and says\n%s", j.Level, text)
	}
}
