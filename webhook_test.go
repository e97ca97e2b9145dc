package main

import (
	"fmt"
	"strings"
	"testing"

	"vedette/config"
	"vedette/internal/fakeroom"
	"vedette/internal/wire"
)

// TestTheStoryOfIdlibReachesAProgram plays the demo to a webhook room whose
// receiver stumbles, takes what it does not admit to, and is restarted.
func TestTheStoryOfIdlibReachesAProgram(t *testing.T) {
	t.Parallel()
	const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	s := fakeroom.NewWebhook(secret)
	t.Cleanup(s.Close)
	s.Fail(fakeroom.Fault{Status: 503})
	s.Fail(fakeroom.Fault{Cut: true, Commit: true})
	s.Fail(fakeroom.Fault{Status: 502, Commit: true, Times: 2})
	script, err := wire.Idlib()
	if err != nil {
		t.Fatal(err)
	}
	script.Desk = strings.ReplaceAll(script.Desk, "rooms: [terminal]", "rooms: [terminal, own]") +
		fmt.Sprintf("  own: { webhook: { url: %q, secret: VEDETTE_SECRET_OWN } }\n", s.URL(fakeroom.Hook))
	heard, _ := hear(t, script, &config.Settings{LogFormat: "text", RoomSecrets: map[string]config.Secret{"VEDETTE_SECRET_OWN": secret}})
	var roots, replies, edits int
	for _, line := range heard["terminal"] {
		switch strings.Fields(line)[2] {
		case "new":
			roots++
		case "reply":
			replies++
		}
	}
	posts := s.Posts(fakeroom.Hook)
	for _, post := range posts {
		edits += post.Edits
	}
	if len(posts) != roots+replies || roots == 0 || replies == 0 || edits == 0 {
		t.Errorf("it has %d messages that were edited %d times; the terminal heard %d roots and %d replies", len(posts), edits, roots, replies)
	}
	if v := s.Violations(); v != nil {
		t.Errorf("it refused: %q", v)
	}
}
