package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"vedette/story"
)

const (
	// reserve is how much of the disk is kept for what is left to do when it is
	// full: to judge and to tell what was taken by then, and the notices.
	reserve = 16 << 20

	// diskEvery is how often it is looked whether the disk has room again.
	diskEvery = 2 * time.Second
)

// watchDisk has the operators hear when the disk of the database is full, and
// when it has room again and feeds are read, until ctx ends.
func (pr *program) watchDisk(ctx context.Context) {
	look := time.NewTicker(diskEvery)
	defer look.Stop()
	var told time.Time // since when the disk was full when they heard of it last
	for {
		if since := pr.store.FullSince(); !since.IsZero() {
			if err := pr.reportDisk(ctx, since, &told); err != nil && ctx.Err() == nil {
				pr.log.LogAttrs(ctx, slog.LevelError, "the disk is full, and the operators do not know how it stands", slog.Any("error", err))
			}
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return
		}
	}
}

// reportDisk tells that the disk is full, if that was not told, and that it is
// no more, if so.
func (pr *program) reportDisk(ctx context.Context, since time.Time, told *time.Time) error {
	operators := pr.inForce.Load().Operators
	if !told.Equal(since) && len(operators) > 0 {
		full := diskFull(since, pr.now(), operators)
		if err := pr.store.Announce(ctx, &full); err != nil {
			return err
		}
		*told = since
	}
	free := diskFree(since, pr.now(), operators)
	over, err := pr.store.Regain(ctx, &free)
	if !over || err != nil {
		return err
	}
	return pr.again(ctx) // for what could not be saved of the desk file meanwhile
}

// diskFull is what operators hear of a disk that is full since a time. The key
// is the same after a restart. It stands as high as anything that they hear:
// what is critical may be said in quiet hours, and is not held with a backlog.
func diskFull(since, now time.Time, operators []story.RoomName) story.Bulletin {
	return story.Bulletin{
		Kind: story.RoomHealth, Key: fmt.Sprintf("disk full %d", since.UnixMicro()), At: now, Rooms: operators, From: story.Critical, To: story.Critical,
		Reasons: []string{
			"The disk is full: nothing new is read",
			"What was read before is still told, from a reserve.",
			fmt.Sprintf("Make room on the disk of the database. Feeds are read again by themselves as soon as %d MiB are free.", 2*reserve>>20),
		},
	}
}

// diskFree is what they hear of one that was full and has room again.
func diskFree(since, now time.Time, operators []story.RoomName) story.Bulletin {
	return story.Bulletin{Kind: story.RoomHealth, Key: fmt.Sprintf("disk free %d", since.UnixMicro()), At: now, Rooms: operators, Reasons: []string{
		"The disk has room again: feeds are read as before",
		fmt.Sprintf("It was full for %v. What a feed has dropped from its list meanwhile is missed.", now.Sub(since).Round(time.Second)),
	}}
}
