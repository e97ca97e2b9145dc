package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// diskSize is how large the disk is that is filled up, in MiB.
const diskSize = 12

// full lets the disk run full under the binary while news comes in, for a
// while, and then frees it. The disk is one in memory that only the binary's
// own mount namespace has; this process looks at it through /proc.
func (s *site) full(ctx context.Context, f *figures) (*ledger, error) {
	if err := os.Mkdir(s.data(), 0o700); err != nil {
		return nil, err
	}
	mount := fmt.Sprintf(`mount -t tmpfs -o size=%dm none "$1" && shift && exec "$@"`, diskSize)
	if err := s.start(ctx, "", "unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount, "sh", s.data()); err != nil {
		return nil, err
	}
	s.looksAt = filepath.Join("/proc", fmt.Sprint(s.life.cmd.Process.Pid), "root", s.data())
	if err := s.seeded(ctx); err != nil {
		return nil, err
	}
	s.origin.publish([]string{"north", "south"})
	if err := s.drain(ctx); err != nil {
		return nil, err
	}
	ballast := filepath.Join(s.looksAt, "ballast")
	if err := fill(ballast); err != nil {
		return nil, err
	}
	for end := time.Now().Add(12 * time.Second); time.Now().Before(end); {
		if s.open() < 12 {
			s.origin.publish(s.watches())
		}
		pause(ctx, time.Second)
		if s.life.dead() {
			return nil, fmt.Errorf("with a full disk: %w", s.ended())
		}
		if err := fill(ballast); err != nil { // what was given back meanwhile
			return nil, err
		}
	}
	if s.logged("disk is full") {
		f.seen.note("the database said that the disk is full")
	}
	if s.open() > 0 {
		f.seen.note("news came in while the disk was full")
	}
	if err := os.Remove(ballast); err != nil {
		return nil, err
	}
	start := time.Now()
	if err := s.drain(ctx); err != nil {
		return nil, err
	}
	f.resumed["disk freed"] = time.Since(start)
	l, err := s.count(ctx) // before the disk is gone with the life
	if err != nil {
		return nil, err
	}
	return l, s.stop()
}

// fill adds to the file until the disk is full.
func fill(file string) error {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // what was not written is as well
	for chunk := make([]byte, 64<<10); len(chunk) > 0; {
		switch _, err := f.Write(chunk); {
		case errors.Is(err, syscall.ENOSPC):
			chunk = chunk[:len(chunk)/2]
		case err != nil:
			return err
		}
	}
	return nil
}
