package group

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"vedette/story"
)

// A reading is what the grouper takes from an item.
type reading struct {
	terms   []reads // the telling words, without repeats
	script  script
	where   []uint32    // sounds of the names that follow "in", "near" and the like, sorted
	days    []time.Time // that the title names
	figures []string    // sorted
	runs    []uint32    // hashes of the runs of words, sorted
	whole   uint32      // hash of all words
	wire    string      // that the text credits, folded, or ""
}

// A reads is one telling word of a text.
type reads struct {
	term   string
	spoken string // as it stands there
	times  float64
	name   bool
	clear  bool // a name by its capital, where that says something
	small  bool // stands there without a capital
	sound  bool // the consonants of a name rather than a word
}

const (
	titleMost = 60 // words that are read of a title
	runLength = 4  // words in a run
)

// read takes in an item. What is a name is known by capitals, and, where all
// words or none have one, by what the stream has shown of the word.
func (g *Grouper) read(it *story.Item) *reading {
	title := wordsOf(it.Title, titleMost)
	lead := wordsOf(it.Summary+"\n"+it.Body, g.params.Lead)
	all := slices.Concat(title, lead)
	r := &reading{script: scriptOf(all), wire: creditOf(it)}
	seen := make(map[string]int, len(all))
	for _, part := range [][]word{title, lead} {
		shouts := titled(part)
		var skip map[int]bool
		if len(seen) == 0 {
			skip = r.readDays(part) // of the title
		}
		for i := range part {
			if !skip[i] {
				g.readWord(r, seen, part, i, shouts, it.Lang)
			}
		}
	}
	slices.Sort(r.where)
	r.where = slices.Compact(r.where)
	slices.Sort(r.figures)
	r.figures = slices.Compact(r.figures)
	r.readRuns(all)
	return r
}

// readWord takes in the word at i of part.
func (g *Grouper) readWord(r *reading, seen map[string]int, part []word, i int, shouts bool, lang string) {
	w := part[i]
	low := figure(w.low)
	if isNumber(low) {
		r.figures = append(r.figures, low)
	} else if g.idle[low] || len(low) < 2 {
		return
	}
	term := low
	if !isNumber(low) {
		term = g.stem(low, lang)
	}
	plain := w.capital && !w.first && !shouts
	name := plain || w.capital && g.mostlyName(term)
	if i > 0 && w.capital && places(part[i-1].low) && monthOf(low) == 0 {
		r.where = append(r.where, hash(cmp.Or(sound(low), low)))
	}
	r.count(seen, reads{term: term, spoken: w.raw, name: name, clear: plain, small: !w.capital})
	if (name || r.script == arabic) && !isNumber(low) && utf8.RuneCountInString(low) > 3 {
		if s := sound(low); s != "" {
			r.count(seen, reads{term: s, spoken: w.raw, sound: true})
		}
	}
}

// stem returns what the forms of a word share, and remembers it: a stream says
// the same words again and again, and stemming is what costs most.
func (g *Grouper) stem(low, lang string) string {
	forms := g.stems[lang]
	known, ok := forms[low]
	if ok {
		return known
	}
	if forms == nil || len(forms) >= mostStems {
		if len(g.stems) >= mostLangs {
			clear(g.stems)
		}
		forms = make(map[string]string)
		g.stems[strings.Clone(lang)] = forms
	}
	known = stem(low, lang, wordScript(low))
	forms[strings.Clone(low)] = known
	return known
}

// mostLangs and mostStems bound what is remembered: some 3 MB for a language
// that says everything.
const (
	mostLangs = 16
	mostStems = 1 << 15
)

func (r *reading) count(seen map[string]int, t reads) {
	at, known := seen[t.term]
	if !known {
		at = len(r.terms)
		seen[t.term] = at
		r.terms = append(r.terms, t)
	}
	r.terms[at].times++
	r.terms[at].name = r.terms[at].name || t.name
	r.terms[at].clear = r.terms[at].clear || t.clear
	r.terms[at].small = r.terms[at].small || t.small
}

// titled reports whether words are written as a headline with capitals
// throughout, where a capital does not make a name.
func titled(words []word) bool {
	long, capitals := 0, 0
	for _, w := range words {
		if len(w.low) > 3 {
			long++
			if w.capital {
				capitals++
			}
		}
	}
	return long > 3 && 20*capitals > 13*long
}

// places reports whether a name after low is most likely where it happened.
// After "at", "of", "from" and "on" there are as many firms, people and days.
func places(low string) bool {
	switch low {
	case "in", "near", "outside", "around":
		return true
	}
	return false
}

// figure returns a number that is written as a word in digits.
func figure(low string) string {
	for i, name := range []string{"two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"} {
		if low == name {
			return [...]string{"2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"}[i]
		}
	}
	if low == "dozen" {
		return "12"
	}
	return low
}

