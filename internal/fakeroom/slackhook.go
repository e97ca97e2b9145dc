package fakeroom

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// Limits of a response URL.
const (
	slackMostUses = 5
	slackHookLife = 30 * time.Minute
)

// A hook is a response URL.
type hook struct {
	user, channel string
	at            time.Time
	uses          int
}

// hooked answers a request to a response URL.
func (s *Slack) hooked(c *call) answer {
	no := func(status int, code string, why string) answer {
		s.blame(c, "%s: %s", code, why)
		return answer{status: status, body: object{"ok": false, "error": code}}
	}
	h := s.people.hooks[c.URL.Path]
	var a args
	switch {
	case h == nil:
		return no(http.StatusNotFound, "no_such_url", c.URL.Path)
	case time.Since(h.at) > slackHookLife:
		return no(http.StatusNotFound, "expired_url", "it is older than half an hour")
	case h.uses >= slackMostUses:
		return no(http.StatusNotFound, "used_url", "it was used five times")
	case json.Unmarshal(c.body, &a) != nil:
		return no(http.StatusInternalServerError, "invalid_payload", "no JSON object")
	}
	if c.Header.Get("Authorization") != "" || a.text("token") != "" {
		s.blame(c, "a token is sent to a response URL")
	}
	s.habits(c, a)
	if code, why := checkSlack(a); code != "" {
		return no(http.StatusOK, code, fmt.Sprint(why))
	}
	h.uses++
	switch kind := a.text("response_type"); kind {
	case "", "ephemeral":
		s.lay(c, a, s.whisper(h.user, h.channel, a.text("thread_ts")))
	case "in_channel":
		s.stand(c, a, h.channel, a.text("thread_ts"))
	default:
		return no(http.StatusOK, "invalid_arguments", "response_type is "+kind)
	}
	return answer{status: http.StatusOK, body: object{"ok": true}}
}
