package group

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"vedette/story"
)

// A Grouper knows the open stories and finds the one that a report belongs to.
type Grouper struct {
	params  Params
	idle    map[string]bool
	asked   map[string]bool              // terms that watches ask for
	stems   map[string]map[string]string // of a language: remembered, not judged by
	ids     map[string]uint32            // of terms
	terms   []term
	reports []report
	known   map[story.ItemID]uint32 // where in reports
	pages   map[string]uint32       // the newest report of a page
	stories map[story.ID][]uint32   // their reports, in the order in which they came

	dots    []float32 // scratch, one for each report, 0 between two calls
	scripts []script  // of the reports: compact, since thousands are looked up for one item
	touched []uint32  // scratch
}

// A term is a word that open reports have.
type term struct {
	text, spoken string
	stories      int // that tell it
	clear, small int // reports that write it as a name, and that do not
	posts        []post
}

// A post leads from a term to a report.
type post struct {
	report uint32
	w      float32
}

// A report is what is kept of an item.
type report struct {
	item      story.ItemID
	story     story.ID
	outlet    string
	owner     string
	canonical string
	at        time.Time
	gone      bool // another revision took its place
	copyOf    story.ItemID
	copied    bool
	moved     bool     // from another story: once is enough
	reading   *reading // without terms
	vector    []weight
	length    float64 // of the vector before it was made 1, in words that no story has
	carried   float64 // length of what survives a change of script
	looked    float64 // length of what the words say among the reports around; 0 before it looked round
}

// New returns a grouper that knows no story.
func New(params Params) *Grouper {
	g := &Grouper{params: params, idle: make(map[string]bool), asked: make(map[string]bool), stems: make(map[string]map[string]string)}
	for _, w := range idleWords() {
		g.idle[w] = true
	}
	g.empty()
	return g
}

func (g *Grouper) empty() {
	g.ids = make(map[string]uint32)
	g.terms, g.reports, g.dots, g.scripts = nil, nil, nil, nil
	g.known = make(map[story.ItemID]uint32)
	g.pages = make(map[string]uint32)
	g.stories = make(map[story.ID][]uint32)
}

// Place finds the story that it belongs to, without adding it. A report with
// the same page or the same text as one already there is a copy of it; one
// that is like enough to a story's reports is a further report of the same
// event; any other opens a story of its own. The item's own earlier revision
// is not compared with it.
func (g *Grouper) Place(it *story.Item) story.Kinship {
	if at, ok := g.pages[it.Canonical]; ok && it.Canonical != "" && g.reports[at].item != it.ID {
		return g.copyOf(at, "same page as "+g.reports[at].outlet)
	}
	mine := g.entry(it, false)
	near := g.near(&mine)
	for _, n := range near {
		if r := &g.reports[n.at]; g.sameText(&mine, r) {
			return g.copyOf(n.at, "same text as "+r.outlet)
		}
	}
	tales := g.tales(&mine, near)
	if len(tales) == 0 || tales[0].likeness < g.params.Join {
		return story.Kinship{Relation: story.Opens, Reason: "no open story tells of it"}
	}
	best := tales[0]
	nearest := &g.reports[best.nearest]
	return story.Kinship{
		Story: best.story, Relation: story.Reports,
		Reason: fmt.Sprintf("tells of the same event as %s: %s (likeness %.2f)", nearest.outlet, g.shared(&mine, nearest), best.likeness),
	}
}

func (g *Grouper) copyOf(at uint32, reason string) story.Kinship {
	r := &g.reports[at]
	original := r.item
	if r.copied {
		original = r.copyOf
	}
	return story.Kinship{Story: r.story, Relation: story.Copies, CopyOf: original, Reason: reason}
}

// Add adds r to story s, or moves it there. A report that is there already
// stays; an edited one is read again. So whole stories can be added again.
func (g *Grouper) Add(s story.ID, r story.Report) {
	moved := r.From != 0
	if at, ok := g.known[r.Item.ID]; ok {
		old := &g.reports[at]
		moved = moved || old.moved
		if old.reading.whole == g.read(&r.Item).whole && old.at.Equal(r.Item.Effective) && old.copied == (r.Relation == story.Copies) {
			old.moved = moved
			g.put(at, s)
			return
		}
		g.drop(at)
	}
	e := g.entry(&r.Item, r.Relation != story.Copies)
	e.moved = moved
	e.copied, e.copyOf = r.Relation == story.Copies, r.CopyOf
	e.reading.terms = nil
	if e.copied {
		e.vector = nil // only what it copies is compared
	} else {
		g.lookRound(&e, g.nearest(&e))
	}
	at := uint32(len(g.reports)) //nolint:gosec // memory ends long before 2^32 reports
	g.reports = append(g.reports, e)
	g.dots, g.scripts = append(g.dots, 0), append(g.scripts, g.reports[at].reading.script)
	g.link(at)
	g.put(at, s)
}

// link makes the report at findable.
func (g *Grouper) link(at uint32) {
	r := &g.reports[at]
	g.known[r.item] = at
	if r.canonical != "" {
		g.pages[r.canonical] = at
	}
	if r.copied {
		return
	}
	for _, w := range r.vector {
		t := &g.terms[w.term]
		t.posts = append(t.posts, post{at, w.w})
	}
}

