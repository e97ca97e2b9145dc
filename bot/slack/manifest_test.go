package slack_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	library "github.com/slack-go/slack"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"vedette/bot/slack"
	"vedette/internal/counterparty"
)

// manifest returns the manifest as a person pastes it, and as the library
// reads it.
func manifest(t *testing.T, publicURL string) ([]byte, library.Manifest) {
	t.Helper()
	raw, err := slack.Manifest(publicURL)
	if err != nil {
		t.Fatal(err)
	}
	var m library.Manifest
	if err := json.Unmarshal(raw, &m); err != nil {
		t.Fatal(err)
	}
	return raw, m
}

func TestTheManifestIsAsSlacksOwnTypesSay(t *testing.T) {
	schema := counterparty.SlackSchema(t, "@slack/web-api/dist/types/request/manifest.d.ts", "Manifest")
	for _, url := range []string{"", "https://vedette.example.org"} {
		raw, _ := manifest(t, url)
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(doc); err != nil {
			t.Errorf("with the address %q: %v", url, err)
		}
		broken, err := jsonschema.UnmarshalJSON(bytes.NewReader(bytes.Replace(raw, []byte(`"is_enabled"`), []byte(`"enabled"`), 1)))
		if err != nil {
			t.Fatal(err)
		}
		if schema.Validate(broken) == nil {
			t.Error("the types take a key that Slack does not know: they check nothing")
		}
	}
}

func TestTheManifestKeepsTheLimitsThatSlackDocuments(t *testing.T) {
	_, m := manifest(t, "https://"+strings.Repeat("v", 60)+".example.org")
	for what, tt := range map[string]struct {
		text string
		most int
	}{
		"name": {m.Display.Name, 35}, "description": {m.Display.Description, 140}, "bot": {m.Features.BotUser.DisplayName, 80},
		"command": {m.Features.SlashCommands[0].Command, 32}, "command's description": {m.Features.SlashCommands[0].Description, 2000},
		"hint": {m.Features.SlashCommands[0].UsageHint, 1000},
	} {
		if n := utf8.RuneCountInString(tt.text); n < 1 || n > tt.most {
			t.Errorf("the %s has %d characters, want 1 to %d", what, n, tt.most)
		}
	}
}

func TestTheManifestAsksForWhatTheAppIsFor(t *testing.T) {
	_, m := manifest(t, "")
	want := []string{
		"app_mentions:read", "channels:history", "channels:read", "chat:write", "commands", "files:write",
		"groups:history", "groups:read", "im:write", "pins:write", "usergroups:read", "users:read",
	}
	if diff := cmp.Diff(want, slices.Sorted(slices.Values(m.OAuthConfig.Scopes.Bot))); diff != "" {
		t.Errorf("scopes (-want +got):\n%s", diff)
	}
	if s := m.Settings; !s.SocketModeEnabled || !s.Interactivity.IsEnabled || s.Interactivity.RequestUrl != "" || s.EventSubscriptions.RequestUrl != "" {
		t.Errorf("settings are %+v, want Socket Mode and no address", s)
	}
	if c := m.Features.SlashCommands; len(c) != 1 || c[0].Command != "/vedette" || c[0].Url != "" {
		t.Errorf("commands are %+v, want /vedette without an address", c)
	}
}

func TestWithAnAddressSlackCallsIt(t *testing.T) {
	_, m := manifest(t, "https://vedette.example.org/team/")
	if m.Settings.SocketModeEnabled {
		t.Error("Socket Mode is on")
	}
	got := []string{m.Features.SlashCommands[0].Url, m.Settings.Interactivity.RequestUrl, m.Settings.EventSubscriptions.RequestUrl}
	want := []string{"https://vedette.example.org/team/slack/commands", "https://vedette.example.org/team/slack/interactivity", "https://vedette.example.org/team/slack/events"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("addresses (-want +got):\n%s", diff)
	}
}
