// Archive measures what it takes to try all rules of a desk on its past: it
// fills a database with a million items through the store, as polls do, then
// gives them to one matcher, and prints the time, the share of it that went
// into reading the archive, and what both weigh.
//
// The items are those of the folder data/match again and again, each with a
// number after its title. It prints one JSON object a line, and nothing of it
// reaches the product. Run it from the module's root:
//
//	go run ./internal/bench/archive -data ../shared/data/match
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"vedette/internal/store"
	"vedette/story"
	"vedette/watch"
)

func main() {
	b := bench{out: json.NewEncoder(os.Stdout)}
	flag.StringVar(&b.data, "data", filepath.Join("..", "shared", "data", "match"), "the folder of items and rules")
	flag.StringVar(&b.path, "db", "", "the database; it is filled if it is not there. Without, one is made and removed")
	flag.StringVar(&b.rules, "rules", "z10000", "the rules: rules_NAME.txt of the folder")
	flag.IntVar(&b.items, "items", 1_000_000, "how many items are stored")
	flag.Parse()
	if err := b.run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "archive:", err)
		os.Exit(1)
	}
}

// A bench is the settings of a run and where it prints.
type bench struct {
	data, path, rules string
	items             int
	out               *json.Encoder
}

func (b *bench) print(metric string, value float64, unit string) error {
	return b.out.Encode(struct {
		Metric string  `json:"metric"`
		Value  float64 `json:"value"`
		Unit   string  `json:"unit"`
	}{metric, math.Round(value*1000) / 1000, unit})
}

func (b *bench) run(ctx context.Context) (err error) {
	if b.path == "" {
		dir, err := os.MkdirTemp("", "vedette-archive-")
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
		b.path = filepath.Join(dir, "vedette.db")
	}
	if _, err := os.Stat(b.path); errors.Is(err, os.ErrNotExist) {
		if err := b.fill(ctx); err != nil {
			return err
		}
	}
	info, err := os.Stat(b.path)
	if err != nil {
		return err
	}
	if err := b.print("disk", float64(info.Size())/(1<<20), "MiB"); err != nil {
		return err
	}
	return b.test(ctx)
}

// batch is how many items a poll brings.
const batch = 2000

// fill stores the items through the polls of one feed.
func (b *bench) fill(ctx context.Context) (err error) {
	news, err := b.lines("news.tsv")
	if err != nil {
		return err
	}
	s, err := store.Open(ctx, b.path, store.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	from := time.Now()
	for i := 0; i < b.items; {
		p := story.Poll{State: story.FeedState{Feed: "news", URL: "https://example.org/feed"}}
		for ; len(p.Items) < batch && i < b.items; i++ {
			cols := strings.SplitN(news[i%len(news)], "\t", 3)
			if len(cols) < 3 {
				return fmt.Errorf("news.tsv: %w", io.ErrUnexpectedEOF)
			}
			id := "https://example.org/" + strconv.Itoa(i)
			at := time.Unix(1_700_000_000+int64(i), 0)
			p.Items = append(p.Items, story.Item{
				Feed: "news", Outlet: "News", Owner: "News", GUID: id, Link: id, Canonical: id, Keys: []string{id},
				Title: cols[1] + " " + strconv.Itoa(i), Summary: cols[2], Lang: "en", Published: at, FirstSeen: at, Effective: at,
			})
		}
		if _, err := s.SavePoll(ctx, p); err != nil {
			return err
		}
	}
	return b.print("fill", time.Since(from).Seconds(), "s")
}

// test gives all items to one matcher.
func (b *bench) test(ctx context.Context) (err error) {
	set, err := b.set()
	if err != nil {
		return err
	}
	s, err := store.OpenArchive(ctx, b.path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	read, items, err := pass(ctx, s, func(*story.Item) {})
	if err != nil {
		return err
	}
	m := set.Matcher()
	var matches []story.Match
	found := 0
	both, _, err := pass(ctx, s, func(it *story.Item) {
		matches = m.Match(it, matches[:0])
		found += len(matches)
	})
	if err != nil {
		return err
	}
	return errors.Join(
		b.print("items", float64(items), ""),
		b.print("matches", float64(found), ""),
		b.print("reading alone", read.wall.Seconds(), "s"),
		b.print("back-test", both.wall.Seconds(), "s"),
		b.print("back-test", both.processor.Seconds(), "s of processor time"),
		b.print("share of reading", read.processor.Seconds()/both.processor.Seconds(), "of processor time"),
		b.print("memory", peak(), "MiB at most"))
}

// A cost is what a pass took.
type cost struct{ wall, processor time.Duration }

// pass gives all items of the archive to each, one at a time.
func pass(ctx context.Context, s *store.Store, each func(*story.Item)) (c cost, items int, err error) {
	runtime.GC()
	from, began := time.Now(), spent()
	err = s.Items(ctx, time.Time{}, func(it story.Item) error {
		items++
		each(&it)
		return nil
	})
	return cost{time.Since(from), spent() - began}, items, err
}

func (b *bench) set() (*watch.Set, error) {
	lines, err := b.lines("rules_" + b.rules + ".txt")
	if err != nil {
		return nil, err
	}
	ws := make([]story.Watch, len(lines))
	for i, line := range lines {
		ws[i] = story.Watch{Name: story.WatchName("w" + strconv.Itoa(1_000_000+i)), Rule: infix(line)}
	}
	return watch.NewSet(ws, nil)
}

// infix returns a rule of the data, (& a (| b "c d") (! e)), in the language
// of watches.
func infix(rule string) string {
	var out strings.Builder
	var ops []string // of the lists that are open
	first := []bool{true}
	for _, word := range words(rule) {
		switch word {
		case ")":
			out.WriteString(")")
			ops, first = ops[:len(ops)-1], first[:len(first)-1]
			continue
		case "(&", "(|", "(!":
		}
		if n := len(ops); n > 0 && !first[n] {
			out.WriteString(ops[n-1])
		}
		first[len(first)-1] = false
		if !strings.HasPrefix(word, "(") {
			out.WriteString(word)
			continue
		}
		out.WriteString(map[string]string{"(&": "(", "(|": "(", "(!": "NOT ("}[word])
		ops, first = append(ops, map[string]string{"(&": " AND ", "(|": " OR ", "(!": " OR "}[word]), append(first, true)
	}
	return out.String()
}

// words parts a rule of the data.
func words(rule string) []string {
	var all []string
	for rule = strings.TrimSpace(rule); rule != ""; rule = strings.TrimLeft(rule, " ") {
		end := strings.IndexAny(rule, " )")
		switch {
		case rule[0] == '"':
			end = strings.IndexByte(rule[1:], '"') + 2
		case rule[0] == ')':
			end = 1
		case end < 0:
			end = len(rule)
		}
		all = append(all, rule[:end])
		rule = rule[end:]
	}
	return all
}

func (b *bench) lines(name string) ([]string, error) {
	data, err := os.ReadFile(filepath.Join(b.data, name))
	if err != nil {
		return nil, err
	}
	return strings.Split(strings.TrimSpace(string(data)), "\n"), nil
}

// spent returns the processor time that the process has used.
func spent() time.Duration {
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		return 0
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}

// peak returns the most memory that the process has held, in MiB.
func peak() float64 {
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		return 0
	}
	return float64(use.Maxrss) / 1024
}
