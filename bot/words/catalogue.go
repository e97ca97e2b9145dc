package words

import (
	"embed"
	"encoding/json"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/message/catalog"
)

//go:embed languages/*.json
var files embed.FS

// English is the name of the language of the code.
const English = "en"

// A Catalogue holds the words of the languages that there are.
type Catalogue struct {
	names []string // sorted
	words map[string]Words
}

// New reads all languages. It fails if the file of one is wrong, which a test
// finds before.
func New() (*Catalogue, error) {
	entries, err := files.ReadDir("languages")
	if err != nil {
		return nil, err
	}
	c := &Catalogue{names: []string{English}, words: map[string]Words{English: {}}}
	for _, e := range entries {
		name := strings.TrimSuffix(e.Name(), ".json")
		if name == English {
			continue // the list of texts
		}
		file, err := files.ReadFile(path.Join("languages", e.Name()))
		if err != nil {
			return nil, err
		}
		w, err := Read(name, file)
		if err != nil {
			return nil, fmt.Errorf("language %s: %w", name, err)
		}
		c.names, c.words[name] = append(c.names, name), w
	}
	slices.Sort(c.names)
	return c, nil
}

// Names returns the languages that there are, as a desk file names them.
func (c *Catalogue) Names() []string { return slices.Clone(c.names) }

// In returns the words of a language, and English ones for a name that is
// none or "".
func (c *Catalogue) In(name string) Words { return c.words[name] }

// An Entry is one text in the file of a language.
type Entry struct {
	ID    Text   `json:"id"`             // the English text; of those that count, that for more than one
	Zero  string `json:"zero,omitempty"` // the plurals that the language has, as CLDR calls them
	One   string `json:"one,omitempty"`
	Two   string `json:"two,omitempty"`
	Few   string `json:"few,omitempty"`
	Many  string `json:"many,omitempty"`
	Says  string `json:"says,omitempty"`  // what the language says, for all other numbers if it counts
	Where string `json:"where,omitempty"` // files of the code that say it
	Note  string `json:"note,omitempty"`  // to whoever translates it
}

// Texts returns all texts of the code, as languages/en.json lists them.
func Texts() ([]Entry, error) {
	file, err := files.ReadFile("languages/" + English + ".json")
	if err != nil {
		return nil, err
	}
	var all []Entry
	return all, json.Unmarshal(file, &all)
}

// Read returns the words of a language, by its BCP 47 tag, from its file. Each
// text must have the values of the English one, and no others.
func Read(name string, file []byte) (Words, error) {
	tag, err := language.Parse(name)
	if err != nil {
		return Words{}, err
	}
	var all []Entry
	if err := json.Unmarshal(file, &all); err != nil {
		return Words{}, err
	}
	verb := regexp.MustCompile(`%(?:\[(\d+)\])?([^%\[])`)
	b := catalog.NewBuilder(catalog.Fallback(tag))
	for i := range all {
		e := &all[i]
		m, err := e.message(verb)
		if err == nil && m != nil {
			err = b.Set(tag, string(e.ID), m)
		}
		if err != nil {
			return Words{}, fmt.Errorf("%q: %w", e.ID, err)
		}
	}
	return Words{tag: tag, printer: message.NewPrinter(tag, message.Catalog(b))}, nil
}

// message returns what the entry says, with values that verb finds, or nil if it says nothing yet.
func (e *Entry) message(verb *regexp.Regexp) (catalog.Message, error) {
	if e.Says == "" {
		return nil, nil //nolint:nilnil // it is not translated
	}
	var cases []any
	for _, form := range []struct {
		name plural.Form
		says string
	}{{plural.Zero, e.Zero}, {plural.One, e.One}, {plural.Two, e.Two}, {plural.Few, e.Few}, {plural.Many, e.Many}, {plural.Other, e.Says}} {
		if form.says == "" {
			continue
		}
		if want, got := verbs(verb, string(e.ID)), verbs(verb, form.says); want != got {
			return nil, fmt.Errorf("%q has the values %s, want %s", form.says, got, want)
		}
		cases = append(cases, form.name, form.says)
	}
	if len(cases) == 2 {
		return catalog.String(e.Says), nil
	}
	return plural.Selectf(1, "%d", cases...), nil
}

// verbs returns the values of a text in their order, as in "1d 2s".
func verbs(verb *regexp.Regexp, text string) string {
	var all []string
	for i, m := range verb.FindAllStringSubmatch(strings.ReplaceAll(text, "%%", ""), -1) {
		at := m[1]
		if at == "" {
			at = fmt.Sprint(i + 1)
		}
		all = append(all, at+m[2])
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}
