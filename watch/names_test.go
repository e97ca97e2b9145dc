package watch

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"vedette/story"
	"vedette/watch/gazetteer"
)

func deskNames() Names {
	return Names{
		"idlib":  {"Idleb", "İdlib", "إدلب", "Идлиб", "אידליב", "伊德利卜"},
		"hts":    {"HTŞ", "Hay'at Tahrir al-Sham", "هيئة تحرير الشام"},
		"wagner": {"Вагнер", "فاغنر"},
	}
}

// eachRow calls check with the rule and the text of each row of a table, and
// returns how many there are.
func eachRow(t *testing.T, table string, check func(row int, rule *Rule, text string)) int {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", table))
	if err != nil {
		t.Fatal(err)
	}
	names := deskNames().index()
	rows, line := 0, 0
	for row := range strings.Lines(string(data)) {
		line++
		row = strings.TrimSuffix(row, "\n")
		if row == "" || strings.HasPrefix(row, "# ") {
			continue
		}
		rows++
		src, text, ok := strings.Cut(row, "\t")
		if !ok || text == "" {
			t.Errorf("%s:%d: want a rule, a tab and a text", table, line)
			continue
		}
		rule, err := parse(src, names)
		if err != nil {
			t.Errorf("%s:%d: %v", table, line, err)
			continue
		}
		check(line, rule, text)
	}
	return rows
}

func TestEverySpellingIsFound(t *testing.T) {
	t.Parallel()
	rows := eachRow(t, "spellings.tsv", func(line int, rule *Rule, text string) {
		if _, ok := rule.Match(&story.Item{Title: text}); !ok {
			t.Errorf("spellings.tsv:%d: %s does not match %q", line, rule, text)
		}
	})
	if rows < 300 {
		t.Errorf("%d spellings, want 300 or more", rows)
	}
}

func TestNoTrapIsStruck(t *testing.T) {
	t.Parallel()
	rows := eachRow(t, "traps.tsv", func(line int, rule *Rule, text string) {
		if ev, ok := rule.Match(&story.Item{Title: text}); ok {
			t.Errorf("traps.tsv:%d: %s matches %q at %v", line, rule, text, ev)
		}
	})
	if rows < 300 {
		t.Errorf("%d traps, want 300 or more", rows)
	}
}

