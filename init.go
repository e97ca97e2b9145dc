package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"vedette/bot"
	"vedette/config"
)

type initCmd struct {
	SlackChannel   string   `help:"The ID of the Slack channel that is told." placeholder:"ID"`
	DiscordChannel string   `help:"The ID of the Discord channel that is told." placeholder:"ID"`
	Feed           []string `help:"The URL of a feed that is read; may be given several times." placeholder:"URL"`
	Rule           string   `help:"What to look for; see docs/watches.md."`
	Watch          string   `help:"What the watch is called." default:"first"`
	Zone           string   `help:"The time zone of the rooms, such as Europe/Istanbul."`
	Force          bool     `help:"Write .env and the desk file although they are there. What .env sets beside is kept."`
}

// Help explains what flags do not say.
func (*initCmd) Help() string {
	return "Whatever is not given is asked for; where nobody answers, at the end of stdin, what can be left out is.\n\n" +
		"Tokens are taken from VEDETTE_SLACK_TOKEN, VEDETTE_SLACK_APP_TOKEN and VEDETTE_DISCORD_TOKEN, or asked for: " +
		"a command line is read by every user of the machine."
}

// What a first desk file looks for if nobody says.
const (
	firstFeed = "https://www.aljazeera.com/xml/rss/all.xml"
	firstRule = `place:idlib AND (#ceasefire OR #strike OR "observation post*")`
)

// Run sets vedette up from nothing. It writes nothing unless all that it
// needs is there, or somebody says skip.
func (c *initCmd) Run(ctx context.Context, p *process) error {
	vars, err := p.variables()
	if err != nil {
		return err
	}
	file := cmp.Or(vars["VEDETTE_DESK"], "vedette.yaml")
	if err := c.free(".env", file); err != nil {
		return err
	}
	talk := p.dialogue()
	kept, err := c.askForTokens(talk, vars)
	if err != nil {
		return err
	}
	draft, err := c.askForDesk(talk, vars)
	if err != nil {
		return err
	}
	set, faults := config.ReadSettings(vars)
	if faults != nil {
		return faults
	}
	text, err := draft.YAML()
	if err != nil {
		return err
	}
	d, _, err := parseDesk(file, text, config.Options{Secrets: config.Secrets(vars)})
	if err != nil {
		return err
	}
	pr := &program{set: set}
	if err := pr.platforms(); err != nil {
		return err
	}
	if err := c.lookUntilWell(ctx, p, talk, pr, d); err != nil {
		return err
	}
	if err := c.write(p, kept, file, text); err != nil {
		return err
	}
	return c.tell(ctx, p, pr, d)
}

// free reports the files that are there already, unless that is no matter.
func (c *initCmd) free(files ...string) error {
	var there []string
	for _, f := range files {
		if _, err := os.Lstat(f); !errors.Is(err, fs.ErrNotExist) {
			there = append(there, f)
		}
	}
	if there == nil || c.Force {
		return nil
	}
	return fmt.Errorf("%s there already: --force writes anew, vedette doctor looks at what there is", strings.Join(there, " and ")+map[bool]string{true: " is", false: " are"}[len(there) == 1])
}

// askForTokens asks for the tokens that vars lack and puts them there. It
// returns the variables for .env.
func (c *initCmd) askForTokens(talk *dialogue, vars map[string]string) (map[string]string, error) {
	kept := make(map[string]string)
	if old, err := os.ReadFile(".env"); err == nil { // with --force
		if kept, err = config.ReadEnvFile(".env", old); err != nil {
			return nil, err
		}
	}
	for _, q := range []struct {
		name, question string
		after          string // is asked for only if this is set
		called         bool   // with after: it is for platforms that call this process, and not for those that are called
		shown          bool   // is no secret
	}{
		{name: "VEDETTE_SLACK_TOKEN", question: "Slack: the Bot User OAuth Token, xoxb-… (vedette manifest slack makes the app), or Enter for no Slack"},
		{name: "VEDETTE_SLACK_APP_TOKEN", question: "Slack: an app-level token with connections:write, xapp-…, for commands and buttons, or Enter for none", after: "VEDETTE_SLACK_TOKEN"},
		{name: "VEDETTE_SLACK_SIGNING_SECRET", question: "Slack: the app's Signing Secret, for commands and buttons, or Enter for none", after: "VEDETTE_SLACK_TOKEN", called: true},
		{name: "VEDETTE_DISCORD_TOKEN", question: "Discord: the bot's token (discord.com/developers, Bot, Reset Token), or Enter for no Discord"},
		{name: "VEDETTE_DISCORD_PUBLIC_KEY", question: "Discord: the application's Public Key, for commands and buttons, or Enter for none", after: "VEDETTE_DISCORD_TOKEN", called: true, shown: true},
	} {
		wanted := q.after == "" || vars[q.after] != "" && q.called == (vars["VEDETTE_PUBLIC_URL"] != "")
		if vars[q.name] == "" && wanted {
			answer, err := talk.ask(q.question, "", !q.shown, func(answer string) string {
				_, faults := config.ReadSettings(map[string]string{q.name: answer})
				return firstFault(faults)
			})
			if err != nil {
				return nil, err
			}
			vars[q.name] = answer
		}
	}
	for _, name := range []string{
		"VEDETTE_SLACK_TOKEN", "VEDETTE_SLACK_APP_TOKEN", "VEDETTE_SLACK_SIGNING_SECRET", "VEDETTE_DISCORD_TOKEN", "VEDETTE_DISCORD_PUBLIC_KEY",
		"VEDETTE_PUBLIC_URL", "VEDETTE_LISTEN",
	} {
		if vars[name] != "" {
			kept[name] = vars[name]
		}
	}
	if vars["VEDETTE_SLACK_TOKEN"] == "" && vars["VEDETTE_DISCORD_TOKEN"] == "" {
		return nil, errors.New("there is no room to tell: set VEDETTE_SLACK_TOKEN or VEDETTE_DISCORD_TOKEN, or type one of them")
	}
	return kept, nil
}

