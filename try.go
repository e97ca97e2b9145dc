package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"vedette/config"
	"vedette/feeds/fetch"
	"vedette/feeds/parse"
	"vedette/story"
	"vedette/watch"
)

type testCmd struct {
	Rule  string   `arg:"" help:"The rule, in quotes: 'idlib AND (ceasefire OR \"observation post\")'."`
	From  []string `arg:"" optional:"" name:"file-or-url" help:"Feeds to try it on."`
	Since string   `help:"Try it on the archive instead: 30d, 12h."`
	JSON  bool     `help:"Print one object for each item that matches."`
}

const (
	samples = 5 // items shown that match
	misses  = 3 // items shown that nearly do
)

// A trial is what came of a rule.
type trial struct {
	total   int
	hits    []story.Match // parallel to items
	items   []story.Item
	perDay  map[string]int
	nearest []miss
}

// A miss is an item that the rule nearly accepts.
type miss struct {
	item     story.Item
	why      []string
	nearness float64
}

// Run tries a rule. It is parsed and matched by the code that matches live.
func (c *testCmd) Run(ctx context.Context, p *process) error {
	if (c.Since == "") == (len(c.From) == 0) {
		return fmt.Errorf("test: name feeds to try the rule on, or --since for the archive")
	}
	set, err := p.settings()
	if err != nil {
		return err
	}
	var names watch.Names
	if d, _, err := loadDesk(set.Desk, set.PollEvery, nil); err == nil {
		names = d.Aliases
	}
	ws := []story.Watch{{Name: "test", Rule: c.Rule}}
	rule, err := watch.Parse(c.Rule, names)
	if err != nil {
		return err
	}
	live, err := watch.NewSet(ws, names)
	if err != nil {
		return err
	}
	tr := &trial{perDay: make(map[string]int)}
	take := func(it story.Item) error { return c.take(p, tr, rule, live, it) }
	if c.Since != "" {
		err = p.past(ctx, c.Since, take)
	} else {
		err = documents(ctx, set, c.From, take)
	}
	if err != nil || c.JSON {
		return err
	}
	for _, note := range rule.Notes() {
		fmt.Fprintln(p.stdout, "note:", note)
	}
	tr.print(p)
	return nil
}

