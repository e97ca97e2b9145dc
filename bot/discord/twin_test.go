package discord_test

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"vedette/bot"
	"vedette/bot/command"
	"vedette/bot/discord"
	"vedette/internal/counterparty"
)

// TestADiscordOfSomebodyElseIsAnswered runs each interaction on a server that
// is not ours.
func TestADiscordOfSomebodyElseIsAnswered(t *testing.T) {
	twin := counterparty.StartTwin(t)
	room := twin.Discord.Channels[0]
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	a, err := discord.New(discord.Options{Token: twin.Discord.Token, API: twin.Discord.API, Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{suggests: []command.Choice{{Label: "Idlib", Value: "idlib"}}}
	log := new(journal)
	d.answer = func(c *command.Call, do string) *command.Answer {
		switch {
		case c.Name == "watch add" && c.Args["rule"] == "":
			return &command.Answer{Form: discord.Asking()}
		case c.Name == "digest":
			time.Sleep(time.Second)
		}
		return &command.Answer{Lines: []command.Line{command.Text(strings.Join([]string{c.From.Name, c.Name, c.Words, do, c.Args["rule"], c.Args["rooms"]}, "|"))}, Shared: c.Args["share"] == "true"}
	}
	in, err := a.Inbox(discord.InboxOptions{Answerer: d, Gateway: true, Channels: func() []string { return []string{room} }, Log: slog.New(slog.NewTextHandler(log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- in.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	until(t, log, func() bool { return strings.Contains(log.String(), "gateway is open") })

	answered := func(id string, kind int, text string) {
		t.Helper()
		until(t, log, func() bool {
			got := twin.Outcome(t, id)
			return got.Type == kind && strings.Contains(got.Text, text)
		})
	}
	share := []any{map[string]any{"name": "share", "type": 5, "value": true}}
	sub := func(name string, options ...any) map[string]any {
		return map[string]any{"name": "vedette", "options": []any{map[string]any{"name": name, "type": 1, "options": options}}}
	}
	answered(twin.Does(t, "command", room, sub("status")), 4, `analyst\|status\|\|\|\|`)
	answered(twin.Does(t, "command", room, sub("feeds", share...)), 4, `analyst\|feeds`)
	answered(twin.Does(t, "command", room, sub("digest")), 5, `analyst\|digest`)
	group := map[string]any{"name": "vedette", "options": []any{map[string]any{"name": "watch", "type": 2, "options": []any{map[string]any{"name": "add", "type": 1}}}}}
	form := twin.Does(t, "command", room, group)
	answered(form, 9, "")
	if got := string(twin.Outcome(t, form).Data); !strings.Contains(got, "form:watch add") {
		t.Errorf("the form is %s", got)
	}
	answered(twin.Does(t, "submit", room, map[string]any{"customId": "form:watch add", "fields": []any{
		map[string]any{"customId": "name:0rooms=desk", "value": "idlib"}, map[string]any{"customId": "rule:1", "value": "idlib AND x"},
	}}), 4, `analyst\|watch add\|\|\|idlib AND x\|desk`)
	typed := twin.Does(t, "type", room, sub("status", map[string]any{"name": "watch", "type": 3, "value": "id", "focused": true}))
	answered(typed, 8, "")

	remote, err := a.Room(room).Post(t.Context(), key, &bot.Message{Buttons: []bot.Button{{Label: "Why", Do: "why-7-abcdefghijklmnop"}}})
	if err != nil {
		t.Fatal(err)
	}
	answered(twin.Does(t, "press", room, map[string]any{"messageId": remote, "customId": "why-7-abcdefghijklmnop:" + key}), 4, `why\-7\-abcdefghijklmnop`)
	twin.Does(t, "say", room, map[string]any{"words": "status idlib"})
	until(t, log, func() bool {
		texts, _ := twin.Said(t, room)
		return slices.ContainsFunc(texts, func(s string) bool { return strings.Contains(s, "status idlib") && strings.Contains(s, "analyst") })
	})
}

// until waits for another process.
func until(t *testing.T, log *journal, came func() bool) {
	t.Helper()
	for limit := time.Now().Add(30 * time.Second); !came(); <-time.After(10 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatalf("it does not come; the log is %s", log)
		}
	}
}
