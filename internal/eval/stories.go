package main

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"vedette/story"
	"vedette/story/group"
)

// A labelled item has the story that people put it in.
type labelled struct {
	item story.Item
	gold string
	part string // of the file, as "dev"
}

// orders is how many deterministic orders of arrival are tried where a file
// has no times.
const orders = 4

// stories scores online grouping by B-cubed. A jsonl file has no times: its
// first sentence is read as the title, and several shuffled orders are tried.
// A csv file has them, and is taken as it stands.
func stories(path string, say *report) error {
	if strings.HasSuffix(path, ".csv") {
		items, err := readTimed(path)
		if err != nil {
			return err
		}
		scoreStories(items, "", say)
		return nil
	}
	items, err := readSnippets(path)
	if err != nil {
		return err
	}
	parts := map[string][]labelled{"": items}
	for _, it := range items {
		if it.part == "" {
			continue
		}
		parts[it.part] = append(parts[it.part], it)
	}
	for _, part := range slices.Sorted(maps.Keys(parts)) {
		scoreOrders(parts[part], part, say)
	}
	return nil
}

// scoreOrders scores the mean over several orders of arrival.
func scoreOrders(items []labelled, part string, say *report) {
	var p, r, f float64
	for order := range orders {
		got, _ := groupAll(shuffled(items, order))
		a, b := bCubed(items, got)
		p, r, f = p+a/orders, r+b/orders, f+2*a*b/(a+b)/orders
	}
	say.metric(named("stories.precision", part), p, "B-cubed")
	say.metric(named("stories.recall", part), r, "B-cubed")
	say.metric(named("stories.f1", part), f, "B-cubed")
}

func scoreStories(items []labelled, part string, say *report) {
	start := time.Now()
	got, moved := groupAll(items)
	spent := time.Since(start)
	p, r := bCubed(items, got)
	say.metric(named("stories.precision", part), p, "B-cubed")
	say.metric(named("stories.recall", part), r, "B-cubed")
	say.metric(named("stories.f1", part), 2*p*r/(p+r), "B-cubed")
	say.metric("stories.moved", float64(moved), "reports")
	say.metric("stories.cost", float64(spent.Microseconds())/float64(len(items)), "µs an item")
}

func named(metric, part string) string {
	if part == "" {
		return metric
	}
	return metric + "." + part
}

// groupAll groups items as the program does: each is placed, added and
// reviewed, and what the review proposes is carried out.
func groupAll(items []labelled) (got map[story.ItemID]story.ID, moved int) {
	g := group.New(group.Defaults())
	got = make(map[story.ItemID]story.ID, len(items))
	last := story.ID(0)
	for i := range items {
		it := &items[i].item
		kin := g.Place(it)
		if kin.Story == 0 {
			last++
			kin.Story = last
		}
		got[it.ID] = kin.Story
		g.Add(kin.Story, story.Report{Item: *it, Relation: kin.Relation, CopyOf: kin.CopyOf})
		for _, m := range g.Review(it.ID) {
			if m.Into == 0 {
				last++
				m.Into = last
			}
			g.Apply(m, m.Into)
			moved += len(m.Reports)
		}
	}
	for id := range got {
		got[id] = g.StoryOf(id)
	}
	return got, moved
}

// shuffled returns the items in an order that the seed and their ids decide.
func shuffled(items []labelled, seed int) []labelled {
	key := func(it *labelled) uint64 {
		h := fnv.New64a()
		fmt.Fprint(h, seed, " ", it.item.GUID)
		return h.Sum64()
	}
	other := slices.Clone(items)
	slices.SortStableFunc(other, func(a, b labelled) int {
		if x, y := key(&a), key(&b); x < y {
			return -1
		} else if x > y {
			return 1
		}
		return 0
	})
	return other
}

// bCubed averages over the items how pure and how whole each one's story is.
func bCubed(items []labelled, got map[story.ItemID]story.ID) (precision, recall float64) {
	type cell struct {
		told story.ID
		gold string
	}
	both, told, gold := make(map[cell]float64), make(map[story.ID]float64), make(map[string]float64)
	for i := range items {
		s := got[items[i].item.ID]
		both[cell{s, items[i].gold}]++
		told[s]++
		gold[items[i].gold]++
	}
	for c, n := range both {
		precision += n * n / told[c.told]
		recall += n * n / gold[c.gold]
	}
	return precision / float64(len(items)), recall / float64(len(items))
}

// eachLine calls f with each line of a jsonl file.
func eachLine(path string, f func(line []byte) error) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close() //nolint:errcheck // a file that was only read
	in := bufio.NewScanner(file)
	in.Buffer(nil, 1<<22)
	for n := 1; in.Scan(); n++ {
		if err := f(in.Bytes()); err != nil {
			return fmt.Errorf("%s line %d: %w", path, n, err)
		}
	}
	return in.Err()
}

func readSnippets(path string) (items []labelled, err error) {
	err = eachLine(path, func(line []byte) error {
		var doc struct {
			Split, Story string
			ID           string `json:"doc_id"`
			Sentences    []string
		}
		if err := json.Unmarshal(line, &doc); err != nil || len(doc.Sentences) == 0 {
			return err
		}
		items = append(items, labelled{gold: doc.Story, part: doc.Split, item: story.Item{
			ID: story.ItemID(len(items) + 1), GUID: doc.ID, Lang: "en", Title: doc.Sentences[0], Body: strings.Join(doc.Sentences[1:], "\n"),
		}})
		return nil
	})
	return items, err
}

func readTimed(path string) ([]labelled, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // a file that was only read
	in := csv.NewReader(file)
	in.LazyQuotes, in.FieldsPerRecord = true, -1
	rows, err := in.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	var items []labelled
	for _, row := range rows[min(1, len(rows)):] {
		if len(row) < 8 {
			continue
		}
		ms, err := strconv.ParseInt(row[7], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("read %s: timestamp %q: %w", path, row[7], err)
		}
		items = append(items, labelled{gold: row[5], item: story.Item{
			ID: story.ItemID(len(items) + 1), GUID: row[0], Lang: "en", Title: row[1], Outlet: row[3], Owner: row[3], Effective: time.UnixMilli(ms).UTC(),
		}})
	}
	return items, nil
}
