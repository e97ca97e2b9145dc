package main

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"vedette/story"
	"vedette/story/signal"
)

// A coded is a sentence and the class that people gave it.
type coded struct {
	text           string
	source, target story.Span // empty where the file marks none
	gold           signal.Root
}

// signals scores the classes of sentences: with their actors as the file
// marks them, and without.
func signals(path string, say *report) error {
	rows, err := readCoded(path)
	if err != nil {
		return err
	}
	coder, err := signal.NewCoder()
	if err != nil {
		return err
	}
	var marked, plain confusion
	for _, row := range rows {
		got := coder.Code(row.text, row.source, row.target).Root
		marked.add(row.gold, got)
		plain.add(row.gold, coder.Code(row.text, story.Span{}, story.Span{}).Root)
		if got != row.gold {
			say.mistake(struct {
				Gold, Got, Text string
			}{string(row.gold), string(got), row.show()})
		}
	}
	marked.report("", say)
	plain.report("unmarked ", say)
	return nil
}

// show returns the sentence with its actors marked.
func (c coded) show() string {
	if c.target.End == 0 || c.source.End == 0 {
		return c.text
	}
	a, b := c.source, c.target
	la, lb := "S", "T"
	if a.Start > b.Start {
		a, b, la, lb = b, a, lb, la
	}
	if a.End > b.Start {
		return c.text
	}
	return c.text[:a.Start] + "<" + la + ":" + c.text[a.Start:a.End] + ">" + c.text[a.End:b.Start] + "<" + lb + ":" + c.text[b.Start:b.End] + ">" + c.text[b.End:]
}

// readCoded reads a file of sentences, one a line with tabs between columns.
func readCoded(path string) (rows []coded, err error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var columns map[string]int
	for line := range strings.Lines(string(raw)) {
		cells := strings.Split(strings.TrimRight(line, "\r\n"), "\t")
		if columns == nil {
			columns = map[string]int{}
			for i, name := range cells {
				columns[name] = i
			}
			if _, ok := columns["gold_root"]; !ok {
				return nil, fmt.Errorf("read %s: want a column gold_root", path)
			}
			continue
		}
		if len(cells) < len(columns) {
			continue
		}
		row := coded{gold: signal.Root(cells[columns["gold_root"]])}
		row.text, row.source, row.target = unmark(cells[columns["marked_sentence"]])
		rows = append(rows, row)
	}
	return rows, nil
}

// unmark takes the marks of source and target out of text and returns where
// they were.
func unmark(text string) (plain string, source, target story.Span) {
	var out strings.Builder
	for text != "" {
		at := strings.IndexByte(text, '<')
		if at < 0 {
			break
		}
		out.WriteString(text[:at])
		text = text[at:]
		switch {
		case strings.HasPrefix(text, "<s>"):
			source.Start, text = out.Len(), text[3:]
		case strings.HasPrefix(text, "</s>"):
			source.End, text = out.Len(), text[4:]
		case strings.HasPrefix(text, "<t>"):
			target.Start, text = out.Len(), text[3:]
		case strings.HasPrefix(text, "</t>"):
			target.End, text = out.Len(), text[4:]
		default:
			out.WriteByte('<')
			text = text[1:]
		}
	}
	out.WriteString(text)
	return out.String(), source, target
}

// A confusion counts what was given for what.
type confusion map[[2]signal.Root]int

func (c *confusion) add(gold, got signal.Root) {
	if *c == nil {
		*c = confusion{}
	}
	(*c)[[2]signal.Root{gold, got}]++
}

// report prints macro-F1 of quads and roots, and F1 of each.
func (c *confusion) report(prefix string, say *report) {
	roots, quads := map[string]*[3]int{}, map[string]*[3]int{}
	for pair, n := range *c {
		tally(roots, string(pair[0]), string(pair[1]), n)
		tally(quads, fmt.Sprint(pair[0].Quad()), fmt.Sprint(pair[1].Quad()), n)
	}
	for _, scale := range []struct {
		name   string
		counts map[string]*[3]int
	}{{"quad", quads}, {"root", roots}} {
		say.metric(prefix+scale.name+" macro-F1", macro(scale.counts), "")
		if prefix != "" {
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(scale.counts)) {
			if k := scale.counts[name]; k[0]+k[2] > 0 {
				say.metric(scale.name+" "+name+" F1", f1(k[0], k[0]+k[1], k[0]+k[2]), "")
			}
		}
	}
	if prefix == "" {
		for _, pair := range slices.SortedFunc(maps.Keys(*c), func(a, b [2]signal.Root) int { return cmp.Compare((*c)[b], (*c)[a]) }) {
			say.mistake(fmt.Sprintf("%s as %s: %d", pair[0], pair[1], (*c)[pair]))
		}
	}
}

// tally counts n of gold that were called got: right, wrongly so, and missed.
func tally(counts map[string]*[3]int, gold, got string, n int) {
	for _, name := range []string{gold, got} {
		if counts[name] == nil {
			counts[name] = &[3]int{}
		}
	}
	if gold == got {
		counts[gold][0] += n
		return
	}
	counts[got][1] += n
	counts[gold][2] += n
}

// macro returns the mean F1 of the names that people gave.
func macro(counts map[string]*[3]int) float64 {
	sum, of := 0.0, 0
	for _, k := range counts {
		if k[0]+k[2] > 0 {
			sum += f1(k[0], k[0]+k[1], k[0]+k[2])
			of++
		}
	}
	return sum / float64(max(of, 1))
}
