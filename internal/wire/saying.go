package wire

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"vedette/story"
)

const minute = "2006-01-02 15:04" // how a script writes a time

// A shelf holds, by feed, the newest saying of each item, so that an edit can
// be told from a mistake when the script is read.
type shelf map[story.FeedName][]*Saying

// find returns the newest item of feed that ref names.
func (sh shelf) find(feed story.FeedName, ref string) *Saying {
	items := sh[feed]
	for _, item := range slices.Backward(items) {
		if it := item; ref == it.Key || ref == it.Link || ref == it.Title {
			return it
		}
	}
	return nil
}

// byKey returns the item of feed with the key, if any.
func (sh shelf) byKey(feed story.FeedName, key string) *Saying {
	for _, it := range sh[feed] {
		if it.Key == key {
			return it
		}
	}
	return nil
}

// A draft is a saying as written, before it is compared with what was said.
type draft struct {
	Saying

	given map[string]string // by the word before the colon; "|" is the summary
}

// sayings reads the section past or said.
func (p *parser) sayings(s section, sh shelf) ([]Saying, error) {
	var drafts []*draft
	for n, text := range strings.Split(s.text, "\n") {
		line := s.line + n
		switch first, _ := utf8.DecodeRuneInString(text); {
		case strings.TrimSpace(text) == "" || first == '#':
		case !utf8.ValidString(text):
			return nil, p.errorf(line, "not valid UTF-8")
		case !unicode.IsSpace(first):
			d, err := p.head(line, text)
			if err != nil {
				return nil, err
			}
			if k := len(drafts); k > 0 && d.At.Before(drafts[k-1].At) {
				return nil, p.errorf(line, "%s is before %s on line %d", d.At.Format(minute), drafts[k-1].At.Format(minute), drafts[k-1].Line)
			}
			drafts = append(drafts, d)
		case len(drafts) == 0:
			return nil, p.errorf(line, "indented line before the first item")
		default:
			if err := p.detail(line, strings.TrimSpace(text), drafts[len(drafts)-1]); err != nil {
				return nil, err
			}
		}
	}
	var all []Saying
	for _, d := range drafts {
		if err := p.settle(d, sh); err != nil {
			return nil, err
		}
		all = append(all, d.Saying)
	}
	return all, nil
}

// head reads the first line of a saying.
func (p *parser) head(line int, text string) (*draft, error) {
	date, rest := word(text)
	clock, rest := word(rest)
	name, title := word(rest)
	at, err := time.Parse(minute, date+" "+clock)
	if err != nil {
		return nil, p.errorf(line, "%q is not a time: want 2020-02-03 05:40", strings.TrimSpace(date+" "+clock))
	}
	if name == "" {
		return nil, p.errorf(line, "no feed: want a date, a time, a feed and a title")
	}
	feed, err := p.feedName(line, name)
	if err != nil {
		return nil, err
	}
	return &draft{Saying{Line: line, At: at, Feed: feed, Title: title, Act: Say}, make(map[string]string)}, nil
}

// word splits off the first word of text.
func word(text string) (first, rest string) {
	text = strings.TrimSpace(text)
	if i := strings.IndexFunc(text, unicode.IsSpace); i >= 0 {
		return text[:i], strings.TrimSpace(text[i:])
	}
	return text, ""
}

// detail reads one of the indented lines of a saying.
func (p *parser) detail(line int, text string, d *draft) error {
	var key, value string
	if after, ok := strings.CutPrefix(text, "|"); ok {
		key, value = "|", strings.TrimSpace(after)
	} else if before, after, ok := strings.Cut(text, ":"); ok {
		key, value = strings.TrimSpace(before), strings.TrimSpace(after)
	} else {
		return p.errorf(line, "%q: want | and text, or a word, a colon and its value", text)
	}
	old, twice := d.given[key]
	switch key {
	case "|", "body":
		value = strings.TrimSpace(old + " " + value)
	case "link", "guid", "edit", "drop", "author", "date":
		if twice {
			return p.errorf(line, "%s stands twice in the item of line %d", key, d.Line)
		}
		if value == "" {
			return p.errorf(line, "%s has no value", key)
		}
	default:
		return p.errorf(line, "unknown word %q: want body, link, guid, edit, drop, author or date", key)
	}
	d.given[key] = value
	return nil
}

