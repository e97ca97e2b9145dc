package story_test

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vedette/story"
)

// agreed is a subscription that its hub confirmed at noon for a day, and whose
// pushes have come before polls so often.
func agreed(beats int) story.Push {
	p := story.Push{}.Polled(heardAt(noon.Add(-time.Minute)), nil).Agreed(noon, 24*time.Hour)
	p.Beats = beats
	return p
}

func heardAt(at time.Time) story.Heard {
	return story.Heard{
		At: at, Since: at.Add(-5 * time.Minute), Callback: "https://vedette.example", Read: true, Topic: "https://wire.example/rss",
		Hubs: []string{"https://a.example/", "https://b.example/"}, Token: "t", Secret: "s", MayAsk: true,
	}
}

func items(keys ...string) (all []story.Item) {
	for _, key := range keys {
		all = append(all, story.Item{Keys: []string{key, "l:" + key}, Effective: noon})
	}
	return all
}

// TestAHubIsTrustedAsFarAsItHasProvedItself holds each judgement of a hub, and
// what `vedette feeds` says of it.
func TestAHubIsTrustedAsFarAsItHasProvedItself(t *testing.T) {
	hour := noon.Add(time.Hour)
	for name, test := range map[string]struct {
		push    story.Push
		at      time.Time
		trusted bool
		why     string
	}{
		"NoHub":       {story.Push{}, noon, false, ""},
		"Unconfirmed": {story.Push{}.Polled(heardAt(noon), nil), noon, false, "its hub has not confirmed a subscription"},
		"OnTrial":     {agreed(2), hour, false, "its hub is on trial: 2 of 3 pushes have come before a poll"},
		"Proved":      {agreed(3), hour, true, "its hub pushes, and comes before the polls"},
		"ThirdPush":   {agreed(2).Brought(hour, items("a"), 1), hour, true, "its hub pushes, and comes before the polls"},
		"LatePush":    {agreed(2).Brought(hour, items("a"), 0), hour, false, "its hub is on trial: 2 of 3 pushes have come before a poll"},
		"RunOut":      {agreed(3), noon.Add(24 * time.Hour), false, "its hub's promise has run out"},
		"Owing":       {agreed(3).Polled(heardAt(hour), items("a")), hour, false, "a poll has found what its hub has not pushed"},
		"PaidInTime":  {agreed(3).Polled(heardAt(hour), items("a", "b")).Brought(hour.Add(2*time.Minute), items("l:x", "b", "a"), 0), hour.Add(2 * time.Minute), true, "its hub pushes, and comes before the polls"},
		"PaidInPart":  {agreed(3).Polled(heardAt(hour), items("a", "b")).Brought(hour.Add(time.Minute), items("a"), 0), hour.Add(time.Minute), false, "a poll has found what its hub has not pushed"},
		"NotPaid":     {agreed(3).Polled(heardAt(hour), items("a")).Polled(heardAt(hour.Add(3*time.Minute)), nil), hour.Add(3 * time.Minute), false, "its hub is distrusted: a poll found an item at 13:00 on 13 Aug UTC that no push had brought two minutes later"},
		"OwedBefore":  {agreed(3).Polled(heardAt(noon.Add(2*time.Minute)), items("a")), hour, true, "its hub pushes, and comes before the polls"},
		"Denied":      {agreed(3).Denied(hour, "no room"), hour, false, "its hub has not confirmed a subscription"},
		"NoCallback":  {agreed(3).Polled(story.Heard{At: hour}, nil), hour, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if trusted, why := test.push.Standing(test.at); trusted != test.trusted || why != test.why {
				t.Errorf("trusted %v: %s\nwant    %v: %s", trusted, why, test.trusted, test.why)
			}
		})
	}
}

func TestDistrustLastsADayAndUntilPushesComeFirstAgain(t *testing.T) {
	p := agreed(3).Polled(heardAt(noon.Add(time.Hour)), items("a")).Polled(heardAt(noon.Add(2*time.Hour)), nil)
	p.Ends = noon.Add(100 * time.Hour)
	for i := range 3 {
		p = p.Brought(noon.Add(3*time.Hour), items(fmt.Sprint(i)), 1)
	}
	if trusted, _ := p.Standing(noon.Add(25 * time.Hour)); trusted {
		t.Error("trusted again within a day")
	}
	if trusted, why := p.Standing(noon.Add(26 * time.Hour)); !trusted {
		t.Errorf("not trusted after a day and three pushes: %s", why)
	}
}

func TestHubsAreAskedLessAndLessOftenAndEachInTurn(t *testing.T) {
	p, at := story.Push{}, noon
	var waits []time.Duration
	var hubs []string
	for range 12 {
		p = p.Polled(heardAt(at), nil)
		if !p.Asked.Equal(at) {
			t.Fatalf("not asked at %v, which was planned", at)
		}
		hubs = append(hubs, p.Hub)
		waits = append(waits, p.NextAsk.Sub(at))
		if again := p.Polled(heardAt(p.NextAsk.Add(-time.Second)), nil); !again.Asked.Equal(at) {
			t.Fatalf("asked before %v", p.NextAsk)
		}
		at = p.NextAsk
	}
	want := []time.Duration{10, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440, 1440, 1440}
	for i, w := range want {
		if w *= time.Minute; waits[i] > w || waits[i] < w*9/10 {
			t.Errorf("wait %d is %v, want %v or a tenth less", i, waits[i], w)
		}
	}
	a, b := "https://a.example/", "https://b.example/"
	if diff := cmp.Diff([]string{a, a, a, b, b, b, a, a, a, b, b, b}, hubs); diff != "" {
		t.Errorf("hubs asked (-want +got):\n%s", diff)
	}
	h := heardAt(at)
	h.MayAsk = false
	if again := p.Polled(h, nil); again.Asked.Equal(at) {
		t.Error("asked by a poll that may not")
	}
}

