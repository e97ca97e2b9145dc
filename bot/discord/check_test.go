package discord_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vedette/bot"
	"vedette/bot/discord"
	"vedette/internal/fakeroom"
)

const other = "123456789012345679"

// checked starts Discord as change leaves it, and returns what a check finds
// there, one line a finding.
func checked(t *testing.T, o discord.Options, change func(*fakeroom.Discord)) []string {
	t.Helper()
	d, err := fakeroom.NewDiscord(token, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	change(d)
	transport := bot.Transport()
	t.Cleanup(transport.CloseIdleConnections)
	o.API, o.Transport = d.API(), transport
	if o.Token == "" {
		o.Token = token
	}
	a, err := discord.New(o)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, f := range a.Check(t.Context(), []string{channel, other}) {
		if (f.Grade == bot.Well) != (f.Cure == "") {
			t.Errorf("%q is graded %d and has the cure %q", f.Says, f.Grade, f.Cure)
		}
		lines = append(lines, strings.Join([]string{[]string{"well", "lacking", "broken"}[f.Grade], f.Channel, f.Says}, " "))
	}
	return lines
}

const (
	well  = "well  Discord takes the token: vedette."
	still = "well  No privileged intent is on, and none is needed."
	here  = "well 123456789012345678 The bot may do in #fakeroom what it is for."
	there = "well 123456789012345679 The bot may do in #fakeroom what it is for."
)

func TestCheckFindsAllWell(t *testing.T) {
	got := checked(t, discord.Options{}, func(*fakeroom.Discord) {})
	if diff := cmp.Diff([]string{well, still, here, there}, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

func TestEachMissingPermissionHasASentence(t *testing.T) {
	for name, tt := range map[string]struct {
		bit  int64
		want string
	}{
		"View":    {fakeroom.ViewChannel, "broken 123456789012345678 The bot does not see the channel (code 50001)."},
		"Send":    {fakeroom.SendMessages, "broken 123456789012345678 The bot lacks Send Messages in #fakeroom: nothing can be told."},
		"Embed":   {fakeroom.EmbedLinks, "broken 123456789012345678 The bot lacks Embed Links in #fakeroom: messages are refused."},
		"History": {fakeroom.ReadMessageHistory, "lacking 123456789012345678 The bot lacks Read Message History in #fakeroom: a message cannot be answered, and one whose answer was lost cannot be looked up."},
		"Threads": {fakeroom.CreatePublicThreads, "lacking 123456789012345678 The bot lacks Create Public Threads in #fakeroom: further reports stand in the channel and not in a thread."},
		"Within":  {fakeroom.SendMessagesInThreads, "lacking 123456789012345678 The bot lacks Send Messages in Threads in #fakeroom: further reports stand in the channel and not in a thread."},
		"Attach":  {fakeroom.AttachFiles, "lacking 123456789012345678 The bot lacks Attach Files in #fakeroom: charts are not posted."},
		"Pin":     {fakeroom.PinMessages, "lacking 123456789012345678 The bot lacks Pin Messages in #fakeroom: the board is not pinned."},
	} {
		t.Run(name, func(t *testing.T) {
			got := checked(t, discord.Options{}, func(d *fakeroom.Discord) { d.Deny(channel, tt.bit) })
			if diff := cmp.Diff([]string{well, still, tt.want, there}, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEachThingThatIsWrongHasASentence(t *testing.T) {
	const publicKey = "3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29"
	answers := func(method, body string) func(*fakeroom.Discord) {
		return func(d *fakeroom.Discord) {
			d.Fail(fakeroom.Fault{Method: method, Status: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: body})
		}
	}
	for name, tt := range map[string]struct {
		options discord.Options
		change  func(*fakeroom.Discord)
		want    string
		alone   bool // nothing else is looked at
	}{
		"TokenIsNone":     {discord.Options{Token: "MTE.other.other"}, func(*fakeroom.Discord) {}, "broken  Discord does not accept the token (HTTP 401).", true},
		"TokenIsAPersons": {discord.Options{}, answers("GET /users/@me", `{"id":"1","username":"ann"}`), "broken  The token is not a bot's.", true},
		"NotReached":      {discord.Options{}, func(d *fakeroom.Discord) { d.Close() }, "broken  Discord was not reached.", true},
		"NotDiscord":      {discord.Options{}, func(d *fakeroom.Discord) { d.Fail(fakeroom.Fault{Status: 404, Body: "<html>"}) }, "broken  What answers is not Discord's API (HTTP 404).", true},
		"Stumbles":        {discord.Options{}, func(d *fakeroom.Discord) { d.Fail(fakeroom.Fault{Status: 503}) }, "broken  Discord stumbled (HTTP 503).", true},
		"AppUnknown":      {discord.Options{}, func(d *fakeroom.Discord) { d.Fail(fakeroom.Fault{Method: "GET /applications/@me", Status: 500}) }, "lacking  Discord stumbled (HTTP 500).", false},
		"ContentIntent":   {discord.Options{}, func(d *fakeroom.Discord) { d.SetApplication(map[string]any{"flags": 1 << 19}) }, "well  The message content intent is on; vedette does not need it.", false},
		"MembersIntent":   {discord.Options{}, func(d *fakeroom.Discord) { d.SetApplication(map[string]any{"flags": 1 << 14}) }, "well  The server members intent is on; vedette does not need it.", false},
		"PresenceIntent":  {discord.Options{}, func(d *fakeroom.Discord) { d.SetApplication(map[string]any{"flags": 1 << 13}) }, "well  The presence intent is on; vedette does not need it.", false},
		"CallsElsewhere": {
			discord.Options{},
			func(d *fakeroom.Discord) {
				d.SetApplication(map[string]any{"interactions_endpoint_url": "https://old.example/discord"})
			},
			"lacking  Discord sends commands and buttons to an address, and not to this process.", false,
		},
		"DoesNotCall": {
			discord.Options{PublicURL: "https://vedette.example", PublicKey: publicKey},
			func(*fakeroom.Discord) {},
			"lacking  Discord does not send commands and buttons to VEDETTE_PUBLIC_URL.", false,
		},
		"OtherKey": {
			discord.Options{PublicKey: strings.Repeat("0", 64)},
			func(*fakeroom.Discord) {},
			"lacking  The public key is another application's: commands and buttons are refused.", false,
		},
		"NoSuchChannel": {discord.Options{}, func(d *fakeroom.Discord) { d.Archive(channel) }, "broken 123456789012345678 There is no such channel (code 10003).", false},
		"ForumChannel":  {discord.Options{}, func(d *fakeroom.Discord) { d.Type(channel, 15) }, "broken 123456789012345678 The channel #fakeroom is of a type in which messages cannot be told.", false},
		"NotOnServer":   {discord.Options{}, func(d *fakeroom.Discord) { d.Fail(said("GET /guilds/{guild}", 404, 10004)) }, "broken 123456789012345678 The channel's server is gone (code 10004).", false},
		"InTimeOut":     {discord.Options{}, func(d *fakeroom.Discord) { d.TimeOut(time.Now().Add(time.Hour)) }, "broken 123456789012345678 The bot is in time-out on the server: nothing can be told.", false},
	} {
		t.Run(name, func(t *testing.T) {
			got := checked(t, tt.options, tt.change)
			if !slices.Contains(got, tt.want) || (len(got) == 1) != tt.alone {
				t.Errorf("found %q, want %q", got, tt.want)
			}
		})
	}
}

func TestAnAdministratorLacksNothing(t *testing.T) {
	got := checked(t, discord.Options{PublicURL: "https://vedette.example"}, func(d *fakeroom.Discord) {
		d.Deny(channel, fakeroom.SendMessages|fakeroom.PinMessages)
		d.SetApplication(map[string]any{"interactions_endpoint_url": "https://vedette.example/discord"})
		d.Fail(fakeroom.Fault{
			Method: "GET /guilds/{guild}", Status: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}},
			Body: `{"id":"100000000000000002","owner_id":"1","roles":[{"id":"100000000000000003","permissions":"8"}]}`,
		})
	})
	if diff := cmp.Diff([]string{well, still, here, there}, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

func TestAThreadIsLookedAtByItsChannel(t *testing.T) {
	d, a := serve(t)
	id, err := a.Room(channel).Post(t.Context(), key, root())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Room(channel).Reply(t.Context(), id, key+"2", further()); err != nil {
		t.Fatal(err)
	}
	d.Deny(channel, fakeroom.PinMessages)
	found := a.Check(t.Context(), []string{string(id)})
	if n := len(found); n != 3 || !strings.HasPrefix(found[2].Says, "The bot lacks Pin Messages in #") {
		t.Errorf("found %+v, want that it lacks Pin Messages", found)
	}
}

func TestWhatTheBotMayNotDoIsRefused(t *testing.T) {
	for name, tt := range map[string]struct {
		bit  int64
		want string // in Discord's room
	}{
		"Send": {fakeroom.SendMessages, "the bot lacks a right"}, "View": {fakeroom.ViewChannel, "the bot does not see the channel"},
	} {
		t.Run(name, func(t *testing.T) {
			d, a := serve(t)
			d.Deny(channel, tt.bit)
			if _, err := a.Room(channel).Post(t.Context(), key, root()); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error is %v, want that %s", err, tt.want)
			}
		})
	}
}

func TestTheInvitationAsksForAllThatAChannelNeeds(t *testing.T) {
	const want = "https://discord.com/oauth2/authorize?client_id=123456789012345678&permissions=2252109051448320&scope=bot+applications.commands"
	if got := discord.Invitation("123456789012345678"); got != want {
		t.Errorf("it is %s\nwant  %s", got, want)
	}
}
