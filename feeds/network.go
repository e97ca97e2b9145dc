package feeds

import (
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/publicsuffix"

	"vedette/story"
)

const (
	outageWindow = 2 * time.Minute // within which failures are one outage
	fewestPolls  = 3               // that make one
	limitWindow  = 10 * time.Minute
)

// A network remembers, across the feeds, what only all of them together tell:
// whether it is our own network that is down, and which sites have had enough
// of us. It is lost at a restart, and learnt again within minutes. It is safe
// for concurrent use.
type network struct {
	mu     sync.Mutex // guards the rest
	latest map[story.FeedName]look
	since  time.Time // when the outage began, or zero
	limits map[string]limit
}

// A look is how the last poll of a feed fared.
type look struct {
	at        time.Time
	host      string
	unreached bool
}

// A limit is what a site has said.
type limit struct {
	feed story.FeedName // the last to be limited
	at   time.Time
	rest time.Time // no feed of the site is asked before
}

// An outage of our own network. The zero outage is none.
type outage struct {
	since          time.Time
	failed, polled int
}

func newNetwork() *network {
	return &network{latest: make(map[story.FeedName]look), limits: make(map[string]limit)}
}

// note takes in how a poll of feed fared, and returns the outage that there
// is: at least half of the feeds polled within the window, on more than one
// host, were not reached.
func (n *network) note(feed story.FeedName, host string, unreached bool, now time.Time) outage {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.latest[feed] = look{now, host, unreached}
	var o outage
	hosts := make(map[string]bool)
	first := now
	for name, l := range n.latest {
		if now.Sub(l.at) > outageWindow {
			delete(n.latest, name)
			continue
		}
		o.polled++
		if l.unreached {
			o.failed++
			hosts[l.host] = true
			if l.at.Before(first) {
				first = l.at
			}
		}
	}
	if o.polled < fewestPolls || 2*o.failed < o.polled || len(hosts) < 2 {
		n.since = time.Time{}
		return outage{}
	}
	if n.since.IsZero() {
		n.since = first
	}
	o.since = n.since
	return o
}

// limited takes in that feed was told to slow down and waits until due. If
// two feeds of a site are within ten minutes, the whole site is left alone:
// its limit counts requests, not feeds.
func (n *network) limited(feed story.FeedName, site string, now, due time.Time) {
	if site == "" {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	was, known := n.limits[site]
	l := limit{feed: feed, at: now, rest: was.rest}
	if known && was.feed != feed && now.Sub(was.at) <= limitWindow && due.After(l.rest) {
		l.rest = due
	}
	n.limits[site] = l
}

// rests returns until when a site is left alone, or the zero time.
func (n *network) rests(site string) time.Time {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.limits[site].rest
}

// hostOf returns the host that raw is on, with its port.
func hostOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Host)
}

// siteOf returns the registrable domain that raw is on. A host that is an
// address or stands alone, as a bridge in one's own network does, is no site:
// "".
func siteOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if _, err := netip.ParseAddr(host); err == nil {
		return ""
	}
	site, err := publicsuffix.EffectiveTLDPlusOne(host)
	if err != nil {
		return ""
	}
	return site
}
