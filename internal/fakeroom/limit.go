package fakeroom

import (
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Limit is how often a server does one thing: Most times in a While, which
// begins with the first of them. The zero Limit is none.
type Limit struct {
	Most  int
	While time.Duration
}

// A meter counts what is done under limits, by what it is done to.
type meter map[string]*window

// A window is a while of a limit.
type window struct {
	ends time.Time
	left int
}

// take counts one more of what is named so, unless its limit is used up. It
// returns how many more there may be, and when the while is over.
func (m meter) take(name string, l Limit) (left int, after time.Duration, ok bool) {
	now := time.Now()
	w := m[name]
	if w == nil || !now.Before(w.ends) {
		w = &window{ends: now.Add(l.While), left: l.Most}
		m[name] = w
	}
	if w.left == 0 {
		return 0, w.ends.Sub(now), false
	}
	w.left--
	return w.left, w.ends.Sub(now), true
}

// seconds writes d as Discord does, with no more of it lost than a millisecond
// too many.
func seconds(d time.Duration) float64 { return math.Ceil(d.Seconds()*1000) / 1000 }

// limited returns act for what Discord's limits leave room for.
func (d *Discord) limited(act func(*call) answer) func(*call) answer {
	return func(c *call) answer {
		if d.PerAccount.Most > 0 && !strings.Contains(c.name, "_token}") { // answers to people are outside it
			if _, after, ok := d.meter.take("", d.PerAccount); !ok {
				return busy(after, "global")
			}
		}
		left, after := 999, time.Second // as generous as no client can use up
		limit := Limit{Most: 1000}
		if channel := c.PathValue("channel"); channel != "" && d.PerChannel.Most > 0 {
			var ok bool
			limit = d.PerChannel
			if left, after, ok = d.meter.take(c.name+" "+channel, limit); !ok {
				return busy(after, "user")
			}
		}
		a := act(c)
		if a.header == nil {
			a.header = http.Header{}
		}
		reset := strconv.FormatFloat(seconds(time.Duration(time.Now().UnixNano())+after), 'f', 3, 64)
		for name, v := range map[string]string{
			"Limit": strconv.Itoa(limit.Most), "Remaining": strconv.Itoa(left), "Reset": reset,
			"Reset-After": strconv.FormatFloat(seconds(after), 'f', 3, 64), "Bucket": "fakeroom",
		} {
			a.header.Set("X-RateLimit-"+name, v)
		}
		return a
	}
}

// busy is Discord's answer to what comes too soon: of one channel's, or of all.
func busy(after time.Duration, scope string) answer {
	h := http.Header{"Retry-After": {strconv.Itoa(int(math.Ceil(after.Seconds())))}}
	h.Set("X-RateLimit-Scope", scope)
	if scope == "global" {
		h.Set("X-RateLimit-Global", "true")
	}
	return answer{status: http.StatusTooManyRequests, header: h, body: object{
		"message": "You are being rate limited.", "retry_after": seconds(after), "global": scope == "global",
	}}
}

// Refused returns when requests were answered with 401, 403 or 429, which
// Discord bans an address for if they are many.
func (s *server) Refused() []time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.refused)
}

// answered notes the status of an answer.
func (s *server) answered(status int) {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests:
		s.mu.Lock()
		defer s.mu.Unlock()
		s.refused = append(s.refused, time.Now())
	}
}
