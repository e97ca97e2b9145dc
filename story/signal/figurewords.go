package signal

import (
	"embed"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"vedette/story"
)

//go:embed lexicon/figures.*.txt
var figureFiles embed.FS

// A role is what a word can do in a sentence that counts people; a word can
// have several.
type role uint64

const (
	number      role = 1 << iota // "fourteen"
	scale                        // "hundred", which multiplies
	vague                        // "dozens": a number and no less
	article                      // "a": one, if people follow
	definite                     // "the": people who were told of before
	possessive                   // "his": the same, and whose
	pronoun                      // "he"
	atLeast                      // before a number: that many and more
	atMost                       // before a number: no more
	orMore                       // after a number: no fewer
	about                        // before a number: as it stands
	other                        // "another": to be added to those told of before
	person                       // someone, one
	people                       // someone, several
	national                     // someone, or what sort of someone
	thing                        // no one
	animal                       // no one, and still can be killed
	label                        // what a number that follows only names: "Battalion"
	unit                         // what a number before it measures: "percent"
	month                        // what a number beside it dates
	be                           // between the counted and what happened to them
	adverb                       // may stand between them
	preposition                  // what follows it belongs to what stands before
	with                         // the same, but "with three killed"
	conjunction                  // joins two groups
	relative                     // "who"
	rangeTo                      // between two numbers
	between                      // before a range
	parts                        // "including": what follows was counted
	not                          // not one
	denied                       // said not to be so
	maybe                        // supposed
	infinitive                   // "to", of what was not done
	past                         // long before the report
	since                        // what was counted has gone on for a time
	background                   // told of something else, for which this is the reason
	protest                      // the same, if a word of because stands between
	because                      // the word between
	says                         // after who says so
	according                    // before who says so
	place                        // before where it was
	area                         // a part of the land: before "of" and a name, or after a name
	of                           // before the counted, after a noun
	after                        // before the counted there is a verb: "killing 14"
	before                       // after the counted there is a verb or noun: "14 died"
	base                         // a verb that after "to" has not come to pass: "kill"
	noun                         // counts by itself: "14 deaths"
	nounOf                       // counts what follows "of": "the death of 14"
	toll                         // says a number up to now
	sign                         // a word that the language is known by
	nameless                     // says of whom is spoken without naming them: no source
)

// roles are the sections of a lexicon file that hold no kind of signal.
func roles() map[string]role {
	return map[string]role{
		"number": number, "scale": scale, "vague": vague, "article": article, "definite": definite, "pronoun": pronoun, "his": definite | possessive,
		"at least": atLeast, "at most": atMost, "or more": orMore, "about": about, "other": other,
		"person": person, "people": people, "nationality": national | person, "thing": thing, "animal": animal, "label": label, "unit": unit, "month": month,
		"be": be, "adverb": adverb, "preposition": preposition, "with": with | preposition, "and": conjunction, "relative": relative,
		"to": rangeTo, "between": between, "including": parts, "not": not, "denied": denied, "maybe": maybe,
		"infinitive": infinitive, "past": past, "since": since, "background": background, "protest": protest,
		"because": because, "says": says,
		"according to": according, "in": place | preposition, "area": area, "of": of | preposition, "sign": sign, "nameless": nameless,
	}
}

// frames are the ways in which a word of a kind meets those that it counts:
// the second word of a section such as "killed after".
func frames() map[string]role {
	return map[string]role{
		"verb": after | before, "after": after, "before": before, "base": after | base, "noun": noun,
		"noun of": nounOf, "toll": toll,
	}
}

// A sense is what a word or phrase means.
type sense struct {
	role  role
	value int              // of a number
	kind  story.SignalKind // of what counts
}

// A phrase is one or more words of a lexicon and what they mean together.
type phrase struct {
	words []string
	open  bool // the last word is only begun: "kill*"
	sense
}

// words is one language's lexicon.
type words struct {
	lang  string
	first map[string][]phrase // by their first word, the longest first
	begun map[string][]phrase // those of one word that is only begun, by how it begins, the longest first
}

// figureWords reads the lexicons of all languages, in the order of their names.
func figureWords() (all []*words, err error) {
	files, err := figureFiles.ReadDir("lexicon")
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		name := path.Join("lexicon", file.Name())
		text, err := figureFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		lang := strings.TrimSuffix(strings.TrimPrefix(file.Name(), "figures."), ".txt")
		w, err := parseWords(lang, string(text))
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		all = append(all, w)
	}
	return all, nil
}

