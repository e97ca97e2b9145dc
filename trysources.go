package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"vedette/config"
	"vedette/feeds/fetch"
	"vedette/feeds/parse"
	"vedette/internal/store"
	"vedette/story"
)

// documents gives the items of feeds, from files or the web, to take.
func documents(ctx context.Context, set *config.Settings, from []string, take func(story.Item) error) error {
	client := fetch.New(fetch.Options{Allow: set.AllowAddresses, UserAgent: userAgent(set.Contact)})
	for _, place := range from {
		doc := parse.Document{URL: place, Now: utcNow()}
		if strings.HasPrefix(place, "http://") || strings.HasPrefix(place, "https://") {
			res, err := client.Get(ctx, fetch.Request{URL: place})
			if err != nil {
				return err
			}
			if res.Status != http.StatusOK {
				return fmt.Errorf("get %s: status %d", place, res.Status)
			}
			doc.Body, doc.ContentType, doc.URL = res.Body, res.ContentType, res.URL
		} else {
			body, err := readFile(place)
			if err != nil {
				return err
			}
			doc.Body, doc.URL = body, ""
		}
		name := strings.TrimSuffix(filepath.Base(place), filepath.Ext(place))
		res, err := parse.Parse(doc, story.Feed{Name: story.FeedName(name), Outlet: name, Owner: name})
		if err != nil {
			return fmt.Errorf("%s: %w", place, err)
		}
		for _, it := range res.Items {
			if err := take(it); err != nil {
				return err
			}
		}
	}
	return nil
}

// biggest is what a feed's file may hold; fetched ones are bounded by fetch.
const biggest = 8 << 20

func readFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	body, err := io.ReadAll(io.LimitReader(f, biggest+1))
	if err == nil && len(body) > biggest {
		err = fmt.Errorf("%s: larger than %d MiB, which no feed is", name, biggest>>20)
	}
	return body, err
}

// archive gives the items of the last while to take.
func archive(ctx context.Context, set *config.Settings, since string, take func(story.Item) error) error {
	back, err := ago(since)
	if err != nil {
		return err
	}
	db, err := store.OpenArchive(ctx, filepath.Join(set.Data, database))
	if err != nil {
		return err
	}
	defer db.Close()
	return db.Items(ctx, utcNow().Add(-back), take)
}

// ago reads how far back to go: a number of days, or a duration.
func ago(text string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		text = days + "h"
		d, err := time.ParseDuration(text)
		if err == nil && d > 0 {
			return 24 * d, nil
		}
	} else if d, err := time.ParseDuration(text); err == nil && d > 0 {
		return d, nil
	}
	return 0, fmt.Errorf("--since %s: want how far back to go, such as 30d or 12h", text)
}