// settle makes a saying of a draft: it resolves what an edit or a drop refers
// to and fills in what is not given.
func (p *parser) settle(d *draft, sh shelf) error {
	edit, isEdit := d.given["edit"]
	drop, isDrop := d.given["drop"]
	switch {
	case isDrop && (len(d.given) > 1 || d.Title != ""):
		return p.errorf(d.Line, "a drop has neither a title nor anything else")
	case isDrop:
		old := sh.find(d.Feed, drop)
		if old == nil {
			return p.errorf(d.Line, "%s has said nothing with the guid, link or title %q", d.Feed, drop)
		}
		d.Act, d.Key = Drop, old.Key
		return nil
	case isEdit:
		old := sh.find(d.Feed, edit)
		if old == nil {
			return p.errorf(d.Line, "%s has said nothing with the guid, link or title %q", d.Feed, edit)
		}
		d.inherit(old)
	case d.Title == "" && d.given["|"] == "" && d.given["body"] == "":
		return p.errorf(d.Line, "the item has neither a title nor a text")
	default:
		d.Published = d.At
		d.Link = p.site(d.Feed) + d.At.Format("/2006/01/02/1504-") + slug(d.Title)
	}
	if err := p.fill(d); err != nil {
		return err
	}
	if d.Act == Say {
		if old := sh.byKey(d.Feed, d.Key); old != nil {
			return p.errorf(d.Line, "%s has said %q on line %d: write edit: to say it again", d.Feed, d.Key, old.Line)
		}
		sh[d.Feed] = append(sh[d.Feed], &d.Saying)
		return nil
	}
	*sh.byKey(d.Feed, d.Key) = d.Saying
	return nil
}

// inherit gives an edit what the item had before.
func (d *draft) inherit(old *Saying) {
	line, at, title := d.Line, d.At, d.Title
	d.Saying = *old
	d.Line, d.At, d.Act = line, at, Edit
	if title != "" {
		d.Title = title
	}
}

// fill takes over what the indented lines give.
func (p *parser) fill(d *draft) error {
	if text, ok := d.given["|"]; ok {
		d.Summary = text
	}
	if text, ok := d.given["body"]; ok {
		d.Body = text
	}
	if text, ok := d.given["author"]; ok {
		d.Author = text
	}
	if link, ok := d.given["link"]; ok {
		if strings.HasPrefix(link, "/") {
			link = p.site(d.Feed) + link
		}
		d.Link = link
	}
	switch date := d.given["date"]; date {
	case "":
	case "none":
		d.Published = time.Time{}
	default:
		at, err := time.Parse(minute, date)
		if err != nil {
			return p.errorf(d.Line, "date %q is not a time: want 2020-02-03 05:40 or none", date)
		}
		d.Published = at
	}
	return p.identify(d)
}

// identify gives a saying its guid and its key.
func (p *parser) identify(d *draft) error {
	guid, given := d.given["guid"]
	switch {
	case given && d.Act == Edit:
		return p.errorf(d.Line, "an edit keeps the guid of its item")
	case d.Act == Edit:
	case guid == "none":
		d.Key = d.Link
	case given:
		d.GUID, d.Key = guid, guid
	default:
		d.GUID, d.Key = d.Link, d.Link
	}
	return nil
}

// slug makes a path segment of a title.
func slug(title string) string {
	parts := strings.FieldsFunc(strings.ToLower(title), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	if len(parts) == 0 {
		return "item"
	}
	return strings.Join(parts[:min(len(parts), 8)], "-")
}
