package watch

import (
	"net/url"
	"slices"
	"strings"

	"vedette/story"
)

// A mask is a set of fields.
type mask uint16

const (
	inTitle mask = 1 << iota
	inSummary
	inBody
	inLead
	inSource
	inAuthor
	inURL
	inTag
	inText = inTitle | inSummary | inBody
)

// leadWords is how many words after the title belong to the lead.
const leadWords = 60

// A token is one word of an item.
type token struct {
	folded     string
	start, end int32 // in the text of its segment
	segment    int32 // words of different segments are not neighbours
	next       int32 // the next token with the same folded form, or none
	where      mask
}

const none = -1

// A segment is a text whose words are neighbours.
type segment struct {
	field story.Field // "" for what is no text of the item
	text  string
}

// A page is an item parted into words, once for all rules.
type page struct {
	lang     string
	words    int // of title, summary and body
	segments []segment
	tokens   []token
	first    map[string]int32
}

func newPage(it *story.Item) *page {
	pg := &page{lang: strings.ToLower(it.Lang), segments: make([]segment, 0, 8+len(it.Tags))}
	size := len(it.Title) + len(it.Summary) + len(it.Body)
	f := folder{buf: make([]byte, 0, size+size/4+128)}
	f.pieces = make([]piece, 0, size/5+16)
	pg.tokens = make([]token, 0, size/5+16)
	pg.add(&f, inTitle, story.Title, it.Title)
	title := len(pg.tokens)
	pg.add(&f, inSummary, story.Summary, it.Summary)
	pg.add(&f, inBody, story.Body, it.Body)
	pg.words = len(pg.tokens)
	for i := range min(pg.words, title+leadWords) {
		pg.tokens[i].where |= inLead
	}
	pg.add(&f, inSource, "", string(it.Feed))
	pg.add(&f, inSource, "", it.Outlet)
	if u, err := url.Parse(it.Link); err == nil {
		pg.add(&f, inSource, "", u.Hostname())
	}
	pg.add(&f, inAuthor, "", it.Author)
	pg.add(&f, inURL, "", it.Link)
	for _, tag := range it.Tags {
		pg.add(&f, inTag, "", tag)
	}
	folded := string(f.buf)
	pg.first = make(map[string]int32, len(pg.tokens))
	for i := len(pg.tokens) - 1; i >= 0; i-- {
		t := &pg.tokens[i]
		t.folded = folded[f.pieces[i].lo:f.pieces[i].hi]
		t.next = none
		if after, ok := pg.first[t.folded]; ok {
			t.next = after
		}
		pg.first[t.folded] = int32(i) // #nosec G115 -- an item is far smaller than 2 GB
	}
	return pg
}

// add parts the text of one segment into words.
func (pg *page) add(f *folder, where mask, field story.Field, text string) {
	id := int32(len(pg.segments)) // #nosec G115 -- as many as an item has fields and tags
	pg.segments = append(pg.segments, segment{field, text})
	from := len(f.pieces)
	f.fold(text, false)
	for _, pc := range f.pieces[from:] {
		pg.tokens = append(pg.tokens, token{
			start: int32(pc.start), end: int32(pc.end), // #nosec G115 -- an item is far smaller than 2 GB
			segment: id, where: where,
		})
	}
}

// text returns the words from lo to hi as published.
func (pg *page) text(lo, hi int) string {
	first, last := &pg.tokens[lo], &pg.tokens[hi]
	return pg.segments[first.segment].text[first.start:last.end]
}

// fits says whether token i is what p asks for.
func (pg *page) fits(p *part, i int) bool {
	t := &pg.tokens[i]
	switch {
	case p.re != nil:
		return len(t.folded) <= maxToken && p.re.MatchString(t.folded)
	case p.glob != nil:
		return globbed(p.glob, t.folded)
	case p.exact != "":
		return t.folded == p.folded && pg.text(i, i) == p.exact
	}
	return t.folded == p.folded
}

// globbed says whether text is what the wildcards of glob stand for.
func globbed(glob []rune, text string) bool {
	star, mark := -1, 0
	g, i := 0, 0
	runes := []rune(text)
	for i < len(runes) {
		switch {
		case g < len(glob) && glob[g] == '*':
			star, mark = g, i
			g++
		case g < len(glob) && (glob[g] == '?' || glob[g] == runes[i]):
			g++
			i++
		case star >= 0:
			mark++
			g, i = star+1, mark
		default:
			return false
		}
	}
	for g < len(glob) && glob[g] == '*' {
		g++
	}
	return g == len(glob)
}

// A run is a row of neighbouring tokens, both ends included.
type run struct{ lo, hi int }

// maxRuns bounds what one node of a rule may find in one item. An item that
// says one word more often is no news; what it says later may be missed.
const maxRuns = 2000

// runs returns where t stands, in order, at most limit.
func (pg *page) runs(t *term, where mask, limit int) []run {
	if len(t.spellings) == 1 {
		return pg.rows(t.spellings[0], t.slop, where, limit)
	}
	var found []run
	for _, parts := range t.spellings {
		found = append(found, pg.rows(parts, t.slop, where, limit)...)
	}
	found = ordered(found)
	return found[:min(limit, len(found))]
}

// rows returns the first limit places where parts stand side by side.
func (pg *page) rows(parts []part, slop int, where mask, limit int) []run {
	var found []run
	first := &parts[0]
	if first.folded != "" {
		i, ok := pg.first[first.folded]
		for ; ok && i != none && len(found) < limit; i = pg.tokens[i].next {
			if hi, ok := pg.row(int(i), parts, slop, where); ok {
				found = append(found, run{int(i), hi})
			}
		}
		return found
	}
	for i := range pg.tokens {
		if len(found) == limit {
			break
		}
		if hi, ok := pg.row(i, parts, slop, where); ok {
			found = append(found, run{i, hi})
		}
	}
	return found
}

// row returns the last token of the parts that stand from token i on. Taking
// each part where it comes first leaves the most room for the rest.
func (pg *page) row(i int, parts []part, slop int, where mask) (int, bool) {
	if pg.tokens[i].where&where == 0 || !pg.fits(&parts[0], i) {
		return 0, false
	}
	at := i
	for k := range parts[1:] {
		at++
		for {
			if at >= len(pg.tokens) || pg.tokens[at].segment != pg.tokens[i].segment || pg.tokens[at].where&where == 0 {
				return 0, false
			}
			if pg.fits(&parts[k+1], at) {
				break
			}
			if slop--; slop < 0 {
				return 0, false
			}
			at++
		}
	}
	return at, true
}

// ordered returns runs in reading order, each once.
func ordered(runs []run) []run {
	slices.SortFunc(runs, func(a, b run) int {
		if a.lo != b.lo {
			return a.lo - b.lo
		}
		return a.hi - b.hi
	})
	return slices.Compact(runs)
}