// put moves the report at into story s.
func (g *Grouper) put(at uint32, s story.ID) {
	r := &g.reports[at]
	if i := slices.Index(g.stories[r.story], at); i >= 0 {
		if r.story == s {
			return
		}
		g.leave(r, i)
	}
	g.tells(s, r, 1)
	r.story = s
	i, _ := slices.BinarySearch(g.stories[s], at)
	g.stories[s] = slices.Insert(g.stories[s], i, at)
}

// leave takes r, the i-th report of its story, out of it.
func (g *Grouper) leave(r *report, i int) {
	s := r.story
	if g.stories[s] = slices.Delete(g.stories[s], i, i+1); len(g.stories[s]) == 0 {
		delete(g.stories, s)
	}
	g.tells(s, r, -1)
}

// tells adds to the stories of each word that r has and the newest of the
// other reports of s have not.
func (g *Grouper) tells(s story.ID, r *report, more int) {
	told := make([]bool, len(r.vector))
	for _, at := range g.members(s) {
		inBoth(r.vector, g.reports[at].vector, func(i, _ int) { told[i] = true })
	}
	for i, w := range r.vector {
		if t := &g.terms[w.term]; !told[i] {
			t.stories = max(0, t.stories+more) // older reports may have had it
		}
	}
}

// drop takes the report at out. Its posts stay until Forget, and lead nowhere.
func (g *Grouper) drop(at uint32) {
	r := &g.reports[at]
	r.gone = true
	if i := slices.Index(g.stories[r.story], at); i >= 0 {
		g.leave(r, i)
	}
	delete(g.known, r.item)
	if g.pages[r.canonical] == at {
		delete(g.pages, r.canonical)
	}
}

// Forget closes the stories that nothing was reported of since before: their
// reports, and the words that only they had, are gone. It costs as much as
// adding what stays, so call it by the hour, not by the item.
func (g *Grouper) Forget(before time.Time) {
	open := make(map[story.ID]bool)
	for i := range g.reports {
		if r := &g.reports[i]; !r.gone && !r.at.Before(before) {
			open[r.story] = true
		}
	}
	reports, terms := g.reports, g.terms
	g.empty()
	for i := range reports {
		r := reports[i]
		if r.gone || !open[r.story] {
			continue
		}
		for j, w := range r.vector {
			r.vector[j].term = g.keep(&terms[w.term])
		}
		slices.SortFunc(r.vector, func(a, b weight) int { return cmp.Compare(a.term, b.term) })
		at := uint32(len(g.reports)) //nolint:gosec // memory ends long before 2^32 reports
		g.reports = append(g.reports, r)
		g.dots, g.scripts = append(g.dots, 0), append(g.scripts, g.reports[at].reading.script)
		g.link(at)
		g.put(at, r.story)
	}
}

// keep carries a term over into the cleared index.
func (g *Grouper) keep(t *term) uint32 {
	id, ok := g.ids[t.text]
	if !ok {
		id = uint32(len(g.terms)) //nolint:gosec // memory ends long before 2^32 words
		g.ids[t.text] = id
		g.terms = append(g.terms, term{text: t.text, spoken: t.spoken, clear: t.clear, small: t.small})
	}
	return id
}

func (g *Grouper) newTerm(t *reads) uint32 {
	return g.keep(&term{text: strings.Clone(t.term), spoken: strings.Clone(t.spoken)})
}

// StoryOf returns the story that an item is in, or 0.
func (g *Grouper) StoryOf(item story.ItemID) story.ID {
	at, ok := g.known[item]
	if !ok {
		return 0
	}
	return g.reports[at].story
}

// Open returns how many stories are open.
func (g *Grouper) Open() int { return len(g.stories) }

// entry reads an item. With add its words become known.
func (g *Grouper) entry(it *story.Item, add bool) report {
	r := g.read(it)
	e := report{item: it.ID, outlet: it.Outlet, owner: it.Owner, canonical: it.Canonical, at: it.Effective, reading: r}
	g.weigh(&e, add)
	if add {
		for _, t := range r.terms {
			if id, ok := g.ids[t.term]; ok && t.clear {
				g.terms[id].clear++
			} else if ok && t.small {
				g.terms[id].small++
			}
		}
	}
	return e
}

// rarity says how much a term tells: what every open story tells says little,
// what few tell says much. Stories are counted, not reports: the words of one
// event of which all outlets write are still its own.
func (g *Grouper) rarity(text string) float64 {
	have := 0
	if id, ok := g.ids[text]; ok {
		have = g.terms[id].stories
	}
	if g.asked[text] {
		have += askedCount
	}
	return g.rarityOf(have)
}

// rarityOf is what a term tells that so many stories have.
func (g *Grouper) rarityOf(have int) float64 {
	return math.Log(1 + float64(len(g.stories)+1+startCount)/float64(have+2))
}

// startCount keeps the first stories of an empty index from weighing all words
// alike; its size hardly matters.
const startCount = 10

// askedCount is in how many of the first stories a word stands that a watch
// asks for: nearly all have it, and that two of them do says little.
const askedCount = startCount - 2

// Ask tells that reports are there because they hold the words of text: a
// watch asks for them. What all reports have to have does not make two of
// them one event. It is forgotten by nothing.
func (g *Grouper) Ask(text string) {
	for _, t := range g.read(&story.Item{Title: text}).terms {
		g.asked[t.term] = true
	}
}

// mostlyName reports whether open reports write the term as a name more often
// than not.
func (g *Grouper) mostlyName(text string) bool {
	id, ok := g.ids[text]
	return ok && g.terms[id].clear > g.terms[id].small
}
