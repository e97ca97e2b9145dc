package main

import (
	"bufio"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"vedette/story"
	"vedette/story/signal"
)

// figures scores how many killed and wounded are read: against events with
// their fatalities if path is a CSV file, against news texts with their human
// targets otherwise. Each metric is said for all rows, and for two halves of
// them: "dev", that may be looked at, and "held".
func figures(path string, say *report) error {
	reader, err := signal.NewReader()
	if err != nil {
		return err
	}
	if strings.EqualFold(filepath.Ext(path), ".csv") {
		return figuresOfEvents(reader, path, say)
	}
	return figuresOfTexts(reader, path, say)
}

// half returns the half of the data that the row with id is in.
func half(id string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id)) // never fails
	return []string{"dev", "held"}[h.Sum32()>>7&1]
}

// A share is how many of all were right, or were wrong.
type share struct{ some, all float64 }

func (s *share) count(yes bool) {
	s.all++
	if yes {
		s.some++
	}
}

// shares are counted by name; each is said for all rows and for the halves.
type shares map[string]*share

func (s shares) count(name, half string, yes bool) {
	for _, n := range []string{name, name + "_" + half} {
		if s[n] == nil {
			s[n] = &share{}
		}
		s[n].count(yes)
	}
}

func (s shares) say(r *report, names ...string) {
	for _, name := range names {
		for _, n := range []string{name, name + "_dev", name + "_held"} {
			if f := s[n]; f != nil {
				r.metric(n, f.some/f.all, fmt.Sprintf("of %.0f", f.all))
			}
		}
	}
}

// unsure are notes whose fatalities are not what they tell.
var unsure = regexp.MustCompile(`(?i)unknown|coded as|split`)

// figuresOfEvents scores the fatalities of events against their notes: exact
// is the share of events with fatalities that are told right, exact_all that
// of all events, false_alarms the share of events without that are told to
// have some.
func figuresOfEvents(reader *signal.Reader, path string, say *report) error {
	rows, err := readCSV(path)
	if err != nil {
		return err
	}
	counts := shares{}
	type wrong struct {
		ID        string `json:"id"`
		Want, Got int
		Notes     string
		Signals   []string
	}
	var mistakes []wrong
	for _, row := range rows {
		want, err := strconv.Atoi(row["fatalities"])
		if err != nil || unsure.MatchString(row["notes"]) {
			continue
		}
		it := &story.Item{Body: row["notes"]}
		signals := reader.Read(it)
		got, part := reader.Toll(it, signals, story.Killed).Low, half(row["data_id"])
		counts.count("exact_all", part, got == want)
		if want > 0 {
			counts.count("exact", part, got == want)
		} else {
			counts.count("false_alarms", part, got > 0)
		}
		if got != want && part == "dev" {
			mistakes = append(mistakes, wrong{row["data_id"], want, got, row["notes"], show(it, signals)})
		}
	}
	counts.say(say, "exact", "false_alarms", "exact_all")
	slices.SortStableFunc(mistakes, func(a, b wrong) int { return cmp.Compare(abs(b.Want-b.Got), abs(a.Want-a.Got)) })
	for _, m := range mistakes {
		say.mistake(m)
	}
	return nil
}

func abs(n int) int { return max(n, -n) }

// show returns what signals say, to look at.
func show(it *story.Item, signals []story.Signal) (lines []string) {
	for _, s := range signals {
		lines = append(lines, fmt.Sprintf("%s %d-%d open=%t total=%t [%s] %q by %q in %q", s.Kind, s.Count.Low, s.Count.High, s.Count.Open, s.Count.Total,
			it.Body[s.Words.Start:s.Words.End], s.Target, s.Source, s.Place))
	}
	return lines
}

// readCSV returns the rows of a CSV file by the names of its first.
func readCSV(path string) (rows []map[string]string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // a file that was only read
	r := csv.NewReader(f)
	r.LazyQuotes, r.FieldsPerRecord = true, -1
	all, err := r.ReadAll()
	if err != nil || len(all) == 0 {
		return nil, err
	}
	for _, fields := range all[1:] {
		row := map[string]string{}
		for i, name := range all[0][:min(len(fields), len(all[0]))] {
			row[name] = fields[i]
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// A news text and those that it tells of as hurt.
type targetText struct {
	ID      string `json:"id"`
	Text    string `json:"text"`
	Targets []struct {
		Target string   `json:"target"`
		Number string   `json:"number"`
		Effect []string `json:"effect"`
	} `json:"human_targets"`
}

// figuresOfTexts scores the recall of each target's number with its effect
// among the figures of its text: DEATH among the killed, INJURY among the
// wounded. A target without a number ("PLURAL") is left out.
func figuresOfTexts(reader *signal.Reader, path string, say *report) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // a file that was only read
	counts := shares{}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var text targetText
		if err := json.Unmarshal(lines.Bytes(), &text); err != nil {
			return fmt.Errorf("read %s: %w", path, err)
		}
		scoreText(reader, &text, counts, say)
	}
	counts.say(say, "recall", "recall_several")
	return lines.Err()
}

// wrap is a line's end within a paragraph.
var wrap = regexp.MustCompile(`([^\n])\n([^\s])`)

// scoreText counts how many of the targets of text were read off it.
func scoreText(reader *signal.Reader, text *targetText, counts shares, say *report) {
	it := &story.Item{Body: wrap.ReplaceAllString(text.Text, "$1 $2")}
	signals := reader.Read(it)
	for _, target := range text.Targets {
		for effect, kind := range map[string]story.SignalKind{"DEATH": story.Killed, "INJURY": story.Wounded} {
			wanted := numbers(target.Number)
			if len(wanted) == 0 || !slices.Contains(target.Effect, effect) {
				continue
			}
			found := slices.ContainsFunc(signals, func(s story.Signal) bool {
				return s.Kind == kind && (slices.Contains(wanted, s.Count.Low) || slices.Contains(wanted, s.Count.High))
			})
			counts.count("recall", half(text.ID), found)
			if !slices.Equal(wanted, []int{1}) {
				counts.count("recall_several", half(text.ID), found)
			}
			if !found && half(text.ID) == "dev" {
				say.mistake(struct {
					ID, Target, Number, Effect, Text string
					Signals                          []string
				}{text.ID, target.Target, target.Number, effect, it.Body, show(it, signals)})
			}
		}
	}
}

// numbers returns the numbers of a target: "16-" is 16 and more, "~200" about
// 200, "47- / 80" one or the other.
func numbers(text string) (all []int) {
	for _, digits := range regexp.MustCompile(`\d+`).FindAllString(text, -1) {
		if n, err := strconv.Atoi(digits); err == nil {
			all = append(all, n)
		}
	}
	return all
}
