package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"vedette/config"
	"vedette/story"
	"vedette/watch"
)

type testCmd struct {
	Rule    string   `arg:"" help:"The rule, in quotes: 'idlib AND (ceasefire OR \"observation post\")'."`
	From    []string `arg:"" optional:"" name:"file-or-url" help:"Feeds to try it on: files, folders of a feed's files, addresses."`
	Since   string   `help:"Try it on the archive instead: 30d, 12h."`
	Against string   `help:"The rule before a change: show what the new one adds and removes." placeholder:"OLD-RULE"`
	Why     string   `help:"Explain each clause for the items whose title or link holds this." placeholder:"TEXT"`
	As      string   `help:"The rule is spelled as elsewhere: google, lucene, meltwater or factiva." placeholder:"DIALECT"`
	JSON    bool     `help:"Print one object for each item that matches."`
}

const (
	samples = 5 // items shown that match
	misses  = 3 // items shown that nearly do
)

// A trial is what came of a rule.
type trial struct {
	rule    *watch.Rule
	live    *watch.Set
	total   int
	hits    []story.Match // parallel to items
	items   []story.Item
	perDay  map[string]int
	perFeed map[string]int
	perLang map[string]int
	nearest []miss
	asked   []story.Item // that --why names
	change  *watch.Change
}

// A miss is an item that the rule nearly accepts.
type miss struct {
	item     story.Item
	nearness float64
}

// Run tries a rule. It is parsed and matched by the code that matches live.
func (c *testCmd) Run(ctx context.Context, p *process) error {
	if (c.Since == "") == (len(c.From) == 0) {
		return errors.New("test: name feeds to try the rule on, or --since for the archive")
	}
	set, err := p.settings()
	if err != nil {
		return err
	}
	var names watch.Names
	if d, _, err := loadDesk(set.Desk, set.PollEvery, nil); err == nil {
		names = d.Aliases
	}
	notes, err := c.imported()
	if err != nil {
		return err
	}
	tr, err := newTrial(c.Rule, names)
	if err != nil {
		return err
	}
	var before *watch.Rule
	if c.Against != "" {
		if before, err = watch.Parse(c.Against, names); err != nil {
			return fmt.Errorf("--against: %w", err)
		}
	}
	if err := c.try(ctx, p, set, tr, before); err != nil || c.JSON {
		return err
	}
	if c.Why != "" && len(tr.asked) == 0 {
		notes = append(notes, fmt.Sprintf("No item has %q in its title or link.", c.Why))
	}
	tr.print(p, append(notes, tr.rule.Notes()...))
	return nil
}

// imported rewrites the rule if it is spelled as another product does.
func (c *testCmd) imported() (notes []string, err error) {
	if c.As == "" {
		return nil, nil
	}
	c.Rule, notes, err = watch.Import(watch.Dialect(strings.ToLower(c.As)), c.Rule)
	return append([]string{"in our spelling: " + c.Rule}, notes...), err
}

func newTrial(src string, names watch.Names) (*trial, error) {
	rule, err := watch.Parse(src, names)
	if err != nil {
		return nil, err
	}
	live, err := watch.NewSet([]story.Watch{{Name: "test", Rule: src}}, names)
	if err != nil {
		return nil, err
	}
	return &trial{rule: rule, live: live, perDay: map[string]int{}, perFeed: map[string]int{}, perLang: map[string]int{}}, nil
}

// try gives the items to the trial and, if there is a rule before it, to the
// comparison with that.
func (c *testCmd) try(ctx context.Context, p *process, set *config.Settings, tr *trial, before *watch.Rule) (err error) {
	items := func(yield func(*story.Item) bool) {
		take := func(it story.Item) error {
			if err := c.take(p, tr, it); err != nil {
				return err
			}
			yield(&it) // who compares wants all of them
			return nil
		}
		if c.Since != "" {
			err = archive(ctx, set, c.Since, take)
		} else {
			err = documents(ctx, set, c.From, take)
		}
	}
	if before == nil {
		items(func(*story.Item) bool { return true })
		return err
	}
	change := watch.Diff(before, tr.rule, items)
	tr.change = &change
	return err
}

// take tries the rule on one item.
func (c *testCmd) take(p *process, tr *trial, it story.Item) error {
	tr.total++
	if c.Why != "" && (strings.Contains(it.Link, c.Why) || strings.Contains(strings.ToLower(it.Title), strings.ToLower(c.Why))) {
		tr.asked = append(tr.asked, it)
	}
	ms := tr.live.Match(&it)
	if len(ms) == 0 {
		tr.nearest = append(tr.nearest, miss{item: it, nearness: tr.rule.Nearness(&it)})
		slices.SortStableFunc(tr.nearest, func(a, b miss) int { return cmp.Compare(b.nearness, a.nearness) })
		tr.nearest = tr.nearest[:min(len(tr.nearest), misses)]
		return nil
	}
	if c.JSON {
		return printJSON(p.stdout, map[string]any{
			"link": it.Link, "title": it.Title, "feed": it.Feed, "at": published(&it), "evidence": evidenceJSON(ms[0].Evidence),
		})
	}
	tr.hits, tr.items = append(tr.hits, ms[0]), append(tr.items, it)
	tr.perDay[published(&it).Format(time.DateOnly)]++
	tr.perFeed[string(it.Feed)]++
	tr.perLang[cmp.Or(it.Lang, "unknown")]++
	return nil
}

// published returns when a report says that it was published, if that can be;
// its effective time is close to now, whatever the age of the file it is in.
func published(it *story.Item) time.Time {
	if it.Published.IsZero() || it.Published.After(it.FirstSeen) {
		return it.Effective
	}
	return it.Published
}

func evidenceJSON(es []story.Evidence) []map[string]any {
	all := make([]map[string]any, len(es))
	for i, e := range es {
		all[i] = map[string]any{"term": e.Term, "field": e.Field, "text": e.Text, "start": e.Start, "end": e.End}
	}
	return all
}
