package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"vedette/config"
	"vedette/story"
	"vedette/watch"
)

type watchCmd struct {
	Show showCmd `cmd:"" help:"Show a watch as it is understood: in words, and all the spellings that its words stand for."`
}

type showCmd struct {
	Name string `arg:"" optional:"" help:"The watch; all of them if left out."`
	All  bool   `help:"Print every spelling, not the first few."`
}

// languagesOf is how far back the archive is asked what feeds are written in.
const languagesOf = 30 * 24 * time.Hour

// Run shows the watches of the desk file.
func (c *showCmd) Run(ctx context.Context, p *process) error {
	set, err := p.settings()
	if err != nil {
		return err
	}
	d, _, err := loadDesk(set.Desk, set.PollEvery, nil)
	if err != nil {
		return err
	}
	langs, err := p.languages(ctx, set)
	if err != nil {
		return err
	}
	shown := 0
	for _, w := range d.Watches {
		if c.Name != "" && string(w.Name) != c.Name {
			continue
		}
		rule, err := watch.Parse(w.Rule, d.Aliases)
		if err != nil {
			return err
		}
		if shown++; shown > 1 {
			fmt.Fprintln(p.stdout)
		}
		c.print(p, &w, rule, langs)
	}
	if shown == 0 {
		return fmt.Errorf("%s has no watch %q", set.Desk, c.Name)
	}
	return nil
}

// languages returns what each feed was mostly written in lately; nothing if
// there is no archive yet.
func (p *process) languages(ctx context.Context, set *config.Settings) (map[story.FeedName]string, error) {
	if _, err := os.Stat(filepath.Join(set.Data, database)); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	db, _, err := p.archive(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = db.Close() }() // it was only read
	return db.Languages(ctx, utcNow().Add(-languagesOf))
}

// few is how many spellings of a term are printed unless all are asked for.
const few = 8

func (c *showCmd) print(p *process, w *story.Watch, rule *watch.Rule, langs map[story.FeedName]string) {
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
	for _, note := range append(rule.Notes(), deaf(rule, langs)...) {
		fmt.Fprintf(out, "\n  note: %s\n", note)
	}
}

// deaf says which feeds are written in a script that the rule has no words
// for: it will never accept a report of theirs.
func deaf(rule *watch.Rule, langs map[story.FeedName]string) []string {
	scripts := rule.Scripts()
	if scripts == nil {
		return nil
	}
	feeds := make(map[string][]string)
	for _, feed := range slices.Sorted(maps.Keys(langs)) {
		if script := watch.Script(langs[feed]); script != "" && !slices.Contains(scripts, script) {
			feeds[script] = append(feeds[script], string(feed))
		}
	}
	var notes []string
	for _, script := range slices.Sorted(maps.Keys(feeds)) {
		notes = append(notes, fmt.Sprintf("It has only %s words, and will never accept what is in %s: %s.",
			strings.Join(scripts, " and "), script, strings.Join(feeds[script], ", ")))
	}
	return notes
}
