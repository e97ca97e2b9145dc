package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vedette/config"
	"vedette/internal/fakeroom"
	"vedette/internal/wire"
)

// TestTheStoryOfIdlibReachesAProgram plays the demo to a webhook room whose
// receiver stumbles, takes what it does not admit to, and is restarted.
func TestTheStoryOfIdlibReachesAProgram(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: plays through whole programs; run without -short")
	}
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

// TestPagerDutyIsCalledOnceNobodyAcknowledges plays the scenario of that name
// with PagerDuty as the last rung, and somebody who acknowledges after it.
func TestPagerDutyIsCalledOnceNobodyAcknowledges(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: plays through whole programs; run without -short")
	}
	t.Parallel()
	key := strings.Repeat("R", 32)
	s := fakeroom.NewWebhook(key)
	t.Cleanup(s.Close)
	file := filepath.Join("internal", "world", "testdata", "scenarios", "nobody-acknowledges.txtar")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	asked := strings.Replace(string(text), "-- heard duty --", "-- asked --\n2021-03-02 23:45 terminal ada  ack 2\n-- heard duty --", 1)
	script, err := wire.Parse(file, []byte(asked))
	if err != nil {
		t.Fatal(err)
	}
	script.Desk = strings.Replace(script.Desk, "  duty:\n    terminal: {}\n", fmt.Sprintf(
		"  duty:\n    webhook: { url: %q, secret: VEDETTE_SECRET_DUTY, format: pagerduty }\n", s.URL(fakeroom.PagerDuty)), 1)
	hear(t, script, &config.Settings{LogFormat: "text", RoomSecrets: map[string]config.Secret{"VEDETTE_SECRET_DUTY": config.Secret(key)}})
	posts := s.Posts(fakeroom.PagerDuty)
	if want := "critical Shelling kills two army soldiers at Oldbridge bridge\nacknowledge"; len(posts) != 1 || posts[0].Text != want {
		for _, p := range posts {
			t.Errorf("PagerDuty has %q", p.Text)
		}
		t.Errorf("want one alert, %q", want)
	}
	if v := s.Violations(); v != nil {
		t.Errorf("it refused: %q", v)
	}
}
