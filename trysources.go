package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
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

// documents gives the items of feeds to take: from the web, from files, or
// from folders that hold a feed's files. Of files of one feed that tell the
// same item, it is given once.
func documents(ctx context.Context, set *config.Settings, from []string, take func(story.Item) error) error {
	client := fetch.New(fetch.Options{Allow: set.AllowAddresses, UserAgent: userAgent(set.Contact)})
	seen := make(map[string]bool)
	for _, place := range from {
		if strings.HasPrefix(place, "http://") || strings.HasPrefix(place, "https://") {
			res, err := client.Get(ctx, fetch.Request{URL: place})
			if err != nil {
				return err
			}
			if res.Status != http.StatusOK {
				return fmt.Errorf("get %s: status %d", place, res.Status)
			}
			doc := parse.Document{URL: res.URL, Now: utcNow(), Body: res.Body, ContentType: res.ContentType}
			if err := document(doc, place, feedName(place), seen, take); err != nil {
				return err
			}
			continue
		}
		if err := files(place, seen, take); err != nil {
			return err
		}
	}
	return nil
}

// files gives the items of the file place or of those in the folder place,
// each named after the folder that it is in.
func files(place string, seen map[string]bool, take func(story.Item) error) error {
	return filepath.WalkDir(place, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := readFile(path)
		if err != nil {
			return err
		}
		name := feedName(path)
		if path != place {
			name = filepath.Base(filepath.Dir(path))
		}
		return document(parse.Document{Now: utcNow(), Body: body}, path, name, seen, take)
	})
}

func feedName(place string) string {
	return strings.TrimSuffix(filepath.Base(place), filepath.Ext(place))
}

// document gives the items of one document that were not seen to take.
func document(doc parse.Document, place, name string, seen map[string]bool, take func(story.Item) error) error {
	res, err := parse.Parse(doc, story.Feed{Name: story.FeedName(name), Outlet: name, Owner: name})
	if err != nil {
		return fmt.Errorf("%s: %w", place, err)
	}
	for _, it := range res.Items {
		known := false
		for _, key := range it.Keys {
			known = known || seen[name+" "+key]
			seen[name+" "+key] = true
		}
		if known {
			continue
		}
		if err := take(it); err != nil {
			return err
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
