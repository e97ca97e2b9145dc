package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"sync"
	"time"

	"vedette/config"
	"vedette/internal/wire"
	"vedette/internal/world"
)

type demoCmd struct {
	Speed float64 `default:"1" help:"How fast to tell it: 2 is twice as fast, 0 does not pause at all."`
	Once  bool    `help:"Exit at the end, with 0 if all went well; otherwise the end waits for ctrl-C."`
	Desk  string  `type:"existingfile" help:"Another desk file, in which {{wire}} stands for the demo's wire service."`
}

// longestPause is what a reader waits for between two lines of the story,
// however many days lie between them.
const longestPause = 900 * time.Millisecond

// Run tells the story of Idlib: a wire service on loopback says it, the real
// program hears it, in a temporary folder that is removed at the end.
func (c *demoCmd) Run(ctx context.Context, p *process) (err error) {
	if c.Speed < 0 {
		return errors.New("--speed: want 0 or more")
	}
	script, err := wire.Idlib()
	if err != nil {
		return err
	}
	if c.Desk != "" {
		text, err := os.ReadFile(c.Desk)
		if err != nil {
			return err
		}
		script.Desk = string(text)
	}
	set, err := p.settings()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "vedette-demo-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	set.Data, set.DatabaseURL, set.PollEvery = dir, "", time.Minute
	set.LogLevel = max(set.LogLevel, slog.LevelWarn) // the story is what is shown
	fmt.Fprintf(p.stdout, "%s\n\nFive fictional outlets, a real program, no network. Story time is UTC.\n\n", script.Promise)
	return p.play(ctx, set, script, c.pause, func(ctx context.Context, _ *program) error {
		fmt.Fprintf(p.stdout, "\nThat was the demo. Next: vedette init sets up your own; README.md says how to make the Slack app and the Discord bot.\n")
		if !c.Once {
			fmt.Fprintln(p.stdout, "Ctrl-C ends it.")
			<-ctx.Done()
		}
		return nil
	}, nil)
}

// pause lets a person read: longer where more of the story's time passes.
func (c *demoCmd) pause(ctx context.Context, gap time.Duration) error {
	if c.Speed == 0 {
		return ctx.Err()
	}
	wait := min(longestPause, 250*time.Millisecond+gap/400)
	timer := time.NewTimer(time.Duration(float64(wait) / c.Speed))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// play runs the whole program on the script's desk file and clock, tells the
// script to the end, and then calls after. Loopback is admitted, for the wire.
func (p *process) play(ctx context.Context, set *config.Settings, script *wire.Script,
	pause func(context.Context, time.Duration) error, after func(context.Context, *program) error, tune func(*program),
) (err error) {
	service := wire.New(script)
	base, shut, err := serve(ctx, service.Handler())
	if err != nil {
		return err
	}
	defer shut()
	desk, _, err := parseDesk("desk.yaml", []byte(script.DeskFor(base)), config.Options{PollEvery: set.PollEvery})
	if err != nil {
		return err
	}
	set.AllowAddresses = append(set.AllowAddresses, netip.MustParsePrefix("127.0.0.0/8"))
	clock := new(world.Clock)
	stage := world.Stage{Wire: service, Clock: clock, Every: set.PollEvery, Pause: pause, Asked: script.Asked}
	stage.Open()
	pr, err := build(ctx, p, set, clock.Now, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, pr.store.Close()) }()
	stage.Ask = func(ctx context.Context, a wire.Asking) error {
		if pr.ask == nil {
			return errors.New("nobody asks in this play")
		}
		return pr.ask(ctx, a)
	}
	if tune != nil {
		tune(pr)
	}
	if err := pr.apply(ctx, desk); err != nil {
		return err
	}
	stage.Next = pr.store.Next
	stage.Idle = func(ctx context.Context) (bool, error) {
		idle, err := pr.store.Idle(ctx, clock.Now())
		if !idle || err != nil {
			return false, err
		}
		working, err := pr.store.Working(ctx)
		return !working, err
	}

	engineCtx, stop := context.WithCancelCause(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer stop(nil)
	wg.Go(func() { stop(pr.engine.Run(engineCtx)) })
	if err := stage.Play(engineCtx); err != nil {
		return err
	}
	if after != nil {
		return after(ctx, pr)
	}
	return nil
}

// serve serves h on a loopback port of its own until shut is called.
func serve(ctx context.Context, h http.Handler) (base string, shut func(), err error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second}
	var wg sync.WaitGroup
	wg.Go(func() { _ = srv.Serve(l) }) // always an error: closed
	return "http://" + l.Addr().String(), func() {
		_ = srv.Close()
		wg.Wait()
	}, nil
}
