package fakeroom

import (
	"net/http"
	"slices"
	"strings"
)

// What people can take from a Slack app. Nothing here is held against the
// client: it cannot know before it asks.

// TakeScope takes a scope from the bot's token, as if the app had been
// installed without it.
func (s *Slack) TakeScope(scope string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scopes = slices.DeleteFunc(s.scopes, func(held string) bool { return held == scope })
}

// SetAppToken gives the app an app-level token. Without scopes it opens no
// connection.
func (s *Slack) SetAppToken(token string, scopes ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.appToken, s.appScopes = token, scopes
}

// Leave takes the bot out of a channel. A private one it does not see then.
func (s *Slack) Leave(channel string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.left[channel] = true
}

// slackScopes is what the app asks for in all: the fake's own list, so that
// one that the client forgets shows.
func slackScopes() []string {
	return []string{
		"app_mentions:read", "channels:history", "channels:read", "chat:write", "commands", "files:write",
		"groups:history", "groups:read", "im:write", "pins:write", "usergroups:read", "users:read",
	}
}

// needs returns the scope that a method wants, or "".
func needs(method, channel string) string {
	kind := map[byte]string{'C': "channels", 'G': "groups", 'D': "im"}[(channel + " ")[0]]
	switch method {
	case "chat.postMessage", "chat.update":
		return "chat:write"
	case "conversations.history", "conversations.replies":
		return kind + ":history"
	case "conversations.info":
		return kind + ":read"
	}
	return ""
}

// denied returns what Slack says to a call that the app has no right to, or
// nil.
func (s *Slack) denied(c *call, a args) object {
	channel := a.text("channel")
	need := needs(c.name, channel)
	switch {
	case need != "" && !slices.Contains(s.scopes, need):
		return object{"ok": false, "error": "missing_scope", "needed": need, "provided": strings.Join(s.scopes, ",")}
	case s.left[channel] && strings.HasPrefix(channel, "G"):
		return shut("channel_not_found")
	case s.left[channel] && c.name != "conversations.info":
		return shut("not_in_channel")
	}
	return nil
}

// headers returns what each answer of Slack's says of the token.
func (s *Slack) headers() http.Header {
	return http.Header{"X-Oauth-Scopes": {strings.Join(s.scopes, ",")}}
}

// info is conversations.info.
func (s *Slack) info(_ *call, a args) object {
	channel := a.text("channel")
	return object{"ok": true, "channel": object{
		"id": channel, "name": "fakeroom", "is_channel": channel[0] == 'C', "is_group": channel[0] == 'G', "is_im": channel[0] == 'D',
		"is_private": channel[0] == 'G', "is_archived": s.archived[channel], "is_member": !s.left[channel],
	}}
}
