// Eval scores the program's judgement against labelled data.
//
//	go run ./internal/eval [-v] signals|figures|stories|pairs|events|briefs|levels PATH
//
// PATH is a file in one of the formats of the data that lies beside the
// project. Each metric is one JSON line on standard output; -v adds the worst
// mistakes. It measures and changes nothing, and never reaches the binary.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
)

type task func(path string, say *report) error

// tasks returns what can be scored. Each reads path and says its metrics.
func tasks() map[string]task {
	return map[string]task{
		"briefs": briefs, "events": events, "figures": figures, "levels": levels, "pairs": pairs, "signals": signals, "stories": stories,
	}
}

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "eval:", err)
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) error {
	flags := flag.NewFlagSet("eval", flag.ContinueOnError)
	worst := flags.Bool("v", false, "print the worst mistakes too")
	if err := flags.Parse(args); err != nil {
		return err
	}
	names := strings.Join(slices.Sorted(maps.Keys(tasks())), "|")
	if flags.NArg() != 2 {
		return fmt.Errorf("usage: eval [-v] %s PATH", names)
	}
	task, ok := tasks()[flags.Arg(0)]
	if !ok {
		return fmt.Errorf("no task %q; there is %s", flags.Arg(0), names)
	}
	say := &report{out: json.NewEncoder(out), verbose: *worst}
	say.out.SetEscapeHTML(false)
	return errors.Join(task(flags.Arg(1), say), say.err)
}

// A report prints what was measured.
type report struct {
	out     *json.Encoder
	verbose bool
	err     error // the first of writing
}

// metric prints one metric.
func (r *report) metric(name string, value float64, unit string) {
	r.print(struct {
		Metric string  `json:"metric"`
		Value  float64 `json:"value"`
		Unit   string  `json:"unit,omitempty"`
	}{name, value, unit})
}

// mistake prints one mistake, if they were asked for: any value that tells it.
func (r *report) mistake(m any) {
	if r.verbose {
		r.print(m)
	}
}

func (r *report) print(line any) {
	if err := r.out.Encode(line); r.err == nil {
		r.err = err
	}
}
