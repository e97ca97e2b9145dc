package command

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"vedette/bot"
	"vedette/story"
	"vedette/watch"
)

const (
	pageSize  = 5
	window    = 25     // matches that are ranked against each other
	mostTried = 20_000 // items that the rule is tried on for one page
	snippet   = 220    // bytes around the words that were found
)

// A finding is an item that a search has found.
type finding struct {
	item     story.Item
	evidence []story.Evidence
	rank     float64
}

// search looks for items in all that was ever fetched.
func search(ctx context.Context, a *ask) (*Answer, error) {
	from, err := a.since(longest)
	if err != nil {
		return nil, err
	}
	return a.page(ctx, a.args["query"], from, 0, 0)
}

// page answers with what a query finds: of the items before the one with the
// ID, or of all if that is 0, the best after skip of them.
func (a *ask) page(ctx context.Context, query string, from time.Time, before story.ItemID, skip int) (*Answer, error) {
	rule, err := watch.Parse(query, a.desk.Names)
	if err != nil {
		return nil, misread(err)
	}
	found, last, err := a.find(ctx, rule, from, before)
	if err != nil {
		return nil, err
	}
	ans := &Answer{Title: a.words.Say("Search: %s", query)}
	if len(found) == 0 {
		ans.Lines = append(ans.Lines, Text(a.words.Say("Nothing in the archive matches. Wanted: %s.", rule.Words())))
		if last != 0 {
			ans.Lines = append(ans.Lines, Text(a.words.Say("I have looked at the newest %d reports with its words; older ones are on the next page.", mostTried)))
		}
	}
	skip = min(skip, len(found))
	for _, f := range found[skip:min(len(found), skip+pageSize)] {
		ans.Lines = append(ans.Lines, a.found(&f)...)
	}
	if next := skip + pageSize; next < len(found) {
		return ans, a.more(ctx, ans, query, from, before, next)
	} else if last != 0 {
		return ans, a.more(ctx, ans, query, from, last, 0)
	}
	return ans, nil
}

// more adds the button that leads to the next page.
func (a *ask) more(ctx context.Context, ans *Answer, query string, from time.Time, before story.ItemID, skip int) error {
	call, err := json.Marshal(map[string]any{"query": query, "from": from})
	if err != nil {
		return err
	}
	id, err := a.Record.SaveDraft(ctx, a.call.who().ID, string(call), a.now)
	if err != nil {
		return err
	}
	ans.Buttons = append(ans.Buttons, bot.Button{Label: a.words.Say("More"), Do: a.Seal.Make("more", strconv.FormatInt(id, 10), strconv.FormatInt(int64(before), 10), strconv.Itoa(skip))})
	return nil
}

// find returns the items that a rule accepts, the best of the newest first,
// and, if there may be more, the ID before which to go on.
func (a *ask) find(ctx context.Context, rule *watch.Rule, from time.Time, before story.ItemID) (all []finding, last story.ItemID, err error) {
	tried := 0
	err = a.Record.Find(ctx, rule.Query().Groups, from, before, func(it story.Item) bool {
		if evidence, ok := rule.Match(&it); ok {
			all = append(all, finding{it, evidence, rank(evidence)})
		}
		tried++
		if len(all) == window || tried == mostTried {
			last = it.ID
			return false
		}
		return true
	})
	slices.SortStableFunc(all, func(x, y finding) int {
		return cmp.Or(cmp.Compare(y.rank, x.rank), y.item.Effective.Compare(x.item.Effective))
	})
	return all, last, err
}

// rank says how much of an item is about what was searched for: terms in the
// title count for more than others, and each once.
func rank(evidence []story.Evidence) (r float64) {
	var seen []string
	for _, e := range evidence {
		if slices.Contains(seen, e.Term) {
			continue
		}
		seen = append(seen, e.Term)
		r++
		if slices.ContainsFunc(evidence, func(o story.Evidence) bool { return o.Term == e.Term && o.Field == story.Title }) {
			r += 2
		}
	}
	return r
}

