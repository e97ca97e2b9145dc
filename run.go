package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"
	"time"

	"github.com/fsnotify/fsnotify"

	"vedette/config"
	"vedette/internal/fault"
	"vedette/internal/store"
)

type runCmd struct {
	AfterRestore bool `help:"The database was put back from a backup by other means than vedette restore: look for what rooms are owed before it is sent."`
}

// Run watches the feeds and tells the rooms until ctx ends, or the disk has
// failed to keep what was written to it.
func (c *runCmd) Run(ctx context.Context, p *process) (err error) {
	set, err := p.settings()
	if err != nil {
		return err
	}
	vars, err := p.variables()
	if err != nil {
		return err
	}
	d, notes, err := loadDesk(set.Desk, config.Options{PollEvery: set.PollEvery, Secrets: config.Secrets(vars)})
	if err != nil {
		return err
	}
	pr, err := build(ctx, p, set, utcNow, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, pr.store.Close()) }()
	for _, n := range notes {
		pr.log.LogAttrs(ctx, slog.LevelWarn, "desk file", slog.String("note", n.String()))
	}
	restored, err := pr.store.Begin(ctx, c.AfterRestore, utcNow())
	if err != nil {
		return err
	}
	if restored {
		pr.log.LogAttrs(ctx, slog.LevelWarn, "the database was put back from a backup; what rooms are owed is looked for in them before it is sent")
	}
	if err := pr.apply(ctx, d); err != nil {
		return err
	}
	pr.log.LogAttrs(ctx, slog.LevelInfo, "on watch", slog.String("version", version()), slog.Int("feeds", len(d.Feeds)),
		slog.Int("watches", len(d.Watches)), slog.Int("rooms", len(d.Rooms)), slog.String("database", store.DisplayName(databaseOf(set))))

	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var wg sync.WaitGroup
	defer wg.Wait()
	defer stop()
	if set.HealthListen != "" {
		beside, err := listenHealth(ctx, set.HealthListen, pr.auditor, pr.auditor.metrics())
		if err != nil {
			return err
		}
		wg.Go(beside)
	}
	inbound, err := pr.openInboxes(ctx)
	if err != nil {
		return err
	}
	for _, beside := range inbound {
		wg.Go(beside)
	}
	reload := func() { pr.reload(ctx, config.Secrets(vars)) }
	for _, beside := range []func(context.Context){pr.heed, pr.auditor.run, pr.watchDisk} {
		wg.Go(func() { beside(ctx) })
	}
	wg.Go(func() { follow(ctx, set.Desk, p.hangup, pr.log, reload) })
	return pr.work(ctx)
}

// work runs the engine until ctx ends, or the disk has failed. Nothing waits for
// the work in hand then: it can be recorded no more, and is left as a kill leaves
// it. That it has failed while the work in hand was finished is an error, too.
func (pr *program) work(ctx context.Context) error {
	ended := make(chan error, 2)
	go func() {
		if err := pr.store.Broken(ctx); err != nil {
			ended <- err
		}
	}()
	go func() {
		err := pr.engine.Run(ctx)
		now, end := context.WithCancel(ctx)
		end()
		ended <- errors.Join(err, pr.store.Broken(now))
	}()
	return <-ended
}

func utcNow() time.Time { return time.Now().Add(fault.Skew()).UTC() }

// reload puts the desk file as it is now in force. If it has a fault,
// everything stays as it was; if the database has one, it is tried again.
func (pr *program) reload(ctx context.Context, secrets []string) {
	d, notes, err := loadDesk(pr.set.Desk, config.Options{PollEvery: pr.set.PollEvery, Secrets: secrets})
	if err == nil {
		if err = pr.apply(ctx, d); err != nil && pr.waits() {
			pr.log.LogAttrs(ctx, slog.LevelError, "desk file not reloaded yet; trying again", slog.Any("error", err))
			return
		}
	}
	if err != nil {
		pr.log.LogAttrs(ctx, slog.LevelError, "desk file not reloaded; the one before stays in force", slog.Any("error", err))
		return
	}
	for _, n := range notes {
		pr.log.LogAttrs(ctx, slog.LevelWarn, "desk file", slog.String("note", n.String()))
	}
	pr.log.LogAttrs(ctx, slog.LevelInfo, "desk file reloaded", slog.Int("feeds", len(d.Feeds)), slog.Int("watches", len(d.Watches)), slog.Int("rooms", len(d.Rooms)))
}

// quiet is how long a file must stay as it is before it is read: editors
// write a file in several steps.
const quiet = 300 * time.Millisecond

// follow calls changed after file was written, or hangup was received, until
// ctx ends. It watches the folder, since editors and mounts replace files.
func follow(ctx context.Context, file string, hangup <-chan os.Signal, log *slog.Logger, changed func()) {
	var events chan fsnotify.Event
	var missed chan error // too much has happened in the folder to tell what
	w, err := fsnotify.NewWatcher()
	if err == nil {
		defer func() { _ = w.Close() }()
		err = w.Add(filepath.Dir(file))
	}
	if err == nil {
		events, missed = w.Events, w.Errors
	} else {
		log.LogAttrs(ctx, slog.LevelWarn, "desk file is not followed; send SIGHUP after a change", slog.Any("error", err))
	}
	settled := time.NewTimer(0)
	<-settled.C
	for {
		select {
		case <-ctx.Done():
			return
		case <-hangup:
			changed()
		case e := <-events:
			if filepath.Base(e.Name) == filepath.Base(file) && !e.Has(fsnotify.Chmod) || filepath.Base(e.Name) == "..data" {
				settled.Reset(quiet)
			}
		case err := <-missed: // nothing more comes until it is heard
			log.LogAttrs(ctx, slog.LevelWarn, "a change of the desk file may have been missed; it is read again", slog.Any("error", err))
			settled.Reset(quiet)
		case <-settled.C:
			changed()
		}
	}
}

// version returns the module's version, or the revision that it was built of.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "devel"
	}
	return info.Main.Version
}
