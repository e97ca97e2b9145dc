package bot_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vedette/bot"
	"vedette/story"
)

// berlin keeps a room's clock: on 28 March 2021 it went from 02:00 to 03:00,
// on 31 October from 03:00 back to 02:00.
func berlin(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func at(t *testing.T, zone *time.Location, text string) time.Time {
	t.Helper()
	tm, err := time.ParseInLocation("2006-01-02 15:04", text, zone)
	if err != nil {
		t.Fatal(err)
	}
	return tm
}

const hour = time.Hour

func TestQuietHoursAreThoseOfTheClockOnTheWall(t *testing.T) {
	night := bot.Quiet{From: 22 * hour, To: 6 * hour}
	noon := bot.Quiet{From: 12 * hour, To: 14 * hour}
	weekend := bot.Quiet{From: 22 * hour, To: 6 * hour, Days: []time.Weekday{time.Friday, time.Saturday}}
	for name, tt := range map[string]struct {
		quiet bot.Quiet
		now   string // UTC
		until string // UTC, or ""
	}{
		"Never":                    {bot.Quiet{}, "2021-03-10 23:00", ""},
		"ByDay":                    {noon, "2021-03-10 12:00", "2021-03-10 13:00"},
		"BeforeItBegins":           {night, "2021-03-10 20:59", ""},
		"AsItBegins":               {night, "2021-03-10 21:00", "2021-03-11 05:00"},
		"AfterMidnight":            {night, "2021-03-11 04:59", "2021-03-11 05:00"},
		"AsItEnds":                 {night, "2021-03-11 05:00", ""},
		"NightThatLosesAnHour":     {night, "2021-03-27 21:00", "2021-03-28 04:00"},
		"NightThatLosesAnHourLate": {night, "2021-03-28 03:59", "2021-03-28 04:00"},
		"NightThatLostAnHourIsOut": {night, "2021-03-28 04:00", ""},
		"NightThatGainsAnHour":     {night, "2021-10-30 20:00", "2021-10-31 05:00"},
		"NightThatGainsAnHourLate": {night, "2021-10-31 04:59", "2021-10-31 05:00"},
		"NightOfAnotherDay":        {weekend, "2021-03-10 22:00", ""},
		"NightThatBeganOnItsDay":   {weekend, "2021-03-14 04:00", "2021-03-14 05:00"},
		"NightAfterItsDays":        {weekend, "2021-03-14 22:00", ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := ""
			if until := tt.quiet.Until(at(t, time.UTC, tt.now).In(berlin(t))); !until.IsZero() {
				got = until.UTC().Format("2006-01-02 15:04")
			}
			if got != tt.until {
				t.Errorf("at %s UTC quiet until %q, want %q", tt.now, got, tt.until)
			}
		})
	}
}