// found tells an item with the words that were found.
func (a *ask) found(f *finding) []Line {
	it := &f.item
	head := Line{Spans: []Span{
		{Text: "• "},
		{Text: trimmed(it.Title, 200), Link: bot.Link(it.Link, 2_000), Bold: true},
		{Text: fmt.Sprintf(" (%s, %s)", bot.Clean(it.Outlet), a.at(it.Effective))},
	}}
	if s := around(it, f.evidence); len(s) > 0 {
		return []Line{head, {Small: true, Spans: s}}
	}
	return []Line{head}
}

// around returns the text around the first words that were found outside the
// title, which are bold.
func around(it *story.Item, evidence []story.Evidence) []Span {
	at := slices.IndexFunc(evidence, func(e story.Evidence) bool { return e.Field != story.Title })
	if at < 0 {
		return nil
	}
	e := evidence[at]
	text := it.Summary
	if e.Field == story.Body {
		text = it.Body
	}
	if e.Start < 0 || e.End > len(text) || e.Start >= e.End {
		return nil
	}
	before, after := cutTail(text[:e.Start], snippet/2), cutHead(text[e.End:], snippet/2)
	return []Span{{Text: before}, {Text: bot.Clean(text[e.Start:e.End]), Bold: true}, {Text: after}}
}

// cutTail returns about the last most bytes of s, in whole words.
func cutTail(s string, most int) string {
	if len(s) > most {
		s = s[len(s)-most:]
		if at := strings.IndexByte(s, ' '); at >= 0 {
			s = s[at:]
		}
		s = "…" + s
	}
	return spaced(s)
}

// cutHead returns about the first most bytes of s, in whole words.
func cutHead(s string, most int) string {
	if len(s) > most {
		s = s[:most]
		if at := strings.LastIndexByte(s, ' '); at >= 0 {
			s = s[:at]
		}
		s += " …"
	}
	return spaced(s)
}

// spaced returns s cleaned, with a space where it begins or ends with one.
func spaced(s string) string {
	c := bot.Clean(s)
	if strings.HasPrefix(s, " ") && c != "" {
		c = " " + c
	}
	if strings.HasSuffix(s, " ") && c != "" {
		c += " "
	}
	return c
}

// why says why a report or a story was told, or why not.
func why(ctx context.Context, a *ask) (*Answer, error) {
	what := strings.Trim(a.args["what"], "<>")
	what, _, _ = strings.Cut(what, "|") // as Slack writes a link
	if id, ok := storyID(what); ok {
		s, err := a.story(ctx, strconv.FormatInt(int64(id), 10))
		if err != nil {
			return nil, err
		}
		return a.whyStory(ctx, s)
	}
	what = strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">").Replace(what)
	items, err := a.Record.ItemsAt(ctx, what, a.Canonical(what), 3)
	if err != nil {
		return nil, err
	}
	if len(items) == 0 {
		return a.say(faultf("No report with this link was ever fetched. It may stand in no feed of the desk, or have come and gone between two polls; feeds says how they are.")), nil
	}
	ans := &Answer{Title: a.words.Say("Why")}
	for i := range items {
		if err := a.whyItem(ctx, ans, &items[i]); err != nil {
			return nil, err
		}
	}
	return ans, nil
}

// whyItem says what the watches make of an item, and what became of it.
func (a *ask) whyItem(ctx context.Context, ans *Answer, it *story.Item) error {
	ans.Lines = append(ans.Lines, Line{Spans: []Span{
		{Text: trimmed(it.Title, 200), Link: bot.Link(it.Link, 2_000), Bold: true},
		{Text: " (" + a.words.Say("%s, feed %s, fetched %s", bot.Clean(it.Outlet), it.Feed, a.at(it.FirstSeen)) + ")"},
	}})
	type verdict struct {
		line Line
		near float64
	}
	var no []verdict
	for _, w := range a.desk.Watches {
		rule, err := watch.Parse(w.Rule, a.desk.Names)
		if err != nil {
			return err
		}
		if evidence, ok := rule.Match(it); ok {
			ans.Lines = append(ans.Lines, Line{Spans: []Span{{Text: "✓ "}, {Text: string(w.Name), Bold: true}, {Text: " " + a.words.Say("matches: %s", strings.Join(bot.Matched(evidence), ", "))}}})
			continue
		}
		line := Line{Small: true, Spans: []Span{{Text: "✗ "}, {Text: string(w.Name), Bold: true}, {Text: " " + a.words.Say("does not: %s", failed(rule.Explain(it)))}}}
		no = append(no, verdict{line, rule.Nearness(it)})
	}
	slices.SortStableFunc(no, func(x, y verdict) int { return cmp.Compare(y.near, x.near) })
	const nearest = 4
	for _, v := range no[:min(len(no), nearest)] {
		ans.Lines = append(ans.Lines, v.line)
	}
	if more := len(no) - nearest; more > 0 {
		ans.Lines = append(ans.Lines, Line{Small: true, Spans: []Span{{Text: "… " + a.words.Count(more, "and %d watch that is further from it", "and %d watches that are further from it")}}})
	}
	id, err := a.Record.StoryOf(ctx, it.ID)
	if err != nil {
		if none(err) {
			ans.Lines = append(ans.Lines, Text(a.words.Say("It belongs to no story: nobody was told of it.")))
			return nil
		}
		return err
	}
	return a.tell(ctx, ans, id, it.ID)
}

