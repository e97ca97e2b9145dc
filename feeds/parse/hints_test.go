package parse_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vedette/story"
)

func TestHintsAreReadFromTheDocument(t *testing.T) {
	const sy = ` xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"`
	tests := map[string]struct {
		channel string
		want    story.Hints
	}{
		"TTL":              {"<ttl> 15 </ttl>", story.Hints{Period: 15 * time.Minute, PeriodWhy: "ttl 15"}},
		"TTLNone":          {"<ttl>0</ttl>", story.Hints{}},
		"TTLGarbage":       {"<ttl>soon</ttl><ttl>-5</ttl>", story.Hints{}},
		"TTLForever":       {"<ttl>99999999</ttl>", story.Hints{Period: 30 * 24 * time.Hour, PeriodWhy: "ttl 99999999"}},
		"TwiceAnHour":      {"<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>", story.Hints{Period: 30 * time.Minute, PeriodWhy: "sy:updatePeriod hourly, sy:updateFrequency 2"}},
		"Daily":            {"<sy:updatePeriod>\n daily </sy:updatePeriod>", story.Hints{Period: 24 * time.Hour, PeriodWhy: "sy:updatePeriod daily, sy:updateFrequency 1"}},
		"UnknownPeriod":    {"<sy:updatePeriod>often</sy:updatePeriod>", story.Hints{}},
		"FrequencyGarbage": {"<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>-1</sy:updateFrequency>", story.Hints{Period: time.Hour, PeriodWhy: "sy:updatePeriod hourly, sy:updateFrequency 1"}},
		"LongestOfBoth":    {"<ttl>15</ttl><sy:updatePeriod>hourly</sy:updatePeriod>", story.Hints{Period: time.Hour, PeriodWhy: "sy:updatePeriod hourly, sy:updateFrequency 1"}},
		"SkipHours":        {"<skipHours><hour>0</hour><hour>24</hour><hour> 3 </hour><hour>25</hour><hour>x</hour></skipHours>", story.Hints{SkipHours: 1 | 1<<3}},
		"SkipDays":         {"<skipDays><day>Sunday</day><day>saturday</day><day>Funday</day></skipDays>", story.Hints{SkipDays: 1 | 1<<6}},
		"Nothing":          {"", story.Hints{}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r, err := parseText(strings.Replace(rss(test.channel+"<item><title>x</title></item>"), "<rss", "<rss"+sy, 1))
			if diff := cmp.Diff(test.want, r.Hints); diff != "" || err != nil {
				t.Errorf("hints (%v, -want +got):\n%s", err, diff)
			}
		})
	}
}

func TestTheEarlierPageIsFoundInAnyForm(t *testing.T) {
	tests := map[string]struct{ body, want string }{
		"RSS":         {rss(`<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="next" href="/p2"/><item><title>x</title></item>`), "https://e.example/p2"},
		"Atom":        {`<feed xmlns="http://www.w3.org/2005/Atom"><link rel="self" href="/s"/><link rel="prev-archive" href="a1"/><link rel="next" href="n"/><entry><title>x</title></entry></feed>`, "https://e.example/feeds/a1"},
		"JSON":        {`{"version":"https://jsonfeed.org/version/1.1","next_url":"https://e.example/j2","items":[{"id":"1","title":"x"}]}`, "https://e.example/j2"},
		"None":        {rss("<item><title>x</title></item>"), ""},
		"NoAddress":   {`<feed xmlns="http://www.w3.org/2005/Atom"><link rel="next" href="javascript:alert(1)"/><entry><title>x</title></entry></feed>`, ""},
		"OtherScheme": {`{"version":"https://jsonfeed.org/version/1.1","next_url":"file:///etc/passwd","items":[{"id":"1","title":"x"}]}`, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if r, err := parseText(test.body); err != nil || r.Earlier != test.want {
				t.Errorf("the earlier page is %q, %v; want %q", r.Earlier, err, test.want)
			}
		})
	}
}
