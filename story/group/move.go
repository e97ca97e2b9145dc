package group

import (
	"cmp"
	"fmt"
	"slices"

	"vedette/story"
)

// A Move proposes that reports belong to another story than the one that they
// joined: a later report has shown it. Whoever keeps the stories decides; what
// is carried out there is told to the grouper by Apply, or by Add once it is saved.
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
// must be to join, nor nearly as like as each is in itself; where the groups differ from the stories, and clearly, a
// move is proposed. Most reports move nothing, and none moves twice.
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
		moved := g.leaving(group, into)
		for _, at := range moved {
			m.Reports = append(m.Reports, g.reports[at].item)
			m.From = append(m.From, g.reports[at].story)
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

// leaving returns the reports of a group that should go to story into from the
// stories that they are in, in the order in which they came.
func (g *Grouper) leaving(group []uint32, into story.ID) (moved []uint32) {
	parts := make(map[story.ID][]uint32)
	for _, at := range group {
		s := g.reports[at].story
		parts[s] = append(parts[s], at)
	}
	for s, part := range parts {
		if s != into && g.better(part, parts[into], s, into) {
			moved = append(moved, part...)
		}
	}
	slices.Sort(moved)
	return moved
}

// better reports whether part of story from is clearly better off in story
// into, with those of it that stay there, or as a story of its own. A story
// that goes whole must be like the other; reports that leave some behind must
// no longer fit them, and be far more like those that they join.
func (g *Grouper) better(part, stay []uint32, from, into story.ID) bool {
	if slices.ContainsFunc(part, func(at uint32) bool { return g.reports[at].moved }) {
		return false
	}
	there := g.between(part, stay)
	if into == 0 {
		if len(part) < leastParting {
			return false
		}
		there = g.within(part)
	}
	left := slices.Clone(g.stories[from])
	left = slices.DeleteFunc(left, func(at uint32) bool { return g.reports[at].copied || slices.Contains(part, at) })
	if len(left) == 0 {
		return there >= g.params.Merge
	}
	here := g.between(part, left[max(0, len(left)-g.params.Members):])
	return here < g.params.Fits*g.params.Join && there >= g.params.Gain*here && there >= here+g.params.Margin
}

// leastParting is how many reports it takes to leave a story for one of their
// own: two are too easily two wordings of one detail.
const leastParting = 3

// between returns the mean likeness of a's reports to b's.
func (g *Grouper) between(a, b []uint32) float64 {
	var m mean
	for _, x := range a {
		for _, y := range b {
			m.add(g.likeness(&g.reports[x], &g.reports[y]))
		}
	}
	return m.value()
}

// within returns the mean likeness of reports to one another.
func (g *Grouper) within(reports []uint32) float64 {
	var m mean
	for i, x := range reports {
		for _, y := range reports[:i] {
			m.add(g.likeness(&g.reports[x], &g.reports[y]))
		}
	}
	return m.value()
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
		g.reports[at].moved = true
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
		self, pairs := sum[into*n+into]+sum[from*n+from]+sum[into*n+from], count[into*n+into]+count[from*n+from]+count[into*n+from]
		for k := range n {
			sum[into*n+k] += sum[from*n+k]
			count[into*n+k] += count[from*n+k]
			sum[k*n+into], count[k*n+into] = sum[into*n+k], count[into*n+k]
		}
		sum[into*n+into], count[into*n+into] = self, pairs // of its reports to one another
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
// enough to be one. Two large groups must be nearly as like one another as each
// is in itself: two events of the same persons have much in common, but each
// more in itself.
func (g *Grouper) closest(groups [][]uint32, sum, count []float64) (into, from int) {
	n := len(groups)
	best := g.params.Join
	into, from = -1, -1
	for i := range n {
		for j := 0; groups[i] != nil && j < i; j++ {
			if groups[j] == nil || count[i*n+j] == 0 {
				continue
			}
			least := best
			if min(len(groups[i]), len(groups[j])) >= leastHolding {
				least = max(best, g.params.Hold*min(sum[i*n+i]/count[i*n+i], sum[j*n+j]/count[j*n+j]))
			}
			if c := sum[i*n+j] / count[i*n+j]; c >= least {
				into, from, best = j, i, c
			}
		}
	}
	return into, from
}

// leastHolding is how many reports of each show how like those of an event are.
const leastHolding = 6
