package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"vedette/story"
	"vedette/story/brief"
)

// summariser is how many people summarised each timeline.
const summarisers = 3

// A timeline is a story as one person wrote it down: a report a day, and
// before each what had happened so far.
type timeline struct {
	reports     []story.Report
	backgrounds []string // of the reports before the one of this index
}

// briefs scores briefs of news timelines against those that three people
// wrote. Path holds a folder for each timeline, with a file for each person:
// date, report and background of a day in a line.
//
// For each day with a background, the brief of one person's reports before it,
// at the length of each background of that day, is compared with that
// background: ROUGE 1, 2 and L, the harmonic mean of precision and recall. The
// mean is taken over people and days, and then over timelines. The same is
// done for the reports of all three together, as three outlets; for the latest
// reports and the first ones, cut at that length; and for the people, each
// against the nearer of the others.
func briefs(path string, say *report) error {
	folders, err := filepath.Glob(filepath.Join(path, "*"))
	if err != nil || len(folders) == 0 {
		return fmt.Errorf("briefs: no timelines in %s (%w)", path, err)
	}
	total := make(map[string]rouge)
	for _, folder := range folders {
		mean, err := scoreTimeline(folder, say)
		if err != nil {
			return err
		}
		for how, score := range mean {
			total[how] = total[how].plus(score, 1/float64(len(folders)))
			if how == ours {
				say.rouge(filepath.Base(folder), score)
			}
		}
	}
	for _, how := range []string{latestFirst, leading, human, pooled, ours} {
		say.rouge(how, total[how])
	}
	return nil
}

// The ways to a brief that are compared.
const (
	ours        = "briefs"
	pooled      = "briefs, reports of all three"
	latestFirst = "baseline, latest reports"
	leading     = "baseline, first reports"
	human       = "baseline, human against the nearer human"
)

func (r *report) rouge(what string, score rouge) {
	r.metric(what+" rouge-1", score.One, "f1")
	r.metric(what+" rouge-2", score.Two, "f1")
	r.metric(what+" rouge-l", score.L, "f1")
}

// plus returns r with share of o added.
func (r rouge) plus(o rouge, share float64) rouge {
	return rouge{r.One + share*o.One, r.Two + share*o.Two, r.L + share*o.L}
}

// scoreTimeline returns the mean of each way over the days of a timeline.
func scoreTimeline(folder string, say *report) (map[string]rouge, error) {
	people := make([]timeline, summarisers)
	var all timeline
	for i := range people {
		t, err := readTimeline(filepath.Join(folder, fmt.Sprintf("annotator%d.tsv", i+1)))
		if err != nil {
			return nil, err
		}
		if people[i] = t; len(t.reports) != len(people[0].reports) {
			return nil, fmt.Errorf("briefs %s: %d days and %d days", folder, len(people[0].reports), len(t.reports))
		}
	}
	for day := range people[0].reports {
		for _, p := range people {
			all.reports = append(all.reports, p.reports[day])
		}
	}
	sum, count := make(map[string]rouge), make(map[string]float64)
	add := func(how string, score rouge) { sum[how], count[how] = sum[how].plus(score, 1), count[how]+1 }
	var low []worstBrief
	for day := 1; day < len(people[0].reports); day++ {
		for i, p := range people {
			reference := p.backgrounds[day]
			if reference == "" {
				continue
			}
			words := rougeWords(reference)
			against := func(text string) rouge { return rougeOf(rougeWords(text), words) }
			for _, q := range people {
				text := told(brief.Background(q.reports[:day], len(reference)))
				score := against(text)
				add(ours, score)
				add(latestFirst, against(tail(q.reports[:day], len(strings.Fields(reference)))))
				add(leading, against(opening(q.reports[:day], len(strings.Fields(reference)))))
				low = append(low, worstBrief{filepath.Base(folder), day, score.One, text, reference})
			}
			add(pooled, against(told(brief.Background(all.reports[:day*summarisers], len(reference)))))
			a, b := against(people[(i+1)%summarisers].backgrounds[day]), against(people[(i+2)%summarisers].backgrounds[day])
			add(human, rouge{max(a.One, b.One), max(a.Two, b.Two), max(a.L, b.L)})
		}
	}
	slices.SortStableFunc(low, func(a, b worstBrief) int { return cmp.Compare(a.Rouge1, b.Rouge1) })
	for _, w := range low[:min(len(low), 3)] {
		say.mistake(w)
	}
	for how := range sum {
		sum[how] = rouge{}.plus(sum[how], 1/count[how])
	}
	return sum, nil
}

// A worstBrief is one that is far from what the person wrote.
type worstBrief struct {
	Timeline string  `json:"timeline"`
	Day      int     `json:"day"`
	Rouge1   float64 `json:"rouge_1"`
	Brief    string  `json:"brief"`
	Human    string  `json:"human"`
}

func told(lines []brief.Line) string {
	var text []string
	for _, l := range lines {
		text = append(text, l.Text)
	}
	return strings.Join(text, " ")
}

// tail returns the last words of reports, in their order.
func tail(reports []story.Report, words int) string {
	var all []string
	for i := len(reports) - 1; i >= 0 && len(all) < words; i-- {
		all = append(strings.Fields(reports[i].Item.Body), all...)
	}
	return strings.Join(all[max(0, len(all)-words):], " ")
}

// opening returns the first words of reports.
func opening(reports []story.Report, words int) string {
	var all []string
	for i := 0; i < len(reports) && len(all) < words; i++ {
		all = append(all, strings.Fields(reports[i].Item.Body)...)
	}
	return strings.Join(all[:min(words, len(all))], " ")
}

// readTimeline reads a person's file. Its cells are quoted as a spreadsheet
// does it, not always rightly, and have "\n" for a line's end.
func readTimeline(path string) (timeline, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return timeline{}, err
	}
	var t timeline
	for i, line := range strings.Split(strings.TrimRight(string(data), "\n"), "\n")[1:] {
		cells := strings.Split(line, "\t")
		if len(cells) != 3 {
			return timeline{}, fmt.Errorf("%s:%d: %d cells, want date, report and background", path, i+2, len(cells))
		}
		t.reports = append(t.reports, story.Report{Relation: story.Reports, Item: story.Item{ID: story.ItemID(i + 1), Body: unquote(cells[1])}})
		t.backgrounds = append(t.backgrounds, unquote(cells[2]))
	}
	return t, nil
}

func unquote(cell string) string {
	if inner, ok := strings.CutPrefix(cell, `"`); ok && strings.HasSuffix(inner, `"`) {
		cell = strings.ReplaceAll(strings.TrimSuffix(inner, `"`), `""`, `"`)
	}
	return strings.TrimSpace(strings.ReplaceAll(cell, `\n`, "\n"))
}
