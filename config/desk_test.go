package config_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vedette/config"
	"vedette/story"
)

// good is a desk file without a fault; each fault below is one change to it.
const good = `feeds:
  - name: wire
    url: https://example.org/wire.xml
    owner: wire
    tier: 1
    state: qatar
    outlet: The Wire
    every: 30s
  - name: coast
    url: http://example.org/coast.xml
aliases:
  idlib: [Idleb, إدلب]
watches:
  front:
    title: The front
    rule: idlib AND (ceasefire OR shelling)
    rooms: [desk, osint]
rooms:
  desk:
    slack: { channel: C0123456789 }
    zone: Europe/Istanbul
  osint:
    discord: { channel: "123456789012345678" }
  here:
    terminal: {}
`

// all is every policy, to stand at the end of good.
const all = `    tell: { from: guarded, ping: { high: here, critical: "@S0123456789" }, rate: 15m }
    quiet: { hours: "22:00-06:00", days: [fri, sat], except: critical }
    digest: ["07:30"]
    escalate: [ { unacknowledged: 10m, to: desk }, { unacknowledged: 20m, to: everyone } ]
    board: true
`

func TestLoadGivesWhatTheFileSays(t *testing.T) {
	desk, _, faults := config.Load("desk.yaml", []byte(good+all), config.Options{})
	if faults != nil {
		t.Fatal(faults)
	}
	istanbul, err := time.LoadLocation("Europe/Istanbul")
	if err != nil {
		t.Fatal(err)
	}
	want := &config.Desk{
		Feeds: []story.Feed{
			{Name: "wire", URL: "https://example.org/wire.xml", Outlet: "The Wire", Owner: "wire", Tier: 1, State: "qatar", Every: 30 * time.Second},
			{Name: "coast", URL: "http://example.org/coast.xml", Outlet: "coast", Owner: "coast", Tier: 4, Every: 5 * time.Minute, Adapt: true},
		},
		Aliases: map[string][]string{"idlib": {"Idleb", "إدلب"}},
		Watches: []story.Watch{{Name: "front", Title: "The front", Rule: "idlib AND (ceasefire OR shelling)", Rooms: []story.RoomName{"desk", "osint"}}},
		Rooms: []config.Room{
			{Name: "desk", Slack: "C0123456789", Zone: istanbul},
			{Name: "osint", Discord: "123456789012345678", Zone: time.UTC},
			{
				Name: "here", Terminal: true, Zone: time.UTC,
				Tell: config.Tell{
					From: story.Guarded, Rate: 15 * time.Minute,
					Ping: map[story.Level]story.Mention{story.High: {Kind: story.Here}, story.Critical: {Kind: story.Group, ID: "S0123456789"}},
				},
				Quiet:    config.Quiet{From: 22 * time.Hour, To: 6 * time.Hour, Days: []time.Weekday{time.Friday, time.Saturday}, Except: story.Critical},
				Digest:   []time.Duration{7*time.Hour + 30*time.Minute},
				Escalate: []config.Rung{{Unacknowledged: 10 * time.Minute, Room: "desk"}, {Unacknowledged: 20 * time.Minute, Calls: story.Mention{Kind: story.Everyone}}},
				Board:    true,
			},
		},
	}
	zones := cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() })
	if diff := cmp.Diff(want, desk, zones); diff != "" {
		t.Errorf("desk (-want +got):\n%s", diff)
	}
}

func TestLoadNotesWhatATeamMayNotMean(t *testing.T) {
	for name, tt := range map[string]struct {
		doc  string
		want []string
	}{
		"Unused":      {good, []string{`desk.yaml:24:3: warning: no watch tells the room "here"`}},
		"EscalatedTo": {good + "  duty:\n    terminal: {}\n    escalate: { unacknowledged: 10m, to: here }\n", []string{`desk.yaml:26:3: warning: no watch tells the room "duty"`}},
		"QuietForAll": {good + "    quiet: { hours: \"22:00-06:00\" }\n", []string{
			`desk.yaml:24:3: warning: no watch tells the room "here"`,
			"desk.yaml:26:12: warning: the quiet hours have no except: what is critical waits for their end too",
		}},
		"EveryPolicySet": {good + all, []string{`desk.yaml:24:3: warning: no watch tells the room "here"`}},
	} {
		t.Run(name, func(t *testing.T) {
			_, notes, faults := config.Load("desk.yaml", []byte(tt.doc), config.Options{})
			if faults != nil {
				t.Fatal(faults)
			}
			var got []string
			for _, n := range notes {
				got = append(got, n.String())
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("notes (-want +got):\n%s", diff)
			}
		})
	}
}

