package signal

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"vedette/internal/corpus"
	"vedette/story"
)

func TestTheSeedArticleMakesItsSignals(t *testing.T) {
	raw, err := os.ReadFile(corpus.Path(t, "story-of-idlib", "seed-article.txt"))
	if err != nil {
		t.Fatal(err)
	}
	title, body, _ := strings.Cut(string(raw), "\n")
	it := story.Item{Title: title, Body: body, Lang: "en", Effective: thursday()}
	signals := reader(t).Read(&it)
	for _, want := range []struct {
		kind          story.SignalKind
		actor, target string
		place         string
	}{
		{kind: story.Threat, actor: "Turkey", place: "Syria's Idlib"},
		{kind: story.Threat, actor: "President Recep Tayyip Erdogan"},
		{kind: story.Ultimatum, actor: "Erdogan", target: "Damascus"},
		{kind: story.Mobilisation, actor: "Turkey"},
		{kind: story.Encirclement, actor: "Assad's forces"},
		{kind: story.Shelling, actor: "government"},
		{kind: story.Clash, actor: "President Bashar al-Assad's forces"},
		{kind: story.Talks, actor: "US special envoy for Syria James Jeffrey", target: "Turkish officials", place: "Ankara"},
	} {
		if !slices.ContainsFunc(signals, func(s story.Signal) bool {
			return s.Kind == want.kind && strings.HasSuffix(want.actor, s.Actor) && s.Actor != "" &&
				(want.target == "" || s.Target == want.target) && (want.place == "" || s.Place == want.place)
		}) {
			t.Errorf("no signal like %+v", want)
		}
	}
	for _, s := range signals {
		if peace(s.Kind) && s.Kind != story.Talks || s.Kind == story.Violation {
			t.Errorf("the article tells of no %s: %q", s.Kind, body[s.Sentence.Start:s.Sentence.End])
		}
		if got := s.Deadline.Format(time.DateOnly); s.Kind == story.Ultimatum && got != "2020-02-29" {
			t.Errorf("the ultimatum ends on %s", got)
		}
	}
}

func TestTheDaysOfIdlibMakeTheirSignals(t *testing.T) {
	raw, err := os.ReadFile(corpus.Path(t, "story-of-idlib", "timeline_2020-01-12_to_02-12.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	r := reader(t)
	want := map[string][]story.SignalKind{ // what the day's fact says in words
		"2020-01-12": {story.Ceasefire},
		"2020-01-27": {story.Encirclement, story.Violation},
		"2020-02-03": {story.Shelling, story.Clash},
		"2020-02-05": {story.Ultimatum, story.Threat, story.Encirclement},
		"2020-02-07": {story.Mobilisation, story.Encirclement, story.Talks},
		"2020-02-08": {story.Talks, story.Mobilisation},
		"2020-02-10": {story.Shelling, story.Clash},
		"2020-02-11": {story.Strike, story.Threat},
		"2020-02-12": {story.Ultimatum},
	}
	for line := range strings.Lines(string(raw)) {
		var day struct{ Date, Fact string }
		if err := json.Unmarshal([]byte(line), &day); err != nil {
			t.Fatal(err)
		}
		signals := claimed(r, "en", day.Fact)
		for _, kind := range want[day.Date] {
			if !slices.ContainsFunc(signals, func(s story.Signal) bool { return s.Kind == kind }) {
				t.Errorf("%s makes no %s", day.Date, kind)
			}
		}
		for _, s := range signals {
			if got := s.Deadline.Format(time.DateOnly); s.Kind == story.Ultimatum && got != "2020-02-29" {
				t.Errorf("%s: the ultimatum ends on %s", day.Date, got)
			}
		}
	}
}

func news(tb testing.TB) (items []story.Item) {
	tb.Helper()
	raw, err := os.ReadFile(corpus.Path(tb, "match", "news.tsv"))
	if err != nil {
		tb.Fatal(err)
	}
	for line := range strings.Lines(string(raw)) {
		cells := strings.Split(strings.TrimSpace(line), "\t")
		if len(cells) > 2 {
			items = append(items, story.Item{Title: cells[1], Summary: cells[2], Lang: "en", Effective: thursday()})
		}
	}
	return items
}

// BenchmarkEvents measures the events of one item, sentences and tokens included.
func BenchmarkEvents(b *testing.B) {
	items := news(b)
	events, err := newEvents()
	if err != nil {
		b.Fatal(err)
	}
	n := 0
	for b.Loop() {
		it := &items[n%len(items)]
		n++
		for _, part := range fields(it) {
			for _, at := range story.Sentences(part.text) {
				s := newSentence(part.field, at, part.text[at.Start:at.End])
				events.claims("en", &s, it.Effective)
			}
		}
	}
}

// BenchmarkLoadEvents measures the loading of the lexicons of all languages.
func BenchmarkLoadEvents(b *testing.B) {
	for b.Loop() {
		if _, err := newEvents(); err != nil {
			b.Fatal(err)
		}
		if _, err := NewCoder(); err != nil {
			b.Fatal(err)
		}
	}
}
