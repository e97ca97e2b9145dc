package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"vedette/story"
	"vedette/story/brief"
	"vedette/watch"
)

const (
	most       = 8  // feeds and languages that are listed
	mostDays   = 31 // days that are listed; more are added up by week
	widestLine = 60 // bars of a sparkline
)

// print shows trials to a person: first what a rule asks for, so that who
// wrote something else sees it before the figures.
func (tr *trials) print(p *process, notes []string) error {
	if tr.json && tr.asked == nil {
		return nil // it was printed item by item
	}
	if tr.asked != nil {
		return tr.asked.print(p, tr.all, tr.json, notes)
	}
	for _, note := range notes {
		fmt.Fprintln(p.stdout, "note:", note)
	}
	if !tr.names {
		tr.all[0].print(p, tr)
		return nil
	}
	tr.table(p)
	for _, t := range tr.all {
		fmt.Fprintln(p.stdout)
		t.summary(p, tr.total)
	}
	return nil
}

// table shows what came of all rules, the busiest first.
func (tr *trials) table(p *process) {
	days := make(map[string]int)
	width := 0
	for _, t := range tr.all {
		width = max(width, len(t.watch.Name))
		for day, n := range t.perDay {
			days[day] += n
		}
	}
	fmt.Fprintf(p.stdout, "%s, %s.\n\n", plural(tr.total, "item"), plural(len(tr.all), "watch"))
	busiest := slices.SortedStableFunc(slices.Values(tr.all), func(a, b *trial) int { return b.matched - a.matched })
	for _, t := range busiest {
		fmt.Fprintf(p.stdout, "  %-*s %6d %6s  %s\n", width, t.watch.Name, t.matched, watch.Percent(t.share(tr.total)), sparkline(days, t.perDay))
	}
}

// sparkline draws, for each of the days, how many matches there were. Many
// days share a bar.
func sparkline(days, mine map[string]int) string {
	sorted := slices.Sorted(maps.Keys(days))
	if len(sorted) == 0 {
		return ""
	}
	counts := make([]int, min(len(sorted), widestLine))
	for i, day := range sorted {
		counts[i*len(counts)/len(sorted)] += mine[day]
	}
	bars := []rune("·▁▂▃▄▅▆▇█")
	top := max(1, slices.Max(counts))
	line := make([]rune, len(counts))
	for i, n := range counts {
		line[i] = bars[(n*(len(bars)-1)+top-1)/top]
	}
	return string(line)
}

// summary shows one of several trials.
func (t *trial) summary(p *process, total int) {
	w := p.stdout
	fmt.Fprintf(w, "%s: %s.\n", t.watch.Name, t.told(total))
	if t.matched > 0 {
		fmt.Fprintf(w, "  days: %s\n  feeds: %s\n  languages: %s\n", dated(t.perDay), ranked(t.perFeed), ranked(t.perLang))
		fmt.Fprintf(w, "  newest: %s\n", p.marked(t.newest[0].item.Title, t.newest[0].evidence))
	}
	for _, note := range t.notes(total) {
		fmt.Fprintf(w, "  note: %s\n", note)
	}
}

// told says how many items match.
func (t *trial) told(total int) string {
	verb := "match"
	if t.matched == 1 {
		verb = "matches"
	}
	text := fmt.Sprintf("%d of %s %s", t.matched, plural(total, "item"), verb)
	if t.matched > 0 {
		text += " (" + watch.Percent(t.share(total)) + ")"
	}
	return text
}

// dated lists days with their matches, or the first, the last and the busiest
// of many.
func dated(days map[string]int) string {
	sorted := slices.Sorted(maps.Keys(days))
	if len(sorted) > most {
		top := slices.MaxFunc(sorted, func(a, b string) int { return cmp.Or(days[a]-days[b], strings.Compare(b, a)) })
		return fmt.Sprintf("%s from %s to %s, most on %s: %d", plural(len(sorted), "day"), sorted[0], sorted[len(sorted)-1], top, days[top])
	}
	all := make([]string, len(sorted))
	for i, day := range sorted {
		all[i] = fmt.Sprintf("%s %d", day, days[day])
	}
	return strings.Join(all, ", ")
}

