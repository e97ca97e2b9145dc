// Match measures what an item costs to match against many rules, evidence
// included, and prints it beside what others cost on the same items and rules
// in the same run: processor time, so that a busy machine disturbs it less,
// and the least of several rounds.
//
// Bleve, RE2::Set and Hyperscan are measured by programs of their own, in the
// folder peers, where they can be built: the last two need a C++ compiler and
// the packages libre2-dev and libhyperscan-dev of Debian.
//
// It reads the folder data/match, prints one JSON object a line, and nothing
// of it reaches the product. Run it from the module's root:
//
//	go run ./internal/bench/match -data ../shared/data/match -prototype ../shared/tools/match-prototype/proto
//	go run ./internal/bench/match -data ../shared/data/match -archive 1000000
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"vedette/story"
	"vedette/watch"
)

func main() {
	b := bench{out: json.NewEncoder(os.Stdout)}
	flag.StringVar(&b.data, "data", filepath.Join("..", "shared", "data", "match"), "the folder of items and rules")
	flag.StringVar(&b.prototype, "prototype", "", "the folder of the prototype's source, to be measured too")
	flag.IntVar(&b.rounds, "rounds", 20, "how often each measurement is made; the least counts")
	slow := flag.Bool("rivals", true, "measure what others do too")
	archive := flag.Int("archive", 0, "try the rules on an archive of so many items instead")
	path := flag.String("db", "", "the archive's database, to be kept; filled if it is not there")
	flag.Parse()
	run := func(ctx context.Context) error { return b.run(ctx, *slow) }
	if *archive > 0 {
		run = func(ctx context.Context) error { return b.backTest(ctx, *path, *archive) }
	}
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "match:", err)
		os.Exit(1)
	}
}

// A bench is the settings of a run and where it prints.
type bench struct {
	data, prototype string
	rounds          int
	out             *json.Encoder
}

// A figure is one line of the output. Figures of one item are nanoseconds of
// processor time.
type figure struct {
	Metric string  `json:"metric"`
	Value  float64 `json:"value"`
	Unit   string  `json:"unit"`
}

func (b *bench) print(metric string, value float64, unit string) error {
	return b.out.Encode(figure{metric, math.Round(value*1000) / 1000, unit})
}

// A subject is one thing that is measured on all items.
type subject struct {
	name string
	do   func(*story.Item)
	ns   float64
}

func (b *bench) run(ctx context.Context, slow bool) error {
	news, err := b.items("news")
	if err != nil {
		return err
	}
	tokenise := &subject{name: "tokenise"}
	tokenise.do = words(new(watch.Set).Matcher())
	subjects := []*subject{tokenise}
	for _, rules := range []string{"z100", "z1000", "z10000", "z100000", "u10000"} {
		s, err := b.set(rules)
		if err != nil {
			return err
		}
		subjects = append(subjects, &subject{name: rules, do: matching(s)})
		if err := b.counts(rules, s, news); err != nil {
			return err
		}
	}
	b.measure(subjects, news, b.rounds)
	at := map[string]float64{}
	for _, s := range subjects {
		at[s.name] = s.ns
		if err := b.print(s.name, s.ns, "ns/item"); err != nil {
			return err
		}
	}
	for _, ratio := range [][2]string{{"z10000", "tokenise"}, {"z100000", "tokenise"}, {"z100000", "z100"}, {"u10000", "tokenise"}} {
		if err := b.print(ratio[0]+"/"+ratio[1], at[ratio[0]]/at[ratio[1]], "times"); err != nil {
			return err
		}
	}
	if err := b.languages(news); err != nil {
		return err
	}
	if b.prototype != "" {
		if err := b.beside(ctx, at); err != nil {
			return err
		}
	}
	if !slow {
		return nil
	}
	if err := b.rivals(news, at["z10000"]); err != nil {
		return err
	}
	return b.peers(ctx, news, at["z10000"])
}

func words(m *watch.Matcher) func(*story.Item) {
	return func(it *story.Item) { m.Words(it) }
}

func matching(s *watch.Set) func(*story.Item) {
	m := s.Matcher()
	var matches []story.Match
	return func(it *story.Item) { matches = m.Match(it, matches[:0]) }
}