// A caret is an error that knows where in a rule it is.
type caret struct{ start, end int }

func (caret) Error() string { return "caret" }

func (c caret) Span() (start, end int, msg, hint string) {
	return c.start, c.end, "this ( is\nnever closed", "a )"
}

func TestLoadNamesEachFault(t *testing.T) {
	const desk = "desk.yaml"
	for name, tt := range map[string]struct {
		old, new string // a change to good
		want     string // the fault's place and message
	}{
		"UnknownTopKey":         {"aliases:", "alias:", `11:1: the desk file has no key "alias"; did you mean "aliases"?`},
		"UnknownFeedKey":        {"    tier: 1", "    teir: 1", `5:5: feeds[0] has no key "teir"; did you mean "tier"?`},
		"UnknownRoomKey":        {"    zone:", "    colour:", `21:5: rooms.desk has no key "colour"`},
		"DuplicateKey":          {"    owner: wire", "    name: other", `4:5: feeds[0] has the key "name" twice: it stands on line 2 already`},
		"DuplicateRoom":         {"  osint:\n", "  desk:\n", `22:3: rooms has the key "desk" twice: it stands on line 19 already`},
		"DuplicateFeedName":     {"name: coast", "name: wire", `9:11: the feed name "wire" stands on line 2 already`},
		"DuplicateFeedURL":      {"http://example.org/coast.xml", "https://EXAMPLE.org/wire.xml#top", `10:10: this URL stands on line 3 already`},
		"DuplicateChannel":      {`discord: { channel: "123456789012345678" }`, "slack: { channel: C0123456789 }", `23:23: this channel stands on line 20 already`},
		"DuplicateRoomName":     {"[desk, osint]", "[desk, desk]", `17:19: the room "desk" stands on line 17 already`},
		"DuplicateBareURL":      {"http://example.org/coast.xml", "https://example.org\n  - name: bay\n    url: https://example.org/", `12:10: this URL stands on line 10 already`},
		"FeedWithoutName":       {"  - name: coast\n    url:", "  - url:", `9:5: the feed has no name`},
		"FeedWithoutURL":        {"    url: http://example.org/coast.xml\n", "", `9:5: the feed "coast" has no url`},
		"FeedNameSpaces":        {"name: coast", "name: the coast", `9:11: the feed is called "the coast"`},
		"FeedNameLong":          {"name: coast", "name: " + strings.Repeat("c", 65), `9:11: the feed is called "ccc`},
		"FeedNameEmpty":         {"name: coast", `name: ""`, `9:11: feeds[1].name is empty`},
		"URLScheme":             {"http://example.org/coast.xml", "ftp://example.org/coast.xml", `10:10: the URL is neither http nor https`},
		"URLUser":               {"http://example.org/coast.xml", "http://me:pass@example.org/coast.xml", `10:10: the URL holds a user or a password`},
		"URLWithoutHost":        {"http://example.org/coast.xml", "http:///coast.xml", `10:10: the URL names no host`},
		"URLBroken":             {"http://example.org/coast.xml", "http://[::1/coast.xml", `10:10: this is not a URL`},
		"URLWithSpace":          {"http://example.org/coast.xml", "http://example.org/my coast.xml", `10:10: this is not a URL`},
		"TierHigh":              {"tier: 1", "tier: 5", `5:11: the tier is 5`},
		"TierZero":              {"tier: 1", "tier: 0", `5:11: the tier is 0`},
		"TierText":              {"tier: 1", "tier: first", `5:11: feeds[0].tier is text`},
		"EveryShort":            {"every: 30s", "every: 10ms", `8:12: every is "10ms"`},
		"EveryText":             {"every: 30s", "every: often", `8:12: every is "often"`},
		"NameIsNumber":          {"name: coast", "name: 12", `9:11: feeds[1].name is a number, not text`},
		"NameIsList":            {"name: coast", "name: [coast]", `9:11: feeds[1].name is a list`},
		"FeedIsText":            {"  - name: coast\n    url: http://example.org/coast.xml\n", "  - coast\n", `9:5: feeds[1] is text`},
		"AliasIsText":           {"[Idleb, إدلب]", "Idleb", `12:10: aliases.idlib is text`},
		"AliasEmpty":            {"[Idleb, إدلب]", "[]", `12:10: the alias "idlib" has no other names`},
		"AliasWordEmpty":        {"[Idleb, إدلب]", `[Idleb, ""]`, `12:18: aliases.idlib[1] is empty`},
		"WatchWithoutRule":      {"    rule: idlib AND (ceasefire OR shelling)\n", "", `14:3: the watch "front" has no rule`},
		"WatchRuleNull":         {"rule: idlib AND (ceasefire OR shelling)", "rule:", `16:10: watches.front.rule is empty`},
		"WatchWithoutRooms":     {"    rooms: [desk, osint]\n", "", `14:3: the watch "front" has no rooms: nobody would hear of it`},
		"WatchName":             {"  front:", "  the front:", `14:3: the watch is called "the front"`},
		"UnknownRoom":           {"[desk, osint]", "[desk, onsit]", `17:19: there is no room "onsit"; did you mean "osint"?`},
		"RuleInPlainScalar":     {"rule: idlib AND (ceasefire OR shelling)", "rule: إدلب AND (broken", `16:20: the rule cannot be read: this ( is never closed`},
		"RuleCutOff":            {"rule: idlib AND (ceasefire OR shelling)", "rule: idlib #ceasefire", `16:17: the rule is cut off here: YAML takes "#ceasefire"`},
		"RuleCutLater":          {"rule: idlib AND (ceasefire OR shelling)", "rule: idlib\n      aleppo #ceasefire", `17:14: the rule is cut off here`},
		"RuleCutInFlow":         {"rule: idlib AND (ceasefire OR shelling)\n    rooms: [desk, osint]", "{ rule: idlib #ceasefire, rooms: [desk] }", `16:19: the rule is cut off here: YAML takes "#ceasefire"`},
		"RuleAllCut":            {"rule: idlib AND (ceasefire OR shelling)", "rule: #ceasefire", `16:11: the rule is cut off here`},
		"RuleInQuotes":          {"rule: idlib AND (ceasefire OR shelling)", "rule: 'idlib AND (broken'", `16:22: the rule cannot be read: this ( is never closed`},
		"RuleInFoldedText":      {"rule: idlib AND (ceasefire OR shelling)", "rule: >-\n      idlib AND\n      (broken", `16:11: the rule cannot be read: this ( is never closed (at "(")`},
		"RuleSpanOutside":       {"rule: idlib AND (ceasefire OR shelling)", "rule: outside", `16:11: the rule cannot be read: this ( is never closed`},
		"RuleWithoutSpan":       {"rule: idlib AND (ceasefire OR shelling)", "rule: odd", `16:11: the rule cannot be read: odd rule`},
		"RoomNowhere":           {"    slack: { channel: C0123456789 }\n", "", `19:3: the room "desk" is nowhere`},
		"RoomInTwo":             {"    zone:", "    terminal: {}\n    zone:", `19:3: the room "desk" is in slack and in terminal`},
		"RoomName":              {"  here:", "  over here:", `24:3: the room is called "over here"`},
		"SlackChannelName":      {"C0123456789", `"#desk"`, `20:23: the channel is "#desk"`},
		"SlackNoChannel":        {"{ channel: C0123456789 }", "{}", `20:12: the room has no channel`},
		"DiscordChannel":        {`"123456789012345678"`, `"12345"`, `23:25: the channel is "12345"`},
		"DiscordNumber":         {`"123456789012345678"`, `123456789012345678`, `23:25: rooms.osint.discord.channel is a number, not text`},
		"Zone":                  {"Europe/Istanbul", "Europe/Idlib", `21:11: there is no time zone "Europe/Idlib"`},
		"Language":              {"zone: Europe/Istanbul", "language: dee", `21:15: there are no words in the language "dee"`},
		"ZoneOfTheMachine":      {"Europe/Istanbul", "Local", `21:11: there is no time zone "Local"`},
		"TellLevel":             {"    terminal: {}", "    terminal: {}\n    tell: { from: gaurded }", `26:19: there is no level "gaurded"; did you mean "guarded"?`},
		"PingLevel":             {"    terminal: {}", "    terminal: {}\n    tell: { ping: { loud: here } }", `26:21: there is no level "loud"`},
		"QuietHours":            {"    terminal: {}", "    terminal: {}\n    quiet: { hours: \"22-6\" }", `26:21: the quiet hours are "22-6"`},
		"QuietNoHours":          {"    terminal: {}", "    terminal: {}\n    quiet: { except: high }", `26:12: quiet has no hours`},
		"QuietAlways":           {"    terminal: {}", "    terminal: {}\n    quiet: { hours: \"22:00-22:00\" }", `26:21: the quiet hours are "22:00-22:00"`},
		"DigestShort":           {"    terminal: {}", "    terminal: {}\n    digest: [\"7:30\"]", `26:14: the digest is at "7:30"`},
		"DigestTime":            {"    terminal: {}", "    terminal: {}\n    digest: [\"25:00\"]", `26:14: the digest is at "25:00"`},
		"EscalateDuration":      {"    terminal: {}", "    terminal: {}\n    escalate: { unacknowledged: soon, to: duty }", `26:33: unacknowledged is "soon"`},
		"EscalatePast":          {"    terminal: {}", "    terminal: {}\n    escalate: { unacknowledged: -1m, to: duty }", `26:33: unacknowledged is "-1m"`},
		"EscalateNobody":        {"    terminal: {}", "    terminal: {}\n    escalate: { unacknowledged: 1m }", `26:15: escalate has no to`},
		"PingNobody":            {"    terminal: {}", "    terminal: {}\n    tell: { ping: { high: \"@oncall\" } }", `26:27: nobody can be called by "@oncall"`},
		"RateNever":             {"    terminal: {}", "    terminal: {}\n    tell: { rate: never }", `26:19: rate is "never"`},
		"QuietDay":              {"    terminal: {}", "    terminal: {}\n    quiet: { hours: \"22:00-06:00\", days: [fir] }", `26:43: there is no day "fir"; did you mean "fri"?`},
		"QuietDayTwice":         {"    terminal: {}", "    terminal: {}\n    quiet: { hours: \"22:00-06:00\", days: [fri, fri] }", `26:48: fri stands on line 26 already`},
		"DigestTwice":           {"    terminal: {}", "    terminal: {}\n    digest: [\"07:30\", \"07:30\"]", `26:23: the digest at 07:30 stands on line 26 already`},
		"EscalateNowhere":       {"    terminal: {}", "    terminal: {}\n    escalate: { unacknowledged: 1m, to: dsek }", `26:41: there is no room "dsek"; did you mean "desk"?`},
		"BoardOfAWebhook":       {"    terminal: {}", "    webhook: { url: https://example.org/hook, secret: VEDETTE_HOOK }\n    board: true", `26:12: a webhook shows no board`},
		"BoardText":             {"    terminal: {}", "    terminal: {}\n    board: often", `26:12: rooms.here.board is text`},
		"PingOfAnotherPlatform": {"    zone:", "    tell: { ping: { high: \"@&123456789012345678\" } }\n    zone:", `21:27: nobody can be called by "@&123456789012345678"`},
		"EscalateInACircle":     {"    zone:", "    escalate: { unacknowledged: 1m, to: desk }\n    zone:", `21:41: the room escalates to itself`},
		"EscalateList":          {"    zone:", "    escalate: [ { unacknowledged: 1m } ]\n    zone:", `21:17: escalate has no to`},
		"NoFeeds":               {good[:strings.Index(good, "aliases:")], "", `1:1: the desk file has no feeds: nothing would be read`},
		"NoWatches":             {good[strings.Index(good, "watches:"):strings.Index(good, "rooms:\n")], "watches:\n", `13:9: the desk file has no watches: nothing would be looked for`},
		"Empty":                 {good, "# nothing yet\n", `1:1: the desk file is empty`},
		"LevelUnknown":          {"    rooms: [desk, osint]", "    rooms: [desk, osint]\n    level: { rise: { loud: 3 } }", `18:22: there is no level "loud"`},
		"LevelCalm":             {"    rooms: [desk, osint]", "    rooms: [desk, osint]\n    level: { dead: { calm: 3 } }", `18:22: calm needs no number`},
		"LevelNoDead":           {"    rooms: [desk, osint]", "    rooms: [desk, osint]\n    level: { army: { high: 0 } }", `18:28: 0 dead`},
		"LevelBaseline":         {"    rooms: [desk, osint]", "    rooms: [desk, osint]\n    level: { baseline: 3 }", `18:24: 3 days that tell what is usual`},
		"LevelHalfLife":         {"    rooms: [desk, osint]", "    rooms: [desk, osint]\n    level: { acts: 3 weeks }", `18:20: the half-life is "3 weeks"`},
		"NotAMapping":           {good, "- a\n", `1:1: the desk file is a list`},
		"Syntax":                {"[desk, osint]", "[desk, osint", `18:1: this is not YAML: `},
		"Anchor":                {"name: coast", "name: &a coast", `9:11: feeds[1].name holds an anchor, an alias or a tag`},
		"Alias":                 {"name: coast", "name: *a", `9:11: feeds[1].name holds an anchor, an alias or a tag`},
		"Tag":                   {"name: coast", "name: !!str coast", `9:11: feeds[1].name holds an anchor, an alias or a tag`},
		"MergeKey":              {"    zone:", "    <<: {}\n    zone:", `21:5: rooms.desk has a key that is not a name`},
		"SecondDocument":        {"rooms:\n  desk:", "---\nrooms:\n  desk:", `19:1: a second document begins here`},
		"NotUTF8":               {"The front", "The fr\xffnt", `15:18: a byte that is not text`},
		"ControlCharacter":      {"The front", "The fr\x1b[31mnt", `15:18: a byte that is not text`},
		"EscapedControl":        {"The front", `"The fr\e[31mnt"`, `15:12: watches.front.title holds a control character`},
		"TooDeepFlow":           {"[desk, osint]", strings.Repeat("[", 4000) + strings.Repeat("]", 4000), `17:44: lists and mappings stand more than 32 deep`},
		"TooDeepMappings":       {"[desk, osint]", strings.Repeat("{a: ", 4000) + strings.Repeat("}", 4000), `17:140: lists and mappings stand more than 32 deep`},
		"TooDeepLines":          {good, staircase(200), `34:34: lists and mappings stand more than 32 deep`},
		"TooDeepDashes":         {"rooms: [desk, osint]", "rooms:\n     " + strings.Repeat(" -", 4000), `18:71: lists and mappings stand more than 32 deep`},
		"TooLarge":              {good, "#" + strings.Repeat("x", 1<<20), ` the file has 1048577 bytes`},
	} {
		t.Run(name, func(t *testing.T) {
			if strings.Count(good, tt.old) != 1 {
				t.Fatalf("%q stands %d times in the good file", tt.old, strings.Count(good, tt.old))
			}
			opt := config.Options{Rule: func(rule string, _ map[string][]string) error {
				if at := strings.Index(rule, "(broken"); at >= 0 {
					return fmt.Errorf("wrapped: %w", caret{at, at + 1})
				}
				switch rule {
				case "odd":
					return errors.New("odd rule")
				case "outside":
					return caret{-3, 99}
				}
				return nil
			}}
			loaded, _, faults := config.Load(desk, []byte(strings.Replace(good, tt.old, tt.new, 1)), opt)
			if loaded != nil || len(faults) == 0 {
				t.Fatalf("no fault, want %q", tt.want)
			}
			want := desk + ":" + tt.want
			if !slices.ContainsFunc(faults, func(f config.Fault) bool { return strings.HasPrefix(f.String(), want) }) {
				t.Errorf("got\n%v\nwant %q among it", faults, want)
			}
			for _, f := range faults {
				if f.Want == "" || f.Msg == "" {
					t.Errorf("%+v does not say what is wrong or what is wanted", f)
				}
			}
		})
	}
}

