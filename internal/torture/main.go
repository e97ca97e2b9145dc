// Torture kills the real binary, cuts it off and lies to it, and counts what
// became of all that it owed.
//
// It builds the program with -tags fault and runs it on a database of its
// own against an origin that knows what it published and a Slack and a Discord
// that keep the true transcript. Which report each room must hear follows
// from how the reports are made, not from anything that the program says.
// Random choices follow from a seed, which is printed; when a kill falls is
// also the machine's affair. It exits with 1 if anything was lost, said twice,
// out of order or unasked, and prints one line, of what was measured. It never
// reaches the binary, talks to nothing but loopback, and ends only what it
// began.
//
// Run it from the module's root:
//
//	go run ./internal/torture                    a minute of kills and of platforms that fail
//	go run ./internal/torture -seed 7 -modes random
//	go run ./internal/torture sabotage           proves that mistakes are seen
//
// What the modes do, which runs there were and what they showed stands in
// docs/promises.md.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// A settings is what the command line asks for.
type settings struct {
	kills   int
	seed    uint64
	modes   []string
	lasting time.Duration
	least   int
	keep    bool
	tags    string
	images  int
	from    int
	calls   int

	postgres  string
	replicas  int
	failovers int
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	var set settings
	flag.IntVar(&set.kills, "kills", 50, "how often start, sweep and random kill the binary, all together, and replicas by itself; cuts cuts the power a tenth as often")
	flag.Uint64Var(&set.seed, "seed", uint64(time.Now().UnixNano()), "decides all that is random; drawn if left out")
	modes := flag.String("modes", "random,chat", "what is done: any of "+strings.Join(allModes(), ", "))
	flag.DurationVar(&set.lasting, "for", 20*time.Second, "how long chat, outage, severed and power last, and the last part of partition")
	flag.IntVar(&set.least, "sends", 0, "messages that must have arrived for the run to count; 0 is one for four kills")
	flag.BoolVar(&set.keep, "keep", false, "keep the folders")
	flag.IntVar(&set.images, "images", 300, "of torn disks that are looked at, about")
	flag.IntVar(&set.calls, "calls", 300, "how often the mode syscalls kills the binary in a system call")
	flag.IntVar(&set.from, "from", 1, "the hit that the sweep begins with")
	flag.StringVar(&set.postgres, "postgres", "", "address of an empty Postgres database, for the mode replicas; left out: one of a server that the run starts")
	flag.IntVar(&set.replicas, "replicas", 3, "processes that share a Postgres database")
	flag.IntVar(&set.failovers, "failovers", 20, "how often a Postgres server is killed and its stand-by takes its place")
	flag.StringVar(&set.tags, "tags", "fault", "build tags of the binary")
	flag.Parse()
	set.modes = strings.Split(*modes, ",")
	var err error
	if flag.Arg(0) == "sabotage" {
		err = sabotage(ctx, os.Stdout, flag.Args()[1:])
	} else {
		err = torture(ctx, os.Stdout, &set)
	}
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "torture:", err)
		os.Exit(1)
	}
}

// torture runs the modes and prints the figures.
func torture(ctx context.Context, out io.Writer, set *settings) error {
	dir, err := os.MkdirTemp("", "torture-bin-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }() // which lies in the system's folder for such
	bin := filepath.Join(dir, "vedette")
	if said, err := exec.CommandContext(ctx, "go", "build", "-tags", set.tags, "-o", bin, ".").CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w\n%s", err, said)
	}
	fmt.Fprintf(out, "seed %d\n", set.seed)
	f := newFigures(set.seed, set.least)
	r := &run{set: set, bin: bin, out: out, f: f}
	for _, mode := range set.modes {
		if !slices.Contains(allModes(), mode) {
			return fmt.Errorf("there is no mode %q", mode)
		}
		start := time.Now()
		if err := r.mode(ctx, mode); err != nil {
			return fmt.Errorf("%s, seed %d: %w", mode, set.seed, err)
		}
		fmt.Fprintf(out, "%s: %v\n", mode, time.Since(start).Round(time.Second))
	}
	f.print(ctx, out)
	if failures := f.failures(); len(failures) > 0 {
		return fmt.Errorf("seed %d: %s", set.seed, strings.Join(failures, ", "))
	}
	return nil
}

func allModes() []string {
	return []string{"start", "sweep", "random", "chat", "outage", "clock", "disk", "power", "cuts", "syscalls", "upgrade", "replicas", "severed", "partition", "failover"}
}