// askForDesk asks for what the desk file needs and no flag has said.
func (c *initCmd) askForDesk(talk *dialogue, vars map[string]string) (config.Draft, error) {
	d := config.Draft{Watch: c.Watch}
	for _, q := range []struct {
		what, question  string
		given, standard string
		flag, needs     string // needs is the variable without which there is no such thing
		set             func(d *config.Draft, answer string)
	}{
		{
			"the Slack channel's ID", "Slack: the channel's ID, at the end of its details, such as C0123456789", c.SlackChannel, "", "--slack-channel", "VEDETTE_SLACK_TOKEN",
			func(d *config.Draft, answer string) { d.Slack = answer },
		},
		{
			"the Discord channel's ID", "Discord: the channel's ID, by Copy Channel ID in developer mode", c.DiscordChannel, "", "--discord-channel", "VEDETTE_DISCORD_TOKEN",
			func(d *config.Draft, answer string) { d.Discord = answer },
		},
		{
			"a feed", "The URL of a feed to read; more can be added later", strings.Join(c.Feed, " "), firstFeed, "--feed", "",
			func(d *config.Draft, answer string) { d.Feeds = strings.Fields(answer) },
		},
		{"a rule", "What to look for, as a rule", c.Rule, firstRule, "--rule", "", func(d *config.Draft, answer string) { d.Rule = answer }},
		{"a zone", "The rooms' time zone", c.Zone, "UTC", "--zone", "", func(d *config.Draft, answer string) { d.Zone = answer }},
	} {
		has := q.needs == "" || vars[q.needs] != ""
		switch {
		case q.given != "" && !has:
			return d, fmt.Errorf("%s is given, and %s is not set", q.flag, q.needs)
		case !has:
			continue
		}
		answer := q.given
		if answer == "" {
			var err error
			if answer, err = talk.ask(q.question, q.standard, false, func(answer string) string { return draftFault(q.set, answer) }); err != nil {
				return d, err
			}
		}
		if answer == "" {
			return d, fmt.Errorf("%s is missing: give it with %s", q.what, q.flag)
		}
		q.set(&d, answer)
	}
	return d, nil
}

// draftFault says what is wrong with an answer, by a desk file that is well
// but for it.
func draftFault(set func(d *config.Draft, answer string), answer string) string {
	trial := config.Draft{Feeds: []string{firstFeed}, Watch: "first", Rule: "idlib", Slack: "C0123456789", Zone: "UTC"}
	set(&trial, answer)
	text, err := trial.YAML()
	if err != nil {
		return err.Error()
	}
	_, _, err = parseDesk("", text, config.Options{})
	if faults, ok := errors.AsType[config.Faults](err); ok {
		return firstFault(faults)
	}
	return ""
}

// lookUntilWell looks at the platforms until messages can be told, as long as
// there is somebody to mend what is wrong.
func (c *initCmd) lookUntilWell(ctx context.Context, p *process, talk *dialogue, pr *program, d *config.Desk) error {
	for {
		within, cancel := context.WithTimeout(ctx, askWithin)
		found := pr.look(within, d)
		cancel()
		fmt.Fprintln(p.stdout)
		printFindings(p.stdout, found)
		if worst(found) < bot.Broken {
			return nil
		}
		answer, err := talk.ask("Mend what is wrong and press Enter to look again, or type skip to go on as it is", "", false, func(string) string { return "" })
		switch {
		case err != nil:
			return err
		case answer == "skip":
			return nil
		case talk.ended:
			fmt.Fprintln(p.stdout, "Nothing was written.")
			return errTold
		}
	}
}

// write writes both files.
func (c *initCmd) write(p *process, kept map[string]string, file string, desk []byte) error {
	env, err := config.EnvFile(kept)
	if err != nil {
		return err
	}
	for _, f := range []struct {
		name string
		data []byte
		mode fs.FileMode
	}{{".env", []byte(env), 0o600}, {file, desk, 0o644}} {
		if err := c.put(f.name, f.data, f.mode); err != nil {
			return err
		}
		fmt.Fprintf(p.stdout, "%s is written.\n", f.name)
	}
	return nil
}

// put writes a file whole, or leaves what there was.
func (c *initCmd) put(name string, data []byte, mode fs.FileMode) error {
	if !c.Force {
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
		if err != nil {
			return err
		}
		_, err = f.Write(data)
		return errors.Join(err, f.Close())
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".vedette-init-*") // for our eyes alone
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(mode), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// tell tells each room a test message.
func (c *initCmd) tell(ctx context.Context, p *process, pr *program, d *config.Desk) error {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	found := pr.tellAll(ctx, d)
	for _, f := range found {
		fmt.Fprintf(p.stdout, "%-5s  %s: %s\n", gradeName(f.Grade), f.of, f.Says)
		if f.Cure != "" {
			fmt.Fprintf(p.stdout, "       To mend it, %s.\n", f.Cure)
		}
	}
	if worst(found) == bot.Broken {
		return errTold
	}
	fmt.Fprintln(p.stdout, "\nNext: vedette check says what to know of your rule, vedette run begins.")
	return nil
}

// firstFault returns what the first fault says, in one line.
func firstFault(faults config.Faults) string {
	if len(faults) == 0 {
		return ""
	}
	return faults[0].Msg + "; want " + faults[0].Want
}
