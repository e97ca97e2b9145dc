package signal

import (
	"strings"

	"vedette/story"
)

// Toll returns how many of kind it reports in all of the event that it is
// about, from its signals as [Reader.Read] returned them; the zero Count if it
// counts none.
//
// The title says it if it counts some, unless the text is more exact. Within a
// text, a count that stands by itself ("2 fatalities.") is taken as the
// report's own sum. Else what was counted apart is added up: two civilians and
// three soldiers are five. What was told before is not added again: "the man",
// the same number of the same people, or part of a number of people whom
// nothing more is said of. Tolls up to now are taken only if nothing else is
// counted.
func (r *Reader) Toll(it *story.Item, signals []story.Signal, kind story.SignalKind) story.Count {
	w := r.figures.language(it)
	var best story.Count
	for _, part := range fields(it) {
		t := tally{w: w}
		for i := range signals {
			if s := &signals[i]; s.Field == part.field && s.Kind == kind && !s.Count.Total {
				t.add(s, part.text)
			}
		}
		if t.sum.High == 0 && !t.sum.Open {
			t.sum = latest(signals, part.field, kind)
		}
		if best.High == 0 || best.Open && t.sum.Low >= best.Low {
			best = t.sum
		}
	}
	return best
}

// latest returns the last toll up to now among the signals of kind in a field.
func latest(signals []story.Signal, field story.Field, kind story.SignalKind) (last story.Count) {
	for i := range signals {
		if s := &signals[i]; s.Field == field && s.Kind == kind && s.Count.Total {
			last = s.Count
		}
	}
	return last
}

// A tally adds up what one text counts.
type tally struct {
	w      *words
	sum    story.Count
	counts []*story.Signal // those that were added
	whole  bool            // the report said its own sum
}

// add takes s in, a signal of text.
func (t *tally) add(s *story.Signal, text string) {
	switch {
	case t.whole, t.part(text[s.Words.Start:s.Words.End]):
	case t.stands(s, text):
		t.sum, t.whole = s.Count, true
	case !t.again(s, text):
		t.sum.Low += s.Count.Low
		t.sum.High += s.Count.High
		t.sum.Open = t.sum.Open || s.Count.Open
		t.counts = append(t.counts, s)
	}
}

// stands reports whether s is a count that stands by itself, as a report's own
// sum does: nothing but it and other counts make up its sentence.
func (t *tally) stands(s *story.Signal, text string) bool {
	if strings.TrimRight(s.Target, ".") != "" || t.sum.High == 0 && s.Sentence.Start == 0 {
		return false
	}
	lead := strings.TrimSpace(text[s.Sentence.Start:s.Words.Start])
	if lead != "" && !strings.HasSuffix(lead, ".") {
		return false
	}
	ts := tokens(text[s.Words.End:s.Sentence.End])
	for i := range ts {
		sense, _ := t.w.at(ts[i:])
		if sense.role&conjunction == 0 && ts[i].word() && ts[i].low[0] > '9' && sense.role&(number|after|before|noun|other|person|people) == 0 {
			return ts[i].low == "size"
		}
	}
	return !strings.Contains(text[s.Words.Start:s.Words.End], " were ")
}

// again reports whether s tells again of those who were added.
func (t *tally) again(s *story.Signal, text string) bool {
	if len(t.counts) == 0 {
		return false
	}
	known, meant := t.known(s)
	if meant || known && !t.others(text[s.Words.Start:s.Words.End]) {
		return s.Count.High <= t.sum.High
	}
	if t.others(text[s.Words.Start:s.Words.End]) {
		return false
	}
	if s.Target == "" && s.Count.High == 1 && t.counts[len(t.counts)-1].Sentence != s.Sentence {
		return s.Count.High <= t.sum.High // "one was stoned"
	}
	for _, old := range t.counts {
		if old.Sentence == s.Sentence {
			continue
		}
		if old.Count == s.Count && t.who(old.Target) == t.who(s.Target) || t.anyone(old) && s.Count.High <= old.Count.High {
			return true
		}
	}
	return false
}

// part reports whether words tell of some of those who are counted elsewhere:
// they begin or end with "including" or "among the dead".
func (t *tally) part(words string) bool {
	ts := tokens(words)
	for i := 0; i < len(ts); {
		sense, n := t.w.at(ts[i:])
		if end := i + max(n, 1); sense.role&parts != 0 && (i == 0 || end == len(ts)) {
			return true
		}
		i += max(n, 1)
	}
	return false
}

// others reports whether words hold "another" or the like.
func (t *tally) others(words string) bool {
	ts := tokens(words)
	for i := range ts {
		if sense, _ := t.w.at(ts[i:]); sense.role&other != 0 {
			return true
		}
	}
	return false
}

// known reports whether s tells of people who were told of before ("the man"),
// and whether it says no more of them than that ("he").
func (t *tally) known(s *story.Signal) (known, meant bool) {
	ts := tokens(s.Target)
	if len(ts) == 0 {
		return false, false
	}
	if sense, _ := t.w.at(ts); sense.role&of != 0 && len(ts) > 1 {
		ts = ts[1:] // "two of the men"
	}
	sense, n := t.w.at(ts)
	meant = n == len(ts)
	if sense.role&possessive != 0 {
		return meant, meant // "his son" was not told of
	}
	known = sense.role&(definite|pronoun) != 0
	return known, known && meant
}

// anyone reports whether s counts people without a word on who they are.
func (t *tally) anyone(s *story.Signal) bool {
	switch t.who(s.Target) {
	case "", "people", "persons":
		return true
	}
	return false
}

// who returns the last word of target.
func (t *tally) who(target string) string {
	return strings.ToLower(target[strings.LastIndexByte(target, ' ')+1:])
}
