package story

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// A Kinship says which story an item belongs to, and why.
type Kinship struct {
	Story    ID // 0 if it opens one
	Relation Relation
	CopyOf   ItemID
	Reason   string // in plain words, for the room and for the record
}

// The limits of kinship. They were chosen so that on the project's labelled
// headlines a wrong join is several times rarer than a missed one: a missed
// join costs a second message, a wrong one hides an event in a thread.
const (
	kinWindow   = 48 * time.Hour // apart by more, two reports are of two events
	copyShare   = 0.6            // of the shorter text's word runs that the longer has too
	copyRun     = 4              // words in a run
	copyLeast   = 4              // runs below which a text is too short to be called a copy
	eventCosine = 0.25           // the likeness of two reports' words above which they tell of one event
)

// Relate finds the story that it belongs to among the open ones. A report
// with the same page or the same text as one already there is a copy of it;
// one that shares enough telling words, within two days, is a further report
// of the same event; any other opens a story of its own.
func Relate(it *Item, open []Story) Kinship {
	if kin, ok := copyAmong(it, open); ok {
		return kin
	}
	rare := rarity(it, open)
	mine := weightsOf(it, rare)
	best, kin := eventCosine, Kinship{Relation: Opens, Reason: "no open story tells of it"}
	for i := range open {
		s := &open[i]
		for j := range s.Reports {
			r := &s.Reports[j]
			if r.Relation == Copies || apart(it, &r.Item) > kinWindow {
				continue
			}
			if c := cosine(mine, weightsOf(&r.Item, rare)); c >= best {
				best = c
				kin = Kinship{Story: s.ID, Relation: Reports, Reason: fmt.Sprintf("tells of the same event as %s (likeness %.2f)", r.Item.Outlet, c)}
			}
		}
	}
	return kin
}

// copyAmong looks for a report whose page or text it repeats.
func copyAmong(it *Item, open []Story) (Kinship, bool) {
	runs := runsOf(it)
	for i := range slices.Backward(open) {
		s := &open[i]
		for j := range s.Reports {
			r := &s.Reports[j]
			var reason string
			switch {
			case it.Canonical != "" && it.Canonical == r.Item.Canonical:
				reason = "same page as " + r.Item.Outlet
			case apart(it, &r.Item) <= kinWindow && sameText(it, runs, &r.Item):
				reason = "same text as " + r.Item.Outlet
			default:
				continue
			}
			return Kinship{Story: s.ID, Relation: Copies, CopyOf: r.Item.ID, Reason: reason}, true
		}
	}
	return Kinship{}, false
}

// sameText reports whether one of a and b is the other's text, possibly cut
// short or under another headline. Texts that differ in a figure are not the
// same: a toll that rises is news.
func sameText(a *Item, runs map[string]bool, b *Item) bool {
	other := runsOf(b)
	short, long := runs, other
	if len(short) > len(long) {
		short, long = long, short
	}
	if len(short) < copyLeast {
		return strings.Join(wordsOf(a.Text()), " ") == strings.Join(wordsOf(b.Text()), " ")
	}
	shared := 0
	for run := range short {
		if long[run] {
			shared++
		}
	}
	return float64(shared) >= copyShare*float64(len(short)) && sameFigures(a, b)
}

// sameFigures reports whether one's figures are all among the other's.
func sameFigures(a, b *Item) bool {
	x, y := figuresOf(a), figuresOf(b)
	if len(x) > len(y) {
		x, y = y, x
	}
	for n := range x {
		if !y[n] {
			return false
		}
	}
	return true
}

// figuresOf returns the figures that it gives, small ones in words included.
func figuresOf(it *Item) map[int]bool {
	names := []string{"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen"}
	figures := make(map[int]bool)
	for _, w := range wordsOf(it.Text()) {
		if n := slices.Index(names, w); n > 1 {
			figures[n] = true
		} else if n, err := strconv.Atoi(w); err == nil {
			figures[n] = true
		}
	}
	return figures
}

// runsOf returns the runs of copyRun words in it.
func runsOf(it *Item) map[string]bool {
	words := wordsOf(it.Text())
	runs := make(map[string]bool, len(words))
	for i := range len(words) - copyRun + 1 {
		runs[strings.Join(words[i:i+copyRun], " ")] = true
	}
	return runs
}

func apart(a, b *Item) time.Duration { return a.Effective.Sub(b.Effective).Abs() }

// rarity returns, for each telling word of it and of the open stories, how
// much it tells: what every report of a front says ("Idlib", "Syrian") tells
// little, what few say tells much. It is the inverse document frequency over
// the open reports.
func rarity(it *Item, open []Story) map[string]float64 {
	count := make(map[string]int)
	total := 1
	add := func(it *Item) {
		for w := range tellingWords(it) {
			count[w]++
		}
	}
	add(it)
	for i := range open {
		for j := range open[i].Reports {
			if open[i].Reports[j].Relation != Copies {
				add(&open[i].Reports[j].Item)
				total++
			}
		}
	}
	rare := make(map[string]float64, len(count))
	for w, n := range count {
		rare[w] = math.Log(1 + float64(total+4)/float64(n+1))
	}
	return rare
}

// weightsOf returns the weight of each telling word of it.
func weightsOf(it *Item, rare map[string]float64) map[string]float64 {
	weights := tellingWords(it)
	for w := range weights {
		weights[w] *= rare[w]
	}
	return weights
}

// tellingWords returns the words that tell events apart, by a stem of six
// letters: those of the title twice as heavy as those of the first sentences.
func tellingWords(it *Item) map[string]float64 {
	words := make(map[string]float64)
	add := func(text string, weight float64) {
		for _, w := range wordsOf(text) {
			if len(w) < 4 && !strings.ContainsFunc(w, unicode.IsDigit) || slices.Contains(idleWords(), w) {
				continue
			}
			if r := []rune(w); len(r) > 6 {
				w = string(r[:6])
			}
			words[w] = max(words[w], weight)
		}
	}
	add(it.Title, 2)
	text := it.Summary
	if text == "" {
		text = it.Body
	}
	for i, s := range sentences(text) {
		if i == 4 {
			break
		}
		add(text[s.Start:s.End], 1)
	}
	return words
}

// idleWords are English words of four letters and more that tell nothing.
func idleWords() []string {
	return []string{
		"about", "after", "against", "also", "amid", "among", "been", "before", "being", "between", "both", "could",
		"does", "during", "each", "from", "have", "having", "here", "into", "just", "last", "more", "most", "much",
		"near", "only", "other", "over", "said", "says", "saying", "since", "some", "such", "than", "that", "their", "them",
		"then", "there", "these", "they", "this", "those", "through", "told", "under", "until", "very", "were",
		"what", "when", "where", "which", "while", "will", "with", "would", "according", "monday", "tuesday",
		"wednesday", "thursday", "friday", "saturday", "sunday",
	}
}

// cosine returns the likeness of two weighted bags of words, 0 to 1.
func cosine(a, b map[string]float64) float64 {
	var dot, aa, bb float64
	for w, x := range a {
		dot += x * b[w]
		aa += x * x
	}
	for _, y := range b {
		bb += y * y
	}
	if dot == 0 {
		return 0
	}
	return dot / math.Sqrt(aa*bb)
}
