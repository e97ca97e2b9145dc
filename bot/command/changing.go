package command

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"vedette/bot"
	"vedette/bot/words"
	"vedette/story"
	"vedette/watch"
)

// trialOf is how far back a watch is tried before it is changed.
const trialOf = 30 * 24 * time.Hour

// name is what a watch or a feed may be called.
var name = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,31}$`)

// watchList lists the watches.
func watchList(_ context.Context, a *ask) (*Answer, error) {
	ans := &Answer{Title: a.words.Count(len(a.desk.Watches), "%d watch", "%d watches")}
	if len(a.desk.Watches) == 0 {
		ans.Lines = append(ans.Lines, Text(a.words.Say("watch add makes one.")))
	}
	const shown = 25
	for _, w := range a.desk.Watches[:min(len(a.desk.Watches), shown)] {
		ans.Lines = append(ans.Lines, Line{Spans: []Span{{Text: string(w.Name), Bold: true}, {Text: " · " + bot.Clean(w.Title) + " "}, {Text: short(w.Rule), Code: true}, {Text: " → " + a.rooms(w.Rooms) + a.managed("watch", string(w.Name))}}})
	}
	if more := len(a.desk.Watches) - shown; more > 0 {
		ans.Lines = append(ans.Lines, Text("… "+a.words.Say("and %d more", more)))
	}
	return ans, nil
}

// short returns a rule in a length that a line can hold.
func short(rule string) string {
	return trimmed(rule, 200)
}

// rooms lists the rooms that the person may see.
func (a *ask) rooms(all []story.RoomName) string {
	var seen []string
	for _, r := range all {
		if a.sees(r) {
			seen = append(seen, string(r))
		}
	}
	if more := len(all) - len(seen); more > 0 {
		seen = append(seen, a.words.Count(more, "%d room elsewhere", "%d rooms elsewhere"))
	}
	return cmp.Or(a.listed(seen), a.words.Say("no room"))
}

// managed says that a thing cannot be changed from a chat, if so.
func (a *ask) managed(what, name string) string {
	if a.desk.Chat[what+" "+name] {
		return ""
	}
	return " (" + a.words.Say("managed by the desk file") + ")"
}

// watchShow tells what a watch looks for and what it brought.
func watchShow(ctx context.Context, a *ask) (*Answer, error) {
	w, err := a.watch(a.args["watch"])
	if err != nil {
		return nil, err
	}
	rule, err := watch.Parse(w.Rule, a.desk.Names)
	if err != nil {
		return nil, misread(err)
	}
	ans := &Answer{Title: string(w.Name) + " · " + bot.Clean(w.Title), Lines: []Line{
		{Fixed: true, Spans: []Span{{Text: bot.Clean(rule.String())}}},
		Text(a.words.Say("Wanted: %s.", rule.Words())),
		Text(a.words.Say("Told in %s.", a.rooms(w.Rooms)+a.managed("watch", string(w.Name)))),
	}}
	for _, n := range rule.Notes() {
		ans.Lines = append(ans.Lines, Line{Small: true, Spans: []Span{{Text: n}}})
	}
	stories, err := a.Record.Stories(ctx, story.Query{Watch: w.Name, Since: a.now.Add(-7 * 24 * time.Hour), Limit: 5})
	if err != nil {
		return nil, err
	}
	for i := range stories {
		ans.Lines = append(ans.Lines, a.line(ctx, &stories[i]))
	}
	return ans, nil
}

// test tries a rule on the archive.
func test(ctx context.Context, a *ask) (*Answer, error) {
	from, err := a.since(trialOf)
	if err != nil {
		return nil, err
	}
	t, err := a.try(ctx, story.Watch{Name: "tried", Title: "tried", Rule: a.args["rule"], Rooms: a.here()}, from)
	if err != nil {
		return nil, err
	}
	ans := &Answer{Title: a.words.Say("Test: %s", short(a.args["rule"]))}
	ans.Lines = append(ans.Lines, a.outcome(t)...)
	return ans, nil
}

// here returns the room of the call, or all rooms if it is in none.
func (a *ask) here() (all []story.RoomName) {
	if a.room != nil {
		return []story.RoomName{a.room.Name}
	}
	for _, r := range a.desk.Rooms {
		if a.mine(&r) {
			all = append(all, r.Name)
		}
	}
	return all
}

// try tries a watch, whose rule a person has typed.
func (a *ask) try(ctx context.Context, w story.Watch, from time.Time) (*Trial, error) {
	if _, err := watch.Parse(w.Rule, a.desk.Names); err != nil {
		return nil, misread(err)
	}
	return a.Try(ctx, w, from)
}

// outcome says what a trial has shown.
func (a *ask) outcome(t *Trial) []Line {
	w := a.words
	days := max(1, int(a.now.Sub(t.Since).Hours()/24+0.5))
	lines := []Line{{Spans: []Span{
		{Bold: true, Text: w.Say("It would have told %s in %s, with %s at the most and %s.",
			bot.Stories(t.Stories, w), w.Count(days, "%d day", "%d days"), pings(t.Pings, w), w.Count(t.Rises, "%d rise of its level", "%d rises of its level"))},
		{Text: " " + w.Count(t.Items, "Its rule accepts %d report.", "Its rule accepts %d reports.")},
	}}}
	for i := range t.Samples {
		it := &t.Samples[i]
		lines = append(lines, Line{Spans: []Span{{Text: "• "}, {Text: trimmed(it.Title, 160), Link: bot.Link(it.Link, 2_000)}, {Text: fmt.Sprintf(" (%s, %s)", bot.Clean(it.Outlet), a.at(it.Effective))}}})
	}
	if t.Newest > 0 {
		lines = append(lines, Text("⚠ "+w.Count(t.Newest, "Only the newest %d report that matches was tried.", "Only the newest %d reports that match were tried.")))
	}
	for _, n := range t.Notes {
		lines = append(lines, Line{Spans: []Span{{Text: "⚠ " + n}}})
	}
	return lines
}

// pings counts calls.
func pings(n int, w words.Words) string { return w.Count(n, "%d ping", "%d pings") }

// A watched is a watch as the record of changes keeps it.
type watched struct {
	Title string           `json:"title"`
	Rule  string           `json:"rule"`
	Rooms []story.RoomName `json:"rooms"`
}

// WatchOf returns the watch that a change leaves, or false if it leaves none.
func WatchOf(c *story.Change) (story.Watch, bool, error) {
	var w watched
	if c.After == "" {
		return story.Watch{}, false, nil
	}
	err := json.Unmarshal([]byte(c.After), &w)
	return story.Watch{Name: story.WatchName(c.Name), Title: w.Title, Rule: w.Rule, Rooms: w.Rooms}, err == nil, err
}

// WatchVersion returns w as the record of changes keeps it.
func WatchVersion(w *story.Watch) string {
	text, err := json.Marshal(watched{Title: w.Title, Rule: w.Rule, Rooms: w.Rooms})
	if err != nil {
		return "" // strings can be encoded
	}
	return string(text)
}

// A fed is a feed as the record of changes keeps it.
type fed struct {
	URL string `json:"url"`
}

// FeedOf returns the feed that a change leaves, or false if it leaves none.
// It is nobody's in particular: an unvetted outlet that bears its host's name.
func FeedOf(c *story.Change) (story.Feed, bool, error) {
	var f fed
	if c.After == "" {
		return story.Feed{}, false, nil
	}
	if err := json.Unmarshal([]byte(c.After), &f); err != nil {
		return story.Feed{}, false, err
	}
	u, err := url.Parse(f.URL)
	if err != nil {
		return story.Feed{}, false, err
	}
	host := strings.TrimPrefix(u.Hostname(), "www.")
	return story.Feed{Name: story.FeedName(c.Name), URL: f.URL, Outlet: host, Owner: host, Tier: 4}, true, nil
}

// form asks for what a watch is.
func (a *ask) form(title, rule string) *Answer {
	fields := []Field{{Param: "rule", Label: a.words.Say("Rule"), Hint: `idlib (ceasefire OR "observation post")`, Value: rule, Long: true, Required: true, Most: 3_000}}
	args := map[string]string{}
	if a.spec.Name == "watch add" {
		fields = append([]Field{{Param: "name", Label: a.words.Say("Name: one word, in small letters"), Hint: "idlib", Value: a.args["name"], Required: true, Most: 32}}, fields...)
	} else {
		args["watch"] = a.args["watch"]
	}
	return &Answer{Form: &Form{Name: a.spec.Name, Title: title, Fields: fields, Args: args}}
}

// watchAdd shows what a new watch would have told, and adds it once the person
// has seen that.
func watchAdd(ctx context.Context, a *ask) (*Answer, error) {
	if a.args["name"] == "" || a.args["rule"] == "" {
		return a.form(a.words.Say("Add a watch"), a.args["rule"]), nil
	}
	called := strings.ToLower(a.args["name"])
	if !name.MatchString(called) {
		return nil, faultf("%q cannot be the name of a watch: one word of small letters, digits, - and _, of at most 32.", clip(called))
	}
	if w, err := a.watch(called); err == nil {
		return nil, faultf("There is a watch %s already%s. watch edit changes its rule.", w.Name, a.managed("watch", string(w.Name)))
	}
	rooms, err := a.wanted()
	if err != nil {
		return nil, err
	}
	w := story.Watch{Name: story.WatchName(called), Title: called, Rule: a.args["rule"], Rooms: rooms}
	return a.propose(ctx, "Add it", story.Change{What: story.AWatch, Name: called, After: WatchVersion(&w)}, &w, nil)
}

// wanted returns the rooms that the call names, or the one it is in.
func (a *ask) wanted() (all []story.RoomName, err error) {
	if a.args["rooms"] == "" {
		if a.room == nil && a.call.Where.Platform != CLI {
			return nil, faultf("This channel is no room of the desk file, so say who should hear of it: rooms:NAME,NAME.")
		}
		return a.here(), nil
	}
	for r := range strings.SplitSeq(a.args["rooms"], ",") {
		r := story.RoomName(strings.TrimSpace(r))
		at := slices.IndexFunc(a.desk.Rooms, func(s Seat) bool { return s.Name == r })
		if at < 0 || !a.mine(&a.desk.Rooms[at]) {
			return nil, faultf("There is no room %q here.", clip(string(r)))
		}
		all = append(all, r)
	}
	return all, nil
}

// watchEdit shows what another rule would have told, and changes the watch
// once the person has seen that.
func watchEdit(ctx context.Context, a *ask) (*Answer, error) {
	w, err := a.ours()
	if err != nil {
		return nil, err
	}
	if a.args["rule"] == "" {
		return a.form(a.words.Say("Change %s", story.Shorten(story.Sentence{Text: string(w.Name)}, 16).Text), w.Rule), nil
	}
	after := *w
	after.Rule = a.args["rule"]
	return a.propose(ctx, "Change it", story.Change{What: story.AWatch, Name: string(w.Name), Before: WatchVersion(w), After: WatchVersion(&after)}, &after, w)
}

// watchRemove removes a watch once the person has seen what it told.
func watchRemove(ctx context.Context, a *ask) (*Answer, error) {
	w, err := a.ours()
	if err != nil {
		return nil, err
	}
	return a.propose(ctx, "Remove it", story.Change{What: story.AWatch, Name: string(w.Name), Before: WatchVersion(w)}, nil, w)
}

// ours returns the watch of the call if it may be changed from a chat.
func (a *ask) ours() (*story.Watch, error) {
	w, err := a.watch(a.args["watch"])
	if err != nil {
		return nil, err
	}
	if !a.desk.Chat["watch "+string(w.Name)] {
		return nil, faultf("%s is managed by the desk file: change it there.", w.Name)
	}
	return w, nil
}

// propose shows what a change of a watch does and asks whether it is meant.
// Before and after are the watch as it was and will be, or nil.
func (a *ask) propose(ctx context.Context, button words.Text, c story.Change, after, before *story.Watch) (*Answer, error) {
	switch {
	case a.yes && a.shown != c.Before && c.Before == c.After:
		return a.say(faultf("That was done already.")), nil
	case a.yes && a.shown != c.Before: // what the change does was shown of another version
		return nil, faultf("%s was changed by somebody else meanwhile. Look at it and try again.", c.Name)
	case a.yes:
		return a.make(ctx, c)
	}
	ans := &Answer{Title: c.Name}
	if after != nil {
		t, err := a.try(ctx, *after, a.now.Add(-trialOf))
		if err != nil {
			return nil, err
		}
		rule, err := watch.Parse(after.Rule, a.desk.Names)
		if err != nil {
			return nil, misread(err)
		}
		ans.Lines = append(ans.Lines, Line{Fixed: true, Spans: []Span{{Text: bot.Clean(rule.String())}}}, Text(a.words.Say("Wanted: %s. Told in %s.", rule.Words(), a.rooms(after.Rooms))))
		ans.Lines = append(ans.Lines, a.outcome(t)...)
	}
	if before != nil {
		t, err := a.try(ctx, *before, a.now.Add(-trialOf))
		if err != nil {
			return nil, err
		}
		ans.Lines = append(ans.Lines, Text(a.words.Say("As it stands it would have told %s, with %s at the most.", bot.Stories(t.Stories, a.words), pings(t.Pings, a.words))))
	}
	return ans, a.confirm(ctx, ans, button, c.Before)
}

// confirm adds the button by which the person says that the call is meant, for
// what stands as it was shown.
func (a *ask) confirm(ctx context.Context, ans *Answer, button words.Text, shown string) error {
	draft, err := json.Marshal(map[string]any{"name": a.spec.Name, "args": a.args, "shown": shown})
	if err != nil {
		return err
	}
	id, err := a.Record.SaveDraft(ctx, a.call.who().ID, string(draft), a.now)
	if err != nil {
		return err
	}
	ans.Buttons = append(ans.Buttons, bot.Button{Label: a.words.Say(button), Do: a.Seal.Make("yes", strconv.FormatInt(id, 10))})
	return nil
}

// make makes a change, with what it does to the last seven days on the record.
func (a *ask) make(ctx context.Context, c story.Change) (*Answer, error) {
	c.By, c.At = a.call.who(), a.now
	does, err := a.effect(ctx, &c)
	if err != nil {
		return nil, err
	}
	heard, err := a.Record.SaveChange(ctx, a.deed(string(c.What)+" "+c.Name, does.in(words.Words{})), c)
	switch {
	case none(err):
		return nil, faultf("%s was changed by somebody else meanwhile. Look at it and try again.", c.Name)
	case err != nil:
		return nil, err
	case heard:
		return a.say(faultf("That was done already.")), nil
	}
	if err := a.Reload(ctx); err != nil {
		a.Log.LogAttrs(ctx, slog.LevelError, "a change from a chat is saved and not in force", slog.String("of", c.Name), slog.Any("error", err))
		return nil, faultf("%s is saved and not in force yet: the log of vedette says why. It will be with the next reload or start.", c.Name)
	}
	return &Answer{Lines: []Line{Text(strings.TrimSpace(a.words.Say("Done: %s %s.", a.spec.Name, c.Name) + " " + does.in(a.words)))}}, nil
}

// feedAdd adds a feed.
func feedAdd(ctx context.Context, a *ask) (*Answer, error) {
	called := strings.ToLower(a.args["name"])
	if !name.MatchString(called) {
		return nil, faultf("%q cannot be the name of a feed: one word of small letters, digits, - and _, of at most 32.", clip(called))
	}
	address, _, _ := strings.Cut(strings.Trim(a.args["url"], "<>"), "|")
	address = bot.Link(address, 2_000)
	if address == "" {
		return nil, faultf("%q is no address that I can fetch: it begins with https:// or http:// and holds no password.", clip(a.args["url"]))
	}
	for _, f := range a.desk.Feeds {
		switch {
		case f.URL == address:
			return a.say(faultf("%s is read already, as %s.", address, f.Name)), nil
		case string(f.Name) == called:
			return nil, faultf("There is a feed %s already, of %s.", called, f.URL)
		}
	}
	const most = 500
	if len(a.desk.Chat) >= most {
		return nil, faultf("%d watches and feeds were added from chats already, which is the most: put some into the desk file.", most)
	}
	version, err := json.Marshal(fed{URL: address})
	if err != nil {
		return nil, err
	}
	return a.make(ctx, story.Change{What: story.AFeed, Name: called, After: string(version)})
}

// feedRemove removes a feed.
func feedRemove(ctx context.Context, a *ask) (*Answer, error) {
	at := slices.IndexFunc(a.desk.Feeds, func(f story.Feed) bool { return string(f.Name) == a.args["feed"] })
	if at < 0 {
		return nil, faultf("There is no feed %q. feeds lists them.", clip(a.args["feed"]))
	}
	if !a.desk.Chat["feed "+a.args["feed"]] {
		return nil, faultf("%s is managed by the desk file: remove it there.", a.args["feed"])
	}
	version, err := json.Marshal(fed{URL: a.desk.Feeds[at].URL})
	if err != nil {
		return nil, err
	}
	return a.make(ctx, story.Change{What: story.AFeed, Name: a.args["feed"], Before: string(version)})
}

// history tells who changed which watch.
func history(ctx context.Context, a *ask) (*Answer, error) {
	const shown = 5
	called := ""
	if a.args["watch"] != "" {
		called = strings.ToLower(a.args["watch"]) // also of a watch that is no more
	}
	changes, err := a.Record.Changes(ctx, story.AWatch, called, shown)
	if err != nil {
		return nil, err
	}
	ans := &Answer{Title: a.words.Say("Changes of watches")}
	if len(changes) == 0 {
		ans.Lines = append(ans.Lines, Text(a.words.Say("No watch was ever changed.")))
	}
	for i := range changes {
		c := &changes[i]
		who := cmp.Or(c.By.Name, c.By.ID, a.words.Say("the desk file"))
		ans.Lines = append(ans.Lines, Line{Spans: []Span{{Text: c.Name, Bold: true}, {Text: fmt.Sprintf(" · %s · %s", bot.Clean(who), a.at(c.At))}}})
		before, was, err := WatchOf(&story.Change{Name: c.Name, After: c.Before})
		if err != nil {
			return nil, err
		}
		after, is, err := WatchOf(c)
		if err != nil {
			return nil, err
		}
		if was && before.Rule != after.Rule {
			ans.Lines = append(ans.Lines, Line{Fixed: true, Spans: []Span{{Text: "- " + short(before.Rule)}}})
		}
		if is {
			ans.Lines = append(ans.Lines, Line{Fixed: true, Spans: []Span{{Text: "+ " + short(after.Rule)}}})
		}
		effects, err := a.Record.Deeds(ctx, "watch "+c.Name, c.At, 20)
		if err != nil {
			return nil, err
		}
		for _, d := range effects {
			if d.At.Equal(c.At) && d.Detail != "" {
				ans.Lines = append(ans.Lines, Line{Small: true, Spans: []Span{{Text: d.Detail}}})
			}
		}
		if c.By.ID != "" {
			ans.Buttons = append(ans.Buttons, bot.Button{Label: a.words.Say("Revert %s, %s", story.Shorten(story.Sentence{Text: c.Name}, 30).Text, a.at(c.At)), Do: a.Seal.Make("revert", strconv.FormatInt(c.ID, 10))})
		}
	}
	return ans, nil
}

// revert undoes a change of a watch.
func (a *ask) revert(ctx context.Context, id int64) (*Answer, error) {
	changes, err := a.Record.Changes(ctx, story.AWatch, "", 1_000)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(changes, func(c story.Change) bool { return c.ID == id })
	if at < 0 {
		return nil, faultf("That change is too long ago to be undone with a click.")
	}
	c := changes[at]
	return a.make(ctx, story.Change{What: story.AWatch, Name: c.Name, Before: c.After, After: c.Before})
}