// staircase is a mapping in a mapping, steps deep.
func staircase(steps int) string {
	var b strings.Builder
	for i := range steps {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

func TestLoadNamesTenFaultsAtOnce(t *testing.T) {
	const planted = `feeds:
  - name: wire
    url: ftp://example.org/wire.xml
    tier: 7
  - name: wire
    url: https://example.org/coast.xml
    colour: red
    every: never
watches:
  front:
    rule: idlib AND (broken
    rooms: [dsek]
rooms:
  desk:
    slack: { channel: "#desk" }
    zone: Europe/Idlib
    quiet: { hours: late }
`
	opt := config.Options{Rule: func(string, map[string][]string) error { return caret{10, 11} }}
	_, _, faults := config.Load("desk.yaml", []byte(planted), opt)
	var lines []int
	for _, f := range faults {
		lines = append(lines, f.Line)
	}
	if diff := cmp.Diff([]int{3, 4, 5, 7, 8, 11, 12, 15, 16, 17}, lines); diff != "" {
		t.Errorf("lines of the faults (-want +got):\n%s\n%v", diff, faults)
	}
	if got := strings.Count(faults.Error(), "desk.yaml:"); got != 10 {
		t.Errorf("the text names %d places, want 10:\n%v", got, faults)
	}
}

func TestLoadReadsWindowsAndMarkedFiles(t *testing.T) {
	doc := "\ufeff" + strings.ReplaceAll(strings.Replace(good, "tier: 1", "tier: 9", 1), "\n", "\r\n")
	_, _, faults := config.Load("desk.yaml", []byte(doc), config.Options{})
	if len(faults) != 1 || faults[0].Line != 5 || faults[0].Snippet != "    tier: 9" {
		t.Errorf("faults are %+v, want the tier on line 5 alone", faults)
	}
}

func TestLoadHandsTheAliasesToTheRuleCheck(t *testing.T) {
	var got map[string][]string
	config.Load("desk.yaml", []byte(good), config.Options{Rule: func(_ string, aliases map[string][]string) error {
		got = aliases
		return nil
	}})
	if diff := cmp.Diff(map[string][]string{"idlib": {"Idleb", "إدلب"}}, got); diff != "" {
		t.Errorf("aliases (-want +got):\n%s", diff)
	}
}

func TestFaultPutsTheCaretUnderWideText(t *testing.T) {
	f := config.Fault{File: "d.yaml", Line: 1, Column: 3, Snippet: "停火x", Msg: "m"}
	want := "d.yaml:1:3: m\n    1 | 停火x\n            ^"
	if diff := cmp.Diff(want, f.String()); diff != "" {
		t.Errorf("fault (-want +got):\n%s", diff)
	}
}

func TestFaultShowsNothingThatATerminalObeys(t *testing.T) {
	doc := strings.Replace(good, "tier: 1", "tier: \u202e\tx\u2066", 1)
	_, _, faults := config.Load("desk.yaml", []byte(doc), config.Options{})
	if len(faults) != 1 || faults[0].Snippet != "    tier: \ufffd x\ufffd" {
		t.Errorf("faults are %+q, want the tier's with a plain snippet", faults)
	}
}

func TestFaultLeavesOutALineTooLongToBeRead(t *testing.T) {
	for name, tt := range map[string]struct {
		doc  string
		want int // characters of the snippet
	}{
		"FaultFarOff": {"feeds: [" + strings.Repeat("{}, ", 20) + strings.Repeat(" ", 200) + "3]", 0},
		"FaultInView": {"feeds: [3, " + strings.Repeat(" ", 200) + "]", 200},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, faults := config.Load("desk.yaml", []byte(tt.doc), config.Options{})
			i := slices.IndexFunc(faults, func(f config.Fault) bool { return strings.Contains(f.Msg, "is a number") })
			if i < 0 {
				t.Fatalf("no fault about the number:\n%v", faults)
			}
			if got := len([]rune(faults[i].Snippet)); got != tt.want {
				t.Errorf("snippet has %d characters, want %d", got, tt.want)
			}
		})
	}
}

