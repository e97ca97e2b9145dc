package slack_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vedette/bot"
	"vedette/bot/slack"
	"vedette/internal/fakeroom"
)

const private = "G0123456789"

// checked starts Slack as change leaves it, and returns what a check finds
// there, one line a finding.
func checked(t *testing.T, o slack.Options, change func(*fakeroom.Slack)) []string {
	t.Helper()
	s := fakeroom.NewSlack(token)
	t.Cleanup(s.Close)
	s.SetAppToken("xapp-1", "connections:write")
	change(s)
	transport := bot.Transport()
	t.Cleanup(transport.CloseIdleConnections)
	o.API, o.Transport = s.API(), transport
	w, err := slack.New(o)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, f := range w.Check(t.Context(), []string{channel, private}) {
		if (f.Grade == bot.Well) != (f.Cure == "") {
			t.Errorf("%q is graded %d and has the cure %q", f.Says, f.Grade, f.Cure)
		}
		lines = append(lines, strings.TrimSpace([]string{"well", "lacking", "broken"}[f.Grade]+" "+f.Channel+" "+f.Says))
		if strings.Contains(f.Says+f.Cure, token) || strings.Contains(f.Says+f.Cure, "xapp-1") {
			t.Errorf("%q holds a token", f)
		}
	}
	return lines
}

func all() slack.Options { return slack.Options{Token: token, AppToken: "xapp-1"} }

func TestCheckFindsAllWell(t *testing.T) {
	got := checked(t, all(), func(*fakeroom.Slack) {})
	want := []string{
		"well  Slack takes the bot token: vedette in the workspace fakeroom.",
		"well  Slack takes the app-level token: Socket Mode can be used.",
		"well C0123456789 The app is in the channel #fakeroom.",
		"well G0123456789 The app is in the channel #fakeroom.",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

func TestEachMissingScopeHasASentence(t *testing.T) {
	for missing, want := range map[string]string{
		"chat:write":        "broken  The bot token lacks the scope chat:write: nothing can be told.",
		"commands":          "lacking  The bot token lacks the scope commands: there is no /vedette.",
		"app_mentions:read": "lacking  The bot token lacks the scope app_mentions:read: mentioning it does nothing.",
		"channels:history":  "lacking  The bot token lacks the scope channels:history: a message whose answer was lost cannot be looked up in a public channel.",
		"groups:history":    "lacking  The bot token lacks the scope groups:history: a message whose answer was lost cannot be looked up in a private channel.",
		"channels:read":     "lacking  The bot token lacks the scope channels:read: it cannot be looked up whether it is in a public channel.",
		"groups:read":       "lacking  The bot token lacks the scope groups:read: it cannot be looked up whether it is in a private channel.",
		"usergroups:read":   "lacking  The bot token lacks the scope usergroups:read: nobody has a role by a user group.",
		"pins:write":        "lacking  The bot token lacks the scope pins:write: the board is not pinned.",
		"files:write":       "lacking  The bot token lacks the scope files:write: charts are not posted.",
	} {
		t.Run(missing, func(t *testing.T) {
			got := checked(t, all(), func(s *fakeroom.Slack) { s.TakeScope(missing) })
			if len(got) != 5 || got[1] != want {
				t.Errorf("found %q, want %q among what is well", got, want)
			}
			if looked := missing == "channels:read" || missing == "groups:read"; looked != slices.ContainsFunc(got, func(l string) bool {
				return strings.HasSuffix(l, "The channel cannot be looked at: a scope for that is missing.")
			}) {
				t.Errorf("found %q", got)
			}
		})
	}
}

func TestEachThingThatIsWrongHasASentence(t *testing.T) {
	for name, tt := range map[string]struct {
		options slack.Options
		change  func(*fakeroom.Slack)
		want    string
		alone   bool // nothing else is looked at
	}{
		"TokenIsNone":        {slack.Options{Token: "xoxb-other"}, func(*fakeroom.Slack) {}, "broken  Slack does not accept the token (invalid_auth).", true},
		"TokenRevoked":       {all(), func(s *fakeroom.Slack) { s.Fail(fault(`{"ok":false,"error":"token_revoked"}`)) }, "broken  Slack does not accept the token (token_revoked).", true},
		"TokenIsAPersons":    {all(), func(s *fakeroom.Slack) { s.Fail(fault(`{"ok":true,"user":"ann","team":"desk","user_id":"U1"}`)) }, "broken  The token is a person's and not a bot's.", false},
		"NotReached":         {all(), func(s *fakeroom.Slack) { s.Close() }, "broken  Slack was not reached.", true},
		"Stumbles":           {all(), func(s *fakeroom.Slack) { s.Fail(fakeroom.Fault{Status: 503}) }, "broken  Slack stumbled (HTTP 503).", true},
		"AnotherRefusal":     {all(), func(s *fakeroom.Slack) { s.Fail(fault(`{"ok":false,"error":"odd_code"}`)) }, "broken  Slack refused the call (odd_code).", true},
		"NotSlack":           {all(), func(s *fakeroom.Slack) { s.Fail(fakeroom.Fault{Status: 404, Body: "<html>"}) }, "broken  What answers is not Slack's API (HTTP 404).", true},
		"AppTokenIsNone":     {slack.Options{Token: token, AppToken: "xapp-2"}, func(*fakeroom.Slack) {}, "lacking  Slack does not accept the app-level token: there are no commands and no buttons.", false},
		"AppTokenHasNoScope": {all(), func(s *fakeroom.Slack) { s.SetAppToken("xapp-1") }, "lacking  The app-level token lacks the scope connections:write: there are no commands and no buttons.", false},
		"AppTokenTooSoon": {
			all(), func(s *fakeroom.Slack) {
				s.Fail(fakeroom.Fault{Method: "apps.connections.open", Status: http.StatusTooManyRequests})
			},
			"lacking  Slack is busy (HTTP 429).", false,
		},
		"NotInChannel":    {all(), func(s *fakeroom.Slack) { s.Leave(channel) }, "broken C0123456789 The app is not in the channel #fakeroom.", false},
		"NotInPrivate":    {all(), func(s *fakeroom.Slack) { s.Leave(private) }, "broken G0123456789 This app sees no such channel (channel_not_found).", false},
		"ChannelArchived": {all(), func(s *fakeroom.Slack) { s.Archive(channel) }, "broken C0123456789 The channel #fakeroom is archived.", false},
	} {
		t.Run(name, func(t *testing.T) {
			got := checked(t, tt.options, tt.change)
			if !slices.Contains(got, tt.want) || (len(got) == 1) != tt.alone {
				t.Errorf("found %q, want %q", got, tt.want)
			}
		})
	}
}

// fault is an answer to auth.test.
func fault(body string) fakeroom.Fault {
	return fakeroom.Fault{Method: "auth.test", Status: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: body}
}

func TestWhatStrangersCalledThingsIsTextInFindings(t *testing.T) {
	got := checked(t, all(), func(s *fakeroom.Slack) {
		s.Fail(fault(`{"ok":true,"user":"ann\u202e\n\u001b[31m","team":"` + strings.Repeat("x", 10_000) + `","bot_id":"B1"}`))
	})
	if strings.ContainsAny(got[0], "\u202e\n\x1b") || len(got[0]) > 400 {
		t.Errorf("found %q", got[0])
	}
}
