package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"vedette/story"
)

// events scores online grouping of dated headlines, in the order of their
// dates, by the pairs that are put together. Of a date only the day is known.
func events(path string, say *report) error {
	items, err := readHeadlines(path)
	if err != nil {
		return err
	}
	got, _ := groupAll(items)
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
	right, put, want := pairsIn(both), pairsIn(told), pairsIn(gold)
	say.metric("events.precision", right/max(put, 1), "pairs")
	say.metric("events.recall", right/max(want, 1), "pairs")
	say.metric("events.f1", 2*right/max(put+want, 1), "pairs")
	return nil
}

func pairsIn[K comparable](sizes map[K]float64) (pairs float64) {
	for _, n := range sizes {
		pairs += n * (n - 1) / 2
	}
	return pairs
}

func readHeadlines(path string) (items []labelled, err error) {
	err = eachLine(path, func(line []byte) error {
		var row struct {
			Source, Date, Headline string
			Gold                   int `json:"gold_cluster"`
		}
		if err := json.Unmarshal(line, &row); err != nil {
			return err
		}
		day, err := time.Parse(time.DateOnly, row.Date)
		items = append(items, labelled{gold: fmt.Sprint(row.Gold), item: story.Item{
			ID: story.ItemID(len(items) + 1), Lang: "en", Title: row.Headline, Outlet: row.Source, Owner: row.Source, Effective: day,
		}})
		return err
	})
	slices.SortStableFunc(items, func(a, b labelled) int { return a.item.Effective.Compare(b.item.Effective) })
	return items, err
}
