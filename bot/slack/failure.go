package slack

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"vedette/bot"
	"vedette/internal/fault"
)

// busyWait is how long Slack is left alone that is busy and does not say for
// how long. Its own answers mostly say 30 seconds or less.
const busyWait = 30 * time.Second

// failed says what is known of a call that did not return a message. code is
// Slack's own, or "" where none could be read; answers says that the call
// named another message.
//
// It goes by what the wire saw: the client library returns an error without
// a type for a 429 whose Retry-After is no whole number, and none at all for
// an answer that is neither ok nor an error.
func failed(x *bot.Exchange, code string, answers bool) *bot.Failure {
	switch s := x.Status; {
	case s == 0 && !x.Left():
		return &bot.Failure{Kind: bot.NotSent, Why: "Slack was not reached"}
	case s == 0:
		return &bot.Failure{Kind: bot.Ambiguous, Why: "Slack's answer was lost"}
	case s == http.StatusTooManyRequests:
		return busy(x, "Slack is busy (HTTP 429)")
	case s >= 500 && fault.Sabotaged == fault.DropsOn5xx:
		return &bot.Failure{Kind: bot.Unfit, Why: "Slack stumbled"}
	case code != "":
		return refused(x, code, answers)
	case s >= 500, s == http.StatusRequestTimeout:
		return &bot.Failure{Kind: bot.Ambiguous, Why: fmt.Sprintf("Slack stumbled (HTTP %d)", s)}
	case s < 300:
		return &bot.Failure{Kind: bot.Ambiguous, Why: "Slack's answer was not understood"}
	case s < 400, s == http.StatusUnauthorized, s == http.StatusForbidden, s == http.StatusNotFound, s == http.StatusProxyAuthRequired:
		return elsewhere(s)
	default:
		return &bot.Failure{Kind: bot.Unfit, Why: fmt.Sprintf("Slack refused the request (HTTP %d)", s)}
	}
}

// elsewhere returns the failure of a call that something other than Slack
// refused, which somebody can mend.
func elsewhere(status int) *bot.Failure {
	return &bot.Failure{Kind: bot.RoomShut, Why: fmt.Sprintf("what answers is not Slack's API (HTTP %d): check VEDETTE_SLACK_API, and the proxy if there is one", status)}
}

// busy returns the failure of a call that came too soon.
func busy(x *bot.Exchange, why string) *bot.Failure {
	wait := x.RetryAfter
	if wait == 0 {
		wait = busyWait
	}
	return &bot.Failure{Kind: bot.NotSent, Wait: wait, Why: why}
}

// refused says what Slack's code means. A code that is not known is a definite
// answer too: the message does not stand there.
func refused(x *bot.Exchange, code string, answers bool) *bot.Failure {
	named := " (" + word(code) + ")"
	switch code {
	case "ratelimited", "rate_limited":
		if fault.Sabotaged == fault.LimitIsFinal {
			return &bot.Failure{Kind: bot.Unfit, Why: "Slack is busy" + named}
		}
		return busy(x, "Slack is busy"+named)
	case "message_limit_exceeded":
		return busy(x, "the workspace has used up its messages"+named)
	case "internal_error", "fatal_error", "service_unavailable", "request_timeout", "update_failed":
		// Slack: "some aspect of the operation may have succeeded".
		return &bot.Failure{Kind: bot.Ambiguous, Why: "Slack stumbled" + named}
	}
	if answers {
		if why := gone(code); why != "" {
			return &bot.Failure{Kind: bot.RootMissing, Why: why + named}
		}
		if why := fixed(code); why != "" {
			return &bot.Failure{Kind: bot.Unedited, Why: why + named}
		}
	}
	if unaccepted(code) {
		return &bot.Failure{Kind: bot.Barred, Wait: bot.BarredFor, Why: "Slack does not accept the token" + named + ": set VEDETTE_SLACK_TOKEN to the bot token of an app that is installed"}
	}
	if why, cure := shut(code); why != "" {
		return &bot.Failure{Kind: bot.RoomShut, Why: why + named + ": " + cure}
	}
	return &bot.Failure{Kind: bot.Unfit, Why: "Slack refused the message" + named}
}

// fixed says why a message that stands in the channel cannot be edited any
// more, or "".
func fixed(code string) string {
	switch code {
	case "cant_update_message":
		return "the message is not this app's to edit, and never will be"
	case "edit_window_closed":
		return "the workspace does not let messages of this age be edited"
	}
	return ""
}

// gone says why a message cannot be edited or answered any more, or "". A
// thread that is locked is one: the room is not shut by it.
func gone(code string) string {
	switch code {
	case "message_not_found", "thread_not_found":
		return "the message is not in the channel any more"
	case "invalid_thread_ts", "cannot_reply_to_message", "restricted_action_non_threadable_channel", "restricted_action_thread_locked":
		return "the message cannot be answered in a thread"
	}
	return ""
}

// unaccepted reports whether the code says that the token is not accepted.
func unaccepted(code string) bool {
	return slices.Contains([]string{"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive", "two_factor_setup_required"}, code)
}

// shut says why nothing can be told in the channel, and what an operator can
// do about it, or "".
func shut(code string) (why, cure string) {
	switch code {
	case "channel_not_found":
		return "this app sees no such channel", "check the channel's id in the desk file, and invite the app to the channel: /invite @vedette"
	case "not_in_channel":
		return "the app is not in the channel", "invite the app to the channel: /invite @vedette"
	case "is_archived", "is_inactive":
		return "the channel is archived", "unarchive it, or name another in the desk file"
	case "missing_scope", "no_permission", "not_allowed_token_type":
		return "the app lacks a right", "give its bot token the scope chat:write, install it again, and invite it to the channel: /invite @vedette"
	case "org_login_required", "team_added_to_org", "external_channel_migrating":
		return "the workspace or channel is being moved", "nothing is told until Slack has finished"
	case "access_denied", "accesslimited", "ekm_access_denied", "enterprise_is_restricted", "team_access_not_granted", "team_not_found",
		"messages_tab_disabled", "user_is_restricted", "restricted_action":
		return "the workspace does not let the app post there", "ask its admins to allow it"
	case "method_deprecated", "deprecated_endpoint", "unknown_method":
		return "Slack's API has changed", "update vedette, and check VEDETTE_SLACK_API"
	}
	if strings.HasPrefix(code, "restricted_action_") {
		return "the channel does not let the app post there", "ask its managers to allow it"
	}
	return "", ""
}

// word returns code if it looks like one of Slack's, which hold no secret.
func word(code string) string {
	if regexp.MustCompile(`^[a-z0-9_]{1,64}$`).MatchString(code) {
		return code
	}
	return "a code that is none"
}
