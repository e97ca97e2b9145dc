package main

import (
	"context"
	"fmt"
	"strings"

	"vedette/story"
	"vedette/watch"
)

type watchCmd struct {
	Show   showCmd   `cmd:"" help:"Show a watch as it is understood: in words, and all the spellings that its words stand for."`
	Fmt    fmtCmd    `cmd:"" help:"Print a rule in its canonical form, with --words in plain words."`
	Import importCmd `cmd:"" help:"Print a rule of Google, Lucene, Meltwater or Factiva in our spelling."`
}

type showCmd struct {
	Name string `arg:"" optional:"" help:"The watch; all of them if left out."`
	All  bool   `help:"Print every spelling, not the first few."`
}

// Run shows the watches of the desk file.
func (c *showCmd) Run(ctx context.Context, p *process) error {
	set, d, err := p.desk()
	if err != nil {
		return err
	}
	late, err := p.news(ctx, set)
	if err != nil {
		return err
	}
	watches, err := watchesOf(d, c.Name)
	if err != nil {
		return err
	}
	for i, w := range watches {
		rule, err := watch.Parse(w.Rule, d.Aliases)
		if err != nil {
			return err
		}
		if i > 0 {
			fmt.Fprintln(p.stdout)
		}
		c.print(p, &w, rule)
		for _, note := range late.advise(rule, w.Rule, d.Aliases) {
			fmt.Fprintf(p.stdout, "\n  note: %s\n", note)
		}
	}
	return nil
}

// few is how many spellings of a term are printed unless all are asked for.
const few = 8

func (c *showCmd) print(p *process, w *story.Watch, rule *watch.Rule) {
	out := p.stdout
	rooms := make([]string, len(w.Rooms))
	for i, r := range w.Rooms {
		rooms[i] = string(r)
	}
	fmt.Fprintf(out, "%s (%s), told in %s\n  %s\n  Wanted: %s.\n", w.Title, w.Name, strings.Join(rooms, ", "), rule, rule.Words())
	for _, e := range rule.Expansion() {
		fmt.Fprintf(out, "\n  %s\n", e.Term)
		spellings := e.Spellings
		if !c.All {
			spellings = spellings[:min(few, len(spellings))]
		}
		for _, s := range spellings {
			fmt.Fprintf(out, "    %s\n", strings.TrimSpace(s.Text+"   "+s.From))
		}
		if more := len(e.Spellings) - len(spellings); more > 0 {
			fmt.Fprintf(out, "    … and %d more; --all prints them\n", more)
		}
	}
}
