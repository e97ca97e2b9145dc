package main

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"vedette/story"
	"vedette/watch"
)

const (
	samples = 5 // items shown that match
	misses  = 3 // items shown that nearly do
)

// trials are what came of rules that were tried on the same items.
type trials struct {
	live   *watch.Set
	all    []*trial // in the order of the desk file
	by     map[story.WatchName]*trial
	total  int
	json   bool
	names  bool          // whether a match is told with the name of its watch
	asked  *asked        // nil unless --why
	before *watch.Rule   // nil unless --against
	change *watch.Change // nil unless --against, and for machines
}

// A trial is what came of one rule.
type trial struct {
	watch   story.Watch
	rule    *watch.Rule
	matched int
	newest  []sample
	perDay  map[string]int
	perFeed map[string]int
	perLang map[string]int

	parts   *watch.Set // its clauses, each a rule: what fulfils none is no near miss
	nearest []miss
	recent  []story.Item // the last of all items, to measure a broad rule on
}

// A sample is an item that a rule accepts.
type sample struct {
	item     story.Item
	evidence []story.Evidence
}

// A miss is an item that the rule nearly accepts.
type miss struct {
	item     story.Item
	nearness float64
}

func newTrials(watches []story.Watch, names watch.Names) (*trials, error) {
	tr := &trials{by: make(map[story.WatchName]*trial)}
	for _, w := range watches {
		rule, err := watch.Parse(w.Rule, names)
		if err != nil {
			return nil, err
		}
		t := &trial{watch: w, rule: rule, perDay: map[string]int{}, perFeed: map[string]int{}, perLang: map[string]int{}}
		tr.all, tr.by[w.Name] = append(tr.all, t), t
	}
	live, err := watch.NewSet(watches, names)
	if err != nil {
		return nil, err
	}
	tr.live = live
	if len(tr.all) == 1 {
		tr.all[0].parts = clausesOf(tr.all[0].rule, names)
	}
	return tr, nil
}

// clausesOf returns the clauses of a rule as rules, or nil if it has but one.
func clausesOf(rule *watch.Rule, names watch.Names) *watch.Set {
	var parts []story.Watch
	for _, c := range rule.Explain(&story.Item{}) {
		if _, err := watch.Parse(c.Text, names); err == nil { // not so what must be absent, or a language
			parts = append(parts, story.Watch{Name: story.WatchName(strconv.Itoa(len(parts))), Rule: c.Text})
		}
	}
	if len(parts) < 2 {
		return nil
	}
	set, err := watch.NewSet(parts, names)
	if err != nil {
		return nil
	}
	return set
}

// take tries the rules on one item.
func (tr *trials) take(p *process, it story.Item) error {
	tr.total++
	matches := tr.live.Match(&it)
	switch {
	case tr.asked != nil:
		tr.asked.take(&it)
		return nil
	case tr.before != nil && tr.json:
		return tr.compare(p, &it, matches)
	}
	for _, m := range matches {
		tr.by[m.Watch].hit(&it, m.Evidence)
		if tr.json {
			told := itemJSON(&it)
			told["evidence"] = evidenceJSON(m.Evidence)
			if tr.names {
				told["watch"] = m.Watch
			}
			if err := printJSON(p.stdout, told); err != nil {
				return err
			}
		}
	}
	if len(tr.all) == 1 && !tr.json {
		tr.all[0].look(&it, len(matches) > 0)
	}
	return nil
}

// compare prints for a machine what becomes of an item by a change of rule.
func (tr *trials) compare(p *process, it *story.Item, matches []story.Match) error {
	es, was := tr.before.Match(it)
	told := itemJSON(it)
	switch {
	case was && len(matches) > 0:
		told["change"], told["evidence"] = "kept", evidenceJSON(matches[0].Evidence)
	case was:
		told["change"], told["evidence"] = "removed", evidenceJSON(es)
		told["failed"] = clausesJSON(watch.Failed(tr.all[0].rule.Explain(it)))
	case len(matches) > 0:
		told["change"], told["evidence"] = "added", evidenceJSON(matches[0].Evidence)
		told["failed"] = clausesJSON(watch.Failed(tr.before.Explain(it)))
	default:
		return nil
	}
	return printJSON(p.stdout, told)
}

// hit counts an item that the rule accepts.
func (t *trial) hit(it *story.Item, es []story.Evidence) {
	t.matched++
	t.perDay[published(it).Format(time.DateOnly)]++
	t.perFeed[string(it.Feed)]++
	t.perLang[cmp.Or(it.Lang, "unknown")]++
	t.newest = append(t.newest, sample{*it, es})
	slices.SortStableFunc(t.newest, func(a, b sample) int { return published(&b.item).Compare(published(&a.item)) })
	t.newest = t.newest[:min(len(t.newest), samples)]
}

// look remembers an item that the rule nearly accepts, and the last of all.
func (t *trial) look(it *story.Item, accepted bool) {
	if t.recent = append(t.recent, *it); len(t.recent) == 2*newest {
		t.recent = t.recent[:copy(t.recent, t.recent[newest:])]
	}
	if accepted || t.parts != nil && len(t.parts.Match(it)) == 0 {
		return
	}
	t.nearest = append(t.nearest, miss{*it, t.rule.Nearness(it)})
	slices.SortStableFunc(t.nearest, func(a, b miss) int { return cmp.Compare(b.nearness, a.nearness) })
	t.nearest = t.nearest[:min(len(t.nearest), misses)]
}

// share returns the part of all items that the rule accepts.
func (t *trial) share(total int) float64 { return float64(t.matched) / float64(max(total, 1)) }

// notes returns what the rule's author should know after the trial.
func (t *trial) notes(total int) []string {
	notes := t.rule.Notes()
	switch share := t.share(total); {
	case total < enough:
		if b := t.rule.Estimate(); b.Broad() {
			notes = append(notes, b.String())
		}
	case share >= watch.Broad && t.recent != nil:
		notes = append(notes, "It matches "+watch.Percent(share)+" of these reports. "+t.rule.Measure(pointers(t.recent)).Advice())
	case share >= watch.Broad:
		notes = append(notes, "It matches "+watch.Percent(share)+" of these reports; vedette test --watch "+string(t.watch.Name)+" says what lets most of them in.")
	}
	return notes
}
