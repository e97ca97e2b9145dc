package fakeroom

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"
)

// A Post is a message as it stands in a channel.
type Post struct {
	Channel  string   // where; for one in a Discord thread, the channel that the thread is of
	ID       string   // Slack's ts, or Discord's message id
	Thread   string   // the root's ID if it stands in a thread, or ""
	Key      string   // what the client tells it by: Discord's nonce, or delivery_id in Slack's metadata
	Text     string   // all that a person reads in it, in reading order, a line for each block, field and row of [buttons]
	Posted   string   // Text as it was before any edit
	Links    []string // every URL that can be clicked, once each
	Mentions []string // whom it pings, as the platform would parse it, such as <!here> or @everyone; an edit takes none back
	Edits    int      // how often it was edited
	Pinned   bool
	At       time.Time       // when it arrived
	Changed  time.Time       // when it was last edited, or the zero time
	Raw      json.RawMessage // the newest request body; a form is told as an object, without the token
}

// An object is one of JSON's.
type object = map[string]any

// A message is what a server keeps of a post.
type message struct {
	post Post
	body object // what it gives back of it
}

// A face is what a person sees of a message.
type face struct {
	lines, links, mentions []string
}

// show makes m look like f, now that raw has been asked for.
func (m *message) show(f *face, raw json.RawMessage) {
	m.post.Text = joined(f.lines)
	m.post.Posted = cmp.Or(m.post.Posted, m.post.Text)
	m.post.Links = unique(f.links)
	m.post.Mentions = unique(append(m.post.Mentions, f.mentions...))
	m.post.Raw = raw
}

// A transcript is what stands in the channels of a server.
type transcript struct {
	standing map[string][]*message // by channel, in order of arrival
	deleted  map[string]bool       // IDs of those that a person took away
	last     int64                 // the newest ID, as the platform counts
}

// add writes m down as the newest of its channel.
func (t *transcript) add(m *message) {
	m.post.At = time.Now()
	t.standing[m.post.Channel] = append(t.standing[m.post.Channel], m)
}

// find returns the message with the id, or nil.
func (t *transcript) find(channel, id string) *message {
	for _, m := range slices.Backward(t.standing[channel]) {
		if m.post.ID == id {
			return m
		}
	}
	return nil
}

// next returns a number that is higher than all before, and at least least.
func (t *transcript) next(least int64) int64 {
	t.last = max(t.last+1, least)
	return t.last
}

// Posts returns what stands in a channel, threads included, in order of
// arrival.
func (s *server) Posts(channel string) []Post {
	s.mu.Lock()
	defer s.mu.Unlock()
	return posts(s.standing[channel])
}

// Count returns how many messages stand in a channel, threads included.
func (s *server) Count(channel string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.standing[channel])
}

// Delete takes a message away, as a person would. What was said below it stays.
func (s *server) Delete(channel, id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deleted[id] = true
	s.standing[channel] = slices.DeleteFunc(s.standing[channel], func(m *message) bool { return m.post.ID == id })
}

// Archive shuts a channel, or a Discord thread, as a person would. A Discord
// channel is gone then, a thread is open again with the next post in it.
func (s *server) Archive(channel string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.archived[channel] = true
}

// Violations returns what was wrong with the requests so far, in their order.
func (s *server) Violations() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.violations)
}

// posts returns what tests are told of messages.
func posts(all []*message) []Post {
	var told []Post
	for _, m := range all {
		p := m.post
		p.Links, p.Mentions, p.Raw = slices.Clone(p.Links), slices.Clone(p.Mentions), slices.Clone(p.Raw)
		told = append(told, p)
	}
	return told
}
