package counterparty

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// A Message is one message that stands in a channel.
type Message struct {
	ID     string          // Slack's ts, Discord's snowflake
	Thread string          // the ID of the root that it answers; empty for a root
	Text   string          // whatever a reader sees, a line for each part: text, embeds, blocks, labels
	Raw    json.RawMessage // as the platform told it
}

// SlackMessages returns what stands in a channel: the oldest root first, each
// followed by its thread. It reads as a client does, with conversations.history
// and conversations.replies, and to the last page. Answers to a root that was
// deleted are not in it.
func (s *Servers) SlackMessages(t *testing.T, channel string) []Message {
	t.Helper()
	var all []Message
	for _, root := range slices.Backward(s.slackPages(t, "conversations.history", url.Values{"channel": {channel}})) {
		all = append(all, slackMessage(root))
		if root.ReplyCount == 0 {
			continue
		}
		thread := s.slackPages(t, "conversations.replies", url.Values{"channel": {channel}, "ts": {root.TS}})
		for _, m := range thread {
			if m.TS != root.TS { // each thread begins with its root
				all = append(all, slackMessage(m))
			}
		}
	}
	return all
}

// said is what Slack's read methods tell about a message.
type said struct {
	TS         string `json:"ts"`
	ThreadTS   string `json:"thread_ts"`
	ReplyCount int    `json:"reply_count"`
	raw        json.RawMessage
}

func slackMessage(m said) Message {
	if m.ThreadTS == m.TS { // Slack says so of a root that has answers
		m.ThreadTS = ""
	}
	return Message{ID: m.TS, Thread: m.ThreadTS, Text: words(m.raw), Raw: m.raw}
}

// slackPages asks for page after page and returns their messages in the order told.
func (s *Servers) slackPages(t *testing.T, method string, args url.Values) []said {
	t.Helper()
	var all []said
	args.Set("limit", "200")
	args.Set("include_all_metadata", "true")
	for {
		page := read[struct {
			OK       bool              `json:"ok"`
			Error    string            `json:"error"`
			Messages []json.RawMessage `json:"messages"`
			Metadata struct {
				Next string `json:"next_cursor"`
			} `json:"response_metadata"`
		}](t, s, http.MethodPost, s.Slack.API+"/"+method, "Bearer "+s.Slack.Token, args)
		if !page.OK {
			t.Fatalf("%s of %s: %s", method, args.Get("channel"), page.Error)
		}
		for _, raw := range page.Messages {
			m := decode[said](t, raw)
			m.raw = raw
			all = append(all, m)
		}
		if page.Metadata.Next == "" {
			return all
		}
		args.Set("cursor", page.Metadata.Next)
	}
}

// DiscordMessages returns what stands in a channel: the oldest message first,
// each followed by its thread. It reads as a client does, with the channel's
// messages, the guild's active threads and their messages, and to the last
// page. Archived threads are not in it, as the server has no list of them, nor
// are threads whose root was deleted.
func (s *Servers) DiscordMessages(t *testing.T, channel string) []Message {
	t.Helper()
	open := s.discordThreads(t, channel)
	var all []Message
	for _, root := range s.discordPages(t, channel) {
		all = append(all, root)
		if !slices.Contains(open, root.ID) {
			continue
		}
		for _, m := range s.discordPages(t, root.ID) {
			m.Thread = root.ID
			all = append(all, m)
		}
	}
	return all
}

// discordThreads returns the IDs of the channel's active threads; a thread made
// from a message has the message's ID.
func (s *Servers) discordThreads(t *testing.T, channel string) []string {
	t.Helper()
	type place struct {
		ID      string `json:"id"`
		GuildID string `json:"guild_id"`
		Parent  string `json:"parent_id"`
	}
	home := discord[place](t, s, "/channels/"+channel)
	active := discord[struct {
		Threads []place `json:"threads"`
	}](t, s, "/guilds/"+home.GuildID+"/threads/active")
	var ids []string
	for _, p := range active.Threads {
		if p.Parent == channel {
			ids = append(ids, p.ID)
		}
	}
	return ids
}

// discordPages asks for page after page, which come newest first, and returns
// their messages oldest first.
func (s *Servers) discordPages(t *testing.T, channel string) []Message {
	t.Helper()
	const most = 100 // Discord's
	var all []Message
	for before := ""; ; before = "&before=" + all[len(all)-1].ID {
		page := discord[[]json.RawMessage](t, s, "/channels/"+channel+"/messages?limit=100"+before)
		for _, raw := range page {
			id := decode[struct {
				ID string `json:"id"`
			}](t, raw).ID
			all = append(all, Message{ID: id, Text: words(raw), Raw: raw})
		}
		if len(page) < most {
			slices.Reverse(all)
			return all
		}
	}
}

func discord[T any](t *testing.T, s *Servers, path string) T {
	t.Helper()
	return read[T](t, s, http.MethodGet, s.Discord.API+path, "Bot "+s.Discord.Token, nil)
}

// read makes one request and returns its answer, which must be a 200.
func read[T any](t *testing.T, s *Servers, method, address, authorization string, form url.Values) T {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", authorization)
	req.Header.Set("User-Agent", "DiscordBot (https://example.org, 1)") // Discord turns others away
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := s.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var raw json.RawMessage
	if err := json.NewDecoder(resp.Body).Decode(&raw); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: %s %s (%v)", method, address, resp.Status, raw, err)
	}
	return decode[T](t, raw)
}

func decode[T any](t *testing.T, raw []byte) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	return v
}