// print shows the only trial.
func (t *trial) print(p *process, tr *trials) {
	w := p.stdout
	fmt.Fprintf(w, "Wanted: %s.\n", t.rule.Words())
	for _, note := range t.notes(tr.total) {
		fmt.Fprintln(w, "note:", note)
	}
	if asked := t.rule.Thresholds(); len(asked) > 0 {
		fmt.Fprintf(w, "note: %s is asked of a story once it is known; here only words count.\n", joined(asked))
	}
	fmt.Fprintf(w, "\n%s.\n", t.told(tr.total))
	days, of := t.perDay, ""
	if len(days) > mostDays {
		days, of = weeks(days), "week of "
	}
	for _, day := range slices.Sorted(maps.Keys(days)) {
		n := days[day]
		fmt.Fprintf(w, "  %s%s %4d %s\n", of, day, n, strings.Repeat("▪", min(n, 50)))
	}
	if t.matched > 0 {
		fmt.Fprintf(w, "  feeds: %s\n  languages: %s\n", ranked(t.perFeed), ranked(t.perLang))
	}
	if tr.change != nil {
		compared(p, tr.change)
	}
	for _, s := range t.newest {
		p.sample(s)
	}
	if more := t.matched - len(t.newest); more > 0 {
		fmt.Fprintf(w, "\n  … and %d more; --json prints them all.\n", more)
	}
	if len(t.nearest) > 0 {
		fmt.Fprintf(w, "\nNearest misses:\n")
	}
	for _, m := range t.nearest {
		fmt.Fprintf(w, "  %s\n", m.item.Title)
		clauses(w, wanted(t.rule.Explain(&m.item)), "    ")
	}
}

// weeks adds up the days of each week under its Monday.
func weeks(days map[string]int) map[string]int {
	sums := make(map[string]int)
	for day, n := range days {
		at, err := time.Parse(time.DateOnly, day)
		if err != nil {
			continue // it was written by Format
		}
		sums[at.AddDate(0, 0, -int(at.Weekday()+6)%7).Format(time.DateOnly)] += n
	}
	return sums
}

// sample shows an item with the words that it was accepted for.
func (p *process) sample(s sample) {
	w := p.stdout
	fmt.Fprintf(w, "\n  %s\n", p.marked(s.item.Title, s.evidence))
	for _, line := range brief.Item(&s.item, s.evidence, 240) {
		fmt.Fprintf(w, "    %s\n", p.sentence(line.Sentence))
	}
	fmt.Fprintf(w, "    %s\n", origin(&s.item))
}

// origin says where an item is from.
func origin(it *story.Item) string {
	return fmt.Sprintf("%s · %s · %s", it.Outlet, published(it).Format("2 Jan 2006 15:04"), it.Link)
}

// compared shows what a rule adds to the one before it and removes.
func compared(p *process, ch *watch.Change) {
	fmt.Fprintf(p.stdout, "\nBefore: %d; now %d: %d added, %d removed.\n", ch.Old, ch.New, ch.Added, ch.Removed)
	for _, s := range ch.AddedSamples {
		fmt.Fprintf(p.stdout, "  + %s\n    %s\n", p.marked(s.Item.Title, s.Evidence), strings.Join(s.Why, "; "))
	}
	for _, s := range ch.RemovedSamples {
		fmt.Fprintf(p.stdout, "  - %s\n    %s\n", p.marked(s.Item.Title, s.Evidence), strings.Join(s.Why, "; "))
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

// marked returns a title with the matched words marked.
func (p *process) marked(text string, es []story.Evidence) string {
	s := story.Sentence{Text: text}
	for _, e := range es {
		if e.Field == story.Title && (len(s.Marks) == 0 || e.Start >= s.Marks[len(s.Marks)-1].End) {
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
