package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/lmittmann/tint"

	"vedette/config"
)

// The exit codes.
const (
	exitOK    = 0
	exitFault = 1 // faults were found, or the work was not done
	exitUsage = 2 // the command line was not understood
)

// A process is what the operating system gave us.
type process struct {
	args           []string
	environ        []string
	stdin          io.Reader
	stdout, stderr io.Writer
	hangup         <-chan os.Signal
	hidden         func() (string, error) // reads a line of a person's that is not shown; nil if stdin is no terminal
	colour         bool                   // whether stdout shows colours
	logColour      bool                   // whether stderr does
}

// commands is the command line.
type commands struct {
	Init     initCmd     `cmd:"" help:"Set up from nothing: ask for tokens and channels, check them, write .env and the desk file, tell each room."`
	Doctor   doctorCmd   `cmd:"" help:"Check settings, desk file, tokens, scopes, intents and channel permissions against the live platforms."`
	Manifest manifestCmd `cmd:"" help:"Print what makes the app: the manifest for Slack, or the invite link for Discord."`
	Run      runCmd      `cmd:"" help:"Watch the feeds of the desk file and tell the rooms, until stopped."`
	Demo     demoCmd     `cmd:"" help:"Play a month of news through the whole program: no account, no server, no network."`
	Check    checkCmd    `cmd:"" help:"Check settings and desk file, and print every fault at once."`
	Schema   schemaCmd   `cmd:"" help:"Print the JSON Schema of the desk file, for editors."`
	Test     testCmd     `cmd:"" help:"Try a rule, or all rules of the desk file, on feeds, files or the archive."`
	Why      whyCmd      `cmd:"" help:"Explain what the rules make of a report: which clauses hold, which do not, and where."`
	Level    levelCmd    `cmd:"" help:"Say how far the watches have escalated, and why."`
	Chart    chartCmd    `cmd:"" help:"Draw how a watch's level went, as PNG or SVG."`
	Replay   replayCmd   `cmd:"" help:"Judge the archive anew: what would have been told, also with a changed desk file."`
	Backfill backfillCmd `cmd:"" help:"Give watches a past again, after their rules were changed; while vedette run is stopped."`
	Feeds    feedsCmd    `cmd:"" help:"Look after feeds: how they are, list, probe, add, import, export."`
	Watch    watchCmd    `cmd:"" help:"Look at watches and rules: show, fmt, import."`
	Ask      askCmd      `cmd:"" help:"Ask or do what you would in a room: status, timeline, ack, mute, watch add, help."`
	Ledger   ledgerCmd   `cmd:"" help:"Show what rooms were owed of a story, a report or in all, how each delivery stands and why."`
	Search   searchCmd   `cmd:"" help:"Search the archive of items."`
	Backup   backupCmd   `cmd:"" help:"Write a copy of the database, while running or not."`
	Restore  restoreCmd  `cmd:"" help:"Put a backup in place of the database, while vedette run is stopped."`
	Move     moveCmd     `cmd:"" name:"migrate-store" help:"Copy the SQLite database into an empty PostgreSQL one; while vedette run is stopped."`
	Health   healthCmd   `cmd:"" help:"Ask the running vedette whether it is well; for container health checks."`
}

// errTold ends a command whose faults were already told to the person.
var errTold = errors.New("told")

// run carries out one command line and returns the exit code.
func run(ctx context.Context, p *process) int {
	var cli commands
	code := -1
	parser, err := kong.New(&cli, kong.Name("vedette"), kong.Writers(p.stdout, p.stderr),
		kong.Description("A sentry for fast-moving conflicts: feeds in, alerts out.\n\nStart with: vedette demo, then vedette init\n\n"+
			"Exit codes: 0 all went well, 1 faults were found or the work was not done, 2 the command line was not understood."),
		kong.Exit(func(c int) { code = c }), kong.UsageOnError(), kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		fmt.Fprintln(p.stderr, "vedette:", err)
		return exitUsage
	}
	args := p.args
	if len(args) == 0 || args[0] == "help" {
		args = append(args[min(1, len(args)):], "--help")
	}
	kctx, err := parser.Parse(args)
	if code >= 0 {
		return code // help was asked for
	}
	if err != nil {
		fmt.Fprintln(p.stderr, "vedette:", err)
		if strings.HasPrefix(err.Error(), "unknown flag") {
			fmt.Fprintln(p.stderr, "A rule that begins with - stands after --, as in: vedette test --since 30d -- '-football idlib'")
		}
		return exitUsage
	}
	kctx.BindTo(ctx, (*context.Context)(nil))
	err = kctx.Run(p)
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errTold):
	case strings.Contains(err.Error(), "\n"):
		fmt.Fprintf(p.stderr, "vedette:\n%v\n", err) // what is marked stands under its mark
	default:
		fmt.Fprintln(p.stderr, "vedette:", err)
	}
	return exitFault
}

// logger returns the logger that the settings ask for; it writes to stderr.
func (p *process) logger(set *config.Settings) *slog.Logger {
	if set.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(p.stderr, &slog.HandlerOptions{Level: set.LogLevel}))
	}
	return slog.New(tint.NewTextHandler(p.stderr, &tint.Options{Level: set.LogLevel, NoColor: !p.logColour, TimeFormat: "15:04:05"}))
}

// An aboveInfo handler drops what is merely of interest: libraries tell at
// length how they are.
type aboveInfo struct{ slog.Handler }

// Enabled reports whether level is above info and the handler wants it.
func (h aboveInfo) Enabled(ctx context.Context, level slog.Level) bool {
	return level > slog.LevelInfo && h.Handler.Enabled(ctx, level)
}

// printJSON writes v as one line.
func printJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// plural returns "1 story", "2 stories", "3 watches": the command line speaks
// English.
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	if stem, ok := strings.CutSuffix(noun, "y"); ok && !strings.HasSuffix(stem, "a") {
		noun = stem + "ie"
	} else if strings.HasSuffix(noun, "ch") || strings.HasSuffix(noun, "ss") {
		noun += "e"
	}
	return strconv.Itoa(n) + " " + noun + "s"
}
