package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"vedette/internal/store"
	"vedette/story"
)

// scale runs the real binary on n feeds and prints how it fared from the time
// on at which each had been polled.
func scale(ctx context.Context, out io.Writer, n int, every, lasting time.Duration) (err error) {
	dir, err := os.MkdirTemp("", "vedette-poll-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	binary, err := build(ctx, dir)
	if err != nil {
		return err
	}
	p, urls, err := newPress(ctx, n, every)
	if err != nil {
		return err
	}
	defer p.close()
	run, err := start(ctx, dir, binary, urls, every)
	if err != nil {
		return err
	}
	if err := wait(ctx, every+10*time.Second); err != nil { // every feed has been polled, and is in its slot
		return err
	}
	from, used := time.Now(), cpu(run.Process.Pid)
	if err := wait(ctx, lasting); err != nil {
		return err
	}
	until, used := time.Now(), cpu(run.Process.Pid)-used
	peak := status(run.Process.Pid, "VmHWM:")
	if err := run.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	if err := run.Wait(); err != nil {
		return fmt.Errorf("vedette run: %w", err)
	}
	return p.report(ctx, out, dir, from, until, used, peak)
}

// build builds vedette in dir and returns its path.
func build(ctx context.Context, dir string) (binary string, err error) {
	binary = filepath.Join(dir, "vedette")
	text, err := exec.CommandContext(ctx, "go", "build", "-o", binary, ".").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, text)
	}
	return binary, nil
}

// start starts vedette on the feeds, with what more it is to be told.
func start(ctx context.Context, dir, binary string, urls []string, every time.Duration, more ...string) (*exec.Cmd, error) {
	var desk strings.Builder
	desk.WriteString("feeds:\n")
	for i, url := range urls {
		fmt.Fprintf(&desk, "  - {name: f%d, url: %s}\n", i, url)
	}
	desk.WriteString("watches:\n  none:\n    rule: nothingwhatever\n    rooms: [here]\nrooms:\n  here:\n    terminal: {}\n")
	if err := os.WriteFile(filepath.Join(dir, "vedette.yaml"), []byte(desk.String()), 0o600); err != nil {
		return nil, err
	}
	run := exec.CommandContext(ctx, binary, "run")
	run.Dir, run.Stderr = dir, os.Stderr
	run.Env = append(os.Environ(), "VEDETTE_ALLOW_ADDRESSES=127.0.0.0/8", "VEDETTE_LOG_LEVEL=warn",
		"VEDETTE_POLL_EVERY="+every.String(), "VEDETTE_POLL_MOST="+every.String())
	run.Env = append(run.Env, more...)
	return run, run.Start()
}

// report compares when the feeds were asked with when they were due.
func (p *press) report(ctx context.Context, out io.Writer, dir string, from, until time.Time, used time.Duration, peak float64) error {
	db, err := store.OpenArchive(ctx, filepath.Join(dir, "data", "vedette.db"))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }() // it was only read
	p.mu.Lock()
	defer p.mu.Unlock()
	var lags, waits, gaps []time.Duration
	unchanged, polls := 0, 0
	for i := range p.feeds {
		f := &p.feeds[i]
		waits = append(waits, f.waits...)
		kept, err := db.Requests(ctx, story.FeedName(fmt.Sprint("f", i)), len(f.asked))
		if err != nil {
			return err
		}
		slices.Reverse(kept)
		for j := 1; j < min(len(kept), len(f.asked)); j++ {
			if f.asked[j].After(from) && f.asked[j].Before(until) {
				polls++
				if f.unchanged[j] {
					unchanged++
				}
				lags = append(lags, f.asked[j].Sub(kept[j-1].NextDue))
				gaps = append(gaps, f.asked[j].Sub(f.asked[j-1]))
			}
		}
	}
	if len(lags) == 0 || len(waits) == 0 {
		return errors.New("nothing was polled twice")
	}
	return printAll(out,
		metric{"feeds", float64(len(p.feeds)), fmt.Sprintf("polled every %v for %v", p.every, until.Sub(from).Round(time.Second))},
		metric{"polls", float64(polls), fmt.Sprintf("%.0f a minute", float64(polls)/until.Sub(from).Minutes())},
		metric{"unchanged", 100 * float64(unchanged) / float64(polls), "% of them"},
		metric{"start_lag_p50", quantile(lags, .50), "ms, from due to the request"},
		metric{"start_lag_p99", quantile(lags, .99), "ms"},
		metric{"gap_p01", quantile(gaps, .01) / float64(p.every.Milliseconds()), "of the interval, between two requests"},
		metric{"gap_p99", quantile(gaps, .99) / float64(p.every.Milliseconds()), "of the interval"},
		metric{"published_to_seen_p50", quantile(waits, .50) / 1000, "s"},
		metric{"published_to_seen_p95", quantile(waits, .95) / 1000, "s"},
		metric{"published_to_seen_p99", quantile(waits, .99) / 1000, "s"},
		metric{"processor", 100 * used.Seconds() / until.Sub(from).Seconds(), "% of one core"},
		metric{"processor_a_poll", used.Seconds() * 1000 / float64(polls), "ms"},
		metric{"peak_memory", peak, "MiB"})
}

// cpu returns the processor time that a process has used.
func cpu(pid int) time.Duration {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond // a tick is a hundredth on every Linux
}

// status returns a line of a process's status, in MiB.
func status(pid int, name string) float64 {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == name {
			kib, _ := strconv.ParseFloat(fields[1], 64)
			return kib / 1024
		}
	}
	return 0
}

// quantile returns the q-th quantile of ds, in milliseconds.
func quantile(ds []time.Duration, q float64) float64 {
	slices.Sort(ds)
	return float64(ds[min(int(q*float64(len(ds))), len(ds)-1)].Microseconds()) / 1000
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
