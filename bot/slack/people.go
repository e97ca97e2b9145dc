package slack

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/slack-go/slack"
)

// How long what Slack says of people is kept, and for how long it is not
// asked again if it says nothing. Somebody who is taken out of a group keeps
// what the group may do for as long.
const (
	keepGroup = 5 * time.Minute
	keepName  = time.Hour
	restAfter = 30 * time.Second
	askWithin = 2 * time.Second
	mostNames = 10_000
)

// people knows who is in which user group, and what people are called. Its
// methods may be called from several goroutines; they wait for one another
// rather than ask Slack twice.
type people struct {
	client *slack.Client
	log    *slog.Logger

	mu     sync.Mutex // guards what follows
	groups map[string]known[[]string]
	names  map[string]known[string]
}

// known is what Slack said last, and until when it is not asked again.
type known[T any] struct {
	said  T
	until time.Time
}

// roles returns those of groups, which are IDs, that the user is in. What
// Slack does not say is as it last said.
func (p *people) roles(ctx context.Context, user string, groups []string) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var roles []string
	for _, g := range groups {
		members := look(ctx, p.log, p.groups, g, keepGroup, func(ctx context.Context) ([]string, error) {
			return p.client.GetUserGroupMembersContext(ctx, g)
		})
		if slices.Contains(members, user) {
			roles = append(roles, g)
		}
	}
	return roles
}

// name returns what the user wants to be called, or the ID.
func (p *people) name(ctx context.Context, user string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.names) >= mostNames {
		clear(p.names)
	}
	name := look(ctx, p.log, p.names, user, keepName, func(ctx context.Context) (string, error) {
		u, err := p.client.GetUserInfoContext(ctx, user)
		if err != nil {
			return "", err
		}
		for _, name := range []string{u.Profile.DisplayName, u.RealName, u.Name} {
			if name != "" {
				return name, nil
			}
		}
		return "", nil
	})
	if name == "" {
		return user
	}
	return name
}

// look returns what from holds of key, and asks for it where that is too old.
func look[T any](ctx context.Context, log *slog.Logger, from map[string]known[T], key string, keep time.Duration, ask func(context.Context) (T, error)) T {
	k := from[key]
	if now := time.Now(); !now.Before(k.until) {
		ctx, cancel := context.WithTimeout(ctx, askWithin)
		defer cancel()
		said, err := ask(ctx)
		if err != nil {
			keep = restAfter
			log.LogAttrs(ctx, slog.LevelWarn, "Slack did not say who somebody is", slog.String("about", key), slog.String("code", word(code(err))))
		} else {
			k.said = said
		}
		k.until = now.Add(keep)
		from[key] = k
	}
	return k.said
}
