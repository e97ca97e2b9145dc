package main

import (
	"cmp"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"vedette/story"
	"vedette/story/level"
	"vedette/story/signal"
)

// levels scores the daily points of headlines about a province against the
// dead of its days. path is a folder that holds headlines in *.jsonl files and
// deaths_by_day.csv; each province that the latter names is scored.
//
// A week begins on Monday; its score is the sum of its days' points, threats
// and acts. The trend of a week is how far it lies from the mean of the four
// weeks before. The top tenth are the weeks with the most dead, and those with
// the highest score.
func levels(path string, say *report) error {
	heads, err := readHeads(path)
	if err != nil {
		return err
	}
	provinces, err := readDeaths(filepath.Join(path, "deaths_by_day.csv"))
	if err != nil {
		return err
	}
	reader, err := signal.NewReader()
	if err != nil {
		return err
	}
	var all []scored
	for _, p := range provinces {
		weeks, err := p.score(heads, reader)
		if err != nil {
			return err
		}
		p.mistakes(weeks, say)
		s := scored{spearman(weeks, p.dead), spearman(trends(weeks), trends(p.dead)), topShare(weeks, p.dead)}
		say.metric("weekly spearman "+p.name, s.weekly, "")
		say.metric("trend spearman "+p.name, s.trend, "")
		say.metric("top decile weeks "+p.name, s.top, "")
		all = append(all, s)
	}
	say.metric("weekly spearman mean", mean(all, func(s scored) float64 { return s.weekly }), "")
	say.metric("trend spearman mean", mean(all, func(s scored) float64 { return s.trend }), "")
	say.metric("top decile weeks mean", mean(all, func(s scored) float64 { return s.top }), "")
	return nil
}

// A head is one dated headline with the provinces that it is about.
type head struct {
	Source   string
	Date     string
	Headline string
	Adm1     []string
	at       time.Time
}

func readHeads(folder string) ([]head, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.jsonl"))
	if err != nil {
		return nil, err
	}
	var heads []head
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close() //nolint:errcheck // only read
		for dec := json.NewDecoder(f); ; {
			var h head
			if err := dec.Decode(&h); err == io.EOF {
				break
			} else if err != nil {
				return nil, fmt.Errorf("read %s: %w", name, err)
			}
			if h.at, err = time.Parse(time.DateOnly, h.Date); err != nil {
				return nil, fmt.Errorf("read %s: %w", name, err)
			}
			heads = append(heads, h)
		}
	}
	return heads, nil
}

// A province is what is known of its dead by week.
type province struct {
	name  string
	first time.Time // the Monday on which its first week begins
	dead  []float64 // by week
}

// readDeaths returns the provinces of a file of governorate, date and deaths,
// by name. All have the same weeks: from the first to the last day of the file.
func readDeaths(name string) ([]province, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // only read
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) < 2 {
		return nil, fmt.Errorf("read %s: no rows: %w", name, err)
	}
	rows = rows[1:]
	byDate := func(a, b []string) int { return strings.Compare(a[1], b[1]) }
	slices.SortFunc(rows, byDate)
	first, err := time.Parse(time.DateOnly, rows[0][1])
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	first = monday(first)
	last, err := time.Parse(time.DateOnly, rows[len(rows)-1][1])
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	var all []province
	for _, row := range rows {
		at, err := time.Parse(time.DateOnly, row[1])
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		n, err := strconv.Atoi(row[2])
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		i := slices.IndexFunc(all, func(p province) bool { return p.name == row[0] })
		if i < 0 {
			i = len(all)
			all = append(all, province{row[0], first, make([]float64, weekOf(first, last)+1)})
		}
		all[i].dead[weekOf(first, at)] += float64(n)
	}
	slices.SortFunc(all, func(a, b province) int { return cmp.Compare(a.name, b.name) })
	return all, nil
}

func monday(t time.Time) time.Time { return t.AddDate(0, 0, -(int(t.Weekday())+6)%7) }

func weekOf(first, t time.Time) int { return int(t.Sub(first).Hours()) / 24 / 7 }

// named reports whether a label of a headline names the province, whatever
// the article and the way in which its letters are written in ours.
func (p province) named(label string) bool { return spelled(label) == spelled(p.name) }

