package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"vedette/story"
	"vedette/story/brief"
	"vedette/watch"
)

// most is how many feeds and languages are listed.
const most = 8

// print shows a trial to a person: first what the rule asks for, so that who
// wrote something else sees it before the figures.
func (tr *trial) print(p *process, notes []string) {
	w := p.stdout
	fmt.Fprintf(w, "Wanted: %s.\n", tr.rule.Words())
	for _, note := range notes {
		fmt.Fprintln(w, "note:", note)
	}
	if asked := tr.rule.Thresholds(); len(asked) > 0 {
		fmt.Fprintf(w, "note: %s is asked of a story once it is known; here only words count.\n", joined(asked))
	}
	fmt.Fprintln(w)
	if len(tr.asked) > 0 {
		tr.why(w)
		return
	}
	verb := "match"
	if len(tr.items) == 1 {
		verb = "matches"
	}
	fmt.Fprintf(w, "%d of %s %s.\n", len(tr.items), plural(tr.total, "item"), verb)
	for _, day := range slices.Sorted(maps.Keys(tr.perDay)) {
		n := tr.perDay[day]
		fmt.Fprintf(w, "  %s %4d %s\n", day, n, strings.Repeat("▪", min(n, 50)))
	}
	if len(tr.items) > 0 {
		fmt.Fprintf(w, "  feeds: %s\n  languages: %s\n", ranked(tr.perFeed), ranked(tr.perLang))
	}
	if tr.change != nil {
		tr.compared(p)
	}
	for i := range min(samples, len(tr.items)) {
		it := &tr.items[i]
		fmt.Fprintf(w, "\n  %s\n", p.marked(it.Title, tr.hits[i].Evidence, story.Title))
		for _, s := range brief.Item(it, tr.hits[i].Evidence, 240) {
			fmt.Fprintf(w, "    %s\n", p.sentence(s.Sentence))
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
		fmt.Fprintf(w, "  %s\n", m.item.Title)
		clauses(w, wanted(tr.rule.Explain(&m.item)), "    ")
	}
}

// compared shows what the rule adds to the one before it and removes.
func (tr *trial) compared(p *process) {
	ch := tr.change
	fmt.Fprintf(p.stdout, "\nBefore: %d; now %d: %d added, %d removed.\n", ch.Old, ch.New, ch.Added, ch.Removed)
	for _, s := range ch.AddedSamples {
		fmt.Fprintf(p.stdout, "  + %s\n", p.marked(s.Item.Title, s.Evidence, story.Title))
	}
	for _, s := range ch.RemovedSamples {
		fmt.Fprintf(p.stdout, "  - %s\n    %s\n", p.marked(s.Item.Title, s.Evidence, story.Title), strings.Join(s.Why, "; "))
	}
}

// why explains the items that were asked about.
func (tr *trial) why(w io.Writer) {
	for i := range min(samples, len(tr.asked)) {
		it := &tr.asked[i]
		fmt.Fprintf(w, "%s\n", it.Title)
		clauses(w, tr.rule.Explain(it), "  ")
	}
	if more := len(tr.asked) - samples; more > 0 {
		fmt.Fprintf(w, "… and %d more; name fewer with --why.\n", more)
	}
}

// clauses prints what came of each clause, and of the branches of those that
// are short of some.
func clauses(w io.Writer, cs []watch.Clause, indent string) {
	for _, c := range cs {
		fmt.Fprintf(w, "%s%s\n", indent, c)
		if !c.Held && !strings.HasPrefix(c.Text, "NOT ") && slices.ContainsFunc(c.Parts, func(part watch.Clause) bool { return len(part.Parts) > 0 }) {
			clauses(w, c.Parts, indent+"  ")
		}
	}
}

// wanted returns the clauses that tell a near miss from a match: not what is
// absent as it should be, nor what is asked later.
func wanted(cs []watch.Clause) []watch.Clause {
	return slices.DeleteFunc(cs, func(c watch.Clause) bool { return c.Later || c.Held && strings.HasPrefix(c.Text, "NOT ") })
}

// ranked lists names by how many matches they have.
func ranked(counts map[string]int) string {
	names := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), strings.Compare(a, b))
	})
	var all []string
	for i, name := range names {
		if i == most {
			all = append(all, fmt.Sprintf("%d others", len(names)-most))
			break
		}
		all = append(all, fmt.Sprintf("%s %d", name, counts[name]))
	}
	return strings.Join(all, ", ")
}

func joined(asked []watch.Threshold) string {
	all := make([]string, len(asked))
	for i, t := range asked {
		all[i] = t.String()
	}
	return strings.Join(all, ", ")
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
