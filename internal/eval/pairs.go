package main

import (
	"encoding/base64"
	"encoding/json"
	"slices"
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
	pairJoin = 0.05 // likeness from which two bare headlines are: they are short, show no names by capitals, and half of them are paraphrases
)

// pairs scores the likeness of two headlines, by F1 of the pairs that are
// called one story and by Pearson with people's grades. How rare words are is
// learnt from the headlines of the file.
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
			URLA    string `json:"url_a"`
			URLB    string `json:"url_b"`
			Overall float64
		}
		err := json.Unmarshal(line, &row)
		a, b := headline(row.A, row.URLA), headline(row.B, row.URLB)
		all = append(all, pair{story.Item{Title: a, Lang: "en"}, story.Item{Title: b, Lang: "en"}, row.Overall})
		return err
	})
	return all, err
}

// headline returns the words of a slug, or of the part of its page's address
// that has more: some slugs are only the number of an article.
func headline(slug, address string) (best string) {
	most := 0
	for _, part := range append([]string{slug}, strings.Split(page(address), "/")...) {
		part, _, _ = strings.Cut(part, "?")
		if _, after, ok := strings.Cut(part, "~"); ok {
			part = after
		}
		words := strings.FieldsFunc(part, func(r rune) bool { return strings.ContainsRune("-_ .+", r) })
		words = slices.DeleteFunc(words, func(w string) bool { return !readable(w) })
		n := 0
		for _, w := range words {
			if !digits(w) {
				n++
			}
		}
		if n > most {
			best, most = strings.Join(words, " "), n
		}
	}
	return best
}

// page returns the address of a page. One of a news search holds the page's
// own in base64.
func page(address string) string {
	_, id, ok := strings.Cut(address, "/articles/CBM")
	if !ok {
		return address
	}
	id, _, _ = strings.Cut("CBM"+id, "?")
	raw, _ := base64.RawURLEncoding.DecodeString(id[:len(id)/4*4]) // what decodes is enough
	_, own, ok := strings.Cut(string(raw), "://")
	if !ok {
		return address
	}
	return strings.FieldsFunc(own, func(r rune) bool { return r <= ' ' || r > '~' })[0]
}

// readable reports whether part of a slug is a word or a number that a
// headline may have, rather than an id.
func readable(w string) bool {
	switch {
	case digits(w):
		return len(w) <= 4
	case strings.ContainsAny(w, "0123456789"):
		return len(w) <= 4
	case strings.ToLower(w[1:]) != w[1:] && strings.ToUpper(w) != w:
		return false
	}
	return len(w) < 20 && !slices.Contains([]string{"html", "htm", "story", "article", "cms", "aspx", "com", "www", "php"}, w)
}

func digits(w string) bool { return strings.Trim(w, "0123456789") == "" }
