package fakeroom

import (
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// history is conversations.history: the newest first, threads' roots only.
func (s *Slack) history(c *call, a args) object {
	var all []object
	for _, m := range slices.Backward(s.standing[a.text("channel")]) {
		if m.post.Thread == "" && within(a, m.post.ID) && s.shows(m) {
			all = append(all, s.told(m, a))
		}
	}
	return s.page(c, a, all, func(at, start int64) bool { return at <= start })
}

// replies is conversations.replies: a thread from its root on.
func (s *Slack) replies(c *call, a args) object {
	channel, ts := a.text("channel"), a.text("ts")
	root := s.find(channel, ts)
	if root == nil {
		return shut("thread_not_found")
	}
	all := []object{s.told(root, a)}
	for _, m := range s.standing[channel] {
		if m.post.Thread == ts && within(a, m.post.ID) && s.shows(m) {
			all = append(all, s.told(m, a))
		}
	}
	return s.page(c, a, all, func(at, start int64) bool { return at >= start })
}

// shows reports whether the reading methods tell of m yet.
func (s *Slack) shows(m *message) bool { return time.Since(m.post.At) >= s.Lag }

// told returns m as the reading methods tell it: a root says what hangs on it,
// and metadata comes only if it was asked for.
func (s *Slack) told(m *message, a args) object {
	o := slackMessage(m, a.yes("include_all_metadata"))
	var replies []string
	for _, r := range s.standing[m.post.Channel] {
		if r.post.Thread == m.post.ID {
			replies = append(replies, r.post.ID)
		}
	}
	if n := len(replies); n > 0 {
		o["thread_ts"], o["reply_count"], o["latest_reply"] = m.post.ID, n, replies[n-1]
		o["reply_users"], o["reply_users_count"] = []string{slackUser}, 1
	}
	return o
}

// slackMessage returns what Slack gives back of m.
func slackMessage(m *message, metadata bool) object {
	o := maps.Clone(m.body)
	if !metadata {
		delete(o, "metadata")
	}
	return o
}

// within reports whether the ts lies between oldest and latest.
func within(a args, ts string) bool {
	at, _ := micros(ts)
	if oldest, ok := micros(a.text("oldest")); ok && (at < oldest || at == oldest && !a.yes("inclusive")) {
		return false
	}
	if latest, ok := micros(a.text("latest")); ok && (at > latest || at == latest && !a.yes("inclusive")) {
		return false
	}
	return true
}

// page returns as many of all as were asked for, from the cursor on: after
// says whether a message is at or after the one that the cursor names.
func (s *Slack) page(c *call, a args, all []object, after func(at, start int64) bool) object {
	if cursor := a.text("cursor"); cursor != "" {
		raw, _ := base64.StdEncoding.DecodeString(cursor)
		start, ok := micros(strings.TrimPrefix(string(raw), "next_ts:"))
		if !ok {
			return s.refuse(c, "invalid_cursor", fmt.Sprintf("%q is none", cursor))
		}
		all = slices.DeleteFunc(all, func(o object) bool {
			at, _ := micros(text(o, "ts"))
			return !after(at, start)
		})
	}
	limit := 100
	if given := a.text("limit"); given != "" && given != "0" {
		n, err := strconv.Atoi(given)
		if err != nil || n < 1 || n > 999 {
			return s.refuse(c, "invalid_limit", fmt.Sprintf("limit is %q, want 1 to 999", given))
		}
		limit = n
	}
	said := object{"ok": true, "has_more": len(all) > limit}
	if len(all) > limit {
		next := base64.StdEncoding.EncodeToString([]byte("next_ts:" + text(all[limit], "ts")))
		said["response_metadata"] = object{"next_cursor": next}
		all = all[:limit]
	}
	if all == nil {
		all = []object{}
	}
	said["messages"] = all
	return said
}

// micros returns a ts as a number, and whether it is one.
func micros(ts string) (int64, bool) {
	whole, part, _ := strings.Cut(ts, ".")
	n, err := strconv.ParseInt(whole+(part + "000000")[:6], 10, 64)
	return n, err == nil && whole != "" && len(part) <= 6
}
