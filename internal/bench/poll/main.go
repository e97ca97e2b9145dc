// Poll measures what polling costs, on real feeds and at the size of a large
// desk: what parsing costs beside gofeed alone and beside a bare pass over the
// tokens; and, with the real binary on many feeds over real HTTP, how late
// polls begin, how long after it is published a report is seen, and what that
// takes of processor and memory; and the same for feeds whose hub pushes.
//
// It prints one JSON object a line, and nothing of it reaches the product.
// Run it from the module's root:
//
//	go run ./internal/bench/poll -parse ../shared/data/feeds
//	go run ./internal/bench/poll -feeds 1000 -every 1m -for 5m
//	go run ./internal/bench/poll -feeds 10000 -every 5m -for 15m
//	go run ./internal/bench/poll -feeds 40 -pushed -for 2m
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"time"
)

func main() {
	dir := flag.String("parse", "", "measure parsing on the feeds in this folder")
	feeds := flag.Int("feeds", 0, "measure the polling of so many feeds")
	every := flag.Duration("every", time.Minute, "how often each is polled")
	pushed := flag.Bool("pushed", false, "have a hub push the feeds (WebSub): half of them with a subscription, half polled alone")
	lasting := flag.Duration("for", 3*time.Minute, "for how long it is measured, once all were polled")
	flag.Parse()
	var err error
	switch {
	case *dir != "":
		err = parsing(os.Stdout, *dir)
	case *feeds > 0 && *pushed:
		err = push(context.Background(), os.Stdout, *feeds, *every, *lasting)
	case *feeds > 0:
		err = scale(context.Background(), os.Stdout, *feeds, *every, *lasting)
	default:
		flag.Usage()
		os.Exit(2)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "poll:", err)
		os.Exit(1)
	}
}

// A metric is one figure.
type metric struct {
	Name  string  `json:"metric"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
}

// printAll prints each metric as a line of JSON.
func printAll(w io.Writer, ms ...metric) error {
	enc := json.NewEncoder(w)
	for _, m := range ms {
		if err := enc.Encode(m); err != nil {
			return err
		}
	}
	return nil
}
