package feeds_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"time"

	"vedette/feeds"
	"vedette/feeds/fetch"
	"vedette/story"
)

func ExamplePoller_Poll() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, rss("siege", "strike"))
	}))
	defer server.Close()
	client := fetch.New(fetch.Options{Allow: loopback()})
	defer client.Close()
	kept := newShelf()

	poller := feeds.New(feeds.Options{Client: client, Shelf: kept, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	poller.SetFeeds([]story.Feed{{Name: "wire", URL: server.URL, Every: time.Minute}})
	if err := poller.Poll(context.Background(), "wire"); err != nil {
		fmt.Println(err)
		return
	}
	for _, it := range kept.items["wire"] {
		fmt.Println(it.Title, it.Keys)
	}
	// Output:
	// strike [l:e.example/strike]
	// siege [l:e.example/siege]
}
