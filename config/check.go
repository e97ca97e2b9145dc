package config

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"vedette/story"
)

// What names and ids look like.
var (
	namePattern    = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{M}\p{N}._-]*$`)
	slackPattern   = regexp.MustCompile(`^[CGD][A-Z0-9]{8,20}$`)
	discordPattern = regexp.MustCompile(`^[0-9]{17,20}$`)
)

// longestName is how long a name may be: it has to fit beside other words in
// one line of a chat message.
const longestName = 64

// unvetted is the tier of a feed that does not say its tier.
const unvetted = 4

// check turns the file into a desk, and notes whatever cannot be meant. The
// desk is of no use if there are faults.
func (r *reader) check(f *deskFile) *Desk {
	for _, part := range []struct {
		name string
		at   spot
		size int
		what string
	}{
		{"feeds", f.Feeds.spot, len(f.Feeds.items), "nothing would be read"},
		{"watches", f.Watches.spot, len(f.Watches.items), "nothing would be looked for"},
		{"rooms", f.Rooms.spot, len(f.Rooms.items), "nobody would be told"},
	} {
		if part.size == 0 && !r.faultAt(part.at) {
			at := part.at
			if !at.there() {
				at = spot{line: 1, column: 1}
			}
			r.fault(at, "the desk file has no "+part.name+": "+part.what, "at least one under the key "+part.name)
		}
	}
	aliases := r.aliases(&f.Aliases)
	desk := &Desk{Feeds: r.feeds(&f.Feeds), Aliases: aliases, Watches: r.watches(f, aliases), Rooms: r.rooms(f), People: r.people(&f.People)}
	desk.Operators = r.roomsNamed(f.Operators, f)
	for i, key := range f.Watches.names {
		if j, said := r.judging(&f.Watches.items[i].Level); said {
			if desk.Judging == nil {
				desk.Judging = make(map[story.WatchName]Judging)
			}
			desk.Judging[story.WatchName(key.value)] = j
		}
	}
	return desk
}

// faultAt reports whether a fault at this place has said already what is
// wrong with what stands there.
func (r *reader) faultAt(at spot) bool {
	return at.there() && slices.ContainsFunc(r.faults, func(f Fault) bool { return f.Line == at.line && f.Column == at.column })
}

func (r *reader) feeds(list *sequence[feedFile]) []story.Feed {
	feeds := make([]story.Feed, 0, len(list.items))
	names, urls := make(map[string]int), make(map[string]int)
	for i := range list.items {
		f, at := &list.items[i], list.spots[i]
		if r.needed(f.Name, at, "the feed", "name") {
			r.name(f.Name, "the feed")
			r.once(names, f.Name.value, f.Name.spot, "the feed name "+r.quote(f.Name.value))
		}
		if r.needed(f.URL, at, "the feed"+r.named(f.Name), "url") && r.feedURL(f.URL) {
			r.once(urls, sameURL(f.URL.value), f.URL.spot, "this URL")
		}
		feed := story.Feed{
			Name: story.FeedName(f.Name.value), URL: f.URL.value, Outlet: or(f.Outlet, f.Name.value),
			Owner: or(f.Owner, f.Name.value), Tier: unvetted, State: f.State.value, Folder: f.Folder.value,
			Every: r.opt.PollEvery, Adapt: true,
		}
		if f.Tier.there() {
			feed.Tier = f.Tier.value
			if feed.Tier < 1 || feed.Tier > 4 {
				r.fault(f.Tier.spot, fmt.Sprintf("the tier is %d", feed.Tier), "a tier from 1, official or wire, to 4, unvetted")
			}
		}
		if f.Every.value != "" {
			d, err := every(f.Every.value)
			if err != nil {
				r.fault(f.Every.spot, "every is "+r.quote(f.Every.value), "a duration of 1s or more, such as 5m")
			}
			feed.Every, feed.Adapt = d, false
		}
		feeds = append(feeds, feed)
	}
	return feeds
}

// needed reports whether t is there with a value, and notes it if it is not
// there at all.
func (r *reader) needed(t text, owner spot, what, key string) bool {
	if !t.there() && !r.faultAt(owner) {
		r.fault(owner, what+" has no "+key, "the key "+key)
	}
	return t.value != ""
}

func (r *reader) named(name text) string {
	if name.value == "" {
		return ""
	}
	return " " + r.quote(name.value)
}

// name notes a name that could not be typed in a chat command.
func (r *reader) name(t text, what string) {
	if !namePattern.MatchString(t.value) || utf8.RuneCountInString(t.value) > longestName {
		r.fault(t.spot, what+" is called "+r.quote(t.value), fmt.Sprintf("a name of letters, digits, - _ and . without spaces, at most %d long", longestName))
	}
}

// once notes a value that stood on an earlier line.
func (r *reader) once(seen map[string]int, value string, at spot, what string) {
	if line, twice := seen[value]; twice {
		r.fault(at, fmt.Sprintf("%s stands on line %d already", what, line), "each once")
		return
	}
	seen[value] = at.line
}

// feedURL reports whether t can be the URL of a feed, and notes why not.
func (r *reader) feedURL(t text) bool {
	u, err := url.Parse(t.value)
	const want = "an http or https URL such as https://example.org/feed.xml"
	switch {
	case err != nil || strings.ContainsFunc(t.value, func(c rune) bool { return c <= ' ' }):
		r.fault(t.spot, "this is not a URL", want)
	case u.Scheme != "http" && u.Scheme != "https":
		r.fault(t.spot, "the URL is neither http nor https", want)
	case u.Hostname() == "":
		r.fault(t.spot, "the URL names no host", want)
	case u.User != nil:
		r.fault(t.spot, "the URL holds a user or a password", "the URL without what stands before the @")
	default:
		return true
	}
	return false
}

// sameURL returns what two URLs of one document have in common.
func sameURL(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return text
	}
	u.Scheme, u.Host, u.Fragment = strings.ToLower(u.Scheme), strings.ToLower(u.Host), ""
	if u.Path == "" {
		u.Path = "/"
	}
	return u.String()
}

func or(t text, standard string) string {
	if t.value == "" {
		return standard
	}
	return t.value
}

func (r *reader) aliases(t *table[words]) map[string][]string {
	all := make(map[string][]string, len(t.items))
	for i, key := range t.names {
		if strings.TrimSpace(key.value) == "" {
			r.fault(key.spot, "the alias has no name", "the word that stands in rules")
		}
		if len(t.items[i].items) == 0 && !r.faultAt(t.items[i].spot) {
			r.fault(t.items[i].spot, "the alias "+r.quote(key.value)+" has no other names", "a list such as [Idleb, إدلب]")
		}
		for _, word := range t.items[i].items {
			all[key.value] = append(all[key.value], word.value)
		}
	}
	return all
}

func (r *reader) watches(f *deskFile, aliases map[string][]string) []story.Watch {
	watches := make([]story.Watch, 0, len(f.Watches.items))
	told := make(map[string]bool)
	for i, key := range f.Watches.names {
		w := &f.Watches.items[i]
		r.name(key, "the watch")
		if r.needed(w.Rule, key.spot, "the watch "+r.quote(key.value), "rule") {
			r.rule(w.Rule, aliases)
		}
		if len(w.Rooms.items) == 0 && !r.faultAt(w.Rooms.spot) {
			r.fault(key.spot, "the watch "+r.quote(key.value)+" has no rooms: nobody would hear of it", "rooms: a list of names from rooms")
		}
		watches = append(watches, story.Watch{
			Name: story.WatchName(key.value), Title: or(w.Title, key.value), Rule: w.Rule.value, Rooms: r.roomsOf(w, f, told),
		})
	}
	for _, name := range f.Operators.items {
		told[name.value] = true
	}
	for i := range f.Rooms.items {
		for _, rung := range f.Rooms.items[i].Escalate.items {
			told[rung.To.value] = true
		}
	}
	for _, room := range f.Rooms.names {
		if !told[room.value] && len(f.Watches.items) > 0 {
			r.note(room.spot, "no watch tells the room "+r.quote(room.value))
		}
	}
	return watches
}

// roomsOf returns the rooms of a watch, and marks them as told.
func (r *reader) roomsOf(w *watchFile, f *deskFile, told map[string]bool) []story.RoomName {
	rooms := r.roomsNamed(w.Rooms, f)
	for _, room := range rooms {
		told[string(room)] = true
	}
	return rooms
}

// roomsNamed returns the rooms of a list, each of which must be there, once.
func (r *reader) roomsNamed(list words, f *deskFile) []story.RoomName {
	var known []string
	for _, name := range f.Rooms.names {
		known = append(known, name.value)
	}
	var rooms []story.RoomName
	seen := make(map[string]int)
	for _, name := range list.items {
		switch {
		case name.value == "":
			continue
		case !slices.Contains(known, name.value):
			r.fault(name.spot, "there is no room "+r.quote(name.value)+didYouMean(name.value, known), "a name from rooms")
		default:
			r.once(seen, name.value, name.spot, "the room "+r.quote(name.value))
		}
		rooms = append(rooms, story.RoomName(name.value))
	}
	return rooms
}

// rule has a rule checked by the language that it is written in.
func (r *reader) rule(t text, aliases map[string][]string) {
	if r.opt.Rule == nil {
		return
	}
	err := r.opt.Rule(t.value, aliases)
	if err == nil {
		r.advise(t, aliases)
		return
	}
	var span interface {
		error
		Span() (start, end int, msg, hint string)
	}
	if !errors.As(err, &span) {
		r.fault(t.spot, "the rule cannot be read: "+oneLine(err.Error()), "a rule such as idlib AND (ceasefire OR shelling)")
		return
	}
	start, end, msg, hint := span.Span()
	start = min(max(start, 0), len(t.value))
	end = min(max(end, start), len(t.value))
	at, found := r.within(t, start)
	msg = "the rule cannot be read: " + oneLine(msg)
	if fragment := strings.TrimSpace(t.value[start:end]); !found && fragment != "" {
		msg += " (at " + r.quote(oneLine(fragment)) + ")"
	}
	r.fault(at, strings.TrimSpace(msg+" "+oneLine(hint)), "a rule such as idlib AND (ceasefire OR shelling)")
}

// advise notes what the author of a rule should know.
func (r *reader) advise(t text, aliases map[string][]string) {
	if r.opt.Advise == nil {
		return
	}
	for _, note := range r.opt.Advise(t.value, aliases) {
		r.note(t.spot, note)
	}
}

// within returns the place of the byte at offset of t, if t stands in its
// line as it is, and otherwise the place of t.
func (r *reader) within(t text, offset int) (spot, bool) {
	line := []rune(r.raw[min(t.line, len(r.raw))-1])
	from := min(t.column-1, len(line))
	if rest := string(line[from:]); rest != "" && strings.ContainsRune(`"'`, rune(rest[0])) {
		from++
	}
	if t.value == "" || !strings.HasPrefix(string(line[from:]), t.value) {
		return t.spot, false
	}
	return spot{line: t.line, column: from + 1 + utf8.RuneCountInString(t.value[:offset])}, true
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
