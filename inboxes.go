package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"vedette/bot"
	"vedette/bot/command"
	"vedette/bot/discord"
	"vedette/bot/slack"
	"vedette/config"
	"vedette/feeds"
)

// An inbox hears what people of a platform ask, and answers them.
type inbox struct {
	platform string
	run      func(ctx context.Context) error
	handler  http.Handler // for signed requests, below path
	path     string
	alone    bool // it is a connection that one replica at a time has
}

// inboxes returns those of the platforms that there are the means for: by
// their own connection or, where a public address is configured, by signed
// requests.
func (pr *program) inboxes() (all []inbox, err error) {
	if pr.slack != nil {
		o := slack.InboxOptions{Answerer: pr.core, Groups: func() []string { return groups(pr.inForce.Load().Desk) }, Log: pr.log}
		if pr.set.PublicURL != "" && pr.set.SlackSigningSecret != "" {
			o.SigningSecret = pr.set.SlackSigningSecret.Reveal()
		} else {
			o.AppToken = pr.set.SlackAppToken.Reveal()
		}
		if o.AppToken != "" || o.SigningSecret != "" {
			in, err := pr.slack.Inbox(o)
			if err != nil {
				return nil, err
			}
			all = append(all, inbox{"Slack", in.Run, in.Handler(), "/slack/", o.AppToken != ""})
		}
	}
	if pr.discord != nil {
		gateway := pr.set.PublicURL == "" || pr.set.DiscordPublicKey == ""
		in, err := pr.discord.Inbox(discord.InboxOptions{
			Answerer: pr.core, Gateway: gateway, Channels: func() []string { return channels(pr.inForce.Load().Desk) }, Log: pr.log,
		})
		if err != nil {
			return nil, err
		}
		all = append(all, inbox{"Discord", in.Run, in.Handler(), "/discord/", gateway})
	}
	return all, nil
}

// channels returns the IDs of Discord's channels that are rooms.
func channels(d *config.Desk) (ids []string) {
	for _, r := range d.Rooms {
		if r.Discord != "" {
			ids = append(ids, r.Discord)
		}
	}
	return ids
}

// groups returns the IDs of Slack's user groups that rights are given to.
func groups(d *config.Desk) (ids []string) {
	for _, list := range [][]string{d.People.Act, d.People.Manage} {
		for _, id := range list {
			if id, ok := strings.CutPrefix(id, "slack:"); ok && strings.HasPrefix(id, "S") {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

// hear answers people until ctx ends. Telling rooms goes on without it: an
// inbox that ends says why, and what to change.
func (pr *program) hear(ctx context.Context, in inbox) {
	run := in.run
	if in.alone {
		run = func(ctx context.Context) error {
			return pr.store.WhileHeld(ctx, "connection to "+in.platform, connectedFor, in.run)
		}
	}
	if err := run(ctx); err != nil && ctx.Err() == nil {
		pr.log.LogAttrs(ctx, slog.LevelError, "nobody is answered there from here on; rooms are told all the same", slog.String("platform", in.platform), slog.Any("error", err))
	}
}

// connectedFor is how long nobody is heard, at the most, after the replica was
// killed that was connected.
const connectedFor = 15 * time.Second

// listenInbound returns a function that takes the platforms' signed requests,
// and those of hubs, at address until ctx ends.
func listenInbound(ctx context.Context, address string, inboxes []inbox, hubs http.Handler) (serve func(), err error) {
	mux := http.NewServeMux()
	mux.Handle(feeds.CallbackPath, hubs)
	for _, in := range inboxes {
		mux.Handle(in.path, in.handler)
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("VEDETTE_LISTEN: %w", err)
	}
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second, MaxHeaderBytes: 1 << 14}
	return func() {
		stop := context.AfterFunc(ctx, func() { _ = srv.Close() }) // a platform asks again
		defer stop()
		_ = srv.Serve(l) // always an error: closed
	}, nil
}

// openInboxes begins to hear people, and returns what ends with ctx.
func (pr *program) openInboxes(ctx context.Context) (beside []func(), err error) {
	all, err := pr.inboxes()
	if err != nil {
		return nil, err
	}
	for _, in := range all {
		beside = append(beside, func() { pr.hear(ctx, in) })
	}
	switch {
	case pr.set.PublicURL != "" && pr.set.Listen == "":
		return nil, errors.New("VEDETTE_PUBLIC_URL is set, and VEDETTE_LISTEN, at which its calls would arrive, is not")
	case pr.set.Listen != "":
		serve, err := listenInbound(ctx, pr.set.Listen, all, pr.poller.Callback())
		if err != nil {
			return nil, err
		}
		beside = append(beside, serve)
	}
	if pr.slack != nil && pr.set.SlackAppToken == "" && (pr.set.PublicURL == "" || pr.set.SlackSigningSecret == "") {
		pr.log.LogAttrs(ctx, slog.LevelWarn, "nobody is answered in Slack: neither VEDETTE_SLACK_APP_TOKEN is set, nor VEDETTE_PUBLIC_URL with VEDETTE_SLACK_SIGNING_SECRET")
	}
	return beside, nil
}

// places returns the rooms in force as people find them. Where a platform does
// not say in which of its workspaces or servers a room is, nobody is told of
// that room.
func (pr *program) places() []command.Seat {
	d := pr.inForce.Load().Desk
	seats := seatsOf(d, pr.languages)
	ctx, cancel := context.WithTimeout(context.Background(), placeWithin)
	defer cancel()
	for i, r := range d.Rooms {
		room, err := pr.room(r)
		if err != nil {
			continue // it was opened when the desk file was put in force
		}
		if addressed, ok := room.(bot.Addressed); ok {
			seats[i].Link = addressed.Link
			if tenant, err := addressed.Tenant(ctx); err == nil {
				seats[i].Tenant = tenant
			}
		}
	}
	return seats
}

// placeWithin is how long platforms may take to say where rooms are; they are
// asked once.
const placeWithin = time.Second