// Each file of the archive is a rule, a line of dashes, and what is said of it.
func TestNamesAreRefusedWithWhatWasMeant(t *testing.T) {
	t.Parallel()
	const path = "testdata/names.txtar"
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range archive.Files {
		src, want, _ := strings.Cut(string(f.Data), "\n----\n")
		_, err := Parse(src, nil)
		if err == nil {
			t.Errorf("%s: %s is accepted", f.Name, src)
			continue
		}
		got := err.Error() + "\n"
		if os.Getenv("UPDATE_GOLDEN") != "" {
			archive.Files[i].Data = []byte(src + "\n----\n" + got)
		} else if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", f.Name, diff)
		}
	}
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(path, txtar.Format(archive), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAGroupIsMadeOnceForASet(t *testing.T) {
	t.Parallel()
	names := deskNames().index()
	for _, src := range []string{"#ceasefire", "place:kyiv", "idlib", "قصف"} {
		a, err := parse(src, names)
		if err != nil {
			t.Fatal(err)
		}
		b, err := parse(src+" OR other", names)
		if err != nil {
			t.Fatal(err)
		}
		again := b.root.(*anyOf).kids[0].(*term)
		if a.root.(*term).group != again.group {
			t.Errorf("%s is made again for another rule", src)
		}
	}
}

func TestEveryPresetHasItsLanguages(t *testing.T) {
	t.Parallel()
	header := regexp.MustCompile(`^\[([a-z]{2})\] [A-Z][a-z]+$`)
	for _, preset := range Presets() {
		text, err := presetFiles.ReadFile("presets/" + preset + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		lang := ""
		lines := make(map[string]int)
		for i, line := range strings.Split(string(text), "\n") {
			switch {
			case strings.HasPrefix(line, "["):
				if !header.MatchString(line) {
					t.Errorf("%s.txt:%d: %q is no header such as [fr] French", preset, i+1, line)
				}
				lang = strings.Trim(line[:4], "[]")
			case line == "" || strings.HasPrefix(line, "#"):
			case lang == "":
				t.Errorf("%s.txt:%d: %q stands before any language", preset, i+1, line)
			default:
				lines[lang]++
				checkPresetLine(t, preset, i+1, lang, line)
			}
		}
		for _, lang := range []string{"en", "ar", "tr", "ru", "uk", "fr", "es", "de", "fa", "he", "zh"} {
			if lines[lang] < 2 {
				t.Errorf("%s.txt has %d lines of %s, want 2 or more", preset, lines[lang], lang)
			}
		}
	}
}

// checkPresetLine sees that a line is in the script of its language, that its
// braces are closed, and that it can be found.
func checkPresetLine(t *testing.T, preset string, row int, lang, line string) {
	t.Helper()
	for _, spelling := range Braces(line) {
		parts := partsOf(spelling, false)
		if len(parts) == 0 || strings.ContainsAny(spelling, "{}*?") || len([]rune(spelling)) < 2 {
			t.Errorf("%s.txt:%d: %q cannot be found", preset, row, spelling)
			continue
		}
		var set scriptSet
		for _, p := range parts {
			set |= lettersOf(p.folded)
		}
		if script := slices.Index(scripts(), Script(lang)); set&(1<<script) == 0 {
			t.Errorf("%s.txt:%d: %q is not in the script of %s", preset, row, spelling, lang)
		}
	}
}

func TestExpansionSaysWhereASpellingIsFrom(t *testing.T) {
	t.Parallel()
	rule := mustParse(t, `title:place:idlib (#ceasefire OR قصف) NOT wagner lang:ar =SAM`, deskNames())
	got := make(map[string][]Spelling)
	var terms []string
	for _, e := range rule.Expansion() {
		terms = append(terms, e.Term)
		got[e.Term] = e.Spellings
	}
	if diff := cmp.Diff([]string{"place:idlib", "#ceasefire", "قصف", "wagner", "=SAM"}, terms); diff != "" {
		t.Errorf("terms (-want +got):\n%s", diff)
	}
	for _, c := range []struct {
		term string
		want Spelling
	}{
		{"place:idlib", Spelling{"إدلب", "gazetteer: Idlib, SY"}},
		{"place:idlib", Spelling{"идлибе", "case of Идлиб"}},
		{"place:idlib", Spelling{"idlibden", "ending of Idlib"}},
		{"#ceasefire", Spelling{"Waffenruhe", "#ceasefire de"}},
		{"قصف", Spelling{"قصف", ""}},
		{"قصف", Spelling{"بالقصف", "prefix of قصف"}},
		{"wagner", Spelling{"Вагнер", "alias of wagner"}},
		{"=SAM", Spelling{"SAM", ""}},
	} {
		if !slices.Contains(got[c.term], c.want) {
			t.Errorf("%s: no %v in %v", c.term, c.want, got[c.term])
		}
	}
}

func TestScriptsAreThoseOfEveryPart(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]string{
		"ceasefire":                         "Latin",
		"ceasefire OR هدنة":                 "Latin Arabic",
		"idlib ceasefire":                   "Latin",
		"idlib (ceasefire OR هدنة)":         "Latin Arabic",
		"idlib NEAR/5 هدنة":                 "Arabic",
		"wagner 2024":                       "Latin Arabic Cyrillic",
		"wagner NOT football":               "Latin Arabic Cyrillic",
		"ATLEAST/2(idlib, wagner, 停火)":      "Latin Arabic Cyrillic Han",
		"count(перемирие)>=2 lang:ru":       "Cyrillic",
		"/дрон(ы|ов)?/":                     "Cyrillic",
		"missil* place:idlib":               "Latin",
		"2024":                              "",
		`place:gaza #ceasefire NOT lang:uk`: "Latin Arabic Cyrillic Hebrew Han",
	} {
		if got := strings.Join(mustParse(t, src, deskNames()).Scripts(), " "); got != want {
			t.Errorf("%s: scripts %q, want %q", src, got, want)
		}
	}
	for lang, want := range map[string]string{"fa": "Arabic", "uk-UA": "Cyrillic", "tr": "Latin", "ja": "Han", "": ""} {
		if got := Script(lang); got != want {
			t.Errorf("the script of %q is %q, want %q", lang, got, want)
		}
	}
}

func TestNotesSayWhatAPlaceWasTakenToBe(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]string{
		"place:rafah":         `place:rafah is taken to be Rafaḩ, PS. For another: Write place:"rafah, EG".`,
		"place:kabul":         `"kabul" is also an ordinary word: in scripts that have capitals it must be written with one.`,
		"place:gaza strip":    `A name of several words needs quotes: place:"gaza strip"`,
		`place:"Tripoli, LB"`: "",
	} {
		notes := mustParse(t, src, nil).Notes()
		if want == "" && len(notes) > 0 || want != "" && !slices.Contains(notes, want) {
			t.Errorf("%s: notes %q, want %q", src, notes, want)
		}
	}
}

