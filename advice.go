package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"vedette/config"
	"vedette/story"
	"vedette/watch"
)

// The news is what the archive tells of late, for the authors of rules to be
// advised by. The zero news is that of a desk that has not run yet.
type news struct {
	langs map[story.FeedName]string // what each feed is mostly written in
	items []story.Item              // the newest, oldest first
}

const (
	lately = 30 * 24 * time.Hour
	newest = 2000 // items that rules are measured on
	enough = 200  // items that a share may be told of
)

// news reads the archive, if there is one yet.
func (p *process) news(ctx context.Context, set *config.Settings) (n news, err error) {
	if _, err := os.Stat(databaseOf(set)); set.DatabaseURL == "" && errors.Is(err, fs.ErrNotExist) {
		return news{}, nil
	}
	db, _, err := p.archive(ctx)
	if err != nil {
		return news{}, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	since := utcNow().Add(-lately)
	if n.langs, err = db.Languages(ctx, since); err != nil {
		return news{}, err
	}
	err = db.Items(ctx, since, func(it story.Item) error {
		if n.items = append(n.items, it); len(n.items) == 2*newest {
			n.items = n.items[:copy(n.items, n.items[newest:])]
		}
		return nil
	})
	n.items = n.items[max(0, len(n.items)-newest):]
	return n, err
}

// advise returns what the author of a rule should know of it.
func (n news) advise(rule *watch.Rule, src string, names watch.Names) []string {
	return append(append(rule.Notes(), n.deaf(rule)...), n.broad(rule, src, names)...)
}

// adviseOn is advise for a rule as the desk file has it.
func (n news) adviseOn(src string, aliases map[string][]string) []string {
	rule, err := watch.Parse(src, aliases)
	if err != nil {
		return nil // it is a fault of the desk file
	}
	return n.advise(rule, src, aliases)
}

// deaf says which feeds are written in a script that the rule has no words
// for: it will never accept a report of theirs.
func (n news) deaf(rule *watch.Rule) []string {
	scripts := rule.Scripts()
	if scripts == nil {
		return nil
	}
	if len(scripts) == 0 {
		return []string{"Its parts have no script in common: no report in one script can fulfil it."}
	}
	feeds := make(map[string][]string)
	for _, feed := range slices.Sorted(maps.Keys(n.langs)) {
		if script := watch.Script(n.langs[feed]); script != "" && !slices.Contains(scripts, script) {
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

// broad warns of a rule that would bring a room much of all news: as it was
// lately or, if too little is known of that, as it is reckoned to be.
func (n news) broad(rule *watch.Rule, src string, names watch.Names) []string {
	if len(n.items) < enough {
		if b := rule.Estimate(); b.Broad() {
			return []string{b.String()}
		}
		return nil
	}
	live, err := watch.NewSet([]story.Watch{{Name: "it", Rule: src}}, names)
	if err != nil {
		return nil // it was parsed before
	}
	matched := 0
	for i := range n.items {
		matched += len(live.Match(&n.items[i]))
	}
	if float64(matched) < watch.Broad*float64(len(n.items)) {
		return nil
	}
	return []string{fmt.Sprintf("It would have matched %d of the last %s. %s",
		matched, plural(len(n.items), "report"), rule.Measure(pointers(n.items)).Advice())}
}

// pointers gives the address of each of the items.
func pointers(items []story.Item) func(yield func(*story.Item) bool) {
	return func(yield func(*story.Item) bool) {
		for i := range items {
			if !yield(&items[i]) {
				return
			}
		}
	}
}