func spelled(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return r == ' ' || r == '-' })
	words = slices.DeleteFunc(words, func(w string) bool {
		return slices.Contains([]string{"governorate", "province", "al", "ar", "as", "at"}, w)
	})
	plain := strings.TrimSuffix(strings.ReplaceAll(strings.Join(words, ""), "q", "k"), "h")
	return string(slices.Compact([]rune(plain)))
}

// A scored is what was measured for a province.
type scored struct{ weekly, trend, top float64 }

// score plays the headlines through a history, each as a story of its own, and
// returns the points of each week.
func (p province) score(heads []head, reader *signal.Reader) ([]float64, error) {
	h := level.New(level.Default(), p.first)
	found := false
	for i, head := range heads {
		if !slices.ContainsFunc(head.Adm1, p.named) {
			continue
		}
		found = true
		it := story.Item{ID: story.ItemID(i + 1), Outlet: head.Source, Tier: 2, Title: head.Headline, Effective: head.at, Published: head.at, FirstSeen: head.at}
		h.Add(level.ReadingsOf(&story.Reading{Item: it, Opener: it.ID, Signals: reader.Read(&it)})...)
	}
	if !found {
		return nil, fmt.Errorf("no headline is about %s", p.name)
	}
	weeks := make([]float64, len(p.dead))
	for _, day := range h.Days(p.first.AddDate(0, 0, 7*len(weeks))) {
		if w := weekOf(p.first, day.Date); !day.Date.Before(p.first) {
			weeks[w] += day.Threats.Fresh + day.Acts.Fresh
		}
	}
	return weeks, nil
}

// mistakes says the weeks whose rank by score lies furthest from that by dead.
func (p province) mistakes(weeks []float64, say *report) {
	const worst = 10
	ours, theirs := ranks(weeks), ranks(p.dead)
	order := make([]int, len(weeks))
	for w := range order {
		order[w] = w
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Compare(math.Abs(ours[b]-theirs[b]), math.Abs(ours[a]-theirs[a]))
	})
	for _, w := range order[:min(worst, len(order))] {
		say.mistake(struct {
			Province, Week   string
			Score, Dead      float64
			ByScore, ByDeath float64 // ranks
		}{p.name, p.first.AddDate(0, 0, 7*w).Format(time.DateOnly), weeks[w], p.dead[w], ours[w], theirs[w]})
	}
}

// trends returns how far each week but the first four lies from the mean of
// the four before it.
func trends(weeks []float64) (all []float64) {
	for i := 4; i < len(weeks); i++ {
		before := (weeks[i-4] + weeks[i-3] + weeks[i-2] + weeks[i-1]) / 4
		all = append(all, weeks[i]-before)
	}
	return all
}

// topShare returns which share of the tenth of weeks with the most dead is in
// the tenth with the highest score.
func topShare(scores, dead []float64) float64 {
	n := len(dead) / 10
	if n == 0 {
		return math.NaN()
	}
	top := func(of []float64) []int {
		weeks := make([]int, len(of))
		for i := range weeks {
			weeks[i] = i
		}
		slices.SortStableFunc(weeks, func(a, b int) int { return cmp.Compare(of[b], of[a]) })
		return weeks[:n]
	}
	found := 0
	ours := top(scores)
	for _, w := range top(dead) {
		if slices.Contains(ours, w) {
			found++
		}
	}
	return float64(found) / float64(n)
}

// spearman returns the rank correlation of two series.
func spearman(a, b []float64) float64 { return pearson(ranks(a), ranks(b)) }

// ranks returns the rank of each value; equal values share the mean of theirs.
func ranks(values []float64) []float64 {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(values[a], values[b]) })
	all := make([]float64, len(values))
	for i := 0; i < len(order); {
		j := i
		for j+1 < len(order) && values[order[j+1]] == values[order[i]] {
			j++
		}
		for _, at := range order[i : j+1] {
			all[at] = float64(i+j) / 2
		}
		i = j + 1
	}
	return all
}

func pearson(a, b []float64) float64 {
	self := func(x float64) float64 { return x }
	ma, mb := mean(a, self), mean(b, self)
	var ab, aa, bb float64
	for i := range a {
		ab += (a[i] - ma) * (b[i] - mb)
		aa += (a[i] - ma) * (a[i] - ma)
		bb += (b[i] - mb) * (b[i] - mb)
	}
	return ab / math.Sqrt(aa*bb)
}

func mean[T any](all []T, of func(T) float64) float64 {
	sum := 0.0
	for _, x := range all {
		sum += of(x)
	}
	return sum / float64(len(all))
}
