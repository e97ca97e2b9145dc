package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	ahocorasick "github.com/petar-dambovaliev/aho-corasick"

	"vedette/story"
)

// A tree is a rule of the data: (& a (| b "c d") (! e)).
type tree struct {
	op   byte // &, |, ! or 0 for a term
	term string
	kids []tree
}

func parse(line string) tree {
	t, _ := next(strings.TrimSpace(line))
	return t
}

// next reads the tree at the beginning of text and returns what follows it.
func next(text string) (t tree, rest string) {
	switch {
	case text[0] == '"':
		term, rest, _ := strings.Cut(text[1:], `"`)
		return tree{term: term}, strings.TrimLeft(rest, " ")
	case text[0] != '(':
		end := strings.IndexAny(text, " )")
		if end < 0 {
			end = len(text)
		}
		return tree{term: text[:end]}, strings.TrimLeft(text[end:], " ")
	}
	t.op, rest = text[1], strings.TrimLeft(text[2:], " ")
	for rest[0] != ')' {
		var kid tree
		kid, rest = next(rest)
		t.kids = append(t.kids, kid)
	}
	return t, strings.TrimLeft(rest[1:], " ")
}

// rule returns the tree in the language of watches.
func (t tree) rule() string {
	if t.op == 0 {
		if strings.Contains(t.term, " ") {
			return strconv.Quote(t.term)
		}
		return t.term
	}
	kids := make([]string, len(t.kids))
	for i, kid := range t.kids {
		kids[i] = kid.rule()
	}
	switch t.op {
	case '&':
		return "(" + strings.Join(kids, " AND ") + ")"
	case '!':
		return "NOT (" + strings.Join(kids, " OR ") + ")"
	}
	return "(" + strings.Join(kids, " OR ") + ")"
}

// holds evaluates the tree where has says which terms are there.
func (t *tree) holds(has func(term string) bool) bool {
	switch t.op {
	case 0:
		return has(t.term)
	case '&':
		for i := range t.kids {
			if !t.kids[i].holds(has) {
				return false
			}
		}
		return true
	}
	for i := range t.kids {
		if t.kids[i].holds(has) {
			return t.op == '|'
		}
	}
	return t.op == '!'
}

// rivals prints what matching at 10,000 rules costs as it is often done.
func (b *bench) rivals(news []story.Item, own float64) error {
	lines, err := b.lines("rules_z10000.txt")
	if err != nil {
		return err
	}
	rules := make([]tree, len(lines))
	for i, line := range lines {
		rules[i] = parse(line)
	}
	for _, rival := range []struct {
		name          string
		items, rounds int
		do            func([]tree) func(*story.Item)
	}{{"aho-corasick scan", len(news), 5, ahoCorasick}, {"token map", 200, 2, tokenMap}, {"regexp loop", 5, 1, regexpLoop}} {
		s := &subject{do: rival.do(rules)}
		b.measure([]*subject{s}, news[:rival.items], rival.rounds)
		if err := b.print(rival.name+" z10000", s.ns, "ns/item"); err != nil {
			return err
		}
		if err := b.print(rival.name+"/z10000", s.ns/own, "times"); err != nil {
			return err
		}
	}
	return nil
}

// ahoCorasick finds the terms of all rules and marks them. It evaluates no
// rule, folds nothing but ASCII and takes each term as bytes.
func ahoCorasick(rules []tree) func(*story.Item) {
	numbers := map[string]int{}
	var terms []string
	var collect func(t *tree)
	collect = func(t *tree) {
		if _, ok := numbers[t.term]; t.op == 0 && !ok {
			numbers[t.term] = len(terms)
			terms = append(terms, t.term)
		}
		for i := range t.kids {
			collect(&t.kids[i])
		}
	}
	for i := range rules {
		collect(&rules[i])
	}
	builder := ahocorasick.NewAhoCorasickBuilder(ahocorasick.Opts{AsciiCaseInsensitive: true, DFA: true})
	automaton := builder.Build(terms)
	marks := make([]bool, len(terms))
	inWord := func(text string, at int) bool {
		return at >= 0 && at < len(text) && (text[at]|0x20 >= 'a' && text[at]|0x20 <= 'z' || text[at] >= '0' && text[at] <= '9')
	}
	return func(it *story.Item) {
		text := it.Title + " . " + it.Summary
		found := automaton.IterOverlapping(text)
		for m := found.Next(); m != nil; m = found.Next() {
			if !inWord(text, m.Start()-1) && !inWord(text, m.End()) {
				marks[m.Pattern()] = true
			}
		}
	}
}

// tokenMap puts the words of an item into a map and evaluates every rule.
func tokenMap(rules []tree) func(*story.Item) {
	return func(it *story.Item) {
		text := strings.ToLower(it.Title + " . " + it.Summary)
		fields := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) })
		seen := make(map[string]bool, len(fields))
		for _, f := range fields {
			seen[f] = true
		}
		joined := " " + strings.Join(fields, " ") + " "
		has := func(term string) bool {
			if strings.Contains(term, " ") {
				return strings.Contains(joined, " "+term+" ")
			}
			return seen[term]
		}
		for i := range rules {
			rules[i].holds(has)
		}
	}
}

// regexpLoop tries an expression for each term of each rule, as chat bots do.
func regexpLoop(rules []tree) func(*story.Item) {
	compiled := map[string]*regexp.Regexp{}
	var compile func(t *tree)
	compile = func(t *tree) {
		if t.op == 0 && compiled[t.term] == nil {
			compiled[t.term] = regexp.MustCompile(`(?i)\b` + regexp.QuoteMeta(t.term) + `\b`)
		}
		for i := range t.kids {
			compile(&t.kids[i])
		}
	}
	for i := range rules {
		compile(&rules[i])
	}
	return func(it *story.Item) {
		text := it.Title + " . " + it.Summary
		has := func(term string) bool { return compiled[term].MatchString(text) }
		for i := range rules {
			rules[i].holds(has)
		}
	}
}

// beside builds and runs the prototype on the same data and prints our costs
// in times of its own.
func (b *bench) beside(ctx context.Context, own map[string]float64) error {
	dir, err := os.MkdirTemp("", "vedette-match-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }() // a temporary folder
	ctx, stop := context.WithTimeout(ctx, 5*time.Minute)
	defer stop()
	binary := filepath.Join(dir, "proto")
	build := exec.CommandContext(ctx, "go", "build", "-o", binary, ".")
	build.Dir = b.prototype
	if text, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build the prototype: %w\n%s", err, text)
	}
	data, err := filepath.Abs(b.data)
	if err != nil {
		return err
	}
	if err := os.Symlink(data, filepath.Join(dir, "data")); err != nil {
		return err
	}
	p := exec.CommandContext(ctx, binary, "news")
	p.Dir = dir
	text, runErr := p.Output() // it ends badly when it comes to a file that is not there
	line := regexp.MustCompile(`z (\d+) +FAST .*match +([\d.]+) `)
	found := line.FindAllStringSubmatch(string(text), -1)
	if len(found) == 0 {
		return fmt.Errorf("run the prototype: %w", runErr)
	}
	for _, m := range found {
		us, err := strconv.ParseFloat(m[2], 64)
		if err != nil {
			return err
		}
		if err := b.print("prototype z"+m[1], math.Round(us*1000), "ns/item"); err != nil {
			return err
		}
		if err := b.print("z"+m[1]+"/prototype", own["z"+m[1]]/us/1000, "times"); err != nil {
			return err
		}
	}
	return nil
}
