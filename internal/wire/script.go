package wire

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/tools/txtar"

	"vedette/story"
)

// A Script is a story for feeds to tell. It is written as one txtar file:
//
//	The promise of the story, in a sentence.
//
//	-- desk.yaml --
//	feeds:
//	  - name: harbour
//	    url: "{{wire}}/harbour"
//	…
//	-- feeds --
//	harbour atom https://harbour.example
//	-- past --
//	2020-02-01 08:00 harbour  An item from before the story begins
//	-- said --
//	2020-02-03 05:40 harbour  Shells fall on Oldbridge
//	  | What the item says, over as many lines
//	  | as it takes.
//	  guid: h-1
//	2020-02-03 06:10 harbour  Shells fall on Oldbridge, two killed
//	  edit: h-1
//	-- asked --
//	2020-02-03 06:15 desk ada  status oldbridge
//	2020-02-03 06:20 desk ada  press Acknowledge
//	-- heard terminal --
//	…
//
// Only said is required. Asked is what people write in the rooms after
// /vedette, or which button of the room's newest message they press; what they
// are answered is heard by ROOM/PERSON. Times are UTC and in order. A line that begins with
// # in feeds, past or said is a comment. [Saying] tells the lines of an item.
type Script struct {
	Name    string // as the caller calls it, for errors
	Promise string
	Desk    string // the desk file, with {{wire}} for the service's base URL
	Feeds   []Feed // in order of name: those of the section and all others that are named
	Past    []Saying
	Said    []Saying
	Asked   []Asking
	Heard   map[string]string // by room: the text of its section, as it stands
}

// A Feed says how a feed is published.
type Feed struct {
	Name   story.FeedName
	Format Format // RSS unless the script says otherwise
	Site   string // the site that a link such as /page belongs to, without a slash at the end
}

// A Format is what a feed is written in.
type Format string

// The formats.
const (
	RSS  Format = "rss"
	Atom Format = "atom"
	JSON Format = "json"
)

// A Saying is one act of one feed. Its first line is the date, the time, the
// feed and the title. The lines below it are indented:
//
//   - "| text" is the summary; several are joined by a space, as are several
//     "body: text".
//   - "link: /page" or a whole URL; without it the item has a page of its own.
//   - "guid: id", or "guid: none"; without it the guid is the link.
//   - "author: name".
//   - "date: 2020-02-01 08:00" if the feed gives another date than that at
//     which it spoke, or "date: none".
//   - "edit: id" republishes the item that had this guid, link or title. What
//     the edit leaves out stays as it was; a dropped item comes back.
//   - "drop: id" takes an item out of the feed; the first line has no title.
type Saying struct {
	Line      int // in the script
	At        time.Time
	Feed      story.FeedName
	Title     string
	Summary   string
	Body      string
	Link      string
	GUID      string // as published, or ""
	Author    string
	Published time.Time // zero if the feed gives no date
	Key       string    // names the item within its feed: the guid, or the link
	Act       Act
}

// An Act is what a saying does to its item.
type Act string

// The acts.
const (
	Say  Act = "say"
	Edit Act = "edit"
	Drop Act = "drop"
)

// An Asking is what a person writes in a room.
type Asking struct {
	Line  int // in the script
	At    time.Time
	Room  story.RoomName
	Who   string
	Words string
}

// DeskFor returns the desk file for a service at base, such as
// "http://127.0.0.1:8080".
func (s *Script) DeskFor(base string) string {
	return strings.ReplaceAll(s.Desk, "{{wire}}", strings.TrimSuffix(base, "/"))
}

// Begin returns the minute of the first saying.
func (s *Script) Begin() time.Time { return s.Said[0].At }

// Parse reads a script. Its error names the file and, where there is one, the
// line.
func Parse(name string, data []byte) (*Script, error) {
	p := parser{name: name, script: &Script{Name: name, Heard: make(map[string]string)}, feeds: make(map[story.FeedName]Feed)}
	archive := txtar.Parse([]byte(strings.ReplaceAll(string(data), "\r\n", "\n")))
	p.script.Promise = strings.Join(strings.Fields(string(archive.Comment)), " ")
	sections, err := p.sections(archive)
	if err != nil {
		return nil, err
	}
	p.script.Desk = sections["desk.yaml"].text
	if err = p.formats(sections["feeds"]); err != nil {
		return nil, err
	}
	shelf := make(shelf)
	if p.script.Past, err = p.sayings(sections["past"], shelf); err != nil {
		return nil, err
	}
	if p.script.Said, err = p.sayings(sections["said"], shelf); err != nil {
		return nil, err
	}
	if err = p.askings(sections["asked"]); err != nil {
		return nil, err
	}
	if err = p.whole(); err != nil {
		return nil, err
	}
	p.nameFeeds()
	return p.script, nil
}

// A section is a named part of the file.
type section struct {
	text string
	line int // of its first line
}

// A parser reads one script.
type parser struct {
	name   string
	script *Script
	feeds  map[story.FeedName]Feed
}

// errorf returns an error at a line of the file.
func (p *parser) errorf(line int, format string, args ...any) error {
	return fmt.Errorf("%s:%d: %s", p.name, line, fmt.Sprintf(format, args...))
}

