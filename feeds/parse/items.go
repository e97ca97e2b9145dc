package parse

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"vedette/story"
)

// Bounds of what accompanies a text.
const (
	maxAuthor = 200
	maxTag    = 100
	maxTags   = 32
	maxGUID   = 512 // bytes; a longer one is known by its hash
	hashed    = 200 // runes of the text that are part of its identity
	noTitle   = "(no title)"
)

// A maker makes the items of one document.
type maker struct {
	doc   Document
	base  *url.URL
	feed  story.Feed
	lang  string // the feed's
	items []story.Item

	skewed int // dated in the future
}

// add makes an item of e, unless e has neither text nor identity.
func (m *maker) add(e *entry) {
	it := story.Item{
		Feed: m.feed.Name, Outlet: m.feed.Outlet, Owner: m.feed.Owner, Tier: m.feed.Tier, State: m.feed.State,
		GUID: guid(e.guid), Link: m.link(e),
		Title: plainLine(e.title, maxTitle), Summary: plainText(e.summary, maxSummary), Body: plainText(e.content, maxBody),
		FirstSeen: m.doc.Now,
	}
	it.Canonical = Canonical(it.Link)
	it.GUID = withoutCounter(it.GUID, it.Canonical)
	if it.Body == it.Summary {
		it.Body = ""
	}
	if it.Title == "" {
		it.Title = firstWords(orElse(it.Summary, it.Body))
	}
	if it.Title == "" {
		if it.GUID == "" && it.Link == "" {
			return
		}
		it.Title = noTitle
	}
	it.Author = author(e.authors)
	it.Tags = tags(e.tags)
	it.Lang = m.language(e.lang, it.Title+" "+it.Summary)
	it.Published = m.published(e.dates, it.Lang)
	it.Effective = effective(it.Published, it.FirstSeen)
	if it.Published.Sub(it.FirstSeen) > maxSkew {
		m.skewed++
	}
	m.items = append(m.items, it)
}

// link returns the entry's best link: the first that can be opened, or else
// its guid if that is one.
func (m *maker) link(e *entry) string {
	for _, raw := range e.links {
		if l := link(raw, m.base); l != "" {
			return l
		}
	}
	id := strings.TrimSpace(e.guid)
	if e.permalink && (strings.HasPrefix(id, "http://") || strings.HasPrefix(id, "https://")) {
		return link(id, m.base)
	}
	return ""
}

// language returns the language of text. What the feed declares has been read
// once, and is only read again where text is in another script.
func (m *maker) language(declared, text string) string {
	if declared == "" && guessLanguage(text) == "" {
		return m.lang
	}
	return languageOf(orElse(declared, m.lang), text)
}

func (m *maker) published(dates []string, lang string) time.Time {
	israel := strings.HasPrefix(lang, "he") || strings.HasSuffix(m.base.Hostname(), ".il")
	for _, raw := range dates {
		if t := date(raw, israel); !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}

// finish gives the items their identities, and leaves out those that repeat
// an item above them.
func (m *maker) finish() []story.Item {
	identify(m.items)
	seen := make(map[string]bool, 2*len(m.items))
	return slices.DeleteFunc(m.items, func(it story.Item) bool {
		if slices.ContainsFunc(it.Keys, func(key string) bool { return seen[key] }) {
			return true
		}
		for _, key := range it.Keys {
			seen[key] = true
		}
		return false
	})
}

// identify sets the items' keys. A guid that stands for several pages of the
// document is no identity in it, nor is a page that several guids share.
func identify(items []story.Item) {
	pages, ids := make(faces, len(items)), make(faces, len(items))
	for i := range items {
		it := &items[i]
		pages.add(it.GUID, face{it.Canonical, it.Title})
		ids.add(it.Canonical, face{it.GUID, it.Title})
	}
	for i := range items {
		it := &items[i]
		if pages.one(it.GUID) {
			it.Keys = append(it.Keys, "g:"+it.GUID)
		}
		if ids.one(it.Canonical) {
			it.Keys = append(it.Keys, "l:"+it.Canonical)
		}
		if len(it.Keys) == 0 {
			it.Keys = []string{"h:" + textHash(it)}
		}
	}
}

// A face is what goes by a name: known by its own name, or by its title if it
// has none.
type face struct{ name, title string }

func (f face) same(other face) bool {
	return f.name == other.name && (f.name != "" || f.title == other.title)
}

// faces counts the different things that go by one name.
type faces map[string]struct {
	face face
	more bool
}

func (f faces) add(name string, is face) {
	if name == "" {
		return
	}
	had, known := f[name]
	switch {
	case !known:
		had.face = is
	case !had.more && !had.face.same(is):
		had.more = true
	default:
		return
	}
	f[name] = had
}

func (f faces) one(name string) bool { return name != "" && !f[name].more }

func textHash(it *story.Item) string {
	text := []rune(orElse(it.Summary, it.Body))
	return digest(it.Title + "\n" + string(text[:min(len(text), hashed)]))
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:16])
}

// guid returns raw as one line of bounded length.
func guid(raw string) string {
	id := tidy(norm.NFC.String(strings.TrimSpace(raw)))
	if len(id) > maxGUID {
		return "sha256:" + digest(id)
	}
	return strings.ReplaceAll(id, "\n", " ")
}

var counter = regexp.MustCompile(`#\d{1,6}$`)

// withoutCounter collapses a guid that is the link with a count of its
// edits behind it.
func withoutCounter(id, page string) string {
	if at := counter.FindStringIndex(id); at != nil && page != "" && Canonical(id[:at[0]]) == page {
		return id[:at[0]]
	}
	return id
}

func author(names []string) string {
	var kept []string
	for _, name := range names {
		if name = plainLine(name, maxAuthor); name != "" && !slices.Contains(kept, name) && len(kept) < 8 {
			kept = append(kept, name)
		}
	}
	return cut(strings.Join(kept, ", "), maxAuthor)
}

func tags(raw []string) []string {
	var kept []string
	for _, tag := range raw {
		if len(kept) == maxTags {
			break
		}
		if tag = plainLine(tag, maxTag); tag != "" && !slices.Contains(kept, tag) {
			kept = append(kept, tag)
		}
	}
	return kept
}
