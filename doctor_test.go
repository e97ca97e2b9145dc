package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"vedette/bot"
	"vedette/bot/discord"
	"vedette/bot/slack"
	"vedette/internal/counterparty"
)

// TestServersOfOthersAreLookedAt holds what a look makes of a platform to
// servers that never saw it. They say less than the platforms do: Slack's
// says nothing of scopes, and Discord's has all intents and knows no pins.
func TestServersOfOthersAreLookedAt(t *testing.T) {
	s := counterparty.Start(t)
	transport := bot.Transport()
	t.Cleanup(transport.CloseIdleConnections)
	w, err := slack.New(slack.Options{Token: s.Slack.Token, API: s.Slack.API, Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	a, err := discord.New(discord.Options{Token: s.Discord.Token, API: s.Discord.API, Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range append(w.Check(t.Context(), append(s.Slack.Channels, "C0NOSUCHONE")), a.Check(t.Context(), []string{s.Discord.Channels[0], "123456789012345678"})...) {
		got = append(got, gradeName(f.Grade)+" "+f.Says)
	}
	want := []string{
		"well Slack takes the bot token: vedette in the workspace Emulate.",
		"well The app is in the channel #general.",
		"well The app is in the channel #random.",
		"wrong This app sees no such channel (channel_not_found).",
		"well Discord takes the token: vedette.",
		"well The presence intent is on; vedette does not need it.",
		"well The server members intent is on; vedette does not need it.",
		"well The message content intent is on; vedette does not need it.",
		"lacks The bot lacks Pin Messages in #desk: the board is not pinned.",
		"wrong There is no such channel (code 10003).",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}
