package feeds

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"vedette/story"
)

// How long nothing may be got from a feed before it is blind.
const (
	blindAfter   = 30 * time.Minute
	missingAfter = 24 * time.Hour // of a document that is not there, or not for us: 404, 401
)

// healthOf judges how well a feed is after a poll at now, and why. The state
// is as the poll leaves it.
func healthOf(st *story.FeedState, now time.Time) (story.HealthState, string) {
	silence, known := normalSilence(&st.Pace)
	switch {
	case st.Goners > 1:
		return story.HealthGone, "its publisher says that it is gone for good (410)"
	case st.Failures > 0 || !st.FailingFrom.IsZero():
		return failing(st, now)
	case !st.Empty.IsZero():
		return story.HealthStale, fmt.Sprintf("its document is empty, where it listed %d items", st.Pace.Listed)
	case known && now.Sub(st.Pace.LastNew) > silence:
		return story.HealthStale, fmt.Sprintf("nothing new for %s; %s would be normal for it", long(now.Sub(st.Pace.LastNew)), long(silence))
	}
	return story.HealthOK, ""
}

// failing judges a feed whose last poll failed.
func failing(st *story.FeedState, now time.Time) (story.HealthState, string) {
	patience := blindAfter
	if st.LastStatus == http.StatusNotFound || st.LastStatus == http.StatusUnauthorized {
		patience = missingAfter
	}
	why := st.LastError
	if st.Rest.After(now) {
		why = fmt.Sprintf("%s, and not to ask again for %s", why, long(st.Rest.Sub(now)))
	}
	if now.Sub(st.FailingFrom) >= patience || st.Rest.Sub(st.FailingFrom) >= patience {
		return story.HealthBlind, why
	}
	return story.HealthLate, why
}

// diagnose sets the health of st at now, and returns what the operators
// should hear: once when a feed falls ill, and once when it is well again.
// While our own network is down they hear of that instead.
func diagnose(f *story.Feed, st *story.FeedState, down outage, rooms []story.RoomName, now time.Time) (tell []story.Bulletin) {
	state, why := healthOf(st, now)
	if h := &st.Health; h.State != state {
		h.State, h.Since = state, now
		if state == story.HealthBlind || state == story.HealthLate {
			h.Since = st.FailingFrom
		}
	}
	h := &st.Health
	h.Why = why
	say := func(key, text string, reasons ...string) {
		if len(rooms) > 0 {
			tell = append(tell, story.Bulletin{Kind: story.FeedHealth, Key: key, Reasons: append([]string{text}, reasons...), At: now, Rooms: rooms})
		}
	}
	switch {
	case down.since.IsZero() && state == story.HealthOK && h.Told != "":
		say(fmt.Sprintf("%s well %d", f.Name, now.Unix()), fmt.Sprintf("%s is well again: it was %s for %s", called(f), h.Told, long(now.Sub(h.From))))
		h.Told, h.From = "", time.Time{}
	case state == story.HealthOK, state == story.HealthLate, h.Told == state:
	case !down.since.IsZero() && state == story.HealthBlind:
		say(fmt.Sprintf("outage %d", down.since.Unix()),
			fmt.Sprintf("Nothing can be reached since %s UTC: %d of %d feeds. It looks like our own network", down.since.UTC().Format("15:04"), down.failed, down.polled))
	default:
		h.Told, h.From = state, h.Since
		say(fmt.Sprintf("%s %s %d", f.Name, state, h.Since.Unix()), fmt.Sprintf("%s %s", called(f), verdict(state, now.Sub(h.Since))), why)
	}
	return tell
}

// verdict says what a state means for who relies on the feed.
func verdict(state story.HealthState, lasting time.Duration) string {
	switch state {
	case story.HealthBlind:
		if lasting >= time.Minute {
			return "is blind for " + long(lasting) + ": nothing can be got from it"
		}
		return "is blind: nothing can be got from it"
	case story.HealthGone:
		return "is gone: it is asked once a week from here on"
	case story.HealthStale:
		return "has fallen silent"
	case story.HealthOK, story.HealthLate:
	}
	return "is " + string(state)
}

// called returns a feed's outlet and name, as an operator knows it.
func called(f *story.Feed) string {
	if f.Outlet == "" || strings.EqualFold(f.Outlet, string(f.Name)) {
		return string(f.Name)
	}
	return fmt.Sprintf("%s (%s)", f.Outlet, f.Name)
}

// long returns d in the units in which people speak of it.
func long(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%d days", int(d.Round(24*time.Hour)/(24*time.Hour)))
	case d >= 90*time.Minute:
		return fmt.Sprintf("%d hours", int(d.Round(time.Hour)/time.Hour))
	case d >= 90*time.Second:
		return fmt.Sprintf("%d minutes", int(d.Round(time.Minute)/time.Minute))
	}
	return fmt.Sprintf("%d seconds", int(d.Round(time.Second)/time.Second))
}
