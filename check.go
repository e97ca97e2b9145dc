package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"vedette/bot/webhook"
	"vedette/config"
)

type checkCmd struct {
	File string `arg:"" optional:"" help:"The desk file; without it, the one that VEDETTE_DESK names."`
	JSON bool   `help:"Print one object a fault."`
}

// Run checks settings and desk file, and prints every fault of both, and what
// the authors of the rules should know.
func (c *checkCmd) Run(ctx context.Context, p *process) error {
	vars, err := p.variables()
	if err != nil {
		return err
	}
	set, faults := config.ReadSettings(vars)
	file, opt := cmp.Or(c.File, vars["VEDETTE_DESK"], "vedette.yaml"), config.Options{Secrets: config.Secrets(vars)}
	var late news
	var unread []config.Note
	if set != nil {
		file, opt.PollEvery = cmp.Or(c.File, set.Desk), set.PollEvery
		if late, err = p.news(ctx, set); err != nil {
			unread = []config.Note{{Msg: "the archive cannot be read, so the rules were not tried on it: " + err.Error()}}
		}
	}
	opt.Advise = late.adviseOn
	desk, notes, err := loadDesk(file, opt)
	notes = append(notes, unread...)
	var more config.Faults
	switch {
	case errors.As(err, &more):
		faults = append(faults, more...)
	case err != nil:
		faults = append(faults, config.Fault{Msg: err.Error()})
	}
	if set != nil && desk != nil {
		notes = append(notes, missing(set, desk)...)
	}
	if err := c.print(p, faults, notes); err != nil {
		return err
	}
	if len(faults) > 0 {
		return errTold
	}
	if c.JSON {
		return nil
	}
	fmt.Fprintf(p.stdout, "%s is well: %s, %s, %s\n", file,
		plural(len(desk.Feeds), "feed"), plural(len(desk.Watches), "watch"), plural(len(desk.Rooms), "room"))
	return nil
}

// print writes faults and notes, for a person or for a machine.
func (c *checkCmd) print(p *process, faults config.Faults, notes []config.Note) error {
	if c.JSON {
		for _, f := range faults {
			if err := printJSON(p.stdout, map[string]any{"kind": "fault", "file": f.File, "line": f.Line, "column": f.Column, "message": f.Msg, "want": f.Want}); err != nil {
				return err
			}
		}
		for _, n := range notes {
			if err := printJSON(p.stdout, map[string]any{"kind": "note", "file": n.File, "line": n.Line, "column": n.Column, "message": n.Msg}); err != nil {
				return err
			}
		}
		return nil
	}
	for _, f := range faults {
		fmt.Fprintf(p.stdout, "%s\n\n", f)
	}
	for _, n := range notes {
		fmt.Fprintln(p.stdout, n)
	}
	if len(faults) > 0 {
		fmt.Fprintln(p.stdout, plural(len(faults), "fault"))
	}
	return nil
}

// missing names what vedette does not start without: the rooms that there is no
// token or secret for, and the address at which it is called.
func missing(set *config.Settings, desk *config.Desk) []config.Note {
	var notes []config.Note
	if set.PublicURL != "" && set.Listen == "" {
		notes = append(notes, config.Note{Msg: "VEDETTE_PUBLIC_URL is set, and VEDETTE_LISTEN, at which its calls would arrive, is not: vedette run will refuse to start"})
	}
	for _, r := range desk.Rooms {
		if r.Slack != "" && set.SlackToken == "" {
			notes = append(notes, config.Note{Msg: fmt.Sprintf("the room %s stands in Slack, and VEDETTE_SLACK_TOKEN is not set: vedette run will refuse to start", r.Name)})
		}
		if r.Discord != "" && set.DiscordToken == "" {
			notes = append(notes, config.Note{Msg: fmt.Sprintf("the room %s stands in Discord, and VEDETTE_DISCORD_TOKEN is not set: vedette run will refuse to start", r.Name)})
		}
		if _, ok := set.RoomSecrets[r.Webhook.Secret]; r.Webhook.URL != "" && !ok {
			notes = append(notes, config.Note{Msg: fmt.Sprintf("the room %s is a webhook, and %s is not set: vedette run will refuse to start", r.Name, r.Webhook.Secret)})
		}
	}
	return notes
}

type schemaCmd struct {
	Webhook bool `help:"Print that of what webhook rooms are sent instead."`
}

// Run prints the desk file's JSON Schema, or that of a webhook's document.
func (c *schemaCmd) Run(p *process) error {
	of := config.Schema
	if c.Webhook {
		of = webhook.Schema
	}
	schema, err := of()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.stdout, "%s\n", schema)
	return err
}
