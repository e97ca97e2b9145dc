// Gen makes the tables of the gazetteer: the towns of some countries from a
// file of GeoNames if one is given, else those that the table has already,
// and the regions of regions.txt. It is run by hand or by go generate from
// the gazetteer's folder or the root of the module, and is no part of the
// product.
package main

import (
	"bufio"
	"cmp"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"vedette/watch"
	"vedette/watch/gazetteer"
)

// countries are those that conflicts and crises are reported from.
const countries = "UA RU SY IQ LB IL PS YE IR TR SD SS CD ML BF NE NG TD LY EG ET ER SO MM AF PK AM AZ GE BY MD RS XK " +
	"BA CO VE HT MZ CF CM KE TW KP JO SA"

func main() {
	cities := flag.String("cities", "", "the file cities500.txt; without it the towns stay as they are")
	flag.Parse()
	if err := run(*cities); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(cities string) error {
	dir := "."
	if _, err := os.Stat("regions.txt"); err != nil {
		dir = filepath.Join("watch", "gazetteer")
	}
	text, err := os.ReadFile(filepath.Join(dir, "regions.txt"))
	if err != nil {
		return err
	}
	all, err := regions(string(text))
	if err != nil {
		return err
	}
	if cities != "" {
		towns, err := read(cities)
		if err != nil {
			return err
		}
		all = append(all, towns...)
	} else {
		for p := range gazetteer.All() {
			if !p.Region {
				all = append(all, p)
			}
		}
	}
	if all, err = merged(all); err != nil {
		return err
	}
	lines, index := gazetteer.Table(all, watch.Fold)
	if err := os.WriteFile(filepath.Join(dir, "places.tsv"), lines, 0o644); err != nil { // #nosec G306 -- a source file
		return err
	}
	return os.WriteFile(filepath.Join(dir, "index.bin"), index, 0o644) // #nosec G306 -- a source file
}

// regions reads our own list.
func regions(text string) ([]gazetteer.Place, error) {
	var all []gazetteer.Place
	for i, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		name := strings.TrimSpace(line)
		switch {
		case name == "":
		case line == strings.TrimLeft(line, " \t"):
			name, country, _ := strings.Cut(name, ",")
			all = append(all, gazetteer.Place{Names: []string{name}, Country: strings.TrimSpace(country), Region: true})
		case len(all) == 0:
			return nil, fmt.Errorf("regions.txt:%d: a spelling before any region", i+1)
		default:
			_, names, ok := strings.Cut(name, " ")
			if !ok {
				return nil, fmt.Errorf("regions.txt:%d: want a language and spellings, such as: uk Донбас", i+1)
			}
			p := &all[len(all)-1]
			for name := range strings.SplitSeq(names, ";") {
				p.Names = append(p.Names, watch.Braces(strings.TrimSpace(name))...)
			}
		}
	}
	for i := range all {
		all[i].Names = distinct(all[i].Names)
	}
	return all, nil
}

// merged adds the spellings under a name that begins with + to the largest
// town of the name in its country. What is taken out of the list again stays
// in the table until that is made from a file of GeoNames.
func merged(all []gazetteer.Place) ([]gazetteer.Place, error) {
	var kept []gazetteer.Place
	for _, p := range all {
		if !strings.HasPrefix(p.Names[0], "+") {
			kept = append(kept, p)
		}
	}
	for _, p := range all {
		name, more := strings.CutPrefix(p.Names[0], "+")
		if !more {
			continue
		}
		key := watch.Fold(name)
		i := slices.IndexFunc(kept, func(k gazetteer.Place) bool {
			return !k.Region && k.Country == p.Country && slices.ContainsFunc(k.Names, func(n string) bool { return watch.Fold(n) == key })
		})
		if i < 0 {
			return nil, fmt.Errorf("regions.txt: there is no town %s, %s", name, p.Country)
		}
		kept[i].Names = distinct(append(kept[i].Names, p.Names[1:]...))
	}
	return kept, nil
}

// read returns the towns of a GeoNames file, country by country.
func read(path string) ([]gazetteer.Place, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	wanted := strings.Fields(countries)
	var towns []gazetteer.Place
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		cols := strings.Split(lines.Text(), "\t")
		if len(cols) < 15 || !slices.Contains(wanted, cols[8]) {
			continue
		}
		people, _ := strconv.Atoi(cols[14])
		names := []string{cols[1], cols[2]}
		for name := range strings.SplitSeq(cols[3], ",") {
			if worthwhile(name) {
				names = append(names, name)
			}
		}
		towns = append(towns, gazetteer.Place{Names: distinct(names), Country: cols[8], People: people})
	}
	slices.SortStableFunc(towns, func(a, b gazetteer.Place) int {
		return cmp.Or(cmp.Compare(a.Country, b.Country), cmp.Compare(b.People, a.People))
	})
	return towns, lines.Err()
}

// worthwhile holds for a name that somebody would write. GeoNames also has
// codes of airports, and romanisations by rule, which it writes small.
func worthwhile(name string) bool {
	letters, upper, latin := 0, false, false
	for _, r := range name {
		if unicode.IsLetter(r) {
			letters++
			upper = upper || unicode.IsUpper(r)
			latin = latin || unicode.Is(unicode.Latin, r)
		}
	}
	return !strings.ContainsAny(name, ";\t") && letters > 1 && (!latin || upper && letters > 3)
}

// distinct returns names without those that are one to a rule.
func distinct(names []string) []string {
	seen := make(map[string]bool, len(names))
	var kept []string
	for _, name := range names {
		if key := watch.Fold(name); key != "" && !seen[key] {
			seen[key] = true
			kept = append(kept, name)
		}
	}
	return kept
}
