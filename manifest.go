package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"

	"vedette/bot/discord"
	"vedette/bot/slack"
	"vedette/config"
)

type manifestCmd struct {
	Platform    string `arg:"" enum:"slack,discord" help:"slack: the manifest for Create New App, From a manifest at api.slack.com/apps. discord: the link by which the bot is invited to a server."`
	Application string `help:"The ID of Discord's application; without it, Discord is asked, with VEDETTE_DISCORD_TOKEN." placeholder:"ID"`
}

// askWithin bounds all that a command asks of the platforms.
const askWithin = 2 * time.Minute

// Run prints the manifest, for Socket Mode or for the address that the
// settings have, or the link.
func (c *manifestCmd) Run(ctx context.Context, p *process) error {
	set, err := p.settings()
	if err != nil {
		return err
	}
	if c.Platform == "slack" {
		m, err := slack.Manifest(set.PublicURL)
		if err == nil {
			_, err = p.stdout.Write(m)
		}
		return err
	}
	id, err := c.application(ctx, set)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(p.stdout, discord.Invitation(id))
	return err
}

// application returns the ID of Discord's application.
func (c *manifestCmd) application(ctx context.Context, set *config.Settings) (string, error) {
	if c.Application != "" {
		if !regexp.MustCompile(`^[0-9]{17,20}$`).MatchString(c.Application) {
			return "", fmt.Errorf("%q is not the ID of an application: it has 17 to 20 digits", c.Application)
		}
		return c.Application, nil
	}
	if set.DiscordToken == "" {
		return "", errors.New("which application? Name it with --application, as it stands under General Information at discord.com/developers, or set VEDETTE_DISCORD_TOKEN")
	}
	pr := &program{set: set}
	if err := pr.platforms(); err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	return pr.discord.Application(ctx)
}