// failed says which clauses of a rule did not hold.
func failed(clauses []watch.Clause) string {
	var all []string
	for _, c := range watch.Failed(clauses) {
		said := c.Text
		if c.Why != "" {
			said += " (" + c.Why + ")"
		}
		all = append(all, said)
	}
	return strings.Join(all, "; ")
}

// whyStory says what brought a story to the rooms.
func (a *ask) whyStory(ctx context.Context, s *story.Story) (*Answer, error) {
	lead := s.Lead()
	ans := &Answer{Title: a.words.Say("Why #%d: %s", s.ID, bot.Clean(lead.Item.Title))}
	for _, w := range s.Watches {
		var evidence []story.Evidence
		for i := range s.Reports {
			for _, m := range s.Reports[i].Matches {
				if m.Watch == w {
					evidence = append(evidence, m.Evidence...)
				}
			}
		}
		ans.Lines = append(ans.Lines, Line{Spans: []Span{{Text: string(w), Bold: true}, {Text: " " + a.words.Say("matches: %s", strings.Join(bot.Matched(evidence), ", "))}}})
	}
	return ans, a.tell(ctx, ans, s.ID, 0)
}

// tell says what rooms were told of a story, or of one item of it.
func (a *ask) tell(ctx context.Context, ans *Answer, id story.ID, item story.ItemID) error {
	told, err := a.Record.Told(ctx, id)
	if err != nil {
		return err
	}
	ans.Lines = append(ans.Lines, Line{Spans: []Span{{Text: a.words.Say("Story #%d", id), Link: a.message(ctx, id)}}})
	elsewhere, reason := 0, ""
	for _, t := range told {
		if item != 0 && t.Item != item {
			continue
		}
		if !a.sees(t.Room) {
			elsewhere++
			continue
		}
		if t.Reason != reason && t.Reason != "" {
			reason = t.Reason
			ans.Lines = append(ans.Lines, Text("• "+a.at(t.At)+" "+bot.Reason(reason, a.words)))
		}
		said := fmt.Sprintf("   %s: %s, %s", t.Room, bot.StateName(t.State, a.words), a.at(t.Changed))
		if t.Why != "" {
			said += " (" + bot.Reason(t.Why, a.words) + ")"
		}
		ans.Lines = append(ans.Lines, Line{Small: true, Spans: []Span{{Text: said}}})
	}
	if elsewhere > 0 {
		ans.Lines = append(ans.Lines, Line{Small: true, Spans: []Span{{Text: a.words.Count(elsewhere, "%d delivery to rooms elsewhere", "%d deliveries to rooms elsewhere")}}})
	}
	if len(told) == 0 {
		ans.Lines = append(ans.Lines, Text(a.words.Say("No room was owed a word of it.")))
	}
	const shown = 40
	if len(ans.Lines) > shown {
		ans.Lines = append(ans.Lines[:shown], Text("… "+a.words.Say("and more: export has all of it")))
	}
	return nil
}

// sees reports whether the person may see that a room exists.
func (a *ask) sees(room story.RoomName) bool {
	at := slices.IndexFunc(a.desk.Rooms, func(r Seat) bool { return r.Name == room })
	return at < 0 && a.call.Where.Platform == CLI || at >= 0 && a.mine(&a.desk.Rooms[at])
}
