package signal

import (
	"embed"
	"fmt"
	"slices"
	"strings"

	"vedette/story"
)

// The words of the lexicon, a folder for each language.
//
//go:embed lexicon
var lexicon embed.FS

// An element is one place of a pattern: the number of the words that may
// stand there. The element gap stands for a few words of any kind.
type element int

const (
	gap       element = iota
	theTarget         // the actor to whom it is done, where that is known
)

// wide is how many words a gap may hold: enough for the adjectives and
// numbers before a noun, too few to reach the next clause.
const wide = 5

// A pattern is a line of a lexicon file.
type pattern struct {
	means    string // the heading that it stands under
	weak     bool   // counts only where nothing better is said
	claim    bool   // is said to happen, and does not only turn what is
	order    int    // in which it was read
	elements []element
}

// patterns are the lines of a lexicon file by the words that they begin with.
type patterns struct {
	lines    int                    // read
	forms    map[string][]string    // of irregular verbs, by lemma
	lists    map[string]string      // alternatives by name
	ids      map[string]element     // elements by how they are written
	words    map[string][]element   // by word: the elements that it fits
	stems    map[string][]element   // by beginning of a word: the elements that it fits
	prefixes []string               // that may be written before a word
	stemAt   []int                  // the lengths of the keys of stems, shortest first
	from     map[element][]*pattern // by their first element
	sets     map[string][]element   // by heading in round brackets: the words below it
}

// newPatterns returns patterns that know the irregular verbs of lang, and no
// lines yet.
func newPatterns(lang string) (*patterns, error) {
	ps := &patterns{
		forms: map[string][]string{}, lists: map[string]string{}, ids: map[string]element{"..": gap, "<t>": theTarget},
		words: map[string][]element{}, stems: map[string][]element{}, from: map[element][]*pattern{}, sets: map[string][]element{},
	}
	if lang != "en" {
		return ps, nil
	}
	err := eachLine("lexicon/en/forms.txt", func(line string) error {
		all := strings.Fields(line)
		ps.forms[all[0]] = all
		return nil
	})
	return ps, err
}

// read adds the patterns of the file at path in the lexicon. Its error names
// the line that it could not read.
func (ps *patterns) read(path string) error {
	heading := ""
	return eachLine(path, func(line string) error {
		if strings.HasPrefix(line, "[") || strings.HasPrefix(line, "(") {
			heading = line
			return nil
		}
		if name, words, ok := strings.Cut(line, " = "); ok && strings.HasPrefix(name, "$") {
			ps.lists[name] = words
			if name == "$prefixes" {
				ps.prefixes = strings.Split(words, "|")
			}
			return nil
		}
		return ps.add(heading, strings.Fields(line))
	})
}

// eachLine calls do with each line of the file at path that says something.
func eachLine(path string, do func(line string) error) error {
	raw, err := lexicon.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read lexicon: %w", err)
	}
	number := 0
	for line := range strings.Lines(string(raw)) {
		number++
		line, _, _ = strings.Cut(line, "#")
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if err := do(line); err != nil {
			return fmt.Errorf("read %s, line %d: %w", path, number, err)
		}
	}
	return nil
}

// add adds the pattern that fields write under heading.
func (ps *patterns) add(heading string, fields []string) error {
	if heading == "" || fields[0] == ".." || fields[len(fields)-1] == ".." {
		return fmt.Errorf("%q: want a heading above it, and a word at both ends", strings.Join(fields, " "))
	}
	ps.lines++
	p := &pattern{order: ps.lines}
	p.means, p.weak = strings.CutSuffix(strings.Trim(heading, "[]()"), " weak")
	p.claim = p.means == "none" || claims(p.means)
	for _, field := range fields {
		id, err := ps.element(field)
		if err != nil {
			return err
		}
		p.elements = append(p.elements, id)
	}
	if strings.HasPrefix(heading, "(") {
		ps.sets[p.means] = append(ps.sets[p.means], p.elements...)
		return nil
	}
	ps.from[p.elements[0]] = append(ps.from[p.elements[0]], p)
	return nil
}

