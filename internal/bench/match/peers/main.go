// Peers measures bleve on what match wrote down for it: items, one a line, and
// rules as bleve's queries, one a line. It is a module of its own: bleve and
// all that it needs would outweigh the program's modules, and reach them.
//
// Bleve finds documents by a query, not queries by a document. So it is
// measured in both ways that it can be used: an index of one item, asked for
// all rules, as one would on each report; and one index of all items, asked
// for each rule once, as one would to try a rule on the past. Both take few of
// the rules and are extrapolated: a query costs the same whatever others
// there are.
//
//	peers ITEMS QUERIES
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/blevesearch/bleve/v2"
	_ "github.com/blevesearch/bleve/v2/analysis/analyzer/custom"
	_ "github.com/blevesearch/bleve/v2/analysis/token/lowercase"
	_ "github.com/blevesearch/bleve/v2/analysis/tokenizer/unicode"
	"github.com/blevesearch/bleve/v2/mapping"
	"github.com/blevesearch/bleve/v2/search/query"
)

func main() {
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

const (
	sample = 200 // queries that are asked
	single = 20  // items that get an index of their own
	rounds = 3
)

func run(itemsFile, queriesFile string) error {
	items, err := lines(itemsFile)
	if err != nil {
		return err
	}
	texts, err := lines(queriesFile)
	if err != nil {
		return err
	}
	queries := make([]query.Query, sample)
	for i := range queries {
		// Those asked are spread over all, as some kinds come first.
		if queries[i], err = query.ParseQuery([]byte(texts[i*len(texts)/sample])); err != nil {
			return err
		}
	}
	all := float64(len(texts))
	one, many := 1e18, 1e18
	for range rounds {
		build, ask := 0.0, 0.0
		for _, it := range items[:single] {
			ix, cost, err := index([]string{it})
			if err != nil {
				return err
			}
			build += cost
			if cost, err = search(ix, queries); err != nil {
				return err
			}
			ask += cost
		}
		one = min(one, (build+ask*all/sample)/single)
		ix, cost, err := index(items)
		if err != nil {
			return err
		}
		asked, err := search(ix, queries)
		if err != nil {
			return err
		}
		many = min(many, (cost+asked*all/sample)/float64(len(items)))
	}
	out := json.NewEncoder(os.Stdout)
	if err := out.Encode(map[string]any{"name": "bleve, an index of each item", "ns": one}); err != nil {
		return err
	}
	return out.Encode(map[string]any{"name": "bleve, one index of all items", "ns": many})
}

// index returns an index of items in memory and what it took.
func index(items []string) (bleve.Index, float64, error) {
	from := spent()
	m, err := words()
	if err != nil {
		return nil, 0, err
	}
	ix, err := bleve.NewMemOnly(m)
	if err != nil {
		return nil, 0, err
	}
	b := ix.NewBatch()
	for i, text := range items {
		if err := b.Index(fmt.Sprint(i), map[string]string{"text": text}); err != nil {
			return nil, 0, err
		}
	}
	err = ix.Batch(b)
	return ix, float64((spent() - from).Nanoseconds()), err
}

// words maps text to its words in small letters, leaving none out.
func words() (mapping.IndexMapping, error) {
	m := bleve.NewIndexMapping()
	err := m.AddCustomAnalyzer("words", map[string]any{"type": "custom", "tokenizer": "unicode", "token_filters": []string{"to_lower"}})
	m.DefaultAnalyzer = "words"
	text := bleve.NewTextFieldMapping()
	text.Store, text.IncludeInAll, text.DocValues = false, false, false
	m.DefaultMapping.AddFieldMappingsAt("text", text)
	return m, err
}

// search asks all queries of an index, closes it and returns what asking took.
func search(ix bleve.Index, queries []query.Query) (float64, error) {
	from := spent()
	for _, q := range queries {
		if _, err := ix.Search(bleve.NewSearchRequestOptions(q, 10, 0, false)); err != nil {
			return 0, err
		}
	}
	cost := float64((spent() - from).Nanoseconds())
	return cost, ix.Close()
}

func lines(name string) ([]string, error) {
	data, err := os.ReadFile(name)
	return strings.Split(strings.TrimSpace(string(data)), "\n"), err
}

// spent returns the processor time that the process has used.
func spent() time.Duration {
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		return 0
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}