// parseWords reads a lexicon file: sections in brackets, below each its words
// and phrases, apart by commas or lines. "=" gives a number its value, "*"
// stands for any ending, "#" begins a comment.
func parseWords(lang, text string) (*words, error) {
	w := &words{lang: lang, first: map[string][]phrase{}, begun: map[string][]phrase{}}
	known, in := sections(), sense{}
	for i, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		line = strings.TrimSpace(line)
		if name, ok := strings.CutPrefix(line, "["); ok {
			if in, ok = known[strings.TrimSuffix(name, "]")]; !ok {
				return nil, fmt.Errorf("line %d: no section %s; there is %s", i+1, line, strings.Join(slices.Sorted(maps.Keys(known)), ", "))
			}
			continue
		}
		for entry := range strings.SplitSeq(line, ",") {
			if err := w.add(entry, in); err != nil {
				return nil, fmt.Errorf("line %d: %w", i+1, err)
			}
		}
	}
	w.sort()
	return w, nil
}

// sections returns what the words below each section's name mean.
func sections() map[string]sense {
	known := map[string]sense{}
	for name, role := range roles() {
		known[name] = sense{role: role}
	}
	for _, kind := range []story.SignalKind{story.Killed, story.Wounded, story.Captured, story.Displaced} {
		for name, role := range frames() {
			known[string(kind)+" "+name] = sense{role: role, kind: kind}
		}
	}
	return known
}

// add takes in one entry of a section.
func (w *words) add(entry string, in sense) error {
	text, value, valued := strings.Cut(strings.TrimSpace(entry), "=")
	if text == "" && !valued {
		return nil
	}
	if in.role == 0 {
		return fmt.Errorf("%q stands in no section", text)
	}
	if valued {
		n, err := strconv.Atoi(strings.TrimSpace(value))
		if err != nil {
			return fmt.Errorf("%q: %q is no number", text, value)
		}
		in.value = n
	}
	p := phrase{sense: in}
	text, p.open = strings.CutSuffix(strings.TrimSpace(text), "*")
	for _, t := range tokens(text) {
		p.words = append(p.words, fold(t.low))
	}
	if len(p.words) == 0 {
		return fmt.Errorf("%q holds no word", entry)
	}
	if p.open && len(p.words) == 1 {
		put(w.begun, start(p.words[0]), p)
	} else {
		put(w.first, p.words[0], p)
	}
	return nil
}

// start returns the first letters of a word, by which begun words are found.
func start(word string) string {
	n := 0
	for end := range word {
		if n == 3 {
			return word[:end]
		}
		n++
	}
	return word
}

// put adds p to a map of phrases; the meanings of the same words are joined.
func put(to map[string][]phrase, key string, p phrase) {
	for i, q := range to[key] {
		if slices.Equal(q.words, p.words) && q.open == p.open {
			to[key][i].role |= p.role
			if p.kind != "" {
				to[key][i].kind = p.kind
			}
			to[key][i].value = max(q.value, p.value)
			return
		}
	}
	to[key] = append(to[key], p)
}

// sort puts the longest phrases first, and the longest of the words begun.
func (w *words) sort() {
	for _, ps := range w.first {
		slices.SortStableFunc(ps, func(a, b phrase) int { return len(b.words) - len(a.words) })
	}
	for _, ps := range w.begun {
		slices.SortStableFunc(ps, func(a, b phrase) int { return len(b.words[0]) - len(a.words[0]) })
	}
}

// fold drops the signs that are written or not as one likes: vowels in Arabic,
// and the dot that a Turkish İ leaves in lower case.
func fold(low string) string {
	if !strings.ContainsFunc(low, optional) {
		return low
	}
	return strings.Map(func(r rune) rune {
		if optional(r) {
			return -1
		}
		return r
	}, low)
}

func optional(r rune) bool { return r == '\u0307' || r == 'ـ' || r >= '\u064b' && r <= '\u0652' }

// joinedTo are the letters that Arabic joins to the next word: and, so, in, for.
const joinedTo = "وفبل"

// at returns what the longest phrase that stands at the start of ts means, and
// how many tokens it has: none if no phrase stands there.
func (w *words) at(ts []token) (s sense, n int) {
	low := fold(ts[0].low)
	if s, n = w.standing(low, ts); n > 0 || w.lang != "ar" {
		return s, n
	}
	if r, size := utf8.DecodeRuneInString(low); strings.ContainsRune(joinedTo, r) && len(low) > 3*size {
		s, n = w.standing(low[size:], ts)
	}
	return s, n
}

// standing is at for the first word low.
func (w *words) standing(low string, ts []token) (s sense, n int) {
	for _, p := range w.first[low] {
		if p.stands(ts) {
			return p.sense, len(p.words)
		}
	}
	for _, p := range w.begun[start(low)] {
		if strings.HasPrefix(low, p.words[0]) {
			return p.sense, 1
		}
	}
	return sense{}, 0
}

// stands reports whether p, whose first word does, is at the start of ts.
func (p *phrase) stands(ts []token) bool {
	if len(p.words) > len(ts) {
		return false
	}
	for i, word := range p.words[1:] {
		low := fold(ts[i+1].low)
		if word != low && (!p.open || i < len(p.words)-2 || !strings.HasPrefix(low, word)) {
			return false
		}
	}
	return true
}
