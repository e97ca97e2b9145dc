package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"vedette/config"
	"vedette/feeds/parse"
	"vedette/story"
	"vedette/watch"
)

type whyCmd struct {
	Item  string   `arg:"" name:"report" help:"The report's link, or words of its title."`
	From  []string `arg:"" optional:"" name:"file-or-url" help:"Feeds to look for it in: files, folders of a feed's files, addresses. Without any it is looked for in the archive."`
	Watch string   `help:"Explain this watch only, not all of the desk file." placeholder:"NAME"`
	Rule  string   `help:"Explain this rule instead of the desk file's."`
	JSON  bool     `help:"Print one object for each report and rule."`
}

// Run explains what the rules make of a report.
func (c *whyCmd) Run(ctx context.Context, p *process) error {
	if strings.TrimSpace(c.Item) == "" {
		return errors.New("why: give the report's link, or words of its title")
	}
	set, err := p.settings()
	if err != nil {
		return err
	}
	test := testCmd{Rule: c.Rule, Watch: c.Watch, All: c.Rule == "" && c.Watch == "", Why: c.Item, JSON: c.JSON}
	if c.Rule != "" {
		test.Watch = ""
	}
	desk, notes, err := test.desk(set)
	if err != nil {
		return err
	}
	tr, _, err := test.trials(desk)
	if err != nil {
		return err
	}
	if err := c.find(ctx, p, set, tr.asked); err != nil {
		return err
	}
	return tr.print(p, notes)
}

// find looks for the report.
func (c *whyCmd) find(ctx context.Context, p *process, set *config.Settings, who *asked) error {
	look := func(it story.Item) error {
		who.take(&it)
		return nil
	}
	if len(c.From) > 0 {
		return documents(ctx, set, c.From, look)
	}
	db, _, err := p.archive(ctx)
	if err != nil {
		return err
	}
	return errors.Join(db.Items(ctx, time.Time{}, look), db.Close())
}

// The asked are the items that somebody wants to have explained.
type asked struct {
	text  string // of the title, or of the link
	page  string // what the link identifies, or ""
	items []story.Item
	more  int // items that are asked for and not kept
}

func newAsked(text string) *asked {
	text = strings.TrimSpace(text)
	return &asked{text: text, page: parse.Canonical(text)}
}

// take keeps the item if it is asked for. The newest are kept.
func (a *asked) take(it *story.Item) {
	if !strings.Contains(strings.ToLower(it.Title), strings.ToLower(a.text)) && !strings.Contains(it.Link, a.text) &&
		(a.page == "" || it.Canonical != a.page) {
		return
	}
	if len(a.items) == samples {
		a.items = slices.Delete(a.items, 0, 1)
		a.more++
	}
	a.items = append(a.items, *it)
}

// print explains the items by the rules.
func (a *asked) print(p *process, all []*trial, machine bool, notes []string) error {
	if machine {
		return a.printJSON(p, all)
	}
	for _, note := range notes {
		fmt.Fprintln(p.stdout, "note:", note)
	}
	if len(a.items) == 0 {
		fmt.Fprintf(p.stdout, "No item has %q in its title or link.\n", a.text)
	}
	for i := range a.items {
		it := &a.items[i]
		fmt.Fprintf(p.stdout, "%s\n  %s\n", it.Title, origin(it))
		for _, t := range all {
			a.explain(p, it, t)
		}
	}
	if a.more > 0 {
		fmt.Fprintf(p.stdout, "\n… and %d more; a longer text, or the link, names fewer.\n", a.more)
	}
	return nil
}

// explain says what a rule makes of an item.
func (a *asked) explain(p *process, it *story.Item, t *trial) {
	cs := t.rule.Explain(it)
	mark, verdict := "✓", "matches"
	if len(watch.Failed(cs)) > 0 {
		mark, verdict = "✗", "does not match"
	}
	name := "The rule"
	if t.watch.Title != "" {
		name = string(t.watch.Name)
	}
	fmt.Fprintf(p.stdout, "\n  %s %s %s\n    Wanted: %s.\n", mark, name, verdict, t.rule.Words())
	clauses(p.stdout, cs, "    ")
}

// printJSON explains the items for a machine.
func (a *asked) printJSON(p *process, all []*trial) error {
	for i := range a.items {
		it := &a.items[i]
		for _, t := range all {
			cs := t.rule.Explain(it)
			told := itemJSON(it)
			told["rule"], told["matches"], told["clauses"] = t.rule.String(), len(watch.Failed(cs)) == 0, clausesJSON(cs)
			if t.watch.Title != "" {
				told["watch"] = t.watch.Name
			}
			if err := printJSON(p.stdout, told); err != nil {
				return err
			}
		}
	}
	return nil
}

func itemJSON(it *story.Item) map[string]any {
	return map[string]any{"link": it.Link, "title": it.Title, "feed": it.Feed, "lang": it.Lang, "at": published(it)}
}

func clausesJSON(cs []watch.Clause) []map[string]any {
	all := make([]map[string]any, len(cs))
	for i, c := range cs {
		all[i] = map[string]any{"clause": c.Text, "held": c.Held}
		switch {
		case c.Later:
			all[i] = map[string]any{"clause": c.Text, "later": true}
		case c.Held:
			all[i]["where"] = evidenceJSON(c.Where)
		default:
			all[i]["why"] = c.Why
		}
		if len(c.Parts) > 0 {
			all[i]["parts"] = clausesJSON(c.Parts)
		}
	}
	return all
}

func evidenceJSON(es []story.Evidence) []map[string]any {
	all := make([]map[string]any, len(es))
	for i, e := range es {
		all[i] = map[string]any{"term": e.Term, "field": e.Field, "text": e.Text, "start": e.Start, "end": e.End}
	}
	return all
}

// published returns when a report says that it was published, if that can be;
// its effective time is close to now, whatever the age of the file it is in.
func published(it *story.Item) time.Time {
	if it.Published.IsZero() || it.Published.After(it.FirstSeen) {
		return it.Effective
	}
	return it.Published
}
