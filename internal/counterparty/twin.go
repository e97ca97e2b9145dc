package counterparty

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// A Twin is a Discord that somebody else wrote, with a gateway, and one person
// who does what a test asks of her.
type Twin struct {
	Discord Platform

	Control string // where the person is told what to do
	client  *http.Client
}

// StartTwin starts one for the length of the test, or skips the test as [Start]
// does.
func StartTwin(t *testing.T) *Twin {
	t.Helper()
	dir := installed(t, "discord-digital-twin")
	s := &Twin{client: &http.Client{Transport: &http.Transport{}}}
	t.Cleanup(s.client.CloseIdleConnections)
	line, _ := launch(t, dir, "twin.mjs")
	if err := json.Unmarshal(line, s); err != nil {
		t.Fatalf("the server said %q, not where it is: %v", line, err)
	}
	return s
}

// Does has the person do something in a channel: "command" with a name and its
// options, "type" with a name and options, "press" with a message and a custom
// ID, "submit" with a custom ID and fields, or "say" with words. It returns the
// interaction's ID, if it is one.
func (s *Twin) Does(t *testing.T, what, channel string, more map[string]any) string {
	t.Helper()
	return tell[struct {
		ID string `json:"id"`
	}](t, s, map[string]any{"what": what, "channel": channel, "more": more}).ID
}

// An Outcome is what came of an interaction.
type Outcome struct {
	Type int             `json:"type"` // of the first answer, or 0
	Data json.RawMessage `json:"data"` // of a form or suggestions
	Text string          `json:"text"` // of the message that answers it, private or not
}

// Outcome returns what came of an interaction so far.
func (s *Twin) Outcome(t *testing.T, interaction string) Outcome {
	t.Helper()
	return tell[Outcome](t, s, map[string]any{"what": "outcome", "id": interaction})
}

// Said returns the text of each message of a channel, the oldest first, and
// their IDs.
func (s *Twin) Said(t *testing.T, channel string) (texts, ids []string) {
	t.Helper()
	for _, raw := range tell[[]json.RawMessage](t, s, map[string]any{"what": "said", "channel": channel}) {
		texts = append(texts, words(raw))
		ids = append(ids, decode[struct {
			ID string `json:"id"`
		}](t, raw).ID)
	}
	return texts, ids
}

// tell tells the person something, and returns the answer.
func tell[T any](t *testing.T, s *Twin, v any) T {
	t.Helper()
	body, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.Control, strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	res, err := s.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var raw json.RawMessage
	if err := json.NewDecoder(res.Body).Decode(&raw); err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("the server answers %s %s (%v)", res.Status, raw, err)
	}
	return decode[T](t, raw)
}
