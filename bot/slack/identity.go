package slack

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"vedette/bot"
	"vedette/story"
)

// An identity is who the bot is, and where.
type identity struct {
	team string // the workspace's ID
	user string // the bot user's ID
	home string // such as https://acme.slack.com, without a slash at its end
}

// identity asks Slack who the bot is, unless it was told before. If Slack does
// not say, it returns its code for that, if it gave one, and what is known.
func (w *Workspace) identity(ctx context.Context) (who identity, refused string, failure *bot.Failure) {
	return w.ask(ctx, 0)
}

// ask is identity, but that Slack is not asked for so long after it would not
// say. One asks, and the others wait for what it is told.
func (w *Workspace) ask(ctx context.Context, silence time.Duration) (who identity, refused string, failure *bot.Failure) {
	select {
	case w.asking <- struct{}{}:
		defer func() { <-w.asking }()
	case <-ctx.Done():
		return identity{}, "", &bot.Failure{Kind: bot.NotSent, Why: "there was no time left to ask Slack who the bot is"}
	}
	if w.known.team != "" {
		return w.known, "", nil
	}
	if !w.silent.IsZero() && time.Since(w.silent) < silence {
		return identity{}, "", &bot.Failure{Kind: bot.NotSent, Why: "Slack did not say who the bot is"}
	}
	var x bot.Exchange
	said, err := w.client.AuthTestContext(bot.WithExchange(ctx, &x))
	if err != nil || said.TeamID == "" {
		w.silent = time.Now()
		refused = code(err)
		return identity{}, refused, failed(&x, refused, false)
	}
	w.known = identity{team: said.TeamID, user: said.UserID}
	w.known.home = strings.TrimRight(bot.Link(said.URL, mostLink), "/")
	return w.known, "", nil
}

// code returns Slack's code for a refusal, or "".
func code(err error) string {
	if no, ok := errors.AsType[slack.SlackErrorResponse](err); ok {
		return no.Err
	}
	return ""
}

// silentFor is how long rooms do without who the bot is, after Slack would not
// say: every answer would wait for it.
const silentFor = 30 * time.Second

// home is identity for rooms, which can do without.
func (w *Workspace) home(ctx context.Context) (identity, *bot.Failure) {
	who, _, failure := w.ask(ctx, silentFor)
	return who, failure
}

// Tenant returns the ID of the workspace, which Slack is asked for once.
func (r *Room) Tenant(ctx context.Context) (string, error) {
	who, failure := r.workspace.home(ctx)
	if failure != nil {
		return "", failure
	}
	return who.team, nil
}

// Link returns the address of a message in the channel, or "" while Slack does
// not say which address the workspace has: it is asked now and then.
func (r *Room) Link(ctx context.Context, remote story.Remote) string {
	who, failure := r.workspace.home(ctx)
	if failure != nil || who.home == "" || !timestamp(remote) {
		return ""
	}
	return who.home + "/archives/" + r.channel + "/p" + strings.Replace(string(remote), ".", "", 1)
}