// element returns the element that field writes.
func (ps *patterns) element(field string) (element, error) {
	if id, ok := ps.ids[field]; ok {
		return id, nil
	}
	id := element(len(ps.ids))
	ps.ids[field] = id
	for alternative := range strings.SplitSeq(field, "|") {
		list, ok := ps.list(alternative)
		if strings.HasPrefix(alternative, "$") && !ok {
			return 0, fmt.Errorf("%q: there is no list %s above it", field, alternative)
		}
		if !ok {
			list = alternative
		}
		for word := range strings.SplitSeq(list, "|") {
			ps.fit(word, id)
		}
	}
	return id, nil
}

// list returns the alternatives that the list called name stands for, and
// those of the lists within it.
func (ps *patterns) list(name string) (words string, ok bool) {
	words, ok = ps.lists[name]
	for rest := words; ok && strings.Contains(rest, "$"); {
		_, inner, _ := strings.Cut(rest, "$")
		inner, rest, _ = strings.Cut(inner, "|")
		words = strings.Replace(words, "$"+inner, ps.lists["$"+inner], 1)
	}
	return words, ok
}

// fit notes that what word writes fits id.
func (ps *patterns) fit(word string, id element) {
	if stem, ok := strings.CutSuffix(word, "*"); ok {
		ps.stems[stem] = append(ps.stems[stem], id)
		if at, found := slices.BinarySearch(ps.stemAt, len(stem)); !found {
			ps.stemAt = slices.Insert(ps.stemAt, at, len(stem))
		}
		return
	}
	forms := []string{word}
	if lemma, ok := strings.CutSuffix(word, "~"); ok {
		forms = ps.conjugate(lemma)
	} else if noun, ok := strings.CutSuffix(word, "+"); ok {
		forms = []string{noun, plural(noun)}
	}
	for _, form := range forms {
		if !slices.Contains(ps.words[form], id) {
			ps.words[form] = append(ps.words[form], id)
		}
	}
}

// conjugate returns the forms of the English verb lemma. A verb that may
// double its last letter is given both ways: nobody writes the wrong one.
func (ps *patterns) conjugate(lemma string) []string {
	if forms, ok := ps.forms[lemma]; ok {
		return forms
	}
	n := len(lemma)
	switch last := lemma[n-1]; {
	case last == 'e':
		return []string{lemma, lemma + "s", lemma + "d", lemma[:n-1] + "ing"}
	case last == 'y' && n > 1 && !vowel(lemma[n-2]):
		return []string{lemma, lemma[:n-1] + "ies", lemma[:n-1] + "ied", lemma + "ing"}
	case n > 2 && !vowel(last) && last != 'w' && last != 'x' && last != 'y' && vowel(lemma[n-2]) && !vowel(lemma[n-3]):
		double := lemma + lemma[n-1:]
		return []string{lemma, plural(lemma), lemma + "ed", lemma + "ing", double + "ed", double + "ing"}
	}
	return []string{lemma, plural(lemma), lemma + "ed", lemma + "ing"}
}

// plural returns the English plural of noun, which is also the third person
// of a verb.
func plural(noun string) string {
	n := len(noun)
	switch {
	case strings.HasSuffix(noun, "s"), strings.HasSuffix(noun, "x"), strings.HasSuffix(noun, "z"), strings.HasSuffix(noun, "ch"), strings.HasSuffix(noun, "sh"):
		return noun + "es"
	case n > 1 && noun[n-1] == 'y' && !vowel(noun[n-2]):
		return noun[:n-1] + "ies"
	}
	return noun + "s"
}

func vowel(b byte) bool { return strings.IndexByte("aeiou", b) >= 0 }

// claims reports whether heading is a class or a kind of signal. Dead and
// wounded are among them where nobody says how many: "causes casualties".
func claims(heading string) bool {
	kind := story.SignalKind(heading)
	return Root(heading).Quad() != 0 || slices.Contains(kinds(), kind) || kind == story.Killed || kind == story.Wounded
}

// kinds are the kinds of signal that events make.
func kinds() []story.SignalKind {
	return []story.SignalKind{
		story.Threat, story.Ultimatum, story.Mobilisation, story.Strike, story.Shelling, story.Clash, story.Encirclement,
		story.Ceasefire, story.Violation, story.Talks, story.Agreement, story.Withdrawal, story.AidAccess,
	}
}
