package slack

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/slack-go/slack"
)

// Where Slack calls a process that it can reach, below its address.
const (
	CommandPath = "/slack/commands"      // somebody typed /vedette
	ActionPath  = "/slack/interactivity" // somebody clicked or filled in a form
	EventPath   = "/slack/events"        // somebody mentioned the bot
)

// Manifest returns the manifest from which Slack makes the app: with Socket
// Mode, or if publicURL is not "", with calls to that address.
func Manifest(publicURL string) ([]byte, error) {
	m := slack.Manifest{
		Metadata: slack.ManifestMetadata{MajorVersion: 1},
		Display: slack.Display{
			Name: "vedette", Description: "Tells your channels what your watches see in the news, once, with sources.",
			BackgroundColor: "#1f2933",
		},
		Features: slack.Features{
			AppHome: slack.AppHome{MessagesTabReadOnlyEnabled: true},
			BotUser: slack.BotUser{DisplayName: "vedette", AlwaysOnline: true},
			SlashCommands: []slack.ManifestSlashCommand{{
				Command: "/vedette", Description: "Look up and act: status, search, timeline, why, ack, mute",
				UsageHint: "help", ShouldEscape: true,
			}},
		},
		Settings: slack.Settings{
			EventSubscriptions: &slack.EventSubscriptions{BotEvents: []string{"app_mention"}},
			Interactivity:      &slack.Interactivity{IsEnabled: true},
			SocketModeEnabled:  publicURL == "",
		},
	}
	for _, s := range scopes() {
		m.OAuthConfig.Scopes.Bot = append(m.OAuthConfig.Scopes.Bot, s.name)
	}
	if publicURL != "" {
		base := strings.TrimRight(publicURL, "/")
		m.Features.SlashCommands[0].Url = base + CommandPath
		m.Settings.Interactivity.RequestUrl = base + ActionPath
		m.Settings.EventSubscriptions.RequestUrl = base + EventPath
	}
	b, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	return append(b, '\n'), nil
}