func TestPlacesKeepTheirFormWhenPrinted(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]string{
		"place:idlib #Ceasefire":       "place:idlib AND #ceasefire",
		"place:(idlib OR kyiv) x":      "(place:idlib OR place:kyiv) AND x",
		`place:“Tripoli, Lebanon”`:     `place:"Tripoli, Lebanon"`,
		"title:place:idlib":            "title:place:idlib",
		"place:idlib NEAR/9 #shelling": "place:idlib NEAR/9 #shelling",
	} {
		rule := mustParse(t, src, nil)
		if rule.String() != want || mustParse(t, want, nil).String() != want {
			t.Errorf("%s: printed %s, want %s", src, rule, want)
		}
	}
}

// A table that was made before the folding changed is found out here; go
// generate makes it anew.
func TestTheGazetteerKnowsEachOfItsNames(t *testing.T) {
	t.Parallel()
	places, names := 0, 0
	for p := range gazetteer.All() {
		places++
		for _, title := range p.Names {
			if names++; names%5 != 0 {
				continue
			}
			if !slices.ContainsFunc(gazetteer.Find(Fold(title)), func(q gazetteer.Place) bool {
				return q.Country == p.Country && q.Names[0] == p.Names[0]
			}) {
				t.Fatalf("%s is not found by %q; run go generate ./watch/...", p.String(), title)
			}
		}
	}
	if places < 19_000 || names < 90_000 {
		t.Errorf("%d places with %d names, want 19,000 with 90,000", places, names)
	}
}

func TestAPlaceIsFoundByEachOfItsSpellings(t *testing.T) {
	t.Parallel()
	tried := 0
	for p := range gazetteer.All() {
		if tried++; tried%97 != 0 {
			continue
		}
		g := spelled(&p, Fold(p.Names[0]))
		rule := &Rule{root: &term{style: named, text: "place", spellings: g.spellings, group: g}}
		for _, s := range g.lore {
			if _, ok := rule.Match(&story.Item{Title: "x " + s.Text + " x"}); !ok {
				t.Errorf("%s is not found by %q, %s", p.String(), s.Text, s.From)
			}
		}
	}
}

func TestOrdinaryWordsAreSortedAndFolded(t *testing.T) {
	t.Parallel()
	words := strings.Split(strings.TrimSuffix(ordinaryWords, "\n"), "\n")
	if !slices.IsSorted(words) {
		t.Error("gazetteer/ordinary.txt is not sorted by byte; LC_ALL=C sort -u makes it so")
	}
	for _, w := range words {
		if Fold(w) != w || !ordinary(w) {
			t.Errorf("ordinary.txt: %q is not found, or folds to %q", w, Fold(w))
		}
	}
}

func TestBracesMultiply(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"a":           {"a"},
		"strike{,s}":  {"strike", "strikes"},
		"{a,b}c{d,e}": {"acd", "ace", "bcd", "bce"},
		"a{b":         {"a{b"},
	} {
		if diff := cmp.Diff(want, Braces(text)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}

func BenchmarkParsePlace(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse("place:kyiv", nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParsePreset(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse("#strike", nil); err != nil {
			b.Fatal(err)
		}
	}
}
