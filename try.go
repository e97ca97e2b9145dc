package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"vedette/config"
	"vedette/story"
	"vedette/watch"
)

type testCmd struct {
	Rule    string   `arg:"" optional:"" help:"The rule, in quotes: 'idlib AND (ceasefire OR \"observation post\")'. Without one, all rules of the desk file are tried."`
	From    []string `arg:"" optional:"" name:"file-or-url" help:"Feeds to try it on: files, folders of a feed's files, addresses."`
	All     bool     `help:"Try all rules of the desk file; each argument is something to try them on."`
	Watch   string   `help:"Try the rule of this watch; each argument is something to try it on." placeholder:"NAME"`
	Since   string   `help:"Try it on the archive instead: 30d, 12h."`
	Against string   `help:"The rule before a change, or the watch that has it: show what the new one adds and removes." placeholder:"OLD-RULE"`
	Why     string   `help:"Explain each clause for the items whose title or link holds this." placeholder:"TEXT"`
	As      string   `help:"The rule is spelled as elsewhere: google, lucene, meltwater or factiva." placeholder:"DIALECT"`
	JSON    bool     `help:"Print one object for each item that matches; with --against also for those that did, with --why for each item asked about."`
}

// Run tries rules. They are parsed and matched by the code that matches live.
func (c *testCmd) Run(ctx context.Context, p *process) error {
	if err := c.sort(); err != nil {
		return err
	}
	set, err := p.settings()
	if err != nil {
		return err
	}
	desk, notes, err := c.desk(set)
	if err != nil {
		return err
	}
	tr, more, err := c.trials(desk)
	if err != nil {
		return err
	}
	if err := c.try(ctx, p, set, tr); err != nil {
		return err
	}
	return tr.print(p, append(notes, more...))
}

// try gives the items to the trials and, if there is a rule before the one
// that is tried, to the comparison with that.
func (c *testCmd) try(ctx context.Context, p *process, set *config.Settings, tr *trials) (err error) {
	items := func(yield func(*story.Item) bool) {
		take := func(it story.Item) error {
			if err := tr.take(p, it); err != nil {
				return err
			}
			yield(&it) // who compares wants all of them
			return nil
		}
		if c.Since != "" {
			err = p.past(ctx, c.Since, take)
		} else {
			err = documents(ctx, set, c.From, take)
		}
	}
	if tr.before == nil || c.JSON {
		items(func(*story.Item) bool { return true })
		return err
	}
	change := watch.Diff(tr.before, tr.all[0].rule, items)
	tr.change = &change
	return err
}

// sort tells the rule from what it is tried on.
func (c *testCmd) sort() error {
	if c.All || c.Watch != "" {
		if c.Rule != "" {
			c.From = append([]string{c.Rule}, c.From...)
			c.Rule = ""
		}
	} else if c.Rule == "" && c.Since != "" {
		c.All = true
	}
	one := c.Rule != "" || c.Watch != ""
	switch {
	case c.All && c.Watch != "":
		return errors.New("test: --all tries every watch, --watch one: leave one of them out")
	case !one && !c.All:
		return errors.New("test: give a rule, in quotes, or --all for the rules of the desk file")
	case c.Since == "" && len(c.From) == 0 && place(c.Rule):
		return fmt.Errorf("test: %s is something to try rules on, and no rule: write vedette test RULE %s, or vedette test --all %s", c.Rule, c.Rule, c.Rule)
	case (c.Since == "") == (len(c.From) == 0):
		return errors.New("test: name feeds to try the rule on, or --since for the archive")
	case c.Against != "" && !one:
		return errors.New("test: --against compares one rule with another: give the new one, or its --watch")
	case c.As != "" && c.Rule == "":
		return errors.New("test: --as is how a rule on the command line is spelled; the desk file has ours")
	}
	return nil
}

// place reports whether an argument can only be meant as a feed.
func place(arg string) bool {
	if strings.HasPrefix(arg, "http://") || strings.HasPrefix(arg, "https://") {
		return true
	}
	_, err := os.Stat(arg)
	return err == nil
}

// desk returns the desk file; if only its aliases would be used, it need
// neither be there nor be well.
func (c *testCmd) desk(set *config.Settings) (*config.Desk, []string, error) {
	d, _, err := loadDesk(set.Desk, config.Options{PollEvery: set.PollEvery})
	if err == nil || c.Rule == "" {
		return d, nil, err
	}
	if _, missing := os.Stat(set.Desk); errors.Is(missing, fs.ErrNotExist) {
		return &config.Desk{}, nil, nil
	}
	return &config.Desk{}, []string{fmt.Sprintf("%s has faults, so its aliases are not used; vedette check names them.", set.Desk)}, nil
}

// trials returns what the rules are tried with, and notes.
func (c *testCmd) trials(d *config.Desk) (tr *trials, notes []string, err error) {
	watches := []story.Watch{{Name: "test", Rule: c.Rule}}
	switch {
	case c.All:
		watches = d.Watches
	case c.Watch != "":
		w, err := watchOf(d, c.Watch)
		if err != nil {
			return nil, nil, err
		}
		watches = []story.Watch{w}
	case c.As == "":
		if w, err := watchOf(d, c.Rule); err == nil {
			notes = append(notes, fmt.Sprintf("%s is also the name of a watch; vedette test --watch %s tries its rule.", w.Name, w.Name))
		}
	default:
		rule, more, err := watch.Import(watch.Dialect(strings.ToLower(c.As)), c.Rule)
		if err != nil {
			return nil, nil, err
		}
		watches[0].Rule, notes = rule, append([]string{"in our spelling: " + rule}, more...)
	}
	if tr, err = newTrials(watches, d.Aliases); err != nil {
		return nil, nil, err
	}
	tr.json, tr.names = c.JSON, c.All
	if c.Why != "" {
		tr.asked = newAsked(c.Why)
	}
	if c.Against == "" {
		return tr, notes, nil
	}
	old := c.Against
	if w, err := watchOf(d, old); err == nil {
		old = w.Rule
		notes = append(notes, "before: "+old)
	}
	if tr.before, err = watch.Parse(old, d.Aliases); err != nil {
		return nil, nil, fmt.Errorf("--against:\n%w", err)
	}
	return tr, notes, nil
}

// watchesOf returns the watch of the desk file that bears name, or all of them
// if name is "".
func watchesOf(d *config.Desk, name string) ([]story.Watch, error) {
	if name == "" {
		return d.Watches, nil
	}
	w, err := watchOf(d, name)
	return []story.Watch{w}, err
}

// watchOf returns a watch of the desk file.
func watchOf(d *config.Desk, name string) (story.Watch, error) {
	known := make([]string, len(d.Watches))
	for i, w := range d.Watches {
		if string(w.Name) == name {
			return w, nil
		}
		known[i] = string(w.Name)
	}
	return story.Watch{}, fmt.Errorf("the desk file has no watch %q; it has %s", name, strings.Join(known, ", "))
}
