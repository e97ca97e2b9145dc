package watch

import (
	"cmp"
	"embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"vedette/watch/gazetteer"
)

//go:embed presets/*.txt
var presetFiles embed.FS

// ordinaryWords are names and forms of names that are also words: what the
// names share with dictionaries of English, French, Spanish, Turkish, Russian
// and Ukrainian, and with news in seven languages, less the names that are
// known to all.
//
//go:embed gazetteer/ordinary.txt
var ordinaryWords string

// Presets returns the names of the groups of words that #name stands for, in
// order.
func Presets() []string {
	files, _ := presetFiles.ReadDir("presets") // embedded, so it is there
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = strings.TrimSuffix(f.Name(), ".txt")
	}
	return names
}

// named makes n the term of the preset or place t.
func (p *parser) named(t lexeme, n *term) (*term, *Error) {
	var err *Error
	switch {
	case t.style == named && p.inPlace, t.style == exact, t.style == pattern, t.n > 0, p.inPlace && strings.ContainsAny(t.text, "*?"):
		err = p.fault(t.pos, t.end, "place: takes the name of a place.", `Example: place:idlib or place:"Tripoli, LB" or place:(idlib OR homs)`)
	case t.style == named:
		n.group, err = p.preset(t)
	default:
		n.style = named
		if n.text = "place:" + t.text; t.style == phrase {
			n.text = "place:" + quoted(t.text)
		}
		n.group, err = p.town(t)
	}
	if err != nil {
		return nil, err
	}
	n.spellings = n.group.spellings
	return n, nil
}

// preset returns the spellings of a preset.
func (p *parser) preset(t lexeme) (*group, *Error) {
	if g, ok := p.names.made[t.text]; ok {
		return g, nil
	}
	name := strings.TrimPrefix(t.text, "#")
	if !slices.Contains(Presets(), name) {
		return nil, p.fault(t.pos, t.end, "There is no preset "+t.text+".", hintPreset(name))
	}
	text, _ := presetFiles.ReadFile("presets/" + name + ".txt") // embedded, so it is there
	g := &group{}
	language := ""
	for line := range strings.Lines(string(text)) {
		line, _, _ = strings.Cut(line, "#")
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if head, ok := strings.CutPrefix(line, "["); ok {
			language, _, _ = strings.Cut(head, "]")
			continue
		}
		for _, spelling := range Braces(line) {
			g.add(partsOf(spelling, false), spelling, t.text+" "+language)
		}
	}
	for i := range len(g.spellings) {
		g.inflect(g.spellings[i], g.lore[i].Text, clitics, nil)
	}
	p.names.keep(t.text, g)
	return g, nil
}

func hintPreset(name string) string {
	if name == "" {
		return "The name follows directly: #ceasefire"
	}
	best, least := "", 4
	for _, known := range Presets() {
		if d := edits(name, known); d < least && d < len(known)-1 && len(name) < 30 || len(name) > 3 && strings.HasPrefix(known, name) {
			best, least = known, d
		}
	}
	if best != "" {
		return "Did you mean #" + best + " ?"
	}
	if len(find(Fold(name))) > 0 {
		return "Did you mean place:" + name + " ? For a hashtag, put it in quotes."
	}
	return "Presets: #" + strings.Join(Presets(), " #") + ". For a hashtag, put it in quotes."
}

// town returns the spellings of a place of the gazetteer.
func (p *parser) town(t lexeme) (*group, *Error) {
	key := "place:" + t.text
	if g, ok := p.names.made[key]; ok {
		return g, nil
	}
	title, country, asked := cutCountry(t.text)
	folded := Fold(title)
	all := find(folded)
	found := all
	if asked {
		found = slices.DeleteFunc(slices.Clone(all), func(pl gazetteer.Place) bool { return pl.Country != country })
	}
	longer := p.longer(t)
	fault := func(msg, hint string) *Error { return p.fault(t.pos, t.end, msg, cmp.Or(longer, hint)) }
	switch {
	case len(all) == 0:
		return nil, fault("The gazetteer has no place "+quoted(title)+".", hintPlace(folded))
	case len(found) == 0:
		return nil, fault("The gazetteer has no "+quoted(title)+" there.", choices(title, all))
	case !asked && ambiguous(folded) && !known(&found[0], folded) && (short(folded) || !cyrillic(folded)):
		return nil, fault(quoted(title)+" is also an ordinary word, or too short to be told from one.", choices(title, found))
	case len(found) > 1 && !outranks(&found[0], &found[1]):
		return nil, fault("There are several places of the name "+quoted(title)+".", choices(title, found))
	}
	if len(found) > 1 {
		p.notes = append(p.notes, fmt.Sprintf("place:%s is taken to be %s. For another: %s", t.text, found[0].String(), choices(title, found[1:])))
	}
	if ambiguous(folded) && !found[0].Region {
		p.notes = append(p.notes, quoted(title)+" is also an ordinary word: in scripts that have capitals it must be written with one.")
	}
	if longer != "" {
		p.notes = append(p.notes, longer)
	}
	g := spelled(&found[0], folded)
	p.names.keep(key, g)
	return g, nil
}