func TestExampleDeskHasNoFault(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "vedette.example.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	desk, notes, faults := config.Load("vedette.example.yaml", data, config.Options{})
	if faults != nil || notes != nil {
		t.Fatalf("faults:\n%v\nnotes: %v", faults, notes)
	}
	if len(desk.Feeds) < 20 || len(desk.Watches) < 3 || len(desk.Rooms) != 2 {
		t.Errorf("it has %d feeds, %d watches, %d rooms", len(desk.Feeds), len(desk.Watches), len(desk.Rooms))
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(good + all)
	f.Add("a: &a [*a, *a]\n<<: *a\n? [x]\n: y\n")
	f.Add("feeds: [{name: x, url: 'http://a:b@c'}]\n---\n\t- \x00\"")
	f.Add("rooms: {d: {slack: {channel: xoxb-1-CANARY}, token: CANARY}}\n")
	f.Fuzz(func(t *testing.T, doc string) {
		doc = strings.ReplaceAll(doc, "CANARY", canary)
		opt := config.Options{Secrets: []string{canary}, Rule: func(rule string, _ map[string][]string) error {
			return caret{len(rule) / 2, len(rule) + 1}
		}}
		desk, notes, faults := config.Load("desk.yaml", []byte(doc), opt)
		if (desk == nil) != (faults != nil) {
			t.Fatalf("desk %v with faults %v", desk, faults)
		}
		for _, fault := range faults {
			if out := fault.String(); strings.Contains(out, canary) || strings.ContainsAny(out, "\x1b\x00\r") {
				t.Errorf("fault shows what it must not: %q", out)
			}
			if fault.Line > strings.Count(doc, "\n")+1 {
				t.Errorf("line %d of %d", fault.Line, strings.Count(doc, "\n")+1)
			}
		}
		for _, n := range notes {
			if strings.Contains(n.String(), canary) {
				t.Errorf("note shows a secret: %q", n)
			}
		}
	})
}

func TestLoadReadsHowLevelsAreJudged(t *testing.T) {
	file := strings.Replace(good, "    rooms: [desk, osint]\n", "    rooms: [desk, osint]\n    level: { rise: { guarded: 3 }, dead: { high: 40 }, army: { high: 2 }, baseline: 60, dwell: 5, threats: 7d, acts: 36h }\n", 1)
	desk, _, faults := config.Load("desk.yaml", []byte(file), config.Options{})
	if faults != nil {
		t.Fatal(faults)
	}
	want := map[story.WatchName]config.Judging{"front": {
		Rise: map[story.Level]int{story.Guarded: 3}, Dead: map[story.Level]int{story.High: 40}, Army: map[story.Level]int{story.High: 2},
		Baseline: 60, Dwell: 5, Threats: 7 * 24 * time.Hour, Acts: 36 * time.Hour,
	}}
	if diff := cmp.Diff(want, desk.Judging); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	refuse := config.Options{Judging: func(config.Judging) error { return errors.New("they fall") }}
	if _, _, faults := config.Load("desk.yaml", []byte(file), refuse); len(faults) != 1 || !strings.Contains(faults.Error(), "18:12: the levels cannot be judged so: they fall") {
		t.Errorf("faults are %v", faults)
	}
}