// take tries the rule on one item.
func (c *testCmd) take(p *process, tr *trial, rule *watch.Rule, live *watch.Set, it story.Item) error {
	tr.total++
	ms := live.Match(&it)
	if len(ms) == 0 {
		tr.nearest = append(tr.nearest, miss{item: it, nearness: rule.Nearness(&it)})
		slices.SortStableFunc(tr.nearest, func(a, b miss) int { return cmp.Compare(b.nearness, a.nearness) })
		tr.nearest = tr.nearest[:min(len(tr.nearest), misses)]
		for i := range tr.nearest {
			tr.nearest[i].why = rule.Misses(&tr.nearest[i].item)
		}
		return nil
	}
	if c.JSON {
		return printJSON(p.stdout, map[string]any{
			"link": it.Link, "title": it.Title, "feed": it.Feed, "at": published(&it), "evidence": evidenceJSON(ms[0].Evidence),
		})
	}
	tr.hits, tr.items = append(tr.hits, ms[0]), append(tr.items, it)
	tr.perDay[published(&it).Format(time.DateOnly)]++
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

// print shows a trial to a person.
func (tr *trial) print(p *process) {
	w := p.stdout
	verb := "match"
	if len(tr.items) == 1 {
		verb = "matches"
	}
	fmt.Fprintf(w, "%d of %s %s.\n", len(tr.items), plural(tr.total, "item"), verb)
	for _, day := range slices.Sorted(maps.Keys(tr.perDay)) {
		n := tr.perDay[day]
		fmt.Fprintf(w, "  %s %4d %s\n", day, n, strings.Repeat("▪", min(n, 50)))
	}
	for i := range min(samples, len(tr.items)) {
		it := &tr.items[i]
		fmt.Fprintf(w, "\n  %s\n", p.marked(it.Title, tr.hits[i].Evidence, story.Title))
		for _, s := range story.Brief(it, tr.hits[i].Evidence, 240) {
			fmt.Fprintf(w, "    %s\n", p.sentence(s))
		}
		fmt.Fprintf(w, "    %s · %s · %s\n", it.Outlet, published(it).Format("2 Jan 2006 15:04"), it.Link)
	}
	if more := len(tr.items) - samples; more > 0 {
		fmt.Fprintf(w, "\n  … and %d more; --json prints them all.\n", more)
	}
	if len(tr.nearest) > 0 {
		fmt.Fprintf(w, "\nNearest misses:\n")
	}
	for _, m := range tr.nearest {
		fmt.Fprintf(w, "  %s\n    %s\n", m.item.Title, strings.Join(m.why, "; "))
	}
}

// marked returns the field's text with the matched words marked.
func (p *process) marked(text string, es []story.Evidence, field story.Field) string {
	s := story.Sentence{Text: text}
	for _, e := range es {
		if e.Field == field && (len(s.Marks) == 0 || e.Start >= s.Marks[len(s.Marks)-1].End) {
			s.Marks = append(s.Marks, story.Span{Start: e.Start, End: e.End})
		}
	}
	return p.sentence(s)
}

// sentence marks the matched words of s as stdout can show them.
func (p *process) sentence(s story.Sentence) string {
	on, off := "«", "»"
	if p.colour {
		on, off = "\x1b[1;33m", "\x1b[0m"
	}
	var b strings.Builder
	at := 0
	for _, m := range s.Marks {
		b.WriteString(s.Text[at:m.Start] + on + s.Text[m.Start:m.End] + off)
		at = m.End
	}
	return b.String() + s.Text[at:]
}

// documents gives the items of feeds, from files or the web, to take.
func documents(ctx context.Context, set *config.Settings, from []string, take func(story.Item) error) error {
	client := fetch.New(fetch.Options{Allow: set.AllowAddresses, UserAgent: userAgent(set.Contact)})
	for _, place := range from {
		doc := parse.Document{URL: place, Now: utcNow()}
		if strings.HasPrefix(place, "http://") || strings.HasPrefix(place, "https://") {
			res, err := client.Get(ctx, fetch.Request{URL: place})
			if err != nil {
				return err
			}
			if res.Status != http.StatusOK {
				return fmt.Errorf("get %s: status %d", place, res.Status)
			}
			doc.Body, doc.ContentType, doc.URL = res.Body, res.ContentType, res.URL
		} else {
			body, err := readFile(place)
			if err != nil {
				return err
			}
			doc.Body, doc.URL = body, ""
		}
		name := strings.TrimSuffix(filepath.Base(place), filepath.Ext(place))
		res, err := parse.Parse(doc, story.Feed{Name: story.FeedName(name), Outlet: name, Owner: name})
		if err != nil {
			return fmt.Errorf("%s: %w", place, err)
		}
		for _, it := range res.Items {
			if err := take(it); err != nil {
				return err
			}
		}
	}
	return nil
}

// biggest is what a feed's file may hold; fetched ones are bounded by fetch.
const biggest = 8 << 20

func readFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	body, err := io.ReadAll(io.LimitReader(f, biggest+1))
	if err == nil && len(body) > biggest {
		err = fmt.Errorf("%s: larger than %d MiB, which no feed is", name, biggest>>20)
	}
	return body, err
}

// past gives the archive's items of the last while to take.
func (p *process) past(ctx context.Context, since string, take func(story.Item) error) error {
	back, err := ago(since)
	if err != nil {
		return err
	}
	db, _, err := p.archive(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }() // it was only read
	return db.Items(ctx, utcNow().Add(-back), take)
}

// ago reads how far back to go: a number of days, or a duration.
func ago(text string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		text = days + "h"
		d, err := time.ParseDuration(text)
		if err == nil && d > 0 {
			return 24 * d, nil
		}
	} else if d, err := time.ParseDuration(text); err == nil && d > 0 {
		return d, nil
	}
	return 0, fmt.Errorf("--since %s: want how far back to go, such as 30d or 12h", text)
}