func TestALeaseIsRenewedAfterTwoThirdsWhateverItIs(t *testing.T) {
	p := story.Push{}.Polled(heardAt(noon), nil)
	for lease, want := range map[time.Duration]struct{ ends, next time.Duration }{
		24 * time.Hour:        {24 * time.Hour, 16 * time.Hour},
		0:                     {240 * time.Hour, 160 * time.Hour},
		10000 * time.Hour:     {720 * time.Hour, 480 * time.Hour},
		time.Second:           {time.Second, 10 * time.Minute},
		-5 * time.Hour:        {240 * time.Hour, 160 * time.Hour},
		90 * 24 * time.Minute: {36 * time.Hour, 24 * time.Hour},
	} {
		got := p.Agreed(noon, lease)
		if next := got.NextAsk.Sub(noon); got.Ends.Sub(noon) != want.ends || next > want.next || next < want.next*9/10 {
			t.Errorf("a lease of %v ends after %v and is renewed after %v, want %v and %v or a tenth less", lease, got.Ends.Sub(noon), next, want.ends, want.next)
		}
	}
}

func TestAClockThatIsSetMovesASubscription(t *testing.T) {
	st := story.FeedState{Push: agreed(3).Polled(heardAt(noon.Add(time.Hour)), items("a"))}
	got := st.Shifted(2*time.Hour, noon.Add(3*time.Hour)).Push
	for name, pair := range map[string][2]time.Time{
		"Asked": {st.Push.Asked, got.Asked}, "NextAsk": {st.Push.NextAsk, got.NextAsk}, "From": {st.Push.From, got.From},
		"Ends": {st.Push.Ends, got.Ends}, "OwedSince": {st.Push.OwedSince, got.OwedSince},
	} {
		if pair[0].IsZero() || pair[1].Sub(pair[0]) != 2*time.Hour {
			t.Errorf("%s moved from %v to %v", name, pair[0], pair[1])
		}
	}
	if !got.Lapsed.IsZero() {
		t.Error("a time that there was not has moved")
	}
}

func TestAnotherURLEndsASubscription(t *testing.T) {
	f := story.Feed{Name: "wire", URL: "https://wire.example/new"}
	old := story.FeedState{Feed: "wire", Source: "https://wire.example/rss", Push: agreed(3)}
	if st := f.Declared(old, noon, 1); st.Push.Token != "" {
		t.Errorf("a feed at another URL keeps %+v", st.Push)
	}
	f.URL = old.Source
	if st := f.Declared(old, noon, 1); st.Push.Token != "t" {
		t.Error("a reload of the desk file ends a subscription")
	}
}

func TestAnotherAddressOfOursOrHubEndsASubscription(t *testing.T) {
	for name, change := range map[string]func(h *story.Heard){
		"Callback":       func(h *story.Heard) { h.Callback = "https://other.example" },
		"CallbackUnread": func(h *story.Heard) { h.Callback, h.Read, h.Hubs = "https://other.example", false, nil },
		"Topic":          func(h *story.Heard) { h.Topic = "https://wire.example/new" },
		"Hub":            func(h *story.Heard) { h.Hubs = []string{"https://c.example/"} },
	} {
		h := heardAt(noon.Add(time.Hour))
		h.Token, h.Secret = "new", "new"
		if p := agreed(3).Polled(h, nil); p.Token != "t" || p.Secret != "s" {
			t.Fatalf("a poll that hears the same begins anew: %+v", p)
		}
		change(&h)
		if p := agreed(3).Polled(h, nil); p.Token != "new" || p.Secret != "new" || !p.From.IsZero() || p.Beats != 0 || !p.Asked.Equal(h.At) {
			t.Errorf("%s: the subscription is %+v, want one that begins anew and is asked for", name, p)
		}
	}
	if p := agreed(3).Denied(noon, ""); p.Hub != "https://b.example/" {
		t.Errorf("after a denial %s is asked, want the next", p.Hub)
	}
}

func TestASecretIsNeverShown(t *testing.T) {
	p := agreed(0)
	p.Token, p.Secret = "canary-token", "canary-secret"
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", slog.Any("secret", p.Secret), slog.Any("push", p))
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", slog.Any("secret", p.Secret))
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		fmt.Fprintf(&log, verb, p)
		fmt.Fprintf(&log, verb, p.Token)
	}
	if strings.Contains(log.String(), "canary") || strings.Contains(log.String(), fmt.Sprintf("%x", "canary")) {
		t.Errorf("shown:\n%s", log.String())
	}
}
