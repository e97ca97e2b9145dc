// Vedette watches news feeds for a team, and tells its rooms what matches
// the team's watch rules: once, with sources.
//
// The way of the data: feeds bring items, watches pick them, story judges
// them, bot tells the rooms. Package main turns the process (arguments,
// environment, signals) into values and wires the parts; it decides nothing.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/mattn/go-isatty"
	"golang.org/x/term"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	code := run(ctx, &process{
		args: os.Args[1:], environ: os.Environ(), stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, hangup: hangup,
		hidden: hidden(os.Stdin), colour: colours(os.Stdout), logColour: colours(os.Stderr),
	})
	stop()
	os.Exit(code)
}

// colours reports whether f is a terminal whose person has not asked for no
// colour (no-color.org).
func colours(f *os.File) bool { return isatty.IsTerminal(f.Fd()) && os.Getenv("NO_COLOR") == "" }

// hidden returns what reads a line from the terminal f without showing it, or
// nil if f is none.
func hidden(f *os.File) func() (string, error) {
	fd := int(f.Fd())
	if !term.IsTerminal(fd) {
		return nil
	}
	return func() (string, error) {
		line, err := term.ReadPassword(fd)
		return string(line), err
	}
}
