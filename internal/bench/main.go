// Bench measures what a desk feels, on the real binary and over real HTTP:
// how long a report is under way from the moment at which a feed shows it to
// the moment at which a Slack room and a Discord room have it, how long the
// program takes to be on watch, what it weighs while nothing happens, and how
// large it is; and how long people wait for what they ask, of archives of
// several sizes, while the rooms have a backlog to get; and how many deliveries
// a second many rooms get, beside what River does alone.
//
// It prints one JSON object a line, and nothing of it reaches the product.
// Run it from the module's root:
//
//	go run ./internal/bench -items 200
//	go run ./internal/bench -archived 10000,100000,1000000
//	go run ./internal/bench -archived 10000,100000,1000000 -postgres postgres://…
//	go run ./internal/bench -deliveries 10000
//	go run ./internal/bench -deliveries 10000 -postgres postgres://…
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"vedette/internal/fakeroom"
)

func main() {
	items := flag.Int("items", 200, "how many reports are published")
	gap := flag.Duration("gap", 1500*time.Millisecond, "the time between two: a Slack room is told at most every 1.05 s")
	archived := flag.String("archived", "", "measure what people ask of archives of these sizes, parted by commas")
	rounds := flag.Int("rounds", 30, "how many people ask each thing")
	deliveries := flag.Int("deliveries", 0, "measure how many deliveries a second rooms without a pace get that are owed so many, beside River alone")
	rooms := flag.Int("rooms", 200, "how many rooms these are owed to")
	var from archives
	flag.StringVar(&from.kept, "kept", "", "a folder in which the archives are kept: one of 1,000,000 takes minutes to make")
	flag.StringVar(&from.postgres, "postgres", "", "the address of a Postgres database beside which the archives are made, to measure that")
	flag.Parse()
	ctx := context.Background()
	measure := func() error { return bench(ctx, os.Stdout, *items, *gap) }
	if *deliveries > 0 {
		measure = func() error { return deliver(ctx, os.Stdout, *rooms, *deliveries, from) }
	}
	if *archived != "" {
		measure = func() error { return askAll(ctx, os.Stdout, *archived, *rounds, from) }
	}
	if err := measure(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// The rooms.
const (
	slackChannel   = "C0123456789"
	discordChannel = "123456789012345678"
	token          = "bench-token"
	appToken       = "xapp-bench-token"
)

// bench builds the binary, runs it on a feed and two rooms of its own, and
// prints.
func bench(ctx context.Context, out io.Writer, items int, gap time.Duration) (err error) {
	dir, err := os.MkdirTemp("", "vedette-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	binary, err := build(ctx, dir)
	if err != nil {
		return err
	}
	info, err := os.Stat(binary)
	if err != nil {
		return err
	}
	slack := fakeroom.NewSlack(token)
	defer slack.Close()
	discord, err := fakeroom.NewDiscord(token, "")
	if err != nil {
		return err
	}
	defer discord.Close()
	feed := newFeed()
	defer feed.close()
	p, started, err := start(ctx, dir, binary, deskFile(feed.url(), ""), "", slack, discord)
	if err != nil {
		return err
	}
	idle, after, err := publish(ctx, p, feed, items, gap)
	if err != nil {
		return errors.Join(err, p.Process.Kill())
	}
	if err := feed.report(out, [][]fakeroom.Post{slack.Posts(slackChannel), discord.Posts(discordChannel)}); err != nil {
		return err
	}
	return printAll(out,
		metric{"start_up", float64(started.Milliseconds()), "ms"},
		metric{"idle_memory", idle, "MiB"},
		metric{"memory_after", after, "MiB"},
		metric{"binary_size", float64(info.Size()) / (1 << 20), "MiB"})
}

// askAll is ask of the sizes that are named.
func askAll(ctx context.Context, out io.Writer, sizes string, rounds int, from archives) error {
	var archived []int
	for size := range strings.SplitSeq(sizes, ",") {
		n, err := strconv.Atoi(size)
		if err != nil || n <= 0 {
			return fmt.Errorf("-archived: %q is no number of reports", size)
		}
		archived = append(archived, n)
	}
	return ask(ctx, out, archived, rounds, from)
}

// settle is how long the program is left alone before it is weighed, and
// before its rooms are read.
const settle = 10 * time.Second

// publish publishes all reports, ends the program and returns what it weighed
// in MiB before the first and after the last.
func publish(ctx context.Context, p *exec.Cmd, f *feed, items int, gap time.Duration) (idle, after float64, err error) {
	if err = wait(ctx, settle); err != nil {
		return 0, 0, err
	}
	if idle, err = memory(p.Process.Pid); err != nil {
		return 0, 0, err
	}
	for range items {
		f.publish()
		if err = wait(ctx, gap); err != nil {
			return 0, 0, err
		}
	}
	if err = wait(ctx, settle); err != nil {
		return 0, 0, err
	}
	if after, err = memory(p.Process.Pid); err != nil {
		return 0, 0, err
	}
	if err = p.Process.Signal(syscall.SIGTERM); err != nil {
		return 0, 0, err
	}
	if err = p.Wait(); err != nil {
		return 0, 0, fmt.Errorf("vedette run: %w", err)
	}
	return idle, after, nil
}

// build builds the binary in dir as it is released.
func build(ctx context.Context, dir string) (binary string, err error) {
	binary = filepath.Join(dir, "vedette")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", binary, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if text, failed := build.CombinedOutput(); failed != nil {
		return "", fmt.Errorf("build: %w\n%s", failed, text)
	}
	return binary, nil
}

// deskFile returns a desk file with the feed, two rooms, a watch that the feed's
// reports match, and more watches.
func deskFile(feed, watches string) string {
	return fmt.Sprintf(`feeds:
  - name: wire
    url: %s
    every: 1s
watches:
  idlib:
    rule: idlib AND ceasefire
    rooms: [slack, discord]
%srooms:
  slack:
    slack: { channel: %s }
  discord:
    discord: { channel: "%s" }
`, feed, watches, slackChannel, discordChannel)
}

// start starts the binary in dir, with the database at an address or "", and
// returns how long it took to be on watch.
func start(ctx context.Context, dir, binary, desk, database string, slack *fakeroom.Slack, discord *fakeroom.Discord) (*exec.Cmd, time.Duration, error) {
	if err := os.WriteFile(filepath.Join(dir, "vedette.yaml"), []byte(desk), 0o600); err != nil {
		return nil, 0, err
	}
	health, err := freeAddress(ctx)
	if err != nil {
		return nil, 0, err
	}
	env := append(os.Environ(), "VEDETTE_HEALTH_LISTEN="+health, "VEDETTE_ALLOW_ADDRESSES=127.0.0.0/8", "VEDETTE_LOG_LEVEL=warn",
		"VEDETTE_SLACK_TOKEN="+token, "VEDETTE_SLACK_API="+slack.API(), "VEDETTE_DISCORD_TOKEN="+token, "VEDETTE_DISCORD_API="+discord.API(), "VEDETTE_SLACK_APP_TOKEN="+slack.AppToken(), "VEDETTE_DATABASE_URL="+database,
		"VEDETTE_SECRET_BENCH="+hookSecret)
	p := exec.CommandContext(ctx, binary, "run")
	p.Dir, p.Env, p.Stderr = dir, env, os.Stderr
	began := time.Now()
	if err := p.Start(); err != nil {
		return nil, 0, err
	}
	for range 2000 {
		check := exec.CommandContext(ctx, binary, "health")
		check.Dir, check.Env = dir, env
		if check.Run() == nil {
			return p, time.Since(began), nil
		}
		if err := wait(ctx, 2*time.Millisecond); err != nil {
			return nil, 0, err
		}
	}
	return nil, 0, fmt.Errorf("vedette run is not well")
}

// freeAddress returns a loopback address that nobody listens on.
func freeAddress(ctx context.Context) (string, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// memory returns the resident set of a process, in MiB.
func memory(pid int) (float64, error) {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "VmRSS:" {
			kib, err := strconv.ParseFloat(fields[1], 64)
			return kib / 1024, err
		}
	}
	return 0, fmt.Errorf("process %d has no resident set", pid)
}

// A metric is one figure.
type metric struct {
	Name  string  `json:"metric"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
}

// printAll prints each metric as a line of JSON.
func printAll(w io.Writer, ms ...metric) error {
	enc := json.NewEncoder(w)
	for _, m := range ms {
		if err := enc.Encode(m); err != nil {
			return err
		}
	}
	return nil
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