// sections takes the archive apart.
func (p *parser) sections(archive *txtar.Archive) (map[string]section, error) {
	sections := make(map[string]section)
	line := strings.Count(string(archive.Comment), "\n") + 1
	for _, f := range archive.Files {
		at := section{string(f.Data), line + 1}
		room, heard := strings.CutPrefix(f.Name, "heard ")
		room = strings.TrimSpace(room)
		_, twice := sections[f.Name]
		if heard {
			_, twice = p.script.Heard[room]
		}
		switch {
		case twice:
			return nil, p.errorf(line, "section %q stands twice", f.Name)
		case heard:
			p.script.Heard[room] = at.text
		case slices.Contains([]string{"desk.yaml", "feeds", "past", "said", "asked"}, f.Name):
			sections[f.Name] = at
		default:
			return nil, p.errorf(line, "unknown section %q: want desk.yaml, feeds, past, said, asked or heard ROOM", f.Name)
		}
		line += strings.Count(at.text, "\n") + 1
	}
	return sections, nil
}

// formats reads the section feeds.
func (p *parser) formats(s section) error {
	for n, text := range strings.Split(s.text, "\n") {
		fields := strings.Fields(text)
		if len(fields) == 0 || strings.HasPrefix(text, "#") {
			continue
		}
		line := s.line + n
		if len(fields) < 2 || len(fields) > 3 {
			return p.errorf(line, "want a feed, its format and perhaps its site: harbour atom https://harbour.example")
		}
		name, err := p.feedName(line, fields[0])
		if err != nil {
			return err
		}
		if _, ok := p.feeds[name]; ok {
			return p.errorf(line, "feed %q stands twice", name)
		}
		feed := Feed{Name: name, Format: Format(fields[1])}
		if feed.Format != RSS && feed.Format != Atom && feed.Format != JSON {
			return p.errorf(line, "unknown format %q: want rss, atom or json", fields[1])
		}
		if len(fields) == 3 {
			if !isURL(fields[2]) {
				return p.errorf(line, "site %q is not an http or https URL", fields[2])
			}
			feed.Site = strings.TrimSuffix(fields[2], "/")
		}
		p.feeds[name] = feed
	}
	return nil
}

// askings reads the section asked.
func (p *parser) askings(s section) error {
	for n, text := range strings.Split(s.text, "\n") {
		fields := strings.Fields(text)
		if len(fields) == 0 || strings.HasPrefix(text, "#") {
			continue
		}
		line := s.line + n
		if len(fields) < 5 {
			return p.errorf(line, "want a date, a time, a room, a person and what is asked: 2020-02-03 06:15 desk ada  status")
		}
		at, err := time.ParseInLocation(minute, fields[0]+" "+fields[1], time.UTC)
		if err != nil {
			return p.errorf(line, "%q is no time: want 2020-02-03 06:15", fields[0]+" "+fields[1])
		}
		if k := len(p.script.Asked); k > 0 && at.Before(p.script.Asked[k-1].At) {
			return p.errorf(line, "%s is before the line above", at.Format(minute))
		}
		p.script.Asked = append(p.script.Asked, Asking{Line: line, At: at, Room: story.RoomName(fields[2]), Who: fields[3], Words: strings.Join(fields[4:], " ")})
	}
	return nil
}

// feedName reads the name of a feed, which is also a path of the service.
func (p *parser) feedName(line int, text string) (story.FeedName, error) {
	for _, r := range text {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '_' {
			return "", p.errorf(line, "feed name %q: want small letters, digits, - and _", text)
		}
	}
	return story.FeedName(text), nil
}

// site returns the site of a feed.
func (p *parser) site(feed story.FeedName) string {
	if f := p.feeds[feed]; f.Site != "" {
		return f.Site
	}
	return "https://" + string(feed) + ".example"
}

// whole checks what no single line can show.
func (p *parser) whole() error {
	said, past := p.script.Said, p.script.Past
	if len(said) == 0 {
		return fmt.Errorf("%s: nothing is said: want a section said", p.name)
	}
	if n := len(past); n > 0 && !past[n-1].At.Before(said[0].At) {
		return p.errorf(past[n-1].Line, "the past ends after the story begins on line %d", said[0].Line)
	}
	return nil
}

// nameFeeds lists all feeds that the script knows.
func (p *parser) nameFeeds() {
	add := func(name story.FeedName) {
		f, ok := p.feeds[name]
		if !ok {
			f = Feed{Name: name, Format: RSS}
		}
		f.Site = p.site(name)
		p.feeds[name] = f
	}
	for name := range p.feeds {
		add(name)
	}
	for _, s := range slices.Concat(p.script.Past, p.script.Said) {
		add(s.Feed)
	}
	for _, m := range regexp.MustCompile(`\{\{wire\}\}/([a-z0-9_-]+)`).FindAllStringSubmatch(p.script.Desk, -1) {
		add(story.FeedName(m[1]))
	}
	for _, f := range p.feeds {
		p.script.Feeds = append(p.script.Feeds, f)
	}
	slices.SortFunc(p.script.Feeds, func(a, b Feed) int { return strings.Compare(string(a.Name), string(b.Name)) })
}

func isURL(text string) bool {
	return strings.HasPrefix(text, "http://") || strings.HasPrefix(text, "https://")
}
