package main

import (
	"encoding/base64"
	"encoding/json"
	"strings"

	"vedette/story"
	"vedette/story/group"
)

// A pair is two headlines and how far people say they are apart, 1 to 4.
type pair struct {
	a, b    story.Item
	overall float64
}

const (
	samePair = 2    // overall up to which people called a pair one story
	pairJoin = 0.15 // likeness from which two bare slugs are: they are short, without case, and half of them are paraphrases
)

// pairs scores the likeness of two headlines, by F1 of the pairs that are
// called one story and by Pearson with people's grades. How rare words are is
// learnt from the slugs of the file.
func pairs(path string, say *report) error {
	all, err := readPairs(path)
	if err != nil {
		return err
	}
	g := group.New(group.Defaults())
	for i := range all {
		for j, it := range []*story.Item{&all[i].a, &all[i].b} {
			it.ID = story.ItemID(2*i + j + 1)
			g.Add(story.ID(it.ID), story.Report{Item: *it, Relation: story.Opens})
		}
	}
	var right, called, want float64
	xs, ys := make([]float64, len(all)), make([]float64, len(all))
	for i := range all {
		c := g.Likeness(&all[i].a, &all[i].b)
		xs[i], ys[i] = c, -all[i].overall
		same, said := all[i].overall <= samePair, c >= pairJoin
		if same {
			want++
		}
		if said {
			called++
		}
		if same && said {
			right++
		} else if same != said {
			say.mistake(map[string]any{"a": all[i].a.Title, "b": all[i].b.Title, "overall": all[i].overall, "likeness": c})
		}
	}
	say.metric("pairs.precision", right/max(called, 1), "")
	say.metric("pairs.recall", right/max(want, 1), "")
	say.metric("pairs.f1", 2*right/max(called+want, 1), "")
	say.metric("pairs.pearson", pearson(xs, ys), "")
	return nil
}

func readPairs(path string) (all []pair, err error) {
	err = eachLine(path, func(line []byte) error {
		var row struct {
			A, B    string
			Overall float64
		}
		err := json.Unmarshal(line, &row)
		all = append(all, pair{story.Item{Title: slug(row.A), Lang: "en"}, story.Item{Title: slug(row.B), Lang: "en"}, row.Overall})
		return err
	})
	return all, err
}

// slug returns the words of a slug. One that is a news search's own id holds
// the address of the page, which ends in its slug.
func slug(text string) string {
	if !strings.HasPrefix(text, "CBMi") {
		if _, after, ok := strings.Cut(text, "~"); ok {
			return after
		}
		return text
	}
	id, _, _ := strings.Cut(text, " ")
	raw, _ := base64.RawURLEncoding.DecodeString(id[:len(id)/4*4]) // what decodes is enough
	_, address, ok := strings.Cut(string(raw), "://")
	if !ok {
		return text
	}
	address = strings.FieldsFunc(address, func(r rune) bool { return r <= ' ' || r > '~' })[0]
	longest := ""
	for part := range strings.SplitSeq(address, "/") {
		if words := strings.Join(strings.FieldsFunc(part, func(r rune) bool { return r == '-' || r == '_' }), " "); strings.Count(words, " ") > strings.Count(longest, " ") {
			longest = words
		}
	}
	return longest
}