// A run is modes that are run one after the other.
type run struct {
	set *settings
	bin string
	out io.Writer
	f   *figures
}

// epoch is how many kills one database lives through.
const epoch = 200

// mode runs one.
func (r *run) mode(ctx context.Context, mode string) error {
	switch mode {
	case "start":
		return r.starts(ctx)
	case "sweep":
		return r.one(ctx, mode, true, func(s *site) (*ledger, error) { return s.sweep(ctx, r.set.from, r.set.kills-r.f.kills["start"]) })
	case "random":
		left := r.set.kills - r.f.kills["start"] - r.f.kills["sweep"]
		for n := 0; left > 0; n++ {
			kills := min(left, epoch)
			left -= kills
			err := r.site(ctx, mode, fmt.Sprintf("%s%d", mode, n), false, func(s *site) (*ledger, error) { return s.random(ctx, kills) })
			if err != nil {
				return err
			}
		}
		return nil
	case "replicas":
		return r.one(ctx, mode, false, func(s *site) (*ledger, error) {
			if s.address = r.set.postgres; s.address == "" {
				pg, err := serve(ctx, 1)
				if err != nil {
					return nil, err
				}
				defer pg.close()
				s.address = pg.address()
			}
			return s.replicas(ctx, r.set.replicas, r.set.kills, r.f)
		})
	case "severed":
		return r.one(ctx, mode, false, func(s *site) (*ledger, error) { return s.severed(ctx, r.set.replicas, r.set.lasting, r.f) })
	case "partition":
		return r.one(ctx, mode, false, func(s *site) (*ledger, error) { return s.partition(ctx, r.set.replicas, r.set.lasting, r.f) })
	case "failover":
		return r.one(ctx, mode, false, func(s *site) (*ledger, error) { return s.failover(ctx, r.set.replicas, r.set.failovers, r.f) })
	case "chat":
		return r.one(ctx, mode, false, func(s *site) (*ledger, error) { return s.chat(ctx, r.set.lasting, &r.f.faults) })
	case "outage":
		return r.one(ctx, mode, false, func(s *site) (*ledger, error) { return s.outage(ctx, r.set.lasting) })
	case "clock":
		return r.one(ctx, mode, true, func(s *site) (*ledger, error) { return s.clocks(ctx, r.f) })
	case "disk":
		return r.one(ctx, mode, true, func(s *site) (*ledger, error) { return s.full(ctx, r.f) })
	case "power":
		return r.power(ctx)
	case "upgrade":
		return r.upgrades(ctx)
	case "syscalls":
		return r.one(ctx, mode, true, func(s *site) (*ledger, error) { return s.syscalls(ctx, r.set.calls, r.f) })
	case "cuts":
		return r.one(ctx, mode, true, func(s *site) (*ledger, error) { return s.cuts(ctx, max(10, r.set.kills/10)) })
	}
	return errors.New("unknown")
}

// one runs a mode on one site.
func (r *run) one(ctx context.Context, mode string, small bool, do func(*site) (*ledger, error)) error {
	return r.site(ctx, mode, mode, small, do)
}

// site runs a mode on a site whose random numbers follow from the seed and its
// name.
func (r *run) site(ctx context.Context, mode, name string, small bool, do func(*site) (*ledger, error)) error {
	s, err := open(ctx, name, r.bin, r.set.seed, r.f.seen, small)
	if err != nil {
		return err
	}
	s.mode = mode
	l, err := do(s)
	if err == nil {
		err = ctx.Err()
	}
	keep := r.set.keep || err != nil || len(l.Faults) > 0
	if keep {
		fmt.Fprintf(r.out, "%s: kept in %s\n", name, s.dir)
	}
	if err == nil {
		r.f.add(s, l)
		if len(l.Faults) > 0 {
			err = s.write(filepath.Join(s.dir, "transcript"))
		}
	}
	s.close(keep)
	return err
}

// starts kills the first start of all: at the first point that it passes, then
// at the second, and so on, until the feeds were taken. What is published
// afterwards must be heard.
func (r *run) starts(ctx context.Context) error {
	for n, over := 1, false; !over && r.f.kills["start"] < r.set.kills; n++ {
		err := r.site(ctx, "start", fmt.Sprintf("start%d", n), true, func(s *site) (l *ledger, err error) {
			over, err = s.first(ctx, n)
			if err != nil {
				return nil, err
			}
			return s.finish(ctx)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
