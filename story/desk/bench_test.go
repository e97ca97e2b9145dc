package desk_test

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"vedette/internal/corpus"
	"vedette/story"
	"vedette/story/brief"
	"vedette/story/group"
	"vedette/story/level"
	"vedette/story/signal"
)

// BenchmarkJudgement measures all that package story and those below it do
// with an item that a watch accepts: its signals, its story, the brief, the
// level. Real news is judged among so many open stories.
func BenchmarkJudgement(b *testing.B) {
	news := newsItems(b)
	reader, err := signal.NewReader()
	if err != nil {
		b.Fatal(err)
	}
	for _, stories := range []int{100, 1_000, 10_000, 100_000} {
		b.Run(fmt.Sprint(stories), func(b *testing.B) {
			g := group.New(group.Defaults())
			for i := range stories {
				it := among(&news[i%len(news)], i)
				g.Add(story.ID(i+1), story.Report{Item: it, Relation: story.Opens})
			}
			past := level.New(level.Default(), time.Time{})
			n := stories
			for b.Loop() {
				it := among(&news[n%len(news)], n)
				it.Effective = noon.Add(time.Duration(n) * 72 * time.Hour / time.Duration(stories)) // the pace at which so many stay open
				r := story.Reading{Item: it, Opener: it.ID, Signals: reader.Read(&it)}
				kin := g.Place(&it)
				if kin.Story == 0 {
					kin.Story = story.ID(stories + n + 1)
				}
				g.Add(kin.Story, story.Report{Item: it, Relation: kin.Relation, CopyOf: kin.CopyOf})
				if kin.Relation == story.Reports {
					g.Review(it.ID)
				}
				s := story.Story{Reports: []story.Report{{Item: it, Relation: kin.Relation, Signals: r.Signals}}}
				past.Add(level.ReadingsOf(&r)...)
				past.Judge(it.Effective)
				brief.Of(&s, 480)
				n++
			}
		})
	}
}

// among returns the i-th of endless news: real words, and some that only few
// reports have.
func among(it *story.Item, i int) story.Item {
	more := *it
	more.ID, more.Canonical = story.ItemID(i+1), fmt.Sprintf("wire.example/%d", i)
	more.Title = fmt.Sprintf("%s w%dq", it.Title, i/3)
	more.Effective = noon.Add(time.Duration(i%2000) * time.Minute)
	return more
}

// newsItems reads the news that matching is measured on.
func newsItems(b *testing.B) (items []story.Item) {
	b.Helper()
	f, err := os.Open(corpus.Path(b, "match", "news.tsv"))
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = f.Close() }() // it was only read
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if cells := strings.SplitN(lines.Text(), "\t", 3); len(cells) == 3 {
			outlet := fmt.Sprintf("Outlet %d", len(items)%25)
			items = append(items, story.Item{Outlet: outlet, Owner: outlet, Title: cells[1], Summary: cells[2], Lang: "en"})
		}
	}
	if len(items) == 0 {
		b.Fatal("there is no news")
	}
	return items
}