// longer says so if the word after t belongs to the name: place:khan yunis.
func (p *parser) longer(t lexeme) string {
	at := t.end
	for at < len(p.src) && p.src[at] == ' ' {
		at++
	}
	next := p.src[at:p.wordEnd(at)]
	if t.style != word || at == t.end || next == "" {
		return ""
	}
	both := t.text + " " + next
	if len(find(Fold(both))) == 0 {
		return ""
	}
	return "A name of several words needs quotes: place:" + quoted(both)
}

// cutCountry parts "Tripoli, LB" or "Tripoli, Lebanon".
func cutCountry(text string) (title, country string, asked bool) {
	i := strings.LastIndexAny(text, ",،，")
	if i < 0 {
		return text, "", false
	}
	_, size := utf8.DecodeRuneInString(text[i:])
	title, country = strings.TrimSpace(text[:i]), strings.TrimSpace(text[i+size:])
	if len(country) == 2 {
		return title, strings.ToUpper(country), true
	}
	for _, pl := range find(Fold(country)) {
		if pl.Region {
			return title, pl.Country, true
		}
	}
	return title, country, true
}

// find returns the best place of the name in each country, the best first.
func find(folded string) []gazetteer.Place {
	var found []gazetteer.Place
	if folded == "" {
		return nil
	}
	for _, pl := range gazetteer.Find(folded) {
		if slices.ContainsFunc(pl.Names, func(other string) bool { return Fold(other) == folded }) {
			found = append(found, pl)
		}
	}
	slices.SortStableFunc(found, func(a, b gazetteer.Place) int {
		return cmp.Or(rank(&a, folded)-rank(&b, folded), cmp.Compare(b.People, a.People))
	})
	seen := make(map[string]bool)
	return slices.DeleteFunc(found, func(pl gazetteer.Place) bool {
		again := seen[pl.Country]
		seen[pl.Country] = true
		return again
	})
}

// rank is least for our own list, whose names are chosen by hand, then for
// towns that are listed by the name.
func rank(pl *gazetteer.Place, folded string) int {
	switch {
	case pl.Region:
		return 0
	case Fold(pl.Names[0]) == folded:
		return 1
	}
	return 2
}

// outranks holds if a is what is meant by a name that b has too: one of our
// own list, or a town ten times larger.
func outranks(a, b *gazetteer.Place) bool {
	return a.Region && !b.Region || a.People >= 10*b.People && a.People >= 20_000
}

func choices(title string, found []gazetteer.Place) string {
	var list []string
	for _, pl := range found[:min(len(found), 6)] {
		if pl.Country == "" {
			continue
		}
		about := ""
		if pl.People > 0 {
			about = " (" + thousands(pl.People) + " people)"
		}
		list = append(list, "place:"+quoted(title+", "+pl.Country)+about)
	}
	return "Write " + strings.Join(list, " or ") + "."
}