// readDays takes the full dates out of the words of a title, as "24 June
// 2017", "June 24th, 2017" or "June 24-25 2017": a report that names its day
// is of that day. It returns which words they were.
func (r *reading) readDays(words []word) map[int]bool {
	skip := make(map[int]bool)
	for i, w := range words {
		month := monthOf(w.low)
		if month == 0 {
			continue
		}
		var days []int
		last := i
		if i > 0 && dayOf(words[i-1].low) > 0 {
			days = append(days, dayOf(words[i-1].low))
		}
		for last+1 < len(words) && (dayOf(words[last+1].low) > 0 || monthOf(words[last+1].low) == month) {
			last++
			if d := dayOf(words[last].low); d > 0 {
				days = append(days, d)
			}
		}
		if last+1 >= len(words) || len(days) == 0 {
			continue
		}
		year := yearOf(words[last+1].low)
		if year == 0 {
			continue
		}
		for _, d := range days {
			r.days = append(r.days, time.Date(year, month, d, 0, 0, 0, 0, time.UTC))
		}
		for at := i; at <= last+1; at++ {
			skip[at] = true
		}
	}
	return skip
}

// readRuns takes in what tells copies.
func (r *reading) readRuns(words []word) {
	r.whole = hashStart
	hashes := make([]uint32, len(words))
	for i, w := range words {
		r.whole = hashOn(r.whole, w.low)
		hashes[i] = hash(w.low)
	}
	if len(words) >= runLength {
		r.runs = make([]uint32, 0, len(words)-runLength+1)
	}
	for i := range len(words) - runLength + 1 {
		run := uint32(hashStart)
		for _, h := range hashes[i : i+runLength] {
			run = (run ^ h) * hashPrime
		}
		r.runs = append(r.runs, run)
	}
	slices.Sort(r.runs)
	r.runs = slices.Compact(r.runs)
}

// hash is FNV-1a, the same in every process.
func hash(s string) uint32 { return hashOn(hashStart, s) }

const (
	hashStart = 2166136261
	hashPrime = 16777619
)

// hashOn goes on with a hash after a word: a space ends it.
func hashOn(h uint32, s string) uint32 {
	for i := range len(s) {
		h = (h ^ uint32(s[i])) * hashPrime
	}
	return (h ^ ' ') * hashPrime
}

func monthOf(low string) time.Month {
	for i, name := range [...]string{
		"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
	} {
		if low == name {
			return time.Month(i + 1)
		}
	}
	return 0
}

// dayOf returns the day of a month that low is ("24", "24th"), or 0.
func dayOf(low string) int {
	if len(low) > 2 {
		for _, ending := range []string{"st", "nd", "rd", "th"} {
			low = strings.TrimSuffix(low, ending)
		}
	}
	if n := small(low); n >= 1 && n <= 31 && len(low) <= 2 {
		return n
	}
	return 0
}

func yearOf(low string) int {
	if n := small(low); len(low) == 4 && n >= 1900 {
		return n
	}
	return 0
}

// small returns the number that low is, if it has at most four digits, or 0.
func small(low string) int {
	n := 0
	for i := range len(low) {
		if low[i] < '0' || low[i] > '9' || i > 3 {
			return 0
		}
		n = 10*n + int(low[i]-'0')
	}
	return n
}

// A weight is how much a term counts in a report.
type weight struct {
	term uint32
	w    float32
	says float32 // what is left of it among the reports around
}

// weigh turns the reading of e into weights of length 1, the heaviest terms
// only, sorted by term. Terms that no open report has are given the ids that
// they would get.
func (g *Grouper) weigh(e *report, add bool) {
	r := e.reading
	type scored struct {
		at int
		w  float64
	}
	all := make([]scored, len(r.terms))
	for i, t := range r.terms {
		all[i] = scored{i, g.weightOf(&t)}
	}
	slices.SortStableFunc(all, func(a, b scored) int { return cmp.Compare(b.w, a.w) })
	all = all[:min(len(all), g.params.Terms)]
	var length, part float64
	for _, s := range all {
		length += s.w * s.w
		if t := r.terms[s.at]; t.sound || isNumber(t.term) {
			part += s.w * s.w
		}
	}
	strange := uint32(len(g.terms)) //nolint:gosec // memory ends long before 2^32 words
	for _, s := range all {
		id, known := g.ids[r.terms[s.at].term]
		switch {
		case !known && add:
			id = g.newTerm(&r.terms[s.at])
		case !known:
			id = strange
			strange++
		}
		e.vector = append(e.vector, weight{term: id, w: float32(s.w / math.Sqrt(length))})
	}
	slices.SortFunc(e.vector, func(a, b weight) int { return cmp.Compare(a.term, b.term) })
	if length > 0 {
		e.carried = math.Sqrt(part / length)
	}
	e.length = math.Sqrt(length) / g.rarityOf(0)
}

// weightOf returns what a term weighs in a report that has nothing else.
func (g *Grouper) weightOf(t *reads) float64 {
	w := 1 + math.Log(t.times)
	switch {
	case t.sound:
		w = g.params.Sound
	case isNumber(t.term):
		w *= g.params.Number
	case t.name:
		w *= g.params.Name
	}
	return w * g.rarity(t.term)
}
