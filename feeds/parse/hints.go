package parse

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	ext "github.com/mmcdole/gofeed/extensions"
	"github.com/mmcdole/gofeed/rss"

	"vedette/story"
)

// maxPeriod bounds how seldom a document says that it changes.
const maxPeriod = 30 * 24 * time.Hour

// hintsOf reads ttl, skipHours, skipDays and the syndication module.
func hintsOf(feed *rss.Feed) story.Hints {
	var h story.Hints
	if minutes, err := strconv.Atoi(strings.TrimSpace(feed.TTL)); err == nil && minutes > 0 {
		h.Period, h.PeriodWhy = time.Duration(min(minutes, 1<<20))*time.Minute, fmt.Sprintf("ttl %d", minutes)
	}
	if d, why := syndication(feed.Extensions); d > h.Period {
		h.Period, h.PeriodWhy = d, why
	}
	h.Period = min(h.Period, maxPeriod)
	for _, text := range feed.SkipHours {
		if hour, err := strconv.Atoi(strings.TrimSpace(text)); err == nil && hour >= 0 && hour <= 24 {
			h.SkipHours |= 1 << (hour % 24) // both 0 and 24 are midnight
		}
	}
	for _, text := range feed.SkipDays {
		for day := time.Sunday; day <= time.Saturday; day++ {
			if strings.EqualFold(strings.TrimSpace(text), day.String()) {
				h.SkipDays |= 1 << day
			}
		}
	}
	return h
}

// syndication reads how often the syndication module says that a feed changes.
func syndication(extensions ext.Extensions) (time.Duration, string) {
	said := make(map[string]string)
	for name, all := range extensions["sy"] {
		if len(all) > 0 {
			said[strings.ToLower(name)] = strings.ToLower(strings.TrimSpace(all[0].Value))
		}
	}
	every := said["updateperiod"]
	period := map[string]time.Duration{
		"hourly": time.Hour, "daily": 24 * time.Hour, "weekly": 7 * 24 * time.Hour, "monthly": maxPeriod, "yearly": maxPeriod,
	}[every]
	if period == 0 {
		return 0, ""
	}
	times, err := strconv.Atoi(said["updatefrequency"])
	if err != nil || times < 1 {
		times = 1
	}
	return period / time.Duration(times), fmt.Sprintf("sy:updatePeriod %s, sy:updateFrequency %d", every, times)
}

// earlier returns the link to the page of a feed before this one (RFC 5005),
// or "".
func earlier(links map[string][]string, base *url.URL) string {
	for _, rel := range []string{"prev-archive", "next"} {
		for _, raw := range links[rel] {
			if to := link(raw, base); to != "" {
				return to
			}
		}
	}
	return ""
}

// linksOf returns the targets of the Atom links that an RSS feed borrows.
func linksOf(extensions ext.Extensions) map[string][]string {
	links := make(map[string][]string)
	for _, prefix := range []string{"atom", "atom10", "a10"} {
		for _, l := range extensions[prefix]["link"] {
			links[l.Attrs["rel"]] = append(links[l.Attrs["rel"]], l.Attrs["href"])
		}
	}
	return links
}