// thousands writes a number for people: 1,150,989.
func thousands(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// hintPlace names the places whose names are nearest.
func hintPlace(folded string) string {
	if folded == "" {
		return `Example: place:idlib or place:"Tripoli, LB"`
	}
	least := min(3, 1+len(folded)/3)
	var near []string
	for pl := range gazetteer.All() {
		for i, other := range pl.Names {
			if name := " " + Fold(other) + " "; i == 0 && strings.Contains(name, " "+folded+" ") {
				near, least = []string{"place:" + quoted(pl.String())}, 1
			}
			if d := len(other) - len(folded); d < -4 || d > 4 || i > 0 && latin(folded) && !pl.Region || latin(folded) != latin(other) {
				continue
			}
			switch d := edits(folded, Fold(other)); {
			case d < least:
				near, least = near[:0], d
				fallthrough
			case d == least && len(near) < 3:
				near = append(near, "place:"+quoted((&gazetteer.Place{Names: []string{other}, Country: pl.Country}).String()))
			}
		}
	}
	if len(near) == 0 {
		return "Write the name itself, and list its spellings under aliases in the desk file."
	}
	return "Did you mean " + strings.Join(near, " or ") + " ?"
}

// spelled returns what pl is found by, if a rule calls it by the folded name.
func spelled(pl *gazetteer.Place, folded string) *group {
	g := &group{}
	from := "gazetteer: " + pl.String()
	for i, title := range pl.Names {
		parts := partsOf(title, false)
		key := partsKey(parts)
		marked := key != "" && latin(key) && strings.ContainsFunc(title, func(r rune) bool { return r >= utf8.RuneSelf })
		if key == folded || pl.Region || marked || !short(key) {
			also := ambiguous
			if key == folded && !cased(key) {
				also = nil
			}
			// Şam and Kırım, typed so, are no other word.
			g.addName(parts, title, from, also, key == folded || i == 0 || pl.Region || marked)
		}
		if key != folded && utf8.RuneCountInString(key) > 1 && !cased(key) && ambiguous(key) {
			for _, head := range heads(key) {
				g.add(partsOf(head+" "+title, false), head+" "+title, from)
			}
		}
	}
	for i := range len(g.spellings) {
		g.inflect(g.spellings[i], g.lore[i].Text, town, func(form string) bool {
			return ambiguous(form) || latin(form) && len(find(form)) > 0
		})
	}
	return g
}

// heads returns what is written before the name of a place to say what it is.
// Where there are no capitals, and the name is a word, this tells the two
// apart: مدينة تدمر is a city, while تدمر destroys.
func heads(folded string) []string {
	first, _ := utf8.DecodeRuneInString(folded)
	switch {
	case unicode.Is(unicode.Arabic, first):
		return []string{
			"مدينة", "بلدة", "قرية", "محافظة", "ريف", "قضاء", "ناحية", "مديرية", "منطقة", "معبر",
			"شهر", "استان", "شبه جزیره",
		}
	case unicode.Is(unicode.Hebrew, first):
		return []string{"העיר", "עיר"}
	}
	return nil
}

// cased holds for a folded word of a script that has capitals.
func cased(folded string) bool { return strings.ToUpper(folded) != folded }

// cyrillic holds for a folded word of a language that keeps capitals for
// names, even in titles.
func cyrillic(folded string) bool {
	first, _ := utf8.DecodeRuneInString(folded)
	return unicode.Is(unicode.Cyrillic, first)
}

func latin(text string) bool { return text[0] < utf8.RuneSelf }

// short holds for a name that is likely to be another word, or part of one.
func short(folded string) bool {
	first, _ := utf8.DecodeRuneInString(folded)
	letters := utf8.RuneCountInString(folded)
	switch {
	case isAlone(first), unicode.Is(unicode.Hangul, first):
		return letters < 2
	case unicode.In(first, unicode.Arabic, unicode.Hebrew):
		return letters < 3
	}
	return letters < 4
}

// ambiguous holds for a folded name that is also a word, or too short to be
// told from one.
func ambiguous(folded string) bool { return short(folded) || ordinary(folded) }

// known holds for a name that whoever reads news takes for the place: one of
// our own list, or a city of a million.
func known(pl *gazetteer.Place, folded string) bool {
	return !short(folded) && rank(pl, folded) < 2 && (pl.Region || pl.People >= 1_000_000)
}

// ordinary holds for a folded name that is also a word. The list is sorted.
func ordinary(folded string) bool {
	lo, hi := 0, len(ordinaryWords)
	for lo < hi {
		start := strings.LastIndexByte(ordinaryWords[:(lo+hi)/2], '\n') + 1
		end := start + strings.IndexByte(ordinaryWords[start:], '\n')
		switch word := ordinaryWords[start:end]; {
		case word == folded:
			return true
		case word < folded:
			lo = end + 1
		default:
			hi = start
		}
	}
	return false
}