func TestDigestsComeOnceADayOverAClockChange(t *testing.T) {
	for name, tt := range map[string]struct {
		policy bot.Policy
		from   string // UTC
		want   []string
	}{
		"Spring":        {bot.Policy{Digests: []time.Duration{7*hour + 30*time.Minute}}, "2021-03-27 00:00", []string{"27 06:30", "28 05:30", "29 05:30"}},
		"Autumn":        {bot.Policy{Digests: []time.Duration{7*hour + 30*time.Minute}}, "2021-10-30 00:00", []string{"30 05:30", "31 06:30", "1 06:30"}},
		"HourThatIsOut": {bot.Policy{Digests: []time.Duration{2*hour + 30*time.Minute}}, "2021-03-27 00:00", []string{"27 01:30", "28 01:30", "29 00:30"}},
		"HourThatTwice": {bot.Policy{Digests: []time.Duration{2*hour + 30*time.Minute}}, "2021-10-30 02:00", []string{"31 01:30", "1 01:30", "2 01:30"}},
		"QuietEnds":     {bot.Policy{Quiet: bot.Quiet{From: 22 * hour, To: 6 * hour}}, "2021-03-27 00:00", []string{"27 05:00", "28 04:00", "29 04:00"}},
		"BothAtOnce":    {bot.Policy{Digests: []time.Duration{5 * hour, 12 * hour}, Quiet: bot.Quiet{From: 22 * hour, To: 6 * hour}}, "2021-03-27 06:00", []string{"27 11:00", "28 04:00", "28 10:00"}},
		"OnADayAlone":   {bot.Policy{Quiet: bot.Quiet{From: 22 * hour, To: 6 * hour, Days: []time.Weekday{time.Sunday}}}, "2021-03-22 06:00", []string{"29 04:00", "5 04:00", "12 04:00"}},
		"None":          {bot.Policy{}, "2021-03-27 00:00", nil},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			now := at(t, time.UTC, tt.from).In(berlin(t))
			for range 3 {
				if now = tt.policy.Next(now); now.IsZero() {
					break
				}
				got = append(got, now.UTC().Format("2 15:04"))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("digests in UTC (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWeighing(t *testing.T) {
	policy := bot.Policy{
		From:  story.Elevated,
		Ping:  map[story.Level]story.Mention{story.High: {Kind: story.Here}, story.Critical: {Kind: story.Group, ID: "S0123456789"}},
		Quiet: bot.Quiet{From: 22 * hour, To: 6 * hour, Except: story.Critical},
	}
	by := func(owners ...string) (s story.Story) {
		for i, o := range owners {
			s.Reports = append(s.Reports, story.Report{Item: story.Item{ID: story.ItemID(i + 1), Owner: o}})
		}
		return s
	}
	tell := func(act story.Act, level story.Level, owners ...string) story.Due {
		d := story.Due{Now: noon, Dispatch: story.Dispatch{Act: act, Story: by(owners...), Notice: story.Notice{Kind: story.Update, Item: story.ItemID(len(owners))}}}
		d.Story.Level = level
		return d
	}
	bulletin := func(kind story.NoticeKind, from, to story.Level) story.Due {
		return story.Due{Now: noon, Dispatch: story.Dispatch{Act: story.Post, Notice: story.Notice{Kind: kind, Bulletin: &story.Bulletin{Kind: kind, From: from, To: to}}}}
	}
	night := time.Date(2020, 2, 3, 23, 0, 0, 0, time.UTC)
	late := func(d story.Due) story.Due { d.Now = night; return d }
	after := func(d story.Due, ago time.Duration, level story.Level) story.Due {
		d.LastPing = story.Ping{At: d.Now.Add(-ago), Level: level}
		return d
	}
	escalated := func(d story.Due, taken bool) story.Due {
		d.Notice.Kind, d.Acknowledged = story.Escalation, taken
		return d
	}
	again := tell(story.Post, story.High, "a")
	again.Calls = story.Mention{Kind: story.Here}
	copied := tell(story.Reply, story.High, "a", "b")
	copied.Story.Reports[1].Relation = story.Copies
	for name, tt := range map[string]struct {
		due   story.Due
		state story.DeliveryState
		calls string
		why   string
	}{
		"BelowTheRoomsLevel":             {tell(story.Post, story.Guarded, "a"), story.Below, "", "guarded, and the room is told from elevated"},
		"UnjudgedIsBelow":                {tell(story.Post, story.Unjudged, "a"), story.Below, "", "unjudged, and the room is told from elevated"},
		"ToldWithoutAMention":            {tell(story.Post, story.Elevated, "a"), story.Owed, "", ""},
		"ANewStoryPings":                 {tell(story.Post, story.High, "a"), story.Owed, "here", "pings here: a new story"},
		"AHigherMentionTakesOver":        {tell(story.Post, story.Critical, "a"), story.Owed, "@S0123456789", "pings @S0123456789: a new story"},
		"TheSameOwnerDoesNot":            {tell(story.Reply, story.High, "a", "a"), story.Owed, "", "no ping: neither new nor higher nor confirmed for the first time"},
		"ASecondOriginConfirms":          {tell(story.Reply, story.High, "a", "b"), story.Owed, "here", "pings here: an independent source confirms"},
		"AThirdConfirmsNothing":          {tell(story.Reply, story.High, "a", "b", "c"), story.Owed, "", "no ping: neither new nor higher nor confirmed for the first time"},
		"ACopyConfirmsNothing":           {copied, story.Owed, "", "no ping: neither new nor higher nor confirmed for the first time"},
		"ARisePings":                     {bulletin(story.LevelChange, story.Elevated, story.High), story.Owed, "here", "pings here: the level rises"},
		"AFallIsToldToWhoWasTold":        {bulletin(story.LevelChange, story.Elevated, story.Calm), story.Owed, "", ""},
		"AFallDoesNotPing":               {bulletin(story.LevelChange, story.Critical, story.High), story.Owed, "", "no ping: neither new nor higher nor confirmed for the first time"},
		"ARiseBelowIsNotTold":            {bulletin(story.LevelChange, story.Calm, story.Guarded), story.Below, "", "guarded, and the room is told from elevated"},
		"ADeadlineDoesNotPing":           {bulletin(story.Deadline, story.High, story.High), story.Owed, "", "no ping: neither new nor higher nor confirmed for the first time"},
		"TheRateHoldsThePing":            {after(tell(story.Post, story.High, "a"), 9*time.Minute, story.High), story.Owed, "", "no ping: the last was 9m0s ago at high, and the room wants 10m0s between two"},
		"TheRateIsOver":                  {after(tell(story.Post, story.High, "a"), 10*time.Minute, story.High), story.Owed, "here", "pings here: a new story"},
		"ARiseBreaksTheRate":             {after(tell(story.Post, story.Critical, "a"), time.Minute, story.High), story.Owed, "@S0123456789", "pings @S0123456789: a new story"},
		"AnotherAttemptPingsAsBefore":    {after(again, time.Second, story.High), story.Owed, "here", "pings as it did before"},
		"HeldAtNight":                    {late(tell(story.Post, story.High, "a")), story.Held, "", "quiet hours until 4 Feb 06:00 UTC"},
		"CriticalWakes":                  {late(tell(story.Post, story.Critical, "a")), story.Owed, "@S0123456789", "pings @S0123456789: a new story"},
		"ABulletinIsHeldToo":             {late(bulletin(story.LevelChange, story.Elevated, story.High)), story.Held, "", "quiet hours until 4 Feb 06:00 UTC"},
		"BelowIsBelowAtNight":            {late(tell(story.Post, story.Guarded, "a")), story.Below, "", "guarded, and the room is told from elevated"},
		"AMuteThatEndsIsTold":            {bulletin(story.MuteEnd, 0, 0), story.Owed, "", ""},
		"AMuteThatEndsAtNightIsHeld":     {late(bulletin(story.MuteEnd, 0, 0)), story.Held, "", "quiet hours until 4 Feb 06:00 UTC"},
		"AFeedsHealthIsNoMatterOfALevel": {bulletin(story.FeedHealth, 0, 0), story.Owed, "", ""},
		"ADigestIsAlwaysTold":            {late(bulletin(story.DigestKind, 0, 0)), story.Owed, "", ""},
		"AnEscalationBreaksTheNight":     {late(after(escalated(tell(story.Post, story.Critical, "a"), false), time.Minute, story.Critical)), story.Owed, "@S0123456789", "escalation"},
		"AcknowledgedInTime":             {escalated(tell(story.Post, story.Critical, "a"), true), story.Expired, "", "the story was acknowledged in time"},
	} {
		t.Run(name, func(t *testing.T) {
			v := policy.Weigh(&tt.due, time.UTC)
			if v.State != tt.state || v.Calls.String() != tt.calls || v.Why != tt.why {
				t.Errorf("verdict is %s %q, %q; want %s %q, %q", v.State, v.Calls, v.Why, tt.state, tt.calls, tt.why)
			}
		})
	}
}

func TestWhatHasWaitedLongComesInADigest(t *testing.T) {
	waits := bot.Policy{Backlog: 2 * hour}
	due := func(waited time.Duration, level story.Level) story.Due {
		return story.Due{Now: noon, Dispatch: story.Dispatch{Act: story.Post, Story: story.Story{Level: level}, Notice: story.Notice{Kind: story.NewStory, At: noon.AddDate(-1, 0, 0)}, Owed: noon.Add(-waited)}}
	}
	again := due(3*hour, story.High)
	again.Notice.Kind, again.Notice.Bulletin = story.DigestKind, &story.Bulletin{Kind: story.DigestKind}
	for name, tt := range map[string]struct {
		policy bot.Policy
		due    story.Due
		state  story.DeliveryState
		why    string
	}{
		"Waited":             {waits, due(2*hour+time.Second, story.High), story.Held, "it had waited for more than 2 h 0 min"},
		"NotYet":             {waits, due(2*hour, story.High), story.Owed, ""},
		"Critical":           {waits, due(3*hour, story.Critical), story.Owed, ""},
		"TheDigest":          {waits, again, story.Owed, ""},
		"WhereNobodyAsksFor": {bot.Policy{}, due(30*hour, story.High), story.Owed, ""},
	} {
		t.Run(name, func(t *testing.T) {
			v := tt.policy.Weigh(&tt.due, time.UTC)
			if v.State != tt.state || v.Why != tt.why || v.State == story.Held && !v.Until.Equal(noon.Add(5*time.Minute)) {
				t.Errorf("verdict is %s until %s, %q; want %s, %q", v.State, v.Until, v.Why, tt.state, tt.why)
			}
		})
	}
}

func TestClimbing(t *testing.T) {
	policy := bot.Policy{Escalate: []bot.Rung{{After: 10 * time.Minute, Room: "duty"}, {After: 20 * time.Minute, Calls: story.Mention{Kind: story.User, ID: "U0123456789"}}}}
	alarm := func(rung int) story.Alarm {
		return story.Alarm{Story: 7, Room: "desk", Since: noon, Rung: rung, Level: story.Critical}
	}
	taken, fallen := alarm(1), alarm(1)
	taken.Taken, fallen.Level = true, story.High
	for name, tt := range map[string]struct {
		policy bot.Policy
		alarm  story.Alarm
		after  time.Duration
		want   story.Step // without Alarm and At
		rung   int
	}{
		"TooSoon":       {policy, alarm(0), 9 * time.Minute, story.Step{Next: noon.Add(10 * time.Minute)}, 0},
		"FirstRung":     {policy, alarm(0), 10 * time.Minute, story.Step{To: "duty", Reason: "critical, and nobody has acknowledged it in desk for 10 min", Next: noon.Add(30 * time.Minute)}, 1},
		"FirstRungLate": {policy, alarm(0), 70 * time.Minute, story.Step{To: "duty", Reason: "critical, and nobody has acknowledged it in desk for 1 h 10 min", Next: noon.Add(90 * time.Minute)}, 1},
		"LastRung":      {policy, alarm(1), 30 * time.Minute, story.Step{To: "desk", Calls: story.Mention{Kind: story.User, ID: "U0123456789"}, Reason: "critical, and nobody has acknowledged it in desk for 30 min", Why: "the last rung was told"}, 2},
		"Acknowledged":  {policy, taken, 30 * time.Minute, story.Step{Why: "the story was acknowledged"}, 1},
		"Fallen":        {policy, fallen, 30 * time.Minute, story.Step{Why: "the story is high"}, 1},
		"NoLadder":      {bot.Policy{}, alarm(0), time.Minute, story.Step{Why: "there are no further rungs"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			got := tt.policy.Climb(&tt.alarm, noon.Add(tt.after))
			tt.want.Alarm, tt.want.At = tt.alarm, noon.Add(tt.after)
			tt.want.Alarm.Rung = tt.rung
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("step (-want +got):\n%s", diff)
			}
		})
	}
}
