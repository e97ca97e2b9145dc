package slack

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"vedette/bot"
)

// A scope is a right of the bot's token.
type scope struct {
	name    string
	grade   bot.Grade // of its absence
	without string    // what does not work
}

// scopes lists what the bot's token is for: what the manifest asks for, and
// what a check looks for.
func scopes() []scope {
	return []scope{
		{"chat:write", bot.Broken, "nothing can be told"},
		{"channels:read", bot.Lacking, "it cannot be looked up whether it is in a public channel"},
		{"groups:read", bot.Lacking, "it cannot be looked up whether it is in a private channel"},
		{"channels:history", bot.Lacking, "a message whose answer was lost cannot be looked up in a public channel"},
		{"groups:history", bot.Lacking, "a message whose answer was lost cannot be looked up in a private channel"},
		{"commands", bot.Lacking, "there is no /vedette"},
		{"app_mentions:read", bot.Lacking, "mentioning it does nothing"},
		{"usergroups:read", bot.Lacking, "nobody has a role by a user group"},
		{"pins:write", bot.Lacking, "the board is not pinned"},
		{"files:write", bot.Lacking, "charts are not posted"},
		{"im:write", bot.Lacking, "nobody gets a file alone"},
		{"users:read", bot.Lacking, "who mentions it, or is mentioned, has an ID for a name"},
	}
}

// Where scopes are given.
const (
	reinstall = "add it under OAuth & Permissions at api.slack.com/apps, and install the app again"
	appLevel  = "make one under Basic Information, App-Level Tokens at api.slack.com/apps, with the scope connections:write, and set VEDETTE_SLACK_APP_TOKEN to it"
)

// Check looks at what the tokens may do, and whether messages can be told in
// the channels, without telling any. If the token is not accepted, that is
// all it finds.
func (w *Workspace) Check(ctx context.Context, channels []string) []bot.Finding {
	found, ok := w.checkToken(ctx)
	if !ok {
		return found
	}
	if w.app {
		found = append(found, w.checkApp(ctx))
	}
	for _, c := range channels {
		found = append(found, w.checkChannel(ctx, c))
	}
	return found
}

// checkToken looks at the bot's token, and reports whether it can be used at
// all.
func (w *Workspace) checkToken(ctx context.Context) ([]bot.Finding, bool) {
	var x bot.Exchange
	who, err := w.client.AuthTestContext(bot.WithExchange(ctx, &x))
	if err != nil {
		return []bot.Finding{unlike(&x, err)}, false
	}
	found := []bot.Finding{{Says: fmt.Sprintf("Slack takes the bot token: %s in the workspace %s.", name(who.User), name(who.Team))}}
	if who.BotID == "" {
		found[0] = bot.Finding{
			Grade: bot.Broken, Says: "The token is a person's and not a bot's.",
			Cure: "set VEDETTE_SLACK_TOKEN to the Bot User OAuth Token, which begins with xoxb-",
		}
	}
	list := who.Header.Get("X-OAuth-Scopes")
	if list == "" { // some servers that speak Slack's API do not say
		return found, true
	}
	var held []string
	for s := range strings.SplitSeq(list, ",") {
		held = append(held, strings.TrimSpace(s))
	}
	for _, s := range scopes() {
		if !slices.Contains(held, s.name) {
			found = append(found, bot.Finding{Grade: s.grade, Says: fmt.Sprintf("The bot token lacks the scope %s: %s.", s.name, s.without), Cure: reinstall})
		}
	}
	return found, true
}

// checkApp looks at the app-level token. What it opens is not connected to,
// and lapses.
func (w *Workspace) checkApp(ctx context.Context) bot.Finding {
	var x bot.Exchange
	_, _, err := w.client.StartSocketModeContext(bot.WithExchange(ctx, &x))
	switch code := codeOf(err); {
	case err == nil:
		return bot.Finding{Says: "Slack takes the app-level token: Socket Mode can be used."}
	case code == "missing_scope":
		return bot.Finding{Grade: bot.Lacking, Says: "The app-level token lacks the scope connections:write: there are no commands and no buttons.", Cure: appLevel}
	case code == "invalid_auth", code == "not_authed", code == "not_allowed_token_type", code == "token_revoked":
		return bot.Finding{Grade: bot.Lacking, Says: "Slack does not accept the app-level token: there are no commands and no buttons.", Cure: appLevel}
	}
	f := unlike(&x, err)
	f.Grade = bot.Lacking
	return f
}

// checkChannel looks at a channel.
func (w *Workspace) checkChannel(ctx context.Context, id string) bot.Finding {
	var x bot.Exchange
	c, err := w.client.GetConversationInfoContext(bot.WithExchange(ctx, &x), &slack.GetConversationInfoInput{ChannelID: id})
	found := bot.Finding{Channel: id}
	switch code := codeOf(err); {
	case code == "missing_scope": // named among the token's
		found.Grade, found.Says, found.Cure = bot.Lacking, "The channel cannot be looked at: a scope for that is missing.", reinstall
	case err != nil:
		found = unlike(&x, err)
		found.Channel = id
	case c.IsArchived:
		found.Grade, found.Says, found.Cure = bot.Broken, fmt.Sprintf("The channel #%s is archived.", name(c.Name)), "unarchive it, or name another in the desk file"
	case !c.IsMember && !c.IsIM:
		found.Grade, found.Says, found.Cure = bot.Broken, fmt.Sprintf("The app is not in the channel #%s.", name(c.Name)), "invite it there: /invite @vedette"
	default:
		found.Says = fmt.Sprintf("The app is in the channel #%s.", name(c.Name))
	}
	return found
}

// unlike returns what is said of a call that failed for no reason of its own.
func unlike(x *bot.Exchange, err error) bot.Finding {
	failure := failed(x, codeOf(err), false)
	why, cure, _ := strings.Cut(failure.Why, ": ")
	if failure.Kind == bot.Unfit {
		why = strings.Replace(why, "the message", "the call", 1)
	}
	if cure == "" {
		cure = "try again; if it stays so, check VEDETTE_SLACK_API and the network"
	}
	return bot.Finding{Grade: bot.Broken, Says: bot.Sentence(why), Cure: cure}
}

// codeOf returns Slack's code for an error, or "".
func codeOf(err error) string {
	if no, ok := errors.AsType[slack.SlackErrorResponse](err); ok {
		return no.Err
	}
	return ""
}

// name returns what people called something, as it may stand in a sentence.
func name(s string) string {
	if s = short(s, mostName); bot.Blank(s) {
		return "without a name"
	}
	return s
}
