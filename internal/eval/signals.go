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
	quad           string // of gold, which people did not always give it
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
	marked, plain := newConfusion(), newConfusion()
	for _, row := range rows {
		got := coder.Code(row.text, row.source, row.target)
		marked.add(row, got.Root)
		plain.add(row, coder.Code(row.text, story.Span{}, story.Span{}).Root)
		if got.Root != row.gold {
			say.mistake(struct {
				Gold, Got signal.Root
				For, Text string
			}{row.gold, got.Root, row.text[got.Words.Start:got.Words.End], row.show()})
		}
	}
	for _, scale := range []string{"quad", "root"} {
		say.metric(scale+" macro-F1", macro(marked.of(scale)), "")
		say.metric(scale+" macro-F1 without marks", macro(plain.of(scale)), "")
		counts := marked.of(scale)
		for _, name := range slices.Sorted(maps.Keys(counts)) {
			if k := counts[name]; k[0]+k[2] > 0 {
				say.metric(scale+" F1 of "+name, f1(*k), "")
			}
		}
	}
	for _, pair := range slices.SortedFunc(maps.Keys(marked.pairs), func(a, b [2]string) int {
		return cmp.Or(cmp.Compare(marked.pairs[b], marked.pairs[a]), slices.Compare(a[:], b[:]))
	}) {
		say.mistake(fmt.Sprintf("%s coded as %s: %d", pair[0], cmp.Or(pair[1], "nothing"), marked.pairs[pair]))
	}
	return nil
}

// show returns the source, the target and the sentence.
func (c coded) show() string {
	return fmt.Sprintf("%s | %s | %s", c.text[c.source.Start:c.source.End], c.text[c.target.Start:c.target.End], c.text)
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
			for _, name := range []string{"gold_root", "marked_sentence"} {
				if _, ok := columns[name]; !ok {
					return nil, fmt.Errorf("read %s: want a column %s", path, name)
				}
			}
			continue
		}
		if len(cells) < len(columns) {
			continue
		}
		row := coded{gold: signal.Root(cells[columns["gold_root"]])}
		row.quad = fmt.Sprint(row.gold.Quad())
		if at, ok := columns["gold_penta"]; ok {
			row.quad = cells[at]
		}
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

// A confusion counts what was given for what: pairs of classes, and of each
// quad and root how many were right, wrongly so, and missed.
type confusion struct {
	pairs        map[[2]string]int
	quads, roots map[string]*[3]int
}

func newConfusion() *confusion {
	return &confusion{map[[2]string]int{}, map[string]*[3]int{}, map[string]*[3]int{}}
}

// add counts that row was called got.
func (c *confusion) add(row coded, got signal.Root) {
	c.pairs[[2]string{string(row.gold), string(got)}]++
	tally(c.roots, string(row.gold), string(got))
	tally(c.quads, row.quad, fmt.Sprint(got.Quad()))
}

// of returns the counts of scale, "quad" or "root".
func (c *confusion) of(scale string) map[string]*[3]int {
	if scale == "quad" {
		return c.quads
	}
	return c.roots
}

// tally counts that gold was called got.
func tally(counts map[string]*[3]int, gold, got string) {
	for _, name := range []string{gold, got} {
		if counts[name] == nil {
			counts[name] = &[3]int{}
		}
	}
	if gold == got {
		counts[gold][0]++
		return
	}
	counts[got][1]++
	counts[gold][2]++
}

// macro returns the mean F1 of the names that people gave.
func macro(counts map[string]*[3]int) float64 {
	sum, of := 0.0, 0
	for _, k := range counts {
		if k[0]+k[2] > 0 {
			sum += f1(*k)
			of++
		}
	}
	return sum / float64(max(of, 1))
}

func f1(k [3]int) float64 {
	if k[0] == 0 {
		return 0
	}
	return 2 * float64(k[0]) / float64(2*k[0]+k[1]+k[2])
}
