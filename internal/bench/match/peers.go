package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"vedette/story"
)

// query returns the tree as a query of bleve.
func (t *tree) query() map[string]any {
	var kids, absent []any
	for i := range t.kids {
		if kid := &t.kids[i]; kid.op == '!' {
			for k := range kid.kids {
				absent = append(absent, kid.kids[k].query())
			}
		} else {
			kids = append(kids, kid.query())
		}
	}
	switch {
	case t.op == 0 && strings.Contains(t.term, " "):
		return map[string]any{"match_phrase": t.term, "field": "text"}
	case t.op == 0:
		return map[string]any{"term": t.term, "field": "text"}
	case t.op == '|':
		return map[string]any{"disjuncts": kids}
	case absent == nil:
		return map[string]any{"conjuncts": kids}
	}
	return map[string]any{"must": map[string]any{"conjuncts": kids}, "must_not": map[string]any{"disjuncts": absent}}
}

// terms returns the terms of all trees, each once, in order.
func terms(rules []tree) []string {
	var all []string
	var collect func(t *tree)
	collect = func(t *tree) {
		if t.op == 0 {
			all = append(all, t.term)
		}
		for i := range t.kids {
			collect(&t.kids[i])
		}
	}
	for i := range rules {
		collect(&rules[i])
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// peers builds and runs the programs in the folder peers, each of which
// measures others on the same items and the rules of z10000. What cannot be
// built here is left out, and a line says so.
func (b *bench) peers(ctx context.Context, news []story.Item, own float64) error {
	dir, err := os.MkdirTemp("", "vedette-peers-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }() // a temporary folder
	ctx, stop := context.WithTimeout(ctx, 20*time.Minute)
	defer stop()
	if err := b.write(dir, news); err != nil {
		return err
	}
	source := filepath.Join("internal", "bench", "match", "peers")
	for _, p := range []struct {
		name, input string
		build       []string
	}{
		{"bleve", "queries", []string{"go", "build", "-C", source, "-o", filepath.Join(dir, "bleve"), "."}},
		{"hyperscan", "terms", []string{"c++", "-O2", "-std=c++17", "-DWITH_HS", filepath.Join(source, "scan", "scan.cc"), "-o", filepath.Join(dir, "hyperscan"), "-lhs"}},
		{"RE2::Set", "terms", []string{"c++", "-O2", "-std=c++17", "-DWITH_RE2", filepath.Join(source, "scan", "scan.cc"), "-o", filepath.Join(dir, "RE2::Set"), "-lre2", "-lpthread"}},
	} {
		if text, err := exec.CommandContext(ctx, p.build[0], p.build[1:]...).CombinedOutput(); err != nil { // #nosec G204 -- the commands above
			fmt.Fprintf(os.Stderr, "%s left out: it cannot be built here: %v: %s\n", p.name, err, firstLine(text))
			continue
		}
		run := exec.CommandContext(ctx, filepath.Join(dir, p.name), filepath.Join(dir, "items"), filepath.Join(dir, p.input)) // #nosec G204 -- what was built
		run.Stderr = os.Stderr
		text, err := run.Output()
		if err != nil {
			return fmt.Errorf("run %s: %w", p.name, err)
		}
		if err := b.printPeers(text, own); err != nil {
			return err
		}
	}
	return nil
}

// write writes what the peers read: items, terms and queries, one a line.
func (b *bench) write(dir string, news []story.Item) error {
	lines, err := b.lines("rules_z10000.txt")
	if err != nil {
		return err
	}
	rules := make([]tree, len(lines))
	var queries bytes.Buffer
	out := json.NewEncoder(&queries)
	for i, line := range lines {
		rules[i] = parse(line)
		if err := out.Encode(rules[i].query()); err != nil {
			return err
		}
	}
	all := terms(rules)
	for i, term := range all {
		all[i] = regexp.QuoteMeta(term)
	}
	texts := make([]string, len(news))
	for i := range news {
		texts[i] = news[i].Title + " . " + news[i].Summary
	}
	for name, text := range map[string]string{"items": strings.Join(texts, "\n"), "terms": strings.Join(all, "\n"), "queries": queries.String()} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// printPeers prints what a peer said, and its cost in times of our own.
func (b *bench) printPeers(text []byte, own float64) error {
	in := json.NewDecoder(bytes.NewReader(text))
	for in.More() {
		var said struct {
			Name string
			NS   float64
		}
		if err := in.Decode(&said); err != nil {
			return err
		}
		if err := b.print(said.Name+" z10000", said.NS, "ns/item"); err != nil {
			return err
		}
		if err := b.print(said.Name+"/z10000", said.NS/own, "times"); err != nil {
			return err
		}
	}
	return nil
}

func firstLine(text []byte) []byte {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	return line
}
