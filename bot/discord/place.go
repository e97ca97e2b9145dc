package discord

import (
	"context"

	"vedette/bot"
)

// Tenant returns the ID of the server that the room is in. Discord is asked
// until it says.
func (r *Room) Tenant(ctx context.Context) (string, error) {
	if guild := r.account.guildOf(ctx, r.channel); guild != "" {
		return guild, nil
	}
	return "", &bot.Failure{Kind: bot.NotSent, Why: "Discord does not say in which server the channel is"}
}

// parent returns the channel that a thread is of, or the channel itself, also
// if Discord does not say.
func (a *Account) parent(ctx context.Context, channel string) string {
	a.mu.Lock()
	parent := a.parents[channel]
	a.mu.Unlock()
	if parent != "" {
		return parent
	}
	var said channelInfo
	if a.get(ctx, "channels/"+channel, &said) != nil {
		return channel
	}
	parent = channel
	if isThread(said.Type) && snowflake(said.Parent) {
		parent = said.Parent
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.parents) >= mostThreads {
		clear(a.parents)
	}
	a.parents[channel] = parent
	return parent
}