// measure finds the least time of each subject, taking turns, so that what
// disturbs the machine disturbs all alike. A turn is three times all items: the
// first finds the processor's caches full of the subject before.
func (b *bench) measure(subjects []*subject, items []story.Item, rounds int) {
	for _, s := range subjects {
		s.ns = math.Inf(1)
	}
	for range rounds {
		for _, s := range subjects {
			for range 3 {
				from := spent()
				for i := range items {
					s.do(&items[i])
				}
				s.ns = min(s.ns, float64((spent()-from).Nanoseconds())/float64(len(items)))
			}
		}
	}
}

// set compiles a file of rules and prints what that costs.
func (b *bench) set(rules string) (*watch.Set, error) {
	lines, err := b.lines("rules_" + rules + ".txt")
	if err != nil {
		return nil, err
	}
	ws := make([]story.Watch, len(lines))
	for i, line := range lines {
		ws[i] = story.Watch{Name: story.WatchName("w" + strconv.Itoa(1_000_000+i)), Rule: parse(line).rule()}
	}
	var s *watch.Set
	least := math.Inf(1)
	before := heap()
	for range 3 {
		runtime.GC()
		from := spent()
		if s, err = watch.NewSet(ws, nil); err != nil {
			return nil, err
		}
		least = min(least, float64((spent()-from).Microseconds())/1000)
	}
	size := heap() - before
	if err := b.print("compile "+rules, least, "ms"); err != nil {
		return nil, err
	}
	err = b.print("memory "+rules, size/float64(len(ws)), "bytes/rule")
	runtime.KeepAlive(ws)
	runtime.KeepAlive(s)
	return s, err
}

// counts prints how many watches accept an item and what an item allocates.
func (b *bench) counts(rules string, s *watch.Set, items []story.Item) error {
	m := s.Matcher()
	var matches []story.Match
	total := 0
	for i := range items {
		matches = m.Match(&items[i], matches[:0])
		total += len(matches)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for i := range items {
		matches = m.Match(&items[i], matches[:0])
	}
	runtime.ReadMemStats(&after)
	if err := b.print("matches "+rules, float64(total)/float64(len(items)), "an item"); err != nil {
		return err
	}
	return b.print("allocations "+rules, float64(after.Mallocs-before.Mallocs)/float64(len(items)), "an item")
}

// languages prints what a byte costs at 10,000 rules in other languages, in
// times of what it costs in English.
func (b *bench) languages(news []story.Item) error {
	s, err := b.set("z10000")
	if err != nil {
		return err
	}
	perByte := func(items []story.Item) float64 {
		one := &subject{do: matching(s)}
		b.measure([]*subject{one}, items, b.rounds)
		size := 0
		for i := range items {
			size += len(items[i].Title) + len(items[i].Summary)
		}
		return one.ns * float64(len(items)) / float64(size)
	}
	english := perByte(news)
	if err := b.print("byte en", english, "ns"); err != nil {
		return err
	}
	for _, lang := range []string{"ar", "fa", "he", "ru", "tr", "uk", "zh"} {
		items, err := b.items("ml_" + lang)
		if err != nil {
			return err
		}
		if err := b.print("byte "+lang+"/en", perByte(items)/english, "times"); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) lines(name string) ([]string, error) {
	data, err := os.ReadFile(filepath.Join(b.data, name))
	if err != nil {
		return nil, err
	}
	return strings.Split(strings.TrimSpace(string(data)), "\n"), nil
}

func (b *bench) items(name string) ([]story.Item, error) {
	lines, err := b.lines(name + ".tsv")
	if err != nil {
		return nil, err
	}
	var items []story.Item
	for _, line := range lines {
		if cols := strings.SplitN(line, "\t", 3); len(cols) == 3 {
			items = append(items, story.Item{Title: cols[1], Summary: cols[2]})
		}
	}
	if len(items) == 0 {
		return nil, fmt.Errorf("%s: %w", name, io.ErrUnexpectedEOF)
	}
	return items, nil
}

// spent returns the processor time that the process has used.
func spent() time.Duration {
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		return 0
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}

func heap() float64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}
