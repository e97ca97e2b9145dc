package group

import (
	"cmp"
	"fmt"
	"slices"

	"vedette/story"
)

// A Move proposes that reports belong to another story than the one that they
// joined: a later report has shown it. Whoever keeps the stories decides; what
// is carried out there is told to the grouper by Apply.
type Move struct {
	Reports []story.ItemID // in the order in which they joined
	From    []story.ID     // the stories that they are in, sorted
	Into    story.ID       // 0 if they are a story of their own
	Whole   bool           // nothing is left of the stories in From: they merge into Into
	Reason  string         // in plain words, for the room and for the record
}

// Review proposes what should move now that item has joined a story. The
// reports of its story and of the two likeliest others are grouped afresh, the
// likeliest pair first, until no two groups are as like on average as a report
// must be to join; where the groups differ from the stories, a move is
// proposed. Most reports move nothing.
func (g *Grouper) Review(item story.ItemID) []Move {
	at, ok := g.known[item]
	if !ok || g.reports[at].copied {
		return nil
	}
	mine := &g.reports[at]
	pool := slices.Clone(g.members(mine.story))
	others := 0
	for _, t := range g.tales(mine, g.near(mine)) {
		if t.story == mine.story || others == reviewOthers || t.likeness < g.params.Join/2 {
			continue
		}
		others++
		pool = append(pool, g.members(t.story)...)
	}
	if len(pool) < 2 {
		return nil
	}
	slices.Sort(pool)
	return g.moves(g.regroup(pool))
}

// reviewOthers is how many other stories a review looks at: those that a
// report fits nearly as well. A third changed no figure.
const reviewOthers = 2

// moves compares groups with the stories that their reports are in. A group
// goes on as the story that it has most reports of.
func (g *Grouper) moves(groups [][]uint32) []Move {
	slices.SortStableFunc(groups, func(a, b []uint32) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a[0], b[0]))
	})
	taken := make(map[story.ID]bool)
	var moves []Move
	for _, group := range groups {
		into := g.mostly(group, taken)
		taken[into] = true
		m := Move{Into: into}
		var moved []uint32
		for _, at := range group {
			if r := &g.reports[at]; r.story != into {
				m.Reports = append(m.Reports, r.item)
				m.From = append(m.From, r.story)
				moved = append(moved, at)
			}
		}
		if len(moved) == 0 {
			continue
		}
		slices.Sort(m.From)
		m.From = slices.Compact(m.From)
		m.Whole = into != 0 && g.emptied(m.From, len(moved))
		m.Reason = g.why(&m, moved, group)
		moves = append(moves, m)
	}
	return moves
}

// mostly returns the story that most of the group are in and that no group
// before went on as, or 0.
func (g *Grouper) mostly(group []uint32, taken map[story.ID]bool) (into story.ID) {
	count := make(map[story.ID]int)
	for _, at := range group {
		s := g.reports[at].story
		count[s]++
		if n := count[s]; !taken[s] && (into == 0 || n > count[into] || n == count[into] && s < into) {
			into = s
		}
	}
	return into
}

// emptied reports whether moved reports are all that from has in own words.
func (g *Grouper) emptied(from []story.ID, moved int) bool {
	own := 0
	for _, s := range from {
		for _, at := range g.stories[s] {
			if !g.reports[at].copied {
				own++
			}
		}
	}
	return own == moved
}

// why says what a move rests on.
func (g *Grouper) why(m *Move, moved, group []uint32) string {
	if m.Into == 0 {
		return "tells of another event than the rest: " + g.tellingOf(moved)
	}
	for _, at := range group {
		if r := &g.reports[at]; r.story == m.Into {
			return fmt.Sprintf("tells of the same event as %s: %s", r.outlet, g.shared(&g.reports[moved[0]], r))
		}
	}
	return ""
}

// tellingOf names the words that weigh most in the first of reports.
func (g *Grouper) tellingOf(reports []uint32) string {
	r := &g.reports[reports[0]]
	return g.shared(r, r)
}

// Apply carries out m inside the grouper. The copies of a report go with it.
// Into is the story that the reports are in from here on; for a move into a
// story of their own it is the one that was opened for them.
func (g *Grouper) Apply(m Move, into story.ID) {
	for _, item := range m.Reports {
		at, ok := g.known[item]
		if !ok {
			continue
		}
		for _, other := range slices.Clone(g.stories[g.reports[at].story]) {
			if r := &g.reports[other]; other == at || r.copied && r.copyOf == item {
				g.put(other, into)
			}
		}
	}
}

// regroup parts the pool into groups by average likeness.
func (g *Grouper) regroup(pool []uint32) [][]uint32 {
	n := len(pool)
	sum, count := make([]float64, n*n), make([]float64, n*n)
	groups := make([][]uint32, n)
	for i, a := range pool {
		groups[i] = []uint32{a}
		for j, b := range pool[:i] {
			if x, y := &g.reports[a], &g.reports[b]; apart(x, y) <= g.params.Window {
				c := g.likeness(x, y)
				sum[i*n+j], sum[j*n+i] = c, c
				count[i*n+j], count[j*n+i] = 1, 1
			}
		}
	}
	for {
		into, from := g.closest(groups, sum, count)
		if from < 0 {
			break
		}
		for k := range n {
			sum[into*n+k] += sum[from*n+k]
			count[into*n+k] += count[from*n+k]
			sum[k*n+into], count[k*n+into] = sum[into*n+k], count[into*n+k]
		}
		groups[into] = append(groups[into], groups[from]...)
		groups[from] = nil
	}
	groups = slices.DeleteFunc(groups, func(group []uint32) bool { return group == nil })
	for _, group := range groups {
		slices.Sort(group)
	}
	return groups
}

// closest returns the two groups that are most like, or -1 if none are like
// enough to be one.
func (g *Grouper) closest(groups [][]uint32, sum, count []float64) (into, from int) {
	n := len(groups)
	best := g.params.Join
	into, from = -1, -1
	for i := range n {
		for j := 0; groups[i] != nil && j < i; j++ {
			if groups[j] == nil || count[i*n+j] == 0 {
				continue
			}
			if c := sum[i*n+j] / count[i*n+j]; c >= best {
				into, from, best = j, i, c
			}
		}
	}
	return into, from
}
